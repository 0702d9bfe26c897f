/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/reset.h"

#include "detect/noted.h"
#include "tcp/tcp-holes.h"
#include "tcp/tcp-ttl.h"

#include <inttypes.h>

/* Who answers for a connection that it has lost had been silent about it for at least so long: a
 * machine or a program does not come back sooner. */
#define SILENT_LEAST (SHAKEDOWN_NS_PER_S / 2)
/* … and for so long, to be beyond doubt: some stacks abort with just such an RST. */
#define SILENT_SURE (2 * SHAKEDOWN_NS_PER_S)
/* A peer that resets right after a regular close is impatient, nothing more. */
#define IMPATIENT SHAKEDOWN_NS_PER_S
/* Of so many numbers beyond all that was sent, and all at once, one may be. */
#define GUESSES_LEAST 2
/* An abort after so long without a word is a timeout of somebody. */
#define IDLE_LEAST (INT64_C(5) * SHAKEDOWN_NS_PER_S)

static bool synchronized_state(uint8_t state)
{
	return state >= SHAKEDOWN_TCP_ESTABLISHED;
}

static void begin(Finding *f, DetectContext *context, ShakedownAnomalyKind kind,
		  TcpConnection *conn, ShakedownSideId side, const DossierReset *r)
{
	finding_begin(f, context, kind, conn);
	finding_time(f, r->time, r->time);
	finding_frame(f, r->frame);
	finding_marks(f, TCP_MARK_RST, side);
	finding_filter(f, "tcp.flags.reset==1");
	finding_text(f, "sender", shakedown_side_name(side));
}

static void say_ttl(Finding *f, const DossierReset *r)
{
	/* One that seemed honest when it came: nothing was noted but when. */
	if (!r->ttl)
		return;
	finding_count(f, "ttl", r->ttl);
	finding_count(f, "usual_ttl", r->usual_ttl);
}

/* device: what else is known of one on the path. */
static void say_whose(Finding *f, const DossierReset *r, const char *device)
{
	if (!r->foreign || r->same_distance)
		return;
	bool nearer = tcp_ttl_hops(r->ttl) < tcp_ttl_hops(r->usual_ttl);

	say_ttl(f, r);
	finding_summary(f, "; it came with TTL %u, not %u: perhaps of %s%s", r->ttl, r->usual_ttl,
			nearer ? "a device on the path" : "another machine behind the same address",
			nearer ? device : "");
}

/* It went on as the third ACK came after all, with the data that this or the next bore; what had
 * overtaken it, it has never had: another's RST would not have kept that from it. */
static bool took_third_ack_later(const TcpConnection *conn, ShakedownSideId side,
				 const DossierReset *r)
{
	const TcpSide *s = &conn->side[side], *o = &conn->side[tcp_other(side)];

	return r->stateless && r->goes_on_frame && !r->foreign && !r->moving &&
	       tcp_seq_lt(tcp_seq_add(o->isn, 1), s->rcv_nxt) &&
	       tcp_seq_lt(s->rcv_nxt, (TcpSeq){r->answered});
}

/* Evidence that its sender did not send it. One that goes on as if nothing had been is certain;
 * another TTL may also be a middlebox that resets with the owner's consent. */
static bool forged(DetectContext *context, TcpConnection *conn, ShakedownSideId side,
		   const DossierReset *r)
{
	bool stranger = r->foreign && !r->same_distance;
	Finding f;

	/* Machines behind one address, and the paths to them, differ by a hop or two: the one that
	 * does not know the connection answers as §3.10.7.1 asks. */
	if (((r->neighbour && r->without_ack) || r->behind_proxy) && !r->moving)
		stranger = false;
	/* Not even of a sender whose data was not captured. */
	bool guesses = r->beyond >= GUESSES_LEAST;
	if ((!r->goes_on_frame && !stranger && !guesses) ||
	    (r->of_listener && !stranger && !guesses && !(r->moving && r->accepted)) ||
	    (!guesses && took_third_ack_later(conn, side, r)))
		return false;
	begin(&f, context, SHAKEDOWN_ANOMALY_FORGED_RST, conn, side, r);
	if (!r->goes_on_frame && !r->moving)
		finding_severity(&f, SHAKEDOWN_SEVERITY_WARNING);
	say_ttl(&f, r);
	finding_frame(&f, r->goes_on_frame);
	finding_flag(&f, "sender_goes_on", r->goes_on_frame != 0);
	finding_flag(&f, "other_ttl", stranger);
	finding_flag(&f, "moving", r->moving);
	finding_flag(&f, "exact", r->first_accepted);
	finding_flag(&f, "took_effect",
		     r->first_accepted && !r->missed_frame &&
			     conn->side[tcp_other(side)].state == SHAKEDOWN_TCP_CLOSED);
	finding_summary(&f, "an RST in the name of %s is not its own: ", finding_side(side));
	if (stranger)
		finding_summary(&f, "it came with TTL %u, not %u%s", r->ttl, r->usual_ttl,
				r->goes_on_frame ? ", and " : "");
	if (r->goes_on_frame)
		finding_summary(&f, "%s went on as before", finding_side(side));
	if (!stranger && !r->goes_on_frame)
		finding_summary(&f, "their sequence numbers lie beyond all that it has sent, each "
				    "elsewhere");
	else if (r->moving)
		finding_summary(&f, "; more came with other sequence numbers, as of one who "
				    "guesses");
	if (!r->first_accepted)
		finding_summary(&f, "; its sequence number was %s",
				r->in_window ? "in the window, but a guess" : "out of the window");
	finding_report(&f);
	return true;
}

static void ignored(DetectContext *context, TcpConnection *conn, ShakedownSideId side,
		    const DossierReset *r)
{
	ShakedownSideId other = tcp_other(side);
	Finding f;

	if (!r->ignored || (!r->missed_frame && !r->challenged_frame))
		return;
	begin(&f, context, SHAKEDOWN_ANOMALY_RESET_IGNORED, conn, side, r);
	finding_frame(&f, r->challenged_frame);
	finding_frame(&f, r->missed_frame);
	finding_count(&f, "rst", r->ignored);
	finding_flag(&f, "in_window", r->in_window);
	finding_flag(&f, "challenged", r->challenged_frame != 0);
	finding_summary(&f, "%s ignored %" PRIu32 " RST%s in the name of %s: %s; it %s",
			finding_side(other), r->ignored, r->ignored == 1 ? "" : "s",
			finding_side(side),
			r->in_window ? "in the window, but not exact" : "out of the window",
			r->challenged_frame ? "answered with a challenge ACK" : "went on");
	finding_report(&f);
}

/* The last that a side has sent, as the other acknowledges it, was not captured: nor, perhaps, its
 * close. */
static bool end_unseen(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side];

	return tcp_side_has(s, TCP_SIDE_SPACE) &&
	       tcp_holes_at(tcp_aside(conn)->holes[side], tcp_seq_add(s->snd_nxt, UINT32_MAX),
			    s->snd_nxt);
}

/* §3.10.7.1: the answer of an endpoint that knows of no connection. */
static bool half_open(DetectContext *context, TcpConnection *conn, ShakedownSideId side,
		      const DossierReset *r)
{
	ShakedownSideId other = tcp_other(side);
	bool never_got_there = r->state[0] == SHAKEDOWN_TCP_SYN_RECEIVED ||
			       tcp_conn_has(conn, TCP_CONN_THIRD_ACK_LOST);
	bool was = synchronized_state(r->state[0]) || never_got_there;
	Finding f;

	if (!r->first_accepted || !(r->without_ack || r->with_ack) || !was || r->fin[0] ||
	    !synchronized_state(r->state[1]))
		return false;
	if (!r->after_syn && r->silent < SILENT_LEAST)
		return false;
	begin(&f, context, SHAKEDOWN_ANOMALY_HALF_OPEN_CONNECTION, conn, side, r);
	bool unseen = r->after_syn &&
		      (end_unseen(conn, SHAKEDOWN_CLIENT) || end_unseen(conn, SHAKEDOWN_SERVER));
	/* With ACK it may as well be of one who has got nothing for so long, and then gave up. */
	if (unseen || r->with_ack || (!r->after_syn && r->silent < SILENT_SURE))
		finding_severity(&f, SHAKEDOWN_SEVERITY_NOTICE);
	finding_text(&f, "lost_by", shakedown_side_name(side));
	finding_duration(&f, "silent_s", r->silent);
	finding_summary(&f,
			"%s no longer knew the connection that %s still held: ", finding_side(side),
			finding_side(other));
	if (r->after_syn)
		finding_summary(&f, "it opened it anew, and reset the answer%s",
				unseen ? "; or it was closed, and the capture lost that" : "");
	else
		finding_summary(&f,
				"after %s of silence it answered with an RST that only an "
				"endpoint without the connection sends%s",
				finding_span(&f, r->silent),
				r->without_ack ? "" : "; or it had given up");
	if (!r->after_syn)
		say_whose(&f, r, " that had forgotten the connection");
	finding_report(&f);
	return true;
}

/* Another's RST took one side out, and nothing told the one in whose name it came. */
static void survivor(DetectContext *context, TcpConnection *conn, ShakedownSideId side,
		     const DossierReset *r)
{
	ShakedownSideId other = tcp_other(side);
	Finding f;

	if (!r->first_accepted || r->missed_frame || !synchronized_state(r->state[0]) ||
	    !synchronized_state(r->state[1]) || r->state[1] == SHAKEDOWN_TCP_TIME_WAIT ||
	    conn->side[other].state != SHAKEDOWN_TCP_CLOSED ||
	    conn->side[side].state == SHAKEDOWN_TCP_CLOSED ||
	    conn->side[side].state == SHAKEDOWN_TCP_TIME_WAIT)
		return;
	begin(&f, context, SHAKEDOWN_ANOMALY_HALF_OPEN_CONNECTION, conn, side, r);
	/* That it was told elsewhere cannot be seen from here. */
	finding_severity(&f, SHAKEDOWN_SEVERITY_NOTICE);
	finding_text(&f, "lost_by", shakedown_side_name(other));
	finding_summary(&f,
			"%s was reset by someone other than %s, which, as far as the capture "
			"shows, still holds the connection",
			finding_side(other), finding_side(side));
	finding_report(&f);
}

/* Where both came to TIME-WAIT, the connection holds when the later one did. */
static ShakedownDuration in_time_wait_for(const TcpConnection *conn, ShakedownSideId side,
					  ShakedownTime now)
{
	const TcpBelief *items = tcp_beliefs_items(&conn->beliefs);
	ShakedownTime since = tcp_closing(conn)->time_wait_since;

	if (since <= now)
		return now - since;
	for (unsigned i = conn->beliefs.len; i-- > 0;) {
		const TcpBelief *b = &items[i];

		if (b->side == side && b->state == SHAKEDOWN_TCP_TIME_WAIT && b->time <= now)
			return now - b->time;
	}
	return 0;
}

static bool assassination(DetectContext *context, TcpConnection *conn, ShakedownSideId side,
			  const Dossier *d)
{
	const DossierReset *r = dossier_reset(d, side);
	ShakedownSideId other = tcp_other(side);
	ShakedownDuration since = in_time_wait_for(conn, other, r->time);
	Finding f;

	/* Of whom nothing was captured it is no more than likely that it was there. */
	if (!r->first_accepted || r->state[1] != SHAKEDOWN_TCP_TIME_WAIT ||
	    !tcp_side_has(&conn->side[other], TCP_SIDE_SEEN))
		return false;
	/* It has outlived that (RFC 1337 §3), and every other. */
	if (r->missed_frame && !tcp_beliefs_by(&conn->beliefs, other, TCP_GETS_RST))
		return true;
	/* As §3.5 wants it of a SYN that meets an old connection: figure 9. */
	bool opens_anew = dossier_rare(d)->reuse_frame && dossier_rare(d)->reuse_frame < r->frame &&
			  r->without_ack;

	begin(&f, context, SHAKEDOWN_ANOMALY_TIME_WAIT_ASSASSINATION, conn, side, r);
	/* Provoked by an old duplicate it is RFC 1337's accident; without, a peer that resets what
	 * it has closed already. */
	if ((!r->foreign || r->same_distance) && (since < IMPATIENT || opens_anew))
		finding_severity(&f, SHAKEDOWN_SEVERITY_NOTICE);
	finding_frame(&f, opens_anew ? dossier_rare(d)->reuse_frame : 0);
	finding_duration(&f, "in_time_wait_s", since);
	finding_flag(&f, "answers", r->without_ack);
	say_ttl(&f, r);
	finding_summary(&f, "an RST of %s ended the TIME-WAIT of %s after %s", finding_side(side),
			finding_side(other), finding_span(&f, since));
	if (opens_anew)
		finding_summary(&f, ": it opens the same ports again, and got an ACK of the old "
				    "connection");
	if (r->missed_frame)
		finding_summary(&f, "; it may have ignored it, since it went on");
	finding_report(&f);
	return true;
}

static const char *what_before(const TcpConnection *conn, ShakedownSideId side,
			       const DossierReset *r)
{
	if (took_third_ack_later(conn, side, r))
		return "as data had overtaken the third ACK: a listener with SYN cookies knows of "
		       "no connection before that";
	/* A program that aborts says RST,ACK: this is the answer of one that took no connection. */
	if (r->without_ack && r->state[0] == SHAKEDOWN_TCP_SYN_RECEIVED && !r->unacked[1])
		return "instead of taking the third ACK: its accept queue was full "
		       "(tcp_abort_on_overflow), nobody listened any more, or a firewall refused "
		       "it";
	if (r->zero_window)
		return "after a closed window";
	if (r->idle >= IDLE_LEAST)
		return "after a silence";
	if (r->unacked[1])
		return "with data on its way to it";
	if (r->unacked[0])
		return "before its own data was acknowledged";
	return "while nothing was outstanding";
}

static void abort_or_late(DetectContext *context, TcpConnection *conn, ShakedownSideId side,
			  const DossierReset *r)
{
	bool theirs = r->fin[1] && tcp_side_has(&conn->side[tcp_other(side)], TCP_SIDE_SEEN);
	bool late = r->fin[0] || theirs;
	Finding f;

	begin(&f, context, late ? SHAKEDOWN_ANOMALY_RESET_AFTER_FIN : SHAKEDOWN_ANOMALY_RESET_ABORT,
	      conn, side, r);
	if (!late && (r->unacked[0] || r->unacked[1]))
		finding_severity(&f, SHAKEDOWN_SEVERITY_WARNING);
	finding_count(&f, "rst", r->accepted);
	finding_text(&f, "state", shakedown_tcp_state_name(r->state[0]));
	finding_duration(&f, "idle_s", r->idle);
	finding_count(&f, "unacknowledged", r->unacked[0]);
	finding_count(&f, "undelivered", r->unacked[1]);
	finding_flag(&f, "zero_window", r->zero_window);
	if (late)
		finding_summary(&f, "%s reset the connection after %s had sent FIN",
				finding_side(side),
				!theirs	     ? "it"
				: !r->fin[0] ? finding_side(tcp_other(side))
					     : "both");
	else
		finding_summary(&f, "%s reset the connection %s", finding_side(side),
				what_before(conn, side, r));
	if (!late && r->idle >= IDLE_LEAST)
		finding_summary(&f, " of %s", finding_span(&f, r->idle));
	if (r->unacked[1])
		finding_summary(&f, "; %s from %s %s not acknowledged",
				finding_bytes(&f, r->unacked[1]), finding_side(tcp_other(side)),
				r->unacked[1] == 1 ? "was" : "were");
	if (r->unacked[0])
		finding_summary(&f, "; %s of its own %s not acknowledged",
				finding_bytes(&f, r->unacked[0]),
				r->unacked[0] == 1 ? "was" : "were");
	say_whose(&f, r, "");
	finding_report(&f);
}

/* §3.10.7.1: one segment of a connection that its receiver knows nothing of, and it says so. There
 * is nothing to abort; where many come, that is told by the service. */
static bool answers_a_stray(const TcpConnection *conn, const DossierReset *r)
{
	return noted(conn, NOTED_STRAY) && r->without_ack && !r->spoke[0] && r->spoke[1] == 1;
}

static void data_after_reset(DetectContext *context, TcpConnection *conn, ShakedownSideId side,
			     const DossierReset *r)
{
	Finding f;

	if (!r->first_accepted || !r->missed_frame || !r->missed_data)
		return;
	begin(&f, context, SHAKEDOWN_ANOMALY_DATA_AFTER_RESET, conn, side, r);
	finding_time(&f, r->time, conn->end);
	finding_frame(&f, r->missed_frame);
	finding_summary(&f,
			"%s sent data after the RST of %s: the RST did not reach it in time, or "
			"was ignored",
			finding_side(tcp_other(side)), finding_side(side));
	finding_report(&f);
}

static void judge_side(DetectContext *context, TcpConnection *conn, ShakedownSideId side,
		       const Dossier *d)
{
	const DossierReset *r = dossier_reset(d, side);

	if (!d->reset[side])
		return;
	bool not_its_own = forged(context, conn, side, r);

	ignored(context, conn, side, r);
	data_after_reset(context, conn, side, r);
	if (not_its_own)
		survivor(context, conn, side, r);
	if (assassination(context, conn, side, d) || not_its_own || !r->first_accepted ||
	    r->of_listener)
		return;
	if ((!took_third_ack_later(conn, side, r) && half_open(context, conn, side, r)) ||
	    answers_a_stray(conn, r))
		return;
	/* Both were through with it, or it never came about. */
	if (!synchronized_state(r->state[0]) && !synchronized_state(r->state[1]))
		return;
	if (r->state[0] == SHAKEDOWN_TCP_TIME_WAIT || r->state[1] == SHAKEDOWN_TCP_CLOSED)
		return;
	abort_or_late(context, conn, side, r);
}

void reset_judge(DetectContext *context, TcpConnection *conn, const Dossier *dossier)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		judge_side(context, conn, side, dossier);
}
