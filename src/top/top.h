/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * watch --top: services, states, connections and anomalies on the whole screen, at the keys'
 * command. The screen is drawn by a thread of its own, so that a slow terminal keeps no packet
 * waiting; what it draws from is the board, which whoever reads packets touches only between
 * top_lock() and top_unlock().
 */
#pragma once

#include <shakedown/shakedown.h>

typedef struct _Top Top;

typedef struct {
	const char *name; /* what is watched */
	bool live, color, ascii;
	ShakedownDuration interval; /* between two looks; 0: a second */
} TopOptions;

/* Whether there can be one, before anything is opened; else one line that says why. */
bool top_possible(GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The options are copied but for the name; the board must outlive it. */
Top *top_new(const TopOptions *options, ShakedownBoard *board, GError **error);

/* Each may be called with NULL, and then does nothing. */
void top_lock(Top *top);
void top_unlock(Top *top);
/* How it stands; as often as one likes. Ended: no packets will come. */
void top_tell(Top *top, const ShakedownAnalysis *analysis, ShakedownCapture *capture, bool ended);
/* A line for the user; it is kept for the end as well. */
void top_remark(Top *top, const char *line);
/* The user has had enough, or is gone. */
bool top_ended(const Top *top);

/* The terminal is as it was when this returns. Returns the remarks, to be freed. */
char **top_close(Top *top);
/* From a signal handler, when the program is about to die. */
void top_restore(void);
