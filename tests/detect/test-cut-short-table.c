/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of connections that were cut short, by itself. */
#include "detect/cut-short.h"
#include "detect/noted.h"

#include "scene.h"

/* So many that some find no place where they belong, and no more than a quarter of the least
 * table, so that it does not grow. */
#define FEW 1000

static TcpConnection number(unsigned n)
{
	TcpConnection conn = {.hash = n, .start = SECONDS(1), .syn_first = SECONDS(1) + n};

	conn.key.port[0] = (uint16_t)n;
	conn.key.port[1] = 80;
	conn.side[0].state = conn.side[1].state = SHAKEDOWN_TCP_ESTABLISHED;
	return conn;
}

/* One that goes on until it closes is not looked for any more. */
Test(cut_short, closed_is_forgotten)
{
	CutShort *cut = NULL;
	TcpConnection conn = number(1);

	cut_short_remember(&cut, &conn);
	cr_assert_not_null(cut_short_find(cut, &conn));
	conn.side[0].state = conn.side[1].state = SHAKEDOWN_TCP_CLOSED;
	cut_short_remember(&cut, &conn);
	cr_assert_null(cut_short_find(cut, &conn));
	cut_short_free(cut);
}

/* What its SYN was counted for stays known when it is cut again in mid-connection; a new SYN that
 * is counted takes its place. */
Test(cut_short, cut_again)
{
	for (unsigned anew = 0; anew < 2; anew++) {
		CutShort *cut = NULL;
		TcpConnection conn = number(1);

		conn.noted = NOTED_IN_WINDOW | NOTED_HALF_OPEN;
		cut_short_remember(&cut, &conn);
		conn.noted = anew ? NOTED_IN_WINDOW : 0;
		conn.talked = true;
		cut_short_remember(&cut, &conn);
		const CutConnection *c = cut_short_find(cut, &conn);
		cr_assert_not_null(c);
		cr_expect_eq((c->bits & CUT_HALF_OPEN) != 0, !anew);
		cr_expect_eq((c->bits & CUT_SILENT) != 0, !anew);
		cut_short_free(cut);
	}
}

/* Where places are full those of a flood give way, and are missed by nobody; others may go on with
 * segments of no connection. */
Test(cut_short, gives_way)
{
	for (unsigned flood = 0; flood < 2; flood++) {
		CutShort *cut = NULL;
		unsigned kept = 0, excused = 0, lost = 0;

		for (unsigned n = 0; n < FEW; n++) {
			TcpConnection conn = number(n);

			/* One in eight is somebody's, and the oldest of all. */
			conn.noted = NOTED_IN_WINDOW;
			conn.syn_ack_first = 1;
			if (n % 8)
				conn.syn_ack_first = flood ? 0 : 1;
			else
				conn.syn_first = SECONDS(1) - FEW + n;
			cut_short_remember(&cut, &conn);
		}
		for (unsigned n = 0; n < FEW; n++) {
			TcpConnection conn = number(n);
			bool found = cut_short_find(cut, &conn) != NULL;

			kept += !(n % 8) && found;
			lost += !found;
		}
		while (cut_short_excuses(cut, 0, SECONDS(10)))
			excused++;
		cr_assert_gt(lost, 0);
		cr_expect_eq(excused, flood ? 0 : lost);
		if (flood)
			cr_expect_eq(kept, FEW / 8);
		else
			cr_expect_lt(kept, FEW / 8);
		cut_short_free(cut);
	}
}
