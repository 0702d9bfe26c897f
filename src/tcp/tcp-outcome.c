/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-outcome.h"

/* RFC 6298 §2: the first retransmission comes after a second; some stacks take half of that. */
#define RETRANSMIT_AFTER (INT64_C(400) * 1000 * 1000)

static bool synchronized(const TcpBeen *been, ShakedownSideId side)
{
	return (been->states[side] & TCP_BEEN_SYNCHRONIZED) != 0;
}

bool tcp_was_synchronized(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpBelief *items = tcp_beliefs_items(&conn->beliefs);

	for (unsigned i = 0; i < conn->beliefs.len; i++)
		if (items[i].side == side && items[i].state >= SHAKEDOWN_TCP_ESTABLISHED)
			return true;
	return false;
}

bool tcp_syn_after_answer(const TcpConnection *conn)
{
	const TcpMarks *marks = &tcp_aside(conn)->marks;

	/* The marks are of another attempt's SYN, too. */
	for (unsigned i = 0; conn->side[SHAKEDOWN_CLIENT].syns > 1 && i < marks->len; i++)
		if (marks->items[i].kind == TCP_MARK_SYN &&
		    marks->items[i].side == SHAKEDOWN_CLIENT &&
		    marks->items[i].time > conn->syn_ack_first)
			return true;
	return false;
}

bool tcp_syn_ack_unanswered(const TcpConnection *conn, ShakedownTime now)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];

	if (s->syns < 2)
		return false;
	/* Whoever asks again gets its answer again at once: the client must have time for that one,
	 * unless the server has sent more by itself. */
	if (tcp_syn_after_answer(conn) && s->syns <= c->syns)
		return now - conn->syn_ack_last >= RETRANSMIT_AFTER;
	return conn->syn_ack_last - conn->syn_ack_first >= RETRANSMIT_AFTER;
}

ShakedownHandshakeKind tcp_handshake_kind(const TcpConnection *conn)
{
	if (tcp_conn_has(conn, TCP_CONN_MIDSTREAM))
		return SHAKEDOWN_HANDSHAKE_KIND_NOT_CAPTURED;
	if (tcp_conn_has(conn, TCP_CONN_SPLIT))
		return SHAKEDOWN_HANDSHAKE_SPLIT;
	if (tcp_conn_has(conn, TCP_CONN_SIMULTANEOUS))
		return SHAKEDOWN_HANDSHAKE_SIMULTANEOUS;
	if (tcp_conn_has(conn, TCP_CONN_FAST_OPEN))
		return SHAKEDOWN_HANDSHAKE_FAST_OPEN;
	return SHAKEDOWN_HANDSHAKE_THREE_WAY;
}

static bool is_graceful(const TcpConnection *conn)
{
	return tcp_fin_acked(conn, SHAKEDOWN_CLIENT) && tcp_fin_acked(conn, SHAKEDOWN_SERVER);
}

static bool both_closed(const TcpConnection *conn)
{
	return tcp_side_has(&conn->side[0], TCP_SIDE_SENT_FIN) &&
	       tcp_side_has(&conn->side[1], TCP_SIDE_SENT_FIN);
}

/* It had the time to go on, or something else ended it. */
static bool waited(ShakedownTime since, ShakedownDuration patience, ShakedownTime now)
{
	return now - since >= patience;
}

ShakedownHandshakeOutcome tcp_handshake_outcome_of(const TcpConnection *conn, const TcpBeen *been,
						   const ShakedownConfig *config, ShakedownTime now)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

	if (tcp_conn_has(conn, TCP_CONN_MIDSTREAM))
		return SHAKEDOWN_HANDSHAKE_NOT_CAPTURED;
	if (synchronized(been, SHAKEDOWN_CLIENT) && synchronized(been, SHAKEDOWN_SERVER))
		return SHAKEDOWN_HANDSHAKE_COMPLETE;
	if (tcp_conn_has(conn, TCP_CONN_REFUSED))
		return SHAKEDOWN_HANDSHAKE_REFUSED;
	if (tcp_conn_has(conn, TCP_CONN_UNREACHABLE) && !conn->syn_ack_first)
		return SHAKEDOWN_HANDSHAKE_UNREACHABLE;
	if (tcp_conn_has(conn, TCP_CONN_ABORTED))
		return SHAKEDOWN_HANDSHAKE_ABORTED;
	/* Something came back, but no answer to this SYN, or none that was captured, and the client
	 * has reset it. */
	if (!conn->syn_ack_first && c->rsts &&
	    (tcp_side_has(&conn->side[SHAKEDOWN_SERVER], TCP_SIDE_SEEN) ||
	     been->states[SHAKEDOWN_SERVER] >> SHAKEDOWN_TCP_SYN_RECEIVED & 1))
		return SHAKEDOWN_HANDSHAKE_ABORTED;
	if (conn->syn_ack_first) {
		/* The other's SYN,ACK is there, the client's answer is not, or was not taken. */
		if (waited(conn->syn_ack_first, config->handshake_timeout, now) ||
		    tcp_aside(conn)->rst_time || tcp_syn_ack_unanswered(conn, now) ||
		    synchronized(been, SHAKEDOWN_CLIENT))
			return SHAKEDOWN_HANDSHAKE_UNFINISHED;
		return SHAKEDOWN_HANDSHAKE_IN_PROGRESS;
	}
	if (waited(conn->syn_first, config->syn_timeout, now) || c->rsts)
		return SHAKEDOWN_HANDSHAKE_NO_ANSWER;
	return SHAKEDOWN_HANDSHAKE_IN_PROGRESS;
}

ShakedownHandshakeOutcome tcp_handshake_outcome(const TcpConnection *conn,
						const ShakedownConfig *config, ShakedownTime now)
{
	TcpBeen been = tcp_beliefs_been(&conn->beliefs);

	return tcp_handshake_outcome_of(conn, &been, config, now);
}

/* A leg includes what its host takes to answer; one eighth of the other leaves room for that. */
ShakedownTap tcp_tap(const TcpConnection *conn)
{
	ShakedownDuration client = conn->leg[SHAKEDOWN_CLIENT],
			  server = conn->leg[SHAKEDOWN_SERVER];

	if (client == SHAKEDOWN_DURATION_UNKNOWN || server == SHAKEDOWN_DURATION_UNKNOWN)
		return SHAKEDOWN_TAP_UNKNOWN;
	if (client < server / 8)
		return SHAKEDOWN_TAP_NEAR_CLIENT;
	return server < client / 8 ? SHAKEDOWN_TAP_NEAR_SERVER : SHAKEDOWN_TAP_BETWEEN;
}

/* It has ended itself, and the other should not take its RST: bytes before that are missing. */
static bool left_by_reset(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side];
	const TcpBelief *last;

	if (!tcp_side_has(s, TCP_SIDE_SENT_RST) || s->state != SHAKEDOWN_TCP_CLOSED ||
	    conn->first_fin >= 0 || !tcp_was_synchronized(conn, side))
		return false;
	last = tcp_beliefs_last(&conn->beliefs, side);
	return last && last->input == TCP_SENDS_RST;
}

int8_t tcp_reset_by(const TcpConnection *conn)
{
	if (conn->reset_by >= 0)
		return conn->reset_by;
	return left_by_reset(conn, SHAKEDOWN_CLIENT)   ? SHAKEDOWN_CLIENT
	       : left_by_reset(conn, SHAKEDOWN_SERVER) ? SHAKEDOWN_SERVER
						       : -1;
}

static bool is_reset(const TcpConnection *conn)
{
	return tcp_conn_has(conn, TCP_CONN_RESET) ||
	       (conn->reset_by < 0 && tcp_reset_by(conn) >= 0);
}

/* What seems to have been its FIN was not captured, and the states say that it was one. Once the
 * other closes too, it is held to be one altogether. */
static int8_t likely_closer(const TcpConnection *conn)
{
	return tcp_side_has(&conn->side[SHAKEDOWN_CLIENT], TCP_SIDE_LIKELY_FIN)	  ? SHAKEDOWN_CLIENT
	       : tcp_side_has(&conn->side[SHAKEDOWN_SERVER], TCP_SIDE_LIKELY_FIN) ? SHAKEDOWN_SERVER
										  : -1;
}

ShakedownTeardownKind tcp_teardown_kind(const TcpConnection *conn, const TcpBeen *been)
{
	if (is_reset(conn) && !is_graceful(conn) &&
	    (synchronized(been, SHAKEDOWN_CLIENT) || synchronized(been, SHAKEDOWN_SERVER) ||
	     tcp_conn_has(conn, TCP_CONN_MIDSTREAM)))
		return SHAKEDOWN_TEARDOWN_KIND_RESET;
	if (!both_closed(conn))
		return SHAKEDOWN_TEARDOWN_KIND_NONE;
	if (tcp_conn_has(conn, TCP_CONN_CROSSED))
		return SHAKEDOWN_TEARDOWN_SIMULTANEOUS;
	return tcp_conn_has(conn, TCP_CONN_FIN_WITH_ACK) ? SHAKEDOWN_TEARDOWN_THREE_WAY
							 : SHAKEDOWN_TEARDOWN_FOUR_WAY;
}

ShakedownTeardownOutcome tcp_teardown_outcome(const TcpConnection *conn, const TcpBeen *been)
{
	bool opened =
		synchronized(been, SHAKEDOWN_CLIENT) || synchronized(been, SHAKEDOWN_SERVER) ||
		/* A lone RST ends something that was not captured; a probe belongs to nothing. */
		tcp_conn_has(conn, TCP_CONN_MIDSTREAM | TCP_CONN_RESET);

	/* The client has opened, and aborted before the server had. */
	if (!opened ||
	    (tcp_conn_has(conn, TCP_CONN_ABORTED) && !synchronized(been, SHAKEDOWN_SERVER)))
		return SHAKEDOWN_TEARDOWN_NEVER_OPENED;
	if (is_graceful(conn))
		return SHAKEDOWN_TEARDOWN_GRACEFUL;
	if (is_reset(conn))
		return SHAKEDOWN_TEARDOWN_RESET;
	if (both_closed(conn))
		return SHAKEDOWN_TEARDOWN_UNACKNOWLEDGED;
	return conn->first_fin >= 0 || likely_closer(conn) >= 0 ? SHAKEDOWN_TEARDOWN_HALF_CLOSED
								: SHAKEDOWN_TEARDOWN_OPEN;
}

int8_t tcp_teardown_first(const TcpConnection *conn)
{
	int8_t reset_by = tcp_reset_by(conn);

	return conn->teardown_first >= 0 ? conn->teardown_first
	       : reset_by >= 0		 ? reset_by
					 : likely_closer(conn);
}

int tcp_time_wait_holder(const TcpBeen *been)
{
	bool client = been->states[SHAKEDOWN_CLIENT] >> SHAKEDOWN_TCP_TIME_WAIT & 1;
	bool server = been->states[SHAKEDOWN_SERVER] >> SHAKEDOWN_TCP_TIME_WAIT & 1;

	if (client && server)
		return 2;
	return client ? SHAKEDOWN_CLIENT : server ? SHAKEDOWN_SERVER : -1;
}

bool tcp_half_seen(const TcpConnection *conn, ShakedownSideId *seen)
{
	bool client = tcp_side_has(&conn->side[SHAKEDOWN_CLIENT], TCP_SIDE_SEEN);
	bool server = tcp_side_has(&conn->side[SHAKEDOWN_SERVER], TCP_SIDE_SEEN);

	/* Of these there was more. */
	if (client == server || (conn->flags & (TCP_CONN_CUT_SHORT | TCP_CONN_LEFT_OVER)))
		return false;
	*seen = client ? SHAKEDOWN_CLIENT : SHAKEDOWN_SERVER;
	const TcpSide *s = &conn->side[*seen];

	if (tcp_side_packets(conn, *seen) <= s->rsts + 1u)
		return *seen == SHAKEDOWN_SERVER && conn->syn_ack_first;
	return tcp_side_has(s, TCP_SIDE_ACKED);
}
