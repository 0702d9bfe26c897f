/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-stream-private.h"

#define SIDE_BYTES ((uint64_t)16 << 20)
#define TOTAL_BYTES ((uint64_t)256 << 20)

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
	TcpStream *stream = tcp_aside_make(conn)->stream[side] = g_new0(TcpStream, 1);

	stream->streams = streams;
	stream->conn = conn;
	stream->side = side;
	stream->end = TCP_STREAM_NO_END;
	stream->leading = !tcp_side_has(s, TCP_SIDE_ISN_KNOWN);
	stream->ref = stream->origin = stream->leading
					       ? tcp_seq_add(first, 0u - (uint32_t)TCP_STREAM_LEAD)
					       : tcp_seq_add(s->isn, 1);
	tcp_pieces_init(&stream->pieces);
	stream->link.data = stream;
	g_queue_push_tail_link(&streams->touched, &stream->link);
	const TcpAsideSide *aside = &conn->aside->side[side];
	/* Its receiver may have taken one that was not its own. */
	if (tcp_side_has(s, TCP_SIDE_SENT_FIN) || aside->refuted_taken)
		stream->end = (uint64_t)MAX(
			0, tcp_stream_offset(stream, tcp_side_has(s, TCP_SIDE_SENT_FIN)
							     ? s->fin
							     : aside->refuted_fin));
	return stream;
}

void tcp_stream_reopen(TcpConnection *conn, ShakedownSideId side)
{
	TcpStream *stream = tcp_aside(conn)->stream[side];

	if (stream)
		stream->end = TCP_STREAM_NO_END;
}

void tcp_stream_free(TcpStream *stream)
{
	if (!stream)
		return;
	stream->streams->total -= stream->cost;
	g_queue_unlink(&stream->streams->touched, &stream->link);
	stream->conn->aside->stream[stream->side] = NULL;
	tcp_pieces_clear(&stream->pieces);
	g_free(stream->syn);
	g_free(stream->damaged);
	tcp_doubts_free(stream->old);
	g_free(stream);
}

static void account(TcpStream *stream)
{
	TcpStreams *streams = stream->streams;
	size_t cost = stream->pieces.held + stream->pieces.kept + tcp_doubt_cost(stream->syn) +
		      tcp_doubt_cost(stream->damaged) + tcp_doubt_cost(stream->old);

	streams->total += cost - stream->cost;
	stream->cost = cost;
	streams->counts.held_peak = MAX(streams->counts.held_peak, streams->total);
}

static bool too_much(const TcpStreams *streams)
{
	return streams->total > streams->options.total_bytes;
}

/* Takes memory back from those that were touched least recently. */
static void relieve(TcpStreams *streams)
{
	for (guint n = streams->touched.length; n && too_much(streams); n--) {
		TcpStream *oldest = g_queue_peek_head(&streams->touched);

		tcp_pieces_forget(&oldest->pieces, 0, 0, 0);
		account(oldest);
		if (too_much(streams)) {
			tcp_stream_flush(oldest, SHAKEDOWN_HOLE_GIVEN_UP);
			tcp_pieces_forget(&oldest->pieces, 0, 0, 0);
			account(oldest);
		}
		if (too_much(streams)) {
			streams->counts.unused += tcp_stream_drop_doubts(oldest);
			account(oldest);
		}
		g_queue_unlink(&streams->touched, &oldest->link);
		g_queue_push_tail_link(&streams->touched, &oldest->link);
	}
}

static void settle(TcpStream *stream)
{
	TcpStreams *streams = stream->streams;

	tcp_stream_deliver(stream);
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
	overlap.offset -= MIN(overlap.offset, stream->leading ? TCP_STREAM_LEAD : stream->lead);
	step->overlap = &overlap;
	tcp_emit(step, TCP_EVENT_OVERLAP_CONFLICT, step->from);
	step->overlap = NULL;
}

static void take_syn_data(TcpStreams *streams, TcpStep *step)
{
	const Segment *seg = step->seg;
	TcpConnection *conn = step->conn;
	TcpStream *stream = tcp_aside(conn)->stream[step->from];

	if (!tcp_side_has(&conn->side[step->from], TCP_SIDE_ISN_KNOWN) ||
	    !tcp_seq_eq(conn->side[step->from].isn, seg->seq))
		return;
	if (stream && !tcp_seq_eq(stream->origin, tcp_seq_add(seg->seq, 1))) {
		/* What was handed out cannot be taken back: its offsets count on. */
		if (!stream->leading && stream->pieces.delivered)
			return;
		/* Another number than before: that attempt is void. */
		g_clear_pointer(&stream, tcp_stream_free);
	}
	if (seg->payload_len == 0 || (stream && stream->ref_offset))
		return;
	if (!stream)
		stream = stream_new(streams, conn, step->from, seg->seq);
	tcp_stream_doubt(&stream->syn, step, 0);
	see(stream, segment_seq_end(seg));
	account(stream);
}

static void take_ack(TcpStream *stream, TcpSeq ack)
{
	int64_t acked = tcp_stream_offset(stream, ack);

	if (acked < 0)
		return;
	see(stream, ack);
	stream->acked = MAX(stream->acked, (uint64_t)acked);
	tcp_stream_settle_doubts(stream);
}

static void take_payload(TcpStreams *streams, TcpStep *step)
{
	const Segment *seg = step->seg;
	TcpConnection *conn = step->conn;
	TcpStream *stream = tcp_aside(conn)->stream[step->from];

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

	int64_t offset = tcp_stream_offset(stream, seg->seq);
	TcpPayload payload = {
		.frame = step->frame,
		.len = seg->payload_len,
		.captured = seg->payload ? seg->payload_captured : 0,
		.bytes = seg->payload,
		.damaged = seg->checksum == SEGMENT_CHECKSUM_BAD,
		.silent = step->segment_class == SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE,
	};

	see(stream, tcp_seq_add(seg->seq, seg->payload_len));
	if (stream->syn && offset == (int64_t)stream->syn->len)
		stream->went_on = true;
	if ((seg->flags & TCP_FIN) && tcp_side_has(&conn->side[step->from], TCP_SIDE_SENT_FIN) &&
	    stream->end == TCP_STREAM_NO_END)
		stream->end = (uint64_t)MAX(0, offset + (int64_t)seg->payload_len);
	if (seg->payload_len && clip(stream, &payload, offset))
		add(stream, step, &payload);
}

/* Its receiver drops it, unless it turns out that the tap was before the card that sums, or that it
 * does not look at stamps. */
static void take_in_doubt(TcpStreams *streams, TcpStep *step)
{
	const Segment *seg = step->seg;
	TcpConnection *conn = step->conn;
	TcpStream *stream = tcp_aside(conn)->stream[step->from];

	if (!seg->payload_len || (seg->flags & (TCP_SYN | TCP_RST)) ||
	    !tcp_side_has(&conn->side[step->from], TCP_SIDE_ISN_KNOWN))
		return;
	if (!stream)
		stream = stream_new(streams, conn, step->from, seg->seq);
	int64_t offset = tcp_stream_offset(stream, seg->seq);

	if (offset >= 0)
		step->old_stamp ? tcp_stream_doubt_old(&stream->old, step, (uint64_t)offset)
				: tcp_stream_doubt(&stream->damaged, step, (uint64_t)offset);
}

/* The same packet twice is the capture's doing; if the payload is another, it is not. A probe's or
 * keep-alive's only byte is garbage in both. */
static void compare_copy(TcpStreams *streams, TcpStep *step)
{
	const Segment *seg = step->seg;
	TcpStream *stream = tcp_aside(step->conn)->stream[step->from];
	TcpPayload payload = {.frame = step->frame,
			      .len = seg->payload_captured,
			      .captured = seg->payload_captured,
			      .bytes = seg->payload,
			      .damaged = seg->checksum == SEGMENT_CHECKSUM_BAD,
			      .copy = true};

	if (stream && seg->payload && seg->payload_captured > 1 &&
	    !(seg->flags & (TCP_SYN | TCP_RST)) &&
	    clip(stream, &payload, tcp_stream_offset(stream, seg->seq)))
		add(stream, step, &payload);
}

typedef enum { USE_NONE, USE_ALL, USE_IN_DOUBT, USE_TO_COMPARE } Use;

/* What its receiver would do with it, as far as the tap can judge. A keep-alive's byte is garbage.
 */
static Use use_of(const TcpStep *step)
{
	switch (step->segment_class) {
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE:
	case SHAKEDOWN_SEGMENT_ICMP_ERROR:
		return USE_NONE;
	case SHAKEDOWN_SEGMENT_OUT_OF_WINDOW:
		return step->old_stamp && !(step->seg->flags & TCP_FIN) ? USE_IN_DOUBT : USE_NONE;
	case SHAKEDOWN_SEGMENT_DUPLICATE_PACKET:
		return USE_TO_COMPARE;
	case SHAKEDOWN_SEGMENT_BAD_CHECKSUM:
		return USE_IN_DOUBT;
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
	return step->seg->flags & TCP_RST ? USE_NONE : USE_ALL;
}

static bool wanted(const TcpStreams *streams, const TcpConnection *conn, ShakedownSideId side)
{
	const ShakedownStreamOptions *o = &streams->options;

	return (!o->connection || o->connection == conn->id) &&
	       (o->side < 0 || o->side == (int)side);
}

static void use(TcpStreams *streams, TcpStep *step, Use use)
{
	switch (use) {
	case USE_NONE:
		return;
	case USE_TO_COMPARE:
		compare_copy(streams, step);
		return;
	case USE_IN_DOUBT:
		take_in_doubt(streams, step);
		return;
	case USE_ALL:
		if (step->seg->flags & TCP_SYN)
			take_syn_data(streams, step);
		else
			take_payload(streams, step);
		return;
	}
}

void tcp_streams_segment(TcpStreams *streams, TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpStream *other = tcp_aside(conn)->stream[tcp_other(step->from)];
	Use how = use_of(step);

	if (how == USE_NONE)
		return;
	if (wanted(streams, conn, step->from))
		use(streams, step, how);
	if (tcp_aside(conn)->stream[step->from])
		settle(tcp_aside(conn)->stream[step->from]);
	if (!other || how != USE_ALL || !(step->seg->flags & TCP_ACK))
		return;
	take_ack(other, step->seg->ack);
	settle(other);
}

/* How far the side's stream reached by what the other acknowledged: its SYN and FIN are no bytes.
 */
static uint64_t acked_bytes(const TcpStream *stream)
{
	const TcpSide *s = &stream->conn->side[stream->side];
	uint64_t acked = MIN(stream->acked, stream->end);

	if (s->flags & (TCP_SIDE_SENT_FIN | TCP_SIDE_MAYBE_FIN | TCP_SIDE_HIDDEN_FIN)) {
		int64_t fin = tcp_stream_offset(stream, s->fin);
		acked = MIN(acked, (uint64_t)MAX(fin, 0));
	}
	return acked;
}

static void over(TcpStreams *streams, TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side], *peer = &conn->side[tcp_other(side)];

	/* Nothing of it was captured, but there was something. */
	if (!tcp_aside(conn)->stream[side] && tcp_aside(conn)->side[side].missing &&
	    tcp_side_has(s, TCP_SIDE_ISN_KNOWN) && tcp_side_has(peer, TCP_SIDE_ACKED))
		take_ack(stream_new(streams, conn, side, s->isn), peer->rcv_nxt);
	TcpStream *stream = tcp_aside(conn)->stream[side];
	if (!stream)
		return;
	tcp_stream_settle_syn(stream);
	tcp_stream_flush(stream, SHAKEDOWN_HOLE_MISSING);
	if (!stream->leading && acked_bytes(stream) > stream->pieces.delivered)
		tcp_stream_give_up(stream, acked_bytes(stream), SHAKEDOWN_HOLE_MISSING);
	tcp_stream_free(stream);
}

void tcp_streams_over(TcpStreams *streams, TcpConnection *conn)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		if (wanted(streams, conn, side))
			over(streams, conn, side);
}
