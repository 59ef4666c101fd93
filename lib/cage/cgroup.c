/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says about our own control group (cgroups(7), version 2).
 * Nothing is made or changed here.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/cage/parts.h"

enum { FILE_MAX = 64 << 10 }; /* mountinfo of a busy container host */

/* The file's text, or NULL; the caller frees it. */
static char *
slurp(const char *path)
{
	doc_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	char *text;
	ssize_t n;

	if (fd < 0 || (text = malloc(FILE_MAX)) == NULL)
		return NULL;
	while (len < FILE_MAX - 1 &&
	    (n = read(fd, text + len, FILE_MAX - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return text;
}

/* Where the v2 tree is mounted: "36 35 0:30 / /sys/fs/cgroup rw - cgroup2 ...",
 * proc_pid_mountinfo(5). */
static bool
find_mount(char *buf, size_t size)
{
	doc_autofree char *text = slurp("/proc/self/mountinfo");
	char *save = NULL;

	for (char *line = text ? strtok_r(text, "\n", &save) : NULL;
	     line != NULL; line = strtok_r(NULL, "\n", &save)) {
		char *at;

		if (strstr(line, " - cgroup2 ") == NULL)
			continue;
		at = line;
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
	doc_autofree char *text = slurp("/proc/self/cgroup");
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

static bool
has_memory(const char *group)
{
	char path[2 * PATH_MAX];
	doc_autofree char *text = NULL;
	char *save = NULL;

	snprintf(path, sizeof(path), "%s/cgroup.controllers", group);
	text = slurp(path);
	for (char *word = text ? strtok_r(text, " \n", &save) : NULL;
	     word != NULL; word = strtok_r(NULL, " \n", &save))
		if (strcmp(word, "memory") == 0)
			return true;
	return false;
}

static bool
writable(const char *group)
{
	char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", group);
	return access(group, W_OK) == 0 && access(path, W_OK) == 0;
}

void
doc_cgroup_describe(char *buf, size_t size)
{
	char mount[PATH_MAX / 2], own[PATH_MAX / 2], group[PATH_MAX];

	if (!find_mount(mount, sizeof(mount))) {
		snprintf(buf, size, "no cgroup2 file system is mounted");
		return;
	}
	if (!find_own(own, sizeof(own))) {
		snprintf(buf, size, "this process is in no cgroup2 group");
		return;
	}
	snprintf(group, sizeof(group), "%s%s", mount,
	    strcmp(own, "/") == 0 ? "" : own);
	if (!has_memory(group))
		snprintf(buf, size, "no memory controller in %s", group);
	else if (!writable(group))
		snprintf(buf, size, "not delegated to us: %s", group);
	else
		snprintf(buf, size, "%s", group);
}
