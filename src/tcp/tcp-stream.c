/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-stream.h"

#include "tcp/tcp-stream-pieces.h"

#include <string.h>

#define SIDE_BYTES ((uint64_t)16 << 20)
#define TOTAL_BYTES ((uint64_t)256 << 20)
/* Behind a hole that is acknowledged only a capture out of order can still fill it. */
#define ACKED_SHARE 16
/* Delivered bytes that are kept to be compared with what is sent again: acknowledged ones, and any.
 */
#define KEEP_ACKED ((size_t)64 << 10)
#define KEEP_MOST ((size_t)4 << 20)
/* A stream that begins before the capture does may begin with segments out of order. */
#define LEAD ((uint64_t)64 << 10)
#define NO_END UINT64_MAX

struct _TcpStreams {
	ShakedownStreamOptions options;
	ShakedownStreamFunc func;
	void *data;
	GQueue touched; /* of TcpStream, the most recently touched last */
	size_t total;
	ShakedownStreamCounts counts;
};

/* Payload on a SYN: part of the stream once it is acknowledged, RFC 7413 §3. */
typedef struct {
	uint64_t frame;
	uint32_t len, captured;
	uint8_t bytes[];
} SynData;

struct _TcpStream {
	TcpStreams *streams;
	TcpConnection *conn;
	ShakedownSideId side;
	GList link; /* in touched */
	TcpPieces pieces;
	TcpSeq origin; /* offset 0 */
	TcpSeq ref;    /* … of the highest number seen, sent or acknowledged */
	uint64_t ref_offset;
	uint64_t acked; /* by the other side, as far as the tap saw */
	uint64_t end;	/* where the first FIN ends it, or NO_END */
	uint64_t lead;	/* what lies before the first byte that is handed out */
	bool leading;	/* begun in the middle, and nothing was handed out yet */
	size_t cost;	/* its part of the total */
	SynData *syn;
};

TcpStreams *tcp_streams_new(const ShakedownStreamOptions *options, ShakedownStreamFunc func,
			    void *data)
{
	TcpStreams *streams = g_new0(TcpStreams, 1);

	streams->options = *options;
	if (!options->side_bytes)
		streams->options.side_bytes = SIDE_BYTES;
	if (!options->total_bytes)
		streams->options.total_bytes = TOTAL_BYTES;
	streams->func = func;
	streams->data = data;
	g_queue_init(&streams->touched);
	return streams;
}

void tcp_streams_free(TcpStreams *streams)
{
	g_free(streams);
}

const ShakedownStreamCounts *tcp_streams_counts(const TcpStreams *streams)
{
	return &streams->counts;
}

/* Where the number lies in the stream: before its beginning where negative. Numbers go round;
 * offsets count on. */
static int64_t offset_of(const TcpStream *stream, TcpSeq seq)
{
	return (int64_t)stream->ref_offset + tcp_seq_diff(seq, stream->ref);
}

static void see(TcpStream *stream, TcpSeq seq)
{
	int32_t ahead = tcp_seq_diff(seq, stream->ref);

	if (ahead > 0) {
		stream->ref = seq;
		stream->ref_offset += (uint32_t)ahead;
	}
}

static TcpStream *stream_new(TcpStreams *streams, TcpConnection *conn, ShakedownSideId side,
			     TcpSeq first)
{
	const TcpSide *s = &conn->side[side];
	TcpStream *stream = conn->stream[side] = g_new0(TcpStream, 1);

	stream->streams = streams;
	stream->conn = conn;
	stream->side = side;
	stream->end = NO_END;
	stream->leading = !tcp_side_has(s, TCP_SIDE_ISN_KNOWN);
	stream->ref = stream->origin =
		stream->leading ? tcp_seq_add(first, 0u - (uint32_t)LEAD) : tcp_seq_add(s->isn, 1);
	tcp_pieces_init(&stream->pieces);
	stream->link.data = stream;
	g_queue_push_tail_link(&streams->touched, &stream->link);
	if (tcp_side_has(s, TCP_SIDE_SENT_FIN))
		stream->end = (uint64_t)MAX(0, offset_of(stream, s->fin));
	return stream;
}

void tcp_stream_free(TcpStream *stream)
{
	if (!stream)
		return;
	stream->streams->total -= stream->cost;
	g_queue_unlink(&stream->streams->touched, &stream->link);
	stream->conn->stream[stream->side] = NULL;
	tcp_pieces_clear(&stream->pieces);
	g_free(stream->syn);
	g_free(stream);
}

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

static void give_up_hole(TcpStream *stream, uint64_t to, ShakedownHole hole)
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
static void flush(TcpStream *stream, ShakedownHole hole)
{
	for (const TcpPiece *piece; (piece = tcp_pieces_next(&stream->pieces));) {
		if (piece->offset > stream->pieces.delivered)
			give_up_hole(stream, piece->offset, hole);
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

static void deliver(TcpStream *stream)
{
	for (const TcpPiece *next; (next = tcp_pieces_next(&stream->pieces));) {
		if (deliver_one(stream, false))
			continue;
		bool lost = is_lost(stream, next);
		if (!lost && stream->pieces.held <= stream->streams->options.side_bytes)
			break;
		if (next->offset > stream->pieces.delivered)
			give_up_hole(stream, next->offset,
				     lost ? SHAKEDOWN_HOLE_MISSING : SHAKEDOWN_HOLE_GIVEN_UP);
		else
			deliver_one(stream, true);
	}
	tcp_pieces_forget(&stream->pieces, stream->acked, KEEP_ACKED, KEEP_MOST);
}

static void account(TcpStream *stream)
{
	TcpStreams *streams = stream->streams;
	size_t cost = stream->pieces.held + stream->pieces.kept +
		      (stream->syn ? sizeof *stream->syn + stream->syn->captured : 0);

	streams->total += cost - stream->cost;
	stream->cost = cost;
	streams->counts.held_peak = MAX(streams->counts.held_peak, streams->total);
}

/* Takes memory back from those that were touched least recently. */
static void relieve(TcpStreams *streams)
{
	for (guint n = streams->touched.length; n && streams->total > streams->options.total_bytes;
	     n--) {
		TcpStream *oldest = g_queue_peek_head(&streams->touched);

		tcp_pieces_forget(&oldest->pieces, 0, 0, 0);
		account(oldest);
		if (streams->total > streams->options.total_bytes) {
			flush(oldest, SHAKEDOWN_HOLE_GIVEN_UP);
			tcp_pieces_forget(&oldest->pieces, 0, 0, 0);
			account(oldest);
		}
		g_queue_unlink(&streams->touched, &oldest->link);
		g_queue_push_tail_link(&streams->touched, &oldest->link);
	}
}

static void settle(TcpStream *stream)
{
	TcpStreams *streams = stream->streams;

	deliver(stream);
	account(stream);
	g_queue_unlink(&streams->touched, &stream->link);
	g_queue_push_tail_link(&streams->touched, &stream->link);
	relieve(streams);
}

/* Leaves of the payload what lies within the stream: after its beginning, before its FIN. */
static bool clip(TcpStream *stream, TcpPayload *p, int64_t offset)
{
	uint64_t *unused = &stream->streams->counts.unused;

	if (offset < 0) {
		uint32_t before = (uint32_t)MIN(-offset, (int64_t)p->len);
		uint32_t skipped = MIN(before, p->captured);

		*unused += skipped;
		p->len -= before;
		p->captured -= skipped;
		p->bytes = p->captured ? p->bytes + skipped : NULL;
		offset = 0;
	}
	p->offset = (uint64_t)offset;
	if (p->offset + p->len > stream->end) {
		uint32_t len = stream->end > p->offset ? (uint32_t)(stream->end - p->offset) : 0;
		uint32_t captured = MIN(p->captured, len);

		*unused += p->captured - captured;
		p->len = len;
		p->captured = captured;
	}
	return p->len > 0;
}

static void add(TcpStream *stream, TcpStep *step, TcpPayload *payload)
{
	TcpStreams *streams = stream->streams;
	TcpOverlap overlap;

	if (payload->offset < stream->pieces.delivered)
		streams->counts.unused += tcp_pieces_too_late(&stream->pieces, payload);
	if (!tcp_pieces_add(&stream->pieces, payload,
			    streams->options.policy == SHAKEDOWN_OVERLAP_LAST, &overlap))
		return;
	streams->counts.conflicts++;
	overlap.offset -= MIN(overlap.offset, stream->leading ? LEAD : stream->lead);
	step->overlap = &overlap;
	tcp_emit(step, TCP_EVENT_OVERLAP_CONFLICT, step->from);
	step->overlap = NULL;
}

static void take_syn_data(TcpStreams *streams, TcpStep *step)
{
	const Segment *seg = step->seg;
	TcpConnection *conn = step->conn;
	TcpStream *stream = conn->stream[step->from];
	uint32_t captured = seg->payload ? seg->payload_captured : 0;

	if (!tcp_side_has(&conn->side[step->from], TCP_SIDE_ISN_KNOWN) ||
	    !tcp_seq_eq(conn->side[step->from].isn, seg->seq))
		return;
	/* Another number than before: that attempt is void. */
	if (stream && !tcp_seq_eq(stream->origin, tcp_seq_add(seg->seq, 1)))
		g_clear_pointer(&stream, tcp_stream_free);
	if (seg->payload_len == 0 || (stream && stream->ref_offset))
		return;
	if (!stream)
		stream = stream_new(streams, conn, step->from, seg->seq);
	stream->syn = g_malloc(sizeof(SynData) + captured);
	*stream->syn = (SynData){step->frame, seg->payload_len, captured};
	if (captured)
		memcpy(stream->syn->bytes, seg->payload, captured);
	see(stream, segment_seq_end(seg));
	account(stream);
}

/* The first acknowledgment tells how much of the SYN's data was taken. Whatever else has been sent
 * in its place since then is no contradiction. */
static void settle_syn_data(TcpStream *stream, uint64_t acked)
{
	g_autofree SynData *syn = g_steal_pointer(&stream->syn);
	TcpOverlap none;

	if (!acked)
		return;
	tcp_pieces_add(&stream->pieces,
		       &(TcpPayload){.frame = syn->frame,
				     .len = (uint32_t)MIN(syn->len, acked),
				     .captured = (uint32_t)MIN(syn->captured, acked),
				     .bytes = syn->bytes,
				     .silent = true},
		       false, &none);
}

static void take_ack(TcpStream *stream, TcpSeq ack)
{
	int64_t acked = offset_of(stream, ack);

	if (acked < 0)
		return;
	see(stream, ack);
	stream->acked = MAX(stream->acked, (uint64_t)acked);
	if (stream->syn)
		settle_syn_data(stream, stream->acked);
}

static void take_payload(TcpStreams *streams, TcpStep *step)
{
	const Segment *seg = step->seg;
	TcpConnection *conn = step->conn;
	TcpStream *stream = conn->stream[step->from];

	if (!stream && !seg->payload_len)
		return;
	if (!stream) {
		const TcpSide *peer = &conn->side[tcp_other(step->from)];

		stream = stream_new(streams, conn, step->from, seg->seq);
		see(stream, seg->seq);
		/* Acknowledged before any of it was captured. */
		if (tcp_side_has(peer, TCP_SIDE_ACKED) && tcp_seq_leq(peer->rcv_nxt, seg->seq))
			take_ack(stream, peer->rcv_nxt);
	}

	int64_t offset = offset_of(stream, seg->seq);
	TcpPayload payload = {
		.frame = step->frame,
		.len = seg->payload_len,
		.captured = seg->payload ? seg->payload_captured : 0,
		.bytes = seg->payload,
		.damaged = seg->checksum == SEGMENT_CHECKSUM_BAD,
		.silent = step->segment_class == SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE,
	};

	see(stream, tcp_seq_add(seg->seq, seg->payload_len));
	if ((seg->flags & TCP_FIN) && stream->end == NO_END)
		stream->end = (uint64_t)MAX(0, offset + (int64_t)seg->payload_len);
	if (seg->payload_len && clip(stream, &payload, offset))
		add(stream, step, &payload);
}

/* Its receiver would take it, as far as the tap can judge. A keep-alive's byte is garbage. */
static bool taken(const TcpStep *step)
{
	switch (step->segment_class) {
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE:
	case SHAKEDOWN_SEGMENT_OUT_OF_WINDOW:
	case SHAKEDOWN_SEGMENT_DUPLICATE_PACKET:
	case SHAKEDOWN_SEGMENT_BAD_CHECKSUM:
	case SHAKEDOWN_SEGMENT_ICMP_ERROR:
		return false;
	case SHAKEDOWN_SEGMENT_CONTROL:
	case SHAKEDOWN_SEGMENT_NEW:
	case SHAKEDOWN_SEGMENT_ACK:
	case SHAKEDOWN_SEGMENT_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_OUT_OF_ORDER:
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK:
	case SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE:
	case SHAKEDOWN_SEGMENT_DUPLICATE_ACK:
	case SHAKEDOWN_SEGMENT_WINDOW_UPDATE:
	case SHAKEDOWN_SEGMENT_CHALLENGE_ACK:
		break;
	}
	return !(step->seg->flags & TCP_RST);
}

static bool wanted(const TcpStreams *streams, const TcpConnection *conn, ShakedownSideId side)
{
	const ShakedownStreamOptions *o = &streams->options;

	return (!o->connection || o->connection == conn->id) &&
	       (o->side < 0 || o->side == (int)side);
}

void tcp_streams_segment(TcpStreams *streams, TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);

	if (!taken(step))
		return;
	if (wanted(streams, conn, step->from)) {
		if (step->seg->flags & TCP_SYN)
			take_syn_data(streams, step);
		else
			take_payload(streams, step);
	}
	if (conn->stream[other] && (step->seg->flags & TCP_ACK))
		take_ack(conn->stream[other], step->seg->ack);
	for (unsigned i = 0; i < 2; i++)
		if (conn->stream[i] && (i == step->from || (step->seg->flags & TCP_ACK)))
			settle(conn->stream[i]);
}

/* How far the side's stream reached by what the other acknowledged: its SYN and FIN are no bytes.
 */
static uint64_t acked_bytes(const TcpStream *stream)
{
	const TcpSide *s = &stream->conn->side[stream->side];
	uint64_t acked = MIN(stream->acked, stream->end);

	if (s->flags & (TCP_SIDE_SENT_FIN | TCP_SIDE_MAYBE_FIN | TCP_SIDE_HIDDEN_FIN)) {
		int64_t fin = offset_of(stream, s->fin);
		acked = MIN(acked, (uint64_t)MAX(fin, 0));
	}
	return acked;
}

static void over(TcpStreams *streams, TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side], *peer = &conn->side[tcp_other(side)];

	/* Nothing of it was captured, but there was something. */
	if (!conn->stream[side] && s->missing && tcp_side_has(s, TCP_SIDE_ISN_KNOWN) &&
	    tcp_side_has(peer, TCP_SIDE_ACKED))
		take_ack(stream_new(streams, conn, side, s->isn), peer->rcv_nxt);
	TcpStream *stream = conn->stream[side];
	if (!stream)
		return;
	/* The other direction was not captured; whoever goes on after the SYN's data knows that it
	 * was taken. */
	const TcpPiece *next = tcp_pieces_next(&stream->pieces);
	if (stream->syn && next && next->offset == stream->syn->len)
		settle_syn_data(stream, next->offset);
	flush(stream, SHAKEDOWN_HOLE_MISSING);
	if (!stream->leading && acked_bytes(stream) > stream->pieces.delivered)
		give_up_hole(stream, acked_bytes(stream), SHAKEDOWN_HOLE_MISSING);
	tcp_stream_free(stream);
}

void tcp_streams_over(TcpStreams *streams, TcpConnection *conn)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		if (wanted(streams, conn, side))
			over(streams, conn, side);
}
