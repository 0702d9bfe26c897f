/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-record.h"

#include "tcp/tcp-conn-log.h"
#include "tcp/tcp-outcome.h"

static size_t fill_history(ShakedownHistoryEntry *out, const TcpConnection *conn,
			   ShakedownSideId side)
{
	size_t n = 0;

	for (unsigned i = 0; i < conn->beliefs.len; i++) {
		const TcpBelief *b = &conn->beliefs.items[i];
		if (b->side == side)
			out[n++] =
				(ShakedownHistoryEntry){b->time, b->frame, b->state, b->evidence};
	}
	return n;
}

static ShakedownTcpOptions fill_options(const TcpSide *s)
{
	if (!tcp_side_has(s, TCP_SIDE_SYN_SEEN))
		return (ShakedownTcpOptions){
			.mss = -1, .window_scale = -1, .fast_open = -1, .mptcp = -1};
	const TcpSynOptions *o = &s->options;
	return (ShakedownTcpOptions){
		.known = true,
		.sack_permitted = o->sack_permitted,
		.timestamps = o->timestamps,
		.mss = o->mss,
		.window_scale = o->window_scale,
		.fast_open = o->fast_open,
		.mptcp = o->mptcp,
		.md5 = o->md5,
		.ao = o->ao,
	};
}

static void fill_side(ShakedownSide *out, ShakedownHistoryEntry *history, const TcpConnection *conn,
		      ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side];

	*out = (ShakedownSide){
		.addr = tcp_conn_address(conn, side),
		.port = tcp_conn_port(conn, side),
		.seen = tcp_side_has(s, TCP_SIDE_SEEN),
		.state = s->state,
		.isn_known = tcp_side_has(s, TCP_SIDE_ISN_KNOWN),
		.isn = s->isn.value,
		.history = history,
		.history_len = fill_history(history, conn, side),
		.packets = s->packets,
		.bytes = s->bytes,
		.retransmissions = s->retransmissions,
		.out_of_order = s->out_of_order,
		.missing_bytes = s->missing,
		.options = fill_options(s),
		.fast_retransmissions = s->fast_retransmissions,
		.spurious_retransmissions = s->spurious_retransmissions,
		.duplicate_acks = s->duplicate_acks,
		.keep_alives = s->keep_alives,
		.window_probes = s->window_probes,
		.rtt = tcp_rtt_summary(&s->rtt),
	};
}

static ShakedownDuration half_closed(const TcpConnection *conn)
{
	if (conn->first_fin < 0)
		return SHAKEDOWN_DURATION_UNKNOWN;
	ShakedownTime first = conn->fin_time[conn->first_fin];
	bool both = tcp_side_has(&conn->side[conn->first_fin ^ 1], TCP_SIDE_SENT_FIN);
	ShakedownDuration d = (both ? conn->fin_time[conn->first_fin ^ 1] : conn->end) - first;

	return d < 0 ? 0 : d;
}

ShakedownHandshake tcp_record_handshake(const TcpConnection *conn, const ShakedownConfig *config,
					ShakedownTime now)
{
	return (ShakedownHandshake){
		.kind = tcp_handshake_kind(conn),
		.outcome = tcp_handshake_outcome(conn, config, now),
		.syn = conn->side[SHAKEDOWN_CLIENT].syns,
		.syn_ack = conn->side[SHAKEDOWN_SERVER].syns,
		.tap = tcp_tap(conn),
		.server_rtt = conn->leg[SHAKEDOWN_SERVER],
		.client_rtt = conn->leg[SHAKEDOWN_CLIENT],
	};
}

void tcp_record_fill(ShakedownConnection *record, TcpRecordRoom *room, const TcpConnection *conn,
		     TcpTracker *tracker, const ShakedownConfig *config)
{
	ShakedownTime now = tcp_tracker_now(tracker);

	*record = (ShakedownConnection){
		.id = conn->id,
		.ip_version = conn->key.ip_version,
		.role_basis = conn->role_basis,
		.start = conn->start,
		.end = conn->end,
		.first_frame = conn->first_frame,
		.last_frame = conn->last_frame,
		.handshake = tcp_record_handshake(conn, config, now),
		.teardown = {.kind = tcp_teardown_kind(conn),
			     .outcome = tcp_teardown_outcome(conn, config, now),
			     .first = conn->teardown_first,
			     .reset_by = conn->reset_by,
			     .time_wait = (int8_t)tcp_time_wait_holder(conn),
			     .half_closed = half_closed(conn)},
		.truncated = tcp_conn_has(conn, TCP_CONN_CUT_SHORT) ? "memory" : NULL,
		.encapsulation = encap_table_names(tcp_tracker_encaps(tracker), conn->encap),
		.anomalies = room->anomalies,
		.severity = (ShakedownSeverity)conn->severity,
	};
	fill_side(&record->side[0], room->history[0], conn, SHAKEDOWN_CLIENT);
	fill_side(&record->side[1], room->history[1], conn, SHAKEDOWN_SERVER);
	for (unsigned kind = 0; kind < SHAKEDOWN_ANOMALY_KINDS; kind++)
		if (conn->anomalies >> kind & 1)
			room->anomalies[record->anomalies_len++] = kind;
	if (tcp_conn_log_fill(conn, &room->log))
		record->log = &room->log;
}
