#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The cage in many worlds, for real: what each one has is tried, named, kept to
# and demanded; and what a running stage looks like from outside.
# What a worker cannot do in there is tests/cage/attack.c's business.
. "$(dirname "$0")/lib.sh"

unit=$(dirname "$DOC_BIN")/unit
hostile=$(dirname "$DOC_BIN")/hostile
fixtures letter.docx marked.zip marker.ndb plain.txt
# Files of somebody else, under names with and without links; what a world
# leaves behind is in ./shared.
chmod -R a+rX f
mkdir -m 1777 shared
TMPDIR=$scratch/shared/tmp DOCPIPE_SPOOL=$scratch/shared/spool

# Nobody's results are somebody else's.
fresh() {
	rm -rf shared/* && mkdir -m 777 shared/tmp shared/spool
}
fresh

# --- what a machine has ------------------------------------------------------

docrun --doctor --json >here.json 2>err || :
here=$(jq -r '.missing - ["cgroup", "scope"] | join(" ")' here.json)
abi=$(jq .landlock_abi here.json)

# says FILE LEVEL MISSING PRESENT: the doctor, or an end record's sandbox.
says() {
	is "$2" "$(jq -r 'if .level == "memory" then "network" else .level end' \
	    "$1")"
	for m in $3; do any ".missing | index(\"$m\")" "$1"; done
	for m in $4; do any ".missing | index(\"$m\") | not" "$1"; done
}

# Both stages agree with the doctor about the cage, and see what there is to
# see: Landlock, a private root and whatever else there is let pass what they
# need, and their self-tests are the proof.
agree() {
	jq -c '{level, missing}' doctor.json >want
	for stage in list text scan; do
		jq -c "select(.type == \"end\" and .stage == \"doc$stage\") |
		    .sandbox" $stage.out >got
		diff want got
	done
	is 'ok text/plain' "$(recs '"\(.list.status) \(.media)"' list.out)"
	any '.text.content | strings | test("waistcoat")' text.out
	any '.scan.verdict == "infected"' scan.out
}

# ends N COMMAND...: as status, for functions.
ends() {
	want=$1; shift; got=0
	"$@" || got=$?
	is "exit $want" "exit $got"
}

# world LEVEL MISSING PRESENT COMMAND...: COMMAND runs another one there.
world() {
	level=$1 missing=$2 present=$3
	shift 3
	fresh
	ends 0 "$@" docrun --doctor --json >doctor.json
	says doctor.json "$level" "$missing" "$present"
	ends 0 "$@" doclist f/plain.txt >list.out
	ends 0 "$@" doctext --inline f/letter.docx >text.out
	ends 0 "$@" docscan -d f f/marked.zip >scan.out
	agree
	is '' "$(ls -A shared/tmp)"
}

# refuses LEVEL COMMAND...: less than is required, and said so; whoever takes it
# gets it, and is told in each end record.
refuses() {
	level=$1
	shift
	fresh
	ends 4 "$@" docrun --doctor --json >doctor.json
	is "$level" "$(jq -r .level doctor.json)"
	ends 4 "$@" docscan -d f f/marked.zip >scan.out 2>err
	grep -q "level '$level', and 'files' is required" err
	lines 0 scan.out
	ends 0 "$@" docscan -A -d f f/marked.zip >scan.out 2>err
	grep -q "weaker cage than required: '$level', not 'files'" err
	all '.list.status == "ok"' scan.out
	is "$level $level" "$(jq -r 'select(.type == "end").sandbox.level' \
	    scan.out | xargs)"
}

# Ways to enter a world: none hangs for ever.
limited() { timeout -k 5 60 "$@"; }
nobody() { limited setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

bwrapped() {
	limited bwrap --unshare-all --die-with-parent --ro-bind / / \
	    --bind "$scratch" "$scratch" --proc /proc --dev /dev "$@"
}
bwrapped_nobody() {
	nobody bwrap --unshare-all --die-with-parent --ro-bind / / \
	    --bind "$scratch" "$scratch" --proc /proc --dev /dev "$@"
}

# contained UID COMMAND...: as Docker does it.
contained() {
	rm -rf bundle
	python3 "$top/tests/cage/oci.py" bundle "$scratch" "$top" "$@"
	limited runc --root "$scratch/runc" run --bundle bundle \
	    "docpipe-test-$$" </dev/null
}

# emulated NAME COMMAND...
emulated() { limited "$unit/world" "$@"; }

# try NAME NEEDED COMMAND...: NEEDED is a command, or - for none.
try() {
	name=$1 needed=$2
	shift 2
	if test "$here"; then
		skip "$name" "this machine lacks $here"
	elif test "${DOC_SANITIZED:-}" && test "$needed" = runc; then
		skip "$name" 'sanitized programs do not come up in there'
	elif test "$needed" != - && ! command -v "$needed" >/dev/null; then
		skip "$name" "no $needed"
	else
		ok "$name" "$@"
	fi
}

tcp=network
test "$abi" -ge 4 || tcp=files
all='landlock netns ipcns mountns userns seccomp rlimit'
few='netns ipcns mountns'

if test "$(id -u)" = 0; then
	try 'root' - world network '' "$all" limited
	try 'an ordinary user' setpriv world network '' "$all" nobody
	try 'bubblewrap, an ordinary user' bwrap \
	    world network '' "$all" bwrapped_nobody
	try 'bubblewrap without namespaces inside' bwrap \
	    world $tcp "$few userns" 'landlock seccomp' \
	    bwrapped_nobody --unshare-user --disable-userns
	try "Docker's profile, root" runc \
	    world $tcp "$few" 'landlock seccomp' contained 0
	try "Docker's profile, an ordinary user" runc \
	    world $tcp "$few userns" 'landlock seccomp' contained 65534
else
	try 'an ordinary user' - world network '' "$all" limited
	for name in root 'bubblewrap, an ordinary user' \
	    'bubblewrap without namespaces inside' \
	    "Docker's profile, root" "Docker's profile, an ordinary user"; do
		skip "$name" 'needs root'
	done
fi
try 'bubblewrap' bwrap world network '' "$all" bwrapped
try 'Landlock not built in' - world network 'landlock scope' 'mountns netns' \
    emulated no-landlock
try 'Landlock off' - world network 'landlock scope' 'mountns netns' \
    emulated landlock-off
try 'Landlock of Debian 12' - world network scope "$all" emulated abi-2
try 'Landlock of Debian 12, no namespaces' - world files "scope $few" landlock \
    emulated abi-2 "$unit/world" no-namespaces
try 'the first Landlock' - world network scope "$all" emulated abi-1
try 'no namespaces' - world $tcp "$few" landlock emulated no-namespaces
try 'no mounts' - world network mountns 'landlock netns' emulated no-mounts
try 'a kernel before openat2' - world network '' "$all" emulated no-openat2
try 'neither Landlock nor namespaces' - refuses syscalls emulated no-files
try 'no system call filter' - refuses limits emulated no-seccomp


# --- what is asked for -------------------------------------------------------

demands() {
	fresh
	status 4 doctext --require=memory --cgroup=none f/letter.docx >out 2>err
	grep -q "level '.*', and 'memory' is required" err
	lines 0 out
	status 0 doctext --require=memory --cgroup=none -A f/letter.docx \
	    >out 2>err
	grep -q "weaker cage than required: '.*', not 'memory'" err
	any '.stage == "doctext" and (.sandbox.missing | index("cgroup"))' out
}
ok '--require refuses, --allow-degraded says so' demands

no_cage() {
	fresh
	status 4 doctext --cage=none f/letter.docx >out 2>err
	lines 0 out
	status 0 doctext --cage=none --require=none --inline f/letter.docx \
	    >out 2>err
	any '.text.content | strings | test("waistcoat")' out
	is 'none 9 none 9' "$(jq -r 'select(.type == "end").sandbox |
	    "\(.level) \(.missing | length)"' out | xargs)"
	status 0 docscan --cage=none -A -d f f/marked.zip >out 2>err
	any '.scan.verdict == "infected"' out
	grep -q "weaker cage than required: 'none'" err
	is '' "$(ls -A shared/tmp)"
}
ok '--cage=none is refused, or reported' no_cage

no_group() {
	fresh
	status 4 doctext --cgroup=/nowhere f/letter.docx >out 2>err
	grep -q -- '--cgroup: cannot open /nowhere' err
	status 4 doctext --cgroup=/proc f/letter.docx >out 2>err
	grep -q -- '--cgroup: /proc is no cgroup2 group' err
	status 0 doctext -A --cgroup=/proc f/letter.docx >out 2>err
	grep -q -- '--cgroup: /proc is no cgroup2 group' err
	any '.stage == "doctext" and (.sandbox.missing | index("cgroup"))' out
}
ok 'a group that was asked for by name is there, or the stage is not' no_group

# attack NAME OPTION...: by a worker of doclist, tests/hostile/engine.c.
attack() {
	fresh
	echo "sniff $1" >shared/m
	shift
	status 1 env DOCPIPE_LIBEXEC="$hostile" doclist "$@" shared/m >out 2>err
}
named() {
	attack forbidden --cage=trace
	is 'policy syscall forbidden system call: ptrace' "$(recs '.list.error |
	    "\(.class) \(.code) \(.msg)"' out)"
	attack forbidden
	is 'policy syscall' "$(recs '.list.error | "\(.class) \(.code)"' out)"
}
if jq -e '.missing | index("seccomp") | not' here.json >/dev/null; then
	ok '--cage=trace names the call in the record' named
else
	skip '--cage=trace names the call in the record' 'no filter here'
fi

# --- a running stage, from outside -------------------------------------------

# libcurl, which dococr asks other engines with, brings libz along.
parsers='lib(poppler|vips|clamav|tesseract|lept|archive|gmime|magic|xml2|cairo|icu)'

# field NAME PID
field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status"; }

# fds PID: what they lead to, sorted.
fds() {
	for fd in "/proc/$1/fd"/*; do readlink "$fd"; done | sort
}

children() { cat "/proc/$1/task/$1/children"; }

# A stage as nobody, with a secret in its environment and on an fd; it waits for
# input, its workers for work.
start_stage() {
	fresh
	echo hush >secret
	chmod a+r secret
	rm -f input && mkfifo input
	SECRET=hush setpriv --reuid=65534 --regid=65534 --clear-groups \
	    "$@" <input 7<secret >out 2>err &
	supervisor=$!
	exec 8>input
	tries=0 zygotes='' workers=''
	while test "$tries" -lt 100; do
		tries=$((tries + 1))
		sleep 0.1
		# The last thing before the first record: self-tests are over.
		test "$(field Seccomp "$supervisor")" = 2 || continue
		zygotes=$(children "$supervisor")
		workers=$(for z in $zygotes; do children "$z"; done)
		ready=0
		for w in $workers; do
			case $(fds "$w" | head -n 1) in /dev/null) ready=1 ;;
			*) ready=0; break ;; esac
		done
		test "$ready" = 1 && return 0
	done
	echo "no stage: $supervisor, $zygotes, $workers"
	return 1
}

# Nobody else of the same user gets at it.
closed() {
	is 0 "$(stat -c %u "/proc/$1/maps")"
	is 1 "$(field NoNewPrivs "$1")"
	for name in maps environ mem fd/0 root/etc; do
		if nobody sh -c "exec <\"/proc/$1/$name\"" 2>/dev/null; then
			echo "/proc/$1/$name can be opened"
			return 1
		fi
	done
}

# shellcheck disable=SC2046,SC2086 # pids are words
seen_from_outside() {
	start_stage "$@" || return
	closed "$supervisor"
	if grep -E "$parsers" "/proc/$supervisor/maps"; then return 1; fi
	# The pattern is good for something.
	grep -qE "$parsers" $(printf '/proc/%s/maps ' $zygotes)
	for z in $zygotes; do
		closed "$z"
		if grep -a hush "/proc/$z/environ"; then return 1; fi
		if fds "$z" | grep -E "secret|input|spool"; then return 1; fi
	done
	for w in $workers; do
		closed "$w"
		is 2 "$(field Seccomp "$w")"
		is 0000000000000000 "$(field CapEff "$w")"
		is 0000000000000000 "$(field CapPrm "$w")"
		is '/dev/null /dev/null /dev/null socket' \
		    "$(fds "$w" | sed 's/:.*//' | xargs)"
		if grep -a hush "/proc/$w/environ"; then return 1; fi
	done
	exec 8>&-
	wait
	is '' "$(ls -A shared/tmp)"
}

stages='doclist docscan doctext dococr docpreview'
for stage in $stages; do
	name="$stage, seen from outside"
	if test "$(id -u)" != 0; then
		skip "$name" 'only root can look'
	elif test "$here"; then
		skip "$name" "this machine lacks $here"
	else
		ok "$name" seen_from_outside "$stage"
	fi
done

no_parser_linked() {
	for f in "$DOC_BIN"/*; do
		if ldd "$f" | grep -E "$parsers"; then
			echo "in $f"
			return 1
		fi
	done
}
ok 'no command links a parser' no_parser_linked

# --- a kernel of its own -----------------------------------------------------
# User-mode Linux of Debian 12: 6.1, no Landlock, control groups of version 2.

cat >init <<EOF
#!/bin/sh
exec >$scratch/uml.log 2>&1
mount -t proc proc /proc && mount -t sysfs sys /sys
mount -t tmpfs tmp /run
mkdir -p /sys/fs/cgroup && mount -t cgroup2 cg /sys/fs/cgroup
export PATH=$PATH DOCPIPE_SPOOL=/run/spool TMPDIR=/run LC_ALL=C.UTF-8 TZ=UTC
cd $scratch
docrun --doctor --json >doctor.json
doclist f/plain.txt >list.out
doctext --require=memory --inline f/letter.docx >text.out
docscan --require=memory -d f f/marked.zip >scan.out
"$unit/cgroup_test" >group.out
echo 'sniff touches' >/run/m
export DOCPIPE_LIBEXEC=$hostile
doclist --memory 16M /run/m >touch.out
doclist --memory 16M --cgroup=none /run/m >free.out
unset DOCPIPE_LIBEXEC
ls -d /sys/fs/cgroup/docpipe.[0-9]* >left.out
mkdir /sys/fs/cgroup/mine
doctext --require=memory --cgroup=/sys/fs/cgroup/mine f/letter.docx >mine.out
echo \$? >mine.status
sync
echo o >/proc/sysrq-trigger
sleep 10
EOF
chmod +x init

boot() {
	timeout -k 5 200 linux mem=1G rootfstype=hostfs rootflags=/ rw \
	    init="$scratch/init" con=null con0=null,fd:1 quiet \
	    </dev/null >boot.log 2>&1 || :
	cat boot.log uml.log
	says doctor.json network 'landlock scope' 'cgroup mountns seccomp'
	is memory "$(jq -r .level doctor.json)"
	agree
}
oom() {
	is 'error limit memory' "$(recs '.list | "\(.status) \(.error.class) \(
	    .error.code)"' touch.out)"
	is 'ok' "$(recs .list.status free.out)"
	is '' "$(cat left.out)"
	is 0 "$(cat mine.status)"
	any '.sandbox.level == "memory"' mine.out
}
groups() {
	cat group.out
	test "$(grep -c '^ok' group.out)" -ge 20
	if grep -E '^not ok|SKIP' group.out; then return 1; fi
}
for name in boot oom groups; do
	case $name in
	boot) what='level memory, and no Landlock' ;;
	oom) what='a worker that outgrows its group is limit/memory' ;;
	groups) what='control groups' ;;
	esac
	if test "${DOC_SANITIZED:-}"; then
		skip "a 6.1 kernel: $what" "no room for the sanitizer's shadow"
	elif ! command -v linux >/dev/null; then
		skip "a 6.1 kernel: $what" 'no user-mode-linux'
	elif test "$(id -u)" != 0; then
		skip "a 6.1 kernel: $what" 'needs root'
	else
		ok "a 6.1 kernel: $what" $name
	fi
done

done_testing
