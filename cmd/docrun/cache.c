/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun cache - what a spool holds, by tenant and kind.
 *
 * Looks at names, sizes and times only, opens no document.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cmd/docrun/verbs.h"
#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/base/units.h"
#include "lib/base/utf8.h"
#include "lib/record/json.h"
#include "lib/spool/shelf.h"
#include "lib/stage/last.h"

struct options {
	const char *spool, *tenant;
	bool json;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'S', "spool", "DIR", "the spool to look at", DOC_OPT_STRING,
	    AT(spool), NULL },
	{ 'T', "tenant", "NAME", "this tenant's part only", DOC_OPT_STRING,
	    AT(tenant), NULL },
	{ 'J', "json", NULL, "print a line of JSON for each row", DOC_OPT_FLAG,
	    AT(json), NULL },
	{ 0 },
};

struct row {
	char tenant[72], stage[40];
	const char *kind; /* "member", "result", "file" */
	uint64_t files, bytes;
	int64_t oldest_s, newest_s; /* since 1970 */
};

struct stats {
	struct doc_shelf shelf; /* first: it finds us by cast */
	struct row *at;
	size_t n, room;
};

/* "data"; "text-K.json": a kept result; "text-K.txt" and the like. */
static void
sort_out(const struct doc_shelf *s, const char *name, struct row *row)
{
	size_t n = strlen(name), stage = strcspn(name, "-");

	*row = (struct row){ .kind = "file" };
	snprintf(row->tenant, sizeof(row->tenant), "%.*s",
	    (int)strcspn(s->place, "/"), s->place);
	if (strcmp(name, "data") == 0) {
		row->kind = "member";
		stage = 4;
		name = "list";
	} else if (n > 5 && strcmp(name + n - 5, ".json") == 0) {
		row->kind = "result";
	}
	snprintf(row->stage, sizeof(row->stage), "%.*s", (int)stage, name);
}

static struct row *
find(struct stats *s, const struct row *like)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->at[i].tenant, like->tenant) == 0 &&
		    strcmp(s->at[i].stage, like->stage) == 0 &&
		    s->at[i].kind == like->kind)
			return &s->at[i];
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 32;
		struct row *more = realloc(s->at, room * sizeof(*more));

		if (more == NULL)
			return NULL;
		s->at = more;
		s->room = room;
	}
	s->at[s->n] = *like;
	return &s->at[s->n++];
}

static int
count(struct doc_shelf *shelf, int dir, const char *name)
{
	struct stats *s = (struct stats *)shelf;
	struct row like, *row;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode) || name[0] == '.')
		return 0;
	sort_out(shelf, name, &like);
	row = find(s, &like);
	if (row == NULL)
		return -1;
	if (row->files == 0 || st.st_mtim.tv_sec < row->oldest_s)
		row->oldest_s = st.st_mtim.tv_sec;
	if (row->files == 0 || st.st_mtim.tv_sec > row->newest_s)
		row->newest_s = st.st_mtim.tv_sec;
	row->files++;
	row->bytes += (uint64_t)st.st_size;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = strcmp(x->tenant, y->tenant);

	if (c == 0)
		c = strcmp(x->stage, y->stage);
	return c != 0 ? c : strcmp(x->kind, y->kind);
}

static int
put_json(const struct row *r, struct doc_buf *out)
{
	doc_autobuf struct doc_buf tenant = { 0 }, stage = { 0 };
	char oldest[DOC_TIME_SIZE] = "", newest[DOC_TIME_SIZE] = "";
	struct doc_json j;

	if (doc_utf8_repair(&tenant, r->tenant, strlen(r->tenant)) < 0 ||
	    doc_utf8_repair(&stage, r->stage, strlen(r->stage)) < 0 ||
	    doc_time_format(r->oldest_s, oldest) < 0 ||
	    doc_time_format(r->newest_s, newest) < 0)
		return -1;
	doc_json_begin(&j, out);
	doc_json_open(&j, NULL, '{');
	doc_json_strn(&j, "tenant", tenant.data ? tenant.data : "", tenant.len);
	doc_json_strn(&j, "stage", stage.data ? stage.data : "", stage.len);
	doc_json_str(&j, "kind", r->kind);
	doc_json_int(&j, "files", (int64_t)r->files);
	doc_json_int(&j, "bytes", (int64_t)r->bytes);
	doc_json_str(&j, "oldest", oldest);
	doc_json_str(&j, "newest", newest);
	doc_json_close(&j, '}');
	return j.failed ? -1 : doc_buf_addc(out, '\n');
}

/* "3d", "5h": how long ago, in the largest unit there is. */
static void
put_age(int64_t at_s, struct doc_buf *out)
{
	static const struct {
		int64_t seconds;
		char unit;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	int64_t ago = DOC_MAX((int64_t)time(NULL) - at_s, 0);
	unsigned i = 0;

	while (i + 1 < DOC_LEN(units) && ago < units[i].seconds)
		i++;
	doc_buf_addf(out, "%6jd%c ", (intmax_t)(ago / units[i].seconds),
	    units[i].unit);
}

static int
put_text(const struct row *r, struct doc_buf *out)
{
	char size[16];

	doc_size_format(r->bytes, size);
	doc_buf_addf(out, "%-10s %-7s %9ju %7s ", r->stage, r->kind,
	    (uintmax_t)r->files, size);
	put_age(r->oldest_s, out);
	put_age(r->newest_s, out);
	if (doc_utf8_printable(out, r->tenant, strlen(r->tenant)) < 0)
		return -1;
	return doc_buf_addc(out, '\n');
}

static int
put_all(const struct stats *s, bool json, struct doc_buf *out)
{
	uint64_t files = 0, bytes = 0;
	char size[16];
	int rc = 0;

	if (!json)
		doc_buf_addf(out, "%-10s %-7s %9s %7s %7s %7s %s\n", "STAGE",
		    "KIND", "FILES", "SIZE", "OLDEST", "NEWEST", "TENANT");
	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		rc = json ? put_json(&s->at[i], out) : put_text(&s->at[i], out);
		files += s->at[i].files;
		bytes += s->at[i].bytes;
	}
	doc_size_format(bytes, size);
	if (!json && rc == 0)
		rc = doc_buf_addf(out, "%ju contents, %ju files, %s\n",
		    (uintmax_t)s->shelf.entries, (uintmax_t)files, size);
	return rc;
}

int
docrun_cache(int argc, char *argv[])
{
	struct options o = { 0 };
	struct doc_cmd cmd = { .name = "docrun cache",
		.usage = "[options] [stats]",
		.about = "Says what a spool holds, by tenant and kind.",
		.groups = { { table, &o } } };
	struct stats s = { .shelf.file = count };
	doc_autobuf struct doc_buf text = { 0 };
	struct doc_spool spool;
	struct doc_error err = { 0 };
	int first = doc_opt_parse(&cmd, argc, argv), out;

	if (first < argc &&
	    (first + 1 < argc || strcmp(argv[first], "stats") != 0))
		doc_usage(&cmd, "knows no '%s'", argv[first]);
	out = doc_start_stdout();
	s.shelf.tenant = o.tenant;
	if (doc_spool_find(&spool, o.spool, &err) < 0)
		return doc_last_words(&err);
	if (doc_shelf_walk(&s.shelf, &spool, &err) == 0) {
		if (s.n > 0)
			qsort(s.at, s.n, sizeof(*s.at), by_name);
		if (put_all(&s, o.json, &text) < 0)
			doc_error_set(&err, DOC_E_NO_MEMORY, "no memory");
		else if (doc_write_full(out, text.data, text.len) < 0)
			doc_error_sys(&err, "cannot write to standard output");
	}
	doc_spool_close(&spool);
	free(s.at);
	return err.code ? doc_last_words(&err) : 0;
}
