/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/run/bill.h"

enum { LINE = 160 };

static void
hear(struct doc_watch *w, unsigned events)
{
	struct doc_ear *ear = w->ctx;
	struct doc_error err = { 0 };
	const char *line;
	size_t len;

	(void)events;
	if (doc_lines_fill(&ear->lines, &err) < 0)
		return;
	while (doc_lines_next(&ear->lines, &line, &len, &err) > 0) {
		char copy[LINE + 1], name[72];
		uint64_t cpu_ms, busy_ms;

		snprintf(copy, sizeof(copy), "%.*s", (int)len, line);
		if (sscanf(copy, "%71s %" SCNu64 " %" SCNu64, name, &cpu_ms,
			&busy_ms) == 3)
			doc_tenants_charge(ear->tenants, name, cpu_ms, busy_ms);
	}
}

int
doc_ear_open(struct doc_ear *ear, const char *path, struct doc_tenants *tenants,
    struct doc_error *err)
{
	int fd;

	*ear = (struct doc_ear){ .watch.fd = -1, .tenants = tenants };
	snprintf(ear->path, sizeof(ear->path), "%s", path);
	unlink(path);
	if (mkfifo(path, 0600) < 0)
		return doc_error_sys(err, "cannot make '%s'", path);
	/* For writing, too, so that it never ends. */
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return doc_error_sys(err, "cannot open '%s'", path);
	setenv("DOCPIPE_BILL", path, 1);
	ear->watch = (struct doc_watch){ .fd = fd, .ready = hear, .ctx = ear };
	doc_lines_init(&ear->lines, fd, '\n', LINE);
	return 0;
}

void
doc_ear_close(struct doc_ear *ear)
{
	if (ear->watch.fd >= 0) {
		unlink(ear->path);
		close(ear->watch.fd);
	}
	doc_lines_release(&ear->lines);
	ear->watch.fd = -1;
}
