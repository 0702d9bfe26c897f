# SPDX-License-Identifier: BSD-3-Clause
"""Programs at both ends of a connection, made up at random, and what happens to their segments."""
import random
import socket
import struct
import time

FIRST_PORT = 7000


def abort(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def some_steps(rng):
    steps = []
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        what = rng.choice(("send", "send", "sleep", "read"))
        steps.append((what, rng.choice((1, 100, 700, 3000, 9000)) if what == "send" else rng.choice((0.005, 0.02, 0.05, 0.1, 0.3))))
    return steps + rng.choice((
        [("close", 0)], [("close", 0)], [("sleep", rng.choice((0.001, 0.03, 0.08))), ("close", 0)], [("abort", 0)], [("hold", 0)],
        [("shutdown", 0), ("read", 0.2), ("close", 0)], [("shutdown", 0), ("read", 3), ("hold", 0)],
        [("shutdown", 0), ("sleep", 0.1), ("close", 0)], [("read", 3), ("close", 0)], [("read", 3), ("close", 0)],
        [("read", 3), ("abort", 0)]))


def some_rules(rng):
    """For wire.Wire."""
    rules = {}
    for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 2, 3))):
        what = rng.choice(("before", "before", "after", "after", "after", "late-after", "late-after", "late-before", "twice",
                           "unseen", "unseen"))
        rules[rng.choice(("client", "server")), min(int(rng.expovariate(0.28)), 14)] = what, rng.choice((0.003, 0.012, 0.03, 0.09))
    if rng.random() < 0.08:
        rules[rng.choice(("client", "server")), rng.randrange(1, 8)] = rng.choice(("from-before", "from-after")), 0
    return rules


class Talk:
    def __init__(self, rng, number):
        self.service, self.port = FIRST_PORT + number, 30000 + number * 1000 + rng.randrange(1000)
        self.start, self.accept = rng.random() * 0.5, rng.choice((0, 0, 0, 0, 0.1, 5))
        self.client, self.server = some_steps(rng), some_steps(rng)
        self.rules = some_rules(rng)
        self.listens = rng.random() > 0.06
        self.patience = rng.choice((0.002, 0.012, 0.05, 1.2)) if rng.random() < 0.05 else None  # in SYN-SENT
        self.sockets = []

    def __str__(self):
        return f"client {self.client}, server {self.server} after {self.accept}, {self.rules}"

    def run_client(self, s, address):
        time.sleep(self.start)
        try:
            if self.patience is not None:
                s.setblocking(False)
                s.connect_ex((address, self.service))
                time.sleep(self.patience)
                s.close()
                return
            s.settimeout(3)
            s.connect((address, self.service))
        except OSError:
            s.close()
            return
        self.act(s, self.client)

    def run_server(self, listener, seconds):
        time.sleep(self.accept)
        try:
            listener.settimeout(max(0.1, seconds - self.accept))
            s, _ = listener.accept()
        except OSError:
            return
        s.settimeout(3)
        self.act(s, self.server)

    def act(self, s, steps):
        self.sockets.append(s)
        try:
            for what, much in steps:
                if what == "send":
                    s.sendall(b"x" * much)
                elif what == "sleep":
                    time.sleep(much)
                elif what == "read":
                    read_for(s, much)
                elif what == "shutdown":
                    s.shutdown(socket.SHUT_WR)
                elif what == "close":
                    s.close()
                elif what == "abort":
                    abort(s)
        except OSError:
            pass  # the other has reset; it stays as it is

    def end(self):
        for s in self.sockets:
            try:
                abort(s)
            except OSError:
                pass


def read_for(s, seconds):
    """To the end of what comes, but no longer."""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            s.settimeout(max(0.01, end - time.monotonic()))
            if not s.recv(65536):
                break
    except socket.timeout:
        pass
    s.settimeout(3)


def some_talks(seed, many):
    rng = random.Random(seed)
    return [Talk(rng, i) for i in range(many)]


def some_settings(seed):
    """sysctls under net.ipv4, which hold for both hosts."""
    rng = random.Random(-seed)
    out = {}
    for key, value, share in (("tcp_fin_timeout", 1, 0.4), ("tcp_timestamps", 0, 0.2), ("tcp_sack", 0, 0.2), ("tcp_orphan_retries", 2, 0.3),
                              ("tcp_synack_retries", 1, 0.2)):
        if rng.random() < share:
            out[key] = value
    return out
