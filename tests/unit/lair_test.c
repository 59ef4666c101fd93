/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folders that go with their process, however it ends; and nothing else does.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/lair.h"
#include "lib/base/tree.h"
#include "tests/unit/tap.h"

enum { FOLDER = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

static char top[] = "/tmp/lairtest.XXXXXX";
static const struct doc_lair_kind idle = { .word = "docpipe" };
static const struct doc_lair_kind busy = { .word = "docpipe", .busy = true };

static bool
there(const char *name)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return lstat(path, &st) == 0;
}

static void
sweep(const struct doc_lair_kind *kind)
{
	int fd = open(top, FOLDER);

	doc_lair_sweep(fd, kind);
	close(fd);
}

/* A process that makes one, fills it and is killed; its name. */
static void
killed(char name[static DOC_LAIR_NAME])
{
	int fds[2], ws;
	pid_t pid;

	memset(name, 0, DOC_LAIR_NAME);
	if (pipe(fds) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		struct doc_lair lair;
		int fd = open(top, FOLDER);

		if (doc_lair_make(&lair, fd, &idle) == 0 &&
		    fchdir(lair.fd) == 0 && mkdir("w-1", 0700) == 0 &&
		    mkdir("w-1/deep", 0700) == 0 &&
		    close(open("w-1/deep/f", O_CREAT | O_WRONLY, 0600)) == 0 &&
		    symlink("../outside", "way") == 0 &&
		    write(fds[1], lair.name, DOC_LAIR_NAME) == DOC_LAIR_NAME)
			pause();
		_exit(1);
	}
	if (read(fds[0], name, DOC_LAIR_NAME) != DOC_LAIR_NAME)
		name[0] = '\0';
	sweep(&busy);
	OK(name[0] != '\0' && there(name), "one that is in use stays");
	kill(pid, SIGKILL);
	waitpid(pid, &ws, 0);
	close(fds[0]);
	close(fds[1]);
}

static void
test_own(void)
{
	struct doc_error err = { 0 };
	struct doc_lair a, b;
	struct stat st;
	char path[300], small[10], name[DOC_LAIR_NAME];
	int fd = open(top, FOLDER), lock;

	OK(doc_lair_make(&a, fd, &idle) == 0 &&
		doc_lair_make(&b, fd, &idle) == 0 &&
		strcmp(a.name, b.name) != 0,
	    "two of one process");
	OK(fstat(a.fd, &st) == 0 && (st.st_mode & 07777) == 0700,
	    "nobody else sees what is in it");
	sweep(&idle);
	OK(there(a.name) && there(b.name), "our own stay, too");
	strcpy(name, a.name);
	doc_lair_remove(&a, fd);
	doc_lair_remove(&b, fd);
	OK(a.fd < 0 && !there(name), "until they are removed");
	lock = doc_lair_open(top, &idle, path, sizeof(path), &err);
	OK(lock >= 0 && stat(path, &st) == 0, "by path");
	doc_tree_remove(path);
	close(lock);
	OK(doc_lair_open(top, &idle, small, sizeof(small), &err) < 0 &&
		err.code == DOC_E_NAME,
	    "whose room is too small");
	err = (struct doc_error){ 0 };
	OK(doc_lair_open("/nonexistent", &idle, path, sizeof(path), &err) < 0 &&
		strstr(err.msg, "/nonexistent") != NULL,
	    "in a folder that is not there");
	close(fd);
}

static void
test_killed(void)
{
	char name[DOC_LAIR_NAME], outside[300];

	snprintf(outside, sizeof(outside), "%s/outside", top);
	mkdir(outside, 0700);
	snprintf(outside, sizeof(outside), "%s/outside/f", top);
	close(open(outside, O_CREAT | O_WRONLY, 0600));
	killed(name);
	OK(there(name), "a killed one's stays");
	chmod(top, 0777);
	sweep(&idle);
	OK(there(name), "where others could have put it");
	chmod(top, 01777);
	sweep(&idle);
	OK(!there(name), "and is swept from a folder like /tmp");
	OK(there("outside/f"), "but not what a link in it leads to");
	chmod(top, 0700);
}

/* A folder as a process of another kernel leaves it. */
static void
test_foreign(void)
{
	static const char foreign[] = "docpipe.1.00000000.00000000";
	const struct timespec old[2] = { { 0 } };
	int fd = open(top, FOLDER);

	mkdirat(fd, foreign, 0700);
	sweep(&idle);
	OK(there(foreign), "another kernel's stays");
	utimensat(fd, foreign, old, 0);
	sweep(&idle);
	OK(!there(foreign), "for a day");
	close(fd);
}

static void
test_strangers(void)
{
	static const struct timespec old[2] = { { 0 } };
	static const char *const names[] = { "docpipe.1.00000000.00000001",
		"docpipe.2.00000000.00000001", "docpipe.3.00000000.00000001",
		"docpipe", "docpipe.x", "docpipes.1.00000000.00000001" };
	int fd = open(top, FOLDER);
	bool all = true;

	OK(symlinkat("outside", fd, names[0]) == 0 &&
		close(openat(fd, names[1], O_CREAT | O_WRONLY, 0600)) == 0,
	    "a link and a file");
	for (size_t i = 2; i < DOC_LEN(names); i++)
		mkdirat(fd, names[i], 0700);
	for (size_t i = 1; i < DOC_LEN(names); i++)
		utimensat(fd, names[i], old, AT_SYMLINK_NOFOLLOW);
	if (geteuid() == 0) {
		OK(fchownat(fd, names[2], 65534, 65534, 0) == 0, "somebody's");
	} else {
		unlinkat(fd, names[2], AT_REMOVEDIR);
		mkdirat(fd, "docpipe.3", 0700);
		SKIP("somebody's", "needs root");
	}
	sweep(&busy);
	for (size_t i = 0; i < DOC_LEN(names); i++)
		if (i != 2 || geteuid() == 0)
			all = all && there(names[i]);
	OK(all && there("outside/f"), "what is not ours stays");
	close(fd);
}

int
main(void)
{
	if (mkdtemp(top) == NULL)
		return 1;
	test_own();
	test_killed();
	test_foreign();
	test_strangers();
	doc_tree_remove(top);
	return TAP_DONE();
}
