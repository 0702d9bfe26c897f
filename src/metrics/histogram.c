/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/histogram.h"

#define US INT64_C(1000)
#define MS (1000 * US)
#define S SHAKEDOWN_NS_PER_S

/* OpenMetrics wants the bounds spelled as canonical numbers: whole ones with ".0". */
static const struct {
	ShakedownDuration bound; /* inclusive */
	const char *le;
} buckets[HISTOGRAM_BUCKETS] = {
	{50 * US, "5e-05"}, {100 * US, "0.0001"},  {250 * US, "0.00025"}, {500 * US, "0.0005"},
	{1 * MS, "0.001"},  {2500 * US, "0.0025"}, {5 * MS, "0.005"},	  {10 * MS, "0.01"},
	{25 * MS, "0.025"}, {50 * MS, "0.05"},	   {100 * MS, "0.1"},	  {250 * MS, "0.25"},
	{500 * MS, "0.5"},  {1 * S, "1.0"},	   {2500 * MS, "2.5"},	  {5 * S, "5.0"},
	{10 * S, "10.0"},   {30 * S, "30.0"},	   {60 * S, "60.0"},	  {300 * S, "300.0"},
};

void histogram_add(Histogram *histogram, ShakedownDuration duration)
{
	unsigned i = 0;

	if (duration < 0) /* the unknown is the least of all */
		return;
	while (i < HISTOGRAM_BUCKETS && duration > buckets[i].bound)
		i++;
	histogram->bucket[i]++;
	histogram->seconds += (uint64_t)(duration / S);
	histogram->nanoseconds += (uint32_t)(duration % S);
	if (histogram->nanoseconds >= S) {
		histogram->nanoseconds -= (uint32_t)S;
		histogram->seconds++;
	}
}

void histogram_expose(const Histogram *histogram, Exposition *e, const ExpositionLabel *labels)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		n += histogram->bucket[i];
		exposition_bucket(e, labels, buckets[i].le, n);
	}
	exposition_bucket(e, labels, NULL, n + histogram->bucket[HISTOGRAM_BUCKETS]);
	exposition_sum_seconds(e, labels, histogram->seconds, histogram->nanoseconds);
}
