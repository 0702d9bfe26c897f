/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-half.h"

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
		((TcpHalfWide *)slab_get(t->wide_keys, small->addr[0]))->encap = conn->encap;
}

static uint32_t encap_of(const TcpTracker *t, const TcpHalf *half)
{
	if (!half->key.wide)
		return 0;
	return ((const TcpHalfWide *)slab_get(t->wide_keys, half->key.addr[0]))->encap;
}

TcpConnection *tcp_half_room(TcpTracker *t)
{
	/* Of a length that gcc knows it would make a slow string instruction. */
	return memset(t->unfolded_room, 0, t->slab->item_size);
}

void tcp_half_opened(TcpConnection *conn, const TcpHalf *half)
{
	conn->id = half->id;
	conn->start = conn->end = half->start;
	conn->first_frame = conn->last_frame = half->frame;
	conn->leg[0] = conn->leg[1] = SHAKEDOWN_DURATION_UNKNOWN;
	conn->teardown_first = conn->first_fin = conn->reset_by = -1;
	conn->side[0].wscale = conn->side[1].wscale = TCP_WSCALE_NONE;
	conn->role_basis = SHAKEDOWN_ROLE_SYN;
	conn->client_end = half->client_end;
}

void tcp_half_syn(TcpConnection *conn, const TcpHalf *half)
{
	TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

	conn->syn_first = conn->syn_last = half->start;
	c->flags = TCP_SIDE_SEEN | TCP_SIDE_ISN_KNOWN | TCP_SIDE_SYN_SEEN | TCP_SIDE_SENT_SYN |
		   TCP_SIDE_SPACE | (half->sack ? TCP_SIDE_SACK : 0);
	c->state = SHAKEDOWN_TCP_SYN_SENT;
	c->wscale = half->wscale == TCP_HALF_NO_WSCALE ? TCP_WSCALE_NONE : half->wscale;
	c->checks = half->checked ? TCP_CHECK_GOOD : 0;
	c->ordinal = 1;
	c->syns = 1;
	c->packets = 1;
	c->isn = half->isn;
	c->snd_nxt = tcp_seq_add(half->isn, 1);
	c->window = c->window_max = half->window;
	c->options = (TcpSynOptions){
		.sack_permitted = half->sack,
		.timestamps = half->timestamps,
		.mss = half->has_mss ? half->mss : -1,
		.window_scale = half->wscale == TCP_HALF_NO_WSCALE ? -1 : (int8_t)half->wscale,
		.fast_open = -1,
		.mptcp = -1,
	};
	conn->beliefs.len = 1;
	conn->beliefs.few[0] = (TcpBelief){.time = half->start,
					   .frame = half->frame,
					   .side = SHAKEDOWN_CLIENT,
					   .state = SHAKEDOWN_TCP_SYN_SENT,
					   .evidence = SHAKEDOWN_EVIDENCE_SENT,
					   .input = TCP_SENDS_SYN};
}

void tcp_half_passed(TcpConnection *conn, const TcpHalf *half)
{
	conn->side[SHAKEDOWN_CLIENT].ttl[0] = half->ttl;
	conn->side[SHAKEDOWN_CLIENT].last = half->start;
}

/* All but the key and its hash, the timer, and what it was encapsulated in. */
static void unfold(TcpConnection *conn, const TcpHalf *half)
{
	tcp_half_opened(conn, half);
	tcp_half_syn(conn, half);
	tcp_half_passed(conn, half);
	conn->noted = half->noted;
	conn->flags = half->timed ? TCP_CONN_TIMED_HANDSHAKE : 0;
}

/* All but the key. */
static TcpHalf fold(const TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

	return (TcpHalf){
		.window = (uint16_t)c->window,
		.start = conn->start,
		.frame = conn->first_frame,
		.ttl = c->ttl[0],
		.wscale = c->wscale == TCP_WSCALE_NONE ? TCP_HALF_NO_WSCALE : c->wscale & 15u,
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
static bool comes_out_the_same(const TcpConnection *conn, const TcpHalf *half)
{
	TcpConnection other;

	memset(&other, 0, sizeof other);
	other.key = conn->key;
	other.hash = conn->hash;
	unfold(&other, half);
	other.timer = conn->timer;
	other.encap = conn->encap;
	return memcmp(&other, conn, sizeof other) == 0;
}

/* Nothing but its first SYN is known of it, and half is what that comes to, but for the key. */
static bool folds(const TcpConnection *conn, TcpHalf *half)
{
	/* What most often stands against it, first. */
	if (conn->side[SHAKEDOWN_CLIENT].packets != 1 || conn->side[SHAKEDOWN_SERVER].packets ||
	    conn->aside)
		return false;
	*half = fold(conn);
	return comes_out_the_same(conn, half);
}

/* Key and timer stay. */
static void rest(TcpTracker *t, const TcpConnection *conn, uint32_t small)
{
	TcpHalf *half = slab_get(t->half_open, small);
	bool open = !tcp_conn_gone(conn);

	t->resting++;
	t->resting_open += open;
	t->resting_hangs += tcp_budget_hangs_off(t, conn);
	half->start = conn->start;
	half->frame = conn->first_frame;
	half->id = conn->id;
	half->rests = true;
	half->open = open;
	half->rest = tcp_rest_pack(t, conn, small);
}

void tcp_half_moved(uint32_t small, uint8_t *rest, void *tracker)
{
	const TcpTracker *t = tracker;

	((TcpHalf *)slab_get(t->half_open, small))->rest = rest;
}

/* The folded one is in its place from now on. */
static void put_aside(TcpTracker *t, const TcpConnection *conn, uint32_t handle, uint32_t small)
{
	timer_wheel_move(t->wheel, handle, small | SLAB_SMALL);
	flow_table_replace(t->table, conn->hash, handle, small | SLAB_SMALL);
	tcp_pairing_moved(t, conn, handle, small | SLAB_SMALL);
	slab_free_item(t->slab, handle);
}

void tcp_half_fold(TcpTracker *t, TcpConnection *conn, uint32_t handle)
{
	TcpHalf half;

	if (!folds(conn, &half))
		return;
	uint32_t small = slab_alloc(t->half_open);

	take_key(t, &half.key, conn);
	*(TcpHalf *)slab_get(t->half_open, small) = half;
	put_aside(t, conn, handle, small);
}

bool tcp_half_rest_anyway(TcpTracker *t, TcpConnection *conn, uint32_t handle)
{
	if (!tcp_rest_can(conn))
		return false;
	uint32_t small = slab_alloc(t->half_open);
	TcpHalf *half = slab_get(t->half_open, small);

	take_key(t, &half->key, conn);
	rest(t, conn, small);
	put_aside(t, conn, handle, small);
	return true;
}

bool tcp_half_rest(TcpTracker *t, TcpConnection *conn)
{
	return slab_live(t->slab) >= t->rest_from && tcp_conn_gone(conn) &&
	       tcp_half_rest_anyway(t, conn, tcp_handle_of(t, conn));
}

/* Its key is there. */
static void wake(TcpTracker *t, TcpConnection *conn, const TcpHalf *half)
{
	conn->id = half->id;
	conn->start = half->start;
	conn->first_frame = half->frame;
	tcp_rest_unpack(t, conn, half->rest, half->open);
	t->resting--;
	t->resting_open -= half->open;
	t->resting_hangs -= tcp_budget_hangs_off(t, conn);
	/* At the end nothing more comes to rest. */
	if (!t->finishing)
		byte_log_tidy(t->rests);
}

static TcpHalf *half_of(const TcpTracker *t, uint32_t handle)
{
	return slab_get(t->half_open, handle & ~SLAB_SMALL);
}

/* conn is all zero. */
static void take_out(TcpTracker *t, TcpConnection *conn, const TcpHalf *half)
{
	flow_key_of_small(&conn->key, &half->key, t->wide_keys);
	/* At the end nobody looks one up any more. */
	conn->hash = t->finishing ? 0 : flow_table_hash(t->table, &conn->key);

	if (half->rests) {
		wake(t, conn, half);
	} else {
		unfold(conn, half);
		conn->encap = encap_of(t, half);
	}
}

void tcp_half_free(TcpTracker *t, uint32_t handle)
{
	flow_key_small_free(&half_of(t, handle)->key, t->wide_keys);
	slab_free_item(t->half_open, handle & ~SLAB_SMALL);
}

/* Another is in the place of the folded one from now on. */
static void replace(TcpTracker *t, const TcpConnection *conn, uint32_t small, uint32_t handle)
{
	timer_wheel_move(t->wheel, small, handle);
	flow_table_replace(t->table, conn->hash, small, handle);
	tcp_pairing_moved(t, conn, small, handle);
	tcp_half_free(t, small);
}

TcpConnection *tcp_half_unfold(TcpTracker *t, uint32_t *handle)
{
	uint32_t small = *handle;

	if (!(small & SLAB_SMALL))
		return slab_get(t->slab, small);
	TcpConnection *conn = slab_get(t->slab, *handle = slab_alloc(t->slab));

	take_out(t, conn, half_of(t, small));
	if (half_of(t, small)->open)
		tcp_idle_woke(t);
	replace(t, conn, small, *handle);
	return conn;
}

TcpConnection *tcp_half_borrow(TcpTracker *t, uint32_t handle)
{
	if (!(handle & SLAB_SMALL))
		return slab_get(t->slab, handle);
	TcpConnection *conn = tcp_half_room(t);

	take_out(t, conn, half_of(t, handle));
	return conn;
}

void tcp_half_return(TcpTracker *t, TcpConnection *conn, uint32_t handle)
{
	if (!(handle & SLAB_SMALL)) {
		if (!tcp_half_rest(t, conn))
			tcp_half_fold(t, conn, handle);
		return;
	}
	TcpHalf *half = half_of(t, handle);

	if (half->rests && tcp_rest_can(conn)) {
		rest(t, conn, handle & ~SLAB_SMALL);
	} else if (!half->rests && !conn->aside && !conn->blamed) {
		/* Who is told of a first SYN, or that its answer is late, can change no more,
		 * unless it is blamed for something. */
		half->noted = conn->noted;
		half->timed = tcp_conn_has(conn, TCP_CONN_TIMED_HANDSHAKE);
	} else {
		uint32_t whole = slab_alloc(t->slab);

		*(TcpConnection *)slab_get(t->slab, whole) = *conn;
		replace(t, conn, handle, whole);
	}
}

void tcp_half_unfold_all(TcpTracker *t, void (*told)(TcpConnection *conn, void *data), void *data)
{
	g_autofree uint32_t *handles = flow_table_handles(t->table);

	for (size_t i = 0, n = flow_table_len(t->table); i < n; i++) {
		TcpConnection *conn = tcp_half_unfold(t, &handles[i]);

		for (; conn; conn = conn->older ? slab_get(t->slab, conn->older) : NULL)
			if (!tcp_aside(conn)->alias_of)
				told(conn, data);
	}
}
