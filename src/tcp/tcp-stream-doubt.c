/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-stream-private.h"

#include <string.h>

/* So many with old timestamps are kept: what one retransmission has overtaken. */
#define OLD_MOST 64

static TcpDoubt *doubt_new(const TcpStep *step, uint64_t offset)
{
	const Segment *seg = step->seg;
	uint32_t captured = seg->payload ? seg->payload_captured : 0;
	TcpDoubt *doubt = g_malloc(sizeof(TcpDoubt) + captured);

	*doubt = (TcpDoubt){NULL, offset, step->frame, seg->payload_len, captured};
	if (captured)
		memcpy(doubt->bytes, seg->payload, captured);
	return doubt;
}

void tcp_doubts_free(TcpDoubt *doubts)
{
	while (doubts) {
		TcpDoubt *next = doubts->next;

		g_free(doubts);
		doubts = next;
	}
}

void tcp_stream_doubt_old(TcpDoubt **doubts, const TcpStep *step, uint64_t offset)
{
	TcpDoubt *doubt = doubt_new(step, offset), *last = doubt;

	doubt->next = *doubts;
	*doubts = doubt;
	for (unsigned n = 1; n < OLD_MOST && last; n++)
		last = last->next;
	if (last)
		tcp_doubts_free(g_steal_pointer(&last->next));
}

void tcp_stream_doubt(TcpDoubt **doubt, const TcpStep *step, uint64_t offset)
{
	g_free(*doubt);
	*doubt = doubt_new(step, offset);
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

/* … or that its receiver does not look at stamps. */
static void settle_old(TcpStream *stream)
{
	bool taken = stream->conn->side[stream->side].checks & TCP_CHECK_NO_PAWS;

	for (TcpDoubt **at = &stream->old; *at;) {
		TcpDoubt *doubt = *at;

		if (stream->acked < doubt->offset + doubt->len) {
			at = &doubt->next;
			continue;
		}
		if (taken)
			take(stream, doubt, stream->acked);
		*at = doubt->next;
		g_free(doubt);
	}
}

void tcp_stream_settle_doubts(TcpStream *stream)
{
	if (stream->syn)
		settle_syn(stream);
	if (stream->damaged)
		settle_damaged(stream);
	if (stream->old)
		settle_old(stream);
}

uint64_t tcp_stream_drop_doubts(TcpStream *stream)
{
	TcpDoubt **const all[] = {&stream->syn, &stream->damaged, &stream->old};
	uint64_t bytes = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(all); i++) {
		for (const TcpDoubt *doubt = *all[i]; doubt; doubt = doubt->next)
			bytes += doubt->captured;
		tcp_doubts_free(g_steal_pointer(all[i]));
	}
	return bytes;
}
