/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a supervisor gives up, and what is left to it and its engines. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/cage/cage.h"
#include "tests/unit/tap.h"

/* In a child that gave up: its wait status. */
static int
confined(bool network, int (*act)(void))
{
	struct doc_error err = { 0 };
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (doc_cage_harden_parent(&err) < 0 ||
		    doc_cage_confine_parent(network, &err) < 0)
			_exit(99);
		_exit(act());
	}
	waitpid(pid, &status, 0);
	return status;
}

#define TRY(name, call)                                                        \
	static int name(void)                                                  \
	{                                                                      \
		return call < 0 ? errno : 0;                                   \
	}

TRY(try_ptrace, ptrace(PTRACE_TRACEME, 0, 0, 0))
TRY(try_vm_read, syscall(SYS_process_vm_readv, getppid(), 0, 0, 0, 0, 0))
TRY(try_getfd, syscall(SYS_pidfd_getfd, -1, 0, 0))
TRY(try_setns, syscall(SYS_setns, -1, 0))
TRY(try_io_uring, syscall(SYS_io_uring_setup, 1, NULL))
TRY(try_bpf, syscall(SYS_bpf, 0, NULL, 0))
TRY(try_perf, syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0))
TRY(try_userfault, syscall(SYS_userfaultfd, 0))
TRY(try_keyctl, syscall(SYS_keyctl, 0, -2, 0))
TRY(try_module, syscall(SYS_finit_module, -1, "", 0))
TRY(try_handle, syscall(SYS_open_by_handle_at, -1, NULL, 0))
TRY(try_execveat, syscall(SYS_execveat, -1, "", NULL, NULL, 0))
TRY(try_shm, syscall(SYS_shmget, 0, 4096, 01600))
TRY(try_reboot, syscall(SYS_reboot, 0, 0, 0, NULL))
TRY(try_terminal, ioctl(0, TIOCSTI, "x"))
TRY(try_console, ioctl(0, TIOCLINUX, "x"))
TRY(try_inet, socket(AF_INET, SOCK_STREAM, 0))
TRY(try_inet6, socket(AF_INET6, SOCK_DGRAM, 0))
TRY(try_netlink, socket(AF_NETLINK, SOCK_RAW, 0))
TRY(try_packet, socket(AF_PACKET, SOCK_RAW, 0))
TRY(try_unix, socket(AF_UNIX, SOCK_STREAM, 0))

static void
test_gone(void)
{
	static const struct {
		const char *what;
		int (*act)(void);
	} t[] = {
		{ "ptrace", try_ptrace },
		{ "process_vm_readv", try_vm_read },
		{ "pidfd_getfd", try_getfd },
		{ "setns", try_setns },
		{ "io_uring_setup", try_io_uring },
		{ "bpf", try_bpf },
		{ "perf_event_open", try_perf },
		{ "userfaultfd", try_userfault },
		{ "keyctl", try_keyctl },
		{ "finit_module", try_module },
		{ "open_by_handle_at", try_handle },
		{ "execveat", try_execveat },
		{ "shmget", try_shm },
		{ "reboot", try_reboot },
		{ "TIOCSTI", try_terminal },
		{ "TIOCLINUX", try_console },
	};

	for (size_t i = 0; i < DOC_LEN(t); i++) {
		int status = confined(true, t[i].act);

		OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
		    t[i].what);
	}
}

static bool
says(int status, int value)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == value;
}

static void
test_sockets(void)
{
	OK(says(confined(false, try_inet), EACCES), "no internet");
	OK(says(confined(false, try_inet6), EACCES), "of no kind");
	OK(says(confined(false, try_netlink), EACCES), "no netlink");
	OK(says(confined(false, try_packet), EACCES), "no packets");
	OK(says(confined(false, try_unix), 0), "but local sockets");
	OK(says(confined(true, try_inet), 0), "internet where it is needed");
}

/* What a process that gave up nothing can have. */
static struct doc_probe here;

/* Inherited: the next engine has to make its cage under it. */
static int
act_engine(void)
{
	const struct doc_cage_limits limits = { .memory = 64 << 20,
		.output = 1 << 20,
		.temp = 1 << 20,
		.cpu_s = 1 };
	struct doc_error err = { 0 };
	struct doc_cage cage;

	if (doc_cage_open(&cage, &doc_profile_list, DOC_CAGE_ENFORCE, "",
		&err) < 0 ||
	    doc_cage_prepare(&cage, &err) < 0)
		return 1;
	if (cage.missing & ~here.missing & ~(unsigned)DOC_MECH_CGROUP)
		return 2;
	return doc_cage_enter(&cage, &limits, 2, &err) < 0 ? 3 : 42;
}

static void
test_engine(void)
{
	struct doc_error err = { 0 };

	OK(doc_cage_probe(&here, &err) == 0, "what there is");
	OK(says(confined(false, act_engine), 42), "an engine makes its cage");
}

static int
act_status(void)
{
	return prctl(PR_GET_DUMPABLE) == 0 &&
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
		prctl(PR_GET_SECCOMP) == 2
	    ? 42
	    : 1;
}

int
main(void)
{
	if (says(confined(false, try_unix), 99)) {
		SKIP("supervisors", "no system call filter here");
		return TAP_DONE();
	}
	test_gone();
	test_sockets();
	test_engine();
	OK(says(confined(false, act_status), 42),
	    "not dumpable, no new privileges, a filter");
	return TAP_DONE();
}
