/* SPDX-License-Identifier: BSD-3-Clause */
#include "recording.h"

static void on_connection(const ShakedownConnection *c, void *data)
{
	Recording *r = data;

	g_string_append_printf(r->told, "connection %" G_GUINT64_FORMAT " %s/%s %s %s", c->id,
			       shakedown_tcp_state_name(c->side[SHAKEDOWN_CLIENT].state),
			       shakedown_tcp_state_name(c->side[SHAKEDOWN_SERVER].state),
			       shakedown_handshake_outcome_name(c->handshake.outcome),
			       shakedown_teardown_outcome_name(c->teardown.outcome));
	for (unsigned side = 0; side < 2; side++)
		for (size_t i = 0; i < c->side[side].history_len; i++)
			g_string_append_printf(r->told, " %u:%" G_GUINT64_FORMAT, side,
					       c->side[side].history[i].frame);
	g_string_append_c(r->told, '\n');
	r->connections++;
	r->logs += c->log != NULL;
	g_hash_table_add(r->over, g_memdup2(&c->id, sizeof c->id));
}

static void on_anomaly(const ShakedownAnomaly *a, void *data)
{
	Recording *r = data;

	g_string_append_printf(r->told, "anomaly %s %s %s %s\n",
			       shakedown_anomaly_info(a->kind)->name,
			       shakedown_severity_name(a->severity), a->summary, a->filter);
	r->anomalies[a->kind]++;
	r->severity = a->severity;
}

static void on_segment(const ShakedownSegment *s, void *data)
{
	Recording *r = data;

	g_string_append_printf(
		r->told, "segment %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " %s %s/%s\n",
		s->frame, s->connection, shakedown_segment_class_name(s->segment_class),
		shakedown_tcp_state_name(s->state[SHAKEDOWN_CLIENT]),
		shakedown_tcp_state_name(s->state[SHAKEDOWN_SERVER]));
}

static void on_opening(const ShakedownOpening *o, void *data)
{
	Recording *r = data;

	g_string_append_printf(r->told, "opening of %" G_GUINT64_FORMAT " %s\n", o->connection,
			       shakedown_handshake_outcome_name(o->handshake.outcome));
	r->openings++;
	r->late_openings += g_hash_table_contains(r->over, &o->connection);
}

const ShakedownObserver recording_observer = {.connection = on_connection,
					      .anomaly = on_anomaly,
					      .segment = on_segment,
					      .opening = on_opening};

void recording_init(Recording *r)
{
	*r = (Recording){.told = g_string_new(NULL),
			 .over = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL)};
}

void recording_clear(Recording *r)
{
	g_string_free(r->told, TRUE);
	g_hash_table_unref(r->over);
}

ShakedownCapture *recording_open(const char *sample)
{
	g_autofree char *path = g_build_filename(ANALYSIS_CAPTURES, sample, NULL);
	const char *const files[] = {path, NULL};
	g_autoptr(GError) error = NULL;
	ShakedownCapture *capture =
		shakedown_capture_open(&(ShakedownCaptureOptions){.files = files}, &error);

	cr_assert_not_null(capture, "%s", error ? error->message : "");
	return capture;
}

void recording_feed(ShakedownAnalysis *analysis, ShakedownCapture *capture, size_t batch,
		    uint64_t most)
{
	ShakedownPacket packets[512];
	size_t n;

	cr_assert_leq(batch, G_N_ELEMENTS(packets));
	while (most && (n = shakedown_capture_read(capture, packets, MIN(batch, most)))) {
		shakedown_analysis_feed(analysis, packets, n);
		most -= n;
	}
}
