/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command - what a stage is started with: a tool of ours and its arguments, or
 * a line of shell.
 *
 * docrun.  Knows names and argument vectors only.
 */
#ifndef DOC_COMMAND_H
#define DOC_COMMAND_H

#include "lib/base/opt.h"

struct doc_command {
	char name[32];	       /* "docscan", or the name of a user's stage */
	char key[32];	       /* of its result in the record: "scan" */
	struct doc_words args; /* args.at[0] is the tool */
	bool path;	       /* which is not one of ours: look in $PATH */
	bool group;	       /* it may start others: killed all together */
	const char *shell;     /* a user's stage instead: a line for sh -c */
};

/* In a child process: become the command.  Does not return. */
void doc_command_exec(const struct doc_command *cmd) DOC_NORETURN;

/* As a shell would be told, without an end of line. */
int doc_command_print(const struct doc_command *cmd, struct doc_buf *out);

void doc_command_release(struct doc_command *cmd);

#endif
