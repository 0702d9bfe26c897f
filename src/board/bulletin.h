/* SPDX-License-Identifier: BSD-3-Clause */
/* The latest anomalies, those of one problem gathered as a stream has them: see problems.h. */
#pragma once

#include <shakedown/board.h>

typedef struct _Bulletin Bulletin;

Bulletin *bulletin_new(void);
void bulletin_free(Bulletin *bulletin);
void bulletin_add(Bulletin *bulletin, const ShakedownAnomaly *anomaly);
void bulletin_advance(Bulletin *bulletin, ShakedownTime now);
void bulletin_finish(Bulletin *bulletin);
/* See shakedown_board_anomalies(). */
size_t bulletin_rows(const Bulletin *bulletin, const ShakedownBoardAnomaly **rows, size_t room);
