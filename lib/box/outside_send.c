/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records and documents on their way into the box. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/box/outside_impl.h"
#include "lib/record/tool.h"
#include "lib/record/value.h"
#include "lib/stage/open.h"

enum { KEPT_BYTES = 16 << 20 }; /* of results of former runs, for one entry */

static int
no_memory(struct box *b)
{
	return doc_error_set(&b->err, DOC_E_NO_MEMORY, "no memory for the box");
}

int
box_send_argv(struct box *b)
{
	doc_autobuf struct doc_buf words = { 0 };
	int rc = doc_buf_add(&words, b->spool.path, strlen(b->spool.path) + 1);

	for (char **w = b->setup->stage; rc == 0 && *w != NULL; w++)
		rc = doc_buf_add(&words, *w, strlen(*w) + 1);
	return rc < 0 ||
		doc_frame_add(&b->child.out, DOC_FRAME_ARGV, words.data,
		    words.len) < 0
	    ? no_memory(b)
	    : 0;
}

static int
dir_of(const struct box_flight *f, const char *name, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/%.2s/%s%s%s", f->tenant, f->sha256,
	    f->sha256, *name ? "/" : "", name);

	return n > 0 && (size_t)n < size ? 0 : -1;
}

/* One without a digest, or of nobody, is work for no stage. */
static bool
has_place(const struct box_flight *f)
{
	return f->sha256[0] != '\0' && f->tenant[0] != '\0';
}

static int
begin_file(struct box *b, const struct box_flight *f, const char *name)
{
	char path[512];

	return dir_of(f, name, path, sizeof(path)) < 0 ||
		doc_frame_add(&b->child.out, DOC_FRAME_FILE, path,
		    strlen(path)) < 0
	    ? no_memory(b)
	    : 0;
}

/* One DATA frame out of fd, at most `left` bytes.  Bytes sent, 0 at the end. */
static ssize_t
send_chunk(struct box *b, int fd, uint64_t left)
{
	struct doc_buf *out = &b->child.out;
	size_t want = (size_t)DOC_MIN(left, (uint64_t)DOC_FRAME_CHUNK), at;
	ssize_t n;

	if (doc_buf_reserve(out, DOC_FRAME_HEAD + want) < 0)
		return no_memory(b);
	at = out->len;
	(void)!doc_frame_head(out, DOC_FRAME_DATA, want);
	n = doc_read_full(fd, out->data + out->len, want);
	if (n <= 0) {
		out->len = at;
		return n;
	}
	if ((size_t)n < want) { /* shorter than thought: another head */
		out->len = at;
		(void)!doc_frame_head(out, DOC_FRAME_DATA, (size_t)n);
	}
	out->len += (size_t)n;
	return n;
}

bool
box_reads_text(const struct box *b)
{
	return doc_tool_find(b->key, strlen(b->key))->can & DOC_TOOL_READS;
}

/* All of a file, with its name in the document's folder. */
static int
send_file(struct box *b, const struct box_flight *f, const char *name, int fd)
{
	if (begin_file(b, f, name) < 0)
		return -1;
	while (send_chunk(b, fd, UINT64_MAX) > 0)
		;
	return b->err.code != DOC_E_NONE ||
		doc_frame_add(&b->child.out, DOC_FRAME_CLOSE, NULL, 0) < 0
	    ? no_memory(b)
	    : 0;
}

static bool
is_kept(const struct box *b, const char *name)
{
	size_t n = strlen(b->key);

	return strncmp(name, b->key, n) == 0 && name[n] == '-';
}

/* A result that is known already, and the files it names, so that nothing is
 * worked out twice. */
static int
send_kept(struct box *b, const struct box_flight *f)
{
	char path[512];
	struct dirent *d;
	uint64_t sum = 0;
	int fd, rc = 0;
	DIR *dir;

	if (dir_of(f, "", path, sizeof(path)) < 0)
		return no_memory(b);
	fd = openat(b->spool.dir, path,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL)
		return 0;
	while (rc == 0 && (d = readdir(dir)) != NULL) {
		struct stat st;
		int file;

		if (!is_kept(b, d->d_name))
			continue;
		file = openat(fd, d->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (file >= 0 && fstat(file, &st) == 0 && S_ISREG(st.st_mode) &&
		    sum + (uint64_t)st.st_size <= KEPT_BYTES) {
			sum += (uint64_t)st.st_size;
			rc = send_file(b, f, d->d_name, file);
		}
		if (file >= 0)
			close(file);
	}
	closedir(dir);
	return rc;
}

/* The record with one more member, in place of the line. */
static int
set(struct doc_buf *line, const char *key, const char *json)
{
	doc_autobuf struct doc_buf out = { 0 };
	struct doc_record rec;
	struct doc_error err = { 0 };

	if (doc_record_parse(&rec, line->data, line->len, &err) < 0 ||
	    doc_record_append(&rec, key, json, strlen(json), &out) < 0)
		return -1;
	line->len = 0;
	return doc_buf_add(line, out.data, out.len - 1);
}

/* The record as the stage inside is to see it: with its number, a tenant, and
 * its document where we put that. */
static int
change(const struct box *b, const struct box_flight *f, const char *dir,
    struct doc_buf *line)
{
	doc_autobuf struct doc_buf json = { 0 }, path = { 0 };
	char number[32], tenant[80];
	struct doc_json j;
	const char *s;

	snprintf(number, sizeof(number), "%jd", (intmax_t)f->number);
	if (set(line, DOC_BOX_KEY, number) < 0)
		return -1;
	if (*dir == '\0')
		return 0;
	snprintf(tenant, sizeof(tenant), "\"%s\"", f->tenant);
	doc_json_begin(&j, &json);
	if (doc_buf_addf(&path, "%s/%s/data", b->spool.path, dir) < 0)
		return -1;
	doc_json_strn(&j, NULL, path.data, path.len);
	s = j.failed ? NULL : doc_buf_str(&json);
	return s == NULL || set(line, "tenant", tenant) < 0 ||
		set(line, "data", s) < 0
	    ? -1
	    : 0;
}

static int
send_record(struct box *b, const struct box_flight *f)
{
	doc_autobuf struct doc_buf all = { 0 }, line = { 0 };
	char dir[512] = "", number[32];

	snprintf(number, sizeof(number), "%jd", (intmax_t)f->number);
	if ((has_place(f) && dir_of(f, "", dir, sizeof(dir)) < 0) ||
	    doc_buf_add(&line, f->line.data, f->line.len) < 0 ||
	    change(b, f, dir, &line) < 0 ||
	    doc_buf_add(&all, number, strlen(number) + 1) < 0 ||
	    doc_buf_add(&all, dir, strlen(dir) + 1) < 0 ||
	    doc_buf_add(&all, line.data, line.len) < 0 ||
	    doc_frame_add(&b->child.out, DOC_FRAME_RECORD, all.data, all.len) <
		0)
		return no_memory(b);
	return 0;
}

/* The file that doctext's result names, if it is of the document's own folder,
 * and its name in there; -1: there is none. */
static int
open_text(struct box *b, const struct box_flight *f,
    const struct doc_record *rec, char name[static BOX_NAME])
{
	doc_autovalue struct doc_value *text = doc_record_value(rec, "text");
	const char *path = doc_value_get_str(text, "file");
	doc_autofree char *own = doc_spool_path(&b->spool, f->tenant, f->sha256,
	    "");
	struct doc_error ignored = { 0 };
	size_t n = own ? strlen(own) : 0;

	if (path == NULL || own == NULL || strncmp(path, own, n) != 0 ||
	    strncmp(path + n, "text-", 5) != 0 ||
	    strchr(path + n, '/') != NULL || strlen(path + n) >= BOX_NAME)
		return -1;
	strcpy(name, path + n);
	return doc_open_artifact(b->spool.path, rec, "text", &ignored);
}

/* b->doc is on its way from now on. */
static int
begin(struct box *b, const char *name)
{
	struct box_flight *f = b->doc_of;
	struct stat st;

	if (fstat(b->doc, &st) < 0)
		return doc_error_sys(&b->err, "cannot read a file");
	b->doc_left = (uint64_t)st.st_size;
	f->bytes += b->doc_left;
	b->flying_bytes += b->doc_left;
	return begin_file(b, f, name);
}

static int
end_file(struct box *b)
{
	if (b->doc < 0)
		return 0;
	close(b->doc);
	b->doc = -1;
	return doc_frame_add(&b->child.out, DOC_FRAME_CLOSE, NULL, 0) < 0
	    ? no_memory(b)
	    : 0;
}

/* The document is inside, or could not be opened: the record follows. */
static int
end_document(struct box *b)
{
	struct box_flight *f = b->doc_of;

	if (end_file(b) < 0)
		return -1;
	b->doc_of = NULL;
	return send_record(b, f);
}

static int
begin_document(struct box *b, const struct doc_record *rec)
{
	b->is_text = false;
	b->doc = doc_open_record(&b->setup->roots, b->spool.path, rec,
	    &b->doc_of->err);
	return b->doc < 0 ? end_document(b) : begin(b, "data");
}

/* After the text, the document. */
static int
end_text(struct box *b)
{
	const struct doc_buf *line = &b->doc_of->line;
	struct doc_record rec;

	return end_file(b) < 0 ||
		doc_record_parse(&rec, line->data, line->len, &b->err) < 0
	    ? -1
	    : begin_document(b, &rec);
}

static int
go_on(struct box *b)
{
	ssize_t n = b->doc < 0 || b->doc_left == 0
	    ? 0
	    : send_chunk(b, b->doc, b->doc_left);

	if (b->err.code != DOC_E_NONE)
		return -1;
	if (n < 0 && !b->is_text)
		doc_error_sys(&b->doc_of->err, "cannot read the file");
	else if (n == 0 && b->doc_left > 0 && b->doc >= 0 && !b->is_text)
		doc_error_set(&b->doc_of->err, DOC_E_CHANGED,
		    "the file was cut while it was read");
	b->doc_left -= n > 0 ? (uint64_t)n : 0;
	if (n > 0 && b->doc_left > 0)
		return 0;
	return b->is_text ? end_text(b) : end_document(b);
}

static struct box_flight *
new_flight(struct box *b, const struct doc_record *rec)
{
	doc_autobuf struct doc_buf tenant = { 0 }, sha = { 0 };
	struct box_flight *f = b->flights;
	const char *s, *t;

	while (f->number != 0)
		f++;
	if (doc_record_str(rec, "tenant", &tenant) < 0 ||
	    doc_record_str(rec, "sha256", &sha) < 0)
		return NULL;
	s = doc_buf_str(&sha);
	t = tenant.len ? doc_buf_str(&tenant) : b->setup->tenant;
	f->line.len = 0;
	if (s == NULL || t == NULL ||
	    doc_buf_add(&f->line, rec->line, rec->len) < 0)
		return NULL;
	f->err = (struct doc_error){ 0 };
	f->bytes = 0;
	f->number = ++b->sent;
	snprintf(f->sha256, sizeof(f->sha256), "%s",
	    doc_digest_is_hex(s) ? s : "");
	snprintf(f->tenant, sizeof(f->tenant), "%s",
	    doc_tenant_valid(t) ? t : "");
	b->flying++;
	return f;
}

static int
take_document(struct box *b, const struct doc_record *rec)
{
	struct box_flight *f = new_flight(b, rec);
	char name[BOX_NAME];

	if (f == NULL)
		return no_memory(b);
	if (!has_place(f))
		return send_record(b, f);
	if (send_kept(b, f) < 0)
		return -1;
	b->doc_of = f;
	b->doc = box_reads_text(b) ? open_text(b, f, rec, name) : -1;
	b->is_text = b->doc >= 0;
	return b->is_text ? begin(b, name) : begin_document(b, rec);
}

static int
take_line(struct box *b, const char *line, size_t len)
{
	struct doc_record rec;
	struct doc_error why = { 0 };

	if (doc_record_parse(&rec, line, len, &why) < 0)
		return doc_error_set(&b->err, DOC_E_STREAM, "line %ju: %s",
		    (uintmax_t)b->in.number, why.msg);
	if (rec.type == DOC_TYPE_DOC)
		return take_document(b, &rec);
	if (doc_buf_add(&b->others, line, len) < 0 ||
	    doc_buf_addc(&b->others, '\n') < 0 ||
	    doc_frame_add(&b->child.out, DOC_FRAME_LINE, line, len) < 0)
		return no_memory(b);
	return 0;
}

bool
box_wants_input(const struct box *b)
{
	return b->heard && !b->ended && b->doc_of == NULL &&
	    b->flying < BOX_WINDOW && b->flying_bytes < BOX_WINDOW_BYTES &&
	    b->child.out.len < BOX_OUT_FULL;
}

/* Read only when the loop said that something is there. */
static int
next_line(struct box *b)
{
	const char *line;
	size_t len;
	int rc = doc_lines_next(&b->in, &line, &len, &b->err);

	if (rc > 0)
		return take_line(b, line, len) < 0 ? -1 : 1;
	if (rc < 0)
		return -1;
	if (b->in.eof) {
		b->ended = true;
		return doc_frame_add(&b->child.out, DOC_FRAME_END, NULL, 0) < 0
		    ? no_memory(b)
		    : 0;
	}
	if (b->in_waits)
		return 0;
	b->in_waits = true;
	return doc_lines_fill(&b->in, &b->err) < 0 ? -1 : 1;
}

int
box_send(struct box *b)
{
	int rc = 1;

	/* When the box took all of it at once, no event will tell that it
	 * would take more. */
	do {
		while (rc > 0 && b->child.out.len < BOX_OUT_FULL)
			if (b->doc_of != NULL)
				rc = go_on(b) < 0 ? -1 : 1;
			else
				rc = box_wants_input(b) ? next_line(b) : 0;
		if (rc >= 0)
			doc_child_write(&b->child);
	} while (rc > 0 && b->child.out.len == 0);
	return rc < 0 ? -1 : 0;
}
