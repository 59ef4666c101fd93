#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docrun plan, shard, todo, merge: a run in pieces is that run.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
fixtures letter.pdf scan1.pdf locked.pdf damaged.pdf letter.docx mail.eml \
    box.tar.gz utf8.txt notice.png empty
make_fixtures db marker.ndb
ln -s letter.pdf f/link.pdf
echo text >"$(printf 'f/new\nline\\\377.txt')"
mkfifo f/fifo
files="f nowhere $scratch/f/utf8.txt"

# plan OPTION...: of the same run as `one`.
plan() {
	rm -rf RUN
	# shellcheck disable=SC2086 # words
	status 0 docrun plan -q -o RUN --db=db "$@" $files >out 2>err
	test ! -s out
}

todo() {
	status 0 docrun todo -r RUN >left
}

all_shards() {
	todo
	while read -r k; do
		status 0 docrun shard -r RUN "$@" "$k" >out 2>err
		test ! -s out
	done <left
}

same() {
	status 1 docrun merge -r RUN >out 2>err
	test ! -s out
	alike RUN/out.ndjson ONE/out.ndjson
}

pieces() {
	# shellcheck disable=SC2086 # words
	status 1 docrun -q -o RUN --db=db $files 2>err
	mv RUN ONE
	plan --shard-documents=4
	is 4 "$(wc -l <RUN/shards)"
	is 15 "$(wc -l <RUN/manifest)"
	is "4 4 4 3" "$(awk '{ print $4 + 0 }' RUN/shards | xargs)"
	# The largest first.
	todo
	awk '{ print $5 + 65536 * $4, $1 + 0 }' RUN/shards |
	    sort -k 1,1nr -k 2n | awk '{ print $2 }' >want
	cmp want left
	status 3 docrun merge -r RUN >out 2>err
	test ! -e RUN/out.ndjson
	all_shards
	is 0 "$(docrun todo -r RUN --count)"
	same
	# What it names is there.
	recs '.data, .text.file, .ocr.file, .ocr.merged, .preview.file |
	    select(.)' \
	    RUN/out.ndjson >named
	while IFS= read -r file; do test -f "$file"; done <named
	clean
}
ok 'the records of the shards are those of one docrun' pieces

again() {
	find RUN/out -type f -exec sha256sum {} + | sort >before
	status 0 docrun shard -v -r RUN 0 1 2>err
	is 2 "$(grep -c 'was done already' err)"
	find RUN/out -type f -exec sha256sum {} + | sort >after
	cmp before after
	status 2 docrun plan -q -o RUN f 2>err
	status 2 docrun -q -o RUN f 2>err
	lines 1 err
	cmp RUN/out.ndjson before 2>/dev/null || same
}
ok 'what is done is not done again; a plan is not written over' again

verified() {
	problems RUN 0
	jq -se '.[-1] | .complete and .files > 5' out
	is "$(recs .id RUN/out.ndjson | wc -l)" "$(jq -s '.[-1].documents' out)"
	cp -r RUN KEPT
	# Not merged; a shard that is not done.
	rm RUN/out.ndjson
	problems RUN 3
	rm RUN/out/*/*2.ndjson
	problems RUN 3
	rm -r RUN; cp -r KEPT RUN
	# Records of the merged run, of a shard; a file that is gone.
	sed -i '2s/"tenant"/"tenent"/' RUN/out.ndjson
	problems RUN 1 'out.ndjson:2 another record than in shard 0:2'
	sed -i '2d' RUN/out.ndjson
	status 1 docrun verify -q RUN
	cp KEPT/out.ndjson RUN/
	sed -i '$s/"out":/"out":1/' RUN/out.ndjson
	problems RUN 1 'out.ndjson the end records'
	cp KEPT/out.ndjson RUN/
	printf x >>RUN/out/0000000/0000000001.ndjson
	problems RUN 1 'shard 1 '
	cp KEPT/out/0000000/0000000001.ndjson RUN/out/0000000/
	sed -i '1s/"tenant"/"tenent"/' RUN/out/0000000/0000000001.ndjson
	problems RUN 1 'another record than in shard 1:1' 'shard 1 another digest'
	cp KEPT/out/0000000/0000000001.ndjson RUN/out/0000000/
	rm "$(recs 'select(.path == "f/letter.docx").text.file' RUN/out.ndjson)"
	problems RUN 1 'text.file: No such file'
	rm -r RUN
	mv KEPT RUN
}
ok 'docrun verify: shards, the merged run, the files' verified

wrong() {
	for bad in '-r RUN' '-r RUN 99' '-r RUN x' '-r nowhere 0' '0' \
	    '-r RUN -b 2 1' '-r f 0'; do
		# shellcheck disable=SC2086 # words
		status 2 docrun shard $bad >out 2>err ||
		    status 3 docrun shard $bad >out 2>err
		lines 1 err
	done
	status 2 docrun plan -q -o R2 empty-folder-that-is-not 2>err || :
	rm -rf R2
	mkdir hollow
	status 2 docrun plan -q -o R2 hollow 2>err
	lines 1 err
	test ! -e R2/plan.json
}
ok 'wrong numbers, no plan, no files' wrong

engines() {
	plan --shard-documents=4 -g text
	SLURM_ARRAY_TASK_ID=2 status 0 docrun shard -v -r RUN 2>err
	grep -q 'shard 2 is done' err
	JOB_COMPLETION_INDEX=0 status 0 docrun shard -v -r RUN --every=3 2>err
	grep -q 'shard 0 is done' err
	grep -q 'shard 3 is done' err
	LSB_JOBINDEX=2 status 0 docrun shard -v -r RUN --base=1 2>err
	grep -q 'shard 1 is done' err
	is 0 "$(docrun todo -r RUN --count)"
}
ok 'the number from the engine' engines

missing() {
	rm RUN/out/0000000/0000000001.ndjson
	is 1 "$(docrun todo -r RUN)"
	status 3 docrun merge -r RUN 2>err
	grep -q 'shard 1 is not done' err
	status 3 docrun merge -r RUN --partial 2>err
	is 11 "$(recs 'select(.parent == null).id' RUN/out.ndjson | wc -l)"
	status 0 docrun shard -r RUN 1 2>err
	is 0 "$(docrun todo -r RUN --count)"
	# A byte that changed.
	sed -i '1s/"size":\([0-9]\)/"size":9\1/' \
	    RUN/out/0000000/0000000001.ndjson
	status 3 docrun merge -r RUN 2>err
	grep -q 'digest of shard 1 is wrong' err
	head -n 3 RUN/out/0000000/0000000002.ndjson >short
	cp short RUN/out/0000000/0000000002.ndjson
	rm RUN/out/0000000/0000000001.ndjson
	status 0 docrun shard -r RUN 1 2>err
	status 3 docrun merge -r RUN 2>err
}
ok 'a merge that lacks something is refused' missing

changed() {
	cp -a f/utf8.txt kept
	plan --shard-documents=100 -g text
	echo changed >>f/utf8.txt
	all_shards
	grep -q '2 inputs are not what was planned' err
	status 1 docrun merge -r RUN 2>err
	is "changed changed" "$(recs 'select(.path | endswith("utf8.txt")) |
	    .list.error.code' RUN/out.ndjson | xargs)"
	# By time and size, without reading: the same.
	cp -a kept f/utf8.txt
	plan --trust-times --shard-documents=100 -g text
	is 15 "$(grep -c '^----------' RUN/manifest)"
	touch f/utf8.txt
	all_shards
	status 1 docrun merge -r RUN 2>err
	is "changed changed" "$(recs 'select(.list.error.code == "changed") |
	    .list.error.code' RUN/out.ndjson | xargs)"
	cp -a kept f/utf8.txt
	# The plan itself.
	plan --shard-documents=100 -g text
	sed -i 's/letter/lettre/' RUN/manifest
	status 3 docrun shard -r RUN 0 2>err
	grep -q 'not as it was planned' err
}
ok 'an input that changed is said; a manifest that changed is refused' changed

signatures() {
	plan -g scan --shard-documents=100
	cp db/marker.ndb kept.ndb
	echo 'Other:0:*:6f746865726f74686572' >>db/marker.ndb
	status 2 docrun shard -r RUN 0 2>err
	grep -q 'other versions than planned: docscan has' err
	is 1 "$(docrun todo -r RUN --count)"
	cp kept.ndb db/marker.ndb
}
ok 'other signatures than planned are refused' signatures

shapes() {
	mkdir many
	for i in $(seq 300); do echo "$i" >"many/$i"; done
	status 0 docrun plan -q -o M1 -g text many
	is "256 44" "$(awk '{ print $4 + 0 }' M1/shards | xargs)"
	# Not smaller than ten seconds of work.
	status 0 docrun plan -q -o M2 -g text --slots=4 many
	is "64 64 64 64 44" "$(awk '{ print $4 + 0 }' M2/shards | xargs)"
	status 0 docrun plan -q -o M3 -g text --shard-bytes=200 many
	test "$(wc -l <M3/shards)" -gt 3
	# A tenant of its own has shards of its own.
	status 0 docrun plan -q -o M4 -g text -T other=f many
	is "13 256 44" "$(awk '{ print $4 + 0 }' M4/shards | xargs)"
	is "other default" "$(cut -d ' ' -f 4 M4/manifest | uniq | xargs)"
	echo '{"tenant":"t","source":"f","documents":3}' >quota
	status 2 docrun plan -q -o M5 -g text -w quota
	grep -q . M4/facts
}
ok 'shards by files, bytes, slots and tenants' shapes

# Killed in the middle of each call that writes the result: nothing that is no
# shard is taken for one.
crashes() {
	plan --shard-documents=100 -g text
	n=0
	for call in link fdatasync syncfs fsync; do
		strace -qq -o trace -e trace=$call \
		    -e inject=$call:signal=KILL:when=1 \
		    docrun shard -r RUN 0 >out 2>err && return 1
		n=$((n + 1))
	done
	left=$(docrun todo -r RUN --count)
	status 0 docrun shard -r RUN 0 2>err
	is 4 $n
	test "$left" -le 1
	status 1 docrun merge -r RUN 2>err
	is "" "$(find RUN/out -name '.*')"
	is 15 "$(recs 'select(.parent == null).id' RUN/out.ndjson | wc -l)"
	rm -rf "${TMPDIR:?}"/*
}
if strace -qq true 2>/dev/null; then
	ok 'killed at each step of the commit' crashes
else
	skip 'killed at each step of the commit' 'strace does not run here'
fi

# Without a shared file system; the other host is this one, by a false ssh.
false_ssh
bundles() {
	rm -rf f/fifo ONE RUN
	# shellcheck disable=SC2086 # words
	status 1 docrun -q -o RUN --db=db -g text,preview $files 2>err
	mv RUN ONE
	plan --shard-documents=5 -g text,preview
	all_shards --on=other --remote="$DOC_BIN/docrun"
	same
	recs '.data, .text.file, .preview.file | select(.)' RUN/out.ndjson \
	    >named
	while IFS= read -r file; do test -f "$file"; done <named
	clean
}
ok 'bundles: the same records' bundles

# What comes back is looked at as if a stranger had sent it.
liars() {
	plan --shard-documents=100 -g text
	for lie in 's/^sum ./sum 0/' 's/^spool .*/spool relative/' \
	    's/^object \([0-9]*\) default/object \1 other/' '$d' \
	    's/^object \([0-9]*\) .*/object \1 ..\/..\/x/' \
	    's/"type":"doc"/"type":"dog"/' 's/^done .*/done 1/' \
	    's/^records [0-9]*/records 10/'; do
		cat >liar <<END
#!/bin/sh
while test "\$1" != --; do shift; done
shift 2
sh -c "\$*" >$scratch/true
sed '$lie' $scratch/true
END
		chmod 755 liar
		DOCPIPE_SSH=$scratch/liar status 3 docrun shard -r RUN \
		    --on=liar --remote="$DOC_BIN/docrun" 0 >out 2>err
		is 1 "$(docrun todo -r RUN --count)"
	done
	test ! -e x
	clean
}
ok 'a host that lies is not believed' liars

if test -n "$(command -v parallel)"; then
	fleet() {
		rm -rf RUN
		printf 'one\n# a remark\n\n2/two\n' >list
		# shellcheck disable=SC2086 # words
		status 1 docrun -v -o RUN --hosts=list --shard-documents=4 \
		    --db=db -g text,preview $files 2>err
		alike RUN/out.ndjson ONE/out.ndjson
		is 'done 1 100' "$(jq -r '"\(.state) \(.status) \(.percent)"' \
		    RUN/status.json)"
		is 4 "$(sed -n 's/.* did \([0-9]*\) shards.*/\1/p' err |
		    awk '{ n += $1 } END { print n }')"
		# Once more: nothing to do.
		# shellcheck disable=SC2086 # words
		status 1 docrun -q -o RUN --hosts=list --shard-documents=4 \
		    --db=db -g text,preview $files 2>err
		# Other settings are another run.
		status 2 docrun -q -o RUN --hosts=list -g text f 2>err
		for bad in 'a b/c' '0/x' -oProxyCommand=x 'x;y' "$(printf 'x\nx')"
		do
			echo "$bad" >bad
			status 2 docrun -q -o R9 --hosts=bad f 2>err
			rm -rf R9
		done
		clean
	}
	ok 'docrun --hosts' fleet
else
	skip 'docrun --hosts' 'no GNU parallel'
fi

# What would be lost is refused, and nothing is left of it.
refused() {
	for option in --junit=x --sarif=x --summary --events=x --deadline=1h \
	    --watch; do
		status 2 docrun plan -o R8 -g text "$option" f 2>err
		test -s err
		status 2 docrun -o R8 -g text --hosts=/dev/null "$option" f 2>err
		test -s err
		test ! -e R8
		test ! -e x
	done
}
ok 'docrun plan: what needs one docrun is refused' refused

# --- examples/fleet ----------------------------------------------------------

ex=$top/examples/fleet
pile() {
	rm -rf P pile
	mkdir pile
	for i in 1 2 3; do echo "letter $i" >pile/$i.txt; done
	status 0 docrun plan -q -o P -g text --shard-documents=1 pile
}

is_whole() {
	is 3 "$(recs .text.words P/out.ndjson | wc -l)"
	is 0 "$(docrun todo -r P --count)"
}

# A Slurm that runs the tasks here, and loses the first one.
slurm() {
	pile
	mkdir -p slurm
	cat >slurm/sbatch <<'END'
#!/bin/sh
for word; do
	case $word in
	--array=*) last=${word#--array=0-} last=${last%\%*} ;;
	--wrap=*) job=${word#--wrap=} ;;
	esac
done
for k in $(seq 0 "$last"); do
	if test "$k" -eq 0 && mkdir lost 2>/dev/null; then continue; fi
	SLURM_ARRAY_TASK_ID=$k sh -c "$job" || exit 1
done
END
	chmod 755 slurm/sbatch
	PATH=$PWD/slurm:$PATH status 0 "$ex/slurm.sh" P 2
	is_whole
	test -d lost
}
ok 'examples: a Slurm array' slurm

make_() {
	pile
	status 0 make -s -j 2 -f "$ex/shards.mk" RUN=P
	is_whole
}
ok 'examples: make -j' make_

spark() {
	pile
	cat >context.py <<'END'
import subprocess, sys
sys.path.insert(0, sys.argv[1])
import spark

class Piped:
    def __init__(self, items, n):
        self.items, self.n = items, n
    def pipe(self, command, checkCode=False):
        for item in self.items:
            p = subprocess.run(command, shell=True, input=item.encode() + b"\n")
            if p.returncode and checkCode:
                raise RuntimeError("Pipe function `%s' exited with error code "
                                   "%d" % (command, p.returncode))
        return self
    def count(self):
        return self.n

class Context:
    def parallelize(self, items, n):
        return Piped(items, n)

sys.exit(spark.main(Context(), sys.argv[2]))
END
	status 0 python3 -B context.py "$ex" P
	is_whole
	# A shard that cannot be done must not look like one that is.
	pile
	sed -i 's/letter/lettre/; s/1.txt/7.txt/' P/manifest
	status 1 python3 -B context.py "$ex" P
}
ok 'examples: Spark, which heeds the exit status' spark

stream() {
	pile
	limit=60 status 0 "$ex/parallel.sh" pile >out 2>err
	is 3 "$(recs .text.words out | wc -l)"
}
if test -n "$(command -v parallel)"; then
	ok 'examples: one line of parallel' stream
else
	skip 'examples: one line of parallel' 'no GNU parallel'
fi

manifest() {
	cat >job.py <<'END'
import sys, yaml
job = yaml.safe_load(open(sys.argv[1]))
assert job["apiVersion"] == "batch/v1" and job["kind"] == "Job"
spec = job["spec"]
assert spec["completionMode"] == "Indexed"
assert 0 < spec["parallelism"] <= spec["completions"] <= 100000
# podFailurePolicy wants Never; backoffLimitPerIndex wants Indexed.
pod = spec["template"]["spec"]
assert pod["restartPolicy"] == "Never"
box, = pod["containers"]
for rule in spec["podFailurePolicy"]["rules"]:
    assert rule["action"] in ("FailIndex", "Ignore", "FailJob", "Count")
    codes = rule.get("onExitCodes")
    assert codes is None or (codes["containerName"] == box["name"] and
                             0 not in codes["values"])
assert box["command"][:2] == ["docrun", "shard"]
assert {m["name"] for m in box["volumeMounts"]} == {
    v["name"] for v in pod["volumes"]}
assert box["securityContext"]["allowPrivilegeEscalation"] is False
END
	/usr/bin/python3 job.py "$ex/kubernetes.yaml"
}
if /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	ok 'examples: the Kubernetes manifest' manifest
else
	skip 'examples: the Kubernetes manifest' 'no python3-yaml'
fi
# A stage of one's own sees what its docrun was told.
budgets() {
	plan --shard-documents=8 --stages=see --stage="see=tr '\\0' '\\n' \
	    </proc/\$PPID/cmdline >>$scratch/told; cat" --memory-total=900M \
	    --memory=400M --nice=3 --cpu=40s --ionice=low
	rm -f told
	status 0 docrun shard -r RUN -j 8 0 2>err
	for option in --memory-total=943718400 --memory=419430400 --nice=3 \
	    --cpu=40000ms --ionice=low; do
		grep -qx -e "$option" told
	done
	rm -rf RUN
}
ok 'a shard is given the budgets of the run' budgets

done_testing
