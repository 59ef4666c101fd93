#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What stands in examples/ does what it says.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
ex=$top/examples

fixtures letter.pdf plain.txt mail.eml notice.png marked.zip marked.txt \
    damaged.pdf box.tar.gz marker.ndb
mkdir db
mv f/marker.ndb db
DOCPIPE_DB=$scratch/db; export DOCPIPE_DB
echo 'An invoice; please pay to DE89 3704 0044 0532 0130 00.' >f/invoice.txt

# As cron starts it.
night() {
	got=0
	timeout 60 env -i DOCPIPE_BIN="$DOC_BIN" DOCPIPE_DB="$DOCPIPE_DB" \
	    ${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} \
	    "$ex/nightly.sh" "$scratch/in" "$scratch/work" >mail 2>&1 || got=$?
	is "$1" "$got" || { cat mail; return 1; }
}

nightly() {
	mkdir in
	cp f/letter.pdf f/invoice.txt in
	night 0
	is "" "$(cat mail)"
	docfind --store=work/store.db --count invoice >out
	is 1 "$(cat out)"
	# Something to look at is mailed, and it goes on being so.
	cp f/damaged.pdf f/marked.zip in
	for _ in 1 2; do
		night 1
		grep -q "^input/damaged	$scratch/in/damaged.pdf" mail
		grep -q "Test.Marker.*marked.zip	level1.zip.*marked.txt" mail
	done
	rm in/damaged.pdf in/marked.zip
	night 0
	is "" "$(cat mail)"
	(
		flock 9
		night 75
	) 9>work/lock
	grep -q 'still at work' mail
	# Other settings than the week began with.
	cp -R db db2
	DOCPIPE_DB=$scratch/db2
	night 2
	grep -q 'not complete' mail
	grep -q 'other settings' mail
}
ok 'nightly.sh: quiet when all is well, a mail when not' nightly

gate() {
	mkdir new
	cp f/letter.pdf f/invoice.txt new
	status 0 "$ex/gate.sh" new reports >out 2>err
	/usr/bin/python3 -c 'import sys, xml.etree.ElementTree as t
assert t.parse("reports/junit.xml").getroot()[0].get("tests") == "2"'
	jq -e '.runs[0].results == []' reports/docpipe.sarif
	# No worse than before; then a text is gone.
	status 0 "$ex/gate.sh" new reports2 reports/out.ndjson >out 2>err
	rm new/invoice.txt
	status 1 "$ex/gate.sh" new reports3 reports/out.ndjson >out 2>err
	grep -q '^worse gone .*invoice.txt' out
	cp f/marked.zip new
	status 1 "$ex/gate.sh" new reports4 >out 2>err
	jq -e '.runs[0].results[0].ruleId == "infected"' reports4/docpipe.sarif
	status 2 env DOCPIPE_SPOOL= "$ex/gate.sh" --nonsense reports5 2>err
	clean
}
ok 'gate.sh: JUnit, SARIF, and a baseline' gate

mails() {
	mkdir -p box/new box/cur box/tmp
	cp f/mail.eml box/cur/1:2,S
	{
		printf 'From: a@example.org\nSubject: b\nMIME-Version: 1.0\n'
		printf 'Content-Type: application/zip; name="c.zip"\n'
		printf 'Content-Disposition: attachment; filename="c.zip"\n'
		printf 'Content-Transfer-Encoding: base64\n\n'
		base64 f/marked.zip
	} >box/new/2
	status 1 "$ex/mail-sweep.sh" box sweep >out 2>err
	grep -q "^box/new/2	c.zip > level1.zip > level0.zip > marked.txt" out
	is box/new/2 "$(cut -f 1 out | sort -u)"
	test -f box/.Quarantine/cur/2 && test ! -e box/new/2
	test -f box/cur/1:2,S
	status 0 "$ex/mail-sweep.sh" box sweep >out 2>err
	test ! -s out
}
ok 'mail-sweep.sh: attachments, however deep' mails

# until_line PATTERN FILE
until_line() {
	tries=0
	until grep -q "$1" "$2" 2>/dev/null; do
		tries=$((tries + 1))
		test "$tries" -lt 600 || { cat "$2"; return 1; }
		sleep 0.1
	done
}

drop() {
	mkdir drop
	"$ex/drop-folder.sh" drop log >out 2>err &
	pid=$!
	cp f/invoice.txt drop
	cp f/marked.txt drop/.half
	mv drop/.half drop/marked.txt
	cp f/box.tar.gz drop
	until_line 'drop/invoice.txt$' log/log.tsv
	until_line 'infected.*marked.txt$' log/log.tsv
	until_line 'drop/box.tar.gz > box/three.txt$' log/log.tsv
	kill $pid
	wait $pid || :
	grep -q DE89 log/*.txt
	if grep -q marker log/*.txt; then return 1; fi
	before=$(wc -l <log/log.tsv)
	# Started again: what came meanwhile, and nothing twice.
	cp f/plain.txt drop
	"$ex/drop-folder.sh" drop log >out 2>err &
	pid=$!
	until_line 'drop/plain.txt$' log/log.tsv
	kill $pid
	wait $pid || :
	is "$((before + 1))" "$(wc -l <log/log.tsv)"
	clean
}
ok 'drop-folder.sh: files that come while it runs, and between' drop

own() {
	status 0 docrun -q -o OWN --stages=text,iban \
	    --stage iban="$ex/find-iban.sh" -F none f
	is f/invoice.txt "$(recs 'select(.iban.lines > 0).path' OWN/out.ndjson)"
	all '.iban.status == "ok"' OWN/out.ndjson
	status 0 docrun verify OWN
}
ok 'find-iban.sh: a stage in five lines' own

customers() {
	mkdir -p cin/acme cin/globex
	cp f/letter.pdf f/plain.txt cin/acme
	cp f/notice.png cin/globex
	status 0 make -s -j2 -f "$ex/customers.mk" IN=cin OUT=cout >out
	is 'acme globex' "$(cut -f 3 out | xargs)"
	is '2 1' "$(cut -f 1 out | xargs)"
	all '.tenant == "globex"' cout/globex/out.ndjson
}
ok 'customers.mk: a run for each, under make -j' customers

# Every indented line is a command; in a pipe, each part must succeed, save
# that grep may find nothing.
recipes() {
	mkdir look
	cp -R f look
	cp f/letter.pdf look/f/copy.pdf
	cp f/notice.png look/f/odd.pdf
	cd look
	status 1 docrun -q -o RUN --db "$DOCPIPE_DB" f
	sed -n 's/^    //p' "$ex/recipes.md" >../list
	number=0
	while IFS= read -r line; do
		number=$((number + 1))
		echo "$number: $line"
		status 0 bash -o pipefail -c "$line" >"../said.$number" \
		    2>../err </dev/null || { cat ../err; return 1; }
		# What it asks for is there, by these files.
		test -s "../said.$number" || case $line in
		*dpi*) ;;
		*partial*) ;;
		*) return 1 ;;
		esac
	done <../list
	test "$number" -gt 9
	cd ..
	grep -q 'copy.pdf' said.5
	grep -q invoice.txt said.4
	is true "$(cat "said.$number")"
}
ok 'recipes.md: each of them' recipes

# What README promises to who comes from other tools: the right column of its
# table, each command in backquotes.
readme() {
	rm -rf readme
	mkdir -p readme/in
	cp -R f/* readme/in
	base64 -d "$top/examples/inbox/eicar.com.base64" >readme/in/eicar.com
	cp -R readme/in readme/a
	cd readme
	mv a in/a
	cp -R in/a in/b
	export DOCPIPE_SPOOL="$PWD/spool" DOCPIPE_STORE="$PWD/store.db"
	docrun -q -o BEFORE -g text in || :
	docrun -q -o AFTER -g text in || :
	awk '/^## Your job/ { on = 1; next } /^## / { on = 0 }
	    on && /^\|/' "$top/README.md" | sed '1,2d; s/\\|/\x01/g' |
	    cut -d '|' -f 3 | grep -o '`[^`]*`' |
	    sed 's/`//g; s/\x01/|/g' >../list
	number=0
	while IFS= read -r line; do
		case $line in
		# They go on for ever, or need hosts, or what may not be there.
		*--watch* | *--hosts* | *--runner*) continue ;;
		esac
		number=$((number + 1))
		echo "$number: $line"
		rm -rf RUN.was
		case $line in *'-o RUN'*) test ! -e RUN || mv RUN RUN.was ;; esac
		rc=0
		timeout 60 sh -c "$line" >"../said.$number" 2>../err \
		    </dev/null || rc=$?
		test "$rc" -le 1 || { cat ../err; return 1; }
		if grep -E 'option|usage|cannot' ../err; then return 1; fi
	done <../list
	test "$number" -ge 11
	cd ..
	grep -q invoice.txt said.8
	grep -q eicar.com said.4
	grep -q 'An invoice' said.3
}
ok 'README.md: what it says is to be done' readme

done_testing
