/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tracker: the input is a script (script.h). Its segments go in one by one, with all that must
 * hold checked after each; then once more in batches, which must give the same records.
 */
#include "script.h"
#include "tcp/tcp-tracker-private.h"
#include "tracker-check.h"

#include <string.h>

/* Bits of the header's first byte. */
typedef enum {
	MODE_STREAMS = 0x01,
	MODE_LAST = 0x02,  /* the last copy counts */
	MODE_TIGHT = 0x04, /* streams may hold back next to nothing */
	MODE_RECENT = 0x08,
	MODE_DRAWN = 0x10, /* each segment is observed */
} Mode;

static void ask_for_streams(Watch *w, const Script *script)
{
	const ShakedownStreamOptions options = {
		.side = -1,
		.policy = script->modes & MODE_LAST ? SHAKEDOWN_OVERLAP_LAST
						    : SHAKEDOWN_OVERLAP_FIRST,
		.side_bytes = script->modes & MODE_TIGHT ? 4096 : 0,
		.total_bytes = script->modes & MODE_TIGHT ? 6000 : 0,
	};

	if (script->modes & MODE_STREAMS)
		tcp_tracker_set_streams(w->tracker, tcp_streams_new(&options, watch_stretch, w));
	else if (script->modes & MODE_RECENT)
		tcp_tracker_set_recent(w->tracker, tcp_recent_new(64));
}

/* Where somebody looks at every segment, each takes all the steps: tcp-ordinary.h. */
static Watch *watch_new(const Script *script, bool drawn)
{
	Watch *w = g_new0(Watch, 1);

	w->config = &script->config;
	w->digest = FUZZ_DIGEST;
	w->tracker = tcp_tracker_new(&script->config,
				     &(TcpTrackerObserver){.event = watch_event,
							   .over = watch_over,
							   .segment = drawn ? watch_segment : NULL},
				     w);
	ask_for_streams(w, script);
	return w;
}

/* Up to n segments at once, with what must hold checked after each call. Returns the digest. */
static uint64_t run(Script *script, size_t at_once, bool drawn)
{
	Watch *w = watch_new(script, drawn);
	Segment segments[TCP_TRACKER_BATCH];

	/* Some runs lay all connections to rest that can, some leave them as they are. */
	bool rest = at_once > 1 && drawn;

	w->tracker->rest_from = rest ? 0 : SIZE_MAX;
	uint64_t all = 0;
	size_t held = 0;
	ScriptKind kind;

	do {
		kind = script_next(script, &segments[held]);
		w->frames = script->frame;
		w->lies = script->lies;
		if (kind == SCRIPT_SEGMENT) {
			all += segments[held].kind == SEGMENT_TCP;
			held++;
		}
		if (held < at_once && kind == SCRIPT_SEGMENT)
			continue;
		tcp_tracker_segments(w->tracker, segments, held);
		if (kind == SCRIPT_TIME)
			tcp_tracker_advance(w->tracker, script->time);
		held = 0;
		if (rest)
			tcp_idle_rest_all(w->tracker);
		watch_live(w);
	} while (kind != SCRIPT_END);
	tcp_tracker_finish(w->tracker);
	watch_finished(w, all, script->payload);
	uint64_t digest = w->digest;
	tcp_tracker_free(w->tracker);
	g_free(w);
	return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree Script *script = g_malloc(sizeof *script);

	if (!script_begin(script, data, size))
		return -1;
	bool drawn = script->modes & MODE_DRAWN;
	uint64_t one_by_one = run(script, 1, drawn);

	script_begin(script, data, size);
	fuzz_check(run(script, TCP_TRACKER_BATCH, drawn) == one_by_one,
		   "in batches the records are others");
	script_begin(script, data, size);
	fuzz_check(run(script, TCP_TRACKER_BATCH, !drawn) == one_by_one,
		   "where each segment takes all the steps the records are others");
	return 0;
}
