/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups that limit memory.  Where there are none to be had it says why and
 * skips; tests/cage.t runs it in a kernel that has some.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/cage/cgroup.h"
#include "tests/unit/tap.h"

enum { MB = 1 << 20 };

/* What happens to a process of the slot: its wait status. */
static int
play(int procs, int (*act)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(write(procs, "0", 1) != 1 ? 99 : act());
	close(procs);
	waitpid(pid, &status, 0);
	return status;
}

static int
act_nothing(void)
{
	return 42;
}

static int
act_grow(void)
{
	for (int i = 0; i < 1000; i++) {
		char *p = mmap(NULL, MB, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return 1;
		memset(p, i, MB);
	}
	return 2;
}

/* Until the kernel says no; they end with their pipe. */
static int
act_fork(void)
{
	int fds[2];
	char c;

	if (pipe(fds) < 0)
		return 1;
	for (int i = 0; i < 1000; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return errno == EAGAIN && i < 200 ? 42 : 2;
		if (pid == 0) {
			close(fds[1]);
			_exit(read(fds[0], &c, 1) != 0);
		}
	}
	return 3;
}

/* Pages of a file without a name count for whoever wrote them. */
static int kept = -1;
static int
act_keep(void)
{
	static char page[MB];

	memset(page, 1, sizeof(page));
	for (int i = 0; i < 40; i++)
		if (write(kept, page, sizeof(page)) != MB)
			return 1;
	return 42;
}

static bool
exited(int status, int value)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == value;
}

static bool
was_killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static unsigned
pools_in(const char *path)
{
	DIR *dir = opendir(path);
	unsigned n = 0;

	for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
		n += strncmp(e->d_name, "docpipe.", 8) == 0 &&
		    strcmp(e->d_name, "docpipe.main") != 0;
	if (dir != NULL)
		closedir(dir);
	return n;
}

static void
test_memory(struct doc_cgroup *g)
{
	unsigned slot, other;
	int procs = doc_cgroup_take(g, &slot);
	int status;

	OK(exited(play(procs, act_nothing), 42), "a process moves in");
	OK(!doc_cgroup_oom(g, slot), "nothing was killed");
	doc_cgroup_give(g, slot);
	procs = doc_cgroup_take(g, &slot);
	status = play(procs, act_grow);
	OK(was_killed(status), "one that grows is killed");
	OK(doc_cgroup_oom(g, slot), "for want of memory, and it shows");
	OK(!doc_cgroup_oom(g, slot), "once");
	doc_cgroup_give(g, slot);
	procs = doc_cgroup_take(g, &slot);
	OK(exited(play(procs, act_fork), 42), "a fork bomb ends");
	doc_cgroup_give(g, slot);

	close(doc_cgroup_take(g, &slot));
	procs = doc_cgroup_take(g, &other);
	OK(slot != other, "each has a slot of its own");
	OK(was_killed(play(procs, act_grow)) && doc_cgroup_oom(g, other) &&
		!doc_cgroup_oom(g, slot),
	    "one's death is not another's");
	doc_cgroup_give(g, slot);
	doc_cgroup_give(g, other);
}

static void
test_kept(struct doc_cgroup *g)
{
	unsigned slot;
	int procs, bad = 0;

	kept = memfd_create("kept", MFD_CLOEXEC);
	for (int i = 0; i < 8; i++) {
		procs = doc_cgroup_take(g, &slot);
		bad += !exited(play(procs, act_keep), 42);
		doc_cgroup_give(g, slot);
	}
	close(kept);
	OK(bad == 0, "what one left behind is not the next one's");
}

static void
test_kill(struct doc_cgroup *g)
{
	unsigned slot;
	int procs = doc_cgroup_take(g, &slot), status = 0;
	pid_t pid = fork();
	bool can = true;

	if (pid == 0) {
		if (write(procs, "0", 1) == 1)
			pause();
		_exit(1);
	}
	close(procs);
	/* It may not be in yet. */
	while (waitpid(pid, &status, WNOHANG) == 0) {
		can = can && doc_cgroup_kill(g, slot);
		usleep(100000);
	}
	OK(can, "kill all in a slot");
	OK(was_killed(status), "it is dead");
	doc_cgroup_give(g, slot);
}

/* A supervisor that was killed leaves groups behind; the next one sweeps. */
static void
test_sweep(const char *path)
{
	struct doc_error err = { 0 };
	struct doc_cgroup *g = NULL, *live = NULL;
	unsigned slot, before;
	pid_t pid;

	OK(doc_cgroup_open(&live, path, MB, &err) == 0, "by its path");
	before = pools_in(path);
	pid = fork();
	if (pid == 0) {
		if (doc_cgroup_open(&g, path, MB, &err) == 0)
			close(doc_cgroup_take(g, &slot));
		raise(SIGKILL);
	}
	waitpid(pid, NULL, 0);
	OK(pools_in(path) == before + 1, "killed: it stays");
	OK(doc_cgroup_open(&g, path, MB, &err) == 0, "the next");
	OK(pools_in(path) == before + 1, "swept, and the living left alone");
	doc_cgroup_close(g);
	OK(doc_cgroup_take(live, &slot) >= 0, "which still works");
	doc_cgroup_close(live);
	OK(pools_in(path) == before - 1, "nothing stays behind");
}

static void
test_wrong(void)
{
	static const char *const paths[] = { "/", "/proc", "/nonexistent", "" };
	struct doc_cgroup *g = NULL;

	for (size_t i = 0; i < DOC_LEN(paths); i++) {
		struct doc_error err = { 0 };

		OK(doc_cgroup_open(&g, paths[i], MB, &err) < 0 &&
			err.code == DOC_E_SANDBOX && g == NULL,
		    paths[i]);
	}
}

int
main(void)
{
	struct doc_error err = { 0 };
	struct doc_cgroup *g = NULL;
	char path[4096];

	test_wrong();
	if (doc_cgroup_open(&g, "auto", 8 * MB, &err) < 0) {
		SKIP("groups", err.msg);
		return TAP_DONE();
	}
	snprintf(path, sizeof(path), "%s", doc_cgroup_path(g));
	printf("# %s\n", path);
	test_memory(g);
	test_kept(g);
	test_kill(g);
	doc_cgroup_close(g);
	test_sweep(path);
	return TAP_DONE();
}
