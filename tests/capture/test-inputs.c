/* SPDX-License-Identifier: BSD-3-Clause */
/* Directories, patterns, and many files at once. */
#include "writer.h"

#include "capture/input-list.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory of files that are removed with it. */
typedef struct {
	char *path;
	GPtrArray *files;
} Dir;

static Dir dir_new(void)
{
	Dir dir = {g_dir_make_tmp("inputs-XXXXXX", NULL), g_ptr_array_new_with_free_func(g_free)};

	cr_assert_not_null(dir.path);
	return dir;
}

static char *dir_add(Dir *dir, const char *name, const void *data, size_t len)
{
	char *path = g_build_filename(dir->path, name, NULL);

	cr_assert(g_file_set_contents(path, data, (gssize)len, NULL), "%s", path);
	g_ptr_array_add(dir->files, path);
	return path;
}

static void dir_free(Dir *dir)
{
	for (guint i = dir->files->len; i-- > 0;)
		g_remove(g_ptr_array_index(dir->files, i));
	g_rmdir(dir->path);
	g_ptr_array_unref(dir->files);
	g_free(dir->path);
}

/* Packets n, n + step … of a capture; packet i comes at second i. */
static Writer piece(uint32_t first, uint32_t n, uint32_t step)
{
	Writer w = writer_new(first % 2);

	pcap_header(&w, first % 3 ? MAGIC_MICROSECONDS : MAGIC_NANOSECONDS, 1);
	for (uint32_t i = 0; i < n; i++)
		pcap_packet(&w, first + i * step, 0, first + i * step, 60);
	return w;
}

static void add_piece(Dir *dir, const char *name, uint32_t first, uint32_t n, uint32_t step)
{
	Writer w = piece(first, n, step);

	dir_add(dir, name, w.bytes->data, w.bytes->len);
	writer_free(&w);
}

static void assert_whole(const Got *got, size_t n)
{
	cr_assert_null(got->error, "%s", got->error ? got->error->message : "");
	cr_assert_null(got->problem, "%s", got->problem);
	cr_assert_eq(got_len(got), n);
	for (size_t i = 0; i < n; i++) {
		assert_pattern(got, i, i);
		cr_assert_eq(got_packet(got, i)->frame, i + 1);
	}
	cr_assert_eq(got->info.disordered, 0);
}

static Got read_name(const char *name)
{
	const char *names[] = {name, NULL};

	return read_files(names, NULL, 0, 64);
}

static void assert_list(const char *const *names, const char *const *paths, size_t n)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) list = input_list(names, &error);

	cr_assert_not_null(list, "%s", error ? error->message : "");
	cr_assert_eq(list->len, n);
	for (size_t i = 0; i < n; i++) {
		g_autofree char *base = g_path_get_basename(g_array_index(list, InputPath, i).path);
		cr_assert_str_eq(base, paths[i], "file %zu", i);
	}
}

Test(list, counts_as_people_do)
{
	static const char *const order[] = {"a",   "b1",       "b01",  "b2", "b9.pcap",
					    "b10", "b10.pcap", "b100", "c",  "c-1"};
	Dir dir = dir_new();
	const char *names[] = {dir.path, NULL};

	for (size_t i = G_N_ELEMENTS(order); i-- > 0;)
		dir_add(&dir, order[i], "", 0);
	/* Hidden files and directories are not meant. */
	dir_add(&dir, ".hidden", "", 0);
	g_autofree char *inner = g_build_filename(dir.path, "inner", NULL);
	cr_assert_eq(g_mkdir(inner, 0700), 0);
	g_ptr_array_add(dir.files, g_strdup(inner));
	/* Equal numbers: the name with fewer zeros is not less, so bytes decide. */
	static const char *const sorted[] = {"a",   "b01",	"b1",	"b2", "b9.pcap",
					     "b10", "b10.pcap", "b100", "c",  "c-1"};
	assert_list(names, sorted, G_N_ELEMENTS(sorted));
	dir_free(&dir);
}

Test(list, takes_a_pattern_only_where_no_file_has_the_name)
{
	Dir dir = dir_new();
	char *odd = dir_add(&dir, "x[1].pcap", "", 0);
	g_autofree char *pattern = g_build_filename(dir.path, "x*.pcap", NULL);
	g_autofree char *none = g_build_filename(dir.path, "y*", NULL);
	const char *names[] = {pattern, odd, pattern, NULL}, *no_match[] = {none, NULL};
	static const char *const paths[] = {"x1.pcap", "x[1].pcap", "x[1].pcap", "x1.pcap",
					    "x[1].pcap"};
	g_autoptr(GError) error = NULL;

	dir_add(&dir, "x1.pcap", "", 0);
	assert_list(names, paths, G_N_ELEMENTS(paths));
	cr_assert_null(input_list(no_match, &error));
	cr_assert(strstr(error->message, "y*: no such file, and no file that it matches"), "%s",
		  error->message);
	dir_free(&dir);
}

Test(inputs, of_a_directory_are_read_as_one_capture)
{
	Dir dir = dir_new();

	/* In the order of time, not of names; some overlap, some are of one packet. */
	add_piece(&dir, "z", 0, 50, 2);
	add_piece(&dir, "y", 1, 50, 2);
	add_piece(&dir, "x", 100, 1, 1);
	add_piece(&dir, "a", 101, 99, 1);
	Got got = read_name(dir.path);
	assert_whole(&got, 200);
	cr_assert_eq(got.info.files_len, 4);
	cr_assert_eq(got.file_packets[0], 99);
	got_clear(&got);

	g_autofree char *pattern = g_build_filename(dir.path, "[y-z]", NULL);
	got = read_name(pattern);
	assert_whole(&got, 100);
	got_clear(&got);
	dir_free(&dir);
}

Test(inputs, that_are_no_captures_are_left_out_when_found)
{
	Dir dir = dir_new();

	add_piece(&dir, "capture1", 0, 10, 1);
	dir_add(&dir, "README", "What was captured, and where.\n", 30);
	dir_add(&dir, "capture2", "", 0);
	add_piece(&dir, "capture3", 10, 10, 1);
	/* In the middle of its header: somebody has only just begun it. */
	dir_add(&dir, "capture4", "\xd4\xc3\xb2\xa1\2\0\4\0", 8);
	Got got = read_name(dir.path);
	assert_whole(&got, 20);
	cr_assert_eq(got.info.files_len, 5);
	cr_assert_eq(got.info.left_out, 3);
	got_clear(&got);

	/* Named, it is an error. */
	const char *names[] = {dir.path, g_ptr_array_index(dir.files, 1), NULL};
	got = read_files(names, NULL, 0, 64);
	cr_assert_not_null(got.error);
	cr_assert(strstr(got.error->message, "README: not a capture"), "%s", got.error->message);
	got_clear(&got);
	dir_free(&dir);
}

Test(inputs, none_of_which_is_a_capture_are_an_error)
{
	Dir dir = dir_new();

	dir_add(&dir, "a", "", 0);
	Got got = read_name(dir.path);
	cr_assert_not_null(got.error);
	cr_assert(strstr(got.error->message, "no capture in it: of 1 file the first is "), "%s",
		  got.error->message);
	cr_assert(g_str_has_prefix(got.error->message, dir.path));
	got_clear(&got);
	dir_free(&dir);
}

static void limit_files(rlim_t n)
{
	struct rlimit limit = {.rlim_cur = n, .rlim_max = n};

	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

Test(inputs, that_follow_one_another_are_open_one_at_a_time)
{
	enum { FILES = 300, EACH = 40 };
	Dir dir = dir_new();

	for (uint32_t i = 0; i < FILES; i++) {
		g_autofree char *name = g_strdup_printf("capture%u", i);
		add_piece(&dir, name, i * EACH, EACH, 1);
	}
	limit_files(24);
	Got got = read_name(dir.path);
	assert_whole(&got, FILES * EACH);
	cr_assert_eq(got.info.files_len, FILES);
	got_clear(&got);
	dir_free(&dir);
}

/* One packet each: all of them are handed on in a few calls. */
Test(inputs, that_are_short_are_closed_as_they_end)
{
	enum { FILES = 500 };
	Dir dir = dir_new();

	for (uint32_t i = 0; i < FILES; i++) {
		g_autofree char *name = g_strdup_printf("capture%u", FILES - i);
		add_piece(&dir, name, i, 1, 1);
	}
	limit_files(24);
	Got got = read_name(dir.path);
	assert_whole(&got, FILES);
	got_clear(&got);
	dir_free(&dir);
}

Test(inputs, that_overlap_beyond_the_limit_are_told_and_the_others_read)
{
	enum { FILES = 40 };
	Dir dir = dir_new();

	for (uint32_t i = 0; i < FILES; i++) {
		g_autofree char *name = g_strdup_printf("capture%u", i);
		add_piece(&dir, name, i, 300, FILES);
	}
	limit_files(24);
	Got got = read_name(dir.path);
	cr_assert_null(got.error);
	cr_assert(strstr(got.problem, "Too many open files; "), "%s", got.problem);
	cr_assert_gt(got_len(&got), 300);
	got_clear(&got);
	dir_free(&dir);
}

Test(inputs, that_go_away_before_their_turn_are_told)
{
	Dir dir = dir_new();

	add_piece(&dir, "a", 0, 2000, 1);
	add_piece(&dir, "b", 3000, 10, 1);
	add_piece(&dir, "c", 2000, 1000, 1);
	const char *names[] = {dir.path, NULL};
	ShakedownCaptureOptions options = {.files = names};
	g_autoptr(ShakedownCapture) capture = shakedown_capture_open(&options, NULL);
	ShakedownPacket packets[64];
	size_t total = 0;

	cr_assert_not_null(capture);
	cr_assert_eq(g_remove(g_ptr_array_index(dir.files, 1)), 0);
	for (size_t n; (n = shakedown_capture_read(capture, packets, 64));)
		total += n;
	cr_assert_eq(total, 3000);
	cr_assert(strstr(shakedown_capture_problem(capture), "b: No such file or directory"));
	dir_free(&dir);
}

Test(inputs, merge_random_files_as_sorting_would)
{
	enum { FILES = 50, PACKETS = 4000 };
	guint32 seed = 20261121;
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	Writer w[FILES];
	Dir dir = dir_new();

	for (size_t f = 0; f < FILES; f++) {
		w[f] = writer_new(f % 2);
		pcap_header(&w[f], MAGIC_MICROSECONDS, 1);
	}
	/* A file's share comes in bursts: runs of one file, and places where many alternate. */
	for (uint32_t i = 0, f = 0; i < PACKETS; i++) {
		if (g_rand_int_range(random, 0, 8) == 0)
			f = (uint32_t)g_rand_int_range(random, 0, FILES);
		pcap_packet(&w[f], i, 0, i, 40 + i % 1000);
	}
	for (size_t f = 0; f < FILES; f++) {
		g_autofree char *name = g_strdup_printf("%zu", f);
		dir_add(&dir, name, w[f].bytes->data, w[f].bytes->len);
		writer_free(&w[f]);
	}
	Got got = read_name(dir.path);
	assert_whole(&got, PACKETS);
	got_clear(&got);
	dir_free(&dir);
}
