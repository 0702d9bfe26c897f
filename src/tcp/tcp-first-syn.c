/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * First everything is asked and nothing changed; each condition names what would do more than is
 * done here. Then those who listen are told what they are told otherwise, of a connection that is
 * unfolded for them alone.
 */
#include "tcp/tcp-first-syn.h"

#include "tcp/tcp-copies.h"
#include "tcp/tcp-folded.h"

#include <glib.h>

/* watch's odd_flags(), and what is no opening. */
#define FLAGS_NOT (TCP_FIN | TCP_RST | TCP_ACK | TCP_RESERVED)

/* Nobody looks at each segment, and none may belong to a connection under another key:
 * tcp_pairing_adopt(). */
static bool tracker_is(const TcpTracker *t)
{
	return !t->streams && !t->logs && !t->observer.segment && !t->halves;
}

static bool segment_is(const Segment *seg)
{
	return seg->kind == SEGMENT_TCP && (seg->flags & (TCP_SYN | FLAGS_NOT)) == TCP_SYN &&
	       !seg->payload_len && seg->checksum <= SEGMENT_CHECKSUM_GOOD && !seg->encap.len;
}

static bool options_are(const TcpSynOptions *o)
{
	return o->fast_open < 0 && o->mptcp < 0 && !o->md5 && !o->ao;
}

/* All but the key. */
static TcpFolded folded_of(const TcpTracker *t, const TcpLookup *lookup, const Segment *seg,
			   const TcpSynOptions *o)
{
	return (TcpFolded){
		.window = seg->window,
		.start = seg->time,
		.frame = seg->frame,
		.ttl = seg->ttl,
		.wscale = o->window_scale < 0 ? TCP_FOLDED_NO_WSCALE : o->window_scale & 15u,
		.sack = o->sack_permitted,
		.timestamps = o->timestamps,
		.client_end = lookup->end & 1u,
		.id = t->next_id + 1,
		.checked = seg->checksum == SEGMENT_CHECKSUM_GOOD,
		.has_mss = o->mss >= 0,
		.mss = (uint16_t)o->mss,
		.isn = seg->seq,
	};
}

/* It has a place where it is looked for, and counts. */
static uint32_t settle(TcpTracker *t, const TcpFolded *folded, const TcpLookup *lookup)
{
	uint32_t handle = slab_alloc(t->folded);
	TcpFolded *item = slab_get(t->folded, handle);
	TcpTrackerCounts *counts = &t->counts;

	*item = *folded;
	flow_key_small(&item->key, &lookup->key, false, t->wide_keys);
	handle |= SLAB_SMALL;
	flow_table_insert(t->table, lookup->hash, handle);
	t->next_id++;
	counts->segments++;
	counts->syn_segments++;
	counts->connections++;
	counts->live_peak = MAX(counts->live_peak, tcp_tracker_live(t));
	counts->pairs[SHAKEDOWN_TCP_SYN_SENT][SHAKEDOWN_TCP_CLOSED]++;
	return handle;
}

static void tell(TcpTracker *t, TcpConnection *conn, const TcpFolded *folded, const Segment *seg)
{
	TcpStep step;

	tcp_step_begin_segment(&step, t, conn, SHAKEDOWN_CLIENT, seg);
	tcp_emit(&step, TCP_EVENT_OPENED, SHAKEDOWN_CLIENT);
	tcp_folded_syn(conn, folded);
	tcp_emit(&step, TCP_EVENT_SYN, SHAKEDOWN_CLIENT);
	tcp_folded_passed(conn, folded);
}

bool tcp_first_syn(TcpTracker *t, const TcpLookup *lookup, const Segment *seg)
{
	if (!segment_is(seg) || !tracker_is(t))
		return false;
	TcpSynOptions options;

	tcp_options_syn(seg, &options);
	if (!options_are(&options))
		return false;
	TcpFolded folded = folded_of(t, lookup, seg, &options);
	TcpConnection *conn = tcp_folded_room(t);

	conn->key = lookup->key;
	conn->hash = lookup->hash;
	tcp_folded_opened(conn, &folded);
	/* A copy is not remembered as one, so that it can be asked again. */
	if (tcp_copies_take(t->copies, conn, SHAKEDOWN_CLIENT, seg))
		return false;
	uint32_t handle = settle(t, &folded, lookup);

	/* It was remembered as the side's first. */
	conn->side[SHAKEDOWN_CLIENT].ordinal = 0;
	tell(t, conn, &folded, seg);
	timer_wheel_set(t->wheel, handle, tcp_clock_due(t, conn) - t->first);
	tcp_folded_return(t, conn, handle);
	return true;
}
