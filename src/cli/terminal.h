/* SPDX-License-Identifier: BSD-3-Clause */
/* What the terminal can do, and what the user wants of it. */
#pragma once

#include "cli/options.h"
#include "cli/output.h"

bool terminal_color(const Options *options, const Output *output);
bool terminal_ascii(const Options *options);
unsigned terminal_width(const Options *options, const Output *output);
