/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge - the text doctext found and the text that was read, page by page in
 * one file; and what is to be said of each page that was read.
 *
 * Bytes are copied, and form feeds looked for; nothing is parsed.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/dococr/parts.h"
#include "lib/base/io.h"
#include "lib/stage/open.h"

/* Pages told one by one; a record has a cap. */
enum { TOLD_MAX = 20000 };

/* doctext's text while it is cut into pages. */
struct layer {
	int fd;
	char chunk[1 << 16];
	size_t at, len;
	bool ended;
};

static int
fill(struct layer *l)
{
	ssize_t n;

	if (l->at < l->len || l->ended)
		return 0;
	n = doc_read_full(l->fd, l->chunk, sizeof(l->chunk));
	l->at = 0;
	l->len = n > 0 ? (size_t)n : 0;
	l->ended = n == 0;
	return n < 0 ? -1 : 0;
}

/* The rest of this page, up to its form feed, to `to`; -1 to pass over it. */
static int
take_page(struct layer *l, int to)
{
	for (;;) {
		const char *from, *feed;
		size_t n;

		if (fill(l) < 0)
			return -1;
		if (l->ended)
			return 0;
		from = l->chunk + l->at;
		feed = memchr(from, '\f', l->len - l->at);
		n = feed ? (size_t)(feed - from) : l->len - l->at;
		l->at += n + (feed != NULL);
		if (to >= 0 && doc_write_full(to, from, n) < 0)
			return -1;
		if (feed)
			return 0;
	}
}

static bool
is_read(const struct doc_unit *u)
{
	return dococr_is_page(u) && u->job.err.code == DOC_E_NONE;
}

/* Pages come in order; those that failed keep the text they have. */
static int
merge_pages(struct doc_stage_task *task, struct layer *l, int to)
{
	unsigned next = 0;

	for (unsigned page = 1;; page++) {
		const struct doc_unit *u;

		while (next < task->unit_count &&
		    (!is_read(task->units[next]) ||
			task->units[next]->job.page < page))
			next++;
		u = next < task->unit_count ? task->units[next] : NULL;
		if (fill(l) < 0)
			return -1;
		if (l->ended && u == NULL)
			return 0;
		if (page > 1 && doc_write_full(to, "\f", 1) < 0)
			return -1;
		if (take_page(l, u && u->job.page == page ? -1 : to) < 0)
			return -1;
		if (u && u->job.page == page &&
		    dococr_copy_text(task->run, u, to) < 0)
			return -1;
	}
}

int
dococr_merge(struct doc_stage_task *task, struct doc_error *err)
{
	struct doc_spool *spool = &task->run->spool;
	struct doc_spool_file file = { 0 };
	struct layer layer = { .fd = -1 };
	struct doc_error ignored = { 0 };
	struct doc_record rec;
	struct stat st;
	int to, rc = -1;

	if (!dococr_is_pdf(task) ||
	    doc_record_parse(&rec, task->input.data, task->input.len,
		&ignored) < 0)
		return 0;
	layer.fd = doc_open_artifact(spool->path, &rec, "text", &ignored);
	if (layer.fd < 0) /* doctext was not asked */
		return 0;
	to = doc_spool_create(spool, &file, err);
	if (to >= 0 && merge_pages(task, &layer, to) == 0 &&
	    fstat(to, &st) == 0)
		rc = doc_task_commit(task, &file, "-merged",
		    (uint64_t)st.st_size, err);
	else if (to >= 0)
		doc_error_sys(err, "cannot merge the text");
	close(layer.fd);
	if (to >= 0)
		close(to);
	doc_spool_drop(spool, &file);
	return rc;
}

/* --- pages one by one ------------------------------------------------------*/

/* Is the page in "no-text:3-7"?  *n is the length of the reason. */
static bool
is_in(const char *entry, unsigned page, int *n)
{
	const char *colon = strchr(entry, ':');
	unsigned first, last;
	int found = colon ? sscanf(colon + 1, "%u-%u", &first, &last) : 0;

	*n = colon ? (int)(colon - entry) : 0;
	return found >= 1 && page >= first &&
	    page <= (found == 2 ? last : first);
}

/* Why it was read, by doctext's list or our own survey's. */
static void
write_reason(const struct doc_value *list, const struct doc_buf *survey,
    unsigned page, struct doc_json *j)
{
	int n;

	doc_value_each (range, list) {
		const char *entry = doc_value_str(range);

		if (entry && is_in(entry, page, &n)) {
			doc_json_strn(j, "reason", entry, (size_t)n);
			return;
		}
	}
	for (size_t at = 0; survey && at < survey->len;
	     at += strlen(survey->data + at) + 1)
		if (is_in(survey->data + at, page, &n)) {
			doc_json_strn(j, "reason", survey->data + at,
			    (size_t)n);
			return;
		}
}

static void
write_page(const struct doc_unit *u, const struct doc_value *list,
    const struct doc_buf *survey, struct doc_json *j)
{
	const struct doc_answer *a = &u->job.answer;

	doc_json_open(j, NULL, '{');
	doc_json_int(j, "page", u->job.page);
	write_reason(list, survey, u->job.page, j);
	if (u->job.err.code == DOC_E_NONE) {
		doc_json_int(j, "words", (int64_t)a->number[DOC_F_WORDS]);
		if (a->set[DOC_F_CONFIDENCE])
			doc_json_int(j, "confidence",
			    (int64_t)a->number[DOC_F_CONFIDENCE]);
		if (a->set[DOC_F_TURNED])
			doc_json_int(j, "turned",
			    (int64_t)(a->number[DOC_F_TURNED] % 360));
	}
	doc_error_write(&u->job.err, j);
	doc_json_close(j, '}');
}

void
dococr_pages_write(const struct doc_stage_task *task, struct doc_json *j)
{
	doc_autovalue struct doc_value *text = NULL;
	struct doc_error ignored = { 0 };
	const struct doc_buf *survey = NULL;
	struct doc_record rec;
	unsigned told = 0;

	if (doc_record_parse(&rec, task->input.data, task->input.len,
		&ignored) == 0)
		text = doc_record_value(&rec, "text");
	if (task->units[0]->job.unit == DOC_UNIT_OCR_SURVEY)
		survey = &task->units[0]->job.answer.value[DOC_F_OCR_PAGES];
	doc_json_open(j, "page_results", '[');
	for (unsigned i = 0; i < task->unit_count && told < TOLD_MAX; i++) {
		if (!dococr_is_page(task->units[i]))
			continue;
		write_page(task->units[i], doc_value_get(text, "ocr_pages"),
		    survey, j);
		told++;
	}
	doc_json_close(j, ']');
}
