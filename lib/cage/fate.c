/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/cage/cage.h"
#include "lib/cage/fate.h"

/* What a row looks at. */
enum sight { BY_KILL, BY_SIGNAL, BY_CPU, BY_OOM, BY_EXIT };

/* First match wins.  A bad frame is reported however the worker then ended: a
 * taken-over one could hide it behind a crash.  The other reasons of ours
 * count only where our SIGKILL, or the worker's own quiet end in the same
 * moment, is what ended it. */
static const struct {
	enum sight sight;
	int value;
	enum doc_code code;
	const char *msg;
} endings[] = {
	{ BY_KILL, DOC_KILL_PROTOCOL, DOC_E_PROTOCOL,
	    "the worker sent something that is not a valid answer" },
	{ BY_SIGNAL, SIGSEGV, DOC_E_SEGV, "segmentation fault" },
	{ BY_SIGNAL, SIGABRT, DOC_E_ABORT, "abort" },
	{ BY_SIGNAL, SIGTRAP, DOC_E_ABORT, "fatal error of a library" },
	{ BY_SIGNAL, SIGILL, DOC_E_ABORT, "illegal instruction" },
	{ BY_SIGNAL, SIGBUS, DOC_E_CHANGED,
	    "the file was cut while it was read" },
	{ BY_SIGNAL, SIGXCPU, DOC_E_CPU, "the processor time ran out" },
	{ BY_SIGNAL, SIGXFSZ, DOC_E_OUTPUT,
	    "a file it wrote grew beyond the limit" },
	{ BY_EXIT, DOC_EXIT_SANDBOX, DOC_E_SANDBOX,
	    "the worker could not lock itself in" },
	{ BY_EXIT, DOC_EXIT_STACK, DOC_E_STACK, "stack overflow" },
	{ BY_EXIT, DOC_EXIT_MEMORY, DOC_E_MEMORY, "the memory limit was hit" },
	{ BY_KILL, DOC_KILL_TIMEOUT, DOC_E_TIMEOUT, "the time ran out" },
	{ BY_KILL, DOC_KILL_STALL, DOC_E_STALL, "no sign of life" },
	{ BY_KILL, DOC_KILL_STOP, DOC_E_STREAM,
	    "the stage was stopped before the document was done" },
	{ BY_CPU, SIGKILL, DOC_E_CPU, "the processor time ran out" },
	{ BY_OOM, SIGKILL, DOC_E_MEMORY, "killed: out of memory" },
};

static bool
matches(enum sight sight, int value, const struct doc_fate *fate)
{
	int status = fate->wstatus;
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	switch (sight) {
	case BY_KILL:
		return (int)fate->kill == value &&
		    (value == DOC_KILL_PROTOCOL || sig == 0 || sig == SIGKILL);
	case BY_SIGNAL:
		return sig == value;
	case BY_CPU:
		return sig == value && fate->cpu_limit_ms > 0 &&
		    fate->cpu_ms >= fate->cpu_limit_ms;
	case BY_OOM:
		return sig == value && fate->oom;
	case BY_EXIT:
		return WIFEXITED(status) && WEXITSTATUS(status) == value;
	}
	return false;
}

static void
forbidden_call(const struct doc_fate *fate, struct doc_error *err)
{
	char buf[32];

	if (fate->syscall >= 0)
		doc_error_set(err, DOC_E_SYSCALL, "forbidden system call: %s",
		    doc_syscall_name(fate->syscall, buf));
	else
		doc_error_set(err, DOC_E_SYSCALL,
		    "forbidden system call (--cage=trace names it)");
}

static void
other_signal(int sig, struct doc_error *err)
{
	const char *name = sigabbrev_np(sig);

	if (name != NULL)
		doc_error_set(err, DOC_E_KILLED, "killed by SIG%s", name);
	else
		doc_error_set(err, DOC_E_KILLED, "killed by signal %d", sig);
}

void
doc_fate_error(const struct doc_fate *fate, struct doc_error *err)
{
	errno = 0; /* no call failed here; err->sys shall not say so */
	for (size_t i = 0; i < DOC_LEN(endings); i++) {
		if (matches(endings[i].sight, endings[i].value, fate)) {
			doc_error_set(err, endings[i].code, "%s",
			    endings[i].msg);
			return;
		}
	}
	if (!WIFSIGNALED(fate->wstatus))
		doc_error_set(err, DOC_E_NO_ANSWER,
		    "the worker ended with status %d and no answer",
		    WEXITSTATUS(fate->wstatus));
	else if (WTERMSIG(fate->wstatus) == SIGSYS)
		forbidden_call(fate, err);
	else
		other_signal(WTERMSIG(fate->wstatus), err);
}
