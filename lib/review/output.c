/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/review/output.h"

enum { FULL = 1 << 16 };

int
doc_output_open(struct doc_output *o, const char *path, int out,
    struct doc_error *err)
{
	struct stat st;

	*o = (struct doc_output){ .path = path, .fd = -1 };
	if (strcmp(path, "-") == 0) {
		o->fd = fcntl(out, F_DUPFD_CLOEXEC, 3);
	} else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		o->fd = open(path, O_WRONLY | O_CLOEXEC);
	} else {
		snprintf(o->temp, sizeof(o->temp), "%s.%ld", path,
		    (long)getpid());
		o->fd = open(o->temp,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	}
	if (o->fd < 0) {
		o->temp[0] = '\0';
		return doc_error_sys(err, "cannot write '%s'", path);
	}
	return 0;
}

int
doc_output_flush(struct doc_output *o, bool now, struct doc_error *err)
{
	if (!now && o->buf.len < FULL)
		return 0;
	if (doc_write_full(o->fd, o->buf.data, o->buf.len) < 0)
		return doc_error_sys(err, "cannot write '%s'", o->path);
	o->buf.len = 0;
	return 0;
}

void
doc_output_drop(struct doc_output *o)
{
	if (o->fd >= 0)
		close(o->fd);
	o->fd = -1;
	if (o->temp[0] != '\0')
		unlink(o->temp);
	o->temp[0] = '\0';
	doc_buf_release(&o->buf);
}

int
doc_output_commit(struct doc_output *o, struct doc_error *err)
{
	int rc = doc_output_flush(o, true, err);

	/* On the disk before it has the name: no power cut leaves it empty. */
	if (rc == 0 && o->temp[0] != '\0' &&
	    (fdatasync(o->fd) < 0 || rename(o->temp, o->path) < 0))
		rc = doc_error_sys(err, "cannot write '%s'", o->path);
	if (rc == 0)
		o->temp[0] = '\0';
	doc_output_drop(o);
	return rc;
}
