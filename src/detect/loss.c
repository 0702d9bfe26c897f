/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/loss.h"

#include <glib.h>
#include <string.h>

/* Of what was lost long ago it need not be known so exactly when. */
static void unite_oldest(Loss *loss)
{
	size_t rest = loss->len - 2;

	loss->from[0] = MIN(loss->from[0], loss->from[1]);
	loss->until[0] = MAX(loss->until[0], loss->until[1]);
	memmove(&loss->from[1], &loss->from[2], rest * sizeof loss->from[0]);
	memmove(&loss->until[1], &loss->until[2], rest * sizeof loss->until[0]);
	loss->len--;
}

void loss_note(Loss *loss, uint64_t dropped, ShakedownTime from, ShakedownTime until)
{
	unsigned last = loss->len - 1;

	if (dropped <= loss->dropped)
		return;
	loss->dropped = dropped;
	/* Where the clock was set back, it is not. */
	if (loss->len && from <= loss->until[last] && loss->from[last] <= until) {
		loss->from[last] = MIN(loss->from[last], from);
		loss->until[last] = MAX(loss->until[last], until);
		return;
	}
	if (loss->len == LOSS_SPANS)
		unite_oldest(loss);
	loss->from[loss->len] = from;
	loss->until[loss->len++] = until;
}

bool loss_within(const Loss *loss, ShakedownTime from, ShakedownTime until)
{
	for (unsigned i = 0; i < loss->len; i++)
		if (loss->from[i] <= until && loss->until[i] >= from)
			return true;
	return false;
}
