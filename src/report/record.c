/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections and anomalies as JSON objects. */
#include "report/record.h"

#include <glib.h>

ShakedownDuration record_span(ShakedownTime start, ShakedownTime end)
{
	ShakedownDuration span;
	if (__builtin_sub_overflow(end, start, &span))
		return end > start ? INT64_MAX : INT64_MIN + 1;
	return span == SHAKEDOWN_DURATION_UNKNOWN ? span + 1 : span;
}

const char *record_fast_open_name(int8_t fast_open)
{
	if (fast_open < 0)
		return NULL;
	return fast_open == 0 ? "cookie-request" : "cookie";
}

const char *record_side_name(int8_t side)
{
	if (side < 0)
		return NULL;
	return side >= 2 ? "both" : shakedown_side_name((ShakedownSideId)side);
}

const char *record_reset_by(const ShakedownTeardown *t)
{
	return t->kind == SHAKEDOWN_TEARDOWN_KIND_RESET ? record_side_name(t->reset_by) : NULL;
}

static void name_or_null(JsonWriter *json, const char *name)
{
	if (name)
		json_name(json, name);
	else
		json_null(json);
}

static void history(JsonWriter *json, const ShakedownSide *side)
{
	json_key(json, "history");
	json_begin(json, '[');
	for (size_t i = 0; i < side->history_len; i++) {
		const ShakedownHistoryEntry *entry = &side->history[i];
		json_begin(json, '{');
		json_key(json, "state");
		json_name(json, shakedown_tcp_state_name(entry->state));
		json_key(json, "time");
		json_time(json, entry->time);
		json_key(json, "frame");
		if (entry->frame > 0)
			json_uint(json, entry->frame);
		else
			json_null(json);
		json_key(json, "evidence");
		json_name(json, shakedown_evidence_name(entry->evidence));
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void number_or_null(JsonWriter *json, int32_t value)
{
	if (value >= 0)
		json_int(json, value);
	else
		json_null(json);
}

/* Without a SYN, what was offered is not known: null, where false would be a statement. */
static void options(JsonWriter *json, const ShakedownTcpOptions *o)
{
	if (!o->known) {
		json_members(json, "\"options\":{\"mss\":null,\"window_scale\":null,"
				   "\"sack_permitted\":null,\"timestamps\":null,"
				   "\"fast_open\":null,\"mptcp\":null,\"md5\":null,\"ao\":null}");
		return;
	}
	json_key(json, "options");
	json_begin(json, '{');
	json_key(json, "mss");
	number_or_null(json, o->mss);
	json_key(json, "window_scale");
	number_or_null(json, o->window_scale);
	json_key(json, "sack_permitted");
	json_bool(json, o->sack_permitted);
	json_key(json, "timestamps");
	json_bool(json, o->timestamps);
	json_key(json, "fast_open");
	name_or_null(json, record_fast_open_name(o->fast_open));
	json_key(json, "mptcp");
	number_or_null(json, o->mptcp);
	json_key(json, "md5");
	json_bool(json, o->md5);
	json_key(json, "ao");
	json_bool(json, o->ao);
	json_end(json, '}');
}

static void rtt(JsonWriter *json, const ShakedownRtt *r)
{
	if (r->samples == 0)
		return;
	json_key(json, "rtt");
	json_begin(json, '{');
	json_key(json, "samples");
	json_uint(json, r->samples);
	json_key(json, "min_s");
	json_seconds(json, r->min);
	json_key(json, "median_s");
	json_seconds(json, r->median);
	json_key(json, "p95_s");
	json_seconds(json, r->p95);
	json_key(json, "max_s");
	json_seconds(json, r->max);
	json_end(json, '}');
}

/* Most sides have none of them. */
static void rare_counts(JsonWriter *json, const ShakedownSide *s)
{
	if (!(s->fast_retransmissions | s->spurious_retransmissions | s->duplicate_acks |
	      s->keep_alives | s->window_probes)) {
		json_members(json, "\"fast_retransmissions\":0,\"spurious_retransmissions\":0,"
				   "\"duplicate_acks\":0,\"keep_alives\":0,\"window_probes\":0");
		return;
	}
	json_key(json, "fast_retransmissions");
	json_uint(json, s->fast_retransmissions);
	json_key(json, "spurious_retransmissions");
	json_uint(json, s->spurious_retransmissions);
	json_key(json, "duplicate_acks");
	json_uint(json, s->duplicate_acks);
	json_key(json, "keep_alives");
	json_uint(json, s->keep_alives);
	json_key(json, "window_probes");
	json_uint(json, s->window_probes);
}

static void side(JsonWriter *json, const ShakedownSide *s)
{
	json_begin(json, '{');
	json_key(json, "addr");
	json_address(json, &s->addr);
	json_key(json, "port");
	json_uint(json, s->port);
	json_key(json, "state");
	json_name(json, shakedown_tcp_state_name(s->state));
	json_key(json, "isn");
	if (s->isn_known)
		json_uint(json, s->isn);
	else
		json_null(json);
	history(json, s);
	json_key(json, "packets");
	json_uint(json, s->packets);
	json_key(json, "bytes");
	json_uint(json, s->bytes);
	json_key(json, "retransmissions");
	json_uint(json, s->retransmissions);
	json_key(json, "out_of_order");
	json_uint(json, s->out_of_order);
	json_key(json, "missing_bytes");
	json_uint(json, s->missing_bytes);
	options(json, &s->options);
	json_key(json, "seen");
	json_bool(json, s->seen);
	rare_counts(json, s);
	rtt(json, &s->rtt);
	json_end(json, '}');
}

static void handshake(JsonWriter *json, const ShakedownHandshake *h)
{
	json_key(json, "handshake");
	json_begin(json, '{');
	json_key(json, "kind");
	json_name(json, shakedown_handshake_kind_name(h->kind));
	json_key(json, "outcome");
	json_name(json, shakedown_handshake_outcome_name(h->outcome));
	json_key(json, "syn");
	json_uint(json, h->syn);
	json_key(json, "syn_ack");
	json_uint(json, h->syn_ack);
	json_key(json, "server_rtt_s");
	json_seconds(json, h->server_rtt);
	json_key(json, "client_rtt_s");
	json_seconds(json, h->client_rtt);
	json_key(json, "tap");
	if (h->tap == SHAKEDOWN_TAP_UNKNOWN)
		json_null(json);
	else
		json_name(json, shakedown_tap_name(h->tap));
	json_end(json, '}');
}

static void teardown(JsonWriter *json, const ShakedownTeardown *t)
{
	json_key(json, "teardown");
	json_begin(json, '{');
	json_key(json, "kind");
	json_name(json, shakedown_teardown_kind_name(t->kind));
	json_key(json, "outcome");
	json_name(json, shakedown_teardown_outcome_name(t->outcome));
	json_key(json, "first");
	name_or_null(json, record_side_name(t->first));
	json_key(json, "time_wait");
	name_or_null(json, record_side_name(t->time_wait));
	json_key(json, "half_closed_s");
	json_seconds(json, t->half_closed);
	json_key(json, "reset_by");
	name_or_null(json, record_reset_by(t));
	json_end(json, '}');
}

void record_connection(JsonWriter *json, const ShakedownConnection *c)
{
	json_begin(json, '{');
	json_key(json, "record");
	json_name(json, "connection");
	json_key(json, "id");
	json_uint(json, c->id);
	json_key(json, "ip_version");
	json_uint(json, c->ip_version);
	json_key(json, "start");
	json_time(json, c->start);
	json_key(json, "end");
	json_time(json, c->end);
	json_key(json, "duration_s");
	json_seconds(json, record_span(c->start, c->end));
	json_key(json, "role_basis");
	json_name(json, shakedown_role_basis_name(c->role_basis));
	json_key(json, "client");
	side(json, &c->side[SHAKEDOWN_CLIENT]);
	json_key(json, "server");
	side(json, &c->side[SHAKEDOWN_SERVER]);
	handshake(json, &c->handshake);
	teardown(json, &c->teardown);
	json_key(json, "encapsulation");
	json_begin(json, '[');
	for (const char *const *name = c->encapsulation; name && *name; name++)
		json_string(json, *name);
	json_end(json, ']');
	json_key(json, "anomalies");
	json_begin(json, '[');
	for (size_t i = 0; i < c->anomalies_len; i++)
		json_name(json, shakedown_anomaly_info(c->anomalies[i])->name);
	json_end(json, ']');
	json_key(json, "severity");
	if (c->anomalies_len)
		json_name(json, shakedown_severity_name(c->severity));
	else
		json_null(json);
	json_key(json, "first_frame");
	json_uint(json, c->first_frame);
	json_key(json, "last_frame");
	json_uint(json, c->last_frame);
	json_key(json, "truncated");
	json_string(json, c->truncated);
	json_end(json, '}');
}

/* "192.0.2.4:50112"; a port 0 outside a connection means that there is none to name. */
static void endpoint(JsonWriter *json, const ShakedownAddress *addr, uint16_t port, bool with_port)
{
	char text[REPORT_ENDPOINT_LEN + 1];

	if (port == 0 && !with_port) {
		json_address(json, addr);
		return;
	}
	text[report_format_endpoint(text, addr, port)] = '\0';
	json_name(json, text);
}

static void subject(JsonWriter *json, const ShakedownAnomaly *a)
{
	const ShakedownSubject *s = &a->subject;
	bool connection = a->scope == SHAKEDOWN_SCOPE_CONNECTION;

	json_key(json, "subject");
	json_begin(json, '{');
	if (s->client.version) {
		json_key(json, "client");
		endpoint(json, &s->client, s->client_port, connection);
	}
	if (s->server.version) {
		json_key(json, "server");
		endpoint(json, &s->server, s->server_port, connection);
	}
	if (s->subnet_bits) {
		char text[REPORT_SUBNET_LEN + 1];

		text[report_format_subnet(text, &s->host, s->subnet_bits)] = '\0';
		json_key(json, "subnet");
		json_name(json, text);
	} else if (s->host.version) {
		json_key(json, "host");
		json_address(json, &s->host);
	}
	json_end(json, '}');
}

static void fact(JsonWriter *json, const ShakedownFact *f)
{
	json_key_text(json, f->name);
	switch (f->type) {
	case SHAKEDOWN_VALUE_COUNT:
		json_uint(json, f->count);
		return;
	case SHAKEDOWN_VALUE_DURATION:
		json_seconds(json, f->duration);
		return;
	case SHAKEDOWN_VALUE_RATIO:
		json_double(json, f->ratio);
		return;
	case SHAKEDOWN_VALUE_TEXT:
		json_string(json, f->text);
		return;
	case SHAKEDOWN_VALUE_FLAG:
		json_bool(json, f->count != 0);
		return;
	}
	json_null(json);
}

void record_evidence(JsonWriter *json, const ShakedownAnomaly *a)
{
	json_begin(json, '{');
	for (size_t i = 0; i < a->facts_len; i++)
		fact(json, &a->facts[i]);
	json_end(json, '}');
}

static void members(JsonWriter *json, const ShakedownAnomaly *a)
{
	json_key(json, "connections");
	json_begin(json, '[');
	if (a->connection)
		json_uint(json, a->connection);
	for (size_t i = 0; i < a->connections_len; i++)
		json_uint(json, a->connections[i]);
	json_end(json, ']');
}

void record_anomaly(JsonWriter *json, const ShakedownAnomaly *a)
{
	json_begin(json, '{');
	json_key(json, "record");
	json_name(json, "anomaly");
	json_key(json, "kind");
	json_name(json, shakedown_anomaly_info(a->kind)->name);
	json_key(json, "severity");
	json_name(json, shakedown_severity_name(a->severity));
	json_key(json, "scope");
	json_name(json, shakedown_scope_name(a->scope));
	json_key(json, "connection");
	if (a->connection)
		json_uint(json, a->connection);
	else
		json_null(json);
	json_key(json, "count");
	json_uint(json, MAX(a->count, 1));
	members(json, a);
	subject(json, a);
	json_key(json, "time");
	json_time(json, a->time);
	json_key(json, "until");
	json_time(json, a->until);
	json_key(json, "frames");
	json_begin(json, '[');
	for (size_t i = 0; i < a->frames_len; i++)
		json_uint(json, a->frames[i]);
	json_end(json, ']');
	json_key(json, "frames_cut");
	json_bool(json, a->frames_cut);
	json_key(json, "summary");
	json_string(json, a->summary);
	json_key(json, "evidence");
	record_evidence(json, a);
	json_key(json, "rule");
	json_string(json, a->rule);
	json_key(json, "filter");
	json_string(json, a->filter);
	json_end(json, '}');
}
