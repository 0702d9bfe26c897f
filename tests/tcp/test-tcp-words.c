/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-words.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

#define ROUNDS 2000

typedef struct {
	TcpHabit habit;
	size_t len; /* of the latest */
} Fixture;

/* An exact copy, so that ASan sees whoever reads beyond what was said. */
static void goes_and_comes(Fixture *f, const uint32_t words[TCP_WORDS])
{
	uint8_t bytes[TCP_WORDS_BYTES_MOST];
	uint32_t out[TCP_WORDS] = {0};

	f->len = tcp_words_put(&f->habit, words, bytes);
	cr_assert_leq(f->len, sizeof bytes);
	g_autofree uint8_t *kept = g_memdup2(bytes, f->len);
	tcp_words_take(&f->habit, out, kept);
	cr_assert_eq(memcmp(words, out, sizeof out), 0);
}

Test(tcp_words, whatever_they_are)
{
	static const uint32_t of_each_length[] = {0,	    1,	      0xff,	  0x100,
						  0xffff,   0x10000,  0xffffff,	  0x1000000,
						  ~0u >> 1, 1u << 31, UINT32_MAX, 0};
	g_autoptr(GRand) rand = g_rand_new_with_seed(6);
	Fixture f = {0};
	uint32_t words[TCP_WORDS];

	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < TCP_WORDS; i++)
			words[i] = round % 2 ? g_rand_int(rand)
					     : of_each_length[g_rand_int_range(rand, 0, 12)];
		goes_and_comes(&f, words);
	}
	memset(words, 0xff, sizeof words);
	goes_and_comes(&f, words);
	cr_assert_eq(f.len, sizeof(uint32_t) * TCP_WORDS + TCP_WORDS / 4 + 1 + 4);
}

/* Half of the words are the same in most; every fourth connection has others. */
Test(tcp_words, what_is_usual_costs_nothing)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	Fixture f = {0};
	uint32_t words[TCP_WORDS];

	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < TCP_WORDS; i++)
			words[i] = i % 2 && round % 4 ? 0x12345678 + i : g_rand_int(rand);
		goes_and_comes(&f, words);
	}
	for (unsigned i = 0; i < TCP_WORDS; i++)
		words[i] = i % 2 ? 0x12345678 + i : 1u << 31;
	goes_and_comes(&f, words);
	cr_assert_eq(f.len, sizeof(uint32_t) * TCP_WORDS / 2 + TCP_WORDS / 4 + 1 + 4);
}
