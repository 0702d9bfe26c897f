/* SPDX-License-Identifier: BSD-3-Clause */
/* What cannot be opened, and what is said of it. */
#include "writer.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void assert_refused(Got got, ShakedownCaptureError code, const char *says)
{
	cr_assert_not_null(got.error, "opened, but should say: %s", says);
	cr_assert(strstr(got.error->message, says), "“%s” does not say “%s”", got.error->message,
		  says);
	cr_assert_eq(got.error->domain, SHAKEDOWN_CAPTURE_ERROR);
	cr_assert_eq(got.error->code, (int)code, "%s", got.error->message);
	got_clear(&got);
}

Test(open, names_the_file_and_the_reason)
{
	g_autofree char *dir = g_dir_make_tmp("capture-XXXXXX", NULL);
	g_autofree char *missing = g_build_filename(dir, "missing.pcap", NULL);

	assert_refused(read_file(missing), SHAKEDOWN_CAPTURE_ERROR_OPEN,
		       "missing.pcap: No such file or directory; check");
	assert_refused(read_file(dir), SHAKEDOWN_CAPTURE_ERROR_OPEN, "a directory without files");
	g_rmdir(dir);
}

Test(open, says_what_may_not_be_read)
{
	char *path = bytes_file("x", 1);
	if (geteuid() == 0)
		cr_skip_test("root may read everything");
	g_chmod(path, 0);
	assert_refused(read_file(path), SHAKEDOWN_CAPTURE_ERROR_OPEN, "Permission denied");
	remove_file(path);
}

Test(open, says_that_a_file_is_empty)
{
	assert_refused(read_bytes("", 0), SHAKEDOWN_CAPTURE_ERROR_FORMAT,
		       ": empty file (0 bytes): nothing was captured, or the capture has not been "
		       "written yet");
	/* An empty gzip member. */
	static const uint8_t gzip[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3,
				       3,    0,	   0, 0, 0, 0, 0, 0, 0, 0};
	assert_refused(read_bytes(gzip, sizeof gzip), SHAKEDOWN_CAPTURE_ERROR_FORMAT,
		       "empty once decompressed");
}

Test(open, says_what_a_file_looks_like_that_is_no_capture)
{
	static const struct {
		const char *data;
		size_t len;
		const char *says;
	} rows[] = {
		{"PK\x03\x04\x14\0\0\0", 8, "a ZIP archive"},
		{"\x7f"
		 "ELF\2\1\1",
		 7, "an ELF program"},
		{"<!DOCTYPE html><html>", 21, "an HTML page"},
		{"<?xml version=\"1.0\"?>", 21, "XML text"},
		{"{\"packets\": []}", 15, "JSON text"},
		{"12:00:01.5 IP 192.0.2.1 > 192.0.2.2\n", 36, "it looks like text"},
		{"\0\0\0\0\0\0\0\0", 8, "nothing but zeros"},
		{"\x01\x02\xfe\xff\x80", 5, "it begins with the bytes 01 02 fe ff 80"},
		{"\xff", 1, "it begins with the bytes ff"},
		{"RTSS\1\1", 6, "Network Monitor 1"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_refused(read_bytes(rows[i].data, rows[i].len),
			       SHAKEDOWN_CAPTURE_ERROR_FORMAT, rows[i].says);
		assert_refused(read_bytes(rows[i].data, rows[i].len),
			       SHAKEDOWN_CAPTURE_ERROR_FORMAT, "not a capture");
	}
}

Test(open, does_not_take_noise_for_a_capture)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(5);
	for (int round = 0; round < 2000; round++) {
		uint8_t noise[600];
		for (size_t i = 0; i < sizeof noise; i++)
			noise[i] = (uint8_t)g_rand_int(random);
		if (round % 2)
			noise[0] = 0; /* no compression's magic */
		Got got = read_bytes(noise, (size_t)g_rand_int_range(random, 1, sizeof noise));
		cr_assert_not_null(got.error, "round %d is taken for %s", round, got.format);
		got_clear(&got);
	}
}

Test(open, opens_all_or_none)
{
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_MICROSECONDS, 1);
	char *good = writer_file(&w), *bad = bytes_file("hello", 5);
	const char *files[] = {good, bad, NULL}, *twice[] = {"-", good, "-", NULL};
	assert_refused(read_files(files, NULL, 0, 64), SHAKEDOWN_CAPTURE_ERROR_FORMAT, bad);

	int saved = dup(0);
	cr_assert_not_null(freopen(good, "r", stdin));
	assert_refused(read_files(twice, NULL, 0, 64), SHAKEDOWN_CAPTURE_ERROR_OPEN,
		       "standard input: it can be read only once");
	dup2(saved, 0);
	remove_file(good);
	remove_file(bad);
	writer_free(&w);
}
