/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/refusal.h"

#include "detect/noted.h"
#include "detect/opening.h"
#include "tcp/tcp-tracker.h"

unsigned refusal_asked_again(const TcpConnection *conn)
{
	const TcpMarks *marks = &tcp_aside(conn)->marks;
	ShakedownTime before = conn->syn_first;
	bool refused = false;
	unsigned n = 0;

	if (!noted(conn, NOTED_REFUSED))
		return 0;
	for (unsigned i = 0; i < marks->len; i++) {
		const TcpMark *m = &marks->items[i];

		if (m->kind == TCP_MARK_RST && m->side == SHAKEDOWN_SERVER) {
			refused = true;
		} else if (m->kind == TCP_MARK_SYN && m->side == SHAKEDOWN_CLIENT) {
			/* Later the refusal may as well have been lost beyond the tap. */
			n += refused && m->time - before < TCP_SYN_TIMER_LEAST;
			refused = false;
			before = m->time;
		}
	}
	return n;
}

/* Those that came later ended the connection. */
static unsigned resets_before(const TcpConnection *conn, ShakedownTime accepted)
{
	const TcpMarks *marks = &tcp_aside(conn)->marks;
	unsigned n = 0;

	for (unsigned i = 0; i < marks->len; i++)
		n += marks->items[i].kind == TCP_MARK_RST &&
		     marks->items[i].side == SHAKEDOWN_SERVER && marks->items[i].time <= accepted;
	return n;
}

/* What was taken when it asked again is no failure, but neither was it there at first. */
static bool accepted_after_all(const TcpConnection *conn)
{
	return tcp_conn_has(conn, TCP_CONN_THIRD_ACK) && refusal_asked_again(conn);
}

void refusal_judge(DetectContext *context, TcpConnection *conn)
{
	ShakedownTime accepted = conn->syn_ack_first;
	ShakedownTime answer = accepted ? accepted : tcp_aside(conn)->rst_time;
	unsigned syns = opening_syns(conn), resets = conn->side[SHAKEDOWN_SERVER].rsts;
	Finding f;

	if (reported(conn, SHAKEDOWN_ANOMALY_REFUSED) || (accepted && !accepted_after_all(conn)))
		return;
	if (accepted)
		resets = resets_before(conn, accepted);
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_REFUSED, conn);
	finding_frame(&f, conn->first_frame);
	finding_marks(&f, TCP_MARK_SYN, SHAKEDOWN_CLIENT);
	finding_marks(&f, TCP_MARK_RST, SHAKEDOWN_SERVER);
	finding_time(&f, conn->syn_first ? conn->syn_first : conn->start,
		     answer ? answer : conn->end);
	finding_count(&f, "syn", syns);
	finding_count(&f, "rst", resets);
	/* The SYN need not have been captured. */
	if (answer && conn->syn_first)
		finding_duration(&f, "after_s", answer - conn->syn_first);
	if (accepted)
		finding_flag(&f, "accepted", true);
	finding_summary(&f, "port %u refused the connection: the server answered SYN with RST",
			tcp_conn_port(conn, SHAKEDOWN_SERVER));
	/* Each answers a SYN: what is above that was captured twice, and shows no other sign of it,
	 * without an IP id and without a timestamp. */
	if (resets > 1 && resets <= syns)
		finding_summary(&f, " %u times", resets);
	if (accepted)
		finding_summary(&f, "; the client asked again, and was accepted after %s",
				finding_span(&f, accepted - conn->syn_first));
	finding_report(&f);
}
