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

#define ROW(from, input, to, clause) [input][from] = {from, input, to, clause}

/* A clause: that input leads somewhere. */
static const TcpTransition matrix[TCP_INPUTS][SHAKEDOWN_TCP_STATES] = {
	/* What a side shows by what it sends. */
	ROW(CLOSED,       TCP_SENDS_SYN,     SYN_SENT,     "§3.10.1 OPEN call, active"),
	ROW(LISTEN,       TCP_SENDS_SYN,     SYN_SENT,     "§3.10.1 OPEN call, §3.10.2 SEND call"),

	ROW(CLOSED,       TCP_SENDS_SYN_ACK, SYN_RECEIVED, "§3.10.7.2 third: SYN, from an unseen LISTEN"),
	ROW(LISTEN,       TCP_SENDS_SYN_ACK, SYN_RECEIVED, "§3.10.7.2 third: SYN"),
	ROW(SYN_SENT,     TCP_SENDS_SYN_ACK, SYN_RECEIVED, "§3.10.7.3 fourth: SYN without ACK, simultaneous open"),

	ROW(CLOSED,       TCP_SENDS_ACK,     ESTABLISHED,  "§3.10.7.3: its SYN was not captured"),
	ROW(LISTEN,       TCP_SENDS_ACK,     ESTABLISHED,  "§3.10.7.3: its SYN was not captured"),
	ROW(SYN_SENT,     TCP_SENDS_ACK,     ESTABLISHED,  "§3.10.7.3 fourth: SYN,ACK of our SYN"),
	ROW(SYN_RECEIVED, TCP_SENDS_ACK,     ESTABLISHED,  "§3.10.7.4 fifth: ACK, SYN-RECEIVED"),

	ROW(SYN_RECEIVED, TCP_SENDS_FIN,     FIN_WAIT_1,   "§3.10.4 CLOSE call, SYN-RECEIVED"),
	ROW(ESTABLISHED,  TCP_SENDS_FIN,     FIN_WAIT_1,   "§3.10.4 CLOSE call, ESTABLISHED"),
	ROW(CLOSE_WAIT,   TCP_SENDS_FIN,     LAST_ACK,     "§3.10.4 CLOSE call, CLOSE-WAIT"),

	ROW(SYN_SENT,     TCP_SENDS_RST,     CLOSED,       "§3.10.7.1: it has no connection any more"),
	ROW(SYN_RECEIVED, TCP_SENDS_RST,     CLOSED,       "§3.10.5 ABORT call"),
	ROW(ESTABLISHED,  TCP_SENDS_RST,     CLOSED,       "§3.10.5 ABORT call"),
	ROW(FIN_WAIT_1,   TCP_SENDS_RST,     CLOSED,       "§3.10.5 ABORT call; §3.6.1 data after CLOSE"),
	ROW(FIN_WAIT_2,   TCP_SENDS_RST,     CLOSED,       "§3.10.5 ABORT call; §3.6.1 data after CLOSE"),
	ROW(CLOSE_WAIT,   TCP_SENDS_RST,     CLOSED,       "§3.10.5 ABORT call"),
	ROW(CLOSING,      TCP_SENDS_RST,     CLOSED,       "§3.10.7.1: it has no connection any more"),
	ROW(LAST_ACK,     TCP_SENDS_RST,     CLOSED,       "§3.10.7.1: it has no connection any more"),
	ROW(TIME_WAIT,    TCP_SENDS_RST,     CLOSED,       "§3.10.7.1: it has no connection any more"),

	/* What happens to a side when something reaches it. */
	ROW(SYN_RECEIVED, TCP_GETS_ACK_OF_SYN, ESTABLISHED, "§3.10.7.4 fifth: ACK, SYN-RECEIVED"),

	ROW(SYN_RECEIVED, TCP_GETS_FIN,        CLOSE_WAIT,  "§3.10.7.4 eighth: FIN, SYN-RECEIVED"),
	ROW(ESTABLISHED,  TCP_GETS_FIN,        CLOSE_WAIT,  "§3.10.7.4 eighth: FIN, ESTABLISHED"),
	ROW(FIN_WAIT_1,   TCP_GETS_FIN,        CLOSING,     "§3.10.7.4 eighth: FIN, FIN-WAIT-1"),
	ROW(FIN_WAIT_2,   TCP_GETS_FIN,        TIME_WAIT,   "§3.10.7.4 eighth: FIN, FIN-WAIT-2"),

	ROW(FIN_WAIT_1,   TCP_GETS_ACK_OF_FIN, FIN_WAIT_2,  "§3.10.7.4 fifth: ACK, FIN-WAIT-1"),
	ROW(CLOSING,      TCP_GETS_ACK_OF_FIN, TIME_WAIT,   "§3.10.7.4 fifth: ACK, CLOSING"),
	ROW(LAST_ACK,     TCP_GETS_ACK_OF_FIN, CLOSED,      "§3.10.7.4 fifth: ACK, LAST-ACK"),

	ROW(SYN_SENT,     TCP_GETS_RST,        CLOSED,      "§3.10.7.3 second: RST"),
	ROW(SYN_RECEIVED, TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST, SYN-RECEIVED"),
	ROW(ESTABLISHED,  TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST"),
	ROW(FIN_WAIT_1,   TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST"),
	ROW(FIN_WAIT_2,   TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST"),
	ROW(CLOSE_WAIT,   TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST"),
	ROW(CLOSING,      TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST, CLOSING"),
	ROW(LAST_ACK,     TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST, CLOSING"),
	ROW(TIME_WAIT,    TCP_GETS_RST,        CLOSED,      "§3.10.7.4 second: RST, CLOSING; the hazard of RFC 1337"),

	ROW(SYN_SENT,     TCP_GETS_UNREACHABLE, CLOSED,     "§3.9.2.2 hard error; in other states not, RFC 5927 §5.2"),

	/* What nobody sees happen. */
	ROW(TIME_WAIT,    TCP_TIMES_OUT,      CLOSED,       "§3.10.8 TIME-WAIT timeout, 2 MSL"),

	ROW(CLOSED,       TCP_STARTS_MIDWAY,  ESTABLISHED,  "the capture begins in the middle"),

	ROW(TIME_WAIT,    TCP_SENDS_NEW_SYN,  CLOSED,       "§3.6.1: the side that waits opens again itself"),
	ROW(SYN_RECEIVED, TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again"),
	ROW(SYN_SENT,     TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it gave up, and opens again"),
	ROW(ESTABLISHED,  TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again"),
	ROW(FIN_WAIT_1,   TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again"),
	ROW(FIN_WAIT_2,   TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again"),
	ROW(CLOSE_WAIT,   TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again"),
	ROW(CLOSING,      TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again"),
	ROW(LAST_ACK,     TCP_SENDS_NEW_SYN,  CLOSED,       "§3.5.1: it lost the connection, and opens again"),

	ROW(TIME_WAIT,    TCP_GETS_NEW_SYN,   CLOSED,       "§3.6.1 and RFC 6191: a SYN taken in TIME-WAIT"),
	ROW(SYN_SENT,     TCP_GETS_NEW_SYN,   CLOSED,       "§3.5.1: it had given up, and takes the other\'s SYN"),
	ROW(SYN_RECEIVED, TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN, back to LISTEN"),
	ROW(ESTABLISHED,  TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection"),
	ROW(FIN_WAIT_1,   TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection"),
	ROW(FIN_WAIT_2,   TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection"),
	ROW(CLOSE_WAIT,   TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection"),
	ROW(CLOSING,      TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection"),
	ROW(LAST_ACK,     TCP_GETS_NEW_SYN,   CLOSED,       "§3.10.7.4 fourth: SYN; it had lost the connection"),
};
/* clang-format on */

const TcpTransition *tcp_transition(TcpInput input, ShakedownTcpState from)
{
	const TcpTransition *found = &matrix[input][from];

	return found->clause ? found : NULL;
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
