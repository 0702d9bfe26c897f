/* SPDX-License-Identifier: BSD-3-Clause */
/* Floods where a capture filter left out all but SYN, FIN and RST: nobody's third ACK is there. */
#include "scene.h"

#define STEP MS(10)
/* So many others are opened while one is open: that takes longer than a flood takes to be told, or
 * not so long. */
#define OPEN_LONG 250u
#define OPEN_SHORTLY 25u
#define OPENED 1500u
/* So many are opened until a SYN,ACK that nobody acknowledges is sent again. */
#define REPEATED 28u

/* Of the service's few clients. */
static void one_of(Scene *s, unsigned i)
{
	scene_client(s, i);
	s->addr[SHAKEDOWN_CLIENT].bytes[2] = 0;
	s->addr[SHAKEDOWN_CLIENT].bytes[3] = (uint8_t)(i % 20);
}

static void use(Scene *s, unsigned i, unsigned open)
{
	one_of(s, i);
	CLIENT(s, TCP_SYN, .after = STEP);
	SERVER(s, SYN_ACK, 0, 1, .after = STEP);
	if (i < open)
		return;
	one_of(s, i - open);
	CLIENT(s, FIN_ACK, 121, 1001, .after = STEP / 2);
	SERVER(s, FIN_ACK, 1001, 122, .after = STEP / 2);
}

typedef enum {
	NOBODY,
	FEW_WHOSE_ANSWERS_COME_AGAIN,
	EACH_FROM_ANOTHER_ADDRESS,
} Flooder;

static void flood(Scene *s, Flooder flooder, unsigned i)
{
	if (flooder == EACH_FROM_ANOTHER_ADDRESS)
		scene_client(s, 10000 + i);
	else
		one_of(s, 10000 + i);
	CLIENT(s, TCP_SYN, .after = STEP / 2);
	SERVER(s, SYN_ACK, 0, 1, .after = STEP / 2);
	if (flooder != FEW_WHOSE_ANSWERS_COME_AGAIN || i < REPEATED)
		return;
	one_of(s, 10000 + i - REPEATED);
	SERVER(s, SYN_ACK, 0, 1, .after = STEP);
}

/* One service is used for a minute, the other one flooded. */
static Scene *captured(unsigned open, Flooder flooder)
{
	Scene *s = scene_new();
	const uint16_t used = s->port[SHAKEDOWN_SERVER];

	for (unsigned i = 0; i < OPENED; i++) {
		s->port[SHAKEDOWN_SERVER] = used;
		use(s, i, open);
		s->port[SHAKEDOWN_SERVER] = used + 1;
		if (flooder != NOBODY)
			flood(s, flooder, i);
	}
	scene_wait(s, SECONDS(90));
	scene_finish(s);
	cr_assert(tcp_tracker_lacks_acks(s->tracker));
	return s;
}

static void is_told_whole(const Scene *s)
{
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);

	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_FLOOD), 1);
	cr_assert_eq(r->severity, SHAKEDOWN_SEVERITY_CRITICAL);
	cr_assert_gt(r->until - r->time, SECONDS(50), "%s", r->summary);
}

/* More than 20 a second, of which none is seen to complete for ten seconds. */
Test(by_flags, a_service_that_answers_once_is_used)
{
	g_autoptr(Scene) s = captured(OPEN_LONG, NOBODY);

	EXPECT_KINDS(s, "");
}

/* By few clients, and that their connections are without data is not known, either. */
Test(by_flags, a_service_of_short_connections_is_used)
{
	g_autoptr(Scene) s = captured(OPEN_SHORTLY, NOBODY);

	EXPECT_KINDS(s, "");
}

Test(by_flags, a_service_that_answers_again_is_flooded)
{
	g_autoptr(Scene) s = captured(OPEN_LONG, FEW_WHOSE_ANSWERS_COME_AGAIN);

	is_told_whole(s);
}

/* With SYN cookies nothing is sent again. */
Test(by_flags, who_has_a_new_address_each_time_and_never_closes_floods)
{
	g_autoptr(Scene) s = captured(OPEN_LONG, EACH_FROM_ANOTHER_ADDRESS);

	is_told_whole(s);
}
