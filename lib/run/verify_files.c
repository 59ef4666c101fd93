/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that a record names: there, below the spool, of the size and digest
 * that the record says.  A record can name anything; nothing outside the spool
 * is opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/digest.h"
#include "lib/record/place.h"
#include "lib/record/tool.h"
#include "lib/run/verify.h"

struct artifact {
	const char *what; /* "text.file" */
	const char *path;
	int64_t bytes;	    /* -1: not said */
	const char *sha256; /* NULL: not said */
};

struct check {
	struct doc_verify *v;
	const struct doc_record *rec;
	const char *where;
	struct doc_error *err;
};

static bool
below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/' &&
	    strstr(path, "/../") == NULL;
}

static int
wrong(const struct check *c, const struct artifact *a, const char *what)
{
	return verify_tell(c->v, c->rec, c->err, c->where, "%s: %s: %s",
	    a->what, what, a->path);
}

static int
look(const struct check *c, const struct artifact *a)
{
	char hex[DOC_DIGEST_HEX];
	struct stat st;
	doc_autoclose int fd = -1;

	if (c->v->spool[0] == '\0' || !below(a->path, c->v->spool))
		return wrong(c, a, "outside the spool");
	fd = open(a->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return wrong(c, a, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return wrong(c, a, "not a regular file");
	c->v->files++;
	c->v->bytes += (uint64_t)st.st_size;
	if (a->bytes >= 0 && a->bytes != st.st_size)
		return wrong(c, a, "another size");
	if (c->v->quick || a->sha256 == NULL)
		return 0;
	if (doc_digest_fd(fd, hex, NULL) < 0)
		return wrong(c, a, strerror(errno));
	return strcmp(hex, a->sha256) == 0 ? 0 : wrong(c, a, "another digest");
}

/* What the member names, `stage` being the object it is in. */
static int
look_at(const struct check *c, const struct doc_value *v, const char *stage,
    const struct doc_place *p)
{
	char what[64];
	struct artifact a = { .what = what,
		.path = doc_value_get_str(v, p->key),
		.bytes = p->bytes
		    ? doc_value_int(doc_value_get(v, p->bytes), -1)
		    : -1,
		.sha256 = doc_value_get_str(v, p->sha256) };

	snprintf(what, sizeof(what), "%s.%s", stage, p->key);
	return a.path ? look(c, &a) : 0;
}

static int
look_at_all(const struct check *c, const struct doc_value *v, const char *stage)
{
	for (const struct doc_place *p = doc_places; p->key != NULL; p++)
		if (look_at(c, v, stage, p) < 0)
			return -1;
	return 0;
}

static int
look_at_stage(const struct check *c, const char *stage)
{
	doc_autovalue struct doc_value *v = doc_record_value(c->rec, stage);
	const struct doc_value *pictures = doc_value_get(v, "pictures");

	if (look_at_all(c, v, stage) < 0)
		return -1;
	/* The first is the one above. */
	for (size_t i = 1; i < doc_value_count(pictures); i++)
		if (look_at_all(c, doc_value_at(pictures, i), stage) < 0)
			return -1;
	return 0;
}

/* The content of a member. */
static int
look_at_data(const struct check *c)
{
	doc_autobuf struct doc_buf path = { 0 }, sha256 = { 0 };
	const struct doc_place *p = &doc_places[0];
	struct artifact a = { .what = p->key,
		.bytes = doc_record_int(c->rec, p->bytes, -1) };

	if (doc_record_str(c->rec, p->key, &path) != 1)
		return 0;
	a.path = doc_buf_str(&path);
	if (doc_record_str(c->rec, p->sha256, &sha256) == 1)
		a.sha256 = doc_buf_str(&sha256);
	return a.path ? look(c, &a) : 0;
}

int
verify_files(struct doc_verify *v, const struct doc_record *rec,
    const char *where, struct doc_error *err)
{
	struct check c = { v, rec, where, err };

	if (look_at_data(&c) < 0)
		return -1;
	for (const struct doc_tool *t = doc_tools; t->key != NULL; t++)
		if (t->can & DOC_TOOL_FILES && look_at_stage(&c, t->key) < 0)
			return -1;
	return 0;
}
