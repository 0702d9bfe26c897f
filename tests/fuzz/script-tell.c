/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tells a script's story, a segment a line, with both sides' states after it: what a person needs
 * to understand an input that was found.
 */
#include "script.h"
#include "tcp/tcp-tracker.h"

#include <stdio.h>

static void tell_segment(const Segment *seg, const Script *script)
{
	static const char letters[] = "FSRPAUEC";
	char flags[9] = "........";

	for (unsigned i = 0; i < 8; i++)
		if (seg->flags >> i & 1)
			flags[i] = letters[i];
	printf("%4" G_GUINT64_FORMAT
	       " %14.6f %s%u>%u %s seq %u ack %u len %u win %u opt %u sum %u%s%s",
	       seg->frame, (double)(script->time % (SHAKEDOWN_NS_PER_S * 100000)) / 1e9,
	       seg->encap.len ? "vlan " : "", seg->src_port, seg->dst_port,
	       seg->kind == SEGMENT_ICMP_ERROR ? "icmp" : flags, seg->seq.value, seg->ack.value,
	       seg->payload_len, seg->window, seg->options_len, seg->checksum,
	       seg->cut ? " cut" : "", seg->fragmented ? " frag" : "");
}

static void tell_states(const ShakedownSegment *s, void *data)
{
	printf("  #%" G_GUINT64_FORMAT " %s %s %s / %s%s%s", s->connection,
	       s->sender == SHAKEDOWN_CLIENT ? "C" : "S",
	       shakedown_segment_class_name(s->segment_class),
	       shakedown_tcp_state_name(s->state[0]), shakedown_tcp_state_name(s->state[1]),
	       s->note ? ": " : "", s->note ? s->note : "");
}

static void tell(const uint8_t *data, size_t size)
{
	g_autofree Script *script = g_malloc(sizeof *script);
	Segment seg;
	ScriptKind kind;

	if (!script_begin(script, data, size))
		return;
	printf("modes %#x ask %#x\n", script->modes, script->ask);
	TcpTracker *tracker = tcp_tracker_new(&script->config,
					      &(TcpTrackerObserver){.segment = tell_states}, NULL);
	while ((kind = script_next(script, &seg)) != SCRIPT_END) {
		if (kind == SCRIPT_SEGMENT) {
			tell_segment(&seg, script);
			tcp_tracker_segment(tracker, &seg);
		} else {
			printf("%4" G_GUINT64_FORMAT " time passes", script->frame);
			tcp_tracker_advance(tracker, script->time);
		}
		putchar('\n');
	}
	tcp_tracker_free(tracker);
}

int main(int argc, char **argv)
{
	/* Up to where it crashes. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		g_autofree char *text = NULL;
		gsize len = 0;

		if (!g_file_get_contents(argv[i], &text, &len, NULL))
			return 1;
		tell((const uint8_t *)text, len);
	}
	return 0;
}
