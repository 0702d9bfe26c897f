/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-idle.h"

#include "tcp/tcp-folded.h"
#include "tcp/tcp-rest.h"
#include "tcp/tcp-tracker-private.h"

/* What one that is opened may cost. Each time it was in vain twice as many are opened until one
 * looks again, so often at the most, and so much farther on. */
#define LOOKS 4
#define IN_VAIN_MOST 4
#define ELSEWHERE 16
/* Where another would have to end for it. */
#define LOOKS_IN_HURRY 32
#define PATIENCE_IN_HURRY (INT64_C(50000000))

/* It grows by an eighth with each that is woken and shrinks by a 64th with each that is laid to
 * rest: so it stays where one in eight was laid to rest for nothing. */
#define PATIENCE_LEAST (INT64_C(1) * SHAKEDOWN_NS_PER_S)
#define PATIENCE_MOST (INT64_C(3600) * SHAKEDOWN_NS_PER_S)
#define GROWS_BY 8
#define SHRINKS_BY 64

void tcp_idle_init(TcpIdle *idle)
{
	*idle = (TcpIdle){.patience = PATIENCE_LEAST};
}

/* Who is looked at next is seldom in the cache: neither it, nor, a step later, what points to it.
 */
static void fetch_next(TcpTracker *t)
{
	uint32_t next = slab_next_live(t->slab, t->idle.hand);

	if (!next)
		return;
	const TcpConnection *conn = slab_get(t->slab, next);

	flow_table_prefetch(t->table, conn->hash);
	timer_wheel_fetch(t->wheel, &conn->timer);
	tcp_connection_prefetch(slab_get(t->slab, slab_next_live(t->slab, next)));
}

static bool rest_one(TcpTracker *t, unsigned looks, ShakedownDuration patience)
{
	TcpIdle *idle = &t->idle;
	size_t most = MIN(looks, slab_live(t->slab));
	uint32_t next = idle->hand;

	for (size_t i = 0; i < most; i++) {
		next = slab_next_live(t->slab, next);
		TcpConnection *conn = slab_get(t->slab, next);

		if (t->now - conn->end <= patience || !tcp_folded_rest_anyway(t, conn, next))
			continue;
		idle->hand = next;
		idle->patience = MAX(idle->patience - idle->patience / SHRINKS_BY, PATIENCE_LEAST);
		fetch_next(t);
		return true;
	}
	/* Those that lie side by side are of an age: the next are looked for elsewhere. */
	idle->hand = next + (uint32_t)(slab_live(t->slab) / ELSEWHERE);
	return false;
}

void tcp_idle_opened(TcpTracker *t)
{
	size_t live = slab_live(t->slab);

	t->idle.latest = t->next_id;
	/* A SYN that has been folded has left the slot that it had for a moment. */
	if (live < t->rest_from || live + 1 < slab_taken(t->slab))
		return;
	if (t->idle.waits) {
		t->idle.waits--;
		return;
	}
	bool rests = rest_one(t, LOOKS, t->idle.patience);

	t->idle.in_vain = rests ? 0 : MIN(t->idle.in_vain + 1, IN_VAIN_MOST);
	t->idle.waits = (UINT32_C(1) << t->idle.in_vain) - 1;
}

bool tcp_idle_hurry(TcpTracker *t)
{
	return rest_one(t, LOOKS_IN_HURRY, MIN(t->idle.patience, PATIENCE_IN_HURRY));
}

void tcp_idle_woke(TcpTracker *t)
{
	TcpIdle *idle = &t->idle;

	idle->patience = MIN(idle->patience + idle->patience / GROWS_BY, PATIENCE_MOST);
}

void tcp_idle_rest_all(TcpTracker *t)
{
	for (size_t n = slab_live(t->slab); n; n--) {
		t->idle.hand = slab_next_live(t->slab, t->idle.hand);
		tcp_folded_rest_anyway(t, slab_get(t->slab, t->idle.hand), t->idle.hand);
	}
}
