#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Least privilege and metrics of a live capture, in a network namespace of its own that goes when this ends.

    test_confined.py SHAKEDOWN sandboxed|free capng|plain served|silent
"""
import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
sys.path.insert(0, os.path.join(HERE, "..", "metrics"))
import harness  # noqa: E402
import openmetrics  # noqa: E402
from harness import PATIENCE, Skip, environment, equal, others_may_come_here, wait_until  # noqa: E402

INSIDE = "SHAKEDOWN_TEST_NAMESPACE"
SHAKEDOWN = os.path.abspath(sys.argv[1])
SANDBOXED, CAPNG, SERVED = sys.argv[2] == "sandboxed", sys.argv[3] == "capng", sys.argv[4] == "served"
CAP_NET_RAW = 1 << 13
STRANGER = 54321


def ip(*args, check=True):
    return subprocess.run(["ip", *args], check=check, capture_output=True, text=True, timeout=PATIENCE)


def cable():
    """An interface, sd0, that is up."""
    ip("link", "add", "sd0", "type", "veth", "peer", "name", "sd1")
    ip("link", "set", "sd0", "up")
    ip("link", "set", "sd1", "up")


class Watch:
    """A program that captures; its standard error is in a file."""

    def __init__(self, *args, program=SHAKEDOWN, until="Seccomp", **more):
        with open("out", "wb") as out, open("err", "wb") as err:
            self.process = subprocess.Popen([program, *args], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                            env=environment(), **more)
        self.wait_for(lambda: self.is_confined(until))

    def is_confined(self, until):
        status = self.status()
        # The latter comes last where there is no filter.
        return status["Seccomp"] == "2" if SANDBOXED and until == "Seccomp" else status["NoNewPrivs"] == "1"

    def wait_for(self, condition):
        assert wait_until(lambda: self.process.poll() is not None or condition()), f"waited in vain: {self.told()}"
        assert self.process.poll() is None, f"it has ended: {self.told()}"

    def status(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)

    def told(self):
        with open("err", encoding="utf-8") as file:
            return file.read()

    def end(self, status=0):
        """Its records."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        equal(self.process.wait(PATIENCE), status, self.told())
        with open("out", encoding="utf-8") as file:
            return file.read()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def watching(*args, **more):
    watch = Watch(*args, **more)
    try:
        yield watch
    finally:
        watch.kill()


def talk(many=1, reset=False):
    """Whole connections over loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        for _ in range(many):
            with socket.create_connection(server.getsockname()) as client:
                accepted, _ = server.accept()
                with accepted:
                    client.sendall(b"hello")
                    equal(accepted.recv(10), b"hello")
                    if reset:
                        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def refused(many=1):
    for _ in range(many):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", 1)):
            pass


def connections(text):
    return [r for r in map(json.loads, text.splitlines()) if r["record"] == "connection"]


def summary(text):
    return [r for r in map(json.loads, text.splitlines()) if r["record"] == "summary"][0]


LIVE = ("-i", "lo", "--format", "ndjson", "-q")


def nothing_is_kept_while_it_listens():
    for command in ("watch", "report"):
        with watching(command, *LIVE) as watch:
            status = watch.status()
            equal(status["NoNewPrivs"], "1")
            if CAPNG:
                equal({int(status[c], 16) for c in ("CapInh", "CapPrm", "CapEff", "CapAmb")}, {0}, command)
            talk(3)
            refused(2)
            told = summary(watch.end())
            equal((told["handshakes"]["complete"], told["handshakes"]["refused"]), (3, 2), command)


def the_filter_is_in_force():
    if not SANDBOXED:
        raise Skip("this build confines no system calls")
    with watching("watch", *LIVE) as watch:
        status = watch.status()
        equal((status["Seccomp"], status["Seccomp_filters"]), ("2", "1"))


def the_kernel_is_still_asked_for_drops():
    """A ring too small for what passes while nobody reads it: the count must come through the filter."""
    with watching("watch", *LIVE, "-B", "256") as watch:
        watch.process.send_signal(signal.SIGSTOP)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(3000):
                sender.sendto(b"x" * 1400, ("127.0.0.1", 9))
        watch.process.send_signal(signal.SIGCONT)
        told = summary(watch.end())
        assert told["capture"]["dropped"] > 0, told["capture"]


def another_user_listens_and_writes():
    nobody = pwd.getpwnam("nobody")
    os.chmod(".", 0o711)
    os.mkdir("theirs")
    os.chown("theirs", nobody.pw_uid, nobody.pw_gid)
    with watching("watch", *LIVE, "-Z", "nobody", "-o", "theirs/log") as watch:
        status = watch.status()
        equal(status["Uid"].split(), [str(nobody.pw_uid)] * 4)
        equal({int(status[c], 16) for c in ("CapInh", "CapPrm", "CapEff", "CapAmb")}, {0})
        watch.wait_for(lambda: os.path.exists("theirs/log"))
        # As logrotate does it: the log goes on under its name, and it is still allowed to.
        os.rename("theirs/log", "theirs/log.1")
        watch.process.send_signal(signal.SIGHUP)
        watch.wait_for(lambda: os.path.exists("theirs/log"))
        equal(os.stat("theirs/log").st_uid, nobody.pw_uid)
        refused()
        watch.end()
        with open("theirs/log", encoding="utf-8") as log:
            equal(summary(log.read())["handshakes"]["refused"], 1)


def what_is_gone_and_returns_is_opened_again():
    """With --wait CAP_NET_RAW stays, and the calls that opening takes; nothing else does."""
    for user in ([], ["-Z", "nobody"]) if CAPNG else ([],):
        cable()
        with watching("watch", "-i", "sd0", "--wait", "--format", "ndjson", *user) as watch:
            if CAPNG:
                equal(int(watch.status()["CapEff"], 16), CAP_NET_RAW)
            ip("link", "del", "sd0")
            watch.wait_for(lambda: "waiting for its return" in watch.told())
            assert "is gone" in watch.told() or "went down" in watch.told(), watch.told()
            cable()
            watch.wait_for(lambda w=watch: "is back" in w.told())
            watch.end()
        ip("link", "del", "sd0")


def packets_are_kept_file_after_file():
    """Files are made, renamed and removed while the calls are confined, by the user who it is by then."""
    nobody = pwd.getpwnam("nobody")
    os.chmod(".", 0o711)
    os.mkdir("kept")
    os.chown("kept", nobody.pw_uid, nobody.pw_gid)
    with watching("watch", *LIVE, "-Z", "nobody", "-w", "kept/lo.pcapng", "--rotate-time", "1s", "--keep", "2") as watch:
        for _ in range(5):
            talk(3)
            time.sleep(1.1)
        equal(summary(watch.end())["handshakes"]["complete"], 15)
    kept = sorted(os.listdir("kept"))
    equal(len(kept), 2, kept)
    for name in kept:
        equal(os.stat(os.path.join("kept", name)).st_uid, nobody.pw_uid)
        equal(subprocess.run([SHAKEDOWN, os.path.join("kept", name)], capture_output=True, timeout=PATIENCE, check=False).returncode, 0)


def an_interface_that_goes_is_told():
    """Whether it is gone or down takes a call of its own, which the filter lets through."""
    cable()
    with watching("watch", "-i", "sd0", "--format", "ndjson") as watch:
        ip("link", "del", "sd0")
        equal(watch.process.wait(PATIENCE), 1)
        assert "is gone" in watch.told(), watch.told()


@contextlib.contextmanager
def copied():
    """A copy that a stranger may execute, in a directory that a stranger may enter."""
    os.chmod(".", 0o711)
    if not others_may_come_here():
        raise Skip("others may not enter the directory for temporary files")
    shutil.copy(SHAKEDOWN, "copy")
    os.chmod("copy", 0o755)
    yield os.path.abspath("copy")
    os.unlink("copy")


def a_plain_user_is_told_what_to_do():
    with copied() as copy:
        run = subprocess.run([copy, "watch", "-i", "lo"], capture_output=True, text=True, timeout=PATIENCE, check=False,
                             env=environment(), user=STRANGER, group=STRANGER, extra_groups=[])
        equal((run.returncode, run.stdout), (1, ""))
        equal(run.stderr, f"shakedown: lo: no permission to capture: that takes the capability CAP_NET_RAW; run with sudo, or "
                          f"allow it once with 'sudo setcap cap_net_raw=ep {copy}'\n")


def a_files_capability_is_enough_and_goes():
    if not shutil.which("setcap"):
        raise Skip("there is no setcap(8)")
    with copied() as copy:
        given = subprocess.run(["setcap", "cap_net_raw=ep", copy], capture_output=True, text=True, timeout=PATIENCE, check=False)
        if given.returncode:
            raise Skip("files have no capabilities here: " + given.stderr.strip()[:100])
        with watching("watch", *LIVE, program=copy, user=STRANGER, group=STRANGER, extra_groups=[]) as watch:
            status = watch.status()
            equal(status["Uid"].split(), [str(STRANGER)] * 4)
            if CAPNG:
                equal({int(status[c], 16) for c in ("CapInh", "CapPrm", "CapEff", "CapAmb")}, {0})
            talk(2)
            equal(summary(watch.end())["handshakes"]["complete"], 2)


def needs_server():
    if not SERVED:
        raise Skip("this build serves no metrics")


def scrape(url, accept="application/openmetrics-text;version=1.0.0"):
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=PATIENCE) as response:
        return response.read().decode()


def url_of(watch):
    watch.wait_for(lambda: re.search(r"metrics are at http://\S+\n", watch.told()))
    return re.search(r"http://\S+", watch.told()).group()


def taken(url):
    """Handshakes that were completed, and refused; clients and servers with an open connection; round trips of both."""
    families = openmetrics.parse(scrape(url))
    outcomes = openmetrics.values(families, "shakedown_handshakes", "outcome")
    states = openmetrics.values(families, "shakedown_connection_sides", "side", "state")
    legs = openmetrics.values(families, "shakedown_handshake_rtt_seconds", "leg")
    return (outcomes["complete"], outcomes["refused"], states["client", "ESTABLISHED"], states["server", "ESTABLISHED"],
            legs["client"], legs["server"])


def under_way(url):
    """What is neither closed nor waits for nothing but time to pass."""
    states = openmetrics.values(openmetrics.parse(scrape(url)), "shakedown_connection_sides", "side", "state")
    return {key: n for key, n in states.items() if n and key[1] not in ("CLOSED", "TIME-WAIT")}


def metrics_follow_what_passes():
    needs_server()
    # What scrapes is in the namespace, too: its connections are on port 9813, and are left out by the filter.
    with watching("watch", "-i", "lo", "--format", "ndjson", "--metrics", "9813", "-f", "not port 9813") as watch:
        url = url_of(watch)
        equal(url, "http://127.0.0.1:9813/metrics")
        talk(5)
        talk(2, reset=True)
        refused(3)
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
            # What is told may be a second old, and what has passed may not have been read.
            wait_until(lambda: taken(url) == (8, 3, 1, 1, 8, 8))
            equal(taken(url), (8, 3, 1, 1, 8, 8))
            # Its detector waits for the SYN that might come again.
            watch.wait_for(lambda: openmetrics.values(openmetrics.parse(scrape(url)), "shakedown_anomalies", "kind",
                                                      "severity")["refused", "notice"] == 3)
            drops = openmetrics.values(openmetrics.parse(scrape(url)), "shakedown_dropped_packets", "input", "by")
            equal(set(drops), {("lo", "kernel"), ("lo", "interface")})
        if shutil.which("promtool"):
            run = subprocess.run(["promtool", "check", "metrics"], input=scrape(url, "text/plain"), capture_output=True, text=True,
                                 timeout=PATIENCE, check=False)
            equal((run.returncode, run.stdout, run.stderr), (0, "", ""))
        # When all are closed, there is nothing more to come.
        watch.wait_for(lambda: not under_way(url))
        last = openmetrics.parse(scrape(url))
        told = summary(watch.end())
        equal(openmetrics.values(last, "shakedown_packets"), {(): told["packets"]})
        equal(openmetrics.values(last, "shakedown_connections"), {(): told["connections"]})


def counters_only_grow():
    """Whatever is taken back meanwhile."""
    needs_server()
    before = {}
    with watching("watch", "-i", "lo", "--format", "ndjson", "--metrics", "0") as watch:
        url = url_of(watch)
        for _ in range(4):
            talk(5)
            refused(2)
            time.sleep(1.1)
            families = openmetrics.parse(scrape(url))
            now = {key: value for f in families.values() if f.kind != "gauge" for key, value in f.samples.items()}
            assert set(before) <= set(now), set(before) - set(now)
            shrunk = {key for key in before if now[key] < before[key]}
            assert not shrunk, shrunk
            before = now
        watch.end()


def a_port_of_root_is_bound_before_root_goes():
    needs_server()
    with watching("watch", "-i", "lo", "--format", "ndjson", "--metrics", "80", "-Z", "nobody") as watch:
        assert "shakedown_build_info" in scrape(url_of(watch))
        watch.end()


def reports_have_metrics_too():
    needs_server()
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as why:
        raise Skip(f"no IPv6 here: {why}") from why
    with watching("conns", "-i", "lo", "--metrics", "[::1]:0") as watch:
        talk()
        assert "shakedown_handshakes_total" in scrape(url_of(watch))
        assert "127.0.0.1" in watch.end()


def a_place_that_is_taken_ends_it_at_once():
    needs_server()
    with socket.create_server(("127.0.0.1", 0)) as server:
        run = subprocess.run([SHAKEDOWN, "watch", "-i", "lo", "--metrics", str(server.getsockname()[1])], capture_output=True,
                             text=True, timeout=PATIENCE, check=False, env=environment())
    equal(run.returncode, 1)
    assert "Address already in use" in run.stderr and len(run.stderr.splitlines()) == 1, run.stderr


TESTS = [nothing_is_kept_while_it_listens, the_filter_is_in_force, the_kernel_is_still_asked_for_drops,
         another_user_listens_and_writes, what_is_gone_and_returns_is_opened_again,
         packets_are_kept_file_after_file, an_interface_that_goes_is_told, a_plain_user_is_told_what_to_do,
         a_files_capability_is_enough_and_goes, metrics_follow_what_passes, counters_only_grow,
         a_port_of_root_is_bound_before_root_goes, reports_have_metrics_too, a_place_that_is_taken_ends_it_at_once]


def enter():
    """Goes on in a network namespace of its own; says why where there is none to be had."""
    if os.environ.get(INSIDE):
        ip("link", "set", "lo", "up")
        return None
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    for tool in ("unshare", "ip"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    if subprocess.run(["unshare", "-n", "true"], capture_output=True, timeout=PATIENCE, check=False).returncode:
        return "network namespaces are not to be had"
    os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv], dict(os.environ, **{INSIDE: "1"}))
    return None


if __name__ == "__main__":
    WHY = enter()
    if WHY:
        print(f"1..0 # SKIP {WHY}")
        sys.exit(0)
    sys.exit(harness.run_all(TESTS, lambda: None))
