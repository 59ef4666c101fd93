/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other processes, and more of them. */
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "tests/cage/tricks.h"

char memory_secret[16] = "nothing";

static int
try_exec(const struct target *t DOC_UNUSED)
{
	static char name[] = "true";
	char *const argv[] = { name, NULL };
	char *const envp[] = { NULL };

	return did(execve("/bin/true", argv, envp));
}

/* The result of a fork, in both processes. */
static int
bury(long pid)
{
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno;
	waitpid((pid_t)pid, NULL, __WALL);
	return 0;
}

static int
try_fork(const struct target *t DOC_UNUSED)
{
	return bury(fork());
}

static int
try_clone3(const struct target *t DOC_UNUSED)
{
	struct {
		uint64_t word[8];
	} args = { { 0, 0, 0, 0, SIGCHLD } };
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	return bury(pid);
}

static int
try_clone_user(const struct target *t DOC_UNUSED)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	return bury(pid);
}

/* A thread's flags, but in a namespace or as a child. */
static int
try_clone_half(const struct target *t DOC_UNUSED)
{
	long pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);

	return bury(pid);
}

static int
try_mem(const struct target *t)
{
	return read_proc(t->victim, "mem");
}

static int
try_environ(const struct target *t)
{
	return read_proc(t->victim, "environ");
}

static int
try_zygote_maps(const struct target *t)
{
	return read_proc(t->zygote, "maps");
}

/* Another document. */
static int
try_other_fd(const struct target *t)
{
	return read_proc(t->victim, "fd/0");
}

static int
try_zygote_environ(const struct target *t)
{
	return read_proc(t->zygote, "environ");
}

/* Until nothing more can be made. */
static int
try_bomb(const struct target *t DOC_UNUSED)
{
	int made = 0;

	for (; made < 20; made++)
		if (bury(fork()) != 0)
			break;
	return made == 20 ? 0 : errno;
}

static int
try_kill_group(const struct target *t DOC_UNUSED)
{
	return did(kill(0, SIGURG));
}

static int
try_tkill(const struct target *t)
{
	return did(syscall(SYS_tkill, t->victim, SIGURG));
}

static int
try_traceme(const struct target *t DOC_UNUSED)
{
	return did(ptrace(PTRACE_TRACEME, 0, 0, 0));
}

static int
try_pidfd(const struct target *t)
{
	return did(syscall(SYS_pidfd_open, t->victim, 0));
}

static int
try_session(const struct target *t DOC_UNUSED)
{
	return did(setsid());
}

static int
try_ioprio(const struct target *t)
{
	/* IOPRIO_WHO_PROCESS, idle */
	return did(syscall(SYS_ioprio_set, 1, t->victim, 3 << 13));
}

static int
try_parent(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_getppid));
}

static int
try_vm_read(const struct target *t)
{
	char got[sizeof(memory_secret)] = "";
	struct iovec here = { got, sizeof(got) };
	struct iovec there = { memory_secret, sizeof(memory_secret) };

	if (process_vm_readv(t->victim, &here, 1, &there, 1, 0) < 0)
		return errno;
	return strcmp(got, "victim") == 0 ? 0 : EIO;
}

static int
try_ptrace(const struct target *t)
{
	return did(ptrace(PTRACE_SEIZE, t->victim, 0, 0));
}

static int
try_getfd(const struct target *t)
{
	int fd = (int)syscall(SYS_pidfd_open, t->victim, 0);

	if (fd < 0)
		return errno;
	return did(syscall(SYS_pidfd_getfd, fd, 1, 0));
}

static int
try_kill(const struct target *t)
{
	return did(kill(t->victim, SIGURG));
}

static int
try_kill_zygote(const struct target *t)
{
	return did(kill(t->zygote, SIGURG));
}

static int
try_tgkill(const struct target *t)
{
	return did(syscall(SYS_tgkill, t->victim, t->victim, SIGABRT));
}

static int
try_tgkill_self(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_tgkill, getpid(), gettid(), SIGURG));
}

static int
try_pidfd_signal(const struct target *t)
{
	int fd = (int)syscall(SYS_pidfd_open, t->victim, 0);

	if (fd < 0)
		return errno;
	return did(syscall(SYS_pidfd_send_signal, fd, SIGURG, NULL, 0));
}

static int
try_sigqueue(const struct target *t)
{
	union sigval none = { 0 };

	return did(sigqueue(t->victim, SIGURG, none));
}

static int
try_setown(const struct target *t)
{
	return did(fcntl(1, F_SETOWN, t->victim));
}

static int
try_prlimit(const struct target *t)
{
	struct rlimit old;

	return did(prlimit(t->victim, RLIMIT_NOFILE, NULL, &old));
}

static int
try_setpriority(const struct target *t)
{
	return did(setpriority(PRIO_PROCESS, (id_t)t->victim, 19));
}

static int
try_affinity(const struct target *t)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return did(sched_setaffinity(t->victim, sizeof(set), &set));
}

static int
try_shm(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_shmget, 0, 4096, 01600));
}

static int
try_msg(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_msgget, 0, 01600));
}

/* clang-format off */
const struct trick process_tricks[] = {
	{ "execve", try_exec, SECCOMP | DEADLY | FILES },
	{ "fork", try_fork, SECCOMP | DEADLY | NO_FORK },
	{ "clone3", try_clone3, SECCOMP | NO_FORK },
	{ "clone into a user namespace", try_clone_user, SECCOMP | DEADLY | NO_FORK },
	{ "clone sharing files", try_clone_half, SECCOMP | DEADLY | NO_FORK },
	{ "open /proc/VICTIM/mem", try_mem, SECCOMP_NO_OPEN | FILES | NO_DUMP },
	{ "open /proc/VICTIM/environ", try_environ,
	    SECCOMP_NO_OPEN | FILES | NO_DUMP },
	{ "open /proc/ZYGOTE/maps", try_zygote_maps,
	    SECCOMP_NO_OPEN | FILES | NO_DUMP },
	{ "open another worker's fd", try_other_fd,
	    SECCOMP_NO_OPEN | FILES | NO_DUMP },
	{ "open /proc/ZYGOTE/environ", try_zygote_environ,
	    SECCOMP_NO_OPEN | FILES | NO_DUMP },
	{ "fork bomb", try_bomb, SECCOMP | NO_FORK },
	{ "ptrace TRACEME", try_traceme, SECCOMP | DEADLY },
	{ "pidfd_open", try_pidfd, SECCOMP | DEADLY },
	{ "setsid", try_session, SECCOMP | DEADLY },
	{ "ioprio_set of a sibling", try_ioprio, SECCOMP },
	{ "getppid", try_parent, SECCOMP | DEADLY },
	{ "process_vm_readv", try_vm_read, SECCOMP | DEADLY | LANDLOCK | NO_DUMP },
	{ "ptrace", try_ptrace, SECCOMP | DEADLY | LANDLOCK | NO_DUMP },
	{ "pidfd_getfd", try_getfd, SECCOMP | DEADLY | LANDLOCK | NO_DUMP },
	{ "kill a sibling", try_kill, SECCOMP | DEADLY | SCOPE },
	{ "kill the zygote", try_kill_zygote, SECCOMP | DEADLY | SCOPE },
	{ "pidfd_send_signal", try_pidfd_signal, SECCOMP | DEADLY | SCOPE },
	{ "kill its group", try_kill_group, SECCOMP | DEADLY },
	{ "tkill of a sibling", try_tkill, SECCOMP | DEADLY | SCOPE },
	{ "sigqueue", try_sigqueue, SECCOMP | DEADLY | SCOPE },
	{ "tgkill of itself", try_tgkill_self, SECCOMP | DEADLY },
	{ "fcntl F_SETOWN", try_setown, SECCOMP | DEADLY },
	{ "prlimit of a sibling", try_prlimit, SECCOMP | DEADLY },
	{ "setpriority of a sibling", try_setpriority, SECCOMP | DEADLY },
	{ "sched_setaffinity of a sibling", try_affinity, SECCOMP },
	{ "shmget", try_shm, SECCOMP | DEADLY },
	{ "msgget", try_msg, SECCOMP | DEADLY },
	{ "tgkill of a sibling", try_tgkill, SECCOMP | DEADLY | SCOPE },
	{ NULL, NULL, 0 }
};
/* clang-format on */
