/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Edit distance with transpositions (optimal string alignment): the mistakes that fingers make are
 * a letter too many, too few, another, or two swapped.
 */
#include "base/nearest.h"

#include <glib.h>
#include <string.h>

/* Longer words are no typing mistakes of ours, and the rows below stay on the stack. */
#define WORD_MAX 63

static char folded(char c)
{
	return c == '_' ? '-' : g_ascii_tolower(c);
}

static unsigned distance_between(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			char x = folded(a[i - 1]), y = folded(b[j - 1]);
			unsigned best = MIN(last[j], row[j - 1]) + 1;

			best = MIN(best, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == folded(b[j - 2]) && folded(a[i - 2]) == y)
				best = MIN(best, before[j - 2] + 1);
			row[j] = best;
		}
		unsigned *oldest = before;
		before = last;
		last = row;
		row = oldest;
	}
	return last[b_len];
}

void nearest_offer(Nearest *nearest, const char *word)
{
	size_t typed_len = strlen(nearest->typed), word_len = strlen(word);
	unsigned distance;

	if (!typed_len || typed_len > WORD_MAX || word_len > WORD_MAX)
		return;
	/* The beginning of a word is near it, however much is missing. */
	if (typed_len >= 3 && word_len > typed_len &&
	    g_ascii_strncasecmp(nearest->typed, word, typed_len) == 0)
		distance = 1;
	else
		distance = distance_between(nearest->typed, typed_len, word, word_len);
	/* A third of the letters may be wrong; more, and the guess would be noise. */
	if (distance > MAX(typed_len, word_len) / 3 + (typed_len > 3))
		return;
	if (distance >= typed_len)
		return;
	if (!nearest->best || distance < nearest->distance) {
		nearest->best = word;
		nearest->distance = distance;
	}
}
