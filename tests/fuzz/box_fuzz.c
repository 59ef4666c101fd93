/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * box_fuzz - the stream between a stage in a box and what is outside.
 *
 * Frames lie within what came, and their strings within the frame.
 */
#include <assert.h>
#include <string.h>

#include "lib/box/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct doc_frames f;
	struct doc_frame frame;
	struct doc_error err = { 0 };
	int rc;

	doc_frames_init(&f, -1);
	if (doc_buf_add(&f.buf, data, size) < 0)
		return 0;
	f.eof = true;
	while ((rc = doc_frames_next(&f, &frame, &err)) > 0) {
		const char *s;

		assert(frame.len <= DOC_FRAME_MAX);
		assert(frame.data >= f.buf.data &&
		    frame.data + frame.len <= f.buf.data + f.buf.len);
		while ((s = doc_frame_string(&frame)) != NULL)
			assert(strlen(s) <= size);
	}
	assert(rc == 0 || err.code == DOC_E_PROTOCOL);
	doc_frames_release(&f);
	return 0;
}
