/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/version.h"
#include "lib/record/place.h"
#include "lib/stage/cache.h"

enum { SCHEMA = 3 };

/* The engines' facts: versions, signatures, and the code they run.  A second
 * engine counts for what it begins with; it may not run at all yet. */
static int
add_engines(const struct doc_stage_task *task, struct doc_digest *d)
{
	struct doc_pool *const *pool = task->run->flow.pool;
	unsigned last = task->cache_pool;
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;

	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '[');
	for (unsigned i = 0; i <= last; i++) {
		if (pool[i] == NULL)
			continue;
		doc_json_open(&j, NULL, '{');
		doc_pool_facts(pool[i], &j);
		doc_json_close(&j, '}');
	}
	doc_json_close(&j, ']');
	doc_digest_field(d, b.data ? b.data : "", b.len);
	return j.failed ? -1 : 0;
}

/* --- where results lie -----------------------------------------------------*/

/* A spool may have been moved, or be mounted elsewhere: what a result says of
 * places is that of whoever wrote it. */
struct home {
	const struct doc_stage_task *task;
	struct doc_buf folder; /* of the content, below any spool */
	struct doc_buf here;   /* the same in ours; both as in JSON */
};

static int
home_make(struct home *h, const struct doc_stage_task *task)
{
	doc_autofree char *here = doc_spool_path(&task->run->spool,
	    task->tenant, task->sha256, "");

	h->task = task;
	return here == NULL ||
		doc_buf_addf(&h->folder, "/%s/%.2s/%s/", task->tenant,
		    task->sha256, task->sha256) < 0 ||
		doc_place_folder(here, &h->here) < 0
	    ? -1
	    : 0;
}

static void
home_release(struct home *h)
{
	doc_buf_release(&h->folder);
	doc_buf_release(&h->here);
}

/* The name of a file that lies in the content's folder of some spool, and its
 * length; NULL: it lies anywhere else. */
static const char *
name_at_home(const struct home *h, const char *s, size_t n, size_t *len)
{
	const char *slash = memrchr(s, '/', n);
	size_t before;

	if (slash == NULL || *s != '/')
		return NULL;
	before = (size_t)(slash + 1 - s);
	*len = n - before;
	return before >= h->folder.len &&
		memcmp(slash + 1 - h->folder.len, h->folder.data,
		    h->folder.len) == 0 &&
		*len > 0 && *len < DOC_CACHE_NAME && slash[1] != '.' &&
		memchr(slash, '\\', *len + 1) == NULL
	    ? slash + 1
	    : NULL;
}

/* Its place in our spool, where it must be.  -2: it is not. */
static int
bring_home(const char *s, size_t n, struct doc_buf *out, void *ctx)
{
	const struct home *h = ctx;
	const struct doc_stage_task *task = h->task;
	char file[DOC_CACHE_NAME];
	size_t len;
	const char *name = name_at_home(h, s, n, &len);

	if (name == NULL)
		return -2;
	snprintf(file, sizeof(file), "%.*s", (int)len, name);
	if (!doc_spool_use(&task->run->spool, task->tenant, task->sha256, file))
		return -2;
	return doc_buf_add(out, h->here.data, h->here.len) < 0
	    ? -1
	    : doc_buf_add(out, name, len);
}

static int
is_at_home(const char *key, const char *s, void *ctx)
{
	const char *here = ctx;

	return key == NULL || !doc_place_is(key, strlen(key)) ||
		(s != NULL && strncmp(s, here, strlen(here)) == 0)
	    ? 0
	    : -1;
}

/* As whoever parses it will see it: a key may be spelled in other ways. */
static bool
all_at_home(const struct doc_stage_task *task, const struct doc_value *v)
{
	doc_autofree char *here = doc_spool_path(&task->run->spool,
	    task->tenant, task->sha256, "");

	return here != NULL &&
	    doc_value_strings(v, NULL, is_at_home, here) == 0;
}

static int
keep_name(const char *s, size_t n, struct doc_buf *out, void *ctx)
{
	size_t len;
	const char *name = name_at_home(ctx, s, n, &len);

	return name ? doc_buf_add(out, name, len) : doc_buf_add(out, s, n);
}

/* What other stages said, wherever their files are. */
static int
add_read(const struct doc_stage_task *task, const struct doc_record *rec,
    struct doc_digest *d)
{
	struct home h = { 0 };
	int rc = home_make(&h, task);

	for (const char *const *key = task->run->stage->reads;
	     rc == 0 && key && *key; key++) {
		const struct doc_json_member *m = doc_record_find(rec, *key);
		doc_autobuf struct doc_buf b = { 0 };

		if (m != NULL)
			rc = doc_place_move(rec->line + m->value, m->value_len,
			    keep_name, &h, &b);
		doc_digest_field(d, b.data ? b.data : "", b.len);
	}
	home_release(&h);
	return rc;
}

/* --- keeping ---------------------------------------------------------------*/

int
doc_cache_name(const struct doc_stage_task *task, const struct doc_record *rec,
    char name[static DOC_CACHE_NAME])
{
	const struct doc_run *run = task->run;
	const int facts[] = { SCHEMA, DOC_RECORD_VERSION,
		run->options->inline_text };
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	name[0] = '\0';
	if (run->options->cache == DOC_CACHE_NONE || run->options->stats)
		return 0;
	doc_digest_init(&d);
	doc_digest_add(&d, facts, sizeof(facts));
	doc_digest_field(&d, run->key, strlen(run->key));
	doc_digest_field(&d, task->media, strlen(task->media));
	if (add_engines(task, &d) < 0 || add_read(task, rec, &d) < 0)
		return -1;
	doc_digest_hex(&d, hex);
	snprintf(name, DOC_CACHE_NAME, "%s-%.16s.json", run->stage->key, hex);
	return 0;
}

/* 1, 0 when there is none or it names a file that is not there, -1. */
static int
get(const struct doc_stage_task *task, struct doc_buf *json)
{
	struct doc_run *run = task->run;
	doc_autobuf struct doc_buf kept = { 0 };
	struct home h = { 0 };
	int rc = doc_spool_read(&run->spool, task->tenant, task->sha256,
	    task->cached, &kept);

	if (rc > 0)
		rc = home_make(&h, task) < 0
		    ? -1
		    : doc_place_move(kept.data, kept.len, bring_home, &h, json);
	else
		rc = rc < 0 ? -1 : -2;
	home_release(&h);
	return rc == 0 ? 1 : rc == -2 ? 0 : -1;
}

int
doc_cache_get(struct doc_run *run, const struct doc_stage_task *task,
    struct doc_buf *json, enum doc_status *status)
{
	doc_autovalue struct doc_value *v = NULL;
	size_t before = json->len;
	int rc, s = -1;

	if (task->cached[0] == '\0' || run->options->cache != DOC_CACHE_USE)
		return 0;
	rc = get(task, json);
	if (rc > 0) {
		v = doc_value_parse(json->data + before, json->len - before);
		s = doc_status_find(doc_value_get_str(v, "status"));
	}
	if (rc <= 0 || s < 0 || !all_at_home(task, v) ||
	    (run->stage->recall != NULL && !run->stage->recall(run, v))) {
		json->len = before;
		return rc < 0 ? -1 : 0;
	}
	*status = (enum doc_status)s;
	return 1;
}

/* What comes out the same however often it is tried. */
static bool
lasting(const struct doc_result *r)
{
	static const enum doc_reason passing[] = { DOC_R_TIMEOUT, DOC_R_STALL,
		DOC_R_CPU, DOC_R_MEMORY, DOC_R_TIME, DOC_R_CRASH, DOC_R_ERRORS,
		DOC_R_ENCRYPTED };
	static const enum doc_code retried[] = { DOC_E_TIMEOUT, DOC_E_STALL,
		DOC_E_CPU, DOC_E_MEMORY, DOC_E_TEMP, DOC_E_KILLED,
		DOC_E_CHANGED, DOC_E_ENCRYPTED };
	enum doc_class cls = doc_error_class(r->err.code);

	for (size_t i = 0; i < DOC_LEN(passing); i++)
		if (r->reasons & (uint64_t)1 << passing[i])
			return false;
	for (size_t i = 0; i < DOC_LEN(retried); i++)
		if (r->err.code == retried[i])
			return false;
	return cls != DOC_CLASS_SYSTEM && cls != DOC_CLASS_POLICY;
}

void
doc_cache_put(const struct doc_stage_task *task, const struct doc_result *r,
    const char *json, size_t len)
{
	struct doc_run *run = task->run;
	struct doc_spool_file file = { 0 };
	struct doc_record rec;
	struct doc_error err = { 0 };
	char now[DOC_CACHE_NAME], *path = NULL;
	int fd;

	if (task->cached[0] == '\0' || !lasting(r) ||
	    doc_record_parse(&rec, task->input.data, task->input.len, &err) <
		0 ||
	    doc_cache_name(task, &rec, now) < 0 ||
	    strcmp(now, task->cached) != 0) /* the engine was replaced */
		return;
	fd = doc_spool_create(&run->spool, &file, &err);
	if (fd < 0)
		return;
	if (doc_write_full(fd, json, len) == 0 &&
	    doc_spool_commit(&run->spool, &file, task->tenant, task->sha256,
		task->cached, &path, &err) == 0)
		free(path);
	else
		doc_spool_drop(&run->spool, &file);
	close(fd);
}
