/* SPDX-License-Identifier: BSD-3-Clause */
/* The ends' states in Zeek's sense, and the one word that it makes of them. */
#include "tcp/tcp-conn-log-private.h"

#include <string.h>

static void enter(ConnLogEnd *end, ConnLogState state)
{
	if (end->state == state)
		return;
	end->before = end->state;
	end->state = state;
}

static bool is_opening(const ConnLogEnd *end)
{
	return end->state == CONN_LOG_SYN_SENT || end->state == CONN_LOG_SYN_ACK_SENT;
}

/* Its opening was not seen. */
static bool is_unopened(const ConnLogEnd *end)
{
	return end->state == CONN_LOG_INACTIVE || end->state == CONN_LOG_PARTIAL;
}

/* The answer to a SYN establishes both ends at once, whether or not a third ACK comes. */
static void first_syn(ConnLogEnd *end, ConnLogEnd *peer, bool orig, uint16_t flags)
{
	if (orig) {
		enter(end, (flags & TCP_ACK) ? CONN_LOG_SYN_ACK_SENT : CONN_LOG_SYN_SENT);
		return;
	}
	/* SYN,ACK and SYN swapped by the capture. */
	if (peer->state == CONN_LOG_SYN_SENT ||
	    (peer->state == CONN_LOG_SYN_ACK_SENT && !(flags & TCP_ACK)))
		enter(peer, CONN_LOG_ESTABLISHED);
	enter(end, CONN_LOG_ESTABLISHED);
}

static void first_segment(ConnLogEnd *end, ConnLogEnd *peer, bool orig, uint16_t flags,
			  uint32_t payload_len)
{
	if (flags & TCP_SYN)
		first_syn(end, peer, orig, flags);
	if (flags & TCP_FIN)
		enter(end, CONN_LOG_CLOSED);
	if (flags & TCP_RST)
		enter(end, CONN_LOG_RESET);
	if (end->state != CONN_LOG_INACTIVE)
		return;
	/* A bare ACK of the SYN says nothing yet; one of a SYN,ACK, whose SYN was missed, does. */
	if (!orig && payload_len == 0 && peer->state == CONN_LOG_SYN_SENT)
		return;
	if ((flags & TCP_ACK) && peer->state == CONN_LOG_ESTABLISHED)
		enter(end, CONN_LOG_ESTABLISHED);
	else
		enter(end, CONN_LOG_PARTIAL);
}

static void open_segment(ConnLogEnd *end, ConnLogEnd *peer, uint16_t flags)
{
	if ((flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && end->state == CONN_LOG_PARTIAL &&
	    peer->state == CONN_LOG_INACTIVE)
		enter(end, CONN_LOG_SYN_SENT);
	if ((flags & TCP_FIN) && !(flags & TCP_RST)) {
		enter(end, CONN_LOG_CLOSED);
		/* FIN, then RST from the other: it had closed in order. */
		if (peer->state == CONN_LOG_RESET && peer->before == CONN_LOG_CLOSED)
			enter(peer, CONN_LOG_CLOSED);
	}
	if (flags & TCP_RST)
		enter(end, CONN_LOG_RESET);
}

void conn_log_state_step(TcpConnLog *log, ShakedownSideId from, uint16_t flags,
			 uint32_t payload_len)
{
	ConnLogEnd *end = &log->end[from], *peer = &log->end[tcp_other(from)];

	switch ((ConnLogState)end->state) {
	case CONN_LOG_INACTIVE:
		first_segment(end, peer, from == SHAKEDOWN_CLIENT, flags, payload_len);
		break;
	case CONN_LOG_SYN_SENT:
	case CONN_LOG_SYN_ACK_SENT:
		if (flags & TCP_FIN)
			enter(end, CONN_LOG_CLOSED);
		if (flags & TCP_RST)
			enter(end, CONN_LOG_RESET);
		break;
	case CONN_LOG_PARTIAL:
	case CONN_LOG_ESTABLISHED:
		open_segment(end, peer, flags);
		break;
	case CONN_LOG_CLOSED:
		/* After both FINs an RST is nothing new. */
		if ((flags & TCP_RST) && peer->state != CONN_LOG_CLOSED)
			enter(end, CONN_LOG_RESET);
		break;
	case CONN_LOG_RESET:
		break;
	}
}

uint64_t conn_log_size(const TcpConnLog *log, ShakedownSideId side)
{
	const ConnLogEnd *end = &log->end[side], *peer = &log->end[tcp_other(side)];
	int64_t size = end->sent > end->acked ? end->sent : end->acked;

	/* A SYN that was reset by its own sender: it never got to send anything. */
	if (end->before == CONN_LOG_SYN_SENT && end->state == CONN_LOG_RESET &&
	    peer->state == CONN_LOG_INACTIVE && end->acked > 1)
		return 0;
	size -= 1; /* the SYN */
	size -= end->fin && size > 0;
	return size > 0 ? (uint64_t)size : 0;
}

/* History is SYN, nothing that would be an answer to an answer, RST. */
static bool was_abandoned(const TcpConnLog *log)
{
	const char *at = log->history;

	at += *at == '^';
	if (*at++ != 'S')
		return false;
	at += strcspn(at, "HAFGIQR");
	return *at == 'R';
}

static const char *name_of_reset(const TcpConnLog *log)
{
	const ConnLogEnd *orig = &log->end[SHAKEDOWN_CLIENT], *resp = &log->end[SHAKEDOWN_SERVER];
	bool nothing_sent = conn_log_size(log, SHAKEDOWN_CLIENT) == 0 &&
			    conn_log_size(log, SHAKEDOWN_SERVER) == 0;

	if (resp->state == CONN_LOG_RESET) {
		if (is_opening(orig) || (orig->state == CONN_LOG_RESET && nothing_sent))
			return "REJ";
		return is_unopened(orig) ? "RSTRH" : "RSTR";
	}
	if (!is_unopened(resp))
		return "RSTO";
	return was_abandoned(log) ? "RSTOS0" : "OTH";
}

const char *conn_log_state_name(const TcpConnLog *log)
{
	const ConnLogEnd *orig = &log->end[SHAKEDOWN_CLIENT], *resp = &log->end[SHAKEDOWN_SERVER];

	if (orig->state == CONN_LOG_RESET || resp->state == CONN_LOG_RESET)
		return name_of_reset(log);
	if (orig->state == CONN_LOG_CLOSED && resp->state == CONN_LOG_CLOSED)
		return "SF";
	if (orig->state == CONN_LOG_CLOSED)
		return is_unopened(resp) ? "SH" : "S2";
	if (resp->state == CONN_LOG_CLOSED)
		return is_unopened(orig) ? "SHR" : "S3";
	if (orig->state == CONN_LOG_SYN_SENT && resp->state == CONN_LOG_INACTIVE)
		return "S0";
	if (orig->state == CONN_LOG_ESTABLISHED && resp->state == CONN_LOG_ESTABLISHED)
		return "S1";
	return "OTH";
}
