/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>

#include "lib/base/io.h"
#include "lib/spool/settle.h"

enum { CHUNK = 64 << 10 };

static int
copy(int from, int to, struct doc_error *err)
{
	doc_autofree char *chunk = malloc(CHUNK);
	ssize_t n;

	if (chunk == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	for (off_t at = 0; (n = doc_pread_full(from, chunk, CHUNK, at)) > 0;
	     at += n)
		if (doc_write_full(to, chunk, (size_t)n) < 0)
			return doc_spool_failed(err,
			    "cannot write to the spool");
	return n < 0 ? doc_spool_failed(err, "cannot read from the spool") : 0;
}

/* Whoever has the old one open writes to what nobody sees. */
static int
replace(struct doc_spool *spool, struct doc_spool_file *file, int from,
    struct doc_error *err)
{
	struct doc_spool_file fresh;
	doc_autoclose int to = doc_spool_create(spool, &fresh, err);

	if (to < 0)
		return -1;
	if (copy(from, to, err) < 0) {
		doc_spool_drop(spool, &fresh);
		return -1;
	}
	doc_spool_drop(spool, file);
	*file = fresh;
	return doc_spool_reopen(spool, file, err);
}

int
doc_spool_settle(struct doc_spool *spool, struct doc_spool_file *file,
    struct doc_error *err)
{
	doc_autoclose int fd = doc_spool_reopen(spool, file, err);

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		fcntl(fd, F_SETLEASE, F_UNLCK);
		return doc_steal_fd(&fd);
	}
	if (errno == EAGAIN)
		return doc_error_set(err, DOC_E_PROTOCOL,
		    "the worker keeps a file that it said was written");
	return replace(spool, file, fd, err);
}

int
doc_spool_probe(struct doc_spool *spool, struct doc_error *err)
{
	static const char chunk[CHUNK];
	struct doc_spool_file file;
	doc_autoclose int fd = doc_spool_create(spool, &file, err);
	int rc;

	if (fd < 0)
		return -1;
	rc = doc_write_full(fd, chunk, sizeof(chunk));
	if (rc == 0)
		rc = fdatasync(fd);
	if (rc < 0)
		doc_spool_failed(err, "cannot write to the spool");
	doc_spool_drop(spool, &file);
	return rc;
}
