/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands that read captures have in common: how they are opened, and what is said of it.
 */
#pragma once

#include "cli/cli.h"

/* NULL after telling why; the status is then the program's. */
ShakedownCapture *reading_open(const Options *options, Status *status);
/* Where -w says so, packets are kept from here on. False after telling why not. */
bool reading_keep(const Options *options, ShakedownCapture *capture);
/*
 * Reads some packets and has them analysed; live, waits for them no longer than a moment, and lets
 * time go on. False at the end, when that was asked for, or when as many were read as are left.
 */
bool reading_step(const Options *options, ShakedownCapture *capture, ShakedownAnalysis *analysis,
		  uint64_t *left);
/* What is no fault, but may not be what was meant. */
void reading_remark(const Options *options, ShakedownCapture *capture);
