/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/docscan/choose.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

#define SYSTEM_DB "/var/lib/clamav"

static bool
has_system_db(void)
{
	static const char *const files[] = { "main.cvd", "main.cld",
		"daily.cvd", "daily.cld" };

	for (size_t i = 0; i < DOC_LEN(files); i++) {
		char path[256];

		snprintf(path, sizeof(path), SYSTEM_DB "/%s", files[i]);
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

const char *
docscan_choose_db(struct doc_scan_options *own, const struct doc_cmd *cmd)
{
	if (own->db != NULL) {
		if (access(own->db, R_OK) < 0)
			doc_usage(cmd, "--db: cannot read '%s'", own->db);
		return NULL;
	}
	if (has_system_db()) {
		own->db = SYSTEM_DB;
		return NULL;
	}
	if (own->require_db || own->max_db_age > 0) {
		doc_fatal("no signature database in " SYSTEM_DB
			  " (run freshclam, or give --db)");
		exit(3);
	}
	return "no signature database: only test signatures, nothing will be "
	       "called clean; get real ones with freshclam, or give --db";
}

static int
check_age_of(int64_t when, const struct doc_scan_options *own,
    struct doc_error *err)
{
	char built[DOC_TIME_SIZE] = "";

	if (own->max_db_age == 0 ||
	    (int64_t)time(NULL) - when <= (int64_t)(own->max_db_age / 1000))
		return 0;
	if (when < 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "clamd does not tell how old its signatures are");
	(void)doc_time_format(when, built);
	return doc_error_set(err, DOC_E_ENGINE,
	    "the signatures are of %s, older than --max-db-age (run freshclam)",
	    built);
}

/* The youngest file decides: main.cvd is years old and daily.cvd is not. */
int
docscan_check_age(const struct doc_scan_options *own, struct doc_error *err)
{
	struct doc_dbset set;
	int64_t when;

	if (own->max_db_age == 0 || own->db == NULL)
		return 0;
	if (doc_dbset_read(own->db, &set, err) < 0)
		return -1;
	when = doc_dbset_built(&set);
	doc_dbset_release(&set);
	return check_age_of(when, own, err);
}

int
docscan_choose_engine(struct doc_scan_options *o, struct docscan_clamd *clamd,
    struct doc_error *err)
{
	struct doc_error why = { 0 };
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	if (o->engine == DOC_ENGINE_LIB || o->restore ||
	    (o->engine == DOC_ENGINE_AUTO && o->db != NULL)) {
		o->engine = DOC_ENGINE_LIB;
		return 0;
	}
	if (doc_clamd_probe(o->clamd, clamd->version, &why) < 0) {
		if (o->engine == DOC_ENGINE_CLAMD)
			*err = why;
		else
			doc_info("not with clamd: %s", why.msg);
		o->engine = DOC_ENGINE_LIB;
		return err->code == DOC_E_NONE ? 0 : -1;
	}
	o->engine = DOC_ENGINE_CLAMD;
	doc_digest_init(&d);
	doc_digest_field(&d, clamd->version, strlen(clamd->version));
	doc_digest_hex(&d, hex);
	doc_dbset_key(hex, clamd->key);
	return check_age_of(doc_clamd_built(clamd->version), o, err);
}

unsigned
docscan_fail_on(const struct doc_scan_options *own, const struct doc_cmd *cmd)
{
	/* The last two do so anyway. */
	static const struct {
		const char *word;
		unsigned flag;
	} words[] = { { "infected", DOCSCAN_FAIL_INFECTED },
		{ "heuristic", DOCSCAN_FAIL_HEURISTIC }, { "incomplete", 0 },
		{ "error", 0 } };
	unsigned flags = own->fail_on_infected ? DOCSCAN_FAIL_INFECTED : 0;
	const char *at = own->fail_on;

	while (at != NULL && *at != '\0') {
		size_t n = strcspn(at, ","), i = 0;

		while (i < DOC_LEN(words) &&
		    (strlen(words[i].word) != n ||
			strncmp(words[i].word, at, n) != 0))
			i++;
		if (i == DOC_LEN(words))
			doc_usage(cmd,
			    "--fail-on: of infected, heuristic, incomplete, "
			    "error");
		flags |= words[i].flag;
		at += n + (at[n] == ',');
	}
	return flags;
}
