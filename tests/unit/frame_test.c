/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames and answers: what arrives is what was sent, or is refused. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/io.h"
#include "lib/pool/answer.h"
#include "lib/pool/frame.h"
#include "tests/unit/tap.h"

static int pair[2];
static struct doc_frame frame;

static int
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* A raw message, with fds attached. */
static void
raw(const void *p, size_t n, int fds)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(8 * sizeof(int))];
	} ctl = { 0 };
	struct iovec iov = { (void *)(uintptr_t)p, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fds > 0) {
		msg.msg_control = ctl.room;
		msg.msg_controllen = CMSG_SPACE((size_t)fds * sizeof(int));
		ctl.head.cmsg_level = SOL_SOCKET;
		ctl.head.cmsg_type = SCM_RIGHTS;
		ctl.head.cmsg_len = CMSG_LEN((size_t)fds * sizeof(int));
		for (int i = 0; i < fds; i++)
			memcpy(CMSG_DATA(&ctl.head) + (size_t)i * sizeof(int),
			    &(int){ 0 }, sizeof(int));
	}
	if (sendmsg(pair[0], &msg, MSG_NOSIGNAL) < 0)
		printf("# sendmsg: %s\n", strerror(errno));
}

static void
test_there(void)
{
	static char big[DOC_FRAME_MAX];
	int one = open("/dev/null", O_RDONLY | O_CLOEXEC), before;

	memset(big, 7, sizeof(big));
	OK(doc_frame_send(pair[0], DOC_FRAME_DONE, 5, NULL, 0, NULL) == 0 &&
		doc_frame_recv(pair[1], &frame) == 1 &&
		frame.head.type == DOC_FRAME_DONE && frame.head.id == 5 &&
		frame.head.len == 0 && frame.fds[0] == -1,
	    "an empty frame");
	OK(doc_frame_send(pair[0], DOC_FRAME_FIELDS, 1, big, sizeof(big),
	       NULL) == 0 &&
		doc_frame_recv(pair[1], &frame) == 1 &&
		frame.head.len == sizeof(big) &&
		memcmp(frame.data, big, sizeof(big)) == 0,
	    "the largest frame");
	before = open_fds();
	OK(doc_frame_send(pair[0], DOC_FRAME_JOB, 1, "x", 1,
	       (int[]){ one, one }) == 0 &&
		doc_frame_recv(pair[1], &frame) == 1 && frame.fds[0] >= 0 &&
		frame.fds[1] >= 0 &&
		(fcntl(frame.fds[0], F_GETFD) & FD_CLOEXEC) != 0,
	    "two descriptors, close-on-exec");
	doc_frame_close_fds(&frame);
	OK(frame.fds[0] == -1 && open_fds() == before, "closed again");
	OK(doc_frame_send(pair[0], DOC_FRAME_JOB, 1, "x", 1,
	       (int[]){ one, -1 }) == 0 &&
		doc_frame_recv(pair[1], &frame) == 1 && frame.fds[0] >= 0 &&
		frame.fds[1] == -1,
	    "one descriptor");
	doc_frame_close_fds(&frame);
	close(one);
}

static bool
refused(const void *p, size_t n, int fds)
{
	int before = open_fds(), rc;

	raw(p, n, fds);
	rc = doc_frame_recv(pair[1], &frame);
	return rc == -1 && errno == EPROTO && open_fds() == before;
}

static void
test_refused(void)
{
	static char big[DOC_FRAME_MAX + 2 * sizeof(struct doc_frame_head)];
	struct doc_frame_head head = { DOC_FRAME_DONE, 1, 0 };
	int before = open_fds();

	OK(refused("x", 1, 0), "one byte");
	OK(refused("x", 1, 2), "one byte and descriptors");
	OK(refused(&head, sizeof(head) - 1, 0), "a cut head");
	head.len = 1;
	OK(refused(&head, sizeof(head), 1), "longer than it is");
	head.len = UINT32_MAX;
	OK(refused(&head, sizeof(head), 0), "much longer than it is");
	head.len = 0;
	memcpy(big, &head, sizeof(head));
	OK(refused(big, sizeof(head) + 1, 0), "shorter than it is");
	head.len = sizeof(big) - sizeof(head);
	memcpy(big, &head, sizeof(head));
	OK(refused(big, sizeof(big), 0), "too long");
	head.len = 0;
	OK(refused(&head, sizeof(head), 3), "too many descriptors");
	OK(refused(&head, sizeof(head), 8), "far too many");
	raw("", 0, 2);
	OK(doc_frame_recv(pair[1], &frame) <= 0, "a message of nothing");
	OK(open_fds() == before, "and its descriptors are closed");
	doc_frame_close_fds(&frame);
	doc_fd_nonblock(pair[1], true);
	OK(doc_frame_recv(pair[1], &frame) == -1 && errno == EAGAIN,
	    "nothing there");
	doc_fd_nonblock(pair[1], false);
}

/* A socket nobody reads: a sender that may not wait is told. */
static void
test_full(void)
{
	static char big[DOC_FRAME_MAX];
	int rc = 0, sent = 0;

	doc_fd_nonblock(pair[0], true);
	while ((rc = doc_frame_send(pair[0], DOC_FRAME_FIELDS, 1, big,
		    sizeof(big), NULL)) == 0 &&
	    sent < 10000)
		sent++;
	OK(rc == -1 && errno == EAGAIN, "full");
	doc_fd_nonblock(pair[0], false);
	while (sent-- > 0)
		(void)!doc_frame_recv(pair[1], &frame);
	close(pair[0]);
	OK(doc_frame_recv(pair[1], &frame) == 0, "end of stream");
	OK(doc_frame_send(pair[1], DOC_FRAME_DONE, 1, NULL, 0, NULL) == -1 &&
		errno == EPIPE,
	    "the other side is gone; no signal");
}

/* --- fields ----------------------------------------------------------------*/

static int
add(struct doc_answer *a, unsigned stages, unsigned f, const void *p, size_t n)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error err = { 0 };
	int rc;

	doc_field_put(&b, (enum doc_field)f, p, n);
	rc = doc_answer_add(a, stages, b.data, b.len, &err);
	if ((rc < 0) != (err.code == DOC_E_PROTOCOL))
		return -99;
	return rc;
}

static void
test_answers(void)
{
	struct doc_answer a = { 0 };
	uint64_t n = (uint64_t)1 << 53;
	char text[4097];

	memset(text, 'x', sizeof(text));
	OK(add(&a, DOC_FOR_TEXT, DOC_F_TITLE, text, 4096) == 0, "the cap");
	OK(add(&a, DOC_FOR_TEXT, DOC_F_TITLE, text, 4097) == -1, "one more");
	OK(add(&a, DOC_FOR_TEXT, DOC_F_TITLE, "", 0) == 0, "empty");
	OK(add(&a, DOC_FOR_TEXT, DOC_F_TITLE, "\xff", 1) == -1, "not UTF-8");
	OK(add(&a, DOC_FOR_TEXT, DOC_F_TITLE, "a\0b", 3) == -1, "a NUL");
	OK(add(&a, DOC_FOR_OCR, DOC_F_TITLE, "x", 1) == -1, "another stage's");
	OK(add(&a, DOC_FOR_TEXT, DOC_F_COUNT, "x", 1) == -1, "no such field");
	OK(add(&a, DOC_FOR_TEXT, UINT32_MAX, "x", 1) == -1, "far off");
	OK(add(&a, ~0U, 0, "x", 1) == -1, "field 0");
	OK(add(&a, DOC_FOR_TEXT, DOC_F_PAGES, &n, sizeof(n)) == 0, "2^53");
	n++;
	OK(add(&a, DOC_FOR_TEXT, DOC_F_PAGES, &n, sizeof(n)) == -1,
	    "2^53 and one");
	OK(add(&a, DOC_FOR_TEXT, DOC_F_PAGES, &n, 4) == -1, "half a number");
	OK(add(&a, DOC_FOR_TEXT, DOC_F_RECIPIENTS, text, DOC_FIELD_ENTRY) == 0,
	    "an entry");
	OK(add(&a, DOC_FOR_TEXT, DOC_F_RECIPIENTS, text, DOC_FIELD_ENTRY + 1) ==
		-1,
	    "too long an entry");
	for (int i = 0; i < 1000; i++)
		(void)!add(&a, DOC_FOR_TEXT, DOC_F_RECIPIENTS, "r", 1);
	OK(a.entries[DOC_F_RECIPIENTS] == 256, "a list has an end");
	doc_answer_release(&a);
	OK(a.set[DOC_F_TITLE] == false, "released");
}

static void
test_written(void)
{
	struct doc_answer a = { 0 };
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;
	uint64_t n = 3;
	const char *want =
	    "{\"title\":\"a\\\"\\n\",\"recipients\":[\"x\",\"\",\"y\"],"
	    "\"pages\":3,\"reasons\":[\"timeout\",\"errors\"]}";

	(void)!add(&a, DOC_FOR_TEXT, DOC_F_PAGES, &n, sizeof(n));
	(void)!add(&a, DOC_FOR_TEXT, DOC_F_TITLE, "a\"\n", 3);
	(void)!add(&a, DOC_FOR_TEXT, DOC_F_RECIPIENTS, "x", 1);
	(void)!add(&a, DOC_FOR_TEXT, DOC_F_RECIPIENTS, "", 0);
	(void)!add(&a, DOC_FOR_TEXT, DOC_F_RECIPIENTS, "y", 1);
	(void)!add(&a, DOC_FOR_TEXT, DOC_F_CREATOR, "left out", 8);
	doc_answer_reason(&a, DOC_R_ERRORS);
	doc_answer_reason(&a, DOC_R_TIMEOUT);
	doc_answer_reason(&a, DOC_R_NONE);
	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_answer_write(&a, &j,
	    (const enum doc_field[]){ DOC_F_CREATOR, DOC_F_NONE });
	doc_reasons_write(a.reasons, &j);
	doc_json_close(&j, '}');
	OK(!j.failed && strcmp(doc_buf_str(&b), want) == 0, "as JSON");
	doc_answer_release(&a);
}

/* A payload cut anywhere, or with any byte changed, is taken or refused; with
 * a sanitizer, never read beyond. */
static void
test_mangled(void)
{
	doc_autobuf struct doc_buf b = { 0 };
	uint64_t n = 7;
	int taken = 0, cuts = 0;

	doc_field_put(&b, DOC_F_TITLE, "title", 5);
	doc_field_put(&b, DOC_F_PAGES, &n, sizeof(n));
	doc_field_put(&b, DOC_F_RECIPIENTS, "r", 1);
	for (size_t i = 0; i <= b.len; i++)
		for (int c = 0; c < 256; c++) {
			char *copy = malloc(b.len ? b.len : 1);
			struct doc_answer a = { 0 };
			struct doc_error err = { 0 };

			memcpy(copy, b.data, b.len);
			if (i < b.len)
				copy[i] = (char)c;
			taken += doc_answer_add(&a, DOC_FOR_TEXT, copy, b.len,
				     &err) == 0;
			doc_answer_release(&a);
			free(copy);
		}
	for (size_t i = 0; i < b.len; i++) {
		char *copy = malloc(i ? i : 1);
		struct doc_answer a = { 0 };
		struct doc_error err = { 0 };

		memcpy(copy, b.data, i);
		cuts += doc_answer_add(&a, DOC_FOR_TEXT, copy, i, &err) == 0;
		doc_answer_release(&a);
		free(copy);
	}
	OK(taken > 256, "some changes do no harm");
	OK(cuts == 3, "only whole fields are taken");
}

static void
test_failures(void)
{
	struct doc_error err = { 0 }, back = { 0 };
	struct doc_failure f;

	(void)doc_error_set(&err, DOC_E_DAMAGED, "%0230d", 1);
	doc_failure_pack(&f, &err);
	OK(doc_failure_unpack(&f, sizeof(f), &back) == 0 &&
		back.code == DOC_E_DAMAGED && strlen(back.msg) > 100,
	    "there and back, cut");
	OK(doc_failure_unpack(&f, sizeof(f) - 1, &back) == -1, "too short");
	f.code = DOC_E_COUNT;
	OK(doc_failure_unpack(&f, sizeof(f), &back) == -1, "no such code");
	f.code = DOC_E_IO;
	memset(f.msg, 'x', sizeof(f.msg));
	OK(doc_failure_unpack(&f, sizeof(f), &back) == -1, "no end");
	snprintf(f.msg, sizeof(f.msg), "\x1b[31m\n%%s");
	OK(doc_failure_unpack(&f, sizeof(f), &back) == 0 &&
		strcmp(back.msg, "?[31m?%s") == 0,
	    "nothing for a terminal in it");
	f.code = DOC_E_NONE;
	OK(doc_failure_unpack(&f, sizeof(f), &back) == 0 &&
		back.code == DOC_E_NONE,
	    "no failure");
}

int
main(void)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return 1;
	test_there();
	test_refused();
	test_full();
	test_answers();
	test_written();
	test_mangled();
	test_failures();
	return TAP_DONE();
}
