# SPDX-License-Identifier: BSD-3-Clause
"""Live capture, with real sockets between two network namespaces: test_live.py SHAKEDOWN. Prints TAP."""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from network import CLIENT, LARGE_BUFFER, SERVER, Skip, command, connect, forger, inside, listener, network, settle
from harness import PATIENCE, environment, equal, run_all, wait_until

SHAKEDOWN = os.path.abspath(sys.argv[1])
TESTS = []


def test(function):
    TESTS.append(function)
    return function


class Capture:
    """A run of the program that listens; what it wrote is there when it has ended."""

    def __init__(self, net, *args, where=None, ready="live.pcapng"):
        if ready and os.path.exists(ready):
            os.unlink(ready)
        # Where it writes is its own: what read them through the same description would move it.
        with open("out", "wb") as out, open("err", "wb") as err:
            self.process = net.start(where or net.server, SHAKEDOWN, *args, *LARGE_BUFFER, *(["-w", ready] if ready else []),
                                     stdout=out, stderr=err, env=environment())
        # The file is there once everything is open.
        if ready and not wait_until(lambda: os.path.exists(ready) or self.process.poll() is not None):
            raise AssertionError("it does not begin")

    def told(self):
        with open("err", encoding="utf-8") as f:
            return f.read()

    def written(self):
        with open("out", encoding="utf-8", newline="") as f:
            return f.read().replace("\r\n", "\n")

    def end(self, with_signal=signal.SIGTERM, status=0):
        if self.process.poll() is None and with_signal:
            self.process.send_signal(with_signal)
        got = self.process.wait(PATIENCE)
        equal(got, status, self.told())
        return self.written()


def again(*args):
    """The same of the file that was kept."""
    p = subprocess.run([SHAKEDOWN, *args, "live.pcapng"], capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False)
    equal(p.returncode, 0, p.stderr)
    return p.stdout


def records(text, kind):
    return [r for r in map(json.loads, text.splitlines()) if r["record"] == kind]


def serve(s, many):
    """Answers, and closes or resets as it is asked to."""
    def run():
        for _ in range(many):
            c, _ = s.accept()
            with c:
                c.settimeout(60)
                what = c.recv(100)
                if what == b"reset":
                    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                elif what:
                    c.sendall(b"answer")
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def ask(net, port, what):
    with connect(net, port) as c:
        c.sendall(what)
        try:
            return c.recv(100)
        except ConnectionResetError:
            return None


def some_of_each(net):
    """Opens, closes, resets and a refusal."""
    with listener(net, 8000) as s:
        thread = serve(s, 15)
        for _ in range(10):
            equal(ask(net, 8000, b"hello"), b"answer")
        for _ in range(5):
            equal(ask(net, 8000, b"reset"), None)
        thread.join(PATIENCE)
    for _ in range(3):
        try:
            connect(net, 8001)
            raise AssertionError("it was not refused")
        except ConnectionRefusedError:
            pass
    settle(net)


def kept():
    """How many connections are in the file that it still writes."""
    p = subprocess.run([SHAKEDOWN, "conns", "--format", "ndjson", "live.pcapng"], capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False)
    return len(records(p.stdout, "connection"))


@test
def records_are_those_of_the_kept_file():
    for args in (["conns", "--format", "ndjson"], ["anomalies", "--format", "ndjson"], ["conns", "--format", "csv"]):
        with network() as net:
            capture = Capture(net, *args, "-i", "eth0")
            some_of_each(net)
            live = capture.end()
            assert len(live.splitlines()) >= (1 if "anomalies" in args else 18), live
            equal(live, again(*args), args)


@test
def opens_closes_resets_and_refusals_are_told():
    with network() as net:
        capture = Capture(net, "conns", "-i", "eth0", "--format", "ndjson")
        some_of_each(net)
        conns = records(capture.end(), "connection")
        equal([c["handshake"]["outcome"] for c in conns].count("complete"), 15)
        equal([c["handshake"]["outcome"] for c in conns].count("refused"), 3)
        equal([c["teardown"]["outcome"] for c in conns].count("graceful"), 10)
        equal([c["teardown"]["outcome"] for c in conns].count("reset"), 5)
        equal({(c["client"]["addr"], c["server"]["addr"]) for c in conns}, {(CLIENT, SERVER)})


@test
def a_third_ack_that_is_dropped_is_told():
    with network() as net:
        # It passes the tap, and is dropped behind it: an ACK without anything else.
        net.nft(net.server, "tcp dport 8002 tcp flags & (syn | ack | psh | fin | rst) == ack drop")
        capture = Capture(net, "conns", "-i", "eth0", "--format", "ndjson")
        with listener(net, 8002), connect(net, 8002):
            time.sleep(3.6)
        live = capture.end()
        (conn,) = records(live, "connection")
        assert conn["handshake"]["syn_ack"] >= 2, conn["handshake"]
        assert "third-ack-lost" in conn["anomalies"], conn["anomalies"]
        equal(live, again("conns", "--format", "ndjson"))


@test
def a_flood_is_told_while_others_connect():
    with network() as net:
        capture = Capture(net, "anomalies", "-i", "eth0", "--format", "ndjson")
        honest = []
        with listener(net, 8003) as s, forger(net) as forge:
            serve(s, 21)
            for i in range(3000):
                forge(8003, i)
                if i % 150 == 0:
                    honest.append(ask(net, 8003, b"hello"))
                time.sleep(0.0005)
            # Until what is not answered will not be any more: that nothing came, and for how long, is in no file but
            # before the packet that follows.
            time.sleep(4)
            honest.append(ask(net, 8003, b"hello"))
        equal(honest.count(b"answer"), 21)
        live = capture.end()
        (flood,) = [a for a in records(live, "anomaly") if a["kind"] == "syn-flood"]
        assert flood["evidence"]["syn"] >= 2700, flood["evidence"]
        equal(flood["subject"]["server"], f"{SERVER}:8003")
        equal(live, again("anomalies", "--format", "ndjson"))


@test
def time_goes_on_without_packets():
    with network() as net:
        net.nft(net.server, "tcp dport 8004 drop")
        capture = Capture(net, "watch", "-i", "eth0", "--format", "ndjson", "--config", write_config())
        with inside(net.client):
            s = socket.socket()
        s.setblocking(False)
        s.connect_ex((SERVER, 8004))
        assert wait_until(lambda: "no-answer" in capture.written()), capture.written()
        s.close()
        summary = records(capture.end(), "summary")
        equal(len(summary), 1)


def write_config():
    with open("config", "w", encoding="ascii") as f:
        f.write("[shakedown]\nsyn_timeout=400ms\nhandshake_timeout=400ms\n")
    return os.path.abspath("config")


@test
def watch_reopens_and_tells_how_it_stands():
    with network() as net:
        capture = Capture(net, "watch", "-i", "eth0", "-o", "log", "--format", "ndjson", "--all")
        # Who sees the log may ask for another.
        assert wait_until(lambda: os.path.exists("log"))
        os.rename("log", "log.1")
        capture.process.send_signal(signal.SIGHUP)
        assert wait_until(lambda: os.path.exists("log"))
        some_of_each(net)

        def stands():
            capture.process.send_signal(signal.SIGUSR1)
            wait_until(lambda: "client/server" in capture.told())
            return re.search("client/server.*TIME-WAIT", capture.told(), re.S)
        # It is asked again, as it may not have read everything yet.
        assert wait_until(stands, step=0.2), capture.told()
        capture.end()
        with open("log", encoding="utf-8") as f:
            equal(records(f.read(), "summary")[0]["connections"], 18)
        equal(os.path.getsize("log.1"), 0)


@test
def watch_ends_with_the_report():
    with network() as net:
        capture = Capture(net, "watch", "-i", "eth0")
        some_of_each(net)
        text = capture.end()
        assert re.search(r"^\d\d:\d\d:\d\d\.\d{3} NOTICE +refused ", text, re.M), text
        assert "Connections" in text and "graceful" in text, text
        assert re.search(r"shakedown explain (refused|reset-abort) ", text) and "shakedown ladder" not in text, text


@test
def streams_end_as_all_do():
    with network() as net:
        capture = Capture(net, "streams", "-i", "eth0", "--conn", "1", "--side", "client")
        some_of_each(net)
        capture.end()
        assert "interrupted" not in capture.told(), capture.told()


@test
def metrics_at_no_place_are_wrong_usage():
    with network() as net:
        for where, status in (("9813x", 2), ("192.0.2.77:9813", 1)):
            Capture(net, "watch", "-i", "eth0", "--metrics", where, "--duration", "1", ready=None).end(with_signal=None, status=status)


@test
def in_the_background_of_a_script_sigint_ends_it():
    with network() as net:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            capture = Capture(net, "watch", "-i", "eth0")
        finally:
            signal.signal(signal.SIGINT, before)
        assert "Packets" in capture.end(signal.SIGINT)


@test
def count_and_duration_end_it():
    with network() as net:
        capture = Capture(net, "conns", "-i", "eth0", "--format", "ndjson", "-c", "7")
        some_of_each(net)
        capture.end(with_signal=None)
        summary = json.loads(again("report", "--format", "json"))["capture"]
        equal(summary["packets"], 7)
        started = time.monotonic()
        capture = Capture(net, "report", "-i", "eth0", "--duration", "1")
        capture.end(with_signal=None)
        # The longest is what end() waits.
        assert time.monotonic() - started > 0.8


@test
def several_interfaces_are_one_capture():
    with network() as net:
        capture = Capture(net, "conns", "-i", "lo", "-i", "eth0", "--format", "ndjson")
        some_of_each(net)
        with inside(net.server):
            own = socket.socket()
        try:
            own.connect(("127.0.0.1", 9))
        except ConnectionRefusedError:
            pass
        live = capture.end()
        equal(len(records(live, "connection")), 19)
        equal(live, again("conns", "--format", "ndjson"))
        capture = Capture(net, "conns", "-i", "any", "--format", "ndjson")
        some_of_each(net)
        live = capture.end()
        equal(len(records(live, "connection")), 18)
        equal(live, again("conns", "--format", "ndjson"))


@test
def an_interface_that_goes_is_told():
    with network() as net:
        capture = Capture(net, "conns", "-i", "eth0", "--format", "ndjson")
        some_of_each(net)
        # What it has not read yet goes with the interface.
        assert wait_until(lambda: kept() == 18, step=0.2), kept()
        command("ip", "-n", net.server, "link", "del", "eth0")
        live = capture.end(with_signal=None, status=1)
        equal(len(records(live, "connection")), 18)
        assert "eth0: the interface is gone" in capture.told(), capture.told()


@test
def an_interface_that_is_down_can_be_waited_for():
    with network() as net:
        capture = Capture(net, "conns", "-i", "eth0", "--format", "ndjson", "--wait")
        command("ip", "-n", net.server, "link", "set", "eth0", "down")
        assert wait_until(lambda: "waiting for its return" in capture.told()), capture.told()
        command("ip", "-n", net.server, "link", "set", "eth0", "up")
        mac = command("ip", "netns", "exec", net.client, "cat", "/sys/class/net/eth0/address").stdout.strip()
        command("ip", "-n", net.server, "neigh", "replace", CLIENT, "lladdr", mac, "dev", "eth0", "nud", "permanent")
        assert wait_until(lambda: "eth0: the interface is back" in capture.told()), capture.told()
        some_of_each(net)
        equal(len(records(capture.end(), "connection")), 18)


@test
def packets_are_kept_whatever_ends_it():
    with network() as net:
        capture = Capture(net, "report", "-i", "eth0", "-o", "report")
        some_of_each(net)
        assert wait_until(lambda: kept() == 18, step=0.2), kept()
        capture.process.kill()
        capture.process.wait()
        equal(len(records(again("conns", "--format", "ndjson"), "connection")), 18)


@test
def kept_files_follow_one_another():
    with network() as net:
        os.mkdir("kept")
        with open("kept/k-20200101T000000Z-00001.pcapng", "wb"), open("kept/k-other.pcapng", "wb"):
            pass
        capture = Capture(net, "conns", "-i", "eth0", "--format", "ndjson", "-w", "kept/k.pcapng", "--rotate-size", "64K", "--keep", "3", ready=None)
        assert wait_until(lambda: len(os.listdir("kept")) > 2)
        for _ in range(20):
            some_of_each(net)
        live = capture.end()
        kept = sorted(os.listdir("kept"))
        equal(len(kept), 4, kept)
        assert "k-other.pcapng" in kept and "k-20200101T000000Z-00001.pcapng" not in kept, kept
        equal(len(records(live, "connection")), 360)
        for name in kept[:-1]:
            assert 30000 < os.path.getsize(f"kept/{name}") <= 66000 or name == kept[-2], (name, os.path.getsize(f"kept/{name}"))
            p = subprocess.run([SHAKEDOWN, "-q", f"kept/{name}", "--format", "json"], capture_output=True, check=False, env=environment(), timeout=PATIENCE)
            equal(p.returncode, 0, p.stderr)


@test
def kept_files_survive_their_folder_being_away():
    with network() as net:
        os.mkdir("stay")
        capture = Capture(net, "conns", "-i", "eth0", "--format", "ndjson", "-w", "stay/k.pcapng", "--rotate-size", "64K", "--keep", "3", ready=None)

        def talk_until(condition):
            for _ in range(40):
                if condition():
                    return True
                some_of_each(net)
                time.sleep(0.3)
            return condition()

        assert talk_until(lambda: any("-00004." in name for name in os.listdir("stay"))), os.listdir("stay")
        os.rename("stay", "away")
        assert talk_until(lambda: "cannot be kept" in capture.told()), capture.told()
        for _ in range(5):
            some_of_each(net)
        before = sorted(os.listdir("away"))
        os.rename("away", "stay")
        assert talk_until(lambda: sorted(os.listdir("stay"))[-1] > before[-1]), before
        capture.end(status=1)
        kept = sorted(os.listdir("stay"))
        equal(len(kept), 3, kept)
        number = max(int(name[-12:-7]) for name in kept)
        assert number < 100, number


@test
def interfaces_are_listed():
    with network() as net:
        command("ip", "-n", net.server, "link", "set", "lo", "down")
        out = command("ip", "netns", "exec", net.server, SHAKEDOWN, "interfaces", "--format", "ndjson", env=environment()).stdout
        found = {r["name"]: r for r in records(out, "interface")}
        assert {"eth0", "lo", "any"} <= set(found), out
        assert SERVER in found["eth0"]["addresses"] and found["eth0"]["problem"] is None, found["eth0"]
        assert not found["lo"]["up"] and "ip link set lo up" in found["lo"]["problem"], found["lo"]
        text = command("ip", "netns", "exec", net.server, SHAKEDOWN, "interfaces", env=environment()).stdout
        assert re.search(rf"^eth0 +up +{SERVER}", text, re.M), text


@test
def without_permission_it_says_what_to_do():
    with network() as net:
        drop = ["setpriv", "--reuid", "65534", "--clear-groups"]
        try:
            p = subprocess.run(["ip", "netns", "exec", net.server, *drop, SHAKEDOWN, "-i", "eth0"], capture_output=True, text=True, check=False, env=environment(), timeout=PATIENCE)
        except FileNotFoundError as why:
            raise Skip("there is no setpriv(1)") from why
        if "Permission denied" in p.stderr:
            raise Skip("others may not run what was built here")
        equal(p.returncode, 1, p.stderr)
        assert "CAP_NET_RAW" in p.stderr and "setcap cap_net_raw=ep" in p.stderr, p.stderr


if __name__ == "__main__":
    sys.exit(run_all(TESTS, lambda: None))
