/* SPDX-License-Identifier: BSD-3-Clause */
/* The thresholds in force: where a file of them lies, and what the command line says of it. */
#include "cli/cli.h"
#include "cli/memory.h"

#include <unistd.h>

bool options_config(const Options *options, ShakedownConfig *config)
{
	g_autofree char *standard =
		g_build_filename(g_get_user_config_dir(), "shakedown", "config", NULL);
	const char *path = options->config ? options->config : standard;
	g_autoptr(GError) error = NULL;

	shakedown_config_init(config);
	if ((options->config || access(path, F_OK) == 0) &&
	    !shakedown_config_load(config, path, &error)) {
		complain("%s", error->message);
		return false;
	}
	if (config->max_memory && config->max_memory < MEMORY_LEAST) {
		complain("%s: max_memory: %" G_GUINT64_FORMAT " is out of range; it counts bytes, "
			 "from %" G_GUINT64_FORMAT " (%s) on, or is 0",
			 path, config->max_memory, (uint64_t)MEMORY_LEAST, MEMORY_LEAST_TEXT);
		return false;
	}
	if (options->max_memory)
		config->max_memory = options->max_memory;
	if (!config->max_memory && options->command->bit != FOR_EXPLAIN)
		memory_parse("50%", &config->max_memory);
	config->max_memory = memory_within_reach(config->max_memory);
	if (options->ignore_encapsulation)
		config->ignore_encapsulation = 1;
	return true;
}
