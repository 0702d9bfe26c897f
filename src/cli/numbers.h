/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers for people, on standard error. */
#pragma once

#include <stdint.h>

#define NUMBERS_LEN 32

/* 12345678 as "12,345,678"; returns where in out it begins. */
const char *numbers_grouped(uint64_t n, char out[NUMBERS_LEN]);
