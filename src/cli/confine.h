/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a command gives up before it looks at packets, which anybody may have made: first the rights
 * it had to open its input, then the system calls that it will not need.
 */
#pragma once

#include "cli/cli.h"

/* Inputs are open, outputs not yet: these are written by who we are from now on. False after
 * telling why. */
bool confine_rights(const Options *options);
/* Everything is open. Where calls cannot be confined it goes on without; -v says so. */
void confine_calls(const Options *options);
