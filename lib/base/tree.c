/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/tree.h"

enum { FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* openat and unlinkat never follow a link out. */
static void
empty(int dir, unsigned depth)
{
	DIR *d = fdopendir(dir);

	if (d == NULL) {
		close(dir);
		return;
	}
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		int sub;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0) == 0 || depth == 0)
			continue;
		sub = openat(dirfd(d), e->d_name, FOLDER);
		if (sub >= 0)
			empty(sub, depth - 1);
		unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	}
	closedir(d);
}

void
doc_tree_remove_at(int dir, const char *path)
{
	int fd = openat(dir, path, FOLDER);

	if (fd >= 0)
		empty(fd, 32);
	unlinkat(dir, path, AT_REMOVEDIR);
}

void
doc_tree_remove(const char *path)
{
	doc_tree_remove_at(AT_FDCWD, path);
}

int
doc_tree_make(const char *path, struct doc_error *err)
{
	char part[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return doc_error_set(err, DOC_E_NAME, "'%s' is too long", path);
	memcpy(part, path, n + 1);
	for (char *p = part + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return doc_error_sys(err, "cannot make '%s'", path);
		*p = c;
		if (c == '\0')
			return 0;
	}
}
