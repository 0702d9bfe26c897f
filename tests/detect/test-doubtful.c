/* SPDX-License-Identifier: BSD-3-Clause */
/* Segments that a living connection should not have: acknowledgments of what was not sent, SYNs,
 * and what has answered them. */
#include "scene.h"

#include <string.h>

/* RFC 5961 §5: beyond all that was sent. Where the capture has lost something, or nothing of the
 * other, nobody knows how far that was. */
Test(doubtful, ack_of_unsent_data)
{
	static const struct {
		bool lost, unheard;
		bool reported;
	} cases[] = {{false, false, true}, {true, false, false}, {false, true, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Scene) s = scene_new();

		if (!cases[i].unheard) {
			scene_open(s);
			scene_talk(s);
		} else {
			CLIENT(s, PSH_ACK, 1, 1, 60);
			CLIENT(s, PSH_ACK, 61, 1001, 60);
		}
		if (cases[i].lost) {
			CLIENT(s, TCP_ACK, 121, 2001);
			SERVER(s, PSH_ACK, 2001, 121, 100);
		}
		CLIENT(s, PSH_ACK, 121, 90001, 10);
		ShakedownTime first = s->now;

		for (unsigned n = 0; n < 2; n++) {
			if (n)
				CLIENT(s, PSH_ACK, 121, 95001, 10, .after = SECONDS(1));
			if (!cases[i].unheard)
				SERVER(s, TCP_ACK, cases[i].lost ? 2101 : 1001, 121);
		}
		scene_finish(s);
		cr_expect_eq(scene_report(s, SHAKEDOWN_ANOMALY_ACK_OF_UNSENT_DATA) != NULL,
			     cases[i].reported, "%zu", i);
		if (!cases[i].reported)
			continue;
		EXPECT_FACT(s, ACK_OF_UNSENT_DATA, "segments=2");
		cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_ACK_OF_UNSENT_DATA)->time, first);
	}
}

/* Of many SYNs the first is told. */
Test(doubtful, syns_inside)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_SYN, 5000, .ttl = 51, .after = SECONDS(5));
	ShakedownTime first = s->now;

	SERVER(s, TCP_ACK, 1001, 121);
	CLIENT(s, TCP_SYN, 9000, .ttl = 52, .after = SECONDS(1));
	SERVER(s, TCP_ACK, 1001, 121);
	CLIENT(s, PSH_ACK, 121, 1001, 10, .after = MS(100));
	SERVER(s, TCP_ACK, 1001, 131);
	scene_finish(s);
	EXPECT_FACT(s, SYN_IN_ESTABLISHED, "syn=2");
	EXPECT_FACT(s, SYN_IN_ESTABLISHED, "ttl=51");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_IN_ESTABLISHED)->time, first);
}

/* A challenge ACK belongs to what provoked it: an RST once, and the SYN behind it. */
Test(doubtful, challenges_of_either)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_RST, 1121);
	SERVER(s, TCP_ACK, 1001, 121);
	CLIENT(s, TCP_SYN, 5000, .after = SECONDS(1));
	SERVER(s, TCP_ACK, 1001, 121);
	CLIENT(s, PSH_ACK, 121, 1001, 10, .after = MS(100));
	SERVER(s, TCP_ACK, 1001, 131);
	scene_finish(s);
	EXPECT_FACT(s, RESET_IGNORED, "challenged=1");
	EXPECT_FACT(s, SYN_IN_ESTABLISHED, "followed_by=challenge-ack");
	EXPECT_FACT(s, CHALLENGE_ACK, "challenges=2");
}

/* Reset before it was reopened: the dossier of the first holds a reset and nothing rare. */
Test(doubtful, reopened_behind_a_reset)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, TCP_RST, 300000);
	CLIENT(s, RST_ACK, 121, 1001);
	s->isn[SHAKEDOWN_CLIENT] += 900000;
	s->isn[SHAKEDOWN_SERVER] += 900000;
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_finish(s);
	EXPECT_KINDS(s, "reset-abort");
}

/* A third ACK of what the server never sent, and one that has SYN: each has its own name. */
Test(doubtful, within_the_opening)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 0x10000000);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_talk(s);
	scene_finish(s);
	EXPECT_KINDS(s, "bad-handshake-ack");
}
