/* SPDX-License-Identifier: BSD-3-Clause */
/* The capture: packets of files or interfaces are merged, filtered, put in order, and counted. */
#include <shakedown/capture.h>

#include "base/link-type.h"
#include "base/same-file.h"
#include "capture/capture-private.h"
#include "capture/filter.h"
#include "capture/keep.h"
#include "capture/live.h"
#include "capture/merge.h"
#include "capture/order.h"
#include "capture/window.h"

#include <sys/stat.h>

/* How long packets that are held to be ordered wait for a pipe from which nothing comes. */
#define PATIENCE_MS 100

/* A packet of 60 bytes may lie in a record of 16 MiB, and holds all of it: of so many bytes none
 * waits to be ordered. */
#define HEAVY_MOST ((size_t)64 << 20)

G_DEFINE_QUARK(shakedown - capture - error - quark, shakedown_capture_error)

struct _ShakedownCapture {
	Merge merge;	/* of files, … */
	Live *live;	/* … or interfaces: NULL where it is files */
	Window window;	/* of files */
	Filter *filter; /* or NULL, as for interfaces, where the kernel filters */
	char *expression;
	Keep *keep; /* or NULL */
	ShakedownTime kept_counts;
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

static bool open_files(ShakedownCapture *capture, const ShakedownCaptureOptions *options,
		       GError **error)
{
	const StreamInterrupt interrupt = {options->interrupted, options->data};

	if (!merge_open(&capture->merge, options->files, interrupt, error))
		return false;
	capture->files = g_new0(ShakedownCaptureFile, capture->merge.len);
	if (!options->filter || !*options->filter)
		return true;
	capture->filter = filter_new(options->filter);
	return try_filter(capture, error);
}

static bool open_interfaces(ShakedownCapture *capture, const ShakedownCaptureOptions *options,
			    GError **error)
{
	ShakedownCaptureOptions own = *options;

	/* An interface that returns is opened again. */
	capture->expression = g_strdup(options->filter);
	own.filter = capture->expression;
	own.interfaces = (const char *const *)capture->names;
	capture->live = g_new0(Live, 1);
	if (!live_open(capture->live, &own, error))
		return false;
	capture->files = g_new0(ShakedownCaptureFile, capture->live->len);
	return true;
}

ShakedownCapture *shakedown_capture_open(const ShakedownCaptureOptions *options, GError **error)
{
	g_return_val_if_fail(options, NULL);
	bool live = options->interfaces && options->interfaces[0];
	g_return_val_if_fail(live || (options->files && options->files[0]), NULL);

	g_autoptr(ShakedownCapture) capture = g_new0(ShakedownCapture, 1);
	order_init(&capture->order);
	capture->count = options->count;
	if (!live)
		capture->window = (Window){.from = options->since, .to = options->until};
	capture->names = g_strdupv((char **)(live ? options->interfaces : options->files));
	if (live ? !open_interfaces(capture, options, error) : !open_files(capture, options, error))
		return NULL;
	return g_steal_pointer(&capture);
}

void shakedown_capture_free(ShakedownCapture *capture)
{
	if (!capture)
		return;
	if (capture->live)
		live_clear(capture->live);
	else
		merge_clear(&capture->merge);
	keep_free(capture->keep);
	g_free(capture->live);
	window_clear(&capture->window);
	filter_free(capture->filter);
	g_free(capture->expression);
	g_strfreev(capture->names);
	g_free(capture->files);
	g_free(capture);
}

static bool is_read(const ShakedownCapture *capture, const char *path)
{
	struct stat out;

	if (capture->live || stat(path, &out) != 0 || !S_ISREG(out.st_mode))
		return false;
	for (size_t i = 0; i < capture->merge.len; i++)
		if (is_file_named(&out, capture->merge.inputs[i].path))
			return true;
	return false;
}

bool shakedown_capture_keep(ShakedownCapture *capture, const ShakedownKeepOptions *options,
			    GError **error)
{
	g_return_val_if_fail(!capture->keep, false);

	if (is_read(capture, options->path)) {
		g_set_error(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_WRITE,
			    "%s: is a capture that is to be read; keep packets in another file",
			    options->path);
		return false;
	}
	capture->keep = keep_open(options, error);
	return capture->keep != NULL;
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

	ShakedownTime first = capture->first, last = capture->last;
	uint64_t bytes = 0;

	for (size_t i = 0; i < n; i++) {
		bytes += packets[i].captured_len;
		first = MIN(first, packets[i].time);
		last = MAX(last, packets[i].time);
	}
	capture->first = first;
	capture->last = last;
	capture->bytes += bytes;
	capture->passed += n;
}

/* Interfaces say once a second what they dropped. */
static void tell_drops(ShakedownCapture *capture)
{
	const Live *live = capture->live;

	if (!live || capture->kept_counts == live->tended)
		return;
	capture->kept_counts = live->tended;
	for (size_t i = 0; i < live->len; i++) {
		const LiveInterface *in = &live->interfaces[i];

		keep_describe(capture->keep, in->label, in->name, live->options.filter,
			      in->snaplen);
		keep_count(capture->keep, in->label, in->received, in->kernel_dropped,
			   in->card_dropped);
	}
}

/* In the order of frames, which is that of reading, so that a file of them has the same ones. */
static void keep(ShakedownCapture *capture, const ShakedownPacket *packets, size_t n)
{
	tell_drops(capture);
	keep_packets(capture->keep, packets, n);
	keep_tick(capture->keep);
}

static void finish_keeping(ShakedownCapture *capture)
{
	capture->kept_counts = 0;
	tell_drops(capture);
	keep_finish(capture->keep, capture->live ? capture->live->watched : 0);
}

/* Packets from the files or interfaces into the ordering window. */
static void advance(ShakedownCapture *capture)
{
	Live *live = capture->live;
	size_t room;
	ShakedownPacket *packets = order_tail(&capture->order, &room);

	const bool windowed = !window_is_unbounded(&capture->window);

	/* Not a packet more is read than is counted; with a filter, one never knows before. */
	if (capture->count)
		room = capture->filter || windowed ? 1
						   : MIN(room, capture->count - capture->passed);
	size_t n =
		live ? live_read(live, packets, room) : merge_read(&capture->merge, packets, room);
	bool end = live ? live->ended : n == 0;
	if (windowed) {
		n = window_apply(&capture->window, packets, n);
		end = end || window_is_past(&capture->window);
	}
	if (capture->filter)
		n = apply_filter(capture->filter, packets, n);
	account(capture, packets, n);
	if (capture->keep)
		keep(capture, packets, n);
	order_commit(&capture->order, n);
	if (end || (capture->count && capture->passed == capture->count)) {
		capture->ended = true;
		order_flush(&capture->order);
		if (live)
			live_end(live);
		if (capture->keep)
			finish_keeping(capture);
	}
}

/* Of an interface one cannot wait for what comes next: a moment without packets, and what was held
 * to be ordered may go. */
static size_t read_live(ShakedownCapture *capture, ShakedownPacket *packets, size_t room)
{
	size_t n, held_len;
	const ShakedownPacket *held = order_held(&capture->order, &held_len);

	live_release(capture->live, held, held_len);
	n = order_take(&capture->order, packets, room);
	if (n || capture->ended || !room)
		return n;
	uint64_t before = capture->passed;
	advance(capture);
	if (capture->passed == before)
		order_flush(&capture->order);
	return order_take(&capture->order, packets, room);
}

/* Of what none is asked for, there may be much: it is not kept until some is. */
static void advance_within(ShakedownCapture *capture)
{
	uint64_t before = capture->passed;
	size_t held_len;
	const ShakedownPacket *held;

	advance(capture);
	if (capture->passed != before)
		return;
	held = order_held(&capture->order, &held_len);
	merge_release(&capture->merge, &(SourceHeld){held, held_len, 0, true});
}

size_t capture_read_on(ShakedownCapture *capture, ShakedownPacket *packets, size_t room,
		       unsigned calls)
{
	size_t n, held_len;
	const ShakedownPacket *held = order_held(&capture->order, &held_len);

	g_return_val_if_fail(!capture->live, 0);
	merge_release(&capture->merge, &(SourceHeld){held, held_len, calls, false});
	while ((n = order_take(&capture->order, packets, room)) == 0 && !capture->ended && room) {
		order_held(&capture->order, &held_len);
		bool silent =
			(held_len || capture->keep) && !merge_ready(&capture->merge, PATIENCE_MS);
		if (silent && capture->keep)
			keep_rest(capture->keep);
		if (!silent || !held_len)
			advance_within(capture);
		if ((silent && held_len) || capture_is_heavy(capture))
			order_flush(&capture->order);
	}
	return n;
}

bool capture_is_heavy(const ShakedownCapture *capture)
{
	return capture->merge.heavy > HEAVY_MOST;
}

size_t shakedown_capture_read(ShakedownCapture *capture, ShakedownPacket *packets, size_t room)
{
	return capture->live ? read_live(capture, packets, room)
			     : capture_read_on(capture, packets, room, 0);
}

bool shakedown_capture_ended(const ShakedownCapture *capture)
{
	size_t held;

	order_held(&capture->order, &held);
	return capture->ended && !held;
}

/* Their last packet, or beyond that the end of the capture where it is known. */
static ShakedownTime end_of_files(const ShakedownCapture *capture)
{
	ShakedownTime end = capture->last;

	for (size_t i = 0; i < capture->merge.len; i++)
		if (capture->merge.inputs[i].end)
			end = MAX(end, capture->merge.inputs[i].end);
	return window_ends(&capture->window, end);
}

ShakedownTime shakedown_capture_now(const ShakedownCapture *capture)
{
	size_t n;
	const ShakedownPacket *held = order_held(&capture->order, &n);
	ShakedownTime now = capture->live ? capture->live->watched : end_of_files(capture);

	/* The first of those held is the earliest, but for what is too near to be put in order. */
	return n ? MIN(now, held[0].time - 1) : now;
}

#define FEW_FILES 8

uint64_t shakedown_capture_dropped(const ShakedownCapture *capture)
{
	uint64_t dropped = 0;

	for (size_t i = 0; capture->live && i < capture->live->len; i++)
		dropped += capture->live->interfaces[i].kernel_dropped +
			   capture->live->interfaces[i].card_dropped;
	if (!capture->live && capture->merge.len > FEW_FILES && !capture->ended)
		return 0;
	for (size_t i = 0; i < capture->merge.len; i++) {
		const Input *input = &capture->merge.inputs[i];

		dropped += input->reader ? input->reader->dropped : input->dropped;
	}
	return dropped;
}

const char *shakedown_capture_problem(const ShakedownCapture *capture)
{
	for (size_t i = 0; capture->live && i < capture->live->len; i++)
		if (capture->live->interfaces[i].problem)
			return capture->live->interfaces[i].problem;
	for (size_t i = 0; i < capture->merge.len; i++) {
		const Input *input = &capture->merge.inputs[i];
		if (!input->left_out && input_problem(input))
			return input_problem(input);
	}
	if (capture->keep && keep_problem(capture->keep))
		return keep_problem(capture->keep);
	return capture->filter ? filter_problem(capture->filter) : NULL;
}

static void tell_interfaces(ShakedownCapture *capture)
{
	ShakedownCaptureInfo *info = &capture->info;
	const Live *live = capture->live;

	info->live = true;
	info->packets = live->frames;
	info->files_len = live->len;
	for (size_t i = 0; i < live->len; i++) {
		const LiveInterface *in = &live->interfaces[i];

		info->disordered += in->disordered;
		info->clock_steps += in->clock_steps;
		info->dropped += in->kernel_dropped + in->card_dropped;
		capture->files[i] = (ShakedownCaptureFile){
			.name = in->name,
			.format = in->format ? in->format : "live",
			.packets = in->packets,
			.dropped = in->kernel_dropped + in->card_dropped,
			.card_dropped = in->card_dropped,
			.bytes = in->bytes,
			.problem = in->problem,
		};
	}
}

static void tell_files(ShakedownCapture *capture)
{
	ShakedownCaptureInfo *info = &capture->info;

	info->packets = capture->merge.frames;
	info->files_len = capture->merge.len;
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
}

const ShakedownCaptureInfo *shakedown_capture_info(ShakedownCapture *capture)
{
	ShakedownCaptureInfo *info = &capture->info;

	*info = (ShakedownCaptureInfo){
		.passed = capture->passed,
		.bytes = capture->bytes,
		.clock_steps = capture->order.late,
		.first = capture->first,
		.last = capture->last,
		.since = window_since(&capture->window),
		.until = window_until(&capture->window),
		.missed = capture->ended ? window_missed(&capture->window) : NULL,
		.names = (const char *const *)capture->names,
		.files = capture->files,
	};
	if (capture->live)
		tell_interfaces(capture);
	else
		tell_files(capture);
	return info;
}
