/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stage - the loop that docscan, doctext, dococr and docpreview share: read
 * records, have each document worked on in a cage, append one key, write them
 * in order, count.
 *
 * Supervisor.  A stage is a table (struct doc_stage) and at most three small
 * functions; everything hard is here, once.
 */
#ifndef DOC_STAGE_H
#define DOC_STAGE_H

#include "lib/record/record.h"
#include "lib/spool/spool.h"
#include "lib/stage/flow.h"
#include "lib/stage/options.h"

struct doc_run;
struct doc_stage_task;

/* One job for the pool: the whole document, or a page of it. */
struct doc_unit {
	struct doc_job job;
	struct doc_stage_task *task;
	struct doc_spool_file out; /* its output file, if any */
	uint64_t bytes;		   /* of it that count */
	int fd;	    /* what it reads instead of the document, or -1 */
	char *file; /* full path, once in the spool's place; owned */
	char sha256[DOC_DIGEST_HEX]; /* then: of it */
	struct doc_unit *again;	     /* the next to be worked on once more */
	void *outside; /* of the stage, while it is over elsewhere */
};

/* "preview-" and the like, 16 digits, ".json". */
enum { DOC_CACHE_NAME = 64 };

struct doc_stage_task {
	struct doc_task task; /* first: the flow's */
	struct doc_run *run;
	struct doc_buf input; /* the record's line */
	char media[128], tenant[72], sha256[72];
	int fd; /* the document, -1 until work begins */
	struct doc_unit **units;
	struct doc_unit *again; /* units to be worked on once more */
	unsigned unit_count, submitted, over;
	uint64_t reasons; /* the stage's own, besides the workers' */
	char *also;	  /* full path of a further file of its result; owned */
	uint64_t also_bytes;
	char also_sha256[DOC_DIGEST_HEX];
	unsigned cache_pool;	     /* the engine that begins */
	char cached[DOC_CACHE_NAME]; /* its result in the cache, "" none */
};

/* What a stage says about a document. */
struct doc_result {
	enum doc_status status;
	uint64_t reasons; /* bits by enum doc_reason */
	struct doc_error err;
	char *file; /* full path of the artifact, owned; NULL: none */
	uint64_t bytes;
	char sha256[DOC_DIGEST_HEX]; /* of the artifact */
};

struct doc_stage {
	const char *key;    /* "text": the member it adds */
	const char *tool;   /* "doctext" */
	unsigned fields;    /* DOC_FOR_TEXT: what its workers may say */
	bool beats;	    /* its workers tell of each page: stall clock on */
	bool writes;	    /* its workers write an output file */
	bool scans;	    /* works on infected documents by nature */
	const char *malloc; /* its engine's GLIBC_TUNABLES, or NULL */
	const char *second; /* tool of a second engine, or NULL */
	uint64_t second_does; /* which units are its: bits by unit */
	uint64_t binary;      /* whose output is no text although others' is */
	/* Members of the record that its results depend on, besides the media
	 * type; NULL-ended, or NULL. */
	const char *const *reads;
	/* Optional: may a kept result be used?  false: work on it again. */
	bool (*recall)(struct doc_run *run, const struct doc_value *result);
	/* Not for us, and why; NONE: work on it.  `rec` is the record. */
	enum doc_reason (*skip)(const struct doc_run *run,
	    const struct doc_record *rec, const char *media);
	/* Optional: add the units of work; default one for the whole.  0, or
	 * -1: no memory. */
	int (*plan)(struct doc_stage_task *task, const struct doc_record *rec);
	/* Optional: the file this unit reads instead of the document, or -1
	 * for the document; may change job.unit. */
	int (*source)(struct doc_unit *unit, const struct doc_record *rec);
	/* Optional: a worker is done with the unit.  True: it is not over; it
	 * was given to doc_unit_again, or doc_unit_over comes later. */
	bool (*follow)(struct doc_unit *unit);
	/* Optional: after each unit; may add more. */
	int (*grow)(struct doc_stage_task *task, const struct doc_unit *unit);
	/* Optional: make one result of the units; default for one unit. */
	void (
	    *conclude)(struct doc_stage_task *task, struct doc_result *result);
	/* Optional: members of its own, before those the worker said. */
	void (*members)(const struct doc_stage_task *task,
	    struct doc_result *result, struct doc_json *j);
	/* Optional: the same for a document that is skipped. */
	void (*skipped)(const struct doc_run *run, struct doc_json *j);
	/* Optional: do this unit without a worker, in the event loop; false: it
	 * is for the pool.  Holds its place in the flow's share meanwhile, and
	 * calls job.ops->done as the pool does. */
	bool (*elsewhere)(struct doc_stage_task *task, struct doc_unit *unit);
	/* Optional: once the engine runs, before the first record.  -1 with
	 * *err: the stage does not run. */
	int (*ready)(struct doc_run *run, struct doc_error *err);
	/* Optional: before the engine is let go. */
	void (*over)(struct doc_run *run);
	/* Optional: members of `engine` in the end record; default the facts of
	 * the engine process. */
	void (*engine)(const struct doc_run *run, struct doc_json *j);
};

struct doc_run {
	struct doc_flow flow; /* first: the flow finds us by cast */
	const struct doc_stage *stage;
	struct doc_stage_options *options;
	struct doc_limits *limits;
	struct doc_spool spool;
	struct doc_lines lines;
	void *own;		       /* the stage's */
	struct doc_pool_config engine; /* of the second one, when needed */
	const char *extension;	       /* of the output file: "txt" */
	char key[17];		       /* names the settings in file names */
	uint64_t in, count[DOC_STATUS_COUNT];
	uint64_t recalled; /* results that were known already */
	uint64_t findings; /* counted by the stage: infected documents */
	char tenant[72];   /* of the last document */
	bool upstream_ended;
	pid_t lister; /* our own doclist, for operands; 0 none */
};

/* The whole life of a stage after option parsing: `opts` is its own group,
 * handed on to the zygote.  Returns the exit status. */
struct doc_stage_setup {
	const struct doc_stage *stage;
	const struct doc_cmd *cmd;
	struct doc_stage_options *options;
	struct doc_limits *limits;
	struct doc_opt_group opts;
	void *own; /* of the stage's functions: run->own */
	const char *extension;
	const char *notice;    /* a warning for people, once it starts; NULL */
	bool fail_on_findings; /* exit with 1 for them */
	char **operands;       /* NULL-ended */
};
int doc_stage_main(const struct doc_stage_setup *setup);

/* Add a unit of work (page from 1, 0 the whole). */
int doc_unit_add(struct doc_stage_task *task, unsigned unit, unsigned page);

/* Work on the unit once more, as `kind`, reading `fd` (taken; -1: the
 * document).  What the first worker said and wrote is forgotten. */
void doc_unit_again(struct doc_unit *unit, unsigned kind, int fd);

/* The unit is over; job.err tells how. */
void doc_unit_over(struct doc_unit *unit);

/* The usual result of one unit: ok, partial with what was saved, or error. */
void doc_unit_result(struct doc_stage_task *task, struct doc_unit *unit,
    struct doc_result *result);

/* Put a finished output file in its place in the spool; fills file, bytes. */
int doc_result_commit(struct doc_stage_task *task, struct doc_spool_file *out,
    uint64_t bytes, struct doc_result *result);

/* The same for one unit of several with files: `tail` tells them apart ("-3"),
 * with an extension of its own if it has one ("-3.pdf").  0 and unit->file, or
 * -1. */
int doc_unit_commit(struct doc_unit *unit, const char *tail,
    struct doc_error *err) DOC_MUST_CHECK;

/* Put a further file of the document as a whole in its place, told apart by
 * `tail` likewise; fills task->also. */
int doc_task_commit(struct doc_stage_task *task, struct doc_spool_file *out,
    const char *tail, uint64_t bytes, struct doc_error *err) DOC_MUST_CHECK;

void doc_result_reason(struct doc_result *result, enum doc_reason reason);

/* The reasons of a stage's member in a record (doc_record_value), and its
 * error if one is spelled the same, as a set. */
struct doc_value;
uint64_t doc_result_reasons(const struct doc_value *result);

#endif
