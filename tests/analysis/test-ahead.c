/* SPDX-License-Identifier: BSD-3-Clause */
/* However packets come into an analysis, it tells the same. */
#include "recording.h"

#include <shakedown/ahead.h>

static const char *const samples[] = {"mixed.pcap",	"third-ack-lost.pcap", "syn-flood.pcap",
				      "port-scan.pcap", "vlan.pcap",	       "zero-window.pcap"};

/* In batches of that size; 0: by a thread. Returns what was told. */
static char *told_in(const char *sample, size_t batch)
{
	Recording recording;
	g_autoptr(ShakedownCapture) capture = recording_open(sample);
	g_autoptr(ShakedownAnalysis) analysis = NULL;

	recording_init(&recording);
	analysis = shakedown_analysis_new(NULL, &recording_observer, &recording);
	if (batch) {
		recording_feed(analysis, capture, batch, UINT64_MAX);
		/* As whoever reads ahead does it at the end. */
		shakedown_analysis_advance(analysis, shakedown_capture_now(capture));
	} else {
		g_autoptr(ShakedownAhead) ahead =
			shakedown_ahead_new(capture, analysis, UINT64_MAX);

		while (shakedown_ahead_step(ahead))
			;
		cr_assert_not(shakedown_ahead_step(ahead), "it has ended");
		cr_assert_eq(shakedown_ahead_packets(ahead), shakedown_ahead_info(ahead)->packets);
	}
	shakedown_analysis_finish(analysis);
	char *told = g_strdup(recording.told->str);

	recording_clear(&recording);
	return told;
}

Test(ahead, batches_of_any_size_and_a_thread_tell_the_same)
{
	static const size_t batches[] = {7, 33, 512, 0};

	for (size_t s = 0; s < G_N_ELEMENTS(samples); s++) {
		g_autofree char *one = told_in(samples[s], 1);

		cr_assert(*one, "%s", samples[s]);
		for (size_t b = 0; b < G_N_ELEMENTS(batches); b++) {
			g_autofree char *several = told_in(samples[s], batches[b]);

			cr_assert_str_eq(several, one, "%s, %zu at a time", samples[s], batches[b]);
		}
	}
}

Test(ahead, no_more_is_read_than_was_asked_for)
{
	Recording recording;
	g_autoptr(ShakedownCapture) capture = recording_open("mixed.pcap");
	g_autoptr(ShakedownAnalysis) analysis = NULL;
	g_autoptr(ShakedownAhead) ahead = NULL;
	ShakedownPacket next;

	recording_init(&recording);
	analysis = shakedown_analysis_new(NULL, &recording_observer, &recording);
	ahead = shakedown_ahead_new(capture, analysis, 50);
	while (shakedown_ahead_step(ahead))
		;
	cr_assert_eq(shakedown_ahead_packets(ahead), 50);
	cr_assert_eq(shakedown_analysis_summary(analysis)->packets, 50);
	cr_assert_eq(shakedown_capture_read(capture, &next, 1), 1, "the rest is still there");
	cr_assert_eq(next.frame, 51);
	recording_clear(&recording);
}

/* Whatever has been read by then is analysed, and the capture goes on behind it. */
Test(ahead, it_can_be_ended_at_any_time, .timeout = 60)
{
	g_autofree char *all = told_in("mixed.pcap", 1);
	Recording recording;
	g_autoptr(ShakedownCapture) capture = recording_open("mixed.pcap");
	g_autoptr(ShakedownAnalysis) analysis = NULL;
	g_autoptr(ShakedownAhead) ahead = NULL;

	recording_init(&recording);
	analysis = shakedown_analysis_new(NULL, &recording_observer, &recording);
	ahead = shakedown_ahead_new(capture, analysis, 100);
	while (shakedown_ahead_info(ahead)->packets < 100)
		g_usleep(1000);
	cr_assert_eq(shakedown_ahead_packets(ahead), 0, "none of them is taken yet");
	shakedown_ahead_end(ahead);
	cr_assert_eq(shakedown_ahead_packets(ahead), 100);
	cr_assert_eq(shakedown_analysis_summary(analysis)->packets, 100);
	shakedown_ahead_end(ahead);
	recording_feed(analysis, capture, 16, UINT64_MAX);
	shakedown_analysis_advance(analysis, shakedown_capture_now(capture));
	shakedown_analysis_finish(analysis);
	cr_assert_str_eq(recording.told->str, all);
	recording_clear(&recording);
}
