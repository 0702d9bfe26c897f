/* SPDX-License-Identifier: BSD-3-Clause */
#include "recording.h"
#include "support/packet-builder.h"

#include <shakedown/stream.h>

typedef struct {
	Recording recording;
	ShakedownCapture *capture;
	ShakedownAnalysis *analysis;
} Run;

static Run begin(const char *sample)
{
	return (Run){.capture = recording_open(sample)};
}

static void feed(Run *run)
{
	recording_feed(run->analysis, run->capture, 16, UINT64_MAX);
}

static void end(Run *run)
{
	shakedown_analysis_free(run->analysis);
	shakedown_capture_free(run->capture);
	recording_clear(&run->recording);
}

#define BEGIN(run, sample)                                                                         \
	Run run = begin(sample);                                                                   \
	recording_init(&run.recording);                                                            \
	run.analysis = shakedown_analysis_new(NULL, &recording_observer, &run.recording)

Test(analysis, sums_are_those_of_the_records)
{
	BEGIN(run, "mixed.pcap");
	const ShakedownSummary *s;
	uint64_t outcomes = 0, states = 0, anomalies = 0, told = 0;

	feed(&run);
	shakedown_analysis_finish(run.analysis);
	shakedown_analysis_finish(run.analysis);
	s = shakedown_analysis_summary(run.analysis);
	for (unsigned i = 0; i < SHAKEDOWN_HANDSHAKE_OUTCOMES; i++)
		outcomes += s->handshakes[i];
	for (unsigned i = 0; i < SHAKEDOWN_TCP_STATES; i++)
		states += s->states[SHAKEDOWN_SERVER][i];
	for (unsigned i = 0; i < SHAKEDOWN_ANOMALY_KINDS; i++) {
		anomalies += s->anomalies[i];
		told += run.recording.anomalies[i];
	}
	cr_assert_eq(run.recording.connections, 15);
	cr_assert_eq(s->connections, 15);
	cr_assert_eq(outcomes, 15);
	cr_assert_eq(states, 15);
	cr_assert_eq(anomalies, told);
	cr_assert_gt(told, 0);
	cr_assert_eq(s->live, 0);
	cr_assert_geq(s->live_peak, 1);
	end(&run);
}

Test(analysis, an_opening_is_told_once_and_before_its_connection)
{
	BEGIN(run, "mixed.pcap");

	feed(&run);
	shakedown_analysis_finish(run.analysis);
	cr_assert_eq(run.recording.openings, 15);
	cr_assert_eq(run.recording.late_openings, 0);
	end(&run);
}

Test(analysis, how_it_stands_is_known_at_any_time)
{
	BEGIN(run, "mixed.pcap");
	ShakedownLive live;
	uint64_t pairs = 0;

	recording_feed(run.analysis, run.capture, 16, 60);
	shakedown_analysis_live(run.analysis, &live);
	for (unsigned c = 0; c < SHAKEDOWN_TCP_STATES; c++)
		for (unsigned s = 0; s < SHAKEDOWN_TCP_STATES; s++)
			pairs += live.pairs[c][s];
	cr_assert_eq(live.packets, 60);
	cr_assert_gt(live.live, 0);
	cr_assert_eq(pairs, live.live);
	cr_assert_geq(live.attempts, live.completed + live.failed);
	feed(&run);
	shakedown_analysis_finish(run.analysis);
	shakedown_analysis_live(run.analysis, &live);
	cr_assert_eq(live.live, 0);
	cr_assert_eq(live.attempts, 15);
	end(&run);
}

Test(analysis, nobody_need_observe)
{
	g_autoptr(ShakedownCapture) capture = recording_open("syn-flood.pcap");
	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(NULL, NULL, NULL);

	recording_feed(analysis, capture, 512, UINT64_MAX);
	shakedown_analysis_finish(analysis);
	cr_assert_eq(shakedown_analysis_summary(analysis)->anomalies[SHAKEDOWN_ANOMALY_SYN_FLOOD],
		     1);
}

Test(analysis, what_zeek_tells_is_there_where_it_was_asked_for)
{
	BEGIN(without, "refused.pcap");
	BEGIN(with, "refused.pcap");

	shakedown_analysis_set_conn_log(with.analysis);
	feed(&without);
	feed(&with);
	shakedown_analysis_finish(without.analysis);
	shakedown_analysis_finish(with.analysis);
	cr_assert_gt(with.recording.connections, 0);
	cr_assert_eq(with.recording.logs, with.recording.connections);
	cr_assert_eq(without.recording.logs, 0);
	end(&without);
	end(&with);
}

static void count_stretch(const ShakedownStretch *stretch, void *data)
{
	ShakedownStreamCounts *counts = data;

	if (stretch->bytes) {
		counts->bytes += stretch->len;
	} else {
		counts->holes++;
		counts->missing += stretch->len;
	}
}

Test(analysis, streams_are_counted_as_they_are_handed_out)
{
	BEGIN(run, "retransmissions.pcap");
	ShakedownStreamCounts own = {0};
	const ShakedownStreamCounts *counts;

	cr_assert_null(shakedown_analysis_stream_counts(run.analysis));
	shakedown_analysis_streams(run.analysis, &(ShakedownStreamOptions){.side = -1},
				   count_stretch, &own);
	feed(&run);
	shakedown_analysis_finish(run.analysis);
	counts = shakedown_analysis_stream_counts(run.analysis);
	cr_assert_not_null(counts);
	cr_assert_gt(own.bytes, 0);
	cr_assert_eq(counts->bytes, own.bytes);
	cr_assert_eq(counts->holes, own.holes);
	cr_assert_eq(counts->missing, own.missing);
	end(&run);
}

Test(analysis, time_goes_on_without_packets)
{
	BEGIN(late, "mixed.pcap");
	BEGIN(early, "mixed.pcap");
	uint64_t told;

	shakedown_analysis_set_immediate(early.analysis);
	/* Up to the first SYN of connection 6, which nobody answers. */
	recording_feed(late.analysis, late.capture, 1, 53);
	recording_feed(early.analysis, early.capture, 1, 53);
	told = early.recording.anomalies[SHAKEDOWN_ANOMALY_NO_ANSWER];
	cr_assert_eq(told, 0);
	for (int s = 1; s <= 10; s++) {
		const ShakedownSummary *summary = shakedown_analysis_summary(early.analysis);
		ShakedownTime now = summary->last + s * SHAKEDOWN_NS_PER_S;

		shakedown_analysis_advance(early.analysis, now);
		shakedown_analysis_advance(late.analysis, now);
	}
	cr_assert_eq(early.recording.anomalies[SHAKEDOWN_ANOMALY_NO_ANSWER], 1);
	cr_assert_eq(late.recording.anomalies[SHAKEDOWN_ANOMALY_NO_ANSWER], 0,
		     "it is not over yet");
	end(&late);
	end(&early);
}

Test(analysis, what_may_have_been_dropped_weighs_less)
{
	BEGIN(whole, "no-answer.pcap");
	BEGIN(lossy, "no-answer.pcap");

	feed(&whole);
	feed(&lossy);
	shakedown_analysis_dropped(lossy.analysis, 5, true);
	shakedown_analysis_finish(whole.analysis);
	shakedown_analysis_finish(lossy.analysis);
	cr_assert_not_null(strstr(whole.recording.told->str, "no-answer warning"));
	cr_assert_null(strstr(lossy.recording.told->str, "no-answer warning"));
	cr_assert_not_null(strstr(lossy.recording.told->str, "no-answer notice"));
	end(&whole);
	end(&lossy);
}

/* An error that quotes a SYN of which nothing was captured is none of any connection's. */
static void make_icmp_error(GByteArray *frame)
{
	const PacketRoute out = {
		.src = {4, {192, 0, 2, 1}}, .dst = {4, {198, 51, 100, 7}}, .ttl = 64};
	const PacketRoute back = {.src = {4, {203, 0, 113, 1}}, .dst = out.src, .ttl = 64};
	const PacketTcp syn = {.src_port = 49152, .dst_port = 80, .flags = 2};
	g_autoptr(GByteArray) quoted = g_byte_array_new();
	size_t at = packet_ip_offset(&out);

	packet_build_tcp(quoted, &out, &syn);
	packet_build_icmp(frame, &back,
			  &(PacketIcmp){.type = 3,
					.code = 3,
					.quote = quoted->data + at,
					.quote_len = quoted->len - at});
}

Test(analysis, what_nothing_was_made_of_is_told)
{
	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(NULL, NULL, NULL);
	g_autoptr(GByteArray) frame = g_byte_array_new();
	const ShakedownSummary *s;

	make_icmp_error(frame);
	shakedown_analysis_feed(analysis,
				&(ShakedownPacket){.data = frame->data,
						   .captured_len = frame->len,
						   .wire_len = frame->len,
						   .time = SHAKEDOWN_NS_PER_S,
						   .frame = 1,
						   .link_type = 1},
				1);
	s = shakedown_analysis_summary(analysis);
	cr_assert_eq(s->connections, 0);
	cr_assert_eq(s->segments, 0);
	cr_assert_eq(s->skipped_len, 1);
	cr_assert_str_eq(s->skipped[0].reason, "ICMP error about no connection here");
	cr_assert_eq(s->skipped[0].packets, 1);
	cr_assert_not(s->skipped[0].fault);
}

/* A file may say any time; what it says there must not stop the analysis. */
Test(analysis, stamps_of_any_time_are_taken)
{
	static const ShakedownTime times[] = {INT64_MIN, -1, 0, 1, INT64_MAX};

	/* Every other packet's; then all of them from the 101st on. */
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(times); i++) {
		const ShakedownTime time = times[i / 2];
		BEGIN(run, "mixed.pcap");
		ShakedownPacket packet;
		uint64_t n = 0;

		while (shakedown_capture_read(run.capture, &packet, 1)) {
			n++;
			packet.time = (i % 2 ? n > 100 : n % 2 == 0) ? time : packet.time;
			shakedown_analysis_feed(run.analysis, &packet, 1);
		}
		shakedown_analysis_finish(run.analysis);
		cr_assert_eq(shakedown_analysis_summary(run.analysis)->packets, n);
		cr_assert_gt(run.recording.connections, 0);
		end(&run);
	}
}

/* A client's segments, of which the last acknowledges 1000 bytes, and the server's SYN,ACK. */
static uint64_t missing_of_talk(bool both)
{
	static const PacketTcp segments[] = {
		{.src_port = 49152, .dst_port = 80, .seq = 100, .flags = 0x02},
		{.src_port = 80, .dst_port = 49152, .seq = 300, .ack = 101, .flags = 0x12},
		{.src_port = 49152, .dst_port = 80, .seq = 101, .ack = 301, .flags = 0x10},
		{.src_port = 49152, .dst_port = 80, .seq = 101, .ack = 1301, .flags = 0x10},
	};
	PacketRoute route = {.src = {4, {192, 0, 2, 1}}, .dst = {4, {198, 51, 100, 7}}, .ttl = 64};
	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(NULL, NULL, NULL);

	for (unsigned i = 0; i < G_N_ELEMENTS(segments); i++) {
		g_autoptr(GByteArray) frame = g_byte_array_new();
		bool server = segments[i].src_port == 80;
		const PacketRoute back = {.src = route.dst, .dst = route.src, .ttl = 64};

		if (server && !both)
			continue;
		route.ip_id++;
		packet_build_tcp(frame, server ? &back : &route, &segments[i]);
		shakedown_analysis_feed(analysis,
					&(ShakedownPacket){.data = frame->data,
							   .captured_len = frame->len,
							   .wire_len = frame->len,
							   .time = SHAKEDOWN_NS_PER_S * (1 + i),
							   .frame = 1 + i,
							   .link_type = 1},
					1);
	}
	shakedown_analysis_finish(analysis);
	const ShakedownSummary *s = shakedown_analysis_summary(analysis);
	cr_assert_eq(s->half_seen, both ? 0 : 1);
	return s->missing_bytes;
}

/* A direction that was not captured was not lost. */
Test(analysis, what_is_missing_of_one_direction_is_no_loss)
{
	cr_assert_eq(missing_of_talk(false), 0);
	cr_assert_eq(missing_of_talk(true), 1000);
}
