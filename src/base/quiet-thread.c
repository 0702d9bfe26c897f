/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/quiet-thread.h"

#include <signal.h>

bool quiet_thread_start(pthread_t *thread, void *(*run)(void *data), void *data)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool runs = pthread_create(thread, NULL, run, data) == 0;

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return runs;
}
