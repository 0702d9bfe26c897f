/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections as rows of Zeek's conn.log, for tools that read that: tab-separated with Zeek's
 * header lines, or its JSON. The columns up to community_id are Zeek's own, in its order and by its
 * rules, so that scripts which count columns work too; what needs Zeek's parsers or configuration
 * (service, local_orig, local_resp) is unset. The columns behind tell what Zeek does not.
 *
 * Nothing in a row needs Zeek's escapes: addresses, numbers and spellings of our own.
 */
#include <glib.h>

#include "report/json.h"
#include "report/record.h"
#include "report/views.h"
#include "report/zeek-id.h"

typedef struct {
	const char *name, *type;
} ZeekField;

static const ZeekField fields[] = {
	{"ts", "time"},		  {"uid", "string"},	      {"id.orig_h", "addr"},
	{"id.orig_p", "port"},	  {"id.resp_h", "addr"},      {"id.resp_p", "port"},
	{"proto", "enum"},	  {"service", "string"},      {"duration", "interval"},
	{"orig_bytes", "count"},  {"resp_bytes", "count"},    {"conn_state", "string"},
	{"local_orig", "bool"},	  {"local_resp", "bool"},     {"missed_bytes", "count"},
	{"history", "string"},	  {"orig_pkts", "count"},     {"orig_ip_bytes", "count"},
	{"resp_pkts", "count"},	  {"resp_ip_bytes", "count"}, {"tunnel_parents", "set[string]"},
	{"ip_proto", "count"},	  {"community_id", "string"}, {"orig_state", "string"},
	{"resp_state", "string"}, {"closed_by", "string"},
};

typedef struct {
	ReportSink base;
	ReportWriter *out;
	JsonWriter json;
	ZeekId id;
	size_t field; /* the next of the row */
	bool as_json, flush_records;
	bool begun; /* the header is written */
} ZeekSink;

/* Zeek writes its own clock there; this is the packets', in UTC. */
static void put_when(ZeekSink *self, const char *name, ShakedownTime time)
{
	char text[REPORT_TIME_LEN];

	report_format_time(text, time);
	text[10] = text[13] = text[16] = '-';
	report_put(self->out, name);
	report_put_char(self->out, '\t');
	report_put_bytes(self->out, text, 19);
	report_put_char(self->out, '\n');
}

static void put_header(ZeekSink *self, ShakedownTime open)
{
	self->begun = true;
	if (self->as_json)
		return;
	report_put(self->out, "#separator \\x09\n"
			      "#set_separator\t,\n"
			      "#empty_field\t(empty)\n"
			      "#unset_field\t-\n"
			      "#path\tconn\n");
	put_when(self, "#open", open);
	report_put(self->out, "#fields");
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		report_put_char(self->out, '\t');
		report_put(self->out, fields[i].name);
	}
	report_put(self->out, "\n#types");
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		report_put_char(self->out, '\t');
		report_put(self->out, fields[i].type);
	}
	report_put_char(self->out, '\n');
}

/* Comes before a field's value. */
static void begin_field(ZeekSink *self)
{
	if (self->as_json)
		json_key_text(&self->json, fields[self->field].name);
	else if (self->field > 0)
		report_put_char(self->out, '\t');
	self->field++;
}

static void put_unset(ZeekSink *self)
{
	if (self->as_json) {
		self->field++;
		return;
	}
	begin_field(self);
	report_put_char(self->out, '-');
}

static void put_text(ZeekSink *self, const char *value)
{
	if (!value) {
		put_unset(self);
		return;
	}
	begin_field(self);
	if (self->as_json)
		json_name(&self->json, value);
	else
		report_put(self->out, value);
}

static void put_count(ZeekSink *self, bool known, uint64_t value)
{
	if (!known) {
		put_unset(self);
		return;
	}
	begin_field(self);
	if (self->as_json)
		json_uint(&self->json, value);
	else
		report_put_uint(self->out, value);
}

/* Seconds with the six decimals that Zeek has; also for a time, counted from 1970. */
static void put_seconds(ZeekSink *self, bool known, int64_t value)
{
	if (!known) {
		put_unset(self);
		return;
	}
	begin_field(self);
	char *at = report_writer_reserve(self->out, REPORT_SECONDS_LEN);
	report_writer_advance(self->out, report_format_seconds_fixed(at, value, 6));
	self->json.comma = true;
}

static void put_endpoint(ZeekSink *self, const ShakedownSide *side)
{
	char addr[SHAKEDOWN_ADDRESS_LEN];

	shakedown_address_format(&side->addr, addr);
	put_text(self, addr);
	put_count(self, true, side->port);
}

/* Zeek knows tunnels of IP; a VLAN tag or a label is none. */
static bool is_tunnel(const char *name)
{
	static const char *const links[] = {"vlan",   "mpls", "pppoe",	"ppp", "pbb",
					    "capwap", "ah",   "ipcomp", "esp"};

	for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
		size_t len = strlen(links[i]);
		if (strncmp(name, links[i], len) == 0 && (name[len] == ':' || name[len] == '\0'))
			return false;
	}
	return true;
}

/* Zeek has the uids of the tunnels' own rows there; as there are none, their names. */
static void put_tunnels(ZeekSink *self, const char *const *names)
{
	bool any = false;

	for (; names && *names; names++) {
		if (!is_tunnel(*names))
			continue;
		if (!any) {
			begin_field(self);
			if (self->as_json)
				json_begin(&self->json, '[');
		} else if (!self->as_json) {
			report_put_char(self->out, ',');
		}
		any = true;
		if (self->as_json)
			json_name(&self->json, *names);
		else
			report_put(self->out, *names);
	}
	if (!any)
		put_unset(self);
	else if (self->as_json)
		json_end(&self->json, ']');
}

static const char *closed_by(const ShakedownConnection *c)
{
	if (c->teardown.first < 0)
		return NULL;
	return c->teardown.first == SHAKEDOWN_CLIENT ? "orig" : "resp";
}

static void put_row(ZeekSink *self, const ShakedownConnection *c)
{
	static const ShakedownConnLog none = {.conn_state = "OTH", .history = ""};
	const ShakedownConnLog *log = c->log ? c->log : &none;
	ShakedownDuration duration = c->log ? record_span(c->start, log->last) : 0;
	bool lasted = duration >= 500; /* as printed: not 0.000000 */
	char uid[ZEEK_UID_LEN], community[ZEEK_COMMUNITY_LEN];

	zeek_uid(&self->id, c, uid);
	zeek_community_id(&self->id, c, community);
	put_seconds(self, true, c->start);
	put_text(self, uid);
	put_endpoint(self, &c->side[SHAKEDOWN_CLIENT]);
	put_endpoint(self, &c->side[SHAKEDOWN_SERVER]);
	put_text(self, "tcp");
	put_unset(self); /* service */
	put_seconds(self, lasted, duration);
	for (unsigned i = 0; i < 2; i++)
		put_count(self, lasted, log->side[i].bytes);
	put_text(self, log->conn_state);
	put_unset(self); /* local_orig */
	put_unset(self); /* local_resp */
	put_count(self, true, log->missed_bytes);
	put_text(self, *log->history ? log->history : NULL);
	for (unsigned i = 0; i < 2; i++) {
		put_count(self, true, log->side[i].packets);
		put_count(self, true, log->side[i].ip_bytes);
	}
	put_tunnels(self, c->encapsulation);
	put_count(self, true, 6); /* ip_proto */
	put_text(self, community);
	put_text(self, shakedown_tcp_state_name(c->side[SHAKEDOWN_CLIENT].state));
	put_text(self, shakedown_tcp_state_name(c->side[SHAKEDOWN_SERVER].state));
	put_text(self, closed_by(c));
}

static void put_connection(ReportSink *sink, const ShakedownConnection *c)
{
	ZeekSink *self = (ZeekSink *)sink;

	if (!self->begun)
		put_header(self, c->start);
	self->field = 0;
	if (self->as_json) {
		self->json.comma = false;
		json_begin(&self->json, '{');
	}
	put_row(self, c);
	if (self->as_json)
		json_end(&self->json, '}');
	report_put_char(self->out, '\n');
	if (self->flush_records)
		(void)report_writer_flush(self->out);
}

static bool finish(ReportSink *sink, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture, GError **error)
{
	ZeekSink *self = (ZeekSink *)sink;
	ShakedownTime last = summary ? summary->last : capture ? capture->last : 0;

	if (!self->begun)
		put_header(self, last);
	if (!self->as_json)
		put_when(self, "#close", last);
	return true;
}

static void zeek_sink_free(ReportSink *sink)
{
	zeek_id_clear(&((ZeekSink *)sink)->id);
	g_free(sink);
}

ReportSink *zeek_sink_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps ops = {
		.connection = put_connection,
		.finish = finish,
		.free = zeek_sink_free,
		.wants_conn_log = true,
	};
	ZeekSink *self = g_new0(ZeekSink, 1);

	self->base.ops = &ops;
	self->out = out;
	self->as_json = options->format == SHAKEDOWN_FORMAT_ZEEK_JSON;
	self->flush_records = options->flush_records;
	json_init(&self->json, out);
	zeek_id_init(&self->id);
	return &self->base;
}
