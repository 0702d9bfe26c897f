#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Whole processes over whole captures, side by side: shakedown, an empty pcap_loop, and others.

    suite.py --workload PROGRAM --empty PROGRAM --shakedown PROGRAM [--scale SHARE] [--runs N]
             [--kinds mix,flood] [--peers] [--straight]

Writes the captures anew (seeded, so the same each time) and runs the programs in turn, so that
whatever else the machine does falls on all of them. No process seems to take less memory than this
interpreter, which starts it. Told are medians; ratios are to the empty loop,
of CPU time (user and system), since that is what a busy machine distorts least.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

# packets, concurrent connections
KINDS = {
    "mix": (2_000_000, 200_000),
    "headers": (10_000_000, 500_000),
    "flood": (5_000_000, 1),
    "long": (1_200_000, 50),
    "short": (3_000_000, 50_000),
}
# Whoever takes minutes gets a slice of so many packets.
PEER_SLICE = 200_000
PEERS = {
    "tcptrace": lambda f, d: ["tcptrace", "-n", f],
    "tshark": lambda f, d: ["tshark", "-n", "-q", "-z", "conv,tcp", "-r", f],
    "argus": lambda f, d: ["argus", "-r", f, "-w", os.path.join(d, "argus.out")],
    "nfpcapd": lambda f, d: ["nfpcapd", "-r", f, "-w", d],
    "tcpflow": lambda f, d: ["tcpflow", "-o", os.path.join(d, "tcpflow"), "-r", f],
}
STRAIGHT = [("packets", p, 100_000) for p in (300_000, 1_000_000, 3_000_000, 10_000_000)] + [
    ("connections", 2_000_000, c) for c in (1_000, 10_000, 100_000, 1_000_000)
]


def run(command):
    """Wall and CPU seconds, peak memory in MiB."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"suite.py: {' '.join(command)}: status {process.returncode}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def write(options, directory, kind, packets, concurrent):
    path = os.path.join(directory, f"{kind}.pcap")
    with open(path, "wb") as out:
        subprocess.run(
            [options.workload, kind, str(packets), str(concurrent)], stdout=out, check=True
        )
    return path


def measure(commands, runs):
    """Medians by name, run in turn."""
    seen = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            seen[name].append(run(command))
    return {name: [statistics.median(column) for column in zip(*rows)] for name, rows in seen.items()}


def row(kind, name, packets, result, empty):
    wall, cpu, memory = result
    print(
        f"{kind:<8} {name:<12} {packets:>9} {wall:8.3f} {cpu:8.3f} {cpu / packets * 1e9:8.0f}"
        f" {cpu / empty[1]:8.2f} {memory:9.1f}",
        flush=True,
    )


def heading():
    print(f"{'kind':<8} {'program':<12} {'packets':>9} {'wall s':>8} {'CPU s':>8} {'ns/pkt':>8}"
          f" {'ratio':>8} {'MiB':>9}")


def ours(options, path):
    shakedown = options.shakedown
    return {
        "empty loop": [options.empty, path],
        "report": [shakedown, "report", "-q", path],
        "conns ndjson": [shakedown, "conns", "-q", "--format", "ndjson", path],
    }


def kinds(options, directory):
    heading()
    for kind in options.kinds.split(","):
        packets = max(1000, int(KINDS[kind][0] * options.scale))
        concurrent = max(1, int(KINDS[kind][1] * options.scale))
        path = write(options, directory, kind, packets, concurrent)
        results = measure(ours(options, path), options.runs)
        for name, result in results.items():
            row(kind, name, packets, result, results["empty loop"])
        os.unlink(path)


def peers(options, directory):
    print("\nothers, on a slice of mix")
    heading()
    packets = max(1000, int(PEER_SLICE * options.scale))
    path = write(options, directory, "mix", packets, max(1, packets // 10))
    commands = ours(options, path)
    for name, command in PEERS.items():
        if shutil.which(name):
            commands[name] = command(path, directory)
        else:
            print(f"{'mix':<8} {name:<12} not installed")
    results = measure(commands, options.runs)
    for name, result in results.items():
        row("mix", name, packets, result, results["empty loop"])
    os.unlink(path)


def straight(options, directory):
    print("\ndoes the cost grow in a straight line? (headers)")
    print(f"{'varied':<12} {'packets':>9} {'concurrent':>10} {'ns/pkt':>8} {'MiB':>9}")
    for what, packets, concurrent in STRAIGHT:
        packets, concurrent = int(packets * options.scale), max(1, int(concurrent * options.scale))
        path = write(options, directory, "headers", packets, concurrent)
        _, cpu, memory = measure({"report": ours(options, path)["report"]}, options.runs)["report"]
        bar = "#" * min(60, int(cpu / packets * 1e9 / 25))
        print(f"{what:<12} {packets:>9} {concurrent:>10} {cpu / packets * 1e9:8.0f} {memory:9.1f} {bar}",
              flush=True)
        os.unlink(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for program in ("workload", "empty", "shakedown"):
        parser.add_argument("--" + program, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--straight", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shakedown-bench-") as directory:
        kinds(options, directory)
        if options.peers:
            peers(options, directory)
        if options.straight:
            straight(options, directory)


if __name__ == "__main__":
    main()
