/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of an anomaly as text. */
#include "report/anomaly-text.h"

static void append_endpoint(GString *out, const ShakedownAddress *addr, uint16_t port, bool always)
{
	char text[REPORT_ENDPOINT_LEN + 1];
	size_t len = port || always ? report_format_endpoint(text, addr, port)
				    : report_format_address(text, addr);
	g_string_append_len(out, text, (gssize)len);
}

static void append_subnet(GString *out, const ShakedownAddress *addr, unsigned bits)
{
	char text[REPORT_SUBNET_LEN];

	g_string_append_len(out, text, (gssize)report_format_subnet(text, addr, bits));
}

void anomaly_who(const ShakedownAnomaly *anomaly, bool ascii, GString *out)
{
	const ShakedownSubject *s = &anomaly->subject;
	bool connection = anomaly->scope == SHAKEDOWN_SCOPE_CONNECTION;
	const char *toward = ascii ? " -> " : " → ";

	if (s->client.version)
		append_endpoint(out, &s->client, s->client_port, connection);
	else if (s->subnet_bits)
		append_subnet(out, &s->host, s->subnet_bits);
	else if (s->host.version)
		append_endpoint(out, &s->host, 0, false);
	if (s->server.version) {
		if (out->len > 0)
			g_string_append(out, toward);
		append_endpoint(out, &s->server, s->server_port, connection);
	}
}

void anomaly_where(const ShakedownAnomaly *anomaly, size_t most, GString *out)
{
	for (size_t i = 0; i < anomaly->frames_len && i < most; i++) {
		if (i == 0)
			g_string_append(out, anomaly->frames_len == 1 ? "frame " : "frames ");
		else
			g_string_append(out, ", ");
		g_string_append_printf(out, "%" G_GUINT64_FORMAT, (guint64)anomaly->frames[i]);
	}
	if (anomaly->frames_cut && anomaly->frames_len)
		g_string_append(out, " and more");
	else if (anomaly->frames_len > most)
		g_string_append_printf(out, " and %" G_GSIZE_FORMAT " more",
				       anomaly->frames_len - most);
	if (anomaly->connection > 0)
		g_string_append_printf(out, "%sconnection %" G_GUINT64_FORMAT,
				       out->len > 0 ? ", " : "", (guint64)anomaly->connection);
	for (size_t i = 0; i < anomaly->connections_len && i < most; i++)
		g_string_append_printf(out, "%s%" G_GUINT64_FORMAT,
				       i > 0	      ? ", "
				       : out->len > 0 ? ", connections "
						      : "connections ",
				       (guint64)anomaly->connections[i]);
	if (anomaly->connections_len && anomaly->count > most)
		g_string_append_printf(out, " and %" G_GUINT64_FORMAT " more",
				       (guint64)(anomaly->count - most));
}

void anomaly_when(ShakedownTime time, bool date, char out[32])
{
	char text[REPORT_TIME_LEN];

	report_format_time(text, time);
	text[10] = ' ';
	size_t from = date ? 0 : 11, len = 23 - from;
	memcpy(out, text + from, len);
	out[len] = '\0';
}

const char *anomaly_severity_word(ShakedownSeverity severity)
{
	switch (severity) {
	case SHAKEDOWN_SEVERITY_INFO:
		return "INFO";
	case SHAKEDOWN_SEVERITY_NOTICE:
		return "NOTICE";
	case SHAKEDOWN_SEVERITY_WARNING:
		return "WARNING";
	case SHAKEDOWN_SEVERITY_CRITICAL:
		return "CRITICAL";
	}
	return "?";
}

void anomaly_counts_put(TextLayout *layout, const uint64_t severities[SHAKEDOWN_SEVERITIES],
			uint64_t stands_for)
{
	static const char *const words[SHAKEDOWN_SEVERITIES][2] = {
		{"info", "info"},
		{"notice", "notices"},
		{"warning", "warnings"},
		{"critical", "critical"},
	};
	char text[REPORT_GROUPED_LEN + 64];
	uint64_t sum = 0;
	unsigned at = 0;
	bool any = false;

	for (unsigned i = SHAKEDOWN_SEVERITIES; i-- > 0;) {
		if (severities[i] == 0)
			continue;
		if (any)
			at += text_put(layout, TEXT_PLAIN, ", ");
		any = true;
		sum += severities[i];
		size_t len = report_format_grouped(text, severities[i]);
		g_snprintf(text + len, (gulong)(sizeof(text) - len), " %s",
			   words[i][severities[i] != 1]);
		at += text_put(layout, text_severity_style((ShakedownSeverity)i), text);
	}
	if (!any)
		text_put(layout, TEXT_GOOD, "No anomalies.");
	if (stands_for > sum) {
		size_t len = report_format_grouped(text + 1, stands_for) + 1;
		text[0] = '(';
		g_snprintf(text + len, (gulong)(sizeof(text) - len), " ungrouped: --all)");
		if (at + 1 + text_width(text, strlen(text)) > layout->width)
			text_newline(layout);
		else
			text_spaces(layout, 1);
		text_put(layout, TEXT_DIM, text);
	}
	text_newline(layout);
}

void anomaly_fact(const ShakedownFact *fact, GString *out)
{
	char text[REPORT_DURATION_LEN + 1], number[G_ASCII_DTOSTR_BUF_SIZE];
	g_autofree char *name = g_strdup(fact->name);

	if (fact->type == SHAKEDOWN_VALUE_DURATION && g_str_has_suffix(name, "_s"))
		name[strlen(name) - 2] = '\0';
	g_strdelimit(name, "_", ' ');
	g_string_append_printf(out, "%s%s ", out->len > 0 ? ", " : "", name);
	switch (fact->type) {
	case SHAKEDOWN_VALUE_COUNT:
		g_string_append_printf(out, "%" G_GUINT64_FORMAT, (guint64)fact->count);
		return;
	case SHAKEDOWN_VALUE_DURATION:
		text[report_format_duration(text, fact->duration, "µ")] = '\0';
		g_string_append(out, text);
		return;
	case SHAKEDOWN_VALUE_RATIO:
		g_string_append(out, g_ascii_formatd(number, sizeof(number), "%.4g", fact->ratio));
		return;
	case SHAKEDOWN_VALUE_TEXT:
		g_string_append(out, fact->text ? fact->text : "-");
		return;
	case SHAKEDOWN_VALUE_FLAG:
		g_string_append(out, fact->count ? "yes" : "no");
		return;
	}
}
