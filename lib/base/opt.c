/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/base/units.h"
#include "lib/base/version.h"

enum { MAX_OPTS = 96, KEY_VERSION = 256, KEY_DUMP, KEY_LONG };

int
doc_words_add(struct doc_words *w, const char *word)
{
	char **at = realloc(w->at, (w->n + 2) * sizeof(*at));

	if (at == NULL)
		return -1;
	w->at = at;
	at[w->n] = strdup(word);
	if (at[w->n] == NULL)
		return -1;
	at[++w->n] = NULL;
	return 0;
}

void
doc_words_release(struct doc_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->at[i]);
	free(w->at);
	*w = (struct doc_words){ 0 };
}

static void
help(const struct doc_cmd *cmd)
{
	printf("usage: %s %s\n%s\n", cmd->name, cmd->usage, cmd->about);
	if (cmd->more != NULL)
		printf("%s\n", cmd->more);
	for (size_t g = 0; g < DOC_OPT_GROUPS && cmd->groups[g].opts; g++) {
		printf("%s", g == 0 ? "\n" : "");
		if (g > 0 && cmd->of != NULL)
			break;
		for (const struct doc_opt *o = cmd->groups[g].opts; o->name;
		     o++) {
			char letter[8] = "   ", left[64];

			if (o->key)
				snprintf(letter, sizeof(letter), "-%c,",
				    o->key);
			snprintf(left, sizeof(left), "%s --%s%s%s", letter,
			    o->name, o->arg ? "=" : "", o->arg ? o->arg : "");
			printf("  %-24s %s\n", left, o->help);
		}
	}
	if (cmd->of != NULL)
		printf("  and the options of %s: %s --help\n", cmd->of,
		    cmd->of);
	printf("  %-24s %s\n  %-24s %s\n", "-h, --help", "show this help",
	    "    --version", "show the version");
}

/* Tab-separated table for completions and manual pages. */
static void
dump(const struct doc_cmd *cmd)
{
	printf("@\t%s\t%s\t%s\n", cmd->name, cmd->usage, cmd->about);
	for (size_t g = 0; g < DOC_OPT_GROUPS && cmd->groups[g].opts; g++)
		for (const struct doc_opt *o = cmd->groups[g].opts;
		     o->name && (g == 0 || cmd->of == NULL); o++) {
			char letter[2] = { o->key, '\0' };

			printf("%s\t%s\t%s\t%s\t%s\n", letter, o->name,
			    o->arg ? o->arg : "", o->help,
			    o->choices ? o->choices : "");
		}
	printf("h\thelp\t\tshow this help\t\n");
}

void
doc_usage(const struct doc_cmd *cmd, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s: %s (see %s --help)\n", cmd->name, what, cmd->name);
	exit(2);
}

static int
choose(const char *choices, const char *word)
{
	size_t len = strlen(word);
	int n = 0;

	for (const char *c = choices; c != NULL; n++) {
		const char *bar = strchr(c, '|');
		size_t l = bar ? (size_t)(bar - c) : strlen(c);

		if (l == len && strncmp(c, word, len) == 0)
			return n;
		c = bar ? bar + 1 : NULL;
	}
	return -1;
}

static int
take(const struct doc_opt *o, void *to, const char *arg)
{
	uint64_t n;

	switch (o->type) {
	case DOC_OPT_FLAG:
		*(bool *)to = true;
		return 0;
	case DOC_OPT_STRING:
		*(const char **)to = arg;
		return 0;
	case DOC_OPT_LIST:
		if (doc_words_add(to, arg) == 0)
			return 0;
		doc_fatal("no memory");
		exit(3);
	case DOC_OPT_SIZE:
		return doc_size_parse(arg, to);
	case DOC_OPT_DURATION:
		return doc_duration_parse(arg, to);
	case DOC_OPT_NUMBER:
		if (doc_number_parse(arg, UINT32_MAX, &n) < 0)
			return -1;
		*(unsigned *)to = (unsigned)n;
		return 0;
	case DOC_OPT_CHOICE:
		*(int *)to = choose(o->choices, arg);
		return *(int *)to;
	}
	return -1;
}

/* What getopt says for the nth option: its letter, if it has one. */
static int
key_of(const struct doc_opt *o, int nth)
{
	return o->key ? o->key : nth;
}

static void
accept_option(const struct doc_cmd *cmd, int key, const char *arg)
{
	int nth = KEY_LONG;

	for (size_t g = 0; g < DOC_OPT_GROUPS && cmd->groups[g].opts; g++)
		for (const struct doc_opt *o = cmd->groups[g].opts; o->name;
		     o++) {
			if (key_of(o, nth++) != key)
				continue;
			if (take(o, (char *)cmd->groups[g].base + o->at, arg) <
			    0)
				doc_usage(cmd, "--%s: '%s' is not %s", o->name,
				    arg,
				    o->choices ? o->choices : "a valid value");
			return;
		}
}

static void
build(const struct doc_cmd *cmd, struct option *longs, char *shorts)
{
	int n = 0;

	*shorts++ = ':';
	*shorts++ = 'h';
	for (size_t g = 0; g < DOC_OPT_GROUPS && cmd->groups[g].opts; g++)
		for (const struct doc_opt *o = cmd->groups[g].opts; o->name;
		     o++) {
			assert(n < MAX_OPTS);
			longs[n] = (struct option){ o->name, o->arg != NULL,
				NULL, key_of(o, KEY_LONG + n) };
			n++;
			if (!o->key)
				continue;
			*shorts++ = o->key;
			if (o->arg)
				*shorts++ = ':';
		}
	longs[n++] = (struct option){ "help", 0, NULL, 'h' };
	longs[n++] = (struct option){ "version", 0, NULL, KEY_VERSION };
	longs[n++] = (struct option){ "dump-options", 0, NULL, KEY_DUMP };
	*shorts = '\0';
}

/* Status 3 when --help meets a full disk. */
static void
finish(void)
{
	exit(doc_printed(stdout));
}

int
doc_opt_parse(const struct doc_cmd *cmd, int argc, char *argv[])
{
	struct option longs[MAX_OPTS + 4] = { { 0 } };
	char shorts[2 * MAX_OPTS + 8];
	int c;

	build(cmd, longs, shorts);
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		switch (c) {
		case 'h':
			help(cmd);
			finish();
			break;
		case KEY_DUMP:
			dump(cmd);
			finish();
			break;
		case KEY_VERSION:
			printf("%s (docpipe) %s\n", cmd->name, DOC_VERSION);
			finish();
			break;
		case ':':
			doc_usage(cmd, "%s needs an argument",
			    argv[optind - 1]);
		case '?':
			doc_usage(cmd, "unknown option '%s'", argv[optind - 1]);
		default:
			accept_option(cmd, c, optarg);
		}
	}
	return optind;
}

char **
doc_opt_files(const struct doc_cmd *cmd, int argc, char *argv[])
{
	char **files = argv + doc_opt_parse(cmd, argc, argv);

	if (files[0] != NULL && strcmp(files[0], "-") == 0 && files[1] == NULL)
		files++;
	return files;
}

/* The present value as text; 0 when the option is off or unset. */
static int
value(const struct doc_opt *o, const void *at, struct doc_buf *out)
{
	const char *s;

	switch (o->type) {
	case DOC_OPT_FLAG:
		return *(const bool *)at;
	case DOC_OPT_STRING:
		s = *(const char *const *)at;
		return s == NULL ? 0 : doc_buf_adds(out, s) < 0 ? -1 : 1;
	case DOC_OPT_SIZE:
		return doc_buf_addf(out, "%ju",
			   (uintmax_t) * (const uint64_t *)at) < 0
		    ? -1
		    : 1;
	case DOC_OPT_DURATION:
		return doc_buf_addf(out, "%jums",
			   (uintmax_t) * (const uint64_t *)at) < 0
		    ? -1
		    : 1;
	case DOC_OPT_NUMBER:
		return doc_buf_addf(out, "%u", *(const unsigned *)at) < 0 ? -1
									  : 1;
	case DOC_OPT_CHOICE:
		s = o->choices;
		for (int n = *(const int *)at; n > 0; n--)
			s = strchr(s, '|') + 1;
		return doc_buf_add(out, s, strcspn(s, "|")) < 0 ? -1 : 1;
	case DOC_OPT_LIST:
		break;
	}
	return 0;
}

static int
unparse_one(const struct doc_opt *o, const char *word, struct doc_words *args)
{
	doc_autobuf struct doc_buf b = { 0 };
	const char *s;

	if (doc_buf_addf(&b, "--%s%s%s", o->name, o->arg ? "=" : "", word) < 0)
		return -1;
	s = doc_buf_str(&b);
	return s == NULL ? -1 : doc_words_add(args, s);
}

int
doc_opt_unparse(const struct doc_opt_group *group, struct doc_words *args)
{
	for (const struct doc_opt *o = group->opts; o->name; o++) {
		const void *at = (const char *)group->base + o->at;
		doc_autobuf struct doc_buf b = { 0 };
		const struct doc_words *list = at;
		int set = value(o, at, &b);
		const char *s = doc_buf_str(&b);

		if (set < 0 || s == NULL)
			return -1;
		if (set && unparse_one(o, s, args) < 0)
			return -1;
		for (size_t i = 0; o->type == DOC_OPT_LIST && i < list->n; i++)
			if (unparse_one(o, list->at[i], args) < 0)
				return -1;
	}
	return 0;
}

int
doc_opt_explain(const struct doc_opt_group *group, struct doc_buf *out)
{
	struct doc_words args = { 0 };
	int rc = doc_opt_unparse(group, &args);

	for (size_t i = 0; rc == 0 && i < args.n; i++)
		rc = doc_buf_addf(out, "%s\n", args.at[i] + 2);
	doc_words_release(&args);
	return rc;
}
