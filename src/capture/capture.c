/* SPDX-License-Identifier: BSD-3-Clause */
/* The capture: files are merged, filtered, put in order, and counted. */
#include <shakedown/capture.h>

#include "capture/filter.h"
#include "capture/link-type.h"
#include "capture/merge.h"
#include "capture/order.h"

/* How long packets that are held to be ordered wait for a pipe from which nothing comes. */
#define PATIENCE_MS 100

G_DEFINE_QUARK(shakedown - capture - error - quark, shakedown_capture_error)

struct _ShakedownCapture {
	Merge merge;
	Filter *filter; /* or NULL */
	uint64_t count; /* 0: all */
	bool ended;
	uint64_t passed, bytes;
	ShakedownTime first, last;
	ShakedownCaptureInfo info;
	char **names; /* as they were given */
	ShakedownCaptureFile *files;
	Order order;
};

/*
 * A wrong filter is an error of opening, so it is compiled for the packets that come first. It
 * need not fit all of them: "vlan" makes no sense on a loopback interface.
 */
static bool try_filter(ShakedownCapture *capture, GError **error)
{
	g_autoptr(GError) first = NULL;
	bool asked = false;

	for (size_t i = 0; i < capture->merge.len; i++) {
		uint32_t link_type;
		if (!merge_first_link_type(&capture->merge, i, &link_type))
			continue;
		asked = true;
		if (filter_compile(capture->filter, link_type, first ? NULL : &first))
			return true;
	}
	if (!asked)
		return filter_compile(capture->filter, LINK_ETHERNET, error);
	g_propagate_error(error, g_steal_pointer(&first));
	return false;
}

ShakedownCapture *shakedown_capture_open(const ShakedownCaptureOptions *options, GError **error)
{
	g_return_val_if_fail(options && options->files && options->files[0], NULL);

	g_autoptr(ShakedownCapture) capture = g_new0(ShakedownCapture, 1);
	order_init(&capture->order);
	capture->count = options->count;
	capture->names = g_strdupv((char **)options->files);
	if (!merge_open(&capture->merge, options->files, options->interrupted, error))
		return NULL;
	capture->files = g_new0(ShakedownCaptureFile, capture->merge.len);
	if (options->filter && *options->filter) {
		capture->filter = filter_new(options->filter);
		if (!try_filter(capture, error))
			return NULL;
	}
	return g_steal_pointer(&capture);
}

void shakedown_capture_free(ShakedownCapture *capture)
{
	if (!capture)
		return;
	merge_clear(&capture->merge);
	filter_free(capture->filter);
	g_strfreev(capture->names);
	g_free(capture->files);
	g_free(capture);
}

/* Leaves those that match, at the beginning; returns how many. */
static size_t apply_filter(Filter *filter, ShakedownPacket *packets, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (filter_matches(filter, &packets[i]))
			packets[kept++] = packets[i];
	return kept;
}

static void account(ShakedownCapture *capture, const ShakedownPacket *packets, size_t n)
{
	if (capture->passed == 0 && n)
		capture->first = capture->last = packets[0].time;
	for (size_t i = 0; i < n; i++) {
		capture->bytes += packets[i].captured_len;
		capture->first = MIN(capture->first, packets[i].time);
		capture->last = MAX(capture->last, packets[i].time);
	}
	capture->passed += n;
}

/* Packets from the files into the ordering window. */
static void advance(ShakedownCapture *capture)
{
	size_t room;
	ShakedownPacket *packets = order_tail(&capture->order, &room);

	/* Not a packet more is read than is counted; with a filter, one never knows before. */
	if (capture->count)
		room = capture->filter ? 1 : MIN(room, capture->count - capture->passed);
	size_t n = merge_read(&capture->merge, packets, room);
	bool end = n == 0;
	if (capture->filter)
		n = apply_filter(capture->filter, packets, n);
	account(capture, packets, n);
	order_commit(&capture->order, n);
	if (end || (capture->count && capture->passed == capture->count)) {
		capture->ended = true;
		order_flush(&capture->order);
	}
}

size_t shakedown_capture_read(ShakedownCapture *capture, ShakedownPacket *packets, size_t room)
{
	size_t n, held_len;
	const ShakedownPacket *held = order_held(&capture->order, &held_len);

	merge_release(&capture->merge, held, held_len);
	while ((n = order_take(&capture->order, packets, room)) == 0 && !capture->ended && room) {
		order_held(&capture->order, &held_len);
		if (held_len && !merge_ready(&capture->merge, PATIENCE_MS))
			order_flush(&capture->order);
		else
			advance(capture);
	}
	return n;
}

const char *shakedown_capture_problem(const ShakedownCapture *capture)
{
	for (size_t i = 0; i < capture->merge.len; i++) {
		const Input *input = &capture->merge.inputs[i];
		if (!input->left_out && input_problem(input))
			return input_problem(input);
	}
	return capture->filter ? filter_problem(capture->filter) : NULL;
}

const ShakedownCaptureInfo *shakedown_capture_info(ShakedownCapture *capture)
{
	ShakedownCaptureInfo *info = &capture->info;

	*info = (ShakedownCaptureInfo){
		.packets = capture->merge.frames,
		.passed = capture->passed,
		.bytes = capture->bytes,
		.clock_steps = capture->order.late,
		.first = capture->first,
		.last = capture->last,
		.names = (const char *const *)capture->names,
		.files = capture->files,
		.files_len = capture->merge.len,
	};
	for (size_t i = 0; i < capture->merge.len; i++) {
		Input *input = &capture->merge.inputs[i];
		input_account(input);
		info->disordered += input->disordered;
		info->clock_steps += input->clock_steps;
		info->dropped += input->dropped;
		info->left_out += input->left_out;
		capture->files[i] = (ShakedownCaptureFile){
			.name = input->name,
			.format = input->format,
			.packets = input->packets,
			.dropped = input->dropped,
			.bytes = input->bytes,
			.size = input->size,
			.problem = input_problem(input),
			.left_out = input->left_out,
		};
	}
	return info;
}
