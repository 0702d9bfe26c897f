/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/option-words.h"

#include "base/nearest.h"

#include <string.h>

static bool is_end(const char *arg)
{
	return strcmp(arg, "--") == 0;
}

/* How many characters of a "-qc5" come before the 5: 0 where it holds no such value. */
static size_t letters_before_value(const OptionRow *rows, size_t n, const char *arg)
{
	for (size_t i = 1; arg[0] == '-' && arg[i]; i++) {
		size_t row = 0;

		while (row < n && rows[row].letter != arg[i])
			row++;
		if (row == n)
			return 0;
		if (rows[row].type != OPTION_FLAG)
			return arg[i + 1] ? i + 1 : 0;
	}
	return 0;
}

char **option_words_split(const OptionRow *rows, size_t n, char **argv)
{
	GPtrArray *all = g_ptr_array_new();
	bool options_end = false;

	for (char **arg = argv; *arg; arg++) {
		size_t letters = 0;

		options_end = options_end || is_end(*arg);
		if (arg > argv && !options_end)
			letters = letters_before_value(rows, n, *arg);
		if (letters)
			g_ptr_array_add(all, g_strndup(*arg, letters));
		g_ptr_array_add(all, g_strdup(*arg + letters));
	}
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

bool option_words_agree(const OptionRow *rows, size_t n, char **args)
{
	for (; *args && !is_end(*args); args++) {
		const char *value = strchr(*args, '=');

		for (size_t i = 0; value && strncmp(*args, "--", 2) == 0 && i < n; i++) {
			size_t len = strlen(rows[i].name);

			if (rows[i].type != OPTION_FLAG || value != *args + 2 + len ||
			    strncmp(*args + 2, rows[i].name, len) != 0)
				continue;
			complain("--%s takes no value: '%s'", rows[i].name, *args);
			return false;
		}
	}
	return true;
}

void option_words_complain(const OptionRow *rows, size_t n, const GError *error)
{
	g_autofree char *said = g_strdup(error->message);
	char *name = strrchr(said, ' ');

	if (!g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) || !name) {
		complain("%c%s; see 'shakedown --help'", g_ascii_tolower(error->message[0]),
			 error->message + 1);
		return;
	}
	name++;
	name[strcspn(name, "=")] = '\0';
	Nearest nearest = NEAREST_INIT(name + strspn(name, "-"));
	for (size_t i = 0; i < n; i++)
		nearest_offer(&nearest, rows[i].name);
	if (nearest.best)
		complain("unknown option '%s'; did you mean '--%s'?", name, nearest.best);
	else
		complain("unknown option '%s'; 'shakedown --help' lists those there are", name);
}
