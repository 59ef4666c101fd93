/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/start.h"
#include "lib/fleet/ssh.h"

int
doc_ssh_quote(struct doc_buf *b, const char *word)
{
	int rc = doc_buf_addc(b, '\'');

	for (; rc == 0 && *word != '\0'; word++)
		rc = *word == '\'' ? doc_buf_adds(b, "'\\''")
				   : doc_buf_addc(b, *word);
	return rc < 0 ? -1 : doc_buf_addc(b, '\'');
}

/* ssh and its options; the user's own come first, and the first one counts. */
static int
add_ssh(struct doc_words *w)
{
	static const char *const options[] = { "-T", "-oBatchMode=yes",
		"-oConnectTimeout=10", "-oServerAliveInterval=10",
		"-oServerAliveCountMax=3" };
	const char *own = getenv("DOCPIPE_SSH");
	const char *control = getenv("DOCPIPE_SSH_CONTROL");
	char words[4096], path[4096], *rest = words, *word;
	int rc = 0;

	snprintf(words, sizeof(words), "%s", own && *own ? own : "ssh");
	while (rc == 0 && (word = strsep(&rest, " ")) != NULL)
		if (*word != '\0')
			rc = doc_words_add(w, word);
	for (size_t i = 0; rc == 0 && i < DOC_LEN(options); i++)
		rc = doc_words_add(w, options[i]);
	if (rc < 0 || control == NULL || *control == '\0')
		return rc;
	snprintf(path, sizeof(path), "-oControlPath=%s/%%C", control);
	return doc_words_add(w, "-oControlMaster=auto") < 0 ||
		doc_words_add(w, "-oControlPersist=60") < 0
	    ? -1
	    : doc_words_add(w, path);
}

/* What the shell over there is told. */
static int
add_command(struct doc_words *w, const char *program,
    const struct doc_words *words)
{
	doc_autobuf struct doc_buf line = { 0 };
	int rc = doc_buf_adds(&line, "exec ");

	if (rc == 0)
		rc = doc_ssh_quote(&line, program);
	for (size_t i = 0; rc == 0 && i < words->n; i++)
		rc = doc_buf_addc(&line, ' ') < 0
		    ? -1
		    : doc_ssh_quote(&line, words->at[i]);
	return rc < 0 || doc_buf_str(&line) == NULL
	    ? -1
	    : doc_words_add(w, line.data);
}

static void
become(const struct doc_words *argv, int in, int out)
{
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0)
		_exit(255);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv->at[0], argv->at);
	_exit(255);
}

int
doc_ssh_start(struct doc_ssh *s, const char *host, const char *program,
    const struct doc_words *words, struct doc_error *err)
{
	struct doc_words argv = { 0 };
	int in[2], out[2];
	pid_t parent = getpid();

	*s = (struct doc_ssh){ .to = -1, .from = -1 };
	if (add_ssh(&argv) < 0 || doc_words_add(&argv, "--") < 0 ||
	    doc_words_add(&argv, host) < 0 ||
	    add_command(&argv, program, words) < 0) {
		doc_words_release(&argv);
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	if (pipe2(in, O_CLOEXEC) < 0)
		return doc_error_sys(err, "cannot make a pipe");
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(in[0]);
		close(in[1]);
		return doc_error_sys(err, "cannot make a pipe");
	}
	s->pid = fork();
	if (s->pid == 0) {
		doc_die_with_parent(parent);
		become(&argv, in[0], out[1]);
	}
	close(in[0]);
	close(out[1]);
	doc_words_release(&argv);
	s->to = in[1];
	s->from = out[0];
	if (s->pid < 0) {
		doc_error_sys(err, "cannot fork");
		doc_ssh_end(s);
		return -1;
	}
	return 0;
}

int
doc_ssh_end(struct doc_ssh *s)
{
	int ws = 0;

	if (s->to >= 0)
		close(s->to);
	if (s->from >= 0)
		close(s->from);
	s->to = s->from = -1;
	if (s->pid <= 0)
		return 255;
	while (waitpid(s->pid, &ws, 0) < 0 && errno == EINTR)
		;
	s->pid = 0;
	return WIFEXITED(ws) ? WEXITSTATUS(ws) : 128 + WTERMSIG(ws);
}

void
doc_ssh_leave(const char *host)
{
	struct doc_words argv = { 0 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid;

	if (null >= 0 && add_ssh(&argv) == 0 &&
	    doc_words_add(&argv, "-Oexit") == 0 &&
	    doc_words_add(&argv, "--") == 0 &&
	    doc_words_add(&argv, host) == 0) {
		pid = fork();
		if (pid == 0) {
			dup2(null, 2);
			become(&argv, null, null);
		}
		while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (null >= 0)
		close(null);
	doc_words_release(&argv);
}
