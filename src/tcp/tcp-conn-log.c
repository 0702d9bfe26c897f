/* SPDX-License-Identifier: BSD-3-Clause */
/* Letters and numbers of a conn.log row, segment by segment. */
#include "tcp/tcp-conn-log-private.h"
#include "tcp/tcp-space.h"

#include <glib.h>

/* A jump that no SYN or RST is trusted with. */
#define FAR (INT32_C(1) << 20)

/* Bits of ConnLogEnd.seen. */
enum {
	SEEN_SYN = 1 << 0,
	SEEN_FIN = 1 << 1,
	SEEN_RST = 1 << 2,
	SEEN_ACK = 1 << 3,
	SEEN_DATA = 1 << 4,
	SEEN_SYN_AND_MORE = 1 << 5,
	SEEN_FIN_AND_RST = 1 << 6,
};

typedef struct {
	const TcpStep *step;
	TcpConnLog *log;
	ConnLogEnd *end, *peer;
	uint32_t len; /* of sequence space; an RST's payload is a remark, not data */
} Row;

static void put_letter(TcpConnLog *log, ShakedownSideId side, char letter)
{
	if (log->letters < CONN_LOG_LETTERS)
		log->history[log->letters++] =
			side == SHAKEDOWN_CLIENT ? letter : g_ascii_tolower(letter);
}

static void put_scaled(TcpConnLog *log, ShakedownSideId side, ConnLogScaled what)
{
	static const char letters[CONN_LOG_SCALED] = {'C', 'G', 'T', 'W'};
	ConnLogEnd *end = &log->end[side];

	if (end->count[what] == UINT32_MAX || end->count[what]++ != end->next[what])
		return;
	put_letter(log, side, letters[what]);
	end->next[what] = end->next[what] < UINT32_MAX / 10 ? end->next[what] * 10 + 9 : UINT32_MAX;
}

/* The letter's first time; again only when its number is another one. */
static void put_numbered(const Row *row, unsigned bit, char letter, int64_t number, int64_t *last)
{
	if (!(row->end->seen & bit) || number != *last)
		put_letter(row->log, row->step->from, letter);
	row->end->seen |= (uint8_t)bit;
	*last = number;
}

static void put_once(const Row *row, unsigned bit, char letter)
{
	if (!(row->end->seen & bit))
		put_letter(row->log, row->step->from, letter);
	row->end->seen |= (uint8_t)bit;
}

static void put_flags(const Row *row, int64_t position)
{
	const Segment *seg = row->step->seg;

	switch (seg->flags & (TCP_SYN | TCP_FIN | TCP_RST)) {
	case 0:
		if (seg->payload_len)
			put_once(row, SEEN_DATA, 'D');
		else if (seg->flags & TCP_ACK)
			put_once(row, SEEN_ACK, 'A');
		return;
	case TCP_SYN:
		put_numbered(row, SEEN_SYN, (seg->flags & TCP_ACK) ? 'H' : 'S', position,
			     &row->end->last_syn);
		return;
	case TCP_FIN:
		put_numbered(row, SEEN_FIN, 'F', position + seg->payload_len, &row->end->last_fin);
		return;
	case TCP_RST:
		put_numbered(row, SEEN_RST, 'R', position, &row->end->last_rst);
		return;
	}
	if ((seg->flags & (TCP_FIN | TCP_RST)) == (TCP_FIN | TCP_RST))
		put_once(row, SEEN_FIN_AND_RST, 'I');
	else
		put_once(row, SEEN_SYN_AND_MORE, 'Q');
}

static void begin_at(ConnLogEnd *end, uint32_t seq, int64_t sent)
{
	end->start = seq;
	end->acked = 0;
	end->sent = sent;
}

static void begin(const Row *row)
{
	const Segment *seg = row->step->seg;
	const TcpSide *s = &row->step->conn->side[row->step->from];
	ConnLogEnd *end = row->end;
	bool syn = seg->flags & TCP_SYN;

	if (end->state == CONN_LOG_INACTIVE) {
		/* Numbers of what is begun in the middle count as if a SYN had been seen. */
		begin_at(end, syn ? seg->seq.value : seg->seq.value - 1, syn ? row->len : 1);
		return;
	}
	/* A SYN of another number begins anew, if the tracker takes it for the side's own. */
	if (!syn || seg->seq.value == end->start || end->state == CONN_LOG_CLOSED ||
	    (end->state == CONN_LOG_RESET && end->before != CONN_LOG_INACTIVE) ||
	    !tcp_side_has(s, TCP_SIDE_ISN_KNOWN) || s->isn.value != seg->seq.value)
		return;
	begin_at(end, seg->seq.value, row->len);
}

/* Where the number lies, counted from the end's start. */
static int64_t position_of(const ConnLogEnd *end, int64_t near, uint32_t seq)
{
	return near + (int32_t)(seq - (end->start + (uint32_t)near));
}

static bool is_clean(const ConnLogEnd *end)
{
	return end->state == CONN_LOG_ESTABLISHED ||
	       (end->state == CONN_LOG_CLOSED && end->before == CONN_LOG_ESTABLISHED);
}

static void put_gap(TcpConnLog *log, ShakedownSideId side, uint64_t bytes)
{
	/* Elsewhere a gap may be but a wrong guess at where the data began. */
	if (bytes == 0 || !is_clean(&log->end[0]) || !is_clean(&log->end[1]))
		return;
	log->missed += bytes;
	put_scaled(log, side, CONN_LOG_GAP);
}

/* Bytes that were cut off and are now acknowledged count as a gap, too. */
static uint64_t acknowledge_cut(ConnLogEnd *end)
{
	uint64_t missed = end->cut_bytes;

	if (missed == 0 || end->acked <= end->cut_from)
		return 0;
	if (end->acked < end->cut_to)
		missed = MIN(missed, (uint64_t)(end->acked - end->cut_from));
	end->cut_from = end->acked;
	end->cut_bytes -= missed;
	return missed;
}

static void take_gaps(const Row *row)
{
	const TcpConnection *conn = row->step->conn;

	for (unsigned i = 0; i < 2; i++) {
		ConnLogEnd *end = &row->log->end[i];
		uint64_t missing = tcp_aside(conn)->side[i].missing;
		uint64_t bytes = missing > end->missing ? missing - end->missing : 0;

		end->missing = missing;
		if (end == row->peer)
			bytes += acknowledge_cut(end);
		put_gap(row->log, (ShakedownSideId)i, bytes);
	}
}

static void take_ack(const Row *row)
{
	const Segment *seg = row->step->seg;
	ConnLogEnd *peer = row->peer;

	if (!(seg->flags & TCP_ACK) || (seg->flags & TCP_RST) || peer->state == CONN_LOG_INACTIVE ||
	    row->step->segment_class == SHAKEDOWN_SEGMENT_OUT_OF_WINDOW)
		return;
	int64_t position = position_of(peer, peer->acked, seg->ack.value);

	if (seg->ack.value == 0 && position - peer->acked > FAR)
		return; /* more likely broken than so far on */
	peer->acked = MAX(peer->acked, position);
}

static void note_cut(ConnLogEnd *end, const Segment *seg, int64_t position, int64_t sent_before)
{
	int64_t from = position + ((seg->flags & TCP_SYN) ? 1 : 0), to = from + seg->payload_len;

	from = MAX(from, sent_before);
	if (!seg->cut || seg->payload_captured >= seg->payload_len || from >= to)
		return;
	if (end->cut_bytes == 0)
		end->cut_from = from;
	end->cut_to = to;
	end->cut_bytes += (uint64_t)(to - from);
}

/* The end of what was sent moves on, or something came again. */
static void take_space(const Row *row, int64_t position)
{
	const Segment *seg = row->step->seg;
	ConnLogEnd *end = row->end;
	int64_t before = end->sent, on = position + row->len - end->sent;

	if (row->step->segment_class == SHAKEDOWN_SEGMENT_OUT_OF_WINDOW && on > 0)
		return;
	if ((seg->flags & (TCP_SYN | TCP_RST)) && (on > FAR || on < -FAR))
		return;
	if ((seg->flags & TCP_FIN) && end->sent == 1)
		end->sent += (uint32_t)on; /* all between SYN and FIN was filtered away */
	else if (end->state == CONN_LOG_RESET)
		return;
	else if (on > 0)
		end->sent += on;
	else if (seg->payload_len)
		put_scaled(row->log, row->step->from, CONN_LOG_AGAIN);
	note_cut(end, seg, position, before);
}

static void take_window(const Row *row)
{
	const Segment *seg = row->step->seg;

	if (seg->window == 0 && !(seg->flags & TCP_RST) && row->peer->state != CONN_LOG_CLOSED &&
	    row->end->state != CONN_LOG_RESET)
		put_scaled(row->log, row->step->from, CONN_LOG_ZERO_WINDOW);
}

static bool has_open_hole(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpHoles *holes = tcp_aside(conn)->holes[side];

	for (unsigned i = 0; holes && i < holes->len; i++)
		if (!holes->hole[i].acked)
			return true;
	return false;
}

/* Both ends closed, or one did and the other cannot: so long after that Zeek's row ends. */
#define CLOSE_DELAY (INT64_C(5) * SHAKEDOWN_NS_PER_S)

/* An end is closed when there is nothing more to come before its FIN. */
static void close_ends(const Row *row)
{
	TcpConnLog *log = row->log;

	if (row->step->seg->flags & (TCP_FIN | TCP_RST))
		row->end->closing = true;
	for (unsigned i = 0; i < 2; i++) {
		ConnLogEnd *end = &log->end[i], *peer = &log->end[i ^ 1];
		if (!end->closing || end->closed || end->cut_bytes > 0 ||
		    has_open_hole(row->step->conn, (ShakedownSideId)i))
			continue;
		end->closed = true;
		if (log->ended || (end->state != CONN_LOG_RESET && !peer->closed &&
				   peer->state != CONN_LOG_INACTIVE))
			continue;
		log->ended = true;
		log->over = row->step->time + CLOSE_DELAY;
	}
}

static TcpConnLog *log_of(const TcpStep *step)
{
	TcpConnection *conn = step->conn;

	TcpConnLog *log = tcp_aside(conn)->log;

	if (log)
		return log;
	log = tcp_aside_make(conn)->log = g_new0(TcpConnLog, 1);
	log->last = conn->start;
	/* Its first segment is the responder's: the roles are guessed. */
	if (step->from == SHAKEDOWN_SERVER)
		put_letter(log, SHAKEDOWN_CLIENT, '^');
	return log;
}

/* A SYN of another number is another connection's, or nobody's. */
static bool is_foreign_syn(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];

	return (step->seg->flags & (TCP_SYN | TCP_RST)) == TCP_SYN &&
	       step->segment_class != SHAKEDOWN_SEGMENT_DUPLICATE_PACKET &&
	       tcp_side_has(s, TCP_SIDE_ISN_KNOWN) && !tcp_seq_eq(s->isn, step->seg->seq);
}

/* The attempt begins anew after it was refused: the row tells of the last one. */
static void begin_again(Row *row)
{
	const TcpConnection *conn = row->step->conn;
	TcpConnLog *log = row->log;

	if ((row->step->seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN ||
	    (!log->end[0].closed && !log->end[1].closed) ||
	    conn->side[row->step->from].state != SHAKEDOWN_TCP_SYN_SENT)
		return;
	for (unsigned i = 0; i < 2; i++) {
		ConnLogEnd *end = &log->end[i];
		end->state = end->before = CONN_LOG_INACTIVE;
		end->closing = end->closed = end->fin = false;
		end->cut_bytes = 0;
	}
	log->ended = false;
}

void tcp_conn_log_segment(const TcpStep *step)
{
	TcpConnLog *log = log_of(step);
	const Segment *seg = step->seg;
	Row row = {.step = step,
		   .log = log,
		   .end = &log->end[step->from],
		   .peer = &log->end[tcp_other(step->from)],
		   .len = segment_seq_len(seg) - ((seg->flags & TCP_RST) ? seg->payload_len : 0)};

	if (step->segment_class == SHAKEDOWN_SEGMENT_BAD_CHECKSUM) {
		put_scaled(log, step->from, CONN_LOG_CHECKSUM);
		return;
	}
	if (is_foreign_syn(step))
		return;
	row.end->packets++;
	row.end->ip_bytes += seg->ip_len;
	begin_again(&row);
	/* Zeek begins another row for what comes so late; this one counts it. */
	if (log->ended && step->time >= log->over)
		return;
	begin(&row);
	int64_t position = position_of(row.end, row.end->sent, seg->seq.value);

	put_flags(&row, position);
	take_window(&row);
	if (!log->end[0].closed || !log->end[1].closed)
		log->last = seg->time;
	row.end->fin |= (seg->flags & TCP_FIN) != 0;
	take_ack(&row);
	take_space(&row, position);
	conn_log_state_step(log, step->from, seg->flags, seg->payload_len);
	take_gaps(&row);
	close_ends(&row);
}

void tcp_conn_log_times(TcpConnection *conn, ShakedownSideId side, uint32_t times)
{
	TcpConnLog *log = tcp_aside(conn)->log;

	if (!log)
		return;
	log->end[side].packets *= times;
	log->end[side].ip_bytes *= times;
}

bool tcp_conn_log_fill(const TcpConnection *conn, ShakedownConnLog *out)
{
	const TcpConnLog *log = tcp_aside(conn)->log;

	if (!log)
		return false;
	*out = (ShakedownConnLog){.conn_state = conn_log_state_name(log),
				  .history = log->history,
				  .last = log->last,
				  .missed_bytes = log->missed};
	for (unsigned i = 0; i < 2; i++)
		out->side[i] = (ShakedownConnLogSide){
			.packets = log->end[i].packets,
			.ip_bytes = log->end[i].ip_bytes,
			.bytes = conn_log_size(log, (ShakedownSideId)i),
		};
	return true;
}
