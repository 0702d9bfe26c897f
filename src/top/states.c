/* SPDX-License-Identifier: BSD-3-Clause */
/* How many clients and how many servers are in which state: RFC 9293's own names, whole. */
#include "top/draw.h"
#include "top/figures.h"

#include <string.h>

/* In the order of a connection's life. */
static const ShakedownTcpState order[SHAKEDOWN_TCP_STATES] = {
	SHAKEDOWN_TCP_SYN_SENT,	   SHAKEDOWN_TCP_LISTEN,     SHAKEDOWN_TCP_SYN_RECEIVED,
	SHAKEDOWN_TCP_ESTABLISHED, SHAKEDOWN_TCP_FIN_WAIT_1, SHAKEDOWN_TCP_FIN_WAIT_2,
	SHAKEDOWN_TCP_CLOSE_WAIT,  SHAKEDOWN_TCP_CLOSING,    SHAKEDOWN_TCP_LAST_ACK,
	SHAKEDOWN_TCP_TIME_WAIT,   SHAKEDOWN_TCP_CLOSED};

static void put_number(TopCanvas *canvas, unsigned y, unsigned x, unsigned columns, uint64_t n)
{
	char text[TOP_FIGURE_LEN];

	top_count(text, n);
	top_canvas_cell(canvas, y, x, columns, n ? TOP_BOLD : TOP_DIM, n ? text : "·", true);
}

/* Two rows, each with those states alone that somebody is in. */
static void draw_short(TopCanvas *canvas, unsigned y, const ShakedownLive *live)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		unsigned x = 1, left = canvas->width - 1;

		x += top_canvas_put(canvas, y + side, x, left, TOP_DIM,
				    side == SHAKEDOWN_CLIENT ? "clients" : "servers");
		for (unsigned i = 0; i < SHAKEDOWN_TCP_STATES && x < left; i++) {
			uint64_t n = live->states[side][order[i]];
			char count[TOP_FIGURE_LEN];

			if (!n)
				continue;
			top_count(count, n);
			x += 2;
			x += top_canvas_put(canvas, y + side, x, left - x, TOP_PLAIN,
					    shakedown_tcp_state_name(order[i]));
			x++;
			x += x < left ? top_canvas_put(canvas, y + side, x, left - x, TOP_BOLD,
						       count)
				      : 0;
		}
		if (!live->live)
			top_canvas_put(canvas, y + side, x + 2, left, TOP_DIM, "none");
	}
}

/* A column a state. */
static void draw_wide(TopCanvas *canvas, unsigned y, const ShakedownLive *live)
{
	unsigned x = 9;

	top_canvas_put(canvas, y + 1, 1, 7, TOP_DIM, "clients");
	top_canvas_put(canvas, y + 2, 1, 7, TOP_DIM, "servers");
	for (unsigned i = 0; i < SHAKEDOWN_TCP_STATES; i++) {
		const char *name = shakedown_tcp_state_name(order[i]);
		unsigned columns = MAX((unsigned)strlen(name), 5);

		top_canvas_cell(canvas, y, x, columns, TOP_DIM, name, true);
		put_number(canvas, y + 1, x, columns, live->states[SHAKEDOWN_CLIENT][order[i]]);
		put_number(canvas, y + 2, x, columns, live->states[SHAKEDOWN_SERVER][order[i]]);
		x += columns + 1;
	}
}

/* A row a state, in blocks side by side. */
static void draw_blocks(TopCanvas *canvas, unsigned y, const ShakedownLive *live)
{
	enum { BLOCKS = 3, ROWS = 4, NAME = 12 };
	const unsigned block = canvas->width / BLOCKS;
	const unsigned first = (block - NAME - 1) / 2, second = block - NAME - 1 - first;

	for (unsigned b = 0; b < BLOCKS; b++) {
		unsigned x = 1 + b * block;

		top_canvas_cell(canvas, y, x + NAME, first, TOP_DIM, "client", true);
		top_canvas_cell(canvas, y, x + NAME + first, second, TOP_DIM, "server", true);
		for (unsigned r = 0; r < ROWS && b * ROWS + r < SHAKEDOWN_TCP_STATES; r++) {
			ShakedownTcpState state = order[b * ROWS + r];

			top_canvas_put(canvas, y + 1 + r, x, NAME, TOP_PLAIN,
				       shakedown_tcp_state_name(state));
			put_number(canvas, y + 1 + r, x + NAME, first,
				   live->states[SHAKEDOWN_CLIENT][state]);
			put_number(canvas, y + 1 + r, x + NAME + first, second,
				   live->states[SHAKEDOWN_SERVER][state]);
		}
	}
}

void top_draw_states(TopCanvas *canvas, unsigned y, unsigned height, const ShakedownLive *live)
{
	if (height >= 5)
		draw_blocks(canvas, y, live);
	else if (height >= 3)
		draw_wide(canvas, y, live);
	else
		draw_short(canvas, y, live);
}
