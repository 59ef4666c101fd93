/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a tenant's doclist dies.
 *
 * The next one is asked for a mark, to see that it lives, then given the first
 * of the names that were left, alone.  Who ends that one, too, is left out; how
 * often it takes is as in hop.c.
 */
#include <string.h>
#include <sys/wait.h>

#include "lib/base/log.h"
#include "lib/run/hub_impl.h"

enum { FRUITLESS_MAX = 10, DEATHS_OWN = 1 };

/* What doclist had, in order, without marks, goes to the next one. */
static void
take_back(struct feed *feed)
{
	struct doc_entry **tail = &feed->again, *e = feed->first;

	/* What waits already comes behind it. */
	struct doc_entry *rest = feed->again;

	for (struct doc_entry *next; e != NULL; e = next) {
		next = e->next;
		if (e->marker) {
			feed_through(feed, e);
			continue;
		}
		*tail = e;
		tail = &e->next;
	}
	*tail = rest;
	feed->first = feed->last = feed->current = NULL;
	feed->fed = 0;
}

/* It was alone with a doclist that lived. */
static void
judge(struct feed *feed, int ws)
{
	struct doc_entry *e = feed->again;
	struct doc_error err = { 0 };
	unsigned most = hub_from_outside(ws) ? HUB_DEATHS_OUTSIDE : DEATHS_OWN;

	if (e == NULL || ++e->tries < most)
		return;
	doc_error_set(&err, DOC_E_POISON, "it ended doclist every time");
	feed->again = e->next;
	feed_speak_for(feed, e, &err);
}

void
feed_died(struct feed *feed, int ws)
{
	struct hub *hub = feed->hub;
	struct doc_error err = { 0 };
	int status = WIFEXITED(ws) ? WEXITSTATUS(ws) : 3;

	if (*hub->setup->signal != 0 || hub->err.code != DOC_E_NONE)
		return;
	feed->fruitless += feed->heard == 0;
	if (feed->fruitless > FRUITLESS_MAX || (WIFEXITED(ws) && status > 1)) {
		doc_error_set(&err, DOC_E_STREAM,
		    "doclist ended with status %d", status);
		hub->status = status > 1 ? status : 3;
		hub_fail(hub, &err);
		return;
	}
	doc_broker_refill(hub->setup->broker);
	hub->setup->restarts++;
	doc_warn("doclist was ended (%s); starting it again, %u names wait",
	    WIFSIGNALED(ws) ? strsignal(WTERMSIG(ws)) : "too early", feed->fed);
	take_back(feed);
	if (feed->care == CARE_ALONE)
		judge(feed, ws);
	feed->care = feed->again ? CARE_ALIVE : CARE_NONE;
	feed->exhausted = false;
	hub->moves++;
}

/* The next step with a doclist whose predecessor died. */
void
feed_take_care(struct feed *feed)
{
	struct doc_error err = { 0 };

	if (feed->care == CARE_ALIVE && feed->child.pid == 0) {
		feed_ask_for_mark(feed);
	} else if (feed->care == CARE_NEXT) {
		if (feed->again != NULL && feed_next_name(feed, &err) < 0)
			hub_fail(feed->hub, &err);
		feed_ask_for_mark(feed);
		feed->care = CARE_ALONE;
	} else {
		return;
	}
	if (feed->child.pid > 0)
		doc_child_write(&feed->child);
}
