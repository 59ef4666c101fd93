/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/review/records.h"

static int
open_file(struct doc_records *r, const char *path, struct doc_error *err)
{
	char name[4200];
	struct stat st;

	snprintf(name, sizeof(name), "%s/out.ndjson", path);
	r->run = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	if (r->run)
		snprintf(r->run_dir, sizeof(r->run_dir), "%s", path);
	r->in.fd = open(r->run ? name : path, O_RDONLY | O_CLOEXEC);
	if (r->in.fd < 0 && r->run && errno == ENOENT)
		return doc_error_set(err, DOC_E_NOT_FOUND,
		    "'%s' is no run directory: it has no out.ndjson", path);
	if (r->in.fd < 0)
		return doc_error_sys(err, "cannot read '%s'", path);
	if (fstat(r->in.fd, &st) < 0 || lseek(r->in.fd, 0, SEEK_SET) < 0)
		return doc_error_sys(err, "'%s' cannot be read twice", path);
	r->size = (uint64_t)st.st_size;
	r->mtime_s = st.st_mtim.tv_sec;
	return 0;
}

int
doc_records_open(struct doc_records *r, const char *path, struct doc_error *err)
{
	*r = (struct doc_records){ .in.fd = -1 };
	if (open_file(r, path, err) < 0) {
		doc_records_close(r);
		return -1;
	}
	doc_lines_init(&r->in, r->in.fd, '\n', DOC_LINE_MAX);
	return 0;
}

void
doc_records_close(struct doc_records *r)
{
	if (r->in.fd >= 0)
		close(r->in.fd);
	r->in.fd = -1;
	doc_lines_release(&r->in);
}

static int
next_line(struct doc_records *r, const char **line, size_t *len,
    struct doc_error *err)
{
	for (;;) {
		int rc = doc_lines_next(&r->in, line, len, err);

		if (rc != 0 || r->in.eof)
			return rc;
		r->base += r->in.at;
		if (doc_lines_fill(&r->in, err) < 0)
			return -1;
	}
}

int
doc_records_next(struct doc_records *r, struct doc_error *err)
{
	struct doc_error why = { 0 };
	const char *line;
	size_t len;
	int rc;

	r->at = r->base + r->in.at;
	if (r->at >= r->size)
		return 0;
	rc = next_line(r, &line, &len, err);
	if (rc <= 0)
		return rc;
	/* A docrun that was killed, or is writing just now. */
	if (r->run && line + len == r->in.buf.data + r->in.at) {
		r->torn = true;
		return 0;
	}
	if (doc_record_parse(&r->rec, line, len, &why) < 0)
		return doc_error_set(err, DOC_E_STREAM, "line %ju: %s",
		    (uintmax_t)r->in.number, why.msg);
	r->documents += r->rec.type == DOC_TYPE_DOC;
	if (r->rec.type != DOC_TYPE_OTHER)
		r->complete = r->rec.type == DOC_TYPE_END;
	return 1;
}

int
doc_records_get(const struct doc_records *r, uint64_t at, size_t len,
    struct doc_buf *line, struct doc_record *rec, struct doc_error *err)
{
	line->len = 0;
	if (doc_buf_reserve(line, len) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (doc_pread_full(r->in.fd, line->data, len, (off_t)at) !=
	    (ssize_t)len)
		return doc_error_sys(err, "cannot read the records");
	line->len = len;
	return doc_record_parse(rec, line->data, len, err);
}

int
doc_records_rewind(struct doc_records *r, struct doc_error *err)
{
	r->in.buf.len = r->in.at = r->in.seen = 0;
	r->in.eof = false;
	r->base = r->documents = r->in.number = 0;
	r->complete = r->torn = false;
	if (lseek(r->in.fd, 0, SEEK_SET) < 0)
		return doc_error_sys(err, "cannot read the records");
	return 0;
}
