/* SPDX-License-Identifier: BSD-3-Clause */
/* Moments as people write them: as reports and records have them, as journalctl(1) takes them. */
#include <shakedown/capture.h>
#include <shakedown/config.h>

#include <string.h>

#define S SHAKEDOWN_NS_PER_S
#define HOUR (3600 * S)
#define DAY (24 * HOUR)
/* Seconds since 1970 of so few digits are of 1970 to 1973: rather a number of something else. */
#define EPOCH_DIGITS 9

static bool take_number(const char **at, unsigned digits, int *value)
{
	*value = 0;
	for (unsigned i = 0; i < digits; i++, ++*at) {
		if (!g_ascii_isdigit(**at))
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return true;
}

static bool take_char(const char **at, const char *any)
{
	if (!**at || !strchr(any, **at))
		return false;
	++*at;
	return true;
}

/* ".25", to nanoseconds; nothing is none. What is finer than that is cut. */
static bool take_fraction(const char **at, int64_t *ns)
{
	int64_t unit = S / 10;

	*ns = 0;
	if (!take_char(at, ".,"))
		return true;
	if (!g_ascii_isdigit(**at))
		return false;
	for (; g_ascii_isdigit(**at); ++*at, unit /= 10)
		*ns += unit * (**at - '0');
	return true;
}

/* "10:05", "10:05:00.25" */
static bool take_time(const char **at, int64_t *time)
{
	int hour, minute, second = 0;
	int64_t fraction = 0;

	if (!take_number(at, 2, &hour) || !take_char(at, ":") || !take_number(at, 2, &minute))
		return false;
	if (take_char(at, ":") && (!take_number(at, 2, &second) || !take_fraction(at, &fraction)))
		return false;
	*time = (hour * 3600 + minute * 60 + second) * S + fraction;
	return hour < 24 && minute < 60 && second < 60;
}

/* "", "Z", " UTC", "+02:00", "-0330", "+1" is none: what is to be taken away from the time. */
static bool take_zone(const char *at, int64_t *offset)
{
	int hour, minute = 0;

	*offset = 0;
	if (!*at || !strcmp(at, "Z") || !strcmp(at, "z") || !strcmp(at, " UTC"))
		return true;
	bool west = *at == '-';
	if (!take_char(&at, "+-") || !take_number(&at, 2, &hour))
		return false;
	take_char(&at, ":");
	if (*at && !take_number(&at, 2, &minute))
		return false;
	*offset = (hour * 3600 + minute * 60) * S * (west ? -1 : 1);
	return !*at && hour < 24 && minute < 60;
}

/* "2026-01-31", "2026-01-31 10:05", "2026-01-31T10:05:00Z" */
static bool parse_date(const char *at, ShakedownMoment *moment)
{
	int year, month, day;
	int64_t time = 0, offset = 0, at_midnight;

	if (!take_number(&at, 4, &year) || !take_char(&at, "-") || !take_number(&at, 2, &month) ||
	    !take_char(&at, "-") || !take_number(&at, 2, &day))
		return false;
	g_autoptr(GDateTime) date = g_date_time_new_utc(year, month, day, 0, 0, 0);
	if (!date)
		return false;
	if (*at && (!take_char(&at, "Tt _") || !take_time(&at, &time) || !take_zone(at, &offset)))
		return false;
	/* Stamps end in the year 2262. */
	if (__builtin_mul_overflow(g_date_time_to_unix(date), S, &at_midnight) ||
	    __builtin_add_overflow(at_midnight, time - offset, &moment->time))
		return false;
	moment->kind = SHAKEDOWN_MOMENT_AT;
	return true;
}

static bool parse_time_of_day(const char *at, ShakedownMoment *moment)
{
	int64_t time, offset;

	if (!take_time(&at, &time) || !take_zone(at, &offset))
		return false;
	*moment = (ShakedownMoment){SHAKEDOWN_MOMENT_OF_DAY, (time - offset + 2 * DAY) % DAY};
	return true;
}

/* "1767261900.25", as tcpdump -tt and Zeek print it */
static bool parse_epoch(const char *at, ShakedownMoment *moment)
{
	const size_t digits = strspn(at, "0123456789");
	int64_t fraction;
	uint64_t seconds;
	g_autofree char *whole = g_strndup(at, digits);

	if (digits < EPOCH_DIGITS ||
	    !g_ascii_string_to_unsigned(whole, 10, 0, INT64_MAX / S - 1, &seconds, NULL))
		return false;
	at += digits;
	if (!take_fraction(&at, &fraction) || *at)
		return false;
	*moment = (ShakedownMoment){SHAKEDOWN_MOMENT_AT, (int64_t)seconds * S + fraction};
	return true;
}

bool shakedown_moment_from_text(const char *text, ShakedownMoment *moment)
{
	ShakedownMoment taken = {0};

	if (*text == '+') {
		taken.kind = SHAKEDOWN_MOMENT_AFTER;
		if (!shakedown_duration_from_text(text + 1, &taken.time))
			return false;
	} else if (!parse_date(text, &taken) && !parse_time_of_day(text, &taken) &&
		   !parse_epoch(text, &taken)) {
		return false;
	}
	*moment = taken;
	return true;
}
