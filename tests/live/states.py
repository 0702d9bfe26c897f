# SPDX-License-Identifier: BSD-3-Clause
"""What kernels say of their sockets' states: a tracepoint tells the transitions of full sockets, inet_diag shows the small
ones that stand for requests and for TIME-WAIT."""
import ctypes
import multiprocessing
import os
import socket
import struct
import time

from network import PATIENCE, name_of
from wire import FIN, RST, SYN

NAMES = {0: "CLOSED", 1: "ESTABLISHED", 2: "SYN-SENT", 3: "SYN-RECEIVED", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2", 6: "TIME-WAIT",
         7: "CLOSED", 8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING", 12: "SYN-RECEIVED"}
TRACED = {"TCP_ESTABLISHED": 1, "TCP_SYN_SENT": 2, "TCP_SYN_RECV": 3, "TCP_FIN_WAIT1": 4, "TCP_FIN_WAIT2": 5, "TCP_TIME_WAIT": 6,
          "TCP_CLOSE": 7, "TCP_CLOSE_WAIT": 8, "TCP_LAST_ACK": 9, "TCP_LISTEN": 10, "TCP_CLOSING": 11, "TCP_NEW_SYN_RECV": 12}
GONE, SYN_RECEIVED, FIN_WAIT_2, TIME_WAIT, CLOSE, LISTEN = 0, 3, 5, 6, 7, 10
# A small socket is there for longer than what it replaces, and is seen at the next look, on a busy machine much later.
OUTLIVES, NEXT_LOOK = 0.0025, 0.15
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP_REQUEST = 4, 20, 0x301


TRACING = "/sys/kernel/tracing"
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000


def mount_tracefs():
    """Where nobody has: in a mount namespace of one's own, which goes with this process and those it starts."""
    libc = ctypes.CDLL(None, use_errno=True)

    def must(result):
        if result:
            raise OSError(ctypes.get_errno(), f"tracefs: {os.strerror(ctypes.get_errno())}")

    must(libc.unshare(CLONE_NEWNS))
    must(libc.mount(b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None))
    must(libc.mount(b"tracefs", TRACING.encode(), b"tracefs", ctypes.c_ulong(0), None))


class Trace:
    """An instance of tracefs for oneself; OSError where there is none."""

    def __init__(self):
        if not os.path.isdir(os.path.join(TRACING, "instances")):
            mount_tracefs()
        self.path = f"{TRACING}/instances/{name_of('kernels')}"
        os.mkdir(self.path)
        try:
            self.put("trace_clock", "mono")
            self.put("buffer_size_kb", "4096")
            self.put("events/sock/inet_sock_set_state/enable", "1")
        except OSError:
            os.rmdir(self.path)
            raise

    def put(self, name, value):
        with open(os.path.join(self.path, name), "w", encoding="ascii") as f:
            f.write(value)

    def clear(self):
        self.put("trace", "")

    def read(self, six):
        """[(time, address, port, the other's port, state)]"""
        out = []
        with open(os.path.join(self.path, "trace"), encoding="ascii", errors="replace") as f:
            for line in f:
                head, colon, tail = line.partition("inet_sock_set_state:")
                if not colon or line.startswith("#"):
                    continue
                v = dict(word.split("=", 1) for word in tail.split())
                out.append((float(head.split()[-1].rstrip(":")), v["saddrv6" if six else "saddr"], int(v["sport"]), int(v["dport"]),
                            TRACED[v["newstate"]]))
        return out

    def close(self):
        self.put("events/sock/inet_sock_set_state/enable", "0")
        os.rmdir(self.path)


def look(s, request):
    """{(port, the other's port): state}"""
    found = {}
    s.send(request)
    while True:
        data, at = s.recv(1 << 20), 0
        while at < len(data):
            length, kind = struct.unpack_from("=IH", data, at)
            if kind != SOCK_DIAG_BY_FAMILY:  # done, or an error
                return found
            if data[at + 17] != LISTEN:
                found[struct.unpack_from("!HH", data, at + 20)] = data[at + 17]
            at += (length + 3) & ~3


def watch(s, family, until, pipe):
    request = struct.pack("=IHHII", 72, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP_REQUEST, 1, 0)
    request += struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + bytes(48)
    had, changes = {}, []
    while time.monotonic() < until.value:
        before = time.monotonic()
        now = look(s, request)
        t = (before + time.monotonic()) / 2
        changes += [(t, *key, state) for key, state in now.items() if had.get(key) != state]
        changes += [(t, *key, GONE) for key in had if key not in now]
        had = now
        time.sleep(0.0007)
    pipe.send(changes)


class Watch:
    """Looks at the sockets of the namespace it is made in, about every millisecond, in a process of its own. To be made before
    other sockets: they would live on in it."""

    def __init__(self, family):
        s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
        s.bind((0, 0))
        self.until = multiprocessing.Value("d", float("inf"))
        self.pipe, there = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=watch, args=(s, family, self.until, there), daemon=True)
        self.process.start()
        s.close()

    def end(self, when):
        """[(time, port, the other's port, state)], when something changed."""
        self.until.value = when
        changes = self.pipe.recv() if self.pipe.poll(PATIENCE) else []
        self.process.join(PATIENCE)
        self.pipe.close()
        return changes


def spans(changes, end):
    """[(from, to, state)]"""
    out, at = [], None
    for t, _, _, state in changes:
        if at:
            out.append((at[0], t, at[1]))
        at = (t, state)
    return out + ([(at[0], end, at[1])] if at else [])


def small_sockets(small, t, had):
    """[(time, name)] of those that took the place of a socket closed at t: none if it was just closed."""
    first = next((i for i, (begin, until, state) in enumerate(small)
                  if state in (FIN_WAIT_2, TIME_WAIT) and until > t + OUTLIVES and begin < t + NEXT_LOOK), None)
    if first is None:
        return None
    out = []
    for i, (begin, _, state) in enumerate(small[first:]):
        if state not in (GONE, FIN_WAIT_2, TIME_WAIT):
            break
        if NAMES[state] != had:
            out.append((begin if i else t, NAMES[state]))
            had = NAMES[state]
        if state == GONE:
            break
    return out


def history(traced, changes, passive, end):
    """[(time, name)] of a socket: the two sources together."""
    small = spans([c for c in changes if c[0] <= end], end)
    traced = [t for t in traced if t[0] <= end and t[4] != LISTEN]
    out = []
    if passive:
        request = next((s for s in small if s[2] == SYN_RECEIVED), None)
        child = next((t for t in traced if t[4] == SYN_RECEIVED), None)
        if request and (not child or request[0] < child[0]):
            out.append((request[0], "SYN-RECEIVED"))
            gone = next((s for s in small if s[2] == GONE and s[0] > request[0]), None)
            if not traced and gone:
                out.append((gone[0], "CLOSED"))
            traced = [t for t in traced if t is not child]
    for t, _, _, _, state in traced:
        if state == CLOSE and out and out[-1][1] in ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING"):
            instead = small_sockets(small, t, out[-1][1])
            if instead is not None:
                out += instead
                continue
            if t > end - NEXT_LOOK:
                continue  # its small socket may not have been looked at yet
        out.append((t, NAMES[state]))
    return [x for i, x in enumerate(out) if not i or x[1] != out[i - 1][1]]


def cause_of(t, name, host, segments):
    """The segment that made it: the last it got, or what it sent then."""
    sent = [s for s in segments if s.side == host and t - 0.001 <= s.left <= t + 0.008]
    got = [s for s in segments if s.side != host and s.arrived and t - 0.003 <= s.arrived <= t + 0.0006]

    def first(flag):
        return next((s for s in sent if s.flags & flag), None)
    if name == "SYN-SENT":
        return first(SYN)
    if name in ("FIN-WAIT-1", "LAST-ACK"):
        return first(FIN)
    if name == "SYN-RECEIVED":
        got = [s for s in got if s.flags & SYN]
    if name == "CLOSE-WAIT":
        got = [s for s in got if s.flags & FIN] or got
    if name == "CLOSED" and not (got and got[-1].flags & RST) and first(RST):
        return first(RST)
    return got[-1] if got else None


def closed_behind_data(states, host, segments):
    """It has closed while much was still to be sent: its FIN, later, looks like that of a later close."""
    return any(name in ("FIN-WAIT-1", "LAST-ACK") and not cause_of(t, name, host, segments) for t, name in states)


def knowable(states, host, segments, vantage):
    """[(name, a tap there can know it)]: not what a timer or a program did, or a segment that has not passed it, or what lasted
    for no time."""
    there = {s.identity() for s in segments if vantage in s.seen}
    out = []
    for i, (t, name) in enumerate(states):
        cause = cause_of(t, name, host, segments)
        lasted = i + 1 == len(states) or states[i + 1][0] - t >= 1e-4
        out.append((name, cause is not None and cause.identity() in there and lasted))
    return out
