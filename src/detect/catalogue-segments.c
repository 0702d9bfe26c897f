/* SPDX-License-Identifier: BSD-3-Clause */
/* What a segment was, judged by what the tap had seen before it: the words beside a ladder. */
#include "detect/catalogue.h"

#include <shakedown/analysis.h>

_Static_assert(CATALOGUE_SEGMENTS == SHAKEDOWN_SEGMENT_CLASSES, "a class of segments unexplained");

/* clang-format off */
const CatalogueTerm catalogue_segments[CATALOGUE_SEGMENTS] = {
[SHAKEDOWN_SEGMENT_CONTROL] = {
	.name = "control",
	.meaning = "SYN, FIN or RST without payload, or the handshake's ACK.",
	.sources = "RFC 9293 §3.1"},
[SHAKEDOWN_SEGMENT_NEW] = {
	.name = "new", .meaning = "Payload that was not sent before.", .sources = "RFC 9293 §3.8"},
[SHAKEDOWN_SEGMENT_ACK] = {
	.name = "ack",
	.meaning = "Acknowledges something new and carries nothing.",
	.sources = "RFC 9293 §3.8.6.3"},
[SHAKEDOWN_SEGMENT_RETRANSMISSION] = {
	.name = "retransmission",
	.meaning = "Sequence space that was sent before, sent again because the retransmission timer ran "
		   "out.",
	.sources = "RFC 6298 §5, RFC 9293 §3.8.1"},
[SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION] = {
	.name = "fast-retransmission",
	.meaning = "Sent again before the timer ran out, because duplicate ACKs or SACK showed a hole.",
	.sources = "RFC 5681 §3.2, RFC 6675"},
[SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION] = {
	.name = "spurious-retransmission",
	.meaning = "Sent again although the first copy had arrived: it was acknowledged already, or the "
		   "receiver says so by DSACK or by the timestamp that it echoes.",
	.sources = "RFC 2883, RFC 3522"},
[SHAKEDOWN_SEGMENT_OUT_OF_ORDER] = {
	.name = "out-of-order",
	.meaning = "Fills a hole with what was sent before, overtaken on its way; not sent twice.",
	.sources = "RFC 9293 §3.10.7.4"},
[SHAKEDOWN_SEGMENT_KEEP_ALIVE] = {
	.name = "keep-alive",
	.meaning = "Asks whether the peer is still there: one sequence number below the next, with no "
		   "payload or one byte of garbage.",
	.sources = "RFC 9293 §3.8.4"},
[SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK] = {
	.name = "keep-alive-ack", .meaning = "The answer to a keep-alive.",
	.sources = "RFC 9293 §3.8.4"},
[SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE] = {
	.name = "zero-window-probe",
	.meaning = "Sent into a closed window to learn whether it has opened.",
	.sources = "RFC 9293 §3.8.6.1"},
[SHAKEDOWN_SEGMENT_DUPLICATE_ACK] = {
	.name = "duplicate-ack",
	.meaning = "Acknowledges nothing new: the receiver got something out of order.",
	.sources = "RFC 5681 §2"},
[SHAKEDOWN_SEGMENT_WINDOW_UPDATE] = {
	.name = "window-update", .meaning = "Acknowledges nothing new, and moves the window.",
	.sources = "RFC 9293 §3.8.6"},
[SHAKEDOWN_SEGMENT_CHALLENGE_ACK] = {
	.name = "challenge-ack",
	.meaning = "Answers a doubtful RST or SYN by saying where its sender stands.",
	.sources = "RFC 5961 §3.2, §4.2"},
[SHAKEDOWN_SEGMENT_OUT_OF_WINDOW] = {
	.name = "out-of-window",
	.meaning = "Outside what its receiver can accept, which answers with an ACK and drops it.",
	.sources = "RFC 9293 §3.4, §3.10.7.4"},
[SHAKEDOWN_SEGMENT_DUPLICATE_PACKET] = {
	.name = "duplicate-packet",
	.meaning = "The capture holds the same packet twice; left out of the analysis.",
	.sources = "RFC 791 §3.1"},
[SHAKEDOWN_SEGMENT_BAD_CHECKSUM] = {
	.name = "bad-checksum",
	.meaning = "Its checksum is wrong: the receiver drops it, and so does the analysis.",
	.sources = "RFC 9293 §3.1"},
[SHAKEDOWN_SEGMENT_ICMP_ERROR] = {
	.name = "icmp-error",
	.meaning = "Not a segment: an ICMP error that quotes one of this connection.",
	.sources = "RFC 9293 §3.9.2.2"},
};
/* clang-format on */
