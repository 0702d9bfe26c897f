/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/progress.h"

#include "cli/cli.h"
#include "cli/numbers.h"

#include <stdio.h>
#include <unistd.h>

#define PATIENCE_US 1000000
#define INTERVAL_US 200000

void progress_init(Progress *p, bool wanted)
{
	p->wanted = wanted && isatty(STDERR_FILENO);
	p->drawn = false;
	p->started = g_get_monotonic_time();
	p->next = p->started + PATIENCE_US;
}

/* What was read of the files, and their size: 0 where that of any is unknown. */
static void sum_files(const ShakedownCaptureInfo *info, uint64_t *bytes, uint64_t *size)
{
	bool known = true;

	*bytes = *size = 0;
	for (size_t i = 0; i < info->files_len; i++) {
		*bytes += info->files[i].bytes;
		*size += info->files[i].size;
		known = known && info->files[i].size;
	}
	if (!known)
		*size = 0;
}

static double seconds_since(int64_t start)
{
	return MAX((double)(g_get_monotonic_time() - start) / 1e6, 1e-6);
}

void progress_tell(Progress *p, Reading *reading)
{
	const ShakedownCaptureInfo *info;
	uint64_t bytes, size;
	char number[NUMBERS_LEN], percent[16] = "";
	int64_t now;

	if (!p->wanted || (now = g_get_monotonic_time()) < p->next)
		return;
	p->next = now + INTERVAL_US;
	p->drawn = true;
	info = reading_info(reading);
	sum_files(info, &bytes, &size);
	if (size)
		g_snprintf(percent, sizeof percent, ", %u%%",
			   (unsigned)MIN(100 * ((double)bytes / (double)size), 100));
	fprintf(stderr, "\rshakedown: %s packets%s, %.0f MB/s\033[K",
		numbers_grouped(info->packets, number), percent,
		(double)bytes / 1e6 / seconds_since(p->started));
	fflush(stderr);
}

void progress_erase(Progress *p)
{
	if (!p->drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->drawn = false;
}

void progress_sum_up(const Progress *p, ShakedownCapture *capture)
{
	const ShakedownCaptureInfo *info = shakedown_capture_info(capture);
	double seconds = seconds_since(p->started);
	uint64_t bytes, size;
	char number[NUMBERS_LEN];

	sum_files(info, &bytes, &size);
	complain("%s packet%s in %.2f s: %.2f million a second, %.0f MB/s",
		 numbers_grouped(info->packets, number), info->packets == 1 ? "" : "s", seconds,
		 (double)info->packets / 1e6 / seconds, (double)bytes / 1e6 / seconds);
}
