/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/impossible.h"

#include "tcp/tcp-holes.h"

static void report_challenge(DetectContext *context, TcpConnection *conn, const Dossier *dossier)
{
	Finding f;

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		ShakedownSideId other = tcp_other(side);
		const DossierReset *r = dossier_reset(dossier, other);
		const DossierRare *d = dossier_rare(dossier);

		if (!d->challenges[side] || reported(conn, SHAKEDOWN_ANOMALY_CHALLENGE_ACK))
			continue;
		const char *provoked = r->challenged_frame ? "RST"
				       : d->syn[other].challenged_frame || d->old_syn_frame[other]
					       ? "SYN"
					       : "segment";
		finding_begin(&f, context, SHAKEDOWN_ANOMALY_CHALLENGE_ACK, conn);
		finding_time(&f, d->challenge_time[side], d->challenge_last[side]);
		finding_frame(&f, r->frame);
		finding_frame(&f, d->syn[other].frame);
		finding_frame(&f, d->old_syn_frame[other]);
		finding_frame(&f, d->challenge_frame[side]);
		finding_count(&f, "challenges", d->challenges[side]);
		finding_text(&f, "provoked_by", provoked);
		finding_summary(&f, "%s answered a doubtful %s with a challenge ACK",
				finding_side(side), provoked);
		finding_report(&f);
	}
}

static void report_syn_inside(DetectContext *context, TcpConnection *conn, const Dossier *d)
{
	Finding f;

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const DossierSyn *syn = &dossier_rare(d)->syn[side];
		const DossierReset *r = dossier_reset(d, side);

		if (!syn->count || reported(conn, SHAKEDOWN_ANOMALY_SYN_IN_ESTABLISHED))
			continue;
		bool reset = r->accepted && r->after_syn;
		finding_begin(&f, context, SHAKEDOWN_ANOMALY_SYN_IN_ESTABLISHED, conn);
		finding_time(&f, syn->time, conn->end);
		finding_frame(&f, syn->frame);
		finding_frame(&f, syn->challenged_frame);
		if (reset)
			finding_frame(&f, r->frame);
		finding_count(&f, "syn", syn->count);
		finding_count(&f, "ttl", syn->ttl);
		finding_flag(&f, "other_ttl", syn->foreign);
		finding_text(&f, "followed_by",
			     reset		     ? "reset"
			     : syn->challenged_frame ? "challenge-ack"
						     : "nothing");
		finding_summary(&f, "a SYN in the name of %s within the open connection",
				finding_side(side));
		if (syn->foreign)
			finding_summary(&f, " (TTL %u, not %u)", syn->ttl, syn->usual_ttl);
		finding_summary(&f, ": %s",
				reset ? "its sender had lost the connection, and reset it"
				: syn->challenged_frame
					? "answered with a challenge ACK, and nothing came of it"
					: "nothing answered it");
		finding_report(&f);
	}
}

/* Holes in the capture explain it, and where the other has said nothing since (but that it closed,
 * before), nothing shows that there are none. */
static bool may_be_loss(const TcpConnection *conn, ShakedownSideId other, const DossierAck *ack)
{
	const TcpSide *r = &conn->side[other];

	return tcp_aside(conn)->side[other].missing ||
	       (r->last <= ack->time && !tcp_side_has(r, TCP_SIDE_SENT_FIN)) ||
	       tcp_holes_at(tcp_aside(conn)->holes[other], tcp_seq(ack->expected),
			    tcp_seq(ack->expected + 1));
}

static void report_bad_ack(DetectContext *context, TcpConnection *conn, const Dossier *dossier)
{
	const DossierRare *d = dossier_rare(dossier);
	Finding f;

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const DossierAck *ack = &d->bad_ack[side];

		if (!ack->count || may_be_loss(conn, tcp_other(side), ack) ||
		    d->bad_handshake[side].renumbered ||
		    (d->bad_handshake[side].count && d->bad_handshake[side].value == ack->value) ||
		    reported(conn, SHAKEDOWN_ANOMALY_ACK_OF_UNSENT_DATA))
			continue;
		int32_t beyond = tcp_seq_diff(tcp_seq(ack->value), tcp_seq(ack->expected));

		finding_begin(&f, context, SHAKEDOWN_ANOMALY_ACK_OF_UNSENT_DATA, conn);
		finding_time(&f, ack->time, ack->time);
		finding_frame(&f, ack->frame);
		finding_count(&f, "segments", ack->count);
		finding_count(&f, "ack", ack->value);
		finding_count(&f, "sent_up_to", ack->expected);
		finding_count(&f, "ttl", ack->ttl);
		finding_summary(&f, "%s acknowledges %d bytes more than %s has sent",
				finding_side(side), beyond, finding_side(tcp_other(side)));
		finding_report(&f);
	}
}

void impossible_judge(DetectContext *context, TcpConnection *conn, const Dossier *dossier)
{
	report_syn_inside(context, conn, dossier);
	report_challenge(context, conn, dossier);
	report_bad_ack(context, conn, dossier);
}
