/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/markup_words.h"
#include "lib/format/xml.h"

/* Sorted by byte. */
static const struct doc_xml_token elements[] = {
	{ "AlternateContent", ALTERNATE },
	{ "Choice", CHOICE },
	{ "Fallback", FALLBACK },
	{ "br", BREAK },
	{ "buAutoNum", AUTO_NUMBER },
	{ "cm", LINE },
	{ "comment", COMMENT },
	{ "cr", BREAK },
	{ "del", SKIP },
	{ "den", PART },
	{ "endnote", LINE },
	{ "fld", FIELD },
	{ "fldChar", FIELD_MARK },
	{ "fldSimple", FIELD_MARK },
	{ "footnote", LINE },
	{ "framePr", DROP_CAP },
	{ "graphicFrame", SHAPE },
	{ "ilvl", LIST_LEVEL },
	{ "instrText", INSTRUCTION },
	{ "moveFrom", SKIP },
	{ "noBreakHyphen", HYPHEN },
	{ "numId", LIST_NUMBER },
	{ "p", LINE },
	{ "pPr", PROPERTIES },
	{ "pPrChange", SKIP },
	{ "pStyle", STYLE },
	{ "ph", PLACEHOLDER },
	{ "ptab", TAB },
	{ "rPr", SKIP },
	{ "rt", READING },
	{ "ruby", RUBY },
	{ "ser", ROW },
	{ "sld", SLIDE },
	{ "softHyphen", SOFT_HYPHEN },
	{ "sp", SHAPE },
	{ "sym", SYMBOL },
	{ "t", TEXT },
	{ "tab", TAB },
	{ "tabLst", SKIP },
	{ "tabs", SKIP },
	{ "tc", CELL },
	{ "text", TEXT },
	{ "textpath", TEXTPATH },
	{ "threadedComment", LINE },
	{ "tr", ROW },
	{ "txBody", BODY },
	{ "txbxContent", BOX },
	{ "v", VALUE },
};

int
doc_markup_kind(const char *name)
{
	return doc_xml_find(elements, DOC_LEN(elements), name);
}
