/* SPDX-License-Identifier: BSD-3-Clause */
/* What a table needs of a connection. */
#include "report/conn-row.h"

#include "report/record.h"

G_STATIC_ASSERT(SHAKEDOWN_TCP_STATES <= 16);
G_STATIC_ASSERT(SHAKEDOWN_ANOMALY_KINDS <= 64);

const char *conn_state_short(ShakedownTcpState state)
{
	if (state == SHAKEDOWN_TCP_ESTABLISHED)
		return "ESTAB";
	if (state == SHAKEDOWN_TCP_SYN_RECEIVED)
		return "SYN-RCVD";
	return shakedown_tcp_state_name(state);
}

const char *conn_evidence_mark(ShakedownEvidence evidence)
{
	switch (evidence) {
	case SHAKEDOWN_EVIDENCE_SENT:
	case SHAKEDOWN_EVIDENCE_CONFIRMED:
		return "";
	case SHAKEDOWN_EVIDENCE_DELIVERED:
		return "?";
	case SHAKEDOWN_EVIDENCE_TIMER:
		return "*";
	case SHAKEDOWN_EVIDENCE_ASSUMED:
		return "~";
	}
	return "";
}

static const char *joined(const char *const *names, GStringChunk *strings)
{
	if (!names || !names[0])
		return NULL;
	if (!names[1])
		return g_string_chunk_insert_const(strings, names[0]);
	g_autofree char *all = g_strjoinv(" ", (char **)names);
	return g_string_chunk_insert_const(strings, all);
}

static void take_side(ConnRow *row, unsigned side, const ShakedownSide *s)
{
	row->addr[side] = s->addr;
	row->port[side] = s->port;
	row->packets[side] = s->packets;
	row->bytes[side] = s->bytes;
	row->retransmissions[side] = s->retransmissions;
	row->state[side] = (uint8_t)s->state;
	row->evidence[side] = SHAKEDOWN_EVIDENCE_SENT;
	if (s->history_len == 0)
		return;
	row->evidence[side] = (uint8_t)s->history[s->history_len - 1].evidence;
	size_t n = MIN(s->history_len, CONN_ROW_HISTORY);
	row->history_cut[side] = n < s->history_len;
	row->history_len[side] = (uint8_t)n;
	for (size_t i = 0; i < n; i++) {
		size_t from = i + 1 == n ? s->history_len - 1 : i;
		row->history[side] |= (uint64_t)(s->history[from].state & 15) << (4 * i);
	}
}

void conn_row_take(ConnRow *row, const ShakedownConnection *c, GStringChunk *strings)
{
	*row = (ConnRow){
		.id = c->id,
		.start = c->start,
		.duration = record_span(c->start, c->end),
		.server_rtt = c->handshake.server_rtt,
		.client_rtt = c->handshake.client_rtt,
		.handshake = (uint8_t)c->handshake.outcome,
		.teardown = (uint8_t)c->teardown.outcome,
		.first = c->teardown.kind == SHAKEDOWN_TEARDOWN_KIND_RESET ? c->teardown.reset_by
									   : c->teardown.first,
		.encapsulation = joined(c->encapsulation, strings),
	};
	row->severity = (uint8_t)c->severity;
	take_side(row, SHAKEDOWN_CLIENT, &c->side[SHAKEDOWN_CLIENT]);
	take_side(row, SHAKEDOWN_SERVER, &c->side[SHAKEDOWN_SERVER]);
	for (size_t i = 0; i < c->anomalies_len; i++)
		row->anomalies |= UINT64_C(1) << (c->anomalies[i] & 63);
}
