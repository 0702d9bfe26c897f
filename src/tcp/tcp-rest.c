/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A copy is made small: each number becomes what it differs by from one that is known by then (a
 * FIN's number from snd_nxt, a time from the start or from what happened then), so that most words
 * are nearly zero, or what they are in most connections: tcp-words.h.
 */
#include "tcp/tcp-rest.h"

#include "tcp/tcp-tracker-private.h"

#include <glib.h>
#include <string.h>

/* Key, hash and timer are kept elsewhere. */
#define HEAD offsetof(TcpConnection, id)

typedef struct {
	TcpConnection conn;
	TcpClosing closing;
} Both;
#define HEAD_WORDS (HEAD / sizeof(uint32_t))
#define BOTH_WORDS (sizeof(Both) / sizeof(uint32_t))
#define ALL_WORDS (HEAD_WORDS + TCP_WORDS)
/* Where pointers are short the last words are nothing. */
typedef union {
	struct {
		TcpConnection conn;
		TcpClosing closing;
	};
	uint32_t word[ALL_WORDS];
} Image;
_Static_assert(HEAD % sizeof(uint32_t) == 0 && sizeof(Both) % sizeof(uint32_t) == 0, "by words");
_Static_assert(sizeof(void *) < 8 ? BOTH_WORDS <= ALL_WORDS : BOTH_WORDS == ALL_WORDS,
	       "tcp-words.h");

bool tcp_rest_can(const TcpConnection *conn)
{
	const TcpAside *aside = tcp_aside(conn);

	return !conn->older && !conn->newer && conn->beliefs.room <= TCP_BELIEFS_CLOSING &&
	       !aside->pending && !aside->stream[0] && !aside->stream[1] && !aside->alias &&
	       !aside->alias_of;
}

static TcpBelief *beliefs_of(Image *image)
{
	return image->conn.beliefs.room == TCP_BELIEFS_CLOSING ? image->closing.beliefs
							       : image->conn.beliefs.few;
}

/* What most of its times are: those of segments that led somewhere. All zero where none did. */
typedef struct {
	TcpBelief answer, third, fin[2], time_wait, last;
} Turns;

static TcpBelief first_by(const TcpBelief *beliefs, unsigned len, ShakedownSideId side,
			  TcpInput input)
{
	for (unsigned i = 0; i < len; i++)
		if (beliefs[i].side == side && beliefs[i].input == input)
			return beliefs[i];
	return (TcpBelief){0};
}

static TcpBelief time_wait_of(const TcpBelief *beliefs, unsigned len)
{
	for (unsigned i = len; i-- > 0;)
		if (beliefs[i].state == SHAKEDOWN_TCP_TIME_WAIT)
			return beliefs[i];
	return (TcpBelief){0};
}

static Turns turns_of(Image *image)
{
	const TcpBelief *b = beliefs_of(image);
	unsigned len = image->conn.beliefs.len;

	return (Turns){.answer = first_by(b, len, SHAKEDOWN_SERVER, TCP_SENDS_SYN_ACK),
		       .third = first_by(b, len, SHAKEDOWN_CLIENT, TCP_SENDS_ACK),
		       .fin = {first_by(b, len, SHAKEDOWN_CLIENT, TCP_SENDS_FIN),
			       first_by(b, len, SHAKEDOWN_SERVER, TCP_SENDS_FIN)},
		       .time_wait = time_wait_of(b, len),
		       .last = len ? b[len - 1] : (TcpBelief){0}};
}

/* What is unknown is the least number there is. */
static int64_t minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* What is not offered is -1 in each. */
static void turn_options(TcpSynOptions *o)
{
	o->mss = ~o->mss;
	o->window_scale = (int8_t)~o->window_scale;
	o->fast_open = (int8_t)~o->fast_open;
	o->mptcp = (int8_t)~o->mptcp;
}

static void side_small(TcpSide *s, const TcpSide *was, const TcpSide *peer)
{
	s->fin.value = was->snd_nxt.value - s->fin.value - 1;
	s->timed_end.value = was->snd_nxt.value - s->timed_end.value;
	s->snd_nxt.value -= was->isn.value;
	s->rcv_nxt.value -= peer->snd_nxt.value;
	s->window_max -= was->window;
	s->ts_recent -= tcp_side_has(was, TCP_SIDE_ECHOES) ? peer->tsval : 0;
	s->ordinal = (uint8_t)(was->packets - s->ordinal);
	turn_options(&s->options);
}

/* Both sides' snd_nxt and tsval come before what is told by the other's. */
static void sides_whole(TcpSide side[2])
{
	for (unsigned i = 0; i < 2; i++)
		side[i].snd_nxt.value += side[i].isn.value;
	for (unsigned i = 0; i < 2; i++) {
		TcpSide *s = &side[i];
		const TcpSide *peer = &side[i ^ 1];

		s->fin.value = s->snd_nxt.value - s->fin.value - 1;
		s->timed_end.value = s->snd_nxt.value - s->timed_end.value;
		s->rcv_nxt.value += peer->snd_nxt.value;
		s->window_max += s->window;
		s->ts_recent += tcp_side_has(s, TCP_SIDE_ECHOES) ? peer->tsval : 0;
		s->ordinal = (uint8_t)(s->packets - s->ordinal);
		turn_options(&s->options);
	}
}

/* Each from the one before, so from the last one on. */
static void beliefs_small(TcpBelief *beliefs, unsigned len, const TcpConnection *conn)
{
	for (unsigned i = len; i-- > 0;) {
		beliefs[i].time -= i ? beliefs[i - 1].time : conn->start;
		beliefs[i].frame -= i ? beliefs[i - 1].frame : conn->first_frame;
	}
}

static void beliefs_whole(TcpBelief *beliefs, unsigned len, const TcpConnection *conn)
{
	for (unsigned i = 0; i < len; i++) {
		beliefs[i].time += i ? beliefs[i - 1].time : conn->start;
		beliefs[i].frame += i ? beliefs[i - 1].frame : conn->first_frame;
	}
}

/* What is the same both ways: x becomes y - x, and y - x becomes x. */
static void turn_times(Image *image, const Turns *turns)
{
	TcpConnection *conn = &image->conn;
	TcpClosing *c = &image->closing;

	for (unsigned i = 0; i < 2; i++) {
		conn->side[i].timed_at = turns->fin[i].time - conn->side[i].timed_at;
		c->fin_time[i] = turns->fin[i].time - c->fin_time[i];
		c->fin_latest[i] = turns->fin[i].time - c->fin_latest[i];
	}
	c->time_wait_since = turns->time_wait.time - c->time_wait_since;
	conn->syn_ack_frame = turns->answer.frame - conn->syn_ack_frame;
}

/* … as far as a leg was measured. */
static ShakedownDuration leg_of(const TcpConnection *conn, ShakedownSideId side, const Turns *turns)
{
	return side == SHAKEDOWN_SERVER ? conn->syn_ack_first - conn->syn_last
					: turns->third.time - conn->syn_ack_last;
}

static void make_small(Image *image, const TcpConnection *was)
{
	TcpConnection *conn = &image->conn;
	Turns turns = turns_of(image);

	turn_times(image, &turns);
	for (unsigned i = 0; i < 2; i++) {
		side_small(&conn->side[i], &was->side[i], &was->side[i ^ 1]);
		conn->side[i].last = was->end - was->side[i].last;
		conn->leg[i] = minus(was->leg[i], leg_of(was, i, &turns));
	}
	conn->end -= turns.last.time;
	conn->last_frame -= turns.last.frame;
	conn->syn_last -= was->syn_first;
	conn->syn_first -= was->start;
	conn->syn_ack_last -= was->syn_ack_first;
	conn->syn_ack_first -= turns.answer.time;
	beliefs_small(beliefs_of(image), conn->beliefs.len, was);
	conn->id = 0;
	conn->start = 0;
	conn->first_frame = 0;
}

static void make_whole(Image *image, const TcpConnection *known)
{
	TcpConnection *conn = &image->conn;

	conn->id = known->id;
	conn->start = known->start;
	conn->first_frame = known->first_frame;
	beliefs_whole(beliefs_of(image), conn->beliefs.len, conn);
	Turns turns = turns_of(image);

	turn_times(image, &turns);
	sides_whole(conn->side);
	conn->end += turns.last.time;
	conn->last_frame += turns.last.frame;
	conn->syn_first += conn->start;
	conn->syn_last += conn->syn_first;
	conn->syn_ack_first += turns.answer.time;
	conn->syn_ack_last += conn->syn_ack_first;
	for (unsigned i = 0; i < 2; i++) {
		conn->side[i].last = conn->end - conn->side[i].last;
		conn->leg[i] = minus(conn->leg[i], -leg_of(conn, i, &turns));
	}
}

uint8_t *tcp_rest_pack(TcpTracker *t, const TcpConnection *conn, uint32_t folded)
{
	Image image = {.conn = *conn, .closing = *tcp_closing(conn)};
	uint8_t *bytes = byte_log_room(t->rests, TCP_WORDS_BYTES_MOST);

	memset(image.word + BOTH_WORDS, 0, (ALL_WORDS - BOTH_WORDS) * sizeof image.word[0]);
	make_small(&image, conn);
	image.conn.closing = NULL;
	image.closing.handle = conn->closing != NULL;
	if (image.conn.beliefs.room == TCP_BELIEFS_CLOSING)
		memset(image.conn.beliefs.few, 0, sizeof image.conn.beliefs.few);
	byte_log_keep(
		t->rests,
		tcp_words_put(&t->habit[!tcp_conn_gone(conn)], image.word + HEAD_WORDS, bytes),
		folded);
	if (conn->closing)
		slab_free_item(t->closing, conn->closing->handle);
	return bytes;
}

void tcp_rest_unpack(TcpTracker *t, TcpConnection *conn, uint8_t *rest, bool open)
{
	Image image = {.conn = *conn};

	tcp_words_take(&t->habit[open], image.word + HEAD_WORDS, rest);
	byte_log_drop(t->rests, rest);
	make_whole(&image, conn);
	*conn = image.conn;
	if (!image.closing.handle)
		return;
	TcpClosing *closing = tcp_closing_make(conn, t->closing);
	image.closing.handle = closing->handle;
	*closing = image.closing;
	if (conn->beliefs.room == TCP_BELIEFS_CLOSING)
		conn->beliefs.items = closing->beliefs;
}
