/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/run/journal.h"

enum {
	SUM = 8,	      /* hexadecimal digits */
	READ_BEHIND = 1 << 22 /* bytes that stay mapped in */
};

uint32_t
doc_crc32c(const void *p, size_t n)
{
	static uint32_t table[256];
	const uint8_t *at = p;
	uint32_t crc = ~0U;

	if (table[1] == 0)
		for (uint32_t i = 0; i < 256; i++) {
			table[i] = i;
			for (int k = 0; k < 8; k++)
				table[i] = table[i] >> 1 ^
				    (table[i] & 1 ? 0x82f63b78U : 0);
		}
	while (n-- > 0)
		crc = crc >> 8 ^ table[(crc ^ *at++) & 0xff];
	return ~crc;
}

int
doc_journal_line(struct doc_buf *buf, const char *fmt, ...)
{
	size_t start = buf->len;
	char *words;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&words, fmt, ap);
	va_end(ap);
	if (n < 0)
		return -1;
	n = doc_buf_addf(buf, "%s\t%08x\n", words,
	    doc_crc32c(words, (size_t)n));
	free(words);
	if (n < 0)
		buf->len = start;
	return n < 0 ? -1 : 0;
}

int
doc_journal_open(struct doc_journal *j, int fd, struct doc_error *err)
{
	struct stat st;
	void *p;

	*j = (struct doc_journal){ 0 };
	if (fstat(fd, &st) < 0)
		return doc_error_sys(err, "cannot look at the journal");
	if (st.st_size == 0)
		return 0;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return doc_error_sys(err, "cannot read the journal");
	j->data = p;
	j->len = (size_t)st.st_size;
	return 0;
}

void
doc_journal_rewind(struct doc_journal *j)
{
	j->at = j->done = 0;
}

void
doc_journal_close(struct doc_journal *j)
{
	if (j->data != NULL)
		munmap((void *)(uintptr_t)j->data, j->len);
	doc_buf_release(&j->line);
	*j = (struct doc_journal){ 0 };
}

void
doc_journal_leave(struct doc_journal *j, size_t at)
{
	if (at < j->done + READ_BEHIND)
		return;
	at -= at % READ_BEHIND;
	madvise((char *)(uintptr_t)j->data + j->done, at - j->done,
	    MADV_DONTNEED);
	j->done = at;
}

const char *
doc_journal_next(struct doc_journal *j)
{
	size_t left = j->len - j->at, n;
	const char *p = left ? j->data + j->at : NULL;
	const char *end = left ? memchr(p, '\n', left) : NULL;
	char sum[SUM + 1];

	if (end == NULL || end - p < SUM + 1 || end[-SUM - 1] != '\t')
		return NULL;
	n = (size_t)(end - p) - SUM - 1;
	snprintf(sum, sizeof(sum), "%08x", doc_crc32c(p, n));
	if (memcmp(sum, end - SUM, SUM) != 0 || memchr(p, '\0', n) != NULL)
		return NULL;
	j->line.len = 0;
	if (doc_buf_add(&j->line, p, n) < 0)
		return NULL;
	j->at += n + SUM + 2;
	doc_journal_leave(j, j->at);
	return doc_buf_str(&j->line);
}
