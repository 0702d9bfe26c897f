/* SPDX-License-Identifier: BSD-3-Clause */
/* What the user has chosen of what there is, put on the canvas. */
#pragma once

#include "top/ui.h"

#define TOP_WIDTH_LEAST 60u
#define TOP_HEIGHT_LEAST 10u

/* Rows of the screen; a height of 0: it is not shown. A pane's first row bears its titles. */
typedef struct {
	unsigned states, states_height;
	unsigned pane[TOP_PANES], pane_height[TOP_PANES];
} TopPlaces;

/* For at least TOP_WIDTH_LEAST × TOP_HEIGHT_LEAST. Rows: how many each pane has; what one does not
 * need goes to those that do. */
TopPlaces top_places(unsigned width, unsigned height, TopPane focus,
		     const unsigned rows[TOP_PANES]);

typedef struct {
	const char *name; /* what is watched */
	bool live;
} TopAbout;

/* Draws all of it on the canvas, whatever its size, and tells ui how much room there is. */
void top_draw(TopCanvas *canvas, TopUi *ui, const TopModel *model, const TopAbout *about);

/* The table of states. */
void top_draw_states(TopCanvas *canvas, unsigned y, unsigned height, const ShakedownLive *live);

/* Pages, to be freed. */
TopText *top_page_help(void);
/* Gone: it is not among the anomalies any more. */
TopText *top_page_anomaly(const TopModel *model, uint64_t number, unsigned columns);
