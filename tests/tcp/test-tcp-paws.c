/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 7323 §5: what bears an older timestamp than its receiver has is dropped. */
#include "talk.h"

#include <string.h>

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* Up to where both have echoed the other's stamps: the client has sent 100 bytes, the server none.
 */
static Talk *stamped(void)
{
	Talk *t = talk_new();

	CLIENT(t, TCP_SYN, .tsval = 1000);
	SERVER(t, SYN_ACK, 0, 1, .tsval = 5000, .tsecr = 1000);
	CLIENT(t, TCP_ACK, 1, 1, .tsval = 1010, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 1, 1, 100, .tsval = 1020, .tsecr = 5000);
	SERVER(t, TCP_ACK, 1, 101, .tsval = 5020, .tsecr = 1020);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	return t;
}

Test(tcp_paws, old_stamp_on_new_data_is_dropped)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 900, .tsecr = 5000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	cr_assert_str_eq(t->note, "older timestamp than its receiver has: dropped (PAWS)");
	cr_assert_eq(talk_side(t, C)->bytes, 100, "what is dropped does not count");
	SERVER(t, TCP_ACK, 1, 101, .tsval = 5040, .tsecr = 1020);
	EXPECT_CLASS(t, DUPLICATE_ACK);
	CLIENT(t, PSH_ACK, 101, 1, 70, .tsval = 1060, .tsecr = 5020);
	EXPECT_CLASS(t, NEW);
	cr_assert_eq(talk_side(t, C)->bytes, 170);
}

/* An old duplicate's FIN moves nobody. */
Test(tcp_paws, old_stamp_on_fin_changes_no_state)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, FIN_ACK, 101, 1, .tsval = 900, .tsecr = 5000);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	SERVER(t, PSH_ACK, 1, 101, 10, .tsval = 5040, .tsecr = 1020);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
}

/* §5.2: clocks begin anywhere, and those of half of all connections beyond 2^31. */
Test(tcp_paws, stamps_beyond_half_of_their_space)
{
	g_autoptr(Talk) t = talk_new();
	const uint32_t at = 3000000000u;

	CLIENT(t, TCP_SYN, .tsval = at);
	SERVER(t, SYN_ACK, 0, 1, .tsval = at + 5000, .tsecr = at);
	CLIENT(t, TCP_ACK, 1, 1, .tsval = at + 10, .tsecr = at + 5000);
	CLIENT(t, PSH_ACK, 1, 1, 100, .tsval = at + 20, .tsecr = at + 5000);
	SERVER(t, TCP_ACK, 1, 101, .tsval = at + 5020, .tsecr = at + 20);
	cr_assert_eq(talk_side(t, C)->tsval, at + 20);
	cr_assert_eq(talk_side(t, S)->tsval, at + 5020);
	cr_assert_eq(talk_side(t, S)->ts_recent, at + 20);
	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = at - 100, .tsecr = at + 5000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	CLIENT(t, PSH_ACK, 101, 1, 70, .tsval = at + 60, .tsecr = at + 5020);
	EXPECT_CLASS(t, NEW);
	cr_assert_eq(talk_side(t, C)->tsval, at + 60);
}

/* §5.2: a reset is never looked at that way. */
Test(tcp_paws, spares_resets)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, RST_ACK, 101, 1, .tsval = 900, .tsecr = 5000);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
}

/* Clocks of two processors: Linux forgives one tick. */
Test(tcp_paws, forgives_one_tick)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 1019, .tsecr = 5000);
	EXPECT_CLASS(t, NEW);
}

/* Stamps wrap around as sequence numbers do. */
Test(tcp_paws, compares_modulo_2_32)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .tsval = 0xfffffff0);
	SERVER(t, SYN_ACK, 0, 1, .tsval = 5000, .tsecr = 0xfffffff0);
	CLIENT(t, TCP_ACK, 1, 1, .tsval = 0xfffffff8, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 1, 1, 100, .tsval = 0xfffffffa, .tsecr = 5000);
	SERVER(t, TCP_ACK, 1, 101, .tsval = 5020, .tsecr = 0xfffffffa);
	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 0x10, .tsecr = 5020);
	EXPECT_CLASS(t, NEW);
	SERVER(t, TCP_ACK, 1, 151, .tsval = 5040, .tsecr = 0x10);
	CLIENT(t, PSH_ACK, 151, 1, 50, .tsval = 0xfffffffa, .tsecr = 5020);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
}

/* A retransmission overtakes what was sent before it, beyond: that is dropped indeed, and comes
 * again. Nothing is missing. */
Test(tcp_paws, sent_again_with_a_new_stamp_is_taken)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 900, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 1300, .tsecr = 5020);
	EXPECT_CLASS(t, RETRANSMISSION);
	SERVER(t, TCP_ACK, 1, 151, .tsval = 5320, .tsecr = 1300);
	cr_assert_eq(talk_side(t, C)->bytes, 150);
	cr_assert_eq(talk_aside(t, C)->missing, 0);
}

/* A receiver that acknowledges what it should have dropped does not look at stamps: from then on
 * neither does the tap. */
Test(tcp_paws, is_given_up_where_the_receiver_takes_it)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 900, .tsecr = 5000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	SERVER(t, TCP_ACK, 1, 151, .tsval = 5040, .tsecr = 1020);
	CLIENT(t, PSH_ACK, 151, 1, 50, .tsval = 905, .tsecr = 5000);
	EXPECT_CLASS(t, NEW);
}

/* … and what it has taken was captured. */
Test(tcp_paws, what_the_receiver_takes_is_not_missing)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 900, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 151, 1, 60, .tsval = 901, .tsecr = 5000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	SERVER(t, TCP_ACK, 1, 211, .tsval = 5040, .tsecr = 1020);
	cr_expect_eq(talk_side(t, C)->bytes, 210);
	cr_expect_eq(talk_aside(t, C)->missing, 0);
}

/* A retransmission has overtaken it. */
Test(tcp_paws, what_the_receiver_takes_fills_its_hole)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, PSH_ACK, 151, 1, 50, .tsval = 1030, .tsecr = 5020);
	CLIENT(t, PSH_ACK, 1, 1, 100, .tsval = 1060, .tsecr = 5020);
	SERVER(t, TCP_ACK, 1, 101, .tsval = 5060, .tsecr = 1060);
	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 1029, .tsecr = 5020);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	SERVER(t, TCP_ACK, 1, 201, .tsval = 5080, .tsecr = 1060);
	cr_expect_eq(talk_side(t, C)->bytes, 200);
	cr_expect_eq(talk_aside(t, C)->missing, 0);
	CLIENT(t, PSH_ACK, 201, 1, 50, .tsval = 1031, .tsecr = 5020);
	EXPECT_CLASS(t, NEW);
}

/* RFC 2018: it says so at once. */
Test(tcp_paws, what_the_receiver_takes_is_sacked)
{
	g_autoptr(Talk) t = stamped();
	const uint32_t x = t->isn[C];
	const uint8_t sack[] = {1,
				1,
				5,
				10,
				(uint8_t)((x + 201) >> 24),
				(uint8_t)((x + 201) >> 16),
				(uint8_t)((x + 201) >> 8),
				(uint8_t)(x + 201),
				(uint8_t)((x + 301) >> 24),
				(uint8_t)((x + 301) >> 16),
				(uint8_t)((x + 301) >> 8),
				(uint8_t)(x + 301)};

	CLIENT(t, PSH_ACK, 301, 1, 50, .tsval = 1030, .tsecr = 5020);
	CLIENT(t, PSH_ACK, 201, 1, 50, .tsval = 900, .tsecr = 5020);
	CLIENT(t, PSH_ACK, 251, 1, 50, .tsval = 901, .tsecr = 5020);
	SERVER(t, TCP_ACK, 1, 101, .tsval = 5040, .tsecr = 1020, .options = (const char *)sack,
	       .options_len = sizeof sack);
	cr_expect_eq(talk_side(t, C)->bytes, 250);
	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 902, .tsecr = 5020);
	EXPECT_CLASS(t, OUT_OF_ORDER);
	CLIENT(t, PSH_ACK, 151, 1, 50, .tsval = 903, .tsecr = 5020);
	SERVER(t, TCP_ACK, 1, 351, .tsval = 5060, .tsecr = 1020);
	cr_expect_eq(talk_side(t, C)->bytes, 350);
	cr_expect_eq(talk_aside(t, C)->missing, 0);
}

/* … also where each is acknowledged by itself. */
Test(tcp_paws, old_data_that_is_taken_bit_by_bit_is_not_missing)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 900, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 151, 1, 50, .tsval = 901, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 201, 1, 50, .tsval = 902, .tsecr = 5000);
	SERVER(t, TCP_ACK, 1, 151, .tsval = 5040, .tsecr = 1020);
	cr_expect_eq(talk_side(t, C)->bytes, 150);
	SERVER(t, TCP_ACK, 1, 251, .tsval = 5041, .tsecr = 1020);
	cr_expect_eq(talk_side(t, C)->bytes, 250);
	CLIENT(t, PSH_ACK, 251, 1, 50, .tsval = 903, .tsecr = 5041);
	EXPECT_CLASS(t, NEW);
	cr_expect_eq(talk_side(t, C)->bytes, 300);
}

/* … and is dropped all the same by who acknowledges what came again, piece by piece. */
Test(tcp_paws, old_data_that_came_again_bit_by_bit_was_dropped)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 900, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 151, 1, 50, .tsval = 901, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 1030, .tsecr = 5000);
	SERVER(t, TCP_ACK, 1, 151, .tsval = 5040, .tsecr = 1030);
	cr_expect_eq(talk_side(t, C)->bytes, 150);
	CLIENT(t, PSH_ACK, 151, 1, 50, .tsval = 1031, .tsecr = 5040);
	SERVER(t, TCP_ACK, 1, 201, .tsval = 5041, .tsecr = 1031);
	cr_expect_eq(talk_side(t, C)->bytes, 200);
	CLIENT(t, PSH_ACK, 201, 1, 50, .tsval = 903, .tsecr = 5041);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
}

/* Of old data that follow each other the first came again. */
Test(tcp_paws, old_data_behind_what_came_again_is_not_missing)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 900, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 1030, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 151, 1, 50, .tsval = 901, .tsecr = 5000);
	SERVER(t, TCP_ACK, 1, 201, .tsval = 5040, .tsecr = 1030);
	cr_expect_eq(talk_side(t, C)->bytes, 200);
	cr_expect_eq(talk_aside(t, C)->missing, 0);
}

/* A FIN is none of the data. */
Test(tcp_paws, an_old_fin_is_not_taken_as_data)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, FIN_ACK, 101, 1, 50, .tsval = 900, .tsecr = 5000);
	SERVER(t, TCP_ACK, 1, 152, .tsval = 5040, .tsecr = 1020);
	cr_expect_eq(talk_side(t, C)->bytes, 100);
	cr_expect_eq(talk_aside(t, C)->missing, 51);
}

/* Below RCV.NXT the number says more than the stamp. */
Test(tcp_paws, old_data_stays_a_retransmission)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, PSH_ACK, 1, 1, 100, .tsval = 900, .tsecr = 5000);
	EXPECT_CLASS(t, SPURIOUS_RETRANSMISSION);
}

/* §5.5: after 24 days of silence what was remembered is void. */
Test(tcp_paws, is_void_after_24_days)
{
	g_autoptr(Talk) t = stamped();

	t->config.idle_timeout = SECONDS(40 * 24 * 3600);
	for (unsigned day = 0; day < 25; day++)
		talk_wait(t, SECONDS(24 * 3600));
	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 900, .tsecr = 5000);
	EXPECT_CLASS(t, NEW);
	cr_assert_eq(t->connections, 1);
}

/* Only what the other has sent can be echoed. */
Test(tcp_paws, a_made_up_echo_silences_nobody)
{
	g_autoptr(Talk) t = stamped();

	SERVER(t, TCP_ACK, 1, 101, .tsval = 5040, .tsecr = 0x7000000);
	CLIENT(t, PSH_ACK, 101, 1, 50, .tsval = 1060, .tsecr = 5020);
	EXPECT_CLASS(t, NEW);
}

/* Somebody has sent the server a stamp of the future in the client's name: from then on all of the
 * client falls to PAWS, and it closes as it did between two kernels, CLOSE-WAIT to LAST-ACK. */
Test(tcp_paws, what_is_dropped_proves_its_sender)
{
	g_autoptr(Talk) t = stamped();

	CLIENT(t, TCP_ACK, 101, 1, .tsval = 50001020, .tsecr = 5020);
	SERVER(t, FIN_ACK, 1, 101, .tsval = 5500, .tsecr = 50001020);
	CLIENT(t, TCP_ACK, 101, 2, .tsval = 1540, .tsecr = 5500);
	EXPECT_STATES(t, "CLOSE-WAIT! / FIN-WAIT-2?");
	SERVER(t, TCP_ACK, 2, 101, .tsval = 5545, .tsecr = 50001020);
	CLIENT(t, FIN_ACK, 101, 2, .tsval = 1600, .tsecr = 5545);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	SERVER(t, TCP_ACK, 2, 101, .tsval = 5605, .tsecr = 50001020);
	CLIENT(t, FIN_ACK, 101, 2, .tsval = 1800, .tsecr = 5605);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED CLOSE-WAIT! LAST-ACK");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED! FIN-WAIT-1 FIN-WAIT-2?");

	g_autoptr(Talk) u = stamped();
	CLIENT(u, TCP_ACK, 101, 1, .tsval = 50001020, .tsecr = 5020);
	SERVER(u, PSH_ACK, 1, 101, 10, .tsval = 5500, .tsecr = 50001020);
	CLIENT(u, FIN_ACK, 101, 11, .tsval = 1540, .tsecr = 5500);
	EXPECT_STATES(u, "FIN-WAIT-1 / ESTABLISHED!");
}

/* What is dropped says where its sender is only if it is no old duplicate: it echoes the other's
 * latest stamp, or one that is newer than all that it has echoed. Of one that has echoed nothing
 * yet that is not known, and what was never sent cannot be echoed. */
Test(tcp_paws, what_is_dropped_may_be_old)
{
	static const struct {
		bool has_echoed;
		uint32_t tsecr;
		bool closes;
	} cases[] = {{true, 5050, true},  {true, 5040, true},  {true, 5030, false},
		     {true, 5051, false}, {false, 5050, true}, {false, 5040, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Talk) t = stamped();

		SERVER(t, PSH_ACK, 1, 101, 10, .tsval = 5030, .tsecr = 1020);
		if (cases[i].has_echoed)
			CLIENT(t, TCP_ACK, 101, 11, .tsval = 1030, .tsecr = 5030);
		SERVER(t, PSH_ACK, 11, 101, 10, .tsval = 5040, .tsecr = 1020);
		SERVER(t, PSH_ACK, 21, 101, 10, .tsval = 5050, .tsecr = 1020);
		CLIENT(t, FIN_ACK, 101, 31, .tsval = 900, .tsecr = cases[i].tsecr);
		EXPECT_CLASS(t, OUT_OF_WINDOW);
		cr_expect_eq(strstr(talk_states(t), "FIN-WAIT-1") != NULL, cases[i].closes,
			     "%zu: %s", i, talk_states(t));
	}
}
