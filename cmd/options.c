/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/options.h"

#include <limits.h>

#define LIST(m)	   offsetof(struct doc_list_options, m)
#define SCAN(m)	   offsetof(struct doc_scan_options, m)
#define TEXT(m)	   offsetof(struct doc_text_options, m)
#define OCR(m)	   offsetof(struct doc_ocr_options, m)
#define PREVIEW(m) offsetof(struct doc_preview_options, m)

const struct doc_opt doc_list_opts[] = {
	{ '0', "null", NULL, "names on standard input end in NUL", DOC_OPT_FLAG,
	    LIST(null), NULL },
	{ 0, "digests", NULL, "each has its SHA-256 and two blanks before it",
	    DOC_OPT_FLAG, LIST(digests), NULL },
	{ 'd', "max-depth", "N", "deepest nesting of containers",
	    DOC_OPT_NUMBER, LIST(max_depth), NULL },
	{ 'n', "max-members", "N", "members of one input, all levels",
	    DOC_OPT_SIZE, LIST(max_members), NULL },
	{ 'b', "max-bytes", "SIZE", "unpacked bytes of one input, all levels",
	    DOC_OPT_SIZE, LIST(max_bytes), NULL },
	{ 'g', "include", "GLOB", "only what fits; may be given again",
	    DOC_OPT_LIST, LIST(select.include), NULL },
	{ 'X', "exclude", "GLOB", "not what fits; may be given again",
	    DOC_OPT_LIST, LIST(select.exclude), NULL },
	{ 'L', "max-size", "SIZE", "open nothing larger", DOC_OPT_SIZE,
	    LIST(select.max_size), NULL },
	{ 'N', "newer", "WHEN", "files changed after a time, or after a file",
	    DOC_OPT_STRING, LIST(select.newer), NULL },
	{ 0, "no-join", NULL, "do not join the files of a split archive",
	    DOC_OPT_FLAG, LIST(no_join), NULL },
	{ 'K', "no-duplicates", NULL, "do not name what is there twice",
	    DOC_OPT_FLAG, LIST(no_duplicates), NULL },
	{ 'o', "one-file-system", NULL, "stay on the file system of a folder",
	    DOC_OPT_FLAG, LIST(select.one_file_system), NULL },
	{ 'f', "files-from", "FILE", "read names from FILE", DOC_OPT_STRING,
	    LIST(files_from), NULL },
	{ 'D', "tenant-from", "WHAT", "dir: the first folder is the tenant",
	    DOC_OPT_CHOICE, LIST(tenant_from), "option|dir" },
	{ 0, "batch", "N", "small files of a tenant that share a worker",
	    DOC_OPT_NUMBER, LIST(batch), NULL },
	{ 0 },
};

/* Beside the above in doclist, alone in its engine. */
const struct doc_opt doc_open_opts[] = {
	{ 'w', "password-file", "FILE", "passwords to try, one a line",
	    DOC_OPT_STRING, offsetof(struct doc_open_options, password_file),
	    NULL },
	{ 'E', "embedded", NULL, "open office documents and books, too",
	    DOC_OPT_FLAG, offsetof(struct doc_open_options, embedded), NULL },
	{ 0 },
};

const struct doc_opt doc_scan_opts[] = {
	{ 'd', "db", "DIR", "signature database (default: /var/lib/clamav)",
	    DOC_OPT_STRING, SCAN(db), NULL },
	{ 'D', "require-db", NULL, "refuse the built-in test signatures",
	    DOC_OPT_FLAG, SCAN(require_db), NULL },
	{ 'a', "max-db-age", "D", "refuse signatures older than this, as 3d",
	    DOC_OPT_DURATION, SCAN(max_db_age), NULL },
	{ 'e', "engine", "KIND", "auto, lib (in process) or clamd",
	    DOC_OPT_CHOICE, SCAN(engine), "auto|lib|clamd" },
	{ 'k', "clamd", "SOCKET", "of clamd (/run/clamav/clamd.ctl)",
	    DOC_OPT_STRING, SCAN(clamd), NULL },
	{ 'w', "whole", NULL, "unpack containers again, for one verdict",
	    DOC_OPT_FLAG, SCAN(whole), NULL },
	{ 'W', "allow", "FILE", "SHA-256 digests of what not to scan",
	    DOC_OPT_STRING, SCAN(allow), NULL },
	{ 'Q', "quarantine", "DIR", "move infected files there, mode 0",
	    DOC_OPT_STRING, SCAN(quarantine), NULL },
	{ 'O', "restore", NULL, "put back what is in the quarantine",
	    DOC_OPT_FLAG, SCAN(restore), NULL },
	{ 'f', "fail-on", "LIST", "exit with 1 for these, as in infected",
	    DOC_OPT_STRING, SCAN(fail_on), NULL },
	{ 'F', "fail-on-infected", NULL, "exit with 1 when something is found",
	    DOC_OPT_FLAG, SCAN(fail_on_infected), NULL },
	{ 0 },
};

const struct doc_opt doc_text_opts[] = {
	{ 'e', "metadata", NULL, "raw properties as well", DOC_OPT_FLAG,
	    TEXT(metadata), NULL },
	{ 'H', "join-hyphens", NULL, "join words divided at the end of a line",
	    DOC_OPT_FLAG, TEXT(join), NULL },
	{ 0, "one-alternative", NULL, "of a mail's forms only the best",
	    DOC_OPT_FLAG, TEXT(one), NULL },
	{ 'w', "password-file", "FILE", "passwords to try, one a line",
	    DOC_OPT_STRING, TEXT(password_file), NULL },
	{ 0 },
};

const struct doc_opt doc_ocr_opts[] = {
	{ 'l', "lang", "LANGS", "languages, as in eng+deu", DOC_OPT_STRING,
	    OCR(lang), NULL },
	{ 'D', "dpi", "N", "resolution PDF pages are rendered at",
	    DOC_OPT_NUMBER, OCR(dpi), NULL },
	{ 'O', "ocr", "WHEN", "auto, always, never, or redo hidden layers",
	    DOC_OPT_CHOICE, OCR(mode), "auto|always|never|redo" },
	{ 'p', "max-pages", "N", "pages of one document", DOC_OPT_NUMBER,
	    OCR(max_pages), NULL },
	{ 'L', "layout", "FORM", "also words with their places in this form",
	    DOC_OPT_CHOICE, OCR(layout), "none|hocr|tsv|alto" },
	{ 0, "searchable-pdf", NULL, "also a PDF that the words are found in",
	    DOC_OPT_FLAG, OCR(searchable), NULL },
	{ 'e', "engine", "WHO", "local, exec:CMD, http:URL, http+unix:SOCKET",
	    DOC_OPT_STRING, OCR(engine), NULL },
	{ 'N', "allow-net", NULL, "let pictures of pages leave this machine",
	    DOC_OPT_FLAG, OCR(allow_net), NULL },
	{ 'F', "fallback", "WHO", "who reads when the service is away",
	    DOC_OPT_CHOICE, OCR(fallback), "none|local" },
	{ 'a', "api", "NAME", "what the service is", DOC_OPT_STRING, OCR(api),
	    NULL },
	{ 'Q', "request", "FORM", "raw, put, multipart:FIELD or json:FILE",
	    DOC_OPT_STRING, OCR(request), NULL },
	{ 'P', "answer", "FORM", "text, tsv, hocr or json:POINTER",
	    DOC_OPT_STRING, OCR(answer), NULL },
	{ 'E', "answer-error", "POINTER", "where a JSON answer says it failed",
	    DOC_OPT_STRING, OCR(answer_error), NULL },
	{ 'H', "header-file", "FILE", "headers of a request, kept secret",
	    DOC_OPT_STRING, OCR(header_file), NULL },
	{ 'B', "bearer-file", "FILE", "token of a request, kept secret",
	    DOC_OPT_STRING, OCR(bearer_file), NULL },
	{ 'X', "proxy", "URL", "reach the service by this proxy",
	    DOC_OPT_STRING, OCR(proxy), NULL },
	{ 'k', "concurrency", "N", "requests at once", DOC_OPT_NUMBER,
	    OCR(concurrency), NULL },
	{ 'w', "rate", "N", "requests a second at most; 0 any", DOC_OPT_NUMBER,
	    OCR(rate), NULL },
	{ 'n', "attempts", "N", "times to ask for one page", DOC_OPT_NUMBER,
	    OCR(attempts), NULL },
	{ 'W', "request-timeout", "D", "time for one request", DOC_OPT_DURATION,
	    OCR(request_timeout_ms), NULL },
	{ 0, "keep-answers", "D",
	    "ask again for what was kept longer than this", DOC_OPT_DURATION,
	    OCR(keep_answers), NULL },
	{ 0 },
};

const struct doc_opt doc_preview_opts[] = {
	{ 'z', "size", "N", "pixels of the longer side", DOC_OPT_NUMBER,
	    PREVIEW(size), NULL },
	{ 'f', "format", "KIND", "webp, jpeg or png", DOC_OPT_CHOICE,
	    PREVIEW(format), "webp|jpeg|png" },
	{ 'p', "pages", "RANGE", "pages to show, as in 3 or 1-4",
	    DOC_OPT_STRING, PREVIEW(pages), NULL },
	{ 'k', "contact-sheet", NULL, "the pages in one picture", DOC_OPT_FLAG,
	    PREVIEW(sheet), NULL },
	{ 0 },
};

int
doc_pages_parse(const struct doc_preview_options *o, unsigned *first,
    unsigned *last)
{
	const char *s = o->pages;
	char *end;
	unsigned long n;

	*first = 1;
	*last = o->sheet ? UINT_MAX : 1;
	if (s == NULL)
		return 0;
	if (*s < '1' || *s > '9')
		return -1;
	n = strtoul(s, &end, 10);
	*first = (unsigned)DOC_MIN(n, (unsigned long)UINT_MAX - 1);
	*last = *first;
	if (*end == '\0')
		return 0;
	if (*end != '-')
		return -1;
	s = end + 1;
	*last = UINT_MAX;
	if (*s == '\0')
		return 0;
	if (*s < '1' || *s > '9')
		return -1;
	n = strtoul(s, &end, 10);
	*last = (unsigned)DOC_MIN(n, (unsigned long)UINT_MAX);
	return *end == '\0' && *last >= *first ? 0 : -1;
}
