/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/hyphen.h"

/* Bytes of the hyphen at p, 0 when there is none: "-", U+00AD, U+2010. */
static size_t
hyphen(const char *p, size_t n)
{
	if (n >= 1 && *p == '-')
		return 1;
	if (n >= 2 && memcmp(p, "\xc2\xad", 2) == 0)
		return 2;
	return n >= 3 && memcmp(p, "\xe2\x80\x90", 3) == 0 ? 3 : 0;
}

/* A letter of any script; capitals only of ASCII are told apart. */
static bool
is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || c >= 0x80;
}

void
doc_hyphen_join(struct doc_buf *text)
{
	char *s = text->data;
	size_t n = text->len, to = 0;
	bool owed = false; /* the line ends behind this word */

	for (size_t i = 0; i < n;) {
		size_t len = hyphen(s + i, n - i);
		bool divides = len > 0 && i > 0 && i + len + 1 < n &&
		    s[i + len] == '\n' &&
		    is_letter((unsigned char)(s[i - 1] | 0x20)) &&
		    is_letter((unsigned char)s[i + len + 1]);

		if (divides) {
			i += len + 1;
			owed = true;
			continue;
		}
		if (owed && (s[i] == ' ' || s[i] == '\n')) {
			s[to++] = '\n';
			owed = false;
			i++;
			continue;
		}
		s[to++] = s[i++];
	}
	text->len = to;
}
