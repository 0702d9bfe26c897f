/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * watch: anomalies of an interface as they happen, for minutes or months, and at the end the
 * report. Two sinks hear the same: one writes a line at once, the other keeps sums of bounded size.
 */
#include "cli/cli.h"
#include "cli/confine.h"
#include "cli/interrupt.h"
#include "cli/measure.h"
#include "cli/reading.h"
#include "cli/terminal.h"
#include "cli/watch-status.h"

typedef struct {
	const Options *options;
	Output *output;
	ShakedownSink *lines;
	ShakedownSink *report; /* NULL: the format's last record is the report */
	WatchStatus status;
	Measure *measure;
	bool fail_on_met;
} Watch;

static void on_connection(const ShakedownConnection *connection, void *data)
{
	Watch *watch = data;

	shakedown_sink_connection(watch->lines, connection);
	if (watch->report)
		shakedown_sink_connection(watch->report, connection);
	measure_connection(watch->measure, connection);
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
}

static bool write_record(const void *bytes, size_t len, void *data)
{
	Watch *watch = data;

	watch_status_erase(&watch->status);
	return output_write(bytes, len, watch->output);
}

static ShakedownSink *make_sink(Watch *watch, ShakedownView view, GError **error)
{
	const Options *o = watch->options;
	bool cut = o->width || output_is_terminal(watch->output);
	ShakedownSinkOptions options = {
		.view = view,
		.format = o->format,
		.width = view != SHAKEDOWN_VIEW_WATCH || cut ? terminal_width(o, watch->output) : 0,
		.color = terminal_color(o, watch->output),
		.ascii = terminal_ascii(o),
		.flush_records = view == SHAKEDOWN_VIEW_WATCH,
		.verbose = o->verbose,
		.all = o->all,
		.write = write_record,
		.write_data = watch,
	};

	return shakedown_sink_new(&options, error);
}

/* A log that was renamed goes on under its name. */
static void reopen(Watch *watch)
{
	g_autoptr(GError) error = NULL;

	if (!output_reopen(watch->output, &error))
		complain("%s; what is written still goes to the file that was open",
			 error->message);
}

static void listen(Watch *watch, ShakedownCapture *capture, ShakedownAnalysis *analysis)
{
	Reading reading;
	bool more = true;

	reading_begin(&reading, watch->options, capture, analysis, UINT64_MAX, false);
	while (more && !shakedown_sink_broken(watch->lines)) {
		more = reading_step(&reading);
		measure_step(watch->measure);
		shakedown_sink_advance(watch->lines, shakedown_capture_now(capture));
		if (interrupt_take_reopen())
			reopen(watch);
		if (interrupt_take_status())
			watch_status_print(&watch->status, analysis, capture);
		if (!output_flush(watch->output))
			return;
		watch_status_tell(&watch->status, analysis, capture);
	}
}

static Status conclude(const Watch *watch, ShakedownCapture *capture)
{
	const char *problem = shakedown_capture_problem(capture);

	if (problem)
		complain("%s", problem);
	if (watch->fail_on_met)
		return STATUS_FAIL_ON;
	return problem ? STATUS_FAILED : STATUS_DONE;
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

	shakedown_analysis_finish(analysis);
	watch_status_erase(&watch->status);
	if (!shakedown_sink_finish(watch->lines, shakedown_analysis_summary(analysis), info, error))
		return false;
	if (watch->report) {
		output_write("\n", 1, watch->output);
		if (!shakedown_sink_finish(watch->report, shakedown_analysis_summary(analysis),
					   info, error))
			return false;
	}
	return output_finish(watch->output, error);
}

static Status watch_all(Watch *watch, ShakedownCapture *capture, const ShakedownConfig *config)
{
	const ShakedownObserver observer = {
		.connection = on_connection,
		.anomaly = on_anomaly,
		.opening = watch->measure->metrics ? on_opening : NULL,
	};
	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(config, &observer, watch);
	g_autoptr(GError) error = NULL;

	shakedown_analysis_early(analysis);
	measure_begin(watch->measure, analysis, capture);
	interrupt_listen();
	watch_status_init(&watch->status, !watch->options->quiet, watch->options->live.interval);
	listen(watch, capture, analysis);
	if (!finish(watch, capture, analysis, &error))
		return fail(watch, error);
	return conclude(watch, capture);
}

Status watch_run(const Options *options)
{
	g_auto(Measure) measure = {0};
	Watch watch = {.options = options, .measure = &measure};
	Status status = STATUS_DONE;
	g_autoptr(ShakedownCapture) capture = NULL;
	g_autoptr(Output) output = NULL;
	g_autoptr(ShakedownSink) lines = NULL;
	g_autoptr(ShakedownSink) report = NULL;
	g_autoptr(GError) error = NULL;
	ShakedownConfig config;

	if (!options_config(options, &config))
		return STATUS_USAGE;
	capture = reading_open(options, &status);
	if (!capture)
		return status;
	if (!measure_open(&measure, options) || !confine_rights(options) ||
	    !reading_keep(options, capture))
		return STATUS_FAILED;
	watch.output = output = output_new_log(options->output, &error);
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
