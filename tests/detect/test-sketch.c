/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/sketch.h"

#include "../flow/model-rand.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>

Test(sketch, counts_distinct_things_within_its_error)
{
	static const uint64_t sizes[] = {0, 1, 10, 100, 1000, 10000, 100000, 1000000};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		SketchDistinct sketch = {0};

		for (uint64_t n = 0; n < sizes[i]; n++)
			for (unsigned again = 0; again < 2; again++)
				sketch_distinct_add(&sketch, sketch_hash(n));
		double got = (double)sketch_distinct_count(&sketch);
		cr_assert_leq(fabs(got - (double)sizes[i]), 0.1 * (double)sizes[i] + 0.5,
			      "%f for %f", got, (double)sizes[i]);
	}
}

Test(sketch, tells_addresses_apart)
{
	SketchDistinct sketch = {0};

	for (unsigned n = 0; n < 2000; n++) {
		ShakedownAddress a = {6, {0x20, 1, 0xd, 0xb8}};
		a.bytes[14] = (uint8_t)(n >> 8);
		a.bytes[15] = (uint8_t)n;
		sketch_distinct_add(&sketch, sketch_hash_address(&a));
	}
	uint64_t got = sketch_distinct_count(&sketch);
	cr_assert(got > 1800 && got < 2200, "%u", (unsigned)got);
}

/* Whichever byte comes first in its words. */
Test(sketch, an_address_has_one_hash_on_all_machines)
{
	const ShakedownAddress a = {4, {192, 0, 2, 1}}, b = {6, {0x20, 1, 0xd, 0xb8, [15] = 1}};

	cr_expect_eq(sketch_hash_address(&a), UINT64_C(0x63855c15708cffb0), "%" PRIx64,
		     sketch_hash_address(&a));
	cr_expect_eq(sketch_hash_address(&b), UINT64_C(0x769d90fba8794208), "%" PRIx64,
		     sketch_hash_address(&b));
}

Test(sketch, evenness)
{
	SketchSample same = {0}, all = {0}, few = {0}, one = {0};

	for (unsigned n = 0; n < 10000; n++) {
		sketch_sample_add(&same, 7);
		sketch_sample_add(&all, n);
		sketch_sample_add(&few, n % 4);
	}
	sketch_sample_add(&one, 1);
	cr_assert_float_eq(sketch_sample_evenness(&same), 0, 1e-9);
	cr_assert_float_eq(sketch_sample_evenness(&all), 1, 1e-9);
	cr_assert_float_eq(sketch_sample_evenness(&few), 0.25, 0.02);
	cr_assert_float_eq(sketch_sample_evenness(&one), 0, 1e-9);
}

/* Each item has the same chance to be in the sample, late or early. */
Test(sketch, sample_is_fair)
{
	SketchSample sample = {0};
	unsigned early = 0;

	for (unsigned n = 0; n < 100000; n++)
		sketch_sample_add(&sample, n);
	for (unsigned i = 0; i < SKETCH_SAMPLE; i++)
		early += sample.item[i] < 50000;
	cr_assert(early > 96 && early < 160, "%u of 256 from the first half", early);
}

Test(sketch, set_is_exact_and_bounded)
{
	SketchSet set = {0};

	for (unsigned again = 0; again < 2; again++)
		for (unsigned n = 0; n < 5000; n++)
			cr_assert_eq(sketch_set_add(&set, sketch_hash(n), 5000),
				     again ? SKETCH_SET_KNOWN : SKETCH_SET_NEW);
	cr_assert_eq(set.len, 5000);
	cr_assert_eq(sketch_set_add(&set, sketch_hash(5000), 5000), SKETCH_SET_FULL);
	/* A hash of 0 is one, too. */
	cr_assert_eq(sketch_set_add(&set, 0, 6000), SKETCH_SET_NEW);
	cr_assert_eq(sketch_set_add(&set, 0, 6000), SKETCH_SET_KNOWN);

	/* Few into many, and many into few. */
	SketchSet few = {0};

	for (uint64_t n = 4999; n < 5002; n++)
		sketch_set_add(&few, sketch_hash(n), 10);
	cr_assert(sketch_set_join(&set, &few, 6000));
	cr_assert_eq(set.len, 5003);
	cr_assert(sketch_set_join(&few, &set, 6000));
	cr_assert_eq(few.len, 5003);
	cr_assert_eq(sketch_set_add(&few, sketch_hash(17), 6000), SKETCH_SET_KNOWN);
	sketch_set_clear(&few);
	sketch_set_add(&few, sketch_hash(1), 10);
	cr_assert_not(sketch_set_join(&few, &set, 10));
	cr_assert_eq(few.len, 10);
	sketch_set_clear(&few);
	sketch_set_clear(&set);
	cr_assert_eq(set.room, 0);
}

static ShakedownAddress numbered(unsigned n)
{
	return (ShakedownAddress){.version = 4,
				  .bytes = {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}};
}

typedef struct {
	ShakedownAddress address;
	uint64_t count, error;
} Place;

/* The plain way: the first place with the least count is the newcomer's. */
static void add_plainly(Place place[SKETCH_TOP], const ShakedownAddress *address)
{
	unsigned least = 0;

	for (unsigned i = 0; i < SKETCH_TOP; i++) {
		if (memcmp(&place[i].address, address, sizeof *address) == 0) {
			place[i].count++;
			return;
		}
		if (place[i].count < place[least].count)
			least = i;
	}
	place[least] = (Place){*address, place[least].count + 1, place[least].count};
}

/* Which place is the newcomer's is known without looking at all of them. */
Test(sketch, places_are_those_of_the_plain_way)
{
	ModelRand rand = model_rand_new();
	static const uint32_t range[] = {5, 12, 5000};

	for (unsigned run = 0; run < 60; run++) {
		SketchTop top = {0};
		Place place[SKETCH_TOP] = {0};

		for (unsigned n = 0; n < 500; n++) {
			uint32_t among = range[run % 2 ? 2 : model_rand_below(&rand, 3)];
			ShakedownAddress a = numbered(1 + model_rand_below(&rand, among));

			sketch_top_add(&top, &a, sketch_hash_address(&a));
			add_plainly(place, &a);
			for (unsigned i = 0; i < SKETCH_TOP; i++) {
				cr_assert_eq(
					memcmp(&top.item[i].address, &place[i].address, sizeof a),
					0);
				cr_assert_eq(top.item[i].count, place[i].count);
				cr_assert_eq(top.item[i].error, place[i].error);
			}
		}
	}
}

/* One among ever new ones is found, with a count that is never too high. */
Test(sketch, who_comes_most_often)
{
	for (unsigned every = 1; every <= 4; every++) {
		SketchTop top = {0};
		uint64_t count = 0;

		for (unsigned i = 0; i < 10000; i++) {
			ShakedownAddress a = numbered(i % every ? i + 100 : 7);
			sketch_top_add(&top, &a, sketch_hash_address(&a));
		}
		const ShakedownAddress *most = sketch_top_most(&top, 0.5, &count);

		cr_assert_leq(count, (10000 + every - 1) / every);
		if (every > 2) {
			cr_assert_null(most);
			continue;
		}
		ShakedownAddress seven = numbered(7);
		cr_assert(every == 2 || count == 10000);
		cr_assert(every == 2 || (most && memcmp(most, &seven, sizeof seven) == 0));
	}
}

Test(sketch, nobody_comes_most_often)
{
	SketchTop top = {0};
	uint64_t count = 1;

	cr_assert_null(sketch_top_most(&top, 0.5, &count));
	cr_assert_eq(count, 0);
}
