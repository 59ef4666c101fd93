/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain text that libmagic 5.44 takes for something else: UTF-16 without a byte
 * order mark and ISO-2022-KR are data to it, text with a stray control byte
 * too, and Korean or Czech that begins with the wrong two bytes a program or
 * an audio stream.
 */
#include <stdio.h>
#include <string.h>

#include "lib/format/sniff_kind.h"
#include "lib/format/wide.h"

/* Bytes looked at. */
#define REACH ((size_t)64 << 10)

/* Shorter ones may look like anything. */
enum { MIN_WIDE = 32, MIN_STRAY = 64 };

/* With as many letters of ASCII a control byte in a hundred is an accident. */
enum { MIN_ASCII_PERCENT = 85 };

struct count {
	size_t bytes, ascii, control;
};

static bool
is_text_control(unsigned char c)
{
	return (c >= '\b' && c <= '\r') || c == 0x1a || c == 0x1b;
}

static struct count
count(const char *p, size_t n)
{
	/* Shift out and in, between the alphabets of one line. */
	bool shifts = memmem(p, n, "\x1b$)C", 4) != NULL;
	struct count c = { .bytes = n };

	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)p[i];

		if (b >= ' ' && b < 0x7f)
			c.ascii++;
		else if ((b < ' ' && !is_text_control(b) &&
			     !(shifts && (b == 0x0e || b == 0x0f))) ||
		    b == 0x7f)
			c.control++;
	}
	return c;
}

/* Types that libmagic sees in two bytes. */
static bool
is_weak(const struct doc_input *in, const char *media)
{
	return strcmp(media, "application/octet-stream") == 0 ||
	    strncmp(media, "audio/", 6) == 0 ||
	    strncmp(media, "video/", 6) == 0 ||
	    (strcmp(media, "application/x-dosexec") == 0 &&
		memcmp(in->data, "MZ", 2) != 0);
}

bool
doc_sniff_plain(const struct doc_input *in, char media[128], char charset[64])
{
	size_t n = DOC_MIN(in->size, REACH);
	const char *wide = NULL;
	struct count c;

	/* Pixels of 16 bits look like UTF-16. */
	if (n < 4 || strncmp(media, "text/", 5) == 0 ||
	    strncmp(media, "image/", 6) == 0)
		return false;
	if (n >= MIN_WIDE)
		wide = doc_wide_guess(in->data, n);
	if (wide == NULL && !is_weak(in, media))
		return false;
	c = count(in->data, n);
	if (wide == NULL && c.control > 0 &&
	    (n < MIN_STRAY || c.control * 100 > n ||
		c.ascii * 100 < n * MIN_ASCII_PERCENT))
		return false;
	(void)snprintf(media, 128, "text/plain");
	charset[0] = '\0';
	if (wide != NULL)
		(void)snprintf(charset, 64, "%s",
		    strcmp(wide, "UTF-16LE") == 0 ? "utf-16le" : "utf-16be");
	return true;
}
