/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/stage/allow.h"

#define HEX_LEN ((size_t)DOC_DIGEST_HEX - 1)

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, HEX_LEN);
}

/* Where the digest is: in front, as sha256sum(1) prints it; or behind, with
 * --tag, and as openssl(1) and BSDs do: "SHA256 (name) = digest". */
static const char *
digest_in(const char *line)
{
	const char *eq = strrchr(line, '=');

	/* sha256sum marks odd names with '\'. */
	line += strspn(line, " \t\r\\");
	if (eq == NULL ||
	    (strncmp(line, "SHA256", 6) != 0 &&
		strncmp(line, "SHA2-256", 8) != 0))
		return line;
	return eq + 1 + strspn(eq + 1, " \t");
}

/* 1: a digest, 0: nothing on this line, -1: something else. */
static int
read_line(const char *line, char hex[static DOC_DIGEST_HEX])
{
	line = digest_in(line);
	if (*line == '#' || *line == '\n' || *line == '\0')
		return 0;
	if (strlen(line) < HEX_LEN)
		return -1;
	for (size_t i = 0; i < HEX_LEN; i++)
		hex[i] = (char)tolower((unsigned char)line[i]);
	hex[HEX_LEN] = '\0';
	if (!doc_digest_is_hex(hex) || isxdigit((unsigned char)line[HEX_LEN]))
		return -1;
	return 1;
}

static int
add(struct doc_allow *a, const char *hex)
{
	char *all = a->hex;

	/* Doubles whenever the count is a power of two. */
	if ((a->count & (a->count - 1)) == 0)
		all = reallocarray(a->hex, DOC_MAX(2 * a->count, (size_t)1),
		    DOC_DIGEST_HEX);
	if (all == NULL)
		return -1;
	a->hex = all;
	memcpy(all + a->count++ * DOC_DIGEST_HEX, hex, DOC_DIGEST_HEX);
	return 0;
}

static int
read_all(FILE *f, struct doc_allow *a, struct doc_error *err)
{
	char line[8192], hex[DOC_DIGEST_HEX];

	for (unsigned n = 1; fgets(line, sizeof(line), f) != NULL; n++) {
		/* What Windows writes in front of UTF-8. */
		bool bom = n == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0;
		int rc = read_line(bom ? line + 3 : line, hex);

		if (rc < 0)
			return doc_error_set(err, DOC_E_USAGE,
			    "--allow: line %u has no SHA-256 digest", n);
		if (rc > 0 && add(a, hex) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	if (ferror(f))
		return doc_error_sys(err, "--allow");
	return 0;
}

int
doc_allow_read(const char *path, struct doc_allow *allow, struct doc_error *err)
{
	struct doc_allow a = { .count = 0 };
	FILE *f = fopen(path, "re");
	int rc;

	if (f == NULL)
		return doc_error_set(err, DOC_E_USAGE,
		    "--allow: cannot read '%s': %s", path, strerror(errno));
	rc = read_all(f, &a, err);
	(void)fclose(f);
	if (rc < 0) {
		doc_allow_release(&a);
		return -1;
	}
	if (a.count > 0)
		qsort(a.hex, a.count, DOC_DIGEST_HEX, compare);
	*allow = a;
	return 0;
}

bool
doc_allow_has(const struct doc_allow *a, const char *sha256)
{
	return a->count > 0 &&
	    bsearch(sha256, a->hex, a->count, DOC_DIGEST_HEX, compare) != NULL;
}

void
doc_allow_release(struct doc_allow *a)
{
	free(a->hex);
	*a = (struct doc_allow){ .count = 0 };
}
