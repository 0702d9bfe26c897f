# SPDX-License-Identifier: BSD-3-Clause
"""A path between two hosts that loses, delays and doubles the segments it is told to, and keeps what three taps see:
one at each host and one half-way."""
import ctypes
import fcntl
import heapq
import select
import socket
import struct
import threading
import time

HALF = 0.004  # from a host to the tap in the middle, seconds
VANTAGES = ("client", "middle", "server")
FIN, SYN, RST, ACK = 1, 2, 4, 16
PACKET_OUTGOING = 4
SIOCETHTOOL = 0x8946
# Checksums received and sent, scatter-gather, segmentation, and their like.
OFFLOADS = (0x15, 0x17, 0x19, 0x1F, 0x24, 0x2C)


def without_offloads(interface):
    """In this namespace: what leaves is what a cable would carry."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for command in OFFLOADS:
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            try:
                fcntl.ioctl(s, SIOCETHTOOL, struct.pack("16sP", interface.encode(), ctypes.addressof(value)))
            except OSError:
                pass  # it has none


def raw_socket(interface):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.bind((interface, 0))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    return s


class Segment:
    """A frame with a TCP segment on its way. Where it was seen: self.seen, by vantage; times are time.monotonic()."""

    def __init__(self, frame, start, end):
        self.frame = frame
        source, destination, self.seq, self.ack, offset, self.flags = struct.unpack_from("!HHIIBB", frame, start)
        self.ports = source, destination
        self.size = end - start - (offset >> 4) * 4
        self.side = None
        self.seen = {}
        self.left = self.arrived = None

    def identity(self):
        """The same for a copy sent again."""
        control = self.flags & (FIN | SYN | RST)
        return self.side, control, self.seq, self.size, None if control or self.size else self.ack


def segment_of(frame):
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == 0x0800 and frame[23] == socket.IPPROTO_TCP:
        return Segment(frame, 14 + (frame[14] & 15) * 4, 14 + struct.unpack_from("!H", frame, 16)[0])
    if kind == 0x86DD and frame[20] == socket.IPPROTO_TCP:
        return Segment(frame, 54, 54 + struct.unpack_from("!H", frame, 18)[0])
    return None


class Wire(threading.Thread):
    """sockets: by side. rules: {service: {(side, n): (what, seconds)}}, for the nth segment of that side to that port:
    lost `before` or `after` the middle, late by so much there (`late-before`, `late-after`), delivered `twice`,
    `unseen` by the middle; with `from-` all from the nth on."""

    def __init__(self, sockets, rules):
        super().__init__(daemon=True)
        self.sockets, self.rules = sockets, rules
        self.segments, self.counts, self.queue = [], {}, []
        self.serial = 0
        self.ended = threading.Event()

    def run(self):
        poll = select.poll()
        sides = {s.fileno(): side for side, s in self.sockets.items()}
        for fd in sides:
            poll.register(fd, select.POLLIN)
        while not self.ended.is_set():
            for fd, _ in poll.poll(self.deliver()):
                frame, address = self.sockets[sides[fd]].recvfrom(70000)
                if address[2] != PACKET_OUTGOING:
                    self.take(sides[fd], frame)

    def deliver(self):
        """What is due; returns how long to wait for more, milliseconds."""
        while self.queue:
            wait = self.queue[0][0] - time.monotonic()
            if wait > 0.001:
                return min(wait * 1000 - 1, 20)
            if wait > 0:  # less than poll() can wait
                time.sleep(min(wait, 0.0003))
                return 0
            _, _, what, args = heapq.heappop(self.queue)
            what(*args)
        return 20

    def at(self, when, what, *args):
        self.serial += 1
        heapq.heappush(self.queue, (when, self.serial, what, args))

    def rule(self, service, side, n):
        rules = self.rules.get(service, {})
        if (side, n) in rules and not rules[side, n][0].startswith("from-"):
            return rules[side, n]
        for (who, first), (what, _) in rules.items():
            if who == side and what.startswith("from-") and n >= first:
                return what[len("from-"):], 0
        return None, 0

    def take(self, side, frame):
        now, other = time.monotonic(), "server" if side == "client" else "client"
        s = segment_of(frame)
        if not s:
            self.at(now + 2 * HALF, self.give, other, frame, None)
            return
        s.side, s.left, s.seen[side] = side, now, now
        service = s.ports[side == "client"]
        n = self.counts[service, side] = self.counts.get((service, side), -1) + 1
        self.segments.append(s)
        what, much = self.rule(service, side, n)
        if what != "before":
            self.at(now + HALF + (much if what == "late-before" else 0), self.pass_middle, s, other, what, much)

    def pass_middle(self, s, other, what, much):
        now = time.monotonic()
        if what != "unseen":
            s.seen["middle"] = now
        if what == "after":
            return
        self.at(now + HALF + (much if what == "late-after" else 0), self.give, other, s.frame, s)
        if what == "twice":
            self.at(now + HALF + much, self.give, other, s.frame, None)

    def give(self, other, frame, s):
        if s:
            s.arrived = s.seen[other] = time.monotonic()
        try:
            self.sockets[other].send(frame)
        except OSError:
            pass  # the host is going


def write_pcap(path, segments, vantage, until, shift):
    """What a tap there has seen; shift: from time.monotonic() to real time."""
    seen = sorted((s for s in segments if s.seen.get(vantage, until) < until), key=lambda s: s.seen[vantage])
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
        for s in seen:
            t = int((s.seen[vantage] + shift) * 1e9)
            out.write(struct.pack("<IIII", t // 10**9, t % 10**9, len(s.frame), len(s.frame)) + s.frame)
