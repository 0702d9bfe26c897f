/* SPDX-License-Identifier: BSD-3-Clause */
/* How roles were told apart, how connections opened and how they ended: the words of a record. */
#include "detect/catalogue.h"

#include <shakedown/connection.h>

/* clang-format off */
const CatalogueTerm catalogue_roles[CATALOGUE_ROLES] = {
[SHAKEDOWN_ROLE_SYN] = {
	.name = "syn", .meaning = "The client is the side that sent the SYN. Certain.",
	.sources = "RFC 9293 §3.5"},
[SHAKEDOWN_ROLE_SYN_ACK] = {
	.name = "syn-ack",
	.meaning = "The SYN was not captured; the server is the side that sent SYN,ACK. Certain, but for "
		   "a simultaneous open.",
	.sources = "RFC 9293 §3.5"},
[SHAKEDOWN_ROLE_PORTS] = {
	.name = "ports",
	.meaning = "No handshake was captured; the side with the well-known or lower port is taken for "
		   "the server. A guess, and a good one for registered services.",
	.sources = "RFC 6335 §6"},
[SHAKEDOWN_ROLE_FIRST_PACKET] = {
	.name = "first-packet",
	.meaning = "Neither handshake nor ports tell; the sender of the first packet is called the "
		   "client. No more than a name for it."},
};

const CatalogueTerm catalogue_handshake_kinds[SHAKEDOWN_HANDSHAKE_KINDS] = {
[SHAKEDOWN_HANDSHAKE_THREE_WAY] = {
	.name = "three-way",
	.meaning = "SYN, SYN,ACK, ACK: one side asks, the other answers.",
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->             SYN-RECEIVED\n"
	"              <--- SYN,ACK y, x+1\n"
	"ESTABLISHED   ACK y+1 --->           ESTABLISHED\n",
	.sources = "RFC 9293 §3.5 figure 6"},
[SHAKEDOWN_HANDSHAKE_SIMULTANEOUS] = {
	.name = "simultaneous",
	.meaning = "The SYNs of both sides crossed. See simultaneous-open.",
	.sources = "RFC 9293 §3.5 figure 7"},
[SHAKEDOWN_HANDSHAKE_FAST_OPEN] = {
	.name = "fast-open",
	.meaning = "The SYN carried data and a Fast Open cookie, and the SYN,ACK acknowledged the data: "
		   "the request was answered a round trip early.",
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x, data n --->     SYN-RECEIVED\n"
	"              <--- SYN,ACK y, x+1+n\n"
	"              <--- data              SYN-RECEIVED\n"
	"ESTABLISHED   ACK --->               ESTABLISHED\n",
	.sources = "RFC 7413 §4.2.2"},
[SHAKEDOWN_HANDSHAKE_SPLIT] = {
	.name = "split",
	.meaning = "The SYN was answered by a SYN, without the two having crossed. See split-handshake.",
	.sources = "RFC 9293 §3.5"},
[SHAKEDOWN_HANDSHAKE_KIND_NOT_CAPTURED] = {
	.name = "not-captured",
	.meaning = "The capture does not hold the beginning of the connection."},
};

const CatalogueTerm catalogue_handshake_outcomes[SHAKEDOWN_HANDSHAKE_OUTCOMES] = {
[SHAKEDOWN_HANDSHAKE_COMPLETE] = {
	.name = "complete", .meaning = "Both sides reached ESTABLISHED.", .sources = "RFC 9293 §3.5"},
[SHAKEDOWN_HANDSHAKE_NO_ANSWER] = {
	.name = "no-answer",
	.meaning = "SYNs, and nothing came back within ${syn_timeout}.",
	.sources = "RFC 9293 §3.8.3"},
[SHAKEDOWN_HANDSHAKE_REFUSED] = {
	.name = "refused",
	.meaning = "The SYN was answered by a reset: nothing listens there.",
	.sources = "RFC 9293 §3.5.2"},
[SHAKEDOWN_HANDSHAKE_UNREACHABLE] = {
	.name = "unreachable",
	.meaning = "The SYN was answered by an ICMP destination unreachable.",
	.sources = "RFC 9293 §3.9.2.2"},
[SHAKEDOWN_HANDSHAKE_UNFINISHED] = {
	.name = "unfinished",
	.meaning = "The SYN,ACK was never acknowledged within ${handshake_timeout}: the server stayed in "
		   "SYN-RECEIVED. See missing-third-ack.",
	.sources = "RFC 9293 §3.5, RFC 4987"},
[SHAKEDOWN_HANDSHAKE_ABORTED] = {
	.name = "aborted",
	.meaning = "The client answered the SYN,ACK with a reset. See half-open-probe.",
	.sources = "RFC 9293 §3.10.7.3"},
[SHAKEDOWN_HANDSHAKE_IN_PROGRESS] = {
	.name = "in-progress",
	.meaning = "The capture ended before anything could be said: the handshake may have gone on."},
[SHAKEDOWN_HANDSHAKE_NOT_CAPTURED] = {
	.name = "not-captured",
	.meaning = "The capture does not hold the beginning of the connection."},
};

const CatalogueTerm catalogue_teardown_kinds[SHAKEDOWN_TEARDOWN_KINDS] = {
[SHAKEDOWN_TEARDOWN_FOUR_WAY] = {
	.name = "four-way",
	.meaning = "FIN, ACK, FIN, ACK: each direction closed by itself.",
	.picture =
	"client                       server\n"
	"FIN-WAIT-1    FIN x --->             CLOSE-WAIT\n"
	"FIN-WAIT-2    <--- ACK x+1           CLOSE-WAIT\n"
	"TIME-WAIT     <--- FIN y             LAST-ACK\n"
	"TIME-WAIT     ACK y+1 --->           CLOSED\n",
	.sources = "RFC 9293 §3.6 figure 12"},
[SHAKEDOWN_TEARDOWN_THREE_WAY] = {
	.name = "three-way",
	.meaning = "FIN, FIN,ACK, ACK: the second side acknowledged and closed in one segment.",
	.picture =
	"client                       server\n"
	"FIN-WAIT-1    FIN x --->             CLOSE-WAIT\n"
	"TIME-WAIT     <--- FIN,ACK y, x+1    LAST-ACK\n"
	"TIME-WAIT     ACK y+1 --->           CLOSED\n",
	.sources = "RFC 9293 §3.6"},
[SHAKEDOWN_TEARDOWN_SIMULTANEOUS] = {
	.name = "simultaneous",
	.meaning = "The FINs of both sides crossed. See simultaneous-close.",
	.sources = "RFC 9293 §3.6 figure 13"},
[SHAKEDOWN_TEARDOWN_KIND_RESET] = {
	.name = "reset",
	.meaning = "A reset ended the connection. See reset-abort and reset-after-fin.",
	.sources = "RFC 9293 §3.5.3"},
[SHAKEDOWN_TEARDOWN_KIND_NONE] = {
	.name = "none",
	.meaning = "Neither FIN of both sides nor reset: the capture holds no complete teardown."},
};

const CatalogueTerm catalogue_teardown_outcomes[SHAKEDOWN_TEARDOWN_OUTCOMES] = {
[SHAKEDOWN_TEARDOWN_GRACEFUL] = {
	.name = "graceful",
	.meaning = "Both sides sent FIN, and both FINs were acknowledged: everything arrived.",
	.sources = "RFC 9293 §3.6"},
[SHAKEDOWN_TEARDOWN_HALF_CLOSED] = {
	.name = "half-closed",
	.meaning = "One side sent FIN and the other did not. See half-close and half-closed-lingering.",
	.sources = "RFC 9293 §3.6.1"},
[SHAKEDOWN_TEARDOWN_UNACKNOWLEDGED] = {
	.name = "unacknowledged",
	.meaning = "Both sides sent FIN; the last FIN was never acknowledged. See fin-unanswered.",
	.sources = "RFC 9293 §3.6"},
[SHAKEDOWN_TEARDOWN_RESET] = {
	.name = "reset",
	.meaning = "A reset ended the connection: what was on its way is lost.",
	.sources = "RFC 9293 §3.5.3"},
[SHAKEDOWN_TEARDOWN_OPEN] = {
	.name = "open",
	.meaning = "No teardown in the capture: the connection was open when it ended, or was forgotten "
		   "after ${idle_timeout} without a packet."},
[SHAKEDOWN_TEARDOWN_NEVER_OPENED] = {
	.name = "never-opened",
	.meaning = "There was nothing to tear down: the handshake did not succeed.",
	.sources = "RFC 9293 §3.5"},
};
/* clang-format on */
