/* SPDX-License-Identifier: BSD-3-Clause */
/* Floods and scans: what many connections show together. RFC 4987. */
#include "detect/catalogue.h"

#define AT(kind) [SHAKEDOWN_ANOMALY_##kind - CATALOGUE_FLOOD_FIRST]

/* clang-format off */
const CatalogueKind catalogue_flood[CATALOGUE_FLOOD_KINDS] = {
AT(SYN_FLOOD) = {.info = {
	KIND("syn-flood", CRITICAL, SERVICE, DETECTED, "RFC 4987 §2"),
	.meaning =
	"A service, a host on many of its ports, or a subnet on many of its hosts (\"carpet bombing\") "
	"gets far more SYNs than handshakes that complete: "
	"a backlog fills with half-open connections, and real clients get no answer.",
	.detected =
	"Within ${flood_window} at least ${flood_syns} SYNs to one service, of which at least "
	"${flood_half_open} percent stay half-open; or a cumulative sum of SYNs minus completed "
	"handshakes, less what is usual for the service, crosses its bound (after Wang, Zhang and Shin "
	"2002): ${flood_syns}, or what the busy service usually completes in ${flood_window} if that "
	"is less and as many as two in five of ${flood_syns} are half-open now. SYNs that are sent "
	"again do not count: forged ones are sent once. Or as many within ${flood_window} to a host's "
	"ports that get few each, three in four of them from a source of their own; then, what comes "
	"to any of its ports that serves nobody is part of it. Or three times as many to the hosts of a "
	"subnet (/24, in IPv6 /64) that get few each, by the same rules. A warning only, since "
	"nothing is held for long: as many that are refused (RST, ICMP), or whose SYN,ACK their own sender "
	"resets, as a host does that floods by raw packets under its own address.",
	.innocent =
	"A service that is down or cut off while its clients go on trying. A load test. A scan that "
	"touches one port of one host many times, or a host's ports, or a subnet's hosts, from very "
	"many addresses.",
	.action =
	"The evidence says whether the sources look forged: then blocking them is no use. Switch on "
	"SYN cookies (net.ipv4.tcp_syncookies=1, the default), enlarge the backlog "
	"(net.ipv4.tcp_max_syn_backlog, net.core.somaxconn), filter upstream (RFC 2827). On the "
	"server: nstat -az TcpExtSyncookiesSent TcpExtTCPReqQFullDrop and "
	"ss -tn state syn-recv | wc -l."},
	.picture =
	"many sources                 server\n"
	"              SYN a --->             SYN-RECEIVED\n"
	"              SYN b --->             SYN-RECEIVED\n"
	"              <--- SYN,ACK           (to nobody)\n"
	"              SYN c --->             backlog full\n"},
AT(PORT_SCAN) = {.info = {
	KIND("port-scan", WARNING, HOST, DETECTED, "Jung et al. 2004 (TRW), RFC 9293 §3.10.7"),
	.meaning =
	"A host tries many ports of one target, or one port of many targets, and mostly fails: it "
	"looks for what is open. Its kind is named: SYN, connect, FIN, NULL, Xmas, Maimon, ACK or "
	"window.",
	.detected =
	"At least ${scan_tries} ports of one target (half as many within ${flood_window}), or the "
	"same port on at least ${scan_tries} targets, refused, unanswered or probed; or a third as "
	"many probes that no stack would send, a fifth if their flags are those of FIN, NULL and Xmas "
	"scans; decided by a sequential test in which benign sources succeed with probability 0.8 and "
	"scanners with 0.2 (threshold random walk). Counted from where the source began to fail. Who "
	"comes back to each place time and again is a monitor and no scanner, and who succeeds with "
	"more than one host for four that fail has peers. A window scan looks like an ACK scan, and "
	"is told from it only where the answers' windows differ.",
	.innocent =
	"Inventory systems. A client whose list of servers is out of date. Peer-to-peer programs most "
	"of whose peers are gone.",
	.action =
	"See whether the source is yours. Then look at which probes were answered: those are the "
	"ports to care about."},
	.picture =
	"scanner                      one target\n"
	"              SYN to port 21 --->    CLOSED\n"
	"              <--- RST,ACK\n"
	"              SYN to port 22 --->    LISTEN\n"
	"              <--- SYN,ACK\n"
	"              RST --->               (22 is open)\n"},
AT(CONNECTION_FLOOD) = {.info = {
	KIND("connection-flood", WARNING, SERVICE, DETECTED, "RFC 4987 §2"),
	.meaning =
	"Few sources open many connections completely and send nothing. SYN cookies do not help: the "
	"handshakes are real, and each takes a place in the server.",
	.detected =
	"At least ${flood_syns} complete handshakes of one service within ${flood_window} that carry no "
	"data, which are at least ${flood_half_open} percent of all, from sources that open twenty or "
	"more each on the average.",
	.innocent = "Health checks. A pool of connections that a client opens in advance.",
	.action =
	"Limit connections by source (nft: ct count), shorten the time that the service waits for "
	"the first request, or use TCP_DEFER_ACCEPT."},
	.picture =
	"few sources                  server\n"
	"              SYN, SYN,ACK, ACK      ESTABLISHED\n"
	"              SYN, SYN,ACK, ACK      ESTABLISHED\n"
	"              (and never a byte)     (each holds a slot)\n"},
AT(RESET_FLOOD) = {.info = {
	KIND("reset-flood", WARNING, SERVICE, DETECTED, "RFC 4987 §2, RFC 5961 §3"),
	.meaning =
	"Many resets that belong to no connection: an attempt to cut connections blindly, or the "
	"echo of a flood that carries this address as its source.",
	.detected =
	"At least ${flood_syns} RSTs without a connection to one service within ${flood_window}. Or as many within ${flood_window} "
	"to a host's ports that get few each, from twenty sources or more; or three times as many to "
	"the hosts of a subnet (/24, in IPv6 /64) that get few each.",
	.innocent = "A capture that began in the middle of many connections.",
	.action =
	"If the resets acknowledge SYNs that you never sent, somebody else is attacked in your "
	"address's name (backscatter)."}},
AT(ACK_FLOOD) = {.info = {
	KIND("ack-flood", WARNING, SERVICE, DETECTED, "RFC 4987 §2, RFC 9293 §3.10.7.1"),
	.meaning =
	"Many ACKs that belong to no connection: meant to load the service and the firewalls before "
	"it, or to see which packets a filter lets through.",
	.detected =
	"At least ${flood_syns} ACKs without a connection to one service within ${flood_window}; or as "
	"many segments with none of ACK, SYN, FIN and RST. Or as many within ${flood_window} "
	"to a host's ports that get few each, from twenty sources or more; or three times as many to "
	"the hosts of a subnet (/24, in IPv6 /64) that get few each.",
	.innocent =
	"A capture that began in the middle. Routes that changed, so that the tap now sees "
	"connections that it never saw open.",
	.action =
	"A stateful filter drops them (nft: ct state invalid drop). See how many resets the server "
	"answers with."}},
AT(FIN_FLOOD) = {.info = {
	KIND("fin-flood", WARNING, SERVICE, DETECTED, "RFC 4987 §2, RFC 9293 §3.10.7.1"),
	.meaning = "Many FINs that belong to no connection, meant to load the service or its firewall.",
	.detected =
	"At least ${flood_syns} FINs without a connection to one service within ${flood_window}. Or as many within ${flood_window} "
	"to a host's ports that get few each, from twenty sources or more; or three times as many to "
	"the hosts of a subnet (/24, in IPv6 /64) that get few each.",
	.innocent = "A capture that began while many connections were about to close.",
	.action = "A stateful filter drops them (nft: ct state invalid drop)."}},
AT(SYN_ACK_FLOOD) = {.info = {
	KIND("syn-ack-flood", WARNING, HOST, DETECTED,
	     "Kührer et al. 2014 (reflection), RFC 9293 §3.10.7.1"),
	.meaning =
	"Many servers answer SYNs that this host never sent: somebody sends them in its name, to load "
	"it with the answers (reflection), or to flood those servers (backscatter).",
	.detected =
	"SYN,ACKs without a SYN before them, which their receiver resets, or which come again since it "
	"is silent: at least ${flood_syns} within ${flood_window} to one port of a host; or to ports "
	"that get few each, from twenty sources or more; or three times as many to the hosts of a "
	"subnet (/24, in IPv6 /64) that get few each.",
	.innocent =
	"SYNs that leave by another way than the tap sees, of a scanner that resets what answers.",
	.action =
	"The sources are real: they are those that are abused. Drop what answers nothing (nft: ct "
	"state invalid drop), upstream if the line is full, and resets need not be sent. Operators "
	"of the servers can limit how often SYN,ACK is repeated (net.ipv4.tcp_synack_retries)."},
	.picture =
	"many servers                 this host\n"
	"              SYN,ACK a --->         (sent no SYN)\n"
	"              <--- RST\n"
	"              SYN,ACK b --->\n"
	"              <--- RST\n"},
};
/* clang-format on */
