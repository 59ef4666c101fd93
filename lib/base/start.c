/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "lib/base/log.h"
#include "lib/base/start.h"

/* A process started with a closed fd 0-2 must not get a document there.  What
 * is missing gets /dev/null the wrong way round, so that using it fails. */
static void
need_std_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			_exit(3);
}

static void
default_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGCHLD);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	/* A file at the limit of `ulimit -f` is like a full disk, EFBIG. */
	signal(SIGXFSZ, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void
doc_start(const char *name)
{
	need_std_fds();
	default_signals();
	umask(077);
	/* The other categories of it are as in "C", but each is a file mapped,
	 * which a fork copies. */
	(void)!setlocale(LC_CTYPE, "C.UTF-8");
	doc_log_open(name, 0);
}

int
doc_start_stdout(void)
{
	int out = fcntl(1, F_DUPFD_CLOEXEC, 3);

	if (out < 0 || dup2(2, 1) < 0) {
		doc_fatal("cannot set standard output aside: %s",
		    strerror(errno));
		_exit(3);
	}
	return out;
}

int
doc_printed(FILE *to)
{
	if (fflush(to) == 0 && !ferror(to))
		return 0;
	doc_fatal("cannot write to standard output: %s", strerror(errno));
	return 3;
}

void
doc_die_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(3);
}

/* Folder above the one of the running program, without a last slash. */
static int
prefix(char *out, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", out, size - 1);
	char *slash;

	if (n <= 0)
		return -1;
	out[n] = '\0';
	for (int up = 0; up < 2; up++) {
		slash = strrchr(out, '/');
		if (slash == NULL)
			return -1;
		*slash = '\0';
	}
	return 0;
}

static int
beside(const char *fmt, const char *name, char *out, size_t size)
{
	char top[4096];
	int n;

	if (prefix(top, sizeof(top)) < 0)
		return -1;
	n = snprintf(out, size, "%s%s%s", top, fmt, name);
	return n > 0 && (size_t)n < size ? 0 : -1;
}

int
doc_libexec(char *out, size_t size)
{
	const char *env = getenv("DOCPIPE_LIBEXEC");

	if (env == NULL || *env == '\0')
		return beside("/libexec/docpipe", "", out, size);
	return (size_t)snprintf(out, size, "%s", env) < size ? 0 : -1;
}

int
doc_sibling(const char *name, char *out, size_t size)
{
	return beside("/bin/", name, out, size);
}
