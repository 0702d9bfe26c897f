#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Whole processes over whole captures, side by side: shakedown, an empty pcap_loop, and others.

    suite.py --workload PROGRAM --empty PROGRAM --shakedown PROGRAM [--scale SHARE] [--runs N]
             [--kinds mix,flood] [--peers] [--straight] [--most PACKETS] [--plot FILE.svg]

Writes the captures anew (seeded, so the same each time) and runs the programs in turn, so that
whatever else the machine does falls on all of them. No process seems to take less memory than this
interpreter, which starts it. Told are medians; ratios are to the empty loop,
of CPU time (user and system), since that is what a busy machine distorts least.
"""

import argparse
import math
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
STRAIGHT = [("packets", p, 100_000) for p in (1_000_000, 3_000_000, 10_000_000, 50_000_000)] + [
    ("connections", 10_000_000, c) for c in (1_000, 10_000, 100_000, 500_000, 2_000_000)
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
        "report": [shakedown, "report", "-q", "-j", "1", path],
        "report -j 2": [shakedown, "report", "-q", "-j", "2", path],
        "conns ndjson": [shakedown, "conns", "-q", "-j", "1", "--format", "ndjson", path],
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
    points = {}
    for what, packets, concurrent in STRAIGHT:
        packets = min(int(packets * options.scale), options.most)
        concurrent = max(1, int(concurrent * options.scale))
        varied = packets if what == "packets" else concurrent
        if varied in [v for v, _ in points.get(what, [])]:
            continue
        path = write(options, directory, "headers", packets, concurrent)
        _, cpu, memory = measure({"report": ours(options, path)["report"]}, options.runs)["report"]
        bar = "#" * min(60, int(cpu / packets * 1e9 / 25))
        print(f"{what:<12} {packets:>9} {concurrent:>10} {cpu / packets * 1e9:8.0f} {memory:9.1f} {bar}",
              flush=True)
        points.setdefault(what, []).append((varied, cpu / packets * 1e9))
        os.unlink(path)
    if options.plot:
        with open(options.plot, "w", encoding="utf-8") as out:
            out.write(plot(points))


def plot(points):
    """Both curves over a logarithmic axis, with numbers at their points."""
    width, height, left, bottom = 640, 300, 60, 40
    top = 1.25 * max(y for curve in points.values() for _, y in curve)
    low = math.log10(min(x for curve in points.values() for x, _ in curve))
    high = math.log10(max(x for curve in points.values() for x, _ in curve))

    def at(x, y):
        across = (math.log10(x) - low) / (high - low or 1)
        return left + across * (width - left - 30), height - bottom - y / top * (height - bottom - 20)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
             ' font-size="11">', '<rect width="100%" height="100%" fill="#fff"/>',
             f'<text x="{left}" y="14">ns of CPU time a packet</text>',
             f'<text x="{width - 30}" y="{height - 6}" text-anchor="end">packets, or connections at once</text>',
             f'<path d="M{left} 20V{height - bottom}H{width - 20}" fill="none" stroke="#666"/>']
    for decade in range(math.ceil(low), math.floor(high) + 1):
        x, _ = at(10**decade, 0)
        parts.append(f'<text x="{x:.0f}" y="{height - bottom + 16}" text-anchor="middle">{10**decade:,}</text>')
    for (what, curve), color, mark in zip(points.items(), ("#1f5fa8", "#b3541e"), ("", ' stroke-dasharray="5 3"')):
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in curve))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"{mark}/>')
        for point in curve:
            x, y = at(*point)
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>'
                         f'<text x="{x:.1f}" y="{y - 7:.1f}" text-anchor="middle" fill="{color}">{point[1]:.0f}</text>')
        x, y = at(*curve[-1])
        parts.append(f'<text x="{x:.1f}" y="{y + 16:.1f}" text-anchor="end" fill="{color}">{what}</text>')
    return "\n".join(parts) + "\n</svg>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for program in ("workload", "empty", "shakedown"):
        parser.add_argument("--" + program, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--straight", action="store_true")
    parser.add_argument("--most", type=int, default=10_000_000, help="packets, of --straight")
    parser.add_argument("--plot", help="an SVG of --straight")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shakedown-bench-") as directory:
        kinds(options, directory)
        if options.peers:
            peers(options, directory)
        if options.straight:
            straight(options, directory)


if __name__ == "__main__":
    main()
