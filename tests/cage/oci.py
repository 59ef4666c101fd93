#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write an OCI bundle for a container with Docker's defaults.

	oci.py DIR SCRATCH ROOT UID COMMAND...

DIR becomes the bundle; SCRATCH is writable in it, ROOT (a source tree) and the
system are not.  The seccomp profile is that of Debian's
golang-github-containers-common, which is Docker's but for the calls that Docker
reserves to CAP_SYS_ADMIN; and so they are here.
"""
import json
import os
import sys

PROFILE = "/usr/share/containers/seccomp.json"

# moby, profiles/seccomp/default.json: what needs CAP_SYS_ADMIN.
RESERVED = set("""bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick
    lookup_dcookie mount mount_setattr move_mount open_tree perf_event_open
    pivot_root quotactl quotactl_fd setdomainname sethostname setns syslog
    umount umount2 unshare keyctl add_key request_key process_madvise
    pidfd_getfd""".split())
CLONE_NAMESPACES = 0x7e020000

CAPS = ["CAP_" + c for c in """AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL
    MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID
    SYS_CHROOT""".split()]


def seccomp():
    with open(PROFILE) as f:
        profile = json.load(f)
    names = {name for rule in profile["syscalls"]
             if rule["action"] == "SCMP_ACT_ALLOW" and not rule.get("includes")
             and not rule.get("excludes") and not rule.get("args")
             for name in rule["names"]} - RESERVED
    names |= {"arch_prctl", "socket", "personality", "chroot"}
    allow = [{"names": sorted(names), "action": "SCMP_ACT_ALLOW"},
             {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
              "args": [{"index": 0, "value": CLONE_NAMESPACES,
                        "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]},
             {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]
    return {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
            "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86",
                              "SCMP_ARCH_X32"], "syscalls": allow}


def bind(path, *options):
    return {"destination": path, "type": "bind", "source": path,
            "options": ["rbind", "nosuid", "nodev", *options]}


def mounts(scratch, root):
    return [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
         "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
        {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs",
         "options": ["nosuid", "nodev", "mode=1777"]},
        bind("/usr", "ro"), bind("/etc", "ro"), bind("/var/cache", "ro"),
        bind(root, "ro"), bind(scratch, "rw")]


def main(where, scratch, root, uid, *command):
    top = os.path.join(where, "rootfs")
    os.makedirs(top)
    for name in ("bin", "sbin", "lib", "lib64"):
        os.symlink("usr/" + name, os.path.join(top, name))
    caps = CAPS if uid == "0" else []
    config = {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": int(uid), "gid": int(uid)},
            "args": list(command), "cwd": scratch,
            "env": ["%s=%s" % (k, os.environ[k]) for k in
                    ("PATH", "TMPDIR", "DOCPIPE_SPOOL", "LC_ALL", "TZ")],
            "capabilities": {k: caps for k in
                             ("bounding", "effective", "permitted")},
            "noNewPrivileges": True},
        "root": {"path": "rootfs", "readonly": False},
        "mounts": mounts(scratch, root),
        "linux": {
            "namespaces": [{"type": t} for t in
                           ("pid", "network", "ipc", "uts", "mount")],
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq",
                              "/proc/sys"],
            "seccomp": seccomp()}}
    with open(os.path.join(where, "config.json"), "w") as f:
        json.dump(config, f)


if __name__ == "__main__":
    main(*sys.argv[1:])
