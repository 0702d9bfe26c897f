/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

/* The only mutable globals: a signal handler can reach nothing else. Threads look at it, too. */
static atomic_bool asked;
static volatile sig_atomic_t reopen, status;

/* The reader of a pipe takes an interrupted read() up again. Standard input becomes empty under it,
 * so that it finds the end there. */
static void ask(int signal)
{
	int before = errno, nothing = open("/dev/null", O_RDONLY);

	(void)signal;
	asked = true;
	if (nothing >= 0) {
		dup2(nothing, STDIN_FILENO);
		close(nothing);
	}
	errno = before;
}

void interrupt_init(void)
{
	/* No SA_RESTART: a read that waits for a pipe shall return. */
	struct sigaction stop = {.sa_handler = ask, .sa_flags = SA_RESETHAND};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction inherited;

	sigemptyset(&stop.sa_mask);
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGPIPE, &ignore, NULL);
	/* What runs in the background of a shell without job control ignores ^C: so it stays. */
	if (sigaction(SIGINT, NULL, &inherited) == 0 && inherited.sa_handler != SIG_IGN)
		sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
}

bool interrupt_asked(void)
{
	return asked;
}

static void note(int signal)
{
	if (signal == SIGHUP)
		reopen = 1;
	else
		status = 1;
}

void interrupt_listen(void)
{
	struct sigaction listen = {.sa_handler = note, .sa_flags = SA_RESTART};

	sigemptyset(&listen.sa_mask);
	sigaction(SIGHUP, &listen, NULL);
	sigaction(SIGUSR1, &listen, NULL);
}

bool interrupt_take_reopen(void)
{
	bool was = reopen;

	reopen = 0;
	return was;
}

bool interrupt_take_status(void)
{
	bool was = status;

	status = 0;
	return was;
}
