#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Drives the built program as its users do. Prints TAP.

    test_cli.py PROGRAM MAN_PAGE COMPLETION
"""
import csv
import gzip
import io
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import zlib

sys.dont_write_bytecode = True
from capture import connection, pcap, unanswered  # noqa: E402
from harness import PATIENCE, environment, equal, open_terminal, run_all, wait_until_taken  # noqa: E402

PROGRAM, MAN_PAGE, COMPLETION = (os.path.abspath(path) for path in sys.argv[1:4])
CLIENT, SERVER = ("192.0.2.1", 49152), ("198.51.100.7", 80)
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(*args, stdin=b"", env=None, **options):
    """(exit status, standard output, standard error), as text. Standard input is bytes, or a file."""
    options.setdefault("stdout", subprocess.PIPE)
    options["input" if isinstance(stdin, bytes) else "stdin"] = stdin
    p = subprocess.run([PROGRAM, *args], stderr=subprocess.PIPE, timeout=PATIENCE,
                       env=environment(**(env or {})), **options)
    return p.returncode, (p.stdout or b"").decode("utf-8"), p.stderr.decode("utf-8")


def fails(args, status, *said, **options):
    """The status, nothing on standard output, and one line that says all of that."""
    got, out, err = run(*args, **options)
    equal(got, status, f"{args}: {err}")
    equal(out, "", f"{args}: standard output")
    equal(err.count("\n"), 1, f"{args}: {err!r}")
    assert err.startswith("shakedown: "), err
    for words in said:
        assert words in err, f"{args}: no {words!r} in {err!r}"


def records(out):
    return [json.loads(line) for line in out.splitlines()]


def kinds(out):
    return [r["record"] for r in records(out)]


def conn_log(out):
    """Rows by name, as zeek-cut reads them: by the header's own separator, fields and types."""
    lines, names, rows = out.splitlines(), [], []
    equal(lines[0], "#separator \\x09")
    for line in lines[1:]:
        cells = line.split("\t")
        if cells[0] == "#fields":
            names = cells[1:]
        elif not line.startswith("#"):
            equal(len(cells), len(names), line)
            rows.append(dict(zip(names, cells)))
    return rows


# Wrong usage


@test
def wrong_commands_are_told_with_the_nearest():
    fails(["reprot", "good.pcap"], 2, "'reprot'", "did you mean 'report'?")
    fails(["anomalis", "good.pcap"], 2, "did you mean 'anomalies'?")
    fails(["frobnicate"], 2, "neither a command nor a file")


@test
def live_options_must_make_sense():
    fails(["watch"], 2, "-i", "watch what?")
    fails(["watch", "-i", "lo", "good.pcap"], 2, "exclude each other")
    fails(["report", "-i", "eth0", "good.pcap"], 2, "either an interface or files")
    fails(["good.pcap", "--wait"], 2, "live capture", "-i")
    fails(["-i", "lo", "--duration", "soon"], 2, "not a duration")
    fails(["-i", "lo", "-B", "1"], 2, "256")
    fails(["-i", "lo", "-s", "12"], 2, "64")
    fails(["good.pcap", "--keep", "3"], 2, "-w")
    fails(["good.pcap", "-w", "k", "--keep", "3"], 2, "--rotate-size")
    fails(["good.pcap", "-w", "k", "--rotate-size", "1K"], 2, "--rotate-size")
    fails(["good.pcap", "-w", "-"], 2, "-o")
    for out in ("k", "./k", os.path.join(os.getcwd(), "k")):
        fails(["good.pcap", "-w", "k", "-o", out], 2, "the same file")
    assert not os.path.exists("k")


@test
def packets_are_kept():
    status, out, err = run("conns", "--format", "ndjson", "-w", "kept.pcapng", "both.pcap")
    equal(status, 0, err)
    equal(run("conns", "--format", "ndjson", "kept.pcapng"), (0, out, ""))
    run("conns", "-f", "port 81", "-w", "kept.pcapng", "both.pcap")
    assert json.loads(run("--format", "json", "kept.pcapng")[1])["capture"]["packets"] < json.loads(run("--format", "json", "both.pcap")[1])["capture"]["packets"]
    fails(["kept.pcapng", "-w", "./kept.pcapng"], 1, "is a capture that is to be read")
    fails(["good.pcap", "-w", "no/where"], 1, "no/where")


@test
def an_interface_that_is_not_there_is_told():
    for command in ("watch", "report", "conns"):
        fails([command, "-i", "nonesuch0"], 1, "nonesuch0", "interface")
    fails(["report", "-i", "good.pcap"], 1, "good.pcap")


@test
def wrong_options_are_told_with_the_nearest():
    fails(["--fliter", "tcp", "good.pcap"], 2, "did you mean '--filter'?")
    fails(["good.pcap", "--colour=never"], 2, "did you mean '--color'?")
    fails(["-Y", "good.pcap"], 2, "'-Y'", "--help")
    fails(["good.pcap", "-f"], 2, "issing argument for -f")


@test
def wrong_values_are_told():
    fails(["--format", "jsno", "good.pcap"], 2, "did you mean 'json'?")
    fails(["--format", "pdf", "good.pcap"], 2, "text, json, ndjson, csv, zeek, zeek-json, html, svg, mermaid")
    fails(["anomalies", "--format", "zeek", "good.pcap"], 2, "conn.log has connections")
    fails(["--fail-on", "panic", "good.pcap"], 2, "info, notice, warning, critical")
    fails(["--color", "sometimes", "good.pcap"], 2, "auto, always, never")
    for count in ("0", "-1", "x", "1e3", "", "99999999999999999999"):
        fails(["-c", count, "good.pcap"], 2, f"--count: '{count}' is not a whole number of at least 1\n")
    fails(["--width", "7", "good.pcap"], 2, "--width: '7'", "from 40")
    for size in ("64M", "1", "x", "0%", "101%", "4 G", "-1G", "nanG", ""):
        fails(["--max-memory", size, "good.pcap"], 2, f"--max-memory: '{size}'")
    for size in ("1.5M", "64K", "64k", "65536", "1GB", "1GiB"):
        equal(run("good.pcap", "-w", "kept.pcapng", "--rotate-size", size)[0], 0, size)
    for size in ("4GB", "0.5GiB", "131072K", "134217728", "12.5%"):
        equal(run("good.pcap", "--max-memory", size)[0], 0, size)
    for size in ("64", "1.5X", "1e6", "0x100000", "1M2", "iB", "1ib", "1 M", "1..5M"):
        fails(["good.pcap", "-w", "kept.pcapng", "--rotate-size", size], 2, f"--rotate-size: '{size}'")
    fails(["good.pcap", "-w", "kept.pcapng", "--rotate-size", "63K"], 2, "at least 64K")
    fails(["good.pcap", "-w", "kept.pcapng", "--rotate-time", "0.9"], 2, "at least 1 s")
    fails(["watch", "--interval", "99ms", "good.pcap"], 2, "at least 0.1 s")
    equal(run("watch", "--interval", "100ms", "good.pcap")[0], 0, "the least interval")
    fails(["--html-limit", "8", "good.pcap"], 2, "--format html")
    equal(run("--format", "html", "--html-limit", "8", "good.pcap")[0], 0, "a page's limit")
    fails(["ladder", "--conn", "first", "good.pcap"], 2, "--conn: 'first'")
    for option in "since", "until":
        for time in "soon", "", "10", "24:00", "-5min", "2026-02-30", "+":
            fails([f"--{option}", time, "good.pcap"], 2, f"--{option}: '{time}' is no time", "10:05", "+5min")
    fails(["--until", "+0", "good.pcap"], 2, "leaves no time")
    fails(["--since", "2026-01-02", "--until", "2026-01-01", "good.pcap"], 2, "'2026-01-01' is not after --since, '2026-01-02'")
    fails(["--since", "10:05", "-i", "lo"], 2, "--duration")


@test
def options_belong_to_commands():
    fails(["conns", "--conn", "1", "good.pcap"], 2, "'conns' takes no option --conn, which is for ladder or streams;")
    fails(["good.pcap", "--absolute"], 2, "'report' takes no option --absolute, which is for ladder;")
    fails(["conns", "--all", "good.pcap"], 2, "which is for report, anomalies or watch;")
    fails(["explain", "-f", "tcp"], 2, "'explain' takes no option --filter")
    fails(["good.pcap", "--config"], 2, "--config needs a FILE")
    fails(["interfaces", "--config", "x"], 2, "'interfaces' takes no option --config")


@test
def what_is_no_question_takes_no_answer():
    for word in ("--ascii=no", "--quiet=", "--all=1", "--top=good.pcap"):
        fails([word, "good.pcap"], 2, f"{word.split('=')[0]} takes no value: '{word}'")
    equal(run("good.pcap", "--quiet", "--", "--quiet=1")[0], 1)


@test
def no_capture_is_wrong_usage():
    fails([], 2, "no capture named", "- to read standard input")
    fails(["conns"], 2, "no capture named")


@test
def a_wrong_filter_is_wrong_usage():
    fails(["-f", "tcp port port", "good.pcap"], 2, "tcp port port")


# Files


@test
def files_that_cannot_be_read():
    fails(["missing.pcap"], 1, "missing.pcap", "No such file")
    fails(["-r", "missing"], 1, "missing", "No such file")
    os.makedirs("hollow", exist_ok=True)
    fails(["hollow"], 1, "a directory without files")
    fails(["empty.pcap"], 1, "empty.pcap")
    fails(["text.pcap"], 1, "text.pcap")
    fails(["good.pcap", "missing.pcap"], 1, "missing.pcap")


@test
def a_file_that_is_cut_is_reported_in_full():
    status, out, err = run("--format", "ndjson", "cut.pcap")
    equal(status, 1)
    assert "connection" in kinds(out) and kinds(out)[-1] == "summary", out
    equal(err.count("\n"), 1, err)
    assert "cut.pcap" in err, err
    equal(run("--format", "json", "-q", "cut.pcap")[2], err, "-q keeps errors")


@test
def a_named_command_takes_precedence_over_a_file():
    shutil.copy("good.pcap", "conns")
    try:
        equal(run("./conns", "-q")[0], 0)
        equal(run("-r", "conns", "-q")[0], 0)
        fails(["conns"], 2, "no capture named")
    finally:
        os.unlink("conns")


@test
def several_files_are_one_capture():
    out = run("--format", "ndjson", "late.pcap", "-r", "good.pcap")[1]
    connections = [r for r in records(out) if r["record"] == "connection"]
    equal(len(connections), 2)
    equal(sorted(r["id"] for r in connections), [1, 2])


def ipcomp_of_zeros(n):
    """A capture of so many packets of one connection, each of which is small and inflates to a large one."""
    data = 65000
    tcp = struct.pack(">HHIIBBHHH", 40000, 80, 1000, 1, 0x50, 0x10, 65535, 0, 0)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packet = struct.pack(">BBH", 6, 0, 2) + deflate.compress(tcp + bytes(data)) + deflate.flush()
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(packet), 1, 0, 64, 108, 0, bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
    record = struct.pack("<IIII", 1700000000, 0, 20 + len(packet), 20 + len(packet)) + ip + packet
    return struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101) + n * record


@test
def what_is_inflated_is_not_kept():
    with open("zeros.pcap", "wb") as f:
        f.write(ipcomp_of_zeros(9000))
    with subprocess.Popen([PROGRAM, "--threads", "2", "zeros.pcap"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, env=environment()) as p:
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
    equal(p.returncode, 0)
    # All would be 585 MB, and the ring of batches as good as all. A sanitizer keeps some of what is freed.
    assert usage.ru_maxrss < 400000, f"{usage.ru_maxrss} KiB"


def sparse(name, packets, size):
    """A capture of so many packets of so many bytes, one a second, whose payload takes no room on the disk."""
    tcp = struct.pack(">HHIIBBHHH", 40000, 80, 1000, 1, 0x50, 0x10, 65535, 0, 0)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 1, 0, 64, 6, 0, bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
    with open(name, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for i in range(packets):
            f.write(struct.pack("<IIII", 1700000000 + i, 0, size, size) + ip + tcp)
            f.seek(size - len(ip) - len(tcp), os.SEEK_CUR)
        f.truncate(f.tell())


@test
def what_is_not_asked_for_is_not_kept():
    sparse("long.pcap", 9000, 65000)
    for chosen in ["--since", "+8990"], ["--filter", "udp"], ["--since", "+8990", "--count", "5"]:
        for threads in "1", "2":
            with subprocess.Popen([PROGRAM, "--threads", threads, *chosen, "long.pcap"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, env=environment()) as p:
                _, status, usage = os.wait4(p.pid, 0)
                p.returncode = os.waitstatus_to_exitcode(status)
            equal(p.returncode, 0)
            # All is 585 MB.
            assert usage.ru_maxrss < 400000, f"{chosen}: {usage.ru_maxrss} KiB"
    os.unlink("long.pcap")


@test
def compressed_files_are_known_by_their_bytes():
    equal(run("conns", "--format", "csv", "good.dat")[1], run("conns", "--format", "csv", "good.pcap")[1])


# Options


@test
def options_stand_anywhere():
    want = run("conns", "--format", "ndjson", "-c", "3", "good.pcap")
    equal(want[0], 0, want[2])
    for args in (["--format", "ndjson", "-c", "3", "conns", "good.pcap"], ["conns", "good.pcap", "--format=ndjson", "-c3"],
                 ["-qc3", "conns", "-r", "good.pcap", "--format", "ndjson"], ["conns", "-rgood.pcap", "--format", "ndjson", "-c", "3"],
                 ["--format", "ndjson", "-c", "3", "conns", "--", "good.pcap"]):
        equal(run(*args)[:2], want[:2], args)


@test
def a_name_like_an_option_follows_a_double_dash():
    shutil.copy("good.pcap", "-x.pcap")
    want = run("conns", "--format", "csv", "good.pcap")
    for args in (["conns", "--", "-x.pcap"], ["--", "conns", "-x.pcap"], ["conns", "./-x.pcap", "--"]):
        equal(run("--format", "csv", *args)[:2], want[:2], args)
    equal(run("--", "-x.pcap")[0], 0)
    equal(run("--", "-x.pcap", "--")[0], 1)  # a second one is a name
    fails(["conns", "-x.pcap"], 2, "unknown option '-x.pcap'")
    os.remove("-x.pcap")


@test
def report_is_the_default():
    equal(run("good.pcap"), run("report", "good.pcap"))


@test
def a_capture_may_begin_at_time_zero():
    """Simulators do; their first SYN has a clock all the same."""
    found = records(run("anomalies", "--format", "ndjson", "zero.pcap")[1])
    equal([r["kind"] for r in found if r["record"] == "anomaly"], ["syn-retransmitted", "no-answer"])


@test
def count_and_filter_limit_what_is_read():
    whole = json.loads(run("--format", "json", "both.pcap")[1])
    equal(len(whole["connections"]), 2)
    three = json.loads(run("--format", "json", "-c", "3", "good.pcap")[1])
    equal(three["connections"][0]["client"]["packets"] + three["connections"][0]["server"]["packets"], 3)
    told = run("-v", "-c", "1", "good.pcap")[2]
    assert "shakedown: 1 packet in " in told, told
    filtered = json.loads(run("--format", "json", "-f", "port 81", "both.pcap")[1])
    equal([c["server"]["port"] for c in filtered["connections"]], [81])
    nothing = run("--format", "json", "-f", "udp", "both.pcap")
    equal((nothing[0], json.loads(nothing[1])["connections"]), (0, []))


@test
def csv_has_a_column_for_all_that_json_says_of_a_connection():
    def leaves(value, path=()):
        if not isinstance(value, dict):
            return [path]
        return [leaf for name, member in value.items() for leaf in leaves(member, (*path, name))]
    lines = list(csv.DictReader(run("conns", "--format", "csv", "both.pcap")[1].splitlines()))
    found = records(run("conns", "--format", "ndjson", "both.pcap")[1])
    for path in sorted({leaf for connection in found for leaf in leaves(connection)} - {("record",)}):
        short = [name for name in path if name != "options"]
        assert "_".join(short) in lines[0] or short[-1] in lines[0], f"no column for {'.'.join(path)}"
    for line, connection in zip(lines, sorted(found, key=lambda c: c["id"]), strict=True):
        equal(line["severity"], connection["severity"] or "")
        equal(line["reset_by"], connection["teardown"]["reset_by"] or "")
        for side in ("client", "server"):
            equal(line[side + "_seen"], json.dumps(connection[side]["seen"]))
            md5 = connection[side]["options"]["md5"]
            equal(line[side + "_md5"], "" if md5 is None else json.dumps(md5))


@test
def a_report_by_groups():
    groups = records(run("--group-by", "service", "--format", "ndjson", "both.pcap")[1])
    equal([r["record"] for r in groups], ["group", "group", "summary"])
    equal([(g["key"], g["failed"], g["success"]) for g in groups[:-1]],
          [("198.51.100.7:81", 1, 0), ("198.51.100.7:80", 0, 1)])
    equal(groups[1]["closed_first"], {"client": {"fin": 1, "reset": 0}, "server": {"fin": 0, "reset": 0}})
    document = json.loads(run("report", "--group-by", "service", "--format", "json", "both.pcap")[1])
    equal(sorted(document), ["capture", "group_by", "groups", "shakedown", "summary"])
    equal(document["groups"], groups[:-1])
    rows = list(csv.DictReader(io.StringIO(run("--group-by", "subnet/8", "--format", "csv", "both.pcap")[1])))
    equal([(r["key"], r["connections"]) for r in rows], [("192.0.0.0/8", "2")])
    text = run("--group-by", "client", "both.pcap")[1]
    assert "By client" in text and "192.0.2.1 " in text, text
    fails(["--group-by", "srvice", "good.pcap"], 2, "did you mean 'service'?")
    fails(["--group-by", "subnet/33", "good.pcap"], 2, "from 0 to 32")
    fails(["conns", "--group-by", "client", "good.pcap"], 2, "takes no option --group-by")
    fails(["--group-by", "client", "--format", "zeek", "good.pcap"], 2, "not groups")


@test
def conn_log_of_zeek():
    status, out, _ = run("conns", "--format", "zeek", "both.pcap")
    equal(status, 0)
    rows = conn_log(out)
    equal(sorted((r["conn_state"], r["history"], r["closed_by"]) for r in rows),
          sorted([("SF", "ShADdFaf", "orig"), ("S0", "S", "-")]))
    equal({r["service"] for r in rows}, {"-"})
    as_json = records(run("conns", "--format", "zeek-json", "both.pcap")[1])
    for row, told in zip(rows, as_json):
        for name, value in row.items():
            if value == "-":
                assert name not in told, name
            elif name in ("ts", "duration"):
                equal(f"{told[name]:.6f}", value, name)
            else:
                equal(str(told[name]), value, name)
    equal(run("report", "--format", "zeek", "both.pcap")[1], out)


@test
def formats_are_what_they_say():
    document = json.loads(run("--format", "json", "both.pcap")[1])
    equal(sorted(document), ["anomalies", "capture", "connections", "shakedown", "summary"])
    good = document["connections"][0]
    equal((good["client"]["state"], good["server"]["state"]), ("TIME-WAIT", "CLOSED"))
    equal(good["handshake"]["outcome"], "complete")
    equal(good["teardown"]["outcome"], "graceful")
    lines = records(run("--format", "ndjson", "both.pcap")[1])
    equal([r for r in lines if r["record"] == "connection"][0]["client"], good["client"])
    for view in ("conns", "anomalies"):
        rows = list(csv.reader(io.StringIO(run(view, "--format", "csv", "both.pcap")[1])))
        assert len(rows) > 1, view
        equal({len(row) for row in rows}, {len(rows[0])}, view)
    text = run("both.pcap")[1]
    assert "TIME-WAIT" in text and "no-answer" in text, text


@test
def fail_on_tells_by_the_exit_status():
    equal(run("--fail-on", "warning", "both.pcap", "-q")[0], 3)
    equal(run("--fail-on", "info", "both.pcap", "-q")[0], 3)
    equal(run("--fail-on", "critical", "both.pcap", "-q")[0], 0)
    equal(run("--fail-on", "warning", "good.pcap", "-q")[0], 0)
    equal(run("both.pcap", "-q")[0], 0)
    for view in ("conns", "anomalies", "ladder"):
        equal(run(view, "--fail-on", "warning", "both.pcap")[0], 3, view)


@test
def standard_input_is_read_when_asked():
    data = open("good.pcap", "rb").read()
    equal(run("conns", "--format", "csv", "-", stdin=data)[1], run("conns", "--format", "csv", "good.pcap")[1])
    equal(run("conns", "-r", "-", stdin=data)[0], 0)
    fails(["-"], 1, "standard input", stdin=b"")
    fails(["-"], 1, "standard input", stdin=b"this is not a capture, whatever it is")


@test
def a_ladder_draws_the_connection_asked_for():
    fails(["ladder", "-f", "port 9", "good.pcap"], 1, "the packets that passed the filter hold none")
    first = run("ladder", "both.pcap")
    equal(first[0], 0, first[2])
    assert "SYN" in first[1] and "SYN-SENT" in first[1], first[1]
    equal(first[1], run("ladder", "--conn", "1", "both.pcap")[1])
    assert run("ladder", "--conn", "2", "both.pcap")[1] != first[1]
    assert run("ladder", "--absolute", "both.pcap")[1] != first[1]
    status, _, err = run("ladder", "--conn", "99", "both.pcap")
    equal(status, 1)
    assert "99" in err and err.count("\n") == 1, err


@test
def text_fits_its_width_and_its_locale():
    for args in (["both.pcap"], ["conns", "both.pcap"], ["anomalies", "both.pcap"], ["ladder", "both.pcap"], ["explain"],
                 ["explain", "syn-flood"], ["--help"], ["ladder", "--help"]):
        for line in run(*args)[1].splitlines():
            assert len(line) <= 80, f"{args}: {len(line)} columns: {line}"
        run(*args, "--ascii")[1].encode("ascii")
        run(*args, env={"LC_ALL": "C"})[1].encode("ascii")
    wide = run("explain", "syn-flood", env={"COLUMNS": "64"})[1]
    assert 50 < max(map(len, wide.splitlines())) <= 64
    equal(run("explain", "syn-flood", "--width", "64")[1], wide)


@test
def colours_are_for_terminals():
    for args in (["both.pcap"], ["explain", "syn-flood"]):
        assert "\033" not in run(*args)[1]
        assert "\033" in run(*args, "--color", "always")[1]
        assert "\033" in run(*args, "--color", "always", env={"NO_COLOR": "1"})[1]
        assert "\033" in on_a_terminal(args, {})
        assert "\033[1m" not in on_a_terminal(args, {"NO_COLOR": "1"})
        assert "\033[1m" not in on_a_terminal(args, {"TERM": "dumb"})
        assert "\033[1m" not in on_a_terminal([*args, "--color", "never"], {})


def on_a_terminal(args, env):
    leader, follower = open_terminal()
    p = subprocess.Popen([PROGRAM, *args], stdin=follower, stdout=follower, stderr=follower, env=environment(**env))
    os.close(follower)
    out = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.close(leader)
    p.wait(PATIENCE)
    return out.decode("utf-8")


@test
def on_a_terminal_the_name_alone_prints_usage():
    out = on_a_terminal([], {})
    assert out.startswith("Usage: shakedown"), out
    assert out.count("\n") <= 3, out
    assert "standard input is a terminal" in on_a_terminal(["-"], {})


# Output


def contents(name):
    with open(name, "rb") as f:
        return f.read().decode()


@test
def output_replaces_a_file_when_it_is_whole():
    want = run("conns", "--format", "csv", "good.pcap")[1]
    with open("out.csv", "w") as f:
        f.write("old")
    os.chmod("out.csv", 0o640)
    os.symlink("out.csv", "link.csv")
    equal(run("conns", "--format", "csv", "-o", "link.csv", "good.pcap"), (0, "", ""))
    equal(contents("out.csv"), want)
    assert os.path.islink("link.csv")
    equal(os.stat("out.csv").st_mode & 0o777, 0o640)
    fails(["-f", "port port", "-o", "out.csv", "good.pcap"], 2)
    fails(["-o", "out.csv", "missing.pcap"], 1)
    fails(["ladder", "--conn", "99", "-o", "out.csv", "good.pcap"], 1)
    equal(contents("out.csv"), want, "kept")
    equal([f for f in os.listdir(".") if f.startswith("out.csv.")], [], "left over")
    os.unlink("link.csv")


@test
def output_never_overwrites_the_capture():
    before = open("good.pcap", "rb").read()
    fails(["-o", "good.pcap", "good.pcap"], 1, "good.pcap", "another file")
    os.link("good.pcap", "same.pcap")
    fails(["-o", "same.pcap", "good.pcap"], 1, "another file")
    fails(["watch", "-o", "same.pcap", "good.pcap"], 1, "another file")
    for args in (["conns", "-", "-o"], ["watch", "-", "-o"], ["conns", "-", "-o", "other", "-w"]):
        with open("good.pcap", "rb") as f:
            fails([*args, "same.pcap"], 1, "another file", stdin=f)
    os.unlink("same.pcap")
    equal(open("good.pcap", "rb").read(), before)


@test
def output_that_cannot_be_written():
    fails(["-o", "nowhere/out", "good.pcap"], 1, "nowhere/out", "No such file", "directory is there")
    fails(["-o", ".", "good.pcap"], 1, ".: Is a directory; name a file in it")
    fails(["watch", "-o", "nowhere/out", "good.pcap"], 1, "nowhere/out", "directory is there")
    for args in (["both.pcap"], ["--format", "json", "both.pcap"], ["watch", "both.pcap"], ["explain"]):
        fails([*args, "-o", "/dev/full"], 1, "/dev/full: No space left on device")
        with open("/dev/full", "wb") as full:
            status, _, err = run(*args, stdout=full)
        equal((status, err), (1, "shakedown: standard output: No space left on device\n"), args)
    for args in (["--help"], ["--version"]):
        with open("/dev/full", "wb") as full:
            equal(run(*args, stdout=full)[::2], (1, "shakedown: standard output: No space left on device\n"), args)


@test
def a_reader_that_has_gone_is_no_error():
    for args in (["both.pcap"], ["--format", "ndjson", "both.pcap"], ["watch", "both.pcap"], ["explain"], ["--help"]):
        ours, theirs = os.pipe()
        os.close(ours)
        status, _, err = run(*args, stdout=theirs)
        os.close(theirs)
        equal((status, err), (0, ""), args)


@test
def standard_error_is_silent_when_all_is_well():
    for args in (["good.pcap"], ["--format", "json", "good.pcap"], ["explain"], ["--help"], ["--version"]):
        equal(run(*args)[2], "", args)


@test
def interrupted_it_reports_what_it_has():
    for number in (signal.SIGINT, signal.SIGTERM):
        p = subprocess.Popen([PROGRAM, "--format", "ndjson", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=environment(),
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        p.stdin.write(open("good.pcap", "rb").read())
        p.stdin.flush()
        wait_until_taken(p, p.stdin)
        p.send_signal(number)
        out, err = p.stdout.read(), p.stderr.read().decode()
        p.stdin.close()
        equal(p.wait(PATIENCE), 1)
        equal(kinds(out.decode())[-1], "summary")
        assert "connection" in kinds(out.decode())
        assert "interrupted" in err and err.count("\n") == 1, err


# Configuration


def write(name, text):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "w") as f:
        f.write(text)


@test
def configuration_is_found_and_overridden():
    write("xdg/shakedown/config", "[shakedown]\nsyn_timeout=7s\n")
    write("other.conf", "[shakedown]\nsyn_timeout=9s\n")
    env = {"XDG_CONFIG_HOME": os.path.abspath("xdg")}
    assert "\nsyn_timeout=3s\n" in run("explain", "--config")[1]
    assert "\nsyn_timeout=7s\n" in run("explain", "--config", env=env)[1]
    assert "\nsyn_timeout=9s\n" in run("explain", "--config", "other.conf", env=env)[1]
    assert "9s" in run("explain", "no-answer", "--config", "other.conf")[1]
    equal(run("good.pcap", "--config", "other.conf", "-q")[0], 0)


@test
def configuration_prints_as_it_reads():
    listed = run("explain", "--config")[1]
    write("listed.conf", listed)
    again = run("explain", "--config", "listed.conf")[1]
    equal(again.split("\n", 1)[1], listed.split("\n", 1)[1])


@test
def configuration_errors_name_file_and_line():
    write("wrong.conf", "[shakedown]\nmsl=30\nsyn_timeot=3\n")
    fails(["good.pcap", "--config", "wrong.conf"], 2, "wrong.conf:3:", "did you mean 'syn_timeout'?")
    write("xdg2/shakedown/config", "[shakedown]\nmsl=never\n")
    fails(["good.pcap"], 2, "xdg2/shakedown/config:2: msl:", env={"XDG_CONFIG_HOME": os.path.abspath("xdg2")})
    fails(["good.pcap", "--config", "missing.conf"], 2, "missing.conf: No such file")
    write("little.conf", "[shakedown]\nmax_memory=512\n")
    fails(["good.pcap", "--config", "little.conf"], 2, "little.conf: max_memory: 512 is out of range", "bytes")


# Explanations, and what else there is to read


@test
def every_listed_word_is_explained():
    words = re.findall(r"^[ *] (\S+)  ", run("explain")[1], re.M)
    assert len(words) > 100, words
    status, out, err = run("explain", *sorted(set(words)))
    equal((status, err), (0, ""))
    assert "${" not in out
    for word in words:
        assert re.search(rf"^{word}\s+\(", out, re.M), word


@test
def explain_says_what_is_not_detected_yet():
    listed = run("explain")[1]
    for word in re.findall(r"^\* (\S+)  ", listed, re.M):
        assert "does not detect it yet" in run("explain", word)[1], word
    assert "does not detect" not in run("explain", "no-answer")[1]


@test
def explain_helps_whoever_mistypes():
    assert "(state)" in run("explain", "time_wait")[1]
    assert "SYN-RECEIVED  (state" in run("explain", "SYN-RECV")[1]
    fails(["explain", "sin-flood"], 2, "did you mean 'syn-flood'?")
    fails(["explain", "xyzzy"], 2, "'shakedown explain' lists")
    fails(["explain", "tcp"], 2, "'shakedown explain' lists")
    fails(["explain", "nwe"], 2, "did you mean 'new'?")
    assert "configuration key" in run("explain", "syn_timeout")[1]


@test
def help_manual_and_completion_know_the_same():
    text = run("--help")[1]
    man, completion = open(MAN_PAGE).read(), open(COMPLETION).read()
    commands = re.findall(r"^  ([a-z]+) ", text.split("Options:")[0].split("Commands:")[1], re.M)
    options = re.findall(r"--([a-z][a-z-]+) ", text.split("Options:")[1])
    assert len(commands) >= 6 and len(set(options)) >= 16, (commands, options)
    equal(run("help")[1], text)
    for command in commands:
        told = run(command, "--help")[1]
        equal(run("help", command)[1], told)
        equal("3 --fail-on" in told, "--fail-on SEV" in told, command)
        assert re.search(rf"^\.It Cm {command}$", man, re.M), command
        assert re.search(rf"local commands='[^']*\b{command}\b", completion), command
        assert f"shakedown {command}" in run(command, "--help")[1]
    for option in set(options):
        assert re.search(r"^\.It .*Fl \\-" + option.replace("-", r"\\-"), man, re.M), f"{option} is not in the manual"
        assert f"--{option}" in completion, f"{option} is not completed"


@test
def help_lists_the_formats_that_a_command_has():
    formats = ("text", "json", "ndjson", "csv", "zeek", "zeek-json", "html", "svg", "mermaid")
    for command in ("report", "conns", "anomalies", "ladder", "watch", "interfaces"):
        told = re.search(r"--format FORMAT +(.*?)\n +-", run(command, "--help")[1], re.S).group(1)
        files = [] if command == "interfaces" else ["good.pcap"]
        equal([f for f in formats if re.search(rf"(?<![\w-]){f}(?![\w-])", told)],
              [f for f in formats if run(command, "--format", f, *files)[0] == 0], command)


@test
def the_page_counts_by_number():
    page = run("report", "--format", "html", "good.pcap")[1]
    for word in ("notices", "warnings"):
        assert re.search(rf"<strong>0</strong> {word}<", page), word


@test
def the_manual_renders_without_warnings():
    text = open(MAN_PAGE, encoding="utf-8").read()
    assert "@" not in text.replace("\\&@", ""), "a template's mark is left"
    assert "missing\\-third\\-ack" in text and ".It Cm syn_timeout" in text
    if shutil.which("mandoc"):
        p = subprocess.run(["mandoc", "-Tlint", "-Wwarning", MAN_PAGE], capture_output=True, text=True)
        equal(p.stdout + p.stderr, "")


@test
def the_completion_completes():
    if not shutil.which("bash"):
        return
    script = f""". '{COMPLETION}'
try() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _shakedown; echo "${{COMPREPLY[@]}}"; }}
try shakedown lad
try shakedown explain missing
try shakedown --fail-on w
try shakedown conns --fi
try shakedown ladder --format ''"""
    p = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True)
    equal(p.stdout.split("\n"), ["ladder", "missing-third-ack", "warning", "--filter", "text svg mermaid", ""], p.stderr)


@test
def the_version_is_printed():
    status, out, _ = run("--version")
    equal(status, 0)
    assert re.fullmatch(r"shakedown \d+\.\d+\.\d+\n", out), out


def prepare():
    good, bad = connection(CLIENT, SERVER, 1000), unanswered(CLIENT, (SERVER[0], 81), 1010)
    files = {
        "good.pcap": pcap(good), "late.pcap": pcap(bad), "both.pcap": pcap(good + bad), "cut.pcap": pcap(good)[:-7],
        "empty.pcap": b"", "zero.pcap": pcap(unanswered(CLIENT, SERVER, 0)), "text.pcap": b"Nothing that anybody captured.\n" * 3, "good.dat": gzip.compress(pcap(good)),
    }
    for name, data in files.items():
        with open(name, "wb") as f:
            f.write(data)


sys.exit(run_all(TESTS, prepare))
