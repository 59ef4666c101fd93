/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loop - the peer without isolation: what the stages do, by the same code with
 * the same settings, in a plain loop over the files in two processes.  No cage,
 * no fork for each document, no records, no pipes; a crash ends it.
 *
 * Linked with the very objects of the zygotes, their main renamed (run.sh):
 * each hands us its table instead of serving a supervisor.
 *
 *	loop [-j N] [-p PARTS] [-d DB] [-f KIND] -o DIR LIST
 *		names are lines of LIST
 *	loop -m ...
 *		lines are MEDIA TAB NAME, for runs without the part "sniff"
 *	loop -c ...
 *		prints the names that can be done at all, with a process for
 *		each and 20 seconds at most
 *
 * Prints what came out, so that a loop that did nothing is noticed.
 */
#include <dlfcn.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cmd/options.h"
#include "lib/pool/zygote.h"
#include "lib/record/media.h"

/* "list" opens containers, for which it has to know the type. */
enum part { SNIFF, LIST, SCAN, TEXT, OCR, PREVIEW, PARTS };
static const char *const part_names[PARTS] = { "sniff", "list", "scan", "text",
	"ocr", "preview" };

enum {
	MAX_DEPTH = 16,	    /* as doclist's */
	CHECK_SECONDS = 20, /* longer is a hang, not a benchmark */
	MAX_JOBS = 64
};
#define CHECK_MEMORY ((rlim_t)4 << 30)

struct tally {
	uint64_t documents, members, digests, types, infected, failed;
	uint64_t done[PARTS], texts, text_bytes;
};

struct shared {
	atomic_size_t next; /* line of the list to do next */
	struct tally tally[MAX_JOBS];
};

/* A document, and what was said about it. */
struct document {
	struct doc_work work; /* first: ops cast */
	struct document *next;
	int fd;
	unsigned depth;
	char media[128];
	bool matched;
	int text; /* what doctext made of it, for a card; -1 none */
};

/* Of the parts, and the second ones of docpreview and doctext. */
static const struct doc_zygote *engines[PARTS + 2];
#define PICTURE PARTS
#define OFFICE	(PARTS + 1)
static size_t engine_count;
static bool wanted[PARTS], with_media;
static const char *scratch;
static char temp[4200]; /* of this process: libclamav's names collide */
static struct tally *tally;
static struct document *queue; /* members not yet done */
static bool colour = true;

int docsniff_main(int argc, char *argv[]);
int doclist_main(int argc, char *argv[]);
int docscan_main(int argc, char *argv[]);
int doctext_main(int argc, char *argv[]);
int dococr_main(int argc, char *argv[]);
int docpreview_main(int argc, char *argv[]);
int docpicture_main(int argc, char *argv[]);
int docoffice_main(int argc, char *argv[]);

int
doc_zygote_main(const struct doc_zygote *zygote, int argc, char *argv[])
{
	(void)argc;
	(void)argv;
	engines[engine_count++] = zygote;
	return 0;
}

typedef void *transform_fn(void *input, uint32_t input_format, void *output,
    uint32_t output_format, uint32_t intent, uint32_t flags);
transform_fn cmsCreateTransform;

/* As lib/format/pdf_nocolour.c, but only while it is text that we want. */
void *
cmsCreateTransform(void *input, uint32_t input_format, void *output,
    uint32_t output_format, uint32_t intent, uint32_t flags)
{
	static transform_fn *real;

	if (real == NULL)
		real = (transform_fn *)(uintptr_t)dlsym(RTLD_NEXT,
		    "cmsCreateTransform");
	if (!colour || real == NULL)
		return NULL;
	return real(input, input_format, output, output_format, intent, flags);
}

static struct document *
of(struct doc_work *w)
{
	return (struct document *)w;
}

/* A file of this process in the scratch folder: `kind` and a number. */
static int
scratch_file(const char *kind)
{
	static unsigned long number;
	char path[4200];
	int fd;

	snprintf(path, sizeof(path), "%s/%s-%ld-%lu", scratch, kind,
	    (long)getpid(), number++);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void
op_field(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	struct document *d = of(w);

	if (field == DOC_F_MEDIA) {
		snprintf(d->media, sizeof(d->media), "%.*s", (int)n,
		    (const char *)p);
		tally->types++;
	} else if (field == DOC_F_SHA256) {
		tally->digests++;
	} else if (field == DOC_F_MATCHES) {
		d->matched = true;
	}
}

static void
op_reason(struct doc_work *w, enum doc_reason reason)
{
	(void)w;
	(void)reason;
}

static void
op_progress(struct doc_work *w, unsigned done, unsigned total, uint64_t bytes)
{
	(void)w;
	(void)done;
	(void)total;
	(void)bytes;
}

static int
op_member_open(struct doc_work *w, struct doc_error *err)
{
	struct document *m = calloc(1, sizeof(*m));

	(void)err;
	if (m == NULL)
		errx(1, "no memory");
	m->depth = of(w)->depth + 1;
	m->text = -1;
	m->fd = scratch_file("member");
	m->next = queue;
	queue = m;
	return m->fd;
}

static void
op_member_close(struct doc_work *w, const struct doc_error *err,
    enum doc_reason reason)
{
	(void)w;
	(void)err;
	(void)reason;
	tally->members++;
}

static const struct doc_work_ops ops = { op_field, op_reason, op_progress,
	op_member_open, op_member_close, NULL, NULL };

/* Would the stage work on it, by its record? */
static bool
applies(enum part part, const struct document *d)
{
	unsigned flags = doc_media_flags(d->media);
	enum doc_family family = doc_media_family(d->media);

	switch (part) {
	case TEXT:
		return !d->matched && (flags & DOC_MEDIA_TEXT) != 0;
	case OCR:
		return !d->matched && (flags & DOC_MEDIA_OCR) != 0;
	case PREVIEW:
		return !d->matched &&
		    ((flags & DOC_MEDIA_PREVIEW) != 0 ||
			(family != DOC_FAMILY_NONE &&
			    family != DOC_FAMILY_IMAGE));
	case LIST:
		return d->depth < MAX_DEPTH &&
		    (flags & DOC_MEDIA_CONTAINER) != 0;
	case SNIFF:
	case SCAN:
	case PARTS:
		break;
	}
	return true;
}

static void
make_temp(void)
{
	snprintf(temp, sizeof(temp), "%s/temp-%ld", scratch, (long)getpid());
	if (mkdir(temp, 0700) < 0)
		err(1, "%s", temp);
}

static void
count(enum part part, int out)
{
	struct stat st;

	if (out >= 0 && fstat(out, &st) == 0 && st.st_size > 0 &&
	    (part == TEXT || part == OCR)) {
		tally->texts++;
		tally->text_bytes += (uint64_t)st.st_size;
	}
	tally->done[part]++;
}

/* The text instead of the document. */
static int
draw_text(const struct document *d, struct doc_input *in, struct doc_work *work,
    struct doc_error *why)
{
	struct stat st;
	void *p;
	int rc;

	if (fstat(d->text, &st) < 0)
		err(1, "fstat");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, d->text, 0);
	if (p == MAP_FAILED)
		err(1, "mmap");
	in->data = p;
	in->size = (size_t)st.st_size;
	in->unit = DOC_UNIT_PREVIEW_TEXT;
	rc = engines[PICTURE]->work(in, work, why);
	munmap(p, (size_t)st.st_size);
	return rc;
}

/* As cmd/docpreview.c plans it. */
static int
preview(const struct document *d, struct doc_input *in, struct doc_work *work,
    struct doc_error *why)
{
	unsigned flags = doc_media_flags(d->media);

	in->page = 1;
	in->unit = DOC_UNIT_PREVIEW_PDF;
	if (doc_media_family(d->media) == DOC_FAMILY_PDF)
		return engines[PREVIEW]->work(in, work, why);
	in->unit = DOC_UNIT_PREVIEW_PICTURE;
	if ((flags & DOC_MEDIA_PREVIEW) != 0)
		return engines[PICTURE]->work(in, work, why);
	in->unit = DOC_UNIT_PREVIEW_INNER;
	if ((flags & DOC_MEDIA_THUMBNAIL) != 0 &&
	    engines[PICTURE]->work(in, work, why) == 0)
		return 0;
	*why = (struct doc_error){ 0 };
	if (d->text >= 0)
		return draw_text(d, in, work, why);
	in->unit = DOC_UNIT_PREVIEW_CARD;
	return engines[PICTURE]->work(in, work, why);
}

static void
do_part(enum part part, struct document *d, const struct doc_input *doc)
{
	struct doc_input in = *doc;
	struct doc_error why = { 0 };
	bool writes = part >= TEXT;
	struct stat st;
	int rc;

	d->work = (struct doc_work){ .ops = &ops,
		.out = writes ? scratch_file(part_names[part]) : -1,
		.temp = temp,
		.max_output = (uint64_t)256 << 20 };
	in.page = part == OCR ? 1 : 0;
	colour = part != TEXT;
	lseek(in.fd, 0, SEEK_SET);
	if (part == PREVIEW)
		rc = preview(d, &in, &d->work, &why);
	else if (part == TEXT && doc_media_family(d->media) != DOC_FAMILY_PDF)
		rc = engines[OFFICE]->work(&in, &d->work, &why);
	else
		rc = engines[part]->work(&in, &d->work, &why);
	if (rc < 0)
		tally->failed++;
	else
		count(part, d->work.out);
	if (part == TEXT && fstat(d->work.out, &st) == 0 && st.st_size > 0)
		d->text = d->work.out;
	else if (d->work.out >= 0)
		close(d->work.out);
}

static void
do_document(struct document *d)
{
	struct doc_input in = { .fd = d->fd,
		.media = d->media,
		.depth = d->depth };
	struct stat st;
	void *p = NULL;

	tally->documents++;
	if (fstat(d->fd, &st) < 0)
		err(1, "fstat");
	in.size = (size_t)st.st_size;
	if (in.size > 0)
		p = mmap(NULL, in.size, PROT_READ, MAP_PRIVATE, d->fd, 0);
	if (p == MAP_FAILED)
		err(1, "mmap");
	in.data = p;
	for (int part = 0; part < PARTS; part++)
		if (wanted[part] && applies((enum part)part, d))
			do_part((enum part)part, d, &in);
	if (d->matched)
		tally->infected++;
	if (in.size > 0)
		munmap(p, in.size);
	if (d->text >= 0)
		close(d->text);
	close(d->fd);
}

static void
do_line(const char *line)
{
	const char *tab = with_media ? strchr(line, '\t') : NULL;
	struct document top = { .text = -1 };

	if (tab != NULL)
		snprintf(top.media, sizeof(top.media), "%.*s",
		    (int)(tab - line), line);
	top.fd = open(tab ? tab + 1 : line, O_RDONLY | O_CLOEXEC);
	if (top.fd < 0) {
		tally->failed++;
		return;
	}
	do_document(&top);
	while (queue != NULL) {
		struct document *m = queue;

		queue = m->next;
		do_document(m);
		free(m);
	}
}

static void
set_option(unsigned part, const char *name, const char *value)
{
	struct doc_cmd cmd = { .name = "loop",
		.usage = "",
		.about = "",
		.groups = { engines[part]->opts } };
	char word[4200];

	if (value == NULL)
		return;
	snprintf(word, sizeof(word), "--%s=%s", name, value);
	optind = 0; /* begin anew (GNU) */
	doc_opt_parse(&cmd, 2, (char *[]){ word, strdup(word), NULL });
}

static void
load(void)
{
	struct doc_error why = { 0 };
	doc_autobuf struct doc_buf facts = { 0 };

	for (int part = 0; part < PARTS; part++)
		if (wanted[part] && engines[part]->load(&facts, &why) < 0)
			errx(1, "%s: %s", part_names[part], why.msg);
	if (wanted[PREVIEW] && engines[PICTURE]->load(&facts, &why) < 0)
		errx(1, "pictures: %s", why.msg);
	if (wanted[TEXT] && engines[OFFICE]->load(&facts, &why) < 0)
		errx(1, "office: %s", why.msg);
}

static struct shared *
share(void)
{
	void *p = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

/* One of the processes; they draw lines from the common counter, so that
 * neither waits for the other at the end. */
static void
draw(struct shared *s, const struct doc_words *list, unsigned self)
{
	size_t i;

	tally = &s->tally[self];
	make_temp();
	while ((i = atomic_fetch_add(&s->next, 1)) < list->n)
		do_line(list->at[i]);
	_exit(0);
}

static int
race(const struct doc_words *list, unsigned jobs)
{
	struct shared *s = share();
	struct tally sum = { 0 };
	int status, rc = 0;

	for (unsigned i = 0; i < jobs; i++)
		if (fork() == 0)
			draw(s, list, i);
	while (wait(&status) > 0)
		rc |= status;
	for (unsigned i = 0; i < jobs; i++)
		for (size_t k = 0; k < sizeof(sum) / sizeof(uint64_t); k++)
			((uint64_t *)&sum)[k] += ((uint64_t *)&s->tally[i])[k];
	printf("documents=%ju members=%ju digests=%ju types=%ju scans=%ju "
	       "infected=%ju texts=%ju text_bytes=%ju previews=%ju ocr=%ju "
	       "failed=%ju\n",
	    sum.documents, sum.members, sum.digests, sum.types, sum.done[SCAN],
	    sum.infected, sum.texts, sum.text_bytes, sum.done[PREVIEW],
	    sum.done[OCR], sum.failed);
	return rc != 0;
}

static int
check(const struct doc_words *list)
{
	struct shared *s = share();
	struct rlimit room = { CHECK_MEMORY, CHECK_MEMORY };
	int status;

	for (size_t i = 0; i < list->n; i++) {
		if (fork() == 0) {
			tally = &s->tally[0];
			make_temp();
			setrlimit(RLIMIT_AS, &room);
			alarm(CHECK_SECONDS);
			do_line(list->at[i]);
			_exit(0);
		}
		if (wait(&status) > 0 && status == 0)
			puts(list->at[i]);
	}
	return 0;
}

static void
read_list(const char *path, struct doc_words *list)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (f == NULL)
		err(1, "%s", path);
	while ((n = getline(&line, &size, f)) > 0) {
		line[n - 1] = '\0';
		if (doc_words_add(list, line) < 0)
			errx(1, "no memory");
	}
	free(line);
	fclose(f);
}

static void
choose(char *words)
{
	for (char *w = strtok(words, ","); w != NULL; w = strtok(NULL, ",")) {
		int part = 0;

		while (part < PARTS && strcmp(part_names[part], w) != 0)
			part++;
		if (part == PARTS)
			errx(2, "no part '%s'", w);
		wanted[part] = true;
	}
}

int
main(int argc, char *argv[])
{
	char all[] = "sniff,list,scan,text,preview", *parts = all;
	const char *db = NULL, *format = NULL;
	struct doc_words list = { 0 };
	bool checking = false;
	unsigned jobs = 2;

	for (int c; (c = getopt(argc, argv, "cmj:p:d:f:o:")) != -1;)
		switch (c) {
		case 'c':
			checking = true;
			break;
		case 'm':
			with_media = true;
			break;
		case 'j':
			jobs = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'p':
			parts = optarg;
			break;
		case 'd':
			db = optarg;
			break;
		case 'f':
			format = optarg;
			break;
		case 'o':
			scratch = optarg;
			break;
		default:
			return 2;
		}
	if (scratch == NULL || optind + 1 != argc || jobs - 1 >= MAX_JOBS)
		errx(2,
		    "usage: loop [-cm] [-j N] [-p PARTS] [-d DB] "
		    "[-f KIND] -o DIR LIST");
	read_list(argv[optind], &list);
	choose(parts);
	/* In the order of the enumeration. */
	docsniff_main(0, NULL);
	doclist_main(0, NULL);
	docscan_main(0, NULL);
	doctext_main(0, NULL);
	dococr_main(0, NULL);
	docpreview_main(0, NULL);
	docpicture_main(0, NULL);
	docoffice_main(0, NULL);
	set_option(SCAN, "db", db);
	set_option(PREVIEW, "format", format);
	set_option(PICTURE, "format", format);
	load();
	fflush(stdout);
	return checking ? check(&list) : race(&list, jobs);
}
