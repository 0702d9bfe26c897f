/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sandbox, which confines system calls: when everything that needs more is open, the process
 * keeps those that are left to do, and no way back. Whoever takes it over by way of a packet can
 * then neither execute a program, nor look into another process, nor speak to the network.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	bool capture; /* packets come from interfaces that are open */
	bool reopen;  /* … and that are opened again when they return */
	bool serve;   /* metrics are asked for, on a socket that listens already */
} SandboxNeeds;

typedef enum {
	SANDBOX_ENTERED = 0,
	SANDBOX_NOT_BUILT, /* without libseccomp, or with a sanitizer, which needs far more calls */
	SANDBOX_REFUSED,   /* the kernel will have none */
} SandboxVerdict;

/* Why it was not entered: the caller's to free; NULL where it was. */
SandboxVerdict sandbox_enter(const SandboxNeeds *needs, char **why);
