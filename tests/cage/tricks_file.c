/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files it was not given. */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "tests/cage/tricks.h"

static int
read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	char c;

	if (fd < 0)
		return errno;
	return read(fd, &c, 1) == 1 ? 0 : EIO;
}

static int
try_passwd(const struct target *t DOC_UNUSED)
{
	return read_file("/etc/passwd");
}

static int
try_secret(const struct target *t)
{
	return read_file(in_dir(t, "secret"));
}

static int
try_create(const struct target *t)
{
	return did(open(in_dir(t, "new"), O_WRONLY | O_CREAT, 0600));
}

static int
try_write(const struct target *t)
{
	return did(open(in_dir(t, "mine"), O_WRONLY));
}

static int
try_truncate(const struct target *t)
{
	return did(truncate(in_dir(t, "mine"), 1));
}

static int
try_mkdir(const struct target *t)
{
	return did(mkdir(in_dir(t, "newdir"), 0700));
}

static int
try_unlink(const struct target *t)
{
	return did(unlink(in_dir(t, "unlink-me")));
}

static int
try_rename(const struct target *t)
{
	char from[256];

	snprintf(from, sizeof(from), "%s", in_dir(t, "rename-me"));
	return did(rename(from, in_dir(t, "renamed")));
}

static int
try_symlink(const struct target *t)
{
	return did(symlink("/etc/passwd", in_dir(t, "symlink")));
}

static int
try_link(const struct target *t)
{
	char from[256];

	snprintf(from, sizeof(from), "%s", in_dir(t, "mine"));
	return did(link(from, in_dir(t, "link")));
}

static int
try_mknod(const struct target *t)
{
	return did(mknod(in_dir(t, "fifo"), S_IFIFO | 0600, 0));
}

/* Its success is a lie in some profiles, so look. */
static int
try_chmod(const struct target *t)
{
	struct stat st;

	if (chmod(in_dir(t, "mine"), 0777) < 0)
		return errno;
	if (stat(in_dir(t, "mine"), &st) < 0)
		return errno;
	return (st.st_mode & 0777) == 0777 ? 0 : EPERM;
}

static int
try_chown(const struct target *t)
{
	return did(chown(in_dir(t, "mine"), getuid(), getgid()));
}

static int
try_utimes(const struct target *t)
{
	return did(utimensat(AT_FDCWD, in_dir(t, "mine"), NULL, 0));
}

static int
try_setxattr(const struct target *t)
{
	return did(
	    syscall(SYS_setxattr, in_dir(t, "mine"), "user.x", "1", 1, 0));
}

static int
try_list(const struct target *t)
{
	return did(open(t->dir, O_RDONLY | O_DIRECTORY));
}

static int
try_handle(const struct target *t)
{
	union {
		struct file_handle head;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} fh = { .head.handle_bytes = MAX_HANDLE_SZ };
	int mount_id;

	return did(name_to_handle_at(AT_FDCWD, t->dir, &fh.head, &mount_id, 0));
}

static int
try_own_mem(const struct target *t DOC_UNUSED)
{
	return did(open("/proc/self/mem", O_RDWR));
}

static int
try_spool(const struct target *t)
{
	return read_file(in_dir(t, "spool/data"));
}

/* Landlock before ABI 3 lets it happen where reading is allowed. */
static int
try_open_truncate(const struct target *t)
{
	return did(open(in_dir(t, "mine"), O_RDONLY | O_TRUNC));
}

/* Landlock does not look at O_PATH, but at what is opened from there. */
static int
try_from_path(const struct target *t)
{
	int dir = open(t->dir, O_PATH | O_DIRECTORY);

	if (dir < 0)
		return errno;
	return did(openat(dir, "secret", O_RDONLY));
}

static int
try_reopen(const struct target *t DOC_UNUSED)
{
	return did(open("/proc/self/fd/0", O_RDWR));
}

static int
try_stat(const struct target *t)
{
	struct stat st;

	return did(
	    syscall(SYS_newfstatat, AT_FDCWD, in_dir(t, "secret"), &st, 0));
}

/* The flag with which fstat(3) gets past the filter. */
static int
try_stat_empty(const struct target *t)
{
	struct stat st;

	return did(syscall(SYS_newfstatat, AT_FDCWD, in_dir(t, "secret"), &st,
	    AT_EMPTY_PATH));
}

static int
try_readlink(const struct target *t DOC_UNUSED)
{
	char buf[64];

	return did(readlink("/proc/self/exe", buf, sizeof(buf)));
}

static int
try_access(const struct target *t)
{
	return did(access(in_dir(t, "secret"), F_OK));
}

static int
try_chdir(const struct target *t)
{
	return did(chdir(t->dir));
}

static int
try_setuid_bit(const struct target *t)
{
	struct stat st;

	if (chmod(in_dir(t, "mine"), 04755) < 0 ||
	    stat(in_dir(t, "mine"), &st) < 0)
		return errno;
	return st.st_mode & S_ISUID ? 0 : EPERM;
}

/* Many files, each below the limit of one: 32 times what there is room for. */
static int
try_fill(const struct target *t)
{
	static char block[512 << 10];
	char path[256];
	int fd, i, error = 0;

	for (i = 0; error == 0 && i < 64; i++) {
		snprintf(path, sizeof(path), "%s/fill-%d", t->own, i);
		fd = open(path, O_WRONLY | O_CREAT, 0600);
		if (fd < 0 ||
		    write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			error = fd < 0 ? errno : ENOSPC;
		if (fd >= 0)
			close(fd);
	}
	while (i-- > 0) {
		snprintf(path, sizeof(path), "%s/fill-%d", t->own, i);
		unlink(path);
	}
	return error;
}

static int
try_other_temp(const struct target *t)
{
	char path[256];

	if (t->temp[0] == '\0')
		return ENOENT;
	snprintf(path, sizeof(path), "%s/secret", t->temp);
	return read_file(path);
}

static int
try_other_root(const struct target *t)
{
	char path[256];

	snprintf(path, sizeof(path), "root/%s/secret",
	    t->temp[0] != '\0' ? t->temp : t->dir);
	return read_proc(t->victim, path);
}

/* clang-format off */
const struct trick file_tricks[] = {
	{ "read /etc/passwd", try_passwd, SECCOMP_NO_OPEN | FILES },
	{ "read a file open to all", try_secret, SECCOMP_NO_OPEN | FILES },
	{ "create a file", try_create, SECCOMP_NO_OPEN | FILES },
	{ "open for writing", try_write, SECCOMP_NO_OPEN | FILES },
	{ "truncate", try_truncate, SECCOMP | OWN_ROOT },
	{ "mkdir", try_mkdir, SECCOMP_NO_TEMP | FILES },
	{ "unlink", try_unlink, SECCOMP_NO_TEMP | FILES },
	{ "rename", try_rename, SECCOMP_NO_TEMP | FILES },
	{ "symlink", try_symlink, SECCOMP | FILES },
	{ "link", try_link, SECCOMP | FILES },
	{ "mknod", try_mknod, SECCOMP | FILES },
	{ "chmod", try_chmod, SECCOMP | OWN_ROOT },
	{ "chown", try_chown, SECCOMP | OWN_ROOT },
	{ "utimensat", try_utimes, SECCOMP | OWN_ROOT },
	{ "setxattr", try_setxattr, SECCOMP | OWN_ROOT },
	{ "open a directory", try_list, SECCOMP_NO_OPEN | FILES },
	{ "name_to_handle_at", try_handle, SECCOMP | OWN_ROOT },
	{ "open /proc/self/mem", try_own_mem, SECCOMP_NO_OPEN | FILES },
	{ "read the spool of another tenant", try_spool,
	    SECCOMP_NO_OPEN | FILES },
	{ "open O_RDONLY and O_TRUNC", try_open_truncate,
	    SECCOMP_NO_OPEN | SECCOMP_NO_TEMP | FILES },
	{ "open from an O_PATH folder", try_from_path,
	    SECCOMP_NO_OPEN | FILES },
	{ "open /proc/self/fd/0 again", try_reopen, SECCOMP_NO_OPEN | FILES },
	{ "stat", try_stat, SECCOMP_NO_OPEN | OWN_ROOT },
	{ "stat with AT_EMPTY_PATH", try_stat_empty, OWN_ROOT },
	{ "readlink", try_readlink, SECCOMP_NO_OPEN | OWN_ROOT },
	{ "access", try_access, SECCOMP_NO_OPEN | OWN_ROOT },
	{ "chdir", try_chdir, SECCOMP | OWN_ROOT },
	{ "setuid bit", try_setuid_bit, SECCOMP | OWN_ROOT },
	{ "fill the disk", try_fill, SECCOMP_NO_TEMP | ROOM },
	{ "read another worker's temp", try_other_temp,
	    SECCOMP_NO_OPEN | FILES | OWN_MOUNTS },
	{ "read /proc/VICTIM/root", try_other_root,
	    SECCOMP_NO_OPEN | FILES | NO_DUMP },
	{ NULL, NULL, 0 }
};
/* clang-format on */
