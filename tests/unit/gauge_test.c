/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gauges: what is stored is what is seen, whole, and from the living. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/base/tree.h"
#include "lib/gauge/board.h"
#include "lib/gauge/gauge_page.h"
#include "tests/unit/tap.h"

static char dir[] = "/tmp/gauge.XXXXXX";
static struct doc_board board;

static bool
look(void)
{
	struct doc_error err = { 0 };

	return doc_board_read(&board, dir, 0, &err) == 0;
}

static void
test_counts(void)
{
	struct doc_gauge none = { 0 }, g = { 0 }, h = { 0 };
	struct doc_error err = { 0 };
	const struct doc_board_stage *s;
	unsigned slot;

	doc_gauge_add(&none, DOC_G_OUT, 1);
	doc_gauge_set(&none, DOC_G_OUT, 1);
	OK(doc_gauge_begin(&none, "a", 1) == 0, "a gauge nobody looks at");
	doc_gauge_end(&none, 0);
	doc_gauge_close(&none);

	OK(doc_gauge_open_in(&g, dir, "doctext", &err) == 0, "opens");
	doc_gauge_add(&g, DOC_G_IN, 3);
	doc_gauge_add(&g, DOC_G_IN, 4);
	doc_gauge_set(&g, DOC_G_HELD, 5);
	slot = doc_gauge_begin(&g, "a.pdf", 5);
	OK(look() && board.stages == 1, "one stage");
	s = doc_board_find(&board, "doctext");
	OK(s != NULL && s->count[DOC_G_IN] == 7 && s->count[DOC_G_HELD] == 5,
	    "its counts");
	OK(s != NULL && s->alive == 1 && s->lost == 0, "it lives");
	OK(board.works == 1 && strcmp(board.work[0].name, "a.pdf") == 0,
	    "its work");
	doc_gauge_end(&g, slot);
	OK(look() && board.works == 0, "the work is over");

	OK(doc_gauge_open_in(&h, dir, "doclist", &err) == 0, "another stage");
	OK(look() && board.stages == 2 &&
		strcmp(board.stage[0].stage, "doclist") == 0,
	    "in the order of a pipeline");
	doc_gauge_close(&h);
	doc_gauge_set(&g, DOC_G_ENDED, 1);
	doc_gauge_close(&g);
	OK(look() && board.stage[0].lost == 1 && board.stage[0].alive == 0,
	    "one that did not say it ended is lost");
	OK(board.stage[1].lost == 0 && board.stage[1].alive == 0,
	    "one that did is not");
	OK(board.stage[1].count[DOC_G_IN] == 7 &&
		board.stage[1].count[DOC_G_HELD] == 0,
	    "its counts stay; what was so at the time does not");
	doc_gauge_sweep(dir);
	OK(look() && board.stages == 0, "swept");
}

static void
test_names(void)
{
	char name[600], most[DOC_GAUGE_NAME + 1];
	struct doc_gauge g = { 0 };
	struct doc_error err = { 0 };
	unsigned slots = 0;

	if (doc_gauge_open_in(&g, dir, "dococr", &err) < 0)
		return;
	for (unsigned i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xc3\xa9", 2);
	doc_gauge_begin(&g, name, 500);
	OK(look() && board.works == 1 &&
		strncmp(board.work[0].name, "\xe2\x80\xa6\xc3\xa9", 5) == 0 &&
		strlen(board.work[0].name) <= DOC_GAUGE_NAME,
	    "a long name is cut in front, between characters");
	memset(most, 'x', DOC_GAUGE_NAME);
	most[DOC_GAUGE_NAME] = '\0';
	doc_gauge_begin(&g, most, DOC_GAUGE_NAME);
	OK(look() && board.works == 2 && strcmp(board.work[1].name, most) == 0,
	    "the longest that fits");
	while (doc_gauge_begin(&g, "x", 1) != 0)
		slots++;
	OK(slots == DOC_GAUGE_SLOTS - 2, "then all slots are taken");
	doc_gauge_close(&g);
	doc_gauge_sweep(dir);
}

/* Two names that must never be seen mixed, turned as fast as it goes. */
static void
writer(void)
{
	char a[DOC_GAUGE_NAME], b[DOC_GAUGE_NAME];
	struct doc_gauge g = { 0 };
	struct doc_error err = { 0 };

	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	if (doc_gauge_open_in(&g, dir, "docscan", &err) < 0)
		_exit(1);
	for (;;) {
		unsigned s = doc_gauge_begin(&g, a, sizeof(a));

		doc_gauge_end(&g, s);
		s = doc_gauge_begin(&g, b, sizeof(b) / 2);
		doc_gauge_end(&g, s);
	}
}

static bool
is_whole(const char *name)
{
	size_t n = strlen(name);

	return (n == DOC_GAUGE_NAME && strspn(name, "a") == n) ||
	    (n == DOC_GAUGE_NAME / 2 && strspn(name, "b") == n);
}

static void
test_torn(void)
{
	unsigned seen[2] = { 0 }, torn = 0;
	pid_t pid = fork();

	if (pid == 0)
		writer();
	/* A loaded machine may not let the writer run at once. */
	for (int i = 0; i < 20000 || (i < 5000000 && !(seen[0] && seen[1]));
	     i++) {
		if (!look() || board.works == 0)
			continue;
		torn += !is_whole(board.work[0].name);
		seen[board.work[0].name[0] == 'a']++;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	OK(torn == 0, "20,000 looks at a busy writer: none torn");
	OK(seen[0] > 0 && seen[1] > 0, "both names were seen");
	OK(look() && board.works == 0 && board.stage[0].lost == 1,
	    "the killed writer works on nothing");
	doc_gauge_sweep(dir);
}

static void
put_file(const char *name, size_t size)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		return;
	close(fd);
}

static void
test_strangers(void)
{
	char path[128];

	put_file("empty", 0);
	put_file("short", 100);
	put_file("zeros", sizeof(struct doc_gauge_page));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	OK(mkfifo(path, 0600) == 0 && look() && board.stages == 0,
	    "files that are no gauges, and a fifo, do no harm");
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	test_counts();
	test_names();
	test_torn();
	test_strangers();
	doc_tree_remove(dir);
	return TAP_DONE();
}
