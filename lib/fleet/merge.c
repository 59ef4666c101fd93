/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/fleet/collect.h"
#include "lib/fleet/commit.h"
#include "lib/fleet/merge.h"
#include "lib/fleet/rebase.h"
#include "lib/record/stream.h"

struct merging {
	const struct doc_fleet *f;
	struct doc_merge *m;
	struct doc_ends ends;
	struct doc_sink sink;
};

static int
no_memory(struct doc_error *err)
{
	return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
}

static int
add_line(void *ctx, const char *line, size_t len, uint64_t number,
    struct doc_error *err)
{
	struct merging *g = ctx;
	struct doc_record rec;

	(void)number;
	if (doc_record_parse(&rec, line, len, err) < 0)
		return -1;
	if (rec.type == DOC_TYPE_END)
		return doc_ends_add(&g->ends, &rec, err);
	if (doc_rebase_files(line, len, "spool", g->f->spool, &g->sink.buf) <
		0 ||
	    doc_buf_addc(&g->sink.buf, '\n') < 0)
		return no_memory(err);
	return g->sink.buf.len < DOC_SINK_FULL ? 0
					       : doc_sink_flush(&g->sink, err);
}

/* All lines but the last, which said what the digest of these has to be. */
static int
add_lines(struct merging *g, int fd, const struct doc_shard_sum *sum,
    struct doc_error *err)
{
	int rc = doc_shard_lines(fd, sum, add_line, g, err);

	if (rc == 0)
		return doc_error_set(err, DOC_E_STREAM,
		    "the digest of shard %" PRIu32 " is wrong", sum->shard);
	return rc < 0 ? -1 : 0;
}

static int
add_shard(struct merging *g, const struct doc_shard *shard,
    struct doc_error *err)
{
	struct doc_shard_sum sum;
	doc_autoclose int fd = doc_committed(g->f->dir, shard->number, err);

	if (fd < 0 && err->code != DOC_E_NONE)
		return -1;
	if (fd < 0) {
		g->m->missing++;
		return g->m->partial
		    ? 0
		    : doc_error_set(err, DOC_E_STREAM,
			  "shard %" PRIu32 " is not done (docrun todo tells "
			  "what is missing, --partial leaves it out)",
			  shard->number);
	}
	if (doc_shard_sum(fd, &sum, err) < 0)
		return -1;
	if (sum.shard != shard->number || sum.inputs != shard->inputs)
		return doc_error_set(err, DOC_E_STREAM,
		    "the file of shard %" PRIu32 " is of another one",
		    shard->number);
	g->m->shards++;
	g->m->documents += sum.documents;
	g->m->errors += sum.errors;
	g->m->partials += sum.partial;
	g->m->infected += sum.infected;
	return add_lines(g, fd, &sum, err);
}

static int
add_all(struct merging *g, struct doc_error *err)
{
	doc_autoclose int shards = -1;
	char path[4200];
	int rc = 0;

	snprintf(path, sizeof(path), "%s/shards", g->f->dir);
	shards = open(path, O_RDONLY | O_CLOEXEC);
	if (shards < 0)
		return doc_error_sys(err, "cannot read '%s'", path);
	for (uint32_t k = 0; rc == 0 && k < g->f->sum.shards; k++) {
		struct doc_shard shard;

		rc = doc_shard_find(shards, k, &shard, err);
		if (rc == 0)
			rc = add_shard(g, &shard, err);
	}
	if (rc == 0 && doc_ends_write(&g->ends, &g->sink.buf) < 0)
		rc = no_memory(err);
	return rc == 0 ? doc_sink_flush(&g->sink, err) : -1;
}

int
doc_merge(const struct doc_fleet *f, struct doc_merge *m, struct doc_error *err)
{
	struct merging g = { .f = f, .m = m };
	char path[4200], temp[4200];
	int rc;

	snprintf(path, sizeof(path), "%s/out.ndjson", f->dir);
	snprintf(temp, sizeof(temp), "%s/out.ndjson.new", f->dir);
	g.sink.fd = open(temp,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (g.sink.fd < 0)
		return doc_error_sys(err, "cannot write '%s'", temp);
	rc = add_all(&g, err);
	if (rc == 0 && (fdatasync(g.sink.fd) < 0 || rename(temp, path) < 0))
		rc = doc_error_sys(err, "cannot write '%s'", path);
	close(g.sink.fd);
	if (rc < 0)
		unlink(temp);
	doc_ends_release(&g.ends);
	doc_buf_release(&g.sink.buf);
	return rc;
}

int
doc_merge_judge(const struct doc_merge *m, unsigned gates)
{
	unsigned found = (m->errors > 0 ? DOC_GATE_ERROR : 0U) |
	    (m->partials > 0 ? DOC_GATE_PARTIAL : 0U) |
	    (m->infected > 0 ? DOC_GATE_INFECTED : 0U);

	if (m->missing > 0)
		return 3;
	return (found & gates) != 0;
}
