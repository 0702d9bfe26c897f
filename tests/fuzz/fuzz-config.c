/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Configuration files, and values as `--set` hands them over. What was taken lies within the keys'
 * ranges and can be written and read again; an error changes nothing and is one line.
 */
#include "fuzz.h"

#include <shakedown/config.h>

#include <string.h>

static int64_t value_of(const ShakedownConfig *config, const ShakedownConfigKey *key)
{
	int64_t value;

	memcpy(&value, (const uint8_t *)config + key->offset, sizeof value);
	return value;
}

static void check_taken(const ShakedownConfig *config)
{
	size_t n;
	const ShakedownConfigKey *keys = shakedown_config_keys(&n);

	for (size_t i = 0; i < n; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = shakedown_config_get(config, &keys[i]);
		ShakedownConfig again;
		int64_t value = value_of(config, &keys[i]);

		fuzz_check(value >= keys[i].least && value <= keys[i].most, "%s: %" G_GINT64_FORMAT,
			   keys[i].name, value);
		shakedown_config_init(&again);
		fuzz_check(shakedown_config_set(&again, keys[i].name, text, &error), "%s = %s: %s",
			   keys[i].name, text, error->message);
		fuzz_check(value_of(&again, &keys[i]) == value,
			   "%s = %s, which is %" G_GINT64_FORMAT " and not %" G_GINT64_FORMAT,
			   keys[i].name, text, value_of(&again, &keys[i]), value);
	}
}

static void check_refused(const ShakedownConfig *config, const GError *error)
{
	ShakedownConfig defaults;

	shakedown_config_init(&defaults);
	fuzz_check(!memcmp(config, &defaults, sizeof defaults), "an error changed something");
	fuzz_check(error && fuzz_is_line(error->message), "the error is no line: %s",
		   error ? error->message : "");
}

static void set_one(const uint8_t *data, size_t size)
{
	size_t n;
	const ShakedownConfigKey *keys = shakedown_config_keys(&n);
	g_autofree char *value = g_strndup((const char *)data + 1, size - 1);
	g_autoptr(GError) error = NULL;
	ShakedownConfig config;

	shakedown_config_init(&config);
	if (shakedown_config_set(&config, keys[*data % n].name, value, &error))
		check_taken(&config);
	else
		check_refused(&config, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzFile file = fuzz_file_new(data, size);
	g_autoptr(GError) error = NULL;
	ShakedownConfig config;

	shakedown_config_init(&config);
	if (shakedown_config_load(&config, file.path, &error))
		check_taken(&config);
	else
		check_refused(&config, error);
	fuzz_file_clear(&file);
	if (size && size < 64)
		set_one(data, size);
	return 0;
}
