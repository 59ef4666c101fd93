/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>

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
doc_tree_remove(const char *path)
{
	int dir = open(path, FOLDER);

	if (dir >= 0)
		empty(dir, 32);
	rmdir(path);
}
