/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/format/mbox.h"

static size_t
line_length(const char *p, size_t n)
{
	const char *nl = memchr(p, '\n', n);

	return nl ? (size_t)(nl - p) + 1 : n;
}

/* "Name: " with what a name may be of (RFC 5322 section 3.6.8). */
static bool
is_header(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] > ' ' && p[i] < 127 && p[i] != ':')
		i++;
	return i > 0 && i < n && p[i] == ':';
}

/* "From - " and "From " alone, as Mozilla's programs write them: between a
 * blank line and a header it is no prose. */
static bool
is_bare(const char *p, size_t len, size_t n)
{
	size_t i = 5;

	while (i < len && memchr(" -\r\n", p[i], 4) != NULL)
		i++;
	return i == len && is_header(p + len, n - len);
}

/* "From whoever Sat Jan  3 01:05:34 1996": what tells it from prose is the
 * time of day. */
static bool
is_separator(const char *p, size_t n)
{
	size_t len = line_length(p, DOC_MIN(n, (size_t)1024));

	if (len < 5 || memcmp(p, "From ", 5) != 0)
		return false;
	if (is_bare(p, len, n))
		return true;
	for (size_t i = 5; i + 5 <= len; i++)
		if (isdigit((unsigned char)p[i]) && p[i + 2] == ':' &&
		    isdigit((unsigned char)p[i + 1]) &&
		    isdigit((unsigned char)p[i + 3]) &&
		    isdigit((unsigned char)p[i + 4]))
			return true;
	return false;
}

bool
doc_mbox_is(const char *p, size_t n)
{
	return is_separator(p, n);
}

static bool
after_blank_line(const char *p, size_t at)
{
	if (at < 2 || p[at - 1] != '\n')
		return at == 0;
	return p[at - 2] == '\n' ||
	    (at >= 3 && p[at - 2] == '\r' && p[at - 3] == '\n');
}

bool
doc_mbox_next(const char *p, size_t n, size_t *at, size_t *from, size_t *len)
{
	const char *next;
	size_t end;

	if (*at >= n)
		return false;
	if (is_separator(p + *at, n - *at))
		*at += line_length(p + *at, n - *at);
	*from = end = *at;
	for (;;) {
		next = memmem(p + end, n - end, "\nFrom ", 6);
		end = next ? (size_t)(next - p) + 1 : n;
		if (next == NULL ||
		    (after_blank_line(p, end) &&
			is_separator(p + end, n - end)))
			break;
	}
	*at = end;
	*len = end - *from;
	return true;
}

/* With ">From " lines as they were before they went into the mailbox. */
static int
write_message(int fd, const char *p, size_t n)
{
	const char *end = p + n, *q, *mark;

	/* p is what is not written yet, q where to look on. */
	for (q = p; q < end; q += line_length(q, (size_t)(end - q))) {
		mark = q;
		while (mark < end && *mark == '>')
			mark++;
		if (mark == q || end - mark < 5 ||
		    memcmp(mark, "From ", 5) != 0)
			continue;
		if (doc_write_full(fd, p, (size_t)(q - p)) < 0)
			return -1;
		p = q + 1;
	}
	return doc_write_full(fd, p, (size_t)(end - p));
}

int
doc_mbox_list(const struct doc_input *in, struct doc_work *work, unsigned *seen,
    struct doc_error *err)
{
	size_t at = 0, from, len;

	while (doc_mbox_next(in->data, in->size, &at, &from, &len)) {
		struct doc_error bad = { 0 };
		char name[32];
		int fd;

		++*seen;
		fd = work->ops->member_open(work, err);
		if (fd < 0)
			return -1;
		snprintf(name, sizeof(name), "message-%u.eml", *seen);
		doc_work_bytes(work, DOC_F_NAME, name, strlen(name));
		if (write_message(fd, in->data + from, len) < 0)
			doc_error_sys(&bad, "cannot write the message");
		work->ops->member_close(work,
		    bad.code != DOC_E_NONE ? &bad : NULL, DOC_R_NONE);
	}
	return 0;
}
