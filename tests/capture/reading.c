/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer.h"

#include <criterion/criterion.h>
#include <string.h>

static void collect(Got *got, ShakedownCapture *capture, size_t room)
{
	g_autofree ShakedownPacket *packets = g_new(ShakedownPacket, room);
	size_t n;

	while ((n = shakedown_capture_read(capture, packets, room)) > 0) {
		cr_assert_leq(n, room);
		/* Only now: all packets of a batch must be valid together. */
		for (size_t i = 0; i < n; i++) {
			cr_assert_geq(packets[i].wire_len, packets[i].captured_len);
			uint8_t *copy = g_memdup2(packets[i].data, packets[i].captured_len);
			g_ptr_array_add(got->data, copy);
			packets[i].data = copy;
			g_array_append_val(got->packets, packets[i]);
		}
	}
	/* The end stays the end. */
	cr_assert_eq(shakedown_capture_read(capture, packets, room), 0);
}

Got read_files(const char *const *files, const char *filter, uint64_t count, size_t room)
{
	Got got = {.packets = g_array_new(FALSE, FALSE, sizeof(ShakedownPacket)),
		   .data = g_ptr_array_new_with_free_func(g_free)};
	ShakedownCaptureOptions options = {.files = files, .filter = filter, .count = count};
	g_autoptr(ShakedownCapture) capture = shakedown_capture_open(&options, &got.error);

	cr_assert_neq(capture == NULL, got.error == NULL);
	if (!capture) {
		cr_assert_null(strchr(got.error->message, '\n'), "%s", got.error->message);
		return got;
	}
	collect(&got, capture, room);
	got.problem = g_strdup(shakedown_capture_problem(capture));
	if (got.problem)
		cr_assert_null(strchr(got.problem, '\n'), "%s", got.problem);
	got.info = *shakedown_capture_info(capture);
	got.format = g_strdup(got.info.files[0].format);
	got.file_bytes = got.info.files[0].bytes;
	got.file_size = got.info.files[0].size;
	for (size_t i = 0; i < MIN(got.info.files_len, 8); i++)
		got.file_packets[i] = got.info.files[i].packets;
	cr_assert_eq(got.info.passed, got.packets->len);
	return got;
}

Got read_file(const char *path)
{
	const char *files[] = {path, NULL};
	return read_files(files, NULL, 0, 64);
}

Got read_bytes(const void *data, size_t len)
{
	char *path = bytes_file(data, len);
	Got got = read_file(path);
	remove_file(path);
	return got;
}

Got read_writer(const Writer *w)
{
	return read_bytes(w->bytes->data, w->bytes->len);
}

void got_clear(Got *got)
{
	g_array_unref(got->packets);
	g_ptr_array_unref(got->data);
	g_free(got->problem);
	g_free(got->format);
	g_clear_error(&got->error);
}

size_t got_len(const Got *got)
{
	return got->packets->len;
}

const ShakedownPacket *got_packet(const Got *got, size_t i)
{
	cr_assert_lt(i, got->packets->len, "there is no packet %zu", i);
	return &g_array_index(got->packets, ShakedownPacket, i);
}

void assert_pattern(const Got *got, size_t i, size_t n)
{
	const ShakedownPacket *p = got_packet(got, i);
	for (size_t at = 0; at < p->captured_len; at++)
		cr_assert_eq(p->data[at], pattern(n, at), "packet %zu, byte %zu", i, at);
}
