#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""How many sides' states are right where the capture lost packets that the kernels had.

    lost.py PROGRAM TRUTH [--run N] [--most M] [--seed S] [--verbose]

TRUTH holds score.py and dev/NAME.pcap with NAME.truth.json, the kernels' own states. Of each capture every N packets that follow
each other are taken out in turn (of long ones M such places, chosen by the seed), and what is left is held against the truth as
score.py does it. A state whose cause was taken out, and is not there a second time, may be missing.
"""
import argparse
import glob
import importlib.util
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

FLAGS = "FSRP.UEW"


def load(path):
    """(header, [(record, cause)]): of a segment what the truth calls it when it is a cause, or None."""
    data = open(path, "rb").read()
    if data[:4] not in (b"\x4d\x3c\xb2\xa1", b"\xd4\xc3\xb2\xa1"):
        return None
    link, at, records = struct.unpack_from("<I", data, 20)[0], 24, []
    while at + 16 <= len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        records.append((data[at:at + 16 + length], cause_of(data[at + 16:at + 16 + length], link)))
        at += 16 + length
    return data[:24], records


def cause_of(packet, link):
    kind, at = {1: (12, 14), 276: (0, 20)}.get(link, (0, 0))
    if len(packet) < at + 20:
        return None
    proto = struct.unpack_from("!H", packet, kind)[0]
    while proto in (0x8100, 0x88A8):
        proto, at = struct.unpack_from("!H", packet, at + 2)[0], at + 4
    if proto == 0x0800:
        header, end = (packet[at] & 15) * 4, at + struct.unpack_from("!H", packet, at + 2)[0]
        tcp = packet[at + 9] == 6
    elif proto == 0x86DD and len(packet) >= at + 40:
        header, end, tcp = 40, at + 40 + struct.unpack_from("!H", packet, at + 4)[0], packet[at + 6] == 6
    else:
        return None
    at += header
    if not tcp or len(packet) < at + 20:
        return None
    seq, ack, offset, bits = struct.unpack_from("!IIBB", packet, at + 4)
    flags = "".join(letter for i, letter in enumerate(FLAGS[:6]) if bits >> i & 1)
    return "".join(sorted(flags)), seq, ack, end - at - (offset >> 4) * 4


def parse_cause(text):
    found = re.search(r"\[([^\]]*)\] seq=(\d+) ack=(\d+) len=(\d+)", text or "")
    return found and ("".join(sorted(found[1])), int(found[2]), int(found[3]), int(found[4]))


def truth_without(truth, gone):
    truth = json.loads(json.dumps(truth))
    for connection in truth["connections"]:
        for who in "client_states", "server_states":
            for item in connection.get(who) or []:
                if parse_cause(item.get("cause")) in gone:
                    item["cause_captured"] = False
    return truth


def judge(score, truth, connections):
    """(sides asked, wrong ones)"""
    by, asked, wrong = {}, 0, []
    for c in sorted(connections, key=lambda c: (c["start"], c["id"])):
        ends = [(score.addr(c[who]["addr"]), c[who]["port"]) for who in ("client", "server")]
        by.setdefault(tuple(ends), []).append(c)
    for want in truth["connections"]:
        server = (score.addr(want["server"]["ip"]), want["server"]["port"])
        seen = [want["client"]] + [want[k] for k in ("client_as_seen_by_server",) if want.get(k)]
        clients = [(score.addr(end["ip"]), end["port"]) for end in seen]
        keys = [k for client in clients for k in ((client, server), (server, client)) if by.get(k)]
        record = by[keys[0]].pop(0) if keys else None
        flip = bool(keys) and keys[0][0] == server
        at = want.get("at_capture_start") or {}
        for who, other in (("client", "server"), ("server", "client")):
            if want.get(who + "_states") is None:
                continue
            need = score.wanted(want[who + "_states"], at.get(who), truth["capture"]["start"])
            if not any(must for _, must in need):
                continue
            asked += 1
            got, loose = score.given(record[other if flip else who]) if record else ([], 0)
            if not any(score.same(need, got[:len(got) - n]) for n in range(loose + 1)):
                wrong.append((who, need, got))
    return asked, wrong


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("program")
    ap.add_argument("truth")
    ap.add_argument("--run", type=int, default=1)
    ap.add_argument("--most", type=int, default=20)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--verbose", action="store_true")
    args = ap.parse_args()
    spec = importlib.util.spec_from_file_location("score", os.path.join(args.truth, "score.py"))
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    rng = random.Random(args.seed)
    jobs = []
    for path in sorted(glob.glob(os.path.join(args.truth, "dev", "*.truth.json"))):
        loaded = load(path[:-len(".truth.json")] + ".pcap")
        if not loaded:
            continue
        truth = json.load(open(path, encoding="utf-8"))
        places = range(len(loaded[1]) - args.run + 1)
        if len(places) > args.most:
            places = sorted(rng.sample(places, args.most))
        jobs += [(truth, loaded, at) for at in places]

    def one(job):
        truth, (header, records), at = job
        rest = records[:at] + records[at + args.run:]
        gone = {cause for _, cause in records[at:at + args.run]} - {cause for _, cause in rest} - {None}
        with tempfile.NamedTemporaryFile(suffix=".pcap") as f:
            f.write(header + b"".join(record for record, _ in rest))
            f.flush()
            out = subprocess.run([args.program, "conns", "-q", "-j", "1", "--format", "ndjson", f.name], capture_output=True,
                                 timeout=60, check=False).stdout
        return truth["scenario"], at, judge(score, truth_without(truth, gone), [json.loads(line) for line in out.splitlines()])

    asked = right = 0
    with ThreadPoolExecutor(2) as pool:
        for name, at, (n, wrong) in pool.map(one, jobs):
            asked += n
            right += n - len(wrong)
            for who, need, got in wrong if args.verbose else ():
                print(f"{name} without frame {at + 1}{f' to {at + args.run}' if args.run > 1 else ''}: {who}\n    kernel    ",
                      " ".join(x if must else f"({x})" for x, must in need), "\n    shakedown ", " ".join(got))
    print(f"{len(jobs)} captures, {args.run} packets less each: {right} of {asked} sides right ({100 * right / max(asked, 1):.2f} %)")
    return 0 if asked else 1


if __name__ == "__main__":
    sys.exit(main())
