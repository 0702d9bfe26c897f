/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/loss.h"

#include <criterion/criterion.h>

Test(loss, is_within_what_overlaps_it)
{
	Loss loss = {0};

	cr_assert(!loss_within(&loss, INT64_MIN, INT64_MAX), "nothing was lost");
	loss_note(&loss, 5, 100, 200);
	cr_assert(loss_within(&loss, 200, 300) && loss_within(&loss, 0, 100));
	cr_assert(!loss_within(&loss, 201, 300) && !loss_within(&loss, 0, 99));
	loss_note(&loss, 5, 900, 1000);
	cr_assert(!loss_within(&loss, 900, 1000), "no more were lost");
	loss_note(&loss, 6, 150, 300);
	cr_assert(loss.len == 1 && loss_within(&loss, 250, 250), "what touches is one");
}

Test(loss, is_not_all_between_two_clocks)
{
	Loss loss = {0};

	loss_note(&loss, 5, 90000, 90010);
	loss_note(&loss, 6, 100, 110);
	cr_assert(loss_within(&loss, 105, 106) && loss_within(&loss, 90005, 90006));
	cr_assert(!loss_within(&loss, 111, 89999));
}

Test(loss, errs_to_the_side_of_loss_when_there_are_many)
{
	Loss loss = {0};

	for (unsigned i = 0; i < 10 * LOSS_SPANS; i++)
		loss_note(&loss, i + 1, 1000 * i, 1000 * i + 10);
	cr_assert_eq(loss.len, LOSS_SPANS);
	for (unsigned i = 0; i < 10 * LOSS_SPANS; i++)
		cr_assert(loss_within(&loss, 1000 * i + 5, 1000 * i + 5), "span %u", i);
	for (unsigned i = 9 * LOSS_SPANS + 1; i < 10 * LOSS_SPANS; i++)
		cr_assert(!loss_within(&loss, 1000 * i - 500, 1000 * i - 400), "before %u", i);
}
