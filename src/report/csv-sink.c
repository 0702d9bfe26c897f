/* SPDX-License-Identifier: BSD-3-Clause */
/* A row a connection, or a row an anomaly, with a header line. */
#include <glib.h>

#include "report/csv.h"
#include "report/record.h"
#include "report/views.h"

typedef struct {
	ReportSink base;
	CsvWriter csv;
	ReportWriter scratch; /* an anomaly's evidence, before it is quoted */
} CsvSink;

/* Both sides have the same columns, after "client_" and "server_". */
static const char *const side_columns[] = {
	"addr",
	"port",
	"state",
	"evidence",
	"isn",
	"history",
	"packets",
	"bytes",
	"retransmissions",
	"out_of_order",
	"missing_bytes",
	"mss",
	"window_scale",
	"sack_permitted",
	"timestamps",
	"fast_open",
	"mptcp",
	"rtt_samples",
	"rtt_min_s",
	"rtt_median_s",
	"rtt_p95_s",
	"rtt_max_s",
	"fast_retransmissions",
	"spurious_retransmissions",
	"duplicate_acks",
	"keep_alives",
	"window_probes",
};

static void connection_header(CsvWriter *csv)
{
	static const char *const before[] = {"id",  "ip_version", "start",
					     "end", "duration_s", "role_basis"};
	static const char *const after[] = {
		"handshake_kind",   "handshake_outcome", "syn",		"syn_ack",
		"server_rtt_s",	    "client_rtt_s",	 "tap",		"teardown_kind",
		"teardown_outcome", "teardown_first",	 "time_wait",	"half_closed_s",
		"encapsulation",    "anomalies",	 "first_frame", "last_frame",
		"truncated",
	};
	/* What has come since, behind all that was there before. */
	static const char *const later[] = {"severity",	 "reset_by",	"client_seen", "client_md5",
					    "client_ao", "server_seen", "server_md5",  "server_ao"};
	char name[64];

	for (size_t i = 0; i < G_N_ELEMENTS(before); i++)
		csv_text(csv, before[i]);
	for (unsigned side = 0; side < 2; side++) {
		for (size_t i = 0; i < G_N_ELEMENTS(side_columns); i++) {
			g_snprintf(name, sizeof(name), "%s_%s",
				   shakedown_side_name((ShakedownSideId)side), side_columns[i]);
			csv_text(csv, name);
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS(after); i++)
		csv_text(csv, after[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(later); i++)
		csv_text(csv, later[i]);
	csv_end_row(csv);
}

static void anomaly_header(CsvWriter *csv)
{
	static const char *const columns[] = {
		"kind",	       "severity",    "scope",	     "connection", "client_addr",
		"client_port", "server_addr", "server_port", "host",	   "time",
		"until",       "frames",      "summary",     "evidence",   "rule",
		"filter",      "count",	      "connections", "frames_cut",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		csv_text(csv, columns[i]);
	csv_end_row(csv);
}

static void uint_if(CsvWriter *csv, bool known, uint64_t value)
{
	if (known)
		csv_uint(csv, value);
	else
		csv_empty(csv);
}

static void bool_if(CsvWriter *csv, bool known, bool value)
{
	if (known)
		csv_bool(csv, value);
	else
		csv_empty(csv);
}

static void options(CsvWriter *csv, const ShakedownTcpOptions *o)
{
	uint_if(csv, o->known && o->mss >= 0, (uint64_t)o->mss);
	uint_if(csv, o->known && o->window_scale >= 0, (uint64_t)o->window_scale);
	bool_if(csv, o->known, o->sack_permitted);
	bool_if(csv, o->known, o->timestamps);
	csv_text(csv, o->known ? record_fast_open_name(o->fast_open) : NULL);
	uint_if(csv, o->known && o->mptcp >= 0, (uint64_t)o->mptcp);
}

static void rtt(CsvWriter *csv, const ShakedownRtt *r)
{
	bool known = r->samples > 0;

	csv_uint(csv, r->samples);
	csv_seconds(csv, known ? r->min : SHAKEDOWN_DURATION_UNKNOWN);
	csv_seconds(csv, known ? r->median : SHAKEDOWN_DURATION_UNKNOWN);
	csv_seconds(csv, known ? r->p95 : SHAKEDOWN_DURATION_UNKNOWN);
	csv_seconds(csv, known ? r->max : SHAKEDOWN_DURATION_UNKNOWN);
}

static void side(CsvWriter *csv, const ShakedownSide *s)
{
	csv_address(csv, &s->addr);
	csv_uint(csv, s->port);
	csv_text(csv, shakedown_tcp_state_name(s->state));
	if (s->history_len > 0)
		csv_text(csv, shakedown_evidence_name(s->history[s->history_len - 1].evidence));
	else
		csv_empty(csv);
	uint_if(csv, s->isn_known, s->isn);
	csv_begin_words(csv);
	for (size_t i = 0; i < s->history_len; i++)
		csv_word(csv, shakedown_tcp_state_name(s->history[i].state), i == 0, '>');
	csv_uint(csv, s->packets);
	csv_uint(csv, s->bytes);
	csv_uint(csv, s->retransmissions);
	csv_uint(csv, s->out_of_order);
	csv_uint(csv, s->missing_bytes);
	options(csv, &s->options);
	rtt(csv, &s->rtt);
	csv_uint(csv, s->fast_retransmissions);
	csv_uint(csv, s->spurious_retransmissions);
	csv_uint(csv, s->duplicate_acks);
	csv_uint(csv, s->keep_alives);
	csv_uint(csv, s->window_probes);
}

static void later(CsvWriter *csv, const ShakedownConnection *c)
{
	const ShakedownTeardown *t = &c->teardown;

	csv_text(csv, c->anomalies_len ? shakedown_severity_name(c->severity) : NULL);
	csv_text(csv, record_reset_by(t));
	for (unsigned i = 0; i < 2; i++) {
		const ShakedownTcpOptions *o = &c->side[i].options;

		csv_bool(csv, c->side[i].seen);
		bool_if(csv, o->known, o->md5);
		bool_if(csv, o->known, o->ao);
	}
}

static void put_connection(ReportSink *sink, const ShakedownConnection *c)
{
	CsvWriter *csv = &((CsvSink *)sink)->csv;

	csv_uint(csv, c->id);
	csv_uint(csv, c->ip_version);
	csv_time(csv, c->start);
	csv_time(csv, c->end);
	csv_seconds(csv, record_span(c->start, c->end));
	csv_text(csv, shakedown_role_basis_name(c->role_basis));
	side(csv, &c->side[SHAKEDOWN_CLIENT]);
	side(csv, &c->side[SHAKEDOWN_SERVER]);
	csv_text(csv, shakedown_handshake_kind_name(c->handshake.kind));
	csv_text(csv, shakedown_handshake_outcome_name(c->handshake.outcome));
	csv_uint(csv, c->handshake.syn);
	csv_uint(csv, c->handshake.syn_ack);
	csv_seconds(csv, c->handshake.server_rtt);
	csv_seconds(csv, c->handshake.client_rtt);
	csv_text(csv, shakedown_tap_name(c->handshake.tap));
	csv_text(csv, shakedown_teardown_kind_name(c->teardown.kind));
	csv_text(csv, shakedown_teardown_outcome_name(c->teardown.outcome));
	csv_text(csv, record_side_name(c->teardown.first));
	csv_text(csv, record_side_name(c->teardown.time_wait));
	csv_seconds(csv, c->teardown.half_closed);
	csv_begin_words(csv);
	for (size_t i = 0; c->encapsulation && c->encapsulation[i]; i++)
		csv_word(csv, c->encapsulation[i], i == 0, ' ');
	csv_begin_words(csv);
	for (size_t i = 0; i < c->anomalies_len; i++)
		csv_word(csv, shakedown_anomaly_info(c->anomalies[i])->name, i == 0, ' ');
	csv_uint(csv, c->first_frame);
	csv_uint(csv, c->last_frame);
	csv_text(csv, c->truncated);
	later(csv, c);
	csv_end_row(csv);
}

/* A variable number of facts does not fit columns: they stand in one, as JSON. */
static void evidence(CsvSink *self, const ShakedownAnomaly *a)
{
	JsonWriter json;

	json_init(&json, &self->scratch);
	record_evidence(&json, a);
	csv_text_len(&self->csv, self->scratch.buffer, self->scratch.len);
	self->scratch.len = 0;
}

static void put_anomaly(ReportSink *sink, const ShakedownAnomaly *a)
{
	CsvSink *self = (CsvSink *)sink;
	CsvWriter *csv = &self->csv;
	const ShakedownSubject *s = &a->subject;
	bool connection = a->scope == SHAKEDOWN_SCOPE_CONNECTION;
	char digits[REPORT_UINT_LEN + 1];

	csv_text(csv, shakedown_anomaly_info(a->kind)->name);
	csv_text(csv, shakedown_severity_name(a->severity));
	csv_text(csv, shakedown_scope_name(a->scope));
	uint_if(csv, a->connection > 0, a->connection);
	csv_address(csv, &s->client);
	uint_if(csv, s->client.version && (connection || s->client_port), s->client_port);
	csv_address(csv, &s->server);
	uint_if(csv, s->server.version && (connection || s->server_port), s->server_port);
	if (s->subnet_bits)
		csv_subnet(csv, &s->host, s->subnet_bits);
	else
		csv_address(csv, &s->host);
	csv_time(csv, a->time);
	csv_time(csv, a->until);
	csv_begin_words(csv);
	for (size_t i = 0; i < a->frames_len; i++) {
		digits[report_format_uint(digits, a->frames[i])] = '\0';
		csv_word(csv, digits, i == 0, ' ');
	}
	csv_text(csv, a->summary);
	evidence(self, a);
	csv_text(csv, a->rule);
	csv_text(csv, a->filter);
	csv_uint(csv, MAX(a->count, 1));
	csv_begin_words(csv);
	if (a->connection > 0) {
		digits[report_format_uint(digits, a->connection)] = '\0';
		csv_word(csv, digits, true, ' ');
	}
	for (size_t i = 0; i < a->connections_len; i++) {
		digits[report_format_uint(digits, a->connections[i])] = '\0';
		csv_word(csv, digits, i == 0, ' ');
	}
	csv_bool(csv, a->frames_cut);
	csv_end_row(csv);
}

static bool finish(ReportSink *sink, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture, GError **error)
{
	return true;
}

static void csv_sink_free(ReportSink *sink)
{
	report_writer_clear(&((CsvSink *)sink)->scratch);
	g_free(sink);
}

ReportSink *csv_sink_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps connection_ops = {
		.connection = put_connection, .finish = finish, .free = csv_sink_free};
	static const ReportSinkOps anomaly_ops = {
		.anomaly = put_anomaly, .finish = finish, .free = csv_sink_free};
	CsvSink *self = g_new0(CsvSink, 1);

	csv_init(&self->csv, out);
	report_writer_init(&self->scratch, NULL, NULL);
	if (options->view == SHAKEDOWN_VIEW_ANOMALIES) {
		self->base.ops = &anomaly_ops;
		anomaly_header(&self->csv);
	} else {
		self->base.ops = &connection_ops;
		connection_header(&self->csv);
	}
	return &self->base;
}
