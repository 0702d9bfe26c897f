/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Words are written without their leading zero bytes, four to a byte that says how many are left.
 * Once the habit is known, each is what it differs by from the usual word; the first byte says
 * which of both it was.
 */
#include "tcp/tcp-words.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

_Static_assert(TCP_WORDS % 4 == 0, "a byte of lengths stands for four words");

/* So many are looked at before the habit holds, for good. */
#define LEARNS_FROM 32
/* What is not clearly the usual is nothing. */
#define CLEARLY (LEARNS_FROM / 4)
/* A word is read and written as four bytes, however many mean something. */
#define BEYOND sizeof(uint32_t)

static const uint32_t nothing[TCP_WORDS];
static const uint8_t length_of[] = {0, 1, 3, 4};
static const uint32_t mask_of[] = {0, 0xff, 0xffffff, 0xffffffff};

/* Boyer and Moore's majority vote, for each word. */
static void learn(TcpHabit *h, const uint32_t *words)
{
	for (size_t i = 0; i < TCP_WORDS; i++) {
		if (h->usual[i] == words[i]) {
			h->votes[i]++;
		} else if (h->votes[i]) {
			h->votes[i]--;
		} else {
			h->usual[i] = words[i];
			h->votes[i] = 1;
		}
	}
	if (++h->seen < LEARNS_FROM)
		return;
	for (size_t i = 0; i < TCP_WORDS; i++)
		if (h->votes[i] < CLEARLY)
			h->usual[i] = 0;
}

static unsigned code_of(uint32_t word)
{
	return word == 0 ? 0 : word < 1u << 8 ? 1 : word < 1u << 24 ? 2 : 3;
}

/* Of four bytes written the next word overwrites what is nothing. */
static uint8_t *put_four(uint8_t *out, const uint32_t *word, const uint32_t *usual)
{
	uint8_t *codes = out++;
	uint32_t differs[4];

	for (unsigned k = 0; k < 4; k++)
		differs[k] = word[k] ^ usual[k];
	*codes = 0;
	if (!(differs[0] | differs[1] | differs[2] | differs[3]))
		return out;
	for (unsigned k = 0; k < 4; k++) {
		unsigned code = code_of(differs[k]);
		uint32_t w = GUINT32_TO_LE(differs[k]);

		memcpy(out, &w, sizeof w);
		out += length_of[code];
		*codes |= (uint8_t)(code << 2 * k);
	}
	return out;
}

size_t tcp_words_put(TcpHabit *habit, const uint32_t words[TCP_WORDS], uint8_t *bytes)
{
	bool known = habit->seen == LEARNS_FROM;
	const uint32_t *usual = known ? habit->usual : nothing;
	uint8_t *out = bytes;

	*out++ = known;
	for (size_t i = 0; i < TCP_WORDS; i += 4)
		out = put_four(out, &words[i], &usual[i]);
	memset(out, 0, BEYOND);
	if (!known)
		learn(habit, words);
	return (size_t)(out - bytes) + BEYOND;
}

void tcp_words_take(const TcpHabit *habit, uint32_t words[TCP_WORDS], const uint8_t *bytes)
{
	const uint8_t *in = bytes;

	if (*in++)
		memcpy(words, habit->usual, sizeof habit->usual);
	for (uint32_t *word = words; word < words + TCP_WORDS; word += 4) {
		unsigned codes = *in++;

		for (unsigned k = 0; codes; k++, codes >>= 2) {
			uint32_t w;

			memcpy(&w, in, sizeof w);
			word[k] ^= GUINT32_FROM_LE(w) & mask_of[codes & 3];
			in += length_of[codes & 3];
		}
	}
}
