/* SPDX-License-Identifier: BSD-3-Clause */
/* The public record: that every field says what the header promises. */
#include "talk.h"

#include <glib.h>

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* mss 1460, SACK permitted, window scale 7, timestamps; 20 bytes, as Linux sends them. */
static const char linux_syn[] = "\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x00"
				"\x01\x03\x03\x07";

Test(tcp_record, whole)
{
	g_autoptr(Talk) t = talk_new();
	ShakedownTime start = t->now + MS(10);

	talk_open_with(t, linux_syn, 20);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, PSH_ACK, 1, 1, 100, .after = MS(300));
	SERVER(t, PSH_ACK, 1, 101, 1000);
	CLIENT(t, FIN_ACK, 101, 1001);
	SERVER(t, FIN_ACK, 1001, 102);
	CLIENT(t, TCP_ACK, 102, 1002);
	const ShakedownConnection *r = talk_record(t, 1);
	cr_assert_eq(r->id, 1);
	cr_assert_eq(r->ip_version, 4);
	cr_assert_eq(r->role_basis, SHAKEDOWN_ROLE_SYN);
	cr_assert_eq(r->start, start);
	cr_assert_eq(r->end, t->now);
	cr_assert_eq(r->first_frame, 1);
	cr_assert_eq(r->last_frame, 9);
	cr_assert_null(r->encapsulation[0]);
	cr_assert_eq(r->anomalies_len, 0);
	cr_assert_eq(r->handshake.syn, 1);
	cr_assert_eq(r->handshake.syn_ack, 1);
	const ShakedownSide *c = &r->side[C], *s = &r->side[S];
	cr_assert_eq(c->packets, 6);
	cr_assert_eq(s->packets, 3);
	cr_assert_eq(c->bytes, 100);
	cr_assert_eq(s->bytes, 1000);
	cr_assert_eq(c->retransmissions, 1);
	cr_assert_eq(s->retransmissions, 0);
	cr_assert(c->isn_known && s->isn_known && c->seen && s->seen);
	cr_assert_eq(c->isn, 1000);
	cr_assert_eq(s->isn, 300000);
	cr_assert_eq(c->port, 49152);
	cr_assert_eq(s->port, 80);
	cr_assert_eq(memcmp(&c->addr, &t->addr[C], sizeof c->addr), 0);
	cr_assert_eq(memcmp(&s->addr, &t->addr[S], sizeof s->addr), 0);
}

Test(tcp_record, options_of_the_syns)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .options = linux_syn, .options_len = 20);
	SERVER(t, SYN_ACK, 0, 1);
	const ShakedownTcpOptions *c = &talk_record(t, 1)->side[C].options,
				  *s = &talk_record(t, 1)->side[S].options;
	cr_assert(c->known && c->sack_permitted && c->timestamps);
	cr_assert_eq(c->mss, 1460);
	cr_assert_eq(c->window_scale, 7);
	cr_assert_eq(c->fast_open, -1);
	cr_assert(s->known && !s->sack_permitted && !s->timestamps);
	cr_assert_eq(s->mss, -1);
	cr_assert_eq(s->window_scale, -1);
}

Test(tcp_record, options_not_known_where_no_syn_was_seen)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, PSH_ACK, 500, 700, 10);
	const ShakedownSide *c = &talk_record(t, 1)->side[C];
	cr_assert_not(c->options.known);
	cr_assert_eq(c->options.mss, -1);
	cr_assert_not(c->isn_known);
	cr_assert(c->seen);
	cr_assert_not(talk_record(t, 1)->side[S].seen);
}

/* Every state in order, with the packet that put it there. */
Test(tcp_record, history_has_the_packets)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	const ShakedownSide *c = &talk_record(t, 1)->side[C], *s = &talk_record(t, 1)->side[S];
	static const uint64_t client_frames[] = {1, 3, 4, 5, 5};
	static const uint64_t server_frames[] = {2, 3, 4, 5, 6};
	cr_assert_eq(c->history_len, G_N_ELEMENTS(client_frames));
	cr_assert_eq(s->history_len, G_N_ELEMENTS(server_frames));
	for (size_t i = 0; i < c->history_len; i++) {
		cr_assert_eq(c->history[i].frame, client_frames[i], "client, %zu", i);
		cr_assert_eq(s->history[i].frame, server_frames[i], "server, %zu", i);
		cr_assert(i == 0 || c->history[i - 1].time <= c->history[i].time);
	}
	cr_assert_eq(c->state, c->history[c->history_len - 1].state);
	cr_assert_eq(s->state, s->history[s->history_len - 1].state);
}

/* Nobody ever spoke from there: CLOSED, and nothing to tell. */
Test(tcp_record, silent_side)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	const ShakedownSide *s = &talk_record(t, 1)->side[S];
	cr_assert_eq(s->state, SHAKEDOWN_TCP_CLOSED);
	cr_assert_eq(s->history_len, 0);
	cr_assert_eq(s->packets, 0);
	cr_assert_not(s->seen || s->isn_known);
	cr_assert_eq(talk_record(t, 1)->handshake.server_rtt, SHAKEDOWN_DURATION_UNKNOWN);
	cr_assert_eq(talk_record(t, 1)->teardown.half_closed, SHAKEDOWN_DURATION_UNKNOWN);
}

/* As many beliefs as there is room for: the record holds them all and no more. */
Test(tcp_record, as_many_states_as_there_is_room_for)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	for (unsigned i = 0; i < 3 * TCP_BELIEFS_MAX; i++) {
		t->isn[S] += 1000;
		SERVER(t, SYN_ACK, 0, 1, .after = MS(1));
		SERVER(t, TCP_RST, 1, .after = MS(1));
	}
	talk_finish(t);
	const ShakedownConnection *r = talk_record(t, 1);

	cr_assert_eq(r->side[C].history_len + r->side[S].history_len, TCP_BELIEFS_MAX);
}

Test(tcp_record, rtt_unknown_without_samples)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	for (unsigned i = 0; i < 2; i++) {
		const ShakedownRtt *rtt = &talk_record(t, 1)->side[i].rtt;

		cr_assert_eq(rtt->samples, 0);
		cr_assert_eq(rtt->min, SHAKEDOWN_DURATION_UNKNOWN);
		cr_assert_eq(rtt->max, SHAKEDOWN_DURATION_UNKNOWN);
	}
}

/* Round trips of data: what the tap sees from the data to its acknowledgment. */
Test(tcp_record, rtt_of_data)
{
	g_autoptr(Talk) t = talk_new();
	uint32_t at = 1;

	talk_open(t);
	for (unsigned i = 1; i <= 20; i++, at += 100) {
		CLIENT(t, PSH_ACK, at, 1, 100);
		SERVER(t, TCP_ACK, 1, at + 100, .after = MS(i));
	}
	const ShakedownRtt *rtt = &talk_record(t, 1)->side[C].rtt;
	cr_assert_geq(rtt->samples, 20);
	cr_assert_leq(rtt->min, MS(1));
	cr_assert_geq(rtt->max, MS(20));
	cr_assert(rtt->min <= rtt->median && rtt->median <= rtt->p95 && rtt->p95 <= rtt->max);
}

/* Karn: no sample from what was sent twice. */
Test(tcp_record, rtt_not_of_what_was_sent_again)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, PSH_ACK, 1, 1, 100, .after = MS(700));
	SERVER(t, TCP_ACK, 1, 101, .after = MS(1));
	const ShakedownRtt *rtt = &talk_record(t, 1)->side[C].rtt;
	cr_assert(rtt->samples == 0 || rtt->max < MS(500));
}

/* One anomaly needs nothing beside the connection; two are told as well as one. */
Test(tcp_record, anomalies_of_a_connection)
{
	TcpConnection conn = {.first_frame = 1};
	uint64_t flood = UINT64_C(1) << SHAKEDOWN_ANOMALY_SYN_FLOOD;
	uint64_t first = UINT64_C(1) << 0, all = flood | first;

	cr_assert_eq(tcp_conn_anomalies(&conn), 0);
	for (unsigned i = 0; i < 2; i++) {
		tcp_conn_blame(&conn, SHAKEDOWN_ANOMALY_SYN_FLOOD, SHAKEDOWN_SEVERITY_CRITICAL);
		cr_assert_eq(tcp_conn_anomalies(&conn), flood);
		cr_assert_null(conn.aside);
	}
	for (unsigned i = 0; i < 2; i++) {
		tcp_conn_blame(&conn, 0, SHAKEDOWN_SEVERITY_NOTICE);
		cr_assert_eq(tcp_conn_anomalies(&conn), all);
		tcp_conn_blame(&conn, SHAKEDOWN_ANOMALY_SYN_FLOOD, SHAKEDOWN_SEVERITY_CRITICAL);
		cr_assert_eq(tcp_conn_anomalies(&conn), all);
	}
	cr_assert_eq(conn.severity, SHAKEDOWN_SEVERITY_CRITICAL);
	cr_assert_eq(conn.first_frame, 1);
	g_free(conn.aside);
}

/* Each of its own, though most of it is filled once: talk.c compares them in passing. */
Test(tcp_record, of_first_syns_in_a_row)
{
	g_autoptr(Talk) t = talk_new();

	for (unsigned i = 0; i < 6; i++) {
		t->port[C]++;
		t->addr[C].bytes[3]++;
		t->addr[S].bytes[2]++;
		CLIENT(t, TCP_SYN, .options = linux_syn, .options_len = i % 2 ? 20 : 4,
		       .isn = 5000 + i);
		if (i == 3)
			tcp_conn_blame(talk_conn(t, i + 1), SHAKEDOWN_ANOMALY_SYN_FLOOD,
				       SHAKEDOWN_SEVERITY_WARNING);
		if (i == 4) {
			SERVER(t, SYN_ACK, 0, 1, .peer_isn = 5000 + i);
			CLIENT(t, TCP_RST, 1, .isn = 5000 + i);
		}
		talk_wait(t, SECONDS(1));
	}
	talk_finish(t);
	cr_assert_eq(t->over_len, 6);
	cr_assert(t->recorder.knows_first_syn);
	cr_assert_eq(talk_record(t, 4)->anomalies_len, 1);
	cr_assert_eq(talk_record(t, 6)->handshake.outcome, SHAKEDOWN_HANDSHAKE_IN_PROGRESS);
	cr_assert_eq(talk_record(t, 5)->handshake.syn_ack, 1);
}

/* A connection of weeks: what is counted in 32 bits goes around. */
Test(tcp_record, more_packets_than_a_word_counts)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	talk_conn(t, 1)->side[SHAKEDOWN_CLIENT].packets = UINT32_MAX - 1;
	for (unsigned i = 0; i < 4; i++)
		CLIENT(t, PSH_ACK, 1 + i * 10, 1, 10);
	cr_assert_eq(talk_record(t, 1)->side[SHAKEDOWN_CLIENT].packets, UINT64_C(0x100000002));
	cr_assert_eq(talk_record(t, 1)->side[SHAKEDOWN_CLIENT].bytes, 40);
}

/* Somebody asks a host that is gone, every second for days. */
Test(tcp_record, more_syns_than_are_counted)
{
	g_autoptr(Talk) t = talk_new();

	for (unsigned i = 0; i < 65537; i++)
		CLIENT(t, TCP_SYN, .after = SECONDS(1));
	cr_assert_eq(talk_record(t, 1)->handshake.syn, 65535);
	talk_finish(t);
	EXPECT_OUTCOME(t, 1, "three-way no-answer, none never-opened");
}
