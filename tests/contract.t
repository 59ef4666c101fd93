#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What every command promises (docpipe(7)), from one table:
#	command kind	kind: names (reads names), stage (reads and adds to
#			records), keep (the same, with no worker), pass (passes
#			them on), run (no filter)
. "$(dirname "$0")/lib.sh"

table="doclist names
docscan stage
doctext stage
dococr stage
docpreview stage
docstore keep
docfind run
docprogress pass
docrun run
docbox run"

of_kind() { echo "$table" | awk -v k="$1" '$2 ~ k { print $1 }'; }

# A document nobody has to open, with everything a stage does not know; the
# white space, the order and the spelling of numbers are part of it.
doc='{"v":1,"type":"doc","id":"00","path":"a","zz":{"b":[1.50,-0,1E2,null]},'
doc=$doc' "x y" : "\u00e9\ud83d\ude00\/", "n":123456789012345678901234567890 }'
other='{"v": 1,"type":"note","path":7,"text":{"kept":true}}'
end='{"v":1,"type":"end","stage":"doclist","in":1,"out":1}'
printf '%s\n%s\n%s\n' "$doc" "$other" "$end" >good.ndjson
echo 'hello world' >a.txt
fixtures letter.pdf

quiet() { is "" "$(cat err)"; }

# One line on stderr, led by the command's name.
one_line() {
	lines 1 err
	grep -q "^$1: ." err || { cat err; return 1; }
}

# --- on the command line -----------------------------------------------------

help() {
	for option in -h --help; do
		status 0 "$1" "$option" >out 2>err
		quiet
		grep -q "^usage: $1 " out
		test "$(awk 'length > 80' out | wc -l)" -eq 0
	done
	# Of the same table: each long option is named, with its short form.
	"$1" --dump-options | awk -F '\t' '!/^@/ {
	    print ($1 == "" ? "    --" : "-" $1 ", --") $2 }' >dump
	test -s dump
	while IFS= read -r option; do
		grep -q -e "$option" out || { echo "no $option"; return 1; }
	done <dump
}

unique_letters() {
	"$1" --dump-options | awk -F '\t' '!/^@/ && $1 != "" { print $1 }' |
	    sort >all
	is "" "$(uniq -d all)"
}

version() {
	status 0 "$1" --version >out 2>err
	quiet
	lines 1 out
	grep -qx "$1 (docpipe) [0-9.]*" out
}

unknown_option() {
	status 2 "$1" --no-such-option a.txt >out 2>err
	one_line "$1"
	grep -q -e '--no-such-option' err
	status 2 "$1" -@ a.txt >>out 2>err
	one_line "$1"
	grep -q -e '-@' err
	# In a cluster, too, it is the option that is named, not its neighbour.
	flag=$("$1" --dump-options | awk -F '\t' '!/^@/ && !$3 && $1 != "h" {
	    print $1; exit }')
	status 2 "$1" "-$flag@" a.txt >>out 2>err
	one_line "$1"
	grep -q "'-.*@'" err
	test ! -s out
}

bad_value() {
	"$1" --dump-options | awk -F '\t' '!/^@/ && $3 ~ /^(N|D|SIZE)$/ {
	    print $2 }' >valued
	test -s valued
	while read -r long; do
		for v in x '' -1 1x 99999999999999999999999 ' 1' 1.5.1; do
			status 2 "$1" "--$long=$v" a.txt >out 2>err
			one_line "$1"
			grep -q -e "--$long" err
			test ! -s out
		done
	done <valued
	"$1" --dump-options | awk -F '\t' '!/^@/ && $5 { print $2 }' >choices
	while read -r long; do
		status 2 "$1" "--$long=nonesuch" a.txt >out 2>err
		one_line "$1"
		test ! -s out
	done <choices
}

missing_value() {
	"$1" --dump-options | awk -F '\t' '!/^@/ && $3 { print $2 }' >valued
	while read -r long; do
		status 2 "$1" "--$long" >out 2>err
		one_line "$1"
	done <valued
}

bad_tenant() {
	for t in ../x a/b .hidden '' "$(printf 'a\nb')" \
	    "$(printf '%070d' 0)"; do
		status 2 "$1" --tenant="$t" a.txt >out 2>err
		one_line "$1"
		test ! -s out
	done
}

help_full() {
	status 3 "$1" --help >/dev/full
	status 3 "$1" --version >/dev/full
}

# A pty as stdin, and no operand: nothing to do but say so.
terminal() {
	cat >on_tty.py <<'END'
import os, pty, subprocess, sys
master, slave = pty.openpty()
p = subprocess.run(sys.argv[1:], stdin=slave, stdout=subprocess.PIPE,
                   stderr=subprocess.PIPE, timeout=30)
sys.stderr.buffer.write(p.stderr)
sys.exit(p.returncode if not p.stdout else 99)
END
	status 2 python3 on_tty.py "$1" 2>err
	one_line "$1"
}

# --- streams -----------------------------------------------------------------

# The arguments and the input with which a command has something to write.
go() {
	case $(echo "$table" | awk -v c="$1" '$1 == c { print $2 }') in
	names) echo a.txt | "$@" ;;
	*) "$@" <good.ndjson ;;
	esac
}

full_disk() {
	go_full() { go "$1" >/dev/full; }
	got=0
	go_full "$1" 2>err || got=$?
	is 3 "$got"
	tail -n 1 err | grep -q "^$1: .*No space left" || { cat err; return 1; }
	clean
}

closed_fds() {
	got=0
	"$1" <&- >out 2>err || got=$?
	is 3 "$got"
	got=0
	go "$1" 2>err >&- || got=$?
	is 3 "$got"
	# Without stderr it works, and nothing else lands in fd 2.
	got=0
	go "$1" >out 2>&- || got=$?
	is 0 "$got"
	jq -e . out >/dev/null
	clean
}

# The reader goes away at once; killed by SIGPIPE, and without a word.
sigpipe() {
	cat >pipe.py <<'END'
import os, signal, subprocess, sys
r, w = os.pipe()
os.close(r)
with open(sys.argv[1], "rb") as f:
    p = subprocess.run(sys.argv[2:], stdin=f, stdout=w, timeout=60)
sys.exit(0 if p.returncode == -signal.SIGPIPE else
         "ended with %d" % p.returncode)
END
	case $1 in
	doclist) echo a.txt >in ;;
	*) cat good.ndjson >in ;;
	esac
	status 0 python3 pipe.py in "$1" 2>err
	grep -v '^docscan: no signature database' err >rest || :
	is "" "$(cat rest)"
	clean
}

# The same with a reader like head(1), which takes a line and goes: the rest
# meets a closed pipe at the very end.
sigpipe_late() {
	cat >head.py <<'END'
import os, signal, subprocess, sys
with open(sys.argv[1], "rb") as f:
    p = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
    lines = f.read()
first = lines.index(b"\n") + 1
p.stdin.write(lines[:first])
p.stdin.flush()
assert p.stdout.readline()
p.stdout.close()
p.stdin.write(lines[first:])
p.stdin.close()
rc = p.wait(60)
sys.exit(0 if rc == -signal.SIGPIPE else "ended with %d" % rc)
END
	case $1 in
	doclist) printf 'a.txt\na.txt\n' >in ;;
	*) cat good.ndjson >in ;;
	esac
	status 0 python3 head.py in "$1" 2>err
	grep -v '^docscan: no signature database' err >rest || :
	is "" "$(cat rest)"
	clean
}

# As under nohup, cron or a careless parent.
inherited_signals() {
	cat >ignored.py <<'END'
import os, signal, sys
for s in signal.SIGCHLD, signal.SIGPIPE:
    signal.signal(s, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD, signal.SIGPIPE,
                                          signal.SIGTERM])
os.execvp(sys.argv[1], sys.argv[1:])
END
	go_ignored() { go "$1" >out; }
	case $1 in
	doclist) echo a.txt >in ;;
	*) cat good.ndjson >in ;;
	esac
	status 0 python3 ignored.py "$1" <in >out
	is 1 "$(tail -n 1 out | grep -c '"end"')"
	clean
}

# SIGTERM in the middle: dies of it, leaves nothing.
terminated() {
	mkfifo fifo
	"$1" <fifo >out 2>err &
	pid=$!
	exec 7>fifo
	sleep 0.5
	kill -TERM "$pid"
	got=0
	wait "$pid" || got=$?
	exec 7>&-
	is 143 "$got"
	clean
}

# kill -9 of the supervisor: the engine and its workers go with it, its folders
# with the next that starts.
killed() {
	mkfifo fifo
	"$1" <fifo >out 2>err &
	pid=$!
	exec 7>fifo
	sleep 0.5
	kill -9 "$pid"
	wait "$pid" 2>/dev/null || :
	exec 7>&-
	tries=0
	until test -z "$(ours)" || test "$tries" -gt 40; do
		tries=$((tries + 1)); sleep 0.1
	done
	is '' "$(ours)"
	go "$1" >out 2>err
	clean
}

empty_input() {
	status 0 "$1" </dev/null >out 2>err
	case $(echo "$table" | awk -v c="$1" '$1 == c { print $2 }') in
	pass) test ! -s out ;;
	*)
		lines 1 out
		any '.type == "end" and .in == 0 and .out == 0' out
		;;
	esac
	clean
}

one_end_record() {
	go "$1" >out
	any ".type == \"end\" and .stage == \"$1\" and
	    .in == .out and .ok + .partial + .skipped + .error == .out" out
	is "$1" "$(tail -n 1 out | jq -r .stage)"
	jq -e '.sandbox.level and (.sandbox.missing | type == "array")' \
	    >/dev/null <<E
$(tail -n 1 out)
E
}

# --- records -----------------------------------------------------------------

# What it does not know comes out byte for byte, in its place.
survives() {
	status 0 "$1" <good.ndjson >out 2>err
	head -n 1 out >first
	case $2 in
	pass) is "$doc" "$(cat first)" ;;
	keep) is "${doc%\}},\"store\":{\"status\":\"ok\"}}" "$(cat first)" ;;
	*)
		start=${doc% \}}
		case $(cat first) in
		"$start"*',"'*'":{"status":"skipped"'*'}}') ;;
		*) cat first; return 1 ;;
		esac
		;;
	esac
	is "$other" "$(sed -n 2p out)"
	is "$end" "$(sed -n 3p out)"
}

# Its own key of an earlier run is replaced, not doubled.
replaces() {
	key=${1#doc}
	for line in '{"v":1,"type":"doc","KEY":{"status":"ok"},"id":"0","path":"a"}' \
	    '{"KEY":1,"v":1,"type":"doc","id":"0","path":"a"}' \
	    '{"v":1,"type":"doc","id":"0","path":"a" , "KEY" : [{"KEY":2}] }'; do
		echo "$line" | sed "s/KEY/$key/g" >in
		status 0 "$1" <in >out 2>err
		is 1 "$(head -n 1 out | grep -o "\"$key\" *:" | wc -l)"
		jq -e ".$key.status == \"skipped\"" >/dev/null <<E
$(head -n 1 out)
E
	done
}

missing_end() {
	echo "$doc" >in
	status 0 "$1" <in >out 2>err
	grep -q "^$1: .*no end record" err
	status 0 "$1" <good.ndjson >out 2>err
	if grep -q 'no end record' err; then return 1; fi
}

broken() { # NAME LINE: status 3, with the line's number
	{ echo "$doc"; printf '%b\n' "$2"; echo "$doc"; } >in
	status 3 "$1" <in >out 2>err
	tail -n 1 err | grep -q "^$1: line 2: ." || { cat err; return 1; }
	# No end record: what reads us must see that it broke.
	if grep -q '"end"' out; then return 1; fi
	clean
}

bad_line() {
	broken "$1" 'not json'
	broken "$1" ''
	broken "$1" '[1]'
	broken "$1" '{"v":1,"type":"doc","id":"0","path":"a"}}'
	broken "$1" '{"v":1,"type":"doc","id":"0","path":"a",}'
	broken "$1" '{"v":2,"type":"doc","id":"0","path":"a"}'
	broken "$1" '{"type":"doc","id":"0","path":"a"}'
	broken "$1" '{"v":1,"id":"0","path":"a"}'
	broken "$1" '{"v":1,"type":"doc","id":"0"}'
	broken "$1" '{"v":1,"type":"doc","id":"0","path":"a","path":"b"}'
	broken "$1" '{"v":1,"type":"doc","id":"0","path":"a","x":"\\ud800"}'
	broken "$1" '{"v":1,"type":"doc","id":"0","path":"a","x":01}'
}

not_utf8() {
	broken "$1" '{"v":1,"type":"doc","id":"0","path":"\0351"}'
	broken "$1" '{"v":1,"type":"doc","id":"0","path":"\0355\0240\0200"}'
	broken "$1" '{"v":1,"type":"doc","id":"0","path":"a","x\0300\0200":1}'
}

too_long() {
	python3 -c 'print("{\"v\":1,\"type\":\"doc\",\"id\":\"0\",\"path\":\"a\"," +
	    "\"x\":\"" + "y" * (9 << 20) + "\"}")' >in
	status 3 "$1" <in >out 2>err
	grep -q 'line 1 is longer' err
	clean
}

# A last line without its newline is a line all the same.
unfinished() {
	printf '%s' "$doc" >in
	status 0 "$1" <in >out 2>err
	is 1 "$(recs .id out | wc -l)"
}

# As other filters have it.
dash() {
	printf '%s\n' "$doc" >in
	status 0 "$1" - <in >out 2>err
	is 1 "$(recs .id out | wc -l)"
}

for c in $(of_kind .); do
	ok "$c: --help is on stdout, fits 80 columns, names all options" help "$c"
	ok "$c: no letter stands for two options" unique_letters "$c"
	ok "$c: --version" version "$c"
	ok "$c: an unknown option is status 2 and one line" unknown_option "$c"
	ok "$c: a bad value is status 2 and one line" bad_value "$c"
	ok "$c: a missing value is status 2" missing_value "$c"
	ok "$c: --help into a full disk is status 3" help_full "$c"
done

for c in $(of_kind 'names|stage'); do
	ok "$c: a bad tenant name is status 2" bad_tenant "$c"
done

for c in $(of_kind 'names|stage|keep|pass'); do
	ok "$c: stdin a terminal and no operand is status 2" terminal "$c"
	ok "$c: a full disk is status 3" full_disk "$c"
	ok "$c: closed fds 0, 1, 2" closed_fds "$c"
	ok "$c: dies quietly of SIGPIPE" sigpipe "$c"
	ok "$c: dies quietly of SIGPIPE at the end" sigpipe_late "$c"
	ok "$c: ignored and blocked signals do no harm" inherited_signals "$c"
	ok "$c: SIGTERM clears up and kills" terminated "$c"
	rm -f fifo
	ok "$c: kill -9 leaves nothing behind" killed "$c"
	rm -f fifo
	ok "$c: empty input" empty_input "$c"
done

for c in $(of_kind 'names|stage'); do
	ok "$c: one end record of its own, last, and it balances" \
	    one_end_record "$c"
done

for c in $(of_kind 'stage|keep|pass'); do
	kind=$(echo "$table" | awk -v c="$c" '$1 == c { print $2 }')
	ok "$c: unknown keys and types survive" survives "$c" "$kind"
	ok "$c: a missing end record is warned about" missing_end "$c"
	ok "$c: a bad line is status 3 with its number" bad_line "$c"
	ok "$c: a line that is not UTF-8 is status 3" not_utf8 "$c"
	ok "$c: a line of 9 MiB is status 3" too_long "$c"
	ok "$c: a last line without newline counts" unfinished "$c"
done

for c in $(of_kind stage); do
	ok "$c: its own key is replaced" replaces "$c"
	ok "$c: '-' is standard input" dash "$c"
done

# --- every EXIT: an error record is status 1, in both ways of calling --------

missing_operand() {
	status 1 "$1" nowhere.pdf >out 2>err
	all '.list.error.code == "not-found"' out
	is 1 "$(recs . out | wc -l)"
	clean
}
for c in $(of_kind 'names|stage'); do
	ok "$c: an operand that is not there is status 1" missing_operand "$c"
done

operand() {
	status "$2" "$1" f/letter.pdf >out 2>err
	is 1 "$(recs . out | wc -l)"
	is "doclist $1" "$(jq -r 'select(.type == "end") | .stage' out | xargs)"
	clean
}
ok "docscan FILE is doclist FILE | docscan" operand docscan 1
for c in doctext dococr docpreview; do
	ok "$c FILE is doclist FILE | $c" operand "$c" 0
done

# More than a stage holds back at once, through readers that are slow in turn:
# room that comes free in the output must wake the input.
chain() {
	awk 'BEGIN {
		for (i = 0; i < 20000; i++)
			printf "{\"v\":1,\"type\":\"doc\",\"id\":\"%d\"," \
			    "\"path\":\"p\",\"sha256\":\"%064d\"," \
			    "\"media\":\"application/x-none\",\"x\":\"%0700d\"}\n", i, 0, 0
	}' >many
	mkfifo a b c d
	doctext -q <many >a &
	docpreview -q <a >b &
	dococr -q <b >c &
	doctext -q <c >d &
	status 0 timeout 60 docpreview -q <d >out
	is 20000 "$(grep -c '"type":"doc"' out)"
	clean
}
ok 'a chain of stages with nothing to do comes to its end' chain

done_testing
