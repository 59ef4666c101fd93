/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world - run a command where the kernel has less.
 *
 *	world NAME COMMAND [ARGUMENT ...]
 *
 * A system call filter answers for what is missing: with an errno, or, where
 * Landlock has an older ABI, through a listener in this process.  Like every
 * filter it holds for all that the command starts.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/base/base.h"

enum { MAX_CALLS = 8, CREATE_RULESET = 444, GET_VERSION = 1 };

static const struct world {
	const char *name;
	int error;
	int abi; /* not 0: of Landlock */
	long calls[MAX_CALLS];
} worlds[] = {
	{ "no-landlock", ENOSYS, 0, { 444, 445, 446 } },
	{ "landlock-off", EOPNOTSUPP, 0, { 444, 445, 446 } },
	{ "abi-2", 0, 2, { CREATE_RULESET } },
	{ "abi-1", 0, 1, { CREATE_RULESET } },
	{ "no-namespaces", EPERM, 0, { SYS_unshare, SYS_mount } },
	/* Ubuntu's AppArmor: namespaces can be made, and are good for nothing
	 */
	{ "no-mounts", EACCES, 0, { SYS_mount, SYS_pivot_root } },
	{ "no-files", EPERM, 0, { 444, 445, 446, SYS_unshare, SYS_mount } },
	{ "no-seccomp", EINVAL, 0, { SYS_seccomp } },
	/* Before Linux 5.6: */
	{ "no-openat2", ENOSYS, 0, { SYS_openat2, SYS_close_range } },
};

/* The filter for calls; `answer` says what happens to them. */
static int
filter(const struct world *w, uint32_t answer, unsigned flags)
{
	struct sock_filter code[2 + 2 * MAX_CALLS];
	struct sock_fprog prog = { .filter = code };
	unsigned n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < MAX_CALLS && w->calls[i] != 0; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ |
			BPF_K,
		    (uint32_t)w->calls[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		    answer);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ALLOW);
	prog.len = (unsigned short)n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

/* As a kernel of that ABI: its number, and no larger struct than it knows. */
static void
answer(int listener, int abi)
{
	struct seccomp_notif req = { 0 };
	struct seccomp_notif_resp resp = { 0 };

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0)
		return;
	resp.id = req.id;
	if (req.data.args[2] == GET_VERSION)
		resp.val = abi;
	else if (req.data.args[1] > sizeof(uint64_t))
		resp.error = -E2BIG;
	else
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

/* All that was started inherits the filter, and must find us. */
static int
serve(const struct world *w, char *argv[])
{
	int listener = filter(w, SECCOMP_RET_USER_NOTIF,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER);
	pid_t pid;
	int status;

	if (listener < 0 || fcntl(listener, F_SETFD, FD_CLOEXEC) < 0) {
		perror("world");
		return 125;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		struct pollfd p = { .fd = listener, .events = POLLIN };

		if (poll(&p, 1, 20) > 0)
			answer(listener, w->abi);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(int argc, char *argv[])
{
	const struct world *w = NULL;

	for (size_t i = 0; argc > 2 && i < DOC_LEN(worlds); i++)
		if (strcmp(argv[1], worlds[i].name) == 0)
			w = &worlds[i];
	if (w == NULL) {
		fprintf(stderr, "usage: world NAME COMMAND\n");
		return 2;
	}
	if (w->abi != 0)
		return serve(w, argv + 2);
	if (filter(w, SECCOMP_RET_ERRNO | (uint32_t)w->error, 0) < 0) {
		perror("world");
		return 125;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
