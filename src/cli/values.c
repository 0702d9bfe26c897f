/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/values.h"

#include "base/nearest.h"
#include "cli/cli.h"

#include <string.h>

/* No file and no machine is larger, and what is below is exact enough as a double. */
#define SIZE_MOST 0x1p60

bool value_take_number(const char *option, const char *text, uint64_t least, uint64_t most,
		       uint64_t *value)
{
	if (!text || g_ascii_string_to_unsigned(text, 10, least, most, value, NULL))
		return true;
	if (most >= INT64_MAX)
		complain("--%s: '%s' is not a whole number of at least %" G_GUINT64_FORMAT, option,
			 text, least);
	else
		complain("--%s: '%s' is not a whole number from %" G_GUINT64_FORMAT
			 " to %" G_GUINT64_FORMAT,
			 option, text, least, most);
	return false;
}

bool value_take_duration(const char *option, const char *text, ShakedownDuration least,
			 const char *least_text, ShakedownDuration *value)
{
	if (!text)
		return true;
	if (shakedown_duration_from_text(text, value) && *value >= least)
		return true;
	complain("--%s: '%s' is not a duration of %s, such as 30, 90s, 5min, 1h or 1d", option,
		 text, least_text);
	return false;
}

/* By 1024, as tcpdump's newer -C and ls -h have them; of a letter that is none, 0. */
static double unit_of(const char *text)
{
	static const char units[] = "KMGT";
	const char *unit = *text ? strchr(units, g_ascii_toupper(*text)) : NULL;
	const char *rest = unit ? text + 1 : text;
	double bytes = 1;

	if (*rest && strcmp(rest, "B") != 0 && (!unit || strcmp(rest, "iB") != 0))
		return 0;
	for (const char *u = units; unit && u <= unit; u++)
		bytes *= 1024;
	return bytes;
}

bool value_parse_size(const char *text, uint64_t *bytes)
{
	size_t digits = strspn(text, "0123456789.");
	char *end;

	if (!g_ascii_isdigit(*text))
		return false;
	double number = g_ascii_strtod(text, &end);

	if (end != text + digits)
		return false;
	number *= unit_of(end);
	if (number < 1 || number > SIZE_MOST)
		return false;
	*bytes = (uint64_t)number;
	return true;
}

bool value_take_size(const char *option, const char *text, uint64_t least, const char *least_text,
		     uint64_t *value)
{
	if (!text || (value_parse_size(text, value) && *value >= least))
		return true;
	complain("--%s: '%s' is not a size of at least %s, such as 100M or 2G", option, text,
		 least_text);
	return false;
}

bool value_take_word(const char *option, const char *text, const char *const *words, int *index)
{
	Nearest nearest = NEAREST_INIT(text);

	if (!text)
		return true;
	for (int i = 0; words[i]; i++) {
		if (strcmp(text, words[i]) == 0) {
			*index = i;
			return true;
		}
		nearest_offer(&nearest, words[i]);
	}

	g_autofree char *all = g_strjoinv(", ", (char **)words);

	if (nearest.best)
		complain("--%s: unknown value '%s'; did you mean '%s'? (%s)", option, text,
			 nearest.best, all);
	else
		complain("--%s: unknown value '%s'; it may be %s", option, text, all);
	return false;
}
