# SPDX-License-Identifier: BSD-3-Clause
"""Two hosts in network namespaces of their own, joined by a cable, that go when the test does."""
import contextlib
import os
import secrets
import shutil
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from harness import PATIENCE, Skip, wait_until  # noqa: E402  pylint: disable=wrong-import-position

CLIENT, SERVER = "10.71.0.1", "10.71.0.2"
# Libpcap's blocks are large, and each is handed over after some milliseconds, however little is in it: what is usual is
# full in two seconds in which the program does not get the processor.
LARGE_BUFFER = ("-B", "65536")


def command(*args, **more):
    return subprocess.run(args, check=True, capture_output=True, text=True, timeout=PATIENCE, **more)


def name_of(side):
    """Nobody else's: neither that of another test, nor what one that was killed has left."""
    return f"shakedown-{os.getpid()}-{secrets.token_hex(4)}-{side}"


class Network:
    """Namespaces self.client and self.server; in each the interface is called eth0."""

    def __init__(self):
        if os.geteuid() != 0:
            raise Skip("network namespaces take root")
        if not shutil.which("ip"):
            raise Skip("there is no ip(8)")
        self.client, self.server = map(name_of, ("client", "server"))
        self.processes = []
        try:
            for name in (self.client, self.server):
                command("ip", "netns", "add", name)
            command("ip", "link", "add", "eth0", "netns", self.client, "type", "veth", "peer", "name", "eth0", "netns", self.server)
            for name, address in ((self.client, CLIENT), (self.server, SERVER)):
                command("ip", "-n", name, "link", "set", "lo", "up")
                command("ip", "-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
                command("ip", "-n", name, "link", "set", "eth0", "up")
                # Neighbours without asking: ARP and its delays are no part of the tests.
            for name, other, address in ((self.client, self.server, SERVER), (self.server, self.client, CLIENT)):
                mac = command("ip", "netns", "exec", other, "cat", "/sys/class/net/eth0/address").stdout.strip()
                command("ip", "-n", name, "neigh", "replace", address, "lladdr", mac, "dev", "eth0", "nud", "permanent")
        except (subprocess.CalledProcessError, OSError, subprocess.TimeoutExpired) as why:
            self.remove()
            raise Skip(f"network namespaces are not to be had: {getattr(why, 'stderr', '') or why}".strip()) from why

    def is_up(self):
        """The kernel says so a moment after it was told to bring them up."""
        return all(command("ip", "netns", "exec", name, "cat", "/sys/class/net/eth0/operstate").stdout.strip() == "up"
                   for name in (self.client, self.server))

    def remove(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        for name in (self.client, self.server):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False, timeout=PATIENCE)

    def start(self, where, *args, **more):
        """A process in a namespace; it is killed with the network at the latest."""
        process = subprocess.Popen(["ip", "netns", "exec", where, *args], **more)
        self.processes.append(process)
        return process

    def nft(self, where, rule, chain="input"):
        if not shutil.which("nft"):
            raise Skip("there is no nft(8)")
        try:
            for text in ("add table inet shakedown", f"add chain inet shakedown c {{ type filter hook {chain} priority 0; }}",
                         f"add rule inet shakedown c {rule}"):
                command("ip", "netns", "exec", where, "nft", text)
        except subprocess.CalledProcessError as why:
            raise Skip(f"nft: {why.stderr.strip()}") from why

    def no_rules(self, where):
        command("ip", "netns", "exec", where, "nft", "flush", "ruleset")


@contextlib.contextmanager
def network():
    net = Network()
    try:
        assert wait_until(net.is_up), "an interface does not come up"
        yield net
    finally:
        net.remove()


@contextlib.contextmanager
def inside(where):
    """Sockets that are made in here are in the namespace; they stay there."""
    own = os.open("/proc/self/ns/net", os.O_RDONLY)
    other = os.open(f"/run/netns/{where}", os.O_RDONLY)
    try:
        setns(other)
        yield
    finally:
        setns(own)
        os.close(own)
        os.close(other)


def setns(fd):
    import ctypes  # pylint: disable=import-outside-toplevel
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(fd, 0x40000000):  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "setns")


def listener(net, port, backlog=64):
    with inside(net.server):
        s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((SERVER, port))
    s.listen(backlog)
    return s


def connect(net, port, timeout=60):
    with inside(net.client):
        s = socket.socket()
    s.settimeout(timeout)
    s.connect((SERVER, port))
    return s


LISTEN, TIME_WAIT = "0A", "06"


def sockets_of(where):
    """The states of TCP sockets there, as the kernel numbers them."""
    with inside(where), open("/proc/thread-self/net/tcp", encoding="ascii") as f:
        return {line.split()[3] for line in f.readlines()[1:]}


def settle(net):
    """Until the last segment of every connection has come where it goes: on a busy machine some time after close()."""
    assert wait_until(lambda: sockets_of(net.client) | sockets_of(net.server) <= {LISTEN, TIME_WAIT}), "connections stay open"


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def forged_syn(source, port, sequence):
    address = socket.inet_aton(f"198.18.{source >> 8 & 255}.{source & 255}")
    tcp = struct.pack("!HHIIBBHHH", 1024 + source % 60000, port, sequence & 0xffffffff, 0, 0x50, 2, 1024, 0, 0)
    pseudo = address + socket.inet_aton(SERVER) + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, source & 0xffff, 0, 64, 6, 0, address, socket.inet_aton(SERVER))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + tcp


@contextlib.contextmanager
def forger(net):
    """Sends a SYN to that port of the server from sources that do not exist, and whose answers nobody gets."""
    command("ip", "-n", net.server, "route", "add", "198.18.0.0/16", "via", CLIENT)
    net.nft(net.client, "ip daddr 198.18.0.0/16 drop")
    with inside(net.client):
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    with raw:
        yield lambda port, i: raw.sendto(forged_syn(i * 7919, port, i * 2654435761), (SERVER, 0))
