/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The terminal, while it is a screen. All calls come from one thread at a time. Whatever ends the
 * program, the terminal is to be as it was: top_screen_restore() sees to it from a signal
 * handler, where nothing else can.
 */
#pragma once

#include "top/canvas.h"

typedef struct _TopScreen TopScreen;

/* Whether this program and this terminal can have one; else why not, and what to try. Changes
 * nothing. */
bool top_screen_possible(GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* From here on the terminal is a screen. */
TopScreen *top_screen_open(bool color, GError **error);
void top_screen_close(TopScreen *screen);
/* Async-signal-safe. */
void top_screen_restore(void);

/* As it is by now. */
void top_screen_size(TopScreen *screen, unsigned *width, unsigned *height);
/* Only what has changed goes out; it may wait for a slow terminal. */
void top_screen_show(TopScreen *screen, const TopCanvas *canvas);
/* The next key (see ui.h), after waiting for at most so many ms; 0: none. Gone: nobody is there any
 * more who could press one. */
unsigned top_screen_key(TopScreen *screen, int wait, bool *gone);
/* Draws anew what something else may have written over. */
void top_screen_redraw(TopScreen *screen);
/* Hands the terminal to the shell until it is given back. */
void top_screen_suspend(TopScreen *screen);
