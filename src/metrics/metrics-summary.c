/* SPDX-License-Identifier: BSD-3-Clause */
/* What the summary and the capture know. */
#include "metrics/metrics.h"

#include <string.h>

static void expose_one(Exposition *e, const ExpositionFamily *family, uint64_t value)
{
	exposition_begin(e, family);
	exposition_count(e, NULL, value);
}

static void expose_live(const ShakedownSummary *s, Exposition *e)
{
	static const ExpositionFamily live = {EXPOSITION_GAUGE, "shakedown_live_connections", NULL,
					      "Connections that are not over."};
	static const ExpositionFamily states = {
		EXPOSITION_GAUGE, "shakedown_connection_sides", NULL,
		"Sides of connections that are not over, by their state as RFC 9293 names it."};

	expose_one(e, &live, s->live);
	exposition_begin(e, &states);
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < SHAKEDOWN_TCP_STATES; i++)
			exposition_count(
				e,
				EXPOSITION_LABELS(
					{"side", shakedown_side_name((ShakedownSideId)side)},
					{"state", shakedown_tcp_state_name((ShakedownTcpState)i)}),
				s->live_states[side][i]);
}

static void expose_cut(const ShakedownSummary *s, Exposition *e)
{
	static const ExpositionFamily cut = {
		EXPOSITION_COUNTER, "shakedown_connections_cut_short", NULL,
		"Connections whose records ended before they did, as memory ran out, by what they "
		"were."};

	exposition_begin(e, &cut);
	exposition_count(e, EXPOSITION_LABELS({"was", "half-open"}), s->cut_half_open);
	exposition_count(e, EXPOSITION_LABELS({"was", "closed"}), s->cut_closed);
	exposition_count(e, EXPOSITION_LABELS({"was", "open"}), s->cut_open);
}

static void expose_skipped(const ShakedownSummary *s, Exposition *e)
{
	static const ExpositionFamily skipped = {
		EXPOSITION_COUNTER, "shakedown_skipped_packets", NULL,
		"Packets, or parts of them, that were not analysed: malformed, cut or not "
		"understood (fault), or simply not TCP."};
	uint64_t counts[2] = {0};

	for (size_t i = 0; i < s->skipped_len; i++)
		counts[s->skipped[i].fault] += s->skipped[i].packets;
	exposition_begin(e, &skipped);
	exposition_count(e, EXPOSITION_LABELS({"fault", "false"}), counts[false]);
	exposition_count(e, EXPOSITION_LABELS({"fault", "true"}), counts[true]);
}

void metrics_expose_summary(const ShakedownSummary *s, Exposition *e)
{
	static const ExpositionFamily packets = {EXPOSITION_COUNTER, "shakedown_packets", NULL,
						 "Packets that were captured and analysed."};
	static const ExpositionFamily bytes = {EXPOSITION_COUNTER, "shakedown_captured_bytes",
					       "bytes", "Bytes of these packets, as captured."};
	static const ExpositionFamily last = {EXPOSITION_GAUGE,
					      "shakedown_last_packet_timestamp_seconds", "seconds",
					      "Unix time of the latest packet."};
	static const ExpositionFamily segments = {EXPOSITION_COUNTER, "shakedown_tcp_segments",
						  NULL, "TCP segments among them."};
	static const ExpositionFamily twice = {EXPOSITION_COUNTER, "shakedown_duplicate_packets",
					       NULL, "Packets that were captured twice."};
	static const ExpositionFamily damaged = {EXPOSITION_COUNTER, "shakedown_bad_checksums",
						 NULL, "Segments with a wrong checksum."};
	static const ExpositionFamily connections = {EXPOSITION_COUNTER, "shakedown_connections",
						     NULL, "Connections that were seen."};

	expose_one(e, &packets, s->packets);
	expose_one(e, &bytes, s->bytes);
	if (s->packets) {
		exposition_begin(e, &last);
		exposition_seconds(e, NULL, s->last);
	}
	expose_skipped(s, e);
	expose_one(e, &segments, s->segments);
	expose_one(e, &twice, s->duplicates);
	expose_one(e, &damaged, s->bad_checksums);
	expose_one(e, &connections, s->connections);
	expose_cut(s, e);
	expose_live(s, e);
}

void metrics_expose_capture(const ShakedownCaptureInfo *capture, Exposition *e)
{
	static const ExpositionFamily dropped = {EXPOSITION_COUNTER, "shakedown_dropped_packets",
						 NULL,
						 "Packets that were dropped before they could be "
						 "captured, by the kernel for want of "
						 "room or by the interface."};

	exposition_begin(e, &dropped);
	for (size_t i = 0; i < capture->files_len; i++) {
		const ShakedownCaptureFile *in = &capture->files[i];
		bool twice = false;

		for (size_t k = 0; k < i && !twice; k++)
			twice = strcmp(capture->files[k].name, in->name) == 0;
		/* Given twice, an interface drops twice; a series may come but once. */
		if (twice)
			continue;
		exposition_count(e, EXPOSITION_LABELS({"input", in->name}, {"by", "kernel"}),
				 in->dropped - in->card_dropped);
		exposition_count(e, EXPOSITION_LABELS({"input", in->name}, {"by", "interface"}),
				 in->card_dropped);
	}
}
