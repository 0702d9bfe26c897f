/* SPDX-License-Identifier: BSD-3-Clause */
/* Records made by hand. */
#include "samples.h"

#include <string.h>

#define MS INT64_C(1000000)
#define AT(ms) (SAMPLE_START + (ms)*MS)

#define STEP(ms, f, s, e)                                                                          \
	{                                                                                          \
		.time = AT(ms), .frame = (f), .state = SHAKEDOWN_TCP_##s,                          \
		.evidence = SHAKEDOWN_EVIDENCE_##e                                                 \
	}

static const ShakedownHistoryEntry client_graceful[] = {
	STEP(0, 1, SYN_SENT, SENT),	 STEP(1021, 4, ESTABLISHED, SENT),
	STEP(1200, 9, FIN_WAIT_1, SENT), STEP(1210, 10, FIN_WAIT_2, CONFIRMED),
	STEP(1400, 12, TIME_WAIT, SENT),
};
static const ShakedownHistoryEntry server_graceful[] = {
	STEP(0, 0, LISTEN, ASSUMED),	       STEP(1001, 3, SYN_RECEIVED, SENT),
	STEP(1021, 4, ESTABLISHED, CONFIRMED), STEP(1200, 9, CLOSE_WAIT, CONFIRMED),
	STEP(1390, 11, LAST_ACK, SENT),	       STEP(1400, 12, CLOSED, DELIVERED),
};
static const ShakedownHistoryEntry client_syn[] = {STEP(0, 20, SYN_SENT, SENT)};
static const ShakedownHistoryEntry server_syn[] = {STEP(0, 0, LISTEN, ASSUMED)};
static const ShakedownHistoryEntry client_refused[] = {STEP(0, 20, SYN_SENT, SENT),
						       STEP(1, 21, CLOSED, DELIVERED)};
static const ShakedownHistoryEntry server_refused[] = {STEP(1, 21, CLOSED, SENT)};
static const ShakedownHistoryEntry server_unfinished[] = {STEP(0, 0, LISTEN, ASSUMED),
							  STEP(1, 21, SYN_RECEIVED, SENT)};
static const ShakedownHistoryEntry client_reset[] = {STEP(0, 1, SYN_SENT, SENT),
						     STEP(21, 3, ESTABLISHED, SENT),
						     STEP(500, 30, CLOSED, DELIVERED)};
static const ShakedownHistoryEntry server_reset[] = {
	STEP(0, 0, LISTEN, ASSUMED), STEP(1, 2, SYN_RECEIVED, SENT),
	STEP(21, 3, ESTABLISHED, CONFIRMED), STEP(500, 30, CLOSED, SENT)};
static const ShakedownHistoryEntry client_lingering[] = {
	STEP(0, 1, SYN_SENT, SENT), STEP(21, 3, ESTABLISHED, SENT), STEP(700, 9, FIN_WAIT_1, SENT),
	STEP(701, 10, FIN_WAIT_2, CONFIRMED)};
static const ShakedownHistoryEntry server_lingering[] = {
	STEP(0, 0, LISTEN, ASSUMED), STEP(1, 2, SYN_RECEIVED, SENT),
	STEP(21, 3, ESTABLISHED, CONFIRMED), STEP(701, 10, CLOSE_WAIT, SENT)};
static const ShakedownHistoryEntry midstream[] = {STEP(0, 5, ESTABLISHED, ASSUMED)};

static const char *const vlan[] = {"vlan:10", NULL};
static const char *const tunnel[] = {"vlan:4094", "gre", "vxlan:42", NULL};

typedef struct {
	const ShakedownHistoryEntry *history[2];
	uint8_t history_len[2];
	uint8_t packets[2];
	uint16_t bytes[2];
	ShakedownRoleBasis role;
	ShakedownHandshake handshake;
	ShakedownTeardown teardown;
	int64_t ms;
	const char *const *encapsulation;
	ShakedownAnomalyKind anomalies[3];
	uint8_t anomalies_len;
} Sample;

#define HISTORY(c, s) .history = {c, s}, .history_len = {G_N_ELEMENTS(c), G_N_ELEMENTS(s)}
#define UNKNOWN SHAKEDOWN_DURATION_UNKNOWN

static const Sample samples[SAMPLE_KINDS] = {
	[SAMPLE_GRACEFUL] =
		{
			HISTORY(client_graceful, server_graceful),
			.packets = {7, 5},
			.bytes = {420, 1460},
			.handshake = {SHAKEDOWN_HANDSHAKE_THREE_WAY, SHAKEDOWN_HANDSHAKE_COMPLETE,
				      2, 1, 800000, 21 * MS},
			.teardown = {SHAKEDOWN_TEARDOWN_FOUR_WAY, SHAKEDOWN_TEARDOWN_GRACEFUL, 0, 0,
				     190 * MS},
			.ms = 1400,
			.encapsulation = vlan,
			.anomalies = {SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED},
			.anomalies_len = 1,
		},
	[SAMPLE_NO_ANSWER] =
		{
			HISTORY(client_syn, server_syn),
			.packets = {4, 0},
			.handshake = {SHAKEDOWN_HANDSHAKE_THREE_WAY, SHAKEDOWN_HANDSHAKE_NO_ANSWER,
				      4, 0, UNKNOWN, UNKNOWN},
			.teardown = {SHAKEDOWN_TEARDOWN_KIND_NONE, SHAKEDOWN_TEARDOWN_NEVER_OPENED,
				     -1, -1, UNKNOWN},
			.ms = 7012,
			.anomalies = {SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED,
				      SHAKEDOWN_ANOMALY_NO_ANSWER},
			.anomalies_len = 2,
		},
	[SAMPLE_REFUSED] =
		{
			HISTORY(client_refused, server_refused),
			.packets = {1, 1},
			.handshake = {SHAKEDOWN_HANDSHAKE_THREE_WAY, SHAKEDOWN_HANDSHAKE_REFUSED, 1,
				      0, UNKNOWN, UNKNOWN},
			.teardown = {SHAKEDOWN_TEARDOWN_KIND_NONE, SHAKEDOWN_TEARDOWN_NEVER_OPENED,
				     -1, -1, UNKNOWN},
			.ms = 1,
			.anomalies = {SHAKEDOWN_ANOMALY_REFUSED},
			.anomalies_len = 1,
		},
	[SAMPLE_UNFINISHED] =
		{
			HISTORY(client_syn, server_unfinished),
			.packets = {1, 5},
			.handshake = {SHAKEDOWN_HANDSHAKE_THREE_WAY, SHAKEDOWN_HANDSHAKE_UNFINISHED,
				      1, 5, 650000, UNKNOWN},
			.teardown = {SHAKEDOWN_TEARDOWN_KIND_NONE, SHAKEDOWN_TEARDOWN_NEVER_OPENED,
				     -1, -1, UNKNOWN},
			.ms = 31200,
			.anomalies = {SHAKEDOWN_ANOMALY_MISSING_THIRD_ACK,
				      SHAKEDOWN_ANOMALY_SYN_ACK_RETRANSMITTED},
			.anomalies_len = 2,
		},
	[SAMPLE_RESET] =
		{
			HISTORY(client_reset, server_reset),
			.packets = {15, 14},
			.bytes = {2048, 62000},
			.handshake = {SHAKEDOWN_HANDSHAKE_THREE_WAY, SHAKEDOWN_HANDSHAKE_COMPLETE,
				      1, 1, 1200000, 20 * MS},
			.teardown = {SHAKEDOWN_TEARDOWN_KIND_RESET, SHAKEDOWN_TEARDOWN_RESET, 1, -1,
				     UNKNOWN, 1},
			.ms = 500,
			.anomalies = {SHAKEDOWN_ANOMALY_RESET_ABORT},
			.anomalies_len = 1,
		},
	[SAMPLE_LINGERING] =
		{
			HISTORY(client_lingering, server_lingering),
			.packets = {5, 5},
			.bytes = {300, 9000},
			.handshake = {SHAKEDOWN_HANDSHAKE_THREE_WAY, SHAKEDOWN_HANDSHAKE_COMPLETE,
				      1, 1, 900000, 19 * MS},
			.teardown = {SHAKEDOWN_TEARDOWN_FOUR_WAY, SHAKEDOWN_TEARDOWN_HALF_CLOSED, 0,
				     -1, INT64_C(240000) * MS},
			.ms = 240700,
			.anomalies = {SHAKEDOWN_ANOMALY_HALF_CLOSED_LINGERING},
			.anomalies_len = 1,
		},
	[SAMPLE_MIDSTREAM] =
		{
			HISTORY(midstream, midstream),
			.packets = {200, 180},
			.bytes = {65000, 12},
			.role = SHAKEDOWN_ROLE_PORTS,
			.handshake = {SHAKEDOWN_HANDSHAKE_KIND_NOT_CAPTURED,
				      SHAKEDOWN_HANDSHAKE_NOT_CAPTURED, 0, 0, UNKNOWN, UNKNOWN},
			.teardown = {SHAKEDOWN_TEARDOWN_KIND_NONE, SHAKEDOWN_TEARDOWN_OPEN, -1,
				     -1, UNKNOWN},
			.ms = 9000,
		},
	[SAMPLE_IPV6] =
		{
			HISTORY(client_graceful, server_graceful),
			.packets = {7, 5},
			.bytes = {420, 1460},
			.handshake = {SHAKEDOWN_HANDSHAKE_FAST_OPEN, SHAKEDOWN_HANDSHAKE_COMPLETE,
				      1, 1, 800000, 21 * MS},
			.teardown = {SHAKEDOWN_TEARDOWN_FOUR_WAY, SHAKEDOWN_TEARDOWN_GRACEFUL, 1, 2,
				     190 * MS},
			.ms = 1400,
			.encapsulation = tunnel,
		},
};

static const ShakedownAddress address_long[2] = {
	{6,
	 {0x20, 0x01, 0x0d, 0xb8, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x66,
	  0x66}},
	{6,
	 {0x20, 0x01, 0x0d, 0xb8, 0xaa, 0xaa, 0xbb, 0xbb, 0xcc, 0xcc, 0xdd, 0xdd, 0xee, 0xee, 0xff,
	  0xff}},
};

static void place(ShakedownSide side[2], SampleKind kind, uint64_t id)
{
	if (kind == SAMPLE_IPV6) {
		side[0].addr = address_long[0];
		side[1].addr = address_long[1];
	} else {
		side[0].addr = (ShakedownAddress){4, {192, 0, 2, (uint8_t)(1 + id % 7 * 30)}};
		side[1].addr = (ShakedownAddress){4, {198, 51, 100, (uint8_t)(7 + id % 3 * 100)}};
	}
	side[0].port = (uint16_t)(49152 + id % 16000);
	side[1].port = kind == SAMPLE_REFUSED ? 8080 : 443;
}

ShakedownConnection sample_connection(SampleKind kind, uint64_t id)
{
	const Sample *s = &samples[kind];
	ShakedownConnection c = {
		.id = id,
		.ip_version = kind == SAMPLE_IPV6 ? 6 : 4,
		.role_basis = s->role,
		.start = AT((int64_t)(id - 1) * 100),
		.first_frame = id * 10,
		.last_frame = id * 10 + 9,
		.handshake = s->handshake,
		.teardown = s->teardown,
		.encapsulation = s->encapsulation,
		.anomalies = s->anomalies,
		.anomalies_len = s->anomalies_len,
	};
	for (size_t i = 0; i < c.anomalies_len; i++)
		c.severity = MAX(c.severity, shakedown_anomaly_info(c.anomalies[i])->severity);
	c.end = c.start + s->ms * MS;
	place(c.side, kind, id);
	for (unsigned i = 0; i < 2; i++) {
		ShakedownSide *side = &c.side[i];
		side->seen = s->packets[i] > 0;
		side->history = s->history[i];
		side->history_len = s->history_len[i];
		side->state = side->history[side->history_len - 1].state;
		side->packets = s->packets[i];
		side->bytes = s->bytes[i];
		side->isn_known = kind != SAMPLE_MIDSTREAM && side->seen;
		side->isn = 1000 * (i + 1);
		side->options = (ShakedownTcpOptions){.known = side->isn_known,
						      .sack_permitted = true,
						      .timestamps = true,
						      .mss = 1460,
						      .window_scale = 7,
						      .fast_open = kind == SAMPLE_IPV6 ? 1 : -1,
						      .mptcp = -1};
		if (side->bytes > 0)
			side->rtt = (ShakedownRtt){9, 700000, 812345, 3 * MS, 21 * MS};
	}
	c.side[0].retransmissions = s->handshake.syn > 0 ? s->handshake.syn - 1 : 0;
	return c;
}

typedef struct {
	ShakedownAnomalyKind kind;
	ShakedownSeverity severity;
	const char *summary;
	const char *rule;
} SampleFinding;

static const SampleFinding findings[SAMPLE_KINDS] = {
	[SAMPLE_GRACEFUL] = {SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED, SHAKEDOWN_SEVERITY_NOTICE,
			     "SYN sent twice, 1.00 s apart, then answered", "RFC 6298 §5.7"},
	[SAMPLE_NO_ANSWER] = {SHAKEDOWN_ANOMALY_NO_ANSWER, SHAKEDOWN_SEVERITY_WARNING,
			      "SYN sent 4 times in 7.01 s, nothing came back", "RFC 9293 §3.5"},
	[SAMPLE_REFUSED] = {SHAKEDOWN_ANOMALY_REFUSED, SHAKEDOWN_SEVERITY_NOTICE,
			    "RST 0.9 ms after the SYN: nobody listens on port 8080",
			    "RFC 9293 §3.10.7.1"},
	[SAMPLE_UNFINISHED] = {SHAKEDOWN_ANOMALY_MISSING_THIRD_ACK, SHAKEDOWN_SEVERITY_WARNING,
			       "SYN,ACK sent 5 times in 31.2 s, never acknowledged",
			       "RFC 9293 §3.5"},
	[SAMPLE_RESET] = {SHAKEDOWN_ANOMALY_RESET_ABORT, SHAKEDOWN_SEVERITY_WARNING,
			  "the server reset the connection while 2.05 kB from the client were not "
			  "acknowledged; both sides had been active 0.4 ms before",
			  "RFC 9293 §3.5.2"},
	[SAMPLE_LINGERING] =
		{SHAKEDOWN_ANOMALY_HALF_CLOSED_LINGERING, SHAKEDOWN_SEVERITY_WARNING,
		 "the server has been in CLOSE-WAIT for 4 min 0 s: its application does "
		 "not call close()",
		 "RFC 9293 §3.6"},
};

bool sample_anomaly(SampleKind kind, uint64_t id, ShakedownAnomaly *anomaly)
{
	static const uint64_t frames[] = {88, 90, 97, 104, 131};
	static const ShakedownFact facts[] = {
		{.name = "syn_ack", .type = SHAKEDOWN_VALUE_COUNT, .count = 5},
		{.name = "waited_s", .type = SHAKEDOWN_VALUE_DURATION, .duration = 31200 * MS},
	};
	const SampleFinding *f = &findings[kind];
	ShakedownConnection c = sample_connection(kind, id);

	if (!f->summary)
		return false;
	*anomaly = (ShakedownAnomaly){
		.kind = f->kind,
		.severity = f->severity,
		.scope = SHAKEDOWN_SCOPE_CONNECTION,
		.connection = id,
		.subject = {.client = c.side[0].addr,
			    .server = c.side[1].addr,
			    .client_port = c.side[0].port,
			    .server_port = c.side[1].port},
		.time = c.start,
		.until = c.end,
		.frames = frames,
		.frames_len = G_N_ELEMENTS(frames),
		.summary = f->summary,
		.facts = facts,
		.facts_len = G_N_ELEMENTS(facts),
		.rule = f->rule,
		.filter = "ip.addr==192.0.2.1 && tcp.port==49152 && ip.addr==198.51.100.7 && "
			  "tcp.port==443",
	};
	return true;
}

ShakedownAnomaly sample_flood(void)
{
	static const uint64_t frames[] = {1203, 1204, 1205};
	static const ShakedownFact facts[] = {
		{.name = "syns", .type = SHAKEDOWN_VALUE_COUNT, .count = 48211},
		{.name = "half_open_share", .type = SHAKEDOWN_VALUE_RATIO, .ratio = 0.993},
		{.name = "spoofed", .type = SHAKEDOWN_VALUE_FLAG, .count = 1},
		{.name = "lasted_s", .type = SHAKEDOWN_VALUE_DURATION, .duration = 12500 * MS},
		{.name = "service", .type = SHAKEDOWN_VALUE_TEXT, .text = "went on answering"},
	};
	return (ShakedownAnomaly){
		.kind = SHAKEDOWN_ANOMALY_SYN_FLOOD,
		.severity = SHAKEDOWN_SEVERITY_CRITICAL,
		.scope = SHAKEDOWN_SCOPE_SERVICE,
		.subject = {.server = {4, {198, 51, 100, 7}}, .server_port = 443},
		.time = AT(20000),
		.until = AT(32500),
		.frames = frames,
		.frames_len = G_N_ELEMENTS(frames),
		.summary = "48,211 SYNs in 12.5 s (3,857/s), 99.3 % stay half-open, from about "
			   "47,900 addresses that look forged",
		.facts = facts,
		.facts_len = G_N_ELEMENTS(facts),
		.rule = "RFC 4987 §2",
		.filter = "ip.dst==198.51.100.7 && tcp.dstport==443 && tcp.flags.syn==1",
	};
}

void sample_count_connection(ShakedownSummary *summary, const ShakedownConnection *c)
{
	summary->connections++;
	summary->segments += c->side[0].packets + c->side[1].packets;
	summary->handshakes[c->handshake.outcome]++;
	summary->teardowns[c->teardown.outcome]++;
	summary->teardown_kinds[c->teardown.kind]++;
	summary->states[0][c->side[0].state]++;
	summary->states[1][c->side[1].state]++;
}

void sample_count_anomaly(ShakedownSummary *summary, const ShakedownAnomaly *a)
{
	summary->anomalies[a->kind]++;
	summary->severities[a->severity]++;
}

ShakedownCaptureInfo sample_capture(uint64_t packets)
{
	static const ShakedownCaptureFile files[] = {
		{.name = "web-outage.pcapng",
		 .format = "pcapng",
		 .packets = 184203,
		 .bytes = 12400000,
		 .size = 12400000},
	};
	return (ShakedownCaptureInfo){
		.packets = packets,
		.passed = packets,
		.bytes = packets * 67,
		.first = SAMPLE_START,
		.last = AT(312333),
		.files = files,
		.files_len = 1,
	};
}

void sample_skipped(ShakedownSummary *summary)
{
	static const ShakedownSkipped skipped[] = {
		{"UDP", 3100, false}, {"ARP", 900, false}, {"cut by snaplen", 90, true}};
	summary->skipped = skipped;
	summary->skipped_len = G_N_ELEMENTS(skipped);
}

bool sample_catch(const void *bytes, size_t len, void *data)
{
	Catch *caught = data;
	const char *text = bytes;

	caught->calls++;
	if (caught->refuse_after > 0 && caught->bytes + len > caught->refuse_after)
		return false;
	caught->bytes += len;
	for (size_t i = 0; i < len; i++)
		caught->lines += text[i] == '\n';
	if (!caught->count_only)
		g_string_append_len(caught->text, text, (gssize)len);
	return true;
}

void catch_init(Catch *caught)
{
	*caught = (Catch){.text = g_string_new(NULL)};
}

void catch_clear(Catch *caught)
{
	g_string_free(caught->text, TRUE);
}

ShakedownSinkOptions sample_options(ShakedownView view, ShakedownFormat format, unsigned width,
				    Catch *caught)
{
	return (ShakedownSinkOptions){.view = view,
				      .format = format,
				      .width = width,
				      .words = "web-outage.pcapng",
				      .write = sample_catch,
				      .write_data = caught};
}

void sample_run(const ShakedownSinkOptions *options, const SampleKind *kinds, size_t n)
{
	g_autoptr(GError) error = NULL;
	ShakedownSummary summary = {0};
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(options, &error);

	g_assert_no_error(error);
	for (size_t i = 0; i < n; i++) {
		ShakedownConnection c = sample_connection(kinds[i], i + 1);
		ShakedownAnomaly a;
		if (sample_anomaly(kinds[i], i + 1, &a)) {
			shakedown_sink_anomaly(sink, &a);
			sample_count_anomaly(&summary, &a);
		}
		shakedown_sink_connection(sink, &c);
		sample_count_connection(&summary, &c);
	}
	sample_skipped(&summary);
	ShakedownCaptureInfo capture = sample_capture(summary.segments + 4090);
	g_assert_true(shakedown_sink_finish(sink, &summary, &capture, &error));
	g_assert_no_error(error);
}
