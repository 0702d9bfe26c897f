/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-stream-private.h"

#include <string.h>

void tcp_stream_doubt(TcpDoubt **doubt, const TcpStep *step, uint64_t offset)
{
	const Segment *seg = step->seg;
	uint32_t captured = seg->payload ? seg->payload_captured : 0;

	g_free(*doubt);
	*doubt = g_malloc(sizeof(TcpDoubt) + captured);
	**doubt = (TcpDoubt){offset, step->frame, seg->payload_len, captured};
	if (captured)
		memcpy((*doubt)->bytes, seg->payload, captured);
}

/* Whatever else has been sent in its place since then is no contradiction. */
static void take(TcpStream *stream, const TcpDoubt *doubt, uint64_t acked)
{
	uint64_t len = MIN(doubt->len, acked - doubt->offset);
	TcpOverlap none;

	tcp_pieces_add(&stream->pieces,
		       &(TcpPayload){.offset = doubt->offset,
				     .frame = doubt->frame,
				     .len = (uint32_t)len,
				     .captured = (uint32_t)MIN(doubt->captured, len),
				     .bytes = doubt->bytes,
				     .silent = true},
		       false, &none);
}

/* The first acknowledgment tells how much of the SYN's data was taken. */
static void settle_syn(TcpStream *stream)
{
	g_autofree TcpDoubt *doubt = g_steal_pointer(&stream->syn);

	if (stream->acked)
		take(stream, doubt, stream->acked);
}

void tcp_stream_settle_syn(TcpStream *stream)
{
	if (!stream->syn || !stream->went_on)
		return;
	take(stream, stream->syn, stream->syn->len);
	g_clear_pointer(&stream->syn, g_free);
}

/* The tracker knows by the same acknowledgment that such a checksum means nothing. */
static void settle_damaged(TcpStream *stream)
{
	const TcpDoubt *doubt = stream->damaged;

	if (stream->acked < doubt->offset + doubt->len)
		return;
	if (stream->conn->side[stream->side].checks & TCP_CHECK_LIES)
		take(stream, doubt, stream->acked);
	g_clear_pointer(&stream->damaged, g_free);
}

void tcp_stream_settle_doubts(TcpStream *stream)
{
	if (stream->syn)
		settle_syn(stream);
	if (stream->damaged)
		settle_damaged(stream);
}
