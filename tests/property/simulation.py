#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Two endpoints by RFC 9293, a lossy path, and a tap on it: what shakedown says of the tap's capture is held against
the states that the endpoints really had.

    simulation.py PROGRAM [--seeds N] [--first SEED] [--keep DIR] [-v]

Segments are lost before or behind the tap, sent again by timeout, and answered as §3.10.7 has it; the two sides send
data, close, abort or vanish at random times. A side counts as right when the history in its record is its sequence of
states. Left out of account: states that nothing in the capture shows (timers, a vanished host, segments lost before the
tap), which may be there or not, and beliefs at a history's end that are marked "delivered", which may be wrong. Some
losses leave no trace at all, so a few sides in a hundred may differ; more is a failure. Speaks TAP; each batch of
seeds is one test, and a failure names its seeds.
"""
import argparse
import heapq
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
START = 1_767_225_600  # of the capture's clock, seconds
PATH = 0.008  # one way, seconds
RETRIES = 4
BATCH = 100
MOST_WRONG = 0.015  # of a batch's sides


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ahead(a, b):
    """How far sequence number a lies beyond b."""
    return ((a - b + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


class Segment:
    def __init__(self, flags, seq, ack=0, size=0):
        self.flags, self.seq, self.ack, self.size = flags, seq, ack, size

    def end(self):
        return (self.seq + self.size + bool(self.flags & SYN) + bool(self.flags & FIN)) & 0xFFFFFFFF

    def identity(self, sender):
        return sender, self.flags & (FIN | SYN | RST), self.seq, self.size


class World:
    """Time, the path between the two, and the tap."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.queue, self.order, self.now = [], 0, 0.0
        self.captured, self.identities = [], set()
        self.loss = self.random.choice([0, 0.1, 0.2, 0.35])
        self.loses_before_tap = self.random.random() < 0.3
        self.tap = self.random.choice([0.0002, 0.004, 0.004, 0.0078])  # from the client

    def at(self, time, action, *args):
        self.order += 1
        heapq.heappush(self.queue, (time, self.order, action, args))

    def run(self, until):
        while self.queue and self.queue[0][0] < until:
            self.now, _, action, args = heapq.heappop(self.queue)
            action(*args)

    def carry(self, sender, segment, ip_id):
        lost = self.random.random() < self.loss
        if lost and self.loses_before_tap and self.random.random() < 0.5:
            return
        self.at(self.now + sender.to_tap, self.pass_tap, sender, segment, ip_id, lost)

    def pass_tap(self, sender, segment, ip_id, lost):
        self.captured.append((self.now, sender, segment, ip_id))
        self.identities.add(segment.identity(sender.name))
        if not lost:
            self.at(self.now + PATH - sender.to_tap, sender.peer.arrives, segment)


class Endpoint:
    def __init__(self, world, name, address, port, to_tap, listens):
        self.world, self.name, self.address, self.port, self.to_tap = world, name, address, port, to_tap
        self.listens, self.gone = listens, False
        self.state, self.history = "CLOSED", []
        self.isn = world.random.randrange(1 << 32)
        self.snd_una = self.snd_nxt = self.isn
        self.rcv_nxt = self.fin = None
        self.unacked, self.tries, self.timer, self.rto = [], 0, 0, 0.2
        self.ip_id = world.random.randrange(60000)
        self.closes_after = world.random.choice([0.0001, 0.05, 0.5, None, 0.0001])

    def enter(self, state, cause, segment=None):
        if state != self.state:
            self.state = state
            self.history.append((state, cause, segment))
        if state == "CLOSED":
            self.gone, self.unacked = True, []

    def send(self, segment):
        self.ip_id = (self.ip_id + 1) & 0xFFFF
        bare = (segment.flags & (SYN | ACK)) == (SYN | ACK) or (segment.flags & (RST | ACK)) == RST
        self.world.carry(self, segment, 0 if bare else self.ip_id)

    def acknowledge(self):
        self.send(Segment(ACK, self.snd_nxt, self.rcv_nxt))

    def send_surely(self, segment):
        self.unacked.append(segment)
        self.snd_nxt = segment.end()
        self.send(segment)
        if len(self.unacked) == 1:
            self.arm(self.rto)

    def arm(self, delay):
        self.timer += 1
        self.world.at(self.world.now + delay, self.times_out, self.timer)

    def times_out(self, timer):
        if timer != self.timer or not self.unacked or self.state in ("CLOSED", "TIME-WAIT"):
            return
        self.tries += 1
        if self.tries > RETRIES:
            self.enter("CLOSED", None)
            return
        first = self.unacked[0]
        flags = first.flags if first.flags & SYN else first.flags | ACK
        self.send(Segment(flags, first.seq, self.rcv_nxt or 0, first.size))
        self.arm(self.rto * 2**self.tries)

    # User calls, §3.10.1 to §3.10.5.
    def open(self):
        syn = Segment(SYN, self.isn)
        self.rto = 1.0
        self.enter("SYN-SENT", "sent", syn)
        self.send_surely(syn)

    def write(self, size):
        if self.state in ("ESTABLISHED", "CLOSE-WAIT"):
            self.send_surely(Segment(ACK | PSH, self.snd_nxt, self.rcv_nxt, size))

    def close(self):
        if self.state in ("ESTABLISHED", "CLOSE-WAIT"):
            fin = Segment(FIN | ACK, self.snd_nxt, self.rcv_nxt)
            self.fin = fin.seq
            self.enter("FIN-WAIT-1" if self.state == "ESTABLISHED" else "LAST-ACK", "sent", fin)
            self.send_surely(fin)

    def abort(self):
        if self.state in ("ESTABLISHED", "CLOSE-WAIT", "FIN-WAIT-1", "FIN-WAIT-2"):
            rst = Segment(RST | ACK, self.snd_nxt, self.rcv_nxt)
            self.enter("CLOSED", "sent", rst)
            self.send(rst)

    def vanish(self):
        if self.state in ("ESTABLISHED", "CLOSE-WAIT", "FIN-WAIT-2"):
            self.enter("CLOSED", None)

    def live(self):
        """What the program does with its connection."""
        rand, now = self.world.random, self.world.now
        later = 0.01
        for _ in range(rand.randrange(4)):
            self.world.at(now + later, self.write, rand.choice([10, 100, 1000]))
            later += rand.choice([0.001, 0.02, 0.3])
        kind = rand.random()
        if kind < 0.5:
            self.world.at(now + rand.choice([0.1, 0.2, later, later]), self.close)
        elif kind < 0.6:
            self.world.at(now + later + rand.random() * 0.5, self.abort)
        elif kind < 0.65:
            self.world.at(now + later + rand.random() * 0.5, self.vanish)

    # Segment arrives, §3.10.7.
    def arrives(self, segment):
        if self.state == "CLOSED":
            self.arrives_closed(segment)
        elif self.state == "SYN-SENT":
            self.arrives_syn_sent(segment)
        else:
            self.arrives_otherwise(segment)

    def arrives_closed(self, segment):
        if self.listens and not self.gone and segment.flags & (SYN | ACK) == SYN:
            self.rcv_nxt, self.rto = segment.end(), 1.0
            self.enter("SYN-RECEIVED", "received", segment)
            self.send_surely(Segment(SYN | ACK, self.isn, self.rcv_nxt))
        elif segment.flags & RST:
            pass
        elif segment.flags & ACK:
            self.send(Segment(RST, segment.ack))
        else:
            self.send(Segment(RST | ACK, 0, segment.end()))

    def arrives_syn_sent(self, segment):
        if segment.flags & RST:
            if segment.flags & ACK and segment.ack == self.snd_nxt:
                self.enter("CLOSED", "received", segment)
        elif segment.flags & (SYN | ACK) == (SYN | ACK) and segment.ack == self.snd_nxt:
            self.rcv_nxt, self.snd_una = segment.end(), segment.ack
            self.unacked, self.tries, self.rto = [], 0, 0.2
            self.enter("ESTABLISHED", "received", segment)
            self.acknowledge()
            self.live()

    def arrives_otherwise(self, segment):
        if segment.flags & RST:
            if segment.seq == self.rcv_nxt:
                self.enter("CLOSED", "received", segment)
            return
        if segment.flags & SYN:
            if self.state == "SYN-RECEIVED":
                self.send(Segment(SYN | ACK, self.isn, self.rcv_nxt))
            else:
                self.acknowledge()
            return
        if ahead(segment.ack, self.snd_nxt) > 0:
            return
        if ahead(segment.ack, self.snd_una) > 0:
            self.takes_ack(segment)
        if self.state not in ("CLOSED", "SYN-RECEIVED") and segment.end() != segment.seq:
            self.takes_text(segment)

    def takes_ack(self, segment):
        self.snd_una, self.tries, self.rto = segment.ack, 0, 0.2
        while self.unacked and ahead(self.unacked[0].end(), self.snd_una) <= 0:
            self.unacked.pop(0)
        self.timer += 1
        if self.unacked:
            self.arm(self.rto)
        if self.state == "SYN-RECEIVED":
            self.enter("ESTABLISHED", "received", segment)
            self.live()
        if self.fin is not None and ahead(self.snd_una, self.fin) > 0:
            after = {"FIN-WAIT-1": "FIN-WAIT-2", "CLOSING": "TIME-WAIT", "LAST-ACK": "CLOSED"}
            if self.state in after:
                self.enter(after[self.state], "received", segment)

    def takes_text(self, segment):
        if segment.seq == self.rcv_nxt:
            self.rcv_nxt = segment.end()
            after = {"ESTABLISHED": "CLOSE-WAIT", "FIN-WAIT-1": "CLOSING", "FIN-WAIT-2": "TIME-WAIT"}
            if segment.flags & FIN and self.state in after:
                if self.state == "ESTABLISHED" and self.closes_after is not None:
                    self.world.at(self.world.now + self.closes_after, self.close)
                self.enter(after[self.state], "received", segment)
        self.acknowledge()


def simulate(seed):
    world = World(seed)
    client = Endpoint(world, "client", "192.0.2.1", 40000 + seed % 20000, world.tap, False)
    server = Endpoint(world, "server", "198.51.100.7", 443, PATH - world.tap, world.random.random() > 0.05)
    client.peer, server.peer = server, client
    world.at(0.001, client.open)
    world.run(world.random.choice([0.6, 3.0, 20.0]))
    return world, client, server


def packet(sender, segment, ip_id):
    def ip(text):
        return bytes(map(int, text.split(".")))

    source, target = ip(sender.address), ip(sender.peer.address)
    ack = segment.ack if segment.flags & ACK else 0
    tcp = struct.pack("!HHIIBBHHH", sender.port, sender.peer.port, segment.seq, ack, 5 << 4, segment.flags, 64240, 0, 0)
    tcp += b"x" * segment.size
    total = checksum(source + target + struct.pack("!HH", 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), ip_id, 0x4000, 64, 6, 0) + source + target
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return bytes(12) + b"\x08\x00" + header + tcp


def write_capture(world, path):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
        for time, sender, segment, ip_id in world.captured:
            data, stamp = packet(sender, segment, ip_id), round((START + time) * 1e9)
            out.write(struct.pack("<IIII", stamp // 10**9, stamp % 10**9, len(data), len(data)) + data)


def truth(world, endpoint):
    """[(state, whether the capture shows it)], from the first that is not CLOSED."""
    sequence = []
    for state, cause, segment in endpoint.history:
        sender = endpoint.name if cause == "sent" else endpoint.peer.name
        shown = cause is not None and segment.identity(sender) in world.identities
        if sequence or state != "CLOSED":
            sequence.append((state, shown))
    return sequence


def agrees(real, told):
    """told is real, with what the capture does not show left out or not."""
    at = {0}
    for state in told:
        reached = set()
        for i in at:
            while i < len(real):
                if real[i][0] == state:
                    reached.add(i + 1)
                if real[i][1]:
                    break
                i += 1
        at = reached
    return any(not any(shown for _, shown in real[i:]) for i in at)


def right(real, side):
    entries = [e for e in side["history"] if e["evidence"] != "timer"]
    while entries and entries[0]["state"] == "CLOSED":
        entries.pop(0)
    states = [e["state"] for e in entries]
    loose = 0
    while loose < len(entries) and entries[-1 - loose]["evidence"] == "delivered":
        loose += 1
    return any(agrees(real, states[: len(states) - n]) for n in range(loose + 1))


def check(program, seed, path):
    """[(right, line for people)], one a side that the capture says something of."""
    world, client, server = simulate(seed)
    if not world.captured:
        return []
    write_capture(world, path)
    run = subprocess.run([program, "conns", "--format", "ndjson", path], capture_output=True, timeout=60)
    records = [json.loads(line) for line in run.stdout.splitlines()]
    found = []
    for endpoint in (client, server):
        real = truth(world, endpoint)
        if not any(shown for _, shown in real):
            continue
        side = records[0][endpoint.name] if run.returncode == 0 and len(records) == 1 else None
        told = " ".join(e["state"] for e in side["history"]) if side else f"status {run.returncode}, {len(records)} records"
        line = f"seed {seed}, {endpoint.name}: was {' '.join(s if k else f'({s})' for s, k in real)}; told {told}"
        found.append((side is not None and right(real, side), line))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--keep", help="leave the captures in this folder")
    parser.add_argument("-v", action="store_true", help="name every side that differs")
    args = parser.parse_args()
    folder = args.keep or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    batches = range(args.first, args.first + args.seeds, BATCH)
    print(f"1..{len(batches)}")
    failed = 0
    for number, first in enumerate(batches, 1):
        last = min(first + BATCH, args.first + args.seeds)
        sides = []
        for seed in range(first, last):
            path = os.path.join(folder, f"{seed}.pcap")
            sides += check(args.program, seed, path)
            if not args.keep and os.path.exists(path):
                os.unlink(path)
        wrong = [line for ok, line in sides if not ok]
        good = len(sides) > 0 and len(wrong) <= MOST_WRONG * len(sides)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - seeds {first} to {last - 1}: {len(sides) - len(wrong)} of {len(sides)} sides right")
        for line in wrong if args.v or not good else []:
            print(f"# {line}")
        sys.stdout.flush()
    if not args.keep:
        os.rmdir(folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
