/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be said about how a connection closes, or fails to: RFC 9293 §3.6. */
#include "detect/catalogue.h"

#define AT(kind) [SHAKEDOWN_ANOMALY_##kind - CATALOGUE_CLOSING_FIRST]

/* clang-format off */
const CatalogueKind catalogue_closing[CATALOGUE_CLOSING_KINDS] = {
AT(FIN_RETRANSMITTED) = {.info = {
	KIND("fin-retransmitted", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.8.1, RFC 6298 §5"),
	.meaning =
	"A side sent its FIN again, because no acknowledgment of it came in time.",
	.detected =
	"A FIN at the same sequence number. The count is given as evidence, and whether the other says "
	"(by DSACK or timestamps) that the first had arrived: then its ACK was late or lost. Within "
	"200 ms that is info, not a notice.",
	.innocent =
	"One lost packet. A tail loss probe (RFC 8985), sent while the other still delays its ACK. The "
	"peer's machine has gone to sleep, as mobile devices do with their connections still open.",
	.action =
	"If the peer never answers: see fin-unanswered. If its ACK had passed the tap: "
	"see last-ack-lost."},
	.picture =
	"closes first                 closes second\n"
	"FIN-WAIT-1    FIN u --->             (lost, or its ACK was)\n"
	"FIN-WAIT-1    FIN u again --->       CLOSE-WAIT\n"
	"FIN-WAIT-2    <--- ACK u+1           CLOSE-WAIT\n"},
AT(LAST_ACK_LOST) = {.info = {
	KIND("last-ack-lost", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.6 case 1, §3.10.7.4"),
	.meaning =
	"The last ACK of a close passed the tap, and yet the FIN came again: the ACK never arrived. "
	"The side in TIME-WAIT acknowledges once more and its 2 MSL start again. This is what "
	"TIME-WAIT exists for.",
	.detected = "A FIN sent again from LAST-ACK after an acknowledgment of it had passed.",
	.innocent = "One lost packet. The ACK and the second FIN crossed on the way.",
	.action =
	"Once is loss. Often, at one peer: something beyond the tap drops ACKs after it has seen "
	"both FINs, as firewalls do that forget a connection too early."},
	.picture =
	"client                       server\n"
	"TIME-WAIT     ACK z+1 --->           (believed CLOSED)\n"
	"TIME-WAIT     <--- FIN z             LAST-ACK after all\n"
	"TIME-WAIT     ACK z+1 --->           CLOSED\n"},
AT(FIN_UNANSWERED) = {.info = {
	KIND("fin-unanswered", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.6, §3.8.3"),
	.meaning =
	"A FIN was never acknowledged: the sender hangs in FIN-WAIT-1 or LAST-ACK until its retries "
	"are used up. The peer has gone, or what lies between has forgotten the connection.",
	.detected =
	"A FIN that was sent again and had no acknowledgment for ${fin_timeout} while the capture "
	"ran. Where the other direction is not captured, that it was still sent again after that "
	"time.",
	.innocent =
	"A peer that is switched off. A client that left the network. A FIN behind a closed window "
	"is held back by the sender, and is not this.",
	.action =
	"On the sender: ss -tno state fin-wait-1 and state last-ack; on Linux "
	"net.ipv4.tcp_orphan_retries says how long. If a firewall lies between, compare its idle "
	"timeout with how long the connection had been silent."},
	.picture =
	"closes                       the other\n"
	"FIN-WAIT-1    FIN u --->             (nothing)\n"
	"FIN-WAIT-1    FIN u again --->       (nothing)\n"
	"FIN-WAIT-1    FIN u again --->       (nothing)\n"},
AT(HALF_CLOSED_LINGERING) = {.info = {
	KIND("half-closed-lingering", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.6 case 2, §3.6.1"),
	.meaning =
	"One side closed, the other acknowledged and then did nothing: it stays in CLOSE-WAIT, the "
	"first in FIN-WAIT-2. Nearly always a program that forgot to call close().",
	.detected =
	"A FIN that was acknowledged, after which the other side sends neither data nor FIN for "
	"${close_wait_linger} while the capture ran.",
	.innocent =
	"A half-close on purpose, in which the other side thinks long before it answers: a database "
	"that sorts, rsh, some proxies.",
	.action =
	"On the side in CLOSE-WAIT: ss -tnp state close-wait names the program; its file descriptors "
	"leak until it is mended. Linux drops FIN-WAIT-2 after net.ipv4.tcp_fin_timeout if no program "
	"holds it any more; CLOSE-WAIT never ends by itself."},
	.picture =
	"client                       server\n"
	"FIN-WAIT-1    FIN x --->             CLOSE-WAIT\n"
	"FIN-WAIT-2    <--- ACK x+1           CLOSE-WAIT\n"
	"              (no FIN comes)         CLOSE-WAIT\n"},
AT(HALF_CLOSE) = {.info = {
	KIND("half-close", INFO, CONNECTION, DETECTED, "RFC 9293 §3.6.1"),
	.meaning =
	"One side closed its direction and the other went on sending. Legal, and often taken for a "
	"fault: TCP closes each direction by itself.",
	.detected =
	"Data from the other side for at least 1 s after a FIN, or for ten round trips and 100 ms if it "
	"is 16 kB or more. The evidence says how long, and how much. One that resets all of it had "
	"closed both directions: see reset-after-fin.",
	.innocent = "All of it: shutdown(SHUT_WR) asks for just this.",
	.action =
	"None. Make sure that firewalls on the path know half-closed connections: many give them a "
	"short timeout."},
	.picture =
	"client                       server\n"
	"FIN-WAIT-2    FIN x --->             CLOSE-WAIT\n"
	"              <--- ACK x+1           CLOSE-WAIT\n"
	"FIN-WAIT-2    <--- data              CLOSE-WAIT\n"
	"FIN-WAIT-2    <--- data              CLOSE-WAIT\n"},
AT(SIMULTANEOUS_CLOSE) = {.info = {
	KIND("simultaneous-close", INFO, CONNECTION, DETECTED, "RFC 9293 §3.6 case 3, figure 13"),
	.meaning =
	"Both sides sent a FIN before either had the other's. Both pass through CLOSING, and both "
	"end in TIME-WAIT.",
	.detected = "Two FINs, neither of which acknowledges the other.",
	.innocent = "All of it. Protocols in which both sides know the end do it often.",
	.action = "None."},
	.picture =
	"client                       server\n"
	"FIN-WAIT-1    FIN x --->\n"
	"              <--- FIN y             FIN-WAIT-1\n"
	"CLOSING       ACK y+1 --->\n"
	"              <--- ACK x+1           CLOSING\n"
	"TIME-WAIT                            TIME-WAIT\n"},
AT(DATA_AFTER_FIN) = {.info = {
	KIND("data-after-fin", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.10.7.4, §3.4"),
	.meaning =
	"A side sent new sequence space beyond its own FIN. No stack does: after its FIN a side has "
	"nothing more to say.",
	.detected =
	"Payload above the sequence number of the sender's FIN; or at that number itself, which a FIN "
	"of its own would have taken: then \"forged\" says that the FIN was another's, and the states "
	"that rested on it are taken back.",
	.innocent =
	"A FIN that was not the sender's own, or a new connection on the same ports whose SYN is not "
	"in the capture.",
	.action =
	"Look at the FIN: forged, it would have another TTL. Otherwise suspect a device that splices "
	"two connections together, such as a proxy in the kernel."},
	.picture =
	"one side                     the other\n"
	"FIN-WAIT-1    FIN u --->             CLOSE-WAIT\n"
	"FIN-WAIT-1    data u+1.. --->        CLOSE-WAIT\n"
	"              (nothing may come behind a FIN)\n"},
AT(DATA_AFTER_RESET) = {.info = {
	KIND("data-after-reset", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.5.3, §3.10.7.1"),
	.meaning =
	"Data to or from a side that had reset. If it comes from that side, the reset was not its "
	"own or its stack is broken; if it goes there, the sender has not got the reset.",
	.detected = "Payload after an acceptable RST, by more than a round trip.",
	.innocent = "Segments on their way when the reset was sent: expected, and answered by resets.",
	.action =
	"From the side that reset: see forged-rst. To it, again and again: the reset is lost or "
	"filtered beyond the tap."},
	.picture =
	"one side                     the other\n"
	"CLOSED        RST --->               (lost, or ignored)\n"
	"              <--- data              ESTABLISHED\n"
	"CLOSED        RST again --->         CLOSED\n"},
AT(SILENT_DEATH) = {.info = {
	KIND("silent-death", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.8.3, §3.8.4, RFC 5382 §5"),
	.meaning =
	"The connection died without a word: data or keep-alives were sent again and again, and "
	"nothing came back. Often a NAT or firewall has forgotten it after an idle time.",
	.detected =
	"Data retransmitted at least 3 times, or two keep-alives, without any answer, or with one that "
	"comes later and does not acknowledge it. The evidence says how long the connection had been "
	"idle before; several with the same idle time are reported for the service.",
	.innocent = "The peer was switched off or left the network.",
	.action =
	"If the idle times agree (350 s, 15 min, 1 h are common), some device on the path has that "
	"timeout: raise it, or send keep-alives more often (TCP_KEEPIDLE; "
	"net.ipv4.tcp_keepalive_time). If the other side was heard of later, and what it lacks are "
	"large segments, the path drops packets of that size, and the ICMP that would say so (RFC "
	"2923): let it pass, or clamp the MSS."},
	.picture =
	"client                       server\n"
	"ESTABLISHED   (idle 20 min)          ESTABLISHED\n"
	"              data --->  ?\n"
	"              data --->  ?\n"
	"              data --->  ?\n"},
AT(ZERO_WINDOW_STALL) = {.info = {
	KIND("zero-window-stall", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.8.6, §3.8.6.1"),
	.meaning =
	"A side said for a while that it can take no more data: its program does not read as fast as "
	"the other sends. The network is not the bottleneck.",
	.detected = "A window of 0 that stays closed for longer than ${zero_window}.",
	.innocent =
	"A program that reads slowly on purpose, such as a player with a full buffer or a backup that "
	"is throttled.",
	.action =
	"Look at the side with the closed window: ss -tnm shows Recv-Q; see what its program waits "
	"for. nstat -az TcpExtTCPToZeroWindowAdv counts."},
	.picture =
	"sends                        reads too slowly\n"
	"ESTABLISHED   data --->              ESTABLISHED\n"
	"              <--- ACK, window 0\n"
	"              probe --->\n"
	"              <--- ACK, window 0\n"
	"              <--- ACK, window 65535\n"},
};
/* clang-format on */
