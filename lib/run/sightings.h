/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sightings - what each file of a drop folder was like when it was last handed
 * on.
 *
 * docrun; pure.  32 bytes a file, by a digest of its path.
 */
#ifndef DOC_SIGHTINGS_H
#define DOC_SIGHTINGS_H

#include "lib/base/base.h"

struct doc_sighting {
	uint8_t id[16];
	uint64_t sig; /* of what stat said; 0: an empty place */
	uint32_t round;
	bool gone; /* left out when the table grows */
};

struct doc_sightings {
	struct doc_sighting *at;
	size_t count, room;
	uint32_t round; /* the walk that is going on */
};

/* What is known of the path, or NULL. */
struct doc_sighting *doc_sightings_find(const struct doc_sightings *s,
    const char *path);

/* Note the path, `sig` not 0.  -1: no memory. */
int doc_sightings_put(struct doc_sightings *s, const char *path, uint64_t sig);

void doc_sightings_drop(struct doc_sightings *s, const char *path);

/* Drop what was not found in the present round. */
void doc_sightings_sweep(struct doc_sightings *s);

void doc_sightings_release(struct doc_sightings *s);

#endif
