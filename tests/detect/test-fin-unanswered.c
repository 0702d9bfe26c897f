/* SPDX-License-Identifier: BSD-3-Clause */
/* FINs without an answer, and how that ends. */
#include "scene.h"

#include <string.h>

static void fin_again(Scene *s, ShakedownSideId side)
{
	bool client = side == SHAKEDOWN_CLIENT;

	for (unsigned n = 0; n < 5; n++)
		scene_send(s, side,
			   &(SceneSegment){FIN_ACK, client ? 121 : 1001, client ? 1001 : 121,
					   .after = MS(200 << n)});
	scene_wait(s, SECONDS(5));
}

static void says(const Scene *s, const char *text)
{
	EXPECT(s, FIN_UNANSWERED);
	const char *summary = scene_report(s, SHAKEDOWN_ANOMALY_FIN_UNANSWERED)->summary;

	cr_assert_not_null(strstr(summary, text), "%s", summary);
}

Test(fin_unanswered, and_it_hangs)
{
	g_autoptr(Scene) s = scene_talking();

	fin_again(s, SHAKEDOWN_CLIENT);
	scene_finish(s);
	says(s, ": it hangs in FIN-WAIT-1");
}

Test(fin_unanswered, until_a_reset)
{
	g_autoptr(Scene) s = scene_talking();

	fin_again(s, SHAKEDOWN_CLIENT);
	CLIENT(s, RST_ACK, 122, 1001);
	scene_finish(s);
	says(s, ": then a reset ended it");
}

/* The client opens anew on the same ports, and the server answers: nobody waits any more. */
Test(fin_unanswered, until_the_ports_are_used_again)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		g_autoptr(Scene) s = scene_talking();

		fin_again(s, side);
		s->isn[SHAKEDOWN_CLIENT] += 900000;
		s->isn[SHAKEDOWN_SERVER] += 900000;
		scene_open(s);
		scene_finish(s);
		says(s, ": then its ports were used again");
	}
}
