#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One cache for several runs at once, each of them killed now and then: no run
# gets a stale or a torn result.  And what a second run costs, counted in
# documents that were worked on.  The figures are comments in the log.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
make_fixtures kinds letter.pdf letter.docx diary.html utf8.txt orders.xlsx \
    notice.png scan1.pdf
make_fixtures db marker.ndb

# 20 of each kind, each content once.
python3 - <<'E'
import os, shutil
os.makedirs("in")
for name in os.listdir("kinds"):
    for i in range(20):
        to = "in/%02d-%s" % (i, name)
        shutil.copy("kinds/" + name, to)
        with open(to, "ab") as f:
            f.write(b"\n" * i)
E

cat >run <<'E'
#!/bin/sh
dir=$1; shift
exec docrun -q -o "$dir" --spool SP --db db --progress none "$@"
E
chmod +x run

# The documents, whoever wrote them.
sorted() {
	jq -cS 'select(.type == "doc")' "$1/out.ndjson" | sort
}

# worked DIR: results of the stages that were not known already.
worked() {
	jq -s '[.[] | select(.type == "end" and .stage != "doclist") |
	    .ok + .partial + .error - .cached] | add' "$1/out.ndjson"
}

exec 3>&1

shared() {
	docrun -q -o want --spool alone --db db --progress none in || test $? = 1
	sorted want | sed 's|/alone/|/SP/|g' >want.s
	cat >kills.py <<'E'
import os, random, signal, subprocess, sys, time
rng = random.Random(3)
runs = {"r%d" % i: None for i in range(4)}
kills = 0
deadline = time.monotonic() + 1200
while runs and time.monotonic() < deadline:
    for name, p in list(runs.items()):
        rc = p.poll() if p else -9
        if rc in (0, 1):
            del runs[name]
        elif rc is not None:
            runs[name] = subprocess.Popen(["./run", name, "in"])
    time.sleep(rng.uniform(0.1, 1.0))
    if kills < int(sys.argv[1]) and runs:
        p = runs[rng.choice(list(runs))]
        stages = subprocess.run(["pgrep", "-P", str(p.pid)],
                                capture_output=True, text=True).stdout.split()
        try:
            os.kill(int(rng.choice(stages + [p.pid])), signal.SIGKILL)
            kills += 1
        except (ProcessLookupError, IndexError):
            pass
print("# %d kills, %d runs not over" % (kills, len(runs)))
sys.exit(bool(runs))
E
	python3 kills.py "${KILLS:-60}" >&3
	for r in r0 r1 r2 r3; do
		sorted $r >got
		diff want.s got
	done
	is "" "$(find SP -name '*.json' -size 0)"
}
ok 'four runs at once, killed, with one cache' shared

costs() {
	rm -rf SP
	./run first in || test $? = 1
	./run second in || test $? = 1
	first=$(worked first) second=$(worked second)
	cp -r db db2
	echo 'Another.Test:0:*:7a7a7a7a7a717171' >>db2/marker.ndb
	./run third --db db2 in || test $? = 1
	mkdir half
	for f in in/*; do cp "$f" half/; cp "$f" "half/again-${f#in/}"; done
	docrun -q -o twice --spool SP3 --db db --progress none half ||
	    test $? = 1
	echo "# results worked out: first run $first, second $second," \
	    "new signatures $(worked third), each content twice" \
	    "$(worked twice)" >&3
	is 0 "$second"
	is "$(recs .id third/out.ndjson | wc -l)" "$(worked third)"
	# But for a content that is at work twice at the same moment.
	test "$(worked twice)" -lt $((first + first / 20))
}
ok 'what a second run works on' costs

done_testing
