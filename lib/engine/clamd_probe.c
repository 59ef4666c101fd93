/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/io.h"
#include "lib/engine/clamd_impl.h"

/* Beyond the deepest recursion that libclamav can be set to, 100. */
enum { DEPTH = 120 };

int
doc_clamd_connect(const char *path, bool nonblock)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int sock;

	if (strlen(path) >= sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to.sun_path, path, strlen(path) + 1);
	sock = socket(AF_UNIX,
	    SOCK_STREAM | SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0), 0);
	if (sock < 0)
		return -1;
	if (connect(sock, (struct sockaddr *)&to, sizeof(to)) < 0) {
		int why = errno;

		close(sock);
		errno = why;
		return -1;
	}
	return sock;
}

static int
send_fd(int sock, int fd)
{
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(fd))];
	} control = { .room = { 0 } };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room) };

	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	return sendmsg(sock, &msg, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* A fresh socket has room for both: nothing blocks, nothing is cut. */
int
doc_clamd_send(int sock, const char *command, int fd)
{
	char line[32];
	int n = snprintf(line, sizeof(line), "z%s", command) + 1;

	if (send(sock, line, (size_t)n, MSG_NOSIGNAL) != n)
		return -1;
	return fd < 0 ? 0 : send_fd(sock, fd);
}

/* libclamav's statuses, as clamd prints them, that are not its own fault. */
static enum doc_code
code_of(const char *why)
{
	static const struct {
		const char *words;
		enum doc_code code;
	} table[] = { { "format", DOC_E_DAMAGED }, { "parse", DOC_E_DAMAGED },
		{ "unpack", DOC_E_DAMAGED }, { "memory", DOC_E_MEMORY },
		{ "emporary", DOC_E_TEMP }, { "No space", DOC_E_TEMP },
		{ "write", DOC_E_TEMP }, { "ime limit", DOC_E_TIMEOUT },
		{ "imeout", DOC_E_TIMEOUT }, { "limit", DOC_E_SIZE } };

	for (size_t i = 0; i < DOC_LEN(table); i++)
		if (strstr(why, table[i].words) != NULL)
			return table[i].code;
	return DOC_E_ENGINE;
}

static bool
ends(char *line, const char *word)
{
	size_t n = strlen(line), w = strlen(word);

	if (n < w || strcmp(line + n - w, word) != 0)
		return false;
	line[n - w] = '\0';
	return true;
}

/* "fd[10]: NAME FOUND"; with ExtendedDetectionInfo NAME(hash:size). */
int
doc_clamd_read(const char *answer, char alert[static DOC_CLAMD_LINE],
    struct doc_error *err)
{
	char line[DOC_CLAMD_LINE];
	const char *colon;

	(void)snprintf(line, sizeof(line), "%s", answer);
	colon = strstr(line, ": ");
	if (colon != NULL && ends(line, " FOUND")) {
		(void)snprintf(alert, DOC_CLAMD_LINE, "%.*s",
		    (int)strcspn(colon + 2, "("), colon + 2);
		return 1;
	}
	if (colon != NULL && strcmp(colon + 2, "OK") == 0)
		return 0;
	if (colon != NULL && ends(line, " ERROR"))
		return doc_error_set(err, code_of(colon + 2), "clamd: %s",
		    colon + 2);
	return doc_error_set(err, DOC_E_ENGINE, "clamd: a strange answer");
}

/* One command and its answer, within five seconds; fd -1: none goes with it.
 * ENGINE when nobody answers. */
static int
ask(const char *path, const char *command, int fd,
    char out[static DOC_CLAMD_LINE], struct doc_error *err)
{
	const struct timeval wait = { .tv_sec = 5 };
	doc_autoclose int sock = doc_clamd_connect(path, false);
	size_t len = 0;
	ssize_t n = 1;

	if (sock < 0)
		return doc_error_set(err, DOC_E_ENGINE, "no clamd at '%s': %s",
		    path, strerror(errno));
	(void)setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (doc_clamd_send(sock, command, fd) < 0)
		return doc_error_set(err, DOC_E_ENGINE, "clamd at '%s': %s",
		    path, strerror(errno));
	while (n > 0 && len < DOC_CLAMD_LINE - 1) {
		n = read(sock, out + len, DOC_CLAMD_LINE - 1 - len);
		len += n > 0 ? (size_t)n : 0;
		if (len > 0 && out[len - 1] == '\0')
			return 0;
	}
	return doc_error_set(err, DOC_E_ENGINE, "clamd at '%s' does not answer",
	    path);
}

/* CRC-32 of RFC 1952, section 8. */
static uint32_t
crc(const char *p, size_t n)
{
	uint32_t c = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		c ^= (unsigned char)p[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320 : 0);
	}
	return ~c;
}

static int
add_le(struct doc_buf *b, uint32_t v, unsigned bytes)
{
	int rc = 0;

	for (; bytes > 0; bytes--, v >>= 8)
		rc |= doc_buf_addc(b, (char)v);
	return rc;
}

/* A gzip in a gzip, DEPTH times, each in one stored block. */
static int
make_nest(struct doc_buf *nest)
{
	static const char head[] = "\x1f\x8b\x8\0\0\0\0\0\0\3\1";
	int rc = doc_buf_addc(nest, 'x');

	for (unsigned i = 0; i < DEPTH && rc == 0; i++) {
		doc_autobuf struct doc_buf b = { 0 };
		uint32_t n = (uint32_t)nest->len;

		rc = doc_buf_add(&b, head, sizeof(head) - 1) |
		    add_le(&b, n, 2) | add_le(&b, ~n, 2) |
		    doc_buf_add(&b, nest->data, n) |
		    add_le(&b, crc(nest->data, n), 4) | add_le(&b, n, 4);
		nest->len = 0;
		rc |= doc_buf_add(nest, b.data, b.len);
	}
	return rc;
}

/* The start of a zip whose only member is encrypted (APPNOTE 4.3.7). */
static const char locked[] =
    "PK\3\4\24\0\1\0\0\0\0\0!\0\0\0\0\0\20\0\0\0\4\0\0\0\1\0\0\0a"
    "0123456789abcdef"
    "PK\1\2\24\0\24\0\1\0\0\0\0\0!\0\0\0\0\0\20\0\0\0\4\0\0\0\1\0\0\0\0\0"
    "\0\0\0\0\0\0\0\0\0\0\0\0a"
    "PK\5\6\0\0\0\0\1\0\1\0/\0\0\0/\0\0\0\0\0";

static int
expect(const char *path, const char *p, size_t n, const char *alert,
    const char *option, struct doc_error *err)
{
	doc_autoclose int fd = memfd_create("probe", MFD_CLOEXEC);
	char answer[DOC_CLAMD_LINE], got[DOC_CLAMD_LINE] = "";
	struct doc_error why = { 0 };

	if (fd < 0 || doc_write_full(fd, p, n) < 0)
		return doc_error_sys(err, "cannot make a probe for clamd");
	if (ask(path, "FILDES", fd, answer, err) < 0)
		return -1;
	if (doc_clamd_read(answer, got, &why) == 1 &&
	    strncmp(got, alert, strlen(alert)) == 0)
		return 0;
	return doc_error_set(err, DOC_E_ENGINE,
	    "clamd at '%s' does not tell what it leaves out: set '%s yes' in "
	    "clamd.conf",
	    path, option);
}

int
doc_clamd_probe(const char *path, char version[static DOC_CLAMD_LINE],
    struct doc_error *err)
{
	doc_autobuf struct doc_buf nest = { 0 };

	if (ask(path, "VERSION", -1, version, err) < 0)
		return -1;
	if (make_nest(&nest) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (expect(path, nest.data, nest.len, "Heuristics.Limits.Exceeded",
		"AlertExceedsMax", err) < 0)
		return -1;
	return expect(path, locked, sizeof(locked) - 1, "Heuristics.Encrypted",
	    "AlertEncrypted", err);
}

/* "ClamAV 1.4.6/27465/Tue Nov 18 09:31:13 2026"; without the rest when no
 * official database is loaded. */
int64_t
doc_clamd_built(const char *version)
{
	const char *slash = strrchr(version, '/');
	struct tm tm = { .tm_isdst = -1 };

	if (slash == NULL || strptime(slash + 1, "%a %b %e %T %Y", &tm) == NULL)
		return -1;
	return mktime(&tm);
}
