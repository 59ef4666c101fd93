/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/utf8.h"

static const struct {
	enum doc_class cls;
	const char *name;
	const char *text;
} table[DOC_E_COUNT] = { [DOC_E_NONE] = { DOC_CLASS_NONE, "none", "" },
#define X(code, cls, name, text)                                               \
	[DOC_E_##code] = { DOC_CLASS_##cls, name, text },
	DOC_ERRORS(X)
#undef X
};

/* One line of valid, printable UTF-8, whatever came in. */
static void
tidy(char *msg)
{
	size_t len = strlen(msg);

	for (size_t i = 0; i < len;) {
		size_t step = doc_utf8_step(msg + i, len - i);

		if (step == 0 || (unsigned char)msg[i] < 0x20 ||
		    msg[i] == 0x7f) {
			msg[i] = '?';
			step = 1;
		}
		i += step;
	}
}

DOC_PRINTF(4, 0)
static int
set(struct doc_error *err, enum doc_code code, int sys, const char *fmt,
    va_list ap)
{
	if (err->code != DOC_E_NONE)
		return -1;
	err->code = code;
	err->sys = sys;
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	tidy(err->msg);
	return -1;
}

int
doc_error_set(struct doc_error *err, enum doc_code code, const char *fmt, ...)
{
	int sys = errno;
	va_list ap;

	va_start(ap, fmt);
	set(err, code, sys, fmt, ap);
	va_end(ap);
	return -1;
}

static enum doc_code
code_of(int sys)
{
	switch (sys) {
	case ENOENT:
	case ENOTDIR:
		return DOC_E_NOT_FOUND;
	case EACCES:
	case EPERM:
		return DOC_E_PERMISSION;
	case ELOOP:
		return DOC_E_SYMLINK;
	case ENAMETOOLONG:
		return DOC_E_NAME;
	case EXDEV:
		return DOC_E_OUTSIDE;
	case ENOSPC:
	case EDQUOT:
		return DOC_E_NO_SPACE;
	case EFBIG:
		return DOC_E_OUTPUT;
	case ENOMEM:
		return DOC_E_NO_MEMORY;
	case EMFILE:
	case ENFILE:
	case EAGAIN:
		return DOC_E_RESOURCE;
	default:
		return DOC_E_IO;
	}
}

int
doc_error_sys(struct doc_error *err, const char *fmt, ...)
{
	int sys = errno;
	bool first = err->code == DOC_E_NONE;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	set(err, code_of(sys), sys, fmt, ap);
	va_end(ap);
	n = strlen(err->msg);
	if (first)
		snprintf(err->msg + n, sizeof(err->msg) - n, ": %s",
		    strerror(sys));
	return -1;
}

enum doc_class
doc_error_class(enum doc_code code)
{
	return table[code].cls;
}

const char *
doc_error_name(enum doc_code code)
{
	return table[code].name;
}

const char *
doc_error_text(enum doc_code code)
{
	return table[code].text;
}

const char *
doc_class_name(enum doc_class cls)
{
	static const char *const names[DOC_CLASS_COUNT] = { "none", "input",
		"limit", "crash", "policy", "system" };

	return names[cls];
}
