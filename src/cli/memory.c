/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/memory.h"

#include <glib.h>
#include <unistd.h>

/* cgroup-v2's bound, as a container sees it: a number, or "max". */
#define CGROUP_BOUND "/sys/fs/cgroup/memory.max"

static uint64_t there_is(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	uint64_t bytes = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0, bound;
	g_autofree char *text = NULL;

	if (g_file_get_contents(CGROUP_BOUND, &text, NULL, NULL) &&
	    g_ascii_string_to_unsigned(g_strstrip(text), 10, 1, INT64_MAX, &bound, NULL) &&
	    (!bytes || bound < bytes))
		bytes = bound;
	return bytes;
}

static double unit_of(const char *text)
{
	static const struct {
		const char *name;
		double bytes;
	} units[] = {
		{"M", 0x1p20},	 {"MiB", 0x1p20}, {"G", 0x1p30},
		{"GiB", 0x1p30}, {"T", 0x1p40},	  {"TiB", 0x1p40},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (g_ascii_strcasecmp(text, units[i].name) == 0)
			return units[i].bytes;
	return 0;
}

bool memory_parse(const char *text, uint64_t *bytes)
{
	char *end;

	if (!g_ascii_isdigit(*text))
		return false;
	double number = g_ascii_strtod(text, &end), unit = unit_of(end);

	if (g_str_equal(end, "%") && number > 0 && number <= 100)
		number *= (double)there_is() / 100;
	else if (unit > 0)
		number *= unit;
	else
		return false;
	if (number > 0x1p50)
		return false;
	*bytes = (uint64_t)number;
	/* A share of a small machine is what it is. */
	if (g_str_equal(end, "%"))
		*bytes = MAX(*bytes, MEMORY_LEAST);
	return *bytes >= MEMORY_LEAST;
}
