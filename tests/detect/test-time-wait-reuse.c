/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 6191: what allows it to use the ports of a connection in TIME-WAIT again, and what then comes
 * of the SYN. */
#include "scene.h"

#include <string.h>

/* The server closes first and waits, and the client is about to open again. */
static Scene *waits(uint32_t tsval, uint32_t on)
{
	Scene *s = scene_new();

	CLIENT(s, TCP_SYN, .tsval = tsval);
	SERVER(s, SYN_ACK, 0, 1, .tsval = tsval);
	CLIENT(s, TCP_ACK, 1, 1, .tsval = tsval);
	SERVER(s, FIN_ACK, 1, 1, .tsval = tsval);
	CLIENT(s, FIN_ACK, 1, 2, .tsval = tsval);
	SERVER(s, TCP_ACK, 2, 2, .tsval = tsval);
	s->isn[SHAKEDOWN_CLIENT] += on;
	scene_wait(s, SECONDS(5));
	return s;
}

static void says(const Scene *s, size_t i, ShakedownAnomalyKind kind, const char *text)
{
	const SceneReport *r = scene_report(s, kind);

	cr_assert_not_null(r, "%zu", i);
	cr_expect_not_null(strstr(r->summary, text), "%zu: %s", i, r->summary);
}

Test(time_wait_reuse, is_allowed_by)
{
	static const struct {
		uint32_t before, on, tsval;
		SegmentCut cut;
		const char *text;
	} cases[] = {
		{1000, 100000, 1001, SEGMENT_CUT_NOT, "; its higher timestamp allows it"},
		{1000, 100000, 999, SEGMENT_CUT_NOT, "; its timestamp is older"},
		{1000, 100000, 0, SEGMENT_CUT_NOT, "; its higher sequence number allows it"},
		{0, 100000, 1001, SEGMENT_CUT_NOT, "; its higher sequence number allows it"},
		{0, -100000u, 1001, SEGMENT_CUT_NOT, "; neither its timestamp nor"},
		{0, -100000u, 0, SEGMENT_CUT_HEADER, "; whether its timestamp allows it"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Scene) s = waits(cases[i].before, cases[i].on);

		CLIENT(s, TCP_SYN, .tsval = cases[i].tsval, .cut = cases[i].cut);
		scene_finish(s);
		says(s, i, SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE, cases[i].text);
	}
}

/* An RST has ended it before: nobody waits any more. */
Test(time_wait_reuse, of_what_was_reset)
{
	g_autoptr(Scene) s = waits(0, 0);

	CLIENT(s, TCP_RST, 2);
	s->isn[SHAKEDOWN_CLIENT] -= 100000;
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	scene_finish(s);
	EXPECT(s, TIME_WAIT_ASSASSINATION);
	EXPECT_NOT(s, TIME_WAIT_REUSE);
}

/* Nothing answers it, for long enough; or the capture ends before that, or lacks the answer. */
Test(time_wait_reuse, is_not_answered)
{
	static const struct {
		ShakedownDuration waits;
		bool goes_on, reported;
	} cases[] = {
		{SECONDS(5), false, true}, {SECONDS(1), false, false}, {SECONDS(5), true, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Scene) s = waits(0, -100000u);

		CLIENT(s, TCP_SYN);
		if (cases[i].goes_on)
			CLIENT(s, PSH_ACK, 1, 1, 10);
		scene_wait(s, cases[i].waits);
		scene_finish(s);
		if (!cases[i].reported) {
			EXPECT_NOT(s, TIME_WAIT_REUSE_REFUSED);
			continue;
		}
		EXPECT_SEVERITY(s, TIME_WAIT_REUSE_REFUSED, WARNING);
		EXPECT_FACT(s, TIME_WAIT_REUSE_REFUSED, "opened_later=0");
		says(s, i, SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE_REFUSED,
		     "not accepted: neither SYN,ACK nor RST answered it");
	}
}

/* A safe one may find the port closed, or be lost; of one that was accepted in the end the port was
 * open. */
Test(time_wait_reuse, is_safe_and_refused)
{
	static const struct {
		bool reset, later;
		const char *text;
	} cases[] = {{true, false, "; it was a safe one: perhaps the port is closed"},
		     {false, false, "; it was a safe one: perhaps it was lost"},
		     {true, true, "; it was a safe one: perhaps it was lost"}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Scene) s = waits(0, 100000);

		CLIENT(s, TCP_SYN);
		if (cases[i].reset)
			SERVER(s, RST_ACK, -300000u, 1);
		if (cases[i].later) {
			CLIENT(s, TCP_SYN, .after = SECONDS(1));
			s->isn[SHAKEDOWN_SERVER] += 100000;
			SERVER(s, SYN_ACK, 0, 1);
			CLIENT(s, TCP_ACK, 1, 1);
		}
		scene_wait(s, SECONDS(5));
		scene_finish(s);
		EXPECT_SEVERITY(s, TIME_WAIT_REUSE_REFUSED, NOTICE);
		says(s, i, SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE_REFUSED, cases[i].text);
	}
}
