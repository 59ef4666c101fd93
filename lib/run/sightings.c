/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/digest.h"
#include "lib/run/sightings.h"

enum { LEAST = 1024 };

static void
digest(const char *path, uint8_t id[static 16])
{
	unsigned char raw[DOC_DIGEST_BYTES];
	struct doc_digest d;

	doc_digest_init(&d);
	doc_digest_add(&d, path, strlen(path));
	doc_digest_raw(&d, raw);
	memcpy(id, raw, 16);
}

static struct doc_sighting *
place(const struct doc_sightings *s, const uint8_t id[static 16])
{
	size_t at;

	memcpy(&at, id, sizeof(at));
	for (at &= s->room - 1; s->at[at].sig != 0;
	     at = (at + 1) & (s->room - 1))
		if (memcmp(s->at[at].id, id, 16) == 0)
			break;
	return &s->at[at];
}

/* Into a larger table, or one of the same size when many are gone. */
static int
grow(struct doc_sightings *s)
{
	struct doc_sightings more = { .round = s->round };
	size_t here = 0;

	for (size_t i = 0; i < s->room; i++)
		here += s->at[i].sig != 0 && !s->at[i].gone;
	more.room = LEAST;
	while (more.room < 4 * (here + 1))
		more.room *= 2;
	more.at = calloc(more.room, sizeof(*more.at));
	if (more.at == NULL)
		return -1;
	for (size_t i = 0; i < s->room; i++)
		if (s->at[i].sig != 0 && !s->at[i].gone)
			*place(&more, s->at[i].id) = s->at[i];
	more.count = here;
	free(s->at);
	*s = more;
	return 0;
}

struct doc_sighting *
doc_sightings_find(const struct doc_sightings *s, const char *path)
{
	struct doc_sighting *k;
	uint8_t id[16];

	if (s->room == 0)
		return NULL;
	digest(path, id);
	k = place(s, id);
	return k->sig != 0 && !k->gone ? k : NULL;
}

int
doc_sightings_put(struct doc_sightings *s, const char *path, uint64_t sig)
{
	struct doc_sighting *k;
	uint8_t id[16];

	if (s->count * 2 >= s->room && grow(s) < 0)
		return -1;
	digest(path, id);
	k = place(s, id);
	s->count += k->sig == 0;
	memcpy(k->id, id, sizeof(id));
	k->sig = sig;
	k->round = s->round;
	k->gone = false;
	return 0;
}

void
doc_sightings_drop(struct doc_sightings *s, const char *path)
{
	struct doc_sighting *k = doc_sightings_find(s, path);

	if (k != NULL)
		k->gone = true;
}

void
doc_sightings_sweep(struct doc_sightings *s)
{
	for (size_t i = 0; i < s->room; i++)
		if (s->at[i].sig != 0 && s->at[i].round != s->round)
			s->at[i].gone = true;
}

void
doc_sightings_release(struct doc_sightings *s)
{
	free(s->at);
	*s = (struct doc_sightings){ 0 };
}
