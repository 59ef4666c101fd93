/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <limits.h>
#include <string.h>

#include "lib/record/json.h"
#include "lib/record/value.h"

/* doc_value is json_object under a name of ours, so that json-c stays in this
 * file. */
static struct json_object *
node(const struct doc_value *v)
{
	return (struct json_object *)(uintptr_t)v;
}

static const struct doc_value *
wrap(struct json_object *o)
{
	return (const struct doc_value *)o;
}

struct doc_value *
doc_value_parse(const char *p, size_t n)
{
	struct json_tokener *tok = json_tokener_new_ex(DOC_JSON_DEPTH);
	struct json_object *o;

	if (tok == NULL || n > INT_MAX) {
		if (tok != NULL)
			json_tokener_free(tok);
		return NULL;
	}
	json_tokener_set_flags(tok,
	    JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, p, (int)n);
	/* A bare number needs an end to be seen as complete. */
	if (o == NULL && json_tokener_get_error(tok) == json_tokener_continue)
		o = json_tokener_parse_ex(tok, "", 1);
	json_tokener_free(tok);
	return (struct doc_value *)o;
}

void
doc_value_free(struct doc_value *root)
{
	if (root != NULL)
		json_object_put(node(root));
}

const struct doc_value *
doc_value_get(const struct doc_value *v, const char *key)
{
	struct json_object *o;

	if (v == NULL || !json_object_object_get_ex(node(v), key, &o))
		return NULL;
	return wrap(o);
}

const struct doc_value *
doc_value_at(const struct doc_value *v, size_t i)
{
	return i < doc_value_count(v)
	    ? wrap(json_object_array_get_idx(node(v), i))
	    : NULL;
}

size_t
doc_value_count(const struct doc_value *v)
{
	if (v == NULL || !json_object_is_type(node(v), json_type_array))
		return 0;
	return json_object_array_length(node(v));
}

bool
doc_value_is_array(const struct doc_value *v)
{
	return v != NULL && json_object_is_type(node(v), json_type_array);
}

const char *
doc_value_str(const struct doc_value *v)
{
	const char *s;

	if (v == NULL || !json_object_is_type(node(v), json_type_string))
		return NULL;
	s = json_object_get_string(node(v));
	return strlen(s) == (size_t)json_object_get_string_len(node(v)) ? s
									: NULL;
}

const char *
doc_value_strn(const struct doc_value *v, size_t *n)
{
	if (v == NULL || !json_object_is_type(node(v), json_type_string))
		return NULL;
	*n = (size_t)json_object_get_string_len(node(v));
	return json_object_get_string(node(v));
}

int64_t
doc_value_int(const struct doc_value *v, int64_t or)
{
	if (v == NULL || !json_object_is_type(node(v), json_type_int))
		return or ;
	return json_object_get_int64(node(v));
}

int
doc_value_strings(const struct doc_value *v, const char *key,
    int (*visit)(const char *key, const char *string, void *ctx), void *ctx)
{
	int rc = 0;

	if (v == NULL)
		return 0;
	if (json_object_is_type(node(v), json_type_object)) {
		json_object_object_foreach(node(v), name, member) if (rc == 0)
		    rc = doc_value_strings(wrap(member), name, visit, ctx);
	} else if (doc_value_is_array(v)) {
		for (size_t i = 0; rc == 0 && i < doc_value_count(v); i++)
			rc = doc_value_strings(doc_value_at(v, i), key, visit,
			    ctx);
	} else if (json_object_is_type(node(v), json_type_string)) {
		rc = visit(key, doc_value_str(v), ctx);
	}
	return rc;
}

double
doc_value_number(const struct doc_value *v, double or)
{
	if (v == NULL ||
	    (!json_object_is_type(node(v), json_type_int) &&
		!json_object_is_type(node(v), json_type_double)))
		return or ;
	return json_object_get_double(node(v));
}
