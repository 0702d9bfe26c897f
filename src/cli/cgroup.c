/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * /proc/self/cgroup has a line "ID:CONTROLLERS:PATH" for each hierarchy; that of version 2 has the
 * ID 0 and names no controllers. Seen from within a container the path may be one of outside,
 * which is not there: but then what is mounted is the container's own group, and so on each way up
 * what cannot be read is passed over.
 */
#include "cli/cgroup.h"

#include <glib.h>
#include <string.h>

typedef struct {
	const char *mounted;
	const char *file;
} Bound;

static const Bound bounds_v1[] = {{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}};
static const Bound bounds_v2[] = {{"/sys/fs/cgroup", "memory.max"},
				  {"/sys/fs/cgroup", "memory.high"}};

/* "max", and whatever else is no number, bounds nothing. */
static uint64_t read_bound(const char *path)
{
	g_autofree char *text = NULL;
	uint64_t bound;

	if (!g_file_get_contents(path, &text, NULL, NULL) ||
	    !g_ascii_string_to_unsigned(g_strstrip(text), 10, 1, UINT64_MAX, &bound, NULL))
		return UINT64_MAX;
	return bound;
}

/* Of the group and all above it. */
static uint64_t least_upwards(const char *root, const Bound *bound, const char *group)
{
	g_autofree char *path = g_strdup(group);
	uint64_t least = UINT64_MAX;

	for (;;) {
		g_autofree char *file =
			g_strconcat(root, bound->mounted, path, "/", bound->file, NULL);
		char *last = strrchr(path, '/');

		least = MIN(least, read_bound(file));
		if (!last)
			return least;
		*last = '\0';
	}
}

static uint64_t least_of(const char *root, const Bound *bounds, size_t n, const char *group)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < n; i++)
		least = MIN(least, least_upwards(root, &bounds[i], group));
	return least;
}

static uint64_t bound_of_line(const char *root, const char *line)
{
	g_auto(GStrv) fields = g_strsplit(line, ":", 3);

	if (g_strv_length(fields) != 3)
		return UINT64_MAX;
	if (*fields[1] == '\0')
		return least_of(root, bounds_v2, G_N_ELEMENTS(bounds_v2), fields[2]);
	g_auto(GStrv) controllers = g_strsplit(fields[1], ",", -1);

	return g_strv_contains((const char *const *)controllers, "memory")
		       ? least_of(root, bounds_v1, G_N_ELEMENTS(bounds_v1), fields[2])
		       : UINT64_MAX;
}

uint64_t cgroup_memory_bound(const char *root)
{
	g_autofree char *path = g_strconcat(root, "/proc/self/cgroup", NULL);
	g_autofree char *text = NULL;
	uint64_t least = UINT64_MAX;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return least;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++)
		least = MIN(least, bound_of_line(root, *line));
	return least;
}
