#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Watches churn of connections for a while, and looks whether anything grows: memory, descriptors, states.

soak.py SHAKEDOWN [SECONDS [CONNECTIONS_A_SECOND]]: prints TAP; with -v as the first argument a line every ten seconds.
"""
import json
import os
import random
import re
import signal
import socket
import sys
import tempfile
import threading
import time

from network import LARGE_BUFFER, Skip, connect, listener, network
from harness import PATIENCE, wait_until

PORT, REFUSED = 8080, 8099


def serve(s):
    while True:
        try:
            c, _ = s.accept()
        except OSError:
            return
        with c:
            try:
                c.settimeout(60)
                if c.recv(100) == b"reset":
                    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                else:
                    c.sendall(b"x" * 2000)
            except OSError:
                pass


def one(net, chance):
    """An open and a close of some kind."""
    try:
        with connect(net, REFUSED if chance < 0.1 else PORT) as c:
            c.sendall(b"reset" if chance < 0.2 else b"hello")
            while c.recv(4096):
                pass
    except OSError:
        pass


def memory(pid):
    """Resident, without the buffer of packets, in KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        for line in f:
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
    raise RuntimeError("no RssAnon")


def ask(process, err):
    """What it says when it is asked how it stands: how many packets it has read, and the line of states."""
    def told():
        with open(err, encoding="utf-8") as f:
            return re.findall(r" of ([\d,]+) dropped .*\n.*(client/server.*)\n", f.read())
    before = len(told())
    process.send_signal(signal.SIGUSR1)
    assert wait_until(lambda: len(told()) > before), "it does not say how it stands"
    return told()[-1]


def states_at_last(process, err):
    """When it has read all that passed: it looks for more between two answers."""
    said = ask(process, err), ask(process, err)
    while said[0][0] != said[1][0]:
        said = said[1], ask(process, err)
    return said[1][1]


def soak(program, seconds, rate, tell):
    with network() as net, tempfile.TemporaryDirectory(prefix="shakedown-soak-") as directory:
        sock = listener(net, PORT)
        threading.Thread(target=serve, args=(sock,), daemon=True).start()
        config = os.path.join(directory, "config")
        with open(config, "w", encoding="ascii") as f:
            # Short timers, so that what is to be forgotten is forgotten while it lasts.
            f.write("[shakedown]\nmsl=1s\nclose_wait_linger=2s\nidle_timeout=10s\n")
        log = os.path.join(directory, "log")
        err = os.path.join(directory, "err")
        with open(err, "wb") as f:
            p = net.start(net.server, program, "watch", "-i", "eth0", "--format", "ndjson", "-o", log, "--config", config,
                          "-w", os.path.join(directory, "k.pcapng"), "--rotate-size", "4M", "--keep", "3", *LARGE_BUFFER, stderr=f)
        # The log is there once everything is open.
        assert wait_until(lambda: os.path.exists(log)), "it does not begin"
        samples, started, done = [], time.monotonic(), 0
        random.seed(1)
        cpu = None
        while (passed := time.monotonic() - started) < seconds:
            one(net, random.random())
            done += 1
            time.sleep(max(0, done / rate - (time.monotonic() - started)))
            if len(samples) < passed // (10 if seconds > 100 else 1):
                samples.append((memory(p.pid), len(os.listdir(f"/proc/{p.pid}/fd"))))
                if tell:
                    print(f"# {passed:.0f} s: {done} connections, {samples[-1][0]} KiB, {samples[-1][1]} descriptors", flush=True)
        with open(f"/proc/{p.pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
            cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        # 30 s after their end even the closed ones are forgotten.
        if seconds > 100:
            time.sleep(45)
        states = states_at_last(p, err)
        p.send_signal(signal.SIGTERM)
        status = p.wait(PATIENCE)
        kept = sorted(name for name in os.listdir(directory) if name.startswith("k-"))
        with open(log, encoding="utf-8") as f:
            records = [json.loads(line) for line in f]
        return samples, done, cpu, states, status, kept, records


def check(name, good, about):
    print(f"{'ok' if good else 'not ok'} - {name}: {about}", flush=True)
    return bool(good)


def main():
    args = sys.argv[1:]
    tell = args[0] == "-v"
    program, *rest = args[tell:]
    seconds = float(rest[0]) if rest else 10
    rate = float(rest[1]) if rest[1:] else 100
    print("1..6")
    try:
        samples, done, cpu, states, status, kept, records = soak(os.path.abspath(program), seconds, rate, tell)
    except Skip as why:
        for _ in range(6):
            print(f"ok # SKIP {why}")
        return 0
    half = len(samples) // 2
    first, last = max(s[0] for s in samples[: half or 1]), max(s[0] for s in samples[half:])
    fine = check("it ends well", status == 0, f"exit status {status}, {cpu:.1f} s of processor for {done} connections")
    # Short runs are still warming up.
    fine &= check("memory is flat", last <= (first * 1.02 + 512 if seconds > 600 else first * 1.5 + 8192), f"at most {first} KiB in the first half, {last} in the second")
    fine &= check("descriptors are not leaked", max(s[1] for s in samples[1:]) - min(s[1] for s in samples[1:]) <= 2, sorted({s[1] for s in samples}))
    fine &= check("states are drained", seconds <= 100 or "no connections" in states, states)
    fine &= check("kept files are bounded", 1 <= len(kept) <= 3, kept)
    summary = [r for r in records if r["record"] == "summary"]
    fine &= check("every connection is counted", len(summary) == 1 and summary[0]["connections"] == done,
                  f"{done} made, {summary and summary[0]['connections']} told")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
