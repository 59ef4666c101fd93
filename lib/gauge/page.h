/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page - the live page, as the files beside this one are. */
#ifndef DOC_PAGE_H
#define DOC_PAGE_H

extern const char doc_page_html[], doc_page_js[], doc_page_css[];

#endif
