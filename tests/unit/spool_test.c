/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The spool: files that appear whole or not at all, leftovers, odd places. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/base/tree.h"
#include "lib/spool/settle.h"
#include "tests/unit/tap.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char top[] = "/tmp/spooltest.XXXXXX";
static char place[PATH_MAX];

static bool
holds(const char *path, const char *want)
{
	char got[64] = "";
	doc_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, got, sizeof(got) - 1) >= 0 &&
	    strcmp(got, want) == 0;
}

/* How many entries of the spool are unfinished folders. */
static int
unfinished(void)
{
	char cmd[PATH_MAX + 64];
	int n = -1;
	FILE *p;

	snprintf(cmd, sizeof(cmd),
	    "find %s -name '.incoming*' 2>/dev/null | wc -l", place);
	p = popen(cmd, "r");
	if (p == NULL || fscanf(p, "%d", &n) != 1)
		n = -1;
	if (p != NULL)
		pclose(p);
	return n;
}

static int
put(struct doc_spool *s, const char *text, const char *tenant, char **path)
{
	struct doc_error err = { 0 };
	struct doc_spool_file f;
	doc_autoclose int fd = doc_spool_create(s, &f, &err);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -1;
	return doc_spool_commit(s, &f, tenant, SHA, "data", path, &err);
}

static void
test_commit(void)
{
	struct doc_error err = { 0 };
	struct doc_spool s;
	doc_autofree char *a = NULL, *b = NULL, *c = NULL;
	struct stat st;

	OK(doc_spool_open(&s, place, &err) == 0, "made, with folders above");
	OK(put(&s, "one", "t", &a) == 0 && holds(a, "one"), "put");
	OK(strncmp(a, s.path, strlen(s.path)) == 0 &&
		strstr(a, "/t/01/" SHA "/data") != NULL,
	    "in its place");
	OK(put(&s, "two", "t", &b) == 0 && strcmp(a, b) == 0 && holds(a, "two"),
	    "again: replaced");
	OK(put(&s, "three", "u", &c) == 0 && strcmp(a, c) != 0 &&
		holds(a, "two"),
	    "another tenant, another file");
	OK(stat(a, &st) == 0 && (st.st_mode & 0777) == 0600, "file 0600");
	OK(stat(s.path, &st) == 0 && (st.st_mode & 0777) == 0700,
	    "folder 0700");
	OK(unfinished() == 1, "the folder of unfinished files");
	doc_spool_close(&s);
	OK(unfinished() == 0, "is removed at the end");
	OK(holds(a, "two"), "what was finished stays");
}

static void
test_drop(void)
{
	struct doc_error err = { 0 };
	struct doc_spool s;
	struct doc_spool_file f, g;
	int fd;

	OK(doc_spool_open(&s, place, &err) == 0, "opened again");
	fd = doc_spool_create(&s, &f, &err);
	OK(fd >= 0 && write(fd, "abc", 3) == 3, "a file");
	close(fd);
	fd = doc_spool_reopen(&s, &f, &err);
	OK(fd >= 0, "reopened");
	close(fd);
	doc_spool_drop(&s, &f);
	OK(doc_spool_reopen(&s, &f, &err) < 0, "dropped");
	doc_spool_drop(&s, &f);
	fd = doc_spool_create(&s, &g, &err);
	OK(fd >= 0, "another");
	close(fd);
	doc_spool_close(&s);
	OK(unfinished() == 0, "an open file goes with the spool");
}

/* A process killed in the middle; then one that has its number again. */
static void
test_leftovers(void)
{
	struct doc_error err = { 0 };
	struct doc_spool s;
	struct doc_spool_file f;
	pid_t pid = fork();

	if (pid == 0) {
		if (doc_spool_open(&s, place, &err) == 0 &&
		    doc_spool_create(&s, &f, &err) >= 0)
			_exit(0);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	OK(unfinished() == 1, "killed in the middle: it lies there");
	OK(doc_spool_open(&s, place, &err) == 0 && unfinished() == 0,
	    "and is swept by the next");
	doc_spool_close(&s);
}

static bool
alone(void)
{
	struct doc_error err = { 0 };
	struct doc_spool s;

	if (doc_spool_open(&s, place, &err) < 0)
		return false;
	doc_spool_close(&s);
	return unfinished() == 0;
}

/* Not the number tells who lives, but the lock: a number means nothing in
 * another container. */
static void
test_containers(void)
{
	static const struct timespec old[2] = { { .tv_sec = 1 },
		{ .tv_sec = 1 } };
	struct doc_error err = { 0 };
	struct doc_spool s;
	struct doc_spool_file f;
	char other[PATH_MAX + 64];
	int fds[2], ws;
	pid_t pid, heir = -1;

	OK(pipe(fds) == 0, "a pipe");
	pid = fork();
	if (pid == 0) {
		if (doc_spool_open(&s, place, &err) < 0 ||
		    doc_spool_create(&s, &f, &err) < 0)
			_exit(1);
		heir = fork();
		if (heir == 0) {
			close(fds[0]);
			close(fds[1]);
			pause();
		}
		_exit(write(fds[1], &heir, sizeof(heir)) < 0);
	}
	OK(read(fds[0], &heir, sizeof(heir)) == sizeof(heir), "its heir");
	waitpid(pid, &ws, 0);
	OK(!alone(), "its number is gone, its lock is not: it stays");
	kill(heir, SIGKILL);
	while (kill(heir, 0) == 0 && !alone())
		usleep(1000);
	OK(alone(), "until that is gone, too");
	close(fds[0]);
	close(fds[1]);
	snprintf(other, sizeof(other), "%s/.incoming.1.00000000.00000000",
	    place);
	mkdir(other, 0700);
	OK(!alone(), "another machine's stays");
	utimensat(AT_FDCWD, other, old, 0);
	OK(alone(), "for a day");
}

/* One who lives is not swept by another. */
static void
test_two(void)
{
	struct doc_error err = { 0 };
	struct doc_spool s, other;
	struct doc_spool_file f;
	doc_autofree char *path = NULL;
	pid_t pid;
	int fd, ws;

	OK(doc_spool_open(&s, place, &err) == 0, "one");
	fd = doc_spool_create(&s, &f, &err);
	pid = fork();
	if (pid == 0) {
		_exit(doc_spool_open(&other, place, &err) == 0 ? 0 : 1);
	}
	waitpid(pid, &ws, 0);
	OK(ws == 0 && write(fd, "x", 1) == 1 &&
		doc_spool_commit(&s, &f, "t", SHA, "text-k.txt", &path, &err) ==
		    0 &&
		holds(path, "x"),
	    "is not disturbed by a second");
	close(fd);
	doc_spool_close(&s);
}

static void
test_places(void)
{
	struct doc_error err = { 0 };
	struct doc_spool s;
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/file", top);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	OK(doc_spool_open(&s, path, &err) < 0 && err.msg[0] != '\0',
	    "a file is no spool");
	doc_spool_close(&s);
	err = (struct doc_error){ 0 };
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	OK(doc_spool_open(&s, path, &err) < 0, "too long");
	err = (struct doc_error){ 0 };
	OK(doc_spool_open(&s, "/proc/nowhere/x", &err) < 0,
	    "a place that cannot be");
	err = (struct doc_error){ 0 };
	snprintf(path, sizeof(path), "%s/env", top);
	setenv("DOCPIPE_SPOOL", path, 1);
	OK(doc_spool_open(&s, NULL, &err) == 0 && strstr(s.path, "/env"),
	    "of the environment");
	doc_spool_close(&s);
	setenv("DOCPIPE_SPOOL", "", 1);
	setenv("XDG_CACHE_HOME", top, 1);
	OK(doc_spool_open(&s, NULL, &err) == 0 &&
		strstr(s.path, "/docpipe/spool"),
	    "of the user's cache");
	doc_spool_close(&s);
	setenv("XDG_CACHE_HOME", "relative", 1);
	setenv("HOME", top, 1);
	OK(doc_spool_open(&s, NULL, &err) == 0 &&
		strstr(s.path, "/.cache/docpipe/spool"),
	    "a relative one is none (XDG)");
	doc_spool_close(&s);
	unsetenv("HOME");
	OK(doc_spool_open(&s, NULL, &err) < 0 && err.code == DOC_E_USAGE,
	    "no place at all");
}

/* What a worker still has in hand is not settled. */
static void
test_settle(void)
{
	struct doc_error err = { 0 };
	struct doc_spool s;
	struct doc_spool_file f;
	int fd, settled;
	void *p;

	OK(doc_spool_open(&s, place, &err) == 0, "for files to settle");
	fd = doc_spool_create(&s, &f, &err);
	OK(write(fd, "text", 4) == 4 && doc_spool_settle(&s, &f, &err) < 0 &&
		err.code == DOC_E_PROTOCOL,
	    "a file with a writer");
	err = (struct doc_error){ 0 };
	p = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	OK(p != MAP_FAILED && doc_spool_settle(&s, &f, &err) < 0 &&
		err.code == DOC_E_PROTOCOL,
	    "a file that is mapped to be written");
	err = (struct doc_error){ 0 };
	munmap(p, 4);
	settled = doc_spool_settle(&s, &f, &err);
	OK(settled >= 0 && write(settled, "x", 1) < 0, "a file without");
	close(settled);
	doc_spool_drop(&s, &f);
	doc_spool_close(&s);
}

/* A file system that knows no leases, like some of those in user space. */
static int
no_leases(void)
{
	const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fcntl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_SETLEASE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { DOC_LEN(code),
		(struct sock_filter *)(uintptr_t)code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

/* There it is a copy, which the one who keeps the first cannot reach. */
static int
settle_copy(void)
{
	struct doc_error err = { 0 };
	struct doc_spool s;
	struct doc_spool_file f;
	char big[100000], got[sizeof(big)];
	int fd, settled;

	memset(big, 'b', sizeof(big));
	if (no_leases() < 0)
		return 2;
	if (doc_spool_open(&s, place, &err) < 0 ||
	    (fd = doc_spool_create(&s, &f, &err)) < 0 ||
	    write(fd, big, sizeof(big)) != sizeof(big))
		return 1;
	settled = doc_spool_settle(&s, &f, &err);
	if (settled < 0 || pwrite(fd, "changed", 7, 0) != 7 ||
	    ftruncate(fd, 10) < 0 ||
	    read(settled, got, sizeof(got)) != sizeof(got) ||
	    memcmp(got, big, sizeof(big)) != 0)
		return 1;
	doc_spool_drop(&s, &f);
	doc_spool_close(&s);
	return unfinished() != 0;
}

/* No room at all: a limit is as good as a full disk. */
static int
probe_full(void)
{
	struct doc_error err = { 0 };
	struct doc_spool s;
	struct rlimit none = { 1000, 1000 };

	signal(SIGXFSZ, SIG_IGN);
	if (doc_spool_open(&s, place, &err) < 0 ||
	    doc_spool_probe(&s, &err) < 0 || unfinished() != 1)
		return 1;
	setrlimit(RLIMIT_FSIZE, &none);
	if (doc_spool_probe(&s, &err) == 0 ||
	    doc_error_class(err.code) != DOC_CLASS_SYSTEM)
		return 1;
	doc_spool_close(&s);
	return unfinished() != 0;
}

/* In a process of its own. */
static int
child(int (*fn)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(fn());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
main(void)
{
	int copied;

	umask(077);
	if (mkdtemp(top) == NULL)
		return 1;
	snprintf(place, sizeof(place), "%s/a/b//spool/", top);
	test_commit();
	test_drop();
	test_leftovers();
	test_containers();
	test_two();
	test_settle();
	copied = child(settle_copy);
	if (copied == 2)
		SKIP("copied where there are no leases", "no filter here");
	else
		OK(copied == 0, "copied where there are no leases");
	OK(child(probe_full) == 0, "is there room?");
	test_places();
	doc_tree_remove(top);
	return TAP_DONE();
}
