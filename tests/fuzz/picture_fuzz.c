/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * picture_fuzz - what pictures say of themselves: Exif, IPTC, XMP, chunks.
 * Their pixels are for libraries.
 *
 * The first byte chooses the media type.
 */
#include "lib/format/exif.h"
#include "lib/format/image_facts.h"
#include "lib/format/xml.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const media[] = { "image/jpeg", "image/png", "image/tiff",
	"image/webp", "image/gif", "image/vnd.microsoft.icon", "image/bmp",
	"image/jp2", "image/x-portable-anymap", "image/svg+xml" };

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct doc_error err = { 0 };

	(void)argc;
	(void)argv;
	assert(doc_xml_warm(&err) == 0);
	return 0;
}

static void
check_facts(const struct doc_input *in)
{
	doc_autobuf struct doc_buf keep = { 0 };
	struct doc_error err = { 0 };
	struct doc_work work;
	struct doc_text text;
	unsigned turn = doc_exif_orientation(in->data, in->size);

	assert(turn >= 1 && turn <= 8);
	quiet_init(&work, &text, &keep);
	(void)!doc_image_text(in, &text, &err);
	quiet_check(&text, &keep);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct doc_input in = { .fd = -1 };
	char *p;

	if (size < 2 || (p = quiet_copy(data + 1, size - 1)) == NULL)
		return 0;
	in.data = p;
	in.size = in.whole = size - 1;
	in.media = media[data[0] % DOC_LEN(media)];
	check_facts(&in);
	free(p);
	return 0;
}
