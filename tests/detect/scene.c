/* SPDX-License-Identifier: BSD-3-Clause */
#include "scene.h"

#include "tcp/tcp-idle.h"

#include <inttypes.h>
#include <string.h>

static void report_free(gpointer data)
{
	SceneReport *r = data;

	g_free(r->summary);
	g_free(r->filter);
	g_free(r->facts);
	g_free(r);
}

static char *facts_of(const ShakedownAnomaly *a)
{
	GString *text = g_string_new(" ");

	for (size_t i = 0; i < a->facts_len; i++) {
		const ShakedownFact *f = &a->facts[i];

		g_string_append_printf(text, "%s=", f->name);
		switch (f->type) {
		case SHAKEDOWN_VALUE_COUNT:
		case SHAKEDOWN_VALUE_FLAG:
			g_string_append_printf(text, "%" PRIu64 " ", f->count);
			break;
		case SHAKEDOWN_VALUE_DURATION:
			g_string_append_printf(text, "%.3f ",
					       (double)f->duration / SHAKEDOWN_NS_PER_S);
			break;
		case SHAKEDOWN_VALUE_RATIO:
			g_string_append_printf(text, "%.3f ", f->ratio);
			break;
		case SHAKEDOWN_VALUE_TEXT:
			g_string_append_printf(text, "%s ", f->text);
			break;
		}
	}
	return g_string_free(text, FALSE);
}

static void hear_report(const ShakedownAnomaly *a, void *data)
{
	Scene *s = data;
	SceneReport *r = g_new0(SceneReport, 1);

	/* What holds of every anomaly. */
	cr_assert_gt(strlen(a->summary), 0);
	cr_assert_gt(strlen(a->filter), 0);
	cr_assert_leq(a->time, a->until, "%s ends before it begins", a->summary);
	for (size_t i = 1; i < a->frames_len; i++)
		cr_assert_lt(a->frames[i - 1], a->frames[i]);
	r->kind = a->kind;
	r->severity = a->severity;
	r->scope = a->scope;
	r->connection = a->connection;
	r->time = a->time;
	r->until = a->until;
	r->frames = a->frames_len;
	r->frames_cut = a->frames_cut;
	r->summary = g_strdup(a->summary);
	r->filter = g_strdup(a->filter);
	r->facts = facts_of(a);
	g_ptr_array_add(s->reports, r);
}

static void hear_event(const TcpEvent *event, void *data)
{
	Scene *s = data;

	detectors_event(s->detectors, event);
}

static void hear_over(TcpConnection *conn, void *data)
{
	Scene *s = data;

	s->record_bits = tcp_conn_anomalies(conn);
	s->worst_record = MAX(s->worst_record, (ShakedownSeverity)conn->severity);
}

static void set_back(void *data)
{
	detectors_set_back(((Scene *)data)->detectors);
}

Scene *scene_new(void)
{
	Scene *s = g_new0(Scene, 1);

	shakedown_config_init(&s->config);
	s->tracker = tcp_tracker_new(
		&s->config,
		&(TcpTrackerObserver){.event = hear_event, .over = hear_over, .set_back = set_back},
		s);
	s->context = (DetectContext){.config = &s->config,
				     .tracker = s->tracker,
				     .report = hear_report,
				     .data = s,
				     .summary = &s->summary};
	s->detectors = detectors_new(&s->context);
	s->addr[SHAKEDOWN_CLIENT] = (ShakedownAddress){4, {192, 0, 2, 1}};
	s->addr[SHAKEDOWN_SERVER] = (ShakedownAddress){4, {198, 51, 100, 7}};
	s->port[SHAKEDOWN_CLIENT] = 49152;
	s->port[SHAKEDOWN_SERVER] = 80;
	s->isn[SHAKEDOWN_CLIENT] = 1000;
	s->isn[SHAKEDOWN_SERVER] = 300000;
	s->now = SECONDS(1700000000);
	s->summary.first = s->summary.last = s->now;
	s->reports = g_ptr_array_new_with_free_func(report_free);
	return s;
}

void scene_free(Scene *s)
{
	if (!s)
		return;
	detectors_free(s->detectors);
	tcp_tracker_free(s->tracker);
	g_ptr_array_free(s->reports, TRUE);
	g_free(s);
}

static void pass(Scene *s, ShakedownDuration after)
{
	s->now += after ? after : MS(10);
	s->summary.last = s->now;
	s->summary.packets++;
}

static void set_endpoints(const Scene *s, Segment *seg, ShakedownSideId from)
{
	ShakedownSideId to = tcp_other(from);

	seg->ip_version = s->addr[from].version;
	memcpy(seg->src, s->addr[from].bytes, sizeof seg->src);
	memcpy(seg->dst, s->addr[to].bytes, sizeof seg->dst);
	seg->src_port = s->port[from];
	seg->dst_port = s->port[to];
}

void scene_send(Scene *s, ShakedownSideId from, const SceneSegment *in)
{
	uint8_t options[40] = {0};
	Segment seg;

	pass(s, in->after);
	seg = (Segment){
		.time = s->now,
		.frame = ++s->frame,
		.kind = SEGMENT_TCP,
		.ttl = in->ttl ? in->ttl : 64,
		.checksum = (uint8_t)in->checksum,
		.cut = (uint8_t)in->cut,
		.has_ip_id = true,
		.ip_id = in->same_id ? s->ip_id : ++s->ip_id,
		.seq = tcp_seq(s->isn[from] + in->seq),
		.flags = in->flags,
		.window = in->window == CLOSED_WINDOW ? 0
			  : in->window		      ? (uint16_t)in->window
						      : 8192,
		.payload_len = in->len,
		.payload = (const uint8_t *)in->payload,
		.payload_captured = in->payload ? in->len : 0,
		.options = options,
	};
	set_endpoints(s, &seg, from);
	if (in->flags & TCP_ACK)
		seg.ack = tcp_seq(s->isn[tcp_other(from)] + in->ack);
	if (in->options) {
		memcpy(options, in->options, in->options_len);
		seg.options_len = in->options_len;
	}
	if (in->tsval) {
		const uint8_t stamp[12] = {1,
					   1,
					   8,
					   10,
					   (uint8_t)(in->tsval >> 24),
					   (uint8_t)(in->tsval >> 16),
					   (uint8_t)(in->tsval >> 8),
					   (uint8_t)in->tsval};
		memcpy(options + seg.options_len, stamp, sizeof stamp);
		seg.options_len = (uint8_t)(seg.options_len + sizeof stamp);
	}
	seg.ip_len = 40u + seg.options_len + in->len;
	tcp_tracker_segment(s->tracker, &seg);
	/* They are found as they were. */
	tcp_idle_rest_all(s->tracker);
}

void scene_icmp(Scene *s, ShakedownSideId quoted, uint8_t type, uint8_t code, uint32_t mtu)
{
	Segment seg;

	pass(s, 0);
	seg = (Segment){
		.time = s->now,
		.frame = ++s->frame,
		.kind = SEGMENT_ICMP_ERROR,
		.ttl = 60,
		.seq = tcp_seq(s->isn[quoted]),
		.icmp = {.version = 4,
			 .type = type,
			 .code = code,
			 .mtu = mtu,
			 .sender = {203, 0, 113, 1},
			 .has_seq = true},
	};
	set_endpoints(s, &seg, quoted);
	tcp_tracker_segment(s->tracker, &seg);
	/* They are found as they were. */
	tcp_idle_rest_all(s->tracker);
}

void scene_wait(Scene *s, ShakedownDuration duration)
{
	/* In steps, since the clock of a capture that runs does not leap. */
	while (duration > 0) {
		ShakedownDuration step = MIN(duration, SECONDS(10));

		pass(s, step);
		tcp_tracker_advance(s->tracker, s->now);
		duration -= step;
	}
}

void scene_finish(Scene *s)
{
	tcp_tracker_finish(s->tracker);
	detectors_finish(s->detectors);
}

void scene_open(Scene *s)
{
	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
}

void scene_talk(Scene *s)
{
	CLIENT(s, PSH_ACK, 1, 1, 120);
	SERVER(s, PSH_ACK, 1, 121, 1000);
	CLIENT(s, TCP_ACK, 121, 1001);
}

Scene *scene_talking(void)
{
	Scene *s = scene_new();

	scene_open(s);
	scene_talk(s);
	return s;
}

void scene_close(Scene *s)
{
	CLIENT(s, FIN_ACK, 121, 1001);
	SERVER(s, TCP_ACK, 1001, 122);
	SERVER(s, FIN_ACK, 1001, 122);
	CLIENT(s, TCP_ACK, 122, 1002);
}

void scene_client(Scene *s, unsigned n)
{
	s->addr[SHAKEDOWN_CLIENT] =
		(ShakedownAddress){4, {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}};
	s->port[SHAKEDOWN_CLIENT] = (uint16_t)(20000 + n % 40000);
	scene_numbers(s, n);
}

static uint32_t scramble(uint32_t n)
{
	n = (n ^ n >> 16) * 0x7feb352du;
	n = (n ^ n >> 15) * 0x846ca68bu;
	return n ^ n >> 16;
}

void scene_numbers(Scene *s, unsigned n)
{
	s->isn[SHAKEDOWN_CLIENT] = scramble(2 * n + 1);
	s->isn[SHAKEDOWN_SERVER] = scramble(2 * n + 2);
}

void scene_to_port(Scene *s, unsigned port, unsigned from)
{
	s->port[SHAKEDOWN_SERVER] = (uint16_t)port;
	s->port[SHAKEDOWN_CLIENT] = (uint16_t)from;
	scene_numbers(s, port);
}

const SceneReport *scene_report(const Scene *s, ShakedownAnomalyKind kind)
{
	for (guint i = 0; i < s->reports->len; i++) {
		const SceneReport *r = g_ptr_array_index(s->reports, i);
		if (r->kind == kind)
			return r;
	}
	return NULL;
}

unsigned scene_count(const Scene *s, ShakedownAnomalyKind kind)
{
	unsigned n = 0;

	for (guint i = 0; i < s->reports->len; i++)
		n += ((const SceneReport *)g_ptr_array_index(s->reports, i))->kind == kind;
	return n;
}

char *scene_kinds(const Scene *s)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < s->reports->len; i++) {
		const SceneReport *r = g_ptr_array_index(s->reports, i);
		g_string_append_printf(text, "%s%s", i ? " " : "",
				       shakedown_anomaly_info(r->kind)->name);
	}
	return g_string_free(text, FALSE);
}

unsigned scene_loud(const Scene *s)
{
	unsigned n = 0;

	for (guint i = 0; i < s->reports->len; i++)
		n += ((const SceneReport *)g_ptr_array_index(s->reports, i))->severity >=
		     SHAKEDOWN_SEVERITY_WARNING;
	return n;
}
