/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/record/path.h"
#include "lib/record/value.h"
#include "lib/stage/open.h"
#include "lib/stage/quarantine.h"

/* A journal of some hundred thousand moves. */
#define JOURNAL_MAX ((size_t)64 << 20)

int
doc_quarantine_open(struct doc_quarantine *q, const char *path,
    struct doc_error *err)
{
	*q = (struct doc_quarantine){ .dir = -1, .journal = -1 };
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return doc_error_set(err, DOC_E_USAGE,
		    "--quarantine: cannot make '%s': %s", path,
		    strerror(errno));
	q->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (q->dir >= 0)
		q->journal = openat(q->dir, "journal",
		    O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (q->journal < 0) {
		(void)doc_error_set(err, DOC_E_USAGE,
		    "--quarantine: cannot use '%s': %s", path, strerror(errno));
		doc_quarantine_close(q);
		return -1;
	}
	return 0;
}

void
doc_quarantine_close(struct doc_quarantine *q)
{
	if (q->journal >= 0)
		close(q->journal);
	if (q->dir >= 0)
		close(q->dir);
	doc_words_release(&q->moved);
	*q = (struct doc_quarantine){ .dir = -1, .journal = -1 };
}

/* What the journal says of one file. */
struct entry {
	const char *op, *file, *signature;
	const char *path;
	size_t path_len;
	unsigned mode;
};

static int
write_entry(struct doc_quarantine *q, const struct entry *e,
    struct doc_error *err)
{
	const struct doc_name name = { .tenant = "",
		.path = e->path,
		.path_len = e->path_len };
	doc_autobuf struct doc_buf b = { 0 };
	char now[DOC_TIME_SIZE];
	struct doc_json j;

	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", 1);
	doc_json_str(&j, "type", "quarantine");
	doc_json_str(&j, "op", e->op);
	doc_json_str(&j, "file", e->file);
	doc_name_write(&j, &name);
	doc_json_int(&j, "mode", e->mode);
	if (e->signature != NULL)
		doc_json_str(&j, "signature", e->signature);
	if (doc_time_format((int64_t)time(NULL), now) == 0)
		doc_json_str(&j, "time", now);
	doc_json_close(&j, '}');
	if (j.failed || doc_buf_addc(&b, '\n') < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (doc_write_full(q->journal, b.data, b.len) < 0 ||
	    fdatasync(q->journal) < 0)
		return doc_error_sys(err, "cannot write the journal");
	return 0;
}

static bool
same_file(int dir, const char *name, const struct stat *st)
{
	struct stat now;

	return fstatat(dir, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	    now.st_dev == st->st_dev && now.st_ino == st->st_ino;
}

/* To another file system: a whole copy first, then the original goes. */
static int
copy_over(int fd, int from_dir, const char *from, int to_dir, const char *to,
    struct doc_error *err)
{
	doc_autoclose int out = openat(to_dir, to,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;
	off_t at = 0;
	ssize_t n = 1;

	if (out < 0 || fstat(fd, &st) < 0)
		return doc_error_sys(err, "cannot make a copy");
	while (n > 0 && at < st.st_size)
		n = sendfile(out, fd, &at, (size_t)(st.st_size - at));
	if (n < 0 || at != st.st_size || fsync(out) < 0) {
		(void)doc_error_sys(err, "cannot make a copy");
		(void)unlinkat(to_dir, to, 0);
		return -1;
	}
	if (!same_file(from_dir, from, &st) || unlinkat(from_dir, from, 0) < 0)
		return doc_error_sys(err, "cannot remove the original");
	return 0;
}

/* Where the open file is now: no link on the way there can mislead us. */
static int
real_path(int fd, char path[static PATH_MAX], struct doc_error *err)
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX - 1);
	if (n <= 0)
		return doc_error_sys(err, "cannot tell where the file is");
	path[n] = '\0';
	return 0;
}

/* The id of a document names its place, so it is the same each time; a file
 * that came back and is infected again gets a number. */
static int
free_name(const struct doc_quarantine *q, const struct entry *e, char *out,
    size_t size)
{
	const struct doc_name name = { .tenant = "",
		.path = e->path,
		.path_len = e->path_len };
	char id[DOC_ID_SIZE];
	struct stat st;

	doc_name_id(&name, id);
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(out, size, "%s-%u", id, i);
		if (fstatat(q->dir, out, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT ? 0 : -1;
	}
	return -1;
}

static int
move(struct doc_quarantine *q, int fd, const struct stat *st,
    const char *signature, struct doc_error *err)
{
	char path[PATH_MAX], file[DOC_ID_SIZE + 16];
	struct entry entry = { .op = "move",
		.path = path,
		.signature = signature,
		.file = file,
		.mode = st->st_mode & 07777 };
	const struct entry *e = &entry;

	if (real_path(fd, path, err) < 0)
		return -1;
	entry.path_len = strlen(path);
	if (free_name(q, e, file, sizeof(file)) < 0)
		return doc_error_sys(err, "no name in the quarantine");
	if (write_entry(q, e, err) < 0)
		return -1;
	if (fchmod(fd, 0) < 0)
		return doc_error_sys(err, "cannot close the file to readers");
	if (renameat2(AT_FDCWD, path, q->dir, file, RENAME_NOREPLACE) < 0) {
		if (errno != EXDEV)
			return doc_error_sys(err, "cannot move the file");
		if (copy_over(fd, AT_FDCWD, path, q->dir, file, err) < 0)
			return -1;
		if (fchmodat(q->dir, file, 0, 0) < 0)
			return doc_error_sys(err, "cannot close the copy");
	}
	(void)fsync(q->dir);
	return 0;
}

static bool
was_moved(const struct doc_quarantine *q, const char *path)
{
	for (size_t i = 0; i < q->moved.n; i++)
		if (strcmp(q->moved.at[i], path) == 0)
			return true;
	return false;
}

int
doc_quarantine_move(struct doc_quarantine *q, const struct doc_words *roots,
    const struct doc_record *rec, const char *signature, struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	doc_autoclose int fd = -1;
	struct stat st;

	if (doc_record_path(rec, &b) <= 0 || doc_buf_str(&b) == NULL)
		return doc_error_set(err, DOC_E_NAME, "the path is unusable");
	if (was_moved(q, b.data))
		return 0;
	fd = doc_open_below(roots, b.data, &st, err);
	if (fd < 0 || move(q, fd, &st, signature, err) < 0)
		return -1;
	if (doc_words_add(&q->moved, b.data) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return 0;
}

/* Is `path` what the user calls `name`?  The file is not there to ask, but its
 * folder is. */
static bool
is_called(const char *name, const char *path)
{
	char folder[PATH_MAX], real[PATH_MAX], whole[2 * PATH_MAX];
	const char *slash = strrchr(name, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - name);

	if (n >= sizeof(folder))
		return false;
	snprintf(folder, sizeof(folder), "%.*s", (int)n, name);
	if (realpath(slash == NULL ? "." : n == 0 ? "/" : folder, real) == NULL)
		return false;
	snprintf(whole, sizeof(whole), "%s/%s", strcmp(real, "/") ? real : "",
	    slash == NULL ? name : slash + 1);
	return strcmp(whole, path) == 0;
}

static bool
is_wanted(char *const *paths, const char *path)
{
	if (*paths == NULL)
		return true;
	for (; *paths != NULL; paths++)
		if (is_called(*paths, path))
			return true;
	return false;
}

/* A move that was cut short before the rename left the file where it was, but
 * closed. */
static int
reopen_in_place(const char *path, unsigned mode)
{
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & 07777) != 0)
		return 0;
	return fchmodat(AT_FDCWD, path, mode, 0);
}

static int
put_back(struct doc_quarantine *q, struct entry *e, struct doc_error *err)
{
	doc_autoclose int fd = -1;
	struct stat st;

	if (fstatat(q->dir, e->file, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (reopen_in_place(e->path, e->mode) < 0)
			return doc_error_sys(err, "cannot open the file");
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return doc_error_set(err, DOC_E_SPECIAL, "not a file");
	if (fchmodat(q->dir, e->file, e->mode & 0777, 0) < 0)
		return doc_error_sys(err, "cannot open the file to readers");
	if (renameat2(q->dir, e->file, AT_FDCWD, e->path, RENAME_NOREPLACE) <
	    0) {
		int why = errno;

		if (why == EXDEV)
			fd = openat(q->dir, e->file,
			    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 ||
		    copy_over(fd, q->dir, e->file, AT_FDCWD, e->path, err) <
			0) {
			(void)!fchmodat(q->dir, e->file, 0, 0);
			errno = fd < 0 ? why : errno;
			return doc_error_sys(err, "cannot put it back");
		}
		(void)!fchmodat(AT_FDCWD, e->path, e->mode & 0777, 0);
	}
	e->op = "restore";
	return write_entry(q, e, err);
}

/* One line of the journal.  0, 1 when the file could not be put back. */
static int
restore_line(struct doc_quarantine *q, char *const *paths, const char *line,
    size_t len)
{
	doc_autovalue struct doc_value *v = doc_value_parse(line, len);
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error err = { 0 };
	struct doc_record rec;
	struct entry e = { .op = doc_value_get_str(v, "op"),
		.file = doc_value_get_str(v, "file") };

	/* A last line that was cut short by a crash moved nothing. */
	if (e.op == NULL || strcmp(e.op, "move") != 0 || e.file == NULL ||
	    strchr(e.file, '/') != NULL ||
	    doc_record_parse(&rec, line, len, &err) < 0 ||
	    doc_record_path(&rec, &b) <= 0 || doc_buf_str(&b) == NULL)
		return 0;
	e.path = b.data;
	e.path_len = b.len;
	e.mode = (unsigned)doc_value_int(doc_value_get(v, "mode"), 0600);
	if (!is_wanted(paths, e.path) || put_back(q, &e, &err) == 0)
		return 0;
	doc_warn("cannot restore '%s': %s", e.path, err.msg);
	return 1;
}

int
doc_quarantine_restore(struct doc_quarantine *q, char *const *paths,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf all = { .max = JOURNAL_MAX };
	char block[8192];
	off_t at = 0;
	ssize_t n;
	int bad = 0;

	while ((n = pread(q->journal, block, sizeof(block), at)) > 0) {
		if (doc_buf_add(&all, block, (size_t)n) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY,
			    "the journal is too large");
		at += n;
	}
	if (n < 0)
		return doc_error_sys(err, "cannot read the journal");
	for (const char *p = all.data, *end = p + all.len, *nl; p < end;
	     p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			break;
		bad += restore_line(q, paths, p, (size_t)(nl - p));
	}
	return bad;
}
