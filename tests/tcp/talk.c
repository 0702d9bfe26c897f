/* SPDX-License-Identifier: BSD-3-Clause */
#include "talk.h"

#include "same-record.h"

#include "decode/encapsulation.h"
#include "tcp/tcp-folded.h"
#include "tcp/tcp-idle.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>
#include <string.h>

/* What has no name here is counted, but not part of the text: it comes where others do. */
static const char *const event_names[TCP_EVENTS] = {
	[TCP_EVENT_OPENED] = "opened",
	[TCP_EVENT_SYN] = "syn",
	[TCP_EVENT_SYN_ACK] = "syn-ack",
	[TCP_EVENT_ESTABLISHED] = "established",
	[TCP_EVENT_THIRD_ACK_LOST] = "third-ack-lost",
	[TCP_EVENT_FIN] = "fin",
	[TCP_EVENT_LAST_ACK_LOST] = "last-ack-lost",
	[TCP_EVENT_TIME_WAIT_RESTARTED] = "time-wait-restarted",
	[TCP_EVENT_RST] = "rst",
	[TCP_EVENT_RST_IGNORED] = "rst-ignored",
	[TCP_EVENT_RST_FORGED] = "rst-forged",
	[TCP_EVENT_RST_CONTRADICTED] = "rst-contradicted",
	[TCP_EVENT_CHALLENGE_ACK] = "challenge-ack",
	[TCP_EVENT_SYN_IN_CONNECTION] = "syn-in-connection",
	[TCP_EVENT_OLD_DUPLICATE_SYN] = "old-duplicate-syn",
	[TCP_EVENT_BAD_ACK] = "bad-ack",
	[TCP_EVENT_FIN_CONTRADICTED] = "fin-contradicted",
	[TCP_EVENT_UNREACHABLE] = "unreachable",
	[TCP_EVENT_REUSED] = "reused",
	[TCP_EVENT_HANDSHAKE_LATE] = "handshake-late",
	[TCP_EVENT_FIN_LATE] = "fin-late",
	[TCP_EVENT_LINGERING] = "lingering",
	[TCP_EVENT_CAPTURE_LOSS] = "capture-loss",
	[TCP_EVENT_OVER] = "over",
};

static const char evidence_marks[SHAKEDOWN_EVIDENCES + 1] = {
	[SHAKEDOWN_EVIDENCE_SENT] = '\0',     [SHAKEDOWN_EVIDENCE_DELIVERED] = '?',
	[SHAKEDOWN_EVIDENCE_CONFIRMED] = '!', [SHAKEDOWN_EVIDENCE_TIMER] = '~',
	[SHAKEDOWN_EVIDENCE_ASSUMED] = '*',
};

static void append_state(GString *text, ShakedownTcpState state, ShakedownEvidence evidence)
{
	g_string_append(text, shakedown_tcp_state_name(state));
	if (evidence_marks[evidence])
		g_string_append_c(text, evidence_marks[evidence]);
}

static void hear_event(const TcpEvent *event, void *data)
{
	Talk *t = data;
	uint64_t id = event->conn->id;

	cr_assert_leq(id, TALK_CONNECTIONS);
	t->connection[id].conn = event->conn;
	t->connections = MAX(t->connections, (unsigned)id);
	t->event_count[event->kind]++;
	if (!event_names[event->kind])
		return;
	if (t->events->len)
		g_string_append_c(t->events, ' ');
	g_string_append(t->events, event_names[event->kind]);
}

static void hear_over(TcpConnection *conn, void *data)
{
	Talk *t = data;
	TalkConnection *c = &t->connection[conn->id];

	tcp_record_fill(&c->record, &c->room, conn, t->tracker, &t->config);
	same_record(&c->record, tcp_record_of(&t->recorder, conn, t->tracker, &t->config));
	c->conn = NULL;
	t->over[t->over_len++] = conn->id;
}

static void hear_opening(TcpConnection *conn, ShakedownTime time, void *data)
{
	Talk *t = data;
	ShakedownHandshakeOutcome outcome = tcp_record_handshake(conn, &t->config, time).outcome;

	g_string_append_printf(t->openings, "%s%u %s", t->openings->len ? ", " : "",
			       (unsigned)conn->id, shakedown_handshake_outcome_name(outcome));
}

static void hear_segment(const ShakedownSegment *segment, void *data)
{
	Talk *t = data;
	g_autoptr(GString) changes = g_string_new(NULL);

	t->segment_class = segment->segment_class;
	t->id = segment->connection;
	g_strlcpy(t->note, segment->note ? segment->note : "", sizeof t->note);
	for (size_t i = 0; i < segment->changes_len; i++) {
		const ShakedownStateChange *change = &segment->changes[i];

		g_string_append_printf(changes, "%s%s%c:", i ? " " : "",
				       change->taken_back ? "-" : "",
				       change->side == SHAKEDOWN_CLIENT ? 'C' : 'S');
		append_state(changes, change->state, change->evidence);
	}
	g_strlcpy(t->changes, changes->str, sizeof t->changes);
}

/* A first SYN has been recorded, so that what others are is not taken for that. */
static void record_first_syn(Talk *t)
{
	const TcpFolded folded = {.start = 1, .frame = 1, .id = 1, .wscale = TCP_FOLDED_NO_WSCALE};
	TcpConnection conn = {.key.ip_version = 4};

	tcp_folded_opened(&conn, &folded);
	tcp_folded_syn(&conn, &folded);
	(void)tcp_record_of(&t->recorder, &conn, t->tracker, &t->config);
	cr_assert(t->recorder.knows_first_syn);
}

Talk *talk_new(void)
{
	Talk *t = g_new0(Talk, 1);

	shakedown_config_init(&t->config);
	t->tracker = tcp_tracker_new(&t->config,
				     &(TcpTrackerObserver){.event = hear_event,
							   .over = hear_over,
							   .opening = hear_opening,
							   .segment = hear_segment},
				     t);
	/* Whatever closes rests: whoever looks at it finds it as it was. */
	t->tracker->rest_from = 0;
	t->addr[SHAKEDOWN_CLIENT] = (ShakedownAddress){4, {192, 0, 2, 1}};
	t->addr[SHAKEDOWN_SERVER] = (ShakedownAddress){4, {198, 51, 100, 7}};
	t->port[SHAKEDOWN_CLIENT] = 49152;
	t->port[SHAKEDOWN_SERVER] = 80;
	t->isn[SHAKEDOWN_CLIENT] = 1000;
	t->isn[SHAKEDOWN_SERVER] = 300000;
	t->now = SECONDS(1700000000);
	t->events = g_string_new(NULL);
	t->openings = g_string_new(NULL);
	t->text = g_string_new(NULL);
	record_first_syn(t);
	return t;
}

void talk_free(Talk *t)
{
	if (!t)
		return;
	tcp_tracker_free(t->tracker);
	g_string_free(t->events, true);
	g_string_free(t->openings, true);
	g_string_free(t->text, true);
	g_free(t);
}

static void pass(Talk *t, ShakedownDuration after)
{
	if (after != AT_ONCE)
		t->now += after ? after : MS(10);
}

static void add_timestamps(Talk *t, const TalkSegment *in)
{
	uint8_t *o = t->options + t->last.options_len;
	const uint32_t stamps[2] = {in->tsval, in->tsecr};

	*o++ = TCP_OPTION_NOP;
	*o++ = TCP_OPTION_NOP;
	*o++ = TCP_OPTION_TIMESTAMPS;
	*o++ = 10;
	for (unsigned i = 0; i < 8; i++)
		*o++ = (uint8_t)(stamps[i / 4] >> (24 - 8 * (i % 4)));
	t->last.options_len = (uint8_t)(t->last.options_len + 12);
}

static void address(Talk *t, ShakedownSideId from)
{
	ShakedownSideId to = tcp_other(from);

	t->last.ip_version = t->addr[from].version;
	memcpy(t->last.src, t->addr[from].bytes, sizeof t->last.src);
	memcpy(t->last.dst, t->addr[to].bytes, sizeof t->last.dst);
	t->last.src_port = t->port[from];
	t->last.dst_port = t->port[to];
}

static uint16_t window_of(const TalkSegment *in)
{
	return in->window == CLOSED_WINDOW ? 0 : in->window ? (uint16_t)in->window : 8192;
}

/* Whoever looks at a connection finds it as it was. */
static void take_last(Talk *t)
{
	tcp_tracker_segment(t->tracker, &t->last);
	if (!t->awake)
		tcp_idle_rest_all(t->tracker);
}

void talk_send(Talk *t, ShakedownSideId from, const TalkSegment *in)
{
	ShakedownSideId to = tcp_other(from);

	pass(t, in->after);
	t->last = (Segment){
		.time = t->now,
		.frame = ++t->frame,
		.kind = SEGMENT_TCP,
		.ttl = in->ttl ? in->ttl : 64,
		.checksum = (uint8_t)in->checksum,
		.has_ip_id = in->ip_id != NO_IP_ID,
		.seq = tcp_seq((in->isn ? in->isn : t->isn[from]) + in->seq),
		.flags = in->flags,
		.window = window_of(in),
		.payload_len = in->len,
		.options = t->options,
	};
	address(t, from);
	if (in->flags & TCP_ACK)
		t->last.ack = tcp_seq((in->peer_isn ? in->peer_isn : t->isn[to]) + in->ack);
	if (t->last.has_ip_id)
		t->last.ip_id = in->ip_id ? (uint16_t)in->ip_id : ++t->ip_id[from];
	if (in->options) {
		memcpy(t->options, in->options, in->options_len);
		t->last.options_len = in->options_len;
	}
	if (in->tsval)
		add_timestamps(t, in);
	if (in->in_gre)
		encapsulation_push(&t->last.encap, ENCAP_GRE, false, 0, false);
	if (in->vlan)
		encapsulation_push(&t->last.encap, ENCAP_VLAN, true, in->vlan, true);
	t->last.ip_len = 40u + t->last.options_len + in->len;
	take_last(t);
}

void talk_copy(Talk *t, ShakedownDuration after)
{
	pass(t, after);
	t->last.time = t->now;
	t->last.frame = ++t->frame;
	take_last(t);
}

void talk_icmp(Talk *t, ShakedownSideId quoted, uint8_t type, uint8_t code)
{
	pass(t, 0);
	t->last = (Segment){
		.time = t->now,
		.frame = ++t->frame,
		.kind = SEGMENT_ICMP_ERROR,
		.seq = tcp_seq(t->isn[quoted]),
		.icmp = {.version = t->addr[quoted].version,
			 .type = type,
			 .code = code,
			 .has_seq = true},
	};
	address(t, quoted);
	take_last(t);
}

void talk_wait(Talk *t, ShakedownDuration duration)
{
	for (ShakedownTime until = t->now + duration; t->now < until;) {
		t->now = MIN(until, t->now + SECONDS(1000));
		tcp_tracker_advance(t->tracker, t->now);
	}
	/* A timer fires within a tick. */
	tcp_tracker_advance(t->tracker, t->now += MS(20));
}

void talk_finish(Talk *t)
{
	tcp_tracker_finish(t->tracker);
}

void talk_open_with(Talk *t, const char *options, uint8_t len)
{
	CLIENT(t, TCP_SYN, .options = options, .options_len = len);
	SERVER(t, SYN_ACK, 0, 1, .options = options, .options_len = len);
	CLIENT(t, TCP_ACK, 1, 1);
}

void talk_open(Talk *t)
{
	talk_open_with(t, "", 0);
}

Talk *talk_talking(void)
{
	Talk *t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	SERVER(t, PSH_ACK, 1, 101, 200);
	CLIENT(t, TCP_ACK, 101, 201);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	talk_events(t);
	return t;
}

static void unfolded(TcpConnection *conn, void *data)
{
	((Talk *)data)->connection[conn->id].conn = conn;
}

TcpConnection *talk_conn(Talk *t, uint64_t id)
{
	tcp_unfold_all(t->tracker, unfolded, t);
	cr_assert(id >= 1 && id <= t->connections, "there is no connection %u", (unsigned)id);
	cr_assert_not_null(t->connection[id].conn, "connection %u is over", (unsigned)id);
	return t->connection[id].conn;
}

TcpSide *talk_side(Talk *t, ShakedownSideId side)
{
	return &talk_conn(t, t->id)->side[side];
}

const TcpAsideSide *talk_aside(Talk *t, ShakedownSideId side)
{
	return &tcp_aside(talk_conn(t, t->id))->side[side];
}

const char *talk_states_of(Talk *t, uint64_t id)
{
	g_string_truncate(t->text, 0);
	for (unsigned i = 0; i < 2; i++) {
		const ShakedownSide *side = &talk_record(t, id)->side[i];
		const ShakedownHistoryEntry *last =
			side->history_len ? &side->history[side->history_len - 1] : NULL;
		bool told = last && last->state == side->state;

		if (i)
			g_string_append(t->text, " / ");
		append_state(t->text, side->state, told ? last->evidence : SHAKEDOWN_EVIDENCE_SENT);
	}
	return t->text->str;
}

const char *talk_states(Talk *t)
{
	return talk_states_of(t, t->id);
}

const char *talk_history(Talk *t, uint64_t id, ShakedownSideId side)
{
	const ShakedownSide *s = &talk_record(t, id)->side[side];

	g_string_truncate(t->text, 0);
	for (size_t i = 0; i < s->history_len; i++) {
		if (i)
			g_string_append_c(t->text, ' ');
		append_state(t->text, s->history[i].state, s->history[i].evidence);
	}
	return t->text->str;
}

const char *talk_events(Talk *t)
{
	g_string_assign(t->text, t->events->str);
	g_string_truncate(t->events, 0);
	return t->text->str;
}

const ShakedownConnection *talk_record(Talk *t, uint64_t id)
{
	cr_assert(id >= 1 && id <= t->connections, "there is no connection %u", (unsigned)id);
	TalkConnection *c = &t->connection[id];

	tcp_unfold_all(t->tracker, unfolded, t);
	if (c->conn)
		tcp_record_fill(&c->record, &c->room, c->conn, t->tracker, &t->config);
	return &c->record;
}

const char *talk_outcome(Talk *t, uint64_t id)
{
	const ShakedownConnection *record = talk_record(t, id);

	g_string_printf(t->text, "%s %s, %s %s",
			shakedown_handshake_kind_name(record->handshake.kind),
			shakedown_handshake_outcome_name(record->handshake.outcome),
			shakedown_teardown_kind_name(record->teardown.kind),
			shakedown_teardown_outcome_name(record->teardown.outcome));
	return t->text->str;
}
