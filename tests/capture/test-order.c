/* SPDX-License-Identifier: BSD-3-Clause */
/* The ordering window, through files, and through the merge of several. */
#include "writer.h"

#include "capture/order.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define MS INT64_C(1000000)

/* A nanosecond pcap of packets at these times, in ms; packet i holds pattern(i). */
static Writer at_times(const int64_t *ms, size_t n)
{
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_NANOSECONDS, 1);
	for (size_t i = 0; i < n; i++)
		pcap_packet(&w, (uint32_t)(ms[i] / 1000), (uint32_t)(ms[i] % 1000 * MS), i, 40);
	return w;
}

#define READ(times) read_times(times, G_N_ELEMENTS(times))
static Got read_times(const int64_t *ms, size_t n)
{
	Writer w = at_times(ms, n);
	Got got = read_writer(&w);
	cr_assert_eq(got_len(&got), n);
	for (size_t i = 0; i < n; i++)
		assert_pattern(&got, i, got_packet(&got, i)->frame - 1);
	writer_free(&w);
	return got;
}

static void assert_frames(const Got *got, const uint64_t *frames, size_t n)
{
	cr_assert_eq(got_len(got), n);
	for (size_t i = 0; i < n; i++)
		cr_assert_eq(got_packet(got, i)->frame, frames[i],
			     "packet %zu is frame %" G_GUINT64_FORMAT, i,
			     got_packet(got, i)->frame);
}

Test(order, puts_neighbours_right_and_keeps_their_numbers)
{
	static const int64_t ms[] = {1000, 1010, 1005, 1020, 1001, 1030};
	static const uint64_t frames[] = {1, 5, 3, 2, 4, 6};
	Got got = READ(ms);

	assert_frames(&got, frames, 6);
	cr_assert_eq(got.info.disordered, 2);
	cr_assert_eq(got.info.clock_steps, 0);
	cr_assert_eq(got.info.first, 1000 * MS);
	cr_assert_eq(got.info.last, 1030 * MS);
	got_clear(&got);
}

Test(order, keeps_equal_times_as_they_are)
{
	static const int64_t ms[] = {5, 7, 5, 7, 5, 7};
	static const uint64_t frames[] = {1, 3, 5, 2, 4, 6};
	Got got = READ(ms);
	assert_frames(&got, frames, 6);
	cr_assert_eq(got.info.disordered, 2);
	got_clear(&got);
}

Test(order, reaches_back_as_far_as_its_span_and_no_further)
{
	static const int64_t within[] = {1000, 1100, 1000}, beyond[] = {1000, 1101, 1000};
	static const uint64_t sorted[] = {1, 3, 2}, unsorted[] = {1, 2, 3};
	Got got = READ(within);
	assert_frames(&got, sorted, 3);
	cr_assert_eq(got.info.clock_steps, 0);
	got_clear(&got);
	got = READ(beyond);
	assert_frames(&got, unsorted, 3);
	cr_assert_eq(got.info.clock_steps, 1);
	got_clear(&got);
}

Test(order, leaves_a_clock_that_was_set_back_and_goes_on_from_there)
{
	/* Disorder on both sides of the step is still put right; nothing crosses it. */
	static const int64_t ms[] = {9000, 9002, 9001, 5000, 5002, 5001, 9003, 9005, 9004};
	static const uint64_t frames[] = {1, 3, 2, 4, 6, 5, 7, 9, 8};
	Got got = READ(ms);
	assert_frames(&got, frames, 9);
	cr_assert_eq(got.info.disordered, 4);
	cr_assert_eq(got.info.clock_steps, 1);
	cr_assert_eq(got.info.first, 5000 * MS);
	cr_assert_eq(got.info.last, 9005 * MS);
	got_clear(&got);
}

/* Many packets, each a little out of place, through several chunks and batch sizes. */
Test(order, sorts_a_long_capture_in_which_all_is_out_of_order)
{
	enum { N = 20000 };
	Writer w = writer_new(false);
	g_autoptr(GRand) random = g_rand_new_with_seed(7);
	pcap_header(&w, MAGIC_NANOSECONDS, 1);
	for (size_t i = 0; i < N; i++) {
		int64_t us = 1000000 + (int64_t)i * 10 + g_rand_int_range(random, -900, 900);
		pcap_packet(&w, (uint32_t)(us / 1000000), (uint32_t)(us % 1000000 * 1000), i, 100);
	}
	char *path = writer_file(&w);
	const char *files[] = {path, NULL};
	static const size_t rooms[] = {1, 7, 64, 3000};
	for (size_t r = 0; r < G_N_ELEMENTS(rooms); r++) {
		Got got = read_files(files, NULL, 0, rooms[r]);
		cr_assert_eq(got_len(&got), N);
		cr_assert_gt(got.info.disordered, N / 2);
		cr_assert_eq(got.info.clock_steps, 0);
		uint64_t frames = 0;
		ShakedownTime newest = 0;
		for (size_t i = 0; i < N; i++) {
			const ShakedownPacket *p = got_packet(&got, i);
			newest = MAX(newest, p->time);
			frames += p->frame;
			assert_pattern(&got, i, p->frame - 1);
			cr_assert_leq(newest - p->time, ORDER_SLACK);
		}
		cr_assert_eq(frames, (uint64_t)N * (N + 1) / 2);
		got_clear(&got);
	}
	remove_file(path);
	writer_free(&w);
}

/* Stamps that differ by less than stamps are worth: the file knows better. */
Test(order, leaves_what_is_out_of_place_by_microseconds)
{
	static const int64_t us[] = {1000, 1016, 1000, 1051, 1002, 1000, 2000};
	static const uint64_t frames[] = {1, 2, 3, 6, 4, 5, 7};
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_NANOSECONDS, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(us); i++)
		pcap_packet(&w, 1, (uint32_t)(us[i] * 1000), i, 100);
	char *path = writer_file(&w);
	const char *files[] = {path, NULL};
	Got got = read_files(files, NULL, 0, 64);
	assert_frames(&got, frames, G_N_ELEMENTS(frames));
	got_clear(&got);
	remove_file(path);
	writer_free(&w);
}

static void push(Order *order, int64_t ms, uint64_t frame)
{
	size_t room;
	ShakedownPacket *p = order_tail(order, &room);
	cr_assert_geq(room, ORDER_PACKETS);
	*p = (ShakedownPacket){.time = ms * MS, .frame = frame};
	order_commit(order, 1);
}

Test(order, holds_no_more_than_it_needs)
{
	g_autofree Order *order = g_new(Order, 1);
	ShakedownPacket out[ORDER_ROOM];
	order_init(order);
	for (int64_t i = 0; i < ORDER_PACKETS; i++)
		push(order, 1000, (uint64_t)i);
	cr_assert_eq(order_take(order, out, ORDER_ROOM), 0);
	push(order, 1000, ORDER_PACKETS);
	cr_assert_eq(order_take(order, out, ORDER_ROOM), 1);
	cr_assert_eq(out[0].frame, 0);
	/* Time makes room as well. */
	push(order, 1101, 300);
	cr_assert_eq(order_take(order, out, 100), 100);
	cr_assert_eq(order_take(order, out, ORDER_ROOM), ORDER_PACKETS - 100);
	cr_assert_eq(order_take(order, out, ORDER_ROOM), 0);
	order_flush(order);
	cr_assert_eq(order_take(order, out, ORDER_ROOM), 1);
	cr_assert_eq(out[0].frame, 300);
	cr_assert_eq(order->late, 0);
	/* What comes too late for its place is counted, and goes next. */
	push(order, 1100, 301);
	cr_assert_eq(order->late, 1);
}

Test(order, survives_times_at_the_ends_of_the_range)
{
	g_autofree Order *order = g_new(Order, 1);
	ShakedownPacket out[4];
	static const ShakedownTime times[] = {INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX};
	order_init(order);
	for (size_t i = 0; i < 4; i++) {
		size_t room;
		*order_tail(order, &room) = (ShakedownPacket){.time = times[i], .frame = i};
		order_commit(order, 1);
	}
	order_flush(order);
	cr_assert_eq(order_take(order, out, 4), 4);
	for (size_t i = 0; i < 4; i++)
		cr_assert_eq(out[i].frame, i);
}

/* A sparse file of packets, each in a block of 4 MiB of options. */
static char *giant_blocks(unsigned n)
{
	const uint32_t len = 4 << 20;
	Writer w = writer_new(false);

	ng_section(&w);
	ng_interface(&w, 1, 0);
	char *path = writer_file(&w);
	FILE *file = fopen(path, "r+b");
	long at = (long)w.bytes->len;

	for (unsigned i = 0; i < n; i++, at += (long)len) {
		const uint32_t head[] = {6, len, 0, 0, i, 60, 60};

		cr_assert_eq(fseek(file, at, SEEK_SET), 0);
		cr_assert_eq(fwrite(head, sizeof head, 1, file), 1);
		cr_assert_eq(fseek(file, at + (long)len - 4, SEEK_SET), 0);
		cr_assert_eq(fwrite(&len, sizeof len, 1, file), 1);
	}
	cr_assert_eq(fclose(file), 0);
	writer_free(&w);
	return path;
}

/* Each would keep its block in memory. */
Test(order, giants_do_not_wait)
{
	char *path = giant_blocks(100);
	const char *const files[] = {path, NULL};
	g_autoptr(ShakedownCapture) capture =
		shakedown_capture_open(&(ShakedownCaptureOptions){.files = files}, NULL);
	ShakedownPacket packets[64];
	size_t n = shakedown_capture_read(capture, packets, 64), all = n;

	cr_assert_leq(shakedown_capture_info(capture)->files[0].bytes, 100 << 20);
	while ((n = shakedown_capture_read(capture, packets, 64)) > 0)
		all += n;
	cr_assert_eq(all, 100);
	remove_file(path);
}

Test(merge, takes_the_least_time_first_and_ties_by_file)
{
	static const int64_t a[] = {1, 4, 4, 9}, b[] = {2, 4, 5, 9, 12}, c[] = {0, 4, 13};
	Writer w[] = {at_times(a, 4), at_times(b, 5), at_times(c, 3)};
	char *paths[4] = {writer_file(&w[0]), writer_file(&w[1]), writer_file(&w[2]), NULL};
	/* By labels, which are given as files are opened: c, a, b. */
	static const uint32_t inputs[] = {0, 1, 2, 1, 1, 2, 0, 2, 1, 2, 2, 0};
	static const size_t numbers[] = {0, 0, 0, 1, 2, 1, 1, 2, 3, 3, 4, 2};
	Got got = read_files((const char *const *)paths, NULL, 0, 5);

	cr_assert_eq(got_len(&got), 12);
	for (size_t i = 0; i < 12; i++) {
		cr_assert_eq(got_packet(&got, i)->interface, inputs[i], "packet %zu", i);
		cr_assert_eq(got_packet(&got, i)->frame, i + 1);
		assert_pattern(&got, i, numbers[i]);
	}
	cr_assert_eq(got.info.packets, 12);
	cr_assert_eq(got.file_packets[0], 4);
	cr_assert_eq(got.file_packets[1], 5);
	cr_assert_eq(got.file_packets[2], 3);
	cr_assert_eq(got.info.disordered, 0);
	got_clear(&got);
	for (size_t i = 0; i < 3; i++) {
		remove_file(paths[i]);
		writer_free(&w[i]);
	}
}

Test(merge, joins_rotated_files_and_files_that_overlap_at_length)
{
	enum { FILES = 5, N = 3000 };
	char *paths[FILES + 1] = {NULL};
	for (size_t f = 0; f < FILES; f++) {
		Writer w = writer_new(f % 2);
		pcap_header(&w, MAGIC_NANOSECONDS, 1);
		/* The first two alternate, the others follow one another. */
		for (uint32_t i = 0; i < N; i++)
			pcap_packet(&w, f < 2 ? 1 : (uint32_t)f, (i * 2 + (uint32_t)f) * 1000, i,
				    200);
		paths[f] = writer_file(&w);
		writer_free(&w);
	}
	Got got = read_files((const char *const *)paths, NULL, 0, 64);
	size_t next[FILES] = {0};
	cr_assert_eq(got_len(&got), FILES * N);
	for (size_t i = 0; i < got_len(&got); i++) {
		const ShakedownPacket *p = got_packet(&got, i);
		cr_assert_eq(p->frame, i + 1);
		assert_pattern(&got, i, next[p->interface]++);
		if (i)
			cr_assert_geq(p->time, got_packet(&got, i - 1)->time);
	}
	got_clear(&got);
	for (size_t f = 0; f < FILES; f++)
		remove_file(paths[f]);
}

Test(merge, sorts_and_steps_within_each_file)
{
	static const int64_t a[] = {1000, 1020, 1010}, b[] = {1005, 1030, 500, 510};
	Writer w[] = {at_times(a, 3), at_times(b, 4)};
	char *paths[3] = {writer_file(&w[0]), writer_file(&w[1]), NULL};
	Got got = read_files((const char *const *)paths, NULL, 0, 64);
	/* As mergecap numbers them: 1000 1005 1020 1010 1030 500 510. */
	static const uint64_t frames[] = {1, 2, 4, 3, 5, 6, 7};
	assert_frames(&got, frames, 7);
	cr_assert_eq(got.info.disordered, 2);
	cr_assert_eq(got.info.clock_steps, 1);
	got_clear(&got);
	for (size_t i = 0; i < 2; i++) {
		remove_file(paths[i]);
		writer_free(&w[i]);
	}
}
