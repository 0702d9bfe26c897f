#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Instructions a packet, by room: what a busy machine does not distort, and so can be compared.

    instructions.py WORKLOAD SHAKEDOWN [PACKETS]

Runs the report under callgrind over small captures (of a release build that kept its symbols), and
tells what the entry of each room and all below it takes. Rooms lie in each other: tracking holds the
detectors, "all" holds everything, the beginning and the end of the program too. A program that was
optimised as a whole has few entries left: for the rooms build with -Dwhole_program=false.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOMS = {
    "reading": "shakedown_capture_read",
    "decoding": "decoder_decode",
    "table": "flow_table_find",
    "tracking": "tcp_tracker_segments",
    "finish": "tcp_tracker_finish",
    "detectors": "detectors_event",
    "records": "shakedown_sink_connection",
    "all": "PROGRAM TOTALS",
}
# How many packets of each there are to a connection that is open at once.
KINDS = {"mix": 20, "headers": 20, "flood": 1, "short": 60, "long": 20000}


def measure(workload, shakedown, kind, packets, directory):
    capture, profile = os.path.join(directory, kind), os.path.join(directory, "profile")
    with open(capture, "wb") as out:
        subprocess.run([workload, kind, str(packets), str(max(1, packets // KINDS[kind]))], stdout=out, check=True)
    subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", shakedown, "report", "-q", capture],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    text = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", profile],
                          capture_output=True, text=True, check=True).stdout
    costs = {}
    for number, name in re.findall(r"^\s*([\d,]+) \(\s*[\d.]+%\)\s+(?:\S*:)?(PROGRAM TOTALS|\w+)", text, re.M):
        costs[name] = max(costs.get(name, 0), int(number.replace(",", "")))
    return {room: costs.get(entry, 0) for room, entry in ROOMS.items()}


def main():
    if not shutil.which("valgrind"):
        print("valgrind is not installed: nothing measured")
        sys.exit(77)
    workload, shakedown = sys.argv[1:3]
    packets = int(sys.argv[3]) if len(sys.argv) > 3 else 60000
    print(f"instructions a packet, of {packets}\n{'':<10}" + "".join(f"{room:>10}" for room in ROOMS))
    with tempfile.TemporaryDirectory(prefix="shakedown-bench-") as directory:
        for kind in KINDS:
            costs = measure(workload, shakedown, kind, packets, directory)
            print(f"{kind:<10}" + "".join(f"{round(c / packets) or '-':>10}" for c in costs.values()),
                  flush=True)


if __name__ == "__main__":
    main()
