/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner - how each kind of box is started.
 *
 * docbox outside.  A box sees the system's /usr, our own programs, fonts, and
 * the files that the stage's options name, all read-only; a spool of its own in
 * memory; no document, no other file, no network and no environment but what is
 * named here.
 */
#ifndef DOC_RUNNER_H
#define DOC_RUNNER_H

#include "lib/base/opt.h"
#include "lib/run/boxed.h"
#include "lib/run/command.h"

struct doc_runner {
	enum doc_runner_kind kind;
	const char *shell;	    /* of cmd:, borrowed */
	char name[16];		    /* "podman"; "cmd" */
	char dir[256];		    /* of a root folder and a bundle, "" none */
	int lock;		    /* of dir, as long as it is ours; or -1 */
	char id[64];		    /* of the container */
	struct doc_words read_only; /* paths the box may read */
	struct doc_words env;	    /* NAME=VALUE that go in */
	struct doc_command command; /* what to start */
};

/* Is `word` a runner?  USAGE names those there are. */
int doc_runner_parse(struct doc_runner *r, const char *word,
    struct doc_error *err) DOC_MUST_CHECK;

/*
 * Make the command, and the folders it needs below $TMPDIR, where what killed
 * docboxes left is removed.  `spool` is the absolute path at which the box
 * makes its own.  SPAWN, IO, NO_MEMORY.
 */
int doc_runner_make(struct doc_runner *r, const char *spool,
    struct doc_error *err) DOC_MUST_CHECK;

/* Remove the folders. */
void doc_runner_release(struct doc_runner *r);

/* bundle.c: RUN's root folder, and config.json for runc and gVisor. */
int doc_bundle_root(const struct doc_runner *r, const char *spool,
    struct doc_error *err) DOC_MUST_CHECK;
int doc_bundle_config(const struct doc_runner *r, const char *spool,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
