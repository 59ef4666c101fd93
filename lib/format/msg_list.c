/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/format/member.h"
#include "lib/format/msg_list.h"
#include "lib/format/ole.h"

#define ATTACHMENT "__attach_version1.0_" /* [MS-OXMSG] 2.2.2 */

struct lister {
	struct doc_ole *ole;
	struct doc_member member;
	struct doc_work *work;
	unsigned seen, refused;
};

/* STORAGE/ENTRY; the root's name is empty. */
static const char *
below(struct doc_buf *path, const char *storage, const char *entry)
{
	const char *s;

	path->len = 0;
	doc_buf_addf(path, "%s%s%s", storage, *storage ? "/" : "", entry);
	s = doc_buf_str(path);
	return s ? s : "";
}

/* Append the string property `id` below `storage`, stored wide or narrow. */
static bool
read_name(struct lister *l, const char *storage, unsigned id,
    struct doc_buf *name)
{
	doc_autobuf struct doc_buf raw = { 0 };
	doc_autobuf struct doc_buf path = { 0 };
	size_t before = name->len;
	char entry[32];

	snprintf(entry, sizeof(entry), "__substg1.0_%04X001F", id);
	if (doc_ole_read(l->ole, below(&path, storage, entry), &raw) == 1 &&
	    raw.len > 1)
		return doc_utf8_put_utf16(name, raw.data, raw.len / 2, 2) ==
		    0 &&
		    name->len > before;
	snprintf(entry, sizeof(entry), "__substg1.0_%04X001E", id);
	if (doc_ole_read(l->ole, below(&path, storage, entry), &raw) != 1 ||
	    raw.len == 0)
		return false;
	return doc_buf_add(name, raw.data, strnlen(raw.data, raw.len)) == 0;
}

/* Long file name, short one, what is shown; or a number. */
static void
name_of(struct lister *l, const char *storage, struct doc_buf *name)
{
	static const unsigned ids[] = { 0x3707, 0x3704, 0x3001 };

	for (size_t i = 0; i < DOC_LEN(ids); i++)
		if (read_name(l, storage, ids[i], name)) {
			while (
			    name->len > 0 && name->data[name->len - 1] == '\0')
				name->len--;
			return;
		}
	doc_buf_addf(name, "attachment-%u", l->seen);
}

/* Has the storage what every message has? */
static bool
is_message(struct doc_ole *ole, const char *storage)
{
	doc_autobuf struct doc_buf path = { 0 };
	doc_autobuf struct doc_buf properties = { 0 };

	return doc_ole_read(ole,
		   below(&path, storage, "__properties_version1.0"),
		   &properties) == 1;
}

/* Say what is wrong with the member, and count it. */
static void
blame(struct lister *l, const struct doc_error *bad)
{
	if (bad->code == DOC_E_NONE)
		return;
	l->refused++;
	doc_work_reason(l->work, doc_reason_of(bad->code));
}

/* Bytes of the attachment in `storage`; another message, which is a storage of
 * its own, becomes a file. */
static void
content_of(struct lister *l, const char *storage, struct doc_buf *name,
    struct doc_buf *data, struct doc_error *bad)
{
	doc_autobuf struct doc_buf path = { 0 };
	doc_autobuf struct doc_buf entry = { 0 };
	bool is_storage = false;
	int rc = doc_ole_read(l->ole,
	    below(&path, storage, "__substg1.0_37010102"), data);

	if (rc < 0)
		doc_error_set(bad, DOC_E_DAMAGED, "attachment is cut short");
	if (rc != 0)
		return;
	below(&path, storage, "__substg1.0_3701000D");
	if (!doc_ole_entry(l->ole, path.data, 0, &entry, &is_storage)) {
		doc_error_set(bad, DOC_E_UNSUPPORTED,
		    "an attachment by reference, or without content");
		return;
	}
	/* Objects of other programs are such storages as well. */
	if (is_message(l->ole, path.data))
		doc_buf_adds(name, ".msg");
	if (doc_ole_save_message(l->ole, path.data, data, bad) < 0)
		return;
}

static int
deliver(struct lister *l, const char *storage, struct doc_error *err)
{
	doc_autobuf struct doc_buf name = { 0 };
	doc_autobuf struct doc_buf data = { .max = DOC_OLE_STREAM_MAX };
	struct doc_error bad = { 0 };

	l->seen++;
	name_of(l, storage, &name);
	content_of(l, storage, &name, &data, &bad);
	blame(l, &bad);
	doc_member_begin(&l->member, name.data, name.len);
	if (doc_member_write(&l->member, data.data, data.len, 0, &bad) < 0 &&
	    l->member.refused) {
		*err = bad;
		return -1;
	}
	return doc_member_end(&l->member, &bad, err);
}

static int
walk(struct lister *l, struct doc_error *err)
{
	bool is_storage;
	int rc = 0;

	for (unsigned i = 0; rc == 0; i++) {
		doc_autobuf struct doc_buf entry = { 0 };
		doc_autobuf struct doc_buf path = { 0 };

		if (!doc_ole_entry(l->ole, "", i, &entry, &is_storage))
			break;
		if (!is_storage || doc_buf_str(&entry) == NULL ||
		    strncmp(entry.data, ATTACHMENT, strlen(ATTACHMENT)) != 0)
			continue;
		rc = deliver(l, below(&path, "", entry.data), err);
	}
	return rc;
}

int
doc_msg_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	doc_autoole struct doc_ole *ole = NULL;
	struct lister l = { .work = work };
	int rc;

	if (doc_ole_open(in, &ole, err) < 0 ||
	    doc_member_init(&l.member, work, err) < 0)
		return -1;
	l.ole = ole;
	rc = walk(&l, err);
	doc_member_release(&l.member);
	doc_work_int(work, DOC_F_SEEN, l.seen);
	doc_work_int(work, DOC_F_REFUSED, l.refused + (rc < 0));
	return rc;
}
