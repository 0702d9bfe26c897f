/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-folded.h"

#include "tcp/tcp-idle.h"
#include "tcp/tcp-pairing.h"
#include "tcp/tcp-rest.h"
#include "tcp/tcp-tracker-private.h"

#include <string.h>

/* The key is its own, and to be freed with it. Not all encapsulations are part of a key. */
static void take_key(TcpTracker *t, FlowSmallKey *small, const TcpConnection *conn)
{
	flow_key_small(small, &conn->key, conn->encap != 0, t->wide_keys);
	if (small->wide)
		((TcpFoldedWide *)slab_get(t->wide_keys, small->addr[0]))->encap = conn->encap;
}

static uint32_t encap_of(const TcpTracker *t, const TcpFolded *folded)
{
	if (!folded->key.wide)
		return 0;
	return ((const TcpFoldedWide *)slab_get(t->wide_keys, folded->key.addr[0]))->encap;
}

TcpConnection *tcp_folded_room(TcpTracker *t)
{
	/* Of a length that gcc knows it would make a slow string instruction. */
	return memset(t->unfolded_room, 0, t->slab->item_size);
}

void tcp_folded_opened(TcpConnection *conn, const TcpFolded *folded)
{
	conn->id = folded->id;
	conn->start = conn->end = folded->start;
	conn->first_frame = conn->last_frame = folded->frame;
	conn->leg[0] = conn->leg[1] = SHAKEDOWN_DURATION_UNKNOWN;
	conn->teardown_first = conn->first_fin = conn->reset_by = -1;
	conn->side[0].wscale = conn->side[1].wscale = TCP_WSCALE_NONE;
	conn->role_basis = SHAKEDOWN_ROLE_SYN;
	conn->client_end = folded->client_end;
}

void tcp_folded_syn(TcpConnection *conn, const TcpFolded *folded)
{
	TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

	conn->syn_first = conn->syn_last = folded->start;
	c->flags = TCP_SIDE_SEEN | TCP_SIDE_ISN_KNOWN | TCP_SIDE_SYN_SEEN | TCP_SIDE_SENT_SYN |
		   TCP_SIDE_SPACE;
	c->state = SHAKEDOWN_TCP_SYN_SENT;
	c->wscale = folded->wscale == TCP_FOLDED_NO_WSCALE ? TCP_WSCALE_NONE : folded->wscale;
	c->checks = folded->checked ? TCP_CHECK_GOOD : 0;
	c->ordinal = 1;
	c->syns = 1;
	c->packets = 1;
	c->isn = folded->isn;
	c->snd_nxt = tcp_seq_add(folded->isn, 1);
	c->window = c->window_max = folded->window;
	c->options = (TcpSynOptions){
		.sack_permitted = folded->sack,
		.timestamps = folded->timestamps,
		.mss = folded->has_mss ? folded->mss : -1,
		.window_scale =
			folded->wscale == TCP_FOLDED_NO_WSCALE ? -1 : (int8_t)folded->wscale,
		.fast_open = -1,
		.mptcp = -1,
	};
	conn->beliefs.len = 1;
	conn->beliefs.few[0] = (TcpBelief){.time = folded->start,
					   .frame = folded->frame,
					   .side = SHAKEDOWN_CLIENT,
					   .state = SHAKEDOWN_TCP_SYN_SENT,
					   .evidence = SHAKEDOWN_EVIDENCE_SENT,
					   .input = TCP_SENDS_SYN};
}

void tcp_folded_passed(TcpConnection *conn, const TcpFolded *folded)
{
	conn->side[SHAKEDOWN_CLIENT].ttl[0] = folded->ttl;
	conn->side[SHAKEDOWN_CLIENT].last = folded->start;
}

/* All but the key and its hash, the timer, and what it was encapsulated in. */
static void unfold(TcpConnection *conn, const TcpFolded *folded)
{
	tcp_folded_opened(conn, folded);
	tcp_folded_syn(conn, folded);
	tcp_folded_passed(conn, folded);
	conn->noted = folded->noted;
	conn->flags = folded->timed ? TCP_CONN_TIMED_HANDSHAKE : 0;
}

/* All but the key. */
static TcpFolded fold(const TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

	return (TcpFolded){
		.window = (uint16_t)c->window,
		.start = conn->start,
		.frame = conn->first_frame,
		.ttl = c->ttl[0],
		.wscale = c->wscale == TCP_WSCALE_NONE ? TCP_FOLDED_NO_WSCALE : c->wscale & 15u,
		.sack = c->options.sack_permitted,
		.timestamps = c->options.timestamps,
		.client_end = conn->client_end & 1u,
		.timed = tcp_conn_has(conn, TCP_CONN_TIMED_HANDSHAKE),
		.checked = (c->checks & TCP_CHECK_GOOD) != 0,
		.id = conn->id,
		.has_mss = c->options.mss >= 0,
		.mss = (uint16_t)c->options.mss,
		.isn = c->isn,
		.noted = conn->noted,
	};
}

/* All but the timer and the encapsulation, which come along. */
static bool comes_out_the_same(const TcpConnection *conn, const TcpFolded *folded)
{
	TcpConnection other;

	memset(&other, 0, sizeof other);
	other.key = conn->key;
	other.hash = conn->hash;
	unfold(&other, folded);
	other.timer = conn->timer;
	other.encap = conn->encap;
	return memcmp(&other, conn, sizeof other) == 0;
}

/* Nothing but its first SYN is known of it, and folded is what that comes to, but for the key. */
static bool folds(const TcpConnection *conn, TcpFolded *folded)
{
	/* What most often stands against it, first. */
	if (conn->side[SHAKEDOWN_CLIENT].packets != 1 || conn->side[SHAKEDOWN_SERVER].packets ||
	    conn->aside)
		return false;
	*folded = fold(conn);
	return comes_out_the_same(conn, folded);
}

/* Key and timer stay. */
static void rest(TcpTracker *t, const TcpConnection *conn, uint32_t small)
{
	TcpFolded *folded = slab_get(t->folded, small);
	bool open = !tcp_conn_gone(conn);

	t->resting++;
	t->resting_open += open;
	t->resting_hangs += tcp_budget_hangs_off(t, conn);
	folded->start = conn->start;
	folded->frame = conn->first_frame;
	folded->id = conn->id;
	folded->rests = true;
	folded->open = open;
	folded->rest = tcp_rest_pack(t, conn, small);
}

void tcp_folded_moved(uint32_t small, uint8_t *rest, void *tracker)
{
	const TcpTracker *t = tracker;

	((TcpFolded *)slab_get(t->folded, small))->rest = rest;
}

/* The folded one is in its place from now on. */
static void put_aside(TcpTracker *t, const TcpConnection *conn, uint32_t handle, uint32_t small)
{
	timer_wheel_move(t->wheel, handle, small | SLAB_SMALL);
	flow_table_replace(t->table, conn->hash, handle, small | SLAB_SMALL);
	tcp_pairing_moved(t, conn, handle, small | SLAB_SMALL);
	slab_free_item(t->slab, handle);
}

void tcp_fold(TcpTracker *t, TcpConnection *conn, uint32_t handle)
{
	TcpFolded folded;

	if (!folds(conn, &folded))
		return;
	uint32_t small = slab_alloc(t->folded);

	take_key(t, &folded.key, conn);
	*(TcpFolded *)slab_get(t->folded, small) = folded;
	put_aside(t, conn, handle, small);
}

bool tcp_folded_rest_anyway(TcpTracker *t, TcpConnection *conn, uint32_t handle)
{
	if (!tcp_rest_can(conn))
		return false;
	uint32_t small = slab_alloc(t->folded);
	TcpFolded *folded = slab_get(t->folded, small);

	take_key(t, &folded->key, conn);
	rest(t, conn, small);
	put_aside(t, conn, handle, small);
	return true;
}

bool tcp_folded_rest(TcpTracker *t, TcpConnection *conn)
{
	return slab_live(t->slab) >= t->rest_from && tcp_conn_gone(conn) &&
	       tcp_folded_rest_anyway(t, conn, tcp_handle_of(t, conn));
}

/* Its key is there. */
static void wake(TcpTracker *t, TcpConnection *conn, const TcpFolded *folded)
{
	conn->id = folded->id;
	conn->start = folded->start;
	conn->first_frame = folded->frame;
	tcp_rest_unpack(t, conn, folded->rest, folded->open);
	t->resting--;
	t->resting_open -= folded->open;
	t->resting_hangs -= tcp_budget_hangs_off(t, conn);
	/* At the end nothing more comes to rest. */
	if (!t->finishing)
		byte_log_tidy(t->rests);
}

static TcpFolded *folded_of(const TcpTracker *t, uint32_t handle)
{
	return slab_get(t->folded, handle & ~SLAB_SMALL);
}

/* conn is all zero. */
static void take_out(TcpTracker *t, TcpConnection *conn, const TcpFolded *folded)
{
	flow_key_of_small(&conn->key, &folded->key, t->wide_keys);
	/* At the end nobody looks one up any more. */
	conn->hash = t->finishing ? 0 : flow_table_hash(t->table, &conn->key);

	if (folded->rests) {
		wake(t, conn, folded);
	} else {
		unfold(conn, folded);
		conn->encap = encap_of(t, folded);
	}
}

void tcp_folded_free(TcpTracker *t, uint32_t handle)
{
	flow_key_small_free(&folded_of(t, handle)->key, t->wide_keys);
	slab_free_item(t->folded, handle & ~SLAB_SMALL);
}

/* Another is in the place of the folded one from now on. */
static void replace(TcpTracker *t, const TcpConnection *conn, uint32_t small, uint32_t handle)
{
	timer_wheel_move(t->wheel, small, handle);
	flow_table_replace(t->table, conn->hash, small, handle);
	tcp_pairing_moved(t, conn, small, handle);
	tcp_folded_free(t, small);
}

TcpConnection *tcp_unfold(TcpTracker *t, uint32_t *handle)
{
	uint32_t small = *handle;

	if (!(small & SLAB_SMALL))
		return slab_get(t->slab, small);
	TcpConnection *conn = slab_get(t->slab, *handle = slab_alloc(t->slab));

	take_out(t, conn, folded_of(t, small));
	if (folded_of(t, small)->open)
		tcp_idle_woke(t);
	replace(t, conn, small, *handle);
	return conn;
}

TcpConnection *tcp_folded_borrow(TcpTracker *t, uint32_t handle)
{
	if (!(handle & SLAB_SMALL))
		return slab_get(t->slab, handle);
	TcpConnection *conn = tcp_folded_room(t);

	take_out(t, conn, folded_of(t, handle));
	return conn;
}

void tcp_folded_return(TcpTracker *t, TcpConnection *conn, uint32_t handle)
{
	if (!(handle & SLAB_SMALL)) {
		if (!tcp_folded_rest(t, conn))
			tcp_fold(t, conn, handle);
		return;
	}
	TcpFolded *folded = folded_of(t, handle);

	if (folded->rests && tcp_rest_can(conn)) {
		rest(t, conn, handle & ~SLAB_SMALL);
	} else if (!folded->rests && !conn->aside && !conn->blamed) {
		/* Who is told of a first SYN, or that its answer is late, can change no more,
		 * unless it is blamed for something. */
		folded->noted = conn->noted;
		folded->timed = tcp_conn_has(conn, TCP_CONN_TIMED_HANDSHAKE);
	} else {
		uint32_t whole = slab_alloc(t->slab);

		*(TcpConnection *)slab_get(t->slab, whole) = *conn;
		replace(t, conn, handle, whole);
	}
}

void tcp_unfold_all(TcpTracker *t, void (*told)(TcpConnection *conn, void *data), void *data)
{
	g_autofree uint32_t *handles = flow_table_handles(t->table);

	for (size_t i = 0, n = flow_table_len(t->table); i < n; i++) {
		TcpConnection *conn = tcp_unfold(t, &handles[i]);

		for (; conn; conn = conn->older ? slab_get(t->slab, conn->older) : NULL)
			if (!tcp_aside(conn)->alias_of)
				told(conn, data);
	}
}
