/* SPDX-License-Identifier: BSD-3-Clause */
/* The eleven states of RFC 9293 §3.3.2, as a tap can know them, and on what evidence. */
#include "detect/catalogue.h"

/* clang-format off */
const CatalogueTerm catalogue_states[SHAKEDOWN_TCP_STATES] = {
[SHAKEDOWN_TCP_CLOSED] = {
	.name = "CLOSED",
	.meaning =
	"No connection: it does not exist yet, or no longer. RFC 9293 calls it fictional, because "
	"there is no control block that could be in it.",
	.detected =
	"Before the first SYN; after the ACK of its FIN in LAST-ACK; after a reset; when 2 MSL "
	"(${msl} each) of TIME-WAIT have passed.",
	.sources = "RFC 9293 §3.3.2, §3.10.7.1"},
[SHAKEDOWN_TCP_LISTEN] = {
	.name = "LISTEN",
	.meaning =
	"Waiting for a connection request from anywhere. On a connection's server side it is the "
	"state before the SYN comes.",
	.detected = "Inferred: only a listener answers a SYN with SYN,ACK.",
	.action = "ss -ltn lists listeners, with the queue of completed connections (Recv-Q).",
	.sources = "RFC 9293 §3.3.2, §3.10.7.2"},
[SHAKEDOWN_TCP_SYN_SENT] = {
	.name = "SYN-SENT",
	.meaning = "A SYN was sent, and no SYN of the other side has been received.",
	.picture =
	"client                       server\n"
	"CLOSED                               LISTEN\n"
	"SYN-SENT      SYN x --->             SYN-RECEIVED\n",
	.detected = "The side sent a SYN without ACK.",
	.innocent = "Short-lived: longer than a round trip means that no answer comes.",
	.action = "Many on one client: ss -tn state syn-sent. See no-answer and syn-retransmitted.",
	.sources = "RFC 9293 §3.3.2, §3.5, §3.10.7.3"},
[SHAKEDOWN_TCP_SYN_RECEIVED] = {
	.name = "SYN-RECEIVED",
	.meaning =
	"A SYN was received and one was sent; the acknowledgment of the own SYN is still missing. A "
	"half-open connection, in everyday words.",
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->             SYN-RECEIVED\n"
	"              <--- SYN,ACK y, x+1    SYN-RECEIVED\n"
	"ESTABLISHED   ACK y+1 --->           ESTABLISHED\n",
	.detected = "The side sent SYN,ACK. With SYN cookies the server keeps no state at all meanwhile.",
	.innocent = "Lasts one round trip.",
	.action =
	"Many on one server: ss -tn state syn-recv. See syn-flood, missing-third-ack and "
	"third-ack-lost.",
	.sources = "RFC 9293 §3.3.2, §3.5, RFC 4987"},
[SHAKEDOWN_TCP_ESTABLISHED] = {
	.name = "ESTABLISHED",
	.meaning =
	"The connection is open: both SYNs are acknowledged as far as this side knows. The two sides "
	"get there at different times, and one can be there alone.",
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->             SYN-RECEIVED\n"
	"              <--- SYN,ACK y, x+1    SYN-RECEIVED\n"
	"ESTABLISHED   ACK y+1 --->           ESTABLISHED (if it arrives)\n",
	.detected =
	"The client: it sent the ACK of the SYN,ACK. The server: that ACK passed the tap, and its "
	"next segment confirms that it arrived.",
	.sources = "RFC 9293 §3.3.2, §3.5"},
[SHAKEDOWN_TCP_FIN_WAIT_1] = {
	.name = "FIN-WAIT-1",
	.meaning = "This side has closed and sent FIN, which is not acknowledged yet.",
	.picture =
	"client                       server\n"
	"FIN-WAIT-1    FIN x --->             CLOSE-WAIT\n"
	"FIN-WAIT-2    <--- ACK x+1           CLOSE-WAIT\n",
	.detected = "The side sent the first FIN.",
	.innocent = "Lasts one round trip, or longer while data before the FIN is still to be sent.",
	.action = "Many that stay: the peers have gone; see fin-unanswered. ss -tn state fin-wait-1.",
	.sources = "RFC 9293 §3.3.2, §3.6"},
[SHAKEDOWN_TCP_FIN_WAIT_2] = {
	.name = "FIN-WAIT-2",
	.meaning =
	"This side's FIN is acknowledged; it waits for the other's. It sends no more data, and still "
	"receives.",
	.picture =
	"client                       server\n"
	"FIN-WAIT-2    <--- ACK x+1           CLOSE-WAIT\n"
	"FIN-WAIT-2    <--- data              CLOSE-WAIT\n"
	"TIME-WAIT     <--- FIN y             LAST-ACK\n",
	.detected = "An acknowledgment of its FIN passed the tap.",
	.innocent = "May last as long as the other side likes to send: see half-close.",
	.action =
	"If it lasts and nothing is sent, the program on the other side has not closed: "
	"see half-closed-lingering.",
	.sources = "RFC 9293 §3.3.2, §3.6, §3.6.1"},
[SHAKEDOWN_TCP_CLOSE_WAIT] = {
	.name = "CLOSE-WAIT",
	.meaning =
	"The other side has closed, and this side's program has not: the state waits for a close() "
	"in the program, and for nothing on the network.",
	.picture =
	"client                       server\n"
	"FIN-WAIT-1    FIN x --->             CLOSE-WAIT\n"
	"FIN-WAIT-2    <--- ACK x+1           CLOSE-WAIT\n"
	"                                     (until close())\n",
	.detected = "The other side's FIN passed the tap; this side's ACK of it confirms it.",
	.innocent = "Short, or long where the program still has something to send.",
	.action = "Many that stay are a leak in a program: ss -tnp state close-wait names it.",
	.sources = "RFC 9293 §3.3.2, §3.6"},
[SHAKEDOWN_TCP_CLOSING] = {
	.name = "CLOSING",
	.meaning =
	"Both sides have sent FIN; this side has got the other's, but not yet the acknowledgment of "
	"its own. Seen only when the FINs cross.",
	.picture =
	"client                       server\n"
	"FIN-WAIT-1    FIN x --->\n"
	"CLOSING       <--- FIN y             FIN-WAIT-1\n"
	"TIME-WAIT     <--- ACK x+1           CLOSING\n",
	.detected = "A FIN that does not acknowledge this side's FIN passed toward it.",
	.sources = "RFC 9293 §3.3.2, §3.6 figure 13"},
[SHAKEDOWN_TCP_LAST_ACK] = {
	.name = "LAST-ACK",
	.meaning =
	"The other side closed first and this side has closed too; it waits for the acknowledgment of "
	"its own FIN, the last segment of the connection.",
	.picture =
	"client                       server\n"
	"FIN-WAIT-2    <--- FIN y             LAST-ACK\n"
	"TIME-WAIT     ACK y+1 --->           CLOSED\n",
	.detected = "The side sent FIN from CLOSE-WAIT.",
	.innocent = "Lasts one round trip.",
	.action = "If the FIN is repeated: see last-ack-lost and fin-unanswered.",
	.sources = "RFC 9293 §3.3.2, §3.6 figure 12"},
[SHAKEDOWN_TCP_TIME_WAIT] = {
	.name = "TIME-WAIT",
	.meaning =
	"The connection is over in both directions, and the side that closed first remembers it for "
	"2 MSL: to acknowledge the other's FIN again if the last ACK is lost, and to keep old "
	"segments out of a new connection on the same ports.",
	.picture =
	"client                       server\n"
	"TIME-WAIT     <--- FIN y             LAST-ACK\n"
	"TIME-WAIT     ACK y+1 --->           CLOSED\n"
	"              (2 MSL)\n"
	"CLOSED\n",
	.detected =
	"The side acknowledged the other's FIN after its own was acknowledged. It ends after 2 MSL "
	"(${msl} each) by the packets' own clock; Linux waits 60 s, RFC 9293 says 4 minutes.",
	.innocent = "All of it: every close in order leaves one side here, the one that closed first.",
	.action =
	"Many are no fault as such; they cost ports on a client (time-wait-accumulation), and next "
	"to nothing on a server.",
	.sources = "RFC 9293 §3.3.2, §3.4.2, §3.6; RFC 1337; RFC 6191"},
};

const CatalogueTerm catalogue_evidences[CATALOGUE_EVIDENCES] = {
[SHAKEDOWN_EVIDENCE_SENT] = {
	.name = "sent",
	.meaning = "The side itself sent the segment that proves the state. This is certain.",
	.sources = "RFC 9293 §3.3.2 figure 5"},
[SHAKEDOWN_EVIDENCE_DELIVERED] = {
	.name = "delivered",
	.meaning =
	"A segment that should have put the side into this state passed the tap. A tap sees a packet "
	"pass; it does not see it arrive. Nothing contradicts the belief, nothing confirms it yet.",
	.sources = "RFC 9293 §3.3.2 figure 5"},
[SHAKEDOWN_EVIDENCE_CONFIRMED] = {
	.name = "confirmed",
	.meaning =
	"First only delivered; a later segment of that side then proved that it had arrived.",
	.sources = "RFC 9293 §3.3.2 figure 5"},
[SHAKEDOWN_EVIDENCE_TIMER] = {
	.name = "timer",
	.meaning =
	"No segment shows it: the side would have got there by a timer, such as the 2 MSL of "
	"TIME-WAIT (${msl} each). Its real timer may differ.",
	.sources = "RFC 9293 §3.10.8"},
[SHAKEDOWN_EVIDENCE_ASSUMED] = {
	.name = "assumed",
	.meaning =
	"The capture began in the middle of the connection; this is the state that fits the first "
	"segments seen."},
};
/* clang-format on */
