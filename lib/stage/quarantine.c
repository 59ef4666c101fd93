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

struct place {
	int dir;
	const char *name;
};

static bool
same_file(const struct place *at, const struct stat *st)
{
	struct stat now;

	return fstatat(at->dir, at->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	    now.st_dev == st->st_dev && now.st_ino == st->st_ino;
}

/* Bytes, times, and whose it is, as far as we may give it away. */
static int
copy_whole(int fd, int out, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	off_t at = 0;
	ssize_t n = 1;

	while (n > 0 && at < st->st_size)
		n = sendfile(out, fd, &at, (size_t)(st->st_size - at));
	if (n < 0 || at != st->st_size)
		return -1;
	(void)!fchown(out, st->st_uid, st->st_gid);
	if (futimens(out, times) < 0)
		return -1;
	return fsync(out);
}

/* To another file system: a whole copy first, then the original goes. */
static int
copy_over(int fd, const struct place *from, const struct place *to,
    unsigned mode, struct doc_error *err)
{
	doc_autoclose int out = openat(to->dir, to->name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;

	if (out < 0 || fstat(fd, &st) < 0)
		return doc_error_sys(err, "cannot make a copy");
	if (copy_whole(fd, out, &st) < 0 || fchmod(out, mode) < 0)
		(void)doc_error_sys(err, "cannot make a copy");
	else if (!same_file(from, &st) ||
	    unlinkat(from->dir, from->name, 0) < 0)
		(void)doc_error_sys(err, "cannot remove the original");
	else
		return 0;
	(void)unlinkat(to->dir, to->name, 0);
	return -1;
}

/*
 * Whoever may write to the folder can put another file in its place at any
 * time: what was moved is looked at, and is put back when it is not the one
 * that is open here.
 */
static int
carry(int fd, const struct place *from, const struct place *to, unsigned mode,
    struct doc_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return doc_error_sys(err, "cannot look at the file");
	if (renameat2(from->dir, from->name, to->dir, to->name,
		RENAME_NOREPLACE) < 0)
		return errno == EXDEV
		    ? copy_over(fd, from, to, mode, err)
		    : doc_error_sys(err, "cannot move the file");
	if (same_file(to, &st))
		return 0;
	(void)renameat2(to->dir, to->name, from->dir, from->name,
	    RENAME_NOREPLACE);
	return doc_error_set(err, DOC_E_CHANGED,
	    "another file is in its place");
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

static bool
is_inside(const struct doc_quarantine *q, int folder)
{
	struct stat a, b;

	return fstat(q->dir, &a) == 0 && fstat(folder, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int
move(struct doc_quarantine *q, int fd, const struct stat *st,
    const char *signature, struct doc_error *err)
{
	char path[PATH_MAX], file[DOC_ID_SIZE + 16];
	struct place from, to = { .dir = q->dir, .name = file };
	doc_autoclose int folder = -1;
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
	folder = doc_open_folder_of(path, &from.name, err);
	if (folder < 0)
		return -1;
	from.dir = folder;
	/* The quarantine may be in a folder that is scanned. */
	if (is_inside(q, folder))
		return 0;
	if (write_entry(q, e, err) < 0)
		return -1;
	if (fchmod(fd, 0) < 0)
		return doc_error_sys(err, "cannot close the file to readers");
	if (carry(fd, &from, &to, 0, err) < 0) {
		(void)fchmod(fd, entry.mode);
		return -1;
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

/* Whom the user named, and whether the journal knows them; no names: all. */
struct wanted {
	char *const *paths;
	bool *known;
};

static bool
is_wanted(const struct wanted *w, const char *path)
{
	if (*w->paths == NULL)
		return true;
	for (size_t i = 0; w->paths[i] != NULL; i++)
		if (is_called(w->paths[i], path)) {
			w->known[i] = true;
			return true;
		}
	return false;
}

static int
complain_of_unknown(const struct wanted *w)
{
	int bad = 0;

	for (size_t i = 0; w->paths[i] != NULL; i++)
		if (!w->known[i]) {
			doc_warn("the quarantine has nothing that was '%s'",
			    w->paths[i]);
			bad++;
		}
	return bad;
}

/* A file that is found by name but not by whoever puts a link there: first
 * found, then opened through /proc/self/fd. */
static int
change_mode(const struct place *at, unsigned mode, bool closed_only)
{
	doc_autoclose int fd = openat(at->dir, at->name,
	    O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char path[40];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return fd < 0 ? -1 : 0;
	if (closed_only && (st.st_mode & 07777) != 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return chmod(path, mode & 0777);
}

/* A move that was cut short before the rename left the file where it was, but
 * closed. */
static int
reopen(const struct place *at, unsigned mode, struct doc_error *err)
{
	if (change_mode(at, mode, true) == 0 || errno == ENOENT)
		return 0;
	return doc_error_sys(err, "cannot open the file to readers");
}

static int
put_back(struct doc_quarantine *q, struct entry *e, struct doc_error *err)
{
	struct place from = { .dir = q->dir, .name = e->file }, to;
	doc_autoclose int folder = -1, fd = -1;
	struct stat st;
	bool here = fstatat(q->dir, e->file, &st, AT_SYMLINK_NOFOLLOW) == 0;

	if (here && !S_ISREG(st.st_mode))
		return doc_error_set(err, DOC_E_SPECIAL, "not a file");
	folder = doc_open_folder_of(e->path, &to.name, err);
	to.dir = folder;
	if (!here)
		return folder < 0 ? 0 : reopen(&to, e->mode, err);
	if (folder < 0)
		return -1;
	if (change_mode(&from, e->mode, false) < 0)
		return doc_error_sys(err, "cannot open the file to readers");
	fd = openat(q->dir, e->file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || carry(fd, &from, &to, e->mode & 0777, err) < 0) {
		if (fd < 0)
			(void)doc_error_sys(err, "cannot open the file");
		(void)change_mode(&from, 0, false);
		return -1;
	}
	e->op = "restore";
	return write_entry(q, e, err);
}

/* One line of the journal.  0, 1 when the file could not be put back. */
static int
restore_line(struct doc_quarantine *q, const struct wanted *wanted,
    const char *line, size_t len)
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
	if (!is_wanted(wanted, e.path) || put_back(q, &e, &err) == 0)
		return 0;
	doc_warn("cannot restore '%s': %s", e.path, err.msg);
	return 1;
}

static int
read_journal(const struct doc_quarantine *q, struct doc_buf *all,
    struct doc_error *err)
{
	char block[8192];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(q->journal, block, sizeof(block), at)) > 0) {
		if (doc_buf_add(all, block, (size_t)n) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY,
			    "the journal is too large");
		at += n;
	}
	return n < 0 ? doc_error_sys(err, "cannot read the journal") : 0;
}

int
doc_quarantine_restore(struct doc_quarantine *q, char *const *paths,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf all = { .max = JOURNAL_MAX };
	doc_autofree bool *known = NULL;
	struct wanted wanted = { .paths = paths };
	size_t count = 0;
	int bad = 0;

	if (read_journal(q, &all, err) < 0)
		return -1;
	while (paths[count] != NULL)
		count++;
	wanted.known = known = calloc(count + 1, sizeof(*known));
	if (known == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	for (const char *p = all.data, *end = p + all.len, *nl; p < end;
	     p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			break;
		bad += restore_line(q, &wanted, p, (size_t)(nl - p));
	}
	return bad + complain_of_unknown(&wanted);
}
