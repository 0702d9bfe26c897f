/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be said of resets and of what attacks or loses a living connection: RFC 9293 §3.5.1 to
 * §3.5.3, RFC 5961. */
#include "detect/catalogue.h"

#define AT(kind) [SHAKEDOWN_ANOMALY_##kind - CATALOGUE_TEARDOWN_FIRST]

/* clang-format off */
const CatalogueKind catalogue_teardown[CATALOGUE_TEARDOWN_KINDS] = {
AT(RESET_ABORT) = {.info = {
	KIND("reset-abort", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.5.3, §3.10.5"),
	.meaning =
	"One side ended the connection with a reset instead of a FIN. Whatever was on its way is "
	"lost; the other application sees 'connection reset by peer'. A warning when data was "
	"unacknowledged or undelivered, else a notice.",
	.detected =
	"An acceptable RST in a synchronized state, before either side's FIN. The evidence says what "
	"went before: silence, a closed window, data that came after close().",
	.innocent =
	"Programs that save themselves TIME-WAIT with SO_LINGER 0, as load balancers, health checks "
	"and browsers do. TLS peers that close without close_notify.",
	.action =
	"See who sent it and what it had just received. A reset right after a request is a program "
	"that crashed or closed with unread data; one after a fixed idle time is a timeout of a "
	"proxy or firewall. On the sender: nstat -az TcpExtTCPAbortOnData TcpExtTCPAbortOnClose "
	"TcpExtTCPAbortOnTimeout."},
	.picture =
	"client                       server\n"
	"ESTABLISHED   data --->              ESTABLISHED\n"
	"CLOSED        <--- RST               CLOSED\n"},
AT(RESET_AFTER_FIN) = {.info = {
	KIND("reset-after-fin", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.6.1, RFC 2525 §2.17"),
	.meaning =
	"The close began with a FIN and ended with a reset: a side had unread data when it closed, "
	"was sent data after it had closed, or had no patience for the rest.",
	.detected = "An acceptable RST after a FIN of either side.",
	.innocent =
	"Clients that close as soon as they have what they want. Common, and harmless when "
	"everything had been acknowledged before.",
	.action =
	"If answers are cut off, the side that resets must read to the end of the stream before it "
	"closes: shutdown(SHUT_WR), read until 0, close()."},
	.picture =
	"client                       server\n"
	"FIN-WAIT-1    FIN --->               CLOSE-WAIT\n"
	"              <--- data\n"
	"CLOSED        RST --->               CLOSED\n"},
AT(FORGED_RST) = {.info = {
	KIND("forged-rst", CRITICAL, CONNECTION, DETECTED, "RFC 5961 §3, Weaver et al. 2009"),
	.meaning =
	"A reset that its alleged sender did not send: somebody on or off the path tries to cut the "
	"connection. Censorship, attackers and some intrusion prevention systems do this.",
	.detected =
	"The sender goes on as if it had sent no reset; the TTL is not that of the sender's own stream; "
	"or several resets come with guessed sequence numbers, beyond all that was sent (Weaver, Sommer "
	"and Paxson, 'Detecting Forged TCP Reset Packets', 2009). A TTL that is off by a hop or two is not enough where the "
	"reset answers as an endpoint without the connection does: machines behind one address. Nor is "
	"one from a few hops farther off where the server has done nothing but open: a firewall that "
	"answers SYNs in its name (RFC 4987 §3.8) asks it only then.",
	.innocent =
	"A load balancer or firewall that resets in the server's name when its own timeout expires: "
	"forged all the same, but with consent. A route that changed, and with it the TTL. A server "
	"with SYN cookies resets what overtakes the third ACK, and then takes that ACK: one that has "
	"never acknowledged what it reset is told as reset-abort.",
	.action =
	"The TTL tells how far away the real sender is. Compare with captures at both ends; ask the "
	"owner of each device on the path whether it resets connections."},
	.picture =
	"client                       server\n"
	"ESTABLISHED   <--- RST    (ttl 51, the server's are 64)\n"
	"              <--- data   (the server goes on)\n"},
AT(RESET_IGNORED) = {.info = {
	KIND("reset-ignored", NOTICE, CONNECTION, DETECTED, "RFC 5961 §3.2, RFC 9293 §3.10.7.4"),
	.meaning =
	"A reset that its receiver must not obey, and did not: its sequence number lies in the "
	"window but is not exactly the next one expected.",
	.detected =
	"An RST whose sequence number is not the receiver's RCV.NXT, after which the receiver goes "
	"on or answers with a challenge ACK.",
	.innocent =
	"The reset overtook data, or data before it was lost: the sender will repeat it exactly once "
	"the challenge reaches it.",
	.action =
	"One is an accident. A series with moving sequence numbers is somebody guessing: see "
	"forged-rst."},
	.picture =
	"one side                     the other, RCV.NXT = n\n"
	"ESTABLISHED   RST n+100 --->         ESTABLISHED\n"
	"              <--- challenge ACK n\n"
	"ESTABLISHED   data n --->            ESTABLISHED, it goes on\n"},
AT(CHALLENGE_ACK) = {.info = {
	KIND("challenge-ack", INFO, CONNECTION, DETECTED, "RFC 5961 §3.2, §4.2, §5.2"),
	.meaning =
	"A stack answered a doubtful RST or SYN with an acknowledgment that says where it stands. A "
	"real peer will answer that with an exact reset; a forger cannot see it.",
	.detected =
	"An ACK without news, directly after an inexact RST or a SYN within the connection. The "
	"evidence names what provoked it.",
	.innocent = "All of it: this is the defence at work.",
	.action =
	"Look at what provoked it. On Linux nstat -az TcpExtTCPChallengeACK "
	"TcpExtTCPSYNChallenge counts them."},
	.picture =
	"one side                     the other\n"
	"              RST or SYN, inexact -->\n"
	"              <--- ACK: is it you?   ESTABLISHED\n"
	"CLOSED        RST, exact --->        CLOSED, if it was\n"},
AT(SYN_IN_ESTABLISHED) = {.info = {
	KIND("syn-in-established", NOTICE, CONNECTION, DETECTED, "RFC 5961 §4, RFC 9293 §3.5.1"),
	.meaning =
	"A SYN arrived within a connection that lives. Either its sender has lost the connection and "
	"starts anew from the same port, or somebody blindly tries to disturb it.",
	.detected =
	"A SYN with a new sequence number on a four-tuple of which neither side is closed. The "
	"evidence says what followed: challenge ACK, reset, or nothing.",
	.innocent = "A client that rebooted and chose the same port. A NAT that reused it too early.",
	.action =
	"If a reset by the client follows the challenge ACK, it was a restart: the next SYN will "
	"succeed. If not, look at the TTL of the SYN."},
	.picture =
	"client                       server\n"
	"(restarted)                          ESTABLISHED\n"
	"SYN-SENT      SYN x --->             ESTABLISHED\n"
	"              <--- ACK (challenge)   ESTABLISHED\n"
	"              RST --->               CLOSED\n"},
AT(HALF_OPEN_CONNECTION) = {.info = {
	KIND("half-open-connection", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.5.1 figures 9 to 11"),
	.meaning =
	"One side has lost the connection without closing it (crash, restart, a forgotten NAT entry) "
	"while the other still holds it. It is found out only when one of them sends.",
	.detected =
	"A reset that only an endpoint without the connection sends (its sequence number is the "
	"acknowledgment number that it answers; or, with an ACK of what was sent again, at once after "
	"silence), or no answer at all to what the other side sends.",
	.innocent =
	"A failover on purpose, in which the new machine resets the old one's clients. Where the reset "
	"has an ACK, an application that gave up after all that silence.",
	.action =
	"Keep-alives or heartbeats of the application find it sooner (SO_KEEPALIVE, TCP_USER_TIMEOUT; "
	"net.ipv4.tcp_keepalive_time is two hours by default)."},
	.picture =
	"client                       server\n"
	"(crashed)                            ESTABLISHED\n"
	"CLOSED        <--- data              ESTABLISHED\n"
	"CLOSED        RST --->               CLOSED\n"},
AT(ACK_OF_UNSENT_DATA) = {.info = {
	KIND("ack-of-unsent-data", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.10.7.4, RFC 5961 §5"),
	.meaning =
	"A side acknowledges more than the other has sent. Its receiver must drop such a segment and "
	"answer with an ACK.",
	.detected =
	"An acknowledgment number above the highest sequence number that the other side has sent, "
	"where the tap has lost nothing that would explain it: one within the window counts if the other "
	"shows by an ACK that it has not come so far.",
	.innocent =
	"Packets that the capture missed (see capture-loss), or that took another path around the "
	"tap.",
	.action =
	"Blind injection looks like this, and so does a middlebox that acknowledges ahead of the "
	"receiver. Compare TTLs, and capture at both sides of the suspect."},
	.picture =
	"one side, SND.NXT = 1001     the other\n"
	"ESTABLISHED   data 1..1000 --->      ESTABLISHED\n"
	"              <--- ACK 5001\n"
	"ESTABLISHED   ACK --->               (5001 is ignored)\n"},
AT(FRAGMENTATION_NEEDED) = {.info = {
	KIND("fragmentation-needed", INFO, CONNECTION, DETECTED, "RFC 9293 §3.7.2, RFC 1191, RFC 8201"),
	.meaning =
	"A router says that packets of this connection are too large for its next link. The sender "
	"should send smaller ones from then on: path MTU discovery.",
	.detected =
	"ICMP 'fragmentation needed' or ICMPv6 'packet too big' that quotes the connection. The "
	"evidence gives the MTU asked for and whether the sender obeyed.",
	.innocent = "All of it, if the sender obeys.",
	.action =
	"If it does not obey, the ICMP error is dropped before it: allow ICMP type 3 code 4 and "
	"ICMPv6 type 2, clamp the MSS on the router (nft: tcp option maxseg size set rt mtu), or set "
	"net.ipv4.tcp_mtu_probing=1. On the sender: ip route get ADDRESS shows the MTU learned."},
	.picture =
	"one side                     the other\n"
	"              1500 bytes --->        (a router, MTU 1400)\n"
	"              <--- ICMP too big, 1400\n"
	"              1400 bytes --->        ESTABLISHED\n"},
};
/* clang-format on */
