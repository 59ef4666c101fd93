/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/rtf_words.h"
#include "lib/record/field.h"

#define W(name, word)                                                          \
	{                                                                      \
		name, DOC_RTF_##word, 0, NULL                                  \
	}
#define ARG(name, word, n)                                                     \
	{                                                                      \
		name, DOC_RTF_##word, n, NULL                                  \
	}
#define SAY(name, s)                                                           \
	{                                                                      \
		name, DOC_RTF_CHARACTER, 0, s                                  \
	}

/* Sorted by byte. */
static const struct doc_rtf_row rows[] = {
	W("aftncn", SKIP),
	W("aftnsep", SKIP),
	W("aftnsepc", SKIP),
	W("annotation", ASIDE),
	W("ansi", ANSI),
	W("ansicpg", ANSICPG),
	W("atnid", SKIP),
	ARG("author", INFO, DOC_F_CREATOR),
	W("bin", BIN),
	W("bkmkend", SKIP),
	W("bkmkstart", SKIP),
	W("blipuid", SKIP),
	SAY("bullet", "•"),
	W("buptim", SKIP),
	ARG("category", INFO, DOC_F_CATEGORY),
	W("cell", CELL),
	W("colortbl", SKIP),
	W("column", LINE),
	ARG("company", INFO, DOC_F_PUBLISHER),
	W("cpg", CPG),
	ARG("creatim", STAMP, DOC_F_CREATED),
	W("datastore", SKIP),
	W("deff", DEFF),
	W("deleted", DELETED),
	W("do", KEEP),
	ARG("doccomm", INFO, DOC_F_DESCRIPTION),
	W("dptxbxtext", ASIDE),
	ARG("dy", TIME, DOC_RTF_DAY),
	SAY("emdash", "—"),
	SAY("emspace", " "),
	SAY("endash", "–"),
	SAY("enspace", " "),
	W("f", F),
	W("falt", SKIP),
	W("fcharset", FCHARSET),
	W("ffdeftext", SKIP),
	W("filetbl", SKIP),
	W("fldinst", FIELD),
	W("fontemb", SKIP),
	W("fontfile", SKIP),
	W("fonttbl", FONTTBL),
	W("footer", ASIDE),
	W("footerf", ASIDE),
	W("footerl", ASIDE),
	W("footerr", ASIDE),
	W("footnote", ASIDE),
	W("formfield", SKIP),
	W("ftncn", SKIP),
	W("ftnsep", SKIP),
	W("ftnsepc", SKIP),
	ARG("generator", INFO, DOC_F_PRODUCER),
	W("header", ASIDE),
	W("headerf", ASIDE),
	W("headerl", ASIDE),
	W("headerr", ASIDE),
	ARG("hr", TIME, DOC_RTF_HOUR),
	W("intbl", INTBL),
	ARG("keywords", INFO, DOC_F_KEYWORDS),
	SAY("ldblquote", "“"),
	W("line", LINE),
	W("listpicture", SKIP),
	W("listtables", SKIP),
	W("listtext", KEEP),
	SAY("lquote", "‘"),
	W("mac", MAC),
	ARG("min", TIME, DOC_RTF_MINUTE),
	W("mmath", KEEP),
	ARG("mo", TIME, DOC_RTF_MONTH),
	W("moMath", KEEP),
	W("moMathPara", KEEP),
	W("mr", KEEP),
	W("nestcell", NESTCELL),
	W("nestrow", LINE),
	ARG("nofpages", COUNT, DOC_F_PAGE_COUNT),
	ARG("nofwords", COUNT, DOC_F_WORD_COUNT),
	W("nonshppict", SKIP),
	W("objclass", SKIP),
	W("objdata", SKIP),
	W("objname", SKIP),
	W("oldlinewrap", KEEP),
	ARG("operator", INFO, DOC_F_CONTRIBUTOR),
	W("page", LINE),
	W("panose", SKIP),
	W("par", PAR),
	W("pard", PARD),
	W("pc", PC),
	W("pca", PCA),
	W("pgptbl", SKIP),
	W("pict", SKIP),
	W("plain", PLAIN),
	W("pn", KEEP),
	W("pnseclvl", SKIP),
	W("pntext", KEEP),
	W("pntxta", SKIP),
	W("pntxtb", SKIP),
	W("printim", SKIP),
	W("private1", SKIP),
	SAY("qmspace", " "),
	SAY("rdblquote", "”"),
	W("revtbl", SKIP),
	ARG("revtim", STAMP, DOC_F_MODIFIED),
	W("row", ROW),
	SAY("rquote", "’"),
	W("rsidtbl", SKIP),
	W("rxe", SKIP),
	W("sect", PAR),
	W("shp", KEEP),
	W("shpgrp", KEEP),
	W("shpinst", KEEP),
	W("shprslt", SKIP),
	W("shptxt", ASIDE),
	W("softline", LINE),
	W("sp", SKIP),
	W("stylesheet", SKIP),
	ARG("subject", INFO, DOC_F_SUBJECT),
	SAY("tab", "\t"),
	W("tc", SKIP),
	W("tcn", SKIP),
	W("template", SKIP),
	W("themedata", SKIP),
	ARG("title", INFO, DOC_F_TITLE),
	W("trowd", TROWD),
	W("txe", SKIP),
	W("u", U),
	W("uc", UC),
	W("ud", UD),
	W("upr", UPR),
	W("xe", SKIP),
	ARG("yr", TIME, DOC_RTF_YEAR),
	SAY("zwj", "‍"),
	SAY("zwnj", "‌"),
};

static int
compare(const void *name, const void *row)
{
	return strcmp(name, ((const struct doc_rtf_row *)row)->name);
}

const struct doc_rtf_row *
doc_rtf_find(const char *name)
{
	return bsearch(name, rows, DOC_LEN(rows), sizeof(rows[0]), compare);
}
