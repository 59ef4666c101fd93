/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/lzfu.h"

enum { HEADER = 16, WINDOW = 4096 };

#define PACKED	 0x75465a4c /* "LZFu" */
#define UNPACKED 0x414c454d /* "MELA" */

/* What the window holds at first ([MS-OXRTFCP] 2.1.2.1). */
static const char begin[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman "
    "\\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New "
    "RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

struct window {
	char data[WINDOW];
	unsigned at;
};

static int
emit(struct window *w, char c, struct doc_buf *out)
{
	w->data[w->at] = c;
	w->at = (w->at + 1) % WINDOW;
	return doc_buf_addc(out, c);
}

/* 12 bits where, 4 bits how long; 1: stop, at the window's own place. */
static int
repeat(struct window *w, const char *p, struct doc_buf *out)
{
	unsigned code = (unsigned)(unsigned char)p[0] << 8 |
	    (unsigned char)p[1];
	unsigned from = code >> 4, len = (code & 15) + 2;

	if (from == w->at)
		return 1;
	while (len-- > 0) {
		if (emit(w, w->data[from], out) < 0)
			return -1;
		from = (from + 1) % WINDOW;
	}
	return 0;
}

static int
unpack(const char *p, size_t n, struct doc_buf *out)
{
	struct window w = { .at = sizeof(begin) - 1 };
	size_t at = 0;

	memcpy(w.data, begin, sizeof(begin) - 1);
	while (at < n) {
		unsigned flags = (unsigned char)p[at++];

		for (unsigned bit = 0; bit < 8; bit++, flags >>= 1) {
			size_t step = flags & 1 ? 2 : 1;
			int rc;

			if (at + step > n)
				return 0;
			rc = step == 2 ? repeat(&w, p + at, out)
				       : emit(&w, p[at], out);
			if (rc != 0)
				return rc < 0 ? -1 : 0;
			at += step;
		}
	}
	return 0;
}

int
doc_lzfu(const char *p, size_t n, struct doc_buf *out)
{
	uint32_t kind = n > HEADER ? doc_le32(p + 8) : 0;

	if (kind == UNPACKED)
		return doc_buf_add(out, p + HEADER, n - HEADER);
	return kind == PACKED ? unpack(p + HEADER, n - HEADER, out) : -1;
}
