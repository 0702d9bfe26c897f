/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making text harmless: what a terminal would act upon, rather than show, is spelt out. Names of
 * files and notes of a capture come from strangers.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Printable ASCII throughout: nothing to do. */
bool text_is_plain(const char *text, size_t len);
/* Appends text, made harmless (and ASCII, if asked), to out. Newlines and tabs become spaces. */
void text_clean_append(GString *out, const char *text, size_t len, bool ascii);
