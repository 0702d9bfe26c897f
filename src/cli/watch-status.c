/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/watch-status.h"

#include "cli/cli.h"
#include "cli/numbers.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_STANDARD 80
/* Handshakes of so many looks make the share that succeed. */
#define SMOOTH 0.7
/* Rates of less time mean nothing. */
#define LOOK_LEAST (G_USEC_PER_SEC / 10)

static unsigned terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col
									   : WIDTH_STANDARD;
}

void watch_status_init(WatchStatus *s, bool wanted, ShakedownDuration interval)
{
	*s = (WatchStatus){.wanted = wanted && isatty(STDERR_FILENO),
			   .interval = interval ? interval / 1000 : 1000000,
			   .looked = g_get_monotonic_time(),
			   .success = -1};
	s->next = s->looked + s->interval;
}

static void look(WatchStatus *s, const ShakedownLive *now)
{
	int64_t clock = g_get_monotonic_time();

	if (clock - s->looked < LOOK_LEAST)
		return;
	double seconds = (double)(clock - s->looked) / G_USEC_PER_SEC;
	uint64_t done = now->completed - s->before.completed;
	uint64_t decided = done + now->failed - s->before.failed;

	s->packets = (double)(now->packets - s->before.packets) / seconds;
	s->attempts = (double)(now->attempts - s->before.attempts) / seconds;
	if (decided) {
		double share = (double)done / (double)decided;
		s->success = s->success < 0 ? share : SMOOTH * s->success + (1 - SMOOTH) * share;
	}
	s->looked = clock;
	s->before = *now;
}

static GString *first_line(const WatchStatus *s, const ShakedownCaptureInfo *info)
{
	char a[NUMBERS_LEN], b[NUMBERS_LEN];
	GString *line = g_string_new(NULL);
	const ShakedownLive *live = &s->before;

	/* What a narrow terminal must not cut off comes first. */
	g_string_append_printf(line, "%s packets/s  ", numbers_grouped((uint64_t)s->packets, a));
	g_string_append_printf(line, "%s of %s dropped  ", numbers_grouped(info->dropped, a),
			       numbers_grouped(info->packets + info->dropped, b));
	g_string_append_printf(line, "%s half-open  ", numbers_grouped(live->half_open, a));
	g_string_append_printf(line, "%s opened/s", numbers_grouped((uint64_t)s->attempts, a));
	if (s->success >= 0)
		g_string_append_printf(line, ", %.1f%% succeed", 100 * s->success);
	return line;
}

/* "client/server" of each state that there is. */
static GString *second_line(const WatchStatus *s)
{
	GString *line = g_string_new("client/server");
	const ShakedownLive *live = &s->before;

	for (unsigned state = 0; state < SHAKEDOWN_TCP_STATES; state++) {
		uint64_t c = live->states[SHAKEDOWN_CLIENT][state];
		uint64_t v = live->states[SHAKEDOWN_SERVER][state];

		if (c || v)
			g_string_append_printf(
				line, "  %s %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
				shakedown_tcp_state_name((ShakedownTcpState)state), c, v);
	}
	if (!live->live)
		g_string_append(line, "  no connections");
	return line;
}

static void draw(WatchStatus *s, ShakedownCapture *capture)
{
	g_autoptr(GString) first = first_line(s, shakedown_capture_info(capture));
	g_autoptr(GString) second = second_line(s);
	unsigned width = terminal_columns() - 1;

	watch_status_erase(s);
	/* ASCII all of it: bytes are columns. */
	g_string_truncate(first, MIN(first->len, width));
	g_string_truncate(second, MIN(second->len, width));
	fprintf(stderr, "%s\n%s", first->str, second->str);
	fflush(stderr);
	s->drawn = true;
}

void watch_status_tell(WatchStatus *s, const ShakedownAnalysis *analysis, ShakedownCapture *capture)
{
	ShakedownLive live;

	if (g_get_monotonic_time() < s->next)
		return;
	s->next = g_get_monotonic_time() + s->interval;
	shakedown_analysis_live(analysis, &live);
	look(s, &live);
	if (s->wanted)
		draw(s, capture);
}

void watch_status_erase(WatchStatus *s)
{
	if (!s->drawn)
		return;
	fputs("\r\033[K\033[1A\033[K", stderr);
	fflush(stderr);
	s->drawn = false;
}

void watch_status_print(WatchStatus *s, const ShakedownAnalysis *analysis,
			ShakedownCapture *capture)
{
	ShakedownLive live;

	shakedown_analysis_live(analysis, &live);
	look(s, &live);
	watch_status_erase(s);
	g_autoptr(GString) first = first_line(s, shakedown_capture_info(capture));
	g_autoptr(GString) second = second_line(s);
	complain("%s", first->str);
	complain("%s", second->str);
}
