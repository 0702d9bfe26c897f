/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/stream-holes.h"

#include <inttypes.h>

/* Lines a stream, beside the sum. */
#define LINES_MOST 8

typedef struct {
	uint64_t key;
	uint64_t offset, len; /* of the latest hole, not told yet; len 0: none */
	ShakedownHole kind;
	unsigned told;
	uint64_t more, more_bytes; /* that are left for the sum */
} Tally;

struct _StreamHoles {
	void (*tell)(const char *line, void *data);
	void *data;
	GHashTable *tallies; /* of streams that have holes, by key */
};

StreamHoles *stream_holes_new(void (*tell)(const char *line, void *data), void *data)
{
	StreamHoles *holes = g_new0(StreamHoles, 1);

	holes->tell = tell;
	holes->data = data;
	holes->tallies = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	return holes;
}

void stream_holes_free(StreamHoles *holes)
{
	if (!holes)
		return;
	g_hash_table_unref(holes->tallies);
	g_free(holes);
}

static const char *reason(ShakedownHole kind)
{
	switch (kind) {
	case SHAKEDOWN_HOLE_CUT:
		return "cut off by the snaplen";
	case SHAKEDOWN_HOLE_GIVEN_UP:
		return "not waited for any longer";
	case SHAKEDOWN_HOLE_MISSING:
	case SHAKEDOWN_HOLE_NONE:
		break;
	}
	return "not in the capture";
}

static const char *bytes(uint64_t n)
{
	return n == 1 ? "byte" : "bytes";
}

static void tell(StreamHoles *holes, const Tally *t, const char *what)
{
	g_autofree char *line =
		g_strdup_printf("connection %" PRIu64 ", %s: %s", t->key >> 1,
				shakedown_side_name((ShakedownSideId)(t->key & 1)), what);

	holes->tell(line, holes->data);
}

/* The hole has found its end. */
static void close_hole(StreamHoles *holes, Tally *t)
{
	if (!t->len)
		return;
	if (t->told < LINES_MOST) {
		g_autofree char *what = g_strdup_printf(
			"%" PRIu64 " %s at offset %" PRIu64 " %s missing: %s", t->len,
			bytes(t->len), t->offset, t->len == 1 ? "is" : "are", reason(t->kind));
		tell(holes, t, what);
		t->told++;
	} else {
		t->more++;
		t->more_bytes += t->len;
	}
	t->len = 0;
}

void stream_holes_take(StreamHoles *holes, const ShakedownStretch *s)
{
	uint64_t key = s->connection << 1 | s->side;
	Tally *t = g_hash_table_lookup(holes->tallies, &key);

	if (s->hole == SHAKEDOWN_HOLE_NONE) {
		if (t)
			close_hole(holes, t);
		return;
	}
	if (!t) {
		t = g_new0(Tally, 1);
		t->key = key;
		g_hash_table_insert(holes->tallies, &t->key, t);
	}
	if (t->len && t->kind != s->hole)
		close_hole(holes, t);
	if (!t->len)
		t->offset = s->offset;
	t->kind = s->hole;
	t->len += s->len;
}

void stream_holes_end(StreamHoles *holes, uint64_t connection)
{
	for (unsigned side = 0; side < 2; side++) {
		uint64_t key = connection << 1 | side;
		Tally *t = g_hash_table_lookup(holes->tallies, &key);

		if (!t)
			continue;
		close_hole(holes, t);
		if (t->more) {
			g_autofree char *what =
				g_strdup_printf("%" PRIu64 " more holes, %" PRIu64 " %s", t->more,
						t->more_bytes, bytes(t->more_bytes));
			tell(holes, t, what);
		}
		g_hash_table_remove(holes->tallies, &key);
	}
}
