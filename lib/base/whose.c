/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <time.h>

#include "lib/base/digest.h"
#include "lib/base/whose.h"

#define WEEK ((int64_t)7 * 86400)

void
doc_whose_tag(char tag[static DOC_WHOSE_TAG])
{
	struct utsname u = { 0 };
	struct stat ns = { 0 };
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	(void)uname(&u);
	(void)stat("/proc/self/ns/pid", &ns);
	doc_digest_init(&d);
	doc_digest_field(&d, u.nodename, strlen(u.nodename));
	doc_digest_add(&d, &ns.st_ino, sizeof(ns.st_ino));
	doc_digest_hex(&d, hex);
	snprintf(tag, DOC_WHOSE_TAG, "%.8s", hex);
}

bool
doc_whose_gone(const char *tag, pid_t pid, int64_t touched)
{
	char ours[DOC_WHOSE_TAG];

	doc_whose_tag(ours);
	if (*tag != '\0' && strcmp(tag, ours) != 0)
		return (int64_t)time(NULL) - touched > WEEK;
	return pid == getpid() ||
	    (pid > 0 && kill(pid, 0) < 0 && errno == ESRCH);
}

bool
doc_whose_shared(int fd)
{
	static const unsigned long remote[] = { NFS_SUPER_MAGIC,
		SMB_SUPER_MAGIC, SMB2_SUPER_MAGIC, CIFS_SUPER_MAGIC, V9FS_MAGIC,
		FUSE_SUPER_MAGIC, CEPH_SUPER_MAGIC, AFS_SUPER_MAGIC };
	struct statfs fs;

	for (size_t i = 0; fstatfs(fd, &fs) == 0 && i < DOC_LEN(remote); i++)
		if ((unsigned long)fs.f_type == remote[i])
			return true;
	return false;
}
