/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fleet/line.h"

int
doc_line_escape(struct doc_buf *b, const char *s, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = s[i] == '\n'  ? doc_buf_add(b, "\\n", 2)
		    : s[i] == '\\' ? doc_buf_add(b, "\\\\", 2)
				   : doc_buf_addc(b, s[i]);
	return rc;
}

void
doc_line_unescape(char *s)
{
	char *to = s;

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0') {
			s++;
			*to++ = *s == 'n' ? '\n' : *s;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}
