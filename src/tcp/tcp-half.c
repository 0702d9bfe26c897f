/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-half.h"

#include "tcp/tcp-rest.h"
#include "tcp/tcp-tracker-private.h"

#include <string.h>

/* What a first SYN makes of a connection, in the order of tcp_connection_open() and
 * tcp_arrives_syn(); the timer is no part of it. */
static void unfold(TcpConnection *conn, const TcpHalf *half, uint32_t hash)
{
	TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];
	uint8_t wscale = half->wscale == TCP_HALF_NO_WSCALE ? TCP_WSCALE_NONE : half->wscale;

	conn->key = flow_key_of_small(&half->key);
	conn->hash = hash;
	conn->id = half->id;
	conn->start = conn->end = conn->syn_first = conn->syn_last = half->start;
	conn->first_frame = conn->last_frame = half->frame;
	conn->leg[0] = conn->leg[1] = SHAKEDOWN_DURATION_UNKNOWN;
	conn->teardown_first = conn->first_fin = conn->reset_by = -1;
	conn->role_basis = SHAKEDOWN_ROLE_SYN;
	conn->client_end = half->client_end;
	conn->noted = half->noted;
	conn->flags = half->timed ? TCP_CONN_TIMED_HANDSHAKE : 0;
	conn->side[SHAKEDOWN_SERVER].wscale = TCP_WSCALE_NONE;
	c->flags = TCP_SIDE_SEEN | TCP_SIDE_ISN_KNOWN | TCP_SIDE_SYN_SEEN | TCP_SIDE_SENT_SYN |
		   TCP_SIDE_SPACE | (half->sack ? TCP_SIDE_SACK : 0) |
		   (half->timestamps ? TCP_SIDE_TIMESTAMPS : 0);
	c->state = SHAKEDOWN_TCP_SYN_SENT;
	c->wscale = wscale;
	c->ttl[0] = half->ttl;
	c->checks = half->checked ? TCP_CHECK_GOOD : 0;
	c->ordinal = 1;
	c->syns = 1;
	c->packets = 1;
	c->high_ip_id = half->high_ip_id;
	c->isn = half->isn;
	c->snd_nxt = tcp_seq_add(half->isn, 1);
	c->window = c->window_max = half->window;
	c->last = half->start;
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

static TcpHalf fold(const TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

	return (TcpHalf){
		.key = flow_key_small(&conn->key),
		.window = (uint16_t)c->window,
		.high_ip_id = c->high_ip_id,
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

/* All but the timer, which comes along. */
static bool comes_out_the_same(const TcpConnection *conn, const TcpHalf *half)
{
	TcpConnection other;

	memset(&other, 0, sizeof other);
	unfold(&other, half, conn->hash);
	other.timer = conn->timer;
	return memcmp(&other, conn, sizeof other) == 0;
}

static void put_aside(TcpTracker *t, const TcpConnection *conn, uint32_t handle,
		      const TcpHalf *half)
{
	uint32_t hash = conn->hash, small = slab_alloc(t->half_open);

	*(TcpHalf *)slab_get(t->half_open, small) = *half;
	small |= SLAB_SMALL;
	timer_wheel_move(t->wheel, handle, small);
	flow_table_replace(t->table, hash, handle, small);
	slab_free_item(t->slab, handle);
}

void tcp_half_fold(TcpTracker *t, TcpConnection *conn, uint32_t handle)
{
	/* What most often stands against it, first. */
	if (conn->side[SHAKEDOWN_CLIENT].packets != 1 || conn->side[SHAKEDOWN_SERVER].packets ||
	    conn->aside || !flow_key_is_small(&conn->key))
		return;
	TcpHalf half = fold(conn);

	if (!comes_out_the_same(conn, &half))
		return;
	put_aside(t, conn, handle, &half);
}

bool tcp_half_rest(TcpTracker *t, TcpConnection *conn)
{
	if (slab_live(t->slab) < t->rest_from || !tcp_rest_can(conn))
		return false;
	size_t len, hangs_off = tcp_budget_hangs_off(t, conn);
	TcpHalf half = {.key = flow_key_small(&conn->key),
			.start = conn->start,
			.frame = conn->first_frame,
			.id = conn->id,
			.rests = true,
			.rest = tcp_rest_pack(t, conn, &len)};

	t->resting++;
	t->resting_bytes += len + hangs_off;
	put_aside(t, conn, tcp_handle_of(t, conn), &half);
	return true;
}

static void wake(TcpTracker *t, TcpConnection *conn, const TcpHalf *half, uint32_t hash)
{
	conn->key = flow_key_of_small(&half->key);
	conn->hash = hash;
	conn->id = half->id;
	conn->start = half->start;
	conn->first_frame = half->frame;
	t->resting--;
	t->resting_bytes -= tcp_rest_unpack(t, conn, half->rest);
	t->resting_bytes -= tcp_budget_hangs_off(t, conn);
}

TcpConnection *tcp_half_unfold(TcpTracker *t, uint32_t *handle)
{
	uint32_t small = *handle;

	if (!(small & SLAB_SMALL))
		return slab_get(t->slab, small);

	const TcpHalf *half = slab_get(t->half_open, small & ~SLAB_SMALL);
	TcpConnection *conn = slab_get(t->slab, *handle = slab_alloc(t->slab));
	FlowKey key = flow_key_of_small(&half->key);

	uint32_t hash = flow_table_hash(t->table, &key);

	if (half->rests)
		wake(t, conn, half, hash);
	else
		unfold(conn, half, hash);
	if (!t->finishing) {
		timer_wheel_move(t->wheel, small, *handle);
		flow_table_replace(t->table, conn->hash, small, *handle);
	}
	slab_free_item(t->half_open, small & ~SLAB_SMALL);
	return conn;
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
