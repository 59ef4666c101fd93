/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * member_fuzz - containers that we take apart with code of ours: mailboxes,
 * mail, TNEF, Outlook's messages and its packed RTF, uuencoded files.
 *
 * The first byte chooses.  Names of members pass the supervisor's table, and
 * each member that is opened is closed, once.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "lib/format/lzfu.h"
#include "lib/format/mail.h"
#include "lib/format/mbox.h"
#include "lib/format/msg_list.h"
#include "lib/format/ole.h"
#include "lib/format/tnef.h"
#include "lib/format/uu.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* A worker that made this memory leak is gone with it. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libytnef\n";
}

enum { MEMBERS = 200 };

static struct {
	bool open;
	int fd;
	unsigned count;
} member;

static int
member_open(struct doc_work *w, struct doc_error *err)
{
	assert(!member.open);
	if (member.count++ >= MEMBERS)
		return doc_error_set(err, DOC_E_MEMBERS, "enough");
	if (ftruncate(member.fd, 0) < 0 || lseek(member.fd, 0, SEEK_SET) < 0)
		abort();
	member.open = true;
	w->max_member = 1 << 20;
	return member.fd;
}

static void
member_close(struct doc_work *w, const struct doc_error *err,
    enum doc_reason reason)
{
	(void)w;
	assert(reason < DOC_R_COUNT);
	assert(err == NULL || err->code < DOC_E_COUNT);
	member.open = false;
}

static int
member_put(struct doc_work *w, const void *p, size_t n, struct doc_error *err)
{
	(void)w;
	assert(!member.open && n <= DOC_WORK_CONTENT && (p != NULL || n == 0));
	return member.count++ < MEMBERS
	    ? 0
	    : doc_error_set(err, DOC_E_MEMBERS, "enough");
}

static const struct doc_work_ops ops = { quiet_field, quiet_reason,
	quiet_progress, member_open, member_close, member_put, NULL };

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct doc_error err = { 0 };

	(void)argc;
	(void)argv;
	member.fd = memfd_create("member", MFD_CLOEXEC);
	assert(doc_mail_warm(&err) == 0);
	doc_ole_warm();
	return member.fd < 0;
}

static void
list(unsigned way, const struct doc_input *in)
{
	struct doc_work work = { .ops = &ops,
		.out = -1,
		.max_output = 1 << 20 };
	struct doc_error err = { 0 };
	unsigned seen = 0;

	member.open = false;
	member.count = 0;
	switch (way) {
	case 0:
		(void)!doc_mbox_list(in, &work, &seen, &err);
		break;
	case 1:
		(void)!doc_mail_list(in, &work, &err);
		break;
	case 2:
		(void)!doc_tnef_list(in, &work, &err);
		break;
	case 5:
		(void)!doc_uu_list(in, &work, &err);
		break;
	default:
		(void)!doc_msg_list(in, &work, &err);
	}
	assert(!member.open);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const media[] = { "application/mbox",
		"message/rfc822", "application/vnd.ms-tnef",
		"application/vnd.ms-outlook", "", "text/x-uuencode" };
	struct doc_input in = { .fd = -1 };
	char *p;

	if (size < 1 || (p = quiet_copy(data + 1, size - 1)) == NULL)
		return 0;
	in.data = p;
	in.size = in.whole = size - 1;
	if (data[0] % 6 == 4) {
		doc_autobuf struct doc_buf b = { .max = 4 << 20 };

		(void)!doc_lzfu(p, size - 1, &b);
	} else if (size > 1) {
		in.media = media[data[0] % 6];
		list(data[0] % 6, &in);
	}
	free(p);
	return 0;
}
