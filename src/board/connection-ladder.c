/* SPDX-License-Identifier: BSD-3-Clause */
/* What was kept of a connection, told to the ladder's own sink as if it passed just now. */
#include "board/connections.h"

#include <string.h>

static void tell_segment(ShakedownSink *sink, const BoardConnection *e, const BoardSegment *s,
			 const char *note)
{
	ShakedownStateChange changes[BOARD_CHANGES];
	ShakedownSegment out = {
		.connection = e->row.id,
		.sender = s->sender,
		.addr = {&e->row.addr[0], &e->row.addr[1]},
		.port = {e->row.port[0], e->row.port[1]},
		.time = s->time,
		.frame = s->frame,
		.seq = s->seq,
		.ack = s->ack,
		.isn_known = {s->isn_known & 1u, s->isn_known >> 1 & 1u},
		.isn = {e->isn[0], e->isn[1]},
		.flags = s->flags,
		.window = s->window,
		.len = s->len,
		.ttl = s->ttl,
		.sack_len = s->sack_len,
		.segment_class = (ShakedownSegmentClass)s->segment_class,
		.state = {(ShakedownTcpState)s->state[0], (ShakedownTcpState)s->state[1]},
		.changes = changes,
		.changes_len = s->changes_len,
		.note = note,
	};

	memcpy(out.sack, s->sack, sizeof out.sack);
	for (unsigned i = 0; i < s->changes_len; i++)
		changes[i] = (ShakedownStateChange){
			.side = s->changes[i].side,
			.state = (ShakedownTcpState)s->changes[i].state,
			.evidence = (ShakedownEvidence)s->changes[i].evidence,
			.taken_back = s->changes[i].taken_back};
	shakedown_sink_segment(sink, &out);
}

/* The drawing says at the first segment after it that something is not there. */
static void tell_segments(ShakedownSink *sink, const BoardConnection *e)
{
	const unsigned first = e->tail_len < BOARD_TAIL ? 0 : e->tail_next;
	g_autofree char *left_out = g_strdup_printf(
		"%" G_GUINT64_FORMAT " segments before it are not kept", e->left_out);

	for (unsigned i = 0; i < e->head_len; i++)
		tell_segment(sink, e, &e->head[i],
			     i == 0 && e->cut ? "what was before it is not kept" : e->head[i].note);
	for (unsigned i = 0; i < e->tail_len; i++) {
		const BoardSegment *s = &e->tail[(first + i) % BOARD_TAIL];

		tell_segment(sink, e, s, i == 0 && e->left_out ? left_out : s->note);
	}
}

static void tell_findings(ShakedownSink *sink, const BoardConnection *e)
{
	for (unsigned i = 0; i < e->findings_len; i++) {
		const BoardFinding *f = &e->findings[i];
		const ShakedownAnomaly anomaly = {
			.kind = f->kind,
			.severity = f->severity,
			.scope = SHAKEDOWN_SCOPE_CONNECTION,
			.connection = e->row.id,
			.frames = f->frames,
			.frames_len = f->frames_kept,
			.frames_cut = f->frames_kept < f->frames_len,
			.summary = f->summary,
			.rule = f->rule,
			.count = 1,
		};

		shakedown_sink_anomaly(sink, &anomaly);
	}
}

bool board_connection_ladder(const BoardConnection *e, const ShakedownSinkOptions *given,
			     GError **error)
{
	ShakedownSinkOptions options = *given;

	options.view = SHAKEDOWN_VIEW_LADDER;
	options.format = SHAKEDOWN_FORMAT_TEXT;
	options.connection = e->row.id;
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, error);
	if (!sink)
		return false;
	tell_segments(sink, e);
	if (e->recorded)
		shakedown_sink_connection(sink, &e->record);
	tell_findings(sink, e);
	return shakedown_sink_finish(sink, NULL, NULL, error);
}
