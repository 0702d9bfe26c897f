/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

/* Globals, as a signal handler can reach nothing else; so is what top/screen-curses.c restores.
 * Threads look at asked, too. */
static atomic_bool asked;
static volatile sig_atomic_t reopen, status;
static void (*volatile restore)(void);

/* SA_RESETHAND: the signal that comes again is the end. */
static void die(int signal)
{
	int before = errno;

	if (restore)
		restore();
	errno = before;
	raise(signal);
}

static void set(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	sigemptyset(&action.sa_mask);
	sigaction(signal, &action, NULL);
}

static void ask(int signal)
{
	int before = errno;

	asked = true;
	if (restore)
		set(signal, die, SA_RESETHAND);
	errno = before;
}

/* No SA_RESTART: an open() that waits for a pipe's writer shall return. */
static void stop_at(int signal)
{
	set(signal, ask, SA_RESETHAND);
}

void interrupt_init(void)
{
	struct sigaction inherited;

	set(SIGPIPE, SIG_IGN, 0);
	set(SIGXFSZ, SIG_IGN, 0);
	/* What runs in the background of a shell without job control ignores ^C: so it stays. */
	if (sigaction(SIGINT, NULL, &inherited) == 0 && inherited.sa_handler != SIG_IGN)
		stop_at(SIGINT);
	stop_at(SIGTERM);
}

/* Scripts start tcpdump in the background and end it by kill -INT. */
void interrupt_init_live(void)
{
	stop_at(SIGINT);
}

bool interrupt_asked(void)
{
	return asked;
}

void interrupt_set_restore(void (*function)(void))
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};

	restore = function;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		struct sigaction now;

		/* A sanitizer has its own. */
		if (sigaction(faults[i], NULL, &now) == 0 &&
		    now.sa_handler == (function ? SIG_DFL : die))
			set(faults[i], function ? die : SIG_DFL, function ? SA_RESETHAND : 0);
	}
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
