#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds each anomaly's display filter against what tshark selects by it.

    test_filters.py PROGRAM CAPTURE...

Where an anomaly names all of its frames, the filter selects exactly those; where they are examples of many, it selects them
and others like them. Skipped (77) where there is no tshark.
"""
import json, shutil, subprocess, sys


def anomalies(program, capture, *more):
    run = subprocess.run([program, "anomalies", "--format", "json", *more, capture], capture_output=True, check=True)
    return json.loads(run.stdout)["anomalies"]


def selected(capture, expression):
    run = subprocess.run(["tshark", "-n", "-r", capture, "-Y", expression, "-T", "fields", "-e", "frame.number"],
                         capture_output=True, text=True, check=True)
    return [int(line) for line in run.stdout.split()]


def main():
    program, captures = sys.argv[1], sys.argv[2:]
    if not shutil.which("tshark"):
        print("no tshark: skipped")
        return 77
    wrong = asked = 0
    for capture in captures:
        seen = set()
        for a in anomalies(program, capture) + anomalies(program, capture, "--all"):
            if a["filter"] in seen:
                continue
            seen.add(a["filter"])
            asked += 1
            got = selected(capture, a["filter"])
            exact = "frame.number" in a["filter"]
            if not got or (got != a["frames"] if exact else len(got) < a["count"]):
                wrong += 1
                print(f"{capture}: {a['kind']}: {a['filter']}\n  selects {got[:20]}, of frames {a['frames'][:20]}")
    print(f"{asked} filters, {wrong} wrong")
    return 1 if wrong or not asked else 0


if __name__ == "__main__":
    sys.exit(main())
