/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 9293 §3.5 figure 7: SYNs that cross, and come again. */
#include "scene.h"

#include <string.h>

/* Each side's SYN is its own, and so is what is said of those that came again. */
Test(both_open, syns_again)
{
	static const struct {
		unsigned client, server;
		ShakedownDuration apart;
		const char *text;
	} cases[] = {
		{1, 1, SECONDS(1), NULL},
		{3, 1, SECONDS(1), "the client sent its SYN 3 times in 2 s"},
		{1, 3, SECONDS(1), "the server sent a SYN of its own 3 times in 2 s"},
		{3, 3, SECONDS(1), "the client sent its SYN 3 times in"},
		{1, 3, MS(1), NULL}, /* doubled by the network */
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Scene) s = scene_new();

		CLIENT(s, TCP_SYN);
		SERVER(s, TCP_SYN, .after = MS(1));
		for (unsigned n = 1; n < cases[i].client; n++)
			CLIENT(s, TCP_SYN, .after = cases[i].apart);
		for (unsigned n = 1; n < cases[i].server; n++)
			SERVER(s, TCP_SYN, .after = cases[i].apart);
		CLIENT(s, SYN_ACK, 0, 1);
		SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, PSH_ACK, 1, 1, 10);
		scene_finish(s);
		const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED);

		cr_expect_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED),
			     cases[i].text ? 1 : 0, "%zu", i);
		if (r && cases[i].text)
			cr_expect_not_null(strstr(r->summary, cases[i].text), "%s", r->summary);
	}
}
