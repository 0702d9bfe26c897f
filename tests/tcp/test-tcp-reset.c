/* SPDX-License-Identifier: BSD-3-Clause */
/* Resets, RFC 9293 §3.5.2–3 and §3.10.7.4 second, RFC 5961 §3.2: sent by whom, taken by whom. */
#include "talk.h"

#include <glib.h>

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

Test(tcp_reset, exact_is_taken)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, RST_ACK, 101, 201);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
	EXPECT_CLASS(t, CONTROL);
	EXPECT_EVENTS(t, "rst");
	EXPECT_OUTCOME(t, 1, "three-way complete, reset reset");
	cr_assert_eq(talk_record(t, 1)->teardown.first, C);
}

/* RFC 5961 §3.2: in the window, not exact: a challenge ACK is due and nothing happens. */
Test(tcp_reset, in_window_is_challenged)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_RST, 101 + 4000, .ttl = 33);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_EVENTS(t, "rst-ignored");
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_NOTE(t, "not exactly RCV.NXT: a challenge ACK is due");
	SERVER(t, TCP_ACK, 201, 101);
	CLIENT(t, PSH_ACK, 101, 201, 10);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
}

Test(tcp_reset, out_of_window_is_ignored)
{
	static const uint32_t far[] = {101 + 100000, 0x40000000, 0x80000000, 0xf0000000};

	for (size_t i = 0; i < G_N_ELEMENTS(far); i++) {
		g_autoptr(Talk) t = talk_talking();

		CLIENT(t, TCP_RST, far[i]);
		EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
		EXPECT_EVENTS(t, "rst-ignored");
		EXPECT_NOTE(t, "out of window: to be ignored");
		CLIENT(t, PSH_ACK, 101, 201, 10);
		EXPECT_CLASS(t, NEW);
	}
}

/* Below RCV.NXT: older than what the receiver has acknowledged. */
Test(tcp_reset, below_the_window_is_ignored)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_RST, 50, .ttl = 33);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_EVENTS(t, "rst-ignored");
}

/* Data lies between what was acknowledged and the RST: it may all have arrived. */
Test(tcp_reset, beyond_data_in_flight_is_taken)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, PSH_ACK, 101, 201, 1000);
	CLIENT(t, RST_ACK, 1101, 201);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
}

/* §3.10.7.3 second: in SYN-SENT the ACK must cover the SYN. */
Test(tcp_reset, in_syn_sent_its_ack_must_cover_the_syn)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	talk_events(t);
	/* The server has no number yet: 0. */
	SERVER(t, RST_ACK, 0u - t->isn[S], 0);
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
	EXPECT_EVENTS(t, "rst-ignored");
	SERVER(t, RST_ACK, 0u - t->isn[S], 2);
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
	SERVER(t, TCP_RST, 0u - t->isn[S]);
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
	EXPECT_EVENTS(t, "rst-ignored rst-ignored");
	SERVER(t, RST_ACK, 0u - t->isn[S], 1);
	EXPECT_STATES(t, "CLOSED? / CLOSED");
	EXPECT_EVENTS(t, "rst");
	EXPECT_OUTCOME(t, 1, "three-way refused, none never-opened");
}

/* The reset did not reach the client: it tries again, and then is served. */
Test(tcp_reset, refusal_lost)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, RST_ACK, 0u - t->isn[S], 1);
	EXPECT_STATES(t, "CLOSED? / CLOSED");
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
	EXPECT_CHANGES(t, "-C:CLOSED?");
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
}

/* A SYN scanner's way. */
Test(tcp_reset, of_a_syn_ack)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_RST, 1);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
	EXPECT_OUTCOME(t, 1, "three-way aborted, none never-opened");
}

/* The server gives up in SYN-RECEIVED. */
Test(tcp_reset, from_syn_received)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, TCP_RST, 1);
	EXPECT_STATES(t, "CLOSED? / CLOSED");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED CLOSED");
}

/* §3.10.7.1: only an endpoint without the connection answers with the number that was
 * acknowledged to it, and no ACK. It was not there then, since it last spoke. */
Test(tcp_reset, by_who_has_no_connection_takes_back)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
	SERVER(t, TCP_RST, 201);
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED! CLOSED");
	EXPECT_STATES(t, "CLOSED? / CLOSED");
}

/* Not so where it had closed: an orphan that is gone answers like that as well. */
Test(tcp_reset, by_an_orphan_takes_nothing_back)
{
	g_autoptr(Talk) t = talk_talking();

	SERVER(t, FIN_ACK, 201, 101);
	CLIENT(t, TCP_ACK, 101, 202);
	CLIENT(t, PSH_ACK, 101, 202, 100);
	SERVER(t, TCP_RST, 202);
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED! FIN-WAIT-1 FIN-WAIT-2? CLOSED");
	EXPECT_STATES(t, "CLOSED? / CLOSED");
}

/* Forged: exact, but it comes from elsewhere, and its "sender" goes on. */
Test(tcp_reset, forged_by_its_ttl)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_RST, 101, .ttl = 47);
	EXPECT_EVENTS(t, "rst-forged rst");
	EXPECT_STATES(t, "ESTABLISHED / CLOSED?");
	CLIENT(t, PSH_ACK, 101, 201, 10);
	EXPECT_STATES(t, "ESTABLISHED / CLOSED?");
	/* The receiver has taken it: it has no connection any more. */
	SERVER(t, TCP_RST, 201);
	EXPECT_STATES(t, "CLOSED? / CLOSED!");
}

/* Two paths have two TTLs: both are the host's own. */
Test(tcp_reset, second_ttl_is_not_foreign)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, PSH_ACK, 101, 201, 10, .ttl = 63);
	SERVER(t, TCP_ACK, 201, 111);
	CLIENT(t, RST_ACK, 111, 201, .ttl = 64);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
	cr_assert_eq(t->event_count[TCP_EVENT_RST_FORGED], 0);
}

/* Contradicted by its "sender": the RST was another's. */
Test(tcp_reset, sender_goes_on)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_RST, 101);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
	talk_events(t);
	CLIENT(t, PSH_ACK, 101, 201, 10, .after = MS(50));
	EXPECT_STATES(t, "ESTABLISHED / CLOSED?");
	EXPECT_EVENTS(t, "rst-contradicted");
	EXPECT_NOTE(t, "its RST was not its own: it goes on");
}

/* RFC 7323 §5.2: an RST may bear a stamp; what its "sender" stamps later was sent later. */
Test(tcp_reset, sender_goes_on_behind_a_stamp)
{
	for (unsigned future = 0; future < 2; future++) {
		g_autoptr(Talk) t = talk_new();

		CLIENT(t, TCP_SYN, .tsval = 1000);
		SERVER(t, SYN_ACK, 0, 1, .tsval = 5000, .tsecr = 1000);
		CLIENT(t, TCP_ACK, 1, 1, .tsval = 1020, .tsecr = 5000);
		CLIENT(t, RST_ACK, 1, 1, .tsval = future ? 900000 : 1040, .tsecr = 5000);
		EXPECT_STATES(t, "CLOSED / CLOSED?");
		/* Stamped no later than the RST: overtaken by it, unless it is too late for that.
		 */
		CLIENT(t, PSH_ACK, 1, 1, 10, .tsval = 1040, .tsecr = 5000);
		EXPECT_STATES(t, "CLOSED / CLOSED?");
		CLIENT(t, PSH_ACK, 11, 1, 10, .tsval = 2060, .tsecr = 5000, .after = MS(1020));
		EXPECT_STATES(t, "ESTABLISHED / CLOSED?");
		EXPECT_NOTE(t, "its RST was not its own: it goes on");
	}
}

/* … and that of another, which comes without. */
Test(tcp_reset, sender_goes_on_behind_two)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .tsval = 1000);
	SERVER(t, SYN_ACK, 0, 1, .tsval = 5000, .tsecr = 1000);
	CLIENT(t, TCP_ACK, 1, 1, .tsval = 1020, .tsecr = 5000);
	CLIENT(t, RST_ACK, 1, 1, .tsval = 1040, .tsecr = 5000);
	CLIENT(t, PSH_ACK, 1, 1, 10, .tsval = 1100, .tsecr = 5000, .after = MS(60));
	CLIENT(t, TCP_RST, 11);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
	CLIENT(t, PSH_ACK, 11, 1, 10, .tsval = 1100, .tsecr = 5000, .after = MS(1));
	EXPECT_STATES(t, "ESTABLISHED / CLOSED?");
}

/* Contradicted by its receiver: it did not arrive, or was ignored. */
Test(tcp_reset, receiver_goes_on)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_RST, 101);
	talk_events(t);
	SERVER(t, PSH_ACK, 201, 101, 100, .after = MS(500));
	EXPECT_STATES(t, "CLOSED / ESTABLISHED!");
	EXPECT_EVENTS(t, "rst-contradicted");
	/* The client has no connection, and says so again. */
	CLIENT(t, TCP_RST, 101);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
}

/* Both: an attacker reset both sides, to no effect. */
Test(tcp_reset, both_go_on)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_RST, 101);
	SERVER(t, PSH_ACK, 201, 101, 100, .after = MS(500));
	CLIENT(t, TCP_ACK, 101, 301);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	SERVER(t, FIN_ACK, 301, 101);
	CLIENT(t, FIN_ACK, 101, 302);
	SERVER(t, TCP_ACK, 302, 102);
	EXPECT_STATES(t, "CLOSED? / TIME-WAIT!");
	EXPECT_OUTCOME(t, 1, "three-way complete, three-way graceful");
}

/* Data that crossed the RST on the leg behind the tap contradicts nothing. */
Test(tcp_reset, crossing_data_within_the_leg)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1, .after = MS(80));
	CLIENT(t, TCP_ACK, 1, 1);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	SERVER(t, PSH_ACK, 1, 101, 200, .after = MS(80));
	CLIENT(t, RST_ACK, 101, 201);
	SERVER(t, PSH_ACK, 201, 101, 200, .after = MS(60));
	EXPECT_STATES(t, "CLOSED / CLOSED?");
	cr_assert_eq(t->event_count[TCP_EVENT_RST_CONTRADICTED], 0);
	/* A round trip later it would have known. */
	SERVER(t, PSH_ACK, 401, 101, 200, .after = MS(60));
	EXPECT_STATES(t, "CLOSED / ESTABLISHED!");
	cr_assert_eq(t->event_count[TCP_EVENT_RST_CONTRADICTED], 1);
}

/* §3.10.7.3 second: in SYN-SENT it is dropped, and nothing answers it. */
Test(tcp_reset, without_ack_in_syn_sent)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, TCP_RST, 77);
	EXPECT_NOTE(t, "does not acknowledge its SYN: to be ignored");
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
}

/* RFC 1337: an RST takes a side out of TIME-WAIT. */
Test(tcp_reset, assassinates_time_wait)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	SERVER(t, FIN_ACK, 201, 102);
	CLIENT(t, TCP_ACK, 102, 202);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	SERVER(t, TCP_RST, 202, .after = MS(300));
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2! TIME-WAIT! CLOSED?");
	EXPECT_OUTCOME(t, 1, "three-way complete, three-way graceful");
}

/* RFC 1337 §3: it ignores them, as it has shown. */
Test(tcp_reset, time_wait_that_outlives_a_reset)
{
	g_autoptr(Talk) t = talk_talking();

	SERVER(t, FIN_ACK, 201, 101);
	CLIENT(t, FIN_ACK, 101, 202);
	SERVER(t, TCP_ACK, 202, 102);
	CLIENT(t, TCP_RST, 102, .after = MS(100));
	EXPECT_STATES(t, "CLOSED? / CLOSED?");
	SERVER(t, TCP_ACK, 202, 102, .after = SECONDS(1));
	EXPECT_STATES(t, "CLOSED? / TIME-WAIT!");
	CLIENT(t, TCP_RST, 102);
	EXPECT_STATES(t, "CLOSED? / TIME-WAIT!");
	EXPECT_NOTE(t, "to be ignored, as the one before: TIME-WAIT goes on");
}

/* In every synchronized state an exact RST closes both. */
Test(tcp_reset, after_one_fin)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	SERVER(t, TCP_ACK, 201, 102);
	SERVER(t, RST_ACK, 201, 102);
	EXPECT_STATES(t, "CLOSED? / CLOSED");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED! CLOSE-WAIT! CLOSED");
	EXPECT_OUTCOME(t, 1, "three-way complete, reset reset");
	cr_assert_eq(talk_record(t, 1)->teardown.first, C, "its FIN came before");
}

/* Many resets in a row (a flood, or a middlebox): one ends it, the rest changes nothing. */
Test(tcp_reset, a_hundred_times)
{
	g_autoptr(Talk) t = talk_talking();

	for (unsigned i = 0; i < 100; i++) {
		CLIENT(t, RST_ACK, 101, 201, .after = MS(100));
		SERVER(t, RST_ACK, 201, 101, .after = MS(100));
		EXPECT_STATES(t, "CLOSED / CLOSED?");
	}
	cr_assert_leq(talk_record(t, 1)->side[C].history_len, 4);
	cr_assert_eq(t->connections, 1);
}

/* ICMP stands in the same place: RFC 1122 §4.2.3.9, hard errors end an attempt, soft ones don't. */
Test(tcp_icmp, hard_errors_end_an_attempt)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	talk_icmp(t, C, 3, 4); /* fragmentation needed */
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
	EXPECT_CLASS(t, ICMP_ERROR);
	talk_icmp(t, C, 11, 1); /* time exceeded, in reassembly */
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
	talk_icmp(t, C, 3, 3);
	EXPECT_STATES(t, "CLOSED? / CLOSED");
	EXPECT_OUTCOME(t, 1, "three-way unreachable, none never-opened");
	/* It tries again all the same. */
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
}

/* RFC 5927: an ICMP error never ends a synchronized connection. */
Test(tcp_icmp, does_not_end_an_open_connection)
{
	g_autoptr(Talk) t = talk_talking();

	talk_icmp(t, C, 3, 3);
	talk_icmp(t, S, 3, 1);
	talk_icmp(t, C, 11, 0); /* a traceroute within it tells nothing of where it ends */
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_EVENTS(t, "unreachable unreachable");
}

/* An error that quotes a connection never seen opens none. */
Test(tcp_icmp, of_no_connection_is_counted)
{
	g_autoptr(Talk) t = talk_new();

	talk_icmp(t, C, 3, 3);
	cr_assert_eq(tcp_tracker_counts(t->tracker)->stray_icmp, 1);
	cr_assert_eq(tcp_tracker_live(t->tracker), 0);
	cr_assert_eq(t->connections, 0);
}

/* What was sent before other segments that have passed was sent before the RST, too, though one
 * without a stamp has followed it. */
Test(tcp_reset, late_data_is_no_contradiction_by_its_stamp)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .tsval = 1000);
	SERVER(t, SYN_ACK, 0, 1, .tsval = 2000, .tsecr = 1000);
	CLIENT(t, TCP_ACK, 1, 1, .tsval = 1001, .tsecr = 2000);
	SERVER(t, PSH_ACK, 1, 1, 100, .tsval = 2000, .tsecr = 1001);
	CLIENT(t, PSH_ACK, 1, 101, 100, .tsval = 1002, .tsecr = 2000);
	SERVER(t, TCP_ACK, 201, 101, .tsval = 2005, .tsecr = 1002);
	SERVER(t, RST_ACK, 201, 101, .tsval = 2006, .tsecr = 1002);
	SERVER(t, TCP_RST, 101);
	SERVER(t, PSH_ACK, 101, 1, 100, .tsval = 2001, .tsecr = 1001);
	cr_assert_eq(t->event_count[TCP_EVENT_RST_CONTRADICTED], 0);
	EXPECT_STATES(t, "CLOSED? / CLOSED");
}

/* §3.10.7.1: a firewall that knows of no connection answers a FIN with the number that it
 * acknowledges, and drops it. */
Test(tcp_reset, of_another_in_place_of_the_fin)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
	SERVER(t, TCP_RST, 201, .ttl = 63);
	EXPECT_STATES(t, "CLOSED? / ESTABLISHED!");
	/* It was not told of anything. */
	SERVER(t, PSH_ACK, 201, 101, 10, .after = SECONDS(1));
	EXPECT_STATES(t, "CLOSED? / ESTABLISHED!");
}

/* Near misses: one that resets beside what passes acknowledges it … */
Test(tcp_reset, of_another_beside_the_fin)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	SERVER(t, RST_ACK, 201, 102, .ttl = 63);
	EXPECT_STATES(t, "CLOSED? / CLOSE-WAIT?");
}

/* … and what answers a later segment says nothing of the FIN. */
Test(tcp_reset, of_another_behind_the_fin)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	CLIENT(t, TCP_ACK, 102, 201);
	SERVER(t, TCP_RST, 201, .ttl = 63);
	EXPECT_STATES(t, "CLOSED? / CLOSE-WAIT?");
}

/* §3.10.7.3: a firewall nearer than the client resets what answers its SYN, and lets no answer
 * through. */
Test(tcp_reset, of_another_in_answer_to_the_syn_ack)
{
	g_autoptr(Talk) t = talk_new();

	for (unsigned i = 0; i < 3; i++) {
		CLIENT(t, TCP_SYN, .ttl = 63, .after = SECONDS(1));
		EXPECT_STATES(t, i ? "SYN-SENT / CLOSED?" : "SYN-SENT / CLOSED");
		SERVER(t, SYN_ACK, 0, 1);
		CLIENT(t, TCP_RST, 1, .ttl = 64);
	}
	EXPECT_STATES(t, "SYN-SENT / CLOSED?");
	cr_assert_eq(t->event_count[TCP_EVENT_RST_CONTRADICTED], 1);
}

/* Near misses: a scanner's kernel, as far away as the scanner, who asks again all the same; and one
 * of whom nothing tells that the reset was another's. */
Test(tcp_reset, of_a_scanners_kernel_in_answer_to_the_syn_ack)
{
	static const uint8_t ttl[][2] = {{247, 56}, {63, 63}};

	for (unsigned i = 0; i < G_N_ELEMENTS(ttl); i++) {
		g_autoptr(Talk) t = talk_new();

		for (unsigned n = 0; n < 3; n++) {
			CLIENT(t, TCP_SYN, .ttl = ttl[i][0], .after = SECONDS(1));
			SERVER(t, SYN_ACK, 0, 1);
			CLIENT(t, TCP_RST, 1, .ttl = ttl[i][1]);
		}
		EXPECT_STATES(t, "CLOSED / CLOSED?");
		cr_assert_eq(t->event_count[TCP_EVENT_RST_CONTRADICTED], 0);
	}
}
