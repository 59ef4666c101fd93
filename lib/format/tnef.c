/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <ytnef.h>

#include "lib/format/member.h"
#include "lib/format/tnef.h"

#define PT_BIN 0x0102 /* [MS-OXCDATA] 2.11.1 */
#define PT_OBJ 0x000d
#define PT_STR 0x001e
#define PT_UNI 0x001f /* libytnef has made it UTF-8 */

#define LONG_NAME 0x3707 /* PidTagAttachLongFilename */
#define SHOWN	  0x3001 /* PidTagDisplayName: all that a message has */
#define DATA	  0x3701 /* PidTagAttachDataBinary, ...Object */

static const variableLength *
property(Attachment *a, unsigned type, unsigned id)
{
	variableLength *v = MAPIFindProperty(&a->MAPI, type | id << 16);

	return v == MAPI_UNDEFINED || v->size <= 0 ? NULL : v;
}

/* The content is a property, or, from old programs, an attribute.  An object
 * has the 16 bytes of its class in front. */
static bool
content_of(Attachment *a, const char **p, size_t *n)
{
	const variableLength *v = property(a, PT_OBJ, DATA);
	size_t skip = v != NULL && v->size > 16 ? 16 : 0;

	if (v == NULL)
		v = property(a, PT_BIN, DATA);
	if (v == NULL)
		v = a->FileData.size > 0 ? &a->FileData : NULL;
	if (v == NULL || v->data == NULL)
		return false;
	*p = (const char *)v->data + skip;
	*n = (size_t)v->size - skip;
	return true;
}

static void
name_of(Attachment *a, unsigned number, char name[static 256])
{
	static const unsigned types[] = { PT_UNI, PT_STR };
	const variableLength *v = NULL;

	for (size_t i = 0; i < DOC_LEN(types) && v == NULL; i++)
		v = property(a, types[i], LONG_NAME);
	if (v == NULL)
		v = a->Title.size > 0 ? &a->Title : NULL;
	for (size_t i = 0; i < DOC_LEN(types) && v == NULL; i++)
		v = property(a, types[i], SHOWN);
	if (v != NULL && v->data != NULL)
		snprintf(name, 256, "%.*s", v->size, (const char *)v->data);
	else
		snprintf(name, 256, "attachment-%u", number);
}

static int
deliver(Attachment *a, const char *name, struct doc_member *m,
    struct doc_error *err)
{
	struct doc_error none = { 0 };
	const char *p;
	size_t n;

	if (content_of(a, &p, &n))
		return doc_member_whole(m, name, p, n, err);
	doc_error_set(&none, DOC_E_UNSUPPORTED,
	    "an attachment by reference, or without content");
	doc_work_reason(m->work, DOC_R_UNSUPPORTED);
	doc_work_bytes(m->work, DOC_F_NAME, name, strlen(name));
	m->work->ops->member_close(m->work, &none, DOC_R_NONE);
	return 0;
}

static int
deliver_all(Attachment *first, struct doc_member *m, unsigned *seen,
    unsigned *refused, struct doc_error *err)
{
	for (Attachment *a = first; a != NULL; a = a->next) {
		const char *p;
		char name[256];
		size_t n;

		name_of(a, ++*seen, name);
		*refused += !content_of(a, &p, &n);
		if (deliver(a, name, m, err) < 0)
			return -1;
	}
	return 0;
}

int
doc_tnef_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	struct doc_member m;
	TNEFStruct tnef;
	unsigned seen = 0, refused = 0;
	int rc, parsed;

	if (in->size == 0 || in->size > INT_MAX)
		return doc_error_set(err, DOC_E_DAMAGED, "no TNEF");
	if (doc_member_init(&m, work, err) < 0)
		return -1;
	TNEFInitialize(&tnef);
	/* Reads only; its parameter has no const. */
	parsed = TNEFParseMemory((BYTE *)(uintptr_t)in->data, (long)in->size,
	    &tnef);
	rc = deliver_all(tnef.starting_attach.next, &m, &seen, &refused, err);
	doc_member_release(&m);
	TNEFFree(&tnef);
	doc_work_int(work, DOC_F_SEEN, seen);
	doc_work_int(work, DOC_F_REFUSED, refused + (rc < 0));
	if (rc < 0 || parsed >= 0)
		return rc;
	if (seen == 0)
		return doc_error_set(err, DOC_E_DAMAGED,
		    "not a readable TNEF stream");
	doc_work_reason(work, DOC_R_DAMAGED);
	return 0;
}
