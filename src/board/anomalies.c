/* SPDX-License-Identifier: BSD-3-Clause */
#include "board/anomalies.h"

#include "report/anomaly-text.h"
#include "report/problems.h"

#define FRAMES 20

struct _BoardAnomalies {
	Problems *problems;
	const ShakedownBoardAnomaly *rows[SHAKEDOWN_BOARD_ANOMALIES]; /* a ring */
	uint64_t n;						      /* that ever came */
};

static void free_texts(gpointer data)
{
	const ShakedownBoardAnomaly *a = data;

	g_free((void *)a->who);
	g_free((void *)a->where);
	g_free((void *)a->summary);
	g_free((void *)a->rule);
	g_free((void *)a->filter);
	g_free((void *)a->evidence);
}

void shakedown_board_anomaly_unref(const ShakedownBoardAnomaly *anomaly)
{
	g_atomic_rc_box_release_full((void *)anomaly, free_texts);
}

static char *text_or_empty(const char *text)
{
	return g_strdup(text ? text : "");
}

static void hand_on(const ShakedownAnomaly *a, void *data)
{
	BoardAnomalies *b = data;
	ShakedownBoardAnomaly *row = g_atomic_rc_box_new0(ShakedownBoardAnomaly);
	const ShakedownBoardAnomaly **at = &b->rows[b->n++ % SHAKEDOWN_BOARD_ANOMALIES];
	GString *who = g_string_new(NULL), *where = g_string_new(NULL);
	GString *evidence = g_string_new(NULL);

	anomaly_who(a, false, who);
	anomaly_where(a, FRAMES, where);
	for (size_t i = 0; i < a->facts_len; i++)
		anomaly_fact(&a->facts[i], evidence);
	*row = (ShakedownBoardAnomaly){
		.number = b->n,
		.kind = a->kind,
		.severity = a->severity,
		.time = a->time,
		.until = a->until,
		.connection = a->connection	   ? a->connection
			      : a->connections_len ? a->connections[0]
						   : 0,
		.count = MAX(a->count, 1),
		.who = g_string_free(who, FALSE),
		.where = g_string_free(where, FALSE),
		.summary = text_or_empty(a->summary),
		.rule = text_or_empty(a->rule),
		.filter = text_or_empty(a->filter),
		.evidence = g_string_free(evidence, FALSE),
	};
	if (*at)
		shakedown_board_anomaly_unref(*at);
	*at = row;
}

BoardAnomalies *board_anomalies_new(void)
{
	BoardAnomalies *b = g_new0(BoardAnomalies, 1);

	b->problems = problems_new(true, hand_on, b);
	return b;
}

void board_anomalies_free(BoardAnomalies *b)
{
	if (!b)
		return;
	problems_free(b->problems);
	for (size_t i = 0; i < SHAKEDOWN_BOARD_ANOMALIES; i++)
		if (b->rows[i])
			shakedown_board_anomaly_unref(b->rows[i]);
	g_free(b);
}

void board_anomalies_add(BoardAnomalies *b, const ShakedownAnomaly *anomaly)
{
	problems_add(b->problems, anomaly);
}

void board_anomalies_advance(BoardAnomalies *b, ShakedownTime now)
{
	problems_advance(b->problems, now);
}

void board_anomalies_finish(BoardAnomalies *b)
{
	problems_finish(b->problems);
}

size_t board_anomalies_rows(const BoardAnomalies *b, const ShakedownBoardAnomaly **rows,
			    size_t room)
{
	size_t n = MIN(MIN(b->n, SHAKEDOWN_BOARD_ANOMALIES), room);

	for (size_t i = 0; i < n; i++)
		rows[i] = g_atomic_rc_box_acquire(
			(void *)b->rows[(b->n - 1 - i) % SHAKEDOWN_BOARD_ANOMALIES]);
	return n;
}
