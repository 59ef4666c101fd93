/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal_fuzz - what a docrun finds of an earlier one: journal and records.
 *
 * The first byte chooses: the rest is a journal as it is, or lines of one that
 * get right sums and, where they ask for records, some.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/run/ledger_impl.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 400, NUMBERS = 1 << 20 };

static int out = -1, journal = -1;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	doc_log_open("journal_fuzz", -9);
	out = memfd_create("out", MFD_CLOEXEC);
	journal = memfd_create("journal", MFD_CLOEXEC);
	return out < 0 || journal < 0;
}

/* Numbers as they come from a docrun, one after the other: a table of all
 * below the largest is what is kept, four thousand million times over. */
static bool
is_small(const char *text, struct ledger_line *line)
{
	return !ledger_parse(text, line) || line->n < NUMBERS;
}

static void
put_lines(const char *p, size_t n)
{
	doc_autobuf struct doc_buf lines = { 0 };
	size_t at = 0;

	for (unsigned i = 0; i < LINES && at < n; i++) {
		size_t len = strcspn(p + at, "\n");
		struct ledger_line line;
		char text[512];

		snprintf(text, sizeof(text), "%.*s", (int)len, p + at);
		at += len + 1;
		if (is_small(text, &line))
			(void)!doc_journal_line(&lines, "%s", text);
	}
	if (doc_write_full(journal, lines.data, lines.len) < 0)
		abort();
}

static void
fresh(int fd)
{
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		abort();
}

static void
check(size_t journal_size)
{
	struct doc_ledger l = { .out = dup(out),
		.journal = dup(journal),
		.spool = -1 };
	struct doc_error err = { 0 };
	struct doc_past past;
	uint32_t n;

	snprintf(l.dir, sizeof(l.dir), "run");
	if (ledger_load(&l, &err) == 0) {
		assert(l.journal_len <= journal_size);
		assert(l.next_n >= 1);
		(void)doc_ledger_meet(&l, "00112233445566778899aabbccddeeff", 1,
		    &n);
		doc_ledger_past(&l, n, "00112233445566778899aabbccddeeff",
		    &past);
	} else {
		assert(err.code != DOC_E_NONE);
	}
	doc_ledger_release(&l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *p;

	if (size < 1 || (p = strndup((const char *)data + 1, size - 1)) == NULL)
		return 0;
	fresh(journal);
	fresh(out);
	if (doc_write_full(out, data, size) < 0)
		abort();
	if (data[0] & 1)
		put_lines(p, strlen(p));
	else if (doc_write_full(journal, data + 1, size - 1) < 0)
		abort();
	check((size_t)lseek(journal, 0, SEEK_END));
	free(p);
	return 0;
}
