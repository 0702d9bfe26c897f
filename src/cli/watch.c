/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * watch: anomalies of an interface as they happen, for minutes or months, and at the end the
 * report. Two sinks hear the same: one writes a line at once, the other keeps sums of bounded size.
 * With --top there is a board as well, which the screen shows; lines then go to a file, or nowhere.
 */
#include "cli/cli.h"
#include "cli/confine.h"
#include "cli/interrupt.h"
#include "cli/measure.h"
#include "cli/reading.h"
#include "cli/selection.h"
#include "cli/terminal.h"
#include "cli/watch-status.h"
#include "top/top.h"

typedef struct {
	const Options *options;
	Output *output;
	ShakedownCapture *capture;
	ShakedownSink *lines;
	ShakedownSink *report; /* NULL: the format's last record is the report */
	WatchStatus status;
	Measure *measure;
	ShakedownBoard *board; /* NULL: no screen */
	Top *top;	       /* while it is there */
	bool fail_on_met;
} Watch;

static void on_connection(const ShakedownConnection *connection, void *data)
{
	Watch *watch = data;

	shakedown_sink_connection(watch->lines, connection);
	if (watch->report)
		shakedown_sink_connection(watch->report, connection);
	measure_connection(watch->measure, connection);
	if (watch->board)
		shakedown_board_connection(watch->board, connection);
}

static void on_opening(const ShakedownOpening *opening, void *data)
{
	measure_opening(((Watch *)data)->measure, opening);
}

static void on_anomaly(const ShakedownAnomaly *anomaly, void *data)
{
	Watch *watch = data;

	if (watch->options->fails && anomaly->severity >= watch->options->fail_on)
		watch->fail_on_met = true;
	shakedown_sink_anomaly(watch->lines, anomaly);
	if (watch->report)
		shakedown_sink_anomaly(watch->report, anomaly);
	measure_anomaly(watch->measure, anomaly);
	if (watch->board)
		shakedown_board_anomaly(watch->board, anomaly);
}

static void on_segment(const ShakedownSegment *segment, void *data)
{
	shakedown_board_segment(((Watch *)data)->board, segment);
}

static void on_event(const ShakedownEvent *event, void *data)
{
	shakedown_board_event(((Watch *)data)->board, event);
}

/* What happens to an interface must not be written across a screen. */
static void on_remark(const char *line, void *data)
{
	Watch *watch = data;

	if (watch->options->quiet)
		return;
	if (watch->top)
		top_remark(watch->top, line);
	else
		complain("%s", line);
}

static bool write_record(const void *bytes, size_t len, void *data)
{
	Watch *watch = data;

	watch_status_erase(&watch->status);
	return output_write(bytes, len, watch->output);
}

/* A line of its own for each, unless the screen is taken. */
static bool write_line(const void *bytes, size_t len, void *data)
{
	const Watch *watch = data;

	return (watch->board && !watch->options->output) || write_record(bytes, len, data);
}

static ShakedownSink *make_sink(Watch *watch, ShakedownView view, GError **error)
{
	const Options *o = watch->options;
	bool cut = o->width || output_is_terminal(watch->output);
	g_autofree char *words = selection_words(o);
	ShakedownSinkOptions options = {
		.words = words,
		.view = view,
		.format = o->format,
		.width = view != SHAKEDOWN_VIEW_WATCH || cut ? terminal_width(o, watch->output) : 0,
		.color = terminal_color(o, watch->output),
		.ascii = terminal_ascii(o),
		.flush_records = view == SHAKEDOWN_VIEW_WATCH,
		.verbose = o->verbose,
		.all = o->all,
		.write = view == SHAKEDOWN_VIEW_WATCH ? write_line : write_record,
		.write_data = watch,
	};

	return shakedown_sink_new(&options, error);
}

/* A log that was renamed goes on under its name. */
static void reopen(Watch *watch)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *line = NULL;

	if (output_reopen(watch->output, &error))
		return;
	line = g_strdup_printf("%s; what is written still goes to the file that was open",
			       error->message);
	on_remark(line, watch);
}

/* Waiting for packets leaves the board to whoever draws from it. */
static void enter_board(void *data)
{
	top_lock(((Watch *)data)->top);
}

static void leave_board(void *data)
{
	Watch *watch = data;

	if (watch->board)
		shakedown_board_advance(watch->board, shakedown_capture_now(watch->capture));
	top_unlock(watch->top);
}

static void listen(Watch *watch, ShakedownCapture *capture, ShakedownAnalysis *analysis)
{
	Reading reading;
	bool more = true;

	reading_begin(&reading, watch->options, capture, analysis, UINT64_MAX, false);
	reading.enter = enter_board;
	reading.leave = leave_board;
	reading.data = watch;
	while (more && !shakedown_sink_broken(watch->lines) && !top_ended(watch->top)) {
		more = reading_step(&reading);
		measure_step(watch->measure);
		shakedown_sink_advance(watch->lines, shakedown_capture_now(capture));
		if (interrupt_take_reopen())
			reopen(watch);
		if (interrupt_take_status() && !watch->top)
			watch_status_print(&watch->status, analysis, capture);
		if (!output_flush(watch->output))
			return;
		watch_status_tell(&watch->status, analysis, capture);
		top_tell(watch->top, analysis, capture, !more && !watch->options->live.interfaces);
	}
}

static Status conclude(const Watch *watch, ShakedownCapture *capture)
{
	Status status = reading_conclude(watch->options, capture, false);

	return watch->fail_on_met ? STATUS_FAIL_ON : status;
}

/* A reader who has gone has seen enough. */
static Status fail(const Watch *watch, const GError *error)
{
	if (watch->output && output_closed_by_reader(watch->output))
		return watch->fail_on_met ? STATUS_FAIL_ON : STATUS_DONE;
	complain("%s", error ? error->message : "could not write the records");
	return STATUS_FAILED;
}

static bool finish(Watch *watch, ShakedownCapture *capture, ShakedownAnalysis *analysis,
		   GError **error)
{
	const ShakedownCaptureInfo *info = shakedown_capture_info(capture);
	g_autoptr(GError) why = NULL;

	shakedown_analysis_finish(analysis);
	watch_status_erase(&watch->status);
	bool ok = shakedown_sink_finish(watch->lines, shakedown_analysis_summary(analysis), info,
					&why);
	if (ok && watch->report) {
		if (!watch->board || watch->options->output)
			output_write("\n", 1, watch->output);
		ok = shakedown_sink_finish(watch->report, shakedown_analysis_summary(analysis),
					   info, &why);
	}
	/* The output's own error says more than the sink's "could not write". */
	if (ok || g_error_matches(why, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_WRITE))
		return output_finish(watch->output, error) && ok;
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

/* What is watched, as the screen's first line names it. */
static char *name_of(const Options *options)
{
	const char *const *names = options->live.interfaces;

	if (!names)
		names = (const char *const *)options->words;
	return g_strjoinv(", ", (char **)names);
}

static bool open_screen(Watch *watch, const char *name)
{
	const Options *o = watch->options;
	const TopOptions options = {.name = name,
				    .live = o->live.interfaces != NULL,
				    .color = terminal_screen_color(o),
				    .ascii = terminal_ascii(o),
				    .interval = o->live.interval};
	g_autoptr(GError) error = NULL;

	interrupt_set_restore(top_restore);
	watch->top = top_new(&options, watch->board, &error);
	if (watch->top)
		return true;
	interrupt_set_restore(NULL);
	complain("%s", error->message);
	return false;
}

/* The terminal is as it was, and hears now what it could not hear before. */
static void close_screen(Watch *watch)
{
	g_auto(GStrv) remarks = top_close(g_steal_pointer(&watch->top));

	interrupt_set_restore(NULL);
	for (char **line = remarks; *line; line++)
		complain("%s", *line);
}

/* A file has been read to its end: now there is time to look at it. */
static void linger(Watch *watch, ShakedownAnalysis *analysis)
{
	top_lock(watch->top);
	shakedown_analysis_finish(analysis);
	shakedown_board_finish(watch->board);
	top_unlock(watch->top);
	while (!top_ended(watch->top) && !interrupt_asked())
		g_usleep(G_USEC_PER_SEC / 20);
}

static bool watch_screen(Watch *watch, ShakedownCapture *capture, ShakedownAnalysis *analysis)
{
	g_autofree char *name = name_of(watch->options);

	if (!open_screen(watch, name))
		return false;
	listen(watch, capture, analysis);
	if (shakedown_capture_ended(capture) && !watch->options->live.interfaces)
		linger(watch, analysis);
	close_screen(watch);
	return true;
}

static Status watch_all(Watch *watch, ShakedownCapture *capture, const ShakedownConfig *config)
{
	const ShakedownObserver observer = {
		.connection = on_connection,
		.anomaly = on_anomaly,
		.opening = watch->measure->metrics ? on_opening : NULL,
		.segment = watch->board ? on_segment : NULL,
		.event = watch->board ? on_event : NULL,
	};
	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(config, &observer, watch);
	g_autoptr(GError) error = NULL;

	shakedown_analysis_set_immediate(analysis);
	measure_begin(watch->measure, analysis, capture);
	watch_status_init(&watch->status, !watch->options->quiet && !watch->board,
			  watch->options->live.interval);
	if (!watch->board)
		listen(watch, capture, analysis);
	else if (!watch_screen(watch, capture, analysis))
		return STATUS_FAILED;
	if (!finish(watch, capture, analysis, &error))
		return fail(watch, error);
	return conclude(watch, capture);
}

/* Whether there can be a screen is told before anything is opened. */
static bool screen_is_possible(const Options *options)
{
	g_autoptr(GError) error = NULL;

	if (!options->top || top_possible(&error))
		return true;
	complain("%s", error->message);
	return false;
}

/* The board is within what the user grants. */
static ShakedownBoard *make_board(const Options *options, ShakedownConfig *config)
{
	if (!options->top)
		return NULL;
	if (config->max_memory > 2 * SHAKEDOWN_BOARD_MEMORY)
		config->max_memory -= SHAKEDOWN_BOARD_MEMORY;
	return shakedown_board_new();
}

Status watch_run(const Options *options)
{
	g_auto(Measure) measure = {0};
	Watch watch = {.options = options, .measure = &measure};
	const ReadingListener listener = {on_remark, &watch};
	Status status = STATUS_DONE;
	g_autoptr(ShakedownCapture) capture = NULL;
	g_autoptr(ShakedownBoard) board = NULL;
	g_autoptr(Output) output = NULL;
	g_autoptr(ShakedownSink) lines = NULL;
	g_autoptr(ShakedownSink) report = NULL;
	g_autoptr(GError) error = NULL;
	ShakedownConfig config;

	if (!options_config(options, &config))
		return STATUS_USAGE;
	if (!screen_is_possible(options))
		return STATUS_FAILED;
	watch.capture = capture = reading_open(options, &listener, &status);
	if (!capture)
		return status;
	status = measure_open(&measure, options);
	if (status != STATUS_DONE)
		return status;
	if (!confine_rights(options) || !reading_keep(options, &listener, capture))
		return STATUS_FAILED;
	watch.board = board = make_board(options, &config);
	/* Who sees the log may ask at once for another. */
	interrupt_listen();
	watch.output = output =
		output_new_log(options->output, shakedown_capture_info(capture), &error);
	if (!output)
		return fail(&watch, error);
	watch.lines = lines = make_sink(&watch, SHAKEDOWN_VIEW_WATCH, &error);
	if (lines && options->format == SHAKEDOWN_FORMAT_TEXT)
		watch.report = report = make_sink(&watch, SHAKEDOWN_VIEW_REPORT, &error);
	if (error) {
		complain("%s", error->message);
		return STATUS_USAGE;
	}
	confine_calls(options);
	return watch_all(&watch, capture, &config);
}
