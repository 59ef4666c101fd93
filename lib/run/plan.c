/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/start.h"
#include "lib/base/version.h"
#include "lib/record/tool.h"
#include "lib/run/boxed.h"
#include "lib/run/plan.h"

/* Options that say how fast and how loud, not what comes out. */
static const char *const no_setting[] = { "jobs", "quiet", "verbose", "spool",
	"require", "allow-degraded", "unordered", "cgroup", "stats" };

/* Of a stage of ours, by the key of its member. */
static const struct doc_tool *
row_of(const char *word, size_t n)
{
	const struct doc_tool *t = doc_tool_find(word, n);

	return t != NULL && t->can & DOC_TOOL_STAGE && strlen(t->key) == n
	    ? t
	    : NULL;
}

static const char *
own_command(const struct doc_plan *p, const char *word, size_t n)
{
	for (size_t i = 0; i < p->own.n; i++)
		if (strncmp(p->own.at[i], word, n) == 0 &&
		    p->own.at[i][n] == '=')
			return p->own.at[i] + n + 1;
	return NULL;
}

/* What was passed to the stage of that word. */
static int
add_passed(const struct doc_plan *p, const char *word, struct doc_words *args)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < p->pass.n; i++)
		if (strncmp(p->pass.at[i], word, n) == 0 &&
		    p->pass.at[i][n] == '=' &&
		    doc_words_add(args, p->pass.at[i] + n + 1) < 0)
			return -1;
	return 0;
}

/* Is the word in "text,ocr"?  NULL: there is no list. */
static bool
in_list(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strcspn(p, ",") == n && strncmp(p, word, n) == 0)
			return true;
	}
	return false;
}

static int
check_refresh(const struct doc_plan *p, struct doc_error *err)
{
	for (const char *q = p->refresh; q != NULL; q = strchr(q, ',')) {
		q += *q == ',';
		if (row_of(q, strcspn(q, ",")) == NULL)
			return doc_error_set(err, DOC_E_USAGE,
			    "--refresh: '%.*s' is none of scan, text, ocr, "
			    "preview",
			    (int)strcspn(q, ","), q);
	}
	return 0;
}

static int
add_own(const struct doc_plan *p, const char *tool, struct doc_words *args)
{
	char word[4200];

	if (strcmp(tool, "docscan") == 0 && p->db != NULL) {
		snprintf(word, sizeof(word), "--db=%s", p->db);
		if (doc_words_add(args, word) < 0)
			return -1;
	}
	if (strcmp(tool, "docscan") == 0 && p->require_db &&
	    doc_words_add(args, "--require-db") < 0)
		return -1;
	if (strcmp(tool, "dococr") == 0 && p->lang != NULL) {
		snprintf(word, sizeof(word), "--lang=%s", p->lang);
		return doc_words_add(args, word);
	}
	return 0;
}

static int
add_common(const struct doc_plan *p, const char *tool, const char *word,
    struct doc_words *args)
{
	struct doc_limits l = *p->limits;
	struct doc_opt_group stage = { doc_stage_opts, p->common };
	struct doc_opt_group limits = { doc_limits_opts, &l };

	/* The largest member, not the largest text. */
	if (strcmp(tool, "doclist") == 0)
		l.max_output = DOC_MAX(l.max_output, DOC_MEMBER_MAX);
	return doc_words_add(args, tool) < 0 ||
		doc_opt_unparse(&stage, args) < 0 ||
		doc_opt_unparse(&limits, args) < 0 ||
		add_own(p, tool, args) < 0 || add_passed(p, word, args) < 0 ||
		(in_list(p->refresh, word) &&
		    doc_words_add(args, "--cache=refresh") < 0)
	    ? -1
	    : 0;
}

static int
add_stage(struct doc_plan *p, const char *word, size_t n, struct doc_error *err)
{
	struct doc_command *c = &p->at[p->n];
	const struct doc_tool *row = row_of(word, n);

	if (p->n == DOC_PLAN_STAGES || n == 0 || n >= sizeof(c->key))
		return doc_error_set(err, DOC_E_USAGE,
		    "--stages: too many, or a name of %zu bytes", n);
	*c = (struct doc_command){ .shell = own_command(p, word, n) };
	snprintf(c->key, sizeof(c->key), "%.*s", (int)n, word);
	for (unsigned i = 0; i < p->n; i++)
		if (strcmp(p->at[i].key, c->key) == 0)
			return doc_error_set(err, DOC_E_USAGE,
			    "--stages: '%s' is there twice", c->key);
	if (c->shell == NULL && row == NULL)
		return doc_error_set(err, DOC_E_USAGE,
		    "--stages: no stage "
		    "'%s'",
		    c->key);
	snprintf(c->name, sizeof(c->name), "%s", c->shell ? c->key : row->name);
	p->n++;
	if (c->shell == NULL &&
	    (doc_boxed_prefix(&p->runners, row, p->common, &c->args) < 0 ||
		add_common(p, row->name, row->key, &c->args) < 0))
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return 0;
}

static bool
good_name(const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!islower((unsigned char)word[i]) &&
		    !(i > 0 &&
			(isdigit((unsigned char)word[i]) || word[i] == '_')))
			return false;
	return n > 0 && !(n == 4 && strncmp(word, "list", n) == 0);
}

static int
add_stages(struct doc_plan *p, struct doc_error *err)
{
	const char *list = p->stages;

	for (;; list++) {
		size_t n = strcspn(list, ",");

		if (add_stage(p, list, n, err) < 0)
			return -1;
		list += n;
		if (*list == '\0')
			break;
	}
	/* One's own that the list does not name come last. */
	for (size_t i = 0; i < p->own.n; i++) {
		const char *word = p->own.at[i];
		size_t n = strcspn(word, "=");
		bool there = false;

		if (word[n] == '\0' || !good_name(word, n))
			return doc_error_set(err, DOC_E_USAGE,
			    "--stage: '%.80s' is not NAME=COMMAND, the name "
			    "of lower-case letters, digits and '_'",
			    word);
		for (unsigned k = 0; k < p->n; k++)
			there = there ||
			    (strlen(p->at[k].key) == n &&
				strncmp(p->at[k].key, word, n) == 0);
		if (!there && add_stage(p, word, n, err) < 0)
			return -1;
	}
	return 0;
}

static int
check_passed(const struct doc_plan *p, struct doc_error *err)
{
	for (size_t i = 0; i < p->pass.n; i++) {
		const char *word = p->pass.at[i];
		size_t n = strcspn(word, "=");

		if (word[n] == '\0' || strncmp(word + n + 1, "-", 1) != 0 ||
		    (row_of(word, n) == NULL &&
			!(n == 4 && strncmp(word, "list", n) == 0)))
			return doc_error_set(err, DOC_E_USAGE,
			    "--pass: '%.80s' is not STAGE=--OPTION", word);
	}
	return 0;
}

/* Each tenant's doclist opens nothing outside the tenant's own sources. */
static int
add_lister(struct doc_plan *p, const struct doc_tenant *t,
    struct doc_command *c)
{
	struct doc_stage_options mine = *p->common;
	struct doc_plan of_mine = *p;

	mine.tenant = t->name;
	mine.unordered = false; /* feed.c counts on it */
	of_mine.common = &mine;
	if (mine.roots.n == 0 && !p->listed)
		mine.roots = t->sources;
	strcpy(c->name, "doclist");
	strcpy(c->key, "list");
	return add_common(&of_mine, "doclist", "list", &c->args) < 0 ||
		(p->digests && doc_words_add(&c->args, "--digests") < 0) ||
		doc_words_add(&c->args, "--null") < 0 ||
		/* Which one is the first depends on where a run went on. */
		doc_words_add(&c->args, "--no-duplicates") < 0
	    ? -1
	    : 0;
}

static bool
is_setting(const char *line)
{
	for (size_t i = 0; i < DOC_LEN(no_setting); i++) {
		size_t n = strlen(no_setting[i]);

		if (strncmp(line, no_setting[i], n) == 0 &&
		    (line[n] == '=' || line[n] == '\0'))
			return false;
	}
	return true;
}

static int
add_settings(const struct doc_plan *p, const struct doc_batch *b,
    struct doc_buf *out)
{
	struct doc_opt_group stage = { doc_stage_opts, p->common };
	struct doc_opt_group limits = { doc_limits_opts, p->limits };
	doc_autobuf struct doc_buf all = { 0 };
	char *line, *rest;

	if (doc_opt_explain(&stage, &all) < 0 ||
	    doc_opt_explain(&limits, &all) < 0 || doc_buf_str(&all) == NULL)
		return -1;
	rest = all.data;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0' && is_setting(line) &&
		    doc_buf_addf(out, "%s\n", line) < 0)
			return -1;
	for (unsigned i = 0; i < p->n; i++)
		if (doc_buf_addf(out, "stage=%s%s%s\n", p->at[i].key,
			p->at[i].shell ? "=" : "",
			p->at[i].shell ? p->at[i].shell : "") < 0)
			return -1;
	for (size_t i = 0; i < p->pass.n; i++)
		if (doc_buf_addf(out, "pass=%s\n", p->pass.at[i]) < 0)
			return -1;
	if (doc_buf_addf(out, "db=%s\nrequire-db=%d\nlang=%s\n",
		p->db ? p->db : "", p->require_db, p->lang ? p->lang : "") < 0)
		return -1;
	if (b->records && doc_buf_adds(out, "source=records\n") < 0)
		return -1;
	for (unsigned i = 0; i < b->tenants.n; i++)
		for (size_t k = 0; k < b->tenants.at[i]->sources.n; k++)
			if (doc_buf_addf(out, "source=%s:%s\n",
				b->tenants.at[i]->name,
				b->tenants.at[i]->sources.at[k]) < 0)
				return -1;
	return 0;
}

static int
add_engines(const struct doc_plan *p, struct doc_buf *out)
{
	const char *tessdata = getenv("TESSDATA_PREFIX");
	char path[4200];

	if (doc_buf_addf(out, "docpipe %s\n", DOC_VERSION) < 0 ||
	    (doc_libexec(path, sizeof(path)) == 0 &&
		doc_batch_engine(out, path) < 0))
		return -1;
	return doc_batch_engine(out, p->db ? p->db : "/var/lib/clamav") < 0 ||
		doc_batch_engine(out,
		    tessdata ? tessdata
			     : "/usr/share/tesseract-ocr/5/tessdata") < 0
	    ? -1
	    : 0;
}

int
doc_plan_make(struct doc_plan *p, struct doc_batch *b, struct doc_error *err)
{
	struct doc_words *roots = &p->common->roots;
	bool given = roots->n > 0 || p->listed;

	if (check_passed(p, err) < 0 || check_refresh(p, err) < 0 ||
	    doc_boxed_check(&p->runners, err) < 0)
		return -1;
	p->listers = calloc(b->tenants.n + 1, sizeof(*p->listers));
	for (unsigned i = 0; i < b->tenants.n; i++)
		if (p->listers == NULL ||
		    add_lister(p, b->tenants.at[i], &p->listers[i]) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	/* What the user named, and no more, opens in the other stages. */
	for (unsigned i = 0; !given && i < b->tenants.n; i++)
		for (size_t k = 0; k < b->tenants.at[i]->sources.n; k++)
			if (doc_words_add(roots,
				b->tenants.at[i]->sources.at[k]) < 0)
				return doc_error_set(err, DOC_E_NO_MEMORY,
				    "no memory");
	/* One tenant's slow document must not hold up another's. */
	p->common->unordered = p->common->unordered || b->tenants.n > 1 ||
	    b->records;
	if (add_stages(p, err) < 0)
		return -1;
	if (add_settings(p, b, &b->settings) < 0 ||
	    add_engines(p, &b->engines) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	b->stages = p->at;
	b->stage_count = p->n;
	b->listers = p->listers;
	for (size_t i = 0; i < p->pass.n; i++)
		b->selects = b->selects ||
		    strncmp(p->pass.at[i], "list=", 5) == 0;
	b->lister_count = b->tenants.n;
	return 0;
}

/* The stages, behind doclist or reading records. */
static int
print_stages(const struct doc_plan *p, const char *before, struct doc_buf *out)
{
	for (unsigned k = 0; k < p->n; k++, before = " |\n    ")
		if (doc_buf_adds(out, before) < 0 ||
		    doc_command_print(&p->at[k], out) < 0)
			return -1;
	return doc_buf_addc(out, '\n');
}

static int
print_lister(const struct doc_command *lister, const struct doc_words *sources,
    struct doc_buf *out)
{
	struct doc_command c = { 0 };
	int rc = 0;

	for (size_t k = 0; rc == 0 && k < lister->args.n; k++)
		rc = doc_words_add(&c.args, lister->args.at[k]);
	if (rc == 0 && sources->n > 0)
		rc = doc_words_add(&c.args, "--");
	for (size_t k = 0; rc == 0 && k < sources->n; k++)
		rc = doc_words_add(&c.args, sources->at[k]);
	if (rc == 0)
		rc = doc_command_print(&c, out);
	doc_command_release(&c);
	return rc;
}

int
doc_plan_print(const struct doc_plan *p, const struct doc_batch *b,
    struct doc_buf *out)
{
	if (b->records && print_stages(p, "", out) < 0)
		return -1;
	for (unsigned i = 0; i < b->lister_count; i++) {
		const struct doc_words *sources = &b->tenants.at[i]->sources;

		if (sources->n == 0 && b->records)
			continue;
		if (print_lister(&p->listers[i], sources, out) < 0 ||
		    print_stages(p, " |\n    ", out) < 0)
			return -1;
	}
	return 0;
}
