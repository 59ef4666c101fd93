/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/fleet/guest.h"
#include "lib/fleet/hosts.h"
#include "lib/fleet/ssh.h"

enum { ANSWER_MAX = 1 << 18 };

/* Nothing that a shell, ssh or GNU parallel would take for something else. */
static bool
good_name(const char *s)
{
	if (*s == '\0' || *s == '-')
		return false;
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr(".-_@", *s) == NULL)
			return false;
	return true;
}

static int
add_host(struct doc_hosts *h, char *line, struct doc_error *err)
{
	struct doc_host host = { .slots = 1 };
	char *slash = strchr(line, '/');
	void *at;

	if (slash != NULL) {
		char *end;

		host.slots = (unsigned)strtoul(line, &end, 10);
		if (end != slash || host.slots == 0 || host.slots > 1024)
			return -1;
		line = slash + 1;
	}
	if (!good_name(line) || strlen(line) >= sizeof(host.name))
		return -1;
	strcpy(host.name, line);
	for (unsigned i = 0; i < h->n; i++)
		if (strcmp(h->at[i].name, line) == 0)
			return -1;
	at = realloc(h->at, (h->n + 1) * sizeof(*h->at));
	if (at == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	h->at = at;
	h->at[h->n++] = host;
	return 0;
}

int
doc_hosts_read(struct doc_hosts *h, const char *path, struct doc_error *err)
{
	char *line = NULL;
	size_t room = 0;
	unsigned number = 0;
	FILE *f = fopen(path, "re");
	int rc = 0;

	*h = (struct doc_hosts){ 0 };
	if (f == NULL) {
		doc_error_sys(err, "cannot read '%s'", path);
		err->code = DOC_E_USAGE;
		return -1;
	}
	while (rc == 0 && getline(&line, &room, f) > 0) {
		char *p = line + strspn(line, " \t");
		size_t n = strlen(p);

		number++;
		while (n > 0 && isspace((unsigned char)p[n - 1]))
			p[--n] = '\0';
		if (*p == '\0' || *p == '#')
			continue;
		rc = add_host(h, p, err);
		if (rc < 0)
			doc_error_set(err, DOC_E_USAGE,
			    "%s, line %u: '%.80s' is not HOST or N/HOST, or is "
			    "there twice",
			    path, number, p);
	}
	free(line);
	fclose(f);
	if (rc == 0 && h->n == 0)
		rc = doc_error_set(err, DOC_E_USAGE, "'%s' has no hosts", path);
	return rc;
}

void
doc_hosts_release(struct doc_hosts *h)
{
	free(h->at);
	*h = (struct doc_hosts){ 0 };
}

/* --- asking ----------------------------------------------------------------*/

static int
ask(const struct doc_host *host, const struct doc_fleet *f, const char *program,
    struct doc_ssh *ssh, struct doc_error *err)
{
	char verb[] = "shard", check[] = "--check", run[4200];
	char go[] = "go\n";
	struct doc_words words = { (char *[]){ verb, check, run, NULL }, 3 };
	struct doc_buf line = { .data = go, .len = 3 };

	snprintf(run, sizeof(run), "--run=%s", f->dir);
	if (doc_ssh_start(ssh, host->name, program, &words, err) < 0)
		return -1;
	/* Small enough for the pipe: nobody waits for anybody. */
	return doc_guest_ask(ssh->to, &f->command, "default", 0, err) < 0
	    ? -1
	    : doc_wire_say(ssh->to, &line, err);
}

static int
judge(struct doc_host *host, const struct doc_fleet *f, char *answer, size_t n,
    struct doc_error *err)
{
	struct doc_facts facts = { 0 };
	char what[240], *rest = answer, *line;
	bool agree;

	answer[n] = '\0';
	host->shared = false;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strncmp(line, "run ", 4) == 0)
			host->shared = strcmp(line + 4, f->sum.digest) == 0;
		else if (strncmp(line, "failed ", 7) == 0)
			return doc_error_set(err, DOC_E_STREAM, "%.200s",
			    line + 9);
		else if (*line == '{' &&
		    doc_facts_add(&facts, line, strlen(line)) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	agree = doc_facts_agree(&f->facts, &facts, what);
	doc_facts_release(&facts);
	return agree ? 0 : doc_error_set(err, DOC_E_STREAM, "%s", what);
}

static void
hear(struct doc_host *host, const struct doc_fleet *f, struct doc_ssh *ssh,
    struct doc_error *err)
{
	doc_autofree char *answer = malloc(ANSWER_MAX + 1);
	ssize_t n = answer == NULL || ssh->from < 0
	    ? -1
	    : doc_read_full(ssh->from, answer, ANSWER_MAX);
	int status = doc_ssh_end(ssh);

	if (err->code == DOC_E_NONE && n <= 0)
		doc_error_set(err, DOC_E_STREAM,
		    "no answer (ssh ended with status %d)", status);
	if (n > 0) {
		/* What it says itself explains more than a broken pipe. */
		*err = (struct doc_error){ 0 };
		(void)!judge(host, f, answer, (size_t)n, err);
	}
	host->live = err->code == DOC_E_NONE;
	if (!host->live)
		doc_warn("host %s is left out: %s", host->name, err->msg);
}

unsigned
doc_hosts_check(struct doc_hosts *h, const struct doc_fleet *f,
    const char *program)
{
	doc_autofree struct doc_ssh *ssh = calloc(h->n, sizeof(*ssh));
	doc_autofree struct doc_error *err = calloc(h->n, sizeof(*err));
	unsigned live = 0;

	if (ssh == NULL || err == NULL)
		return 0;
	for (unsigned i = 0; i < h->n; i++)
		if (h->at[i].drops < DOC_HOST_DROPS)
			(void)!ask(&h->at[i], f, program, &ssh[i], &err[i]);
	for (unsigned i = 0; i < h->n; i++) {
		if (h->at[i].drops >= DOC_HOST_DROPS)
			continue;
		hear(&h->at[i], f, &ssh[i], &err[i]);
		h->at[i].row = 0;
		live += h->at[i].live;
	}
	return live;
}

bool
doc_hosts_shared(const struct doc_hosts *h)
{
	for (unsigned i = 0; i < h->n; i++)
		if (h->at[i].live && !h->at[i].shared)
			return false;
	return true;
}

bool
doc_hosts_note(struct doc_hosts *h, const char *name, bool good)
{
	for (unsigned i = 0; i < h->n; i++) {
		struct doc_host *host = &h->at[i];

		if (strcmp(host->name, name) != 0)
			continue;
		host->done += good;
		host->failed += !good;
		host->row = good ? 0 : host->row + 1;
		if (!host->live || host->row < DOC_HOST_FAILURES)
			return false;
		host->live = false;
		host->drops++;
		doc_warn("host %s is dropped: %u shards failed there, one "
			 "after the other",
		    name, host->row);
		return true;
	}
	return false;
}
