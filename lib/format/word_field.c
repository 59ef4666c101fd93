/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/format/word_field.h"

/* Fields that load something, and how many arguments stand before its name. */
static const struct {
	const char *name;
	unsigned before;
} loaders[] = { { "DDE", 0 }, { "DDEAUTO", 0 }, { "IMPORT", 0 },
	{ "INCLUDE", 0 }, { "INCLUDEPICTURE", 0 }, { "INCLUDETEXT", 0 },
	{ "LINK", 1 }, { "RD", 0 } };

/* An argument: in quotes, or up to the next blank. */
struct argument {
	const char *s;
	size_t n;
};

static bool
next(const char **p, const char *end, struct argument *arg)
{
	const char *s = *p, *stop;

	while (s < end && (*s == ' ' || *s == '\t' || *s == '\n'))
		s++;
	if (s == end || *s == '\\')
		return false;
	if (*s == '"') {
		s++;
		stop = memchr(s, '"', (size_t)(end - s));
	} else {
		stop = memchr(s, ' ', (size_t)(end - s));
	}
	stop = stop ? stop : end;
	*arg = (struct argument){ s, (size_t)(stop - s) };
	*p = stop < end ? stop + 1 : end;
	return true;
}

static bool
has_line(const struct doc_buf *lines, const struct argument *arg)
{
	const char *p = lines->len > 0 ? lines->data : "";
	const char *end = p + lines->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p);

		if (n == arg->n && memcmp(p, arg->s, n) == 0)
			return true;
		p += n + 1;
	}
	return false;
}

void
doc_word_field_outside(const char *s, size_t n, struct doc_buf *lines)
{
	const char *p = n > 0 ? s : "", *end = p + n;
	struct argument arg;
	size_t i = 0;

	if (!next(&p, end, &arg))
		return;
	while (i < DOC_LEN(loaders) &&
	    (strlen(loaders[i].name) != arg.n ||
		strncasecmp(loaders[i].name, arg.s, arg.n) != 0))
		i++;
	if (i == DOC_LEN(loaders))
		return;
	for (unsigned k = 0; k <= loaders[i].before; k++)
		if (!next(&p, end, &arg))
			return;
	if (arg.n == 0 || (arg.n >= 4 && strncasecmp(arg.s, "cid:", 4) == 0) ||
	    has_line(lines, &arg))
		return;
	doc_buf_add(lines, arg.s, arg.n);
	doc_buf_addc(lines, '\n');
}

/* The bracket that closes the one before p, or NULL. */
static const char *
closing(const char *p, const char *end)
{
	unsigned depth = 1;

	for (; p < end; p++) {
		depth += *p == '(';
		if (*p == ')' && --depth == 0)
			return p;
	}
	return NULL;
}

bool
doc_word_field_ruby(const char *s, size_t n, struct doc_buf *out)
{
	const char *p = n > 0 ? s : "", *end = p + n, *reading, *stop, *base;
	struct argument arg;

	if (!next(&p, end, &arg) || arg.n != 2 ||
	    strncasecmp(arg.s, "EQ", 2) != 0)
		return false;
	reading = memmem(p, (size_t)(end - p), "\\up", 3);
	if (reading != NULL)
		reading = memchr(reading, '(', (size_t)(end - reading));
	stop = reading ? closing(reading + 1, end) : NULL;
	base = stop && end - stop > 2 && (stop[1] == ',' || stop[1] == ';')
	    ? stop + 2
	    : NULL;
	end = base ? closing(base, end) : NULL;
	if (end == NULL || end == base)
		return false;
	reading++;
	doc_buf_add(out, base, (size_t)(end - base));
	doc_buf_adds(out, " (");
	doc_buf_add(out, reading, (size_t)(stop - reading));
	doc_buf_addc(out, ')');
	return true;
}
