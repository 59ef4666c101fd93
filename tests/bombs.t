#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Small files that unpack, expand or repeat to more than anybody has
# (tests/fixtures/bombs.py): within the configured memory, disk and time, and a
# record that names the limit.  DOC_BOMBS=all: those that take their time, too
# (tests/soak/bombs.sh).
. "$(dirname "$0")/lib.sh"

# Of the configured ones, the engine's own size on top; ASan is another world.
PEAK_MB=260 DISK_MB=24
test "${DOC_SANITIZED:-}" && PEAK_MB=1000000

# Largest resident set of any process of ours goes to ./peak, in MB.
cat >peak.py <<'E'
import resource, subprocess, sys
rc = subprocess.call(sys.argv[1:])
with open("peak", "w") as f:
    f.write("%d\n" % (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
                      >> 10))
sys.exit(rc if rc >= 0 else 99)
E

# ended COMMAND...: by itself, with status 0 or 1, and small.
ended() {
	got=0
	timeout -k 5 200 python3 peak.py "$@" || got=$?
	test "$got" -le 1 || { echo "status $got"; return 1; }
	test "$(cat peak)" -le "$PEAK_MB" || {
		echo "$(cat peak) MB of memory"; return 1; }
}

# defuse FILE WANT...: each WANT is a word that stands for the document or one
# of its members: STAGE=STATUS:REASONS:CODE.
defuse() {
	file=$1; shift
	python3 "$top/tests/fixtures/bombs.py" b "$file"
	rm -rf "$DOCPIPE_SPOOL"
	ended doclist -j 2 -b 16M -n 100 -d 4 -m 128M -M 16M -t 100s -c 20s \
	    "b/$file" >list
	case $file in
	*.zip | *.gz | *.tar) cp list text ;;
	*) ended doctext -j 2 -m 128M -M 2M -t 100s -c 10s <list >text ;;
	esac
	case $file in
	*.png) ended docpreview -j 2 -m 128M -t 100s -c 10s <text >out ;;
	*) cp text out ;;
	esac
	test "$(du -sm "$DOCPIPE_SPOOL" | cut -f 1)" -le "$DISK_MB"
	recs '. as $d | ("list", "text", "preview") as $k | $d[$k] |
	    select(.) | "\($k)=\(.status):\(.reasons // [] |
	    join(",")):\(.error.code // "")"' out | sort -u >have
	for want; do
		grep -qxF "$want" have || { echo "no $want in"; cat have
			return 1; }
	done
	any '.type == "end" and .in == .out' out
	clean
}

while read -r file wants; do
	# shellcheck disable=SC2086 # words
	ok "$file" defuse "$file" $wants
done <<'E'
nested.zip list=partial:members:
tiny.tar.gz list=partial:members:
liar.tar list=error::damaged
recursive.eml list=partial:depth:
pages.pdf text=error::damaged
laughs.html text=ok::
laughs.svg text=partial:damaged:
laughs.docx text=partial:damaged:
repeat.ods text=ok::
spaces.odt text=partial:output:
deep.html text=ok::
deep.rtf text=ok::
pixels.png preview=error::pixels
E

if test "${DOC_BOMBS:-}" = all; then
	while read -r file wants; do
		# shellcheck disable=SC2086 # words
		ok "$file" defuse "$file" $wants
	done <<'E'
gzip.gz list=error::bytes
liar.zip list=error::bytes
base64.eml list=error::bytes
large.docx text=error::memory
cells.xlsx text=partial:output:
stream.pdf text=error::cpu
E
fi

done_testing
