/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/version.h"
#include "lib/stage/cache.h"

enum { SCHEMA = 2 };

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

int
doc_cache_name(const struct doc_stage_task *task, const struct doc_record *rec,
    char name[static DOC_CACHE_NAME])
{
	const struct doc_run *run = task->run;
	const struct doc_stage *s = run->stage;
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
	if (add_engines(task, &d) < 0)
		return -1;
	for (const char *const *key = s->reads; key && *key; key++) {
		const struct doc_json_member *m = doc_record_find(rec, *key);

		doc_digest_field(&d, m ? rec->line + m->value : "",
		    m ? m->value_len : 0);
	}
	doc_digest_hex(&d, hex);
	snprintf(name, DOC_CACHE_NAME, "%s-%.16s.json", s->key, hex);
	return 0;
}

/* Every file of the spool that the result names is there, and of use again?
 * Paths that JSON has to escape are not looked for, and such a result is no
 * hit. */
static bool
files_there(const struct doc_run *run, const char *json, size_t len)
{
	const char *spool = run->spool.path;
	size_t n = strlen(spool);

	for (const char *p = json, *end = json + len; p < end;) {
		const char *close;
		char path[4200];

		p = memmem(p, (size_t)(end - p), spool, n);
		if (p == NULL)
			return true;
		close = memchr(p, '"', (size_t)(end - p));
		if (close == NULL || (size_t)(close - p) >= sizeof(path) ||
		    memchr(p, '\\', (size_t)(close - p)) != NULL)
			return false;
		snprintf(path, sizeof(path), "%.*s", (int)(close - p), p);
		if (!doc_spool_use(path))
			return false;
		p = close;
	}
	return true;
}

int
doc_cache_get(struct doc_run *run, const struct doc_stage_task *task,
    struct doc_buf *json, enum doc_status *status)
{
	doc_autovalue struct doc_value *v = NULL;
	size_t before = json->len;
	int rc, s;

	if (task->cached[0] == '\0' || run->options->cache != DOC_CACHE_USE)
		return 0;
	rc = doc_spool_read(&run->spool, task->tenant, task->sha256,
	    task->cached, json);
	if (rc <= 0)
		return rc;
	v = doc_value_parse(json->data + before, json->len - before);
	s = doc_status_find(doc_value_get_str(v, "status"));
	if (s < 0 ||
	    !files_there(run, json->data + before, json->len - before) ||
	    (run->stage->recall != NULL && !run->stage->recall(run, v))) {
		json->len = before;
		return 0;
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
