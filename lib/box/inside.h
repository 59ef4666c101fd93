/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inside - the half of docbox that runs inside a container or a virtual
 * machine: it gets documents through the channel, puts them into a spool of
 * its own, and runs the stage there.
 *
 * It knows no name of the world outside but the spool's path, at which it makes
 * a folder of its own: what the stage writes there goes back through the
 * channel, and is removed.  It believes what comes from outside.
 */
#ifndef DOC_INSIDE_H
#define DOC_INSIDE_H

#include "lib/base/error.h"

/* Serve the channel until the stage has ended: `from` is read, `to` written.
 * 0, or -1 with IO, PROTOCOL, SPAWN, NO_SPACE. */
int doc_inside(int from, int to, struct doc_error *err) DOC_MUST_CHECK;

#endif
