#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What systemd itself has to say of the unit, where it is installed.

    test_unit.py UNIT
"""
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness  # noqa: E402
from harness import PATIENCE, Skip, equal  # noqa: E402

UNIT = os.path.abspath(sys.argv[1])
ANALYZE = shutil.which("systemd-analyze")
# What it is exposed to, of 10; "OK" ends at 2. What is left: the network, CAP_NET_RAW, and no root directory of its own.
EXPOSED = 2.0


def instance():
    """A copy that systemd takes for an instance, with a program that is there."""
    if not ANALYZE:
        raise Skip("systemd-analyze is not installed")
    with open(UNIT, encoding="utf-8") as unit:
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read(), flags=re.M)
    with open("shakedown@eth0.service", "w", encoding="utf-8") as copy:
        copy.write(text)
    return os.path.abspath("shakedown@eth0.service")


def analyze(*args):
    return subprocess.run([ANALYZE, *args], capture_output=True, text=True, timeout=PATIENCE, check=False)


def systemd_has_nothing_to_say():
    said = analyze("verify", "--man=no", "--recursive-errors=no", instance())
    ours = [line for line in (said.stdout + said.stderr).splitlines() if "shakedown" in line]
    equal((said.returncode, ours), (0, []))


def calls_of(group):
    """Of a group of system calls, as this systemd knows it."""
    said = analyze("syscall-filter", "--no-pager", group)
    calls = set()
    for line in map(str.strip, said.stdout.splitlines()[1:]):
        if line.startswith("@"):
            calls |= calls_of(line)
        elif line and not line.startswith("#"):
            calls.add(line)
    return calls


def it_lets_the_program_do_its_work():
    """Least privilege takes calls that are privileged themselves; then what a live capture with metrics calls."""
    instance()
    allowed = set()
    with open(UNIT, encoding="utf-8") as unit:
        for given in re.findall(r"^SystemCallFilter=(\S.*)$", unit.read(), flags=re.M):
            for name in given.lstrip("~").split():
                calls = calls_of(name) if name.startswith("@") else {name}
                allowed = allowed - calls if given.startswith("~") else allowed | calls
    needed = {"capset", "capget", "prctl", "seccomp", "socket", "bind", "setsockopt", "getsockopt", "ioctl", "mmap", "poll",
              "accept4", "epoll_wait", "epoll_ctl", "sendto", "sendmsg", "recvfrom", "shutdown", "openat", "rename", "prlimit64"}
    equal(needed - allowed, set())


def it_is_hardened():
    said = analyze("security", "--offline=true", "--json=short", instance())
    if said.returncode and not said.stdout.strip().startswith("["):
        raise Skip("this systemd-analyze does not judge files: " + said.stderr.strip()[:100])
    whole = analyze("security", "--offline=true", "--no-pager", f"--threshold={int(EXPOSED * 10)}", instance())
    equal(whole.returncode, 0, whole.stdout[-300:])
    exposed = {entry["name"] for entry in json.loads(said.stdout) if not entry["set"]}
    for name in ("NoNewPrivileges=", "ProtectSystem=", "MemoryDenyWriteExecute=", "RestrictNamespaces=~user"):
        assert name not in exposed, f"{name} of {sorted(exposed)}"


if __name__ == "__main__":
    sys.exit(harness.run_all([systemd_has_nothing_to_say, it_lets_the_program_do_its_work, it_is_hardened], lambda: None))
