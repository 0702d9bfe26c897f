/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/memory.h"

#include "cli/cgroup.h"
#include "cli/values.h"

#include <glib.h>
#include <unistd.h>

/* 0: nothing tells. */
static uint64_t there_is(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	uint64_t machine = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
	uint64_t least = MIN(machine, cgroup_memory_bound(""));

	return least == UINT64_MAX ? 0 : least;
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
