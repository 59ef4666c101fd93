/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking folders, and opening what a name says and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "lib/base/tree.h"
#include "lib/stage/open.h"
#include "lib/stage/walk.h"
#include "tests/unit/tap.h"

static char top[] = "/tmp/walktest.XXXXXX";

static void
file(const char *name)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, name, strlen(name)) < 0)
		printf("# cannot write %s\n", name);
	close(fd);
}

static void
build(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "t/sock" };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	mkdir("t", 0700);
	mkdir("t/b", 0700);
	mkdir("t/b/empty", 0700);
	mkdir("t/B", 0700);
	file("t/a");
	file("t/b/x");
	file("t/b.txt");
	file("t/B/y");
	file("t/\xff\xfe");
	file("t/new\nline");
	file("outside");
	if (symlink("../outside", "t/link") < 0 ||
	    symlink("b", "t/folder-link") < 0 || symlink("t", "way") < 0 ||
	    symlink("loop", "loop") < 0 || mkfifo("t/fifo", 0600) < 0 ||
	    bind(s, (struct sockaddr *)&at, sizeof(at)) < 0)
		printf("# cannot build the tree\n");
	close(s);
}

/* "path" or "path!code" for all that is found, each behind a '|'. */
static const char *
walk(const char *operand, struct doc_buf *out)
{
	struct doc_error err;
	struct doc_walk w;
	const char *path;
	struct stat st;

	out->len = 0;
	doc_walk_start(&w, operand);
	while (doc_walk_next(&w, &path, &st, &err) == 1)
		doc_buf_addf(out, "|%s%s%s", path, err.code ? "!" : "",
		    err.code ? doc_error_name(err.code) : "");
	doc_walk_release(&w);
	return doc_buf_str(out);
}

static void
test_walk(void)
{
	doc_autobuf struct doc_buf out = { 0 };
	static const char want[] =
	    "|t/B/y|t/a|t/b/x|t/b.txt|t/fifo!special-file|"
	    "t/folder-link!symlink|t/link!symlink|t/new\nline|"
	    "t/sock!special-file|t/\xff\xfe";

	OK(strcmp(walk("t", &out), want) == 0, "sorted by bytes, no link");
	walk("t/", &out);
	OK(strstr(doc_buf_str(&out), "|t/a|") != NULL &&
		strstr(doc_buf_str(&out), "//") == NULL,
	    "a slash at the end");
	OK(strcmp(walk("t/a", &out), "|t/a") == 0, "a file");
	OK(strcmp(walk("none", &out), "|none!not-found") == 0, "nothing");
	OK(strcmp(walk("t/a/b", &out), "|t/a/b!not-found") == 0,
	    "below a file");
	OK(strcmp(walk("way", &out), "|way!symlink") == 0, "a link");
	OK(strstr(walk("way/", &out), "|way/a|") != NULL,
	    "a link with a slash: what it points to");
	OK(strcmp(walk("t/b/empty", &out), "") == 0, "an empty folder");
	OK(strcmp(walk("", &out), "|!not-found") == 0, "no name");
}

/* A million names do not stay open: as many fds before as after. */
static void
test_left(void)
{
	struct doc_error err;
	struct doc_walk w;
	const char *path;
	struct stat st;
	int before = dup(0), after;

	close(before);
	doc_walk_start(&w, "t");
	OK(doc_walk_next(&w, &path, &st, &err) == 1, "left in the middle");
	doc_walk_release(&w);
	after = dup(0);
	close(after);
	OK(before == after, "nothing stays open");
}

/* What a name opens to below roots: the code's name, or "ok". */
static const char *
opens(const char *path, const char *root, const char *root2)
{
	struct doc_words roots = { 0 };
	struct doc_error err = { 0 };
	struct stat st;
	int fd;

	if (root != NULL)
		doc_words_add(&roots, root);
	if (root2 != NULL)
		doc_words_add(&roots, root2);
	fd = doc_open_below(&roots, path, &st, &err);
	doc_words_release(&roots);
	if (fd < 0)
		return doc_error_name(err.code);
	if ((fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0 ||
	    (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
		return "wrong flags";
	close(fd);
	return err.code ? "error and fd" : "ok";
}

static void
test_open(void)
{
	static const struct {
		const char *path, *root, *root2, *want;
	} t[] = {
		{ "t/a", NULL, NULL, "ok" },
		{ "t/link", NULL, NULL, "symlink" },
		{ "t/folder-link/x", NULL, NULL, "symlink" },
		{ "way/a", NULL, NULL, "symlink" },
		{ "loop", NULL, NULL, "symlink" },
		{ "t", NULL, NULL, "special-file" },
		{ "t/fifo", NULL, NULL, "special-file" },
		{ "t/sock", NULL, NULL, "special-file" },
		{ "/dev/null", NULL, NULL, "special-file" },
		{ "/dev/stdin", NULL, NULL, "symlink" },
		{ "/proc/self/environ", NULL, NULL, "symlink" },
		{ "/proc/1/stat", NULL, NULL, "special-file" },
		{ "/proc/meminfo", "/", NULL, "special-file" },
		{ "/proc/thread-self/root/etc/passwd", NULL, NULL, "symlink" },
		{ "/proc/1/root/etc/passwd", NULL, NULL, "symlink" },
		{ "/proc/1/cwd", "/", NULL, "symlink" },
		{ "/proc/self/fd/0", NULL, NULL, "symlink" },
		{ "none", NULL, NULL, "not-found" },
		{ "t/a/", NULL, NULL, "not-found" },
		{ "", NULL, NULL, "not-found" },
		{ "t/a", "t", NULL, "ok" },
		{ "t//a", "t/", NULL, "ok" },
		{ "t/./b/../a", "t", NULL, "ok" },
		{ "t/../outside", "t", NULL, "outside-root" },
		{ "t/b/../../outside", "t", NULL, "outside-root" },
		{ "t/link", "t", NULL, "symlink" },
		{ "t/folder-link/x", "t", NULL, "symlink" },
		{ "outside", "t", NULL, "outside-root" },
		{ "tt", "t", NULL, "outside-root" },
		{ "/etc/passwd", "t", NULL, "outside-root" },
		{ "outside", "t", ".", "ok" },
		{ "../x", ".", NULL, "outside-root" },
		{ "t/../../x", ".", NULL, "outside-root" },
		{ "/etc/passwd", ".", NULL, "outside-root" },
		{ "/etc/passwd", "/", NULL, "ok" },
		{ "t/a", "/", NULL, "outside-root" },
		{ "way/a", "way", NULL, "ok" },
		{ "t/a", "t/a", NULL, "ok" },
		{ "t/a/x", "t/a", NULL, "not-found" },
		{ "t/a", "", NULL, "outside-root" },
		{ "t/b/x", "none", "t", "ok" },
	};

	for (size_t i = 0; i < DOC_LEN(t); i++) {
		const char *got = opens(t[i].path, t[i].root, t[i].root2);

		OK(strcmp(got, t[i].want) == 0, t[i].path);
		if (strcmp(got, t[i].want) != 0)
			printf("# below '%s': %s, wanted %s\n",
			    t[i].root ? t[i].root : "-", got, t[i].want);
	}
}

/* Not even opened for a look: its writer would go on. */
static void
test_untouched(void)
{
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char events[512];

	if (watch < 0 || inotify_add_watch(watch, "t/fifo", IN_OPEN) < 0) {
		SKIP("a fifo is not opened", "no inotify");
		return;
	}
	opens("t/fifo", "t", NULL);
	OK(read(watch, events, sizeof(events)) < 0 && errno == EAGAIN,
	    "a fifo is not opened");
	opens("t/fifo", NULL, NULL);
	OK(read(watch, events, sizeof(events)) < 0 && errno == EAGAIN,
	    "nor without a root");
	close(open("t/fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
	OK(read(watch, events, sizeof(events)) > 0, "it would have shown");
	close(watch);
}

/* Somebody changes what a name, and a folder on the way to it, stands for, as
 * fast as he can. */
DOC_NORETURN static void
swap_forever(void)
{
	(void)!symlink("../outside", "t/bad");
	(void)!mkfifo("t/worse", 0600);
	(void)!symlink("/etc", "t/away");
	for (;;) {
		rename("t/race", "t/good");
		rename("t/bad", "t/race");
		rename("t/race", "t/bad");
		rename("t/worse", "t/race");
		rename("t/race", "t/worse");
		rename("t/good", "t/race");
		rename("t/way", "t/saved");
		rename("t/away", "t/way");
		rename("t/way", "t/away");
		rename("t/saved", "t/way");
	}
}

struct tally {
	unsigned good, refused, wrong;
};

static void
try_race(const char *path, const struct doc_words *roots, ino_t right,
    struct tally *tally)
{
	struct doc_error err = { 0 };
	struct stat st, got;
	int fd = doc_open_below(roots, path, &st, &err);

	if (fd < 0) {
		tally->refused++;
		return;
	}
	if (fstat(fd, &got) == 0 && got.st_ino == right && st.st_ino == right)
		tally->good++;
	else
		tally->wrong++;
	close(fd);
}

static void
test_race(void)
{
	struct doc_words root = { 0 }, none = { 0 };
	struct tally file_race = { 0 }, way_race = { 0 };
	struct stat race, passwd;
	pid_t pid;

	file("t/race");
	mkdir("t/way", 0700);
	file("t/way/passwd");
	doc_words_add(&root, "t");
	if (stat("t/race", &race) < 0 || stat("t/way/passwd", &passwd) < 0)
		printf("# no files\n");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		swap_forever();
	/* Until enough was seen of both; never of what is wrong. */
	for (unsigned i = 0; i < 300000; i++) {
		const struct doc_words *roots = i % 2 ? &root : &none;

		try_race("t/race", roots, race.st_ino, &file_race);
		try_race("t/way/passwd", roots, passwd.st_ino, &way_race);
		if (i > 3000 && file_race.good > 100 &&
		    file_race.refused > 100 && way_race.good > 100 &&
		    way_race.refused > 100)
			break;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	doc_words_release(&root);
	printf("# file: %u good, %u refused; folder: %u, %u\n", file_race.good,
	    file_race.refused, way_race.good, way_race.refused);
	OK(file_race.wrong == 0, "a name that changes: the file or nothing");
	OK(way_race.wrong == 0, "a folder that changes: the same");
	OK(file_race.good > 0 && way_race.good > 0 && file_race.refused > 0 &&
		way_race.refused > 0,
	    "there was a race");
}

int
main(void)
{
	if (mkdtemp(top) == NULL || chdir(top) < 0)
		return 1;
	build();
	test_walk();
	test_left();
	test_open();
	test_untouched();
	test_race();
	if (chdir("/") == 0)
		doc_tree_remove(top);
	return TAP_DONE();
}
