/* SPDX-License-Identifier: GPL-2.0-or-later */
/* http_fuzz - requests from anybody. */
#include <assert.h>
#include <string.h>

#include "lib/gauge/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of its exact size, so that a byte too far is seen. */
	char *p = malloc(size ? size : 1);

	if (p == NULL)
		return 0;
	memcpy(p, data, size);
	for (unsigned trust = DOC_HTTP_ANY; trust <= DOC_HTTP_NET; trust++) {
		struct doc_http req;
		int rc = doc_http_parse(p, size, (enum doc_http_trust)trust,
		    &req);

		assert(rc == 0 || req.status == 200 || req.status == 400 ||
		    (req.status >= 403 && req.status <= 405));
	}
	free(p);
	return 0;
}
