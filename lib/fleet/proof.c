/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/fleet/collect.h"
#include "lib/fleet/commit.h"
#include "lib/fleet/ends.h"
#include "lib/fleet/fleet.h"
#include "lib/fleet/proof.h"
#include "lib/record/place.h"
#include "lib/record/stream.h"

struct proof {
	const struct doc_fleet *f;
	struct doc_verify *v;
	struct doc_ends ends;
	struct doc_buf line; /* a record of a shard, with its full paths */
	uint32_t shard;
	bool in_step; /* out.ndjson is there, and as it should be so far */
	bool missing; /* a shard */
	bool bad;     /* the shard at hand */
};

static int
no_memory(struct doc_error *err)
{
	return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
}

/* The record of the merged run that ought to be p->line. */
static int
check_merged(struct proof *p, const char *shard_line, struct doc_error *err)
{
	struct doc_verify *v = p->v;
	struct doc_error why = { 0 };
	char where[64];
	int rc = doc_records_next(&v->records, &why);

	snprintf(where, sizeof(where), "out.ndjson:%ju",
	    (uintmax_t)v->records.in.number);
	if (rc <= 0 || v->records.rec.type != DOC_TYPE_DOC) {
		p->in_step = false;
		return verify_tell(v, NULL, err, where,
		    rc < 0 ? "%s" : "the record of %s is missing",
		    rc < 0 ? why.msg : shard_line);
	}
	if (v->records.rec.len == p->line.len &&
	    memcmp(v->records.rec.line, p->line.data, p->line.len) == 0)
		return 0;
	return verify_tell(v, &v->records.rec, err, where,
	    "another record than in %s", shard_line);
}

static int
check_line(void *ctx, const char *line, size_t len, uint64_t number,
    struct doc_error *err)
{
	struct proof *p = ctx;
	struct doc_error why = { 0 };
	struct doc_record rec;
	char where[64];

	snprintf(where, sizeof(where), "shard %" PRIu32 ":%ju", p->shard,
	    (uintmax_t)number);
	if (doc_record_parse(&rec, line, len, &why) < 0 ||
	    (rec.type == DOC_TYPE_END &&
		doc_ends_add(&p->ends, &rec, &why) < 0)) {
		p->bad = true;
		return verify_tell(p->v, NULL, err, where, "%s", why.msg);
	}
	if (rec.type != DOC_TYPE_DOC)
		return 0;
	p->line.len = 0;
	if (doc_rebase_files(line, len, "spool", p->f->spool, &p->line) < 0)
		return no_memory(err);
	if (p->in_step && check_merged(p, where, err) < 0)
		return -1;
	return doc_record_parse(&rec, p->line.data, p->line.len, err) < 0
	    ? -1
	    : verify_record(p->v, &rec, where, number, err);
}

static int
check_lines(struct proof *p, int fd, const struct doc_shard_sum *sum,
    struct doc_error *err)
{
	char where[64];
	int rc = doc_shard_lines(fd, sum, check_line, p, err);

	snprintf(where, sizeof(where), "shard %" PRIu32, p->shard);
	if (rc == 0)
		rc = verify_tell(p->v, NULL, err, where, "another digest");
	return rc < 0 ? -1 : 0;
}

static int
check_shard(struct proof *p, const struct doc_shard *shard,
    struct doc_error *err)
{
	struct doc_error why = { 0 };
	struct doc_shard_sum sum;
	char where[64];
	doc_autoclose int fd = doc_committed(p->f->dir, shard->number, &why);

	snprintf(where, sizeof(where), "shard %" PRIu32, shard->number);
	p->shard = shard->number;
	p->bad = false;
	if (fd < 0 && why.code == DOC_E_NONE) {
		p->missing = true;
		return 0;
	}
	/* What is behind a shard that cannot be read is not to be found. */
	if (fd < 0 || doc_shard_sum(fd, &sum, &why) < 0) {
		p->in_step = false;
		p->missing = true;
		return verify_tell(p->v, NULL, err, where, "%s", why.msg);
	}
	if (sum.shard != shard->number || sum.inputs != shard->inputs)
		return verify_tell(p->v, NULL, err, where,
		    "the file is of another one");
	return check_lines(p, fd, &sum, err);
}

static int
check_ends(struct proof *p, struct doc_error *err)
{
	doc_autobuf struct doc_buf want = { 0 };

	return doc_ends_write(&p->ends, &want) < 0
	    ? no_memory(err)
	    : verify_tail(p->v, &want, err);
}

static int
check_all(struct proof *p, struct doc_error *err)
{
	struct doc_verify *v = p->v;
	doc_autoclose int shards = -1;
	char path[4200];
	bool merged = p->in_step;

	snprintf(path, sizeof(path), "%s/shards", p->f->dir);
	shards = open(path, O_RDONLY | O_CLOEXEC);
	if (shards < 0)
		return doc_error_sys(err, "cannot read '%s'", path);
	for (uint32_t k = 0; k < p->f->sum.shards; k++) {
		struct doc_shard shard;

		if (doc_shard_find(shards, k, &shard, err) < 0 ||
		    check_shard(p, &shard, err) < 0)
			return -1;
	}
	v->complete = merged && !p->missing;
	if (p->in_step && !p->bad && check_ends(p, err) < 0)
		return -1;
	return verify_members(v, err);
}

int
doc_proof(struct doc_verify *v, struct doc_error *err)
{
	struct doc_fleet f;
	struct doc_error why = { 0 };
	struct proof p = { .f = &f, .v = v };
	int lock = verify_keep_out(v, err), rc = -1;

	v->records.in.fd = -1;
	if (lock == -1 || doc_fleet_look(&f, v->dir, err) < 0) {
		if (lock >= 0)
			close(lock);
		return -1;
	}
	snprintf(v->spool, sizeof(v->spool), "%s", f.spool);
	p.in_step = doc_records_open(&v->records, f.dir, &why) == 0;
	if (!p.in_step && why.code != DOC_E_NOT_FOUND)
		*err = why;
	else
		rc = check_all(&p, err);
	doc_records_close(&v->records);
	doc_ends_release(&p.ends);
	doc_buf_release(&p.line);
	verify_members_free(v);
	if (lock >= 0)
		close(lock);
	return rc;
}
