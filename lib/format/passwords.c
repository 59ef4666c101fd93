/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>

#include "lib/format/passwords.h"

/* A list longer than this is no list of passwords. */
#define MAX_PASSWORDS ((size_t)64 << 10)

int
doc_passwords_read(const char *path, struct doc_buf *lines,
    struct doc_error *err)
{
	doc_autoclose int fd = -1;
	char piece[4096];
	ssize_t n;

	if (path == NULL)
		return 0;
	lines->max = MAX_PASSWORDS;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return doc_error_sys(err, "cannot open the password file");
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		for (ssize_t i = 0; i < n; i++)
			if (piece[i] != '\r' && piece[i] != '\0' &&
			    doc_buf_addc(lines, piece[i]) < 0)
				return doc_error_set(err, DOC_E_USAGE,
				    "the password file is too long");
	if (n < 0)
		return doc_error_sys(err, "cannot read the password file");
	doc_buf_addc(lines, '\n');
	/* What Windows writes in front of UTF-8. */
	if (lines->len >= 3 && memcmp(lines->data, "\xef\xbb\xbf", 3) == 0) {
		memmove(lines->data, lines->data + 3, lines->len - 3);
		lines->len -= 3;
	}
	return doc_buf_str(lines) == NULL
	    ? doc_error_set(err, DOC_E_MEMORY, "no memory for passwords")
	    : 0;
}

const char *
doc_passwords_line(const char *lines, unsigned number, size_t *len)
{
	while (lines != NULL && *lines != '\0') {
		*len = strcspn(lines, "\n");
		if (--number == 0)
			return lines;
		lines += *len + (lines[*len] == '\n');
	}
	return NULL;
}
