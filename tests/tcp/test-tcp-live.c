/* SPDX-License-Identifier: BSD-3-Clause */
/* What is told while connections live: how many sides are in which state, and how openings came
 * out. */
#include "talk.h"

#include <glib.h>

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* "SYN-SENT 1, ESTABLISHED 2 / CLOSED 1, ESTABLISHED 2" */
static const char *counted(Talk *t)
{
	const TcpTrackerCounts *counts = tcp_tracker_counts(t->tracker);

	uint64_t states[2][SHAKEDOWN_TCP_STATES] = {{0}};

	for (unsigned c = 0; c < SHAKEDOWN_TCP_STATES; c++)
		for (unsigned s = 0; s < SHAKEDOWN_TCP_STATES; s++) {
			states[C][c] += counts->pairs[c][s];
			states[S][s] += counts->pairs[c][s];
		}
	g_string_truncate(t->text, 0);
	for (unsigned side = 0; side < 2; side++) {
		const char *comma = side ? " / " : "";
		uint64_t sum = 0;

		for (unsigned i = 0; i < SHAKEDOWN_TCP_STATES; i++) {
			uint64_t n = states[side][i];

			sum += n;
			if (!n)
				continue;
			g_string_append_printf(t->text, "%s%s %u", comma,
					       shakedown_tcp_state_name((ShakedownTcpState)i),
					       (unsigned)n);
			comma = ", ";
		}
		cr_assert_eq(sum, tcp_tracker_live(t->tracker));
	}
	return t->text->str;
}
#define EXPECT_COUNTED(t, text) TALK_TEXT("live states", counted(t), text)
#define EXPECT_OPENINGS(t, text) TALK_TEXT("openings", (t)->openings->str, text)

Test(tcp_live, states_follow_a_connection)
{
	g_autoptr(Talk) t = talk_new();

	EXPECT_COUNTED(t, "");
	CLIENT(t, TCP_SYN);
	EXPECT_COUNTED(t, "SYN-SENT 1 / CLOSED 1");
	SERVER(t, SYN_ACK, 0, 1);
	EXPECT_COUNTED(t, "SYN-SENT 1 / SYN-RECEIVED 1");
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_COUNTED(t, "ESTABLISHED 1 / ESTABLISHED 1");
	CLIENT(t, FIN_ACK, 1, 1);
	EXPECT_COUNTED(t, "FIN-WAIT-1 1 / CLOSE-WAIT 1");
	SERVER(t, FIN_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	EXPECT_COUNTED(t, "TIME-WAIT 1 / CLOSED 1");
	talk_wait(t, 2 * t->config.msl);
	EXPECT_COUNTED(t, "");
}

Test(tcp_live, a_belief_taken_back_is_counted_back)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1));
	EXPECT_COUNTED(t, "ESTABLISHED 1 / SYN-RECEIVED 1");
	talk_finish(t);
	EXPECT_COUNTED(t, "");
}

Test(tcp_live, a_new_connection_on_the_same_ports_counts_beside_the_old)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	CLIENT(t, TCP_SYN, .isn = 900000, .after = SECONDS(5));
	cr_assert_eq(tcp_tracker_live(t->tracker), 2);
	EXPECT_COUNTED(t, "CLOSED 1, SYN-SENT 1 / CLOSED 2");
}

Test(tcp_live, a_complete_opening_is_told_at_once_and_once)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1);
	EXPECT_OPENINGS(t, "");
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_OPENINGS(t, "1 complete");
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	talk_finish(t);
	EXPECT_OPENINGS(t, "1 complete");
}

Test(tcp_live, a_refused_opening_is_told_at_once)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, RST_ACK, .ack = 1, .isn = 1u << 31, .seq = 1u << 31);
	EXPECT_OPENINGS(t, "1 refused");
}

/* It might still be answered: only its end says that it was not. */
Test(tcp_live, no_answer_is_told_at_the_end)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	talk_wait(t, SECONDS(20));
	EXPECT_OPENINGS(t, "");
	talk_wait(t, SECONDS(200));
	EXPECT_OPENINGS(t, "1 no-answer");
}

Test(tcp_live, what_began_in_the_middle_is_told_at_the_end)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, PSH_ACK, 500, 700, 10);
	SERVER(t, TCP_ACK, 700, 510);
	EXPECT_OPENINGS(t, "");
	talk_finish(t);
	EXPECT_OPENINGS(t, "1 not-captured");
}
