/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/nearest.h"

#include <shakedown/config.h>

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

static void assert_duration(const char *text, ShakedownDuration expected)
{
	ShakedownConfig config;
	g_autoptr(GError) error = NULL;

	shakedown_config_init(&config);
	cr_assert(shakedown_config_set(&config, "idle_timeout", text, &error), "%s: %s", text,
		  error ? error->message : "");
	cr_assert_eq(config.idle_timeout, expected, "%s gave %" G_GINT64_FORMAT, text,
		     config.idle_timeout);
}

/* What is refused leaves the value alone. */
static void assert_refused(const char *key, const char *text, ShakedownConfigError code,
			   const char *said)
{
	ShakedownConfig config, before;
	g_autoptr(GError) error = NULL;

	shakedown_config_init(&config);
	before = config;
	cr_assert_not(shakedown_config_set(&config, key, text, &error), "%s=%s", key, text);
	cr_assert(g_error_matches(error, SHAKEDOWN_CONFIG_ERROR, (int)code), "%s=%s: %s", key, text,
		  error->message);
	cr_assert_not_null(strstr(error->message, said), "%s=%s: %s", key, text, error->message);
	cr_assert_eq(memcmp(&config, &before, sizeof config), 0);
}

/* Loads text from a file; the file's name in the message is replaced by FILE. */
static char *load(ShakedownConfig *config, const char *text)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	int fd = g_file_open_tmp("shakedown-config-XXXXXX", &path, NULL);

	cr_assert_geq(fd, 0);
	g_close(fd, NULL);
	cr_assert(g_file_set_contents(path, text, -1, NULL));
	bool ok = shakedown_config_load(config, path, &error);
	g_unlink(path);
	cr_assert_eq(ok, error == NULL);
	if (ok)
		return g_strdup("");
	cr_assert(g_str_has_prefix(error->message, path), "%s", error->message);
	return g_strdup_printf("FILE%s", error->message + strlen(path));
}

static void assert_load_says(const char *text, const char *expected)
{
	ShakedownConfig config, before;

	shakedown_config_init(&config);
	before = config;
	g_autofree char *said = load(&config, text);
	cr_assert_str_eq(said, expected);
	cr_assert_eq(memcmp(&config, &before, sizeof config), 0, "changed by: %s", text);
}

Test(config, defaults_lie_within_their_ranges_and_print_as_they_parse)
{
	ShakedownConfig config, again;
	size_t n;
	const ShakedownConfigKey *keys = shakedown_config_keys(&n);

	shakedown_config_init(&config);
	memset(&again, 0x55, sizeof again);
	cr_assert_eq(n * sizeof(int64_t), sizeof config);
	for (size_t i = 0; i < n; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = shakedown_config_get(&config, &keys[i]);

		cr_assert(shakedown_config_set(&again, keys[i].name, text, &error), "%s: %s",
			  keys[i].name, error ? error->message : "");
		cr_assert(*keys[i].meaning);
	}
	cr_assert_eq(memcmp(&config, &again, sizeof config), 0);
	cr_assert_eq(config.msl, 30 * SHAKEDOWN_NS_PER_S);
	cr_assert_eq(config.idle_timeout, 7440 * SHAKEDOWN_NS_PER_S);
	cr_assert_eq(config.ephemeral_ports, 28232);
}

Test(config, durations_are_read_to_the_nanosecond)
{
	assert_duration("3", 3 * SHAKEDOWN_NS_PER_S);
	assert_duration("3s", 3 * SHAKEDOWN_NS_PER_S);
	assert_duration("3 s", 3 * SHAKEDOWN_NS_PER_S);
	assert_duration("1.5", 1500000000);
	assert_duration("2000ms", 2 * SHAKEDOWN_NS_PER_S);
	assert_duration("1.000000001", 1000000001);
	assert_duration("1.0000000019", 1000000001);
	assert_duration("2min", 120 * SHAKEDOWN_NS_PER_S);
	assert_duration("0.5h", 1800 * SHAKEDOWN_NS_PER_S);
	assert_duration("1d", 86400 * SHAKEDOWN_NS_PER_S);
	assert_duration("1000000us", SHAKEDOWN_NS_PER_S);
	assert_duration("2000000000ns", 2 * SHAKEDOWN_NS_PER_S);
}

Test(config, values_print_in_the_largest_unit_that_fits)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"60", "60s"},
		{"120", "2min"},
		{"7440", "124min"},
		{"2h", "2h"},
		{"1h", "60min"},
		{"1.5", "1500ms"},
		{"1.0005", "1000500us"},
		{"1.000000001", "1000000001ns"},
		{"2d", "2d"},
	};
	ShakedownConfig config;
	size_t n, k = 0;
	const ShakedownConfigKey *keys = shakedown_config_keys(&n);

	shakedown_config_init(&config);
	while (strcmp(keys[k].name, "idle_timeout") != 0)
		k++;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		cr_assert(shakedown_config_set(&config, "idle_timeout", rows[i].in, NULL));
		g_autofree char *text = shakedown_config_get(&config, &keys[k]);
		cr_assert_str_eq(text, rows[i].out);
	}
}

Test(config, what_is_no_value_is_refused)
{
	static const char *const wrong[] = {
		"",
		" ",
		"s",
		"-1",
		"+1",
		"1e3",
		"0x10",
		"3 parsecs",
		"3.",
		".5",
		"1 s x",
		"1,5",
		"1.2.3",
		"1S",
		"inf",
		"nan",
		"9223372036854775808",
		"99999999999999999999999999",
		"9223372036854775807d",
		"9223372036.9",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
		assert_refused("idle_timeout", wrong[i], SHAKEDOWN_CONFIG_ERROR_VALUE,
			       "is not a duration");
	for (size_t i = 0; i < 10; i++)
		assert_refused("flood_syns", wrong[i], SHAKEDOWN_CONFIG_ERROR_VALUE,
			       "is not a whole number");
	assert_refused("flood_syns", "10s", SHAKEDOWN_CONFIG_ERROR_VALUE, "is not a whole number");
}

Test(config, ranges_are_kept_and_told)
{
	assert_refused("flood_half_open", "101", SHAKEDOWN_CONFIG_ERROR_VALUE,
		       "it may be 1 to 100");
	assert_refused("flood_half_open", "0", SHAKEDOWN_CONFIG_ERROR_VALUE, "it may be 1 to 100");
	assert_refused("ephemeral_ports", "65536", SHAKEDOWN_CONFIG_ERROR_VALUE, "1 to 65535");
	assert_refused("msl", "0", SHAKEDOWN_CONFIG_ERROR_VALUE, "it may be 1ms to 60min");
	assert_refused("msl", "61min", SHAKEDOWN_CONFIG_ERROR_VALUE, "it may be 1ms to 60min");
}

Test(config, an_unknown_key_gets_a_suggestion)
{
	assert_refused("syn_timeot", "3", SHAKEDOWN_CONFIG_ERROR_UNKNOWN,
		       "unknown key 'syn_timeot'; did you mean 'syn_timeout'?");
	assert_refused("syn-timeout", "3", SHAKEDOWN_CONFIG_ERROR_UNKNOWN, "mean 'syn_timeout'?");
	assert_refused("colour", "3", SHAKEDOWN_CONFIG_ERROR_UNKNOWN, "explain --config");
	assert_refused("a\nb\033", "3", SHAKEDOWN_CONFIG_ERROR_UNKNOWN, "'a\\nb\\033'");
}

Test(config_file, overwrites_what_it_names_and_nothing_else)
{
	ShakedownConfig config, expected;

	shakedown_config_init(&config);
	expected = config;
	expected.msl = 60 * SHAKEDOWN_NS_PER_S;
	expected.flood_syns = 1000;
	g_autofree char *said = load(&config, "# ours\n\n[shakedown]\nmsl = 60s \n"
					      "flood_syns=500\r\nflood_syns=1000\n");
	cr_assert_str_eq(said, "");
	cr_assert_eq(memcmp(&config, &expected, sizeof config), 0);
}

Test(config_file, may_be_empty)
{
	assert_load_says("", "");
	assert_load_says("[shakedown]\n", "");
	assert_load_says("# nothing\n\n", "");
}

Test(config_file, errors_name_the_line)
{
	assert_load_says("[shakedown]\n\n# x\nsyn_timeot=3\n",
			 "FILE:4: unknown key 'syn_timeot'; did you mean 'syn_timeout'?");
	assert_load_says("[shakedown]\nmsl=30\nflood_syns=many\n",
			 "FILE:3: flood_syns: 'many' is not a whole number such as 200");
	assert_load_says("[shakedown]\nmsl=1\nmsl=nope\n",
			 "FILE:3: msl: 'nope' is not a duration such as 3, 0.5, 200ms, 3s, 2min or "
			 "1h");
	assert_load_says("[shakedown]\nmsl=1\n[shakdown]\nmsl=1\n",
			 "FILE:3: unknown group [shakdown]; the only one is [shakedown]");
	assert_load_says("[shakedown]\nmsl=1\n\nwhat is this\n",
			 "FILE:4: neither a comment (#) nor KEY=VALUE");
	assert_load_says("# x\nmsl=1\n", "FILE:2: a line [shakedown] must come first");
	assert_load_says("msl=1\n[shakedown]\n", "FILE:1: a line [shakedown] must come first");
	assert_load_says("what is this\n", "FILE:1: neither a comment (#) nor KEY=VALUE");
	assert_load_says("[shakedown]\nmsl[de]=1\n",
			 "FILE:2: unknown key 'msl[de]'; 'shakedown explain --config' lists those "
			 "there are");
}

Test(config_file, what_is_no_text_file_is_refused)
{
	static const struct {
		const char *path, *said;
	} rows[] = {
		{"/nonexistent/shakedown.conf", "/nonexistent/shakedown.conf: No such file or "
						"directory; check the path and the spelling"},
		{"/", "/: Is a directory"},
		{"/dev/zero", "/dev/zero: not a configuration file (larger than 1 MiB)"},
	};
	ShakedownConfig config;

	shakedown_config_init(&config);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		cr_assert_not(shakedown_config_load(&config, rows[i].path, &error));
		cr_assert_eq(error->code, (int)SHAKEDOWN_CONFIG_ERROR_FILE);
		cr_assert_str_eq(error->message, rows[i].said);
	}
	cr_assert(shakedown_config_load(&config, "/dev/null", NULL));
}

static const char *nearest_of(const char *typed)
{
	Nearest nearest = NEAREST_INIT(typed);

	nearest_offer(&nearest, "report");
	nearest_offer(&nearest, "conns");
	nearest_offer(&nearest, "anomalies");
	nearest_offer(&nearest, "ladder");
	nearest_offer(&nearest, "syn-ack-retransmitted");
	return nearest.best ? nearest.best : "";
}

Test(nearest, forgives_what_fingers_do)
{
	cr_assert_str_eq(nearest_of("reprot"), "report");
	cr_assert_str_eq(nearest_of("conn"), "conns");
	cr_assert_str_eq(nearest_of("anomalys"), "anomalies");
	cr_assert_str_eq(nearest_of("lader"), "ladder");
	cr_assert_str_eq(nearest_of("LADDER"), "ladder");
	cr_assert_str_eq(nearest_of("syn_ack_retransmited"), "syn-ack-retransmitted");
	cr_assert_str_eq(nearest_of("syn-ack"), "syn-ack-retransmitted");
}

Test(nearest, does_not_guess_wildly)
{
	g_autofree char *endless = g_strnfill(100000, 'a');

	cr_assert_str_eq(nearest_of(""), "");
	cr_assert_str_eq(nearest_of("x"), "");
	cr_assert_str_eq(nearest_of("trace"), "");
	cr_assert_str_eq(nearest_of("capture.pcap"), "");
	cr_assert_str_eq(nearest_of(endless), "");
}
