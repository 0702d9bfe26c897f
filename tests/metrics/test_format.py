#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The metrics of captures: well-formed in both formats, and the same numbers as in the report.

    test_format.py PRINT-METRICS SHAKEDOWN RULES CAPTURE...
"""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness  # noqa: E402
import openmetrics  # noqa: E402
from harness import Skip, equal  # noqa: E402

PRINT, SHAKEDOWN, RULES, *CAPTURES = [os.path.abspath(path) for path in sys.argv[1:]]
PROMTOOL = shutil.which("promtool")


def printed(form, capture):
    return subprocess.run([PRINT, form, capture], check=True, capture_output=True, text=True, timeout=60).stdout


def nonzero(counts):
    return {k: v for k, v in counts.items() if v}


def openmetrics_is_by_the_letter():
    for capture in CAPTURES:
        openmetrics.parse(printed("openmetrics", capture))


def both_formats_tell_the_same():
    for capture in CAPTURES:
        new = [line for line in printed("openmetrics", capture).splitlines() if line[0] != "#"]
        old = [line for line in printed("prometheus", capture).splitlines() if line[0] != "#"]
        # What the process takes differs from run to run.
        equal([line for line in old if not line.startswith("process_")],
              [line for line in new if not line.startswith("process_")], capture)


def numbers_are_those_of_the_report():
    for capture in CAPTURES:
        families = openmetrics.parse(printed("openmetrics", capture))
        run = subprocess.run([SHAKEDOWN, "--format", "json", "--all", capture], check=True, capture_output=True, timeout=60)
        document = json.loads(run.stdout)
        summary = document["summary"]
        for name, member in (("packets", "packets"), ("captured_bytes", "bytes"), ("tcp_segments", "segments"),
                             ("connections", "connections"), ("duplicate_packets", "duplicates")):
            equal(openmetrics.values(families, "shakedown_" + name), {(): summary[member]}, f"{capture}: {name}")
        kinds = {}
        for (kind, _), n in openmetrics.values(families, "shakedown_teardowns", "kind", "outcome").items():
            kinds[kind] = kinds.get(kind, 0) + n
        equal(kinds, summary["teardown_kinds"], capture)
        anomalies = {}
        for (kind, _), n in openmetrics.values(families, "shakedown_anomalies", "kind", "severity").items():
            anomalies[kind] = anomalies.get(kind, 0) + n
        equal(nonzero(anomalies), summary["anomalies"], capture)
        legs = openmetrics.values(families, "shakedown_handshake_rtt_seconds", "leg")
        for leg in ("client", "server"):
            measured = [c for c in document["connections"] if c["handshake"][leg + "_rtt_s"] is not None]
            equal(legs[leg], len(measured), f"{capture}: {leg}")
        payload = openmetrics.values(families, "shakedown_payload_bytes", "sender")
        for side in ("client", "server"):
            equal(payload[side], sum(c[side]["bytes"] for c in document["connections"]), f"{capture}: {side}")
        equal(sum(openmetrics.values(families, "shakedown_connection_sides", "side", "state").values()), 0, capture)


def handshakes_are_told_once():
    """As many as there are connections; and as the report has them, but where a belief was taken back later."""
    for capture in CAPTURES:
        families = openmetrics.parse(printed("openmetrics", capture))
        run = subprocess.run([SHAKEDOWN, "--format", "json", capture], check=True, capture_output=True, timeout=60)
        summary = json.loads(run.stdout)["summary"]
        told = openmetrics.values(families, "shakedown_handshakes", "outcome")
        equal(sum(told.values()), summary["connections"], capture)
        taken_back = summary["anomalies"].get("third-ack-lost", 0) + summary["anomalies"].get("accept-queue-overflow", 0)
        differing = sum(abs(told[o] - summary["handshakes"][o]) for o in told) / 2
        assert differing <= taken_back, f"{capture}: {told}, and in the end {summary['handshakes']}"


def promtool_has_nothing_to_say():
    if not PROMTOOL:
        raise Skip("promtool is not installed (Debian: prometheus)")
    for capture in CAPTURES:
        run = subprocess.run([PROMTOOL, "check", "metrics"], input=printed("prometheus", capture), capture_output=True,
                             text=True, timeout=60, check=False)
        equal((run.returncode, run.stdout, run.stderr), (0, "", ""), capture)


def alert_rules_are_right():
    if not PROMTOOL:
        raise Skip("promtool is not installed (Debian: prometheus)")
    run = subprocess.run([PROMTOOL, "check", "rules", RULES], capture_output=True, text=True, timeout=60, check=False)
    equal(run.returncode, 0, run.stdout + run.stderr)


if __name__ == "__main__":
    sys.exit(harness.run_all([openmetrics_is_by_the_letter, both_formats_tell_the_same, numbers_are_those_of_the_report,
                              handshakes_are_told_once, promtool_has_nothing_to_say, alert_rules_are_right],
                             lambda: None))
