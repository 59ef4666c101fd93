/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/cage/parts.h"

int
doc_cage_fail(struct doc_error *err, const char *what)
{
	return doc_error_set(err, DOC_E_SANDBOX, "cannot %s: %s", what,
	    strerror(errno));
}

int
doc_cage_try(int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -1;
	if (pid == 0)
		_exit(fn(arg));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
