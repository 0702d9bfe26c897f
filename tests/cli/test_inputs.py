#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the program reads: directories, patterns, rotated and compressed files, mixed pcapng, tunnels, and what
is no file at all. Prints TAP.

    test_inputs.py PROGRAM CAPTURES
"""
import glob
import gzip
import json
import lzma
import os
import re
import resource
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
from capture import RST, SYN, connection, pcap, segment, unanswered  # noqa: E402
from harness import PATIENCE, Skip, environment, equal, others_may_come_here, run_all, wait_until_taken  # noqa: E402
from pcapng import Section  # noqa: E402

PROGRAM, CAPTURES = (os.path.abspath(path) for path in sys.argv[1:3])
CLIENT, SERVER = ("192.0.2.1", 49152), ("198.51.100.7", 80)
NOBODY = 65534
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(*args, **options):
    """(exit status, standard output, standard error), as text."""
    options.setdefault("stdin", subprocess.DEVNULL)
    p = subprocess.run([PROGRAM, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE,
                       env=environment(), check=False, **options)
    return p.returncode, p.stdout.decode("utf-8"), p.stderr.decode("utf-8")


def fails(args, *said, **options):
    """Status 1 and one line that says all of that."""
    status, _, err = run(*args, **options)
    equal(status, 1, f"{args}: {err}")
    equal(err.count("\n"), 1, f"{args}: {err!r}")
    for words in said:
        assert words in err, f"{args}: no {words!r} in {err!r}"


def reads(*args, **options):
    """The records, as lines, without that of the capture; nothing is complained of."""
    status, out, err = run("--format", "ndjson", *args, **options)
    equal((status, err), (0, ""), f"{args}")
    lines = out.splitlines()
    equal(json.loads(lines[-1])["record"], "summary")
    return lines[:-1]


def connections(lines):
    return [r for r in map(json.loads, lines) if r["record"] == "connection"]


def write(name, data):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as f:
        f.write(data)


def packets_of(path):
    """The header of a pcap file in little endian, and its records."""
    with open(path, "rb") as f:
        data = f.read()
    records, at = [], 24
    while at < len(data):
        end = at + 16 + struct.unpack_from("<I", data, at + 8)[0]
        records.append(data[at:end])
        at = end
    return data[:24], records


def samples():
    found = sorted(glob.glob(os.path.join(CAPTURES, "*.pcap")))
    assert len(found) > 10, f"no samples in {CAPTURES}"
    return found


# Directories and patterns


@test
def a_directory_is_the_files_in_it():
    want = reads("good.pcap", "late.pcap")
    equal(reads("dir"), want)
    equal(reads("-r", "dir/"), want)
    equal(reads("-r", "dir/*.pcap.gz", "-r", "dir/2*"), want)
    equal(reads("-r", "d?r"), want)
    out = run("dir")[1]
    assert "dir/1.pcap.gz and 1 more" in out, out
    assert "shakedown anomalies dir -v" in out, out


@test
def what_is_no_capture_is_left_out_with_a_remark():
    shutil.copytree("dir", "mess")
    write("mess/notes.txt", b"What was captured, and why.\n")
    status, out, err = run("--format", "json", "mess")
    equal((status, err.count("\n")), (0, 1), err)
    assert err.startswith("shakedown: left out: mess/notes.txt: not a capture"), err
    files = json.loads(out)["capture"]["files"]
    equal([(f["name"], f["left_out"]) for f in files],
          [("mess/1.pcap.gz", False), ("mess/2.pcap", False), ("mess/notes.txt", True)])
    equal(run("conns", "-q", "mess")[2], "")
    write("mess/empty.pcap", b"")
    status, out, err = run("mess")
    equal(status, 0)
    assert "left out: 2 files that are no captures, among them mess/" in err, err
    assert "! left out: 2 files that are no captures" in out, out
    fails(["mess", "mess/notes.txt"], "mess/notes.txt: not a capture")


@test
def directories_and_patterns_without_captures_are_errors():
    os.makedirs("nothing/within", exist_ok=True)
    fails(["nothing"], "nothing: a directory without files")
    fails(["-r", "nothing/*.pcap"], "nothing/*.pcap: no such file, and no file that it matches")
    write("words/a", b"no capture\n" * 9)
    fails(["words"], "words: there is no capture in it", "words/a: not a capture")


@test
def output_never_overwrites_a_capture_that_was_found():
    before = os.path.getsize("dir/2.pcap")
    fails(["dir", "-o", "dir/2.pcap"], "dir/2.pcap: is a capture that is to be read")
    equal(os.path.getsize("dir/2.pcap"), before)


@test
def hundreds_of_rotated_files_need_few_descriptors():
    header, packets = packets_of("both.pcap")
    for i, packet in enumerate(packets):
        for k in range(30):
            # A file with a packet, and files that hold none, as when nothing came for a while.
            write(f"many/capture.pcap{i * 30 + k}", header + (packet if k == 7 else b""))
    want = reads("both.pcap")
    equal(reads("many", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))), want)


# Rotated and compressed files


def programs():
    """Compressors, by the suffix of what they make."""
    found = {"gz": gzip.compress, "xz": lzma.compress}
    for name, suffix in (("zstd", "zst"), ("lz4", "lz4")):
        if shutil.which(name):
            found[suffix] = lambda data, name=name: subprocess.run(
                [name, "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return found


@test
def compressed_files_give_the_same_records_byte_for_byte():
    compressors = programs()
    for path in samples():
        want = reads("-q", path)
        with open(path, "rb") as f:
            data = f.read()
        for suffix, compress in compressors.items():
            write("compressed", compress(data))
            equal(reads("-q", "compressed"), want, f"{path} as {suffix}")
            with open("compressed", "rb") as f:
                equal(reads("-q", "-", stdin=f), want, f"{path} as {suffix}, piped")
    if len(compressors) < 4:
        raise Skip("with gzip and xz only: zstd or lz4 is not installed")


@test
def five_pieces_give_the_same_as_the_whole():
    compressors = list(programs().values()) + [bytes]
    for path in samples():
        want = reads("-q", path)
        header, packets = packets_of(path)
        shutil.rmtree("pieces", ignore_errors=True)
        for i in range(5):
            piece = packets[len(packets) * i // 5:len(packets) * (i + 1) // 5]
            write(f"pieces/p{i}", compressors[i % len(compressors)](header + b"".join(piece)))
        equal(reads("-q", "pieces"), want, path)
        equal(reads("-q", *(f"pieces/p{i}" for i in (3, 0, 4, 2, 1))), want, f"{path}, in another order")


@test
def pieces_that_overlap_give_the_same_as_the_whole():
    for path in samples():
        header, packets = packets_of(path)
        times = [record[:8] for record in packets]
        if len(set(times)) < len(times):
            continue  # equal times come in the order of the files
        shutil.rmtree("pieces", ignore_errors=True)
        for i in range(5):
            write(f"pieces/p{i}", header + b"".join(packets[i::5]))
        equal(reads("-q", "pieces"), reads("-q", path), path)


@test
def a_clock_that_steps_is_followed_and_told():
    stepped = pcap(connection(CLIENT, SERVER, 5000) + connection(("192.0.2.2", 50000), SERVER, 1000))
    write("stepped.pcap", stepped)
    status, out, err = run("--format", "json", "stepped.pcap", "late.pcap")
    equal((status, err), (0, ""))
    document = json.loads(out)
    equal([c["handshake"]["outcome"] for c in document["connections"]], ["no-answer", "complete", "complete"])
    equal(document["capture"]["clock_steps"], 1)
    assert any("clock was set back" in line for line in document["summary"]["warnings"]), document["summary"]


# pcapng that mixes everything


def gist(record):
    """A connection without what depends on its place in the file."""
    ends = {}
    for side in ("client", "server"):
        ends[side] = {k: v for k, v in record[side].items() if k != "history"}
        ends[side]["history"] = [(h["state"], h["time"], h["evidence"]) for h in record[side]["history"]]
    handshake = {k: v for k, v in record["handshake"].items() if k not in ("syn", "syn_ack")}
    return [record["start"], record["end"], ends, handshake, record["teardown"]]


def conversations(n):
    """Of different clients: (packets, what is to be told)."""
    for i in range(n):
        packets = connection(("192.0.2.%d" % (i + 1), 40000 + i), SERVER, 1000 + i)
        write("one.pcap", pcap(packets))
        one, = connections(reads("one.pcap"))
        yield [(round(t * 10**9), frame) for t, frame in packets], gist(one)


SLL = bytes.fromhex("00000001000602000000000100000800")


@test
def what_the_capture_lost_weighs_on_what_was_not_seen():
    def verdict(dropped_before):
        section = Section("<")
        section.interface(1, 0, 9)
        packets = unanswered(("192.0.2.1", 40000), SERVER, 1000) + [(1100, frame) for _, frame in connection(("192.0.2.2", 40001), SERVER, 1100)[:3]]
        for i, (when, frame) in enumerate(packets):
            section.packet(0, round(when * 10**9), frame, dropped=9 if i == dropped_before else 0)
        write("lossy.pcapng", section.data)
        records = [json.loads(line) for line in run("anomalies", "--format", "ndjson", "lossy.pcapng")[1].splitlines()]
        anomaly, = [a for a in records if a["kind"] == "no-answer"]
        return anomaly["severity"], anomaly["evidence"].get("packets_dropped_meanwhile"), [a["evidence"]["dropped"] for a in records if a["kind"] == "capture-loss"]
    equal(verdict(None), ("warning", None, []))
    equal(verdict(3), ("notice", True, [9]))


@test
def a_pcapng_of_mixed_links_snap_lengths_clocks_and_byte_orders():
    little, big = Section("<"), Section(">")
    little.interface(1, 0, 6)
    little.interface(101, 60, 9)
    little.interface(113, 262144, 9, tsoffset=900)
    little.secrets()
    big.interface(0, 0, 9, tsoffset=-3600)
    big.interface(276, 65535, 6)
    links = [
        (little, 0, lambda f: f),
        (little, 1, lambda f: f[14:]),
        (little, 2, lambda f: SLL + f[14:]),
        (big, 0, lambda f: b"\0\0\0\2" + f[14:]),
        (big, 1, lambda f: b"\x08\0" + bytes(18) + f[14:]),
    ]
    told = []
    for (packets, want), (section, interface, wrap) in zip(conversations(len(links)), links):
        told.append(want)
        for when, frame in packets:
            section.packet(interface, when, wrap(frame))
    little.statistics(1, 17)
    write("mixed.pcapng", little.data + big.data)
    status, out, err = run("--format", "json", "mixed.pcapng")
    equal((status, err), (0, ""))
    document = json.loads(out)
    equal([gist(c) for c in document["connections"]], told)
    equal(document["capture"]["dropped"], 17)
    # As files, the sections come out the same.
    write("little.pcapng", little.data)
    write("big.pcapng", big.data)
    equal([gist(c) for c in connections(reads("big.pcapng", "little.pcapng"))], told)


def need(*names):
    for name in names:
        if not shutil.which(name):
            raise Skip(f"{name} is not installed")


@test
def what_mergecap_and_editcap_make_of_them():
    need("mergecap", "editcap")
    told, files = [], []
    for i, (packets, want) in enumerate(conversations(3)):
        told.append(want)
        files.append(f"part{i}.pcap")
        frames = [(when / 10**9, frame if i == 0 else frame[14:]) for when, frame in packets]
        data = bytearray(pcap(frames))
        data[20:24] = struct.pack("<I", (1, 101, 12)[i])
        write(files[-1], bytes(data))
    subprocess.run(["editcap", "-F", "nsecpcap", files[0], "part0.ns"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["editcap", "-F", "pcapng", "-s", "60", files[1], "part1.ng"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["mergecap", "-w", "merged.pcapng", "part0.ns", "part1.ng", files[2]], check=True)
    equal([gist(c) for c in connections(reads("merged.pcapng"))], told)
    subprocess.run(["mergecap", "-a", "-w", "appended.pcapng", files[2], "part1.ng", "part0.ns"], check=True)
    equal(sorted(map(repr, (gist(c) for c in connections(reads("appended.pcapng"))))), sorted(map(repr, told)))
    for form in ("modpcap", "nokiapcap", "suse6_3pcap"):
        r = subprocess.run(["editcap", "-F", form, files[0], "other"], stderr=subprocess.DEVNULL, check=False)
        if r.returncode == 0 and form == "modpcap":
            equal([gist(c) for c in connections(reads("other"))], told[:1], form)


# Tunnels and mirrors


def tagged(frame, vlan):
    return frame[:12] + struct.pack("!HH", 0x8100, vlan) + frame[12:]


@test
def a_stretch_of_time_is_read_as_a_capture_of_its_own():
    """A connection every 70 seconds, longer than TIME-WAIT lasts; the last one's is not over when the time is."""
    start = 1769853600  # 2026-01-31 10:00 UTC
    packets = []
    for i in range(20):
        packets += connection((CLIENT[0], CLIENT[1] + i), SERVER, start + i * 70)
    whole, part = "whole.pcap", "part.pcap"
    with open(whole, "wb") as f:
        f.write(pcap(packets))
    inside = [p for p in packets if start + 350 <= p[0] < start + 650]
    with open(part, "wb") as f:
        f.write(pcap(inside))
    skipped = packets.index(inside[0])

    def of(*args):
        return [json.loads(line) for line in reads(*args)]

    def with_frames(records):
        return json.loads(re.sub(r'"(frame|[a-z]+_frame)": (\d+)', lambda m: f'"{m[1]}": {int(m[2]) + skipped}', json.dumps(records)))

    want = with_frames(of(part))
    equal(len(want), 5)
    for window in (("--since", "10:05:50", "--until", "10:10:50"), ("--since", "+350", "--until", "+5min"),
                   ("--since", "2026-01-31T11:05:50+01:00", "--until", "2026-01-31 10:10:50"),
                   ("--since", str(start + 350), "--until", f"{start + 650}.0")):
        for threads in "1", "2":
            equal(of(whole, "-j", threads, *window), want, window)
    capture = json.loads(run("--format", "json", whole, "--since", "10:05:50", "--until", "10:10:50")[1])["capture"]
    equal((capture["since"], capture["until"], capture["passed"]), ("2026-01-31T10:05:50.000000000Z", "2026-01-31T10:10:50.000000000Z", len(inside)))
    capture = json.loads(run("--format", "json", whole)[1])["capture"]
    equal((capture["since"], capture["until"]), (None, None))
    assert "since 2026-01-31 10:05:00.000, until 2026-01-31 10:10:00.000 UTC" in run(whole, "--since", "10:05", "--until", "10:10")[1]
    assert "2026-01-31" in run("--format", "html", whole, "--since", "10:05")[1].split("asked for")[1][:200]
    status, out, err = run("conns", "--format", "ndjson", whole, "--since", "12:00")
    equal((status, out), (0, ""), err)
    assert "no packet since 2026-01-31 12:00:00.000 UTC: those that were read are of 2026-01-31 10:00:00" in err, err
    equal(run("conns", "-q", whole, "--since", "12:00")[2], "")


@test
def where_reading_ends_is_the_same_however_much_is_read_at_once():
    """The clock was two hours ahead for more than a hundred packets, and was then set right."""
    start = 1769853600
    packets = []
    for i in range(60):
        packets += connection((CLIENT[0], CLIENT[1] + i), SERVER, start + i + (7200 if 10 <= i < 40 else 0))
    with open("ahead.pcap", "wb") as f:
        f.write(pcap(packets))
    window = ("--since", "+0", "--until", "+5min")
    for options in (), ("-c", "100000"), ("-f", "tcp"), ("-j", "1"), ("-j", "2"):
        equal(len(connections(reads("ahead.pcap", *options, *window))), 10, options)


@test
def a_display_filter_is_told_from_one_that_is_wrong():
    write("filtered.pcap", pcap(unanswered(CLIENT, SERVER, 1769853600)))
    for wrong, display in (("tcp.port==443", True), ("not ip.addr == 192.0.2.1", True), ("(tcp.flags.reset", True),
                           ("port http and (", False), ("port a.ip.example", False), ("port an-ip.example", False), ("tcp port", False)):
        status, _, err = run("-f", wrong, "filtered.pcap")
        equal(status, 2, (wrong, err))
        equal(("Wireshark" in err, "pcap-filter(7)" in err), (display, True), (wrong, err))


@test
def commands_that_a_report_proposes_are_about_the_same_connections():
    packets = []
    for i in range(8):
        packets += unanswered((CLIENT[0], CLIENT[1] + i), (SERVER[0], 80 + i), 1769853600 + i * 60)
    name = "it's eight.pcap"
    with open(name, "wb") as f:
        f.write(pcap(packets))
    for options in ((), ("-f", "port 85"), ("--since", "10:05"), ("--since", "+5min", "--until", "+90"), ("-c", "4", "--ignore-encapsulation"),
                    ("--since", "2026-01-31 10:05:00", "-f", "port 85 or port 86")):
        report = run(name, "--width", "300", *options)[1]
        who = run("conns", "--format", "csv", name, *options)[1].splitlines()
        proposed = [shlex.split(line.strip().split("   ")[0]) for line in report.split("Next ")[1].splitlines()[1:]]
        ladder = [words for words in proposed if words[1] == "ladder"][0]
        equal([run(*words[1:])[0] for words in proposed], [0] * len(proposed), proposed)
        conn = ladder[ladder.index("--conn") + 1]
        row = [line.split(",") for line in who if line.split(",")[0] == conn][0]
        assert CLIENT[0] in row and any(f"{SERVER[0]}:{cell}" in run(*ladder[1:])[1] for cell in row), (ladder, row)
        equal(run(*ladder[1:])[1], run("ladder", name, "--conn", conn, *options)[1])


@test
def commands_that_a_report_proposes_take_no_file_for_a_command_or_an_option():
    for name in "conns", "-v", "- of mine.pcap":
        with open(name, "wb") as f:
            f.write(pcap([p for i in range(60) for p in unanswered((CLIENT[0], CLIENT[1] + i), (SERVER[0], 80 + i), 1769853600 + i * 60)]))
        report = run("report", "--width", "300", "-r", name)[1]
        proposed = [shlex.split(line.strip().split("   ")[0]) for line in report.split("Next ")[1].splitlines()[1:]]
        assert len(proposed) > 3, report
        for words in proposed:
            status, out, err = run(*words[1:])
            equal(status, 0, (words, err))
            assert "explain" in words or SERVER[0] in out, (words, out)


@test
def commands_that_a_report_proposes_name_the_file_whatever_it_is_called():
    bash = shutil.which("bash")
    if not bash:
        raise Skip("no bash")
    capture = pcap([p for i in range(60) for p in unanswered((CLIENT[0], CLIENT[1] + i), (SERVER[0], 80 + i), 1769853600 + i * 60)])
    names = b"a\nb.pcap", b"\x1b[31mred' \\7.pcap", b"latin\xe91.pcap", "\u202egnp.pcap".encode(), "\u65e5 \u00b5.pcap".encode(), b"it's.pcap"
    for name in names:
        with open(name, "wb") as f:
            f.write(capture)
        for ascii_only in ((), ("--ascii",)):
            report = run("report", "--width", "300", *ascii_only, name)[1]
            for line in report.split("Next ")[1].splitlines()[1:]:
                script = line.strip().split("   ")[0].replace("shakedown", '"$0"', 1)
                got = subprocess.run([bash, "-c", script, PROGRAM], capture_output=True, env=environment(), check=False, timeout=PATIENCE)
                equal(got.returncode, 0, (name, script, got.stderr))
                assert "explain" in script or SERVER[0].encode() in got.stdout, (script, got.stdout)
    # What can be shown is not spelt out.
    assert "'\u65e5 \u00b5.pcap'" in run("report", "--width", "300", names[4])[1]


@test
def the_same_addresses_in_two_vlans_are_two_connections_unless_mirrored():
    there = [(t, tagged(frame, 10)) for t, frame in connection(CLIENT, SERVER, 1000)]
    # As a mirror port of a router sees it: each packet comes in with one tag and leaves with another.
    mirrored = [packet for t, frame in connection(CLIENT, SERVER, 1000)
                for packet in ((t, tagged(frame, 10)), (t + 0.0001, tagged(frame, 20)))]
    write("mirrored.pcap", pcap(mirrored))
    write("vlan.pcap", pcap(there))
    two = connections(reads("mirrored.pcap"))
    equal([c["encapsulation"] for c in two], [["vlan:10"], ["vlan:20"]])
    one, = connections(reads("--ignore-encapsulation", "mirrored.pcap"))
    want, = connections(reads("vlan.pcap"))
    for side in ("client", "server"):
        equal([h["state"] for h in one[side]["history"]], [h["state"] for h in want[side]["history"]])
        equal((one[side]["bytes"], one[side]["retransmissions"]), (want[side]["bytes"], 0))
    equal((one["handshake"]["outcome"], one["teardown"]["outcome"]), ("complete", "graceful"))
    write("config", b"[shakedown]\nignore_encapsulation=1\n")
    equal(reads("--config", "config", "mirrored.pcap"), reads("--ignore-encapsulation", "mirrored.pcap"))
    status, out, _ = run("streams", "--ignore-encapsulation", "--conn", "1", "--side", "server", "mirrored.pcap")
    equal((status, out), (0, "hello\n"))


# What is no file


@test
def devices_and_the_like_are_told():
    fails(["/dev/null"], "/dev/null: empty file")
    fails(["/dev/zero"], "/dev/zero: not a capture: it begins with nothing but zeros")
    fails(["-"], "standard input: empty file")
    with open("/dev/urandom", "rb") as f:
        fails(["-"], "standard input: not a capture", stdin=f)
    directory = os.open("dir", os.O_RDONLY)
    fails(["-"], "standard input: a directory, not a capture", stdin=directory)
    os.close(directory)


@test
def a_fifo_is_read_beside_files():
    os.mkfifo("fifo")
    with open("good.pcap", "rb") as f:
        data = f.read()
    writer = threading.Thread(target=lambda: write("fifo", data))
    writer.start()
    equal(reads("fifo", "late.pcap"), reads("good.pcap", "late.pcap"))
    writer.join()


@test
def a_silent_fifo_ends_at_a_signal():
    if not os.path.exists("fifo"):
        os.mkfifo("fifo")
    with open("good.pcap", "rb") as f:
        data = f.read()
    p = subprocess.Popen([PROGRAM, "--format", "ndjson", "fifo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         env=environment(), preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    with open("fifo", "wb") as writer:
        writer.write(data)
        writer.flush()
        wait_until_taken(p, writer)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=PATIENCE)
    equal((p.returncode, err.count(b"\n")), (1, 1), err)
    assert b"interrupted; " in err, err
    equal([json.loads(line)["record"] for line in out.splitlines()], ["connection", "summary"])


@test
def names_are_shown_on_one_line_and_do_nothing_to_a_terminal():
    fails(["no\n\x1b[2Jsuch\u009bfile"], "shakedown: no??[2Jsuch?")


@test
def a_file_that_may_not_be_read_is_told():
    os.chmod(".", 0o755)
    write("secret/a.pcap", pcap(connection(CLIENT, SERVER, 1000)))
    os.chmod("secret", 0o755)
    options = {}
    if os.geteuid() == 0:
        if not others_may_come_here():
            raise Skip("nobody may enter the directory for temporary files")
        options["preexec_fn"] = lambda: (os.setgid(NOBODY), os.setuid(NOBODY))
        shutil.copy(PROGRAM, "shakedown")
        if subprocess.run(["./shakedown", "--version"], stdout=subprocess.DEVNULL, check=False, **options).returncode:
            raise Skip("nobody cannot run the program here")
        options["executable"] = os.path.abspath("shakedown")
    os.chmod("secret/a.pcap", 0)
    fails(["secret/a.pcap"], "secret/a.pcap: Permission denied", "sudo", **options)
    fails(["secret"], "secret/a.pcap: Permission denied", **options)
    os.chmod("secret", 0)
    fails(["secret"], "secret: a directory that may not be listed", **options)
    fails(["secret/a.pcap"], "secret/a.pcap: Permission denied", **options)
    os.chmod("secret", 0o700)


@test
def a_full_disk_is_told():
    fails(["ladder", "-o", "/dev/full", "good.pcap"], "/dev/full: No space left on device")
    for command in ("report", "conns", "anomalies"):
        for form in ("text", "json", "ndjson"):
            fails([command, "--format", form, "-o", "/dev/full", "both.pcap"], "/dev/full: No space left on device")
    with open("/dev/full", "wb") as full:
        p = subprocess.run([PROGRAM, "streams", "--conn", "1", "--side", "server", "good.pcap"], stdout=full,
                           stderr=subprocess.PIPE, env=environment(), check=False)
    equal((p.returncode, p.stderr.count(b"\n")), (1, 1), p.stderr)


@test
def a_file_that_may_grow_no_more_is_told():
    fails(["conns", "--format", "ndjson", "-o", "out", "both.pcap"], "out: File too large",
          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))


@test
def a_reader_that_has_gone_ends_it_soon():
    header, packets = packets_of("good.pcap")
    write("long.pcap", header + b"".join(packets) * 20000)
    p = subprocess.Popen([PROGRAM, "--format", "ndjson", "long.pcap"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         env=environment())
    assert p.stdout.readline()
    p.stdout.close()
    equal((p.stderr.read(), p.wait(timeout=PATIENCE)), (b"", 0))


@test
def a_file_that_grows_is_read_as_far_as_it_goes():
    header, packets = packets_of("both.pcap")
    write("growing.pcap", header + b"".join(packets[:4]) + packets[4][:9])
    fails(["growing.pcap"], "growing.pcap: cut short in the header of packet 5", "still being written")
    with open("growing.pcap", "ab") as f:
        f.write(packets[4][9:])

    def grow(read):
        with open("growing.pcap", "ab") as f:
            # It must not run away from a slow reader.
            for _ in range(5000):
                f.write(b"".join(packets[5:9]))
                f.flush()
                if read.wait(0.0001):
                    return

    for _ in range(5):
        read = threading.Event()
        writer = threading.Thread(target=grow, args=(read,))
        writer.start()
        status, out, err = run("--format", "ndjson", "growing.pcap")
        read.set()
        writer.join()
        assert status in (0, 1) and err.count("\n") == status, (status, err)
        assert json.loads(out.splitlines()[-1])["record"] == "summary"


@test
def who_opens_and_resets_without_end_makes_no_segment_dearer():
    def cpu(attempts):
        packets = []
        for i in range(attempts):
            isn = i * 2654435761 % 2**32
            packets += ((1000 + i * 2e-5, segment(CLIENT, SERVER, SYN, isn)),
                        (1000 + i * 2e-5 + 1e-5, segment(CLIENT, SERVER, RST, (isn + 1) % 2**32)))
        write("attempts.pcap", pcap(packets))
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        status, out, err = run("conns", "--format", "csv", "attempts.pcap")
        equal(status, 0, err)
        equal(len(out.splitlines()), attempts + 1)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    few, many = cpu(2000), cpu(20000)
    assert many < 50 * max(few, 0.02), f"{few} s for 2000 attempts, {many} s for 20000"


def prepare():
    good, bad = connection(CLIENT, SERVER, 1000), unanswered(CLIENT, (SERVER[0], 81), 1010)
    write("good.pcap", pcap(good))
    write("late.pcap", pcap(bad))
    write("both.pcap", pcap(good + bad))
    write("dir/1.pcap.gz", gzip.compress(pcap(good)))
    write("dir/2.pcap", pcap(bad))


sys.exit(run_all(TESTS, prepare))
