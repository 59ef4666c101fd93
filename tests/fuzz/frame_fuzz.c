/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame_fuzz - a message on the socket between supervisor and worker.
 *
 * What is taken for a frame has the length it says, and its fields lie within.
 */
#include <sys/socket.h>

#include "tests/fuzz/quiet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct doc_frame frame;

static void
check_fields(void)
{
	const char *at = frame.data, *end = at + frame.head.len;
	struct doc_field_view v;

	while (doc_field_next(&at, end, &v) > 0) {
		assert(v.p >= frame.data && v.n <= (size_t)(end - v.p));
		assert(at <= end);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int pair[2], got;

	if (size == 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) < 0)
		return 0;
	if (send(pair[0], data, size, MSG_NOSIGNAL) == (ssize_t)size) {
		got = doc_frame_recv(pair[1], &frame);
		assert(got == 1 || got == -1);
		if (got == 1) {
			assert(frame.head.len <= DOC_FRAME_MAX);
			check_fields();
		}
	}
	close(pair[0]);
	close(pair[1]);
	return 0;
}
