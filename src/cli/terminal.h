/* SPDX-License-Identifier: BSD-3-Clause */
/* What the terminal can do, and what the user wants of it. */
#pragma once

#include "cli/options.h"
#include "cli/output.h"

bool terminal_color(const Options *options, const Output *output);
/* Of a screen, which is a terminal whatever the output is. */
bool terminal_screen_color(const Options *options);
bool terminal_ascii(const Options *options);
unsigned terminal_width(const Options *options, const Output *output);
