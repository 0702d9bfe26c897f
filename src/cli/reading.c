/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/reading.h"

#include "cli/interrupt.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define BATCH 256

/* Files that all overlap must all be open. The usual limit, 1024, is for programs that use
 * select(2), which this one does not. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void on_remark(const char *line, void *data)
{
	const Options *options = data;

	if (!options->quiet)
		complain("%s", line);
}

static ReadingListener listener_of(const Options *options, const ReadingListener *listener)
{
	return listener && listener->tell ? *listener
					  : (ReadingListener){on_remark, (void *)options};
}

static bool is_interrupted(void *data)
{
	return interrupt_asked();
}

ShakedownCapture *reading_open(const Options *options, const ReadingListener *listener,
			       Status *status)
{
	const ReadingListener told = listener_of(options, listener);
	const ShakedownCaptureOptions what = {
		.files = (const char *const *)options->words,
		.filter = options->filter,
		.count = options->count,
		.since = options->since,
		.until = options->until,
		.interrupted = is_interrupted,
		.interfaces = options->live.interfaces,
		.buffer_kib = options->live.buffer_kib,
		.snaplen = options->live.snaplen,
		.no_promiscuous = options->live.no_promiscuous,
		.wait = options->live.wait,
		.duration = options->live.duration,
		.remark = told.tell,
		.data = told.data,
	};
	g_autoptr(GError) error = NULL;

	if (options->live.interfaces)
		interrupt_init_live();
	raise_file_limit();
	ShakedownCapture *capture = shakedown_capture_open(&what, &error);
	if (capture)
		return capture;
	complain("%s", error->message);
	*status = g_error_matches(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_FILTER)
			  ? STATUS_USAGE
			  : STATUS_FAILED;
	return NULL;
}

bool reading_keep(const Options *options, const ReadingListener *listener,
		  ShakedownCapture *capture)
{
	const ReadingListener told = listener_of(options, listener);
	const LiveOptions *live = &options->live;
	const ShakedownKeepOptions what = {
		.path = live->write,
		.rotate_size = live->rotate_size,
		.rotate_time = live->rotate_time,
		.keep = live->keep,
		/* Files are read in no time: what comes at the end is told once. */
		.remark = live->interfaces ? told.tell : NULL,
		.data = told.data,
	};
	g_autoptr(GError) error = NULL;

	if (!live->write || shakedown_capture_keep(capture, &what, &error))
		return true;
	complain("%s", error->message);
	return false;
}

unsigned reading_threads(const Options *options)
{
	return options->threads ? options->threads : g_get_num_processors();
}

void reading_begin(Reading *reading, const Options *options, ShakedownCapture *capture,
		   ShakedownAnalysis *analysis, uint64_t most, bool seekable)
{
	*reading = (Reading){
		.options = options, .capture = capture, .analysis = analysis, .left = most};
	if (seekable && reading_threads(options) > 1)
		reading->ahead = shakedown_ahead_new(capture, analysis, most);
}

static bool step_alone(Reading *reading)
{
	ShakedownCapture *capture = reading->capture;
	ShakedownPacket packets[BATCH];
	bool live = reading->options->live.interfaces;
	size_t n = shakedown_capture_read(capture, packets, MIN(BATCH, reading->left));

	reading->left -= n;
	reading->packets += n;
	if (reading->enter)
		reading->enter(reading->data);
	shakedown_analysis_feed(reading->analysis, packets, n);
	bool ended = shakedown_capture_ended(capture);
	shakedown_analysis_dropped(reading->analysis, shakedown_capture_dropped(capture),
				   ended && !live);
	if (live || ended)
		shakedown_analysis_advance(reading->analysis, shakedown_capture_now(capture));
	if (reading->leave)
		reading->leave(reading->data);
	return reading->left && !ended;
}

bool reading_step(Reading *reading)
{
	/* A live capture ends by itself, with what had passed when it was asked to. */
	if (!reading->options->live.interfaces && interrupt_asked())
		return false;
	return reading->ahead ? shakedown_ahead_step(reading->ahead) : step_alone(reading);
}

const ShakedownCaptureInfo *reading_info(Reading *reading)
{
	return reading->ahead ? shakedown_ahead_info(reading->ahead)
			      : shakedown_capture_info(reading->capture);
}

void reading_end(Reading *reading)
{
	if (!reading->ahead)
		return;
	shakedown_ahead_end(reading->ahead);
	reading->packets = shakedown_ahead_packets(reading->ahead);
	g_clear_pointer(&reading->ahead, shakedown_ahead_free);
}

bool reading_is_seekable(const Options *options, ShakedownCapture *capture)
{
	const ShakedownCaptureInfo *info = shakedown_capture_info(capture);

	/* An interface may be called as a file is. */
	if (options->live.interfaces)
		return false;
	for (size_t i = 0; i < info->files_len; i++) {
		struct stat st;
		if (stat(info->files[i].name, &st) != 0 || !S_ISREG(st.st_mode))
			return false;
	}
	return !reading_from_standard_input(options);
}

bool reading_from_standard_input(const Options *options)
{
	for (char **file = options->words; *file; file++)
		if (strcmp(*file, "-") == 0)
			return true;
	return false;
}

static void tell_left_out(const Options *options, ShakedownCapture *capture)
{
	const ShakedownCaptureInfo *info = shakedown_capture_info(capture);
	size_t first = 0;

	if (options->quiet || !info->left_out)
		return;
	while (!info->files[first].left_out)
		first++;
	if (info->left_out == 1)
		complain("left out: %s", info->files[first].problem);
	else
		complain("left out: %" G_GSIZE_FORMAT " files that are no captures, among them %s",
			 info->left_out, info->files[first].problem);
}

Status reading_conclude(const Options *options, ShakedownCapture *capture, bool interrupted)
{
	const char *problem = shakedown_capture_problem(capture);
	const char *missed = shakedown_capture_info(capture)->missed;

	tell_left_out(options, capture);
	if (missed && !options->quiet)
		complain("%s", missed);
	if (interrupted)
		complain("interrupted; this is what was read until then");
	else if (problem)
		complain("%s", problem);
	return interrupted || problem ? STATUS_FAILED : STATUS_DONE;
}
