/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/base/utf8.h"

size_t
doc_utf8_step(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n < 2 || (p[1] & 0xc0) != 0x80)
		return 0;
	if (p[0] < 0xe0)
		return 2;
	if (n < 3 || (p[2] & 0xc0) != 0x80)
		return 0;
	if (p[0] < 0xf0) {
		bool overlong = p[0] == 0xe0 && p[1] < 0xa0;
		bool surrogate = p[0] == 0xed && p[1] > 0x9f;

		return overlong || surrogate ? 0 : 3;
	}
	if (n < 4 || (p[3] & 0xc0) != 0x80)
		return 0;
	if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return 4;
}

size_t
doc_utf8_valid(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		uint64_t word;
		size_t step;

		while (n - i >= sizeof(word)) {
			memcpy(&word, p + i, sizeof(word));
			if (word & 0x8080808080808080u)
				break;
			i += sizeof(word);
		}
		if (i == n)
			break;
		step = doc_utf8_step(p + i, n - i);
		if (step == 0)
			return i;
		i += step;
	}
	return n;
}

int64_t
doc_utf8_repair(struct doc_buf *buf, const char *p, size_t n)
{
	int64_t repairs = 0;

	while (n > 0) {
		size_t good = doc_utf8_valid(p, n);

		if (doc_buf_add(buf, p, good) < 0)
			return -1;
		p += good;
		n -= good;
		if (n == 0)
			break;
		if (doc_buf_adds(buf, "\xef\xbf\xbd") < 0)
			return -1;
		repairs++;
		p++;
		n--;
	}
	return repairs;
}

/* C0 and DEL; C1 (U+0080-9F); U+061C, U+200E-F, U+202A-E, U+2066-9 turn the
 * direction (Unicode 15 annex 9); U+2028-9 end lines. */
static bool
plays(const unsigned char *p, size_t step)
{
	if (step == 1)
		return p[0] < 0x20 || p[0] == 0x7f;
	if (step == 2)
		return (p[0] == 0xc2 && p[1] < 0xa0) ||
		    (p[0] == 0xd8 && p[1] == 0x9c);
	return step == 3 && p[0] == 0xe2 &&
	    ((p[1] == 0x80 &&
		 (p[2] == 0x8e || p[2] == 0x8f ||
		     (p[2] >= 0xa8 && p[2] <= 0xae))) ||
		(p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

int
doc_utf8_printable(struct doc_buf *buf, const char *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t step = doc_utf8_step(p + i, n - i);
		bool bad = step == 0 ||
		    plays((const unsigned char *)p + i, step);

		if ((bad ? doc_buf_addc(buf, '?')
			 : doc_buf_add(buf, p + i, step)) < 0)
			return -1;
		i += step ? step : 1;
	}
	return 0;
}

int
doc_utf8_put(struct doc_buf *buf, uint32_t r)
{
	char b[4];
	size_t n;

	if (r > 0x10ffff || (r >= 0xd800 && r <= 0xdfff))
		r = 0xfffd;
	if (r < 0x80) {
		b[0] = (char)r;
		n = 1;
	} else if (r < 0x800) {
		b[0] = (char)(0xc0 | r >> 6);
		n = 2;
	} else if (r < 0x10000) {
		b[0] = (char)(0xe0 | r >> 12);
		n = 3;
	} else {
		b[0] = (char)(0xf0 | r >> 18);
		n = 4;
	}
	for (size_t i = 1; i < n; i++)
		b[i] = (char)(0x80 | (r >> 6 * (n - 1 - i) & 0x3f));
	return doc_buf_add(buf, b, n);
}

int
doc_utf8_put_utf16(struct doc_buf *buf, const void *p, size_t units,
    unsigned width)
{
	const unsigned char *u = p;

	for (size_t i = 0; i < units; i++) {
		uint32_t c = width == 1 ? u[i] : doc_le16(u + 2 * i), low;

		if (c >= 0xd800 && c < 0xdc00 && i + 1 < units) {
			low = doc_le16(u + 2 * (i + 1));
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c & 0x3ff) << 10) +
				    (low & 0x3ff);
				i++;
			}
		}
		if (doc_utf8_put(buf, c) < 0)
			return -1;
	}
	return 0;
}
