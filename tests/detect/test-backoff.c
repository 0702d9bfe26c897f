/* SPDX-License-Identifier: BSD-3-Clause */
/* How the gaps between repetitions grow, and what may be said of that: RFC 6298 §2, §5. */
#include "scene.h"

#include "detect/opening.h"

static const char *words_of(Scene *s, ShakedownAnomalyKind kind)
{
	return scene_report(s, kind)->summary;
}

Test(backoff, kinds)
{
	const ShakedownTime doubling[] = {0, SECONDS(1), SECONDS(3), SECONDS(7), SECONDS(15)};
	const ShakedownTime even[] = {0, SECONDS(1), SECONDS(2), SECONDS(3), SECONDS(4)};
	const ShakedownTime linux_6_5[] = {0, SECONDS(1), SECONDS(2), SECONDS(3), SECONDS(5)};
	const ShakedownTime wild[] = {0, SECONDS(1), SECONDS(9), SECONDS(10), SECONDS(30)};
	const ShakedownTime stands[] = {0, 0, 0, 0};

	cr_assert_eq(backoff_of(doubling, 5), BACKOFF_EXPONENTIAL);
	cr_assert_eq(backoff_of(doubling, 2), BACKOFF_UNKNOWN);
	cr_assert_eq(backoff_of(even, 5), BACKOFF_LINEAR);
	cr_assert_eq(backoff_of(linux_6_5, 5), BACKOFF_LINEAR);
	cr_assert_eq(backoff_of(wild, 5), BACKOFF_IRREGULAR);
	cr_assert_eq(backoff_of(stands, 4), BACKOFF_IRREGULAR);
}

/* RFC 6298 §2.5: a bound of a minute or more is in order, a lower one is not. */
Test(backoff, up_to_a_bound)
{
	const ShakedownTime high[] = {
		0, SECONDS(16), SECONDS(48), SECONDS(112), SECONDS(176), SECONDS(240)};
	const ShakedownTime low[] = {0, SECONDS(1), SECONDS(3), SECONDS(7), SECONDS(11)};

	cr_assert_eq(backoff_of(high, 6), BACKOFF_EXPONENTIAL);
	cr_assert_eq(backoff_of(low, 5), BACKOFF_IRREGULAR);
}

/* One that was held up on its way to the tap shifts none of the others; two leave no schedule. */
Test(backoff, one_came_late)
{
	ShakedownTime late[] = {0, MS(1929), MS(2999), MS(7009), MS(15040), MS(31079)};
	const ShakedownTime stands[] = {0, 0, 0, 0, 0, 0};

	cr_assert_eq(backoff_of(late, 6), BACKOFF_EXPONENTIAL);
	cr_assert_eq(backoff_of(late, 4), BACKOFF_IRREGULAR);
	late[3] = SECONDS(9);
	cr_assert_eq(backoff_of(late, 6), BACKOFF_IRREGULAR);
	cr_assert_eq(backoff_of(stands, 6), BACKOFF_IRREGULAR);
}

/* Five SYNs at Linux' own intervals, of which the third and the fourth are lost before the tap:
 * that the client does not back off nobody can say. */
Test(backoff, syns_lost_before_the_tap)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	CLIENT(s, TCP_SYN, .after = SECONDS(6));
	scene_finish(s);
	EXPECT_FACT(s, SYN_RETRANSMITTED, "backoff=irregular");
	cr_assert_null(strstr(words_of(s, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED), "not backing off"));
	cr_assert_not_null(strstr(words_of(s, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED),
				  "unless some did not pass here"));
}

/* tcp_syn_linear_timeouts is of SYNs, not of SYN,ACKs. */
Test(backoff, even_intervals)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 3; i++)
		CLIENT(s, TCP_SYN, .after = SECONDS(1));
	for (unsigned i = 0; i < 3; i++)
		SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1));
	scene_finish(s);
	cr_assert_not_null(strstr(words_of(s, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED),
				  "at even intervals at first (as Linux since 6.5 does)"));
	cr_assert_not_null(
		strstr(words_of(s, SHAKEDOWN_ANOMALY_SYN_ACK_RETRANSMITTED), "at even intervals"));
	cr_assert_null(strstr(words_of(s, SHAKEDOWN_ANOMALY_SYN_ACK_RETRANSMITTED), "Linux"));
}

/* So soon no timer is: each SYN comes of something else. */
Test(backoff, even_intervals_of_milliseconds)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 5; i++)
		CLIENT(s, TCP_SYN, .after = MS(40));
	scene_finish(s);
	cr_assert_not_null(
		strstr(words_of(s, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED), "at even intervals"));
	cr_assert_null(strstr(words_of(s, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED), "Linux"));
}
