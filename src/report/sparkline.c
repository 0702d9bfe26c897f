/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/sparkline.h"

enum { LEVELS = 8, BARS_MOST = 256 };

static void append_bar(GString *line, uint64_t value, uint64_t highest, bool ascii)
{
	static const char *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char signs[LEVELS + 1] = ".:-=+*#@";

	if (value == 0) {
		g_string_append(line, ascii ? "_" : "·");
		return;
	}
	unsigned level = (unsigned)((double)value / (double)highest * LEVELS + 0.5);
	level = CLAMP(level, 1, LEVELS) - 1;
	if (ascii)
		g_string_append_c(line, signs[level]);
	else
		g_string_append(line, blocks[level]);
}

Spark sparkline_append(GString *line, const uint64_t *values, uint32_t n, unsigned bars,
		       SparkHow how, bool ascii)
{
	uint64_t bar[BARS_MOST] = {0};
	Spark spark = {0};

	bars = MIN(bars, BARS_MOST);
	if (n == 0 || bars == 0)
		return spark;
	/* All bars stand for as many values, else even traffic would look uneven. */
	spark.per_bar = (n + bars - 1) / bars;
	spark.bars = (n + spark.per_bar - 1) / spark.per_bar;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t *b = &bar[i / spark.per_bar];
		*b = how == SPARK_SUM ? *b + values[i] : MAX(*b, values[i]);
		spark.highest = MAX(spark.highest, *b);
	}
	for (unsigned i = 0; i < spark.bars; i++)
		append_bar(line, bar[i], spark.highest, ascii);
	return spark;
}
