/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-copies.h"

#include "base/mix.h"
#include "tcp/tcp-holes.h"
#include "tcp/tcp-ttl.h"

#include <glib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Copies of a packet follow each other that closely; a retransmission takes longer. */
#define COPY_WITHIN_US 10000u
/* … where the IP id says so, too: each copy had a clock of its own. */
#define COPY_WITHIN_US_NUMBERED 25000u
/* … where nothing but time tells them from a retransmission. */
#define COPY_WITHIN_US_BARE 2000u
/* … where more than one thing says that it was sent once, and nobody sends a SYN again so soon. */
#define COPY_WITHIN_US_LATE 900000u
/* From then on nothing but a way between two places explains it. */
#define LATE_FROM_US 1000u
/* So many copies that came late are no accident of one connection. */
#define LATE_SEEN_LEAST 3
/* By then it has shown whether it holds packets twice. */
#define UNKNOWN_SEGMENTS 4096
#define FOR_EVER UINT_MAX
/* … and so many of one connection that were seen elsewhere, none of that one. */
#define COPIES_LEAST 3
/* … and with at most so many other segments of the side, less one, between them. */
#define SEGMENTS_BACK 4

/* TcpPrints.when */
#define TIME_MASK 0xffffffu
#define ORDINAL_SHIFT 24
#define ORDINAL_MASK 7u
#define TTL_SHIFT 27
#define TTL_MASK 31u
/* So many hops on, but no more: a SYN whose TTL is higher is the next of a traceroute, where
 * nothing else has shown that one place's clock is behind. */
#define HOPS_MOST 15u
_Static_assert(TCP_COPIES_WAYS <= ORDINAL_MASK + 1, "each of a side's has its own");

static TcpPrints *sets_new(void)
{
	void *sets = NULL;

	if (posix_memalign(&sets, 64, sizeof(TcpPrints) * TCP_COPIES_SETS) != 0)
		g_error("out of memory: a table of packets that may come twice");
	memset(sets, 0, sizeof(TcpPrints) * TCP_COPIES_SETS);
	return sets;
}

TcpCopies *tcp_copies_new(void)
{
	TcpCopies *copies = g_new0(TcpCopies, 1);

	copies->sets = sets_new();
	copies->all = UNKNOWN_SEGMENTS;
	return copies;
}

void tcp_copies_free(TcpCopies *copies)
{
	if (!copies)
		return;
	free(copies->sets);
	free(copies->late);
	g_free(copies);
}

/* What two copies have in common, and whose they are. */
static uint64_t mark_of(uint32_t owner, const Segment *seg, uint32_t tsval)
{
	uint64_t numbers = (uint64_t)seg->seq.value << 32 | seg->ack.value;
	uint64_t whose = (uint64_t)owner << 32 | seg->payload_len;
	uint64_t rest = (uint64_t)tsval << 32 | (uint32_t)seg->flags << 16 | seg->window;
	uint64_t mixed = mix_fold(numbers ^ mix_secret(0, 0), whose ^ mix_secret(0, 1));

	return mix_fold(mixed ^ (seg->has_ip_id ? seg->ip_id : 0), rest ^ mix_secret(0, 2));
}

/* Never 0. */
static inline uint32_t print_of(uint64_t mark)
{
	return (uint32_t)(mark ^ mark >> 32) | 1;
}

/* By other bits than the print's: those that all in a set have in common tell none from another. */
static inline TcpPrints *late_set(const TcpCopies *copies, uint64_t mark)
{
	return &copies->late[mark >> 40 & (TCP_COPIES_SETS - 1)];
}

/* Half of a set's prints, or of what belongs to them. */
typedef uint32_t Piece __attribute__((vector_size(16)));

static inline bool is_there(const TcpPrints *set, uint32_t print)
{
	const Piece wanted = {print, print, print, print};
	Piece first, second;
	uint64_t same[2];

	_Static_assert(sizeof first + sizeof second == sizeof set->print, "two halves");
	memcpy(&first, &set->print[0], sizeof first);
	memcpy(&second, &set->print[TCP_COPIES_WAYS / 2], sizeof second);
	first = (Piece)((first == wanted) | (second == wanted));
	memcpy(same, &first, sizeof same);
	return (same[0] | same[1]) != 0;
}

/* All but the last move on by one: in two pieces that overlap and are read before either is
 * written, since there is no function to call for so little. */
static inline void move_on(void *ways)
{
	uint8_t *begin = ways;
	Piece first, second;

	_Static_assert(TCP_COPIES_WAYS == 8, "two pieces");
	memcpy(&first, begin, sizeof first);
	memcpy(&second, begin + 12, sizeof second);
	memcpy(begin + 4, &first, sizeof first);
	memcpy(begin + 16, &second, sizeof second);
}

static inline uint32_t when_of(const TcpSide *s, const Segment *seg)
{
	return ((uint32_t)(seg->time / 1000) & TIME_MASK) |
	       (s->ordinal & ORDINAL_MASK) << ORDINAL_SHIFT | (uint32_t)seg->ttl << TTL_SHIFT;
}

/* The oldest goes. */
static inline void put(TcpPrints *set, uint32_t print, const TcpSide *s, const Segment *seg)
{
	move_on(set->print);
	move_on(set->when);
	set->print[0] = print;
	set->when[0] = when_of(s, seg);
}

/* Two packets of its sender do not have the same. */
static inline bool is_numbered(const TcpSide *s, const Segment *seg)
{
	return seg->has_ip_id && seg->ip_id && !(s->checks & TCP_CHECK_ONE_IP_ID);
}

bool tcp_copies_all(const TcpConnection *conn)
{
	uint64_t copies = tcp_aside(conn)->copies;

	return copies * 4 >= tcp_side_packets(conn, 0) + tcp_side_packets(conn, 1);
}

/* How long after the first a copy may still come; 0: it could not be told from a repetition. */
static inline uint32_t copy_within(const TcpConnection *conn, const TcpSide *s, const Segment *seg,
				   bool stamped)
{
	bool numbered = seg->has_ip_id && seg->ip_id;
	uint32_t len = segment_seq_len(seg);

	/* Bare ACKs and resets repeat themselves within a clock tick; without an id they can't be
	 * told apart. But where all is captured twice, resets are. */
	if (len == 0 && !numbered)
		return (seg->flags & TCP_RST) && tcp_copies_all(conn) ? COPY_WITHIN_US_BARE : 0;
	if (len == 0)
		return COPY_WITHIN_US;
	if (numbered && !(s->checks & TCP_CHECK_ONE_IP_ID))
		return COPY_WITHIN_US_NUMBERED;
	return numbered || stamped ? COPY_WITHIN_US : COPY_WITHIN_US_BARE;
}

/* How many of the side's segments ago the first may have been. Where two taps' captures are merged
 * whose clocks differ a little, whole flights lie between them: the IP id says what belongs
 * together, and nobody sends a SYN again so soon. */
static inline unsigned copy_back(const TcpSide *s, const Segment *seg)
{
	bool syn = (seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;

	return is_numbered(s, seg) || syn ? TCP_COPIES_WAYS : SEGMENTS_BACK;
}

/* The same, where more than time tells: its IP id, its clock, or that it was seen elsewhere on its
 * way, as another number of hops shows. now, then: TcpPrints.when. */
static uint32_t copy_within_late(const TcpConnection *conn, const TcpSide *s, const Segment *seg,
				 bool stamped, uint32_t now, uint32_t then)
{
	unsigned hops = ((then >> TTL_SHIFT) - (now >> TTL_SHIFT)) & TTL_MASK;
	bool elsewhere = hops != 0;
	bool numbered = is_numbered(s, seg), syn = seg->flags & TCP_SYN;
	bool known = tcp_conn_has(conn, TCP_CONN_COPIED_LATE);
	bool sure = known || syn || (stamped && segment_seq_len(seg));
	bool along = syn && !known ? elsewhere && hops <= HOPS_MOST : elsewhere;

	if (numbered ? elsewhere || sure : (along && sure) || (known && syn && stamped))
		return COPY_WITHIN_US_LATE;
	return copy_within(conn, s, seg, stamped);
}

/* How long ago the first came, or UINT32_MAX: none did, or too long ago. far: however many of its
 * side's segments lie between. */
static uint32_t age_of_first(const TcpConnection *conn, const TcpSide *s, const Segment *seg,
			     bool stamped, const TcpPrints *set, uint32_t print, bool far)
{
	uint32_t now = when_of(s, seg);
	unsigned back = copy_back(s, seg);

	for (unsigned i = 0; i < TCP_COPIES_WAYS; i++) {
		uint32_t then = set->when[i], age = (now - then) & TIME_MASK;
		bool elsewhere = now >> TTL_SHIFT != then >> TTL_SHIFT;
		bool near = ((s->ordinal - 1u - (then >> ORDINAL_SHIFT)) & ORDINAL_MASK) < back;
		uint32_t within;

		if (set->print[i] != print || !(far ? elsewhere || is_numbered(s, seg) : near))
			continue;
		within = copy_within_late(conn, s, seg, stamped, now, then);
		if (within && age <= within)
			return age;
	}
	return UINT32_MAX;
}

/* True: it came late. */
static bool note_age(TcpConnection *conn, uint32_t age)
{
	bool late = age >= LATE_FROM_US;

	conn->flags |= TCP_CONN_COPIED | (late ? TCP_CONN_COPIED_LATE : 0);
	return late;
}

/* True for a copy; any other segment is remembered. */
static bool came_before_others(TcpCopies *copies, TcpConnection *conn, const TcpSide *s,
			       const Segment *seg, bool stamped, uint64_t mark)
{
	copies->all -= copies->all > 0 && copies->all != FOR_EVER;
	if (!copies->late)
		copies->late = sets_new();
	TcpPrints *set = late_set(copies, mark);
	uint32_t print = print_of(mark);
	uint32_t age = age_of_first(conn, s, seg, stamped, set, print, true);

	if (age == UINT32_MAX) {
		put(set, print, s, seg);
		return false;
	}
	if (note_age(conn, age) && ++copies->late_seen == LATE_SEEN_LEAST)
		copies->all = FOR_EVER;
	return true;
}

bool tcp_copies_take_stamped(TcpCopies *copies, TcpConnection *conn, ShakedownSideId side,
			     const Segment *seg, const uint32_t *tsval)
{
	TcpSide *s = &conn->side[side];
	uint64_t mark = mark_of((uint32_t)conn->id << 1 | side, seg, tsval ? *tsval : 0);
	uint32_t print = print_of(mark);
	TcpPrints *set = tcp_copies_set(copies, &conn->key, tcp_conn_end(conn, side));

	if (G_UNLIKELY(is_there(set, print))) {
		uint32_t age = age_of_first(conn, s, seg, tsval != NULL, set, print, false);

		if (age != UINT32_MAX) {
			note_age(conn, age);
			return true;
		}
	}
	if (G_UNLIKELY(tcp_conn_has(conn, TCP_CONN_COPIED) || copies->all) &&
	    came_before_others(copies, conn, s, seg, tsval != NULL, mark))
		return true;
	put(set, print, s, seg);
	s->ordinal++;
	return false;
}

/* Its clock had gone on since, as the side has shown: what is sent again bears the time of that. */
static bool has_older_stamp(const TcpSide *s, const Segment *seg)
{
	uint32_t tsval, tsecr;

	return tcp_side_has(s, TCP_SIDE_TIMESTAMPS) &&
	       tcp_options_timestamps(seg, &tsval, &tsecr) && (int32_t)(tsval - s->tsval) < 0;
}

bool tcp_copies_is_piece(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	const TcpSide *s = &conn->side[side];
	const TcpAside *aside = tcp_aside(conn);
	TcpSeq end = segment_seq_end(seg);

	if ((seg->flags & (TCP_SYN | TCP_RST)) || !seg->payload_len ||
	    aside->copies < COPIES_LEAST || !tcp_side_has(s, TCP_SIDE_SPACE) ||
	    !tcp_seq_leq(end, s->snd_nxt) ||
	    tcp_seq_lt(seg->seq, tcp_side_has(s, TCP_SIDE_ISN_KNOWN) ? s->isn : s->low) ||
	    tcp_holes_at(aside->holes[side], seg->seq, end))
		return false;
	return (seg->ttl == aside->side[side].copy_ttl && seg->ttl != s->ttl[0]) ||
	       has_older_stamp(s, seg);
}

void tcp_copies_note(TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	TcpAsideSide *aside = tcp_aside_side(conn, side);
	TcpSide *s = &conn->side[side];

	conn->aside->copies++;
	aside->copies++;
	/* What is seen at the nearer place later, by its clock, may have gone no further. */
	if (seg->ttl < s->ttl[0])
		aside->copy_ttl = seg->ttl;
	tcp_ttl_note_copy(s, seg->ttl);
}
