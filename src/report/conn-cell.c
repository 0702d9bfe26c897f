/* SPDX-License-Identifier: BSD-3-Clause */
/* One cell of the table of connections, as text. */
#include "report/conn-cell.h"

#include "report/record.h"

TextStyle conn_handshake_style(ShakedownHandshakeOutcome outcome)
{
	switch (outcome) {
	case SHAKEDOWN_HANDSHAKE_COMPLETE:
		return TEXT_GOOD;
	case SHAKEDOWN_HANDSHAKE_NO_ANSWER:
	case SHAKEDOWN_HANDSHAKE_REFUSED:
	case SHAKEDOWN_HANDSHAKE_UNREACHABLE:
	case SHAKEDOWN_HANDSHAKE_UNFINISHED:
	case SHAKEDOWN_HANDSHAKE_ABORTED:
		return TEXT_WARNING;
	case SHAKEDOWN_HANDSHAKE_IN_PROGRESS:
	case SHAKEDOWN_HANDSHAKE_NOT_CAPTURED:
		return TEXT_DIM;
	}
	return TEXT_PLAIN;
}

TextStyle conn_teardown_style(ShakedownTeardownOutcome outcome)
{
	switch (outcome) {
	case SHAKEDOWN_TEARDOWN_GRACEFUL:
		return TEXT_GOOD;
	case SHAKEDOWN_TEARDOWN_HALF_CLOSED:
	case SHAKEDOWN_TEARDOWN_UNACKNOWLEDGED:
	case SHAKEDOWN_TEARDOWN_RESET:
		return TEXT_WARNING;
	case SHAKEDOWN_TEARDOWN_OPEN:
		return TEXT_PLAIN;
	case SHAKEDOWN_TEARDOWN_NEVER_OPENED:
		return TEXT_DIM;
	}
	return TEXT_PLAIN;
}

void conn_teardown_text(const ConnRow *row, char *out, size_t room)
{
	const char *name = shakedown_teardown_outcome_name((ShakedownTeardownOutcome)row->teardown);
	const char *who = record_side_name(row->first);

	if (!who || row->teardown == SHAKEDOWN_TEARDOWN_OPEN ||
	    row->teardown == SHAKEDOWN_TEARDOWN_NEVER_OPENED)
		g_strlcpy(out, name, room);
	else
		g_snprintf(out, (gulong)room, "%s by %s", name, who);
}

static void outcome_text(const ConnRow *row, char *out, size_t room, TextStyle *style)
{
	if (row->handshake == SHAKEDOWN_HANDSHAKE_COMPLETE ||
	    row->handshake == SHAKEDOWN_HANDSHAKE_NOT_CAPTURED) {
		ShakedownTeardownOutcome teardown = (ShakedownTeardownOutcome)row->teardown;
		g_strlcpy(out, shakedown_teardown_outcome_name(teardown), room);
		*style = conn_teardown_style(teardown);
	} else {
		ShakedownHandshakeOutcome handshake = (ShakedownHandshakeOutcome)row->handshake;
		g_strlcpy(out, shakedown_handshake_outcome_name(handshake), room);
		*style = conn_handshake_style(handshake);
	}
}

static void history_text(const ConnTable *table, const ConnRow *row, unsigned side, char *out,
			 size_t room)
{
	const char *then = table->layout->ascii ? ">" : "›";
	unsigned n = row->history_len[side];

	out[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			g_strlcat(out, then, room);
		if (i + 1 == n && row->history_cut[side]) {
			g_strlcat(out, table->layout->ascii ? ".." : "…", room);
			g_strlcat(out, then, room);
		}
		g_strlcat(out,
			  conn_state_short((ShakedownTcpState)(row->history[side] >> (4 * i) & 15)),
			  room);
	}
}

static void state_text(const ConnTable *table, const ConnRow *row, unsigned side, unsigned width,
		       char *out, size_t room, TextStyle *style)
{
	ShakedownTcpState state = (ShakedownTcpState)row->state[side];
	const char *mark = conn_evidence_mark((ShakedownEvidence)row->evidence[side]);
	const char *name = shakedown_tcp_state_name(state);

	*style = text_state_style(state);
	if (table->histories && row->history_len[side] > 0) {
		history_text(table, row, side, out, room);
	} else {
		bool fits = !table->short_states && strlen(name) + strlen(mark) <= width;
		g_strlcpy(out, fits ? name : conn_state_short(state), room);
	}
	g_strlcat(out, mark, room);
}

static void marks_text(const ConnRow *row, char *out, TextStyle *style)
{
	if (row->anomalies == 0)
		return;
	ShakedownSeverity severity = (ShakedownSeverity)row->severity;
	*style = text_severity_style(severity);
	*out++ = "INWC"[severity & 3];
	unsigned n = (unsigned)__builtin_popcountll(row->anomalies);
	out[report_format_uint(out, n)] = '\0';
}

static void anomalies_text(const ConnRow *row, char *out, size_t room, TextStyle *style)
{
	if (row->anomalies == 0)
		return;
	*style = text_severity_style((ShakedownSeverity)row->severity);
	for (unsigned i = 0; i < SHAKEDOWN_ANOMALY_KINDS; i++) {
		if (!(row->anomalies >> i & 1))
			continue;
		if (out[0])
			g_strlcat(out, ", ", room);
		g_strlcat(out, shakedown_anomaly_info((ShakedownAnomalyKind)i)->name, room);
	}
}

static void number_text(const ConnTable *table, ConnColumn column, const ConnRow *row, char *out,
			TextStyle *style)
{
	const char *micro = table->layout->ascii ? "u" : "µ";
	size_t len = 0;

	if (column == CONN_COLUMN_ID) {
		len = report_format_uint(out, row->id);
		*style = TEXT_BOLD;
	} else if (column == CONN_COLUMN_START) {
		len = report_format_seconds_fixed(out, record_span(table->base, row->start), 3);
	} else if (column == CONN_COLUMN_DURATION) {
		len = report_format_duration(out, row->duration, micro);
	} else if (column == CONN_COLUMN_PACKETS) {
		len = report_format_count(out, row->packets[0] + row->packets[1]);
	} else if (column == CONN_COLUMN_BYTES) {
		len = report_format_size(out, row->bytes[0] + row->bytes[1]);
	} else if (column == CONN_COLUMN_SERVER_RTT) {
		len = report_format_duration(out, row->server_rtt, micro);
	} else if (column == CONN_COLUMN_CLIENT_RTT) {
		len = report_format_duration(out, row->client_rtt, micro);
	} else if (row->retransmissions[0] + row->retransmissions[1] > 0) {
		len = report_format_count(out, row->retransmissions[0] + row->retransmissions[1]);
		*style = TEXT_NOTICE;
	}
	out[len] = '\0';
}

void conn_cell(unsigned column, char *out, size_t room, TextStyle *style, const void *data)
{
	const ConnCell *cell = data;
	const ConnTable *table = cell->table;
	const ConnRow *row = cell->row;
	unsigned side = column == CONN_COLUMN_SERVER || column == CONN_COLUMN_SERVER_STATE;

	switch ((ConnColumn)column) {
	case CONN_COLUMN_ID:
	case CONN_COLUMN_START:
	case CONN_COLUMN_DURATION:
	case CONN_COLUMN_PACKETS:
	case CONN_COLUMN_BYTES:
	case CONN_COLUMN_SERVER_RTT:
	case CONN_COLUMN_CLIENT_RTT:
	case CONN_COLUMN_RETRANSMISSIONS:
		number_text(table, (ConnColumn)column, row, out, style);
		return;
	case CONN_COLUMN_CLIENT:
	case CONN_COLUMN_SERVER:
		out[report_format_endpoint(out, &row->addr[side], row->port[side])] = '\0';
		return;
	case CONN_COLUMN_CLIENT_STATE:
	case CONN_COLUMN_SERVER_STATE:
		state_text(table, row, side, table->columns[column].columns, out, room, style);
		return;
	case CONN_COLUMN_OUTCOME:
		outcome_text(row, out, room, style);
		return;
	case CONN_COLUMN_HANDSHAKE:
		g_strlcpy(
			out,
			shakedown_handshake_outcome_name((ShakedownHandshakeOutcome)row->handshake),
			room);
		*style = conn_handshake_style((ShakedownHandshakeOutcome)row->handshake);
		return;
	case CONN_COLUMN_TEARDOWN:
		conn_teardown_text(row, out, room);
		*style = conn_teardown_style((ShakedownTeardownOutcome)row->teardown);
		return;
	case CONN_COLUMN_ENCAPSULATION:
		g_strlcpy(out, row->encapsulation ? row->encapsulation : "", room);
		return;
	case CONN_COLUMN_MARKS:
		marks_text(row, out, style);
		return;
	case CONN_COLUMN_ANOMALIES:
		anomalies_text(row, out, room, style);
		return;
	}
}

unsigned conn_cell_width(const ConnTable *table, ConnColumn column, const ConnRow *row)
{
	ConnCell cell = {table, row};
	TextStyle style;
	char text[512] = "";

	conn_cell(column, text, sizeof(text), &style, &cell);
	return text_width(text, strlen(text));
}
