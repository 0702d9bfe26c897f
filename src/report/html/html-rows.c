/* SPDX-License-Identifier: BSD-3-Clause */
/* The connections of the page's table. */
#include "report/html/html-rows.h"

#include "report/html/html-put.h"
#include "report/tally.h"

/* As many again are taken in before the worse half is dropped. */
#define SLACK 2

void html_rows_init(HtmlRows *rows, size_t bytes)
{
	*rows = (HtmlRows){.rows = g_array_new(FALSE, FALSE, sizeof(HtmlRow)),
			   .limit = (unsigned)CLAMP(bytes / HTML_ROW_COST, 100, UINT32_MAX / 4)};
}

void html_rows_clear(HtmlRows *rows)
{
	g_clear_pointer(&rows->rows, g_array_unref);
}

static void take_kinds(HtmlRow *row, const ShakedownConnection *c)
{
	if (c->anomalies_len)
		row->severity = (uint8_t)(c->severity + 1);
	for (int severity = SHAKEDOWN_SEVERITIES - 1; severity >= 0; severity--)
		for (size_t i = 0; i < c->anomalies_len && row->kinds_len < HTML_ROW_KINDS; i++)
			if ((int)html_severity_in(c->anomalies[i], c->severity, c->anomalies_len) ==
			    severity)
				row->kinds[row->kinds_len++] = (uint8_t)c->anomalies[i];
}

static uint8_t score_of(const HtmlRow *row, const ShakedownConnection *c)
{
	return (uint8_t)(row->severity * 4 + tally_is_failure(c->handshake.outcome) * 2 +
			 (c->teardown.outcome == SHAKEDOWN_TEARDOWN_RESET ||
			  c->teardown.outcome == SHAKEDOWN_TEARDOWN_UNACKNOWLEDGED));
}

static gint by_score(gconstpointer a, gconstpointer b)
{
	const HtmlRow *x = a, *y = b;
	if (x->score != y->score)
		return (x->score < y->score) - (x->score > y->score);
	return (x->id > y->id) - (x->id < y->id);
}

static gint by_id(gconstpointer a, gconstpointer b)
{
	const HtmlRow *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

static void drop_worst(HtmlRows *rows)
{
	g_array_sort(rows->rows, by_score);
	g_array_set_size(rows->rows, MIN(rows->rows->len, rows->limit));
}

void html_rows_add(HtmlRows *rows, const ShakedownConnection *c)
{
	HtmlRow row = {
		.id = c->id,
		.start = c->start,
		.end = c->end,
		.handshake = (uint8_t)c->handshake.outcome,
		.teardown = (uint8_t)c->teardown.outcome,
	};

	rows->seen++;
	for (int side = 0; side < 2; side++) {
		row.addr[side] = c->side[side].addr;
		row.port[side] = c->side[side].port;
		row.state[side] = (uint8_t)c->side[side].state;
		row.bytes[side] = c->side[side].bytes;
		row.packets += c->side[side].packets;
		row.retransmissions += c->side[side].retransmissions;
	}
	take_kinds(&row, c);
	row.score = score_of(&row, c);
	g_array_append_val(rows->rows, row);
	if (rows->rows->len / SLACK >= rows->limit)
		drop_worst(rows);
}

void html_rows_settle(HtmlRows *rows)
{
	drop_worst(rows);
	g_array_sort(rows->rows, by_id);
}

static void put_row(const HtmlRow *row, ReportWriter *out)
{
	report_put(out, "<tr><th scope=\"row\"><a href=\"#c");
	report_put_uint(out, row->id);
	report_put(out, "\">");
	report_put_uint(out, row->id);
	report_put(out, "</a></th><td>");
	markup_time(out, row->start);
	report_put(out, "</td><td class=\"n\">");
	html_put_span(out, row->start, row->end);
	for (int side = 0; side < 2; side++) {
		report_put(out, "</td><td>");
		markup_endpoint(out, &row->addr[side], row->port[side]);
	}
	report_put(out, "</td><td>");
	html_put_handshake(out, (ShakedownHandshakeOutcome)row->handshake);
	report_put(out, "</td><td>");
	html_put_teardown(out, (ShakedownTeardownOutcome)row->teardown);
	report_put(out, "</td><td>");
	for (unsigned i = 0; i < row->kinds_len; i++) {
		const ShakedownAnomalyInfo *info = shakedown_anomaly_info(row->kinds[i]);
		html_put_badge(out,
			       html_severity_in(row->kinds[i], row->severity - 1u, row->kinds_len),
			       info->name);
	}
	for (int side = 0; side < 2; side++) {
		report_put(out, "</td><td>");
		report_put(out, shakedown_tcp_state_name((ShakedownTcpState)row->state[side]));
	}
	report_put(out, "</td><td class=\"n\">");
	markup_count(out, row->packets);
	report_put(out, "</td><td class=\"n\">");
	markup_count(out, row->bytes[0] + row->bytes[1]);
	report_put(out, "</td><td class=\"n\">");
	markup_count(out, row->retransmissions);
	report_put(out, "</td></tr>\n");
}

void html_rows_table(const HtmlRows *rows, ReportWriter *out, unsigned most)
{
	g_autoptr(GArray) best = g_array_copy(rows->rows);

	g_array_sort(best, by_score);
	g_array_set_size(best, MIN(best->len, most));
	for (unsigned i = 0; i < best->len; i++)
		put_row(&g_array_index(best, HtmlRow, i), out);
}

/* Columns of whole numbers: what a browser parses fastest, and smallest. */
typedef int64_t (*Cell)(const HtmlRow *row, ShakedownTime origin);

static int64_t cell_id(const HtmlRow *r, ShakedownTime o)
{
	return (int64_t)r->id;
}
static int64_t cell_start(const HtmlRow *r, ShakedownTime o)
{
	return html_elapsed(o, r->start) / 1000;
}
static int64_t cell_length(const HtmlRow *r, ShakedownTime o)
{
	return html_elapsed(r->start, r->end) / 1000;
}
static int64_t cell_client_port(const HtmlRow *r, ShakedownTime o)
{
	return r->port[0];
}
static int64_t cell_server_port(const HtmlRow *r, ShakedownTime o)
{
	return r->port[1];
}
static int64_t cell_handshake(const HtmlRow *r, ShakedownTime o)
{
	return r->handshake;
}
static int64_t cell_teardown(const HtmlRow *r, ShakedownTime o)
{
	return r->teardown;
}
static int64_t cell_states(const HtmlRow *r, ShakedownTime o)
{
	return r->state[0] * 16 + r->state[1];
}
static int64_t cell_packets(const HtmlRow *r, ShakedownTime o)
{
	return (int64_t)r->packets;
}
static int64_t cell_bytes(const HtmlRow *r, ShakedownTime o)
{
	return (int64_t)(r->bytes[0] + r->bytes[1]);
}
static int64_t cell_again(const HtmlRow *r, ShakedownTime o)
{
	return (int64_t)r->retransmissions;
}
static int64_t cell_severity(const HtmlRow *r, ShakedownTime o)
{
	return r->severity;
}

static void put_column(const HtmlRows *rows, ShakedownTime origin, const char *name, Cell cell,
		       ReportWriter *out)
{
	report_put(out, ",\"");
	report_put(out, name);
	report_put(out, "\":[");
	for (unsigned i = 0; i < rows->rows->len; i++) {
		if (i)
			report_put_char(out, ',');
		report_put_int(out, cell(&g_array_index(rows->rows, HtmlRow, i), origin));
	}
	report_put_char(out, ']');
}

static void put_kinds(const HtmlRows *rows, ReportWriter *out)
{
	report_put(out, ",\"kinds\":[");
	for (unsigned i = 0; i < rows->rows->len; i++) {
		const HtmlRow *row = &g_array_index(rows->rows, HtmlRow, i);
		if (i)
			report_put_char(out, ',');
		if (!row->kinds_len) {
			report_put_char(out, '0');
			continue;
		}
		for (unsigned k = 0; k < row->kinds_len; k++) {
			report_put_char(out, k ? ',' : '[');
			report_put_uint(out, row->kinds[k]);
		}
		report_put_char(out, ']');
	}
	report_put_char(out, ']');
}

static guint address_hash(gconstpointer key)
{
	const ShakedownAddress *a = key;
	uint32_t h = a->version;
	for (unsigned i = 0; i < sizeof a->bytes; i++)
		h = (h ^ a->bytes[i]) * UINT32_C(16777619);
	return h;
}

static gboolean address_equal(gconstpointer a, gconstpointer b)
{
	const ShakedownAddress *x = a, *y = b;
	return x->version == y->version && memcmp(x->bytes, y->bytes, sizeof x->bytes) == 0;
}

/* Each address once; two columns of indices into them. */
static void put_addresses(const HtmlRows *rows, ReportWriter *out)
{
	static const char *const names[2] = {",\"client\":[", ",\"server\":["};
	g_autoptr(GHashTable) index = g_hash_table_new(address_hash, address_equal);

	report_put(out, "\"addresses\":[");
	for (unsigned i = 0; i < rows->rows->len; i++) {
		HtmlRow *row = &g_array_index(rows->rows, HtmlRow, i);
		for (int side = 0; side < 2; side++) {
			char text[SHAKEDOWN_ADDRESS_LEN];
			guint n = g_hash_table_size(index);
			if (g_hash_table_contains(index, &row->addr[side]))
				continue;
			g_hash_table_insert(index, &row->addr[side], GUINT_TO_POINTER(n));
			size_t len = shakedown_address_format(&row->addr[side], text);
			report_put(out, n ? ",\"" : "\"");
			report_put_bytes(out, text, len);
			report_put_char(out, '"');
		}
	}
	for (int side = 0; side < 2; side++) {
		report_put(out, side ? "" : "]");
		report_put(out, names[side]);
		for (unsigned i = 0; i < rows->rows->len; i++) {
			const HtmlRow *row = &g_array_index(rows->rows, HtmlRow, i);
			if (i)
				report_put_char(out, ',');
			report_put_uint(out, GPOINTER_TO_UINT(
						     g_hash_table_lookup(index, &row->addr[side])));
		}
		report_put_char(out, ']');
	}
}

void html_rows_data(const HtmlRows *rows, ShakedownTime origin, ReportWriter *out)
{
	static const struct {
		const char *name;
		Cell cell;
	} columns[] = {{"id", cell_id},
		       {"start", cell_start},
		       {"length", cell_length},
		       {"cport", cell_client_port},
		       {"sport", cell_server_port},
		       {"handshake", cell_handshake},
		       {"teardown", cell_teardown},
		       {"states", cell_states},
		       {"packets", cell_packets},
		       {"bytes", cell_bytes},
		       {"again", cell_again},
		       {"severity", cell_severity}};

	put_addresses(rows, out);
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		put_column(rows, origin, columns[i].name, columns[i].cell, out);
	put_kinds(rows, out);
}
