#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a spool holds, and what of it may go: docrun cache, docrun gc.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

fixtures letter.pdf plain.txt mail.eml marker.ndb
mkdir db
mv f/marker.ndb db
unset DOCPIPE_SPOOL

# Everything in the spool was used so long ago.
age() {
	find "$2" -type f -exec touch -d "$1 days ago" {} +
}

files() {
	find "$1" -type f | wc -l
}

shows() {
	status 0 docrun -q -o RUN --db db --stages scan,text --tenant a=f
	status 0 docrun -q -o RUN --db db --stages scan,text --tenant a=f
	age 3 RUN/spool
	status 0 docrun cache --spool RUN/spool >out
	grep -qE '^text +file +4 .* 3d +3d a$' out
	is "$(files RUN/spool)" "$(sed -n 's/.* contents, \(.*\) files.*/\1/p' \
	    out)"
	status 0 docrun cache stats -J -S RUN/spool >out
	jq -se 'all(.tenant == "a" and .files > 0 and .bytes > 0) and
	    (map("\(.stage) \(.kind)") == ["list member", "scan result",
		"text file", "text result"])' out
	status 0 docrun cache -J -S RUN/spool -T nobody >out
	test ! -s out
	status 2 docrun cache -S RUN/spool nonsense 2>err
	status 3 docrun cache -S nowhere 2>err
	test ! -e nowhere
}
ok 'docrun cache counts what is there' shows

# A spool of two tenants that no run is beside.
shared() {
	rm -rf S R
	status 0 docrun -q -o R --spool S --db db --stages scan,text \
	    --tenant a=f --tenant b=f
}

by_age() {
	shared
	n=$(files S)
	age 40 S/a
	touch -d '40 days' S/b/*/*/text-*
	status 0 docrun gc -N -S S >out
	grep -q "^$((n / 2)) of $n files, .* would go" out
	is "$n" "$(files S)"
	status 0 docrun gc -S S -T b >out
	is "$n" "$(files S)"
	status 0 docrun gc -S S -k 50d >out
	is "$n" "$(files S)"
	status 0 docrun gc -S S >out
	is "$((n / 2))" "$(files S)"
	# Nothing is left of what was there, not a folder.
	test ! -e S/a || is "" "$(find S/a -mindepth 1)"
	status 0 docrun gc -q -S S -k 0s >out
	test ! -s out
	is 0 "$(files S)"
	status 2 docrun gc -S S what 2>err
	status 3 docrun gc -S nowhere 2>err
	test ! -e nowhere
}
ok 'docrun gc goes by age and tenant' by_age

strangers() {
	shared
	echo x >S/README
	mkdir -p S/a/zz S/a/ab/short S/a/.hidden
	ln -s / S/a/ac
	ln -s / S/evil
	age 40 S
	status 0 docrun gc -S S -k 1d >out
	is "S/README" "$(find S -type f)"
	test -d S/a/zz && test -d S/a/ab/short && test -L S/a/ac
}
ok 'what is not of a spool is left alone, links are not followed' strangers

named() {
	age 40 RUN/spool
	status 0 docrun gc -S RUN/spool >out
	grep -q 'files are named by records' out
	status 0 docrun verify RUN >out
	is 0 "$(find RUN/spool -name '*.json' | wc -l)"
	# Files that were taken away: their texts go with their records.
	cp -R f g
	echo 'only here' >g/more.txt
	status 0 docrun -q -o G --db db --stages text g
	grep -rlq 'only here' G/spool
	rm g/more.txt
	status 0 docrun -q -o G --db db --stages text g
	age 40 G/spool
	status 0 docrun gc -q -S G/spool
	if grep -rlq 'only here' G/spool; then return 1; fi
	status 0 docrun verify G >out
	# A spool of several runs.
	shared
	age 40 S
	status 0 docrun gc -S S --run R >out
	status 0 docrun verify R >out
	status 0 docrun gc -a -S RUN/spool >out
	is 0 "$(files RUN/spool)"
	status 1 docrun verify -q RUN
	status 3 docrun gc -S S --run nowhere 2>err
}
ok 'what records name is kept' named

left() {
	shared
	mkdir S/.incoming.2.00000000.0
	touch -d '2 days ago' S/.incoming.2.00000000.0
	mkdir S/.incoming.3.00000000.0
	# A gc that was killed had put this aside.
	entry=$(dirname "$(find S/a -name 'text-*.txt' | head -n 1)")
	echo x >"$entry/.old.text-0.txt"
	touch -d '40 days ago' "$entry/.old.text-0.txt"
	status 0 docrun gc -S S >out
	test ! -e S/.incoming.2.00000000.0
	test -e S/.incoming.3.00000000.0
	test ! -e "$entry/.old.text-0.txt"
}
ok 'leftovers of who was killed go' left

# Old results, a run that uses them, and a gc that is after them: what the run
# says is there.
race() {
	for i in $(seq 40); do echo "text $i" >"f/$i.txt"; done
	status 0 docrun -q -o FIRST --spool S2 --db db --stages text f
	for i in 1 2 3; do
		age 40 S2
		(while test ! -e stop; do docrun gc -q -S S2 || exit; done) &
		gc=$!
		status 0 docrun -q -o "RACE$i" --spool S2 --db db \
		    --stages text f
		touch stop
		wait $gc
		rm stop
		status 0 docrun verify "RACE$i" >out
	done
	clean
}
ok 'a run and a gc at a time' race

done_testing
