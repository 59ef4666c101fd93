/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client - one connection of the server; server.c alone includes it. */
#ifndef DOC_CLIENT_H
#define DOC_CLIENT_H

#include "lib/gauge/server.h"

/* Takes over fd, unless it fails. */
int client_new(struct doc_server *s, int fd);
void client_free(struct doc_server *s, struct doc_client *c);

/* Drop those whose time is over. */
void client_sweep(struct doc_server *s, uint64_t now_ms);

/* The report as an event, for each that listens and has none pending. */
void client_tell_all(struct doc_server *s, uint64_t now_ms);

/* Is nothing left to be sent? */
bool client_idle(const struct doc_server *s);

#endif
