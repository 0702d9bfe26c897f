#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What -w keeps of captures that are files and pipes. Prints TAP.

    test_kept.py PROGRAM
"""
import os
import resource
import signal
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
from capture import connection, pcap  # noqa: E402
from harness import PATIENCE, environment, equal, run_all, wait_until  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
TESTS = []
SMALL = 64 * 1024


def test(function):
    TESTS.append(function)
    return function


def run(*args):
    p = subprocess.run([PROGRAM, *args], capture_output=True, timeout=PATIENCE, env=environment(), check=False)
    equal((p.returncode, p.stderr), (0, b""), args)
    return p.stdout


def sizes(directory):
    return [os.path.getsize(os.path.join(directory, name)) for name in sorted(os.listdir(directory))]


def rotated(path, directory):
    os.mkdir(directory)
    run("conns", "-w", os.path.join(directory, "k.pcapng"), "--rotate-size", "64K", path)
    equal(run("conns", "--format", "ndjson", directory), run("conns", "--format", "ndjson", path))
    return sizes(directory)


@test
def no_file_is_larger_than_was_asked():
    many = rotated("many.pcap", "many")
    assert len(many) > 3 and max(many) <= SMALL, many
    # Each but the last had no room for one more, of at most some 130 bytes and a statistics block.
    assert min(many[:-1]) > SMALL - 300, many


@test
def packets_without_a_time_are_packets():
    timeless = rotated("timeless.pcap", "timeless")
    assert len(timeless) > 3 and max(timeless) <= SMALL, timeless


@test
def what_a_silent_pipe_has_brought_is_on_the_disk():
    with open("good.pcap", "rb") as f:
        data = f.read()
    with subprocess.Popen([PROGRAM, "conns", "-", "-w", "kept.pcapng"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env=environment()) as p:
        p.stdin.write(data)
        p.stdin.flush()
        assert wait_until(lambda: os.path.exists("kept.pcapng") and os.path.getsize("kept.pcapng") > len(data) - 24, 20), "it is not kept"
        equal(run("conns", "--format", "csv", "kept.pcapng"), run("conns", "--format", "csv", "good.pcap"))
        p.stdin.close()
        p.stdout.read()


def block_types(path):
    with open(path, "rb") as f:
        data = f.read()
    order = "<" if data[8:12] == struct.pack("<I", 0x1A2B3C4D) else ">"
    at, types = 0, []
    while at < len(data):
        kind, length = struct.unpack_from(order + "II", data, at)
        types.append(kind)
        at += length
    return types


@test
def nobody_counted_the_packets_of_a_file():
    run("conns", "-w", "counted.pcapng", "good.pcap")
    types = block_types("counted.pcapng")
    equal((types[:2], set(types[2:])), ([0x0a0d0d0a, 1], {6}), "section, interface, packets; no statistics")


def of_ever_other_interfaces(path, n):
    """As merging many files makes them: each packet comes from an interface of its own."""
    frame = connection(("192.0.2.1", 10000), ("198.51.100.7", 80), 0)[0][1]
    section = struct.pack("<IIIHHqI", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28)
    interface = struct.pack("<IIHHII", 1, 20, 1, 0, 0, 20)
    body = frame + bytes(-len(frame) % 4)
    with open(path, "wb") as f:
        for i in range(n):
            if i % 30000 == 0:
                f.write(section)
            f.write(interface + struct.pack("<IIIIIII", 6, 32 + len(body), i % 30000, 0, i, len(frame), len(frame)))
            f.write(body + struct.pack("<I", 32 + len(body)))


@test
def a_section_has_no_more_interfaces_than_are_read():
    of_ever_other_interfaces("interfaces.pcapng", 70000)
    run("conns", "-w", "sections.pcapng", "interfaces.pcapng")
    types = block_types("sections.pcapng")
    equal([types.count(t) for t in (0x0a0d0d0a, 1, 6)], [2, 70000, 70000])
    equal(run("conns", "--format", "ndjson", "sections.pcapng"), run("conns", "--format", "ndjson", "interfaces.pcapng"))


@test
def a_file_describes_the_interfaces_of_its_own_packets():
    of_ever_other_interfaces("others.pcapng", 5000)
    assert max(rotated("others.pcapng", "others")) <= SMALL
    types = [t for name in os.listdir("others") for t in block_types(os.path.join("others", name))]
    equal((types.count(1), types.count(6)), (5000, 5000))


@test
def a_disk_that_is_full_is_told_once():
    p = subprocess.run([PROGRAM, "conns", "-w", "/dev/full", "good.pcap"], capture_output=True, timeout=PATIENCE,
                       env=environment(), check=False)
    equal((p.returncode, p.stderr.decode().splitlines()),
          (1, ["shakedown: /dev/full: No space left on device; packets from here on are not kept"]), "once")
    equal(p.stdout, run("conns", "good.pcap"), "all the same")


@test
def files_go_on_following_one_another_when_the_clock_was_set_back():
    with open("many.pcap", "rb") as f:
        data = bytearray(f.read())
    at = 24
    for i in range(600):
        struct.pack_into("<II", data, at, (200000 if i < 10 else 100000) + i, 0)
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
    with open("back.pcap", "wb") as f:
        f.write(data[:at])
    os.mkdir("back")
    run("conns", "-w", "back/k.pcapng", "--rotate-time", "60", "back.pcap")
    equal(len(os.listdir("back")), 10, sorted(os.listdir("back")))


def no_room():
    """Files may become no larger: what is beyond is written in part, and then not at all."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (30001, 30001))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


@test
def of_a_disk_that_is_full_the_last_file_is_whole():
    p = subprocess.run([PROGRAM, "conns", "-w", "cut.pcapng", "many.pcap"], capture_output=True, timeout=PATIENCE,
                       env=environment(), check=False, preexec_fn=no_room)
    equal(p.returncode, 1)
    assert 29000 < os.path.getsize("cut.pcapng") < 30001, os.path.getsize("cut.pcapng")
    run("conns", "cut.pcapng")


def prepare():
    packets = [p for i in range(300) for p in connection(("192.0.2.1", 10000 + i), ("198.51.100.7", 80), 1000 + i)]
    many = pcap(packets)
    timeless, at = bytearray(many), 24
    while at < len(timeless):
        struct.pack_into("<II", timeless, at, 0, 0)
        at += 16 + struct.unpack_from("<I", timeless, at + 8)[0]
    for name, data in {"good.pcap": pcap(packets[:9]), "many.pcap": many, "timeless.pcap": timeless}.items():
        with open(name, "wb") as f:
            f.write(data)


sys.exit(run_all(TESTS, prepare))
