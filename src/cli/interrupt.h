/* SPDX-License-Identifier: BSD-3-Clause */
/* ^C and kill ask the program to stop reading and to report what it has; a second one ends it. */
#pragma once

#include <stdbool.h>

/* Also makes a closed pipe, and a file that may grow no more (RLIMIT_FSIZE), an error of write()
 * instead of the program's end. */
void interrupt_init(void);
/* Nothing but a signal may end a capture: from here on SIGINT does, even if it was ignored. */
void interrupt_init_live(void);
bool interrupt_asked(void);

/*
 * What to call before the program dies of a second one, or of a fault, so that the terminal is as
 * it was: must be async-signal-safe. NULL: nothing any more.
 */
void interrupt_set_restore(void (*function)(void));

/* From here on, SIGHUP and SIGUSR1 ask as well. */
void interrupt_listen(void);
/* True once after each SIGHUP: what is written to shall be opened anew. */
bool interrupt_take_reopen(void);
/* True once after each SIGUSR1: how does it stand? */
bool interrupt_take_status(void);
