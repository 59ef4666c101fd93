/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_fuzz - what docrun reads besides records: run.json, a file of tenants,
 * what stages say of their costs, the id of a record in a line.
 *
 * The first byte chooses.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include "lib/base/io.h"
#include "lib/base/tree.h"
#include "lib/record/path.h"
#include "lib/run/bill.h"
#include "lib/run/settings.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/run_fuzz.XXXXXX";
static char file[64];
static int json = -1;
static struct doc_ear ear;
static struct doc_tenants tenants;

static void
clear_away(void)
{
	doc_tree_remove(dir);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct doc_error err = { 0 };
	char path[64];

	(void)argc;
	(void)argv;
	if (mkdtemp(dir) == NULL)
		return 1;
	atexit(clear_away);
	/* A memory file behind a name: the disk has no part in this. */
	json = memfd_create("run.json", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", json);
	snprintf(file, sizeof(file), "%s/run.json", dir);
	if (json < 0 || symlink(path, file) < 0)
		return 1;
	assert(doc_tenants_get(&tenants, "acme") != NULL);
	snprintf(path, sizeof(path), "%s/bill", dir);
	assert(doc_ear_open(&ear, path, &tenants, &err) == 0);
	return 0;
}

static void
put(const void *p, size_t n)
{
	if (ftruncate(json, 0) < 0 || lseek(json, 0, SEEK_SET) < 0 ||
	    doc_write_full(json, p, n) < 0)
		abort();
}

static void
check_settings(void)
{
	struct doc_run_facts facts;
	struct doc_error err = { 0 };

	if (doc_settings_read(dir, &facts, &err) == 0)
		assert(memchr(facts.spool, '\0', sizeof(facts.spool)) != NULL);
	else
		assert(err.code != DOC_E_NONE);
	doc_words_release(&facts.stages);
}

static void
check_tenants(void)
{
	struct doc_tenants t = { 0 };
	struct doc_error err = { 0 };

	if (doc_tenants_read(&t, file, &err) < 0)
		assert(err.code != DOC_E_NONE);
	else
		for (unsigned i = 0; i < t.n; i++) {
			assert(doc_tenant_valid(t.at[i]->name));
			assert(t.at[i]->weight > 0);
		}
	doc_tenants_release(&t);
}

static void
check_option(const char *word)
{
	struct doc_tenants t = { 0 };
	struct doc_error err = { 0 };

	if (doc_tenants_option(&t, word, &err) == 0)
		assert(t.n == 1 && doc_tenant_valid(t.at[0]->name));
	doc_tenants_release(&t);
}

static void
check_bill(const void *p, size_t n)
{
	if (n > 0 && n < 4096 && write(ear.watch.fd, p, n) == (ssize_t)n)
		ear.watch.ready(&ear.watch, EPOLLIN);
	assert(tenants.n == 1);
}

static void
check_id(const char *line, size_t n)
{
	char id[DOC_ID_SIZE];

	if (doc_line_id(line, n, id) > 0)
		assert(memchr(id, '\0', sizeof(id)) != NULL && *id != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *p;

	if (size < 1 || (p = malloc(size)) == NULL)
		return 0;
	memcpy(p, data + 1, size - 1);
	p[size - 1] = '\0';
	put(p, size - 1);
	switch (data[0] % 5) {
	case 0:
		check_settings();
		break;
	case 1:
		check_tenants();
		break;
	case 2:
		check_option(p);
		break;
	case 3:
		check_bill(p, size - 1);
		break;
	default:
		check_id(p, size - 1);
	}
	free(p);
	return 0;
}
