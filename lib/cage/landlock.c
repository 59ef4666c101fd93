/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/cage/parts.h"

/* Debian 12's headers stop at ABI 2, hence our own declarations (kernel:
 * include/uapi/linux/landlock.h).  The numbers are the same everywhere. */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };

enum {
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_ABI_1 = (1 << 13) - 1,
	FS_REFER = 1 << 13,	/* ABI 2 */
	FS_TRUNCATE = 1 << 14,	/* ABI 3 */
	FS_IOCTL_DEV = 1 << 15, /* ABI 5 */
	NET_ALL = 3,		/* ABI 4: bind and connect TCP */
	SCOPE_ALL = 3,		/* ABI 6: abstract sockets, signals */
	FS_READ = FS_READ_FILE | FS_READ_DIR,
	FS_TEMP = FS_READ | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE |
	    FS_MAKE_DIR | FS_MAKE_REG | FS_REFER | FS_TRUNCATE,
};

struct ruleset_attr {
	uint64_t fs;
	uint64_t net;	 /* from ABI 4 */
	uint64_t scoped; /* from ABI 6 */
};

struct path_attr {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

/* An older kernel refuses a longer struct than it knows. */
static size_t
attr_size(int abi)
{
	if (abi < 4)
		return offsetof(struct ruleset_attr, net);
	if (abi < 6)
		return offsetof(struct ruleset_attr, scoped);
	return sizeof(struct ruleset_attr);
}

static uint64_t
handled_fs(int abi)
{
	uint64_t fs = FS_ABI_1;

	if (abi >= 2)
		fs |= FS_REFER;
	if (abi >= 3)
		fs |= FS_TRUNCATE;
	if (abi >= 5)
		fs |= FS_IOCTL_DEV;
	return fs;
}

int
doc_landlock_abi(void)
{
	long abi = syscall(CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

static int
add_path(int ruleset, const char *path, uint64_t allowed)
{
	doc_autoclose int fd = open(path, O_PATH | O_CLOEXEC);
	struct path_attr attr = { .parent_fd = fd };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	/* Rights of directories are refused for a file. */
	if (!S_ISDIR(st.st_mode))
		allowed &= FS_READ_FILE;
	attr.allowed = allowed;
	return (int)syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &attr, 0);
}

static int
add_paths(int ruleset, const char *const *read_only)
{
	for (; read_only != NULL && *read_only != NULL; read_only++)
		if (add_path(ruleset, *read_only, FS_READ) < 0 &&
		    errno != ENOENT && errno != ENOTDIR && errno != EACCES)
			return -1;
	return 0;
}

int
doc_landlock_ruleset(int abi, const char *const *read_only, const char *temp)
{
	struct ruleset_attr attr = {
		.fs = handled_fs(abi),
		.net = NET_ALL,
		.scoped = SCOPE_ALL,
	};
	doc_autoclose int fd = (int)syscall(CREATE_RULESET, &attr,
	    attr_size(abi), 0);

	if (fd < 0 || add_paths(fd, read_only) < 0)
		return -1;
	if (temp != NULL && add_path(fd, temp, FS_TEMP & attr.fs) < 0)
		return -1;
	return doc_steal_fd(&fd);
}

int
doc_landlock_restrict(int ruleset)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(RESTRICT_SELF, ruleset, 0);
}

static int
try_restrict(void *arg)
{
	int fd = doc_landlock_ruleset(*(int *)arg, NULL, NULL);

	return fd < 0 || doc_landlock_restrict(fd) < 0;
}

bool
doc_landlock_works(int abi)
{
	return abi > 0 && doc_cage_try(try_restrict, &abi) == 0;
}
