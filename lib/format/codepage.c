/* SPDX-License-Identifier: GPL-2.0-or-later */
/* codepage - numbers Microsoft has for charsets and languages. */
#include <stdio.h>

#include "lib/format/charset.h"

void
doc_charset_of_codepage(unsigned codepage, char name[static DOC_CHARSET_NAME])
{
	static const struct {
		unsigned codepage;
		const char *name;
	} odd[] = { { 932, "windows-31j" }, { 936, "GB18030" },
		{ 949, "windows-949" }, { 950, "Big5" }, { 1200, "UTF-16LE" },
		{ 1201, "UTF-16BE" }, { 10000, "macintosh" },
		{ 10006, "x-mac-greek" }, { 10007, "x-mac-cyrillic" },
		{ 10029, "x-mac-centraleurroman" }, { 10081, "x-mac-turkish" },
		{ 20127, "windows-1252" }, { 20866, "KOI8-R" },
		{ 21866, "KOI8-U" }, { 20932, "EUC-JP" }, { 20936, "GB18030" },
		{ 50220, "ISO-2022-JP" }, { 50221, "ISO-2022-JP" },
		{ 50222, "ISO-2022-JP" }, { 50225, "ISO-2022-KR" },
		{ 51932, "EUC-JP" }, { 51936, "GB18030" }, { 51949, "EUC-KR" },
		{ 54936, "GB18030" }, { 65000, "UTF-7" }, { 65001, "UTF-8" },
		/* BIFF's name for the Macintosh ([MS-XLS] 2.4.52). */
		{ 32768, "macintosh" } };
	struct doc_charset *cs;

	snprintf(name, DOC_CHARSET_NAME, "windows-%u", codepage);
	if (codepage >= 28591 && codepage <= 28605)
		snprintf(name, DOC_CHARSET_NAME, "ISO-8859-%u",
		    codepage - 28590);
	else if (codepage < 1000)
		snprintf(name, DOC_CHARSET_NAME, "cp%u", codepage);
	for (size_t i = 0; i < DOC_LEN(odd); i++)
		if (odd[i].codepage == codepage)
			snprintf(name, DOC_CHARSET_NAME, "%s", odd[i].name);
	cs = doc_charset_open(name);
	if (cs == NULL)
		snprintf(name, DOC_CHARSET_NAME, "windows-1252");
	doc_charset_free(cs);
}

unsigned
doc_charset_codepage_of_language(unsigned lcid)
{
	static const struct {
		unsigned language; /* low ten bits of the identifier */
		unsigned codepage;
	} table[] = { { 0x01, 1256 }, { 0x02, 1251 }, { 0x04, 936 },
		{ 0x05, 1250 }, { 0x08, 1253 }, { 0x0d, 1255 }, { 0x0e, 1250 },
		{ 0x11, 932 }, { 0x12, 949 }, { 0x15, 1250 }, { 0x18, 1250 },
		{ 0x19, 1251 }, { 0x1a, 1250 }, { 0x1b, 1250 }, { 0x1c, 1250 },
		{ 0x1e, 874 }, { 0x1f, 1254 }, { 0x20, 1256 }, { 0x22, 1251 },
		{ 0x23, 1251 }, { 0x24, 1250 }, { 0x25, 1257 }, { 0x26, 1257 },
		{ 0x27, 1257 }, { 0x29, 1256 }, { 0x2a, 1258 }, { 0x2f, 1251 },
		{ 0x3f, 1251 }, { 0x44, 1251 } };

	if (lcid == 0x404 || lcid == 0xc04)
		return 950;
	/* Serbian in Cyrillic letters. */
	if (lcid == 0xc1a)
		return 1251;
	for (size_t i = 0; i < DOC_LEN(table); i++)
		if (table[i].language == (lcid & 0x3ff))
			return table[i].codepage;
	return 1252;
}
