/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/loss.h"

#include <glib.h>

void loss_note(Loss *loss, uint64_t dropped, ShakedownTime from, ShakedownTime until)
{
	unsigned last = loss->len - 1;

	if (dropped <= loss->dropped)
		return;
	loss->dropped = dropped;
	if (loss->len && (from <= loss->until[last] || loss->len == LOSS_SPANS)) {
		loss->from[last] = MIN(loss->from[last], from);
		loss->until[last] = MAX(loss->until[last], until);
		return;
	}
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
