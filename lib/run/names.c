/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/run/drop.h"
#include "lib/run/names.h"
#include "lib/stage/intake.h"
#include "lib/stage/volumes.h"

/* Size, place and both times: who writes to a file changes one of them.  And
 * those of the files that doclist joins to it. */
static uint64_t
signature(const char *path, const struct stat *st, enum doc_code code)
{
	const uint64_t facts[] = { (uint64_t)st->st_size,
		(uint64_t)st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec,
		(uint64_t)st->st_ctim.tv_sec, (uint64_t)st->st_ctim.tv_nsec,
		(uint64_t)st->st_ino, st->st_mode, code };
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	doc_digest_init(&d);
	doc_digest_add(&d, facts, sizeof(facts));
	if (code == DOC_E_NONE && S_ISREG(st->st_mode))
		doc_volumes_stat(path, &d);
	doc_digest_hex(&d, hex);
	hex[16] = '\0';
	return DOC_MAX(strtoull(hex, NULL, 16), 1U);
}

static int
found(struct doc_found *f, const char *path, const struct stat *st,
    enum doc_code code)
{
	*f = (struct doc_found){ .path = path,
		.len = strlen(path),
		.size = code == DOC_E_NONE ? (uint64_t)st->st_size : 0,
		.sig = signature(path, st, code) };
	return 1;
}

void
doc_found_of(struct doc_found *f, const char *path, const struct stat *st)
{
	found(f, path, st, DOC_E_NONE);
}

static int
next_listed(struct doc_names *n, struct doc_found *f, struct doc_error *err)
{
	struct stat st = { 0 };
	const char *name;
	size_t len;
	int rc;

	while ((rc = doc_lines_next(&n->list, &name, &len, err)) >= 0) {
		size_t skip = n->digests ? DOC_NAME_DIGEST : 0;
		char path[PATH_MAX];

		if (rc == 0 && n->list.eof)
			return 0;
		if (rc == 0 && doc_lines_fill(&n->list, err) < 0)
			return -1;
		if (rc == 0 || (len == 0 && n->list.end == '\n'))
			continue;
		if (len < skip)
			return doc_error_set(err, DOC_E_STREAM,
			    "a name in the list has no digest before it");
		len -= skip;
		snprintf(path, sizeof(path), "%.*s", (int)len, name + skip);
		rc = len >= sizeof(path) ||
		    fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) < 0;
		found(f, path, &st, rc ? DOC_E_NOT_FOUND : DOC_E_NONE);
		/* As it stands in the list, where it may be longer. */
		f->path = name + skip;
		f->len = len;
		f->digest = skip ? name : NULL;
		return 1;
	}
	return -1;
}

int
doc_names_next(struct doc_names *n, struct doc_found *f, struct doc_error *err)
{
	struct doc_error why = { 0 };
	struct stat st = { 0 };
	const char *path;
	int rc;

	if (n->drop != NULL) {
		rc = doc_drop_next(n->drop, f, err);
		return rc == 0 ? DOC_NAMES_LATER : rc;
	}
	while (n->operands != NULL) {
		if (!n->walking) {
			if (n->operands[n->operand] == NULL)
				break;
			doc_walk_start(&n->walk, n->operands[n->operand++]);
			n->walking = true;
		}
		if (doc_walk_next(&n->walk, &path, &st, &why) > 0) {
			/* Not the file's fault, nor for ever. */
			if (doc_error_class(why.code) == DOC_CLASS_SYSTEM) {
				*err = why;
				return -1;
			}
			return found(f, path, &st, why.code);
		}
		doc_walk_release(&n->walk);
		n->walking = false;
	}
	return n->listed ? next_listed(n, f, err) : 0;
}

void
doc_names_release(struct doc_names *n)
{
	if (n->drop != NULL)
		doc_drop_free(n->drop);
	n->drop = NULL;
	doc_walk_release(&n->walk);
	doc_lines_release(&n->list);
}
