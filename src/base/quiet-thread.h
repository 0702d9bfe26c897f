/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <pthread.h>
#include <stdbool.h>

/* Starts a thread that no signal comes to: they are for the one that knows what to do. False where
 * there is none to be had. */
bool quiet_thread_start(pthread_t *thread, void *(*run)(void *data), void *data);
