/* SPDX-License-Identifier: BSD-3-Clause */
/* The board: services, connections and anomalies side by side. */
#include "board/anomalies.h"
#include "board/connections.h"
#include "board/services.h"

struct _ShakedownBoard {
	BoardServices *services;
	BoardConnections connections;
	BoardAnomalies *anomalies;
	ShakedownTime now;
};

ShakedownBoard *shakedown_board_new(void)
{
	ShakedownBoard *board = g_new0(ShakedownBoard, 1);

	board->services = board_services_new();
	board_connections_init(&board->connections);
	board->anomalies = board_anomalies_new();
	return board;
}

void shakedown_board_free(ShakedownBoard *board)
{
	if (!board)
		return;
	board_services_free(board->services);
	board_connections_clear(&board->connections);
	board_anomalies_free(board->anomalies);
	g_free(board);
}

void shakedown_board_event(ShakedownBoard *board, const ShakedownEvent *event)
{
	board->now = MAX(board->now, event->time);
	board_services_event(board->services, event);
}

void shakedown_board_segment(ShakedownBoard *board, const ShakedownSegment *segment)
{
	board->now = MAX(board->now, segment->time);
	board_connections_segment(&board->connections, segment);
}

void shakedown_board_connection(ShakedownBoard *board, const ShakedownConnection *connection)
{
	board_services_connection(board->services, connection);
	board_connections_record(&board->connections, connection);
}

void shakedown_board_anomaly(ShakedownBoard *board, const ShakedownAnomaly *anomaly)
{
	board_connections_anomaly(&board->connections, anomaly);
	board_anomalies_add(board->anomalies, anomaly);
}

void shakedown_board_advance(ShakedownBoard *board, ShakedownTime now)
{
	board->now = MAX(board->now, now);
	board_anomalies_advance(board->anomalies, now);
}

void shakedown_board_finish(ShakedownBoard *board)
{
	board_anomalies_finish(board->anomalies);
}

size_t shakedown_board_services(const ShakedownBoard *board, ShakedownBoardService *rows,
				size_t room)
{
	return board_services_rows(board->services, board->now, rows, room);
}

size_t shakedown_board_connections(const ShakedownBoard *board, ShakedownBoardConnection *rows,
				   size_t room)
{
	size_t n = 0;

	for (unsigned list = 0; list < BOARD_LISTS; list++)
		for (const GList *l = board->connections.lists[list].tail; l && n < room;
		     l = l->prev)
			rows[n++] = ((const BoardConnection *)l->data)->row;
	return n;
}

size_t shakedown_board_anomalies(const ShakedownBoard *board, const ShakedownBoardAnomaly **rows,
				 size_t room)
{
	return board_anomalies_rows(board->anomalies, rows, room);
}

void shakedown_board_forgotten(const ShakedownBoard *board, uint64_t *services,
			       uint64_t *connections)
{
	*services = board_services_forgotten(board->services);
	*connections = board->connections.forgotten;
}

bool shakedown_board_ladder(const ShakedownBoard *board, uint64_t connection,
			    const ShakedownSinkOptions *options, GError **error)
{
	const BoardConnection *entry = board_connections_find(&board->connections, connection);

	if (entry)
		return board_connection_ladder(entry, options, error);
	g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_NO_CONNECTION,
		    "connection %" G_GUINT64_FORMAT
		    " is not kept any more: those heard of longest ago make room",
		    connection);
	return false;
}
