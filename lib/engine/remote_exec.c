/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remote_exec - a command of the user's for each page, outside the cage.
 *
 * The picture is its standard input, the text its standard output; words are
 * split at white space, and no shell is involved.  It runs in a process group
 * of its own, which is killed when time is over or the command ended.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/engine/remote_impl.h"

struct exec {
	struct doc_words argv;
};

struct process {
	struct doc_remote_call *call;
	pid_t pid;
	bool late; /* killed by us */
	struct doc_watch end, timer;
};

static int
exec_open(struct doc_remote *r, struct doc_error *err)
{
	struct exec *e = calloc(1, sizeof(*e));
	char *copy = strdup(r->config.engine + strlen("exec:"));
	char *rest = NULL;
	int rc = e && copy ? 0 : -1;

	r->state = e;
	for (char *w = rc ? NULL : strtok_r(copy, " \t\n", &rest); w && rc == 0;
	     w = strtok_r(NULL, " \t\n", &rest))
		rc = doc_words_add(&e->argv, w);
	free(copy);
	if (rc < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (e->argv.n == 0)
		return doc_error_set(err, DOC_E_USAGE,
		    "--engine: no command after 'exec:'");
	return 0;
}

static void
set_number(const char *name, unsigned n)
{
	char s[16];

	snprintf(s, sizeof(s), "%u", n);
	setenv(name, s, 1);
}

/* In the child: only what is async-signal-safe matters little here, the
 * supervisor has one thread. */
static DOC_NORETURN void
run_command(const struct doc_remote_call *call, pid_t parent)
{
	const struct doc_remote_config *c = &call->remote->config;
	const struct exec *e = call->remote->state;
	struct rlimit size = { REMOTE_ANSWER_MAX, REMOTE_ANSWER_MAX };
	sigset_t none;

	setpgid(0, 0);
	doc_die_with_parent(parent);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	setrlimit(RLIMIT_FSIZE, &size);
	set_number("DOC_PAGE", call->page);
	set_number("DOC_DPI", c->dpi);
	setenv("DOC_LANG", c->lang, 1);
	setenv("DOC_KEY", call->key, 1);
	if (lseek(call->picture, 0, SEEK_SET) < 0 ||
	    dup2(call->picture, 0) < 0 || dup2(call->answer, 1) < 0)
		_exit(EX_TEMPFAIL);
	execvp(e->argv.at[0], e->argv.at);
	_exit(errno == ENOENT ? 127 : 126);
}

static void
release(struct process *p)
{
	struct doc_remote *r = p->call->remote;

	/* What it left behind goes with it: the group is ours until the
	 * leader is waited for. */
	kill(-p->pid, SIGKILL);
	kill(p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	remote_watch_close(r, &p->end);
	remote_watch_close(r, &p->timer);
	free(p);
}

static enum remote_end
judge(const struct process *p, const siginfo_t *si, struct doc_error *err)
{
	int status = si->si_status;

	if (p->late) {
		doc_error_set(err, DOC_E_SERVICE,
		    "the OCR command ran out of time");
		return REMOTE_TIMEOUT;
	}
	if (si->si_code == CLD_EXITED && status == 0)
		return REMOTE_OK;
	if (si->si_code == CLD_EXITED && status == EX_TEMPFAIL) {
		doc_error_set(err, DOC_E_SERVICE,
		    "the OCR command failed, and says it may not later");
		return REMOTE_AGAIN;
	}
	if (si->si_code == CLD_EXITED && status == 127) {
		doc_error_set(err, DOC_E_SERVICE,
		    "the OCR command was not found");
		return REMOTE_FAILED;
	}
	doc_error_set(err, DOC_E_REJECTED, "the OCR command ended with %s %d",
	    si->si_code == CLD_EXITED ? "status" : "signal", status);
	return REMOTE_FAILED;
}

static void
ended(struct doc_watch *watch, unsigned events)
{
	struct process *p = watch->ctx;
	struct doc_remote_call *call = p->call;
	struct doc_error err = { 0 };
	siginfo_t si = { 0 };
	enum remote_end end;

	(void)events;
	if (waitid(P_PID, (id_t)p->pid, &si, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	    si.si_pid == 0)
		return;
	end = judge(p, &si, &err);
	release(p);
	remote_ended(call, end, 0, &err);
}

static void
out_of_time(struct doc_watch *watch, unsigned events)
{
	struct process *p = watch->ctx;

	(void)events;
	p->late = true;
	remote_timer_set(watch, UINT64_MAX);
	kill(-p->pid, SIGKILL);
}

static int
watch_process(struct process *p, struct doc_error *err)
{
	struct doc_remote *r = p->call->remote;

	p->end.fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	if (p->end.fd < 0)
		return doc_error_sys(err, "cannot watch the OCR command");
	if (doc_loop_add(r->loop, &p->end, EPOLLIN, err) < 0 ||
	    remote_timer_open(r, &p->timer, err) < 0)
		return -1;
	remote_timer_set(&p->timer, r->config.timeout_ms);
	return 0;
}

static int
exec_start(struct doc_remote_call *call, struct doc_error *err)
{
	struct process *p = calloc(1, sizeof(*p));
	pid_t parent = getpid();

	if (p == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	*p = (struct process){ .call = call,
		.end = { .fd = -1, .ready = ended, .ctx = p },
		.timer = { .fd = -1, .ready = out_of_time, .ctx = p } };
	p->pid = fork();
	if (p->pid == 0)
		run_command(call, parent);
	if (p->pid < 0) {
		free(p);
		return doc_error_sys(err, "cannot start the OCR command");
	}
	setpgid(p->pid, p->pid); /* whoever is first */
	if (watch_process(p, err) < 0) {
		release(p);
		return -1;
	}
	call->under_way = p;
	return 0;
}

static void
exec_cancel(struct doc_remote_call *call)
{
	release(call->under_way);
}

static void
exec_close(struct doc_remote *r)
{
	struct exec *e = r->state;

	if (e != NULL)
		doc_words_release(&e->argv);
	free(e);
}

const struct remote_transport remote_exec = { exec_open, exec_start,
	exec_cancel, exec_close };
