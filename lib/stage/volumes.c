/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/stage/open.h"
#include "lib/stage/volumes_impl.h"

bool
set_of(struct set *s, const struct doc_volumes_at *at)
{
	const char *slash = strrchr(at->path, '/');

	s->at = at;
	s->name = slash ? slash + 1 : at->path;
	s->folder = (size_t)(s->name - at->path);
	s->len = strlen(s->name);
	return doc_volname_parse(s->name, s->len, &s->v);
}

static bool
beside(const struct set *s, const char *name, char path[static PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%.*s%s", (int)s->folder, s->at->path,
	    name);

	return n > 0 && n < PATH_MAX;
}

bool
set_find(const struct set *s, unsigned place, char path[static PATH_MAX],
    struct stat *st)
{
	char name[DOC_VOLNAME_SIZE];

	for (int other = 0; other < 2; other++)
		if (doc_volname_name(s->name, s->len, &s->v, place, other,
			name) &&
		    beside(s, name, path) &&
		    fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	return false;
}

/* As the document itself was opened; where the user named that, in its folder.
 */
static int
open_beside(const struct set *s, const char *path, struct stat *st,
    struct doc_error *err)
{
	const struct doc_volumes_at *at = s->at;
	char folder[PATH_MAX] = ".";
	char *root = folder;
	struct doc_words words = { &root, 1 };

	if (at->excludes != NULL && at->excludes(path, at->ctx))
		return doc_error_set(err, DOC_E_NOT_FOUND, "left out");
	if (at->roots->n > 0)
		return doc_open_below(at->roots, path, st, err);
	if (strcmp(at->root, at->path) != 0)
		snprintf(folder, sizeof(folder), "%s", at->root);
	else if (s->folder > 0)
		snprintf(folder, sizeof(folder), "%.*s",
		    (int)DOC_MAX(s->folder - 1, (size_t)1), at->path);
	return doc_open_below(&words, path, st, err);
}

struct sign {
	off_t at;
	const char *bytes;
	size_t len;
};

#define SIGN(at, s)                                                            \
	{                                                                      \
		(at), (s), sizeof(s) - 1                                       \
	}

static const struct sign rar[] = { SIGN(0, "Rar!\x1a\7") };
static const struct sign zip_set[] = { SIGN(0, "PK\7\10") };
static const struct sign tar[] = { SIGN(257, "ustar") };
static const struct sign disc[] = { SIGN(32769, "CD001") };

/* What is packed; no piece of it begins so, but by a chance of one in millions.
 */
static const struct sign packed[] = { SIGN(0, "7z\xbc\xaf\x27\x1c"),
	SIGN(0, "Rar!\x1a\7"), SIGN(0, "\x1f\x8b\x08"), SIGN(0, "\xfd\x37zXZ"),
	SIGN(0, "\x28\xb5\x2f\xfd"), SIGN(0, "\x04\x22\x4d\x18"),
	SIGN(0, "LZIP\1"), SIGN(4, "1AY&SY"), SIGN(0, "xar!\0\x1c"),
	SIGN(0, "\xed\xab\xee\xdb"), SIGN(0, "MSCF\0\0\0\0"), SIGN(0, "PK\3\4"),
	SIGN(0, "PK\7\10") };

/* What is not: a piece of it may begin as anything does that it holds. */
static const struct sign plain[] = { SIGN(257, "ustar"), SIGN(32769, "CD001"),
	SIGN(0, "070701"), SIGN(0, "070702"), SIGN(0, "070707"),
	SIGN(0, "!<arch>\n"), SIGN(0, "WARC/") };

/* And what is packed, with a mark too short to tell. */
static const struct sign vague[] = { SIGN(0, "\x1f\x9d"), SIGN(0, "\x5d\0\0"),
	SIGN(2, "-lh") };

static bool
begins(int fd, const struct sign *signs, size_t n)
{
	char got[16];

	for (size_t i = 0; i < n; i++)
		if (pread(fd, got, signs[i].len, signs[i].at) ==
			(ssize_t)signs[i].len &&
		    memcmp(got, signs[i].bytes, signs[i].len) == 0)
			return true;
	return false;
}

#define BEGINS(fd, signs) begins((fd), (signs), DOC_LEN(signs))

/* By its bytes, could the first one be followed by others? */
static bool
is_first(enum doc_volname_kind kind, int fd)
{
	if (kind == DOC_VOLNAME_ZIP)
		return BEGINS(fd, zip_set);
	if (kind == DOC_VOLNAME_RAR || kind == DOC_VOLNAME_OLD_RAR)
		return BEGINS(fd, rar);
	return BEGINS(fd, packed) || BEGINS(fd, plain) || BEGINS(fd, vague);
}

/* The one at that place, whatever it is. */
static int
open_place(const struct set *s, unsigned place, struct stat *st,
    struct doc_error *err)
{
	char path[PATH_MAX];
	struct doc_error why = { 0 };
	int fd;

	if (!set_find(s, place, path, st))
		return doc_error_set(err, DOC_E_NOT_FOUND, "part %u is missing",
		    place);
	fd = open_beside(s, path, st, &why);
	return fd < 0
	    ? doc_error_set(err, why.code, "part %u: %s", place, why.msg)
	    : fd;
}

/* Does the one at that place end as a tar does, with zeros?  What it holds may,
 * too; but then what follows does not begin as one. */
static bool
ends_tar(const struct set *s, unsigned place)
{
	static const char zeros[1024];
	char end[sizeof(zeros)] = "";
	struct doc_error why = { 0 };
	struct stat st;
	doc_autoclose int fd = open_place(s, place, &st, &why);

	return fd >= 0 && st.st_size >= (off_t)sizeof(end) &&
	    pread(fd, end, sizeof(end), st.st_size - (off_t)sizeof(end)) ==
	    (ssize_t)sizeof(end) &&
	    memcmp(end, zeros, sizeof(end)) == 0;
}

/* Is the first one packed, and the pieces with it? */
static bool
is_packed(const struct set *s)
{
	struct doc_error why = { 0 };
	struct stat st;
	doc_autoclose int fd = open_place(s, 1, &st, &why);

	return fd >= 0 && BEGINS(fd, packed);
}

/* And another one belong to it?  Files that are numbered may be as many
 * archives. */
static bool
is_next(const struct set *s, unsigned place, int fd)
{
	enum doc_volname_kind kind = s->v.kind;

	if (kind == DOC_VOLNAME_ZIP)
		return true;
	if (kind == DOC_VOLNAME_RAR || kind == DOC_VOLNAME_OLD_RAR)
		return BEGINS(fd, rar);
	if (BEGINS(fd, packed) && is_packed(s))
		return false;
	return !BEGINS(fd, disc) &&
	    !(BEGINS(fd, tar) && ends_tar(s, place - 1));
}

int
set_open(const struct set *s, unsigned place, struct stat *st,
    struct doc_error *err)
{
	int fd = open_place(s, place, st, err);

	if (fd < 0 || place == DOC_VOLNAME_END ||
	    (place == 1 ? is_first(s->v.kind, fd) : is_next(s, place, fd)))
		return fd;
	close(fd);
	return doc_error_set(err, DOC_E_UNSUPPORTED,
	    place == 1 ? "part %u does not begin an archive"
		       : "part %u is no part of the one before it",
	    place);
}

static bool
opens(const struct set *s, unsigned place)
{
	struct doc_error why = { 0 };
	struct stat st;
	int fd = set_open(s, place, &st, &why);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* All before it are there. */
static bool
in_row(const struct set *s)
{
	char path[PATH_MAX];
	struct stat st;

	for (unsigned i = 1; i < s->v.at; i++)
		if (!set_find(s, i, path, &st) || !S_ISREG(st.st_mode))
			return false;
	return true;
}

/* The set of one that follows, by the name of its leader. */
static bool
find_leader(struct set *s, char path[static PATH_MAX], struct stat *st)
{
	char name[DOC_VOLNAME_SIZE];
	const struct doc_volname own = s->v;

	for (unsigned i = 0;; i++) {
		s->v = own;
		if (!doc_volname_leader(s->name, s->len, i, &s->v, name))
			break;
		if (beside(s, name, path) &&
		    fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	}
	s->v = own;
	return false;
}

static bool
may_lead(struct set *s)
{
	char path[PATH_MAX];
	struct set from_zero = *s;
	struct stat st;

	if (!doc_volname_leads(&s->v))
		return false;
	return s->v.kind != DOC_VOLNAME_NUMBER || s->v.from_zero ||
	    !find_leader(&from_zero, path, &st) || !from_zero.v.from_zero;
}

enum doc_volumes_role
doc_volumes_role(const struct doc_volumes_at *at, char **leader, bool *row)
{
	char path[PATH_MAX];
	struct stat st;
	struct set s;

	*leader = NULL;
	if (!set_of(&s, at))
		return DOC_VOLUMES_NONE;
	if (may_lead(&s))
		return opens(&s, 1) &&
			(s.v.kind == DOC_VOLNAME_ZIP || opens(&s, 2))
		    ? DOC_VOLUMES_LEADS
		    : DOC_VOLUMES_NONE;
	if (!find_leader(&s, path, &st) || !S_ISREG(st.st_mode) ||
	    !opens(&s, 1) || !opens(&s, s.v.at))
		return DOC_VOLUMES_NONE;
	*leader = strdup(path);
	*row = in_row(&s);
	return DOC_VOLUMES_FOLLOWS;
}

unsigned
doc_volumes_missing(const struct doc_volumes_at *at, struct doc_error *why)
{
	char path[PATH_MAX];
	struct stat st;
	struct set s;

	if (!set_of(&s, at))
		return 0;
	if (!may_lead(&s))
		(void)find_leader(&s, path, &st);
	for (unsigned i = 1; i <= DOC_VOLNAME_MAX; i++) {
		int fd = set_open(&s, i, &st, why);

		if (fd < 0)
			return s.v.kind == DOC_VOLNAME_ZIP && i > s.v.at &&
				s.v.at != DOC_VOLNAME_END
			    ? 0
			    : i;
		close(fd);
	}
	return 0;
}

/* For docrun. */

bool
doc_volumes_same(const char *path, const char *next)
{
	struct doc_volumes_at at[] = { { .path = path }, { .path = next } };
	struct set a, b;

	return set_of(&a, &at[0]) && set_of(&b, &at[1]) &&
	    a.v.kind == b.v.kind && a.folder == b.folder &&
	    a.v.stem == b.v.stem &&
	    strncmp(path, next, a.folder + a.v.stem) == 0 &&
	    strcmp(path, next) < 0;
}

static void
add(struct doc_digest *d, const struct stat *st)
{
	const uint64_t facts[] = { (uint64_t)st->st_size,
		(uint64_t)st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec,
		(uint64_t)st->st_ctim.tv_sec, (uint64_t)st->st_ctim.tv_nsec,
		(uint64_t)st->st_ino, st->st_mode };

	doc_digest_add(d, facts, sizeof(facts));
}

void
doc_volumes_stat(const char *path, struct doc_digest *d)
{
	struct doc_volumes_at at = { .path = path };
	char other[PATH_MAX];
	unsigned absent = 0;
	struct stat st;
	struct set s;

	if (!set_of(&s, &at))
		return;
	if (!may_lead(&s)) {
		if (find_leader(&s, other, &st))
			doc_digest_add(d, in_row(&s) ? "row" : "gap", 3);
		return;
	}
	for (unsigned i = s.v.kind == DOC_VOLNAME_ZIP ? 1 : 2;
	     absent <= DOC_VOLUMES_BEYOND; i++) {
		if (i <= DOC_VOLNAME_MAX && set_find(&s, i, other, &st)) {
			doc_digest_add(d, &i, sizeof(i));
			add(d, &st);
			absent = 0;
		} else {
			absent++;
		}
	}
}

void
doc_volumes_concern(const char *path, void (*fn)(const char *path, void *ctx),
    void *ctx)
{
	struct doc_volumes_at at = { .path = path };
	unsigned absent = 0, i;
	char other[PATH_MAX];
	struct stat st;
	struct set s;

	if (!set_of(&s, &at))
		return;
	if (!may_lead(&s) && find_leader(&s, other, &st))
		fn(other, ctx);
	for (i = s.v.at + 1; i <= DOC_VOLNAME_MAX && absent == 0; i++)
		if (set_find(&s, i, other, &st))
			fn(other, ctx);
		else
			absent++;
}
