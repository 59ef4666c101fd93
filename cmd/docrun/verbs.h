/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verbs - the commands inside docrun: `docrun gc ...`.  A row here and a file
 * cmd/docrun/NAME.c with its option table and main; a manual page
 * docrun-NAME(1); `make completions`.
 */
#ifndef DOCRUN_VERBS_H
#define DOCRUN_VERBS_H

#define DOCRUN_VERBS(VERB)                                                     \
	VERB(cache, "say what a spool holds")                                  \
	VERB(diff, "say what is worse in a second run over the same")          \
	VERB(gc, "remove from a spool what was not used for some time")        \
	VERB(merge, "make the records of a planned run from its shards")       \
	VERB(plan, "cut a run into shards, for many hosts")                    \
	VERB(report, "say what a run found, for people and for CI")            \
	VERB(shard, "do a shard of a planned run")                             \
	VERB(todo, "print the shards that are not done")                       \
	VERB(verify, "look if a run directory is what it says it is")

#define VERB(name, help) int docrun_##name(int argc, char *argv[]);
DOCRUN_VERBS(VERB)
#undef VERB

#endif
