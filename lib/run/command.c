/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/run/command.h"

void
doc_command_exec(const struct doc_command *cmd)
{
	char exe[4200];

	if (cmd->shell != NULL)
		execl("/bin/sh", "sh", "-c", cmd->shell, (char *)NULL);
	else if (cmd->path)
		execvp(cmd->args.at[0], cmd->args.at);
	else if (doc_sibling(cmd->args.at[0], exe, sizeof(exe)) == 0)
		execv(exe, cmd->args.at);
	doc_fatal("cannot run %s: %s", cmd->name, strerror(errno));
	_exit(3);
}

static int
quote(const char *word, struct doc_buf *out)
{
	const char *p = word;

	while (isalnum((unsigned char)*p) ||
	    (*p != '\0' && strchr("-_=/.,:+@%", *p) != NULL))
		p++;
	if (*p == '\0' && p != word)
		return doc_buf_adds(out, word);
	if (doc_buf_addc(out, '\'') < 0)
		return -1;
	for (p = word; *p; p++)
		if ((*p == '\'' ? doc_buf_adds(out, "'\\''")
				: doc_buf_addc(out, *p)) < 0)
			return -1;
	return doc_buf_addc(out, '\'');
}

int
doc_command_print(const struct doc_command *cmd, struct doc_buf *out)
{
	const struct doc_words *w = &cmd->args;

	if (cmd->shell != NULL)
		return doc_buf_addf(out, "{ %s; }", cmd->shell);
	for (size_t k = 0; k < w->n; k++)
		if ((k && doc_buf_addc(out, ' ') < 0) ||
		    quote(w->at[k], out) < 0)
			return -1;
	return 0;
}

void
doc_command_release(struct doc_command *cmd)
{
	doc_words_release(&cmd->args);
}
