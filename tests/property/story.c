/* SPDX-License-Identifier: BSD-3-Clause */
#include "story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const Change unchanged;

static void string_free(gpointer text)
{
	g_string_free(text, true);
}

Story *story_new(const Change *change)
{
	Story *story = g_new0(Story, 1);

	story->change = change ? change : &unchanged;
	story->chapters = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, string_free);
	story->role_basis = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	story->anomalies = g_string_new(NULL);
	return story;
}

void story_free(Story *story)
{
	if (!story)
		return;
	g_hash_table_unref(story->chapters);
	g_hash_table_unref(story->role_basis);
	g_string_free(story->anomalies, true);
	g_free(story);
}

static GString *chapter(Story *story, uint64_t id)
{
	GString *text = g_hash_table_lookup(story->chapters, &id);

	if (!text) {
		text = g_string_new(NULL);
		g_hash_table_insert(story->chapters, g_memdup2(&id, sizeof id), text);
	}
	return text;
}

static void append_time(GString *out, const Story *story, const char *name, ShakedownTime time)
{
	g_string_append_printf(out, " %s=%" PRId64, name, time - story->change->time);
}

static void append_duration(GString *out, const char *name, ShakedownDuration duration)
{
	if (duration == SHAKEDOWN_DURATION_UNKNOWN)
		g_string_append_printf(out, " %s=-", name);
	else
		g_string_append_printf(out, " %s=%" PRId64, name, duration);
}

static void append_side(GString *out, const Story *story, const ShakedownConnection *c, unsigned i)
{
	const ShakedownSide *s = &c->side[i], *peer = &c->side[i ^ 1];
	const Change *change = story->change;
	uint32_t shift = change->shift ? change->shift(&s->addr, s->port, &peer->addr, peer->port,
						       change->data)
				       : 0;
	char addr[SHAKEDOWN_ADDRESS_LEN];

	shakedown_address_format(change->addresses_swapped ? &peer->addr : &s->addr, addr);
	g_string_append_printf(out, "side %u: %s:%u seen=%d %s", i, addr,
			       change->ports_swapped ? peer->port : s->port, s->seen,
			       shakedown_tcp_state_name(s->state));
	if (s->isn_known)
		g_string_append_printf(out, " isn=%u", s->isn - shift);
	g_string_append_printf(out,
			       " packets=%" PRIu64 " bytes=%" PRIu64 " resent=%" PRIu64
			       " disordered=%" PRIu64 " missing=%" PRIu64,
			       s->packets, s->bytes, s->retransmissions, s->out_of_order,
			       s->missing_bytes);
	g_string_append_printf(out, " options=%d,%d,%d,%d,%d,%d,%d,%d,%d rtt=%" PRIu64,
			       s->options.known, s->options.sack_permitted, s->options.timestamps,
			       s->options.mss, s->options.window_scale, s->options.fast_open,
			       s->options.mptcp, s->options.md5, s->options.ao, s->rtt.samples);
	append_duration(out, "min", s->rtt.min);
	append_duration(out, "median", s->rtt.median);
	append_duration(out, "p95", s->rtt.p95);
	append_duration(out, "max", s->rtt.max);
	g_string_append(out, "\n");
	for (size_t h = 0; h < s->history_len; h++) {
		const ShakedownHistoryEntry *entry = &s->history[h];

		g_string_append_printf(out, "  %s %s frame=%" PRIu64,
				       shakedown_tcp_state_name(entry->state),
				       shakedown_evidence_name(entry->evidence), entry->frame);
		append_time(out, story, "time", entry->time);
		g_string_append(out, "\n");
	}
}

void story_connection(const ShakedownConnection *c, void *data)
{
	Story *story = data;
	GString *out = chapter(story, c->id);

	g_string_append_printf(out, "record v%u roles=%s", c->ip_version,
			       shakedown_role_basis_name(c->role_basis));
	append_time(out, story, "start", c->start);
	append_time(out, story, "end", c->end);
	g_string_append_printf(out, " frames=%" PRIu64 "-%" PRIu64, c->first_frame, c->last_frame);
	for (const char *const *layer = c->encapsulation; layer && *layer; layer++)
		g_string_append_printf(out, " %s", *layer);
	g_string_append_printf(out, "\nhandshake %s %s %u %u",
			       shakedown_handshake_kind_name(c->handshake.kind),
			       shakedown_handshake_outcome_name(c->handshake.outcome),
			       c->handshake.syn, c->handshake.syn_ack);
	append_duration(out, "server", c->handshake.server_rtt);
	append_duration(out, "client", c->handshake.client_rtt);
	g_string_append_printf(out, " tap=%s", shakedown_tap_name(c->handshake.tap));
	g_string_append_printf(out, "\nteardown %s %s first=%d time-wait=%d",
			       shakedown_teardown_kind_name(c->teardown.kind),
			       shakedown_teardown_outcome_name(c->teardown.outcome),
			       c->teardown.first, c->teardown.time_wait);
	append_duration(out, "half-closed", c->teardown.half_closed);
	g_string_append(out, "\nanomalies");
	for (size_t i = 0; i < c->anomalies_len; i++)
		g_string_append_printf(out, " %d", (int)c->anomalies[i]);
	g_string_append(out, "\n");
	append_side(out, story, c, 0);
	append_side(out, story, c, 1);
	g_hash_table_insert(story->role_basis, g_memdup2(&c->id, sizeof c->id),
			    GINT_TO_POINTER((int)c->role_basis));
}

void story_segment(const ShakedownSegment *segment, void *data)
{
	GString *out = chapter(data, segment->connection);

	g_string_append_printf(out, "frame %" PRIu64 " %s: %s, %s / %s%s%s\n", segment->frame,
			       shakedown_side_name(segment->sender),
			       shakedown_segment_class_name(segment->segment_class),
			       shakedown_tcp_state_name(segment->state[0]),
			       shakedown_tcp_state_name(segment->state[1]),
			       segment->note ? ", " : "", segment->note ? segment->note : "");
}

void story_event(const TcpEvent *event, void *data)
{
	Story *story = data;
	GString *out = chapter(story, event->conn->id);

	/* When a connection is forgotten depends on when a timer's tick comes. */
	if (event->kind == TCP_EVENT_OVER)
		return;
	g_string_append_printf(out, "event %d side %d frame %" PRIu64, (int)event->kind,
			       (int)event->side, event->frame);
	append_time(out, story, "time", event->time);
	g_string_append(out, "\n");
}

void story_anomaly(const ShakedownAnomaly *a, void *data)
{
	Story *story = data;
	GString *out = a->connection ? chapter(story, a->connection) : story->anomalies;

	g_string_append_printf(out, "anomaly %d severity %d scope %d", (int)a->kind,
			       (int)a->severity, (int)a->scope);
	append_time(out, story, "time", a->time);
	append_time(out, story, "until", a->until);
	for (size_t i = 0; i < a->frames_len; i++)
		g_string_append_printf(out, " %" PRIu64, a->frames[i]);
	g_string_append_printf(out, " \"%s\"\n", a->summary ? a->summary : "");
}

/* "line 3: was …, now …" */
static void compare_texts(GString *report, const char *name, const char *before, const char *after)
{
	if (strcmp(before, after) == 0)
		return;
	g_auto(GStrv) was = g_strsplit(before, "\n", -1), now = g_strsplit(after, "\n", -1);
	unsigned shown = 0;

	g_string_append_printf(report, "%s:\n", name);
	for (size_t i = 0; was[i] || now[i]; i++) {
		if (was[i] && now[i] && strcmp(was[i], now[i]) == 0)
			continue;
		g_string_append_printf(report, "  - %s\n  + %s\n", was[i] ? was[i] : "(end)",
				       now[i] ? now[i] : "(end)");
		if (++shown == 3 || !was[i] || !now[i])
			break;
	}
}

static int by_id(gconstpointer a, gconstpointer b)
{
	uint64_t x = **(uint64_t *const *)a, y = **(uint64_t *const *)b;

	return (x > y) - (x < y);
}

#define CHAPTERS_REPORTED 4096 /* bytes of report after which no chapter is added */

char *story_compare(const Story *before, const Story *after, bool not_by_ports)
{
	g_autoptr(GString) report = g_string_new(NULL);
	guint n;
	g_autofree gpointer *ids = g_hash_table_get_keys_as_array(before->chapters, &n);

	if (g_hash_table_size(before->chapters) != g_hash_table_size(after->chapters))
		g_string_append_printf(report, "%u connections before, %u after\n",
				       g_hash_table_size(before->chapters),
				       g_hash_table_size(after->chapters));
	qsort(ids, n, sizeof *ids, by_id);
	for (guint i = 0; i < n && report->len < CHAPTERS_REPORTED; i++) {
		const uint64_t *id = ids[i];
		const GString *was = g_hash_table_lookup(before->chapters, id);
		const GString *now = g_hash_table_lookup(after->chapters, id);
		gpointer basis = g_hash_table_lookup(before->role_basis, id);
		g_autofree char *name = g_strdup_printf("connection %" PRIu64, *id);

		if (not_by_ports && GPOINTER_TO_INT(basis) == SHAKEDOWN_ROLE_PORTS)
			continue;
		compare_texts(report, name, was->str, now ? now->str : "");
	}
	compare_texts(report, "wider anomalies", before->anomalies->str, after->anomalies->str);
	return report->len ? g_strdup(report->str) : NULL;
}
