/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether bytes are JSON: RFC 8259 to the letter, UTF-8 included. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One value and nothing else but white space. */
bool json_is_valid(const char *text, size_t len);
/* One object a line, each line ended. */
bool json_lines_are_valid(const char *text, size_t len);
