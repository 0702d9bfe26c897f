/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/keep-files.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

/* 2026-11-21 14:42:10 UTC */
#define WHEN (INT64_C(1795272130) * SHAKEDOWN_NS_PER_S)

static char *folder;

static void make_folder(void)
{
	folder = g_dir_make_tmp("shakedown-XXXXXX", NULL);
	cr_assert_not_null(folder);
}

static void remove_folder(void)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_unlink(path);
	}
	g_rmdir(folder);
	g_free(folder);
}

TestSuite(keep_files, .init = make_folder, .fini = remove_folder);

static void touch(const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	cr_assert(g_file_set_contents(path, "x", 1, NULL));
}

static bool there(const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Its name without the folder. */
static char *next(KeepFiles *f, ShakedownTime time)
{
	g_autofree char *path = keep_files_next(f, time);

	cr_assert(g_str_has_prefix(path, folder), "%s", path);
	return g_strdup(path + strlen(folder) + 1);
}

static void expect_next(KeepFiles *f, ShakedownTime time, const char *want)
{
	g_autofree char *name = next(f, time);
	g_autofree char *path = g_build_filename(folder, name, NULL);

	cr_assert_str_eq(name, want);
	touch(name);
	keep_files_begun(f, path);
}

Test(keep_files, are_numbered_and_bear_their_first_packets_time)
{
	g_autofree char *path = g_build_filename(folder, "live.pcapng", NULL);
	KeepFiles f;

	keep_files_init(&f, path, 0);
	expect_next(&f, WHEN, "live-20261121T144210Z-00001.pcapng");
	expect_next(&f, WHEN + 999999999, "live-20261121T144210Z-00002.pcapng");
	expect_next(&f, WHEN + 60 * SHAKEDOWN_NS_PER_S, "live-20261121T144310Z-00003.pcapng");
	keep_files_clear(&f);
}

Test(keep_files, a_clock_that_was_never_set_is_no_trouble)
{
	g_autofree char *path = g_build_filename(folder, "live", NULL);
	KeepFiles f;

	keep_files_init(&f, path, 0);
	expect_next(&f, -5 * SHAKEDOWN_NS_PER_S, "live-19700101T000000Z-00001");
	expect_next(&f, INT64_MAX, "live-22620411T234716Z-00002");
	keep_files_clear(&f);
}

Test(keep_files, a_dot_in_a_folder_is_no_suffix)
{
	g_autofree char *dotted = g_build_filename(folder, "x.d", NULL);
	g_autofree char *path = g_build_filename(dotted, "live", NULL);
	KeepFiles f;

	keep_files_init(&f, path, 0);
	g_autofree char *name = next(&f, WHEN);
	cr_assert_str_eq(name, "x.d/live-20261121T144210Z-00001");
	keep_files_clear(&f);
}

Test(keep_files, only_the_latest_stay)
{
	g_autofree char *path = g_build_filename(folder, "live.pcapng", NULL);
	KeepFiles f;

	keep_files_init(&f, path, 2);
	expect_next(&f, WHEN, "live-20261121T144210Z-00001.pcapng");
	expect_next(&f, WHEN, "live-20261121T144210Z-00002.pcapng");
	cr_assert(there("live-20261121T144210Z-00001.pcapng"));
	expect_next(&f, WHEN, "live-20261121T144210Z-00003.pcapng");
	cr_assert_not(there("live-20261121T144210Z-00001.pcapng"));
	cr_assert(there("live-20261121T144210Z-00002.pcapng"));
	keep_files_clear(&f);
}

Test(keep_files, what_an_earlier_run_left_goes_first)
{
	static const char *const strangers[] = {
		"live.pcapng",
		"live-20261120T000000Z-00001.pcap",
		"live-20261120T000000Z-.pcapng",
		"live-20261120T00000Z-00001.pcapng",
		"live-20261120X000000Z-00001.pcapng",
		"live-20261120T000000Z-0000a.pcapng",
		"other-20261120T000000Z-00001.pcapng",
	};
	g_autofree char *path = g_build_filename(folder, "live.pcapng", NULL);
	KeepFiles f;

	for (unsigned i = 0; i < G_N_ELEMENTS(strangers); i++)
		touch(strangers[i]);
	touch("live-20261120T000000Z-00002.pcapng");
	touch("live-20261120T000000Z-00001.pcapng");
	keep_files_init(&f, path, 2);
	expect_next(&f, WHEN, "live-20261121T144210Z-00001.pcapng");
	cr_assert_not(there("live-20261120T000000Z-00001.pcapng"));
	cr_assert(there("live-20261120T000000Z-00002.pcapng"));
	expect_next(&f, WHEN, "live-20261121T144210Z-00002.pcapng");
	cr_assert_not(there("live-20261120T000000Z-00002.pcapng"));
	for (unsigned i = 0; i < G_N_ELEMENTS(strangers); i++)
		cr_assert(there(strangers[i]), "%s", strangers[i]);
	keep_files_clear(&f);
}

/* A folder that is gone for a while: those that are in it must not be forgotten. */
Test(keep_files, one_that_does_not_begin_is_none)
{
	g_autofree char *path = g_build_filename(folder, "live.pcapng", NULL);
	KeepFiles f;

	keep_files_init(&f, path, 3);
	expect_next(&f, WHEN, "live-20261121T144210Z-00001.pcapng");
	expect_next(&f, WHEN, "live-20261121T144210Z-00002.pcapng");
	expect_next(&f, WHEN, "live-20261121T144210Z-00003.pcapng");
	for (unsigned i = 0; i < 10; i++)
		g_free(keep_files_next(&f, WHEN));
	cr_assert(there("live-20261121T144210Z-00001.pcapng"));
	expect_next(&f, WHEN, "live-20261121T144210Z-00004.pcapng");
	cr_assert_not(there("live-20261121T144210Z-00001.pcapng"));
	cr_assert(there("live-20261121T144210Z-00002.pcapng"));
	keep_files_clear(&f);
}

Test(keep_files, the_oldest_makes_room)
{
	g_autofree char *path = g_build_filename(folder, "live.pcapng", NULL);
	KeepFiles f;

	keep_files_init(&f, path, 3);
	cr_assert_not(keep_files_make_room(&f));
	expect_next(&f, WHEN, "live-20261121T144210Z-00001.pcapng");
	expect_next(&f, WHEN, "live-20261121T144210Z-00002.pcapng");
	cr_assert(keep_files_make_room(&f));
	cr_assert_not(there("live-20261121T144210Z-00001.pcapng"));
	cr_assert(there("live-20261121T144210Z-00002.pcapng"));
	keep_files_clear(&f);
}

Test(keep_files, one_that_cannot_be_removed_keeps_no_other)
{
	g_autofree char *path = g_build_filename(folder, "live.pcapng", NULL);
	g_autofree char *stuck =
		g_build_filename(folder, "live-20261121T144210Z-00001.pcapng", NULL);
	KeepFiles f;

	keep_files_init(&f, path, 2);
	expect_next(&f, WHEN, "live-20261121T144210Z-00001.pcapng");
	expect_next(&f, WHEN, "live-20261121T144210Z-00002.pcapng");
	/* Not even root unlinks that. */
	cr_assert(g_unlink(stuck) == 0 && g_mkdir(stuck, 0700) == 0);
	expect_next(&f, WHEN, "live-20261121T144210Z-00003.pcapng");
	cr_assert_not(there("live-20261121T144210Z-00002.pcapng"));
	cr_assert(g_rmdir(stuck) == 0 && g_file_set_contents(stuck, "x", 1, NULL));
	expect_next(&f, WHEN, "live-20261121T144210Z-00004.pcapng");
	cr_assert_not(there("live-20261121T144210Z-00001.pcapng"));
	cr_assert(there("live-20261121T144210Z-00003.pcapng"));
	keep_files_clear(&f);
}
