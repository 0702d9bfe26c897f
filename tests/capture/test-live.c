/* SPDX-License-Identifier: BSD-3-Clause */
/* Several interfaces as one capture, by a clock that somebody sets. The interfaces are made up: of
 * the room nothing but live.c itself is used. */
#include "capture/live.c" /* NOLINT(bugprone-suspicious-include) */

#include <criterion/criterion.h>

#define MS(n) (INT64_C(1000000) * (n))
#define SECONDS(n) (SHAKEDOWN_NS_PER_S * (n))
#define LATE MS(80)
#define ROOM 64

static ShakedownTime clock_now;
static ShakedownPacket queues[2][ROOM];

ShakedownTime live_clock(void)
{
	return clock_now;
}

void live_interface_init(LiveInterface *i, const char *name, uint32_t label,
			 const ShakedownCaptureOptions *options)
{
	*i = (LiveInterface){.name = g_strdup(name), .label = label, .fd = -1, .latest = INT64_MIN};
	i->queue = queues[label];
}

void live_interface_clear(LiveInterface *i)
{
	g_free(i->name);
}

bool live_interface_open(LiveInterface *i, GError **error)
{
	/* There is one, and nobody asks it. */
	i->pcap = (pcap_t *)(void *)i;
	i->drained_at = clock_now;
	return true;
}

bool live_interface_fetch(LiveInterface *i, size_t most)
{
	i->drained = true;
	i->drained_at = clock_now;
	return true;
}

bool live_interface_check(LiveInterface *i)
{
	return true;
}

void live_interface_count(LiveInterface *i)
{
}

ShakedownTime live_interface_watermark(const LiveInterface *i)
{
	return i->drained_at - LATE;
}

void arena_release(Arena *arena, const uint8_t *oldest, const ShakedownPacket *held, size_t n)
{
}

static Live live;

static void setup(void)
{
	static const char *const names[] = {"a", "b", NULL};

	clock_now = SECONDS(1000000);
	cr_assert(live_open(&live, &(ShakedownCaptureOptions){.interfaces = names}, NULL));
}

static void teardown(void)
{
	live_clear(&live);
}

TestSuite(live, .init = setup, .fini = teardown);

static void packet_on(unsigned label)
{
	LiveInterface *i = &live.interfaces[label];

	if (i->head == i->len)
		i->head = i->len = 0;
	cr_assert_lt(i->len, (size_t)ROOM);
	i->queue[i->len++] = (ShakedownPacket){.time = clock_now, .interface = label};
}

static size_t read_all(void)
{
	ShakedownPacket packets[ROOM];

	return live_read(&live, packets, ROOM);
}

Test(live, waits_for_what_may_still_come)
{
	packet_on(0);
	cr_assert_eq(read_all(), 0);
	clock_now += LATE;
	cr_assert_eq(read_all(), 1);
	cr_assert_eq(live.watched, clock_now - LATE);
}

/* What was stamped by the clock as it was is not waited for until it is there again, nor does it
 * keep what comes after it. */
Test(live, goes_on_when_the_clock_was_set_back)
{
	packet_on(0);
	packet_on(1);
	clock_now -= SECONDS(3600);
	packet_on(0);
	packet_on(1);
	cr_assert_eq(read_all(), 2);
	clock_now += LATE;
	cr_assert_eq(read_all(), 2);
	cr_assert_leq(live.watched, clock_now, "the time is that of the clock");
	for (unsigned n = 0; n < 10; n++) {
		packet_on(n & 1);
		clock_now += LATE;
		cr_assert_eq(read_all(), 1);
	}
}

Test(live, lasts_as_long_however_the_clock_is_set)
{
	static const ShakedownDuration set[] = {-SECONDS(3600), SECONDS(3600)};

	live.options.duration = SECONDS(60);
	live.until = clock_now + SECONDS(60);
	for (unsigned n = 0; n < G_N_ELEMENTS(set); n++) {
		clock_now += set[n];
		read_all();
		cr_assert_not(live.ended);
		cr_assert_lt(ABS(live.until - clock_now - SECONDS(60)), SECONDS(1));
	}
	clock_now += SECONDS(61);
	live.set += SECONDS(61); /* it is not the clock that has leapt */
	read_all();
	cr_assert(live.ended);
}
