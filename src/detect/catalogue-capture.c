/* SPDX-License-Identifier: BSD-3-Clause */
/* What is wrong with the capture itself, and therefore with what can be concluded from it. */
#include "detect/catalogue.h"

#define AT(kind) [SHAKEDOWN_ANOMALY_##kind - CATALOGUE_CAPTURE_FIRST]

/* clang-format off */
const CatalogueKind catalogue_capture[CATALOGUE_CAPTURE_KINDS] = {
AT(CAPTURE_LOSS) = {.info = {
	KIND("capture-loss", NOTICE, CAPTURE, DETECTED, "RFC 9293 §3.4 (an ACK covers what arrived)"),
	.meaning =
	"Data was acknowledged that is not in the capture: it did arrive, so the network did not lose "
	"it; the capture did. Verdicts that rest on the absence of a packet are withheld or say so.",
	.detected =
	"Sequence space that the receiver acknowledged and the tap never saw. How many bytes, in how "
	"many connections. Or those who captured count packets that they dropped: then what seems to be "
	"missing at that time is told as a notice, with packets_dropped_meanwhile.",
	.innocent = "A capture filter or a tap that leaves out part of the traffic on purpose.",
	.action =
	"tcpdump says at its end how many packets the kernel dropped. Use a larger buffer (tcpdump "
	"-B), a smaller snaplen (-s), a stricter filter, a faster disk; check a span port for "
	"overload."},
	.picture =
	"sender        tap            receiver\n"
	"data 1..1000  | --->                 ESTABLISHED\n"
	"data 1001..   (not captured)         ESTABLISHED\n"
	"              | <--- ACK 2001        (it had arrived)\n"},
AT(ONE_DIRECTION) = {.info = {
	KIND("one-direction", NOTICE, CAPTURE, DETECTED, "RFC 9293 §3.5"),
	.meaning =
	"Of most connections only one side's packets are in the capture. The other side's states can "
	"only be inferred, and nothing is called missing that the tap could not see.",
	.detected = "More than half of the connections with packets of one side alone.",
	.innocent = "Asymmetric routing, which is normal between networks. A tap on one fibre of two.",
	.action = "Capture both directions and give both files: they are merged by time."},
	.picture =
	"client        tap            server\n"
	"SYN           | --->\n"
	"              (another way) <---     SYN,ACK\n"
	"ACK           | --->\n"},
AT(DUPLICATE_PACKETS) = {.info = {
	KIND("duplicate-packets", INFO, CAPTURE, DETECTED, "RFC 791 §3.1 (identification)"),
	.meaning =
	"The capture holds the same packets twice, as span ports and captures on several interfaces "
	"produce. The copies are counted and left out of the analysis.",
	.detected =
	"The same addresses, ports, IP id, sequence and acknowledgment numbers, flags and length "
	"within a few milliseconds; within 0.9 s where an IP id or a timestamp of its own, or "
	"another TTL, says that it was sent once and seen at two places. Of a connection whose packets "
	"come twice, also data cut up or put together in between.",
	.innocent = "All of it, for the connections. A network loop would look the same, with the TTL "
	"going down.",
	.action =
	"Mirror one direction of each port, or one port only; tcpdump -i any sees a packet on each "
	"interface that it passes."}},
AT(CAPTURE_DISORDER) = {.info = {
	KIND("capture-disorder", INFO, CAPTURE, DETECTED, "none: a property of the file"),
	.meaning =
	"Packets stand in the file out of the order of their time, or the clock stepped back while it "
	"was written. Small disorder is put right; where the clock was set back, durations across "
	"the step are wrong.",
	.detected = "A packet whose time lies before that of one already read from the same file.",
	.innocent =
	"Captures with several receive queues, or files that were merged without sorting.",
	.action = "reordercap IN OUT sorts a file; chrony or ntpd that slew do not step the clock."}},
AT(BAD_CHECKSUM) = {.info = {
	KIND("bad-checksum", NOTICE, CAPTURE, DETECTED, "RFC 9293 §3.1, §3.10.7"),
	.meaning =
	"Segments whose TCP checksum is wrong although they are complete. Their receiver drops them, "
	"and so does the analysis.",
	.detected =
	"The checksum of every whole segment, verified. One that holds the sum of the pseudo-header "
	"alone was left to the sending network card, and is not counted.",
	.innocent =
	"Captures that were rewritten or anonymised without new checksums. Offloads that leave other "
	"values in the field.",
	.action =
	"On a real link: a faulty cable, card or router memory; nstat -az TcpInCsumErrors on the "
	"receiver shows whether they arrive."}},
AT(OVERLAP_CONFLICT) = {.info = {
	KIND("overlap-conflict", CRITICAL, CONNECTION, DETECTED, "RFC 9293 §3.10.7.4, Ptacek and Newsham 1998"),
	.meaning =
	"The same sequence numbers were sent twice with different content. Which of the two the "
	"receiver takes depends on its stack: the classic way to slip past an inspection "
	"device.",
	.detected =
	"Retransmitted bytes compared with the first copy. While streams are written, all of them; "
	"otherwise those of the last ${overlap_segments} segments, and of long ones the first 192 "
	"bytes and the last 64.",
	.innocent =
	"Broken stacks and middleboxes that rewrite payload. Keep-alives and zero-window probes whose "
	"one byte is garbage; those are not counted.",
	.action = "Look at both copies, and at the TTLs: an injector is rarely as far away as the peer."},
	.picture =
	"client                       server\n"
	"ESTABLISHED   seq 100 'GET /a' --->\n"
	"              seq 100 'GET /b' --->  which one?\n"},
};
/* clang-format on */
