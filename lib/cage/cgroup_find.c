/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which control group is ours to divide. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/xattr.h>

#include "lib/base/io.h"
#include "lib/cage/parts.h"

enum { TEXT_MAX = 64 << 10 }; /* mountinfo of a busy container host */

/* The file's text, or NULL; the caller frees it. */
static char *
slurp(int dir, const char *path)
{
	doc_autoclose int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	doc_autofree char *text = NULL;
	ssize_t n;

	if (fd < 0 || (text = malloc(TEXT_MAX)) == NULL)
		return NULL;
	n = doc_read_full(fd, text, TEXT_MAX - 1);
	if (n < 0)
		return NULL;
	text[n] = '\0';
	return doc_steal(&text);
}

/* Where the v2 tree is mounted: "36 35 0:30 / /sys/fs/cgroup rw - cgroup2 ...",
 * proc_pid_mountinfo(5). */
static bool
find_mount(char *buf, size_t size)
{
	doc_autofree char *text = slurp(AT_FDCWD, "/proc/self/mountinfo");
	char *save = NULL;

	for (char *line = text ? strtok_r(text, "\n", &save) : NULL;
	     line != NULL; line = strtok_r(NULL, "\n", &save)) {
		char *at = line;

		if (strstr(line, " - cgroup2 ") == NULL)
			continue;
		for (int field = 0; field < 4 && at != NULL; field++) {
			at = strchr(at, ' ');
			at = at != NULL ? at + 1 : NULL;
		}
		if (at == NULL)
			continue;
		snprintf(buf, size, "%.*s", (int)strcspn(at, " "), at);
		return true;
	}
	return false;
}

/* Our own path in it: the line "0::/user.slice/..." */
static bool
find_own(char *buf, size_t size)
{
	doc_autofree char *text = slurp(AT_FDCWD, "/proc/self/cgroup");
	char *at = text;

	while (at != NULL && strncmp(at, "0::", 3) != 0) {
		at = strchr(at, '\n');
		at = at != NULL ? at + 1 : NULL;
	}
	if (at == NULL)
		return false;
	snprintf(buf, size, "%.*s", (int)strcspn(at + 3, "\n"), at + 3);
	return true;
}

/* systemd owns the tree where it runs, and says of which groups it keeps its
 * hands off (systemd's CGROUP_DELEGATION.md); elsewhere file modes say it. */
static bool
delegated(int group)
{
	static const char *const marks[] = { "user.delegate",
		"trusted.delegate" };
	char mark[2];

	if (access("/run/systemd/system", F_OK) < 0)
		return true;
	for (size_t i = 0; i < DOC_LEN(marks); i++)
		if (fgetxattr(group, marks[i], mark, sizeof(mark)) == 1 &&
		    mark[0] == '1')
			return true;
	return false;
}

bool
doc_cgroup_controls(int group, const char *file, const char *controller)
{
	doc_autofree char *text = slurp(group, file);
	char *save = NULL;

	for (char *word = text ? strtok_r(text, " \n", &save) : NULL;
	     word != NULL; word = strtok_r(NULL, " \n", &save))
		if (strcmp(word, controller) == 0)
			return true;
	return false;
}

/* Of those that others moved to DOC_CGROUP_MAIN the group above is meant. */
static void
leave_main(char *own)
{
	char *last = strrchr(own, '/');

	if (last != NULL && strcmp(last + 1, DOC_CGROUP_MAIN) == 0)
		*last = '\0';
}

static int
find(char *buf, size_t size, struct doc_error *err)
{
	char mount[DOC_CGROUP_PATH / 2], own[DOC_CGROUP_PATH / 2];

	if (!find_mount(mount, sizeof(mount)))
		return doc_error_set(err, DOC_E_SANDBOX,
		    "no cgroup2 file system is mounted");
	if (!find_own(own, sizeof(own)))
		return doc_error_set(err, DOC_E_SANDBOX,
		    "this process is in no cgroup2 group");
	leave_main(own);
	snprintf(buf, size, "%s%s", mount, strcmp(own, "/") == 0 ? "" : own);
	return 0;
}

int
doc_cgroup_find(const char *where, char path[static DOC_CGROUP_PATH],
    struct doc_error *err)
{
	bool search = strcmp(where, "auto") == 0;
	doc_autoclose int fd = -1;
	struct statfs fs;

	if (search && find(path, DOC_CGROUP_PATH, err) < 0)
		return -1;
	if (!search)
		snprintf(path, DOC_CGROUP_PATH, "%s", where);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return doc_error_set(err, DOC_E_SANDBOX, "cannot open %s: %s",
		    path, strerror(errno));
	if (fstatfs(fd, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC)
		return doc_error_set(err, DOC_E_SANDBOX,
		    "%s is no cgroup2 group", path);
	if (!doc_cgroup_controls(fd, "cgroup.controllers", "memory"))
		return doc_error_set(err, DOC_E_SANDBOX,
		    "no memory controller in %s", path);
	if (faccessat(fd, "cgroup.subtree_control", W_OK, AT_EACCESS) < 0 ||
	    (search && !delegated(fd)))
		return doc_error_set(err, DOC_E_SANDBOX,
		    "not delegated to us: %s", path);
	return doc_steal_fd(&fd);
}
