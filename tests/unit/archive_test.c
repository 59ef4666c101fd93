/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/format/archive.h"
#include "lib/format/inflate.h"
#include "lib/format/volume.h"
#include "tests/unit/tap.h"
#include "tests/unit/zip.h"

/* What a listing said: one line a member. */
struct log {
	struct doc_buf said;
	char name[64];
	int fd;
	unsigned room; /* members before the budget is spent */
};

static struct log *
log_of(struct doc_work *w)
{
	return w->ctx;
}

static void
on_field(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	struct log *l = log_of(w);
	uint64_t v;

	if (field == DOC_F_NAME) {
		(void)snprintf(l->name, sizeof(l->name), "%.*s", (int)n,
		    (const char *)p);
	} else if (field == DOC_F_SEEN || field == DOC_F_REFUSED) {
		memcpy(&v, p, sizeof(v));
		doc_buf_addf(&l->said, "%s %u\n",
		    field == DOC_F_SEEN ? "seen" : "refused", (unsigned)v);
	}
}

static void
on_reason(struct doc_work *w, enum doc_reason reason)
{
	doc_buf_addf(&log_of(w)->said, "reason %s\n", doc_reason_name(reason));
}

static void
on_progress(struct doc_work *w, unsigned done, unsigned total, uint64_t bytes)
{
	(void)w;
	(void)done;
	(void)total;
	(void)bytes;
}

static int
on_open(struct doc_work *w, struct doc_error *err)
{
	struct log *l = log_of(w);

	if (l->room-- == 0)
		return doc_error_set(err, DOC_E_BYTES, "budget");
	return l->fd = memfd_create("member", MFD_CLOEXEC);
}

static void
on_close(struct doc_work *w, const struct doc_error *err,
    enum doc_reason reason)
{
	struct log *l = log_of(w);
	char text[64] = "-";
	ssize_t n;

	if (l->fd >= 0) {
		n = pread(l->fd, text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = '\0';
		close(l->fd);
	}
	doc_buf_addf(&l->said, "%s|%s|%s\n", l->name, text,
	    err != NULL	      ? doc_error_name(err->code)
		: reason == 0 ? "ok"
			      : doc_reason_name(reason));
	l->fd = -1;
	l->name[0] = '\0';
}

static const struct doc_work_ops ops = { on_field, on_reason, on_progress,
	on_open, on_close, NULL, NULL };

static bool
lists(const void *p, size_t n, unsigned room, const char *expect)
{
	struct log l = { .fd = -1, .room = room };
	struct doc_work work = { .ops = &ops, .out = -1, .ctx = &l };
	struct doc_input in = { .fd = -1, .data = p, .size = n, .media = "" };
	struct doc_error err = { 0 };
	bool same;

	if (doc_archive_list(&in, &work, &err) < 0)
		doc_buf_addf(&l.said, "error %s\n", doc_error_name(err.code));
	same = strcmp(doc_buf_str(&l.said), expect) == 0;
	if (!same)
		printf("# got:\n%s# expected:\n%s", doc_buf_str(&l.said),
		    expect);
	doc_buf_release(&l.said);
	return same;
}

static void
test_zip(void)
{
	struct zip z = { .count = 0 };
	size_t cut;

	zip_add(&z, "a\xff.txt", "alpha");
	zip_add(&z, "dir/", "");
	cut = z.out.len + 35;
	zip_add(&z, "b.txt", "beta");
	zip_end(&z);
	OK(lists(z.out.data, z.out.len, 9,
	       "a\xff.txt|alpha|ok\ndir/|-|directory\nb.txt|beta|ok\n"
	       "seen 3\nrefused 0\n"),
	    "a zip, with a name that is not UTF-8");
	OK(lists(z.out.data, z.out.len, 1,
	       "a\xff.txt|alpha|ok\ndir/|-|directory\n"
	       "reason bytes\nseen 3\nrefused 1\n"),
	    "the budget ends the listing");
	OK(lists(z.out.data, cut, 9,
	       "a\xff.txt|alpha|ok\ndir/|-|directory\nreason damaged\n"
	       "seen 2\nrefused 0\n"),
	    "a zip that is cut short");
	z.out.data[6] |= 1;
	z.out.data[z.out.len - 22 - z.directory.len + 8] |= 1;
	OK(lists(z.out.data, z.out.len, 9,
	       "reason encrypted\na\xff.txt|-|encrypted\ndir/|-|directory\n"
	       "b.txt|beta|ok\nseen 3\nrefused 1\n"),
	    "an encrypted member does not stop the others");
	zip_release(&z);
}

/* A ustar header (POSIX pax, "ustar Interchange Format"). */
static void
tar_add(struct doc_buf *b, const char *name, char type, const char *link,
    const char *data)
{
	char h[1024] = "";
	unsigned sum = 8 * ' ';

	memcpy(h, name, strlen(name));
	memcpy(h + 100, "0000644\0000000000\0000000000", 24);
	(void)snprintf(h + 124, 12, "%011o", (unsigned)strlen(data));
	memcpy(h + 136, "00000000001", 12);
	h[156] = type;
	memcpy(h + 157, link, strlen(link));
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
	h[155] = ' ';
	memcpy(h + 512, data, strlen(data));
	doc_buf_add(b, h, data[0] != '\0' ? 1024 : 512);
}

static void
test_tar(void)
{
	doc_autobuf struct doc_buf b = { 0 };
	static const char zeros[1024];

	tar_add(&b, "f", '0', "", "text");
	tar_add(&b, "d/", '5', "", "");
	tar_add(&b, "s", '2', "/etc/passwd", "");
	tar_add(&b, "h", '1', "f", "");
	tar_add(&b, "p", '6', "", "");
	tar_add(&b, "e", '0', "", "");
	doc_buf_add(&b, zeros, sizeof(zeros));
	OK(lists(b.data, b.len, 9,
	       "f|text|ok\nd/|-|directory\ns|-|link\nh|-|link\n"
	       "p|-|special-file\ne||ok\nseen 6\nrefused 0\n"),
	    "every kind of tar member");
	OK(lists(b.data, 700, 9,
	       "reason damaged\nf|text|damaged\nseen 1\nrefused 1\n"),
	    "a tar that ends inside its first member");
}

static void
test_lone(void)
{
	static const char named[] =
	    "\x1f\x8b\x8\x8\0\0\0\0\0\3n.txt\0\xcb\xc8\xe4\2\0"
	    "\x7a\x7a\x6f\xed\3\0\0\0";
	static const char bare[] = "\x1f\x8b\x8\0\0\0\0\0\0\3\xcb\xc8\xe4\2\0"
				   "\x7a\x7a\x6f\xed\3\0\0\0";

	OK(lists(named, sizeof(named) - 1, 9,
	       "n.txt|hi\n|ok\nseen 1\nrefused 0\n"),
	    "a lone gzip file with its name");
	OK(lists(bare, sizeof(bare) - 1, 9,
	       "data|hi\n|ok\nseen 1\nrefused 0\n"),
	    "and without");
	OK(lists("just text, no archive at all", 28, 9,
	       "seen 0\nrefused 0\nerror unsupported\n"),
	    "what is no archive");
	OK(lists(NULL, 0, 9, "error damaged\n"), "nothing at all");
}

/* What the headers alone tell. */
static void
test_told(void)
{
	static const char masked[] =
	    "PK\3\4\x33\0\x41\x20\0\0\0\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0"
	    "\1\0\0\0"
	    "1abcdPK\5\6\0\0\0\0\0\0\0\0\x10\0\0\0\x23\0\0\0\0\0";
	struct doc_input in = { .fd = -1,
		.data = masked,
		.size = sizeof(masked) - 1,
		.media = "application/zip" };
	struct log l = { .fd = -1, .room = 9 };
	struct doc_work work = { .ops = &ops, .out = -1, .ctx = &l };
	struct doc_error err = { 0 };

	OK(doc_archive_list(&in, &work, &err) < 0 &&
		err.code == DOC_E_ENCRYPTED,
	    "a zip whose directory is encrypted");
	doc_buf_release(&l.said);
}

/* As one file, or joined from several. */
static bool
lacks(const char *p, size_t n, unsigned volumes)
{
	struct doc_input in = { .fd = -1,
		.data = p,
		.size = n,
		.media = "",
		.volumes = volumes };
	struct doc_error err = { 0 };

	return doc_volume_lacks(&in, &err, false);
}

#define RAR4_SIGN "Rar!\x1a\7\0"
#define RAR4_MAIN(flags)                                                       \
	"cc\x73" flags "\x0d\0"                                                \
	"\0\0\0\0\0\0"
#define RAR4_FILE	"cc\x74\0\x80\x0b\0\3\0\0\0abc"
#define RAR4_END(flags) "cc\x7b" flags "\7\0"

static void
test_rar4(void)
{
#define TOLD(text) lacks(text, sizeof(text) - 1, 0)
	OK(!TOLD(RAR4_SIGN RAR4_MAIN("\0\0") RAR4_FILE RAR4_END("\0\x40")),
	    "a RAR by itself");
	OK(TOLD(RAR4_SIGN RAR4_MAIN("\1\1") RAR4_FILE RAR4_END("\1\x40")),
	    "the first of several");
	OK(TOLD(RAR4_SIGN RAR4_MAIN("\1\0") RAR4_FILE RAR4_END("\0\x40")),
	    "the last of several");
	OK(!TOLD(RAR4_SIGN RAR4_MAIN("\1\1") RAR4_FILE RAR4_END("\0\x40")),
	    "a set of one");
	OK(TOLD(RAR4_SIGN RAR4_MAIN("\1\1") RAR4_FILE), "one without its end");
	OK(!TOLD(RAR4_SIGN), "the signature alone");
#undef TOLD
}

#define RAR5_SIGN	  "Rar!\x1a\7\1\0"
#define RAR5_MAIN	  "crc1\3\1\0\1"
#define RAR5_LATER(n)	  "crc1\4\1\0\3" n
#define RAR5_FILE	  "crc1\4\2\2\3\0abc"
#define RAR5_END(more)	  "crc1\3\5\0" more
#define TOLD(text, files) lacks(text, sizeof(text) - 1, files)

/* What was joined is whole when it ends with the last. */
static void
test_joined(void)
{
	OK(!TOLD(RAR4_SIGN RAR4_MAIN("\1\1") RAR4_FILE RAR4_END(
		     "\1\x40") "\0\0\0" RAR4_SIGN RAR4_MAIN("\1\0")
		     RAR4_FILE RAR4_END("\0\x40"),
	       2),
	    "two volumes, filled up");
	OK(TOLD(RAR4_SIGN RAR4_MAIN("\1\1") RAR4_FILE RAR4_END("\1\x40")
		    RAR4_SIGN RAR4_MAIN("\1\0") RAR4_FILE RAR4_END("\1\x40"),
	       2),
	    "two of three");
	OK(!TOLD(RAR4_SIGN RAR4_MAIN("\1\0") RAR4_END("\1\x40")
		     RAR4_SIGN RAR4_MAIN("\1\0") RAR4_END("\0\x40"),
	       2),
	    "old ones, which do not say that they are the first");
	OK(!TOLD(RAR5_SIGN RAR5_MAIN RAR5_FILE RAR5_END(
		     "\1") "\0\0" RAR5_SIGN RAR5_LATER("\1")
		     RAR5_FILE RAR5_END("\0"),
	       2),
	    "RAR 5");
	OK(TOLD(RAR5_SIGN RAR5_MAIN RAR5_FILE RAR5_END("\1"), 1),
	    "the first of it");
	OK(TOLD(RAR5_SIGN RAR5_LATER("\1") RAR5_FILE RAR5_END("\0"), 1),
	    "the last of it");
	OK(TOLD("PK\7\10PK\5\6\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 2),
	    "two files of a zip of three");
	OK(!TOLD("PK\7\10PK\5\6\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 3),
	    "all three");
	OK(TOLD("7z\xbc\xaf\x27\x1c\0\4crc1\1\0\0\0\0\0\0\0\1\0\0\0\0\0"
		"\0\0crc2x",
	       2),
	    "a 7z without its end");
	OK(!TOLD("7z\xbc\xaf\x27\x1c\0\4crc1\1\0\0\0\0\0\0\0\1\0\0\0\0\0"
		 "\0\0crc2xy",
	       2),
	    "and with it");
}
#undef TOLD

/* Packages. */

static int
get(const void *p, size_t n, const char *name, struct doc_buf *buf,
    struct doc_error *err)
{
	struct doc_input in = { .fd = -1, .data = p, .size = n, .media = "" };
	struct doc_package *pkg;
	int rc;

	buf->len = 0;
	*err = (struct doc_error){ 0 };
	if (doc_package_open(&in, &pkg, err) < 0)
		return -2;
	rc = doc_package_read(pkg, name, buf, err);
	doc_package_free(pkg);
	return rc;
}

static bool
gives(const void *p, size_t n, const char *name, const char *text)
{
	doc_autobuf struct doc_buf buf = { 0 };
	struct doc_error err;

	return get(p, n, name, &buf, &err) == 1 &&
	    strcmp(doc_buf_str(&buf), text) == 0;
}

static void
make_package(struct zip *z)
{
	zip_add(z, "Word/Document.xml", "one");
	zip_add(z, "word/document.xml", "two");
	zip_add(z, "x\\y.xml", "three");
	zip_end(z);
}

static void
test_names(void)
{
	struct zip z = { .count = 0 };
	doc_autobuf struct doc_buf buf = { 0 };
	struct doc_error err;
	struct doc_input in;
	struct doc_package *pkg;

	make_package(&z);
	OK(gives(z.out.data, z.out.len, "word/document.xml", "two"),
	    "the very name wins");
	OK(gives(z.out.data, z.out.len, "WORD/DOCUMENT.XML", "one"),
	    "else the first but for case");
	OK(gives(z.out.data, z.out.len, "/x/y.xml", "three"),
	    "slashes of either kind");
	OK(get(z.out.data, z.out.len, "none", &buf, &err) == 0,
	    "a part that is not there");
	buf.max = 2;
	OK(get(z.out.data, z.out.len, "x/y.xml", &buf, &err) == -1 &&
		err.code == DOC_E_MEMORY,
	    "a part larger than the buffer's cap");
	in = (struct doc_input){ .data = z.out.data, .size = z.out.len };
	OK(doc_package_open(&in, &pkg, &err) == 0, "open");
	OK(strcmp(doc_package_names(pkg)[1], "word/document.xml") == 0 &&
		doc_package_names(pkg)[3] == NULL,
	    "names in directory order");
	OK(doc_package_has(pkg, "x/y.xml") && !doc_package_has(pkg, "x"),
	    "has");
	OK(doc_package_is_plain(pkg), "is plain");
	doc_package_free(pkg);
	zip_release(&z);
}

static void
test_damage(void)
{
	struct zip z = { .count = 0 };
	doc_autobuf struct doc_buf b = { 0 }, buf = { 0 };
	struct doc_error err;
	size_t directory;

	make_package(&z);
	directory = z.out.len - z.directory.len - 22;
	doc_buf_adds(&b, "#!/bin/sh\n");
	doc_buf_add(&b, z.out.data, z.out.len);
	OK(gives(b.data, b.len, "x/y.xml", "three"),
	    "something put before the package");
	OK(gives(z.out.data, directory, "x/y.xml", "three"), "no directory");
	b.len = 0;
	doc_buf_add(&b, z.out.data, 49);
	doc_buf_add(&b, z.out.data + 50, z.out.len - 50);
	OK(gives(b.data, b.len, "x/y.xml", "three"), "a byte lost on the way");
	OK(get(b.data, b.len, "Word/Document.xml", &buf, &err) == -1 &&
		err.code == DOC_E_DAMAGED,
	    "the part that lost it is damaged");
	OK(get("nothing", 7, "x", &buf, &err) == -2 &&
		err.code == DOC_E_DAMAGED,
	    "no package");
	OK(get(NULL, 0, "x", &buf, &err) == -2, "no bytes");
	zip_release(&z);
}

static int
take(void *ctx, const char *p, size_t n, struct doc_error *err)
{
	(void)err;
	return doc_buf_add(ctx, p, n);
}

static void
test_inflate(void)
{
	static const char hi[] = "\xcb\xc8\xe4\2\0";
	doc_autobuf struct doc_buf buf = { 0 };
	struct doc_error err = { 0 };

	OK(doc_inflate(hi, 5, DOC_INFLATE_RAW, take, &buf, &err) == 0 &&
		strcmp(doc_buf_str(&buf), "hi\n") == 0,
	    "deflated data");
	buf.len = 0;
	OK(doc_inflate(hi, 3, DOC_INFLATE_RAW, take, &buf, &err) == -1 &&
		err.code == DOC_E_DAMAGED,
	    "deflated data that is cut short");
	OK(doc_inflate_crc(0, "hi\n", 3) == 0xed6f7a7au, "CRC-32");
}

int
main(void)
{
	OK(setlocale(LC_ALL, "C.UTF-8") != NULL, "locale");
	test_zip();
	test_tar();
	test_lone();
	test_told();
	test_rar4();
	test_joined();
	test_names();
	test_damage();
	test_inflate();
	return TAP_DONE();
}
