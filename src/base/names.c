/* SPDX-License-Identifier: BSD-3-Clause */
/* The records' spellings. They are fixed: people build on them. */
#include <shakedown/analysis.h>
#include <shakedown/connection.h>

#include <glib.h>

#define NAME_OF(names, value) ((size_t)(value) < G_N_ELEMENTS(names) ? names[value] : "?")

const char *shakedown_side_name(ShakedownSideId side)
{
	static const char *const names[] = {"client", "server"};
	return NAME_OF(names, side);
}

const char *shakedown_tcp_state_name(ShakedownTcpState state)
{
	static const char *const names[SHAKEDOWN_TCP_STATES] = {
		[SHAKEDOWN_TCP_CLOSED] = "CLOSED",
		[SHAKEDOWN_TCP_LISTEN] = "LISTEN",
		[SHAKEDOWN_TCP_SYN_SENT] = "SYN-SENT",
		[SHAKEDOWN_TCP_SYN_RECEIVED] = "SYN-RECEIVED",
		[SHAKEDOWN_TCP_ESTABLISHED] = "ESTABLISHED",
		[SHAKEDOWN_TCP_FIN_WAIT_1] = "FIN-WAIT-1",
		[SHAKEDOWN_TCP_FIN_WAIT_2] = "FIN-WAIT-2",
		[SHAKEDOWN_TCP_CLOSE_WAIT] = "CLOSE-WAIT",
		[SHAKEDOWN_TCP_CLOSING] = "CLOSING",
		[SHAKEDOWN_TCP_LAST_ACK] = "LAST-ACK",
		[SHAKEDOWN_TCP_TIME_WAIT] = "TIME-WAIT",
	};
	return NAME_OF(names, state);
}

const char *shakedown_evidence_name(ShakedownEvidence evidence)
{
	static const char *const names[SHAKEDOWN_EVIDENCES] = {"sent", "delivered", "confirmed",
							       "timer", "assumed"};
	return NAME_OF(names, evidence);
}

const char *shakedown_role_basis_name(ShakedownRoleBasis basis)
{
	static const char *const names[] = {"syn", "syn-ack", "ports", "first-packet"};
	return NAME_OF(names, basis);
}

const char *shakedown_tap_name(ShakedownTap tap)
{
	static const char *const names[] = {NULL, "near-client", "near-server", "between"};
	return NAME_OF(names, tap);
}

const char *shakedown_handshake_kind_name(ShakedownHandshakeKind kind)
{
	static const char *const names[SHAKEDOWN_HANDSHAKE_KINDS] = {
		"three-way", "simultaneous", "fast-open", "split", "not-captured"};
	return NAME_OF(names, kind);
}

const char *shakedown_handshake_outcome_name(ShakedownHandshakeOutcome outcome)
{
	static const char *const names[SHAKEDOWN_HANDSHAKE_OUTCOMES] = {
		"complete",   "no-answer", "refused",	  "unreachable",
		"unfinished", "aborted",   "in-progress", "not-captured"};
	return NAME_OF(names, outcome);
}

const char *shakedown_teardown_kind_name(ShakedownTeardownKind kind)
{
	static const char *const names[SHAKEDOWN_TEARDOWN_KINDS] = {
		"four-way", "three-way", "simultaneous", "reset", "none"};
	return NAME_OF(names, kind);
}

const char *shakedown_teardown_outcome_name(ShakedownTeardownOutcome outcome)
{
	static const char *const names[SHAKEDOWN_TEARDOWN_OUTCOMES] = {
		"graceful", "half-closed", "unacknowledged", "reset", "open", "never-opened"};
	return NAME_OF(names, outcome);
}

const char *shakedown_segment_class_name(ShakedownSegmentClass segment_class)
{
	static const char *const names[SHAKEDOWN_SEGMENT_CLASSES] = {
		"control",
		"new",
		"ack",
		"retransmission",
		"fast-retransmission",
		"spurious-retransmission",
		"out-of-order",
		"keep-alive",
		"keep-alive-ack",
		"zero-window-probe",
		"duplicate-ack",
		"window-update",
		"challenge-ack",
		"out-of-window",
		"duplicate-packet",
		"bad-checksum",
		"icmp-error",
	};
	return NAME_OF(names, segment_class);
}
