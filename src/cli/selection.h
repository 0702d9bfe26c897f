/* SPDX-License-Identifier: BSD-3-Clause */
/* Which packets of which captures are asked for. */
#pragma once

#include "cli/options.h"

/* Values of --since and --until, or NULL. False after telling what is wrong. */
bool selection_take(Options *options, const char *since, const char *until);
/* The captures ("FILE" where they cannot be given again, or are many) and the options that choose
 * the same connections and number them alike, as a shell takes them; NULL of interfaces. To be
 * freed. */
char *selection_words(const Options *options);
