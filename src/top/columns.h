/* SPDX-License-Identifier: BSD-3-Clause */
/* The columns of each pane: their titles, how wide they are, which come first where there is little
 * room, and what a row has in them. */
#pragma once

#include "top/canvas.h"
#include "top/figures.h"
#include "top/model.h"

typedef enum {
	TOP_SERVICE_NAME = 0,
	TOP_SERVICE_RATE,
	TOP_SERVICE_TRIED,
	TOP_SERVICE_OK,
	TOP_SERVICE_FAILED,
	TOP_SERVICE_NO_ANSWER,
	TOP_SERVICE_REFUSED,
	TOP_SERVICE_UNFINISHED,
	TOP_SERVICE_PENDING,
	TOP_SERVICE_LIVE,
	TOP_SERVICE_RESETS,
	TOP_SERVICE_RTT,
} TopServiceColumn;

typedef enum {
	TOP_CONNECTION_ID = 0,
	TOP_CONNECTION_CLIENT,
	TOP_CONNECTION_CLIENT_STATE,
	TOP_CONNECTION_SERVER,
	TOP_CONNECTION_SERVER_STATE,
	TOP_CONNECTION_IDLE,
	TOP_CONNECTION_PACKETS,
	TOP_CONNECTION_BYTES,
	TOP_CONNECTION_AGAIN,
	TOP_CONNECTION_WORST,
} TopConnectionColumn;

typedef enum {
	TOP_ANOMALY_TIME = 0,
	TOP_ANOMALY_SEVERITY,
	TOP_ANOMALY_KIND,
	TOP_ANOMALY_COUNT,
	TOP_ANOMALY_TEXT,
} TopAnomalyColumn;

#define TOP_COLUMNS_MOST 12

typedef struct {
	const char *title;
	unsigned least;	 /* columns */
	unsigned weight; /* of what is left over; 0: no more than least */
	unsigned most;	 /* where it has a weight; 0: any */
	unsigned rank;	 /* the greater, the sooner left out; 0: always there */
	bool right;
	bool descends; /* sorted by it, the greatest comes first */
} TopColumn;

const TopColumn *top_columns(TopPane pane, unsigned *n);
/* Which fit into so many columns of the screen, a space between them, and how wide each becomes;
 * 0: left out. */
void top_columns_fit(TopPane pane, unsigned width, unsigned widths[TOP_COLUMNS_MOST]);
/* What row i has there; text may be longer than fits. */
void top_column_text(const TopModel *model, TopPane pane, unsigned column, size_t i, GString *out,
		     TopStyle *style);
