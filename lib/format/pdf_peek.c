/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/inflate.h"
#include "lib/format/pdf_peek.h"

#define MAX_OBJECTS ((size_t)64 << 20)

/* From "/ObjStm" to the stream's bytes: the rest of a dictionary. */
#define DICTIONARY ((size_t)4096)

/* The last bytes of a piece, for words that the next one ends. */
enum { TAIL = 16 };

struct scan {
	bool found;
	size_t bytes;
	size_t kept;
	char join[2 * TAIL];
};

static bool
has(const char *p, size_t n, const char *word)
{
	return memmem(p, n, word, strlen(word)) != NULL;
}

/* Keys and types of a file that is attached to the document or to a page (ISO
 * 32000-1, 7.7.4 and 12.5.6.15). */
static bool
tells(const char *p, size_t n)
{
	return has(p, n, "EmbeddedFile") || has(p, n, "FileAttachment");
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

/* The compressed objects whose dictionary begins around `at`. */
static bool
objects_tell(const char *at, const char *end, struct scan *s)
{
	size_t reach = DOC_MIN((size_t)(end - at), DICTIONARY);
	const char *from = memmem(at, reach, "stream", 6);
	struct doc_error err = { 0 };

	if (from == NULL)
		return false;
	/* The filter may be named before the type. */
	from += 6;
	from += from < end && *from == '\r';
	from += from < end && *from == '\n';
	s->kept = 0;
	return doc_inflate(from, (size_t)(end - from), DOC_INFLATE_ZLIB, look,
		   s, &err) < 0 ||
	    s->found;
}

bool
doc_pdf_may_attach(const char *p, size_t n)
{
	const char *end = p + n, *at = p;
	struct scan s = { 0 };

	if (tells(p, n))
		return true;
	if (!has(p, n, "/ObjStm"))
		return false;
	if (has(p, n, "/Encrypt"))
		return true;
	while ((at = memmem(at, (size_t)(end - at), "/ObjStm", 7)) != NULL) {
		at += 7;
		if (objects_tell(at, end, &s))
			return true;
	}
	return false;
}
