/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/spool/shelf.h"

typedef int visit(struct doc_shelf *s, int above, const char *name,
    struct doc_error *err);

static bool
is_hex(const char *name, size_t len)
{
	return strspn(name, "0123456789abcdef") == len && name[len] == '\0';
}

/* Go down, call fn for each name of `len` hexadecimal digits, and up again; 0
 * digits: any name that does not begin with a dot, 1: any name at all. */
static int
each(struct doc_shelf *s, int above, const char *name, size_t len, visit *fn,
    struct doc_error *err)
{
	size_t here = strlen(s->place);
	int fd = openat(above, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int rc = 0;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
		    ? 0
		    : doc_error_sys(err, "cannot read a folder of the spool");
	}
	if (strcmp(name, ".") != 0)
		snprintf(s->place + here, sizeof(s->place) - here, "%s%s",
		    here > 0 ? "/" : "", name);
	while (rc == 0 && (e = readdir(dir)) != NULL)
		if (len == 1 ? strcmp(e->d_name, ".") != 0 &&
			    strcmp(e->d_name, "..") != 0
			     : e->d_name[0] != '.' &&
			    (len == 0 || is_hex(e->d_name, len)))
			rc = fn(s, dirfd(dir), e->d_name, err);
	closedir(dir);
	s->place[here] = '\0';
	return rc;
}

static int
visit_file(struct doc_shelf *s, int above, const char *name,
    struct doc_error *err)
{
	return s->file(s, above, name) < 0
	    ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory")
	    : 0;
}

static int
visit_entry(struct doc_shelf *s, int above, const char *name,
    struct doc_error *err)
{
	s->entries++;
	if (each(s, above, name, 1, visit_file, err) < 0)
		return -1;
	if (s->leave != NULL)
		s->leave(s, above, name);
	return 0;
}

static int
visit_shelf(struct doc_shelf *s, int above, const char *name,
    struct doc_error *err)
{
	if (each(s, above, name, DOC_DIGEST_HEX - 1, visit_entry, err) < 0)
		return -1;
	if (s->leave != NULL)
		s->leave(s, above, name);
	return 0;
}

static int
visit_tenant(struct doc_shelf *s, int above, const char *name,
    struct doc_error *err)
{
	return s->tenant != NULL && strcmp(s->tenant, name) != 0
	    ? 0
	    : each(s, above, name, 2, visit_shelf, err);
}

int
doc_shelf_walk(struct doc_shelf *s, const struct doc_spool *spool,
    struct doc_error *err)
{
	s->place[0] = '\0';
	return each(s, spool->dir, ".", 0, visit_tenant, err);
}
