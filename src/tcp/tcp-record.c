/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-record.h"

#include "tcp/tcp-conn-log.h"
#include "tcp/tcp-outcome.h"
#include "tcp/tcp-tracker-private.h"

static void fill_entry(ShakedownHistoryEntry *entry, const TcpBelief *b)
{
	entry->time = b->time;
	entry->frame = b->frame;
	entry->state = b->state;
	entry->evidence = b->evidence;
}

/* In passing, what all verdicts ask for: the states that the sides have been in. */
static TcpBeen fill_histories(ShakedownConnection *record, TcpRecordRoom *room,
			      const TcpConnection *conn)
{
	const TcpBelief *items = tcp_beliefs_items(&conn->beliefs);
	ShakedownHistoryEntry *next[2] = {room->history[0], room->history[1]};
	uint64_t been = 0;

	for (const TcpBelief *b = items, *end = items + conn->beliefs.len; b < end; b++) {
		fill_entry(next[b->side]++, b);
		been |= UINT64_C(1) << (b->side * 32 + b->state);
	}
	for (unsigned side = 0; side < 2; side++) {
		record->side[side].history = room->history[side];
		record->side[side].history_len = (size_t)(next[side] - room->history[side]);
	}
	return (TcpBeen){{(uint32_t)been, (uint32_t)(been >> 32)}};
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

static const ShakedownRtt no_rtt = {0, SHAKEDOWN_DURATION_UNKNOWN, SHAKEDOWN_DURATION_UNKNOWN,
				    SHAKEDOWN_DURATION_UNKNOWN, SHAKEDOWN_DURATION_UNKNOWN};

static void fill_endpoint(ShakedownSide *out, const TcpConnection *conn, ShakedownSideId side)
{
	out->addr = tcp_conn_address(conn, side);
	out->port = tcp_conn_port(conn, side);
}

/* What its SYN said. */
static void fill_syn(ShakedownSide *out, const TcpSide *s)
{
	out->isn = s->isn.value;
	out->options = fill_options(s);
}

/* Member by member, each of them: a whole one would be cleared, filled and copied. */
static void fill_side(ShakedownSide *out, const TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side];
	const TcpAsideSide *aside = &tcp_aside(conn)->side[side];

	fill_endpoint(out, conn, side);
	fill_syn(out, s);
	out->seen = tcp_side_has(s, TCP_SIDE_SEEN);
	out->state = s->state;
	out->isn_known = tcp_side_has(s, TCP_SIDE_ISN_KNOWN);
	out->packets = tcp_side_packets(conn, side);
	out->bytes = s->bytes;
	out->retransmissions = aside->retransmissions;
	out->out_of_order = aside->out_of_order;
	out->missing_bytes = aside->missing;
	out->fast_retransmissions = aside->fast_retransmissions;
	out->spurious_retransmissions = aside->spurious_retransmissions;
	out->duplicate_acks = aside->duplicate_acks;
	out->keep_alives = aside->keep_alives;
	out->window_probes = aside->window_probes;
	out->rtt = s->rtt.samples ? tcp_rtt_summary(&s->rtt) : no_rtt;
}

static ShakedownDuration half_closed(const TcpConnection *conn)
{
	if (conn->first_fin < 0)
		return SHAKEDOWN_DURATION_UNKNOWN;
	const ShakedownTime *fin = tcp_closing(conn)->fin_time;
	ShakedownTime first = fin[conn->first_fin];
	bool both = tcp_side_has(&conn->side[conn->first_fin ^ 1], TCP_SIDE_SENT_FIN);
	ShakedownTime reset = tcp_aside(conn)->rst_time;
	/* What still comes behind a reset is no part of it. */
	ShakedownTime end = reset && reset >= first ? reset : conn->end;
	ShakedownDuration d = (both ? fin[conn->first_fin ^ 1] : end) - first;

	return d < 0 ? 0 : d;
}

static ShakedownHandshake handshake_of(const TcpConnection *conn, const TcpBeen *been,
				       const ShakedownConfig *config, ShakedownTime now)
{
	return (ShakedownHandshake){
		.kind = tcp_handshake_kind(conn),
		.outcome = tcp_handshake_outcome_of(conn, been, config, now),
		.syn = conn->side[SHAKEDOWN_CLIENT].syns,
		.syn_ack = conn->side[SHAKEDOWN_SERVER].syns,
		.tap = tcp_tap(conn),
		.server_rtt = conn->leg[SHAKEDOWN_SERVER],
		.client_rtt = conn->leg[SHAKEDOWN_CLIENT],
	};
}

ShakedownHandshake tcp_record_handshake(const TcpConnection *conn, const ShakedownConfig *config,
					ShakedownTime now)
{
	TcpBeen been = tcp_beliefs_been(&conn->beliefs);

	return handshake_of(conn, &been, config, now);
}

/* What differs even where the same has happened. */
static void fill_own(ShakedownConnection *record, TcpRecordRoom *room, const TcpConnection *conn,
		     TcpTracker *tracker)
{
	record->id = conn->id;
	record->start = conn->start;
	record->end = conn->end;
	record->first_frame = conn->first_frame;
	record->last_frame = conn->last_frame;
	record->truncated = tcp_conn_has(conn, TCP_CONN_CUT_SHORT) ? "memory" : NULL;
	record->encapsulation = encap_table_names(tcp_tracker_encaps(tracker), conn->encap);
	record->severity = (ShakedownSeverity)conn->severity;
	record->anomalies = room->anomalies;
	record->anomalies_len = 0;
	for (uint64_t left = tcp_conn_anomalies(conn); left; left &= left - 1)
		room->anomalies[record->anomalies_len++] =
			(ShakedownAnomalyKind)__builtin_ctzll(left);
}

void tcp_record_fill(ShakedownConnection *record, TcpRecordRoom *room, const TcpConnection *conn,
		     TcpTracker *tracker, const ShakedownConfig *config)
{
	ShakedownTime now = tcp_clock_now(tracker, conn);
	TcpBeen been = fill_histories(record, room, conn);

	fill_own(record, room, conn, tracker);
	record->ip_version = conn->key.ip_version;
	record->role_basis = conn->role_basis;
	record->handshake = handshake_of(conn, &been, config, now);
	record->teardown = (ShakedownTeardown){.kind = tcp_teardown_kind(conn, &been),
					       .outcome = tcp_teardown_outcome(conn, &been),
					       .first = tcp_teardown_first(conn),
					       .reset_by = tcp_reset_by(conn),
					       .time_wait = (int8_t)tcp_time_wait_holder(&been),
					       .half_closed = half_closed(conn)};
	fill_side(&record->side[0], conn, SHAKEDOWN_CLIENT);
	fill_side(&record->side[1], conn, SHAKEDOWN_SERVER);
	record->log = tcp_conn_log_fill(conn, &room->log) ? &room->log : NULL;
}

/* Nothing but its first SYN is known of it, IPv4 without encapsulation; whether it came to be told
 * of, and how it ended, may differ. */
static bool of_first_syn(const TcpConnection *conn)
{
	const unsigned differ =
		TCP_CONN_TIMED_HANDSHAKE | TCP_CONN_TOLD | TCP_CONN_ENDED | TCP_CONN_CUT_SHORT;
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];

	return c->packets == 1 && s->flags == 0 && s->packets == 0 && !conn->aside &&
	       !(conn->flags & ~differ) && conn->beliefs.len == 1 &&
	       c->state == SHAKEDOWN_TCP_SYN_SENT && c->syns == 1 && c->rsts == 0 &&
	       c->bytes == 0 && conn->role_basis == SHAKEDOWN_ROLE_SYN && conn->encap == 0 &&
	       conn->key.ip_version == 4;
}

static void refill_first_syn(ShakedownConnection *record, TcpRecordRoom *room,
			     const TcpConnection *conn, TcpTracker *tracker,
			     const ShakedownConfig *config)
{
	static const TcpBeen been = {{1u << SHAKEDOWN_TCP_SYN_SENT, 0}};

	fill_own(record, room, conn, tracker);
	fill_entry(room->history[SHAKEDOWN_CLIENT], tcp_beliefs_items(&conn->beliefs));
	record->handshake.outcome =
		tcp_handshake_outcome_of(conn, &been, config, tcp_clock_now(tracker, conn));
	fill_endpoint(&record->side[SHAKEDOWN_CLIENT], conn, SHAKEDOWN_CLIENT);
	fill_endpoint(&record->side[SHAKEDOWN_SERVER], conn, SHAKEDOWN_SERVER);
	fill_syn(&record->side[SHAKEDOWN_CLIENT], &conn->side[SHAKEDOWN_CLIENT]);
}

const ShakedownConnection *tcp_record_of(TcpRecorder *r, const TcpConnection *conn,
					 TcpTracker *tracker, const ShakedownConfig *config)
{
	bool first_syn = of_first_syn(conn);
	ShakedownConnection *record = first_syn ? &r->first_syn : &r->record;

	if (first_syn && r->knows_first_syn)
		refill_first_syn(record, &r->room, conn, tracker, config);
	else
		tcp_record_fill(record, &r->room, conn, tracker, config);
	r->knows_first_syn |= first_syn;
	return record;
}
