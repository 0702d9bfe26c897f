/* SPDX-License-Identifier: BSD-3-Clause */
/* The latest anomalies, those of one problem gathered as a stream has them: see problems.h. */
#pragma once

#include <shakedown/board.h>

typedef struct _BoardAnomalies BoardAnomalies;

BoardAnomalies *board_anomalies_new(void);
void board_anomalies_free(BoardAnomalies *anomalies);
void board_anomalies_add(BoardAnomalies *anomalies, const ShakedownAnomaly *anomaly);
void board_anomalies_advance(BoardAnomalies *anomalies, ShakedownTime now);
void board_anomalies_finish(BoardAnomalies *anomalies);
/* See shakedown_board_anomalies(). */
size_t board_anomalies_rows(const BoardAnomalies *anomalies, const ShakedownBoardAnomaly **rows,
			    size_t room);
