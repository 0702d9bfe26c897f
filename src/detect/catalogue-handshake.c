/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be said about a handshake, RFC 9293 §3.5. */
#include "detect/catalogue.h"

#define AT(kind) [SHAKEDOWN_ANOMALY_##kind - CATALOGUE_HANDSHAKE_FIRST]

/* clang-format off */
const CatalogueKind catalogue_handshake[CATALOGUE_HANDSHAKE_KINDS] = {
AT(SYN_RETRANSMITTED) = {.info = {
	KIND("syn-retransmitted", NOTICE, CONNECTION, DETECTED, "RFC 6298 §2, §5"),
	.meaning =
	"The client sent the same SYN again because no answer came in time. Every repetition makes "
	"the user wait: one second for the first, then twice as long each time.",
	.detected =
	"A SYN with the same initial sequence number on the same four-tuple. The gaps are compared "
	"with the backoff of RFC 6298: 1, 2, 4, 8 s and so on. Where some were lost before the capture "
	"they cannot be told from those of a stack with a timer of its own. A SYN that comes again "
	"because the one before was refused is none of these: see refused.",
	.innocent =
	"One lost packet. A server far away whose answer takes more than a second. Linux since 6.5 "
	"sends the first few repetitions one second apart (net.ipv4.tcp_syn_linear_timeouts), so "
	"that equal gaps are no fault.",
	.action =
	"See whether the SYN,ACK came at all: if not, look at what drops SYNs (firewall, full "
	"backlog, routing); if it came late, look at the path. On the client: "
	"nstat -az TcpExtTCPSynRetrans."},
	.picture =
	"client                 server\n"
	"SYN-SENT    SYN x --->\n"
	"            SYN x --->          1 s later\n"
	"            SYN x --->          2 s later\n"},
AT(NO_ANSWER) = {.info = {
	KIND("no-answer", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.5, §3.8.3"),
	.meaning =
	"A connection attempt to which nothing came back: no SYN,ACK, no reset, no ICMP error. The "
	"client waits until its retries are used up, on Linux about two minutes.",
	.detected =
	"SYNs without any segment from the server for ${syn_timeout} after the first, with a "
	"retransmission or with the capture still running; or, as a notice, SYN,ACKs that pass the tap "
	"while the client goes on sending SYN. Withheld where the server's direction was not "
	"captured.",
	.innocent =
	"The answer took a path that the tap does not see. A scanner that never expected an answer. "
	"A client that tries IPv6 and IPv4 side by side and drops the slower (RFC 8305).",
	.action =
	"A port that is closed answers with RST, so silence means a firewall that drops, a host that "
	"is down, a route that leads nowhere, or a backlog that is full. Capture at the server as "
	"well: if the SYN arrives there, look at nstat -az TcpExtListenDrops and at its packet "
	"filter (nft list ruleset)."},
	.picture =
	"client                 server\n"
	"SYN-SENT    SYN x --->   ?\n"
	"            SYN x --->   ?\n"
	"CLOSED      (gives up)\n"},
AT(REFUSED) = {.info = {
	KIND("refused", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.5.2, §3.10.7.1"),
	.meaning =
	"The SYN was answered by a reset: the host is there, but nothing listens on that port, or "
	"something on the path said so in its name. The application sees 'connection refused'.",
	.detected =
	"RST,ACK whose acknowledgment number is the SYN's sequence number plus its length.",
	.innocent =
	"A service that restarts. A client that probes which of several servers is up. Some stacks "
	"(Windows) take it for an answer only after three or more refusals, half a second apart; "
	"whether the service was there by then is said with it.",
	.action =
	"On the server: ss -ltn shows what listens, and on which address (127.0.0.1 is not reachable "
	"from outside). If the port does listen, compare the RST's TTL with that of other packets of "
	"the server: a firewall that rejects with a reset usually differs."},
	.picture =
	"client                 server\n"
	"SYN-SENT    SYN x --->          CLOSED\n"
	"CLOSED      <--- RST,ACK x+1    CLOSED\n"},
AT(UNREACHABLE) = {.info = {
	KIND("unreachable", NOTICE, CONNECTION, DETECTED,
	     "RFC 9293 §3.9.2.2, RFC 1122 §4.2.3.9, RFC 5461"),
	.meaning =
	"A router or host answered the SYN with an ICMP error: network, host, port or protocol "
	"unreachable, prohibited by an administrator, or time to live exceeded on the way.",
	.detected =
	"An ICMP or ICMPv6 destination unreachable, or time exceeded in transit, that quotes the "
	"SYN. Type, code and sender are given as evidence.",
	.innocent =
	"A route that converges: unreachable networks and hosts, failed source routes and used-up lives "
	"are soft errors, and no reason to give up (RFC 1122 §4.2.3.9), though many stacks end an "
	"attempt at once (RFC 5461 §4.1). A traceroute by SYNs.",
	.action =
	"The sender of the error is the place to look. 'Host unreachable' from the last router "
	"usually means that the host does not answer ARP or neighbour discovery; 'administratively "
	"prohibited' is a packet filter with a reject rule; 'time to live exceeded' is a loop of "
	"routes."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->             (a router in between)\n"
	"              <--- ICMP unreachable, quoting SYN x\n"
	"CLOSED\n"},
AT(MISSING_THIRD_ACK) = {.info = {
	KIND("missing-third-ack", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.5, RFC 4987 §2"),
	.meaning =
	"The server answered the SYN, and the client never acknowledged the answer. The server stays "
	"in SYN-RECEIVED, holding a place in its backlog, until its retries are used up.",
	.detected =
	"A SYN,ACK without acknowledgment, that was sent again or that is older than "
	"${handshake_timeout} while the capture ran. Only where other packets show that the "
	"client's direction is captured. Some servers (Windows) end their waiting with a reset.",
	.innocent =
	"The SYN,ACK was lost between tap and client. The client gave up or crashed in between. "
	"Answers to SYNs with a forged source (backscatter).",
	.action =
	"Many at once: see syn-flood. Few: capture at the client; if the SYN,ACK arrives there and "
	"is not answered, its packet filter drops it, often because the routes there and back "
	"differ. On the server: ss -tn state syn-recv."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->             SYN-RECEIVED\n"
	"              <--- SYN,ACK y, x+1\n"
	"              (no ACK y+1)\n"
	"              <--- SYN,ACK y, x+1    SYN-RECEIVED\n"},
AT(SYN_ACK_RETRANSMITTED) = {.info = {
	KIND("syn-ack-retransmitted", NOTICE, CONNECTION, DETECTED, "RFC 6298 §5, RFC 9293 §3.8.1"),
	.meaning =
	"The server sent the same SYN,ACK again: it has not got, or has not accepted, the client's "
	"third segment.",
	.detected =
	"A SYN,ACK with the same sequence number. Count and gaps are given as evidence.",
	.innocent =
	"One lost packet. A listener with TCP_DEFER_ACCEPT, which ignores the bare ACK and waits for "
	"data. A SYN,ACK that answers a retransmitted SYN, which happens when the first was slow.",
	.action =
	"If the third ACK passed the tap before it, see third-ack-lost; if none passed, see "
	"missing-third-ack. On Linux net.ipv4.tcp_synack_retries sets how often."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN --->               SYN-RECEIVED\n"
	"              <--- SYN,ACK y\n"
	"              <--- SYN,ACK y again   SYN-RECEIVED, 1 s later\n"},
AT(THIRD_ACK_LOST) = {.info = {
	KIND("third-ack-lost", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.5, §3.10.7.4"),
	.meaning =
	"The third segment of the handshake passed the tap, and yet the server sent its SYN,ACK "
	"again. The client is ESTABLISHED; the server is not. The belief that it was is taken back.",
	.detected =
	"A SYN,ACK that is sent again after an acknowledgment of it had passed, by more than a round "
	"trip.",
	.innocent =
	"One lost packet beyond the tap: the client's next segment mends it. A listener with "
	"TCP_DEFER_ACCEPT. The retransmission and the ACK crossed on the way.",
	.action =
	"Once is loss. Again and again at one listener is a full accept queue, since Linux drops the "
	"third ACK there: see accept-queue-overflow; ss -ltn shows Recv-Q at or above Send-Q, and "
	"nstat -az TcpExtListenOverflows counts."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->             SYN-RECEIVED\n"
	"              <--- SYN,ACK y, x+1    SYN-RECEIVED\n"
	"ESTABLISHED   ACK y+1 --->           (believed ESTABLISHED)\n"
	"              <--- SYN,ACK y, x+1    SYN-RECEIVED after all\n"},
AT(ACCEPT_QUEUE_OVERFLOW) = {.info = {
	KIND("accept-queue-overflow", WARNING, SERVICE, DETECTED, "RFC 9293 §3.9.1.1, §3.10.7.4"),
	.meaning =
	"The server's kernel completes handshakes faster than its program calls accept(). The queue "
	"between them is full, and the kernel drops the third ACKs: clients believe that they are "
	"connected, send, and get no answer.",
	.detected =
	"At least 3 connections of one listener with third-ack-lost within 10 s, and the clients' "
	"data retransmitted.",
	.innocent =
	"Loss on the path to that server alone, which looks the same from outside.",
	.action =
	"On the server: ss -ltn (Recv-Q is the queue, Send-Q its limit) and nstat -az "
	"TcpExtListenOverflows. The limit is the smaller of listen()'s backlog and "
	"net.core.somaxconn. A longer queue hides the cause for a while: see why the program accepts "
	"slowly."},
	.picture =
	"client                       server\n"
	"ESTABLISHED   ACK --->               SYN-RECEIVED, queue full\n"
	"ESTABLISHED   data --->              (dropped)\n"
	"              <--- SYN,ACK again     SYN-RECEIVED\n"
	"ESTABLISHED   data again --->        (dropped)\n"},
AT(BACKLOG_OVERFLOW) = {.info = {
	KIND("backlog-overflow", WARNING, SERVICE, DETECTED, "RFC 4987 §2, §3.2"),
	.meaning =
	"A listener answers some SYNs and ignores others: its queue of half-open or of completed "
	"connections is full.",
	.detected =
	"At least 3 SYNs, and a tenth of all, unanswered and retransmitted while the same listener "
	"answers later ones within the same 10 s.",
	.innocent =
	"A rate limit for new connections, set on purpose. Loss on the path of those clients.",
	.action =
	"On the server: nstat -az TcpExtListenDrops TcpExtTCPReqQFullDrop "
	"TcpExtTCPReqQFullDoCookies. Look at net.ipv4.tcp_max_syn_backlog, net.core.somaxconn, "
	"listen()'s backlog and net.ipv4.tcp_syncookies, and whether a syn-flood is reported as "
	"well."},
	.picture =
	"clients a and b              server, backlog full\n"
	"SYN-SENT a    SYN --->               (dropped)\n"
	"SYN-SENT b    SYN --->               SYN-RECEIVED\n"
	"              <--- SYN,ACK to b\n"
	"SYN-SENT a    SYN again --->         (1 s later)\n"},
AT(SYN_COOKIES) = {.info = {
	KIND("syn-cookies", NOTICE, SERVICE, DETECTED, "RFC 4987 §3.6"),
	.meaning =
	"A listener seems to answer by SYN cookies: it keeps nothing of a half-open connection and "
	"computes it anew from the third ACK. It goes on under a flood, but it cannot repeat a lost "
	"SYN,ACK, and without timestamps it forgets window scale and SACK. This is a suspicion: the "
	"cookie itself cannot be read from outside.",
	.detected =
	"At least 8 SYN,ACKs that nobody acknowledged were not sent again within "
	"${handshake_timeout}, 10 for each one that was; or at least 3 SYNs without timestamps lost "
	"window scale and SACK in the answer while the same service granted them to others.",
	.innocent =
	"A SYN proxy, firewall or tarpit that answers in the server's place without memory. A stack "
	"set to repeat no SYN,ACK (net.ipv4.tcp_synack_retries=0). A filter on the way that removes "
	"options.",
	.action =
	"On the server: nstat -az TcpExtSyncookiesSent TcpExtSyncookiesRecv "
	"TcpExtTCPReqQFullDoCookies. Cookies say that its queue was full: look for a syn-flood, else "
	"enlarge net.ipv4.tcp_max_syn_backlog, net.core.somaxconn and listen()'s backlog. "
	"net.ipv4.tcp_syncookies=2 uses them always."},
	.picture =
	"many sources                 server\n"
	"              SYN a --->             computes y, keeps nothing\n"
	"              <--- SYN,ACK y         (once, to nobody)\n"
	"client        SYN b --->             computes z\n"
	"              <--- SYN,ACK z\n"
	"              ACK z+1 --->           ESTABLISHED\n"},
AT(HALF_OPEN_PROBE) = {.info = {
	KIND("half-open-probe", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.10.7.3"),
	.meaning =
	"The client answered the SYN,ACK with a reset. This is how scanners learn that a port is "
	"open without completing a connection.",
	.detected =
	"RST from the client directly after the SYN,ACK, before any acknowledgment of it. Its SYN "
	"has to be in the capture: who resets an answer without one may never have asked.",
	.innocent =
	"A client that gave up just before the answer came. A host whose address a forged SYN "
	"carried: it resets an answer that it never asked for, as RFC 9293 wants. Health checks of "
	"load balancers that do just this.",
	.action =
	"One source with many of them: see port-scan. Always the same source on one port: ask the "
	"owner of the load balancer."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->             SYN-RECEIVED\n"
	"              <--- SYN,ACK y, x+1\n"
	"CLOSED        RST x+1 --->           LISTEN\n"},
AT(SLOW_HANDSHAKE) = {.info = {
	KIND("slow-handshake", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.5, RFC 6298 §2"),
	.meaning =
	"One leg of the handshake took long although nothing was lost: from SYN to SYN,ACK is the "
	"server's side of the tap, from SYN,ACK to ACK the client's.",
	.detected =
	"A leg longer than ${slow_handshake} and, of a service with at least 5 handshakes before, than "
	"10 times their median, without retransmission.",
	.innocent =
	"A satellite or mobile link that wakes up. A proxy that opens its own connection first.",
	.action =
	"The leg says on which side of the tap to look. On a server's side, a proxy or load balancer "
	"that answers only when its backend does is the usual cause."},
	.picture =
	"client        tap            server\n"
	"SYN-SENT      | SYN --->             SYN-RECEIVED\n"
	"              | (the server's leg)\n"
	"              | <--- SYN,ACK\n"
	"              | (the client's leg)\n"
	"ESTABLISHED   | ACK --->             ESTABLISHED\n"},
AT(BAD_HANDSHAKE_ACK) = {.info = {
	KIND("bad-handshake-ack", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.5, §3.10.7.3"),
	.meaning =
	"An acknowledgment within the handshake is not of what was sent: the SYN,ACK does not "
	"acknowledge x+1, or the third segment not y+1; or an ACK of something else answers the SYN. "
	"The receiver must answer it with a reset, and goes on asking.",
	.detected =
	"The acknowledgment number of SYN,ACK, third ACK or of the ACK that answers a SYN, held "
	"against the initial sequence numbers seen. The evidence says what it was and what it should "
	"be.",
	.innocent =
	"An old connection's SYN,ACK or ACK that comes late. A listener that still holds the old "
	"connection and answers a new SYN with its old acknowledgment.",
	.action =
	"An ACK that answers the SYN: the server has a connection on these ports, often in TIME-WAIT, "
	"of this client or of another behind the same NAT; that NAT, or the client, uses ports again "
	"too soon. If it is the SYN,ACK all the time, a box on the path that rewrites sequence "
	"numbers is at fault, or rewrites them in one direction only."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->             SYN-RECEIVED\n"
	"              <--- SYN,ACK y, not x+1\n"
	"SYN-SENT      RST --->               LISTEN\n"},
AT(SYN_WITH_DATA) = {.info = {
	KIND("syn-with-data", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.4, §3.5"),
	.meaning =
	"A SYN carries payload without a Fast Open option. It is legal, and the receiver must keep "
	"the data until the handshake is complete; but hardly any system sends it.",
	.detected = "Payload on a SYN that has no Fast Open option.",
	.innocent = "Old T/TCP stacks, test tools, a middlebox that removes the option.",
	.action =
	"Look at the payload: scanners and floods pad their SYNs. If the client does use Fast Open, "
	"something on the path strips the option."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x, data --->       SYN-RECEIVED\n"
	"              <--- SYN,ACK y, x+1    (the data is not taken)\n"
	"ESTABLISHED   ACK --->               ESTABLISHED\n"},
AT(FAST_OPEN_IGNORED) = {.info = {
	KIND("fast-open-ignored", NOTICE, CONNECTION, DETECTED, "RFC 7413 §4.2.2"),
	.meaning =
	"The client sent data with its SYN by TCP Fast Open, and the SYN,ACK acknowledges the SYN "
	"alone. The data must be sent again: the round trip that Fast Open saves was not saved.",
	.detected =
	"Payload on a SYN, with a Fast Open cookie or (as Linux can be told to) without one, and a "
	"SYN,ACK whose acknowledgment number is x+1.",
	.innocent =
	"A cookie that has expired: servers change their key. A server whose limit of pending Fast "
	"Open requests is reached, which is its defence against floods.",
	.action =
	"On the server: sysctl net.ipv4.tcp_fastopen (bit 2 is the server's side) and nstat -az "
	"TcpExtTCPFastOpenPassiveFail TcpExtTCPFastOpenListenOverflow. Behind a load balancer all "
	"servers need the same net.ipv4.tcp_fastopen_key."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x, data n --->     SYN-RECEIVED\n"
	"              <--- SYN,ACK y, x+1    (not x+1+n)\n"
	"ESTABLISHED   ACK y+1, data n --->   ESTABLISHED\n"},
AT(OLD_DUPLICATE_SYN) = {.info = {
	KIND("old-duplicate-syn", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.5 figure 8"),
	.meaning =
	"A SYN from an earlier attempt arrived late, was answered, and the client reset the answer. "
	"This is the case for which the handshake has three steps and not two.",
	.detected =
	"A SYN with another initial sequence number whose SYN,ACK the client resets, before or "
	"beside a handshake that works.",
	.innocent =
	"All of it: the protocol did what it should. A client that reuses the port quickly after "
	"giving up shows it as well.",
	.action = "None, unless frequent: then the network holds packets back for seconds."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->   (delayed)\n"
	"              old SYN z --->         SYN-RECEIVED\n"
	"              <--- SYN,ACK y, z+1\n"
	"              RST z+1 --->           LISTEN\n"
	"              SYN x --->             SYN-RECEIVED\n"},
AT(SPLIT_HANDSHAKE) = {.info = {
	KIND("split-handshake", WARNING, CONNECTION, DETECTED, "RFC 9293 §3.5 figure 7"),
	.meaning =
	"The SYN was answered by a SYN (or by an ACK and then a SYN) rather than by SYN,ACK. The "
	"client's stack takes it for a simultaneous open; inspection devices may mistake who the "
	"client is.",
	.detected =
	"A bare SYN in answer to a SYN of the other side, to a port that the client had just chosen: it "
	"comes about a round trip after that, and a bare ACK, not SYN,ACK, follows. An ACK of the SYN "
	"before the client has acknowledged anything is sign enough.",
	.innocent =
	"A real simultaneous open: both applications connect at the same moment with fixed ports, as "
	"peers that traverse NATs do (RFC 5128 §3.4).",
	.action =
	"If the server is not yours, look at what it serves: malicious servers use this to turn the "
	"roles around in the eyes of an intrusion detection system (Beardsley and Qian 2010)."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->\n"
	"SYN-RECEIVED  <--- SYN y\n"
	"              SYN,ACK x, y+1 --->\n"
	"ESTABLISHED   <--- ACK x+1           ESTABLISHED\n"},
AT(SIMULTANEOUS_OPEN) = {.info = {
	KIND("simultaneous-open", INFO, CONNECTION, DETECTED, "RFC 9293 §3.5 figure 7"),
	.meaning =
	"Both sides sent a SYN before either saw the other's. One connection results, not two, and "
	"neither side was ever in LISTEN.",
	.detected = "SYNs of both sides without ACK, on the same pair of ports.",
	.innocent = "All of it: it is legal, if rare. NAT traversal makes it on purpose.",
	.action =
	"None. If the answering SYN comes from a server that normally answers with SYN,ACK, see "
	"split-handshake."},
	.picture =
	"client                       server\n"
	"SYN-SENT      SYN x --->\n"
	"              <--- SYN y             SYN-SENT\n"
	"SYN-RECEIVED  SYN,ACK x, y+1 --->\n"
	"              <--- SYN,ACK y, x+1    SYN-RECEIVED\n"
	"ESTABLISHED                          ESTABLISHED\n"},
AT(ISN_PREDICTABLE) = {.info = {
	KIND("isn-predictable", WARNING, HOST, DETECTED, "RFC 6528 §3, RFC 9293 §3.4.1"),
	.meaning =
	"A host's initial sequence numbers can be guessed from those before. Whoever guesses them "
	"can forge a connection in another's name or inject into one.",
	.detected =
	"At least 8 initial sequence numbers toward one peer, on different ports, that repeat, advance "
	"by a constant or in small steps (up to 262,144), or follow the clock alone.",
	.innocent =
	"Traffic generators, simulators, and replayed captures. A SYN proxy in between, which "
	"chooses the numbers for the server.",
	.action =
	"RFC 6528 wants a clock plus a keyed hash of the four-tuple; toward the same four-tuple they "
	"may advance evenly, across ports they may not. Update the device's firmware, or hide it "
	"behind a proxy."}},
AT(UNEXPECTED_FLAGS) = {.info = {
	KIND("unexpected-flags", NOTICE, CONNECTION, DETECTED, "RFC 9293 §3.1, §3.10.7"),
	.meaning =
	"A segment with flags that no honest stack sends: SYN together with FIN or RST, FIN without "
	"ACK, no flag at all, or reserved bits set.",
	.detected =
	"The flags of each segment; counted by kind. The bits of ECN and of accurate ECN (RFC 9768) "
	"are not reserved any more.",
	.innocent =
	"Reserved bits: a protocol extension to come. Packets damaged in capture.",
	.action =
	"Usually probes that tell operating systems apart or slip past filters; together they are "
	"reported as port-scan. A packet filter may drop them all."}},
};
/* clang-format on */
