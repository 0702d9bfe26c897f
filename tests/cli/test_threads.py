#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""However many threads there are, the records are the same, in the same order: of sound captures, damaged ones,
compressed and merged ones, and where the reading is to end early. Prints TAP.

    test_threads.py PROGRAM CAPTURES
"""
import glob
import gzip
import json
import os
import random
import signal
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from capture import ACK, PSH, SYN, checksum, connection, pcap, segment, unanswered  # noqa: E402
from harness import PATIENCE, environment, equal, run_all, wait_until  # noqa: E402
from pcapng import Section  # noqa: E402

PROGRAM, CAPTURES = (os.path.abspath(path) for path in sys.argv[1:3])
CLIENT, SERVER = ("192.0.2.1", 49152), ("198.51.100.7", 80)
VIEWS = (["report"], ["report", "--format", "ndjson"], ["anomalies", "--format", "ndjson"], ["conns", "--format", "zeek"])
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(threads, *args):
    """(exit status, standard output, standard error)"""
    p = subprocess.run([PROGRAM, "-j", str(threads), *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=PATIENCE, env=environment(), check=False)
    return p.returncode, p.stdout, p.stderr


def told(result):
    """Without the moment at which it was written."""
    status, out, err = result
    return status, [line for line in out.split(b"\n") if not line.startswith((b"#open", b"#close"))], err


def same(*args, views=VIEWS):
    """The results with one thread, which are those with more."""
    results = []
    for view in views:
        alone = told(run(1, *view, *args))
        for threads in (2, 3):
            equal(told(run(threads, *view, *args)), alone, f"{view} {args} -j {threads}")
        results.append(alone)
    return results


def write(name, data):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as f:
        f.write(data)


@test
def sound_captures():
    for path in sorted(glob.glob(os.path.join(CAPTURES, "*.pcap"))):
        equal(same(path)[0][0], 0, path)


@test
def a_long_capture():
    equal(same("many.pcap")[0][0], 0)


@test
def packets_slightly_out_of_order():
    same("disordered.pcap")


@test
def compressed_and_pcapng():
    same("many.pcap.gz")
    same("many.pcapng")


@test
def several_files_and_directories():
    same("many.pcap", "others.pcap")
    same("dir")


@test
def damaged_ones_tell_what_they_have():
    for name, said in (("cut.pcap", b"cut short"), ("corrupt.pcap", b"corrupt after packet"),
                       ("cut.pcap.gz", b"cut short")):
        for status, out, err in same(name):
            assert status == 1 and said in err and len(out) > 2, (name, status, err)
    same("cut.pcap", "others.pcap")


@test
def counts_and_filters():
    for count in (1, 255, 256, 257, 5000):
        results = same("-c", str(count), "many.pcap")
        equal(json.loads(results[1][1][-2])["packets"], count)
    same("-f", "tcp port 80 and host 10.0.0.7", "many.pcap")


@test
def packets_as_large_as_there_are():
    same("large.pcap")
    same("--conn", "1", "--side", "client", "large.pcap", views=(["streams"],))


@test
def what_was_put_together_from_fragments():
    results = same("fragments.pcap")
    assert b'"segments":600' in b"".join(results[1][1]), results[1][1][-2]
    # What was put together is thrown away before it is looked at, but for what was kept of it.
    records = same("fragments.pcap", views=(["conns", "--format", "ndjson"],))[0][1]
    offered = [json.loads(line)["client"]["options"].get("mss") for line in records if b'"connection"' in line[:30]]
    equal(sorted(mss for mss in offered if mss), [500 + i for i in range(0, 600, 3)])


@test
def packets_kept_on_the_way():
    kept = []
    for threads in (1, 2):
        equal(run(threads, "-w", "kept.pcapng", "-f", "host 10.0.0.7", "many.pcap")[0], 0)
        with open("kept.pcapng", "rb") as f:
            kept.append(f.read())
    equal(kept[0], kept[1])


@test
def streams_are_the_same():
    for threads in (1, 2):
        equal(run(threads, "streams", "--dir", f"streams{threads}", "others.pcap")[0], 0)
    names = sorted(os.listdir("streams1"))
    assert len(names) > 100, names
    equal(sorted(os.listdir("streams2")), names)
    for name in names:
        with open(f"streams1/{name}", "rb") as one, open(f"streams2/{name}", "rb") as two:
            equal(two.read(), one.read(), name)


@test
def a_page_is_read_for_twice():
    same("--format", "html", "others.pcap", views=(["report"],))


def is_interrupted(files, delay):
    """Whether the signal came before it was through."""
    with subprocess.Popen([PROGRAM, "-j", "2", "--format", "ndjson", *["many.pcap"] * files], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as p:
        # Threads are there after the handlers of signals.
        wait_until(lambda: len(os.listdir(f"/proc/{p.pid}/task")) > 1 or p.poll() is not None, step=0.001)
        time.sleep(delay)
        p.send_signal(signal.SIGTERM)
        out, err = p.communicate(timeout=PATIENCE)
    assert p.returncode in (0, 1) and (b"interrupted" in err) == p.returncode, (p.returncode, err)
    last = json.loads(out.splitlines()[-1])
    equal(last["record"], "summary")
    read, analysed = last["capture"]["packets"], last["packets"]
    assert analysed <= read <= analysed + 1024, (read, analysed)
    return p.returncode == 1


@test
def interrupted_it_reports_what_it_has():
    """Whatever was read is analysed, but for what waits to be put in order."""
    interrupted = [is_interrupted(50, delay) for delay in (0, 0.01, 0.05)]
    # Where the signal came late each time, there is more to read.
    files = 50
    while not any(interrupted):
        files *= 2
        assert files <= 800, "it is through before the signal comes"
        interrupted.append(is_interrupted(files, 0))


@test
def a_reader_who_goes_ends_it():
    for threads in (1, 2):
        with subprocess.Popen([PROGRAM, "-j", str(threads), "conns", "--format", "ndjson", *["many.pcap"] * 5],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment()) as p:
            p.stdout.read(10)
            p.stdout.close()
            equal((p.wait(timeout=PATIENCE), p.stderr.read()), (0, b""))


@test
def numbers_that_are_none():
    for number in ("0", "-1", "two", "1025"):
        status, _, err = run(number, "others.pcap")
        equal(status, 2, err)
        assert b"--threads" in err, err


def fragments(count):
    """Segments in IPv4 in IPv4, of which the outer is in pieces; now and then half a minute of nothing, after which
    what was put together is thrown away. Every third is a SYN, with an option that no other has."""
    packets = []
    for i in range(count):
        if i % 3:
            inner = segment(CLIENT, SERVER, PSH | ACK, 1000 + 40 * i, 1, bytes([i & 0xFF]) * 40)[14:]
        else:
            options = struct.pack("!BBH", 2, 4, 500 + i)
            inner = segment((CLIENT[0], 1024 + i), SERVER, SYN, 7 * i, options=options)[14:]
        for offset, more in ((0, 0x2000), (40, 0)):
            part = inner[:40] if more else inner[40:]
            ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(part), i & 0xFFFF, more | offset // 8, 64, 4, 0,
                             b"\xc0\0\2\x09", b"\xc0\0\2\x0a")
            ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
            packets.append((1000 + i * 0.001 + (i // 7) * 31, b"\2\0\0\0\0\2\2\0\0\0\0\1\x08\0" + ip + part))
    return packets


def large():
    """Jumbograms there are none of in IPv4: each packet nearly as long as IP can say."""
    size = 65000
    return [(1000 + i * 0.001, segment(CLIENT, SERVER, PSH | ACK, (1 + i * size) & 0xFFFFFFFF, 1, bytes([i]) * size))
            for i in range(200)]


def conversation(n, network):
    client = (f"10.{network}.{n >> 8 & 255}.{n & 255}", 1024 + n % 60000)
    return (unanswered if n % 10 == 9 else connection)(client, SERVER, 1000 + n * 0.003)


def prepare():
    many = sorted((packet for n in range(3000) for packet in conversation(n, 0)), key=lambda packet: packet[0])
    others = sorted((packet for n in range(300) for packet in conversation(n, 1)), key=lambda packet: packet[0])
    data = pcap(many)
    middle = len(data) // 2
    section = Section("<")
    section.interface(1)
    for number, (seconds, frame) in enumerate(many):
        section.packet(0, round(seconds * 10**6) * 1000, frame, dropped=number % 1000 == 999)
    shuffled = list(many)
    rand = random.Random(4)
    for i in range(0, len(shuffled) - 8, 8):
        part = shuffled[i:i + 8]
        rand.shuffle(part)
        shuffled[i:i + 8] = part
    write("many.pcap", data)
    write("others.pcap", pcap(others))
    write("disordered.pcap", pcap(shuffled))
    write("many.pcap.gz", gzip.compress(data, 1))
    write("many.pcapng", section.data)
    write("cut.pcap", data[:middle])
    write("cut.pcap.gz", gzip.compress(data, 1)[:-20000])
    whole = 24 + sum(16 + len(frame) for _, frame in many[:10000])
    write("corrupt.pcap", data[:whole] + b"\xff" * 64 + data[whole:])
    write("large.pcap", pcap(large()))
    write("fragments.pcap", pcap(fragments(600)))
    for i in range(40):
        write(f"dir/{i:02}.pcap", pcap(others[i * 50:i * 50 + 60]))


sys.exit(run_all(TESTS, prepare))
