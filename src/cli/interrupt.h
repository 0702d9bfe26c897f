/* SPDX-License-Identifier: BSD-3-Clause */
/* ^C and kill ask the program to stop reading and to report what it has; a second one ends it. */
#pragma once

#include <stdbool.h>

/* Also makes a closed pipe an error of write() instead of the program's end. */
void interrupt_init(void);
bool interrupt_asked(void);
