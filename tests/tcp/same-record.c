/* SPDX-License-Identifier: BSD-3-Clause */
#include "same-record.h"

#include <criterion/criterion.h>
#include <string.h>

#define SAME(member) cr_assert_eq(a->member, b->member, #member)

static void same_options(const ShakedownTcpOptions *a, const ShakedownTcpOptions *b)
{
	SAME(known);
	SAME(sack_permitted);
	SAME(timestamps);
	SAME(mss);
	SAME(window_scale);
	SAME(fast_open);
	SAME(mptcp);
	SAME(md5);
	SAME(ao);
}

static void same_counts(const ShakedownSide *a, const ShakedownSide *b)
{
	SAME(packets);
	SAME(bytes);
	SAME(retransmissions);
	SAME(out_of_order);
	SAME(missing_bytes);
	SAME(fast_retransmissions);
	SAME(spurious_retransmissions);
	SAME(duplicate_acks);
	SAME(keep_alives);
	SAME(window_probes);
	SAME(rtt.samples);
	SAME(rtt.min);
	SAME(rtt.median);
	SAME(rtt.p95);
	SAME(rtt.max);
}

static void same_side(const ShakedownSide *a, const ShakedownSide *b)
{
	SAME(addr.version);
	cr_assert_eq(memcmp(a->addr.bytes, b->addr.bytes, sizeof a->addr.bytes), 0);
	SAME(port);
	SAME(seen);
	SAME(state);
	SAME(isn_known);
	SAME(isn);
	SAME(history_len);
	for (size_t i = 0; i < a->history_len; i++) {
		SAME(history[i].time);
		SAME(history[i].frame);
		SAME(history[i].state);
		SAME(history[i].evidence);
	}
	same_counts(a, b);
	same_options(&a->options, &b->options);
}

static void same_handshake(const ShakedownHandshake *a, const ShakedownHandshake *b)
{
	SAME(kind);
	SAME(outcome);
	SAME(syn);
	SAME(syn_ack);
	SAME(server_rtt);
	SAME(client_rtt);
	SAME(tap);
}

static void same_teardown(const ShakedownTeardown *a, const ShakedownTeardown *b)
{
	SAME(kind);
	SAME(outcome);
	SAME(first);
	SAME(time_wait);
	SAME(half_closed);
	SAME(reset_by);
}

void same_record(const ShakedownConnection *a, const ShakedownConnection *b)
{
	SAME(id);
	SAME(ip_version);
	SAME(role_basis);
	SAME(start);
	SAME(end);
	SAME(first_frame);
	SAME(last_frame);
	SAME(encapsulation);
	SAME(anomalies_len);
	for (size_t i = 0; i < a->anomalies_len; i++)
		SAME(anomalies[i]);
	SAME(severity);
	SAME(truncated);
	cr_assert_eq(a->log != NULL, b->log != NULL);
	same_handshake(&a->handshake, &b->handshake);
	same_teardown(&a->teardown, &b->teardown);
	same_side(&a->side[SHAKEDOWN_CLIENT], &b->side[SHAKEDOWN_CLIENT]);
	same_side(&a->side[SHAKEDOWN_SERVER], &b->side[SHAKEDOWN_SERVER]);
}
