/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/finding.h"

#include "detect/display-filter.h"

#include <inttypes.h>
#include <stdarg.h>

static void begin(Finding *f, DetectContext *context, ShakedownAnomalyKind kind)
{
	const ShakedownAnomalyInfo *info = shakedown_anomaly_info(kind);

	*f = (Finding){
		.context = context,
		.anomaly = {.kind = kind,
			    .count = 1,
			    .severity = info->severity,
			    .scope = info->scope,
			    .rule = info->rule},
		.summary = g_string_new(NULL),
		.filter = g_string_new(NULL),
		.narrowing = g_string_new(NULL),
		.texts = g_string_new(NULL),
	};
}

void finding_begin(Finding *f, DetectContext *context, ShakedownAnomalyKind kind,
		   TcpConnection *conn)
{
	begin(f, context, kind);
	f->conn = conn;
	f->anomaly.scope = SHAKEDOWN_SCOPE_CONNECTION;
	f->anomaly.connection = conn->id;
	ShakedownSubject *s = &f->anomaly.subject;
	s->client = tcp_conn_address(conn, SHAKEDOWN_CLIENT);
	s->server = tcp_conn_address(conn, SHAKEDOWN_SERVER);
	s->client_port = tcp_conn_port(conn, SHAKEDOWN_CLIENT);
	s->server_port = tcp_conn_port(conn, SHAKEDOWN_SERVER);
	f->anomaly.time = conn->start;
	f->anomaly.until = conn->end;
	display_filter_endpoint(f->filter, &s->client, 0);
	g_string_append(f->filter, " && ");
	display_filter_endpoint(f->filter, &s->server, 0);
	g_string_append_printf(f->filter, " && tcp.port==%u && tcp.port==%u", s->client_port,
			       s->server_port);
}

static void begin_wide(Finding *f, DetectContext *context, ShakedownAnomalyKind kind)
{
	begin(f, context, kind);
	f->anomaly.time = context->summary->first;
	f->anomaly.until = context->summary->last;
}

void finding_begin_subnet(Finding *f, DetectContext *context, ShakedownAnomalyKind kind,
			  const ShakedownAddress *address, unsigned bits)
{
	begin_wide(f, context, kind);
	display_filter_subnet(f->filter, address, bits);
	f->anomaly.scope = SHAKEDOWN_SCOPE_SUBNET;
	f->anomaly.subject.host = *address;
	f->anomaly.subject.subnet_bits = (uint8_t)bits;
}

void finding_begin_wide(Finding *f, DetectContext *context, ShakedownAnomalyKind kind,
			const ShakedownAddress *address, uint16_t port)
{
	begin_wide(f, context, kind);
	if (!address || !address->version) {
		f->anomaly.scope = SHAKEDOWN_SCOPE_CAPTURE;
		g_string_assign(f->filter, "tcp");
		return;
	}
	display_filter_endpoint(f->filter, address, port);
	if (port) {
		f->anomaly.scope = SHAKEDOWN_SCOPE_SERVICE;
		f->anomaly.subject.server = *address;
		f->anomaly.subject.server_port = port;
	} else {
		f->anomaly.scope = SHAKEDOWN_SCOPE_HOST;
		f->anomaly.subject.host = *address;
	}
}

void finding_severity(Finding *f, ShakedownSeverity severity)
{
	f->anomaly.severity = severity;
}

void finding_time(Finding *f, ShakedownTime time, ShakedownTime until)
{
	f->anomaly.time = time;
	f->anomaly.until = MAX(time, until);
}

void finding_frame(Finding *f, uint64_t frame)
{
	size_t n = f->anomaly.frames_len, at = n;

	if (!frame)
		return;
	if (n == FINDING_FRAMES) {
		f->anomaly.frames_cut = true;
		return;
	}
	while (at > 0 && f->frames[at - 1] > frame)
		at--;
	if (at > 0 && f->frames[at - 1] == frame)
		return;
	memmove(f->frames + at + 1, f->frames + at, (n - at) * sizeof f->frames[0]);
	f->frames[at] = frame;
	f->anomaly.frames_len++;
}

void finding_frames(Finding *f, const uint64_t *frames, uint64_t len, uint64_t of)
{
	for (uint64_t i = 0; i < len; i++)
		finding_frame(f, frames[i]);
	f->anomaly.frames_cut |= of > len;
}

void finding_marks(Finding *f, TcpMarkKind kind, int side)
{
	const TcpMarks *marks = &tcp_aside(f->conn)->marks;

	for (unsigned i = 0; i < marks->len; i++)
		if (marks->items[i].kind == kind && (side < 0 || marks->items[i].side == side))
			finding_frame(f, marks->items[i].frame);
}

void finding_fins(Finding *f, int side)
{
	const TcpBelief *items = tcp_beliefs_items(&f->conn->beliefs);

	/* The first is a step of its side's history, those that follow are marks. */
	for (unsigned i = 0; i < f->conn->beliefs.len; i++)
		if (items[i].input == TCP_SENDS_FIN && (side < 0 || items[i].side == side))
			finding_frame(f, items[i].frame);
	finding_marks(f, TCP_MARK_FIN, side);
}

static ShakedownFact *fact(Finding *f, const char *name, ShakedownValueType type)
{
	/* One too many would be a mistake in a detector, not in a packet. */
	g_return_val_if_fail(f->anomaly.facts_len < FINDING_FACTS, &f->facts[FINDING_FACTS - 1]);
	ShakedownFact *fact = &f->facts[f->anomaly.facts_len++];
	*fact = (ShakedownFact){.name = name, .type = type};
	return fact;
}

void finding_count(Finding *f, const char *name, uint64_t count)
{
	fact(f, name, SHAKEDOWN_VALUE_COUNT)->count = count;
}

void finding_duration(Finding *f, const char *name, ShakedownDuration duration)
{
	fact(f, name, SHAKEDOWN_VALUE_DURATION)->duration = duration;
}

void finding_ratio(Finding *f, const char *name, double ratio)
{
	fact(f, name, SHAKEDOWN_VALUE_RATIO)->ratio = ratio;
}

/* Texts are kept by offset while the buffer may move; finding_report() makes them pointers. */
static size_t keep(Finding *f, const char *text)
{
	size_t at = f->texts->len;

	g_string_append_len(f->texts, text, (gssize)strlen(text) + 1);
	return at;
}

void finding_text(Finding *f, const char *name, const char *text)
{
	fact(f, name, SHAKEDOWN_VALUE_TEXT)->count = keep(f, text);
}

void finding_flag(Finding *f, const char *name, bool flag)
{
	fact(f, name, SHAKEDOWN_VALUE_FLAG)->count = flag;
}

void finding_summary(Finding *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_string_append_vprintf(f->summary, format, args);
	va_end(args);
}

void finding_filter(Finding *f, const char *expression)
{
	g_string_append_printf(f->narrowing, "%s%s", f->narrowing->len ? " && " : "", expression);
}

/* A verdict without packets convinces nobody: the FINs, or where the connection began. */
static void point_somewhere(Finding *f)
{
	finding_fins(f, -1);
	if (!f->anomaly.frames_len)
		finding_frame(f, f->conn->first_frame);
}

void finding_many(Finding *f)
{
	f->anomaly.frames_cut = true;
}

/* Where all its frames are known, just those. Otherwise what is like them, while it lasted. */
static void complete_filter(Finding *f)
{
	const ShakedownAnomaly *a = &f->anomaly;

	bool nothing_better = a->scope == SHAKEDOWN_SCOPE_CAPTURE && !f->narrowing->len;

	if (a->frames_len && (!a->frames_cut || nothing_better)) {
		/* Packets of a capture need not be TCP. */
		if (a->scope == SHAKEDOWN_SCOPE_CAPTURE)
			g_string_truncate(f->filter, 0);
		else
			g_string_append(f->filter, " && ");
		display_filter_frames(f->filter, f->frames, a->frames_len);
		return;
	}
	if (f->narrowing->len)
		g_string_append_printf(f->filter, " && %s", f->narrowing->str);
	if (a->scope != SHAKEDOWN_SCOPE_CAPTURE) {
		g_string_append(f->filter, " && ");
		display_filter_span(f->filter, a->time, a->until);
	}
}

/* What such a verdict is about was not seen; whether it was there is another question. */
static bool rests_on_absence(ShakedownAnomalyKind kind)
{
	return kind == SHAKEDOWN_ANOMALY_NO_ANSWER || kind == SHAKEDOWN_ANOMALY_MISSING_THIRD_ACK ||
	       kind == SHAKEDOWN_ANOMALY_FIN_UNANSWERED ||
	       kind == SHAKEDOWN_ANOMALY_HALF_CLOSED_LINGERING ||
	       kind == SHAKEDOWN_ANOMALY_SILENT_DEATH;
}

static void weigh_loss(Finding *f)
{
	ShakedownAnomaly *a = &f->anomaly;

	if (!f->context->loss.len || !rests_on_absence(a->kind) ||
	    !loss_within(&f->context->loss, MIN(a->time, f->conn ? f->conn->start : a->time),
			 a->until))
		return;
	a->severity = MIN(a->severity, SHAKEDOWN_SEVERITY_NOTICE);
	finding_flag(f, "packets_dropped_meanwhile", true);
	finding_summary(f, "; but the capture lost packets meanwhile");
}

void finding_report(Finding *f)
{
	ShakedownAnomaly *a = &f->anomaly;

	weigh_loss(f);

	for (size_t i = 0; i < a->facts_len; i++)
		if (f->facts[i].type == SHAKEDOWN_VALUE_TEXT) {
			f->facts[i].text = f->texts->str + f->facts[i].count;
			f->facts[i].count = 0;
		}
	if (f->conn && !a->frames_len)
		point_somewhere(f);
	complete_filter(f);
	a->frames = f->frames;
	a->facts = f->facts;
	a->summary = f->summary->str;
	a->filter = f->filter->str;
	a->narrowing = f->narrowing->len ? f->narrowing->str : NULL;
	if (f->conn)
		tcp_conn_blame(f->conn, a->kind, a->severity);
	if (f->context->report)
		f->context->report(a, f->context->data);
	g_string_free(f->summary, TRUE);
	g_string_free(f->filter, TRUE);
	g_string_free(f->narrowing, TRUE);
	g_string_free(f->texts, TRUE);
}

const char *finding_side(ShakedownSideId side)
{
	return side == SHAKEDOWN_CLIENT ? "the client" : "the server";
}

void finding_lasted(Finding *f, ShakedownDuration duration, bool goes_on)
{
	if (!goes_on) {
		finding_duration(f, "lasted_s", duration);
		return;
	}
	finding_flag(f, "under_way", true);
	finding_summary(f, "under way: ");
}

const char *finding_span(Finding *f, ShakedownDuration d)
{
	char *out = f->spans[f->span_next++ % G_N_ELEMENTS(f->spans)];
	double s = (double)d / SHAKEDOWN_NS_PER_S;

	if (d == SHAKEDOWN_DURATION_UNKNOWN)
		g_strlcpy(out, "an unknown time", sizeof f->spans[0]);
	else if (s < 0.0009995)
		g_snprintf(out, sizeof f->spans[0], "%.0f µs", s * 1e6);
	else if (s < 0.9995)
		g_snprintf(out, sizeof f->spans[0], "%.3g ms", s * 1e3);
	else if (s < 120)
		g_snprintf(out, sizeof f->spans[0], "%.3g s", s);
	else if (s < 7200)
		g_snprintf(out, sizeof f->spans[0], "%.3g min", s / 60);
	else if (s < 172800)
		g_snprintf(out, sizeof f->spans[0], "%.3g h", s / 3600);
	else
		g_snprintf(out, sizeof f->spans[0], "%.0f days", s / 86400);
	return out;
}

const char *finding_bytes(Finding *f, uint64_t bytes)
{
	char *out = f->spans[f->span_next++ % G_N_ELEMENTS(f->spans)];

	g_snprintf(out, sizeof f->spans[0], "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
	return out;
}
