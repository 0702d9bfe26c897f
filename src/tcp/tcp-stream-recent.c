/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-stream-recent.h"

#include "base/mix.h"
#include "tcp/tcp-overlap.h"
#include "tcp/tcp-space.h"

#include <glib.h>
#include <string.h>

/* How far back a segment that begins at no remembered number is looked for. */
#define STEPS_BACK 32
#define SEGMENTS_MOST (1u << 24)
/* So many segments ahead of its turn a place is fetched: all have been overwritten since. */
#define AHEAD 4

/* A segment, one cache line. */
typedef struct {
	uint64_t frame : 48;
	uint64_t excerpt_len : 6;
	uint64_t damaged : 1;
	uint64_t whole : 1; /* all its payload was captured: the hash means something */
	uint32_t owner;	    /* connection and side */
	uint32_t previous;  /* serial number of the owner's segment before; 0: none */
	TcpSeq seq;
	uint32_t len;
	uint64_t hash;
	uint8_t excerpt[TCP_OVERLAP_EXCERPT];
} Recent;
_Static_assert(sizeof(Recent) == 64, "a cache line");

struct _TcpRecent {
	Recent *ring;	 /* by serial number */
	uint32_t *index; /* by owner and sequence number: a serial number */
	uint32_t mask, next;
	DigestSecret secret; /* … and of the index */
};

TcpRecent *tcp_recent_new(unsigned at_least)
{
	TcpRecent *r = g_new0(TcpRecent, 1);
	unsigned segments = 1;

	while (segments < at_least && segments < SEGMENTS_MOST)
		segments *= 2;
	r->ring = g_new0(Recent, segments);
	r->index = g_new0(uint32_t, (size_t)segments * 2);
	r->mask = segments - 1;
	r->next = 1;
	r->secret = digest_secret_of(mix_random_seed());
	return r;
}

void tcp_recent_free(TcpRecent *r)
{
	if (!r)
		return;
	g_free(r->ring);
	g_free(r->index);
	g_free(r);
}

DigestSecret tcp_recent_secret(const TcpRecent *r)
{
	return r->secret;
}

static const SegmentDigest *digest_of(const TcpRecent *r, const Segment *seg, SegmentDigest *room)
{
	if (seg->has_digest)
		return &seg->digest;
	digest_make(room, seg, &r->secret);
	return room;
}

static uint32_t owner_of(const TcpStep *step)
{
	return (uint32_t)step->conn->id << 1 | step->from;
}

static uint32_t *slot_of(TcpRecent *r, uint32_t owner, TcpSeq seq)
{
	uint64_t hash = mix_fold(r->secret.word[0] ^ owner, r->secret.word[1] ^ seq.value);

	return &r->index[hash & (r->mask * 2u + 1u)];
}

/* NULL where it was overwritten since, or is another's. */
static Recent *by_serial(TcpRecent *r, uint32_t serial, uint32_t owner)
{
	Recent *e = &r->ring[serial & r->mask];

	return serial && r->next - serial <= r->mask + 1u && e->owner == owner ? e : NULL;
}

static void remember(TcpRecent *r, TcpStep *step)
{
	const Segment *seg = step->seg;
	uint32_t owner = owner_of(step), *latest = &step->conn->side[step->from].latest;
	Recent *e = &r->ring[r->next & r->mask];
	SegmentDigest room;
	const SegmentDigest *digest = digest_of(r, seg, &room);

	e->frame = step->frame;
	e->damaged = seg->checksum == SEGMENT_CHECKSUM_BAD;
	e->owner = owner;
	e->previous = *latest;
	e->seq = seg->seq;
	e->len = seg->payload_len;
	e->whole = seg->payload_captured == seg->payload_len;
	if (e->whole)
		e->hash = digest->hash;
	e->excerpt_len = MIN(seg->payload_captured, TCP_OVERLAP_EXCERPT);
	memcpy(e->excerpt, digest->excerpt, sizeof e->excerpt);
	*slot_of(r, owner, seg->seq) = *latest = r->next++;
	if (!r->next)
		r->next = 1;
	__builtin_prefetch(&r->ring[(r->next + AHEAD) & r->mask], 1);
}

/* Another's segment may have taken the place in the index, and whose does depends on the secret:
 * where it is found must not. */
static Recent *find(TcpRecent *r, const TcpStep *step)
{
	const Segment *seg = step->seg;
	uint32_t owner = owner_of(step), serial = *slot_of(r, owner, seg->seq);
	Recent *e = by_serial(r, serial, owner), *overlaps = NULL;
	TcpSeq end = tcp_seq_add(seg->seq, seg->payload_captured);

	if (e && tcp_seq_eq(e->seq, seg->seq))
		return e;
	serial = step->conn->side[step->from].latest;
	for (unsigned i = 0; i < STEPS_BACK && (e = by_serial(r, serial, owner)); i++) {
		if (tcp_seq_eq(e->seq, seg->seq))
			return e;
		if (!overlaps && tcp_seq_lt(e->seq, end) &&
		    tcp_seq_lt(seg->seq, tcp_seq_add(e->seq, e->excerpt_len)))
			overlaps = e;
		serial = e->previous;
	}
	return overlaps;
}

/* The tracker counts bytes, not where they are: the offset's upper half comes from their sum. */
static uint64_t offset_of(const TcpStep *step, TcpSeq seq)
{
	const TcpSide *s = &step->conn->side[step->from];
	uint64_t about = s->bytes + tcp_aside(step->conn)->side[step->from].missing;

	if (!tcp_side_has(s, TCP_SIDE_ISN_KNOWN)) {
		uint32_t back = s->snd_nxt.value - seq.value;

		return about > back ? about - back : 0;
	}
	uint32_t low = seq.value - s->isn.value - 1;
	int32_t ahead = (int32_t)(low - (uint32_t)about);
	return ahead < 0 && about < (uint32_t)-ahead ? low : about + (uint64_t)(int64_t)ahead;
}

/* Both copies' bytes where the excerpt reaches; true where they differ. */
static bool excerpt_differs(const Recent *e, const Segment *seg, TcpOverlap *overlap)
{
	int32_t ahead = tcp_seq_diff(seg->seq, e->seq);
	uint32_t in_old = ahead > 0 ? (uint32_t)ahead : 0;
	uint32_t in_new = ahead < 0 ? (uint32_t)-ahead : 0;
	uint32_t len = MIN(e->excerpt_len - MIN(in_old, e->excerpt_len),
			   seg->payload_captured - MIN(in_new, seg->payload_captured));
	const uint8_t *old = e->excerpt + in_old, *new = seg->payload + in_new;
	uint32_t at = 0;

	while (at < len && old[at] == new[at])
		at++;
	if (at == len)
		return false;
	for (uint32_t i = at; i < len; i++)
		overlap->differing += old[i] != new[i];
	overlap->offset = in_new + at;
	overlap->compared = len;
	overlap->first_len = (uint8_t)(len - at);
	overlap->later_len = (uint8_t)MIN(seg->payload_captured - in_new - at, TCP_OVERLAP_EXCERPT);
	memcpy(overlap->first, old + at, overlap->first_len);
	memcpy(overlap->later, new + at, overlap->later_len);
	return true;
}

static bool differs(TcpRecent *r, const Recent *e, const Segment *seg, TcpOverlap *overlap)
{
	SegmentDigest room;

	if (excerpt_differs(e, seg, overlap))
		return true;
	if (!e->whole || !tcp_seq_eq(e->seq, seg->seq) || e->len != seg->payload_len ||
	    seg->payload_captured != seg->payload_len || e->hash == digest_of(r, seg, &room)->hash)
		return false;
	/* Somewhere behind the excerpt. */
	overlap->offset = e->excerpt_len;
	overlap->compared = seg->payload_len;
	return true;
}

bool tcp_recent_differs(TcpRecent *r, const TcpStep *step)
{
	const Segment *seg = step->seg;
	TcpOverlap overlap = {0};

	if (!tcp_recent_wants(seg) || seg->payload_len <= 1 ||
	    seg->checksum == SEGMENT_CHECKSUM_BAD)
		return false;
	const Recent *e = find(r, step);

	return e && tcp_seq_eq(e->seq, seg->seq) && !e->damaged && differs(r, e, seg, &overlap);
}

static void compare(TcpRecent *r, TcpStep *step)
{
	const Segment *seg = step->seg;
	const Recent *e = find(r, step);
	TcpOverlap overlap = {0};

	bool copy = step->segment_class == SHAKEDOWN_SEGMENT_DUPLICATE_PACKET;

	if (!e || e->damaged || seg->checksum == SEGMENT_CHECKSUM_BAD ||
	    step->segment_class == SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE) {
		if (!e && !copy)
			remember(r, step);
		return;
	}
	/* Sent again in larger segments: what is new in it is worth remembering. */
	bool longer = tcp_seq_lt(tcp_seq_add(e->seq, e->len), segment_seq_end(seg));
	overlap.first_frame = e->frame;
	overlap.later_frame = step->frame;
	if (differs(r, e, seg, &overlap)) {
		overlap.offset += offset_of(step, seg->seq);
		step->overlap = &overlap;
		tcp_emit(step, TCP_EVENT_OVERLAP_CONFLICT, step->from);
		step->overlap = NULL;
	}
	if (longer && !copy)
		remember(r, step);
}

void tcp_recent_segment(TcpRecent *r, TcpStep *step)
{
	const Segment *seg = step->seg;
	ShakedownSegmentClass c = step->segment_class;

	if (!tcp_recent_wants(seg))
		return;
	if (c == SHAKEDOWN_SEGMENT_NEW)
		remember(r, step);
	else if (tcp_space_sent_again(c) || c == SHAKEDOWN_SEGMENT_OUT_OF_ORDER ||
		 c == SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE ||
		 /* The same packet twice, but the payload may be another. */
		 (c == SHAKEDOWN_SEGMENT_DUPLICATE_PACKET && seg->payload_len > 1))
		compare(r, step);
}
