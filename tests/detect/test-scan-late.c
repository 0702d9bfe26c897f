/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans: what comes of an attempt when its source has been told of it already. */
#include "scene.h"

/* Who asks for so long that it is held to have had no answer may get one. */
Test(scan_late, what_is_answered_after_all_was_not_unanswered)
{
	for (unsigned talks = 0; talks < 2; talks++) {
		g_autoptr(Scene) s = scene_new();

		for (uint16_t i = 0; i < 30; i++) {
			scene_to_port(s, 1 + i, 40000 + i);
			CLIENT(s, TCP_SYN);
			CLIENT(s, TCP_SYN, .after = SECONDS(8));
			CLIENT(s, TCP_SYN, .after = SECONDS(8));
			SERVER(s, SYN_ACK, 0, 1);
			if (talks) {
				CLIENT(s, TCP_ACK, 1, 1);
				CLIENT(s, PSH_ACK, 1, 1, 10);
			}
		}
		scene_finish(s);
		if (talks) {
			EXPECT_NOT(s, PORT_SCAN);
		} else {
			EXPECT_FACT(s, PORT_SCAN, "answered=30");
			EXPECT_FACT(s, PORT_SCAN, "unanswered=0");
		}
	}
}

/* A small stack far away, whose listener has to ask again. */
Test(scan_late, a_slow_client_is_none)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 25; i++) {
		scene_to_port(s, 1 + i, 40000 + i);
		CLIENT(s, TCP_SYN);
		SERVER(s, SYN_ACK, 0, 1);
		SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1));
		SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(2));
		CLIENT(s, TCP_ACK, 1, 1, .after = MS(200));
		CLIENT(s, PSH_ACK, 1, 1, 10);
		SERVER(s, PSH_ACK, 1, 11, 100);
		CLIENT(s, TCP_ACK, 11, 101);
		scene_wait(s, SECONDS(10));
	}
	scene_finish(s);
	EXPECT_NOT(s, PORT_SCAN);
}

/* A capture of flags alone: nobody was asked in vain. */
Test(scan_late, third_acks_left_out)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 25; i++) {
		scene_to_port(s, 1 + i, 40000 + i);
		CLIENT(s, TCP_SYN);
		SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, FIN_ACK, 11, 101, .after = SECONDS(5));
		SERVER(s, FIN_ACK, 101, 12);
	}
	scene_finish(s);
	EXPECT_NOT(s, PORT_SCAN);
}

/* Whoever probes twice before it is answered probes none the less. */
Test(scan_late, probes_that_are_sent_twice)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 20; i++) {
		scene_to_port(s, 1 + i, 40000);
		CLIENT(s, TCP_ACK, 5, 5);
		CLIENT(s, TCP_ACK, 5, 5, .after = MS(500));
		SERVER(s, TCP_RST, 5);
	}
	scene_finish(s);
	EXPECT_FACT(s, PORT_SCAN, "scan=ACK");
	EXPECT_FACT(s, PORT_SCAN, "ports=20");
}

/* Many a small stack answers any probe with the number 0, which a connection would ignore. */
Test(scan_late, probes_that_are_answered_from_zero)
{
	static const uint16_t probes[] = {TCP_ACK, FIN_ACK};

	for (size_t k = 0; k < G_N_ELEMENTS(probes); k++) {
		g_autoptr(Scene) s = scene_new();

		for (uint16_t i = 0; i < 20; i++) {
			scene_to_port(s, 1 + i, 40000);
			CLIENT(s, probes[k], 5, 900000);
			SERVER(s, RST_ACK, 0u - s->isn[SHAKEDOWN_SERVER], 6);
		}
		scene_finish(s);
		EXPECT_FACT(s, PORT_SCAN, "refused=20");
	}
}

/* Whoever goes on as if there were no such RST has a connection, and the RST was none of it. */
Test(scan_late, what_ignores_an_rst_probes_nothing)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 20; i++) {
		scene_to_port(s, 1 + i, 40000);
		CLIENT(s, TCP_ACK, 5, 900000);
		SERVER(s, TCP_RST, 904000);
		CLIENT(s, PSH_ACK, 5, 900000, 10);
		SERVER(s, PSH_ACK, 900000, 15, 100);
		CLIENT(s, TCP_ACK, 15, 900100);
	}
	scene_finish(s);
	EXPECT_NOT(s, PORT_SCAN);
}
