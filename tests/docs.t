#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is written about the tools agrees with the tools: options in the manual
# pages, words of records in docrecord(5) and in the JSON Schema, completions.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

tools='doclist docscan doctext dococr docpreview docstore docfind docprogress
    docrun docbox'
schema=$top/lib/record/record-v1.json
# Debian's own, which has python3-jsonschema.
python=/usr/bin/python3

same() {
	test -s "$1" && diff -u "$1" "$2"
}

# --- options -----------------------------------------------------------------

# The commands inside docrun have pages of their own: docrun-gc(1).
verbs=$(docrun --dump-verbs | sed 's/\t.*//; s/^/docrun-/')

# tool NAME ARG...: `docrun gc` of docrun-gc.
tool() {
	case $1 in
	docrun-*) verb=${1#docrun-}; shift; docrun "$verb" "$@" ;;
	*) "$@" ;;
	esac
}

# "-k --name ARG" of each option of a tool.
table_options() {
	tool "$1" --dump-options |
	    awk -F '\t' '!/^@/ { print "-" $1, "--" $2, $3 }
		END { print "- --version " }' | sort
}

# The same of each `.It Fl k Ar ARG , Fl -name Ns = Ns Ar ARG`.
page_options() {
	awk '/^\.It Fl / {
		key = name = arg = ""
		for (i = 2; i <= NF; i++) {
			if ($i == "Fl" && $(i + 1) ~ /^-/)
				name = "-" $(i + 1)
			else if ($i == "Fl")
				key = $(i + 1)
			else if ($i == "Ar")
				arg = $(i + 1)
		}
		print "-" key, name, arg
	}' "$top/man/$1.1" | sort
}

options_agree() {
	table_options "$1" >table
	page_options "$1" >page
	same table page
	# A letter that two options have is one of them only.
	is "" "$(cut -d ' ' -f 1 table | grep -v '^-$' | uniq -d)"
}

# What an option may be is said where the option is.
choices_agree() {
	tool "$1" --dump-options | awk -F '\t' '!/^@/ && $5 != "" {
		n = split($5, word, "|")
		for (i = 1; i <= n; i++)
			print $2, word[i]
	}' >choices
	while read -r name word; do
		awk -v name="-$name" '/^\.(It|El)/ { on = 0 }
		    /^\.It Fl/ && index($0, "Fl " name " ") { on = 1 }
		    on' "$top/man/$1.1" | grep -q "^\.Cm $word\b" || {
			echo "--$name: nothing about $word"
			return 1
		}
	done <choices
}

narrow() {
	tool "$1" --help >out
	is "" "$(awk 'length > 80' out)"
}

# One text about the common options, in all pages.
common() {
	awk '/^\.Ss Common options/ { on = 1 } /^\.S[sh]/ && !/Common/ { on = 0 }
	    on' "$top/man/$1.1"
}
common_agree() {
	common doclist >one
	for tool in docscan doctext dococr docpreview docrun; do
		common "$tool" >other
		same one other
	done
}

for tool in $tools $verbs; do
	ok "$tool(1) has the options of $tool" options_agree "$tool"
	ok "$tool(1) explains their words" choices_agree "$tool"
	ok "$tool --help fits 80 columns" narrow "$tool"
done
ok 'the common options are the same in all pages' common_agree

# What is not named there is not found.
verbs_named() {
	docrun --help >help
	for verb in $verbs; do
		grep -q "^ .* ${verb#docrun-}\b" help
		grep -q "^\.It Xr $verb 1" "$top/man/docrun.1"
		grep -q "^\.It Xr $verb 1" "$top/man/docpipe.7"
	done
}
ok 'docrun --help, docrun(1) and docpipe(7) name each verb' verbs_named

# Every page is to be found from docpipe(7).
pages_named() {
	for page in "$top"/man/*.[157]; do
		name=$(basename "$page")
		test "$name" = docpipe.7 ||
			grep -q "^\.\(It \)\{0,1\}Xr ${name%.*} ${name##*.}\b" \
			    "$top/man/docpipe.7" || { echo "$name"; return 1; }
	done
}
ok 'docpipe(7) leads to each page' pages_named

# --- words of records --------------------------------------------------------

# The tables of the headers, as "error CLASS NAME TEXT", "reason NAME TEXT",
# "field STAGE NAME", "level NAME" and "mechanism NAME".
tables() {
	cat >tables.c <<'END'
#include <stdio.h>
#include "lib/base/error.h"
#include "lib/cage/cage.h"
#include "lib/record/field.h"
#include "lib/record/reason.h"
int
main(void)
{
	static const char *const stages[] = { "job", "list", "scan", "text",
		"ocr", "preview", "member" };

	for (unsigned e = 1; e < DOC_E_COUNT; e++)
		printf("error %s %s %s\n", doc_class_name(doc_error_class(e)),
		    doc_error_name(e), doc_error_text(e));
	for (unsigned r = 1; r < DOC_R_COUNT; r++)
		printf("reason %s %s\n", doc_reason_name(r),
		    doc_reason_text(r));
	for (unsigned f = 1; f < DOC_F_COUNT; f++)
		for (unsigned s = 1; s < DOC_LEN(stages) - 1; s++)
			if (doc_field_info(f)->stages >> s & 1)
				printf("field %s %s\n", stages[s],
				    doc_field_info(f)->name);
	for (unsigned l = 0; l < DOC_LEVEL_COUNT; l++)
		printf("level %s\n", doc_level_name(l));
	for (unsigned b = 1; doc_mechanism_name(b) != NULL; b <<= 1)
		printf("mechanism %s\n", doc_mechanism_name(b));
}
END
	"${CC:-cc}" -D_GNU_SOURCE -iquote "$top" -o tables tables.c \
	    "$top"/lib/base/error.c "$top"/lib/base/utf8.c \
	    "$top"/lib/base/buf.c "$top"/lib/record/field.c \
	    "$top"/lib/record/reason.c "$top"/lib/cage/level.c
	./tables >tables.txt
	cut -d ' ' -f 1 tables.txt | sort | uniq -c
}
ok 'the tables of the code can be printed' tables

errors_agree() {
	grep '^error' tables.txt >want
	awk '/^\.Ss Class / { class = $3 } /^\.S[sh]/ && !/Class/ { class = "" }
	    class && /^\.It Cm / { name = $3; getline
		print "error", class, name, $0 }' \
	    "$top/man/docrecord.5" >got
	same want got
}
ok 'docrecord(5) has the error codes, by class' errors_agree

reasons_agree() {
	grep '^reason' tables.txt >want
	awk '/^\.Sh/ { on = /REASONS/ }
	    on && /^\.It Cm / { name = $3; getline; print "reason", name, $0 }' \
	    "$top/man/docrecord.5" >got
	same want got
}
ok 'docrecord(5) has the reasons' reasons_agree

# Not from a worker: what the supervisor adds to a stage's result.
own='list delivered
list excluded
list unsafe_name
list volume_missing
list volume_of
list volumes
scan verdict
scan quarantined
ocr lang
ocr engine
ocr layout
ocr layout_sha256
ocr layout_form
ocr answered
ocr merged
ocr merged_bytes
ocr merged_sha256
ocr page_results
ocr searchable_pdf
ocr searchable_pdf_bytes
ocr searchable_pdf_sha256
ocr engine_url_host
ocr fallback_pages
preview pictures'
# From a worker, but not in its stage's result: members of the document, and
# what dococr keeps to itself.
hidden='list media
list also
list encoding
list sha256
ocr repairs
ocr text_bytes
ocr layout_bytes
ocr turned
ocr ocr_pages'

want_fields() {
	{
		sed -n 's/^field //p' tables.txt
		echo "$own"
	} | sort >all
	echo "$hidden" | sort >less
	comm -23 all less >want
	is "" "$(comm -13 all less)"
}

fields_agree() {
	want_fields
	awk '/^\.S[sh] / { stage = $2 }
	    stage ~ /^(list|scan|text|ocr|preview)$/ && /^\.It Va / {
		print stage, $3 }' "$top/man/docrecord.5" | sort >got
	same want got
}
ok 'docrecord(5) has the fields of each stage' fields_agree

schema_errors() {
	grep '^error' tables.txt | cut -d ' ' -f 1-3 >want
	jq -r '."$defs" | to_entries[] | select(.key | endswith("-error")) |
	    .value.properties | .class.const as $class | .code.enum[] |
	    "error \($class) \(.)"' "$schema" >got
	same want got
}
ok 'the schema has the error codes' schema_errors

schema_words() {
	sed -n 's/^reason \([^ ]*\).*/\1/p' tables.txt >want
	jq -r '."$defs".reason.enum[]' "$schema" >got
	same want got
	sed -n 's/^level //p' tables.txt >want
	jq -r '."$defs".end.properties.sandbox.properties.level.enum[]' \
	    "$schema" >got
	same want got
	sed -n 's/^mechanism //p' tables.txt >want
	jq -r '."$defs".end.properties.sandbox.properties.missing
	    .items.enum[]' "$schema" >got
	same want got
}
ok 'the schema has the reasons, levels and mechanisms' schema_words

levels_agree() {
	sed -n 's/^level //p' tables.txt >want
	awk '/^\.Sh/ { on = /THE CAGE/ } on && /^\.It Cm / { print $3 }' \
	    "$top/man/docpipe.7" >got
	same want got
}
ok 'docpipe(7) has the levels' levels_agree

mechanisms_agree() {
	sed -n 's/^mechanism //p' tables.txt | sort >want
	awk '/^\.S[hs]/ { on = /THE CAGE/ } on && /^\.It Cm / { print $3 }' \
	    "$top/man/docpipe-security.7" | sort >got
	same want got
}
ok 'docpipe-security(7) has the mechanisms' mechanisms_agree

schema_fields() {
	want_fields
	jq -r '."$defs" | ("list", "scan", "text", "ocr", "preview") as $s |
	    .[$s].properties | keys[] | "\($s) \(.)"' "$schema" | sort >got
	same want got
}
ok 'the schema has the fields of each stage' schema_fields

documents_agree() {
	jq -r '."$defs".doc.properties | keys[]' "$schema" |
	    grep -vxE 'list|scan|text|ocr|preview|store' | sort >want
	awk '/^\.S[sh] / { on = /DOCUMENTS/ } on && /^\.It Va / { print $3 }' \
	    "$top/man/docrecord.5" | sort >got
	same want got
	jq -r '."$defs".end.properties | keys[]' "$schema" | sort >want
	awk '/^\.S[sh] / { on = /END RECORDS/ } on && /^\.It Va / {
		gsub(/ ,/, ""); for (i = 3; i <= NF; i++) print $i }' \
	    "$top/man/docrecord.5" | sort >got
	same want got
}
ok 'docrecord(5) and the schema have the same other members' documents_agree

layers_agree() {
	grep -v '^#' "$top/lib/LAYERS" >want
	awk -F '\140' '/^\| \140[a-z]+\140 \|/ { print $2 }' \
	    "$top/lib/README.md" >got
	same want got
}
ok 'lib/README.md has the layers' layers_agree

# --- real records ------------------------------------------------------------

cat >validate.py <<'END'
import json
import sys

import jsonschema

with open(sys.argv[1]) as f:
    schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
check = jsonschema.Draft202012Validator(schema)
bad = 0
for name in sys.argv[2:]:
    with open(name) as f:
        for line in f:
            for e in check.iter_errors(json.loads(line)):
                print(line[:200], list(e.absolute_path), e.message, sep="\n  ")
                bad = 1
sys.exit(bad)
END

# Of every kind of document and every status; those that keep a stage busy
# for its whole time are left to others.
records() {
	fixtures "$@"
	rm -f f/busy.pdf f/slow.pdf f/stuck.pdf f/long.pdf f/bomb.*
	: >"$(printf 'f/not-utf8-\377')"
	ln -s letter.pdf f/link.pdf
	status 1 docrun -q -o RUN --inline --stats f
	status 0 docscan -q --db=f/marker.ndb f/marked.zip f/plain.txt >scan
	any '.scan.verdict == "infected" and .scan.matches' scan
	all 'has("list") and has("scan") and has("text") and has("ocr") and
	    has("preview")' RUN/out.ndjson
	for key in list scan text ocr preview; do
		any ".$key.status == \"ok\" or .scan.status == \"partial\"" \
		    RUN/out.ndjson
	done
	any '.path_b64' RUN/out.ndjson
	any '.text.content' RUN/out.ndjson
	any '.type == "end"' RUN/out.ndjson
}

valid() {
	"$python" validate.py "$schema" RUN/out.ndjson scan
}

invalid() {
	echo "$1" >bad.ndjson
	status 1 "$python" validate.py "$schema" bad.ndjson
}

# The schema must be able to say no.
refuses() {
	doc='"v":1,"type":"doc","id":"0123456789abcdef0123456789abcdef"'
	doc=$doc',"path":"a"'
	echo "{$doc}" >good.ndjson
	status 0 "$python" validate.py "$schema" good.ndjson
	invalid '{"v":2,"type":"note"}'
	invalid '{"v":1,"type":"doc"}'
	invalid "{$doc,\"text\":{\"status\":\"fine\"}}"
	invalid "{$doc,\"text\":{\"status\":\"error\"}}"
	invalid "{$doc,\"text\":{\"status\":\"partial\",\"reasons\":[\"x\"]}}"
	invalid "{$doc,\"text\":{\"status\":\"ok\",\"words\":-1}}"
	invalid "{$doc,\"ocr\":{\"status\":\"error\",\"error\":{\"class\":
	    \"limit\",\"code\":\"segv\",\"msg\":\"\"}}}"
	invalid '{"v":1,"type":"end","stage":"x"}'
}

if "$python" -c 'import jsonschema' 2>/dev/null; then
	ok 'all fixtures go through all stages' records
	ok 'the schema holds for real records' valid
	ok 'the schema refuses what is no record' refuses
else
	skip 'the schema holds for real records' 'no python3-jsonschema'
fi

# --- completions -------------------------------------------------------------

fresh() {
	sh "$top/.tools/completions.sh" "$DOC_BIN" made
	diff -ru "$top/completions" made
}
ok 'completions are fresh (make completions)' fresh

# bash_says TOOL WORD...: what bash offers for the last word.
bash_says() {
	tool=$1
	bash -c '. "$0"; compopt() { :; }; COMP_WORDS=("$@")
	    COMP_CWORD=$(($# - 1)); "_$1"; printf "%s\n" "${COMPREPLY[@]}"' \
	    "$top/completions/bash/$tool" "$@"
}

bash_completes() {
	mkdir -p box/two
	: >box/file
	is "--dpi=" "$(bash_says dococr dococr --dp)"
	is "auto always never redo" "$(bash_says dococr dococr --ocr = '' | paste -sd ' ')"
	is "always" "$(bash_says dococr dococr -O al)"
	is "box/two" "$(bash_says docrun docrun -o box/)"
	is "box/file box/two" \
	    "$(bash_says doctext doctext box/ | sort | paste -sd ' ')"
}
ok 'bash completes options, choices, folders and files' bash_completes

parses() {
	for file in "$top/completions/$1"/*; do
		"$1" -n "$file"
	done
}
for shell in bash zsh fish; do
	if test -n "$(command -v "$shell")"; then
		ok "$shell can read its completions" parses "$shell"
	else
		skip "$shell can read its completions" "no $shell"
	fi
done

done_testing
