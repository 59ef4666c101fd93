/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/run/pipeline.h"

struct doc_words *
doc_pipeline_add(struct doc_pipeline *p, const char *name)
{
	struct doc_process *proc = &p->at[p->n];

	if (p->n == DOC_PIPELINE_MAX)
		return NULL;
	snprintf(proc->name, sizeof(proc->name), "%s", name);
	if (doc_words_add(&proc->args, name) < 0)
		return NULL;
	p->n++;
	return &proc->args;
}

/* In the child. */
static void
become(const struct doc_process *proc, int in, int out, pid_t parent)
{
	char exe[4200];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	doc_die_with_parent(parent);
	if (doc_sibling(proc->name, exe, sizeof(exe)) == 0 &&
	    dup2(in, 0) >= 0 && dup2(out, 1) >= 0)
		execv(exe, proc->args.at);
	doc_fatal("cannot run %s: %s", proc->name, strerror(errno));
	_exit(3);
}

int
doc_pipeline_start(struct doc_pipeline *p, struct doc_error *err)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pid_t self = getpid();

	for (unsigned i = 0; i < p->n; i++) {
		int fds[2];

		if (in < 0 || pipe2(fds, O_CLOEXEC) < 0)
			return doc_error_sys(err, "cannot make a pipe");
		doc_pipe_widen(fds[0]);
		p->at[i].pid = fork();
		if (p->at[i].pid == 0)
			become(&p->at[i], in, fds[1], self);
		close(in);
		close(fds[1]);
		in = fds[0];
		if (p->at[i].pid < 0) {
			close(in);
			return doc_error_sys(err, "cannot start %s",
			    p->at[i].name);
		}
	}
	p->out = in;
	return 0;
}

void
doc_pipeline_stop(const struct doc_pipeline *p, int sig)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->at[i].pid > 0 && !p->at[i].over)
			kill(p->at[i].pid, sig);
}

static int
status_of(const struct doc_process *proc, struct doc_buf *why)
{
	int ws = proc->wstatus;

	if (WIFEXITED(ws) && WEXITSTATUS(ws) <= 1)
		return WEXITSTATUS(ws);
	if (WIFEXITED(ws))
		doc_buf_addf(why, "%s%s ended with status %d",
		    why->len ? "; " : "", proc->name, WEXITSTATUS(ws));
	else
		doc_buf_addf(why, "%s%s was ended by signal %d (%s)",
		    why->len ? "; " : "", proc->name, WTERMSIG(ws),
		    strsignal(WTERMSIG(ws)));
	return WIFEXITED(ws) ? WEXITSTATUS(ws) : 3;
}

bool
doc_pipeline_broken(struct doc_pipeline *p)
{
	bool broken = false;

	for (unsigned i = 0; i < p->n; i++) {
		struct doc_process *proc = &p->at[i];

		if (proc->pid <= 0 || proc->over ||
		    waitpid(proc->pid, &proc->wstatus, WNOHANG) != proc->pid)
			continue;
		proc->over = true;
		broken = broken || !WIFEXITED(proc->wstatus);
	}
	return broken;
}

int
doc_pipeline_wait(struct doc_pipeline *p, struct doc_buf *why)
{
	int worst = 0;

	for (unsigned i = 0; i < p->n; i++) {
		struct doc_process *proc = &p->at[i];
		int status;

		if (proc->pid <= 0)
			continue;
		while (!proc->over &&
		    waitpid(proc->pid, &proc->wstatus, 0) < 0 && errno == EINTR)
			;
		proc->over = true;
		status = status_of(proc, why);
		worst = DOC_MAX(worst, status);
	}
	return worst;
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
doc_pipeline_print(const struct doc_pipeline *p, struct doc_buf *out)
{
	for (unsigned i = 0; i < p->n; i++) {
		const struct doc_words *w = &p->at[i].args;

		for (size_t k = 0; k < w->n; k++)
			if ((k && doc_buf_addc(out, ' ') < 0) ||
			    quote(w->at[k], out) < 0)
				return -1;
		if (doc_buf_adds(out, i + 1 < p->n ? " |\n    " : "\n") < 0)
			return -1;
	}
	return 0;
}

void
doc_pipeline_release(struct doc_pipeline *p)
{
	for (unsigned i = 0; i < p->n; i++)
		doc_words_release(&p->at[i].args);
	if (p->out > 0)
		close(p->out);
	*p = (struct doc_pipeline){ 0 };
}
