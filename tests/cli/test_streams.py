#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Drives `shakedown streams` as its users do. Prints TAP.

    test_streams.py PROGRAM
"""
import os
import resource
import subprocess
import sys

sys.dont_write_bytecode = True
from capture import ACK, FIN, SYN, connection, pcap, segment  # noqa: E402
from harness import PATIENCE, environment, equal, open_terminal, run_all  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
CLIENT, SERVER = ("192.0.2.1", 49152), ("198.51.100.7", 80)
NAME = "000001-192.0.2.1.49152-198.51.100.7.80-"
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(*args, stdin=b"", **options):
    """(exit status, standard output, standard error as text)."""
    p = subprocess.run([PROGRAM, "streams", *args], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       timeout=PATIENCE, env=environment(), **options)
    return p.returncode, p.stdout, p.stderr.decode("utf-8")


def fails(args, status, *said, **options):
    got, out, err = run(*args, **options)
    equal(got, status, f"{args}: {err}")
    equal(out, b"", f"{args}: standard output")
    equal(err.count("\n"), 1, f"{args}: {err!r}")
    for words in said:
        assert words in err, f"{args}: no {words!r} in {err!r}"


def contents(directory):
    found = {}
    for name in sorted(os.listdir(directory)):
        with open(os.path.join(directory, name), "rb") as f:
            found[name] = f.read()
    return found


def talk(*segments, client=CLIENT, start=1000):
    """A handshake, then (client sends?, seq, ack, payload) that count from the ISNs."""
    x, y = 1000, 5000
    steps = [(True, SYN, 0, 0, b""), (False, SYN | ACK, 0, 1, b""), (True, ACK, 1, 1, b"")]
    steps += [(up, ACK, seq, ack, data) for up, seq, ack, data in segments]
    frames = []
    for i, (up, flags, seq, ack, data) in enumerate(steps):
        ends = (client, SERVER) if up else (SERVER, client)
        own, peer = (x, y) if up else (y, x)
        frames.append((start + i * 0.1, segment(*ends, flags, own + seq, peer + ack if flags & ACK else 0, data)))
    return frames


@test
def one_side_goes_to_standard_output():
    for side, want in (("client", b"GET /\n"), ("server", b"hello\n")):
        equal(run("good.pcap", "--conn", "1", "--side", side), (0, want, ""))
    with open("good.pcap", "rb") as f:
        equal(run("-", "--conn", "1", "--side", "client", stdin=f.read()), (0, b"GET /\n", ""))


@test
def or_to_a_file():
    equal(run("good.pcap", "--conn", "1", "--side", "server", "-o", "out"), (0, b"", ""))
    with open("out", "rb") as f:
        equal(f.read(), b"hello\n")
    fails(["good.pcap", "--conn", "7", "--side", "server", "-o", "other"], 1, "no connection has the number 7", "there are 1")
    assert not os.path.exists("other")
    fails(["good.pcap", "--conn", "1", "--side", "server", "-o", "good.pcap"], 1, "good.pcap")


@test
def which_stream_must_be_said():
    for args in ([], ["--conn", "1"], ["--side", "client"], ["--holes", "zero"]):
        fails(["good.pcap", *args], 2, "--conn ID --side client|server", "--dir DIR")
    fails(["good.pcap", "--conn", "1", "--side", "sever"], 2, "did you mean 'server'?")
    fails(["good.pcap", "--dir", "d", "--policy", "best"], 2, "--policy", "first, last")
    fails(["good.pcap", "--dir", "d", "--holes", "many"], 2, "--holes", "none, zero")
    fails(["good.pcap", "--dir", "d", "-o", "x"], 2, "--dir and --output")
    fails(["good.pcap", "--conn", "1", "--side", "client", "--force"], 2, "--force is for --dir")
    fails(["good.pcap", "--dir", "d", "--format", "json"], 2, "'streams' takes no option --format")
    fails(["--conn", "1", "--side", "client"], 2, "no capture named")
    assert not os.path.exists("d")


@test
def bytes_are_not_for_a_terminal():
    master, slave = open_terminal()
    p = subprocess.run([PROGRAM, "streams", "good.pcap", "--conn", "1", "--side", "client"], stdout=slave,
                       stderr=subprocess.PIPE, timeout=PATIENCE)
    os.close(slave)
    os.close(master)
    equal(p.returncode, 2)
    assert b"not for a terminal" in p.stderr, p.stderr


@test
def all_go_to_a_directory():
    equal(run("good.pcap", "--dir", "all"), (0, b"", ""))
    want = {NAME + "client": b"GET /\n", NAME + "server": b"hello\n"}
    equal(contents("all"), want)
    equal(run("good.pcap", "--dir", "one", "--conn", "1", "--side", "server"), (0, b"", ""))
    equal(contents("one"), {NAME + "server": b"hello\n"})


@test
def files_are_replaced_only_when_told():
    os.mkdir("old")
    with open("precious", "wb") as f:
        f.write(b"precious")
    os.symlink("../precious", "old/" + NAME + "client")
    fails(["good.pcap", "--dir", "old"], 1, NAME + "client", "--force")
    with open("old/" + NAME + "server", "wb") as f:
        f.write(b"what was there before, and longer")
    fails(["good.pcap", "--dir", "old", "--side", "server"], 1, NAME + "server", "--force")
    equal(run("good.pcap", "--dir", "old", "--force"), (0, b"", ""))
    equal(contents("old"), {NAME + "client": b"GET /\n", NAME + "server": b"hello\n"})
    with open("precious", "rb") as f:
        equal(f.read(), b"precious", "what the link led to")


@test
def a_directory_that_cannot_be():
    fails(["good.pcap", "--dir", "good.pcap"], 1, "good.pcap")
    fails(["good.pcap", "--dir", "no/such/place"], 1, "no/such/place")


@test
def names_of_ipv6_have_no_colons():
    with open("v6.pcap", "wb") as f:
        f.write(V6)
    equal(run("v6.pcap", "--dir", "v6"), (0, b"", ""))
    equal(list(contents("v6")), ["000001-2001_db8__1.1024-2001_db8__2.80-client"])


@test
def more_connections_than_open_files():
    frames = []
    for i in range(600):
        frames += talk((True, 1, 1, b"a%d" % i), client=("192.0.2.1", 10000 + i), start=1000 + i / 1000)
    for i in range(600):
        frames.append((1100 + i / 1000, segment(("192.0.2.1", 10000 + i), SERVER, ACK, 1001 + len(b"a%d" % i), 5001, b"!")))
    frames.sort(key=lambda frame: frame[0])

    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))

    for directory, options in (("many", {}), ("few", {"preexec_fn": few})):
        equal(run("-", "--dir", directory, stdin=pcap(frames), **options), (0, b"", ""))
        found = contents(directory)
        equal(len(found), 600)
        for i in range(600):
            equal([d for n, d in found.items() if f".{10000 + i}-" in n], [b"a%d!" % i])


@test
def holes_are_told():
    holes = pcap(talk((True, 1, 1, b"abc"), (True, 7, 1, b"ghi"), (False, 1, 13, b"")))
    told = ("shakedown: connection 1, client: 3 bytes at offset 3 are missing: not in the capture\n"
            "shakedown: connection 1, client: 3 bytes at offset 9 are missing: not in the capture\n")
    one = ["-", "--conn", "1", "--side", "client"]
    equal(run(*one, stdin=holes), (0, b"abcghi", told))
    equal(run(*one, "-q", stdin=holes), (0, b"abcghi", ""))
    equal(run(*one, "--holes", "zero", stdin=holes), (0, b"abc\0\0\0ghi\0\0\0", told))
    equal(run("-", "--dir", "holes", stdin=holes), (0, b"", told))
    equal(contents("holes"), {NAME + "client": b"abcghi"})
    equal(run("-", "--dir", "zeros", "--holes", "zero", stdin=holes), (0, b"", told))
    equal(contents("zeros"), {NAME + "client": b"abc\0\0\0ghi\0\0\0"})


@test
def many_holes_are_summed_up():
    holes = pcap(talk(*[(True, 1 + 2 * i, 1, b"x") for i in range(50)]))
    status, out, err = run("-", "--conn", "1", "--side", "client", stdin=holes)
    equal((status, out), (0, b"x" * 50))
    lines = err.splitlines()
    equal(len(lines), 9)
    equal(lines[0], "shakedown: connection 1, client: 1 byte at offset 1 is missing: not in the capture")
    equal(lines[8], "shakedown: connection 1, client: 41 more holes, 41 bytes")


@test
def overlaps_are_told_and_the_policy_decides():
    both = pcap(talk((True, 1, 1, b"GET /index"), (True, 1, 1, b"GET /admin"), (False, 1, 11, b"")))
    one = ["-", "--conn", "1", "--side", "client"]
    for policy, want in (("first", b"GET /index"), ("last", b"GET /admin")):
        status, out, err = run(*one, "--policy", policy, stdin=both)
        equal((status, out), (0, want))
        equal(err.count("\n"), 1)
        for words in ("offset 5", "frames 4 and 5", "|index|", "|admin|", f"--policy {policy}"):
            assert words in err, err
    equal(run(*one, stdin=both)[1], b"GET /index", "the default")


@test
def a_capture_that_is_cut_short():
    with open("good.pcap", "rb") as f:
        data = f.read()
    status, out, err = run("-", "--conn", "1", "--side", "client", stdin=data[:-30])
    equal((status, out), (1, b"GET /\n"))
    assert "standard input" in err, err


@test
def a_reader_who_has_had_enough():
    big = pcap(talk(*[(True, 1 + i * 1400, 1, b"x" * 1400) for i in range(500)]))
    with open("big.pcap", "wb") as f:
        f.write(big)
    p = subprocess.run(f"'{PROGRAM}' streams big.pcap --conn 1 --side client | head -c 3; exit ${{PIPESTATUS[0]}}",
                       shell=True, executable="/bin/bash", stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
    equal((p.returncode, p.stdout, p.stderr), (0, b"xxx", b""))


def v6():
    import ipaddress
    import struct
    a, b = (ipaddress.IPv6Address(x).packed for x in ("2001:db8::1", "2001:db8::2"))
    frames = []
    for i, (flags, seq, data) in enumerate(((SYN, 1000, b""), (ACK, 1001, b"abc"), (FIN | ACK, 1004, b""))):
        tcp = struct.pack("!HHIIBBHHH", 1024, 80, seq, 1, 5 << 4, flags, 64240, 0, 0) + data
        frames.append((1000 + i, b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x86\xdd" +
                       struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + a + b + tcp))
    return pcap(frames)


V6 = v6()


def prepare():
    with open("good.pcap", "wb") as f:
        f.write(pcap(connection(CLIENT, SERVER, 1000)))


sys.exit(run_all(TESTS, prepare))
