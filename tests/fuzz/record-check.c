/* SPDX-License-Identifier: BSD-3-Clause */
#include "tracker-check.h"

#define FORMAT "connection %" G_GUINT64_FORMAT ": "

static void check_history(const ShakedownConnection *c, const ShakedownSide *side, uint64_t frames)
{
	fuzz_check(side->history_len <= TCP_BELIEFS_MAX, FORMAT "%zu states", c->id,
		   side->history_len);
	for (size_t i = 0; i < side->history_len; i++) {
		const ShakedownHistoryEntry *h = &side->history[i];

		fuzz_check(h->state < SHAKEDOWN_TCP_STATES && h->evidence < SHAKEDOWN_EVIDENCES,
			   FORMAT "state %d by %d", c->id, (int)h->state, (int)h->evidence);
		fuzz_check(h->frame <= frames, FORMAT "frame %" G_GUINT64_FORMAT, c->id, h->frame);
		fuzz_check(h->frame || h->evidence == SHAKEDOWN_EVIDENCE_TIMER,
			   FORMAT "%s without a frame", c->id, shakedown_tcp_state_name(h->state));
	}
}

static void check_side(const ShakedownConnection *c, const ShakedownSide *s, uint64_t frames)
{
	const ShakedownRtt *rtt = &s->rtt;

	fuzz_check(s->state < SHAKEDOWN_TCP_STATES, FORMAT "state %d", c->id, (int)s->state);
	fuzz_check(s->seen || !s->packets, FORMAT "packets of a side not seen", c->id);
	fuzz_check(s->addr.version == c->ip_version, FORMAT "an address of version %u", c->id,
		   s->addr.version);
	fuzz_check(s->fast_retransmissions <= s->retransmissions &&
			   s->spurious_retransmissions <= s->retransmissions,
		   FORMAT "%" G_GUINT64_FORMAT " retransmissions, %" G_GUINT64_FORMAT
			  " fast, %" G_GUINT64_FORMAT " needless",
		   c->id, s->retransmissions, s->fast_retransmissions, s->spurious_retransmissions);
	fuzz_check(s->retransmissions <= s->packets && s->out_of_order <= s->packets &&
			   s->duplicate_acks <= s->packets && s->keep_alives <= s->packets &&
			   s->window_probes <= s->packets,
		   FORMAT "more of a kind than the %" G_GUINT64_FORMAT " packets", c->id,
		   s->packets);
	fuzz_check(s->options.window_scale <= 14, FORMAT "scale %d", c->id,
		   s->options.window_scale);
	if (rtt->samples)
		fuzz_check(rtt->min >= 0 && rtt->min <= rtt->median && rtt->median <= rtt->p95 &&
				   rtt->p95 <= rtt->max,
			   FORMAT "round trips %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
				  " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
			   c->id, rtt->min, rtt->median, rtt->p95, rtt->max);
	check_history(c, s, frames);
}

void record_check(const ShakedownConnection *c, uint64_t frames)
{
	fuzz_check(c->id >= 1, "a connection without number");
	fuzz_check(c->start <= c->end, FORMAT "ends before it begins", c->id);
	fuzz_check(c->first_frame >= 1 && c->first_frame <= c->last_frame &&
			   c->last_frame <= frames,
		   FORMAT "frames %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, c->id, c->first_frame,
		   c->last_frame);
	fuzz_check(shakedown_role_basis_name(c->role_basis) &&
			   shakedown_handshake_kind_name(c->handshake.kind) &&
			   shakedown_handshake_outcome_name(c->handshake.outcome) &&
			   shakedown_teardown_kind_name(c->teardown.kind) &&
			   shakedown_teardown_outcome_name(c->teardown.outcome),
		   FORMAT "something has no name", c->id);
	fuzz_check(c->teardown.first >= -1 && c->teardown.first <= 1 &&
			   c->teardown.time_wait >= -1 && c->teardown.time_wait <= 2,
		   FORMAT "first %d, TIME-WAIT %d", c->id, c->teardown.first,
		   c->teardown.time_wait);
	fuzz_check(c->teardown.half_closed == SHAKEDOWN_DURATION_UNKNOWN ||
			   c->teardown.half_closed >= 0,
		   FORMAT "half-closed for %" G_GINT64_FORMAT, c->id, c->teardown.half_closed);
	fuzz_check(c->handshake.syn <= c->side[SHAKEDOWN_CLIENT].packets &&
			   c->handshake.syn_ack <= c->side[SHAKEDOWN_SERVER].packets,
		   FORMAT "%u SYNs, %u SYN,ACKs", c->id, c->handshake.syn, c->handshake.syn_ack);
	fuzz_check(c->encapsulation, FORMAT "no encapsulation list", c->id);
	for (size_t i = 0; i < c->anomalies_len; i++)
		fuzz_check(c->anomalies[i] < SHAKEDOWN_ANOMALY_KINDS, FORMAT "anomaly %d", c->id,
			   (int)c->anomalies[i]);
	check_side(c, &c->side[SHAKEDOWN_CLIENT], frames);
	check_side(c, &c->side[SHAKEDOWN_SERVER], frames);
	story_check(c);
}

static uint64_t digest_side(uint64_t digest, const ShakedownSide *s)
{
	const uint64_t numbers[] = {
		s->port,	 s->seen,	   s->state,	     s->isn_known,
		s->isn,		 s->packets,	   s->bytes,	     s->retransmissions,
		s->out_of_order, s->missing_bytes, s->rtt.samples,   (uint64_t)s->rtt.max,
		s->history_len,	 s->keep_alives,   s->window_probes, s->duplicate_acks,
	};
	const ShakedownTcpOptions *o = &s->options;
	const int64_t offered[] = {
		o->known,     o->sack_permitted, o->timestamps, o->mss, o->window_scale,
		o->fast_open, o->mptcp,		 o->md5,	o->ao,
	};

	digest = fuzz_digest(digest, offered, sizeof offered);
	digest = fuzz_digest(digest, s->addr.bytes, sizeof s->addr.bytes);
	digest = fuzz_digest(digest, numbers, sizeof numbers);
	for (size_t i = 0; i < s->history_len; i++) {
		const ShakedownHistoryEntry *h = &s->history[i];
		const uint64_t entry[] = {(uint64_t)h->time, h->frame, h->state, h->evidence};

		digest = fuzz_digest(digest, entry, sizeof entry);
	}
	return digest;
}

uint64_t record_digest(uint64_t digest, const ShakedownConnection *c)
{
	const uint64_t numbers[] = {
		c->id,
		(uint64_t)c->start,
		(uint64_t)c->end,
		c->first_frame,
		c->last_frame,
		c->role_basis,
		c->handshake.kind,
		c->handshake.outcome,
		c->handshake.syn,
		c->handshake.syn_ack,
		c->handshake.tap,
		(uint64_t)c->handshake.server_rtt,
		(uint64_t)c->handshake.client_rtt,
		c->teardown.kind,
		c->teardown.outcome,
		(uint64_t)c->teardown.first,
		(uint64_t)c->teardown.time_wait,
		(uint64_t)c->teardown.reset_by,
		(uint64_t)c->teardown.half_closed,
		c->ip_version,
		c->side[0].addr.version,
		c->side[1].addr.version,
		c->anomalies_len,
		c->severity,
		c->truncated != NULL,
		c->encapsulation[0] != NULL,
	};

	digest = fuzz_digest(digest, numbers, sizeof numbers);
	digest = digest_side(digest, &c->side[SHAKEDOWN_CLIENT]);
	return digest_side(digest, &c->side[SHAKEDOWN_SERVER]);
}
