/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * board_fuzz - the gauges of other processes: files that anybody who runs as
 * this user may have written.
 *
 * What is said of one is JSON, and lines for people have no control characters.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/tree.h"
#include "lib/gauge/gauge_page.h"
#include "lib/gauge/report.h"
#include "lib/record/value.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/board_fuzz.XXXXXX";

static void
clear_away(void)
{
	doc_tree_remove(dir);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (mkdtemp(dir) == NULL)
		return 1;
	atexit(clear_away);
	return 0;
}

/* A page is large, and most of it nothing: pairs of a place and a value. */
static int
write_page(const uint8_t *data, size_t size)
{
	/* Of one that runs. */
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	static union {
		char bytes[sizeof(struct doc_gauge_page)];
		uint64_t magic;
	} page;
	size_t at = 0;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/doctext.1", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	memset(&page, 0, sizeof(page));
	page.magic = GAUGE_MAGIC;
	for (; size >= 4; data += 4, size -= 4) {
		at = (at + data[0] + (size_t)data[1] * 8) % sizeof(page);
		page.bytes[at] = (char)data[2];
		page.bytes[(at + 1) % sizeof(page)] = (char)data[3];
	}
	if (fd < 0 || doc_write_full(fd, &page, sizeof(page) - size) < 0 ||
	    fcntl(fd, F_OFD_SETLK, &lock) < 0)
		abort();
	return fd;
}

static void
check_text(int (*make)(const struct doc_report *, struct doc_buf *),
    const struct doc_report *r)
{
	doc_autobuf struct doc_buf b = { 0 };

	assert(make(r, &b) == 0);
	for (size_t i = 0; i < b.len; i++)
		assert((unsigned char)b.data[i] >= 0x20 || b.data[i] == '\n');
}

static void
check_json(const struct doc_report *r)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_value *v;

	assert(doc_report_json(r, &b) == 0);
	v = doc_value_parse(b.data, b.len);
	assert(v != NULL);
	doc_value_free(v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct doc_report r;
	struct doc_error err = { 0 };
	int fd;

	fd = write_page(data, size);
	memset(&r, 0, sizeof(r));
	assert(doc_board_read(&r.board, dir, 0, &err) == 0);
	assert(r.board.stages <= DOC_BOARD_STAGES);
	assert(r.board.works <= DOC_BOARD_WORK);
	if (r.board.stages > 0)
		r.whole = r.board.stage[0];
	doc_report_update(&r);
	check_json(&r);
	check_text(doc_report_metrics, &r);
	check_text(doc_report_words, &r);
	check_text(doc_report_table, &r);
	close(fd);
	return 0;
}
