# SPDX-License-Identifier: BSD-3-Clause
"""The full screen over real traffic: test_top.py SHAKEDOWN curses|none sandboxed|free. Prints TAP."""
import contextlib
import fcntl
import os
import re
import socket
import struct
import sys
import termios
import threading
import time

from network import LARGE_BUFFER, SERVER, Skip, command, connect, forger, inside, listener, network
from harness import environment, equal, run_all, wait_until
from screen import Terminal

SHAKEDOWN = os.path.abspath(sys.argv[1])
CURSES, SANDBOXED = sys.argv[2] == "curses", sys.argv[3] == "sandboxed"
TESTS = []


def test(function):
    TESTS.append(function)
    return function


@contextlib.contextmanager
def top(net, *args, width=80, height=24, **env):
    if not CURSES:
        raise Skip("built without ncurses")
    t = Terminal([SHAKEDOWN, "watch", "--top", "-i", "eth0", *LARGE_BUFFER, *args], environment(**env), width, height,
                 start=lambda words, **more: net.start(net.server, *words, **more))
    try:
        t.wait_for("no packets yet|UTC")
        yield t
    finally:
        t.close()


def serve(s, many, answer=b"answer"):
    def run():
        for _ in range(many):
            c, _ = s.accept()
            with c:
                c.settimeout(60)
                while c.recv(1000):
                    c.sendall(answer)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def refused(net, port):
    try:
        connect(net, port)
        raise AssertionError("it was not refused")
    except ConnectionRefusedError:
        pass


def all_have_closed(text):
    """Twelve clients and three that were refused. Where the server's ACK and FIN cross on two CPUs, Linux may acknowledge twice;
    the answer to the second is an RST, which ends a TIME-WAIT."""
    found = re.search(r" TIME-WAIT +(\d+) .*\n.* CLOSED +(\d+) ", text)
    return found and int(found[1]) > 6 and int(found[1]) + int(found[2]) == 15


@test
def handshakes_are_counted_as_they_come():
    with network() as net, top(net) as t, listener(net, 8000) as s:
        serve(s, 12)
        open_ones = [connect(net, 8000) for _ in range(12)]
        for _ in range(3):
            refused(net, 8001)
        t.wait_for(rf"^{SERVER}:8000 +\d\.\d +12 +100% +· +· +12 ", rf"^{SERVER}:8001 +\d\.\d +3 +0% +3 ",
                   r"^ ESTABLISHED +12 +12 ", r"15 half-open|0 half-open", r"NOTICE   refused +1 ")
        for c in open_ones:
            c.close()
        t.wait_for(r" TIME-WAIT +\d+ +· *$", r" CLOSED +\d+ +15 *$", also=all_have_closed)
        equal(t.end("q"), 0)
        t.is_restored()
        assert re.search(rf"^  {SERVER}:8000 +12 +100%", t.screen.normal, re.M), t.screen.normal


@test
def a_ladder_grows_while_one_looks():
    with network() as net, top(net, "--interval", "0.2") as t, listener(net, 8000) as s:
        serve(s, 1)
        with connect(net, 8000) as c:
            t.wait_for(rf"^{SERVER}:8000 ")
            t.press("2\n")
            t.wait_for(r"^Connection 1$", r"ACK ack=y\+1", without=["len="])
            c.sendall(b"hello")
            equal(c.recv(100), b"answer")
            t.wait_for(r"len=5 ", r"len=6 ")
        t.press("G")
        t.wait_for(r"TIME-WAIT")
        equal(t.end("qq"), 0)


@test
def time_goes_on_without_packets():
    with open("config", "w", encoding="ascii") as f:
        f.write("[shakedown]\nsyn_timeout=400ms\n")
    with network() as net:
        net.nft(net.server, "tcp dport 8004 drop")
        with top(net, "--config", os.path.abspath("config")) as t:
            with inside(net.client):
                s = socket.socket()
            s.setblocking(False)
            s.connect_ex((SERVER, 8004))
            t.wait_for(rf"^{SERVER}:8004 .* 0% +1 ", "no-answer")
            s.close()
            t.end("q")


@test
def a_pause_keeps_what_is_shown():
    with network() as net, top(net, "--interval", "0.2") as t, listener(net, 8000) as s:
        serve(s, 5)
        connect(net, 8000).close()
        t.wait_for(rf"^{SERVER}:8000 +\S+ +1 ")
        t.press(" ")
        t.wait_for("PAUSED")
        for _ in range(4):
            connect(net, 8000).close()
        t.pump(1)
        t.wait_for(rf"^{SERVER}:8000 +\S+ +1 ")
        t.press(" ")
        t.wait_for(rf"^{SERVER}:8000 +\S+ +5 ", without=["PAUSED"])
        t.end("q")


@test
def an_interface_that_goes_gives_the_terminal_back():
    with network() as net, top(net) as t:
        refused(net, 8001)
        t.wait_for("refused")
        command("ip", "-n", net.server, "link", "del", "eth0")
        equal(t.end(), 1)
        t.is_restored()
        assert "eth0: the interface is gone" in t.screen.normal and "shakedown explain refused" in t.screen.normal, t.screen.normal


@test
def remarks_do_not_garble_the_screen():
    with network() as net, top(net, "--wait", width=120) as t:
        command("ip", "-n", net.server, "link", "set", "eth0", "down")
        t.wait_for(r"\A shakedown  eth0", r"waiting for its return[^\n]*\Z")
        equal(t.end("q"), 1)
        t.is_restored()
        assert "waiting for its return" in t.screen.normal, t.screen.normal


def stands_still(t):
    """Whether drawing anew makes nothing more to be read: it waits."""
    before = waiting(t)
    t.press("\014")
    time.sleep(0.3)
    return before > 4000 and waiting(t) == before


def waiting(t):
    return struct.unpack("i", fcntl.ioctl(t.master, termios.FIONREAD, bytes(4)))[0]


@test
def a_terminal_that_stands_still_keeps_no_packet_waiting():
    with network() as net, top(net, "-w", "kept.pcapng", "--interval", "0.1", width=200, height=200) as t, listener(net, 8000, 256) as s:
        serve(s, 1500)
        t.wait_for("no services yet|UTC")
        # Nobody reads what it draws from here on; a pseudo-terminal holds some pages, no more.
        assert wait_until(lambda: stands_still(t)), "it does not fill"
        before = os.path.getsize("kept.pcapng")
        for _ in range(1500):
            connect(net, 8000).close()
        assert wait_until(lambda: os.path.getsize("kept.pcapng") > before + 1500 * 8 * 60), os.path.getsize("kept.pcapng")
        t.wait_for(rf"^{SERVER}:8000 +\S+ +1\.50k +100%", r" 0 of \S+ dropped")
        equal(t.end("q"), 0)


@test
def a_flood_leaves_the_screen_of_use():
    with network() as net:
        with top(net) as t, listener(net, 8003) as s, forger(net) as forge:
            serve(s, 1)
            honest = connect(net, 8003)
            for i in range(4000):
                forge(8003, i)
            t.wait_for(rf"^{SERVER}:8003 .* 4\.00k ", "CRITICAL syn-flood")
            # What was established before is still there, with its ladder.
            t.press("2/established\n\n")
            t.wait_for(r"^Connection 1$", r"ESTABLISHED")
            honest.close()
            equal(t.end("qq"), 0)


@test
def it_runs_confined():
    if not SANDBOXED:
        raise Skip("built without a sandbox")
    with network() as net, top(net) as t:
        t.press("h")
        t.wait_for("^Panes")
        t.resize(100, 30)
        t.wait_for("lines 1-28")
        # The one that is watched has a thread that draws; each is confined.
        pids = [int(p) for p in os.listdir("/proc") if p.isdigit()]
        found = 0
        for pid in pids:
            try:
                if os.readlink(f"/proc/{pid}/exe") != SHAKEDOWN or os.stat(f"/proc/{pid}/fd/1").st_rdev != os.fstat(t.slave).st_rdev:
                    continue
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/status", encoding="utf-8") as f:
                        status = f.read()
                    assert re.search(r"^Seccomp:\t2$", status, re.M) and re.search(r"^CapEff:\t0000000000000000$", status, re.M), status
                    found += 1
            except (FileNotFoundError, PermissionError):
                pass
        equal(found, 2)
        equal(t.end("qq"), 0)


if __name__ == "__main__":
    sys.exit(run_all(TESTS, lambda: None))
