/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/stage/select.h"

int
doc_select_settle(struct doc_select *s, struct doc_error *err)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d" };
	struct stat st;

	if (s->newer == NULL)
		return 0;
	for (size_t i = 0; i < DOC_LEN(forms); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(s->newer, forms[i], &tm);

		if (end != NULL && *end == '\0') {
			s->newer_than.tv_sec = timegm(&tm);
			return 0;
		}
	}
	if (stat(s->newer, &st) < 0)
		return doc_error_set(err, DOC_E_USAGE,
		    "--newer: '%s' is neither a file nor a time as "
		    "2026-01-31 or 2026-01-31T12:00:00Z",
		    s->newer);
	s->newer_than = st.st_mtim;
	return 0;
}

bool
doc_select_is_old(const struct doc_select *s, const struct timespec *t)
{
	if (s->newer == NULL || t->tv_sec > s->newer_than.tv_sec)
		return false;
	return t->tv_sec < s->newer_than.tv_sec ||
	    t->tv_nsec <= s->newer_than.tv_nsec;
}

/* NULL when memory is short: then nothing fits. */
static const char *
whole(const struct doc_name *name, struct doc_buf *b)
{
	doc_buf_add(b, name->path, name->path_len);
	for (size_t i = 0; i < name->member_count; i++) {
		doc_buf_addc(b, '/');
		doc_buf_add(b, name->members[i].data, name->members[i].len);
	}
	return doc_buf_str(b);
}

static bool
fits(const struct doc_words *globs, const struct doc_name *name)
{
	doc_autobuf struct doc_buf b = { 0 };
	const char *s = globs->n > 0 ? whole(name, &b) : NULL;
	const char *last;

	if (s == NULL)
		return false;
	last = strrchr(s, '/');
	last = last ? last + 1 : s;
	for (size_t i = 0; i < globs->n; i++)
		if (fnmatch(globs->at[i], s, 0) == 0 ||
		    fnmatch(globs->at[i], last, 0) == 0)
			return true;
	return false;
}

bool
doc_select_excludes(const struct doc_select *s, const struct doc_name *name)
{
	return fits(&s->exclude, name);
}

bool
doc_select_includes(const struct doc_select *s, const struct doc_name *name)
{
	return s->include.n == 0 || fits(&s->include, name);
}
