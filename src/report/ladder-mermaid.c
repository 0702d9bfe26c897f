/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One message a segment, a note for states. Mermaid ends a statement at a newline or ';', and takes
 * '#…;' for an entity: both are spelt as entities, and so are '<' and '>', since it writes HTML.
 */
#include "report/ladder-mermaid.h"

#include "report/ladder-places.h"
#include "report/text-clean.h"

static void put_clean(ReportWriter *out, const char *text)
{
	g_autoptr(GString) clean = g_string_new(NULL);

	text_clean_append(clean, text, strlen(text), false);
	for (size_t i = 0; i < clean->len; i++) {
		char c = clean->str[i];
		if (c == ';' || c == '#' || c == '<' || c == '>' || c == '"' || c == '&' ||
		    c == '%') {
			report_put_char(out, '#');
			report_put_uint(out, (uint64_t)c);
			report_put_char(out, ';');
		} else {
			report_put_char(out, c);
		}
	}
}

static void put_lines(ReportWriter *out, const GPtrArray *lines, const char *between)
{
	for (unsigned i = 0; i < lines->len; i++) {
		if (i)
			report_put(out, between);
		put_clean(out, lines->pdata[i]);
	}
	report_put_char(out, '\n');
}

static void put_states(ReportWriter *out, const LadderRow *row)
{
	for (unsigned i = 0; i < row->changes_len; i++) {
		const LadderChange *c = &row->changes[i];
		if (!c->shown)
			continue;
		report_put(out, c->side == SHAKEDOWN_CLIENT ? "    Note left of C: "
							    : "    Note right of S: ");
		report_put(out, shakedown_tcp_state_name((ShakedownTcpState)c->state));
		report_put(out, c->doubt ? "?\n" : "\n");
	}
}

/* "->>": an arrow; "-->>": dashed; "-x": lost. */
static const char *arrow_of(const LadderRow *row, const LadderPlace *place)
{
	switch ((ShakedownSegmentClass)row->segment_class) {
	case SHAKEDOWN_SEGMENT_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_DUPLICATE_PACKET:
	case SHAKEDOWN_SEGMENT_ICMP_ERROR:
		return place->lost ? "--x" : "-->>";
	case SHAKEDOWN_SEGMENT_CONTROL:
	case SHAKEDOWN_SEGMENT_NEW:
	case SHAKEDOWN_SEGMENT_ACK:
	case SHAKEDOWN_SEGMENT_OUT_OF_ORDER:
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE:
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK:
	case SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE:
	case SHAKEDOWN_SEGMENT_DUPLICATE_ACK:
	case SHAKEDOWN_SEGMENT_WINDOW_UPDATE:
	case SHAKEDOWN_SEGMENT_CHALLENGE_ACK:
	case SHAKEDOWN_SEGMENT_OUT_OF_WINDOW:
	case SHAKEDOWN_SEGMENT_BAD_CHECKSUM:
		break;
	}
	return place->lost ? "-x" : "->>";
}

static void put_row(ReportWriter *out, const LadderRow *row, const LadderPlace *place)
{
	bool segment = !row->fold && row->frame;
	bool icmp = row->segment_class == SHAKEDOWN_SEGMENT_ICMP_ERROR;
	ShakedownSideId from = icmp ? !row->sender : row->sender;

	if (segment) {
		report_put(out, from == SHAKEDOWN_CLIENT ? "    C" : "    S");
		report_put(out, arrow_of(row, place));
		report_put(out, from == SHAKEDOWN_CLIENT ? "S: " : "C: ");
	} else {
		report_put(out, "    Note over C,S: ");
	}
	put_lines(out, place->label, segment ? " " : "<br/>");
	put_states(out, row);
	if (place->remark->len) {
		report_put(out, "    Note over C,S: ");
		put_lines(out, place->remark, "<br/>");
	}
}

static void put_participant(ReportWriter *out, const LadderAbout *about, ShakedownSideId side)
{
	char endpoint[REPORT_ENDPOINT_LEN];
	size_t len = report_format_endpoint(endpoint, &about->addr[side], about->port[side]);

	report_put(out, side == SHAKEDOWN_CLIENT ? "    participant C as client "
						 : "    participant S as server ");
	report_put_bytes(out, endpoint, len);
	report_put_char(out, '\n');
}

static void put_legend(ReportWriter *out, const LadderData *ladder)
{
	g_autoptr(GString) name = g_string_new(NULL);
	g_autoptr(GString) meaning = g_string_new(NULL);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; ladder_numbers_legend(&ladder->numbers, i, name, meaning); i++)
		g_ptr_array_add(lines, g_strdup_printf("%s: %s", name->str, meaning->str));
	if (!lines->len)
		return;
	report_put(out, "    Note over C,S: ");
	put_lines(out, lines, "<br/>");
}

void ladder_mermaid(ReportWriter *out, const LadderData *ladder, bool verbose)
{
	const LadderWording wording = {&ladder->numbers, LADDER_FULL, verbose, false};
	double height;
	g_autoptr(GArray) places = ladder_places_new(ladder, &wording, &height);

	report_put(out, "sequenceDiagram\n");
	put_participant(out, &ladder->about, SHAKEDOWN_CLIENT);
	put_participant(out, &ladder->about, SHAKEDOWN_SERVER);
	for (unsigned i = 0; i < ladder->rows.rows->len; i++)
		put_row(out, ladder_rows_at(&ladder->rows, i),
			&g_array_index(places, LadderPlace, i));
	put_legend(out, ladder);
}
