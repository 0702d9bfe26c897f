/* SPDX-License-Identifier: BSD-3-Clause */
/* What is wrong with the capture itself. */
#include "scene.h"

Test(capture, loss)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, PSH_ACK, 1, 1, 100);
	SERVER(s, TCP_ACK, 1, 301);
	CLIENT(s, PSH_ACK, 301, 1, 100);
	SERVER(s, TCP_ACK, 1, 401);
	scene_finish(s);
	EXPECT_KINDS(s, "capture-loss");
	EXPECT_FACT(s, CAPTURE_LOSS, "bytes=200");
	EXPECT_FACT(s, CAPTURE_LOSS, "connections=1");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_CAPTURE_LOSS)->scope,
		     SHAKEDOWN_SCOPE_CAPTURE);
}

Test(capture, loss_of_one_byte)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, PSH_ACK, 1, 1, 100);
	CLIENT(s, PSH_ACK, 102, 1, 100);
	SERVER(s, TCP_ACK, 1, 202);
	scene_finish(s);
	cr_assert_str_eq(scene_report(s, SHAKEDOWN_ANOMALY_CAPTURE_LOSS)->summary,
			 "1 byte in 1 connection was acknowledged but is not in the capture");
}

/* The FIN behind what was lost is no byte, and is not missing. */
Test(capture, loss_up_to_a_fin)
{
	const uint32_t fin = 50000000;
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, FIN_ACK, fin, 1);
	SERVER(s, TCP_ACK, 1, fin + 1);
	SERVER(s, FIN_ACK, 1, fin + 1);
	CLIENT(s, TCP_ACK, fin + 1, 2);
	scene_finish(s);
	EXPECT_KINDS(s, "capture-loss");
	EXPECT_FACT(s, CAPTURE_LOSS, "bytes=49999999");
	EXPECT_FACT(s, CAPTURE_LOSS, "fins=0");
}

/* The client has given up, or a flood's source comes round to the port: other numbers, and nothing
 * of what lies between was ever sent. */
static void try_again(Scene *s, ShakedownDuration later)
{
	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	s->isn[SHAKEDOWN_CLIENT] += 0x60000000;
	s->isn[SHAKEDOWN_SERVER] += 0x50000000;
	CLIENT(s, TCP_SYN, .after = later);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_talk(s);
	scene_close(s);
}

Test(capture, another_attempt_is_no_loss)
{
	g_autoptr(Scene) s = scene_new();

	try_again(s, SECONDS(10));
	scene_finish(s);
	EXPECT_KINDS(s, "missing-third-ack");
	cr_assert_eq(tcp_tracker_counts(s->tracker)->connections, 2);
}

Test(capture, a_syn_beside_another_is_no_loss)
{
	g_autoptr(Scene) s = scene_new();

	try_again(s, MS(30));
	scene_finish(s);
	EXPECT_NOT(s, CAPTURE_LOSS);
}

Test(capture, the_networks_loss_is_not_the_captures)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, PSH_ACK, 101, 1, 100);
	SERVER(s, TCP_ACK, 1, 1);
	CLIENT(s, PSH_ACK, 1, 1, 100, .after = MS(300));
	SERVER(s, TCP_ACK, 1, 201);
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(capture, one_direction)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 3; n++) {
		scene_client(s, n);
		CLIENT(s, TCP_SYN);
		CLIENT(s, TCP_ACK, 1, 1);
		CLIENT(s, PSH_ACK, 1, 1, 100);
		CLIENT(s, TCP_ACK, 101, 1001);
	}
	scene_finish(s);
	EXPECT_KINDS(s, "one-direction");
	EXPECT_FACT(s, ONE_DIRECTION, "client_side_only=3");
}

static bool cut_with_connections(unsigned connections)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < connections; n++) {
		scene_client(s, n);
		CLIENT(s, TCP_SYN);
		CLIENT(s, TCP_ACK, 1, 1);
		CLIENT(s, PSH_ACK, 1, 1, 100);
	}
	scene_finish(s);
	EXPECT(s, ONE_DIRECTION);
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_ONE_DIRECTION)->frames,
		     MIN(connections, FINDING_FRAMES));
	return scene_report(s, SHAKEDOWN_ANOMALY_ONE_DIRECTION)->frames_cut;
}

/* Its frames are examples as soon as there is no room for all. */
Test(capture, one_direction_of_many)
{
	cr_assert_not(cut_with_connections(FINDING_FRAMES));
	cr_assert(cut_with_connections(FINDING_FRAMES + 1));
}

/* Of a few connections the way back is another: what they acknowledge was not lost. */
Test(capture, one_direction_of_some_is_no_loss)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 5; n++) {
		scene_client(s, n);
		if (n < 3) {
			scene_open(s);
			scene_talk(s);
			continue;
		}
		CLIENT(s, TCP_SYN);
		CLIENT(s, TCP_ACK, 1, 1);
		CLIENT(s, PSH_ACK, 1, 1, 100);
		CLIENT(s, TCP_ACK, 101, 1001);
	}
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(capture, loss_beside_one_direction_of_some)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 5; n++) {
		scene_client(s, n);
		CLIENT(s, TCP_SYN);
		if (n < 3)
			SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, TCP_ACK, 1, 1);
		CLIENT(s, PSH_ACK, 1, 1, 100);
		if (n < 3)
			SERVER(s, TCP_ACK, 1, 101);
		CLIENT(s, TCP_ACK, 101, 1001);
		if (n < 3)
			SERVER(s, PSH_ACK, 1001, 101, 100);
	}
	scene_finish(s);
	EXPECT_FACT(s, CAPTURE_LOSS, "bytes=3000");
	EXPECT_FACT(s, CAPTURE_LOSS, "connections=3");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_CAPTURE_LOSS)->frames, 3);
}

/* However many there are, the loss itself is shown. */
Test(capture, loss_behind_many_of_one_direction)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 200; n++) {
		scene_client(s, n);
		CLIENT(s, TCP_SYN);
		if (n >= 90)
			SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, TCP_ACK, 1, 1);
		if (n >= 90)
			SERVER(s, PSH_ACK, 1, 1, 100);
		CLIENT(s, TCP_ACK, 1, n < 90 || n == 150 ? 1001 : 101);
	}
	scene_finish(s);
	EXPECT_FACT(s, CAPTURE_LOSS, "bytes=900");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_CAPTURE_LOSS);
	cr_assert_eq(r->frames, 1);
}

/* SYNs that nobody answers show nothing of the other direction. */
Test(capture, unanswered_attempts_are_not_one_sided)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 5; n++) {
		scene_client(s, n);
		CLIENT(s, TCP_SYN);
	}
	scene_finish(s);
	EXPECT_NOT(s, ONE_DIRECTION);
}

Test(capture, copies)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	s->ip_id = 70;
	CLIENT(s, PSH_ACK, 1, 1, 100);
	s->ip_id = 70;
	CLIENT(s, PSH_ACK, 1, 1, 100, .after = 1000);
	scene_finish(s);
	EXPECT_KINDS(s, "duplicate-packets");
	EXPECT_FACT(s, DUPLICATE_PACKETS, "packets=1");
}

Test(capture, disorder)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	s->summary.disordered = 3;
	scene_finish(s);
	EXPECT_KINDS(s, "capture-disorder");
}

Test(capture, damaged_segments)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, PSH_ACK, 1, 1, 100, .checksum = SEGMENT_CHECKSUM_GOOD);
	SERVER(s, TCP_ACK, 1, 101, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(s, PSH_ACK, 101, 1, 100, .checksum = SEGMENT_CHECKSUM_BAD);
	CLIENT(s, PSH_ACK, 101, 1, 100, .checksum = SEGMENT_CHECKSUM_GOOD, .after = MS(300));
	SERVER(s, TCP_ACK, 1, 201, .checksum = SEGMENT_CHECKSUM_GOOD);
	scene_finish(s);
	EXPECT_KINDS(s, "bad-checksum");
	EXPECT_FACT(s, BAD_CHECKSUM, "segments=1");
}

Test(capture, checksums_left_to_the_card)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, PSH_ACK, 1, 1, 100, .checksum = SEGMENT_CHECKSUM_OFFLOADED);
	SERVER(s, TCP_ACK, 1, 101, .checksum = SEGMENT_CHECKSUM_GOOD);
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

/* As `tcpdump 'tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0'` leaves it; and one segment more. */
static Scene *by_flags(bool whole)
{
	Scene *s = scene_new();

	for (unsigned i = 0; i < 50; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN);
		SERVER(s, SYN_ACK, 0, 1);
		if (whole && i == 0)
			CLIENT(s, TCP_ACK, 1, 1);
		if (i % 2)
			continue; /* goes on beyond the capture */
		CLIENT(s, FIN_ACK, 501, 20001, .after = SECONDS(1));
		SERVER(s, FIN_ACK, 20001, 502);
	}
	scene_wait(s, SECONDS(30));
	scene_finish(s);
	return s;
}

Test(capture, filtered_by_flags)
{
	g_autoptr(Scene) s = by_flags(false), whole = by_flags(true);

	cr_assert(tcp_tracker_lacks_acks(s->tracker));
	EXPECT_KINDS(s, "");
	/* One ACK is enough to know that others would be there. */
	cr_assert_not(tcp_tracker_lacks_acks(whole->tracker));
	EXPECT(whole, CAPTURE_LOSS);
	EXPECT(whole, MISSING_THIRD_ACK);
	EXPECT(whole, SYN_COOKIES);
}

/* No FIN is the answer to a SYN,ACK: that was left out, or lost, and nobody knows when it came. */
Test(capture, filtered_by_flags_is_not_slow)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 5; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN);
		SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, FIN_ACK, 1, 1, .after = SECONDS(10));
		SERVER(s, FIN_ACK, 1, 2);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_NOT(s, SLOW_HANDSHAKE);
}
