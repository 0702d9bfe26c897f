/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Legend. Each row: in state FROM, by INPUT, the side is in state TO; then the clause.
 *
 * A tap differs from the host in three ways, and so do these lists from the RFC's text:
 *   – it cannot see LISTEN, so that a passive side leaves CLOSED by its SYN,ACK;
 *   – a client is ESTABLISHED by SYN,ACK when it acknowledges it, since only then is it known that
 *     the SYN,ACK arrived: the row stands under what it sends;
 *   – RFC 9293 returns a passive SYN-RECEIVED to LISTEN upon RST; the connection is gone: CLOSED.
 *
 * ABORT, CLOSE and OPEN are user calls; a tap sees them by what they send.
 */
#include "tcp/tcp-transition.h"

#include <glib.h>

/* clang-format off */
#define CLOSED       SHAKEDOWN_TCP_CLOSED
#define LISTEN       SHAKEDOWN_TCP_LISTEN
#define SYN_SENT     SHAKEDOWN_TCP_SYN_SENT
#define SYN_RECEIVED SHAKEDOWN_TCP_SYN_RECEIVED
#define ESTABLISHED  SHAKEDOWN_TCP_ESTABLISHED
#define FIN_WAIT_1   SHAKEDOWN_TCP_FIN_WAIT_1
#define FIN_WAIT_2   SHAKEDOWN_TCP_FIN_WAIT_2
#define CLOSE_WAIT   SHAKEDOWN_TCP_CLOSE_WAIT
#define CLOSING      SHAKEDOWN_TCP_CLOSING
#define LAST_ACK     SHAKEDOWN_TCP_LAST_ACK
#define TIME_WAIT    SHAKEDOWN_TCP_TIME_WAIT

/* What a side shows by what it sends. */
static const TcpTransition sends[] = {
	{ CLOSED,       TCP_SENDS_SYN,     SYN_SENT,     "§3.10.1 OPEN call, active" },
	{ LISTEN,       TCP_SENDS_SYN,     SYN_SENT,     "§3.10.1 OPEN call, §3.10.2 SEND call" },

	{ CLOSED,       TCP_SENDS_SYN_ACK, SYN_RECEIVED, "§3.10.7.2 third: SYN, from an unseen LISTEN" },
	{ LISTEN,       TCP_SENDS_SYN_ACK, SYN_RECEIVED, "§3.10.7.2 third: SYN" },
	{ SYN_SENT,     TCP_SENDS_SYN_ACK, SYN_RECEIVED, "§3.10.7.3 fourth: SYN without ACK, simultaneous open" },

	{ CLOSED,       TCP_SENDS_ACK,     ESTABLISHED,  "§3.10.7.3: its SYN was not captured" },
	{ LISTEN,       TCP_SENDS_ACK,     ESTABLISHED,  "§3.10.7.3: its SYN was not captured" },
	{ SYN_SENT,     TCP_SENDS_ACK,     ESTABLISHED,  "§3.10.7.3 fourth: SYN,ACK of our SYN" },
	{ SYN_RECEIVED, TCP_SENDS_ACK,     ESTABLISHED,  "§3.10.7.4 fifth: ACK, SYN-RECEIVED" },

	{ SYN_RECEIVED, TCP_SENDS_FIN,     FIN_WAIT_1,   "§3.10.4 CLOSE call, SYN-RECEIVED" },
	{ ESTABLISHED,  TCP_SENDS_FIN,     FIN_WAIT_1,   "§3.10.4 CLOSE call, ESTABLISHED" },
	{ CLOSE_WAIT,   TCP_SENDS_FIN,     LAST_ACK,     "§3.10.4 CLOSE call, CLOSE-WAIT" },

	{ SYN_SENT,     TCP_SENDS_RST,     CLOSED,       "§3.10.7.1: it has no connection any more" },
	{ SYN_RECEIVED, TCP_SENDS_RST,     CLOSED,       "§3.10.5 ABORT call" },
	{ ESTABLISHED,  TCP_SENDS_RST,     CLOSED,       "§3.10.5 ABORT call" },
	{ FIN_WAIT_1,   TCP_SENDS_RST,     CLOSED,       "§3.10.5 ABORT call; §3.6.1 data after CLOSE" },
	{ FIN_WAIT_2,   TCP_SENDS_RST,     CLOSED,       "§3.10.5 ABORT call; §3.6.1 data after CLOSE" },
	{ CLOSE_WAIT,   TCP_SENDS_RST,     CLOSED,       "§3.10.5 ABORT call" },
	{ CLOSING,      TCP_SENDS_RST,     CLOSED,       "§3.10.7.1: it has no connection any more" },
	{ LAST_ACK,     TCP_SENDS_RST,     CLOSED,       "§3.10.7.1: it has no connection any more" },
	{ TIME_WAIT,    TCP_SENDS_RST,     CLOSED,       "§3.10.7.1: it has no connection any more" },
};

/* What happens to a side when something reaches it. */
static const TcpTransition gets[] = {
	{ SYN_RECEIVED, TCP_GETS_ACK_OF_SYN, ESTABLISHED, "§3.10.7.4 fifth: ACK, SYN-RECEIVED" },

	{ SYN_RECEIVED, TCP_GETS_FIN,        CLOSE_WAIT,  "§3.10.7.4 eighth: FIN, SYN-RECEIVED" },
	{ ESTABLISHED,  TCP_GETS_FIN,        CLOSE_WAIT,  "§3.10.7.4 eighth: FIN, ESTABLISHED" },
	{ FIN_WAIT_1,   TCP_GETS_FIN,        CLOSING,     "§3.10.7.4 eighth: FIN, FIN-WAIT-1" },
	{ FIN_WAIT_2,   TCP_GETS_FIN,        TIME_WAIT,   "§3.10.7.4 eighth: FIN, FIN-WAIT-2" },

	{ FIN_WAIT_1,   TCP_GETS_ACK_OF_FIN, FIN_WAIT_2,  "§3.10.7.4 fifth: ACK, FIN-WAIT-1" },
	{ CLOSING,      TCP_GETS_ACK_OF_FIN, TIME_WAIT,   "§3.10.7.4 fifth: ACK, CLOSING" },
	{ LAST_ACK,     TCP_GETS_ACK_OF_FIN, CLOSED,      "§3.10.7.4 fifth: ACK, LAST-ACK" },

	{ SYN_SENT,     TCP_GETS_RST,        CLOSED,      "§3.10.7.3 second: RST" },
	{ SYN_RECEIVED, TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST, SYN-RECEIVED" },
	{ ESTABLISHED,  TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST" },
	{ FIN_WAIT_1,   TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST" },
	{ FIN_WAIT_2,   TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST" },
	{ CLOSE_WAIT,   TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST" },
	{ CLOSING,      TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST, CLOSING" },
	{ LAST_ACK,     TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST, CLOSING" },
	{ TIME_WAIT,    TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST, CLOSING; the hazard of RFC 1337" },

	{ SYN_SENT,     TCP_GETS_UNREACHABLE, CLOSED,     "§3.9.2.2 hard error; in other states not, RFC 5927 §5.2" },
};

/* What nobody sees happen. */
static const TcpTransition unseen[] = {
	{ TIME_WAIT,    TCP_TIMES_OUT,      CLOSED,       "§3.10.8 TIME-WAIT timeout, 2 MSL" },

	{ CLOSED,       TCP_STARTS_MIDWAY,  ESTABLISHED,  "the capture begins in the middle" },

	{ TIME_WAIT,    TCP_SENDS_NEW_SYN,  CLOSED,       "§3.6.1: the side that waits opens again itself" },
	{ SYN_RECEIVED, TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again" },
	{ SYN_SENT,     TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it gave up, and opens again" },
	{ ESTABLISHED,  TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again" },
	{ FIN_WAIT_1,   TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again" },
	{ FIN_WAIT_2,   TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again" },
	{ CLOSE_WAIT,   TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again" },
	{ CLOSING,      TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again" },
	{ LAST_ACK,     TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again" },

	{ TIME_WAIT,    TCP_GETS_NEW_SYN,   CLOSED,       "§3.6.1 and RFC 6191: a SYN taken in TIME-WAIT" },
	{ SYN_SENT,     TCP_GETS_NEW_SYN,   CLOSED,       "§3.5.1: it had given up, and takes the other\'s SYN" },
	{ SYN_RECEIVED, TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN, back to LISTEN" },
	{ ESTABLISHED,  TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection" },
	{ FIN_WAIT_1,   TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection" },
	{ FIN_WAIT_2,   TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection" },
	{ CLOSE_WAIT,   TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection" },
	{ CLOSING,      TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection" },
	{ LAST_ACK,     TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection" },
};
/* clang-format on */

static const TcpTransition *find(const TcpTransition *rows, size_t n, TcpInput input,
				 ShakedownTcpState from)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].from == from && rows[i].input == input)
			return &rows[i];
	return NULL;
}

const TcpTransition *tcp_transition(TcpInput input, ShakedownTcpState from)
{
	const TcpTransition *found = find(sends, G_N_ELEMENTS(sends), input, from);

	if (!found)
		found = find(gets, G_N_ELEMENTS(gets), input, from);
	if (!found)
		found = find(unseen, G_N_ELEMENTS(unseen), input, from);
	return found;
}

const char *tcp_input_name(TcpInput input)
{
	static const char *const names[TCP_INPUTS] = {
		[TCP_SENDS_SYN] = "sends SYN",
		[TCP_SENDS_SYN_ACK] = "sends SYN,ACK",
		[TCP_SENDS_ACK] = "sends ACK",
		[TCP_SENDS_FIN] = "sends FIN",
		[TCP_SENDS_RST] = "sends RST",
		[TCP_GETS_ACK_OF_SYN] = "gets ACK of SYN",
		[TCP_GETS_FIN] = "gets FIN",
		[TCP_GETS_ACK_OF_FIN] = "gets ACK of FIN",
		[TCP_GETS_RST] = "gets RST",
		[TCP_GETS_UNREACHABLE] = "gets ICMP unreachable",
		[TCP_TIMES_OUT] = "times out",
		[TCP_STARTS_MIDWAY] = "starts midway",
		[TCP_SENDS_NEW_SYN] = "sends a new SYN",
		[TCP_GETS_NEW_SYN] = "takes a new SYN",
	};
	return names[input];
}

void tcp_transition_print(FILE *out)
{
	for (unsigned from = 0; from < SHAKEDOWN_TCP_STATES; from++) {
		fprintf(out, "%s\n", shakedown_tcp_state_name(from));
		for (unsigned input = 0; input < TCP_INPUTS; input++) {
			const TcpTransition *t = tcp_transition(input, from);

			fprintf(out, "  %-21s  %-12s  %s\n", tcp_input_name(input),
				t ? shakedown_tcp_state_name(t->to) : "-", t ? t->clause : "");
		}
	}
}
