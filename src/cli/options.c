/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One table of options drives reading, --help, suggestions, and the check which command takes
 * which. GLib splits the command line (option-words.h); values are checked by values.h, so that
 * every error is worded alike.
 */
#include "cli/options.h"

#include "cli/help.h"
#include "cli/memory.h"
#include "cli/option-words.h"
#include "cli/selection.h"
#include "cli/values.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Values as they stood on the command line. */
typedef struct {
	char **files;
	char *filter, *count, *format, *output, *fail_on, *color, *connection, *width, *config;
	char *group_by, *side, *dir, *holes, *policy, *html_limit, *user, *max_memory, *threads;
	char *since, *until;
	gboolean ignore_encapsulation, force, all, absolute, ascii, quiet, verbose, version, help,
		config_given, no_sandbox, top;
	RawLive live;
} Raw;

#define OFFSET(member) offsetof(Raw, member)

/* clang-format off */
static const OptionRow rows[] = {
	{"read", 'r', OPTION_LIST, OFFSET(files), FOR_READING, "FILE", "the same as naming FILE; repeatable"},
	{"interface", 'i', OPTION_LIST, OFFSET(live.interfaces), FOR_LIVE, "IFACE", "capture on it; repeatable; any is all of them"},
	{"filter", 'f', OPTION_TEXT, OFFSET(filter), FOR_LIVE, "BPF", "only packets that match, as tcpdump's"},
	{"count", 'c', OPTION_TEXT, OFFSET(count), FOR_LIVE, "COUNT", "stop after so many packets"},
	{"since", 0, OPTION_TEXT, OFFSET(since), FOR_LIVE, "TIME", "files: only packets from then on: 10:05,\n"
	 "'2026-01-31 10:05' (UTC), +5min (after the first)"},
	{"until", 0, OPTION_TEXT, OFFSET(until), FOR_LIVE, "TIME", "files: only packets before then; +5min: so long"},
	{"duration", 0, OPTION_TEXT, OFFSET(live.duration), FOR_LIVE, "TIME", "live: stop after so long: 30, 5min, 1h"},
	{"snapshot-length", 's', OPTION_TEXT, OFFSET(live.snaplen), FOR_LIVE, "BYTES", "live: so much of each packet (default: all)"},
	{"buffer-size", 'B', OPTION_TEXT, OFFSET(live.buffer), FOR_LIVE, "KIB", "live: the kernel's buffer (default 16384)"},
	{"no-promiscuous-mode", 'p', OPTION_FLAG, OFFSET(live.no_promiscuous), FOR_LIVE, NULL, "live: only this host's own packets"},
	{"wait", 0, OPTION_FLAG, OFFSET(live.wait), FOR_LIVE, NULL, "live: for interfaces that are not there, or go"},
	{"write", 'w', OPTION_TEXT, OFFSET(live.write), FOR_LIVE, "FILE", "keep the packets in FILE, as pcapng"},
	{"rotate-size", 0, OPTION_TEXT, OFFSET(live.rotate_size), FOR_LIVE, "SIZE", "-w: begin another file after 100M or 2G"},
	{"rotate-time", 0, OPTION_TEXT, OFFSET(live.rotate_time), FOR_LIVE, "TIME", "-w: begin another file after 10min or 1h"},
	{"keep", 0, OPTION_TEXT, OFFSET(live.keep), FOR_LIVE, "N", "-w: of these files, only the latest N"},
	{"top", 0, OPTION_FLAG, OFFSET(top), FOR_WATCH, NULL, "on the whole screen, at the keys' command"},
	{"interval", 0, OPTION_TEXT, OFFSET(live.interval), FOR_WATCH, "TIME", "between two looks at the state (default 1 s)"},
	{"metrics", 0, OPTION_TEXT, OFFSET(live.metrics), FOR_TELLING, "[ADDR:]PORT", "live: serve metrics there for Prometheus"},
	{"ignore-encapsulation", 0, OPTION_FLAG, OFFSET(ignore_encapsulation), FOR_LIVE, NULL, "same addresses and ports, same connection,\n"
	 "whatever the VLAN or tunnel: mirrored traffic"},
	{"format", 0, OPTION_TEXT, OFFSET(format), FOR_TELLING | FOR_INTERFACES, "FORMAT", "text (default), json, ndjson, csv, a\n"
	 "conn.log for Zeek's users: zeek, zeek-json;\n"
	 "report: html; ladder: svg, mermaid"},
	{"html-limit", 0, OPTION_TEXT, OFFSET(html_limit), FOR_REPORT, "MIB", "html: the page's size at most (default 16)"},
	{"output", 'o', OPTION_TEXT, OFFSET(output), FOR_ALL, "FILE", "write to FILE, which is replaced when done"},
	{"config", 0, OPTION_CONFIG, OFFSET(config), FOR_LIVE | FOR_EXPLAIN, "FILE", "thresholds; see 'explain --config'"},
	{"fail-on", 0, OPTION_TEXT, OFFSET(fail_on), FOR_TELLING, "SEVERITY", "exit with 3 if anything so severe was found:\n"
	 "info, notice, warning or critical"},
	{"all", 0, OPTION_FLAG, OFFSET(all), FOR_REPORT | FOR_ANOMALIES | FOR_WATCH, NULL, "each anomaly by itself, not one a cause"},
	{"group-by", 0, OPTION_TEXT, OFFSET(group_by), FOR_REPORT, "WHAT", "report: a row for each service, client, server\n"
	 "or subnet/N (the clients' networks)"},
	{"conn", 0, OPTION_TEXT, OFFSET(connection), FOR_LADDER | FOR_STREAMS, "ID", "which connection (ladder: default the first)"},
	{"side", 0, OPTION_TEXT, OFFSET(side), FOR_STREAMS, "SIDE", "whose bytes: client or server"},
	{"dir", 0, OPTION_TEXT, OFFSET(dir), FOR_STREAMS, "DIR", "write every stream to a file in DIR"},
	{"force", 0, OPTION_FLAG, OFFSET(force), FOR_STREAMS, NULL, "replace files that are in DIR already"},
	{"holes", 0, OPTION_TEXT, OFFSET(holes), FOR_STREAMS, "HOW", "missing bytes: none (default) or zero, as NULs"},
	{"policy", 0, OPTION_TEXT, OFFSET(policy), FOR_STREAMS, "COPY", "which of two that differ: first (default) or last"},
	{"absolute", 0, OPTION_FLAG, OFFSET(absolute), FOR_LADDER, NULL, "ladder: sequence numbers as on the wire"},
	{"max-memory", 0, OPTION_TEXT, OFFSET(max_memory), FOR_LIVE, "SIZE", "512M, 4G, 25%: of the whole process (default\n"
	 "50%); what is least useful ends early"},
	{"threads", 'j', OPTION_TEXT, OFFSET(threads), FOR_RECORDS | FOR_STREAMS, "N", "use at most so many (default: what helps on\n"
	 "the machine); what is found is the same"},
	{"user", 'Z', OPTION_TEXT, OFFSET(user), FOR_LIVE, "USER[:GROUP]", "be that user once the input is open"},
	{"no-sandbox", 0, OPTION_FLAG, OFFSET(no_sandbox), FOR_LIVE, NULL, "do not confine system calls (for debuggers)"},
	{"color", 0, OPTION_TEXT, OFFSET(color), FOR_ALL, "WHEN", "auto (default), always or never"},
	{"ascii", 0, OPTION_FLAG, OFFSET(ascii), FOR_ALL, NULL, "text in ASCII only (auto by locale)"},
	{"width", 0, OPTION_TEXT, OFFSET(width), FOR_ALL, "COLUMNS", "width of text (auto: the terminal's)"},
	{"quiet", 'q', OPTION_FLAG, OFFSET(quiet), FOR_ALL, NULL, "no progress and no remarks; errors only"},
	{"verbose", 'v', OPTION_FLAG, OFFSET(verbose), FOR_ALL, NULL, "more columns and lines"},
	{"version", 'V', OPTION_FLAG, OFFSET(version), FOR_ALL, NULL, "print the version"},
	{"help", 'h', OPTION_FLAG, OFFSET(help), FOR_ALL, NULL, "print this, or a command's own help"},
};
/* clang-format on */

/* --config may stand alone: then it asks for the keys. */
static gboolean take_config(const char *name, const char *value, gpointer data, GError **error)
{
	Raw *raw = data;

	raw->config_given = TRUE;
	g_free(raw->config);
	raw->config = g_strdup(value);
	return TRUE;
}

static GOptionContext *context_new(Raw *raw)
{
	GOptionEntry entries[G_N_ELEMENTS(rows) + 1] = {{0}};
	const GOptionArgFunc take = take_config;
	GOptionContext *context = g_option_context_new(NULL);
	GOptionGroup *group = g_option_group_new("", "", "", raw, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GOptionEntry *e = &entries[i];

		e->long_name = rows[i].name;
		e->short_name = rows[i].letter;
		e->arg_data = (char *)raw + rows[i].offset;
		switch (rows[i].type) {
		case OPTION_FLAG:
			e->arg = G_OPTION_ARG_NONE;
			break;
		case OPTION_TEXT:
			/* Bytes as they are, whatever the locale. */
			e->arg = G_OPTION_ARG_FILENAME;
			break;
		case OPTION_LIST:
			e->arg = G_OPTION_ARG_FILENAME_ARRAY;
			break;
		case OPTION_CONFIG:
			e->arg = G_OPTION_ARG_CALLBACK;
			e->flags = G_OPTION_FLAG_OPTIONAL_ARG | G_OPTION_FLAG_FILENAME;
			/* ISO C has no cast for it; GLib takes functions as data. */
			memcpy(&e->arg_data, &take, sizeof take);
			break;
		}
	}
	g_option_group_add_entries(group, entries);
	g_option_context_set_main_group(context, group);
	g_option_context_set_help_enabled(context, FALSE);
	return context;
}

static bool take_words(Options *o, const Raw *raw)
{
	static const char *const formats[] = {"text",	   "json", "ndjson", "csv",	"zeek",
					      "zeek-json", "html", "svg",    "mermaid", NULL};
	static const char *const colors[] = {"auto", "always", "never", NULL};
	static const char *const severities[] = {"info", "notice", "warning", "critical", NULL};
	static const char *const sides[] = {"client", "server", NULL};
	static const char *const holes[] = {"none", "zero", NULL};
	static const char *const policies[] = {"first", "last", NULL};
	int format = 0, severity = 0, color = (int)o->color, side = -1, zero = o->zero_holes,
	    policy = (int)o->policy;

	if (!value_take_word("format", raw->format, formats, &format) ||
	    !value_take_word("color", raw->color, colors, &color) ||
	    !value_take_word("fail-on", raw->fail_on, severities, &severity) ||
	    !value_take_word("side", raw->side, sides, &side) ||
	    !value_take_word("holes", raw->holes, holes, &zero) ||
	    !value_take_word("policy", raw->policy, policies, &policy))
		return false;
	if (raw->format)
		shakedown_format_from_name(raw->format, &o->format);
	if (raw->fail_on)
		o->fails = shakedown_severity_from_name(raw->fail_on, &o->fail_on);
	o->color = (ColorWhen)color;
	o->side = (int8_t)side;
	o->zero_holes = zero > 0;
	o->policy = (ShakedownOverlapPolicy)policy;
	return true;
}

static bool take_numbers(Options *o, const Raw *raw)
{
	uint64_t width = 0, threads = 0;

	if (!value_take_number("count", raw->count, 1, INT64_MAX, &o->count) ||
	    !value_take_number("conn", raw->connection, 1, INT64_MAX, &o->connection) ||
	    !value_take_number("html-limit", raw->html_limit, 1, 4096, &o->html_limit) ||
	    !value_take_number("threads", raw->threads, 1, 1024, &threads) ||
	    !value_take_number("width", raw->width, 40, 10000, &width))
		return false;
	if (raw->html_limit && g_strcmp0(raw->format, "html") != 0) {
		complain("--html-limit bounds the page of --format html; ask for that as well");
		return false;
	}
	o->width = (unsigned)width;
	o->threads = (unsigned)threads;
	if (raw->max_memory && !memory_parse(raw->max_memory, &o->max_memory)) {
		complain("--max-memory: '%s' is neither a size of at least %s (512M, 4G) nor a "
			 "share of up to 100%% (25%%)",
			 raw->max_memory, MEMORY_LEAST_TEXT);
		return false;
	}
	return true;
}

static bool take_values(Options *o, const Raw *raw)
{
	g_autoptr(GError) error = NULL;

	if (!take_numbers(o, raw) || !take_words(o, raw) ||
	    !options_live_take(&o->live, &raw->live, raw->output) ||
	    !selection_take(o, raw->since, raw->until))
		return false;
	if (raw->group_by && !shakedown_grouping_from_text(raw->group_by, &o->grouping, &error)) {
		complain("--group-by: %s", error->message);
		return false;
	}
	o->user = raw->user;
	o->no_sandbox = raw->no_sandbox;
	o->dir = raw->dir;
	o->force = raw->force;
	o->filter = raw->filter;
	o->output = raw->output;
	o->config = raw->config;
	o->config_given = raw->config_given;
	o->ignore_encapsulation = raw->ignore_encapsulation;
	o->all = raw->all;
	o->top = raw->top;
	o->absolute = raw->absolute;
	o->ascii = raw->ascii;
	o->quiet = raw->quiet;
	o->verbose = raw->verbose;
	return true;
}

static bool was_given(const Raw *raw, const OptionRow *row)
{
	const char *at = (const char *)raw + row->offset;
	gboolean flag;
	void *pointer;

	switch (row->type) {
	case OPTION_FLAG:
		memcpy(&flag, at, sizeof flag);
		return flag;
	case OPTION_CONFIG:
		return raw->config_given;
	case OPTION_TEXT:
	case OPTION_LIST:
		break;
	}
	memcpy(&pointer, at, sizeof pointer);
	return pointer != NULL;
}

/* "ladder or streams" */
static char *takers(const OptionRow *row)
{
	GString *names = g_string_new(NULL);

	for (const Command *c = commands; c->name; c++) {
		unsigned later = 0;

		if (!(row->commands & c->bit))
			continue;
		for (const Command *d = c + 1; d->name; d++)
			later += (row->commands & d->bit) != 0;
		g_string_append_printf(names, "%s%s", c->name,
				       later > 1    ? ", "
				       : later == 1 ? " or "
						    : "");
	}
	return g_string_free(names, FALSE);
}

static bool command_takes_options(const Command *command, const Raw *raw)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (was_given(raw, &rows[i]) && !(rows[i].commands & command->bit)) {
			g_autofree char *names = takers(&rows[i]);

			complain("'%s' takes no option --%s, which is for %s; see 'shakedown %s "
				 "--help'",
				 command->name, rows[i].name, names, command->name);
			return false;
		}
	return true;
}

/* Those of -r come first, then those that are merely named. */
static char **join_words(char **files, char **words)
{
	GPtrArray *all = g_ptr_array_new();

	for (char **list = files; list && *list; list++)
		g_ptr_array_add(all, g_strdup(*list));
	for (char **list = words; *list; list++)
		g_ptr_array_add(all, g_strdup(*list));
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

static bool has_interface(const Options *options)
{
	if (!*options->words)
		return true;
	complain("either an interface or files: -i %s and '%s' exclude each other",
		 options->live.interfaces[0], options->words[0]);
	return false;
}

/* What would be lost on a screen has to go somewhere else. */
static bool screen_agrees(const Options *options)
{
	if (!options->top || options->format == SHAKEDOWN_FORMAT_TEXT || options->output)
		return true;
	complain("--top takes the screen; name a file for the records of --format with -o");
	return false;
}

static bool has_input(const Options *options)
{
	bool piped = !isatty(STDIN_FILENO);

	if (options->live.interfaces)
		return has_interface(options);
	if ((options->command->bit & FOR_WATCH) && !*options->words) {
		complain("watch what? name an interface with -i ('shakedown interfaces' lists "
			 "them), or a capture");
		return false;
	}
	if (!(options->command->bit & FOR_READING))
		return true;
	for (char **file = options->words; *file; file++)
		if (strcmp(*file, "-") == 0 && !piped) {
			complain("standard input is a terminal; pipe a capture into it, or name a "
				 "file");
			return false;
		}
	if (*options->words)
		return true;
	if (piped)
		complain("no capture named; name a FILE, or - to read standard input");
	else
		help_print_short();
	return false;
}

static OptionsVerdict finish(Options *options, Raw *raw, char **words)
{
	bool taken = false;

	options->command = commands;
	if (*words && !(options->command = command_find(*words, &taken)))
		return OPTIONS_WRONG;
	words += taken;
	if (raw->version) {
		puts("shakedown " SHAKEDOWN_VERSION);
		return OPTIONS_ANSWERED;
	}
	if (raw->help) {
		help_print(taken ? options->command : NULL, rows, G_N_ELEMENTS(rows));
		return OPTIONS_ANSWERED;
	}
	if (!command_takes_options(options->command, raw) || !take_values(options, raw))
		return OPTIONS_WRONG;
	options->words = join_words(raw->files, words);
	if (options->config_given && !options->config && options->command->bit != FOR_EXPLAIN) {
		complain("--config needs a FILE; 'shakedown explain --config' lists the keys");
		return OPTIONS_WRONG;
	}
	return screen_agrees(options) && has_input(options) ? OPTIONS_RUN : OPTIONS_WRONG;
}

/* "--" stays in the list when something that looks like an option comes after it. */
static void drop_end_of_options(char **words)
{
	bool stays = false;

	while (*words && strcmp(*words, "--") != 0)
		words++;
	for (char **after = words + (*words != NULL); *after && !stays; after++)
		stays = **after == '-';
	if (!stays)
		return;
	g_free(*words);
	for (; *words; words++)
		words[0] = words[1];
}

OptionsVerdict options_parse(Options *options, char **argv)
{
	g_auto(GStrv) args = option_words_split(rows, G_N_ELEMENTS(rows), argv);
	Raw *raw = g_new0(Raw, 1);
	g_autoptr(GOptionContext) context = context_new(raw);
	g_autoptr(GError) error = NULL;

	memset(options, 0, sizeof *options);
	options->raw = raw;
	if (!option_words_agree(rows, G_N_ELEMENTS(rows), args))
		return OPTIONS_WRONG;
	if (!g_option_context_parse_strv(context, &args, &error)) {
		option_words_complain(rows, G_N_ELEMENTS(rows), error);
		return OPTIONS_WRONG;
	}
	char **words = args + (*args != NULL);
	drop_end_of_options(words);
	raw->help |= help_is_asked(&words);
	return finish(options, raw, words);
}

static void free_value(Raw *raw, const OptionRow *row)
{
	void *value;

	if (row->type == OPTION_FLAG)
		return;
	memcpy(&value, (char *)raw + row->offset, sizeof value);
	if (row->type == OPTION_LIST)
		g_strfreev(value);
	else
		g_free(value);
}

void options_clear(Options *options)
{
	Raw *raw = options->raw;

	g_strfreev(options->words);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		free_value(raw, &rows[i]);
	g_free(raw);
	memset(options, 0, sizeof *options);
}
