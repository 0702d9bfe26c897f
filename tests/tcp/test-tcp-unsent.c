/* SPDX-License-Identifier: BSD-3-Clause */
/* Acknowledgments of what was never sent, within the window: §3.10.7.4 fifth. */
#include "talk.h"

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* It seems that the capture has lost something, until the other shows where it is. */
Test(tcp_unsent, the_other_is_not_there_yet)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_ACK, 101, 1201);
	cr_assert_eq(talk_record(t, 1)->side[S].missing_bytes, 1000);
	SERVER(t, TCP_ACK, 201, 101);
	EXPECT_CLASS(t, CHALLENGE_ACK);
	EXPECT_NOTE(t, "it has not sent what was acknowledged");
	EXPECT_EVENTS(t, "capture-loss bad-ack challenge-ack");
	cr_assert_eq(talk_record(t, 1)->side[S].missing_bytes, 0);
	SERVER(t, PSH_ACK, 201, 101, 300);
	EXPECT_CLASS(t, NEW);
	CLIENT(t, TCP_ACK, 101, 501);
	EXPECT_CLASS(t, ACK);
	cr_assert_eq(talk_side(t, S)->bytes, 500);
}

/* It says so again, which makes it no better. */
Test(tcp_unsent, once_more)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_ACK, 101, 1201);
	SERVER(t, TCP_ACK, 201, 101);
	CLIENT(t, PSH_ACK, 101, 1201, 30);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	CLIENT(t, PSH_ACK, 101, 1201, 30);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	cr_assert_eq(talk_record(t, 1)->side[S].missing_bytes, 0);
}

/* What was in the same segment was dropped with it. */
Test(tcp_unsent, with_a_fin)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 1201);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
	SERVER(t, TCP_ACK, 201, 101);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	CLIENT(t, PSH_ACK, 101, 201, 30);
	EXPECT_CLASS(t, NEW);
}

/* A side that was given data in the other's name acknowledges that, closes, and is not heard. */
Test(tcp_unsent, who_acknowledges_it_closes)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_ACK, 101, 1201);
	SERVER(t, TCP_ACK, 201, 101);
	CLIENT(t, FIN_ACK, 101, 1201);
	EXPECT_STATES(t, "FIN-WAIT-1 / ESTABLISHED!");
}

/* The capture's loss it is as long as nothing else is known, and if the other is beyond. */
Test(tcp_unsent, lost_by_the_capture)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_ACK, 101, 1201);
	SERVER(t, TCP_ACK, 1201, 101);
	SERVER(t, PSH_ACK, 201, 101, 1000, .after = MS(300));
	EXPECT_EVENTS(t, "capture-loss");
}

/* A keep-alive has the number before the next. */
Test(tcp_unsent, one_byte_and_a_keep_alive)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_ACK, 101, 202);
	SERVER(t, TCP_ACK, 201, 101, .after = SECONDS(10));
	EXPECT_STATES(t, "CLOSE-WAIT? / FIN-WAIT-2?");
	cr_assert_eq(talk_record(t, 1)->side[S].missing_bytes, 0);
}

/* One number that is taken for a FIN is no byte; once its sender goes on, it was one. */
Test(tcp_unsent, one_number_is_a_fin_or_a_byte)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_ACK, 101, 202);
	EXPECT_STATES(t, "CLOSE-WAIT? / FIN-WAIT-2?");
	cr_assert_eq(talk_record(t, 1)->side[S].missing_bytes, 0);
	SERVER(t, PSH_ACK, 202, 101, 1000);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	cr_assert_eq(talk_record(t, 1)->side[S].missing_bytes, 1);
	CLIENT(t, TCP_ACK, 101, 1203);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	cr_assert_eq(talk_record(t, 1)->side[S].missing_bytes, 2);
}

/* … and it is counted once, be there others, and the FIN captured behind the ACK of it. */
Test(tcp_unsent, one_number_behind_others_that_are_missing)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_ACK, 101, 701);
	SERVER(t, PSH_ACK, 701, 101, 100);
	CLIENT(t, TCP_ACK, 101, 802);
	cr_assert_eq(talk_record(t, 1)->side[S].missing_bytes, 500);
	CLIENT(t, FIN_ACK, 101, 802);
	SERVER(t, TCP_ACK, 802, 102);
	cr_assert_eq(talk_record(t, 1)->side[S].missing_bytes, 500);
}

/* A SYN,ACK that answered no SYN acknowledged nothing. */
Test(tcp_unsent, answer_to_no_syn_before_the_real_one)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 5000);
	CLIENT(t, TCP_RST, 5000);
	SERVER(t, SYN_ACK, 0, 1, .isn = 777000);
	t->isn[S] = 777000;
	CLIENT(t, TCP_ACK, 1, 1);
	CLIENT(t, FIN_ACK, 1, 1);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
}
