# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154 # scratch is of tests/lib.sh
# Three hosts on one machine: each has a network, pids, mounts and a name of its
# own, its own /root, /run and disk (/var/tmp), and an sshd.  Sourced before
# tests/lib.sh by a script that runs in a network, pid and mount namespace of
# its own (world_enter), so that all of it is gone when that one ends, however.

# world_can: words why not, or nothing.
world_can() {
	test "$(id -u)" -eq 0 || { echo 'not root'; return; }
	for tool in /usr/sbin/sshd ip unshare nsenter ssh-keygen parallel; do
		test -n "$(command -v "$tool")" || { echo "no $tool"; return; }
	done
	unshare -nmpf --mount-proc sh -c 'ip link add name b type bridge &&
	    ip link add name v type veth peer name w &&
	    mount -t tmpfs none /mnt' >/dev/null 2>&1 ||
	    echo 'no namespaces, bridges or veth here'
}

# world_enter ARG...: become this script again, inside.
world_enter() {
	WORLD=inside exec unshare -nmupf --kill-child --mount-proc "$0" "$@"
}

# world_begin ARG...: before tests/lib.sh: become this script again, inside, or
# have the words why not in $why; behind it, world_or_skip NAME is the end of a
# script that cannot go on.
world_begin() {
	why=$(world_can)
	test -n "$why" || test "${WORLD-}" = inside || world_enter "$@"
}
world_or_skip() {
	test -n "$why" || return 0
	skip "$1" "$why"
	done_testing
	exit 0
}

# Until COMMAND is true; two minutes are for a machine that does other things.
until_() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		test "$tries" -lt 1200 || { echo "never: $*"; return 1; }
		sleep 0.1
	done
}

# world_start: the bridge, keys and the configuration of ssh.
world_start() {
	mount --make-rprivate /
	ip link set lo up
	ip link add hub type bridge
	ip addr add 10.77.0.254/24 dev hub
	ip link set hub up
	ssh-keygen -q -t ed25519 -N '' -f key
	ssh-keygen -q -t ed25519 -N '' -f hostkey
	for h in 1 2 3; do
		cat <<END
Host h$h
	HostName 10.77.0.$h
	User root
	IdentityFile $scratch/key
	UserKnownHostsFile /dev/null
	StrictHostKeyChecking no
	LogLevel ERROR
END
	done >ssh_config
	printf 'h1\nh2\nh3\n' >list
	# Sooner than people would want it.
	DOCPIPE_SSH="ssh -F $scratch/ssh_config -oConnectTimeout=2"
	DOCPIPE_SSH="$DOCPIPE_SSH -oServerAliveInterval=1 -oServerAliveCountMax=2"
	export DOCPIPE_SSH
}

# host_up N [HIDDEN]: with HIDDEN it does not see that folder, nor the files of
# the hub in it.
host_up() {
	mkdir -p "disk.h$1"
	rm -f "pid.h$1"
	cp key.pub hostkey "disk.h$1"
	unshare -nmupf --kill-child --mount-proc sh -c '
		n=$1 scratch=$2 hidden=$3
		hostname "h$n"
		mount --bind "$scratch/disk.h$n" /var/tmp
		mount -t tmpfs none /root
		mount -t tmpfs none /run
		mkdir /run/sshd
		cp /var/tmp/key.pub /root/authorized_keys
		cp /var/tmp/hostkey /root/hostkey
		rm /var/tmp/key.pub /var/tmp/hostkey
		chmod 600 /root/*
		test -z "$hidden" || mount -t tmpfs none "$hidden"
		unset TMPDIR DOCPIPE_SPOOL
		cd /
		until test -e "/sys/class/net/none" ||
		    ip link show "e$n" >/dev/null 2>&1; do
			sleep 0.05
		done
		ip link set lo up
		ip addr add "10.77.0.$n/24" dev "e$n"
		ip link set "e$n" up
		exec /usr/sbin/sshd -D -e -f /dev/null -h /root/hostkey \
		    -o AuthorizedKeysFile=/root/authorized_keys \
		    -o StrictModes=no -o UsePAM=no -o PermitRootLogin=yes \
		    -o PidFile=none -o MaxStartups=100 -o MaxSessions=100 \
		    ${ASAN_OPTIONS:+-o "SetEnv=ASAN_OPTIONS=$ASAN_OPTIONS"}
	' host "$1" "$scratch" "${2-}" >"sshd.h$1" 2>&1 &
	up=$!
	echo "$up" >"outer.h$1"
	# Its pid 1, as we see it: the child of unshare.
	until inner=$(cat "/proc/$up/task/$up/children" 2>/dev/null) &&
	    test -n "$inner"; do
		sleep 0.05
	done
	echo "${inner% }" >"pid.h$1"
	ip link add "v$1" type veth peer name "e$1"
	ip link set "v$1" master hub up
	ip link set "e$1" netns "${inner% }"
	# The address has another card now.
	ip neigh flush dev hub
	tries=0
	until $DOCPIPE_SSH "h$1" true 2>/dev/null; do
		tries=$((tries + 1))
		test "$tries" -lt 100 || { cat "sshd.h$1"; return 1; }
		sleep 0.1
	done
}

# host_cut N: nothing comes through any more; host_join N: it does again.
host_cut() {
	ip link set "v$1" down
}
host_join() {
	ip link set "v$1" up
}

# host_off N: its power fails: no word leaves it.
host_off() {
	host_cut "$1"
	host_kill "$1"
}

# host_kill N: all its processes die; the kernel still says so to their peers.
host_kill() {
	kill -9 "$(cat "pid.h$1")"
	wait "$(cat "outer.h$1")" 2>/dev/null || :
	ip link del "v$1" 2>/dev/null || :
}

# host_does N COMMAND...: there, without ssh.
host_does() {
	hd=$(cat "pid.h$1"); shift
	nsenter -t "$hd" -n -m -u -p "$@"
}
