/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * join - one text, one layout and one PDF of the pages that were read.
 *
 * Text and layout are put together here, byte by byte; the PDF is made by a
 * worker of docgraft.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/dococr/parts.h"
#include "lib/base/io.h"
#include "lib/engine/graft.h"
#include "lib/engine/ocr_layout.h"

/* What a worker wrote about a page: its text, its layout, and the places of its
 * words, one behind the other. */
struct extent {
	uint64_t text, layout, rows;
};

static struct extent
extent_of(const struct doc_unit *u)
{
	const struct doc_answer *a = &u->job.answer;
	struct extent e = { .text = u->bytes };

	if (!a->set[DOC_F_TEXT_BYTES])
		return e;
	e.text = DOC_MIN(a->number[DOC_F_TEXT_BYTES], u->bytes);
	e.layout = DOC_MIN(a->number[DOC_F_LAYOUT_BYTES], u->bytes - e.text);
	e.rows = u->bytes - e.text - e.layout;
	return e;
}

/* n bytes of what is read from `from` to `to`. */
static int
copy_bytes(int to, int from, uint64_t n)
{
	char chunk[1 << 16];

	while (n > 0) {
		ssize_t got = doc_read_full(from, chunk,
		    (size_t)DOC_MIN(n, (uint64_t)sizeof(chunk)));

		if (got <= 0)
			return -1;
		if (doc_write_full(to, chunk, (size_t)got) < 0)
			return -1;
		n -= (uint64_t)got;
	}
	return 0;
}

/* The joined pages: their text, and their layout or -1. */
struct joined {
	struct doc_spool_file text_file, layout_file;
	int text, layout;
};

static int
append_page(struct doc_run *run, const struct joined *to,
    const struct doc_unit *u, bool first)
{
	doc_autoclose int fd = -1;
	struct doc_error ignored = { 0 };
	struct extent e = extent_of(u);

	if (!first && doc_write_full(to->text, "\f", 1) < 0)
		return -1;
	if (u->bytes == 0)
		return 0;
	fd = doc_spool_reopen(&run->spool, &u->out, &ignored);
	if (fd < 0 || copy_bytes(to->text, fd, e.text) < 0)
		return -1;
	return to->layout < 0 ? 0 : copy_bytes(to->layout, fd, e.layout);
}

int
dococr_copy_text(struct doc_run *run, const struct doc_unit *unit, int to)
{
	doc_autoclose int fd = -1;
	struct doc_error ignored = { 0 };

	if (unit->bytes == 0)
		return 0;
	fd = doc_spool_reopen(&run->spool, &unit->out, &ignored);
	return fd < 0 ? -1 : copy_bytes(to, fd, extent_of(unit).text);
}

static int
append_pages(const struct doc_stage_task *task, const struct joined *to)
{
	enum doc_layout_kind kind = (enum doc_layout_kind)dococr_own.layout;
	const char *head = doc_ocr_layout_head(kind);
	const char *tail = doc_ocr_layout_tail(kind);
	bool first = true;

	if (to->layout >= 0 &&
	    doc_write_full(to->layout, head, strlen(head)) < 0)
		return -1;
	for (unsigned i = 0; i < task->unit_count; i++) {
		if (!dococr_is_page(task->units[i]))
			continue;
		if (append_page(task->run, to, task->units[i], first) < 0)
			return -1;
		first = false;
	}
	return to->layout < 0 ? 0
			      : doc_write_full(to->layout, tail, strlen(tail));
}

static bool
wants_layout(void)
{
	return dococr_own.layout != DOC_LAYOUT_NONE && !dococr_is_outside();
}

/* The last unit, if there is one. */
static struct doc_unit *
graft_of(const struct doc_stage_task *task)
{
	struct doc_unit *u = task->units[task->unit_count - 1];

	return u->job.unit == DOC_UNIT_OCR_GRAFT ? u : NULL;
}

static int
commit_graft(struct doc_stage_task *task, struct doc_error *err)
{
	struct doc_unit *u = graft_of(task);

	if (u == NULL || u->job.err.code != DOC_E_NONE)
		return 0;
	return doc_unit_commit(u, "-searchable.pdf", err);
}

static int
commit(struct doc_stage_task *task, struct joined *to, struct doc_result *r)
{
	static const char *const tails[] = { "", "-hocr", "-tsv", "-alto" };
	struct doc_unit *u = task->units[0];
	struct stat st;

	if (fstat(to->text, &st) < 0)
		return doc_error_sys(&r->err, "cannot look at the text");
	if (dococr_merge(task, &r->err) < 0)
		return -1;
	if (to->layout >= 0) {
		/* The first unit's own file is no longer needed. */
		doc_spool_drop(&task->run->spool, &u->out);
		u->out = to->layout_file;
		to->layout_file.name[0] = '\0';
		if (doc_unit_commit(u, tails[dococr_own.layout], &r->err) < 0)
			return -1;
	}
	if (commit_graft(task, &r->err) < 0)
		return -1;
	return doc_result_commit(task, &to->text_file, (uint64_t)st.st_size, r);
}

int
dococr_join(struct doc_stage_task *task, struct doc_result *r)
{
	struct doc_spool *spool = &task->run->spool;
	struct joined to = { .text = -1, .layout = -1 };
	int rc = -1;

	to.text = doc_spool_create(spool, &to.text_file, &r->err);
	if (to.text >= 0 && wants_layout())
		to.layout = doc_spool_create(spool, &to.layout_file, &r->err);
	if (r->err.code == DOC_E_NONE && append_pages(task, &to) < 0)
		doc_spool_failed(&r->err, "cannot write to the spool");
	if (r->err.code == DOC_E_NONE)
		rc = commit(task, &to, r);
	/* The machine's fault, and the next's too. */
	if (rc < 0 && task->run->flow.err.code == DOC_E_NONE)
		task->run->flow.err = r->err;
	if (to.text >= 0)
		close(to.text);
	if (to.layout >= 0)
		close(to.layout);
	doc_spool_drop(spool, &to.text_file);
	doc_spool_drop(spool, &to.layout_file);
	return rc;
}

/* --- the PDF ---------------------------------------------------------------*/

int
dococr_add_graft(struct doc_stage_task *task)
{
	bool read = false;

	if (!dococr_own.searchable || task->over < task->unit_count ||
	    graft_of(task) != NULL)
		return 0;
	for (unsigned i = 0; i < task->unit_count; i++)
		read = read || extent_of(task->units[i]).rows > 0;
	return read ? doc_unit_add(task, DOC_UNIT_OCR_GRAFT, 0) : 0;
}

/* Behind the document the rows of each page that was read. */
static int
append_rows(struct doc_run *run, int to, const struct doc_unit *u)
{
	doc_autoclose int fd = -1;
	struct doc_error ignored = { 0 };
	struct extent e = extent_of(u);

	if (e.rows == 0)
		return 0;
	fd = doc_spool_reopen(&run->spool, &u->out, &ignored);
	if (fd < 0 || lseek(fd, (off_t)(e.text + e.layout), SEEK_SET) < 0)
		return -1;
	return copy_bytes(to, fd, e.rows);
}

static int
fill_source(struct doc_stage_task *task, int to)
{
	char tail[DOC_GRAFT_TAIL + 1];
	struct stat st;

	if (fstat(task->fd, &st) < 0 || lseek(task->fd, 0, SEEK_SET) < 0 ||
	    copy_bytes(to, task->fd, (uint64_t)st.st_size) < 0)
		return -1;
	for (unsigned i = 0; i < task->unit_count; i++)
		if (dococr_is_page(task->units[i]) &&
		    append_rows(task->run, to, task->units[i]) < 0)
			return -1;
	snprintf(tail, sizeof(tail), DOC_GRAFT_TAIL_FORMAT,
	    (uintmax_t)st.st_size);
	return doc_write_full(to, tail, DOC_GRAFT_TAIL);
}

int
dococr_graft_source(struct doc_unit *unit)
{
	struct doc_spool *spool = &unit->task->run->spool;
	struct doc_spool_file file = { 0 };
	struct doc_error ignored = { 0 };
	doc_autoclose int to = doc_spool_create(spool, &file, &ignored);
	int fd = -1;

	if (to >= 0 && fill_source(unit->task, to) == 0)
		fd = doc_spool_reopen(spool, &file, &ignored);
	doc_spool_drop(spool, &file); /* the descriptor keeps it */
	return fd;
}

void
dococr_join_write(const struct doc_stage_task *task, struct doc_json *j)
{
	static const char *const names[] = { "", "hocr", "tsv", "alto" };
	const struct doc_unit *graft = graft_of(task);

	if (task->units[0]->file) {
		doc_json_str(j, "layout", task->units[0]->file);
		doc_json_str(j, "layout_sha256", task->units[0]->sha256);
		doc_json_str(j, "layout_form", names[dococr_own.layout]);
	}
	if (task->also) {
		doc_json_str(j, "merged", task->also);
		doc_json_int(j, "merged_bytes", (int64_t)task->also_bytes);
		doc_json_str(j, "merged_sha256", task->also_sha256);
	}
	if (graft && graft->file) {
		doc_json_str(j, "searchable_pdf", graft->file);
		doc_json_int(j, "searchable_pdf_bytes", (int64_t)graft->bytes);
		doc_json_str(j, "searchable_pdf_sha256", graft->sha256);
	}
}
