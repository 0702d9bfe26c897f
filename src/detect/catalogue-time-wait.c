/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be said about TIME-WAIT: RFC 9293 §3.6.1 and §3.10.7.4, RFC 6191, RFC 1337. */
#include "detect/catalogue.h"

#define AT(kind) [SHAKEDOWN_ANOMALY_##kind - CATALOGUE_TIME_WAIT_FIRST]

/* clang-format off */
const CatalogueKind catalogue_time_wait[CATALOGUE_TIME_WAIT_KINDS] = {
AT(TIME_WAIT_LINGERING) = {.info = {
	KIND("time-wait-lingering", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.6, §3.10.7.4"),
	.meaning =
	"TIME-WAIT lasted longer than 2 MSL, because the peer's FIN kept coming and started the timer "
	"again each time.",
	.detected =
	"A FIN that arrives in TIME-WAIT at least twice; the state then ends 2 MSL (${msl} each) after "
	"the last. "
	"How often and how long is given as evidence.",
	.innocent = "A path that loses packets.",
	.action =
	"The peer is in LAST-ACK and does not get the ACK: see last-ack-lost. On the side in "
	"TIME-WAIT: ss -tno state time-wait shows the timer."},
	.picture =
	"closed first                 closed second\n"
	"TIME-WAIT     <--- FIN v             LAST-ACK\n"
	"TIME-WAIT     ACK v+1 --->           (it does not arrive)\n"
	"TIME-WAIT     <--- FIN v again       LAST-ACK\n"
	"TIME-WAIT     (2 MSL begin anew)\n"},
AT(TIME_WAIT_ACCUMULATION) = {.info = {
	KIND("time-wait-accumulation", WARNING, HOST, DETECTED, "RFC 9293 §3.6.1, RFC 6056 §2.1"),
	.meaning =
	"A client holds so many of its ports toward one service in TIME-WAIT that new connections "
	"will soon fail for want of a port. Critical from 90 percent on.",
	.detected =
	"At least ${time_wait_share} percent of ${ephemeral_ports} ports toward one service in "
	"TIME-WAIT at once; each stays there for 2 MSL (${msl} each).",
	.innocent = "A load test. A burst that ends by itself.",
	.action =
	"Keep connections open and reuse them: nothing else lasts. Beyond that: let the server close "
	"first, widen net.ipv4.ip_local_port_range, set net.ipv4.tcp_tw_reuse=1 on the client (safe "
	"with timestamps, RFC 6191), or use more addresses. ss -tn state time-wait | wc -l counts."}},
AT(TIME_WAIT_REUSE) = {.info = {
	KIND("time-wait-reuse", INFO, CONNECTION, DETECTED, "RFC 6191 §2, RFC 9293 §3.6.1"),
	.meaning =
	"A new SYN on a four-tuple that is still in TIME-WAIT. It may open a new connection if its "
	"timestamp is newer than the old connection's last, or, where these are the same or one has "
	"none, its sequence number is higher; else it is a warning, since old and new segments "
	"cannot be told apart.",
	.detected =
	"A SYN within 2 MSL (${msl} each) after the close of the same four-tuple. The evidence says "
	"which rule allows it, if any.",
	.innocent =
	"A busy client with few ports, a NAT that many share, or a program that binds to a fixed "
	"source port. A capture that is played again: its SYNs are the same as before, and that is "
	"a notice.",
	.action =
	"As info: none. As a warning: do not bind to fixed source ports, and keep TCP timestamps "
	"switched on (net.ipv4.tcp_timestamps)."},
	.picture =
	"client                       server\n"
	"CLOSED        <--- ACK               TIME-WAIT\n"
	"SYN-SENT      SYN x --->             TIME-WAIT\n"
	"              <--- SYN,ACK y, x+1    SYN-RECEIVED\n"},
AT(TIME_WAIT_REUSE_REFUSED) = {.info = {
	KIND("time-wait-reuse-refused", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.10.7.4, RFC 6191"),
	.meaning =
	"A new SYN reached a four-tuple in TIME-WAIT and was not taken: the server answered with an "
	"ACK of the old connection, with a reset, or not at all.",
	.detected =
	"A SYN within 2 MSL (${msl} each) after a close, answered by an ACK, an RST or silence. An RST "
	"that comes when the client has reset that ACK is of a port that is closed: refused, no more. "
	"A notice where timestamp or sequence number make the reuse a safe one and nothing of the old "
	"connection answers: then the SYN may have been lost, or passed over as others are.",
	.innocent = "A client that resets the old connection on that ACK and succeeds a second later.",
	.action =
	"The client pays with a retransmission timeout. A NAT or load balancer that reuses ports "
	"faster than the server forgets them is the usual cause; timestamps that differ from client "
	"to client behind one NAT prevent reuse as well."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->             TIME-WAIT\n"
	"              <--- ACK (old)         TIME-WAIT\n"
	"              RST --->               TIME-WAIT or CLOSED\n"},
AT(TIME_WAIT_ASSASSINATION) = {.info = {
	KIND("time-wait-assassination", WARNING, CONNECTION, DETECTED, "RFC 1337 §2, §3"),
	.meaning =
	"A reset took a side out of TIME-WAIT before its time. Old duplicates may now disturb a new "
	"connection on the same four-tuple.",
	.detected = "An acceptable RST to a side in TIME-WAIT, after which a SYN there is answered.",
	.innocent =
	"A peer that had closed completely answers an ACK of TIME-WAIT with a reset: correct, and the "
	"very accident that RFC 1337 describes. Where it had just sent a new SYN, which the ACK "
	"answered, it is a notice.",
	.action = "On Linux net.ipv4.tcp_rfc1337=1 ignores resets in TIME-WAIT."},
	.picture =
	"client                       server\n"
	"TIME-WAIT     <--- old duplicate\n"
	"TIME-WAIT     ACK --->               CLOSED\n"
	"CLOSED        <--- RST               CLOSED\n"},
};
/* clang-format on */
