/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest - a host's side of a bundle: documents in, records and what they name
 * out, nothing kept.
 *
 * docrun, started by ssh.  All that comes lies in a private folder (work.h)
 * until the answer is given; when the hub goes away before that, and stdin ends
 * with it, the work is stopped and the folder removed.
 *
 *	in	docpipe-shard VERSION JOBS TENANT	once
 *		option WORD				of docrun
 *		file DIGEST SIZE MTIME NAME, bytes, sum	for each input, in
 *		link NAME				order
 *		none NAME
 *		beside				before one of these: it lies in
 *						the folder of the last one
 *		go
 *	out	spool PATH			that the records name
 *		records SIZE, bytes, sum
 *		object SIZE TENANT/aa/SHA256/NAME, bytes, sum
 *		done COUNT			of objects; or
 *		failed STATUS MESSAGE
 */
#ifndef DOC_GUEST_H
#define DOC_GUEST_H

#include "lib/base/opt.h"
#include "lib/fleet/wire.h"

#define DOC_GUEST_BESIDE "beside"

/* One bundle.  Returns the exit status. */
int doc_guest(int in, int out);

/* Another question, with the same first lines but no inputs: the versions
 * here.  Answers with the end records of a sample, and removes what is left of
 * guests that died.  Before them stands `run DIGEST`, of the manifest of the
 * planned run `run` (NULL: none), when that is seen from here. */
int doc_guest_check(const char *run, int in, int out);

/* The hub's side of those first lines. */
int doc_guest_ask(int to, const struct doc_words *command, const char *tenant,
    unsigned jobs, struct doc_error *err) DOC_MUST_CHECK;

#endif
