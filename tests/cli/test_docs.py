# SPDX-License-Identifier: BSD-3-Clause
"""What README.md shows is what the program prints, and what records hold is in the manual.

usage: test_docs.py PROGRAM MAN_PAGE SOURCE_DIRECTORY
"""
import json
import os
import re
import shlex
import subprocess
import sys

PROGRAM, MAN_PAGE, SOURCE = (os.path.abspath(path) for path in sys.argv[1:4])
ENV = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
README = open(os.path.join(SOURCE, "README.md"), encoding="utf-8").read()


def output(words):
    return subprocess.run([PROGRAM, *words], cwd=SOURCE, env=ENV, capture_output=True, text=True, check=True).stdout


def zeek_cut(log, fields):
    names = next(line for line in log.splitlines() if line.startswith("#fields")).split("\t")[1:]
    rows = (dict(zip(names, line.split("\t"))) for line in log.splitlines() if not line.startswith("#"))
    return "".join("\t".join(row[field] for field in fields) + "\n" for row in rows)


def printed(command):
    """What a command of README prints; of what can stand behind a pipe only zeek-cut."""
    first, _, then = command.partition(" | ")
    text = output(shlex.split(first)[1:])
    return zeek_cut(text, then.split()[1:]) if then else text


def blocks():
    """What stands between fences, each with the last line before it."""
    before, block, language = "", None, ""
    for line in README.splitlines():
        if not line.startswith("```"):
            if block is not None:
                block.append(line)
            elif line:
                before = line
        elif block is None:
            block, language = [], line[3:]
        else:
            if not language:
                yield before, "\n".join([*block, ""])
            block = None


def examples():
    """Pairs of a command and what README says that it prints."""
    for before, block in blocks():
        prompt = re.match(r"\$ (shakedown .*)\n", block)
        told = re.match(r"`(shakedown [^`]*)`:", before)
        if prompt:
            yield prompt[1], block[prompt.end():]
        elif told:
            yield told[1], block


def same(shown, text):
    """Where a line is an ellipsis, some lines are left out."""
    at = 0
    for part in re.split(r"^…\n", shown, flags=re.M):
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


def members(value, into):
    if isinstance(value, dict):
        for key, inner in value.items():
            # What is counted by name, and facts that differ from kind to kind, are words of their own.
            into.add(key)
            if key not in ("evidence", "states", "handshakes", "teardowns", "teardown_kinds", "severities"):
                members(inner, into)
    elif isinstance(value, list):
        for inner in value:
            members(inner, into)


def members_printed():
    seen = set()
    captures = os.path.join(SOURCE, "captures")
    for name in sorted(os.listdir(captures)):
        if not name.endswith(".pcap"):
            continue
        path = os.path.join("captures", name)
        for more in ([], ["--group-by", "subnet/24"]):
            for line in output([*more, "--format", "ndjson", path]).splitlines():
                record = json.loads(line)
                for counts in ("anomalies",):
                    if isinstance(record.get(counts), dict):
                        record[counts] = None
                members(record, seen)
    members({key: None for key in json.loads(output(["--format", "json", "captures/mixed.pcap"]))}, seen)
    return seen


def check(number, name, problems):
    print(f"{'not ok' if problems else 'ok'} {number} - {name}")
    for problem in problems:
        print(f"# {problem}")
    return bool(problems)


def main():
    shown = list(examples())
    bad = check(1, "README shows what is printed",
                [f"{command} prints something else" for command, block in shown if not same(block, printed(command))] +
                ([] if len(shown) >= 4 else [f"only {len(shown)} examples found"]))
    manual = open(MAN_PAGE, encoding="utf-8").read()
    described = set(re.findall(r"[a-z][a-z0-9_]*", manual[manual.index(".Sh RECORDS"):manual.index(".Sh PAGES")]))
    bad |= check(2, "the manual knows every member of a record",
                 [f"{key} is not in it" for key in sorted(members_printed() - described)])
    print("1..2")
    return bad


sys.exit(main())
