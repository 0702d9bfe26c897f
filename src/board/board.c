/* SPDX-License-Identifier: BSD-3-Clause */
/* The board: services, connections and anomalies side by side. */
#include "board/album.h"
#include "board/bulletin.h"
#include "board/services.h"

struct _ShakedownBoard {
	BoardServices *services;
	Album album;
	Bulletin *bulletin;
	ShakedownTime now;
};

ShakedownBoard *shakedown_board_new(void)
{
	ShakedownBoard *board = g_new0(ShakedownBoard, 1);

	board->services = board_services_new();
	album_init(&board->album);
	board->bulletin = bulletin_new();
	return board;
}

void shakedown_board_free(ShakedownBoard *board)
{
	if (!board)
		return;
	board_services_free(board->services);
	album_clear(&board->album);
	bulletin_free(board->bulletin);
	g_free(board);
}

void shakedown_board_turn(ShakedownBoard *board, const ShakedownTurn *turn)
{
	board->now = MAX(board->now, turn->time);
	board_services_turn(board->services, turn);
}

void shakedown_board_segment(ShakedownBoard *board, const ShakedownSegment *segment)
{
	board->now = MAX(board->now, segment->time);
	album_segment(&board->album, segment);
}

void shakedown_board_connection(ShakedownBoard *board, const ShakedownConnection *connection)
{
	board_services_connection(board->services, connection);
	album_record(&board->album, connection);
}

void shakedown_board_anomaly(ShakedownBoard *board, const ShakedownAnomaly *anomaly)
{
	album_anomaly(&board->album, anomaly);
	bulletin_add(board->bulletin, anomaly);
}

void shakedown_board_advance(ShakedownBoard *board, ShakedownTime now)
{
	board->now = MAX(board->now, now);
	bulletin_advance(board->bulletin, now);
}

void shakedown_board_finish(ShakedownBoard *board)
{
	bulletin_finish(board->bulletin);
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

	for (unsigned shelf = 0; shelf < ALBUM_SHELVES; shelf++)
		for (const GList *l = board->album.shelves[shelf].tail; l && n < room; l = l->prev)
			rows[n++] = ((const AlbumEntry *)l->data)->row;
	return n;
}

size_t shakedown_board_anomalies(const ShakedownBoard *board, const ShakedownBoardAnomaly **rows,
				 size_t room)
{
	return bulletin_rows(board->bulletin, rows, room);
}

void shakedown_board_forgotten(const ShakedownBoard *board, uint64_t *services,
			       uint64_t *connections)
{
	*services = board_services_forgotten(board->services);
	*connections = board->album.forgotten;
}

bool shakedown_board_ladder(const ShakedownBoard *board, uint64_t connection,
			    const ShakedownSinkOptions *options, GError **error)
{
	const AlbumEntry *entry = album_find(&board->album, connection);

	if (entry)
		return album_ladder(entry, options, error);
	g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_NO_CONNECTION,
		    "connection %" G_GUINT64_FORMAT
		    " is not kept any more: those heard of longest ago make room",
		    connection);
	return false;
}
