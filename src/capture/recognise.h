/* SPDX-License-Identifier: BSD-3-Clause */
/* What a file that is no capture looks like. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* "a ZIP archive; unpack it first", "text", … or "begins with 12 34 …": one phrase, to be freed. */
char *recognise(const uint8_t *data, size_t len);
