/* SPDX-License-Identifier: BSD-3-Clause */
/* The sandbox from within: a child enters it, and tries. */
#include "privilege/sandbox.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const SandboxNeeds files = {0};
static const SandboxNeeds live = {.capture = true};
static const SandboxNeeds waiting = {.capture = true, .reopen = true};
static const SandboxNeeds serving = {.capture = true, .serve = true};

/* What the child tries gives its exit status: 0 where it went, else errno. */
typedef int (*Try)(void);

#define REFUSED 200
/* The status, or minus the signal that ended it. */
static int in_sandbox(const SandboxNeeds *needs, Try try)
{
	pid_t child = fork();
	int status = 0;

	cr_assert_geq(child, 0);
	if (child == 0) {
		char *why = NULL;

		if (sandbox_enter(needs, &why) != SANDBOX_ENTERED)
			_exit(REFUSED);
		_exit(try());
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int verdict(long result)
{
	return result < 0 ? errno : 0;
}

static int try_exec(void)
{
	char *const arguments[] = {(char[]){"true"}, NULL};

	return verdict(execv("/bin/true", arguments));
}

static int try_ptrace(void)
{
	return verdict(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int try_fork(void)
{
	return verdict(fork());
}

static int try_socket(void)
{
	return verdict(socket(AF_INET, SOCK_STREAM, 0));
}

static int try_inet6(void)
{
	return verdict(socket(AF_INET6, SOCK_STREAM, 0));
}

static int try_asking(void)
{
	struct ifreq request = {.ifr_name = "lo"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = fd < 0 ? errno : verdict(ioctl(fd, SIOCGIFINDEX, &request));

	return err == ENODEV ? 0 : err;
}

static int try_netlink(void)
{
	return verdict(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int try_connect(void)
{
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};

	return verdict(connect(0, &nobody, sizeof nobody));
}

static int try_accept(void)
{
	int err = verdict(accept(-1, NULL, NULL));

	return err == EBADF ? 0 : err;
}

static int try_signal(void)
{
	return verdict(kill(getppid(), 0));
}

static int try_own_signal(void)
{
	return verdict(kill(getpid(), 0));
}

static int try_executable_memory(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? errno : 0;
}

static int try_making_executable(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? 201 : verdict(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

/* As they are given back when an interface is closed. */
static int try_ring(void)
{
	const struct tpacket_req none = {0};
	int err = verdict(setsockopt(-1, SOL_PACKET, PACKET_RX_RING, &none, sizeof none));

	return err == EBADF ? 0 : err;
}

/* By which one types into the shell that is to come. */
static int try_typing(void)
{
	return verdict(ioctl(0, TIOCSTI, "x"));
}

/* What is left to do goes on: a file is opened, written, renamed and removed. */
static int try_work(void)
{
	char name[] = "/tmp/shakedown-sandbox-XXXXXX", renamed[sizeof name + 4];
	int fd = mkstemp(name);

	if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0 || close(fd) != 0)
		return errno;
	g_snprintf(renamed, sizeof renamed, "%s.new", name);
	if (rename(name, renamed) != 0 || unlink(renamed) != 0)
		return errno;
	g_autofree char *memory = g_malloc(64 << 20);
	memset(memory, 1, 64 << 20);
	int poll = epoll_create1(EPOLL_CLOEXEC);
	return poll < 0 ? errno : verdict(close(poll));
}

static gpointer run_thread(gpointer data)
{
	return data;
}

static int try_thread(void)
{
	GThread *thread = g_thread_try_new("t", run_thread, &thread, NULL);

	return thread && g_thread_join(thread) == &thread ? 0 : 202;
}

/* Where sockets are made by socketcall(), a filter does not see which. */
#if defined(__i386__) || defined(__s390__)
#define NO_SOCKET 0
#else
#define NO_SOCKET ENOSYS
#endif
/* Nor, where mmap() takes a structure, what memory is for. */
#ifdef __s390__
#define NO_EXECUTABLE 0
#else
#define NO_EXECUTABLE ENOSYS
#endif

/* clang-format off */
static const struct {
	const char *what;
	const SandboxNeeds *needs;
	Try try;
	int result;
} cases[] = {
	{"work on files", &files, try_work, 0},
	{"work, live", &serving, try_work, 0},
	{"a thread", &files, try_thread, 0},
	{"a signal to itself", &files, try_own_signal, 0},
	{"executing", &files, try_exec, -SIGSYS},
	{"executing, live", &waiting, try_exec, -SIGSYS},
	{"looking into others", &files, try_ptrace, -SIGSYS},
	{"another process", &files, try_fork, ENOSYS},
	{"a signal to others", &files, try_signal, ENOSYS},
	{"executable memory", &files, try_executable_memory, NO_EXECUTABLE},
	{"making memory executable", &files, try_making_executable, ENOSYS},
	{"typing for others", &files, try_typing, ENOSYS},
	{"a socket", &files, try_socket, ENOSYS},
	{"a socket, live", &live, try_socket, NO_SOCKET},
	{"a socket, serving", &serving, try_socket, NO_SOCKET},
	{"asking for an interface, live", &live, try_asking, 0},
	{"asking for an interface, files", &files, try_asking, ENOSYS},
	{"giving back the ring", &live, try_ring, 0},
	{"netlink, live", &live, try_netlink, NO_SOCKET},
	{"netlink, waiting", &waiting, try_netlink, 0},
	{"IPv6, waiting", &waiting, try_inet6, NO_SOCKET},
	{"connecting, waiting", &waiting, try_connect, ENOSYS},
	{"connecting, serving", &serving, try_connect, ENOSYS},
	{"accepting, files", &files, try_accept, ENOSYS},
	{"accepting, serving", &serving, try_accept, 0},
};
/* clang-format on */

Test(sandbox, lets_through_what_is_needed_and_nothing_else)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int got = in_sandbox(cases[i].needs, cases[i].try);

		if (got == REFUSED)
			cr_skip("the kernel takes no seccomp filter here");
		cr_expect_eq(got, cases[i].result, "%s: %d, expected %d", cases[i].what, got,
			     cases[i].result);
	}
}
