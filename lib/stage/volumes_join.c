/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of an archive one behind the other, in a file without a name.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>

#include "lib/stage/volumes_impl.h"

/* Copied at a time: about 5 ms. */
#define STEP ((size_t)8 << 20)

struct doc_volumes {
	struct doc_volumes_at at;
	struct doc_words roots; /* copies, all of it */
	char *root, *path;
	struct set set;
	struct doc_spool_file file;
	struct stat lead;
	uint64_t max_bytes;
	unsigned next;	 /* place of the one that is being copied */
	int in, out, fd; /* that one; what is written, and read */
	off_t left;	 /* of it */
	struct stat was; /* it, when it was opened */
	struct doc_volumes_sum sum;
};

void
doc_volumes_free(struct doc_volumes *v)
{
	if (v == NULL)
		return;
	for (int *fd = (int[]){ v->in, v->out, v->fd, -2 }; *fd != -2; fd++)
		if (*fd >= 0)
			close(*fd);
	doc_words_release(&v->roots);
	free(v->root);
	free(v->path);
	free(v);
}

static int
copy_place(struct doc_volumes *v, const struct doc_volumes_at *at)
{
	v->root = strdup(at->root);
	v->path = strdup(at->path);
	for (size_t i = 0; i < at->roots->n; i++)
		if (doc_words_add(&v->roots, at->roots->at[i]) < 0)
			return -1;
	v->at = *at;
	v->at.roots = &v->roots;
	v->at.root = v->root;
	v->at.path = v->path;
	return v->root && v->path && set_of(&v->set, &v->at) ? 0 : -1;
}

int
doc_volumes_begin(struct doc_volumes **vp, const struct doc_volumes_at *at,
    const struct stat *lead, uint64_t max_bytes, struct doc_spool *spool,
    struct doc_error *err)
{
	struct doc_volumes *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	v->in = v->out = v->fd = -1;
	v->lead = *lead;
	v->max_bytes = max_bytes;
	v->next = 1;
	if (copy_place(v, at) < 0) {
		doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	} else if ((v->out = doc_spool_create(spool, &v->file, err)) >= 0) {
		/* What the worker gets cannot be written to. */
		v->fd = doc_spool_reopen(spool, &v->file, err);
		doc_spool_drop(spool, &v->file);
	}
	if (v->fd < 0) {
		doc_volumes_free(v);
		return -1;
	}
	*vp = v;
	return 0;
}

static bool
leads(const struct doc_volumes *v)
{
	return v->next ==
	    (v->set.v.kind == DOC_VOLNAME_ZIP ? DOC_VOLNAME_END : 1U);
}

/* One further on that is there shows that it is not the end. */
static bool
goes_on(const struct doc_volumes *v)
{
	char path[PATH_MAX];
	struct stat st;

	for (unsigned i = 1; i <= DOC_VOLUMES_BEYOND; i++)
		if (set_find(&v->set, v->sum.missing + i, path, &st))
			return true;
	return false;
}

/* The row ends here, if only because this one cannot be had. */
static int
end_row(struct doc_volumes *v, const struct doc_error *why)
{
	v->sum.missing = v->next;
	v->sum.why = *why;
	v->sum.gap = why->code != DOC_E_NOT_FOUND || goes_on(v);
	/* The end of a zip does not belong behind a gap. */
	if (v->set.v.kind != DOC_VOLNAME_ZIP || v->sum.gap)
		return 0;
	v->next = DOC_VOLNAME_END;
	return 1;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* The very content that was looked at. */
static bool
is_lead(const struct doc_volumes *v)
{
	return v->lead.st_ino != 0 ? is_same(&v->was, &v->lead)
				   : v->was.st_size == v->lead.st_size;
}

static int
next_file(struct doc_volumes *v, struct doc_error *err)
{
	struct doc_error why = { 0 };

	v->in = set_open(&v->set, v->next, &v->was, &why);
	if (v->in < 0 && !leads(v))
		return end_row(v, &why);
	if (v->in < 0 || (leads(v) && !is_lead(v)))
		return doc_error_set(err, DOC_E_CHANGED,
		    "the file was changed before its parts were joined");
	v->left = v->was.st_size;
	if (v->sum.bytes + (uint64_t)v->left > v->max_bytes)
		return doc_error_set(err, DOC_E_BYTES,
		    "its parts are more than %ju bytes together",
		    (uintmax_t)v->max_bytes);
	return 1;
}

/* It is in, as it was when it was opened?  Else it is as if it were not there.
 */
static int
end_file(struct doc_volumes *v, struct doc_error *err)
{
	bool same, lead = leads(v);
	struct doc_error why = { 0 };
	struct stat st;

	same = v->left == 0 && fstat(v->in, &st) == 0 && is_same(&st, &v->was);
	close(v->in);
	v->in = -1;
	if (!same && lead)
		return doc_error_set(err, DOC_E_CHANGED,
		    "the file changed while its parts were joined");
	if (!same) {
		doc_error_set(&why, DOC_E_CHANGED,
		    "part %u changed while it was read", v->next);
		if (ftruncate(v->out, (off_t)v->sum.bytes) < 0 ||
		    lseek(v->out, (off_t)v->sum.bytes, SEEK_SET) < 0)
			return doc_spool_failed(err,
			    "cannot cut a file of the spool");
		return end_row(v, &why);
	}
	v->sum.bytes += (uint64_t)v->was.st_size;
	v->sum.count++;
	if (v->next == DOC_VOLNAME_END)
		return 0;
	v->next++;
	return 1;
}

int
doc_volumes_step(struct doc_volumes *v, struct doc_error *err)
{
	ssize_t n;

	if (v->in < 0)
		return next_file(v, err);
	if (v->left == 0)
		return end_file(v, err);
	n = copy_file_range(v->in, NULL, v->out, NULL,
	    DOC_MIN(STEP, (size_t)v->left), 0);
	/* Between two kinds of file systems, and on odd ones. */
	if (n < 0 && errno != ENOSPC && errno != EIO && errno != EDQUOT)
		n = sendfile(v->out, v->in, NULL,
		    DOC_MIN(STEP, (size_t)v->left));
	if (n < 0 && errno != EINTR)
		return doc_spool_failed(err, "cannot join the parts");
	if (n == 0) /* it was cut */
		return end_file(v, err);
	v->left -= DOC_MAX(n, (ssize_t)0);
	return 1;
}

int
doc_volumes_end(struct doc_volumes *v, struct doc_volumes_sum *sum)
{
	int fd = v->fd;

	*sum = v->sum;
	v->fd = -1;
	return fd;
}
