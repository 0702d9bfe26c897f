#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""How soon, how surely and with how many false alarms floods and scans are told in ordinary traffic.

    sweep.py MIX PROGRAM [--seeds N] [--rates R,R,…]

Makes the captures that tests/bench/mix.c describes, for each rate of SYNs and each seed, and counts what is reported of
the flood and the three scans. Delay: of the packets' clock, from the flood's first SYN to the moment at which it is known.
Prints a table in Markdown.
"""
import argparse, datetime, json, os, subprocess, sys, tempfile

FLOODED = {"server": "10.0.0.3"}
SCANNERS = {"203.0.113.7": "slow", "203.0.113.8": "fast", "203.0.113.9": "sweep"}
STARTS = 1767225600 + 20
ATTACKS = ("syn-flood", "port-scan", "connection-flood", "ack-flood", "fin-flood", "reset-flood", "syn-ack-flood")


def seconds(stamp):
    return datetime.datetime.fromisoformat(stamp[:26] + "+00:00").timestamp()


def anomalies(program, capture):
    run = subprocess.run([program, "anomalies", "--format", "ndjson", capture], capture_output=True, check=True, timeout=600)
    return [json.loads(line) for line in run.stdout.splitlines()]


def judge(found, rate):
    """(delay or None, scanners found, false alarms among attacks, other alarms)"""
    delay, scans, false, other = None, set(), [], []
    for a in found:
        subject = a["subject"]
        host = subject.get("host") or (subject.get("server") or "").rsplit(":", 1)[0]
        if a["kind"] == "syn-flood" and host == "10.0.0.3" and rate:
            at = seconds(a["time"]) + a["evidence"]["known_after_s"] - STARTS
            delay = at if delay is None else min(delay, at)
        elif a["kind"] == "port-scan" and host in SCANNERS:
            scans.add(SCANNERS[host])
        elif a["kind"] in ATTACKS:
            false.append((a["kind"], a["subject"]))
        elif a["severity"] in ("warning", "critical"):
            other.append(a["kind"])
    return delay, scans, false, other


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("mix")
    ap.add_argument("program")
    ap.add_argument("--seeds", type=int, default=5)
    ap.add_argument("--rates", default="0,5,10,20,50,100,1000,10000,100000")
    a = ap.parse_args()
    print("| SYN/s | floods found | delay: median, most | scans found | false attacks | precision | recall |")
    print("|---|---|---|---|---|---|---|")
    for rate in (int(r) for r in a.rates.split(",")):
        delays, scans, false, seeds = [], 0, 0, a.seeds if rate < 100000 else min(a.seeds, 2)
        for seed in range(1, seeds + 1):
            with tempfile.NamedTemporaryFile(suffix=".pcap") as capture:
                subprocess.run([a.mix, str(rate), str(seed)], stdout=capture, check=True)
                delay, kinds, wrong, _ = judge(anomalies(a.program, capture.name), rate)
            delays += [] if delay is None else [delay]
            scans += len(kinds)
            false += len(wrong)
            for w in wrong:
                print("false:", rate, seed, w, file=sys.stderr)
        delays.sort()
        told = f"{delays[len(delays) // 2]:.1f} s, {delays[-1]:.1f} s" if delays else "–"
        right, there = len(delays) + scans, seeds * (3 + (rate > 0))
        floods = f"{len(delays)} of {seeds}" if rate else "–"
        print(f"| {rate:,} | {floods} | {told} | {scans} of {3 * seeds} | {false} | {right / max(right + false, 1):.2f} | {right / there:.2f} |",
              flush=True)


if __name__ == "__main__":
    sys.exit(main())
