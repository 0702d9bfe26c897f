/* SPDX-License-Identifier: BSD-3-Clause */
/* How much memory there is to be had, and how much of it is asked for. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* With less the program is not worth running. */
#define MEMORY_LEAST (UINT64_C(128) << 20)
#define MEMORY_LEAST_TEXT "128M"

/* A size as in values.h, or "25%" of what there is: the machine's, or less where a control group
 * bounds it. False where it is neither, or too little. */
bool memory_parse(const char *text, uint64_t *bytes);
/* So many bytes, or where addresses have 32 bits 2 GiB at most: a process has three or four of
 * them, and they come in pieces. */
uint64_t memory_within_reach(uint64_t bytes);
