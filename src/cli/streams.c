/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command that writes bytes: one side's stream to standard output, or all of them to files of
 * their own. What the bytes lack is told on standard error.
 */
#include "cli/cli.h"
#include "cli/confine.h"
#include "cli/interrupt.h"
#include "cli/memory.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/stream-files.h"
#include "cli/stream-holes.h"

#include <inttypes.h>

/* What waits for its turn: so much of the least that can be granted, such a part of what is granted
 * beyond that, and no more than that. */
#define WAITS_LEAST (UINT64_C(4) << 20)
#define WAITS_PART 4
#define WAITS_MOST (UINT64_C(256) << 20)

typedef struct {
	const Options *options;
	Output *output;	    /* of one stream, or NULL */
	StreamFiles *files; /* of all, or NULL */
	StreamHoles *holes;
	Progress progress;
	uint64_t connections; /* there are */
	GError *error;	      /* the first */
	bool broken;	      /* nothing more can be written */
} Run;

static void tell(const char *line, void *data)
{
	Run *run = data;

	if (run->options->quiet)
		return;
	progress_erase(&run->progress);
	complain("%s", line);
}

static bool write_zeros(Output *output, uint64_t len)
{
	static const char zeros[4096];

	for (uint64_t n; len; len -= n) {
		n = MIN(len, sizeof zeros);
		if (!output_write(zeros, (size_t)n, output))
			return false;
	}
	return true;
}

static void on_stretch(const ShakedownStretch *stretch, void *data)
{
	Run *run = data;
	bool ok;

	if (run->broken)
		return;
	stream_holes_take(run->holes, stretch);
	if (!stretch->bytes && !run->options->zero_holes)
		return;
	if (run->files)
		ok = stream_files_write(run->files, stretch, &run->error);
	else if (stretch->bytes)
		ok = output_write(stretch->bytes, (size_t)stretch->len, run->output);
	else
		ok = write_zeros(run->output, stretch->len);
	run->broken = !ok;
}

static void on_connection(const ShakedownConnection *connection, void *data)
{
	Run *run = data;

	run->connections = MAX(run->connections, connection->id);
	stream_holes_end(run->holes, connection->id);
	if (run->files && !run->broken &&
	    !stream_files_end(run->files, connection->id, &run->error))
		run->broken = true;
}

static const char *fact(const ShakedownAnomaly *anomaly, const char *name)
{
	for (size_t i = 0; i < anomaly->facts_len; i++)
		if (anomaly->facts[i].type == SHAKEDOWN_VALUE_TEXT &&
		    g_str_equal(anomaly->facts[i].name, name))
			return anomaly->facts[i].text;
	return "";
}

/* Both copies are shown: the file can hold but one. */
static void on_anomaly(const ShakedownAnomaly *anomaly, void *data)
{
	Run *run = data;
	bool last = run->options->policy == SHAKEDOWN_OVERLAP_LAST;

	if (anomaly->kind != SHAKEDOWN_ANOMALY_OVERLAP_CONFLICT)
		return;
	g_autofree char *line =
		g_strdup_printf("connection %" PRIu64 ": %s; first %s, later %s; --policy %s",
				anomaly->connection, anomaly->summary, fact(anomaly, "first_copy"),
				fact(anomaly, "later_copy"), last ? "last" : "first");
	tell(line, run);
}

static Status fail(const char *message)
{
	complain("%s", message);
	return STATUS_FAILED;
}

/* Everything is written; was it all there? */
static Status conclude(Run *run, ShakedownCapture *capture, bool interrupted)
{
	const Options *o = run->options;

	if (o->verbose && !o->quiet)
		progress_sum_up(&run->progress, capture);
	return reading_conclude(o, capture, interrupted);
}

/* 0: as the library has it, where nothing is bounded. */
static uint64_t waits_of(const ShakedownConfig *config)
{
	if (!config->max_memory)
		return 0;
	uint64_t more = MAX(config->max_memory, MEMORY_LEAST) - MEMORY_LEAST;

	return MIN(MIN(WAITS_LEAST + more / WAITS_PART, WAITS_MOST), config->max_memory / 2);
}

static Status extract(Run *run, ShakedownCapture *capture, const ShakedownConfig *config)
{
	const Options *o = run->options;
	const ShakedownObserver observer = {.connection = on_connection, .anomaly = on_anomaly};
	ShakedownConfig rest = *config;
	const uint64_t waits = waits_of(config);
	const ShakedownStreamOptions what = {.connection = o->connection,
					     .side = o->side,
					     .policy = o->policy,
					     .total_bytes = waits};
	rest.max_memory -= waits;
	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(&rest, &observer, run);
	Reading reading;

	shakedown_analysis_streams(analysis, &what, on_stretch, run);
	reading_begin(&reading, o, capture, analysis, UINT64_MAX, reading_is_seekable(o, capture));
	while (!run->broken && reading_step(&reading))
		progress_tell(&run->progress, &reading);
	reading_end(&reading);
	progress_erase(&run->progress);
	/* Live, that is how it ends. */
	bool interrupted = interrupt_asked() && !o->live.interfaces;
	shakedown_analysis_finish(analysis);
	if (run->error)
		return fail(run->error->message);
	if (o->connection > run->connections) {
		complain("no connection has the number %" PRIu64 "; there are %" PRIu64
			 ", listed by 'shakedown conns'",
			 o->connection, run->connections);
		return STATUS_FAILED;
	}
	if (run->output && !output_finish(run->output, &run->error))
		return output_closed_by_reader(run->output) ? STATUS_DONE
							    : fail(run->error->message);
	return conclude(run, capture, interrupted);
}

/* Which streams, and where to: the options must say both. */
static bool options_agree(const Options *o)
{
	if (o->dir && o->output)
		complain("--dir and --output exclude each other");
	else if (!o->dir && o->force)
		complain("--force is for --dir; --output replaces its file anyway");
	else if (!o->dir && (!o->connection || o->side < 0))
		complain("which stream? name one with --conn ID --side client|server, or write all "
			 "of them to files with --dir DIR");
	else
		return true;
	return false;
}

static Status open_target(Run *run, ShakedownCapture *capture)
{
	const Options *o = run->options;

	if (o->dir)
		run->files = stream_files_new(o->dir, o->force, &run->error);
	else
		run->output = output_new(o->output, shakedown_capture_info(capture), &run->error);
	if (run->error)
		return fail(run->error->message);
	/* Whatever a stranger sent would be the terminal's commands. */
	if (run->output && output_is_terminal(run->output)) {
		complain("the stream's bytes are not for a terminal; redirect them, pipe them into "
			 "a pager, or name a file with -o");
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

Status streams_run(const Options *options)
{
	Run run = {.options = options};
	Status status = STATUS_DONE;
	ShakedownConfig config;

	if (!options_agree(options) || !options_config(options, &config))
		return STATUS_USAGE;
	g_autoptr(ShakedownCapture) capture = reading_open(options, NULL, &status);
	if (!capture)
		return status;
	if (!confine_rights(options) || !reading_keep(options, NULL, capture))
		return STATUS_FAILED;
	status = open_target(&run, capture);
	run.holes = stream_holes_new(tell, &run);
	progress_init(&run.progress, !options->quiet);
	confine_calls(options);
	if (status == STATUS_DONE)
		status = extract(&run, capture, &config);
	stream_holes_free(run.holes);
	stream_files_free(run.files);
	output_free(run.output);
	g_clear_error(&run.error);
	return status;
}
