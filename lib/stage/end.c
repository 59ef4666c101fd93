/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/stage/end.h"
#include "lib/base/log.h"
#include "lib/base/version.h"

/* Of several pools the weakest cage counts. */
static void
write_cage(const struct doc_end *end, struct doc_json *j)
{
	const struct doc_pool *pool = end->pool;
	unsigned missing = doc_pool_missing(pool);
	enum doc_level level = doc_pool_level(pool);

	const struct doc_pool *more[] = { end->other, end->third };

	for (size_t i = 0; i < DOC_LEN(more); i++) {
		if (more[i] == NULL)
			continue;
		missing |= doc_pool_missing(more[i]);
		level = DOC_MIN(level, doc_pool_level(more[i]));
	}
	doc_json_open(j, "sandbox", '{');
	doc_json_str(j, "level", doc_level_name(level));
	doc_json_open(j, "missing", '[');
	for (unsigned bit = 1; doc_mechanism_name(bit) != NULL; bit <<= 1)
		if (missing & bit)
			doc_json_str(j, NULL, doc_mechanism_name(bit));
	doc_json_close(j, ']');
	doc_json_close(j, '}');
	doc_json_open(j, "engine", '{');
	if (end->engine != NULL)
		end->engine(end->run, j);
	else
		doc_pool_facts(pool, j);
	doc_json_close(j, '}');
}

int
doc_end_write(const struct doc_end *end, struct doc_buf *out)
{
	struct doc_json j;

	doc_json_begin(&j, out);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", DOC_RECORD_VERSION);
	doc_json_str(&j, "type", "end");
	doc_json_str(&j, "stage", end->stage);
	doc_json_str(&j, "version", DOC_VERSION);
	doc_json_int(&j, "in", (int64_t)end->in);
	doc_json_int(&j, "out", (int64_t)end->out);
	doc_status_counts(&j, end->count);
	doc_json_int(&j, "cached", (int64_t)end->cached);
	if (end->pool != NULL)
		write_cage(end, &j);
	doc_json_close(&j, '}');
	return j.failed ? -1 : doc_buf_addc(out, '\n');
}

int
doc_end_require(const struct doc_pool *pool, enum doc_level require,
    bool allow_degraded, struct doc_error *err)
{
	enum doc_level have = doc_pool_level(pool);

	if (have >= require)
		return 0;
	if (allow_degraded) {
		doc_warn("runs in a weaker cage than required: '%s', not '%s'",
		    doc_level_name(have), doc_level_name(require));
		return 0;
	}
	return doc_error_set(err, DOC_E_SANDBOX,
	    "this machine gives a cage of level '%s', and '%s' is required "
	    "(see docrun --doctor, --allow-degraded)",
	    doc_level_name(have), doc_level_name(require));
}
