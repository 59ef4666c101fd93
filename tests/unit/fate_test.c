/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every way a worker can end, row by row. */
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/cage/fate.h"
#include "tests/unit/tap.h"

#define SIG(s)	W_EXITCODE(0, s)
#define EXIT(n) W_EXITCODE(n, 0)
#define CORE	0x80

static const struct {
	const char *what;
	struct doc_fate fate;
	enum doc_code code;
	const char *msg; /* is in the message, or NULL */
} rows[] = {
	/* Signals the worker brought upon itself. */
	{ "bad pointer", { SIG(SIGSEGV), DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_SEGV, NULL },
	{ "with a core dump",
	    { SIG(SIGSEGV) | CORE, DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_SEGV, NULL },
	{ "abort", { SIG(SIGABRT), DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_ABORT, NULL },
	{ "glib's fatal error", { SIG(SIGTRAP), DOC_KILL_NONE, -1, 5, 1000, 0 },
	    DOC_E_ABORT, NULL },
	{ "compiler's trap", { SIG(SIGILL), DOC_KILL_NONE, -1, 5, 1000, 0 },
	    DOC_E_ABORT, NULL },
	{ "division", { SIG(SIGFPE), DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_KILLED, "SIGFPE" },
	{ "file cut", { SIG(SIGBUS), DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_CHANGED, NULL },
	{ "cpu, soft limit", { SIG(SIGXCPU), DOC_KILL_NONE, -1, 0, 0, false },
	    DOC_E_CPU, NULL },
	{ "file too large", { SIG(SIGXFSZ), DOC_KILL_NONE, -1, 5, 1000, 0 },
	    DOC_E_OUTPUT, NULL },
	{ "terminated", { SIG(SIGTERM), DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_KILLED, "SIGTERM" },
	{ "real-time signal", { SIG(40), DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_KILLED, "signal 40" },

	/* SIGKILL: ours, the processor limit's, the kernel's. */
	{ "timeout", { SIG(SIGKILL), DOC_KILL_TIMEOUT, -1, 5000, 1000, true },
	    DOC_E_TIMEOUT, NULL },
	{ "stall", { SIG(SIGKILL), DOC_KILL_STALL, -1, 5, 1000, false },
	    DOC_E_STALL, NULL },
	{ "bad frame", { SIG(SIGKILL), DOC_KILL_PROTOCOL, -1, 5, 1000, 0 },
	    DOC_E_PROTOCOL, NULL },
	{ "end of the stage", { SIG(SIGKILL), DOC_KILL_STOP, -1, 5, 1000, 0 },
	    DOC_E_STREAM, NULL },
	{ "cpu, hard limit", { SIG(SIGKILL), DOC_KILL_NONE, -1, 1000, 1000, 0 },
	    DOC_E_CPU, NULL },
	{ "cpu before oom", { SIG(SIGKILL), DOC_KILL_NONE, -1, 2000, 1000, 1 },
	    DOC_E_CPU, NULL },
	{ "oom", { SIG(SIGKILL), DOC_KILL_NONE, -1, 999, 1000, true },
	    DOC_E_MEMORY, NULL },
	{ "oom without cpu limit",
	    { SIG(SIGKILL), DOC_KILL_NONE, -1, 9999, 0, true }, DOC_E_MEMORY,
	    NULL },
	{ "killed by somebody",
	    { SIG(SIGKILL), DOC_KILL_NONE, -1, 999, 1000, false }, DOC_E_KILLED,
	    "SIGKILL" },

	/* Forbidden calls. */
	{ "syscall", { SIG(SIGSYS), DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_SYSCALL, "trace" },
	{ "syscall, traced",
	    { SIG(SIGSYS), DOC_KILL_NONE, SYS_ptrace, 5, 1000, false },
	    DOC_E_SYSCALL, "ptrace" },
	{ "syscall, unknown number",
	    { SIG(SIGSYS), DOC_KILL_NONE, 99999, 5, 1000, false },
	    DOC_E_SYSCALL, "syscall-99999" },
	{ "a number without the signal",
	    { EXIT(0), DOC_KILL_NONE, SYS_ptrace, 5, 1000, false },
	    DOC_E_NO_ANSWER, NULL },

	/* Last words. */
	{ "half locked", { EXIT(DOC_EXIT_SANDBOX), DOC_KILL_NONE, -1, 5, 0, 0 },
	    DOC_E_SANDBOX, NULL },
	{ "stack", { EXIT(DOC_EXIT_STACK), DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_STACK, NULL },
	{ "memory", { EXIT(DOC_EXIT_MEMORY), DOC_KILL_NONE, -1, 5, 1000, 0 },
	    DOC_E_MEMORY, NULL },
	{ "exit 0", { EXIT(0), DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_NO_ANSWER, "status 0" },
	{ "a library's exit", { EXIT(1), DOC_KILL_NONE, -1, 5, 1000, false },
	    DOC_E_NO_ANSWER, "status 1" },

	/* Two things at a time. */
	{ "crashed before our kill",
	    { SIG(SIGSEGV), DOC_KILL_TIMEOUT, -1, 5, 1000, false }, DOC_E_SEGV,
	    NULL },
	{ "ended as the clock did",
	    { EXIT(0), DOC_KILL_TIMEOUT, -1, 5, 1000, false }, DOC_E_TIMEOUT,
	    NULL },
	{ "bad frame, then a crash",
	    { SIG(SIGSEGV), DOC_KILL_PROTOCOL, -1, 5, 1000, false },
	    DOC_E_PROTOCOL, NULL },
	{ "bad frame, then exit",
	    { EXIT(0), DOC_KILL_PROTOCOL, -1, 5, 1000, false }, DOC_E_PROTOCOL,
	    NULL },
	{ "forbidden call before our kill",
	    { SIG(SIGSYS), DOC_KILL_STALL, -1, 5, 1000, false }, DOC_E_SYSCALL,
	    NULL },
};

static void
test_rows(void)
{
	char what[128];

	for (size_t i = 0; i < DOC_LEN(rows); i++) {
		struct doc_error err = { 0 };
		bool said;

		doc_fate_error(&rows[i].fate, &err);
		said = rows[i].msg == NULL ||
		    strstr(err.msg, rows[i].msg) != NULL;
		snprintf(what, sizeof(what), "%s: %s", rows[i].what,
		    doc_error_name(rows[i].code));
		OK(err.code == rows[i].code && err.msg[0] != '\0' && said,
		    what);
	}
}

int
main(void)
{
	int silent = 0;

	test_rows();
	for (int status = 0; status < 0x10000; status++) {
		struct doc_fate fate = { .wstatus = status, .syscall = -1 };
		struct doc_error err = { 0 };

		doc_fate_error(&fate, &err);
		silent += err.code == DOC_E_NONE;
	}
	OK(silent == 0, "every status is an error");
	return TAP_DONE();
}
