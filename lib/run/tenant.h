/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tenant - whose documents they are: what waits for the stages, whose turn it
 * is, what it may cost and what it did cost.
 *
 * docrun; pure.  Turns are taken by deficit round robin: a tenant may send what
 * its credit covers, and gets credit by its weight whenever all are out of it.
 * What a document costs is guessed from those before it, and put right when
 * the stages say what it did cost.
 */
#ifndef DOC_TENANT_H
#define DOC_TENANT_H

#include "lib/base/opt.h"
#include "lib/record/reason.h"
#include "lib/run/flight.h"

/* What one may have; 0: no limit. */
struct doc_quota {
	uint64_t documents, bytes, cpu_ms, failures, crashes;
};

struct doc_bill {
	uint64_t documents, bytes, cpu_ms, failures, crashes;
	uint64_t refused; /* documents that met the quota */
};

struct doc_tenant {
	char name[72];
	struct doc_words sources; /* files and folders */
	unsigned weight;	  /* 1: as much as anybody */
	struct doc_quota quota;
	struct doc_bill bill;
	enum doc_reason stopped;  /* DOC_R_NONE: goes on */
	struct doc_queue ready;	  /* listed, and not yet in a stage */
	int64_t credit;		  /* microseconds of workers' time */
	uint64_t guess_us;	  /* a document will take */
	uint64_t busy_us, landed; /* what they took so far, and how many */
	unsigned flying;	  /* documents in the stages */
};

struct doc_tenants {
	struct doc_tenant **at; /* they stay where they are */
	unsigned n, turn;
};

/* The tenant of that name, added if it is new; NULL: no memory. */
struct doc_tenant *doc_tenants_get(struct doc_tenants *t, const char *name);
void doc_tenants_release(struct doc_tenants *t);

/* `NAME=SOURCE`.  USAGE. */
int doc_tenants_option(struct doc_tenants *t, const char *word,
    struct doc_error *err) DOC_MUST_CHECK;

/* A file of lines {"tenant":NAME,"source":PATH or [PATH,...],"weight":N,
 * "documents":N,"bytes":N,"cpu":SECONDS,"failures":N,"crashes":N}.  USAGE. */
int doc_tenants_read(struct doc_tenants *t, const char *path,
    struct doc_error *err) DOC_MUST_CHECK;

/* Whose document is next, charged for; NULL: nothing waits. */
struct doc_flight *doc_tenants_next(struct doc_tenants *t);

/* A stage says what a worker of `name` took: processor time for the bill,
 * time altogether for whose turn it is. */
void doc_tenants_charge(struct doc_tenants *t, const char *name,
    uint64_t cpu_ms, uint64_t busy_ms);

/* A document left the stages. */
void doc_tenant_landed(struct doc_tenant *t, const struct doc_flight *f);

/* A record was kept. */
void doc_tenant_count(struct doc_tenant *t, const struct doc_record *rec);

/* The bill of each as a line of JSON. */
int doc_tenants_bill(const struct doc_tenants *t, struct doc_buf *out);

#endif
