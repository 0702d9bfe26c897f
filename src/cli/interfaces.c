/* SPDX-License-Identifier: BSD-3-Clause */
/* interfaces: what can be captured on, and where not, why. */
#include "cli/cli.h"
#include "cli/terminal.h"

static Status fail(const Output *output, const GError *error)
{
	if (output && output_closed_by_reader(output))
		return STATUS_DONE;
	complain("%s", error ? error->message : "could not write the list");
	return g_error_matches(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_UNSUPPORTED)
		       ? STATUS_USAGE
		       : STATUS_FAILED;
}

Status interfaces_run(const Options *options)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Output) output = NULL;

	if (*options->words) {
		complain("interfaces lists all there are, and takes no '%s'", options->words[0]);
		return STATUS_USAGE;
	}
	output = output_new(options->output, NULL, &error);
	if (!output)
		return fail(NULL, error);
	const ShakedownSinkOptions what = {
		.format = options->format,
		.width = terminal_width(options, output),
		.color = terminal_color(options, output),
		.ascii = terminal_ascii(options),
		.write = output_write,
		.write_data = output,
	};
	if (!shakedown_interfaces_write(&what, &error) || !output_finish(output, &error))
		return fail(output, error);
	return STATUS_DONE;
}
