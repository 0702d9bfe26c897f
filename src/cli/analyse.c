/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands that read captures: report, conns, anomalies, ladder. One pipeline, capture →
 * analysis → sink → output, of which only the sink's view differs.
 */
#include "cli/cli.h"
#include "cli/confine.h"
#include "cli/interrupt.h"
#include "cli/measure.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/selection.h"
#include "cli/terminal.h"

typedef struct {
	const Options *options;
	Output *output;
	ShakedownSink *sink;
	ShakedownRelay *relay; /* to the sink, where records are put into words by a thread */
	bool relayed;	       /* it is, or is about to be, made */
	Progress progress;
	bool seekable; /* the inputs are files, which can be read a second time */
	bool follows;  /* somebody may be reading along: no record waits for the next batch */
	Measure *measure;
	bool fail_on_met;
} Run;

static void on_connection(const ShakedownConnection *connection, void *data)
{
	Run *run = data;

	if (run->relay)
		shakedown_relay_connection(run->relay, connection);
	else
		shakedown_sink_connection(run->sink, connection);
	measure_connection(run->measure, connection);
}

static void on_opening(const ShakedownOpening *opening, void *data)
{
	measure_opening(((Run *)data)->measure, opening);
}

static void on_anomaly(const ShakedownAnomaly *anomaly, void *data)
{
	Run *run = data;

	if (run->options->fails && anomaly->severity >= run->options->fail_on)
		run->fail_on_met = true;
	if (run->relay)
		shakedown_relay_anomaly(run->relay, anomaly);
	else
		shakedown_sink_anomaly(run->sink, anomaly);
	measure_anomaly(run->measure, anomaly);
}

static void on_segment(const ShakedownSegment *segment, void *data)
{
	shakedown_sink_segment(((Run *)data)->sink, segment);
}

static bool write_record(const void *bytes, size_t len, void *data)
{
	Run *run = data;

	/* The line is the other thread's, and stays apart from what is no terminal. */
	if (!run->relayed)
		progress_erase(&run->progress);
	return output_write(bytes, len, run->output);
}

static ShakedownView view_of(const Command *command)
{
	switch (command->bit) {
	case FOR_CONNS:
		return SHAKEDOWN_VIEW_CONNECTIONS;
	case FOR_ANOMALIES:
		return SHAKEDOWN_VIEW_ANOMALIES;
	case FOR_LADDER:
		return SHAKEDOWN_VIEW_LADDER;
	}
	return SHAKEDOWN_VIEW_REPORT;
}

static ShakedownSink *make_sink(Run *run, GError **error)
{
	const Options *o = run->options;
	g_autofree char *words = selection_words(o);
	ShakedownSinkOptions sink = {
		.words = words,
		.view = view_of(o->command),
		.format = o->format,
		.width = terminal_width(o, run->output),
		.color = terminal_color(o, run->output),
		.ascii = terminal_ascii(o),
		.absolute = o->absolute,
		.flush_records = run->follows,
		.verbose = o->verbose,
		.all = o->all,
		.connection = o->connection,
		.grouping = o->grouping,
		.html_limit = (size_t)o->html_limit * 1024 * 1024,
		.once = !run->seekable,
		.write = write_record,
		.write_data = run,
	};

	return shakedown_sink_new(&sink, error);
}

static bool is_broken(const Run *run)
{
	return run->relay ? shakedown_relay_broken(run->relay) : shakedown_sink_broken(run->sink);
}

/* At most so many packets; returns how many there were. */
static uint64_t read_all(Run *run, ShakedownCapture *capture, ShakedownAnalysis *analysis,
			 uint64_t most)
{
	Reading reading;
	bool more = true;

	reading_begin(&reading, run->options, capture, analysis, most, run->seekable);
	while (more && !is_broken(run)) {
		more = reading_step(&reading);
		measure_step(run->measure);
		if (run->follows)
			output_flush(run->output);
		progress_tell(&run->progress, &reading);
	}
	reading_end(&reading);
	progress_erase(&run->progress);
	return reading.packets;
}

/* The same packets once more, for the segments that the sink has chosen. That it cannot be done is
 * no error: the page says what it has no pictures of. */
static void read_again(Run *run, const ShakedownConfig *config, uint64_t packets)
{
	const ShakedownObserver observer = {
		.connection = on_connection, .anomaly = on_anomaly, .segment = on_segment};
	Status status;
	g_autoptr(ShakedownCapture) capture = reading_open(run->options, NULL, &status);
	g_autoptr(ShakedownAnalysis) analysis = NULL;

	if (!capture)
		return;
	analysis = shakedown_analysis_new(config, &observer, run);
	read_all(run, capture, analysis, packets);
	shakedown_analysis_finish(analysis);
}

/* What there is to say when everything is written, and how it all went. */
static Status conclude(const Run *run, ShakedownCapture *capture, bool interrupted)
{
	if (run->options->verbose && !run->options->quiet)
		progress_sum_up(&run->progress, capture);

	Status status = reading_conclude(run->options, capture, interrupted);

	return run->fail_on_met ? STATUS_FAIL_ON : status;
}

/* Reports what the error is about; a reader who has gone is none. */
static Status fail(const Run *run, const GError *error)
{
	if (run->output && output_closed_by_reader(run->output))
		return run->fail_on_met ? STATUS_FAIL_ON : STATUS_DONE;
	complain("%s", error ? error->message : "could not write the records");
	return STATUS_FAILED;
}

/* A record a line: the others need the whole capture, or a reader who has it. */
static bool writes_as_it_reads(ShakedownFormat format)
{
	return format == SHAKEDOWN_FORMAT_NDJSON || format == SHAKEDOWN_FORMAT_ZEEK ||
	       format == SHAKEDOWN_FORMAT_ZEEK_JSON;
}

/*
 * Whether putting records into words is so much of the work that a thread of its own is worth the
 * copying. It is one more than that which reads ahead, unless that has but little to do: by
 * default, then, two processors are enough.
 */
static bool is_worth_relaying(const Run *run)
{
	const Options *o = run->options;
	bool words = writes_as_it_reads(o->format) || o->format == SHAKEDOWN_FORMAT_JSON ||
		     o->format == SHAKEDOWN_FORMAT_CSV;

	return run->seekable && !output_is_terminal(run->output) && words &&
	       o->command->bit != FOR_ANOMALIES && !shakedown_sink_wants_segments(run->sink) &&
	       reading_threads(o) > (o->threads ? 2 : 1);
}

static Status analyse(Run *run, ShakedownCapture *capture, const ShakedownConfig *config)
{
	const ShakedownObserver observer = {
		.connection = on_connection,
		.anomaly = on_anomaly,
		.segment = shakedown_sink_wants_segments(run->sink) ? on_segment : NULL,
		.opening = run->measure->metrics ? on_opening : NULL,
	};
	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(config, &observer, run);
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) write_error = NULL;
	bool interrupted, ok;
	uint64_t packets;

	if (shakedown_sink_wants_conn_log(run->sink))
		shakedown_analysis_set_conn_log(analysis);
	run->relayed = is_worth_relaying(run);
	if (run->relayed && !(run->relay = shakedown_relay_new(run->sink)))
		run->relayed = false;
	measure_begin(run->measure, analysis, capture);
	packets = read_all(run, capture, analysis, UINT64_MAX);
	/* Live, that is how it ends. */
	interrupted = interrupt_asked() && !run->options->live.interfaces;
	shakedown_analysis_finish(analysis);
	g_clear_pointer(&run->relay, shakedown_relay_free);
	if (!interrupted && run->seekable && shakedown_sink_read_again(run->sink))
		read_again(run, config, packets);
	ok = shakedown_sink_finish(run->sink, shakedown_analysis_summary(analysis),
				   shakedown_capture_info(capture), &error);
	/* The output's own error says more than the sink's "could not write"; any other error of
	 * the sink leaves the file that was there. */
	if (!ok && !g_error_matches(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_WRITE))
		return fail(run, error);
	if (!output_finish(run->output, &write_error))
		return fail(run, write_error);
	return ok ? conclude(run, capture, interrupted) : fail(run, error);
}

Status analyse_run(const Options *options)
{
	g_auto(Measure) measure = {0};
	Run run = {.options = options, .measure = &measure};
	Status status = STATUS_DONE;
	g_autoptr(ShakedownCapture) capture = NULL;
	g_autoptr(Output) output = NULL;
	g_autoptr(ShakedownSink) sink = NULL;
	g_autoptr(GError) error = NULL;
	ShakedownConfig config;

	if (!options_config(options, &config))
		return STATUS_USAGE;
	capture = reading_open(options, NULL, &status);
	if (!capture)
		return status;
	status = measure_open(&measure, options);
	if (status != STATUS_DONE)
		return status;
	if (!confine_rights(options) || !reading_keep(options, NULL, capture))
		return STATUS_FAILED;
	run.output = output = output_new(options->output, shakedown_capture_info(capture), &error);
	if (!output)
		return fail(&run, error);
	run.seekable = reading_is_seekable(options, capture);
	run.follows = writes_as_it_reads(options->format) &&
		      (reading_from_standard_input(options) || options->live.interfaces ||
		       output_is_terminal(output));
	run.sink = sink = make_sink(&run, &error);
	if (!sink) {
		complain("%s", error->message);
		return STATUS_USAGE;
	}
	progress_init(&run.progress, !options->quiet);
	confine_calls(options);
	return analyse(&run, capture, &config);
}
