/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/engine/unseen.h"
#include "lib/format/archive.h"
#include "lib/format/ole_locked.h"

/* Archives that doclist opens and ClamAV takes for data. */
static bool
is_foreign(const char *data, size_t size)
{
	static const struct {
		const char *mark;
		size_t len;
	} marks[] = {
		{ "\x28\xb5\x2f\xfd", 4 }, /* zstd, RFC 8878 */
		{ "\x04\x22\x4d\x18", 4 }, /* lz4 frame */
		{ "LZIP\1", 5 },	   /* lzip */
		{ "\x1f\x9d", 2 },	   /* compress(1) */
		{ "\x89LZO\0\r\n", 7 },	   /* lzop */
		{ "LRZI\0", 5 },	   /* lrzip */
		{ "!<arch>\n", 8 },	   /* ar(5), deb */
		{ "\xed\xab\xee\xdb", 4 }, /* rpm */
		{ "WARC/", 5 },		   /* ISO 28500 */
		{ "SIT!", 4 },		   /* StuffIt */
		{ "StuffIt", 7 },	   /* StuffIt 5 */
		{ "!BDN", 4 },		   /* a store of Outlook */
	};

	for (size_t i = 0; i < DOC_LEN(marks); i++)
		if (size > marks[i].len &&
		    memcmp(data, marks[i].mark, marks[i].len) == 0)
			return true;
	/* ACE has its mark behind a checksum. */
	return size > 14 && memcmp(data + 7, "**ACE**", 7) == 0;
}

/* ClamAV 1.4 knows OOXML with a password by its name only, and old Word, Excel
 * and PowerPoint not at all. */
static void
say_locked(const struct doc_input *in, struct doc_work *work)
{
	if (in->size > 512 &&
	    memcmp(in->data, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0 &&
	    doc_ole_is_locked(in->data, in->size))
		doc_work_reason(work, DOC_R_ENCRYPTED);
}

static void
say_package(const struct doc_input *in, struct doc_work *work)
{
	struct doc_error err = { 0 };
	struct doc_package *pkg;

	if (in->size < 4 || memcmp(in->data, "PK\3\4", 4) != 0 ||
	    doc_package_open(in, &pkg, &err) < 0)
		return;
	if (!doc_package_is_plain(pkg))
		doc_work_reason(work, DOC_R_UNSUPPORTED);
	doc_package_free(pkg);
}

void
doc_unseen_say(const struct doc_input *in, struct doc_work *work)
{
	if (strcmp(in->media, "application/encrypted") == 0)
		doc_work_reason(work, DOC_R_ENCRYPTED);
	say_package(in, work);
	say_locked(in, work);
	if (is_foreign(in->data, in->size))
		doc_work_reason(work, DOC_R_UNSUPPORTED);
}

void
doc_unseen_part(const char *data, size_t size, struct doc_work *work)
{
	struct doc_input in = { .fd = -1, .data = data, .size = size };

	say_package(&in, work);
	say_locked(&in, work);
	if (is_foreign(data, size))
		doc_work_reason(work, DOC_R_UNSUPPORTED);
}
