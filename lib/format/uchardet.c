/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include <uchardet/uchardet.h>

#include "lib/format/uchardet.h"

/* Its names that others call otherwise. */
static const struct {
	const char *own, *usual;
} names[] = { { "MAC-CENTRALEUROPE", "macce" }, { "MAC-CYRILLIC", "maccy" },
	{ "UHC", "windows-949" } };

bool
doc_uchardet(const char *p, size_t n, char name[static DOC_CHARSET_NAME])
{
	uchardet_t det = uchardet_new();
	const char *found = "";

	if (det == NULL)
		return false;
	if (uchardet_handle_data(det, p, n) == 0) {
		uchardet_data_end(det);
		found = uchardet_get_charset(det);
	}
	for (size_t i = 0; i < DOC_LEN(names); i++)
		if (strcmp(found, names[i].own) == 0)
			found = names[i].usual;
	(void)snprintf(name, DOC_CHARSET_NAME, "%s", found);
	uchardet_delete(det);
	return *name != '\0';
}
