/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/base/utf8.h"
#include "lib/stage/open.h"
#include "lib/store/text.h"
#include "lib/store/words.h"

/* What the cut left of the last character is no error. */
static size_t
whole_characters(const char *p, size_t n)
{
	size_t back = 0;

	while (back < 3 && back < n &&
	    ((unsigned char)p[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < n && (unsigned char)p[n - 1 - back] >= 0xc0 &&
	    doc_utf8_step(p + n - 1 - back, back + 1) == 0)
		return n - 1 - back;
	return n;
}

int
doc_text_load(const char *root, const char *path, uint64_t max,
    struct doc_buf *out, bool *cut, struct doc_error *err)
{
	struct doc_words roots = { (char *[]){ (char *)(uintptr_t)root, NULL },
		root != NULL };
	struct stat st;
	doc_autoclose int fd = doc_open_below(&roots, path, &st, err);
	doc_autobuf struct doc_buf b = { .max = max + 1 };
	size_t size;
	ssize_t n;

	if (fd < 0)
		return -1;
	*cut = (uint64_t)st.st_size > max;
	size = *cut ? (size_t)max : (size_t)st.st_size;
	if (doc_buf_reserve(&b, size + 1) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	n = doc_read_full(fd, b.data, size);
	if (n < 0)
		return doc_error_sys(err, "cannot read the text");
	if (*cut)
		n = (ssize_t)whole_characters(b.data, (size_t)n);
	if (doc_utf8_valid(b.data, (size_t)n) != (size_t)n)
		return doc_error_set(err, DOC_E_DAMAGED,
		    "the text is not UTF-8");
	if (doc_words_prepare(out, b.data, (size_t)n) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return 0;
}
