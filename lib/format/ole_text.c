/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/msg.h"
#include "lib/format/ole.h"
#include "lib/format/ole_facts.h"
#include "lib/format/ole_text.h"
#include "lib/format/ppt.h"
#include "lib/format/word.h"
#include "lib/format/xls.h"

static int
put_workbook(struct doc_ole *ole, const char *stream, struct doc_text *text,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf buf = { 0 };

	if (doc_ole_read(ole, stream, &buf) < 0)
		doc_work_reason(text->work, DOC_R_DAMAGED);
	return doc_xls_text(buf.data, buf.len, text, err);
}

static bool
has(struct doc_ole *ole, const char *stream)
{
	doc_autobuf struct doc_buf name = { 0 };
	bool is_storage;

	for (unsigned i = 0; doc_ole_entry(ole, "", i, &name, &is_storage); i++)
		if (strcmp(doc_buf_str(&name), stream) == 0)
			return true;
	return false;
}

/* Files saved for two versions of Excel have both streams: the newer counts. */
static int
put(struct doc_ole *ole, struct doc_text *text, struct doc_error *err)
{
	if (has(ole, "WordDocument"))
		return doc_word_text(ole, text, err);
	if (has(ole, "Workbook"))
		return put_workbook(ole, "Workbook", text, err);
	if (has(ole, "Book"))
		return put_workbook(ole, "Book", text, err);
	if (has(ole, "PowerPoint Document"))
		return doc_ppt_text(ole, text, err);
	if (has(ole, "__properties_version1.0"))
		return doc_msg_text(ole, text, err);
	if (has(ole, "EncryptedPackage"))
		return doc_error_set(err, DOC_E_ENCRYPTED,
		    "the package is encrypted");
	if (!has(ole, "\005SummaryInformation"))
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no known document in the compound file");
	/* Drawings, projects, Works: their properties are better than none. */
	doc_work_reason(text->work, DOC_R_UNSUPPORTED);
	return 0;
}

int
doc_ole_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	doc_autoole struct doc_ole *ole = NULL;
	int rc;

	if (!doc_ole_is(in) && doc_xls_is_bare(in->data, in->size))
		return doc_xls_text(in->data, in->size, text, err);
	if (!doc_ole_is(in))
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no compound file");
	if (doc_ole_open(in, &ole, err) < 0)
		return -1;
	rc = put(ole, text, err);
	if (rc == 0 && !has(ole, "__properties_version1.0"))
		doc_ole_facts(ole, text);
	return rc;
}
