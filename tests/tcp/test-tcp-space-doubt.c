/* SPDX-License-Identifier: BSD-3-Clause */
/* What looks like loss or reordering and is neither: the capture's own disorder, copies, probes. */
#include "talk.h"

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* File and stamps do not agree, so that the ACK is read before the data: the capture's fault. */
Test(tcp_doubt, data_stamped_behind_its_ack_is_new)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, TCP_ACK, 1, 101);
	t->frame -= 2; /* in the file it stood before the ACK */
	CLIENT(t, PSH_ACK, 1, 1, 100);
	EXPECT_CLASS(t, NEW);
	cr_assert_eq(talk_aside(t, C)->out_of_order, 0);
	cr_assert_eq(talk_aside(t, C)->missing, 0);
	cr_assert_eq(talk_side(t, C)->bytes, 100);
}

Test(tcp_doubt, data_captured_just_after_its_ack_is_new)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, TCP_ACK, 1, 101);
	CLIENT(t, PSH_ACK, 1, 1, 100, .after = MS(1));
	EXPECT_CLASS(t, NEW);
	cr_assert_eq(talk_aside(t, C)->missing, 0);
}

/* Its first copy was not captured: it had arrived, and was sent again all the same. */
Test(tcp_doubt, data_long_after_its_ack_is_a_spurious_retransmission)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, TCP_ACK, 1, 101);
	CLIENT(t, PSH_ACK, 1, 1, 100, .after = MS(20));
	EXPECT_CLASS(t, SPURIOUS_RETRANSMISSION);
	cr_assert_eq(talk_aside(t, C)->missing, 0);
}

/* RFC 9293 §3.8.6.1: the byte of a probe is dropped; once the window opens it is no news that it
 * comes again. */
Test(tcp_doubt, byte_of_a_probe_sent_again_is_new)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, TCP_ACK, 1, 101, .window = CLOSED_WINDOW);
	SERVER(t, TCP_ACK, 101, 1, 1, .after = MS(500));
	EXPECT_CLASS(t, ZERO_WINDOW_PROBE);
	CLIENT(t, TCP_ACK, 1, 101, .window = CLOSED_WINDOW);
	CLIENT(t, TCP_ACK, 1, 101, .after = MS(100));
	EXPECT_CLASS(t, WINDOW_UPDATE);
	SERVER(t, PSH_ACK, 101, 1, 1000);
	EXPECT_CLASS(t, NEW);
	SERVER(t, PSH_ACK, 101, 1, 1000, .after = SECONDS(1));
	EXPECT_CLASS(t, RETRANSMISSION);
	cr_assert_eq(talk_aside(t, S)->retransmissions, 1);
	cr_assert_eq(talk_side(t, S)->bytes, 1100);
}

/* Begun in the middle: ids that count up tell that the second was sent first. */
Test(tcp_doubt, below_the_first_captured_is_out_of_order)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, PSH_ACK, 1001, 1, 100, .ip_id = 310);
	CLIENT(t, TCP_ACK, 501, 1, 100, .ip_id = 301);
	EXPECT_CLASS(t, OUT_OF_ORDER);
	CLIENT(t, TCP_ACK, 601, 1, 100, .ip_id = 302);
	EXPECT_CLASS(t, OUT_OF_ORDER);
	cr_assert_eq(talk_side(t, C)->bytes, 300);
	CLIENT(t, TCP_ACK, 401, 1, 100, .ip_id = 311, .after = MS(300));
	EXPECT_CLASS(t, RETRANSMISSION);
}

/* Two capture points with clocks of their own; a retransmission would have another id. */
Test(tcp_doubt, same_ip_id_20_ms_later_is_a_copy)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 77);
	talk_copy(t, MS(20));
	EXPECT_CLASS(t, DUPLICATE_PACKET);
}

/* … unless ids do not count at all. */
Test(tcp_doubt, constant_ip_ids_tell_nothing)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 77);
	CLIENT(t, PSH_ACK, 101, 1, 100, .ip_id = 77);
	talk_copy(t, MS(20));
	EXPECT_CLASS(t, RETRANSMISSION);
}
