/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/inflate.h"
#include "lib/format/pdf_peek.h"

/* Of a document, unpacked. */
#define MAX_OBJECTS ((size_t)64 << 20)

/* The farthest that the beginning and the end of a dictionary are looked for.
 */
#define DICTIONARY ((size_t)8192)

enum {
	WORD = 14,	/* what is read of a name: the longest one sought */
	TAIL = 3 * WORD /* bytes of it, each escaped, across two pieces */
};

enum word { NONE, ATTACHED, COMPRESSED, ENCRYPTED };

struct scan {
	bool found;
	size_t bytes;
	size_t kept;
	char join[2 * TAIL];
};

/* What separates names from what follows (ISO 32000-1, 7.2.2). */
static bool
ends_name(char c)
{
	return memchr("\0\t\n\f\r ()<>[]{}/%", c, 16) != NULL;
}

/* The name that begins at p, at most WORD characters of it, escapes read (ISO
 * 32000-1, 7.3.5).  *escaped, unless it is as it would be written. */
static size_t
read_name(const char *p, const char *end, char name[static WORD], bool *escaped)
{
	size_t n = 0;

	while (p < end && n < WORD && !ends_name(*p)) {
		int high = -1, low = -1;

		if (*p == '#' && end - p > 2) {
			high = doc_hex_digit(p[1]);
			low = doc_hex_digit(p[2]);
		}
		if (high >= 0 && low >= 0) {
			name[n++] = (char)(high << 4 | low);
			*escaped = true;
			p += 3;
		} else {
			name[n++] = *p++;
		}
	}
	return n;
}

static bool
begins(const char *name, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && memcmp(name, word, len) == 0;
}

static bool
is(const char *name, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(name, word, n) == 0;
}

/* Keys and types of a file that is attached to the document or to a page (ISO
 * 32000-1, 7.7.4 and 12.5.6.15); the key that compressed objects have, for
 * poppler opens them whatever they say they are. */
static enum word
tell(const char *p, const char *end)
{
	char name[WORD];
	bool escaped = false;
	size_t n;

	if (p == end || (*p != 'E' && *p != 'F' && *p != '#'))
		return NONE;
	n = read_name(p, end, name, &escaped);
	if (begins(name, n, "EmbeddedFile") || is(name, n, "FileAttachment"))
		return ATTACHED;
	if (is(name, n, "Encrypt"))
		return ENCRYPTED;
	/* Nobody spells it so who has nothing to hide. */
	if (is(name, n, "First"))
		return escaped ? ATTACHED : COMPRESSED;
	return NONE;
}

/* The next name that tells something; NULL: there is none. */
static const char *
next(const char *p, const char *end, enum word *word)
{
	while (p < end && (p = memchr(p, '/', (size_t)(end - p))) != NULL) {
		*word = tell(++p, end);
		if (*word != NONE)
			return p;
	}
	return NULL;
}

static bool
tells(const char *p, size_t n)
{
	const char *end = p + n;
	enum word word = NONE;

	while ((p = next(p, end, &word)) != NULL)
		if (word == ATTACHED)
			return true;
	return false;
}

static int
look(void *ctx, const char *p, size_t n, struct doc_error *err)
{
	struct scan *s = ctx;
	size_t head = DOC_MIN(n, (size_t)TAIL);

	(void)err;
	memcpy(s->join + s->kept, p, head);
	s->bytes += n;
	s->found = tells(s->join, s->kept + head) || tells(p, n) ||
	    s->bytes > MAX_OBJECTS;
	s->kept = head;
	memmove(s->join, p + n - head, head);
	return s->found;
}

static const char *
skip_space(const char *p, const char *end)
{
	while (p < end && memchr("\0\t\n\f\r ", *p, 6) != NULL)
		p++;
	return p;
}

/* Behind the string that begins at p. */
static const char *
skip_string(const char *p, const char *end)
{
	unsigned depth = 0;

	for (; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
	}
	return end;
}

static const char *
skip_to(const char *p, const char *end, char last)
{
	const char *at = memchr(p, last, (size_t)(end - p));

	return at ? at + 1 : end;
}

/* Where the dictionary around `p` ends, read as poppler does; NULL: not near.
 */
static const char *
end_of(const char *p, const char *end)
{
	unsigned depth = 1;

	while (p < end) {
		bool twice = end - p > 1 && p[1] == *p;

		if (*p == '(')
			p = skip_string(p, end);
		else if (*p == '%')
			return NULL;
		else if (*p == '<' && !twice)
			p = skip_to(p, end, '>');
		else if ((*p != '<' && *p != '>') || !twice)
			p++;
		else if (p += 2, p[-1] == '<')
			depth++;
		else if (--depth == 0)
			return p;
	}
	return NULL;
}

/* Where the object around `at` begins: behind its "obj".  NULL: not near, or
 * not with a dictionary. */
static const char *
object_of(const char *begin, const char *at)
{
	const char *stop = at - begin > (ptrdiff_t)DICTIONARY ? at - DICTIONARY
							      : begin;
	const char *p = at - 3;

	while (p >= stop && memcmp(p, "obj", 3) != 0)
		p--;
	if (p < stop)
		return NULL;
	p = skip_space(p + 3, at);
	return at - p > 2 && memcmp(p, "<<", 2) == 0 ? p + 2 : NULL;
}

/* Does the dictionary say that its stream is deflated once, and no more?  Then
 * it has no keys but these. */
static bool
is_plain(const char *p, const char *end)
{
	static const char *const known[] = { "Type", "ObjStm", "N", "First",
		"Length", "Extends", "Filter" };
	unsigned deflated = 0;

	while (p < end) {
		char name[WORD];
		bool escaped = false, ok = false;
		size_t n;

		if (*p != '/') {
			if (memchr("\t\n\r <>[]R0123456789", *p++, 19) == NULL)
				return false;
			continue;
		}
		n = read_name(++p, end, name, &escaped);
		if (is(name, n, "FlateDecode"))
			ok = deflated++ == 0;
		for (size_t i = 0; i < DOC_LEN(known); i++)
			ok = ok || is(name, n, known[i]);
		if (!ok || escaped)
			return false;
		p += n;
	}
	return deflated == 1;
}

/* The compressed objects behind a dictionary, which begins and ends here. */
static bool
objects_tell(const char *object, const char *over, const char *end,
    struct scan *s)
{
	const char *from = skip_space(over, end) + strlen("stream");
	struct doc_error err = { 0 };

	if (object == NULL || !is_plain(object, over))
		return true;
	from += from < end && *from == '\r';
	from += from < end && *from == '\n';
	s->kept = 0;
	return doc_inflate(from, (size_t)(end - from), DOC_INFLATE_ZLIB, look,
		   s, &err) < 0 ||
	    s->found;
}

/* An outline has such a key as well, and no stream. */
static bool
has_stream(const char *over, const char *end)
{
	const char *p = skip_space(over, end);

	return p < end &&
	    (*p == '%' || (end - p > 6 && memcmp(p, "stream", 6) == 0));
}

bool
doc_pdf_may_attach(const char *p, size_t n)
{
	const char *end = p + n, *at = p, *over;
	bool encrypted = false, compressed = false;
	enum word word = NONE;
	struct scan s = { 0 };
	size_t work = 0;

	while ((at = next(at, end, &word)) != NULL) {
		if (word == ATTACHED)
			return true;
		encrypted = encrypted || word == ENCRYPTED;
		if (word == ENCRYPTED)
			continue;
		over = end_of(at, at + DOC_MIN((size_t)(end - at), DICTIONARY));
		work += over ? (size_t)(over - at) : DICTIONARY;
		if (over == NULL || work / 4 > n)
			return true;
		if (!has_stream(over, end))
			continue;
		compressed = true;
		if (!encrypted && objects_tell(object_of(p, at), over, end, &s))
			return true;
	}
	return encrypted && compressed;
}
