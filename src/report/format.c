/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers, times and addresses as text. By hand, because a record holds some fifty of them and
 * printf alone would take longer than finding them out.
 */
#include "report/writer.h"

#include <glib.h>

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
				  "25262728293031323334353637383940414243444546474849"
				  "50515253545556575859606162636465666768697071727374"
				  "75767778798081828384858687888990919293949596979899";

/* Exactly two digits. */
static inline void put2(char *out, unsigned value)
{
	memcpy(out, digit_pairs + 2 * value, 2);
}

size_t report_format_uint(char *out, uint64_t value)
{
	char digits[REPORT_UINT_LEN];
	char *p = digits + sizeof(digits);

	if (value < 10) {
		*out = (char)('0' + value);
		return 1;
	}
	while (value >= 100) {
		p -= 2;
		put2(p, (unsigned)(value % 100));
		value /= 100;
	}
	if (value >= 10) {
		p -= 2;
		put2(p, (unsigned)value);
	} else {
		*--p = (char)('0' + value);
	}
	size_t len = (size_t)(digits + sizeof(digits) - p);
	memcpy(out, p, len);
	return len;
}

/* |value| without overflow at INT64_MIN. */
static uint64_t magnitude(int64_t value)
{
	return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

size_t report_format_int(char *out, int64_t value)
{
	size_t sign = value < 0;
	if (sign)
		*out = '-';
	return sign + report_format_uint(out + sign, magnitude(value));
}

size_t report_format_grouped(char *out, uint64_t value)
{
	char digits[REPORT_UINT_LEN];
	size_t n = report_format_uint(digits, value), len = 0;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			out[len++] = ',';
		out[len++] = digits[i];
	}
	return len;
}

/* Nine digits, leading zeros included. */
static void put_nanoseconds(char *out, uint32_t ns)
{
	put2(out, ns / 10000000);
	put2(out + 2, ns / 100000 % 100);
	put2(out + 4, ns / 1000 % 100);
	put2(out + 6, ns / 10 % 100);
	out[8] = (char)('0' + ns % 10);
}

/*
 * The proleptic Gregorian date of a day, counted from 1970-01-01, as "2026-11-20". Years are
 * counted from March, so that the leap day is the last one of its year.
 */
static void put_date(char *out, int64_t day)
{
	enum { DAYS_TO_1970 = 719468, DAYS_400_YEARS = 146097 };
	uint32_t n = (uint32_t)(day + DAYS_TO_1970); /* from 0000-03-01; positive from 1677 on */
	uint32_t era = n / DAYS_400_YEARS, left = n % DAYS_400_YEARS;
	uint32_t year = (left - left / 1460 + left / 36524 - left / 146096) / 365;
	uint32_t of_year = left - (365 * year + year / 4 - year / 100);
	uint32_t month = (5 * of_year + 2) / 153; /* from March */
	uint32_t of_month = of_year - (153 * month + 2) / 5 + 1;

	year += era * 400 + (month >= 10);
	month = month < 10 ? month + 3 : month - 9;
	put2(out, year / 100);
	put2(out + 2, year % 100);
	out[4] = '-';
	put2(out + 5, month);
	out[7] = '-';
	put2(out + 8, of_month);
}

/* "2026-11-20T22:37:41." */
static void put_second(char *out, int64_t s)
{
	int64_t day = s / 86400, of_day = s % 86400;
	if (of_day < 0) {
		of_day += 86400;
		day--;
	}
	put_date(out, day);
	out[10] = 'T';
	put2(out + 11, (unsigned)(of_day / 3600));
	out[13] = ':';
	put2(out + 14, (unsigned)(of_day / 60 % 60));
	out[16] = ':';
	put2(out + 17, (unsigned)(of_day % 60));
	out[19] = '.';
}

size_t report_format_time_near(char *out, ShakedownTime time, ReportTime *before)
{
	int64_t s = time / SHAKEDOWN_NS_PER_S, ns = time % SHAKEDOWN_NS_PER_S;

	if (ns < 0) {
		ns += SHAKEDOWN_NS_PER_S;
		s--;
	}
	if (before->second != s || !before->text[0]) {
		before->second = s;
		put_second(before->text, s);
	}
	memcpy(out, before->text, sizeof(before->text));
	put_nanoseconds(out + 20, (uint32_t)ns);
	out[29] = 'Z';
	return REPORT_TIME_LEN;
}

size_t report_format_time(char *out, ShakedownTime time)
{
	return report_format_time_near(out, time, &(ReportTime){0});
}

size_t report_format_seconds(char *out, ShakedownDuration duration)
{
	uint64_t v = magnitude(duration);
	uint32_t ns = (uint32_t)(v % (uint64_t)SHAKEDOWN_NS_PER_S);
	size_t len = duration < 0;

	if (len)
		*out = '-';
	len += report_format_uint(out + len, v / (uint64_t)SHAKEDOWN_NS_PER_S);
	if (ns == 0)
		return len;
	out[len++] = '.';
	put_nanoseconds(out + len, ns);
	len += 9;
	while (out[len - 1] == '0')
		len--;
	return len;
}

size_t report_format_seconds_fixed(char *out, ShakedownDuration duration, unsigned decimals)
{
	uint64_t v = magnitude(duration), unit = 1;
	char digits[9];

	decimals = MIN(decimals, 9);
	for (unsigned i = decimals; i < 9; i++)
		unit *= 10;
	v = (v + unit / 2) / unit * unit;
	size_t len = duration < 0 && v > 0;
	if (len)
		*out = '-';
	len += report_format_uint(out + len, v / (uint64_t)SHAKEDOWN_NS_PER_S);
	if (decimals == 0)
		return len;
	out[len++] = '.';
	put_nanoseconds(digits, (uint32_t)(v % (uint64_t)SHAKEDOWN_NS_PER_S));
	memcpy(out + len, digits, decimals);
	return len + decimals;
}

static uint64_t divide_rounded(uint64_t value, uint64_t by)
{
	return value / by + (value % by >= (by + 1) / 2);
}

/* Three significant digits of value / unit: "1.46", "20.1", "314"; 0 where it rounds to 1000 or
 * more. The unit is a power of ten, at least 100. */
static size_t three_digits(char *out, uint64_t value, uint64_t unit)
{
	uint64_t step = unit / 100;
	unsigned decimals = 2;
	uint64_t n = divide_rounded(value, step);

	while (n >= 1000 && decimals > 0) {
		step *= 10;
		decimals--;
		n = divide_rounded(value, step);
	}
	if (n >= 1000)
		return 0;
	if (decimals == 0)
		return report_format_uint(out, n);
	uint64_t scale = decimals == 2 ? 100 : 10;
	size_t len = report_format_uint(out, n / scale);
	out[len++] = '.';
	if (decimals == 2)
		out[len++] = (char)('0' + n % scale / 10);
	out[len++] = (char)('0' + n % 10);
	return len;
}

static size_t append(char *out, const char *text)
{
	size_t len = strlen(text);
	memcpy(out, text, len);
	return len;
}

/* "12 min 5 s": a whole number of the greater and of the lesser unit. */
static size_t two_units(char *out, uint64_t n, uint64_t per, const char *greater,
			const char *lesser)
{
	size_t len = report_format_uint(out, n / per);
	len += append(out + len, greater);
	len += report_format_uint(out + len, n % per);
	return len + append(out + len, lesser);
}

size_t report_format_duration(char *out, ShakedownDuration duration, const char *micro)
{
	if (duration == SHAKEDOWN_DURATION_UNKNOWN)
		return append(out, "-");
	uint64_t v = magnitude(duration), s = (v + 500000000) / 1000000000;
	size_t sign = duration < 0, len;

	if (sign)
		*out++ = '-';
	if (v == 0)
		return append(out, "0 s");
	if (v < 1000) {
		len = report_format_uint(out, v);
		return sign + len + append(out + len, " ns");
	}
	if ((len = three_digits(out, v, 1000)) > 0) {
		out[len++] = ' ';
		len += append(out + len, micro);
		return sign + len + append(out + len, "s");
	}
	if ((len = three_digits(out, v, 1000000)) > 0)
		return sign + len + append(out + len, " ms");
	if (s < 60) {
		len = three_digits(out, v, 1000000000);
		return sign + len + append(out + len, " s");
	}
	if (s < 3600)
		return sign + two_units(out, s, 60, " min ", " s");
	if (s < 86400)
		return sign + two_units(out, s / 60, 60, " h ", " min");
	return sign + two_units(out, s / 3600, 24, " d ", " h");
}

/* value with the first of the suffixes (each a thousand times the one before) that suits it. */
static size_t scaled(char *out, uint64_t value, const char *const *suffixes, size_t n)
{
	uint64_t unit = 1000;
	size_t len = 0;

	for (size_t i = 0; i < n; i++, unit *= 1000) {
		len = three_digits(out, value, unit);
		if (len > 0)
			return len + append(out + len, suffixes[i]);
	}
	len = report_format_uint(out, value / (unit / 1000));
	return len + append(out + len, suffixes[n - 1]);
}

size_t report_format_size(char *out, uint64_t bytes)
{
	static const char *const suffixes[] = {" kB", " MB", " GB", " TB", " PB"};
	if (bytes >= 1000)
		return scaled(out, bytes, suffixes, G_N_ELEMENTS(suffixes));
	size_t len = report_format_uint(out, bytes);
	return len + append(out + len, " B");
}

size_t report_format_count(char *out, uint64_t count)
{
	static const char *const suffixes[] = {"k", "M", "G", "T", "P"};
	if (count < 1000)
		return report_format_uint(out, count);
	return scaled(out, count, suffixes, G_N_ELEMENTS(suffixes));
}

size_t report_format_percent(char *out, uint64_t part, uint64_t whole)
{
	if (whole == 0)
		return append(out, "-");
	if (part == 0)
		return append(out, "0%");
	if (part >= whole)
		return append(out, "100%");
	unsigned permille = (unsigned)((double)part * 1000 / (double)whole + 0.5);
	if (permille == 0)
		return append(out, "<0.1%");
	if (permille >= 1000)
		return append(out, ">99.9%");
	size_t len = report_format_uint(out, permille / 10);
	out[len++] = '.';
	out[len++] = (char)('0' + permille % 10);
	out[len++] = '%';
	return len;
}

size_t report_format_address(char *out, const ShakedownAddress *address)
{
	return shakedown_address_format(address, out);
}

size_t report_format_subnet(char *out, const ShakedownAddress *address, unsigned bits)
{
	size_t len = shakedown_address_format(address, out);

	out[len++] = '/';
	return len + report_format_uint(out + len, bits);
}

size_t report_format_endpoint(char *out, const ShakedownAddress *address, uint16_t port)
{
	bool brackets = address->version == 6;
	size_t len = 0;

	if (brackets)
		out[len++] = '[';
	len += shakedown_address_format(address, out + len);
	if (brackets)
		out[len++] = ']';
	out[len++] = ':';
	return len + report_format_uint(out + len, port);
}
