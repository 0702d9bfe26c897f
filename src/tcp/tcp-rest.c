/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * First a copy is made small: each number becomes what it differs by from one that is known by then
 * (a FIN's number from snd_nxt, a time from the start), so that most words are nearly zero. Then
 * its words are written without their leading zero bytes, four to a byte that says how many are
 * left.
 */
#include "tcp/tcp-rest.h"

#include "flow/pieces.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>
#include <string.h>

/* Key, hash and timer are kept elsewhere. */
#define HEAD offsetof(TcpConnection, flags)

typedef union {
	struct {
		TcpConnection conn;
		TcpClosing closing;
	};
	uint32_t word[(sizeof(TcpConnection) + sizeof(TcpClosing)) / sizeof(uint32_t)];
} Image;
#define HEAD_WORDS (HEAD / sizeof(uint32_t))
#define WORDS (sizeof(Image) / sizeof(uint32_t) - HEAD_WORDS)
_Static_assert(HEAD % sizeof(uint32_t) == 0 && sizeof(Image) % sizeof(uint32_t) == 0, "by words");
_Static_assert(WORDS % 4 == 0, "a byte of lengths stands for four words");
/* A word is read and written as four bytes, however many mean something. */
#define BEYOND sizeof(uint32_t)
#define BYTES_MOST (WORDS * sizeof(uint32_t) + WORDS / 4 + BEYOND)
_Static_assert(BYTES_MOST <= PIECES_LEN_MOST, "a piece holds any");

static const uint8_t length_of[] = {0, 1, 3, 4};
static const uint32_t mask_of[] = {0, 0xff, 0xffffff, 0xffffffff};

static bool gone(const TcpSide *s)
{
	return s->state == SHAKEDOWN_TCP_CLOSED || s->state == SHAKEDOWN_TCP_TIME_WAIT;
}

bool tcp_rest_can(const TcpConnection *conn)
{
	const TcpAside *aside = tcp_aside(conn);

	return gone(&conn->side[0]) && gone(&conn->side[1]) && !conn->older && !conn->newer &&
	       conn->beliefs.room <= TCP_BELIEFS_CLOSING && flow_key_is_small(&conn->key) &&
	       !aside->pending && !aside->stream[0] && !aside->stream[1] && !aside->alias &&
	       !aside->alias_of;
}

static TcpBelief *beliefs_of(Image *image)
{
	return image->conn.beliefs.room == TCP_BELIEFS_CLOSING ? image->closing.beliefs
							       : image->conn.beliefs.few;
}

/* What is the same both ways: x becomes y - x, and y - x becomes x. */
static void turn_times(Image *image, ShakedownTime end)
{
	TcpClosing *c = &image->closing;

	for (unsigned i = 0; i < 2; i++) {
		image->conn.side[i].last = end - image->conn.side[i].last;
		c->fin_time[i] = end - c->fin_time[i];
	}
	c->time_wait_since = end - c->time_wait_since;
}

/* What is not offered is -1 in each. */
static void turn_options(TcpSynOptions *o)
{
	o->mss = ~o->mss;
	o->window_scale = (int8_t)~o->window_scale;
	o->fast_open = (int8_t)~o->fast_open;
	o->mptcp = (int8_t)~o->mptcp;
}

static void side_small(TcpSide *s, const TcpSide *was, const TcpSide *peer, ShakedownTime start)
{
	s->fin.value = was->snd_nxt.value - s->fin.value - 1;
	s->timed_end.value = was->snd_nxt.value - s->timed_end.value;
	s->snd_nxt.value -= was->isn.value;
	s->rcv_nxt.value -= peer->snd_nxt.value;
	s->window_max -= was->window;
	s->ts_recent -= tcp_side_has(was, TCP_SIDE_ECHOES) ? peer->tsval : 0;
	s->timed_at -= start;
	turn_options(&s->options);
}

/* Both sides' snd_nxt and tsval come before what is told by the other's. */
static void sides_whole(TcpSide side[2], ShakedownTime start)
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
		s->timed_at += start;
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

/* What is unknown is the least number there is. */
static int64_t minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static ShakedownDuration server_leg(const TcpConnection *conn)
{
	return conn->syn_ack_first - conn->syn_last;
}

static void make_small(Image *image, const TcpConnection *was)
{
	TcpConnection *conn = &image->conn;

	for (unsigned i = 0; i < 2; i++)
		side_small(&conn->side[i], &was->side[i], &was->side[i ^ 1], was->start);
	beliefs_small(beliefs_of(image), conn->beliefs.len, was);
	for (unsigned i = 0; i < 2; i++)
		image->closing.fin_latest[i] -= image->closing.fin_time[i];
	turn_times(image, was->end);
	conn->leg[SHAKEDOWN_SERVER] = minus(was->leg[SHAKEDOWN_SERVER], server_leg(was));
	conn->end -= was->start;
	conn->last_frame -= was->first_frame;
	conn->syn_ack_frame -= was->first_frame;
	conn->syn_last -= was->syn_first;
	conn->syn_first -= was->start;
	conn->syn_ack_last -= was->syn_ack_first;
	conn->syn_ack_first -= was->start;
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
	conn->end += conn->start;
	conn->last_frame += conn->first_frame;
	conn->syn_ack_frame += conn->first_frame;
	conn->syn_first += conn->start;
	conn->syn_last += conn->syn_first;
	conn->syn_ack_first += conn->start;
	conn->syn_ack_last += conn->syn_ack_first;
	conn->leg[SHAKEDOWN_SERVER] = minus(conn->leg[SHAKEDOWN_SERVER], -server_leg(conn));
	turn_times(image, conn->end);
	for (unsigned i = 0; i < 2; i++)
		image->closing.fin_latest[i] += image->closing.fin_time[i];
	sides_whole(conn->side, conn->start);
	beliefs_whole(beliefs_of(image), conn->beliefs.len, conn);
}

static unsigned code_of(uint32_t word)
{
	return word == 0 ? 0 : word < 1u << 8 ? 1 : word < 1u << 24 ? 2 : 3;
}

/* Four bytes are written, of which the next word overwrites what is nothing. */
static size_t put_words(uint8_t *bytes, const uint32_t *word)
{
	uint8_t *out = bytes;

	for (size_t i = 0; i < WORDS; i += 4, word += 4) {
		uint8_t *codes = out++;

		*codes = 0;
		if (!(word[0] | word[1] | word[2] | word[3]))
			continue;
		for (unsigned k = 0; k < 4; k++) {
			unsigned code = code_of(word[k]);
			uint32_t w = GUINT32_TO_LE(word[k]);

			memcpy(out, &w, sizeof w);
			out += length_of[code];
			*codes |= (uint8_t)(code << 2 * k);
		}
	}
	memset(out, 0, BEYOND);
	return (size_t)(out - bytes) + BEYOND;
}

/* word is all zero. */
static size_t take_words(uint32_t *word, const uint8_t *bytes)
{
	const uint8_t *in = bytes;

	for (size_t i = 0; i < WORDS; i += 4, word += 4) {
		unsigned codes = *in++;

		for (unsigned k = 0; codes; k++, codes >>= 2) {
			uint32_t w;

			memcpy(&w, in, sizeof w);
			word[k] = GUINT32_FROM_LE(w) & mask_of[codes & 3];
			in += length_of[codes & 3];
		}
	}
	return (size_t)(in - bytes) + BEYOND;
}

uint8_t *tcp_rest_pack(TcpTracker *t, const TcpConnection *conn, size_t *len)
{
	Image image = {.conn = *conn, .closing = *tcp_closing(conn)};
	uint8_t bytes[BYTES_MOST], *rest;

	make_small(&image, conn);
	image.conn.closing = NULL;
	image.closing.handle = conn->closing != NULL;
	if (image.conn.beliefs.room == TCP_BELIEFS_CLOSING)
		memset(image.conn.beliefs.few, 0, sizeof image.conn.beliefs.few);
	*len = put_words(bytes, image.word + HEAD_WORDS);
	if (conn->closing)
		slab_free_item(t->closing, conn->closing->handle);
	rest = pieces_take(t->rests, *len);
	memcpy(rest, bytes, *len);
	return rest;
}

size_t tcp_rest_unpack(TcpTracker *t, TcpConnection *conn, uint8_t *rest)
{
	Image image = {.conn = *conn};
	size_t len = take_words(image.word + HEAD_WORDS, rest);

	pieces_give_back(t->rests, rest, len);
	make_whole(&image, conn);
	*conn = image.conn;
	if (!image.closing.handle)
		return len;
	TcpClosing *closing = tcp_closing_make(conn, t->closing);
	image.closing.handle = closing->handle;
	*closing = image.closing;
	if (conn->beliefs.room == TCP_BELIEFS_CLOSING)
		conn->beliefs.items = closing->beliefs;
	return len;
}
