/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values as they stand on the command line. Each take_…() leaves the value as it is where text is
 * NULL, since nothing was given; and where it is wrong is false after telling what could be there.
 */
#pragma once

#include <shakedown/shakedown.h>

bool value_take_number(const char *option, const char *text, uint64_t least, uint64_t most,
		       uint64_t *value);
/* As in a configuration file: "30", "5min"; least_text, as "at least 1 s", is for who errs. */
bool value_take_duration(const char *option, const char *text, ShakedownDuration least,
			 const char *least_text, ShakedownDuration *value);
bool value_take_size(const char *option, const char *text, uint64_t least, const char *least_text,
		     uint64_t *value);
/* The index of the word in a NULL-terminated list. */
bool value_take_word(const char *option, const char *text, const char *const *words, int *index);

/* "65536", "64K", "1.5M", "2GiB", "4GB": bytes, by powers of 1024. False where it is no size. */
bool value_parse_size(const char *text, uint64_t *bytes);
