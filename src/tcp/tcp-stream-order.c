/* SPDX-License-Identifier: BSD-3-Clause */
/* When bytes are handed out, and when a hole is: one stream's pieces on their way to whoever asked.
 */
#include "tcp/tcp-stream-private.h"

/* Behind a hole that is acknowledged only a capture out of order can still fill it. */
#define ACKED_SHARE 16
/* Delivered bytes that are kept to be compared with what is sent again: acknowledged ones, and any.
 */
#define KEEP_ACKED ((size_t)64 << 10)
#define KEEP_MOST ((size_t)4 << 20)

static void hand_out(TcpStream *stream, uint64_t len, const TcpPiece *piece, ShakedownHole hole)
{
	TcpStreams *streams = stream->streams;
	const TcpConnection *conn = stream->conn;
	const ShakedownAddress addr[2] = {tcp_conn_address(conn, SHAKEDOWN_CLIENT),
					  tcp_conn_address(conn, SHAKEDOWN_SERVER)};
	ShakedownStretch stretch = {
		.connection = conn->id,
		.side = stream->side,
		.addr = {&addr[0], &addr[1]},
		.port = {tcp_conn_port(conn, SHAKEDOWN_CLIENT),
			 tcp_conn_port(conn, SHAKEDOWN_SERVER)},
		.offset = stream->pieces.delivered - stream->lead,
		.len = len,
		.hole = hole,
	};

	if (hole == SHAKEDOWN_HOLE_NONE) {
		stretch.bytes = piece->bytes;
		stretch.frame = piece->frame;
		streams->counts.bytes += len;
	} else {
		streams->counts.holes++;
		streams->counts.missing += len;
		streams->counts.given_up += hole == SHAKEDOWN_HOLE_GIVEN_UP;
	}
	stream->leading = false;
	if (streams->func)
		streams->func(&stretch, streams->data);
}

void tcp_stream_give_up(TcpStream *stream, uint64_t to, ShakedownHole hole)
{
	/* What lies before a capture's beginning is no hole in it. */
	if (stream->leading)
		stream->lead = to;
	else
		hand_out(stream, to - stream->pieces.delivered, NULL, hole);
	tcp_pieces_deliver(&stream->pieces, to);
}

/* The next piece, if it is in order and its bytes are final. */
static TcpPiece *ready(const TcpStream *stream, bool forced)
{
	TcpPiece *piece = tcp_pieces_next(&stream->pieces);

	if (!piece || piece->offset > stream->pieces.delivered)
		return NULL;
	if (!forced && stream->streams->options.policy == SHAKEDOWN_OVERLAP_LAST &&
	    tcp_piece_end(piece) > stream->acked)
		return NULL;
	return piece;
}

static bool deliver_one(TcpStream *stream, bool forced)
{
	TcpPiece *piece = ready(stream, forced);

	if (!piece)
		return false;
	hand_out(stream, piece->len, piece, piece->cut ? SHAKEDOWN_HOLE_CUT : SHAKEDOWN_HOLE_NONE);
	tcp_pieces_deliver(&stream->pieces, tcp_piece_end(piece));
	return true;
}

/* Hands out whatever is held back, with the holes before it. */
void tcp_stream_flush(TcpStream *stream, ShakedownHole hole)
{
	for (const TcpPiece *piece; (piece = tcp_pieces_next(&stream->pieces));) {
		if (piece->offset > stream->pieces.delivered)
			tcp_stream_give_up(stream, piece->offset, hole);
		while (deliver_one(stream, true))
			;
	}
}

/* The first hole need not be waited for: it is acknowledged, and much has come since. */
static bool is_lost(const TcpStream *stream, const TcpPiece *next)
{
	if (next->offset <= stream->pieces.delivered || stream->acked < next->offset)
		return false;
	return stream->leading ||
	       stream->pieces.held > stream->streams->options.side_bytes / ACKED_SHARE;
}

void tcp_stream_deliver(TcpStream *stream)
{
	for (const TcpPiece *next; (next = tcp_pieces_next(&stream->pieces));) {
		if (deliver_one(stream, false))
			continue;
		bool lost = is_lost(stream, next);
		if (!lost && stream->pieces.held_pieces <= TCP_PIECES_HELD &&
		    stream->pieces.held <= stream->streams->options.side_bytes)
			break;
		if (next->offset > stream->pieces.delivered)
			tcp_stream_give_up(stream, next->offset,
					   lost ? SHAKEDOWN_HOLE_MISSING : SHAKEDOWN_HOLE_GIVEN_UP);
		else
			deliver_one(stream, true);
	}
	tcp_pieces_forget(&stream->pieces, stream->acked, KEEP_ACKED, KEEP_MOST);
}
