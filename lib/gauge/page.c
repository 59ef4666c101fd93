/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files as they are, in the program: a page stays a page that an editor
 * and a browser understand, and installing it is no further file to find.
 */
#include "lib/gauge/page.h"

#define EMBED(symbol, file)                                                    \
	__asm__(".section .rodata\n"                                           \
		".global " #symbol "\n"                                        \
		".hidden " #symbol "\n" #symbol ":\n"                          \
		".incbin \"" file "\"\n"                                       \
		".byte 0\n"                                                    \
		".previous\n")

EMBED(doc_page_html, "lib/gauge/page.html");
EMBED(doc_page_js, "lib/gauge/page.js");
EMBED(doc_page_css, "lib/gauge/page.css");
