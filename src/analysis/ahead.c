/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of batches, each what one shakedown_capture_read() gave with the segments in it. The
 * reading thread fills the next one while there is room, the other takes the oldest; which of them
 * waits makes no difference to what is in a batch, and so none to what is found.
 *
 * Segments point into the capture's own memory, which it keeps for batches that are not taken yet;
 * the few that the decoder has put together from fragments are copied.
 */
#include <shakedown/ahead.h>

#include "analysis/analysis-private.h"
#include "base/quiet-thread.h"
#include "capture/capture-private.h"
#include "tcp/tcp-stream-recent.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define BATCHES 32u
#define PACKETS 256u
/* In so many bytes of packets, and of copies, there is enough to read ahead, however large they
 * are. */
#define BYTES ((size_t)2 << 20)

/* To wake somebody takes as long as some hundred packets do. So many batches are worth it; who
 * waits for less looks again after naps (ns), longer and longer ones. */
#define WORTH_WAKING 4u
#define NAP 1000000L
#define NAP_MOST 50000000L

typedef struct {
	ShakedownPacket packets[PACKETS];
	uint8_t found[PACKETS]; /* segments of each */
	size_t n;
	size_t bytes; /* of the packets */
	Segment *segments;
	size_t room;
	GPtrArray *copies; /* of what lay in the decoder */
	size_t copied;	   /* bytes of them */
	/* The capture's, after these packets. */
	uint64_t dropped;
	ShakedownTime now; /* where it has ended */
	bool ended, more;
} Batch;

struct _ShakedownAhead {
	ShakedownCapture *capture;
	ShakedownAnalysis *analysis;
	uint64_t packets; /* analysed */
	bool digests;	  /* are wanted, by … */
	DigestSecret secret;
	pthread_t thread;
	bool running;
	/* Held by whoever uses the capture. Never taken inside the other. */
	pthread_mutex_t reading;
	uint64_t left; /* to be read */

	pthread_mutex_t lock; /* for all below */
	pthread_cond_t filled, freed;
	/* Since the beginning, so that the difference is what the ring holds. */
	unsigned begin, end;
	size_t bytes; /* in it */
	bool stop;
	Batch ring[BATCHES];
};

static bool is_full(const ShakedownAhead *a)
{
	unsigned held = a->end - a->begin;

	return held == BATCHES || (held && a->bytes >= BYTES);
}

/* A reader that is ahead sleeps until there is something to do for it. */
static bool reader_is_worth_waking(const ShakedownAhead *a)
{
	return a->end - a->begin <= BATCHES / 2 && a->bytes <= BYTES / 2;
}

/* Its options and payload follow each other. */
static void copy_segment(Batch *b, Segment *segment)
{
	size_t len = (size_t)(segment->payload - segment->options) + segment->payload_captured;
	uint8_t *copy = g_malloc(len + 1);

	memcpy(copy, segment->options, len);
	segment->payload = copy + (segment->payload - segment->options);
	segment->options = copy;
	g_ptr_array_add(b->copies, copy);
	b->copied += len;
}

static void make_digest(const ShakedownAhead *a, Segment *segment)
{
	if (segment->kind != SEGMENT_TCP || !tcp_recent_wants(segment))
		return;
	digest_make(&segment->digest, segment, &a->secret);
	segment->has_digest = true;
}

static void decode(ShakedownAhead *a, Batch *b, bool digests)
{
	size_t used = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->room - used < DECODER_SEGMENTS) {
			b->room += PACKETS;
			b->segments = g_renew(Segment, b->segments, b->room);
		}
		Segment *segments = b->segments + used;

		analysis_tame_time(&b->packets[i]);
		b->bytes += b->packets[i].captured_len;
		b->found[i] = (uint8_t)analysis_decode(a->analysis, &b->packets[i], segments);
		for (size_t j = 0; j < b->found[i]; j++) {
			if (segments[j].kind != SEGMENT_TICK &&
			    !segment_lies_in(&segments[j], &b->packets[i]))
				copy_segment(b, &segments[j]);
			if (digests)
				make_digest(a, &segments[j]);
		}
		used += b->found[i];
	}
}

static void fill(ShakedownAhead *a, Batch *b, unsigned held)
{
	g_ptr_array_set_size(b->copies, 0);
	b->copied = 0;
	pthread_mutex_lock(&a->reading);
	b->n = capture_read_on(a->capture, b->packets, MIN(PACKETS, a->left), held);
	a->left -= b->n;
	b->ended = shakedown_capture_ended(a->capture);
	b->dropped = shakedown_capture_dropped(a->capture);
	b->now = b->ended ? shakedown_capture_now(a->capture) : 0;
	b->more = a->left && !b->ended;
	/* What they lie in is more than they are: no more is read ahead. */
	b->bytes = capture_is_heavy(a->capture) ? BYTES : 0;
	pthread_mutex_unlock(&a->reading);
	/* Where the other waits already, it has the time for them. */
	decode(a, b, a->digests && held > 0);
}

/* Waits for a place in the ring: how many batches it holds; or BATCHES, when none is wanted. */
static unsigned wait_for_place(ShakedownAhead *a)
{
	unsigned held;

	pthread_mutex_lock(&a->lock);
	if (is_full(a))
		while (!a->stop && !reader_is_worth_waking(a))
			pthread_cond_wait(&a->freed, &a->lock);
	held = a->stop ? BATCHES : a->end - a->begin;
	pthread_mutex_unlock(&a->lock);
	return held;
}

static void *read_ahead(void *data)
{
	ShakedownAhead *a = data;
	unsigned end = 0, held;
	bool more = true;

	while (more && (held = wait_for_place(a)) < BATCHES) {
		Batch *b = &a->ring[end++ % BATCHES];

		fill(a, b, held);
		more = b->more;
		pthread_mutex_lock(&a->lock);
		a->end = end;
		a->bytes += b->bytes + b->copied;
		if (a->end - a->begin >= WORTH_WAKING || is_full(a) || !more)
			pthread_cond_signal(&a->filled);
		pthread_mutex_unlock(&a->lock);
	}
	return NULL;
}

ShakedownAhead *shakedown_ahead_new(ShakedownCapture *capture, ShakedownAnalysis *analysis,
				    uint64_t most)
{
	ShakedownAhead *a = g_new0(ShakedownAhead, 1);
	pthread_condattr_t clock;

	a->capture = capture;
	a->analysis = analysis;
	a->left = most;
	a->digests = analysis_digests(analysis, &a->secret);
	pthread_mutex_init(&a->reading, NULL);
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&a->filled, &clock);
	pthread_condattr_destroy(&clock);
	pthread_cond_init(&a->freed, NULL);
	for (size_t i = 0; i < BATCHES; i++)
		a->ring[i].copies = g_ptr_array_new_with_free_func(g_free);
	a->running = quiet_thread_start(&a->thread, read_ahead, a);
	if (!a->running)
		g_clear_pointer(&a, shakedown_ahead_free);
	return a;
}

static void take(ShakedownAhead *a, const Batch *b)
{
	analysis_take(a->analysis, b->segments, b->found, b->n, b->bytes);
	a->packets += b->n;
	shakedown_analysis_dropped(a->analysis, b->dropped, b->ended);
	if (b->ended)
		shakedown_analysis_advance(a->analysis, b->now);
}

static void give_back(ShakedownAhead *a, Batch *b)
{
	/* Not when the ring has come round: they may be much more than the packets were. */
	g_ptr_array_set_size(b->copies, 0);
	pthread_mutex_lock(&a->lock);
	a->begin++;
	a->bytes -= b->bytes + b->copied;
	if (reader_is_worth_waking(a))
		pthread_cond_signal(&a->freed);
	pthread_mutex_unlock(&a->lock);
}

static void join(ShakedownAhead *a)
{
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->freed);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	a->running = false;
}

/* Until there are batches worth waking for, or one and nothing else for a while. */
static void wait_for_batch(ShakedownAhead *a)
{
	long nap = NAP;

	while (a->begin == a->end) {
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += nap;
		until.tv_sec += until.tv_nsec / SHAKEDOWN_NS_PER_S;
		until.tv_nsec %= SHAKEDOWN_NS_PER_S;
		pthread_cond_timedwait(&a->filled, &a->lock, &until);
		nap = MIN(2 * nap, NAP_MOST);
	}
}

bool shakedown_ahead_step(ShakedownAhead *a)
{
	if (!a->running)
		return false;
	pthread_mutex_lock(&a->lock);
	wait_for_batch(a);
	Batch *b = &a->ring[a->begin % BATCHES];
	pthread_mutex_unlock(&a->lock);
	bool more = b->more;

	take(a, b);
	give_back(a, b);
	if (!more)
		join(a);
	return more;
}

void shakedown_ahead_end(ShakedownAhead *a)
{
	if (!a->running)
		return;
	join(a);
	for (; a->begin != a->end; a->begin++)
		take(a, &a->ring[a->begin % BATCHES]);
}

void shakedown_ahead_free(ShakedownAhead *a)
{
	if (!a)
		return;
	if (a->running)
		join(a);
	for (size_t i = 0; i < BATCHES; i++) {
		g_ptr_array_unref(a->ring[i].copies);
		g_free(a->ring[i].segments);
	}
	pthread_cond_destroy(&a->freed);
	pthread_cond_destroy(&a->filled);
	pthread_mutex_destroy(&a->lock);
	pthread_mutex_destroy(&a->reading);
	g_free(a);
}

uint64_t shakedown_ahead_packets(const ShakedownAhead *a)
{
	return a->packets;
}

const ShakedownCaptureInfo *shakedown_ahead_info(ShakedownAhead *a)
{
	pthread_mutex_lock(&a->reading);
	const ShakedownCaptureInfo *info = shakedown_capture_info(a->capture);
	pthread_mutex_unlock(&a->reading);
	return info;
}
