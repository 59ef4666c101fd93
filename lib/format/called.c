/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/base/utf8.h"
#include "lib/format/called.h"
#include "lib/format/guess.h"

/* Of a zip's directory (APPNOTE 4.3.12). */
enum { ENTRY = 46, FLAGS = 8, NAME_LEN = 28, EXTRA_LEN = 30, NOTE_LEN = 32 };
/* The longest ending of a name that is worth none of the sample, with its dot.
 */
enum { ENDING = 6 };

/* Detectors say little of a script before they have seen some ten of its
 * characters: what is short they are shown again and again. */
enum { SHORT = 24, ENOUGH = 256 };

enum { MARKED_UTF8 = 1 << 11 };

/* A step of a name that tells something, without its ending; once. */
static void
learn_step(struct doc_called *c, const char *step, size_t n)
{
	const char *dot = memrchr(step, '.', n);

	if (dot != NULL && dot > step && (size_t)(step + n - dot) <= ENDING)
		n = (size_t)(dot - step);
	if (n + 1 > sizeof(c->sample) - c->n || doc_utf8_valid(step, n) == n ||
	    memmem(c->sample, c->n, step, n) != NULL)
		return;
	memcpy(c->sample + c->n, step, n);
	c->n += n;
	c->sample[c->n++] = '\n';
	c->stale = true;
}

/* '/' and '.' are no part of a character in any charset of files' names. */
void
doc_called_learn(struct doc_called *c, const char *name, size_t n)
{
	const char *end = name + n;

	if (doc_utf8_valid(name, n) == n)
		return;
	while (name < end) {
		const char *slash = memchr(name, '/', (size_t)(end - name));
		const char *stop = slash != NULL ? slash : end;

		learn_step(c, name, (size_t)(stop - name));
		name = stop + 1;
	}
}

void
doc_called_learn_zip(struct doc_called *c, const struct doc_input *in,
    const char *end)
{
	uint32_t size = doc_le32(end + 12);
	const char *p = end - size;

	/* Zip64 has other places for these, and is made by programs that write
	 * UTF-8. */
	if (size > (size_t)(end - in->data))
		return;
	while (end - p > ENTRY && memcmp(p, "PK\1\2", 4) == 0) {
		size_t n = doc_le16(p + NAME_LEN);

		if (n > (size_t)(end - p) - ENTRY)
			return;
		if ((doc_le16(p + FLAGS) & MARKED_UTF8) == 0)
			doc_called_learn(c, p + ENTRY, n);
		n += ENTRY + doc_le16(p + EXTRA_LEN) + doc_le16(p + NOTE_LEN);
		if (n > (size_t)(end - p))
			return;
		p += n;
	}
}

/* The charset of all names together; "" when none is likely. */
static void
choose(struct doc_called *c)
{
	char often[DOC_CALLED_SAMPLE];
	size_t n = c->n;

	if (n >= SHORT && doc_guess(c->sample, n, c->charset))
		return;
	memcpy(often, c->sample, n);
	while (n < ENOUGH && n + c->n <= sizeof(often)) {
		memcpy(often + n, c->sample, c->n);
		n += c->n;
	}
	if (!doc_guess_few(often, n, c->charset))
		c->charset[0] = '\0';
}

/* Nothing when a single byte of the name does not fit the guess. */
static bool
read_name(struct doc_called *c, const char *name, size_t n,
    struct doc_buf *text)
{
	struct doc_charset *cs;
	bool good;

	if (c->stale && c->n > 0)
		choose(c);
	c->stale = false;
	cs = c->charset[0] ? doc_charset_open(c->charset) : NULL;
	good = cs != NULL && doc_charset_put(cs, name, n, true, text) == 0 &&
	    doc_charset_repairs(cs) == 0 && text->len > 0;
	doc_charset_free(cs);
	return good;
}

void
doc_called_say(struct doc_called *c, const char *name, size_t n,
    struct doc_work *work)
{
	doc_autobuf struct doc_buf text = { 0 };

	doc_work_bytes(work, DOC_F_NAME, name, n);
	if (doc_utf8_valid(name, n) == n)
		return;
	if (c->n == 0)
		doc_called_learn(c, name, n);
	if (read_name(c, name, n, &text) && doc_buf_str(&text) != NULL)
		doc_work_str(work, DOC_F_SHOWN, text.data);
}
