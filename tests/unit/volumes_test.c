/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are joined, and change meanwhile. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/stage/volumes.h"
#include "tests/unit/tap.h"

enum { PARTS = 4, SIZE = 1000 };

static struct doc_spool spool;
static struct doc_words none;

/* x.7z.001 and so on: each SIZE times its digit. */
static void
make(unsigned part)
{
	char name[16], data[SIZE];
	int fd;

	memset(data, '0' + (int)part, sizeof(data));
	if (part == 1)
		memcpy(data, "7z\xbc\xaf\x27\x1c", 6);
	snprintf(name, sizeof(name), "x.7z.%03u", part);
	(void)unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || doc_write_full(fd, data, sizeof(data)) < 0)
		abort();
	close(fd);
}

static void
make_all(void)
{
	for (unsigned i = 1; i <= PARTS; i++)
		make(i);
}

/* What happens to the parts before a step. */
typedef void meddle(unsigned step);

struct result {
	struct doc_volumes_sum sum;
	struct doc_error err;
	uint64_t size; /* of what was written */
	bool right;    /* it is those bytes */
};

static bool
is_right(int fd, uint64_t size)
{
	char c;

	for (uint64_t i = 6; i < size; i++)
		if (pread(fd, &c, 1, (off_t)i) != 1 ||
		    c != (char)('1' + i / SIZE))
			return false;
	return true;
}

static struct result
join(uint64_t max, meddle *fn)
{
	struct doc_volumes_at at = { .roots = &none,
		.root = "x.7z.001",
		.path = "x.7z.001" };
	struct result r = { .right = false };
	struct doc_volumes *v;
	struct stat st;
	int rc = 1, fd;

	if (stat(at.path, &st) < 0 ||
	    doc_volumes_begin(&v, &at, &st, max, &spool, &r.err) < 0)
		return r;
	for (unsigned i = 0; rc > 0; i++) {
		if (fn != NULL)
			fn(i);
		rc = doc_volumes_step(v, &r.err);
	}
	fd = doc_volumes_end(v, &r.sum);
	if (rc == 0 && fstat(fd, &st) == 0) {
		r.size = (uint64_t)st.st_size;
		r.right = r.size == r.sum.bytes && is_right(fd, r.size) &&
		    st.st_nlink == 0 && (fcntl(fd, F_GETFL) & O_ACCMODE) == 0;
	}
	if (fd >= 0)
		close(fd);
	doc_volumes_free(v);
	make_all();
	return r;
}

static bool
was_cut(const struct result *r, unsigned missing, const char *why)
{
	return r->err.code == DOC_E_NONE && r->right &&
	    r->sum.count == missing - 1 && r->sum.missing == missing &&
	    r->size == (uint64_t)SIZE * (missing - 1) &&
	    strstr(r->sum.why.msg, why) != NULL;
}

static void
test_whole(void)
{
	struct result r = join(1 << 20, NULL);

	OK(r.right && r.sum.count == PARTS && !r.sum.gap &&
		r.size == SIZE * PARTS,
	    "all of them, in a file without a name that cannot be written");
	r = join(SIZE * PARTS, NULL);
	OK(r.right, "as many bytes as there may be");
	r = join(SIZE * PARTS - 1, NULL);
	OK(r.err.code == DOC_E_BYTES, "one more");
}

static void
touch(const char *name)
{
	OK(utimensat(AT_FDCWD, name, NULL, 0) == 0, "(is touched)");
}

/* Each is opened, copied, and looked at again: three steps. */
static void
grow_2(unsigned step)
{
	if (step == 4)
		OK(truncate("x.7z.002", SIZE + 1) == 0, "(grows)");
}

static void
cut_3(unsigned step)
{
	if (step == 7)
		OK(truncate("x.7z.003", SIZE / 2) == 0, "(is cut)");
}

static void
touch_2(unsigned step)
{
	if (step == 5)
		touch("x.7z.002");
}

static void
remove_3(unsigned step)
{
	if (step == 4)
		OK(unlink("x.7z.003") == 0, "(goes)");
}

static void
swap_lead(unsigned step)
{
	if (step == 0)
		OK(truncate("x.7z.001", SIZE + 1) == 0, "(grows)");
}

static void
touch_lead(unsigned step)
{
	if (step == 2)
		touch("x.7z.001");
}

static void
link_2(unsigned step)
{
	if (step == 0)
		OK(rename("x.7z.002", "y") == 0 &&
			symlink("y", "x.7z.002") == 0,
		    "(is a link)");
}

static void
test_meddled(void)
{
	struct result r = join(1 << 20, grow_2);

	OK(was_cut(&r, 2, "changed") && r.sum.gap, "one that grows");
	r = join(1 << 20, cut_3);
	OK(was_cut(&r, 3, "changed") && r.sum.gap, "one that is cut");
	r = join(1 << 20, touch_2);
	OK(was_cut(&r, 2, "changed"), "one that is written again");
	r = join(1 << 20, remove_3);
	OK(was_cut(&r, 3, "missing") && r.sum.gap, "one that goes");
	r = join(1 << 20, swap_lead);
	OK(r.err.code == DOC_E_CHANGED, "another one leads");
	r = join(1 << 20, touch_lead);
	OK(r.err.code == DOC_E_CHANGED, "the one that leads changes");
	r = join(1 << 20, link_2);
	OK(r.err.code == DOC_E_NONE && r.sum.count == 1 && r.sum.gap &&
		strstr(r.sum.why.msg, "link") != NULL,
	    "one that is a link");
}

static void
test_roles(void)
{
	struct doc_volumes_at at = { .roots = &none,
		.root = ".",
		.path = "x.7z.003" };
	struct doc_error why = { 0 };
	char *leader;
	bool row = false;

	OK(doc_volumes_role(&at, &leader, &row) == DOC_VOLUMES_FOLLOWS &&
		strcmp(leader, "x.7z.001") == 0 && row,
	    "the third follows the first");
	free(leader);
	OK(unlink("x.7z.002") == 0, "(the second goes)");
	OK(doc_volumes_role(&at, &leader, &row) == DOC_VOLUMES_FOLLOWS && !row,
	    "but not in a row");
	free(leader);
	OK(doc_volumes_missing(&at, &why) == 2 && why.code == DOC_E_NOT_FOUND,
	    "the second is missing");
	at.path = "x.7z.001";
	OK(doc_volumes_role(&at, &leader, &row) == DOC_VOLUMES_NONE,
	    "the first leads nobody");
	make_all();
	OK(doc_volumes_role(&at, &leader, &row) == DOC_VOLUMES_LEADS,
	    "and leads again");
	at.path = "x.7z.000";
	OK(doc_volumes_role(&at, &leader, &row) == DOC_VOLUMES_NONE,
	    "one that is not there");
}

int
main(void)
{
	char dir[] = "/tmp/volumes_test.XXXXXX";
	struct doc_error err = { 0 };

	if (mkdtemp(dir) == NULL || chdir(dir) < 0 ||
	    doc_spool_open(&spool, "spool", &err) < 0)
		return 1;
	make_all();
	test_whole();
	test_meddled();
	test_roles();
	doc_spool_close(&spool);
	if (chdir("/") == 0 && fork() == 0)
		execlp("rm", "rm", "-rf", dir, (char *)NULL);
	return TAP_DONE();
}
