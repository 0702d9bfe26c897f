/* SPDX-License-Identifier: BSD-3-Clause */
/* The conn.log's words and letters, held beside what Zeek documents of them (Conn::Info). */
#include "talk.h"

#include <glib.h>

static Talk *logged(void)
{
	Talk *t = talk_new();

	tcp_tracker_set_conn_log(t->tracker);
	return t;
}

#define EXPECT_LOG(t, id, state_, history_)                                                        \
	do {                                                                                       \
		const ShakedownConnLog *log__ = talk_record((t), (id))->log;                       \
		cr_assert_not_null(log__);                                                         \
		TALK_TEXT("conn_state", log__->conn_state, state_);                                \
		TALK_TEXT("history", log__->history, history_);                                    \
	} while (0)

Test(tcp_conn_log, is_kept_only_when_asked_for)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	cr_assert_null(talk_record(t, 1)->log);
}

Test(tcp_conn_log, opening)
{
	g_autoptr(Talk) none = logged();
	CLIENT(none, TCP_SYN);
	CLIENT(none, TCP_SYN, .after = SECONDS(1));
	CLIENT(none, TCP_SYN, .after = SECONDS(8));
	EXPECT_LOG(none, 1, "S0", "S");
	cr_assert_eq(talk_record(none, 1)->log->side[0].packets, 3, "one attempt, one row");

	g_autoptr(Talk) refused = logged();
	CLIENT(refused, TCP_SYN);
	SERVER(refused, RST_ACK, 0, 1);
	EXPECT_LOG(refused, 1, "REJ", "Sr");

	g_autoptr(Talk) answered = logged();
	CLIENT(answered, TCP_SYN);
	SERVER(answered, SYN_ACK, 0, 1);
	/* Without a third ACK Zeek calls it established; the states beside it say better. */
	EXPECT_LOG(answered, 1, "S1", "Sh");
	cr_assert_eq(talk_record(answered, 1)->side[SHAKEDOWN_SERVER].state,
		     SHAKEDOWN_TCP_SYN_RECEIVED);

	g_autoptr(Talk) abandoned = logged();
	CLIENT(abandoned, TCP_SYN);
	CLIENT(abandoned, TCP_RST, 1);
	EXPECT_LOG(abandoned, 1, "RSTOS0", "SR");

	g_autoptr(Talk) half = logged();
	CLIENT(half, TCP_SYN);
	CLIENT(half, TCP_ACK, 1, 1);
	CLIENT(half, FIN_ACK, 1, 1);
	EXPECT_LOG(half, 1, "SH", "SAF");
}

Test(tcp_conn_log, refused_and_then_taken)
{
	g_autoptr(Talk) t = logged();

	CLIENT(t, TCP_SYN);
	SERVER(t, RST_ACK, 0, 1);
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_LOG(t, talk_record(t, 1)->log ? t->id : 1, "S1", t->id == 1 ? "SrhA" : "ShA");
}

Test(tcp_conn_log, closing)
{
	g_autoptr(Talk) t = logged();

	talk_open(t);
	EXPECT_LOG(t, 1, "S1", "ShA");
	CLIENT(t, PSH_ACK, 1, 1, 100);
	SERVER(t, TCP_ACK, 1, 101);
	SERVER(t, PSH_ACK, 1, 101, 1000);
	EXPECT_LOG(t, 1, "S1", "ShADad");
	CLIENT(t, FIN_ACK, 101, 1001);
	EXPECT_LOG(t, 1, "S2", "ShADadF");
	ShakedownTime both = t->now + MS(10);
	SERVER(t, FIN_ACK, 1001, 102);
	EXPECT_LOG(t, 1, "SF", "ShADadFf");
	CLIENT(t, TCP_ACK, 102, 1002);
	const ShakedownConnLog *log = talk_record(t, 1)->log;
	cr_assert_eq(log->last, both, "what follows both FINs does not lengthen it");
	cr_assert_eq(log->side[0].packets, 5);
	cr_assert_eq(log->side[1].packets, 4);
	cr_assert_eq(log->side[0].bytes, 100);
	cr_assert_eq(log->side[1].bytes, 1000);
	cr_assert_eq(log->missed_bytes, 0);

	g_autoptr(Talk) server = logged();
	talk_open(server);
	SERVER(server, FIN_ACK, 1, 1);
	EXPECT_LOG(server, 1, "S3", "ShAf");
}

Test(tcp_conn_log, resets)
{
	g_autoptr(Talk) client = logged();
	talk_open(client);
	CLIENT(client, RST_ACK, 1, 1);
	EXPECT_LOG(client, 1, "RSTO", "ShAR");

	g_autoptr(Talk) server = logged();
	talk_open(server);
	CLIENT(server, PSH_ACK, 1, 1, 10);
	SERVER(server, TCP_RST, 1, 0);
	EXPECT_LOG(server, 1, "RSTR", "ShADr");

	g_autoptr(Talk) after = logged();
	talk_open(after);
	CLIENT(after, FIN_ACK, 1, 1);
	SERVER(after, FIN_ACK, 1, 2);
	CLIENT(after, TCP_RST, 2, 0);
	EXPECT_LOG(after, 1, "SF", "ShAFfR");
}

/* Zeek would write another row; this one counts it and stays as it was. */
Test(tcp_conn_log, what_comes_late_changes_nothing)
{
	g_autoptr(Talk) t = logged();

	talk_open(t);
	CLIENT(t, RST_ACK, 1, 1);
	SERVER(t, TCP_RST, 1, 0, .after = SECONDS(6));
	EXPECT_LOG(t, 1, "RSTO", "ShAR");
	cr_assert_eq(talk_record(t, 1)->log->side[1].packets, 2);
}

Test(tcp_conn_log, midstream)
{
	g_autoptr(Talk) t = logged();

	SERVER(t, PSH_ACK, 5000, 300, 100);
	EXPECT_LOG(t, 1, "OTH", "^d");
	CLIENT(t, TCP_ACK, 300, 5100);
	EXPECT_LOG(t, 1, "OTH", "^dA");

	g_autoptr(Talk) opened = logged();
	SERVER(opened, SYN_ACK, 0, 1);
	CLIENT(opened, TCP_ACK, 1, 1);
	EXPECT_LOG(opened, 1, "S1", "^hA");

	g_autoptr(Talk) reset = logged();
	SERVER(reset, TCP_RST, 5000, 0);
	EXPECT_LOG(reset, 1, "RSTRH", "^r");
}

Test(tcp_conn_log, letters_of_what_happens_often)
{
	g_autoptr(Talk) t = logged();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	for (unsigned i = 1; i < 10; i++) {
		CLIENT(t, PSH_ACK, 1, 1, 100, .after = SECONDS(1));
		EXPECT_LOG(t, 1, "S1", "ShADT");
	}
	CLIENT(t, PSH_ACK, 1, 1, 100, .after = SECONDS(1));
	EXPECT_LOG(t, 1, "S1", "ShADTT");
	SERVER(t, TCP_ACK, 1, 101, .window = CLOSED_WINDOW);
	EXPECT_LOG(t, 1, "S1", "ShADTTaw");
}

Test(tcp_conn_log, gaps)
{
	g_autoptr(Talk) t = logged();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, PSH_ACK, 201, 1, 100);
	SERVER(t, TCP_ACK, 1, 301);
	EXPECT_LOG(t, 1, "S1", "ShADaG");
	cr_assert_eq(talk_record(t, 1)->log->missed_bytes, 100);
	cr_assert_eq(talk_record(t, 1)->log->side[0].bytes, 300);
}

/* Zeek takes any number; these stay the connection's. */
Test(tcp_conn_log, numbers_out_of_window_do_not_count)
{
	g_autoptr(Talk) t = logged();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, TCP_ACK, 101, 1000000000);
	CLIENT(t, PSH_ACK, 1000000000, 1, 100);
	const ShakedownConnLog *log = talk_record(t, 1)->log;
	cr_assert_eq(log->side[0].bytes, 100);
	cr_assert_eq(log->side[1].bytes, 0);
}

Test(tcp_conn_log, a_damaged_segment_is_a_letter_and_nothing_else)
{
	g_autoptr(Talk) t = logged();

	CLIENT(t, TCP_SYN, .checksum = SEGMENT_CHECKSUM_GOOD);
	SERVER(t, SYN_ACK, 0, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, TCP_ACK, 1, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, PSH_ACK, 1, 1, 100, .checksum = SEGMENT_CHECKSUM_BAD);
	EXPECT_LOG(t, 1, "S1", "ShAC");
	cr_assert_eq(talk_record(t, 1)->log->side[0].packets, 2);
}

/* However many a hostile peer sends, the history ends. */
Test(tcp_conn_log, the_history_is_bounded)
{
	g_autoptr(Talk) t = logged();

	talk_open(t);
	for (uint32_t i = 0; i < 500; i++)
		CLIENT(t, TCP_RST, 100000 + i, 0);
	size_t len = strlen(talk_record(t, 1)->log->history);
	cr_assert_leq(len, 63);
	cr_assert_geq(len, 40);
}
