/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A SYN that is answered for an older connection on its ports, which the capture does not hold: as
 * behind a NAT that gives a port to the next client while the server is in TIME-WAIT.
 */
#include "scene.h"

/* RFC 9293 §3.10.7.3: up to ISS, or above SND.NXT. */
static const uint32_t wrong[] = {(uint32_t)-90000, 0, 90000};

/* It resets that, and asks again. */
static void answered_for_another(Scene *s, uint32_t ack)
{
	CLIENT(s, TCP_SYN);
	SERVER(s, TCP_ACK, 777777, ack);
	CLIENT(s, TCP_RST, ack);
}

Test(older_answers, by_whatever_number)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(Scene) s = scene_new();

		answered_for_another(s, wrong[i]);
		CLIENT(s, TCP_SYN);
		SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, TCP_ACK, 1, 1);
		scene_finish(s);
		EXPECT_SEVERITY(s, BAD_HANDSHAKE_ACK, WARNING);
		EXPECT_FACT(s, BAD_HANDSHAKE_ACK, "expected=1001");
		EXPECT_NOT(s, FORGED_RST);
		EXPECT_NOT(s, HALF_OPEN_PROBE);
	}
}

/* Near miss: the ACK is for that SYN, as in a handshake that is split. */
Test(older_answers, for_the_syn_itself)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, TCP_ACK, 777777, 1);
	scene_finish(s);
	EXPECT_NOT(s, BAD_HANDSHAKE_ACK);
}

/* Those who ask again were not passed over; who gets no answer was. */
Test(older_answers, are_no_full_backlog)
{
	for (unsigned silent = 0; silent < 2; silent++) {
		g_autoptr(Scene) s = scene_new();

		for (unsigned n = 0; n < 5; n++) {
			scene_client(s, n);
			if (silent)
				CLIENT(s, TCP_SYN);
			else
				answered_for_another(s, 90000);
		}
		for (unsigned n = 0; n < 3; n++) {
			scene_client(s, 100 + n);
			scene_open(s);
		}
		scene_wait(s, MS(800));
		for (unsigned n = 0; n < 5; n++) {
			scene_client(s, n);
			CLIENT(s, TCP_SYN);
		}
		scene_finish(s);
		if (silent)
			EXPECT(s, BACKLOG_OVERFLOW);
		else
			EXPECT_NOT(s, BACKLOG_OVERFLOW);
	}
}

/* What was on its way when the next attempt began answers nothing. */
Test(older_answers, late_data_is_no_answer)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, RST_ACK, 1, 1);
	CLIENT(s, TCP_SYN, 900000, .after = MS(10));
	SERVER(s, PSH_ACK, 1, 1, 100, .after = MS(5));
	SERVER(s, PSH_ACK, 101, 1, 100, .after = MS(1));
	scene_wait(s, SECONDS(120));
	scene_finish(s);
	EXPECT(s, NO_ANSWER);
}
