/* SPDX-License-Identifier: BSD-3-Clause */
#include "stream-talk.h"

#include <string.h>

static void hear_stretch(const ShakedownStretch *s, void *data)
{
	static const char *const holes[] = {"", "missing", "cut", "given up"};
	StreamTalk *t = data;

	cr_assert_not(t->over, "a stretch after its connection's end");
	cr_assert_gt(s->len, 0);
	cr_assert_eq(s->offset, t->end[s->side],
		     "offset %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, s->offset,
		     t->end[s->side]);
	cr_assert_eq(s->bytes == NULL, s->hole != SHAKEDOWN_HOLE_NONE);
	cr_assert_eq(s->port[SHAKEDOWN_SERVER], 80);
	cr_assert_eq(s->addr[SHAKEDOWN_CLIENT]->bytes[3], 1);
	t->end[s->side] += s->len;
	if (s->bytes)
		g_string_append_len(t->text[s->side], (const char *)s->bytes, (gssize)s->len);
	else
		g_string_append_printf(t->text[s->side], "[%" G_GUINT64_FORMAT " %s]", s->len,
				       holes[s->hole]);
}

static void hear_event(const TcpEvent *event, void *data)
{
	StreamTalk *t = data;

	t->conn = event->conn;
	if (event->kind != TCP_EVENT_OVERLAP_CONFLICT)
		return;
	cr_assert_not_null(event->overlap);
	t->conflicts++;
	t->conflict_side = event->side;
	t->conflict = *event->overlap;
}

static void hear_over(TcpConnection *conn, void *data)
{
	StreamTalk *t = data;

	t->over = true;
	t->conn = NULL;
}

StreamTalk *stream_talk_new(const ShakedownStreamOptions *options)
{
	StreamTalk *t = g_new0(StreamTalk, 1);

	shakedown_config_init(&t->config);
	t->tracker = tcp_tracker_new(
		&t->config, &(TcpTrackerObserver){.event = hear_event, .over = hear_over}, t);
	if (options)
		t->streams = tcp_streams_new(options, hear_stretch, t);
	if (options)
		tcp_tracker_set_streams(t->tracker, t->streams);
	else
		tcp_tracker_set_recent(t->tracker, t->recent = tcp_recent_new(64));
	for (unsigned i = 0; i < 2; i++)
		t->text[i] = g_string_new(NULL);
	t->isn[SHAKEDOWN_CLIENT] = 1000;
	t->isn[SHAKEDOWN_SERVER] = 300000;
	t->client_port = 49152;
	t->now = INT64_C(1700000000) * SHAKEDOWN_NS_PER_S;
	return t;
}

StreamTalk *stream_talk_default(void)
{
	return stream_talk_new(&(ShakedownStreamOptions){.side = -1});
}

void stream_talk_free(StreamTalk *t)
{
	if (!t)
		return;
	tcp_tracker_free(t->tracker);
	for (unsigned i = 0; i < 2; i++)
		g_string_free(t->text[i], TRUE);
	g_free(t);
}

/* As somebody who decodes for others: they do not touch the payload. */
static void make_digest(StreamTalk *t)
{
	static const uint8_t gone[256];
	DigestSecret secret = tcp_recent_secret(t->recent);

	cr_assert_leq(t->last.payload_captured, sizeof gone);
	digest_make(&t->last.digest, &t->last, &secret);
	t->last.has_digest = true;
	t->last.payload = gone;
}

void stream_talk_send(StreamTalk *t, ShakedownSideId from, const StreamSegment *in)
{
	ShakedownSideId to = tcp_other(from);
	static const uint8_t addr[2][4] = {{192, 0, 2, 1}, {198, 51, 100, 7}};
	const uint16_t port[2] = {t->client_port, 80};
	bool hidden = in->bytes == HIDDEN_BYTES;
	uint32_t len = in->len ? in->len : in->bytes && !hidden ? (uint32_t)strlen(in->bytes) : 0;

	t->now += 10 * 1000 * 1000;
	t->frame++;
	t->last = (Segment){
		.time = t->now,
		.frame = t->frame,
		.ip_version = 4,
		.ttl = 64,
		.checksum = in->checksum,
		.has_ip_id = true,
		.ip_id = (uint16_t)t->frame,
		.src_port = port[from],
		.dst_port = port[to],
		.seq = tcp_seq(t->isn[from] + in->seq),
		.ack = tcp_seq(t->isn[to] + in->ack),
		.flags = in->flags ? in->flags : TCP_ACK,
		.window = in->window < 0    ? 0
			  : in->window == 0 ? 65535
					    : (uint16_t)in->window,
		.payload_len = len,
		.payload_captured = hidden	   ? 0
				    : in->captured ? in->captured
						   : len,
		.payload = hidden ? NULL : (const uint8_t *)in->bytes,
	};
	memcpy(t->last.src, addr[from], 4);
	memcpy(t->last.dst, addr[to], 4);
	if (in->tsval) {
		const uint8_t stamps[12] = {1, 1, 8, 10, [7] = in->tsval, [11] = in->tsecr};

		memcpy(t->options, stamps, sizeof stamps);
		t->last.options = t->options;
		t->last.options_len = sizeof stamps;
	}
	if (in->digested)
		make_digest(t);
	t->over = false;
	tcp_tracker_segment(t->tracker, &t->last);
}

void stream_talk_open(StreamTalk *t)
{
	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
}

void stream_talk_finish(StreamTalk *t)
{
	tcp_tracker_finish(t->tracker);
	cr_assert(t->over);
}
