/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/accept.h"

#include <string.h>

/* Longer ones come from nobody who wants metrics. */
#define LONGEST 4096

/* One "type/subtype;parameter;…": how much it is wanted, from 0 to 1; version or NULL. */
static double range_read(char **parts, char **version)
{
	double q = 1;

	*version = NULL;
	for (char **part = parts + 1; *part; part++) {
		g_strstrip(*part);
		if (g_ascii_strncasecmp(*part, "q=", 2) == 0)
			q = CLAMP(g_ascii_strtod(*part + 2, NULL), 0, 1);
		else if (g_ascii_strncasecmp(*part, "version=", 8) == 0)
			*version = *part + 8;
	}
	return q;
}

/* What OpenMetrics was before 1.0 is close enough to be read as such, and is what some ask for. */
static bool is_ours(const char *version)
{
	return !version || strcmp(version, "1.0.0") == 0 || strcmp(version, "0.0.1") == 0;
}

ShakedownMetricsFormat metrics_accept(const char *accept)
{
	double open = 0, plain = 0;

	if (!accept || strlen(accept) > LONGEST)
		return SHAKEDOWN_METRICS_PROMETHEUS;
	g_auto(GStrv) ranges = g_strsplit(accept, ",", -1);
	for (char **range = ranges; *range; range++) {
		g_auto(GStrv) parts = g_strsplit(*range, ";", -1);
		char *version;

		if (!parts[0])
			continue;
		double q = range_read(parts, &version);
		const char *type = g_strstrip(parts[0]);

		if (g_ascii_strcasecmp(type, "application/openmetrics-text") == 0 &&
		    is_ours(version))
			open = MAX(open, q);
		else if (g_ascii_strcasecmp(type, "text/plain") == 0)
			plain = MAX(plain, q);
	}
	/* Who likes both alike is a scraper that knows the new one. */
	return open > 0 && open >= plain ? SHAKEDOWN_METRICS_OPENMETRICS
					 : SHAKEDOWN_METRICS_PROMETHEUS;
}
