#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""As many packets as this machine sends for a few seconds, between two namespaces, seen by shakedown and by tcpdump.

live.py SHAKEDOWN [SECONDS]: for each, what was offered, captured and dropped, and the processor's time it took. Each run is
alone on the cable; the traffic is small segments of one connection, connections that open and close, and SYNs that nobody
answers, from two processes.
"""
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
from network import Skip, inside, listener, network  # noqa: E402  pylint: disable=wrong-import-position

BUFFER_KIB = "16384"


def counted(where):
    """Packets that eth0 has received and sent."""
    text = subprocess.run(["ip", "netns", "exec", where, "cat", "/proc/net/dev"], capture_output=True, text=True, check=True).stdout
    fields = re.search(r"eth0:\s*(.*)", text).group(1).split()
    return int(fields[1]) + int(fields[9])


def child(net, kind, seconds):
    """Sends in a process of its own: small writes over one connection, without Nagle, as fast as it goes."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        if kind == "syns":
            syns(net, seconds)
            os._exit(0)
        with inside(net.client):
            s = socket.socket()
        end = time.monotonic() + seconds
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.connect(("10.71.0.2", 9000))
        while time.monotonic() < end and kind == "small":
            s.send(b"x" * 100)
        while time.monotonic() < end and kind == "churn":
            with inside(net.client):
                one = socket.socket()
            one.connect(("10.71.0.2", 9000))
            one.close()
        status = 0
    finally:
        os._exit(status)


def syns(net, seconds):
    """Prepared once: what takes time is sending."""
    os.fork()
    with inside(net.client):
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    packets = [struct.pack("!BBHHHBBH4s4sHHIIBBHHH", 0x45, 0, 40, 0, 0, 64, 6, 0, socket.inet_aton(f"198.18.{i >> 8 & 255}.{i & 255}"),
                           socket.inet_aton("10.71.0.2"), 1024 + random.randrange(60000), 9000, random.randrange(1 << 32), 0, 0x50, 2, 1024, 0, 0)
               for i in range(4096)]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for packet in packets:
            raw.sendto(packet, ("10.71.0.2", 0))


def drink(c):
    with c:
        while c.recv(65536):
            pass


def serve(s):
    while True:
        try:
            c, _ = s.accept()
        except OSError:
            return
        threading.Thread(target=drink, args=(c,), daemon=True).start()


def offload_off(net):
    for where in (net.client, net.server):
        subprocess.run(["ip", "netns", "exec", where, "ethtool", "-K", "eth0", "tso", "off", "gso", "off", "gro", "off"], capture_output=True, check=False)


def measure(name, arguments, kind, seconds, told):
    with network() as net, tempfile.TemporaryDirectory(prefix="shakedown-bench-") as directory:
        os.chmod(directory, 0o777)
        offload_off(net)
        if kind == "syns":
            net.nft(net.server, "ip saddr 198.18.0.0/16 drop")
        with listener(net, 9000, 1024) as s, open(os.path.join(directory, "err"), "w+b") as err, open(os.path.join(directory, "out"), "w+b") as out:
            threading.Thread(target=serve, args=(s,), daemon=True).start()
            p = net.start(net.server, *[a.replace("DIR", directory) for a in arguments], stdout=out, stderr=err)
            time.sleep(1)
            before = counted(net.server)
            _, status = os.waitpid(child(net, kind, seconds), 0)
            time.sleep(0.5)
            offered = counted(net.server) - before
            with open(f"/proc/{p.pid}/stat", encoding="ascii") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            p.send_signal(signal.SIGTERM)
            p.wait(60)
            err.seek(0)
            out.seek(0)
            captured, dropped = told(err.read().decode(), out.read().decode())
            assert status == 0
            print(f"{kind:6} {name:22} offered {offered:>9,} ({offered / seconds:>9,.0f}/s)  captured {captured:>9,}  dropped {dropped:>8,}  {cpu:5.2f} s of processor", flush=True)


def tcpdump_told(err, _):
    return tuple(int(re.search(rf"(\d+) packets? {what}", err).group(1)) for what in ("captured", "dropped by kernel"))


def shakedown_told(_, out):
    import json  # pylint: disable=import-outside-toplevel
    capture = json.loads(out)["capture"]
    return capture["packets"], capture["dropped"]


def main():
    program = os.path.abspath(sys.argv[1])
    seconds = float(sys.argv[2]) if sys.argv[2:] else 5
    live = [program, "report", "-q", "-i", "eth0", "--format", "json", "-B", BUFFER_KIB, "--no-sandbox"]
    try:
        for kind in ("small", "churn", "syns"):
            measure("nobody listens", ["sleep", "1000"], kind, seconds, lambda err, out: (0, 0))
            measure("tcpdump -w", ["tcpdump", "-Z", "root", "-i", "eth0", "-n", "-B", BUFFER_KIB, "-w", "DIR/t.pcap"], kind, seconds, tcpdump_told)
            measure("shakedown report", live, kind, seconds, shakedown_told)
            measure("shakedown report -w", [*live, "-w", "DIR/s.pcapng"], kind, seconds, shakedown_told)
    except Skip as why:
        print(f"skipped: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
