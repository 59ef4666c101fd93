/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/cage/cgroup.h"
#include "lib/cage/parts.h"

#define DOC_MADV_COLLAPSE 25 /* Linux 6.1; not in Debian 12's libc */

static const size_t huge = (size_t)2 << 20; /* of x86 and most others */

/* Shared with the child that lives through a whole cage. */
struct found {
	bool done;
	unsigned missing;
	int landlock_abi;
	struct doc_error err;
};

static int
try_enter(void *arg)
{
	const struct doc_cage_limits limits = { .memory = 64 << 20,
		.output = 1 << 20,
		.temp = 1 << 20,
		.cpu_s = 1 };
	struct doc_error err = { 0 };

	return doc_cage_enter(arg, &limits, 2, &err) < 0;
}

static int
try_cage(void *arg)
{
	struct found *found = arg;
	struct doc_cage cage;

	if (doc_cage_open(&cage, &doc_profile_list, DOC_CAGE_ENFORCE, "",
		&found->err) < 0 ||
	    doc_cage_prepare(&cage, &found->err) < 0)
		return 1;
	if (doc_cage_try(try_enter, &cage) != 0) {
		doc_error_set(&found->err, DOC_E_SANDBOX,
		    "a worker could not enter the cage");
		return 1;
	}
	found->missing = cage.missing;
	found->landlock_abi = cage.landlock_abi;
	found->done = true;
	return 0;
}

static int
probe_cage(struct doc_probe *probe, struct doc_error *err)
{
	struct found *found = mmap(NULL, sizeof(*found), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool done;

	if (found == MAP_FAILED)
		return doc_error_sys(err, "cannot map memory");
	doc_cage_try(try_cage, found);
	done = found->done;
	if (done) {
		probe->missing = found->missing;
		probe->landlock_abi = found->landlock_abi;
	} else {
		*err = found->err;
	}
	munmap(found, sizeof(*found));
	if (!done)
		return doc_error_set(err, DOC_E_SANDBOX, "the probe died");
	return 0;
}

/* A filter that kills on getppid(2), and the call. */
static int
kill_on_getppid(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = DOC_LEN(code), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0)
		return 1;
	syscall(SYS_getppid);
	return 1;
}

static int
try_kill_process(void *arg DOC_UNUSED)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return 1;
	if (pid == 0)
		_exit(kill_on_getppid());
	if (waitpid(pid, &status, 0) < 0)
		return 1;
	return !(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static int
try_pidfd(void *arg DOC_UNUSED)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	return fd < 0 || syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) < 0;
}

static int
try_close_range(void *arg DOC_UNUSED)
{
	return syscall(SYS_close_range, 3, ~0U, 0) < 0;
}

static int
try_openat2(void *arg DOC_UNUSED)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
		    RESOLVE_NO_MAGICLINKS,
	};

	return syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof(how)) < 0;
}

static int
try_collapse(void *arg DOC_UNUSED)
{
	char *map = mmap(NULL, 2 * huge, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t skip;

	if (map == MAP_FAILED)
		return 1;
	skip = (huge - (uintptr_t)map % huge) % huge;
	memset(map + skip, 1, huge / 2);
	return madvise(map + skip, huge, DOC_MADV_COLLAPSE) < 0;
}

/* Takes memory, so that the kernel has something to count. */
static int
try_join(void *arg)
{
	char page[4096];

	if (write(*(int *)arg, "0", 1) != 1)
		return 1;
	memset(page, 1, sizeof(page));
	return page[0] != 1;
}

static void
probe_cgroup(struct doc_probe *probe)
{
	struct doc_cgroup *group = NULL;
	struct doc_error err = { 0 };
	unsigned slot;
	int fd;

	if (doc_cgroup_open(&group, "auto", huge, &err) < 0) {
		snprintf(probe->cgroup, sizeof(probe->cgroup), "%s", err.msg);
		return;
	}
	fd = doc_cgroup_take(group, &slot);
	if (fd >= 0 && doc_cage_try(try_join, &fd) == 0) {
		probe->missing &= ~(unsigned)DOC_MECH_CGROUP;
		snprintf(probe->cgroup, sizeof(probe->cgroup), "%.*s",
		    (int)sizeof(probe->cgroup) - 1, doc_cgroup_path(group));
	} else {
		snprintf(probe->cgroup, sizeof(probe->cgroup),
		    "a process cannot be moved to a group below it");
	}
	if (fd >= 0)
		close(fd);
	doc_cgroup_close(group);
}

int
doc_cage_probe(struct doc_probe *probe, struct doc_error *err)
{
	struct doc_probe now = { 0 };

	if (probe_cage(&now, err) < 0)
		return -1;
	now.seccomp_kill_process = doc_cage_try(try_kill_process, NULL) == 0;
	now.pidfd = doc_cage_try(try_pidfd, NULL) == 0;
	now.close_range = doc_cage_try(try_close_range, NULL) == 0;
	now.openat2 = doc_cage_try(try_openat2, NULL) == 0;
	now.collapse = doc_cage_try(try_collapse, NULL) == 0;
	probe_cgroup(&now);
	*probe = now;
	return 0;
}
