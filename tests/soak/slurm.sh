#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# examples/fleet/slurm.sh on a real Slurm: slurmctld and three slurmd on the
# hosts of tests/hosts/world.sh, the power of one fails.  slurm-wlm and munge
# are installed for it when that is possible.
# shellcheck source=tests/hosts/world.sh
. "$(dirname "$0")/../hosts/world.sh"
world_begin "$@"
here=$(cd "$(dirname "$0")/../.." && pwd)
DOC_BIN=${DOC_BIN:-$here/build/bin}
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$here

for tool in slurmctld slurmd munged sbatch; do
	test -n "$why" || command -v $tool >/dev/null || why="no $tool"
done
world_or_skip 'a Slurm array'

# munged with its socket in DIR, where the user is.
munge_in() {
	mkdir -p "$1"
	cp munge.key "$1/key"
	chmod 600 "$1/key"
	chmod 711 "$1"
	echo "/usr/sbin/munged --force --key-file=$1/key --socket=/run/munge/munge.socket.2 \
	    --pid-file=$1/pid --log-file=$1/log --seed-file=$1/seed"
}

world_start
chmod 755 "$scratch"
printf '127.0.0.1 localhost\n10.77.0.254 hub\n' >hosts
printf '10.77.0.1 h1\n10.77.0.2 h2\n10.77.0.3 h3\n' >>hosts
mount --bind hosts /etc/hosts
head -c 1024 /dev/urandom >munge.key
mount -t tmpfs none /run
mkdir -p /run/munge
cat >slurm.conf <<END
ClusterName=world
SlurmctldHost=hub(10.77.0.254)
AuthType=auth/munge
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$scratch/state
SlurmdSpoolDir=/run/slurmd
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SlurmdTimeout=10
SchedulerParameters=sched_interval=2
SlurmctldLogFile=$scratch/slurmctld.log
SlurmdLogFile=$scratch/slurmd.%n.log
NodeName=h1 NodeAddr=10.77.0.1 CPUs=1 State=UNKNOWN
NodeName=h2 NodeAddr=10.77.0.2 CPUs=1 State=UNKNOWN
NodeName=h3 NodeAddr=10.77.0.3 CPUs=1 State=UNKNOWN
PartitionName=all Nodes=h[1-3] Default=YES MaxTime=INFINITE State=UP
END
SLURM_CONF=$scratch/slurm.conf
export SLURM_CONF

# slurmd 22.05 wants a control group, and has no way to be told otherwise.
slurmd_on() {
	host_up "$1"
	mkdir -p "munge.h$1"
	start=$(munge_in "$scratch/munge.h$1")
	host_does "$1" sh -c "mkdir -p /run/munge /run/slurmd
		$start
		mount -t tmpfs none /sys/fs/cgroup
		mkdir /sys/fs/cgroup/freezer /sys/fs/cgroup/systemd
		mount -t cgroup -o freezer none /sys/fs/cgroup/freezer
		mount -t cgroup -o none,name=systemd none /sys/fs/cgroup/systemd
		SLURM_CONF=$SLURM_CONF slurmd -N h$1"
}

cluster() {
	mkdir -p state munge.hub
	hostname hub
	eval "$(munge_in "$scratch/munge.hub")"
	slurmctld
	for h in 1 2 3; do slurmd_on $h; done
	idle() { test "$(sinfo -h -t idle -o %D)" = 3; }
	until_ idle || { tail slurmctld.log slurmd.h?.log; return 1; }
}
ok 'a cluster of three' cluster

array() {
	mkdir in
	for i in $(seq 60); do echo "letter number $i" >"in/$i.txt"; done
	status 0 docrun -q -o RUN --stages=text in
	mv RUN ONE
	docrun plan -q -o RUN --stages=text --shard-documents=3 in
	"$top/examples/fleet/slurm.sh" RUN >out 2>err &
	job=$!
	some() { test "$(docrun todo -r RUN --count)" -lt 18; }
	until_ some
	host_off 2
	wait "$job" || { cat out err; return 1; }
	alike RUN/out.ndjson ONE/out.ndjson
}
ok 'an array of twenty shards; the power of a node fails' array
done_testing
