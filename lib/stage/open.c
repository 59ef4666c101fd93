/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include "lib/base/clock.h"
#include "lib/record/path.h"
#include "lib/stage/open.h"

/* Found first and opened when it is known what it is: opening a device can
 * rewind a tape, opening a fifo lets its writer go on. */
enum { FIND = O_PATH | O_NOFOLLOW | O_CLOEXEC };
enum { READ = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };

/* openat2 for kernels before 5.6 and old container profiles: one component
 * after the other, none of them a link. */
static int
step_by_step(int dir, const char *path, bool beneath)
{
	char part[256];
	int at;

	if (*path == '/' && beneath) {
		errno = EXDEV;
		return -1;
	}
	at = *path == '/'     ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)
	    : dir == AT_FDCWD ? open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)
			      : fcntl(dir, F_DUPFD_CLOEXEC, 0);
	while (at >= 0) {
		size_t n;
		int next, saved;

		path += strspn(path, "/");
		n = strcspn(path, "/");
		if (n >= sizeof(part) ||
		    (beneath && n == 2 && strncmp(path, "..", 2) == 0)) {
			close(at);
			errno = n >= sizeof(part) ? ENAMETOOLONG : EXDEV;
			return -1;
		}
		memcpy(part, path, n);
		part[n] = '\0';
		path += n;
		next = openat(at, part, *path ? FIND | O_DIRECTORY : FIND);
		saved = errno;
		close(at);
		/* A link where a folder should be: ENOTDIR by O_NOFOLLOW. */
		errno = saved;
		if (next < 0 || *path == '\0')
			return next;
		at = next;
	}
	return -1;
}

static int
find(int dir, const char *path, bool beneath)
{
	struct open_how how = { .flags = FIND,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
		    (beneath ? RESOLVE_BENEATH : 0U) };
	long fd;

	if (*path == '\0') {
		errno = ENOENT;
		return -1;
	}
	do
		fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return step_by_step(dir, path, beneath);
	return (int)fd;
}

/* The kernel's own files: their size is no size, and reading some changes
 * something (/proc/kmsg). */
static bool
is_view(int fd)
{
	static const unsigned long views[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC,
		CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC,
		TRACEFS_MAGIC, SECURITYFS_MAGIC };
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < DOC_LEN(views); i++)
		if ((unsigned long)fs.f_type == views[i])
			return true;
	return false;
}

static int
classify(int found, const struct stat *st, struct doc_error *err)
{
	if (S_ISLNK(st->st_mode))
		return doc_error_set(err, DOC_E_SYMLINK,
		    "a symbolic link; links are not followed");
	if (!S_ISREG(st->st_mode))
		return doc_error_set(err, DOC_E_SPECIAL,
		    "not a regular file: %s",
		    S_ISDIR(st->st_mode)	? "a folder"
			: S_ISFIFO(st->st_mode) ? "a fifo"
			: S_ISSOCK(st->st_mode) ? "a socket"
						: "a device");
	if (is_view(found))
		return doc_error_set(err, DOC_E_SPECIAL,
		    "not a regular file: a view into the kernel");
	return 0;
}

/* The very file that was found, whatever has its name by now. */
static int
reopen(int found)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", found);
	return open(path, READ);
}

/* Open what was found, if it is a regular file.  Takes `found`. */
static int
regular(int found, struct stat *st, struct doc_error *err)
{
	struct stat now;
	int fd = -1;

	if (found < 0)
		return doc_error_sys(err, "cannot open the file");
	if (fstat(found, &now) < 0)
		doc_error_sys(err, "cannot look at the file");
	else if (classify(found, &now, err) == 0 && (fd = reopen(found)) < 0)
		doc_error_sys(err, "cannot open the file");
	close(found);
	if (fd >= 0)
		*st = now;
	return fd;
}

/* What of `path` lies below `root`: "" for the root itself; NULL: outside. */
static const char *
below(const char *root, const char *path)
{
	size_t n = strlen(root);

	while (n > 1 && root[n - 1] == '/')
		n--;
	if (strncmp(root, path, n) != 0)
		return NULL;
	if (path[n] == '\0')
		return path + n;
	if (n == 1 && root[0] == '/')
		return path + 1;
	return path[n] == '/' ? path + n + strspn(path + n, "/") : NULL;
}

static int
open_root(const char *root, const char *rest)
{
	int dir, fd, saved;

	/* The root is itself a file: an operand. */
	if (*rest == '\0')
		return open(root, FIND);
	dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -1;
	fd = find(dir, rest, true);
	saved = errno;
	close(dir);
	errno = saved;
	return fd;
}

int
doc_open_below(const struct doc_words *roots, const char *path, struct stat *st,
    struct doc_error *err)
{
	for (size_t i = 0; i < roots->n; i++) {
		const char *rest = below(roots->at[i], path);

		if (rest != NULL)
			return regular(open_root(roots->at[i], rest), st, err);
	}
	/* "." as a root takes every relative name. */
	for (size_t i = 0; i < roots->n; i++)
		if (strcmp(roots->at[i], ".") == 0 && *path != '/')
			return regular(open_root(".", path), st, err);
	if (roots->n > 0)
		return doc_error_set(err, DOC_E_OUTSIDE,
		    "the name lies outside every --root");
	return regular(find(AT_FDCWD, path, false), st, err);
}

/* The digest in the record, and with it the name of the result, are those of
 * what was listed. */
static bool
is_listed(const struct doc_record *rec, const struct stat *st)
{
	doc_autobuf struct doc_buf was = { 0 };
	char is[DOC_TIME_SIZE];
	const char *s;

	if (doc_record_int(rec, "size", st->st_size) != st->st_size)
		return false;
	if (doc_record_str(rec, "mtime", &was) != 1 ||
	    doc_time_format(st->st_mtime, is) < 0)
		return true;
	s = doc_buf_str(&was);
	return s != NULL && strcmp(s, is) == 0;
}

int
doc_open_record(const struct doc_words *roots, const char *spool,
    const struct doc_record *rec, struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_words in_spool = {
		(char *[]){ (char *)(uintptr_t)spool, NULL }, 1
	};
	const struct doc_words *from = roots;
	struct stat st;
	const char *path;
	int fd, rc = doc_record_str(rec, "data", &b);
	bool ours = rc == 1;

	if (ours && roots->n > 0)
		from = &in_spool;
	if (rc == 0)
		rc = doc_record_path(rec, &b);
	path = rc == 1 ? doc_buf_str(&b) : "";
	if (rc < 0 || path == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY,
		    "no memory for the name");
	if (rc == 0 || strlen(path) != b.len)
		return doc_error_set(err, DOC_E_NAME,
		    "the record has no usable name");
	fd = doc_open_below(from, path, &st, err);
	if (fd < 0 || ours || is_listed(rec, &st))
		return fd;
	close(fd);
	return doc_error_set(err, DOC_E_CHANGED,
	    "the file was changed after it was listed");
}

int
doc_open_artifact(const char *spool, const struct doc_record *rec,
    const char *key, struct doc_error *err)
{
	doc_autovalue struct doc_value *member = doc_record_value(rec, key);
	const char *path = doc_value_get_str(member, "file");
	struct doc_words in_spool = {
		(char *[]){ (char *)(uintptr_t)spool, NULL }, 1
	};
	struct stat st;

	if (path == NULL)
		return doc_error_set(err, DOC_E_NOT_FOUND, "'%s' names no file",
		    key);
	return doc_open_below(&in_spool, path, &st, err);
}

int
doc_open_folder_of(const char *path, const char **name, struct doc_error *err)
{
	doc_autobuf struct doc_buf folder = { 0 };
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);
	struct stat st;
	int fd;

	if (*path != '/' || slash[1] == '\0')
		return doc_error_set(err, DOC_E_NAME, "the path is unusable");
	if (doc_buf_add(&folder, path, DOC_MAX(n, (size_t)1)) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	fd = find(AT_FDCWD, doc_buf_str(&folder), false);
	if (fd < 0)
		return doc_error_sys(err, "cannot open its folder");
	if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode)) {
		close(fd);
		return doc_error_set(err, DOC_E_SYMLINK,
		    "what was its folder is none");
	}
	*name = slash + 1;
	return fd;
}
