/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/utsname.h>

#include "lib/base/io.h"
#include "lib/run/lock.h"

struct owner {
	char host[80], boot[40];
	long pid;
};

static void
self(struct owner *o)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	struct utsname u;
	ssize_t n = fd < 0 ? 0 : read(fd, o->boot, 36);

	if (fd >= 0)
		close(fd);
	snprintf(o->boot + DOC_MAX(n, 0), 2, "%s", n > 0 ? "" : "-");
	snprintf(o->host, sizeof(o->host), "%.79s",
	    uname(&u) == 0 ? u.nodename : "-");
	o->pid = getpid();
}

static bool
read_owner(int fd, struct owner *o)
{
	char text[256];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[DOC_MAX(n, 0)] = '\0';
	return sscanf(text, "%79s %ld %39s", o->host, &o->pid, o->boot) == 3;
}

int
doc_lock_take(const char *dir, struct doc_error *err)
{
	struct owner me = { 0 }, other = { 0 };
	char path[4200], text[256];
	int fd, n;
	bool locked;

	snprintf(path, sizeof(path), "%s/lock", dir);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return doc_error_sys(err, "cannot open '%s'", path);
	self(&me);
	locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (!locked && errno != EWOULDBLOCK) {
		/* A disk of another machine, mostly. */
		doc_error_sys(err, "cannot lock '%s'", path);
	} else if (!locked) {
		read_owner(fd, &other);
		doc_error_set(err, DOC_E_USAGE,
		    "another docrun works in '%s' (process %ld on %s)", dir,
		    other.pid, other.host);
	} else if (read_owner(fd, &other) && strcmp(other.host, me.host) != 0) {
		doc_error_set(err, DOC_E_USAGE,
		    "a docrun on %s (process %ld) has '%s'; if it is gone, "
		    "remove '%s'",
		    other.host, other.pid, dir, path);
	} else {
		n = snprintf(text, sizeof(text), "%s %ld %s\n", me.host, me.pid,
		    me.boot);
		if (ftruncate(fd, 0) == 0 &&
		    pwrite(fd, text, (size_t)n, 0) == n)
			return fd;
		doc_error_sys(err, "cannot write '%s'", path);
	}
	close(fd);
	return -1;
}

void
doc_lock_free(int fd)
{
	if (fd < 0)
		return;
	(void)!ftruncate(fd, 0);
	close(fd);
}
