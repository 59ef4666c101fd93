#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where docrun's documents come from besides operands: records on standard
# input; and what it may use.
. "$(dirname "$0")/lib.sh"
make_fixtures in letter.pdf box.tar.gz plain.txt deep.zip
make_fixtures db marker.ndb

# The documents without where they were run, in no order.
sorted() {
	sed "s|/$1/spool/|/RUN/spool/|g" "$1/out.ndjson" |
	    jq -cS 'select(.type == "doc")' | sort
}

# run DIR OPTION...
cat >run <<'E'
#!/bin/sh
dir=$1; shift
exec docrun -o "$dir" --db db --progress none --stages scan,text "$@"
E
chmod +x run

records() {
	status 0 ./run A in
	doclist --spool B/spool in >list
	status 0 ./run B - <list
	sorted A >want
	sorted B >got
	diff want got
	# doclist's own counts are there, and balance.
	is "$(jq -r 'select(.type == "end") | .in' A/out.ndjson | xargs)" \
	    "$(jq -r 'select(.type == "end") | .in' B/out.ndjson | xargs)"
	# The same again is known; a filter's choice is all there is then.
	before=$(sha256sum <B/out.ndjson)
	status 0 ./run B -v - <list 2>err
	grep -q '^docrun: 0 inputs done, 14 were done already' err
	is "$before" "$(sha256sum <B/out.ndjson)"
	jq -c 'select(.type == "end" or .media == "text/plain")' list >texts
	status 0 ./run B - <texts
	sorted A | jq -c 'select(.media == "text/plain")' >want
	sorted B >got
	test -s want
	diff want got
}
ok 'records on standard input' records

cut_short() {
	# No end: all that came is done, and it says so.
	head -n 3 list >short
	status 3 ./run C - <short 2>err
	grep -q 'no end record' err
	is 3 "$(recs .id C/out.ndjson | wc -l)"
	if any '.type == "end"' C/out.ndjson; then return 1; fi
	status 0 ./run C -v - <list 2>err
	grep -q '^docrun: 11 inputs done, 3 were done already' err
	# A line that is none, or cut in the middle.
	head -c 700 list >torn
	status 3 ./run D - <torn 2>err
	grep -q 'standard input, line' err
	status 2 ./run E -f - - <list 2>err
}
ok 'records that were cut short' cut_short

of_tenants() {
	for t in a b; do
		doclist --spool T/spool -T $t in/plain.txt in/letter.pdf
	done >both
	status 0 ./run T - <both
	is 'a a b b' "$(recs .tenant T/out.ndjson | sort | xargs)"
	is 'a 2 b 2' "$(jq -r '.tenant, .documents' T/bill.ndjson | xargs)"
	echo '{"tenant":"b","documents":1}' >quota
	status 0 ./run T2 -j 1 --tenants quota - <both
	is 2 "$(recs 'select(.tenant == "a" and .text.status == "ok").id' \
	    T2/out.ndjson | wc -l)"
	jq -c '.tenant = "../x"' both >odd
	status 3 ./run T3 - <odd 2>err
	grep -q 'no tenant' err
}
ok 'records of several tenants' of_tenants

# Who comes last is not last: b's ten come behind 300 of a's.
fair() {
	mkdir fa fb
	for i in $(seq 300); do echo "a $i" >"fa/$i.txt"; done
	for i in $(seq 10); do echo "b $i" >"fb/$i.txt"; done
	doclist --spool F/spool -T a fa >late
	doclist --spool F/spool -T b fb >soon
	cat soon >>late
	status 0 ./run F -j 2 - <late
	is 310 "$(recs .id F/out.ndjson | wc -l)"
	last=$(recs .tenant F/out.ndjson | grep -n b | tail -n 1 | cut -d : -f 1)
	test "$last" -lt 100 || { echo "b is through at $last"; return 1; }
	# And nobody's company changes what b gets.
	status 0 ./run FB -j 2 - <soon
	sorted FB >alone
	sorted F | jq -c 'select(.tenant == "b")' >beside
	diff alone beside
}
ok 'who comes late does not wait for the others' fair

settings() {
	status 0 ./run S in
	status 2 ./run S --lang deu --timeout 1m in 2>err
	grep -q 'lang= then' err
	grep -q 'lang=deu now' err
	grep -q 'timeout=60000ms now' err
	mkdir engines && cp -r db engines/db
	status 0 docrun -o S2 --db engines/db --progress none -g scan in
	echo 'Another.Test:0:*:7a7a7a7a7a717171' >>engines/db/marker.ndb
	status 0 docrun -o S2 --db engines/db --progress none -g scan in 2>err
	grep -q '(marker.ndb)' err
}
ok 'what differs is named' settings

refresh() {
	status 0 ./run S --refresh text in
	is 14 "$(jq -r 'select(.stage == "docscan").cached' S/out.ndjson)"
	is 0 "$(jq -r 'select(.stage == "doctext").cached' S/out.ndjson)"
	sorted S >got
	sorted A >want
	diff want got
	# It is not what the run is asked for from now on.
	status 0 docrun --resume S -v 2>err
	grep -q '^docrun: 0 inputs done' err
	status 2 ./run S --refresh nosuch in 2>err
}
ok '--refresh works one stage anew' refresh

budget() {
	status 2 ./run M --memory 1G --memory-total 1023M in 2>err
	test ! -e M
	status 0 ./run M --memory 1G --memory-total 2G -j 9 --dry-run in >out
	is 3 "$(grep -o -e '--jobs=2' out | wc -l)"
	status 0 ./run M --memory 512M --memory-total 600M -j 4 --ionice idle in
	sorted M >got
	diff want got
}
ok '--memory-total' budget

done_testing
