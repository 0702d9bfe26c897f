/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a program that reads hostile bytes gives up before it reads the first one: another user's
 * rights, capabilities(7), and the chance to gain any by executing something.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	const char *user; /* "USER", "USER:GROUP", or NULL: who it is now. Names or numbers. */
	bool capture;	  /* CAP_NET_RAW stays: interfaces are to be opened again */
	/* Files are to be opened later: root that stays root keeps CAP_DAC_OVERRIDE, so that
	 * "sudo shakedown -w ~/x" writes where everybody expects it to. Root's own files it can
	 * write in any case. */
	bool files;
} PrivilegeKept;

/*
 * Becomes the user, and keeps no capability but those. Fails, with what to do, where there is no
 * such user, or who we are may not become it; then nothing shall be read.
 */
bool privilege_drop(const PrivilegeKept *kept, GError **error) G_GNUC_WARN_UNUSED_RESULT;
