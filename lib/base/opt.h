/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opt - one table per group of options: parsing, --help, completions, the
 * option lists of the manual pages and handing options on come from it.
 *
 * Any main.  POSIX syntax; every option has a long form, all but the rarest a
 * letter as well (docrun has more options than the alphabet), and an argument
 * is never optional.  Values land in a struct of the caller, at
 * `at`, by type.
 */
#ifndef DOC_OPT_H
#define DOC_OPT_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

/* Words in order: operands, argument vectors.  Zeroed is empty. */
struct doc_words {
	char **at; /* NULL-ended once not empty */
	size_t n;
};
int doc_words_add(struct doc_words *w, const char *word);
void doc_words_release(struct doc_words *w);

enum doc_opt_type {
	DOC_OPT_FLAG,	  /* bool */
	DOC_OPT_STRING,	  /* const char *, borrowed from argv */
	DOC_OPT_LIST,	  /* struct doc_words: may be given again */
	DOC_OPT_SIZE,	  /* uint64_t bytes */
	DOC_OPT_DURATION, /* uint64_t milliseconds */
	DOC_OPT_NUMBER,	  /* unsigned */
	DOC_OPT_CHOICE	  /* int: index into choices */
};

struct doc_opt {
	char key;	  /* short letter; 0: none */
	const char *name; /* long name without dashes; NULL ends the table */
	const char *arg;  /* metavariable, NULL for a flag */
	const char *help; /* one line, lower case, no full stop */
	enum doc_opt_type type;
	size_t at;	     /* offsetof in the group's struct */
	const char *choices; /* of a CHOICE: "auto|tty|none" */
};

struct doc_opt_group {
	const struct doc_opt *opts;
	void *base; /* the struct that `at` counts from */
};

enum { DOC_OPT_GROUPS = 5 };

struct doc_cmd {
	const char *name;
	const char *usage; /* what follows the name in the synopsis */
	const char *about; /* one line */
	const char *more;  /* lines below it in --help; NULL: none */
	struct doc_opt_group groups[DOC_OPT_GROUPS]; /* unused: zero */
	/* The command whose manual page has all groups but the first: --help
	 * says so instead of listing them.  NULL: they are this one's own. */
	const char *of;
};

/*
 * Parse argv.  Returns the index of the first operand.  Handles -h, --help,
 * --version and --dump-options itself; does not return for those, nor on a
 * usage error (one line on stderr, status 2).
 */
int doc_opt_parse(const struct doc_cmd *cmd, int argc, char *argv[]);

/* The same; returns the operands, which are files.  A single "-" is none:
 * standard input. */
char **doc_opt_files(const struct doc_cmd *cmd, int argc, char *argv[]);

/* One line on stderr and status 2, for what the table cannot check. */
void doc_usage(const struct doc_cmd *cmd, const char *fmt, ...)
    DOC_PRINTF(2, 3) DOC_NORETURN;

/* Append the group's present values as arguments: `--timeout=60000ms`.  Flags
 * that are off, NULL strings and empty lists are left out. */
int doc_opt_unparse(const struct doc_opt_group *group,
    struct doc_words *args) DOC_MUST_CHECK;

/* As doc_opt_unparse, but one `name=value` line each, for --explain. */
int doc_opt_explain(const struct doc_opt_group *group, struct doc_buf *out);

#endif
