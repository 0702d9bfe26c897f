#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Two real kernels, a lossy path between them, and three taps on it: what shakedown says of each tap's capture is held
against the states that the kernels' sockets really had.

    test_kernels.py SHAKEDOWN [--seeds N] [--first SEED] [--keep DIR] [-v]

A side counts as right when the history in its record is its socket's sequence of states. Left out of account: what the tap
cannot know (timers, programs, segments that did not pass it), which may be there or not, and beliefs at a history's end that
are marked "delivered", which may be wrong. Some losses leave no trace at all, so a few sides in a hundred may differ; more is a
failure. It takes root, network namespaces and tracefs; without them it is skipped. Speaks TAP; each seed is one test."""
import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

from network import Skip, command, inside, name_of
from harness import PATIENCE, environment
from states import Trace, Watch, closed_behind_data, history, knowable
from talks import some_settings, some_talks
from wire import VANTAGES, Wire, raw_socket, without_offloads, write_pcap

SIDES = ("client", "server")
TALKS = 16
SECONDS = 4.0
MOST_WRONG = 0.04  # of a seed's sides


class Hosts:
    """Namespaces "client" and "server", and "wire" that joins them; what is not said is as in network.Network."""

    def __init__(self, six):
        if os.geteuid() != 0:
            raise Skip("network namespaces take root")
        self.six, self.family = six, socket.AF_INET6 if six else socket.AF_INET
        self.name = {where: name_of(where) for where in (*SIDES, "wire")}
        net = os.getpid() % 250
        self.address = dict(zip(SIDES, (f"fd72::{net:x}:1", f"fd72::{net:x}:2") if six else (f"10.72.{net}.1", f"10.72.{net}.2")))
        try:
            self.make()
        except (subprocess.CalledProcessError, OSError, subprocess.TimeoutExpired) as why:
            self.remove()
            raise Skip(f"network namespaces are not to be had: {getattr(why, 'stderr', '') or why}".strip()) from why

    def make(self):
        for name in self.name.values():
            command("ip", "netns", "add", name)
        for side in SIDES:
            command("ip", "link", "add", "eth0", "netns", self.name[side], "type", "veth", "peer", "name", side, "netns", self.name["wire"])
            self.write("wire", f"net/ipv6/conf/{side}/disable_ipv6", 1)
            self.write(side, "net/ipv6/conf/eth0/accept_dad", 0)
            for where, interface in ((side, "eth0"), ("wire", side)):
                with inside(self.name[where]):
                    without_offloads(interface)
                command("ip", "-n", self.name[where], "link", "set", interface, "up")
            command("ip", "-n", self.name[side], "addr", "add", f"{self.address[side]}/{64 if self.six else 24}", "dev", "eth0")
        for side, other in (SIDES, SIDES[::-1]):
            mac = command("ip", "netns", "exec", self.name[other], "cat", "/sys/class/net/eth0/address").stdout.strip()
            command("ip", "-n", self.name[side], "neigh", "replace", self.address[other], "lladdr", mac, "dev", "eth0", "nud", "permanent")

    def write(self, where, key, value):
        command("ip", "netns", "exec", self.name[where], "sh", "-c", f"echo {value} > /proc/sys/{key}")

    def socket(self, side, port):
        with inside(self.name[side]):
            s = socket.socket(self.family)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((self.address[side], port))
        return s

    def remove(self):
        for name in self.name.values():
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False, timeout=PATIENCE)


def start(hosts, talks):
    for talk in talks:
        client = hosts.socket("client", talk.port)
        talk.sockets.append(client)
        if talk.listens:
            listener = hosts.socket("server", talk.service)
            listener.listen(8)
            talk.sockets.append(listener)
            threading.Thread(target=talk.run_server, args=(listener, SECONDS), daemon=True).start()
        threading.Thread(target=talk.run_client, args=(client, hosts.address["server"]), daemon=True).start()


class Run:
    """A few seconds of talks: self.segments, and self.states by talk and side."""

    def __init__(self, trace, seed):
        self.talks = some_talks(seed, TALKS)
        with contextlib.ExitStack() as stack:
            hosts = Hosts(seed % 3 == 0)
            stack.callback(hosts.remove)
            for side in SIDES:
                for key, value in some_settings(seed).items():
                    hosts.write(side, f"net/ipv4/{key}", value)
            sockets = {}
            for side in SIDES:
                with inside(hosts.name["wire"]):
                    sockets[side] = stack.enter_context(raw_socket(side))
            watches = {}
            for side in SIDES:
                with inside(hosts.name[side]):
                    watches[side] = Watch(hosts.family)
            trace.clear()
            wire = Wire(sockets, {talk.service: talk.rules for talk in self.talks})
            wire.start()
            start(hosts, self.talks)
            time.sleep(SECONDS)
            self.end = time.monotonic()
            traced = trace.read(hosts.six)
            changes = {side: watches[side].end(self.end) for side in SIDES}
            wire.ended.set()
            wire.join()
            for talk in self.talks:
                talk.end()
        self.segments = [s for s in wire.segments if s.left <= self.end]
        self.states = {}
        for talk in self.talks:
            for side, ports in zip(SIDES, ((talk.port, talk.service), (talk.service, talk.port))):
                self.states[talk, side] = history([t for t in traced if t[1] == hosts.address[side] and t[2:4] == ports],
                                                  [c for c in changes[side] if c[1:3] == ports], side == "server", self.end)


def told(side):
    """The record's history, and how many states at its end are unconfirmed."""
    items = [h for h in side["history"] if h["evidence"] != "timer"]
    names = ["CLOSED" if h["state"] == "LISTEN" else h["state"] for h in items]
    loose = 0
    while loose < len(items) and items[-1 - loose]["evidence"] == "delivered":
        loose += 1
    return names, loose


def same(want, got):
    """got is want, with some of what a tap cannot know left out."""
    reach = {0}
    for name in got:
        after = set()
        for i in reach:
            for j in range(i, len(want)):
                if want[j][0] == name:
                    after.add(j + 1)
                if want[j][1]:
                    break
        reach = after
    return any(not any(must for _, must in want[i:]) for i in reach)


def judge(shakedown, run, directory, vantage):
    """(sides, [what is wrong])"""
    path = os.path.join(directory, f"{vantage}.pcap")
    write_pcap(path, run.segments, vantage, run.end, time.time() - time.monotonic())
    out = subprocess.run([shakedown, "conns", "--format", "ndjson", path], capture_output=True, text=True, timeout=PATIENCE, check=False,
                         env=environment())
    assert out.returncode == 0, out.stderr
    records = {(r["client"]["port"], r["server"]["port"]): r for r in map(json.loads, out.stdout.splitlines())
               if r["record"] == "connection"}
    sides, wrong = 0, []
    for talk in run.talks:
        record = records.get((talk.port, talk.service))
        mine = [s for s in run.segments if talk.service in s.ports]
        for side in SIDES:
            want = knowable(run.states[talk, side], side, mine, vantage)
            if not any(must for _, must in want) or closed_behind_data(run.states[talk, side], side, mine):
                continue
            sides += 1
            got, loose = told(record[side]) if record else ([], 0)
            if not any(same(want, got[:len(got) - n]) for n in range(loose + 1)):
                kernel = " ".join(name if must else f"({name})" for name, must in want)
                wrong.append(f"{vantage}: {side} of port {talk.port}: kernel {kernel}, shakedown {' '.join(got)}; {talk}")
    return sides, wrong


def one_seed(options, trace, seed):
    run = Run(trace, seed)
    sides, wrong = 0, []
    with contextlib.ExitStack() as stack:
        directory = options.keep and os.path.join(options.keep, str(seed)) or stack.enter_context(tempfile.TemporaryDirectory())
        os.makedirs(directory, exist_ok=True)
        for vantage in VANTAGES:
            n, bad = judge(os.path.abspath(options.shakedown), run, directory, vantage)
            sides += n
            wrong += bad
    assert sides >= TALKS, f"only {sides} sides to be judged"
    return sides, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shakedown")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--keep", help="leave the captures in DIR/SEED")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    try:
        trace = Trace()
    except OSError as why:
        print(f"1..0 # SKIP no tracepoints to be had: {why}")
        return 0
    failed = all_sides = all_wrong = 0
    print(f"1..{options.seeds}", flush=True)
    try:
        for i in range(options.seeds):
            try:
                sides, wrong = one_seed(options, trace, options.first + i)
            except Skip as why:
                print(f"ok {i + 1} # SKIP {why}")
                continue
            bad = len(wrong) > MOST_WRONG * sides
            failed += bad
            all_sides, all_wrong = all_sides + sides, all_wrong + len(wrong)
            print(f"{'not ' if bad else ''}ok {i + 1} - seed {options.first + i}: {sides - len(wrong)} of {sides} sides as the kernels had them", flush=True)
            for line in wrong if bad or options.verbose else ():
                print("#", line)
    finally:
        trace.close()
    print(f"# {all_sides - all_wrong} of {all_sides}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
