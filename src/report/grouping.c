/* SPDX-License-Identifier: BSD-3-Clause */
/* What connections are counted by, as a person writes it. */
#include <shakedown/sink.h>

#include <string.h>

#include "base/nearest.h"

enum { BITS4 = 24, BITS6 = 64 };

/* "/24" or "/24/64", after "subnet". */
static bool take_prefixes(const char *text, ShakedownGrouping *grouping)
{
	g_auto(GStrv) words = g_strsplit(text, "/", 3);
	guint n = g_strv_length(words);
	guint64 bits4 = BITS4, bits6 = BITS6;

	if (n > 1 && !g_ascii_string_to_unsigned(words[1], 10, 0, 32, &bits4, NULL))
		return false;
	if (n > 2 && !g_ascii_string_to_unsigned(words[2], 10, 0, 128, &bits6, NULL))
		return false;
	*grouping = (ShakedownGrouping){
		.by = SHAKEDOWN_GROUP_SUBNET, .bits4 = (uint8_t)bits4, .bits6 = (uint8_t)bits6};
	return true;
}

bool shakedown_grouping_from_text(const char *text, ShakedownGrouping *grouping, GError **error)
{
	static const struct {
		const char *name;
		ShakedownGroupBy by;
	} names[] = {
		{"service", SHAKEDOWN_GROUP_SERVICE},
		{"client", SHAKEDOWN_GROUP_CLIENT},
		{"server", SHAKEDOWN_GROUP_SERVER},
	};
	Nearest nearest = NEAREST_INIT(text);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (strcmp(text, names[i].name) == 0) {
			*grouping = (ShakedownGrouping){.by = names[i].by};
			return true;
		}
		nearest_offer(&nearest, names[i].name);
	}
	if (strcmp(text, "subnet") == 0 || g_str_has_prefix(text, "subnet/")) {
		if (take_prefixes(text, grouping))
			return true;
		g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_GROUPING,
			    "'%s' has no prefix lengths: they are subnet/N or subnet/N/M, with N "
			    "from 0 to 32 for IPv4 and M from 0 to 128 for IPv6 (subnet/24/64)",
			    text);
		return false;
	}
	nearest_offer(&nearest, "subnet");
	g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_GROUPING,
		    "unknown value '%s'%s%s%s; it may be service, client, server or subnet/N", text,
		    nearest.best ? "; did you mean '" : "", nearest.best ? nearest.best : "",
		    nearest.best ? "'?" : "");
	return false;
}
