#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docstore and docfind with RECORDS (a million) records of about 1 KB: how fast,
# how large, how long a search takes, and is it all there.  The figures are
# comments in the log (build/soak-logs); only what must hold fails.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

records=${RECORDS:-1000000}
# Documents of 4 KiB of text, for the rate of the index.
texts=${TEXTS:-20000}

cat >gen.py <<'E'
"""gen.py RECORDS [SPOOL]: records as all stages together write them; with a
spool, texts of 4 KiB in it."""
import hashlib, itertools, os, random, sys
n, spool = int(sys.argv[1]), (sys.argv + [""])[2]
kinds = [("application/pdf", "clean"), ("image/png", "clean"),
         ("message/rfc822", "clean"), ("application/zip", "incomplete")]
rng = random.Random(1)
words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(3, 9)))
         for _ in range(20000)]
weights = list(itertools.accumulate(1 / (i + 1) for i in range(len(words))))

def some(k):
    return " ".join(rng.choices(words, cum_weights=weights, k=k))

for i in range(n):
    h = hashlib.sha256(b"%d" % i).hexdigest()
    media, verdict = kinds[i % 4]
    if i % 1000 == 7:
        verdict = "infected"
    text = '"title":"%s"' % some(8)
    if spool:
        name = "%s/t%d/%s.txt" % (spool, i % 10, h)
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "w") as f:
            f.write(some(620))
        text += ',"file":"%s","bytes":4096' % name
    print('{"v":1,"type":"doc","id":"%s","tenant":"t%d",'
          '"path":"in/%d/file-%d.pdf","size":%d,'
          '"mtime":"2026-01-01T00:00:00Z","sha256":"%s","media":"%s",'
          '"list":{"status":"ok"},"scan":{"status":"ok","verdict":"%s",'
          '"scanned":123,"db":"%s"},"text":{"status":"ok",%s,'
          '"creator":"Some Body","pages":%d,"words":%d,"chars":12345,'
          '"producer":"A program that makes documents 1.2",'
          '"created":"2026-01-01T00:00:00Z"},"ocr":{"status":"skipped",'
          '"reasons":["has-text"]},"preview":{"status":"ok",'
          '"file":"/x/spool/t/aa/%s/preview-0123456789abcdef.webp",'
          '"bytes":4000,"pages":3,"width":181,"height":256,"phash":"%s"}}'
          % (h[:32], i % 10, i // 1000, i, i * 7, h, media, verdict, h[:32],
             text, i % 50, i % 5000, h, h[-16:]))
print('{"v":1,"type":"end","stage":"doclist","in":%d,"out":%d}' % (n, n))
E

# timed NAME COMMAND...: its seconds, as a comment.
timed() {
	what=$1; shift
	start=$(date +%s%N)
	rc=0
	"$@" || rc=$?
	ms=$((($(date +%s%N) - start) / 1000000))
	echo "# $what: $((ms / 1000)).$(printf %03d $((ms % 1000))) s" >&3
	return "$rc"
}

bytes() {
	cat "$1"* | wc -c
}

exec 3>&1

store() { # FILE INPUT OPTION...
	limit=3600 timed "$1, $(wc -l <"$2") lines" status 0 docstore -q \
	    -f "$1" "$3" <"$2" >out
	tail -n 1 out | jq -e '.in == .ok'
	echo "# $1: $(bytes "$1") bytes" >&3
}

few_and_many() {
	python3 gen.py "$records" >many
	echo "# $(wc -c <many) bytes of records" >&3
	store fields.db many --no-text
	store words.db many --max-text=16M
	# The same again: nothing is written.
	store words.db many --max-text=16M
}
ok "$records records, without and with an index of their titles" few_and_many

check() {
	limit=3600 timed 'check' status 0 docstore --check -f words.db >out
	is "$records documents" "$(cut -d , -f 1 out)"
}
ok 'the store is in order' check

search() { # NAME ARG...
	name=$1; shift
	timed "docfind $name" docfind -f words.db "$@" >found || test $? -eq 1
}

# The most frequent word is in half of the titles; ranking looks at them all.
searches() {
	python3 gen.py 1 >/dev/null
	docfind -f words.db -n 1 -P json >found
	word=$(recs .text.title found | cut -d ' ' -f 1)
	rare=$(recs .text.title found | tr ' ' '\n' | awk '
	    length > max { max = length; w = $0 } END { print w }')
	search 'one word' "$rare"
	search 'two words' "$word $rare"
	search 'a frequent word' "$word"
	search 'a frequent word, counted' -c "$word"
	search 'infected' -V infected -n 0
	search 'a type, a verdict, a tenant' -t pdf -V clean -T t0
	search 'a word, a type, a verdict' "$rare" -t pdf -V clean
	search 'a digest' -x "$(recs .sha256 found | head -n 1)"
	search 'similar' --similar=0123456789abcdef
	search 'the largest' -o size
	is "$((records / 1000))" "$(docfind -f words.db -V infected -c)"
}
ok 'searches' searches

index() {
	python3 gen.py "$texts" "$DOCPIPE_SPOOL" >some
	limit=3600 timed "$texts texts of 4 KiB" status 0 docstore -q \
	    -f texts.db <some >out
	echo "# texts.db: $(bytes texts.db) bytes" >&3
	limit=3600 timed 'rebuild' status 0 docstore --rebuild -f texts.db
	is "$texts documents, $texts texts in the index" \
	    "$(docstore --check -f texts.db)"
}
ok 'the rate of the index' index

# Memory does not grow with the stream.
memory() {
	cat >rss.py <<'E'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdin=sys.stdin, stdout=subprocess.DEVNULL,
               check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
E
	head -n 100000 many >tenth
	small=$(python3 rss.py docstore -q -f m1.db <tenth)
	large=$(python3 rss.py docstore -q -f m2.db <many)
	echo "# KiB: $small for 100,000 records, $large for all" >&3
	test "$large" -lt $((small * 2))
}
ok 'memory stays' memory

done_testing
