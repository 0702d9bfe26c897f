/* SPDX-License-Identifier: BSD-3-Clause */
/* The text, to the letter: OpenMetrics 1.0 and the format before it. */
#include "metrics/histogram.h"

#include <criterion/criterion.h>
#include <string.h>

static const ExpositionFamily calls = {EXPOSITION_COUNTER, "x_calls", NULL,
				       "Calls \"so far\"\nand\\or more."};
static const ExpositionFamily age = {EXPOSITION_GAUGE, "x_age_seconds", "seconds", "Age."};
static const ExpositionFamily version = {EXPOSITION_INFO, "x_build", NULL, "Build."};
static const ExpositionFamily waits = {EXPOSITION_HISTOGRAM, "x_wait_seconds", "seconds", "Waits."};

static void expect(GString *text, const char *wanted)
{
	cr_assert_str_eq(text->str, wanted, "got:\n%s\nnot:\n%s", text->str, wanted);
	g_string_free(text, TRUE);
}

static void say(Exposition *e)
{
	exposition_begin(e, &calls);
	exposition_count(e, EXPOSITION_LABELS({"by", "all"}, {"on", "eth0"}), UINT64_MAX);
	exposition_begin(e, &age);
	exposition_seconds(e, NULL, 1500 * INT64_C(1000000));
	exposition_begin(e, &version);
	exposition_count(e, EXPOSITION_LABELS({"version", "1"}), 1);
	exposition_end(e);
}

Test(exposition, openmetrics)
{
	Exposition e = {SHAKEDOWN_METRICS_OPENMETRICS, g_string_new(NULL), NULL};

	say(&e);
	expect(e.text, "# TYPE x_calls counter\n"
		       "# HELP x_calls Calls \\\"so far\\\"\\nand\\\\or more.\n"
		       "x_calls_total{by=\"all\",on=\"eth0\"} 18446744073709551615\n"
		       "# TYPE x_age_seconds gauge\n"
		       "# UNIT x_age_seconds seconds\n"
		       "# HELP x_age_seconds Age.\n"
		       "x_age_seconds 1.5\n"
		       "# TYPE x_build info\n"
		       "# HELP x_build Build.\n"
		       "x_build_info{version=\"1\"} 1\n"
		       "# EOF\n");
}

/* Counters and information bear their suffix in the metadata as well, and quotes in a help text
 * stand for themselves. */
Test(exposition, prometheus)
{
	Exposition e = {SHAKEDOWN_METRICS_PROMETHEUS, g_string_new(NULL), NULL};

	say(&e);
	expect(e.text, "# TYPE x_calls_total counter\n"
		       "# HELP x_calls_total Calls \"so far\"\\nand\\\\or more.\n"
		       "x_calls_total{by=\"all\",on=\"eth0\"} 18446744073709551615\n"
		       "# TYPE x_age_seconds gauge\n"
		       "# HELP x_age_seconds Age.\n"
		       "x_age_seconds 1.5\n"
		       "# TYPE x_build_info gauge\n"
		       "# HELP x_build_info Build.\n"
		       "x_build_info{version=\"1\"} 1\n");
}

/* An interface may be called almost anything; the text stays UTF-8 and a line a line. */
Test(exposition, values_are_escaped)
{
	static const struct {
		const char *value, *escaped;
	} cases[] = {
		{"a\"b", "a\\\"b"}, {"a\\b", "a\\\\b"},	      {"a\nb", "a\\nb"},
		{"", ""},	    {"\xc3\xa4", "\xc3\xa4"}, {"\xff", "\xef\xbf\xbd"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Exposition e = {SHAKEDOWN_METRICS_OPENMETRICS, g_string_new(NULL), NULL};
		g_autofree char *wanted =
			g_strdup_printf("x_calls_total{on=\"%s\"} 0\n", cases[i].escaped);

		e.family = &calls;
		exposition_count(&e, EXPOSITION_LABELS({"on", cases[i].value}), 0);
		expect(e.text, wanted);
	}
}

static Histogram histogram_of(const ShakedownDuration *durations, size_t n)
{
	Histogram h = {{0}, 0, 0};

	for (size_t i = 0; i < n; i++)
		histogram_add(&h, durations[i]);
	return h;
}

/* The value of the sample that begins so. */
static uint64_t sample(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	cr_assert_not_null(at, "%s in\n%s", name, text);
	return g_ascii_strtoull(at + strlen(name), NULL, 10);
}

Test(exposition, buckets_cumulate)
{
	/* On a bound, just above it, beyond all, and two that are not counted. */
	static const ShakedownDuration some[] = {
		0, 1000000, 1000001, 301 * SHAKEDOWN_NS_PER_S, SHAKEDOWN_DURATION_UNKNOWN, -1};
	Histogram h = histogram_of(some, G_N_ELEMENTS(some));
	Exposition e = {SHAKEDOWN_METRICS_OPENMETRICS, g_string_new(NULL), &waits};

	histogram_expose(&h, &e, EXPOSITION_LABELS({"leg", "client"}));
	const char *t = e.text->str;
	cr_assert_eq(sample(t, "x_wait_seconds_bucket{leg=\"client\",le=\"5e-05\"} "), 1);
	cr_assert_eq(sample(t, "x_wait_seconds_bucket{leg=\"client\",le=\"0.001\"} "), 2);
	cr_assert_eq(sample(t, "x_wait_seconds_bucket{leg=\"client\",le=\"0.0025\"} "), 3);
	cr_assert_eq(sample(t, "x_wait_seconds_bucket{leg=\"client\",le=\"1.0\"} "), 3);
	cr_assert_eq(sample(t, "x_wait_seconds_bucket{leg=\"client\",le=\"300.0\"} "), 3);
	cr_assert_eq(sample(t, "x_wait_seconds_bucket{leg=\"client\",le=\"+Inf\"} "), 4);
	cr_assert_eq(sample(t, "x_wait_seconds_count{leg=\"client\"} "), 4);
	cr_assert_not_null(strstr(t, "x_wait_seconds_sum{leg=\"client\"} 301.002000001\n"));
	g_string_free(e.text, TRUE);
}

/* Nor does the sum overflow where the durations of a hostile capture add up to centuries. */
Test(exposition, sums_are_exact)
{
	Histogram h = {{0}, 0, 0};
	Exposition e = {SHAKEDOWN_METRICS_OPENMETRICS, g_string_new(NULL), &waits};

	for (unsigned i = 0; i < 3; i++)
		histogram_add(&h, INT64_MAX);
	histogram_expose(&h, &e, NULL);
	cr_assert_not_null(strstr(e.text->str, "x_wait_seconds_sum 27670116110.564327421\n"));
	g_string_free(e.text, TRUE);
}
