/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doclist's second engine - the members of a container; runs in a cage.
 */
#include <string.h>

#include "cmd/options.h"
#include "lib/format/archive.h"
#include "lib/format/mail.h"
#include "lib/format/msg_list.h"
#include "lib/format/ole.h"
#include "lib/format/passwords.h"
#include "lib/format/tnef.h"
#include "lib/format/uu.h"
#include "lib/pool/zygote.h"
#include "lib/record/media.h"

static struct doc_open_options options;
static struct doc_buf passwords;

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	if (doc_passwords_read(options.password_file, &passwords, err) < 0)
		return -1;
	doc_ole_warm();
	return doc_mail_warm(err);
}

static int
list_archive(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	struct doc_archive_wish wish = { .passwords = passwords.data };

	return doc_archive_list_wish(in, &wish, work, err);
}

typedef int list_fn(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err);

/* All others are archives, or packages. */
static list_fn *const listers[DOC_FAMILY_COUNT] = {
	[DOC_FAMILY_MAIL] = doc_mail_list,
	[DOC_FAMILY_MBOX] = doc_mail_list,
	[DOC_FAMILY_TNEF] = doc_tnef_list,
	[DOC_FAMILY_OLE] = doc_msg_list,
};

static int
list(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	list_fn *how = listers[doc_media_family(in->media)];

	if (strcmp(in->media, DOC_MEDIA_UU) == 0)
		how = doc_uu_list;
	return how ? how(in, work, err) : list_archive(in, work, err);
}

struct seen {
	struct doc_work work; /* first: ops cast */
	unsigned members;
};

static int
see_open(struct doc_work *w, struct doc_error *err)
{
	(void)err;
	return dup(w->out);
}

static void
see_close(struct doc_work *w, const struct doc_error *err,
    enum doc_reason reason)
{
	(void)reason;
	((struct seen *)w)->members += err == NULL || err->code == DOC_E_NONE;
}

/* A mail with an attachment must have a member. */
static int
canary(struct doc_work *work, struct doc_error *err)
{
	static const char mail[] =
	    "From: a@example.org\nMIME-Version: 1.0\n"
	    "Content-Type: multipart/mixed; boundary=b\n\n"
	    "--b\nContent-Type: text/plain\n\nx\n"
	    "--b\nContent-Type: application/pdf\n"
	    "Content-Disposition: attachment; filename=\"a.pdf\"\n\nx\n"
	    "--b--\n";
	static const struct doc_work_ops ops = { .member_open = see_open,
		.member_close = see_close };
	struct seen seen = { .work = { .ops = &ops, .out = work->out } };
	struct doc_input in = { .fd = -1,
		.data = mail,
		.size = sizeof(mail) - 1,
		.media = "message/rfc822" };

	if (list(&in, &seen.work, err) < 0)
		return -1;
	if (seen.members != 1)
		return doc_error_set(err, DOC_E_ENGINE,
		    "%u members in a mail with one", seen.members);
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote doclist = {
		.name = "doclist",
		.profile = &doc_profile_list,
		.opts = { doc_open_opts, &options },
		.load = load,
		.work = list,
		.canary = canary,
	};

	return doc_zygote_main(&doclist, argc, argv);
}
