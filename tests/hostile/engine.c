/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine - a zygote whose workers were taken over.
 *
 * Stands in for a real engine (DOCPIPE_LIBEXEC); the document's text names the
 * attack.  What a worker can do at worst is to send anything at all on its
 * socket, at any time, and to end in any way: the cage is tests/cage/attack.c's
 * business.  tests/hostile.t looks whether the supervisor gives each document
 * one true record, does its neighbours no harm, and stays small.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "cmd/options.h"
#include "lib/base/starved.h"
#include "lib/cage/fate.h"
#include "lib/pool/batch.h"
#include "lib/pool/frame.h"
#include "lib/pool/zygote.h"

enum { SOCK = DOC_ZYGOTE_FD, MANY = 20000, BALLAST = 256 << 20 };

static char *ballast;

/* The job's number, as the supervisor wants it back. */
static uint32_t job_id;

/* The job's document, for attacks that read it. */
static const char *document;
static size_t size;
static char last_byte;

/* What it is to write to, or -1. */
static int output = -1;

/* What work() is to say instead of ending without an answer. */
static enum { SAY_NOTHING, SAY_DAMAGED, SAY_DONE } say;

static void
raw(const void *p, size_t n, int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} ctl = { 0 };
	struct iovec iov = { (void *)(uintptr_t)p, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = ctl.room;
		msg.msg_controllen = sizeof(ctl.room);
		ctl.head.cmsg_level = SOL_SOCKET;
		ctl.head.cmsg_type = SCM_RIGHTS;
		ctl.head.cmsg_len = CMSG_LEN(2 * sizeof(int));
		memcpy(CMSG_DATA(&ctl.head), (int[]){ fd, fd },
		    2 * sizeof(int));
	}
	/* In the cage the one that can carry fds is its end. */
	if ((fd >= 0 ? sendmsg(SOCK, &msg, MSG_NOSIGNAL)
		     : writev(SOCK, &iov, 1)) < 0)
		_exit(0);
}

static void
frame(enum doc_frame_type type, const void *p, size_t n)
{
	if (doc_frame_write(SOCK, type, job_id, p, n) < 0)
		_exit(0);
}

/* Like an honest worker: what it wrote is no longer its own. */
static void
done(void)
{
	if (output >= 0)
		close(output);
	frame(DOC_FRAME_DONE, NULL, 0);
}

static void
field(unsigned f, const void *p, size_t n)
{
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_field_put(&b, (enum doc_field)f, p, n) == 0)
		frame(DOC_FRAME_FIELDS, b.data, b.len);
}

static void
number(unsigned f, uint64_t v)
{
	field(f, &v, sizeof(v));
}

static void
string(unsigned f, const char *s)
{
	field(f, s, strlen(s));
}

/* What an honest worker of docsniff says. */
static void
honest(const char *media)
{
	char sha[65];

	memset(sha, 'a', 64);
	sha[64] = '\0';
	string(DOC_F_SHA256, sha);
	string(DOC_F_MEDIA, media);
}

static void
failure(uint32_t code, const char *msg)
{
	struct doc_failure f = { .code = code };

	snprintf(f.msg, sizeof(f.msg), "%s", msg);
	frame(DOC_FRAME_FAIL, &f, sizeof(f));
}

static void
member_close(uint32_t code, uint32_t reason, const void *name, size_t n)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_failure f = { .code = code, .reason = reason };

	if (doc_buf_add(&b, &f, sizeof(f)) == 0 &&
	    doc_field_put(&b, DOC_F_NAME, name, n) == 0)
		frame(DOC_FRAME_MEMBER_CLOSE, b.data, b.len);
}

static void
progress(uint32_t done, uint64_t bytes)
{
	struct doc_progress p = { done, 0, bytes };

	frame(DOC_FRAME_PROGRESS, &p, sizeof(p));
}

/* --- the attacks
 * ------------------------------------------------------------*/

/* Long enough to be killed meanwhile, and then an honest worker. */
static void
naps(void)
{
	usleep(30000);
	say = SAY_DONE;
}

/* Never reads the answers: a supervisor that waits to send them hangs. */
static void
flood_open(void)
{
	for (int i = 0; i < MANY; i++) {
		frame(DOC_FRAME_MEMBER_OPEN, NULL, 0);
		member_close(DOC_E_DAMAGED, 0, "m", 1);
	}
	for (;;)
		frame(DOC_FRAME_MEMBER_OPEN, NULL, 0);
}

static void
close_alone(void)
{
	for (int i = 0; i < 10; i++)
		member_close(0, 0, "m", 1);
}

static void
refuse_many(void)
{
	for (int i = 0; i < MANY; i++)
		member_close(0, DOC_R_LINK, "m", 1);
	frame(DOC_FRAME_DONE, NULL, 0);
}

static void
open_twice(void)
{
	frame(DOC_FRAME_MEMBER_OPEN, NULL, 0);
	frame(DOC_FRAME_MEMBER_OPEN, NULL, 0);
}

static void
die_in_member(void)
{
	frame(DOC_FRAME_MEMBER_OPEN, NULL, 0);
	_exit(0);
}

/* A whole member at once: `fields` bytes of them, it says. */
static void
put_member(uint32_t fields, size_t content)
{
	doc_autobuf struct doc_buf b = { 0 };
	static const char zeros[DOC_FRAME_CONTENT + 1];

	if (doc_buf_add(&b, &fields, sizeof(fields)) == 0 &&
	    doc_buf_add(&b, zeros, content) == 0)
		frame(DOC_FRAME_MEMBER_PUT, b.data, b.len);
}

static void
put_lies(void)
{
	put_member(UINT32_MAX, 10);
}

static void
put_too_much(void)
{
	put_member(0, DOC_FRAME_CONTENT + 1);
}

static void
put_in_member_(void)
{
	frame(DOC_FRAME_MEMBER_OPEN, NULL, 0);
	put_member(0, 1);
}

/* Gets a file for a member, and keeps it behind its own back. */
static void
keep_member(void)
{
	static struct doc_frame f;
	int fd;

	frame(DOC_FRAME_MEMBER_OPEN, NULL, 0);
	if (doc_frame_recv(SOCK, &f) != 1 || f.fds[0] < 0)
		_exit(0);
	fd = dup(f.fds[0]);
	close(f.fds[0]);
	if (write(fd, "a member", 8) < 0)
		_exit(0);
	member_close(0, 0, "m", 1);
	number(DOC_F_SEEN, 1);
	frame(DOC_FRAME_DONE, NULL, 0);
	for (;;)
		if (pwrite(fd, "A MEMBER", 8, 0) < 0)
			_exit(0);
}

/* Goes on putting when it was told that there is no more room. */
static void
put_for_ever(void)
{
	for (;;)
		put_member(0, DOC_FRAME_CONTENT);
}

static void
done_in_member(void)
{
	honest("text/plain");
	frame(DOC_FRAME_MEMBER_OPEN, NULL, 0);
	frame(DOC_FRAME_DONE, NULL, 0);
}

static void
bad_member_reason(void)
{
	frame(DOC_FRAME_MEMBER_OPEN, NULL, 0);
	member_close(0, 4000000, "m", 1);
}

static void
long_member_name(void)
{
	char name[5000];

	memset(name, 'n', sizeof(name));
	frame(DOC_FRAME_MEMBER_OPEN, NULL, 0);
	member_close(0, 0, name, sizeof(name));
}

/* A message of no bytes looks like the end of the stream, and can still bring
 * descriptors along. */
static void
empty_with_fds(void)
{
	raw("", 0, SOCK);
}

static void
frame_with_fds(void)
{
	struct doc_frame_head head = { DOC_FRAME_REASON, job_id, 4 };
	char msg[sizeof(head) + 4] = { 0 };

	memcpy(msg, &head, sizeof(head));
	raw(msg, sizeof(msg), SOCK);
	honest("text/plain");
	frame(DOC_FRAME_DONE, NULL, 0);
}

static void
garbage(void)
{
	char junk[300];

	memset(junk, 0xee, sizeof(junk));
	raw(junk, sizeof(junk), -1);
}

static void
short_frame(void)
{
	raw("x", 1, -1);
}

static void
lying_length(void)
{
	struct doc_frame_head head = { DOC_FRAME_FIELDS, job_id, 0x7fffffff };

	raw(&head, sizeof(head), -1);
}

static void
oversized(void)
{
	static char big[DOC_FRAME_MAX + 4096];
	struct doc_frame_head head = { DOC_FRAME_FIELDS, job_id,
		sizeof(big) - sizeof(head) };

	memcpy(big, &head, sizeof(head));
	raw(big, sizeof(big), -1);
}

static void
other_job(void)
{
	job_id += 1;
	honest("text/plain");
}

static void
supervisors_frame(void)
{
	frame(DOC_FRAME_JOB, NULL, 0);
}

static void
unknown_frame(void)
{
	frame((enum doc_frame_type)77777, NULL, 0);
}

static void
cut_field(void)
{
	uint32_t head[2] = { DOC_F_MEDIA, 1000 };

	frame(DOC_FRAME_FIELDS, head, sizeof(head));
}

static void
half_field(void)
{
	frame(DOC_FRAME_FIELDS, "\1\0\0", 3);
}

static void
unknown_field(void)
{
	string(60000, "x");
}

static void
field_none(void)
{
	string(0, "x");
}

static void
foreign_field(void)
{
	string(DOC_F_PAGE, "12345678");
}

static void
job_field(void)
{
	number(DOC_F_UNIT, 1);
}

static void
not_utf8(void)
{
	string(DOC_F_ENCODING, "\xff\xfe");
}

static void
nul_in_string(void)
{
	field(DOC_F_ENCODING, "a\0b", 3);
}

static void
long_string(void)
{
	char s[66];

	memset(s, 'x', 65);
	s[65] = '\0';
	string(DOC_F_ENCODING, s);
}

static void
big_number(void)
{
	number(DOC_F_REPAIRS, ((uint64_t)1 << 53) + 1);
	number(DOC_F_SEEN, ((uint64_t)1 << 53) + 1);
}

static void
short_number(void)
{
	field(DOC_F_REPAIRS, "1234", 4);
}

static void
digest_that_is_none(void)
{
	string(DOC_F_SHA256, "../../../../../etc/passwd");
	frame(DOC_FRAME_DONE, NULL, 0);
}

static void
bad_reason(void)
{
	uint32_t reason = 63;

	frame(DOC_FRAME_REASON, &reason, sizeof(reason));
}

static void
progress_back(void)
{
	progress(5, 100);
	progress(4, 100);
}

static void
done_twice(void)
{
	honest("text/plain");
	frame(DOC_FRAME_DONE, NULL, 0);
	frame(DOC_FRAME_DONE, NULL, 0);
	honest("text/plain");
}

static void
fail_with_nothing(void)
{
	failure(0, "no error at all");
}

static void
fail_unknown(void)
{
	failure(100000, "what is that?");
}

static void
fail_unended(void)
{
	struct doc_failure f = { .code = DOC_E_DAMAGED };

	memset(f.msg, 'x', sizeof(f.msg));
	frame(DOC_FRAME_FAIL, &f, sizeof(f));
}

static void
fail_with_escapes(void)
{
	failure(DOC_E_DAMAGED, "\033[2J\n{\"v\":1}\t\xff%s%n\"");
}

static void
false_trace(void)
{
	uint32_t msg[2] = { DOC_CAGE_TRACE_MAGIC, 0x7fffffff };

	raw(msg, sizeof(msg), -1);
	_exit(0);
}

/* A fault it must be, whoever watches. */
#define UNWATCHED __attribute__((no_sanitize("undefined", "address")))

UNWATCHED static void
segv(void)
{
	*(volatile char *)(uintptr_t)strlen("") = 1;
}

static void
forbidden(void)
{
	syscall(SYS_ptrace, 0, 0, 0, 0);
}

static void
spin(void)
{
	for (volatile int i = 0;; i = !i)
		;
}

/* Like an int3 of a library: behind it the program goes on. */
static void
trap_if(bool now)
{
	if (!now)
		return;
#if defined(__x86_64__)
	__asm__ volatile("int3");
#else
	raise(SIGTRAP);
#endif
}

static void
asleep(void)
{
	for (;;)
		sleep(1);
}

static void
beats_forever(void)
{
	for (;;)
		progress(0, 0);
}

/* Six seconds of work, and a sign of life for each 15 ms of it. */
static void
lives(void)
{
	for (uint32_t i = 1; i <= 400; i++) {
		usleep(15000);
		progress(i, 0);
	}
	say = SAY_DONE;
}

/* All that is to be had, as a leak or a bomb takes it. */
static char *
eat(void)
{
	char *p;

	while ((p = malloc(1 << 20)) != NULL)
		memset(p, 1, 1 << 20);
	return p;
}

/* What libraries do without memory.  libstdc++ and libarchive: */
static void
eats_aborts(void)
{
	if (eat() == NULL)
		abort();
}

/* glib, behind whose trap there is an endless loop: */
static void
eats_traps(void)
{
	trap_if(eat() == NULL);
	spin();
}

/* Many: */
UNWATCHED static void
eats_uses_null(void)
{
	*(volatile char *)eat() = 1;
}

/* poppler: */
static void
eats_blames_the_file(void)
{
	if (eat() == NULL)
		say = SAY_DAMAGED;
}

/* Tesseract: */
static void
eats_goes_on(void)
{
	if (eat() == NULL)
		say = SAY_DONE;
}

static void
aborts(void)
{
	abort();
}

static void
traps(void)
{
	trap_if(true);
	spin();
}

static int
deeper(int n)
{
	volatile char room[4096];

	room[0] = (char)n;
	return (n < 0 ? 0 : deeper(n + 1)) + room[0];
}

static void
overflows(void)
{
	(void)deeper(0);
}

/* Its answer comes after the time of the test, 4 s, is over. */
static void
late(void)
{
	sleep(6);
	honest("text/plain");
	frame(DOC_FRAME_DONE, NULL, 0);
}

/* Somebody cuts the file meanwhile. */
static void
reads_on(void)
{
	for (;;)
		last_byte = *(const volatile char *)(document + size - 1);
}

/* Writes to what it was given without end, like a library that sees to its
 * signals itself. */
static void
fills(void)
{
	char page[4096];

	memset(page, 'x', sizeof(page));
	signal(SIGXFSZ, SIG_DFL);
	if (output < 0)
		failure(DOC_E_OUTPUT, "nothing to write to");
	while (output >= 0 && write(output, page, sizeof(page)) > 0)
		;
}

static void
silent(void)
{
	_exit(0);
}

/* Answers, and does not go. */
static void
stays(void)
{
	done();
	asleep();
}

/* Answers, and dies where a reused one waits for more. */
static void
answers_and_dies(void)
{
	done();
	usleep(3000);
	abort();
}

/* Memory that the engine had mapped before: no limit of the address space sees
 * it, a control group does. */
static void
touches(void)
{
	memset(ballast, 1, BALLAST);
	frame(DOC_FRAME_DONE, NULL, 0);
}

static void
many_entries(void)
{
	char s[1000];

	memset(s, 'y', sizeof(s));
	for (int i = 0; i < MANY; i++)
		field(DOC_F_RECIPIENTS, s, sizeof(s));
	done();
}

/* clang-format off */
static const struct attack {
	const char *name;
	void (*go)(void);
} attacks[] = {
#define A(name) { #name, name }
	A(flood_open), A(close_alone), A(refuse_many), A(open_twice),
	A(die_in_member), A(done_in_member), A(bad_member_reason),
	A(long_member_name), A(empty_with_fds), A(frame_with_fds), A(garbage),
	A(short_frame), A(lying_length), A(oversized), A(other_job),
	A(supervisors_frame), A(unknown_frame), A(cut_field), A(half_field),
	A(unknown_field), A(field_none), A(foreign_field), A(job_field),
	A(not_utf8), A(nul_in_string), A(long_string), A(big_number),
	A(short_number), A(digest_that_is_none), A(bad_reason),
	A(progress_back), A(done_twice), A(fail_with_nothing),
	A(fail_unknown), A(fail_unended), A(fail_with_escapes),
	A(false_trace), A(segv), A(forbidden), A(spin), A(asleep),
	A(beats_forever), A(silent), A(stays), A(answers_and_dies), A(many_entries), A(naps),
	{ "killed", asleep },
	A(eats_aborts), A(eats_traps), A(eats_uses_null),
	A(eats_blames_the_file), A(eats_goes_on), A(aborts), A(traps),
	A(overflows), A(late), A(reads_on), A(touches), A(fills), A(lives),
	A(put_lies), A(put_too_much),
	A(put_in_member_), A(put_for_ever), A(keep_member),
#undef A
};
/* clang-format on */

/* --- a worker of doctext, which has an output file
 * --------------------------*/

static void
put(int fd, const char *s)
{
	if (write(fd, s, strlen(s)) < 0)
		_exit(0);
}

/* The answer is there, and so is the worker: what it wrote is something else
 * when it was looked at. */
static void
keeps(int out)
{
	put(out, "one page");
	frame(DOC_FRAME_DONE, NULL, 0);
	for (;;) {
		if (ftruncate(out, 0) < 0)
			_exit(0);
		if (pwrite(out, "\xff\xfe\xfd", 3, 0) < 0)
			_exit(0);
	}
}

/* The same, without a descriptor. */
static void
mapped(int out)
{
	volatile char *p = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED,
	    out, 0);

	if (p == MAP_FAILED)
		_exit(0);
	done();
	for (;;)
		p[0] = (char)0xff;
}

static int
write_text(const char *what, int out)
{
	if (strcmp(what, "text_not_utf8") == 0) {
		put(out, "\xff\xfe\xfd");
		done();
	} else if (strcmp(what, "text_kept") == 0) {
		keeps(out);
	} else if (strcmp(what, "text_mapped") == 0) {
		put(out, "one page");
		mapped(out);
	} else if (strcmp(what, "text_claims_more") == 0) {
		put(out, "one page");
		progress(1, 1000000);
		abort();
	} else if (strcmp(what, "text_half") == 0) {
		put(out, "page one\fpage tw");
		progress(1, 9);
		abort();
	} else {
		return -1;
	}
	return 0;
}

/* How the worker's own struct in lib/pool/worker.c begins.  No header tells the
 * number of a job; who took a worker over finds it all the same. */
struct prefix {
	struct doc_work work;
	int sock;
	uint32_t job;
};

static void
attack(const char *what)
{
	for (size_t i = 0; i < DOC_LEN(attacks); i++)
		if (strcmp(attacks[i].name, what) == 0) {
			attacks[i].go();
			/* What is no answer leaves the supervisor waiting. */
			if (say == SAY_NOTHING)
				_exit(0);
		}
}

static const char *
kind_of(const char *what)
{
	return strncmp(what, "open ", 5) == 0 || strncmp(what, "PK", 2) == 0
	    ? "application/zip"
	    : "text/plain";
}

/* Honest of what is in front of the one that attacks. */
static void
batch(const struct doc_input *in, struct doc_work *w)
{
	const struct doc_batch_head *head = (const void *)in->data;

	for (uint64_t i = 0; i < head->count; i++) {
		const char *p = in->data + head->span[i].at;
		char what[64];

		snprintf(what, sizeof(what), "%.*s", (int)strcspn(p, "\n"), p);
		if (strncmp(what, "sniff ", 6) == 0)
			attack(what + 6);
		if (doc_starved())
			_exit(DOC_EXIT_MEMORY);
		doc_work_str(w, DOC_F_KIND, kind_of(what));
		w->ops->member_close(w, NULL, DOC_R_NONE);
	}
}

/* The document says who attacks, and how: "sniff NAME" is docsniff, "open
 * NAME" doclist, which opens what docsniff calls a container. */
static int
work(const struct doc_input *in, struct doc_work *w, struct doc_error *err)
{
	bool sniffs = in->media[0] == '\0';
	char what[64];

	document = in->data;
	size = in->size;
	job_id = ((const struct prefix *)(const void *)w)->job;
	output = w->out;
	if (sniffs && in->unit == DOC_UNIT_BATCH) {
		batch(in, w);
		return 0;
	}
	snprintf(what, sizeof(what), "%.*s",
	    in->data ? (int)strcspn(in->data, "\n") : 0,
	    in->data ? in->data : "");
	if (write_text(what, w->out) == 0)
		_exit(0);
	if (strncmp(what, "open ", 5) == 0 && !sniffs)
		attack(what + 5);
	if (strncmp(what, "sniff ", 6) == 0 && sniffs)
		attack(what + 6);
	if (strncmp(what, "text ", 5) == 0)
		attack(what + 5);
	if (say == SAY_DAMAGED)
		return doc_error_set(err, DOC_E_DAMAGED, "it looks so");
	if (sniffs)
		honest(kind_of(what));
	return 0;
}

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	ballast = mmap(NULL, BALLAST, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ballast == MAP_FAILED)
		return doc_error_sys(err, "cannot map memory");
	return 0;
}

static int
canary(struct doc_work *w, struct doc_error *err)
{
	(void)w;
	(void)err;
	return 0;
}

/* As the stages start their engines: with options of their own. */
static struct doc_opt_group
options_of(const char *name)
{
	static struct doc_scan_options scan = DOC_SCAN_DEFAULTS;
	static struct doc_ocr_options ocr = DOC_OCR_DEFAULTS;
	static struct doc_preview_options preview = DOC_PREVIEW_DEFAULTS;

	if (strcmp(name, "docscan") == 0)
		return (struct doc_opt_group){ doc_scan_opts, &scan };
	if (strcmp(name, "dococr") == 0 || strcmp(name, "docgraft") == 0)
		return (struct doc_opt_group){ doc_ocr_opts, &ocr };
	if (strcmp(name, "docpreview") == 0 || strcmp(name, "docpicture") == 0)
		return (struct doc_opt_group){ doc_preview_opts, &preview };
	return (struct doc_opt_group){ 0 };
}

int
main(int argc, char *argv[])
{
	struct doc_zygote engine = { .name = "hostile",
		.profile = &doc_profile_list,
		.opts = options_of(argv[0]),
		.load = load,
		.work = work,
		.canary = canary };

	return doc_zygote_main(&engine, argc, argv);
}
