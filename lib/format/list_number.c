/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/list_number.h"

static void
put_letters(struct doc_buf *out, unsigned n, char first)
{
	/* a ... z, aa, bb ... zz, aaa (17.18.59). */
	for (unsigned i = 0; n > 0 && i <= (n - 1) / 26 && i < 8; i++)
		doc_buf_addc(out, (char)(first + (char)((n - 1) % 26)));
}

static void
put_roman(struct doc_buf *out, unsigned n, bool lower)
{
	static const struct {
		unsigned value;
		const char *upper, *lower;
	} digits[] = { { 1000, "M", "m" }, { 900, "CM", "cm" },
		{ 500, "D", "d" }, { 400, "CD", "cd" }, { 100, "C", "c" },
		{ 90, "XC", "xc" }, { 50, "L", "l" }, { 40, "XL", "xl" },
		{ 10, "X", "x" }, { 9, "IX", "ix" }, { 5, "V", "v" },
		{ 4, "IV", "iv" }, { 1, "I", "i" } };

	n = DOC_MIN(n, 9999u);
	for (size_t i = 0; i < DOC_LEN(digits); i++)
		for (; n >= digits[i].value; n -= digits[i].value)
			doc_buf_adds(out,
			    lower ? digits[i].lower : digits[i].upper);
}

void
doc_list_number(struct doc_buf *out, unsigned n, enum doc_number_format format)
{
	switch (format) {
	case DOC_NUMBER_DECIMAL:
		doc_buf_addf(out, "%u", n);
		break;
	case DOC_NUMBER_ZERO:
		doc_buf_addf(out, "%02u", n);
		break;
	case DOC_NUMBER_ROMAN_UPPER:
	case DOC_NUMBER_ROMAN_LOWER:
		put_roman(out, n, format == DOC_NUMBER_ROMAN_LOWER);
		break;
	case DOC_NUMBER_LETTER_UPPER:
		put_letters(out, n, 'A');
		break;
	case DOC_NUMBER_LETTER_LOWER:
		put_letters(out, n, 'a');
		break;
	case DOC_NUMBER_NONE:
		break;
	}
}
