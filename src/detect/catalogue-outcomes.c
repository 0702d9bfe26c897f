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
	.name = "complete", .meaning = "Both sides reached ESTABLISHED.", .sources = "RFC 9293 §3.5",
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN --->               SYN-RECEIVED\n"
	"ESTABLISHED   <--- SYN,ACK\n"
	"ESTABLISHED   ACK --->               ESTABLISHED\n",
	.detected =
	"The third ACK, or data or a FIN with an acknowledgment of the SYN,ACK, passed the tap, "
	"and the server did not send its SYN,ACK again after it.",
	.innocent =
	"This is how it should be. Its record may still name a syn-retransmitted or a "
	"slow-handshake.",
	.action =
	"Nothing. How long each leg took is in the record: server_rtt_s from the tap to the "
	"server and back, client_rtt_s to the client; ss -ti shows the kernel's own rtt."},
[SHAKEDOWN_HANDSHAKE_NO_ANSWER] = {
	.name = "no-answer",
	.meaning = "SYNs, and nothing came back within ${syn_timeout}.",
	.sources = "RFC 9293 §3.8.3",
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN --->               (nothing)\n"
	"SYN-SENT      SYN again, 1 s later -->\n"
	"SYN-SENT      SYN again, 2 s later -->\n",
	.detected =
	"No segment and no ICMP error of the other side before ${syn_timeout} after the first "
	"SYN.",
	.innocent =
	"A host that is switched off. A tap that sees one direction only: then one-direction "
	"says so.",
	.action =
	"See the anomaly no-answer, next in this list: it says what to look at on either side."},
[SHAKEDOWN_HANDSHAKE_REFUSED] = {
	.name = "refused",
	.meaning = "The SYN was answered by a reset: nothing listens there.",
	.sources = "RFC 9293 §3.5.2",
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->             CLOSED\n"
	"CLOSED        <--- RST,ACK x+1       CLOSED\n",
	.detected =
	"An RST that acknowledges the SYN.",
	.innocent =
	"A client that tries several addresses or ports in turn (RFC 8305). A service that is "
	"starting.",
	.action =
	"See the anomaly refused, next in this list. On the server: ss -ltn."},
[SHAKEDOWN_HANDSHAKE_UNREACHABLE] = {
	.name = "unreachable",
	.meaning = "The SYN was answered by an ICMP destination unreachable, or time exceeded.",
	.sources = "RFC 9293 §3.9.2.2, RFC 1122 §4.2.3.9",
	.picture =
	"client        router         server\n"
	"SYN-SENT      SYN x --->\n"
	"              <--- ICMP unreachable, quoting SYN x\n"
	"CLOSED                       (no SYN came)\n",
	.detected =
	"An ICMP or ICMPv6 error whose quoted packet is the SYN, and no answer of the server's "
	"own.",
	.innocent =
	"A firewall that rejects what it is to reject, and says so.",
	.action =
	"The anomaly's evidence says who sent the error, with type and code. ip route get "
	"ADDRESS on the client shows its way there."},
[SHAKEDOWN_HANDSHAKE_UNFINISHED] = {
	.name = "unfinished",
	.meaning = "The SYN,ACK was never acknowledged within ${handshake_timeout}, or the server reset "
		   "what acknowledged it: it came no further than SYN-RECEIVED. See missing-third-ack.",
	.sources = "RFC 9293 §3.5, RFC 4987",
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN --->               SYN-RECEIVED\n"
	"              <--- SYN,ACK           SYN-RECEIVED\n"
	"              <--- SYN,ACK again     SYN-RECEIVED\n",
	.detected =
	"SYN,ACK passed the tap, the client's ACK did not, though the client's direction is "
	"captured; or the ACK did, and was answered by SYN,ACK again or by a reset without ACK.",
	.innocent =
	"A client that vanished at that moment. A capture that ends within "
	"${handshake_timeout}: then it is in-progress.",
	.action =
	"One: a lost client. Many from different sources: see syn-flood. On the server: ss -tn "
	"state syn-recv; nstat -az TcpExtTCPTimeouts TcpExtSyncookiesSent."},
[SHAKEDOWN_HANDSHAKE_ABORTED] = {
	.name = "aborted",
	.meaning = "The client answered the SYN,ACK with a reset. See half-open-probe.",
	.sources = "RFC 9293 §3.10.7.3",
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN --->               SYN-RECEIVED\n"
	"CLOSED        <--- SYN,ACK\n"
	"CLOSED        RST --->               LISTEN\n",
	.detected =
	"An RST of the client that answers the SYN,ACK.",
	.innocent =
	"A client that had given up, or lost the race between two addresses (RFC 8305).",
	.action =
	"Many ports of one host, or one port of many: see port-scan."},
[SHAKEDOWN_HANDSHAKE_IN_PROGRESS] = {
	.name = "in-progress",
	.meaning = "The capture ended before anything could be said: the handshake may have gone on.",
	.detected =
	"The capture ended before the SYN had waited ${syn_timeout} for an answer, or the SYN,ACK "
	"${handshake_timeout} for its ACK.",
	.innocent =
	"Always: it says nothing about the connection.",
	.action =
	"Capture for longer."},
[SHAKEDOWN_HANDSHAKE_NOT_CAPTURED] = {
	.name = "not-captured",
	.meaning = "The capture does not hold the beginning of the connection.",
	.detected =
	"The first segment of the four-tuple was no SYN and no SYN,ACK.",
	.innocent =
	"Always: the connection is older than the capture.",
	.action =
	"Begin the capture before the connection. Without the handshake the window scale is "
	"unknown, and roles may be guessed: see role_basis."},
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
	.sources = "RFC 9293 §3.6",
	.picture =
	"closes first                 closes second\n"
	"FIN-WAIT-1    FIN u --->             CLOSE-WAIT\n"
	"FIN-WAIT-2    <--- ACK u+1           CLOSE-WAIT\n"
	"TIME-WAIT     <--- FIN v             LAST-ACK\n"
	"TIME-WAIT     ACK v+1 --->           CLOSED\n",
	.detected =
	"FINs of both sides, and acknowledgments that cover both.",
	.innocent =
	"This is how it should be.",
	.action =
	"Nothing. The record says who closed first, and so who holds TIME-WAIT: ss -tan state "
	"time-wait."},
[SHAKEDOWN_TEARDOWN_HALF_CLOSED] = {
	.name = "half-closed",
	.meaning = "One side sent FIN and the other did not. See half-close and half-closed-lingering.",
	.sources = "RFC 9293 §3.6.1",
	.picture =
	"closed                       open\n"
	"FIN-WAIT-1    FIN --->               CLOSE-WAIT\n"
	"FIN-WAIT-2    <--- ACK               CLOSE-WAIT\n"
	"              ...                    (no FIN)\n",
	.detected =
	"A FIN of one side only, up to the end of the capture or of what was seen of the "
	"connection.",
	.innocent =
	"A capture that ended before the other FIN. A program that closes its direction to say "
	"that its request is complete.",
	.action =
	"If it lasts: the program in CLOSE-WAIT has not called close(). On its host: ss -tnp "
	"state close-wait names it."},
[SHAKEDOWN_TEARDOWN_UNACKNOWLEDGED] = {
	.name = "unacknowledged",
	.meaning = "Both sides sent FIN; the last FIN was never acknowledged. See fin-unanswered.",
	.sources = "RFC 9293 §3.6",
	.picture =
	"closes first                 closes second\n"
	"FIN-WAIT-1    FIN --->               CLOSE-WAIT\n"
	"TIME-WAIT     <--- FIN,ACK           LAST-ACK\n"
	"              (no ACK)               LAST-ACK\n"
	"TIME-WAIT     <--- FIN,ACK again     LAST-ACK\n",
	.detected =
	"FINs of both sides; no acknowledgment that covers the last one.",
	.innocent =
	"The capture ended, or lost that ACK. A host that left as soon as it had what it "
	"wanted.",
	.action =
	"See fin-unanswered. On the side that waits: ss -tno state last-ack, whose timer gives "
	"up after net.ipv4.tcp_orphan_retries."},
[SHAKEDOWN_TEARDOWN_RESET] = {
	.name = "reset",
	.meaning = "A reset ended the connection: what was on its way is lost.",
	.sources = "RFC 9293 §3.5.3",
	.picture =
	"one side                     the other\n"
	"ESTABLISHED   RST --->               ESTABLISHED\n"
	"CLOSED                               CLOSED\n",
	.detected =
	"An RST that its receiver must accept, and nothing afterwards that contradicts it.",
	.innocent =
	"Programs that abort on purpose (SO_LINGER of 0) to avoid TIME-WAIT; browsers that drop "
	"what they no longer need.",
	.action =
	"See reset-abort, reset-after-fin and forged-rst: who sent it, after what, and whether "
	"it was its own. nstat -az TcpOutRsts TcpEstabResets TcpExtTCPAbortOnClose "
	"TcpExtTCPAbortOnData."},
[SHAKEDOWN_TEARDOWN_OPEN] = {
	.name = "open",
	.meaning = "No teardown in the capture: the connection was open when it ended, or was forgotten "
		   "after ${idle_timeout} without a packet.",
	.detected =
	"Neither FIN nor RST of either side.",
	.innocent =
	"Always: the connection simply lives on.",
	.action =
	"If nothing passes on it for hours, see whether both ends still know it: ss -tno on "
	"each, and keep-alives (TCP_KEEPIDLE)."},
[SHAKEDOWN_TEARDOWN_NEVER_OPENED] = {
	.name = "never-opened",
	.meaning = "There was nothing to tear down: the handshake did not succeed.",
	.sources = "RFC 9293 §3.5",
	.detected =
	"The handshake's outcome is another than complete, in-progress or not-captured.",
	.innocent =
	"As the handshake's outcome has it.",
	.action =
	"Look at the outcome of the handshake, not at the teardown."},
};
/* clang-format on */
