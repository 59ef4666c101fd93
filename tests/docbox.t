#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Stages in boxes: the same records whatever they run in, and a box that lies
# is worth nothing (tests/hostile/box.py).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

fixtures letter.pdf letter.docx notice.png plain.txt mail.eml deep.zip
doclist f >recs 2>/dev/null
root=$(id -u)

# A tenth of a second of waiting is not what is looked at here.
plain() {
	test -e "$1.plain" || {
		status "$2" "$1" --cache=none <recs >"$1.out" 2>err
		strip <"$1.out" >"$1.plain"
	}
}

# What the box adds, or cannot have, apart.
strip() {
	jq -c 'if .type == "doc" then . else del(.runner, .sandbox) end'
}

boxed() { # RUNNER TOOL STATUS
	plain "$2" "$3"
	status "$3" docbox --runner="$1" --root=. -- "$2" --cache=none \
	    <recs >out 2>err
	strip <out >got
	cmp "$2.plain" got
	any ".type == \"end\" and .stage == \"$2\" and .runner == \"$1\" and
	    .sandbox.level" out
	clean
}

# Why this runner cannot be tried here; nothing when it can.
cannot() {
	case $1 in
	bwrap) bwrap --unshare-all --ro-bind / / true 2>&1 ;;
	runc) test -n "$(command -v runc)" || echo 'no runc' ;;
	podman | nspawn)
		tool=$1
		test "$1" = podman || tool=systemd-nspawn
		test -n "$(command -v "$tool")" || echo "no $tool"
		test "$root" = 0 || echo 'not root' ;;
	esac
}

for runner in bwrap runc podman nspawn; do
	why=$(cannot $runner)
	if test -n "$why"; then
		skip "$runner: doctext" "$why"
	else
		ok "$runner: doctext says the same inside" \
		    boxed $runner doctext 0
	fi
done
if test -n "$(cannot bwrap)"; then
	skip 'bwrap: the other stages' "$(cannot bwrap)"
else
	ok 'bwrap: docscan says the same inside' boxed bwrap docscan 1
	ok 'bwrap: dococr says the same inside' boxed bwrap dococr 0
	ok 'bwrap: docpreview says the same inside' boxed bwrap docpreview 0
fi

# dococr puts what it read between what doctext found, and needs that.
given() {
	make_fixtures scans scan.pdf
	doclist scans | doctext --cache=none >texts
	status 0 dococr --cache=none <texts >out
	recs .ocr out >want
	grep -q '"merged":"' want
	merged=$(recs .ocr.merged out)
	text=$(recs .text.file texts)
	cp "$merged" merged
	cksum "$text" >sums
	rm "$merged"
	status 0 docbox --runner=bwrap --root=. -- dococr --cache=none \
	    <texts >out 2>err
	recs .ocr out | cmp want -
	cmp merged "$merged"
	cksum "$text" | cmp sums -
}
if test -n "$(cannot bwrap)"; then
	skip 'bwrap: dococr is given the text' "$(cannot bwrap)"
else
	ok 'bwrap: dococr is given the text that doctext made' given
fi

kept() {
	box="docbox --runner=bwrap --root=. -- doctext"
	status 0 doctext <recs >once
	# shellcheck disable=SC2086 # words
	status 0 $box <recs >out
	any '.type == "end" and .stage == "doctext" and
	    .cached == .in - .skipped' out
	recs .text once >want
	recs .text out >got
	cmp want got
	rm -r "$DOCPIPE_SPOOL"
	doclist f >/dev/null 2>&1 || :
	# shellcheck disable=SC2086 # words
	status 0 $box <recs >out
	recs '.text.file // empty' out | while read -r file; do
		test -f "$file"
	done
	status 0 doctext <recs >again
	any '.type == "end" and .stage == "doctext" and
	    .cached == .in - .skipped' again
}

# Errors of opening are those of a stage without a box.
unopened() {
	ln -sf plain.txt f/link
	doc='{"v":1,"type":"doc","media":"text/plain","sha256":"'
	doc=$doc$(printf '%064d' 1)'","id":'
	cat >odd <<-END
		$doc"01","path":"f/gone"}
		$doc"02","path":"f/link"}
		$doc"03","path":"/etc/hostname"}
		{"v":1,"type":"doc","id":"04","path":"f/plain.txt"}
		$doc"05","path":"f/plain.txt","tenant":".."}
		${doc%1*}2","id":"06","path":"f/plain.txt","box":[1]}
		{"v":1,"type":"note","text":{"kept":[1.50,-0]}}
	END
	status 1 doctext --root=f <odd >want
	rm -rf "$DOCPIPE_SPOOL"/default/00
	status 1 docbox --runner=bwrap --root=f -- doctext --root=f <odd >out
	strip <want >want.s
	strip <out >got
	diff want.s got
}

in_run() {
	status 1 docrun -q -o plain.run f
	status 1 docrun -q -o boxed.run --runner=bwrap --runner=ocr=none f
	for it in plain boxed; do
		sed "s,$it.run,RUN,g" $it.run/out.ndjson | strip >$it.n
	done
	cmp plain.n boxed.n
	is 'docpreview bwrap docscan bwrap doctext bwrap' "$(
		jq -r 'select(.runner) | .stage, .runner' boxed.run/out.ndjson |
		    paste -sd ' ' | xargs -n 2 | sort | paste -sd ' ')"
	docrun -o x --runner=bwrap --dry-run f >out
	grep -q "docbox --runner=bwrap .* -- docscan" out
	clean
}

# SIGKILL to a process of this test whose command line begins so.
shoot() {
	for p in /proc/[0-9]*; do
		tr '\0' ' ' <"$p/cmdline" >line || continue
		if grep -q "^[^ ]*$1" line && grep -qF "$scratch" line; then
			kill -9 "${p#/proc/}" && return 0
		fi
	done 2>/dev/null
	return 1
}

# Whatever of it dies, docrun starts it again, and no record is lost.
killed() {
	rm -rf killed.run
	docrun -q -o killed.run --runner=bwrap "$scratch/f" 2>err &
	pid=$!
	shot=0
	for what in 'docbox --runner' bwrap 'doctext ' 'dococr '; do
		for _ in 1 2 3 4 5 6 7 8 9; do
			sleep 0.1
			if shoot "$what"; then
				shot=$((shot + 1))
				break
			fi
		done
	done
	got=0
	wait $pid || got=$?
	is 1 "$got"
	test $shot -gt 0
	for it in plain killed; do
		sed "s,$it.run,RUN,g;s,\"$scratch/f,\"f,;s/\"id\":\"[0-9a-f]*\"//
		    s/\"parent\":\"[0-9a-f]*\"//" $it.run/out.ndjson |
		    grep '"doc"' >$it.d
	done
	diff plain.d killed.d
	clean
}

if test -n "$(cannot bwrap)"; then
	for what in 'results are kept' 'documents that do not open' docrun \
	    'killed boxes'; do
		skip "$what" "$(cannot bwrap)"
	done
else
	ok 'results known outside count inside, and the other way' kept
	ok 'documents that do not open have the errors they always have' \
	    unopened
	ok 'docrun --runner: the same records' in_run
	ok 'a box, or a half of it, that is killed is started again' killed
fi

# --- boxes that lie ----------------------------------------------------------

doclist f/plain.txt f/letter.docx >two 2>/dev/null
secret() { echo secret >"$DOCPIPE_SPOOL/secret"; }

lying() { # TRICK STATUS WORDS
	secret
	find "$DOCPIPE_SPOOL" -type f | sort >before
	status "$2" docbox --runner="cmd:exec python3 \
	    $top/tests/hostile/box.py $1 $DOCPIPE_SPOOL" --start-timeout=1s \
	    --starts=2 --max-output=1M -- doctext <two >out 2>err
	grep -q "$3" err || { cat err; return 1; }
	is 0 "$(tr -d '\n\t -~' <err | wc -c)"
	find "$DOCPIPE_SPOOL" -type f | sort | diff before -
	test ! -s out || jq -e . out >/dev/null
	clean
}

honest() {
	status 0 docbox --runner="cmd:exec python3 \
	    $top/tests/hostile/box.py $1 $DOCPIPE_SPOOL" -- doctext \
	    <two >out 2>err
	lines "$(($(wc -l <two) + 1))" out
}

taken() {
	honest honest
	all '.text.status == "ok"' out
	recs .text.file out | while read -r file; do
		is text "$(cat "$file")"
	done
}
ok 'the liar, when honest, is believed' taken

# What the box took at once is not waited for: a document goes on.
roomy() {
	head -c 20000000 /dev/zero >large.bin
	doclist large.bin >large
	limit=20 status 0 docbox --runner="cmd:exec python3 \
	    $top/tests/hostile/box.py roomy $DOCPIPE_SPOOL" -- doctext \
	    <large >out 2>err
	lines 3 out
	rm large.bin
}
ok 'a document larger than all pipes' roomy

not_its_members() {
	honest other-members
	recs 'del(.text)' out >got
	recs . two >want
	cmp want got
	all '.text.words == 3' out
}
ok 'members that are not its own stay as they were' not_its_members

while read -r trick want words; do
	ok "a box that lies: $trick" lying "$trick" "$want" "$words"
done <<END
silent 3 did not start
noise 3 no frame
twice 3 nobody asked for
another-number 3 nobody asked for
no-json 3 nobody asked for
no-result 3 without a result
path-outside 3 not the document's
path-of-another 3 not the document's
path-escaped 3 not the document's
path-up 3 not the document's
path-missing 3 not the document's
path-hidden 3 not the document's
path-merged 3 not the document's
name-up 3 no business
name-data 3 no business
name-other-stage 3 no business
name-long 3 no business
name-nul 3 no business
many-files 3 no business
much 3 more than a document
end-inside-file 3 inside a file
orders 3 other way
foreign-end 3 nobody asked for
huge-frame 3 no frame
torn 3 inside a frame
early-end 3 ended with
die 137 is gone
END

needs() {
	status 2 docbox --runner=bwrap -- doclist <two 2>err
	status 2 docbox --runner=cmd: -- doctext <two 2>err
	grep -q 'cmd:COMMAND' err
	status 3 docbox --runner='cmd:exit 5' -- doctext <two 2>err
	grep -q 'did not start (status 5)' err
	lines 1 err
}
ok 'what is no stage, and what is no runner' needs

# Before there is a run directory that later commands would have to fit.
refused() {
	for bad in foo cmd: text=foo mine=bwrap list=bwrap doclist=bwrap \
	    =bwrap; do
		status 2 docrun -q -o none.run --runner=none --runner="$bad" \
		    --stage=mine=cat f 2>err
		lines 1 err
		test ! -e none.run
	done
	status 2 docrun -q -o none.run --runner=list=bwrap f 2>err
	grep -q 'does not fit in a box' err
}
ok 'docrun refuses what is no runner, and makes no run directory' refused

done_testing
