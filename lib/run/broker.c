/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <sys/ioctl.h>

#include "lib/base/io.h"
#include "lib/run/broker.h"

int
doc_broker_open(struct doc_broker *b, const char *path, unsigned jobs,
    struct doc_error *err)
{
	*b = (struct doc_broker){ .pool = -1, .most = jobs };
	snprintf(b->path, sizeof(b->path), "%s", path);
	unlink(b->path);
	doc_tokens_join(&b->make);
	b->make.own_free = false; /* it goes into the pool */
	b->have = b->make.in >= 0 ? 1 : jobs;
	b->pool = doc_tokens_serve(b->path, b->have, err);
	return b->pool < 0 ? -1 : 0;
}

void
doc_broker_tick(struct doc_broker *b)
{
	int idle = 0;
	char token;

	if (ioctl(b->pool, FIONREAD, &idle) < 0)
		return;
	/* doc_broker_refill may have put in too many. */
	while (idle > (int)b->have && read(b->pool, &token, 1) == 1)
		idle--;
	if (b->make.in < 0)
		return;
	if (idle == 0 && b->have < b->most && doc_tokens_take(&b->make)) {
		b->have++;
		if (doc_write_full(b->pool, "+", 1) < 0)
			doc_tokens_give(&b->make);
	} else if (idle >= 2 && b->make.held > 0 &&
	    read(b->pool, &token, 1) == 1) {
		b->have--;
		doc_tokens_give(&b->make);
	}
}

void
doc_broker_refill(struct doc_broker *b)
{
	for (unsigned i = 0; i < b->have; i++)
		if (doc_write_full(b->pool, "+", 1) < 0)
			return;
}

void
doc_broker_close(struct doc_broker *b)
{
	if (b->pool >= 0) {
		unlink(b->path);
		close(b->pool);
	}
	doc_tokens_close(&b->make);
	b->pool = -1;
}
