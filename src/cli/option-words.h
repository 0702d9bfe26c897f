/* SPDX-License-Identifier: BSD-3-Clause */
/* What GLib does not do for a command line: before it is given to GLib, and where GLib refuses it.
 */
#pragma once

#include "cli/help.h"

/* "-c5" becomes two words, which tcpdump takes and GLib does not. A copy. */
char **option_words_split(const OptionRow *rows, size_t n, char **argv);
/* False, after telling, where a value is given to an option that has none: GLib drops it, so that
 * --ascii=no would mean --ascii. */
bool option_words_agree(const OptionRow *rows, size_t n, char **args);
/* Tells what GLib found, with a suggestion where an option is unknown. */
void option_words_complain(const OptionRow *rows, size_t n, const GError *error);
