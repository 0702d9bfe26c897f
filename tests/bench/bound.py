#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""--max-memory holds for the whole process, and what ends early is said.

    bound.py WORKLOAD SHAKEDOWN [SYNS SERVICES MIB]

SYNs from random sources to many services (5,000,000 to 100,000 within 256 MiB), RSTs of no connection, and waves of
closed connections of ever other shapes, more than there is room for: the peak of resident memory stays below the bound, each has its record, and the records that
were cut short are as many as the summary says.
"""

import json
import os
import subprocess
import sys
import tempfile

# Of less the bound does not tell: what does not grow takes its share.
STRAYS, STRAYS_BOUND = 600000, 256
# So many stay open that the others are packed.
WAVES, STAY, PACKETS_OF_CLOSED, WAVES_BOUND = 2000000, 70000, 6, 180


def peak(command, out):
    process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"bound.py: {' '.join(command)}: status {process.returncode}")
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def hold(workload, shakedown, kind, packets, services, bound, packets_each=1):
    with tempfile.TemporaryDirectory(prefix="shakedown-bound-") as directory:
        capture, records = os.path.join(directory, "crowd.pcap"), os.path.join(directory, "records")
        with open(capture, "wb") as out:
            subprocess.run([workload, kind, str(packets), str(services)], stdout=out, check=True)
        with open(records, "wb") as out:
            memory, cpu = peak([shakedown, "report", "-q", "--format", "ndjson", "--max-memory", f"{bound}M", capture], out)
        connections = cut = 0
        with open(records, encoding="utf-8") as lines:
            for line in lines:
                if line.startswith('{"record":"connection"'):
                    connections += 1
                    cut += '"truncated":"memory"' in line
                elif line.startswith('{"record":"summary"'):
                    summary = json.loads(line)
    told = summary["cut_short"]
    print(f"{packets} packets ({kind}, {services}) within {bound} MiB: at most {memory:.0f} MiB resident,"
          f" {cpu:.1f} s, {connections} records, {cut} cut short")
    print("the summary says:", told)
    assert memory < bound, "the bound does not hold"
    assert connections == summary["connections"] >= packets / packets_each * 0.99
    assert cut and cut == sum(told.values())


def main():
    workload, shakedown = sys.argv[1:3]
    syns, services, bound = (int(a) for a in sys.argv[3:6]) if len(sys.argv) > 3 else (5000000, 100000, 256)
    hold(workload, shakedown, "spread", syns, services, bound)
    # Much hangs off these.
    # A sanitizer's own memory is as much again.
    if "sanitized" not in sys.argv:
        hold(workload, shakedown, "strays", STRAYS, services, STRAYS_BOUND)
        hold(workload, shakedown, "waves", WAVES, STAY, WAVES_BOUND, PACKETS_OF_CLOSED)


if __name__ == "__main__":
    main()
