/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/reading.h"

#include "cli/interrupt.h"

#include <sys/resource.h>

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

ShakedownCapture *reading_open(const Options *options, Status *status)
{
	const ShakedownCaptureOptions what = {
		.files = (const char *const *)options->words,
		.filter = options->filter,
		.count = options->count,
		.interrupted = interrupt_asked,
		.interfaces = options->live.interfaces,
		.buffer_kib = options->live.buffer_kib,
		.snaplen = options->live.snaplen,
		.no_promiscuous = options->live.no_promiscuous,
		.wait = options->live.wait,
		.duration = options->live.duration,
		.remark = on_remark,
		.data = (void *)options,
	};
	g_autoptr(GError) error = NULL;

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

bool reading_keep(const Options *options, ShakedownCapture *capture)
{
	const LiveOptions *live = &options->live;
	const ShakedownKeepOptions what = {
		.path = live->write,
		.rotate_size = live->rotate_size,
		.rotate_time = live->rotate_time,
		.keep = live->keep,
		.remark = on_remark,
		.data = (void *)options,
	};
	g_autoptr(GError) error = NULL;

	if (!live->write || shakedown_capture_keep(capture, &what, &error))
		return true;
	complain("%s", error->message);
	return false;
}

bool reading_step(const Options *options, ShakedownCapture *capture, ShakedownAnalysis *analysis,
		  uint64_t *left)
{
	ShakedownPacket packets[BATCH];
	bool live = options->live.interfaces;

	/* A live capture ends by itself, with what had passed when it was asked to. */
	if (!live && interrupt_asked())
		return false;
	size_t n = shakedown_capture_read(capture, packets, MIN(BATCH, *left));
	*left -= n;
	shakedown_analysis_feed(analysis, packets, n);
	bool ended = shakedown_capture_ended(capture);
	shakedown_analysis_dropped(analysis, shakedown_capture_dropped(capture), ended && !live);
	if (live || ended)
		shakedown_analysis_advance(analysis, shakedown_capture_now(capture));
	return *left && !ended;
}

void reading_remark(const Options *options, ShakedownCapture *capture)
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
