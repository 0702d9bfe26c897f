/* SPDX-License-Identifier: BSD-3-Clause */
/* How the screen is shared out. */
#include "top/draw.h"

/* The first line, the second, and that of the keys. */
#define FIXED 3u
/* A pane is worth its titles and a few rows. */
#define PANE_LEAST 4u
/* A column a state; blocks of name and two numbers side by side. */
#define WIDE_STATES 116u
#define BLOCKS_LEAST 78u

static unsigned height_of_states(unsigned width, unsigned height)
{
	if (height < 20 || width < BLOCKS_LEAST)
		return 2;
	return width >= WIDE_STATES ? 3 : 5;
}

/* Titles, rows and an empty line, or that there are none. */
static unsigned need_of(unsigned rows)
{
	return MAX(rows, 1) + 2;
}

/* What some do not need, to those that do; what nobody needs, to the last. */
static void even_out(unsigned heights[TOP_PANES], const TopPane *order, unsigned shown,
		     const unsigned rows[TOP_PANES])
{
	unsigned over = 0, last = 0;

	for (unsigned i = 0; i < shown; i++) {
		unsigned need = MAX(need_of(rows[order[i]]), PANE_LEAST);

		if (heights[order[i]] > need) {
			over += heights[order[i]] - need;
			heights[order[i]] = need;
		}
		last = MAX(last, order[i]);
	}
	for (unsigned i = 0; i < shown; i++) {
		unsigned need = need_of(rows[order[i]]);
		unsigned more = need > heights[order[i]] ? need - heights[order[i]] : 0;

		more = MIN(more, over);
		heights[order[i]] += more;
		over -= more;
	}
	heights[last] += over;
}

/* Which panes there is room for: that in focus, then what goes wrong, then the others. */
static void choose(TopPlaces *places, unsigned room, TopPane focus, const unsigned rows[TOP_PANES])
{
	const TopPane order[] = {focus, focus == TOP_ANOMALIES ? TOP_SERVICES : TOP_ANOMALIES,
				 focus == TOP_CONNECTIONS ? TOP_SERVICES : TOP_CONNECTIONS};
	unsigned shown = room >= 6 * PANE_LEAST ? 3 : room >= 3 * PANE_LEAST ? 2 : 1;
	/* Two rows in five for the one in focus, where there are three, and three where two. */
	unsigned main = shown == 3 ? room * 2 / 5 : shown == 2 ? room * 3 / 5 : room;
	unsigned rest = shown > 1 ? (room - main) / (shown - 1) : 0;

	for (unsigned i = 1; i < shown; i++)
		places->pane_height[order[i]] = rest;
	places->pane_height[focus] = room - rest * (shown - 1);
	even_out(places->pane_height, order, shown, rows);
}

TopPlaces top_places(unsigned width, unsigned height, TopPane focus, const unsigned rows[TOP_PANES])
{
	TopPlaces places = {.states = 2, .states_height = height_of_states(width, height)};
	unsigned at = 2 + places.states_height;

	choose(&places, height - FIXED - places.states_height, focus, rows);
	for (unsigned pane = 0; pane < TOP_PANES; pane++) {
		places.pane[pane] = at;
		at += places.pane_height[pane];
	}
	return places;
}
