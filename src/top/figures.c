/* SPDX-License-Identifier: BSD-3-Clause */
#include "top/figures.h"

#include <glib.h>
#include <string.h>

/* Three digits, whatever they are in front of. */
static void three_digits(char out[TOP_FIGURE_LEN], double value, const char *unit)
{
	int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

	g_snprintf(out, TOP_FIGURE_LEN, "%.*f%s", decimals, value, unit);
}

void top_count(char out[TOP_FIGURE_LEN], uint64_t n)
{
	static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
	double value = (double)n;
	unsigned unit = 0;

	while (value >= 999.5 && unit + 1 < G_N_ELEMENTS(units)) {
		value /= 1000;
		unit++;
	}
	if (unit)
		three_digits(out, value, units[unit]);
	else
		g_snprintf(out, TOP_FIGURE_LEN, "%" G_GUINT64_FORMAT, n);
}

void top_rate(char out[TOP_FIGURE_LEN], double rate)
{
	if (rate >= 99.95)
		top_count(out, (uint64_t)(rate + 0.5));
	else if (rate >= 0.05)
		g_snprintf(out, TOP_FIGURE_LEN, "%.1f", rate);
	else
		strcpy(out, "0");
}

void top_share(char out[TOP_FIGURE_LEN], uint64_t part, uint64_t whole)
{
	double percent = whole ? 100 * ((double)part / (double)whole) : 0;

	if (!whole)
		strcpy(out, "-");
	else if (part == whole)
		strcpy(out, "100%");
	else if (part == 0)
		strcpy(out, "0%");
	else if (percent < 0.1)
		strcpy(out, "<0.1%");
	else
		g_snprintf(out, TOP_FIGURE_LEN, "%.1f%%", MIN(percent, 99.9));
}

void top_duration(char out[TOP_FIGURE_LEN], ShakedownDuration duration)
{
	const double ns = (double)duration, minute = 6e10;

	if (duration == SHAKEDOWN_DURATION_UNKNOWN || duration < 0)
		strcpy(out, "-");
	else if (ns < 999.5)
		g_snprintf(out, TOP_FIGURE_LEN, "%.0f ns", ns);
	else if (ns < 999.5e3)
		three_digits(out, ns / 1e3, " µs");
	else if (ns < 999.5e6)
		three_digits(out, ns / 1e6, " ms");
	else if (ns < 2 * minute)
		three_digits(out, ns / 1e9, " s");
	else if (ns < 120 * minute)
		g_snprintf(out, TOP_FIGURE_LEN, "%.0f min", ns / minute);
	else if (ns < 48 * 60 * minute)
		g_snprintf(out, TOP_FIGURE_LEN, "%.0f h", ns / (60 * minute));
	else
		g_snprintf(out, TOP_FIGURE_LEN, "%.0f d", ns / (24 * 60 * minute));
}

void top_endpoint(char out[TOP_FIGURE_LEN], const ShakedownAddress *addr, uint16_t port)
{
	char text[SHAKEDOWN_ADDRESS_LEN];

	shakedown_address_format(addr, text);
	g_snprintf(out, TOP_FIGURE_LEN, addr->version == 6 ? "[%s]:%u" : "%s:%u", text, port);
}

void top_clock(char out[TOP_FIGURE_LEN], ShakedownTime time)
{
	const int64_t day = 86400;
	int64_t s = time / SHAKEDOWN_NS_PER_S - (time % SHAKEDOWN_NS_PER_S < 0);
	unsigned of_day = (unsigned)((s % day + day) % day);

	g_snprintf(out, TOP_FIGURE_LEN, "%02u:%02u:%02u", of_day / 3600, of_day / 60 % 60,
		   of_day % 60);
}

const char *top_severity_word(ShakedownSeverity severity)
{
	switch (severity) {
	case SHAKEDOWN_SEVERITY_INFO:
		return "INFO";
	case SHAKEDOWN_SEVERITY_NOTICE:
		return "NOTICE";
	case SHAKEDOWN_SEVERITY_WARNING:
		return "WARNING";
	case SHAKEDOWN_SEVERITY_CRITICAL:
		return "CRITICAL";
	}
	return "";
}
