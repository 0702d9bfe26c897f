/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/cgroup.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>

#define GIB (UINT64_C(1) << 30)

/* What /proc/self/cgroup says, and one of the files that bound a group. */
typedef struct {
	const char *about, *groups, *file, *text;
	uint64_t expected;
} Case;

static void write_to(const char *root, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(root, name, NULL);
	g_autofree char *dir = g_path_get_dirname(path);

	cr_assert_eq(g_mkdir_with_parents(dir, 0700), 0);
	cr_assert(g_file_set_contents(path, text, -1, NULL), "%s", path);
}

static void remove_all(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);

	for (const char *name; dir && (name = g_dir_read_name(dir)) != NULL;) {
		g_autofree char *inner = g_build_filename(path, name, NULL);

		remove_all(inner);
	}
	if (dir)
		g_dir_close(dir);
	cr_expect_eq(g_remove(path), 0, "%s", path);
}

static void check(const Case *c)
{
	g_autofree char *root = g_dir_make_tmp("cgroup-XXXXXX", NULL);

	cr_assert_not_null(root);
	write_to(root, "proc/self/cgroup", c->groups);
	if (c->file)
		write_to(root, c->file, c->text);
	cr_expect_eq(cgroup_memory_bound(root), c->expected, "%s: %" G_GUINT64_FORMAT, c->about,
		     cgroup_memory_bound(root));
	remove_all(root);
}

Test(cgroup, the_bound_is_that_of_the_group_or_of_one_above)
{
	static const char v2[] = "0::/system.slice/shakedown@eth0.service\n";
	static const char v1[] = "12:pids:/a\n4:memory:/docker/4711\n1:name=systemd:/\n0::/\n";
	static const Case cases[] = {
		{"its own", v2,
		 "sys/fs/cgroup/system.slice/shakedown@eth0.service/memory.max", "1073741824\n",
		 GIB},
		{"where it is slowed", v2,
		 "sys/fs/cgroup/system.slice/shakedown@eth0.service/memory.high", "1073741824\n",
		 GIB},
		{"the slice's", v2, "sys/fs/cgroup/system.slice/memory.max", "2147483648\n",
		 2 * GIB},
		{"a container's, which is the topmost", "0::/\n", "sys/fs/cgroup/memory.max",
		 "1073741824\n", GIB},
		{"version 1", v1, "sys/fs/cgroup/memory/docker/4711/memory.limit_in_bytes",
		 "1073741824\n", GIB},
		{"version 1, the path one of outside", v1,
		 "sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n", GIB},
		{"controllers together", "4:cpu,memory:/a\n",
		 "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1073741824\n", GIB},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		check(&cases[i]);
}

Test(cgroup, what_bounds_nothing)
{
	static const char v2[] = "0::/a\n";
	static const Case cases[] = {
		{"no bound", v2, "sys/fs/cgroup/a/memory.max", "max\n", UINT64_MAX},
		{"another's", v2, "sys/fs/cgroup/b/memory.max", "1073741824\n", UINT64_MAX},
		{"no file", v2, NULL, NULL, UINT64_MAX},
		{"empty", v2, "sys/fs/cgroup/a/memory.max", "", UINT64_MAX},
		{"nothing", v2, "sys/fs/cgroup/a/memory.max", "0\n", UINT64_MAX},
		{"no lines", "", NULL, NULL, UINT64_MAX},
		{"odd lines", "\n:\n0:\n::\nmemory\n", NULL, NULL, UINT64_MAX},
		{"memory is not among them", "4:cpu,memoryless:/a\n",
		 "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1073741824\n", UINT64_MAX},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		check(&cases[i]);
	cr_expect_eq(cgroup_memory_bound("/nowhere/at/all"), UINT64_MAX);
}
