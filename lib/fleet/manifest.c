/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/fleet/line.h"
#include "lib/fleet/manifest.h"
#include "lib/stage/open.h"
#include "lib/stage/volumes.h"

#define NO_DIGEST                                                              \
	"----------------------------------------------------------------"

enum { CHUNK = 1 << 18, LINE_MAX_BYTES = 16384 };

static int
hash_file(int fd, char hex[static DOC_DIGEST_HEX])
{
	doc_autofree char *chunk = malloc(CHUNK);
	struct doc_digest d;
	ssize_t n = -1;

	doc_digest_init(&d);
	while (chunk != NULL && (n = doc_read_full(fd, chunk, CHUNK)) > 0)
		doc_digest_add(&d, chunk, (size_t)n);
	doc_digest_hex(&d, hex);
	return n < 0 ? -1 : 0;
}

int
doc_input_look(const struct doc_words *sources, const char *path, bool digest,
    struct doc_input_row *row)
{
	struct doc_error err = { 0 };
	struct stat st;
	int rc = 0, fd = doc_open_below(sources, path, &st, &err);

	if (fd < 0)
		return -1;
	row->size = (uint64_t)st.st_size;
	row->mtime_ns = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
	if (digest)
		rc = hash_file(fd, row->sha256);
	close(fd);
	return rc;
}

/* --- writing ---------------------------------------------------------------*/

struct writer {
	const char *dir;
	const struct doc_cut *cut;
	struct doc_manifest_sum *sum;
	struct doc_sink sink;
	struct doc_digest digest;
};

static int
create(const char *dir, const char *name, struct doc_error *err)
{
	char path[4200];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	return fd < 0 ? doc_error_sys(err, "cannot write '%s'", path) : fd;
}

static int
flush(struct writer *w, struct doc_error *err)
{
	struct doc_buf *b = &w->sink.buf;

	doc_digest_add(&w->digest, b->data ? b->data : "", b->len);
	return doc_sink_flush(&w->sink, err);
}

static int
add_input(struct writer *w, const struct doc_tenant *t,
    const struct doc_found *f, const struct doc_words *roots,
    struct doc_error *err)
{
	struct doc_input_row row = { .sha256 = NO_DIGEST };
	doc_autobuf struct doc_buf path = { 0 };
	struct doc_buf *b = &w->sink.buf;

	if (doc_buf_add(&path, f->path, f->len) < 0 ||
	    doc_buf_str(&path) == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (doc_input_look(roots, path.data, !w->cut->trust_times, &row) < 0)
		memcpy(row.sha256, NO_DIGEST, sizeof(row.sha256));
	w->sum->inputs++;
	w->sum->bytes += row.size;
	if (doc_buf_addf(b, "%s %" PRIu64 " %" PRId64 " %s ", row.sha256,
		row.size, row.mtime_ns, t->name) < 0 ||
	    doc_line_escape(b, path.data, path.len) < 0 ||
	    doc_buf_addc(b, '\n') < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return b->len < DOC_SINK_FULL ? 0 : flush(w, err);
}

static int
write_inputs(struct writer *w, const struct doc_tenants *tenants,
    struct doc_names *names, struct doc_error *err)
{
	static const struct doc_words anywhere;
	int rc = 0;

	for (unsigned i = 0; i < tenants->n; i++) {
		struct doc_tenant *t = tenants->at[i];
		struct doc_found f;

		while ((rc = doc_names_next(&names[i], &f, err)) > 0)
			if (add_input(w, t, &f,
				names[i].listed ? &anywhere : &t->sources,
				err) < 0)
				return -1;
		doc_names_release(&names[i]);
		if (rc < 0)
			return -1;
	}
	return flush(w, err);
}

static int
write_sources(const char *dir, const struct doc_tenants *tenants,
    const struct doc_names *names, struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	doc_autoclose int fd = create(dir, "sources", err);
	int rc = 0;

	for (unsigned i = 0; i < tenants->n; i++) {
		const struct doc_words *s = &tenants->at[i]->sources;

		/* With a list besides no folder holds them all. */
		for (size_t k = 0; k < s->n && !names[i].listed; k++)
			rc |= doc_buf_addf(&b, "%s ", tenants->at[i]->name) <
				0 ||
			    doc_line_escape(&b, s->at[k], strlen(s->at[k])) <
				0 ||
			    doc_buf_addc(&b, '\n') < 0;
	}
	if (fd >= 0 && (rc || doc_write_full(fd, b.data, b.len) < 0))
		return doc_error_sys(err, "cannot write '%s/sources'", dir);
	return fd < 0 ? -1 : 0;
}

/* A line, taken apart; the name is left as it is. */
static int
parse_line(char *line, struct doc_input_row *row, char tenant[static 72])
{
	int at = 0;

	if (sscanf(line, "%64s %" SCNu64 " %" SCNd64 " %71s%n", row->sha256,
		&row->size, &row->mtime_ns, tenant, &at) != 4 ||
	    line[at] != ' ' || strlen(row->sha256) != 64)
		return -1;
	row->path = line + at + 1;
	return 0;
}

static void
limits(const struct doc_cut *cut, const struct doc_manifest_sum *sum,
    unsigned *documents, uint64_t *bytes)
{
	uint64_t parts = (uint64_t)cut->slots * DOC_CUT_PER_SLOT;

	*documents = cut->documents ? cut->documents : DOC_CUT_DOCUMENTS;
	*bytes = cut->bytes ? cut->bytes : DOC_CUT_BYTES;
	if (parts == 0)
		return;
	*documents = (unsigned)DOC_MIN((uint64_t)*documents,
	    DOC_MAX((sum->inputs + parts - 1) / parts,
		(uint64_t)DOC_CUT_LEAST_DOCUMENTS));
	*bytes = DOC_MIN(*bytes,
	    DOC_MAX(sum->bytes / parts + 1, (uint64_t)DOC_CUT_LEAST_BYTES));
}

/* Close the shard that is being filled. */
static int
add_shard(struct doc_sink *out, struct doc_shard *s, struct doc_digest *d,
    struct doc_error *err)
{
	char hex[DOC_DIGEST_HEX];

	doc_digest_hex(d, hex);
	if (doc_buf_addf(&out->buf,
		"%010" PRIu32 " %015" PRIu64 " %012" PRIu64 " %06u %015" PRIu64
		" %.32s\n",
		s->number, s->offset, s->length, s->inputs, s->bytes, hex) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	*s = (struct doc_shard){ .number = s->number + 1,
		.offset = s->offset + s->length };
	doc_digest_init(d);
	return out->buf.len < DOC_SINK_FULL ? 0 : doc_sink_flush(out, err);
}

static int
cut_lines(struct writer *w, struct doc_lines *in, struct doc_sink *out,
    struct doc_error *err)
{
	struct doc_shard s = { 0 };
	char tenant[72], last[72] = "", before[4200] = "";
	const char *line;
	struct doc_digest d;
	uint64_t max_bytes;
	unsigned max;
	size_t len;
	int rc, at = 0;

	limits(w->cut, w->sum, &max, &max_bytes);
	doc_digest_init(&d);
	for (;;) {
		struct doc_input_row row;
		char head[256], path[4200];

		rc = doc_lines_next(in, &line, &len, err);
		if (rc == 0 && in->eof)
			break;
		if (rc < 0 || (rc == 0 && doc_lines_fill(in, err) < 0))
			return -1;
		if (rc == 0)
			continue;
		snprintf(head, sizeof(head), "%.*s",
		    (int)DOC_MIN(len, sizeof(head)), line);
		if (sscanf(head, "%64s %" SCNu64 " %" SCNd64 " %71s %n",
			row.sha256, &row.size, &row.mtime_ns, tenant, &at) != 4)
			return doc_error_set(err, DOC_E_IO,
			    "the manifest is damaged");
		snprintf(path, sizeof(path), "%.*s", (int)len - at, line + at);
		/* An archive in several files is opened as one. */
		if (s.inputs > 0 &&
		    (s.inputs >= max || s.bytes + row.size > max_bytes ||
			strcmp(tenant, last) != 0) &&
		    !(strcmp(tenant, last) == 0 &&
			doc_volumes_same(before, path)) &&
		    add_shard(out, &s, &d, err) < 0)
			return -1;
		strcpy(last, tenant);
		strcpy(before, path);
		doc_digest_add(&d, line, len);
		doc_digest_add(&d, "\n", 1);
		s.inputs++;
		s.bytes += row.size;
		s.length += len + 1;
	}
	if (s.inputs > 0 && add_shard(out, &s, &d, err) < 0)
		return -1;
	w->sum->shards = s.number;
	return doc_sink_flush(out, err);
}

static int
cut(struct writer *w, struct doc_error *err)
{
	struct doc_sink out = { .fd = create(w->dir, "shards", err) };
	struct doc_lines in;
	int rc = -1;

	if (out.fd < 0)
		return -1;
	doc_lines_init(&in, w->sink.fd, '\n', LINE_MAX_BYTES);
	if (lseek(w->sink.fd, 0, SEEK_SET) == 0)
		rc = cut_lines(w, &in, &out, err);
	if (rc == 0 && fsync(out.fd) < 0)
		rc = doc_error_sys(err, "cannot write the shards");
	doc_lines_release(&in);
	doc_buf_release(&out.buf);
	close(out.fd);
	return rc;
}

int
doc_manifest_write(const char *dir, const struct doc_tenants *tenants,
    struct doc_names *names, const struct doc_cut *where,
    struct doc_manifest_sum *sum, struct doc_error *err)
{
	struct writer w = { .dir = dir, .cut = where, .sum = sum };
	int rc = -1;

	*sum = (struct doc_manifest_sum){ 0 };
	if (write_sources(dir, tenants, names, err) < 0)
		return -1;
	w.sink.fd = create(dir, "manifest", err);
	if (w.sink.fd < 0)
		return -1;
	doc_digest_init(&w.digest);
	if (write_inputs(&w, tenants, names, err) == 0) {
		doc_digest_hex(&w.digest, sum->digest);
		rc = fsync(w.sink.fd) < 0
		    ? doc_error_sys(err, "cannot write '%s/manifest'", dir)
		    : cut(&w, err);
	}
	if (rc == 0 && sum->inputs == 0)
		rc = doc_error_set(err, DOC_E_USAGE, "there are no files");
	doc_buf_release(&w.sink.buf);
	close(w.sink.fd);
	return rc;
}

/* --- reading ---------------------------------------------------------------*/

int
doc_shard_find(int shards, uint32_t number, struct doc_shard *s,
    struct doc_error *err)
{
	char line[DOC_SHARD_LINE + 1];
	ssize_t n = doc_pread_full(shards, line, DOC_SHARD_LINE,
	    (off_t)number * DOC_SHARD_LINE);

	if (n < 0)
		return doc_error_sys(err, "cannot read the shards");
	if (n == 0)
		return doc_error_set(err, DOC_E_USAGE,
		    "there is no shard %" PRIu32, number);
	line[n] = '\0';
	if (sscanf(line,
		"%" SCNu32 " %" SCNu64 " %" SCNu64 " %u %" SCNu64 " %32s",
		&s->number, &s->offset, &s->length, &s->inputs, &s->bytes,
		s->digest) != 6 ||
	    s->number != number)
		return doc_error_set(err, DOC_E_STREAM, "the plan is damaged");
	return 0;
}

static int
read_part(const char *dir, const struct doc_shard *shard, struct doc_buf *b,
    struct doc_error *err)
{
	char path[4200], hex[DOC_DIGEST_HEX];
	doc_autoclose int fd = -1;
	struct doc_digest d;

	snprintf(path, sizeof(path), "%s/manifest", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	b->max = shard->length + 2;
	if (fd < 0 || doc_buf_reserve(b, shard->length + 1) < 0 ||
	    doc_pread_full(fd, b->data, shard->length, (off_t)shard->offset) !=
		(ssize_t)shard->length)
		return doc_error_sys(err, "cannot read '%s'", path);
	b->len = shard->length;
	doc_digest_init(&d);
	doc_digest_add(&d, b->data, b->len);
	doc_digest_hex(&d, hex);
	if (strncmp(hex, shard->digest, 32) != 0 || doc_buf_str(b) == NULL)
		return doc_error_set(err, DOC_E_STREAM,
		    "'%s' is not as it was planned", path);
	return 0;
}

static int
read_sources(struct doc_slice *s, const char *dir, struct doc_error *err)
{
	char path[4200], *line = NULL;
	size_t room = 0, n = strlen(s->tenant);
	ssize_t len;
	FILE *f;
	int rc = 0;

	snprintf(path, sizeof(path), "%s/sources", dir);
	f = fopen(path, "re");
	if (f == NULL)
		return doc_error_sys(err, "cannot read '%s'", path);
	while (rc == 0 && (len = getline(&line, &room, f)) > 0) {
		line[len - (line[len - 1] == '\n')] = '\0';
		if (strncmp(line, s->tenant, n) != 0 || line[n] != ' ')
			continue;
		doc_line_unescape(line + n + 1);
		rc = doc_words_add(&s->sources, line + n + 1);
	}
	free(line);
	fclose(f);
	return rc < 0 ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory") : 0;
}

int
doc_slice_read(struct doc_slice *s, const char *dir,
    const struct doc_shard *shard, struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	char *rest, *line;

	*s = (struct doc_slice){ 0 };
	if (read_part(dir, shard, &b, err) < 0)
		return -1;
	s->at = calloc(shard->inputs + 1, sizeof(*s->at));
	if (s->at == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	rest = b.data;
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		struct doc_input_row *row = &s->at[s->n];

		if (s->n == shard->inputs ||
		    parse_line(line, row, s->tenant) < 0)
			return doc_error_set(err, DOC_E_STREAM,
			    "the plan is damaged");
		doc_line_unescape(row->path);
		row->path = strdup(row->path);
		if (row->path == NULL)
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
		s->n++;
	}
	if (s->n != shard->inputs)
		return doc_error_set(err, DOC_E_STREAM, "the plan is damaged");
	return read_sources(s, dir, err);
}

void
doc_slice_release(struct doc_slice *s)
{
	for (size_t i = 0; s->at != NULL && i < s->n; i++)
		free(s->at[i].path);
	free(s->at);
	doc_words_release(&s->sources);
	*s = (struct doc_slice){ 0 };
}
