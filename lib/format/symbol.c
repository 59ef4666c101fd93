/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/format/symbol.h"

/* Symbol's Greek letters, from 'A' and from 'a'; elsewhere in the font and in
 * the Wingdings only what documents use as text. */
static const char *const greek_upper[26] = { "Α", "Β", "Χ", "Δ", "Ε", "Φ", "Γ",
	"Η", "Ι", "ϑ", "Κ", "Λ", "Μ", "Ν", "Ο", "Π", "Θ", "Ρ", "Σ", "Τ", "Υ",
	"ς", "Ω", "Ξ", "Ψ", "Ζ" };
static const char *const greek_lower[26] = { "α", "β", "χ", "δ", "ε", "φ", "γ",
	"η", "ι", "ϕ", "κ", "λ", "μ", "ν", "ο", "π", "θ", "ρ", "σ", "τ", "υ",
	"ϖ", "ω", "ξ", "ψ", "ζ" };

static const struct {
	const char *font; /* how its name begins */
	unsigned code;
	const char *text;
} symbols[] = { { "Symbol", 0xa3, "≤" }, { "Symbol", 0xb0, "°" },
	{ "Symbol", 0xb1, "±" }, { "Symbol", 0xb3, "≥" },
	{ "Symbol", 0xb4, "×" }, { "Symbol", 0xb7, "•" },
	{ "Symbol", 0xb9, "≠" }, { "Symbol", 0xbb, "≈" },
	{ "Symbol", 0xae, "→" }, { "Symbol", 0xd2, "®" },
	{ "Symbol", 0xd3, "©" }, { "Symbol", 0xd4, "™" },
	{ "Symbol", 0xa5, "∞" }, { "Symbol", 0xd6, "√" },
	{ "Wingdings 2", 0x50, "✓" }, { "Wingdings 2", 0x52, "☑" },
	{ "Wingdings 2", 0xa3, "☐" }, { "Wingdings", 0x4a, "☺" },
	{ "Wingdings", 0x6f, "☐" }, { "Wingdings", 0xa7, "▪" },
	{ "Wingdings", 0xa8, "☐" }, { "Wingdings", 0xd8, "➢" },
	{ "Wingdings", 0xe0, "→" }, { "Wingdings", 0xfb, "✗" },
	{ "Wingdings", 0xfc, "✓" }, { "Wingdings", 0xfd, "☒" },
	{ "Wingdings", 0xfe, "☑" } };

void
doc_symbol(const char *font, unsigned long code, struct doc_buf *utf8)
{
	/* Symbol fonts live at F000 to F0FF (ISO 29500-1, 17.3.3.30). */
	if (code < 0x20 || code > 0xffff)
		return;
	code = code >= 0xf000 && code <= 0xf0ff ? code - 0xf000 : code;
	if (strcmp(font, "Symbol") == 0 && code >= 'A' && code <= 'Z')
		doc_buf_adds(utf8, greek_upper[code - 'A']);
	if (strcmp(font, "Symbol") == 0 && code >= 'a' && code <= 'z')
		doc_buf_adds(utf8, greek_lower[code - 'a']);
	for (size_t i = 0; i < DOC_LEN(symbols); i++)
		if (symbols[i].code == code &&
		    strncmp(font, symbols[i].font, strlen(symbols[i].font)) ==
			0) {
			doc_buf_adds(utf8, symbols[i].text);
			return;
		}
	if (code >= 0x100 && (code < 0xe000 || code > 0xf8ff))
		doc_utf8_put(utf8, (uint32_t)code);
}
