/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes out of the box, none of which is believed. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/box/outside_impl.h"
#include "lib/record/place.h"
#include "lib/record/value.h"

static int
lie(struct box *b, const char *what)
{
	return doc_error_set(&b->err, DOC_E_PROTOCOL, "the box sent %s", what);
}

/* --- files -----------------------------------------------------------------*/

/* `text-0123456789abcdef.txt`: of this stage, and a name of the spool's kind.
 * The document itself is not the stage's to write. */
static bool
good_name(const struct box *b, const char *name, size_t len)
{
	size_t n = strlen(b->key);

	if (len <= n + 1 || len >= sizeof(b->files[0].name) ||
	    memcmp(name, b->key, n) != 0 || name[n] != '-')
		return false;
	for (size_t i = n; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '-' &&
		    name[i] != '.' && name[i] != '_')
			return false;
	return true;
}

static int
begin_file(struct box *b, const struct doc_frame *f)
{
	struct box_file *file = &b->files[b->file_count];

	/* What was sent in comes back as well: nothing new. */
	if (box_reads_text(b) && f->len > 5 &&
	    memcmp(f->data, "text-", 5) == 0) {
		b->file = -2;
		return 0;
	}
	if (b->file != -1 || b->file_count == BOX_FILES ||
	    !good_name(b, f->data, f->len))
		return lie(b, "a file that has no business there");
	b->file = doc_spool_create(&b->spool, &file->file, &b->err);
	if (b->file < 0)
		return -1;
	snprintf(file->name, sizeof(file->name), "%.*s", (int)f->len, f->data);
	b->file_count++;
	return 0;
}

static int
add_data(struct box *b, const struct doc_frame *f)
{
	if (b->file == -2)
		return 0;
	if (b->file < 0)
		return lie(b, "bytes of no file");
	b->file_bytes += f->len;
	if (b->file_bytes > b->setup->max_bytes)
		return lie(b, "more than a document may bring back");
	return doc_write_full(b->file, f->data, f->len) < 0
	    ? doc_error_sys(&b->err, "cannot write to the spool")
	    : 0;
}

static int
end_file(struct box *b)
{
	int fd = b->file;

	if (fd == -1)
		return lie(b, "the end of no file");
	b->file = -1;
	return fd >= 0 && close(fd) < 0
	    ? doc_error_sys(&b->err, "cannot write to the spool")
	    : 0;
}

void
box_drop_files(struct box *b)
{
	if (b->file >= 0)
		close(b->file);
	b->file = -1;
	while (b->file_count > 0)
		doc_spool_drop(&b->spool, &b->files[--b->file_count].file);
	b->file_bytes = 0;
}

static int
commit_files(struct box *b, const struct box_flight *f)
{
	if (b->file != -1)
		return lie(b, "a record inside a file");
	if (b->file_count > 0 && f->sha256[0] == '\0')
		return lie(b, "files of a document it did not have");
	for (unsigned i = 0; i < b->file_count; i++) {
		char *path = NULL;

		if (doc_spool_commit(&b->spool, &b->files[i].file, f->tenant,
			f->sha256, b->files[i].name, &path, &b->err) < 0)
			return -1;
		free(path);
	}
	b->file_count = 0;
	b->file_bytes = 0;
	return 0;
}

/* --- records ---------------------------------------------------------------*/

struct place {
	const char *spool; /* no path below it, */
	char own[4700];	   /* but below this one */
};

/* A path in the result must be of a file of the document's own place. */
static int
check_path(const char *key, const char *s, void *ctx)
{
	const struct place *at = ctx;
	size_t n = strlen(at->own);
	struct stat st;

	bool named = key != NULL && doc_place_is(key, strlen(key));

	if (s == NULL)
		return named ? -1 : 0;
	if (!named && strncmp(s, at->spool, strlen(at->spool)) != 0)
		return 0;
	return strncmp(s, at->own, n) == 0 && strchr(s + n, '/') == NULL &&
		lstat(s, &st) == 0 && S_ISREG(st.st_mode)
	    ? 0
	    : -1;
}

static int
check_paths(struct box *b, const struct box_flight *f,
    const struct doc_value *result)
{
	struct place at = { .spool = b->spool.path };
	int n = snprintf(at.own, sizeof(at.own), "%s/%s/%.2s/%s/",
	    b->spool.path, f->tenant, f->sha256, f->sha256);

	if (n < 0 || (size_t)n >= sizeof(at.own))
		return lie(b, "too long a path");
	return doc_value_strings(result, NULL, check_path, &at) < 0
	    ? lie(b, "a path that is not the document's")
	    : 0;
}

/* A document that could not be opened out here has the error it would have
 * without a box; inside it was just not there. */
static int
own_error(const struct box_flight *f, const struct doc_value *result,
    struct doc_buf *json)
{
	const char *status = doc_value_get_str(result, "status");
	struct doc_json j;

	if (f->err.code == DOC_E_NONE || status == NULL ||
	    strcmp(status, "error") != 0)
		return 0;
	doc_json_begin(&j, json);
	doc_json_open(&j, NULL, '{');
	doc_json_str(&j, "status", "error");
	doc_error_write(&f->err, &j);
	doc_json_close(&j, '}');
	return j.failed ? -1 : 0;
}

static struct box_flight *
flight_of(struct box *b, const struct doc_record *rec)
{
	int64_t number = doc_record_int(rec, DOC_BOX_KEY, 0);

	for (unsigned i = 0; i < BOX_WINDOW && number > 0; i++)
		if (b->flights[i].number == number &&
		    &b->flights[i] != b->doc_of)
			return &b->flights[i];
	return NULL;
}

static int
take_record(struct box *b, const struct doc_frame *frame)
{
	struct box_flight *f;
	doc_autovalue struct doc_value *result = NULL;
	doc_autobuf struct doc_buf json = { 0 };
	const struct doc_json_member *m;
	struct doc_record rec, was;
	struct doc_error why = { 0 };

	if (doc_record_parse(&rec, frame->data, frame->len, &why) < 0 ||
	    (f = flight_of(b, &rec)) == NULL)
		return lie(b, "a record nobody asked for");
	if ((m = doc_record_find(&rec, b->key)) == NULL)
		return lie(b, "a record without a result");
	result = doc_value_parse(rec.line + m->value, m->value_len);
	if (result == NULL)
		return lie(b, "a result that is none");
	if (commit_files(b, f) < 0 || check_paths(b, f, result) < 0)
		return -1;
	if (own_error(f, result, &json) < 0 ||
	    (json.len == 0 &&
		doc_buf_add(&json, rec.line + m->value, m->value_len) < 0) ||
	    doc_record_parse(&was, f->line.data, f->line.len, &b->err) < 0 ||
	    doc_record_append(&was, b->key, json.data, json.len, &b->sink.buf) <
		0)
		return doc_error_set(&b->err, DOC_E_NO_MEMORY,
		    "no memory for a record");
	b->flying--;
	b->flying_bytes -= f->bytes;
	f->number = 0;
	return 0;
}

/* The stage's own end record says which box it was in. */
static int
take_end(struct box *b, const struct doc_record *rec)
{
	doc_autobuf struct doc_buf stage = { 0 }, name = { 0 };
	struct doc_json j;
	const char *s;

	if (rec->type != DOC_TYPE_END || b->own_end ||
	    doc_record_str(rec, "stage", &stage) != 1 ||
	    (s = doc_buf_str(&stage)) == NULL ||
	    strcmp(s, b->setup->stage[0]) != 0)
		return lie(b, "a line nobody asked for");
	b->own_end = true;
	doc_json_begin(&j, &name);
	doc_json_str(&j, NULL, b->setup->runner_name);
	return j.failed ||
		doc_record_append(rec, "runner", name.data, name.len,
		    &b->sink.buf) < 0
	    ? doc_error_set(&b->err, DOC_E_NO_MEMORY, "no memory for a record")
	    : 0;
}

/* Lines without a document come back as they were sent, in order. */
static int
take_line(struct box *b, const struct doc_frame *f)
{
	const char *want = b->others.data + b->others_at;
	struct doc_record rec;
	struct doc_error why = { 0 };

	if (b->others.len - b->others_at > f->len && want[f->len] == '\n' &&
	    memcmp(want, f->data, f->len) == 0) {
		b->others_at += f->len + 1;
		if (b->others_at == b->others.len)
			b->others_at = b->others.len = 0;
		return doc_buf_add(&b->sink.buf, f->data, f->len) < 0 ||
			doc_buf_addc(&b->sink.buf, '\n') < 0
		    ? doc_error_set(&b->err, DOC_E_NO_MEMORY,
			  "no memory for a line")
		    : 0;
	}
	if (doc_record_parse(&rec, f->data, f->len, &why) < 0)
		return lie(b, "a line nobody asked for");
	return take_end(b, &rec);
}

/* --- the rest --------------------------------------------------------------*/

/* For people's terminals, which obey escape sequences. */
static void
show(const struct doc_frame *f)
{
	char line[4096];
	size_t n = DOC_MIN(f->len, sizeof(line));

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)f->data[i];

		line[i] = c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7f)
		    ? (char)c
		    : '?';
	}
	(void)!doc_write_full(2, line, n);
}

static int
take_exit(struct box *b, const struct doc_frame *f)
{
	unsigned ws = 0;

	if (f->len != 4)
		return lie(b, "no status");
	for (unsigned i = 4; i-- > 0;)
		ws = ws << 8 | (unsigned char)f->data[i];
	b->setup->wait_status = (int)(ws & 0xffff);
	b->exited = true;
	return 0;
}

int
box_take(struct box *b, struct doc_frame *f)
{
	b->heard = true;
	switch (f->type) {
	case DOC_FRAME_FILE:
		return begin_file(b, f);
	case DOC_FRAME_DATA:
		return add_data(b, f);
	case DOC_FRAME_CLOSE:
		return end_file(b);
	case DOC_FRAME_RECORD:
		return take_record(b, f);
	case DOC_FRAME_LINE:
		return take_line(b, f);
	case DOC_FRAME_NOISE:
		show(f);
		return 0;
	case DOC_FRAME_EXIT:
		return take_exit(b, f);
	case DOC_FRAME_ARGV:
	case DOC_FRAME_END:
		break;
	}
	return lie(b, "what goes the other way");
}
