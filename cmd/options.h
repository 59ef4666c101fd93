/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options - of one stage each, shared by its command and its zygote: the
 * command reads them, checks them and hands them on.
 */
#ifndef DOC_CMD_OPTIONS_H
#define DOC_CMD_OPTIONS_H

#include "lib/base/opt.h"
#include "lib/stage/select.h"

/* What the engine that opens containers is told. */
struct doc_open_options {
	const char *password_file;
	bool embedded;
};
extern const struct doc_opt doc_open_opts[];

struct doc_list_options {
	bool no_join;	      /* split archives stay apart */
	bool no_duplicates;   /* leave out duplicate_of */
	bool null;	      /* names on stdin end in NUL */
	unsigned batch;	      /* small files one worker types */
	bool digests;	      /* and have their SHA-256 before them */
	unsigned max_depth;   /* containers in containers */
	uint64_t max_members; /* of one input, all levels together */
	uint64_t max_bytes;   /* unpacked, of one input, all levels */
	struct doc_select select;
	int tenant_from; /* enum doc_tenant_from, by the words of the table */
	const char *files_from;
	struct doc_open_options open;
};
enum doc_tenant_from { DOC_TENANT_FROM_OPTION, DOC_TENANT_FROM_DIR };
extern const struct doc_opt doc_list_opts[];
#define DOC_LIST_DEFAULTS                                                      \
	{                                                                      \
		.batch = 1, .max_depth = 16, .max_members = 1000000,           \
		.max_bytes = (uint64_t)16 << 30                                \
	}

struct doc_scan_options {
	const char *db;
	bool require_db;
	uint64_t max_db_age; /* milliseconds; 0: any */
	int engine;	   /* enum doc_scan_engine, by the words of the table */
	const char *clamd; /* its socket */
	bool whole;
	const char *allow, *quarantine;
	bool restore;
	const char *fail_on;
	bool fail_on_infected;
};
#define DOC_SCAN_DEFAULTS                                                      \
	{                                                                      \
		.engine = DOC_ENGINE_LIB, .clamd = "/run/clamav/clamd.ctl"     \
	}
enum doc_scan_engine { DOC_ENGINE_AUTO, DOC_ENGINE_LIB, DOC_ENGINE_CLAMD };

/* Units of work of docscan: a document; a container all of whose members have
 * records of their own. */
enum {
	DOC_UNIT_SCAN_WHOLE = 0,
	DOC_UNIT_SCAN_LISTED = 1,
	DOC_UNIT_SCAN_CLAMD = 2, /* of no worker: what clamd says */
	DOC_UNIT_SCAN_PART = 3	 /* of a split archive, not the leading one */
};
extern const struct doc_opt doc_scan_opts[];

struct doc_text_options {
	bool metadata;
	bool join;
	bool one; /* of the alternatives of a mail */
	const char *password_file;
};
extern const struct doc_opt doc_text_opts[];

/* Units of work of doctext, by the engine that does them. */
enum { DOC_UNIT_TEXT_PDF, DOC_UNIT_TEXT_OFFICE };

struct doc_ocr_options {
	const char *lang;
	unsigned dpi; /* 0: as lib/format/pdf_scale.c finds best */
	int mode;     /* enum doc_ocr_mode, by the words of the table */
	unsigned max_pages;
	int layout;	    /* enum doc_layout_kind */
	bool searchable;    /* also a PDF with the words under its pages */
	const char *engine; /* "local", or as in lib/engine/remote.h */
	bool allow_net;
	int fallback; /* enum doc_ocr_fallback */
	const char *api, *request, *answer, *answer_error;
	const char *header_file, *bearer_file, *proxy;
	unsigned concurrency, rate, attempts;
	uint64_t request_timeout_ms;
	uint64_t keep_answers; /* milliseconds; 0: for ever */
};
enum doc_ocr_mode { DOC_OCR_AUTO, DOC_OCR_ALWAYS, DOC_OCR_NEVER, DOC_OCR_REDO };
enum doc_ocr_fallback { DOC_OCR_FALLBACK_NONE, DOC_OCR_FALLBACK_LOCAL };

/* Units of work of dococr: a page read, which pages to read, a page as a
 * picture for others to read, what they answered; and, of its second engine,
 * the words laid under the pages. */
enum {
	DOC_UNIT_OCR_PAGE,
	DOC_UNIT_OCR_SURVEY,
	DOC_UNIT_OCR_PICTURE,
	DOC_UNIT_OCR_ANSWER,
	DOC_UNIT_OCR_GRAFT
};
extern const struct doc_opt doc_ocr_opts[];
#define DOC_OCR_DEFAULTS                                                       \
	{                                                                      \
		.lang = "eng", .max_pages = 10000, .engine = "local",          \
		.api = "none", .concurrency = 4, .attempts = 4,                \
		.request_timeout_ms = 120000                                   \
	}

struct doc_preview_options {
	unsigned size; /* pixels, the longer side */
	int format;    /* enum doc_picture, by the words of the table */
	const char *pages;
	bool sheet; /* all those pages in one picture */
};
extern const struct doc_opt doc_preview_opts[];
#define DOC_PREVIEW_DEFAULTS                                                   \
	{                                                                      \
		.size = 256, .pages = NULL                                     \
	}

/* Units of work of docpreview.  PDF pages have an engine of their own, which
 * is small and quickly forked; all else is docpicture's. */
enum {
	DOC_UNIT_PREVIEW_PDF,	    /* a page */
	DOC_UNIT_PREVIEW_PDF_SHEET, /* many pages in one picture */
	DOC_UNIT_PREVIEW_PICTURE,   /* a page of a picture file */
	DOC_UNIT_PREVIEW_PICTURE_SHEET,
	DOC_UNIT_PREVIEW_INNER, /* the picture a package has of itself */
	DOC_UNIT_PREVIEW_TEXT,	/* a card from the text doctext left */
	DOC_UNIT_PREVIEW_CARD,	/* a card from the document */
	DOC_UNIT_PREVIEW_FACTS	/* a card that reads nothing of it */
};

/* "3", "2-7", "2-": pages from 1; *last is UINT_MAX when open.  NULL is page
 * 1, and with `sheet` all. */
int doc_pages_parse(const struct doc_preview_options *o, unsigned *first,
    unsigned *last) DOC_MUST_CHECK;

#endif
