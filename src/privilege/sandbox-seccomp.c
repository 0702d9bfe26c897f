/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sandbox as a seccomp filter, seccomp(2). A list of what is allowed, for what is left to do:
 *
 * - Files. Captures of a set are opened when their time comes, outputs are rotated, opened again
 *   on SIGHUP, and get their names when they are whole. So files can be opened, renamed and
 *   removed: whose, the user decides (-Z). They cannot be executed or mapped to be.
 * - Memory, time, signals to itself, waiting.
 * - Live: what reading the ring, its statistics and the interfaces' state needs. Sockets to capture
 *   with are made only where an interface may be opened again, and of those families alone that
 *   libpcap needs.
 * - Metrics: connections to a socket that listens already. None can be made from here.
 *
 * What no part of this program ever calls, and what takeovers live on, ends the process at once.
 * Any other call is answered with "no such call": so C libraries find their way around what they
 * do not need, such as clone3(), and an older way is taken.
 *
 * A filter sees the arguments, not what they point to. Where sockets are made by socketcall()
 * (i386, s390x) it sees which call is meant, but neither a socket's family nor an option's level;
 * and where mmap() takes a structure (s390x), not what the memory is for.
 */
#include "privilege/sandbox.h"

#include <asm/termbits.h>
#include <errno.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* An architecture may lack some: libseccomp knows them all by a number, and leaves out those. */
#define CALL(name) SCMP_SYS(name)

static const int always[] = {
	/* files */
	CALL(read),
	CALL(readv),
	CALL(pread64),
	CALL(preadv),
	CALL(write),
	CALL(writev),
	CALL(pwrite64),
	CALL(pwritev),
	CALL(lseek),
	CALL(_llseek),
	CALL(close),
	CALL(close_range),
	CALL(open),
	CALL(openat),
	CALL(stat),
	CALL(stat64),
	CALL(lstat),
	CALL(lstat64),
	CALL(fstat),
	CALL(fstat64),
	CALL(newfstatat),
	CALL(fstatat64),
	CALL(statx),
	CALL(access),
	CALL(faccessat),
	CALL(faccessat2),
	CALL(readlink),
	CALL(readlinkat),
	CALL(getcwd),
	CALL(getdents),
	CALL(getdents64),
	CALL(fcntl),
	CALL(fcntl64),
	CALL(dup),
	CALL(dup2),
	CALL(dup3),
	CALL(pipe),
	CALL(pipe2),
	CALL(fsync),
	CALL(fdatasync),
	CALL(fallocate),
	CALL(ftruncate),
	CALL(ftruncate64),
	CALL(fadvise64),
	CALL(fadvise64_64),
	CALL(arm_fadvise64_64),
	CALL(readahead),
	CALL(rename),
	CALL(renameat),
	CALL(renameat2),
	CALL(unlink),
	CALL(unlinkat),
	CALL(link),
	CALL(linkat),
	CALL(mkdir),
	CALL(mkdirat),
	CALL(fchmod),
	CALL(umask),
	CALL(statfs),
	CALL(statfs64),
	CALL(fstatfs),
	CALL(fstatfs64),
	CALL(flock),
	/* memory; mmap and mprotect are below */
	CALL(brk),
	CALL(munmap),
	CALL(mremap),
	CALL(madvise),
	CALL(membarrier),
	/* time and waiting */
	CALL(clock_gettime),
	CALL(clock_gettime64),
	CALL(clock_getres),
	CALL(clock_getres_time64),
	CALL(gettimeofday),
	CALL(time),
	CALL(nanosleep),
	CALL(clock_nanosleep),
	CALL(clock_nanosleep_time64),
	CALL(restart_syscall),
	CALL(poll),
	CALL(ppoll),
	CALL(ppoll_time64),
	CALL(select),
	CALL(_newselect),
	CALL(pselect6),
	CALL(pselect6_time64),
	CALL(epoll_create),
	CALL(epoll_create1),
	CALL(epoll_ctl),
	CALL(epoll_wait),
	CALL(epoll_pwait),
	CALL(epoll_pwait2),
	CALL(eventfd2),
	CALL(timerfd_create),
	CALL(timerfd_settime),
	CALL(timerfd_settime64),
	CALL(timerfd_gettime),
	CALL(timerfd_gettime64),
	CALL(setitimer),
	CALL(signalfd4),
	/* threads; clone is below */
	CALL(futex),
	CALL(futex_time64),
	CALL(set_robust_list),
	CALL(rseq),
	CALL(sched_yield),
	CALL(sched_getaffinity),
	CALL(gettid),
	CALL(set_tid_address),
	/* itself */
	CALL(rt_sigaction),
	CALL(sigaction),
	CALL(rt_sigprocmask),
	CALL(sigprocmask),
	CALL(rt_sigreturn),
	CALL(sigreturn),
	CALL(rt_sigpending),
	CALL(rt_sigtimedwait),
	CALL(rt_sigtimedwait_time64),
	CALL(sigaltstack),
	CALL(tgkill),
	CALL(exit),
	CALL(exit_group),
	CALL(getpid),
	CALL(getppid),
	CALL(getpgrp),
	CALL(getuid),
	CALL(getuid32),
	CALL(geteuid),
	CALL(geteuid32),
	CALL(getgid),
	CALL(getgid32),
	CALL(getegid),
	CALL(getegid32),
	CALL(getrusage),
	CALL(times),
	CALL(getrlimit),
	CALL(ugetrlimit),
	CALL(sysinfo),
	CALL(uname),
	CALL(getrandom),
};

static const int capturing[] = {
	CALL(recvfrom),	       CALL(recvmsg),	 CALL(recvmmsg),
	CALL(recvmmsg_time64), CALL(getsockopt), CALL(getsockname),
};

static const int reopening[] = {
	CALL(bind),
	CALL(setsockopt),
	CALL(sendto),
	CALL(sendmsg),
};

static const int serving[] = {
	CALL(accept),	  CALL(accept4),    CALL(recvfrom), CALL(recvmsg),     CALL(recv),
	CALL(send),	  CALL(sendmsg),    CALL(shutdown), CALL(getsockname), CALL(getpeername),
	CALL(setsockopt), CALL(getsockopt), CALL(sendfile), CALL(sendfile64),
};

static const int never[] = {
	CALL(execve),
	CALL(execveat),
	CALL(fork),
	CALL(vfork),
	CALL(ptrace),
	CALL(process_vm_readv),
	CALL(process_vm_writev),
	CALL(kcmp),
	CALL(bpf),
	CALL(userfaultfd),
	CALL(perf_event_open),
	CALL(io_uring_setup),
	CALL(io_uring_enter),
	CALL(io_uring_register),
	CALL(mount),
	CALL(umount),
	CALL(umount2),
	CALL(pivot_root),
	CALL(chroot),
	CALL(unshare),
	CALL(setns),
	CALL(init_module),
	CALL(finit_module),
	CALL(delete_module),
	CALL(kexec_load),
	CALL(kexec_file_load),
	CALL(reboot),
	CALL(swapon),
	CALL(swapoff),
	CALL(acct),
	CALL(settimeofday),
	CALL(stime),
	CALL(clock_settime),
	CALL(clock_settime64),
	CALL(adjtimex),
	CALL(clock_adjtime),
	CALL(clock_adjtime64),
	CALL(sethostname),
	CALL(keyctl),
	CALL(add_key),
	CALL(request_key),
	CALL(open_by_handle_at),
	CALL(iopl),
	CALL(ioperm),
	CALL(personality),
	CALL(quotactl),
	CALL(mknod),
	CALL(mknodat),
	CALL(setuid),
	CALL(setuid32),
	CALL(setgid),
	CALL(setgid32),
	CALL(setreuid),
	CALL(setreuid32),
	CALL(setregid),
	CALL(setregid32),
	CALL(setresuid),
	CALL(setresuid32),
	CALL(setresgid),
	CALL(setresgid32),
	CALL(setgroups),
	CALL(setgroups32),
	CALL(capset),
};

/* TIOCSTI, by which one types into the shell that is to come, is not among them. */
static const unsigned long terminal_requests[] = {TCGETS,     TCSETS,	 TCSETSW, TCSETSF,
						  TIOCGWINSZ, TIOCGPGRP, FIONREAD};
static const unsigned long interface_requests[] = {SIOCGIFFLAGS,  SIOCGIFINDEX, SIOCGIFNAME,
						   SIOCGIFHWADDR, SIOCGIFMTU,	SIOCGSTAMP_OLD};
static const unsigned long opening_requests[] = {SIOCETHTOOL,	 SIOCGIFCONF,	 SIOCGIFADDR,
						 SIOCGIFBRDADDR, SIOCGIFNETMASK, SIOCSIFFLAGS,
						 FIONBIO};
#ifdef __s390__
#define CLONE_FLAGS(op, ...) SCMP_A1(op, __VA_ARGS__) /* the stack comes first */
#else
#define CLONE_FLAGS(op, ...) SCMP_A0(op, __VA_ARGS__)
#endif
/* Where there is mmap2(), mmap() takes a structure, and nobody calls it. */
#if defined(__NR_mmap2)
static const int mapping[] = {CALL(mmap2), CALL(mprotect)};
#elif defined(__s390__)
static const int mapping[] = {CALL(mprotect)};
#else
static const int mapping[] = {CALL(mmap), CALL(mprotect)};
#endif

static const int capture_families[] = {AF_PACKET, AF_NETLINK, AF_UNIX, AF_INET};

static int allow(scmp_filter_ctx filter, const int *calls, size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	return err;
}

static int forbid(scmp_filter_ctx filter, const int *calls, size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, calls[i], 0);
	return err;
}

/* The kernel looks at 32 bits of it. */
static int allow_requests(scmp_filter_ctx filter, const unsigned long *requests, size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, requests[i]));
	return err;
}

/* What cannot be looked into: of a call that goes by socketcall(), whatever it is for. */
static int allow_unseen(scmp_filter_ctx filter, int call)
{
#if defined(__i386__) || defined(__s390__)
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketcall), 1,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)call));
#else
	(void)filter;
	(void)call;
	return 0;
#endif
}

/* By which interfaces are asked for their state; what it might be connected to is not among the
 * calls. */
static int allow_asking(scmp_filter_ctx filter)
{
	int err = allow_unseen(filter, SYS_SOCKET);

	return err ? err
		   : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
				      SCMP_A0(SCMP_CMP_EQ, AF_UNIX),
				      SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, SOCK_DGRAM));
}

/* The ring is given back when an interface is closed. */
static int allow_ring(scmp_filter_ctx filter)
{
	int err = allow_unseen(filter, SYS_SETSOCKOPT);

	return err ? err
		   : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 1,
				      SCMP_A1(SCMP_CMP_EQ, SOL_PACKET));
}

static int allow_families(scmp_filter_ctx filter, const int *families, size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]));
	return err;
}

/* Memory that can be executed; threads, not processes; signals to itself. */
static int allow_some(scmp_filter_ctx filter)
{
	const scmp_datum_t thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
	int err = 0;

#ifdef __s390__
	err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 0);
#endif

	for (size_t i = 0; i < G_N_ELEMENTS(mapping) && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, mapping[i], 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				       CLONE_FLAGS(SCMP_CMP_MASKED_EQ, thread, thread));
	/* ^Z in a program that draws stops its process group. */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1,
				       SCMP_A0(SCMP_CMP_EQ, 0));
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	/* Asking for limits, not setting another's. */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
				       SCMP_A2(SCMP_CMP_EQ, 0));
	return err;
}

#define ALLOW(list) allow(filter, list, G_N_ELEMENTS(list))
#define REQUESTS(list) allow_requests(filter, list, G_N_ELEMENTS(list))

static int build(scmp_filter_ctx filter, const SandboxNeeds *needs)
{
	int err = ALLOW(always);

	if (!err)
		err = allow_some(filter);
	if (!err)
		err = REQUESTS(terminal_requests);
	if (!err && needs->capture)
		err = ALLOW(capturing);
	if (!err && needs->capture)
		err = REQUESTS(interface_requests);
	if (!err && needs->capture)
		err = allow_asking(filter);
	if (!err && needs->capture)
		err = allow_ring(filter);
	if (!err && needs->reopen)
		err = ALLOW(reopening);
	if (!err && needs->reopen)
		err = REQUESTS(opening_requests);
	if (!err && needs->reopen)
		err = allow_families(filter, capture_families, G_N_ELEMENTS(capture_families));
	if (!err && needs->serve)
		err = ALLOW(serving);
	/* Connected sockets only: sending elsewhere needs an address. */
	if (!err && needs->serve && !needs->reopen)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1,
				       SCMP_A4(SCMP_CMP_EQ, 0));
	return err ? err : forbid(filter, never, G_N_ELEMENTS(never));
}

SandboxVerdict sandbox_enter(const SandboxNeeds *needs, char **why)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int err = filter ? 0 : -ENOMEM;

	*why = NULL;
	/* A tree instead of a list, as there are many calls. The filter guards against what packets
	 * do to this process, not against what its speculation shows to itself. */
	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	if (!err)
		err = build(filter, needs);
	if (!err)
		err = seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	if (!err)
		return SANDBOX_ENTERED;
	*why = g_strdup_printf("the kernel takes no seccomp filter: %s", g_strerror(-err));
	return SANDBOX_REFUSED;
}
