/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/memory.h"

#include "cli/values.h"

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

/* A share of a small machine is what it is. */
static bool parse_share(const char *text, uint64_t *bytes)
{
	char *end = NULL;
	double percent = g_ascii_isdigit(*text) ? g_ascii_strtod(text, &end) : 0;

	if (!(percent > 0 && percent <= 100) || !g_str_equal(end, "%"))
		return false;
	*bytes = MAX((uint64_t)(percent * (double)there_is() / 100), MEMORY_LEAST);
	return true;
}

bool memory_parse(const char *text, uint64_t *bytes)
{
	return parse_share(text, bytes) ||
	       (value_parse_size(text, bytes) && *bytes >= MEMORY_LEAST);
}

uint64_t memory_within_reach(uint64_t bytes)
{
	return MIN(bytes, (uint64_t)SIZE_MAX / 2);
}
