/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/base/io.h"
#include "lib/base/start.h"
#include "lib/fleet/piece.h"

enum { END_MS = 10000 }; /* for docrun to end after SIGTERM */

/* Decided by each piece itself, or by its host. */
static const char *const not_shared[] = { "output", "spool", "files-from",
	"null", "digests", "tenant", "tenants", "root", "progress", "summary",
	"fail-on", "deadline", "jobs", "hosts", "restart", "quiet", "verbose",
	"unordered", "dry-run", "explain", "shard-documents", "shard-bytes",
	"shard-timeout", "slots", "trust-times", "remote", "junit", "sarif" };

static bool
is_shared(const char *word)
{
	size_t n;

	if (strncmp(word, "--", 2) != 0)
		return false;
	n = strcspn(word + 2, "=");
	for (size_t i = 0; i < DOC_LEN(not_shared); i++)
		if (strlen(not_shared[i]) == n &&
		    strncmp(not_shared[i], word + 2, n) == 0)
			return false;
	return true;
}

int
doc_piece_command(const struct doc_words *recalled, const char *folder,
    struct doc_words *out)
{
	for (size_t i = 1; i < recalled->n; i++) {
		const char *word = recalled->at[i];
		char full[8400];

		if (strcmp(word, "--") == 0)
			break;
		if (!is_shared(word))
			continue;
		if (strncmp(word, "--db=", 5) == 0 && word[5] != '/') {
			snprintf(full, sizeof(full), "--db=%.4095s/%.4095s",
			    folder, word + 5);
			word = full;
		}
		if (doc_words_add(out, word) < 0)
			return -1;
	}
	return 0;
}

/* With its digest before it; one that changed has one that fits nothing. */
static int
add_name(const struct doc_piece *p, const struct doc_input_row *row,
    struct doc_buf *b)
{
	const char *digest = row->sha256;
	struct doc_input_row now = { 0 };
	char any[65];

	if (p->trust_times && row->mtime_ns != 0 &&
	    doc_input_look(p->roots, row->path, false, &now) == 0 &&
	    now.size == row->size && now.mtime_ns == row->mtime_ns) {
		memset(any, '*', 64);
		any[64] = '\0';
		digest = any;
	}
	return doc_buf_addf(b, "%s  ", digest) < 0
	    ? -1
	    : doc_buf_add(b, row->path, strlen(row->path) + 1);
}

static int
write_names(const struct doc_piece *p, const struct doc_input_row *rows,
    size_t n, struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	doc_autoclose int fd = -1;
	char path[4200];

	for (size_t i = 0; i < n; i++)
		if (add_name(p, &rows[i], &b) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	snprintf(path, sizeof(path), "%s/names", p->work);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0 || doc_write_full(fd, b.data, b.len) < 0)
		return doc_error_sys(err, "cannot write '%s'", path);
	return 0;
}

static int
add_option(struct doc_words *w, const char *name, const char *dir,
    const char *rest)
{
	char word[8400];

	snprintf(word, sizeof(word), "--%s=%s%s", name, dir, rest);
	return doc_words_add(w, word);
}

static int
arguments(const struct doc_piece *p, struct doc_words *w)
{
	char jobs[32];
	int rc = doc_words_add(w, "docrun");

	snprintf(jobs, sizeof(jobs), "--jobs=%u", p->jobs);
	for (size_t i = 0; rc == 0 && i < p->command->n; i++)
		rc = doc_words_add(w, p->command->at[i]);
	rc |= add_option(w, "output", p->work, "/run");
	rc |= add_option(w, "files-from", p->work, "/names");
	rc |= add_option(w, "spool", p->spool, "");
	rc |= add_option(w, "tenant", p->tenant, "");
	for (size_t i = 0; rc == 0 && i < p->roots->n; i++)
		rc = add_option(w, "root", p->roots->at[i], "");
	rc |= doc_words_add(w, jobs) | doc_words_add(w, "--null") |
	    doc_words_add(w, "--digests") |
	    doc_words_add(w, "--progress=none") |
	    doc_words_add(w, "--fail-on=none");
	return rc;
}

/* What ends us; waited for as a file, so that nothing is left behind. */
static void
endings(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
}

static pid_t
start(const struct doc_words *argv, struct doc_error *err)
{
	sigset_t set;
	char program[4096];
	pid_t parent = getpid(), pid;
	int null;

	if (doc_sibling("docrun", program, sizeof(program)) < 0)
		return doc_error_set(err, DOC_E_SPAWN, "where is docrun?");
	pid = fork();
	if (pid != 0)
		return pid > 0 ? pid : doc_error_sys(err, "cannot fork");
	doc_die_with_parent(parent);
	endings(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, 0) < 0 || dup2(2, 1) < 0)
		_exit(127);
	execv(program, argv->at);
	_exit(127);
}

static int
wait_for(pid_t pid, int pidfd, const struct doc_piece *piece,
    struct doc_error *err)
{
	struct pollfd p[] = { { .fd = pidfd, .events = POLLIN },
		{ .fd = piece->lifeline, .events = POLLIN },
		{ .fd = piece->signals, .events = POLLIN } };
	int ws;

	while (pidfd >= 0 && poll(p, 3, -1) < 0 && errno == EINTR)
		;
	if (pidfd >= 0 && p[0].revents == 0) {
		doc_error_set(err, DOC_E_STREAM,
		    p[2].revents ? "stopped"
				 : "the other side is gone; nothing is kept");
		kill(pid, SIGTERM);
		if (poll(p, 1, END_MS) <= 0)
			kill(pid, SIGKILL);
	}
	while (waitpid(pid, &ws, 0) < 0 && errno == EINTR)
		;
	if (err->code != DOC_E_NONE)
		return -1;
	if (WIFSIGNALED(ws))
		return doc_error_set(err, DOC_E_STREAM,
		    "docrun was ended by signal %d", WTERMSIG(ws));
	switch (WEXITSTATUS(ws)) {
	case 0:
	case 1:
		return 0;
	case 2:
		return doc_error_set(err, DOC_E_USAGE,
		    "docrun does not take the options of this run");
	case 4:
		return doc_error_set(err, DOC_E_SANDBOX,
		    "the required cage is not available here");
	default:
		return doc_error_set(err, DOC_E_STREAM,
		    "docrun ended with status %d", WEXITSTATUS(ws));
	}
}

int
doc_piece_signals(void)
{
	sigset_t set;

	endings(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int
doc_piece_run(const struct doc_piece *p, const struct doc_input_row *rows,
    size_t n, struct doc_error *err)
{
	struct doc_words argv = { 0 };
	doc_autoclose int pidfd = -1;
	pid_t pid;
	int rc;

	if (write_names(p, rows, n, err) < 0)
		return -1;
	if (arguments(p, &argv) != 0) {
		doc_words_release(&argv);
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	pid = start(&argv, err);
	doc_words_release(&argv);
	if (pid < 0)
		return -1;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	rc = wait_for(pid, pidfd, p, err);
	return rc;
}
