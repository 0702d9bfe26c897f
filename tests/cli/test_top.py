# SPDX-License-Identifier: BSD-3-Clause
"""The full screen, of captures: test_top.py SHAKEDOWN CAPTURES curses|none. Prints TAP."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys

from harness import PATIENCE, Skip, environment, equal, run_all, wait_until
from screen import Terminal

SHAKEDOWN, CAPTURES = (os.path.abspath(path) for path in sys.argv[1:3])
CURSES = sys.argv[3] == "curses"
MIXED = os.path.join(CAPTURES, "mixed.pcap")
TESTS = []


def test(function):
    TESTS.append(function)
    return function


@contextlib.contextmanager
def top(*args, width=80, height=24, stdin=None, command=None, **env):
    if not CURSES:
        raise Skip("built without ncurses")
    terminal = Terminal(command or [SHAKEDOWN, "watch", "--top", *(args or [MIXED])], environment(**env), width, height, stdin)
    try:
        yield terminal
    finally:
        terminal.close()


def without_terminal(*args, stdin=subprocess.DEVNULL, **env):
    p = subprocess.run([SHAKEDOWN, "watch", "--top", *args], capture_output=True, text=True, stdin=stdin, timeout=PATIENCE, env=environment(**env), check=False)
    return p.returncode, p.stderr


@test
def without_ncurses_it_says_so():
    if CURSES:
        raise Skip("built with ncurses")
    status, err = without_terminal(MIXED)
    equal(status, 1)
    assert "built without ncurses" in err and "libncurses-dev" in err, err


@test
def services_states_and_anomalies_are_there():
    with top() as t:
        t.wait_for("read to its end", r"169 packets  0 of 169 dropped", r"^ SYN-SENT +2 +· FIN-WAIT-1 ", r"TIME-WAIT +6 +1$",
                   r"^198\.51\.100\.7:443 .* 12  91\.7% +1 ", r"^192\.0\.2\.200:5432 +\S+ +1 +0% +1 ", r"CRITICAL forged-rst",
                   r"^ services 1-4 of 4   q quit")
        equal(t.end("q"), 0)
        t.is_restored()
        # The report follows where the screen was.
        assert "busiest services" in t.screen.normal and "1 critical, 3 warnings, 9 notices" in t.screen.normal, t.screen.normal


@test
def the_first_packets_are_there_at_once():
    with top("--interval", "10min", MIXED) as t:
        t.wait_for(r"169 packets", r"^198\.51\.100\.7:443 ")
        equal(t.end("q"), 0)


@test
def enter_leads_to_the_ladder():
    with top() as t:
        t.wait_for("read to its end")
        t.press("\n")
        t.wait_for(r"connections 1-8 of 12 with '198\.51\.100\.7:443'")
        t.press("/ 192.0.2.25\n")
        t.wait_for(r"connections 1-1 of 1 ")
        t.press("\n")
        t.wait_for(r"^Connection 10$", r"SYN-SENT ├── SYN seq=x ─+▶│")
        t.press("G")
        t.wait_for("forged-rst", without=["^Connection 10$"])
        t.press("q")
        t.wait_for("connections 1-1 of 1")
        equal(t.end("q"), 0)
        t.is_restored()


@test
def the_ladder_is_that_of_the_ladder_command():
    def rows(text):
        return [line.rstrip() for line in text.split("\n") if "│" in line or "┊" in line]

    drawn = subprocess.run([SHAKEDOWN, "ladder", MIXED, "--conn", "3", "--width", "120"], capture_output=True, text=True, env=environment(), check=True, timeout=PATIENCE).stdout
    with top(width=120, height=100) as t:
        t.wait_for("read to its end")
        t.press("2/#3\n\n")
        # When its record was written, watch knew less than the command, which judges at the end: the drawing is the same.
        assert len(rows(drawn)) > 5, drawn
        t.wait_for("^Connection 3$", also=lambda text: rows(text) == rows(drawn))


@test
def anomalies_are_explained():
    with top() as t:
        t.wait_for("read to its end")
        t.press("3/forged\n\n")
        t.wait_for("^CRITICAL  forged-rst$", "What it means", r"filter +ip\.addr==")
        t.press("\n")
        t.wait_for("^Connection 10$")
        t.press("q?")
        t.wait_for("^Panes$", "^The rest$")
        t.press("qq")
        equal(t.end(), 0)


@test
def rows_are_chosen_and_sorted():
    with top() as t:
        t.wait_for("read to its end")
        t.press("/5432")
        t.wait_for(r"only rows with: 5432_", r"^192\.0\.2\.200:5432", without=[r"^198\.51\.100\.7:443 "])
        t.press("\033")
        t.wait_for("services 1-4 of 4", r"^198\.51\.100\.7:443")
        t.press("<")
        t.wait_for(r"^service▲ ", r"sorted by service")
        t.press("r")
        t.wait_for(r"^service▼ ")
        t.press(" ")
        t.wait_for("PAUSED")
        equal(t.end("q"), 0)


@test
def any_size_will_do():
    with top() as t:
        t.wait_for("read to its end")
        t.resize(20, 5)
        t.wait_for("^20x5 is too small", "needs 60x10")
        t.resize(160, 50)
        t.wait_for(r"its state", r"no-answer", r"ESTABLISHED FIN-WAIT-1", also=lambda text: len(text.split("\n")) == 50)
        t.resize(60, 10)
        t.wait_for(r"^ clients  SYN-SENT 2  ", r"^service ")
        t.resize(1, 1)
        t.pump(0.5)
        t.resize(80, 24)
        t.wait_for("services 1-4 of 4")
        equal(t.end("q"), 0)
        t.is_restored()


@test
def whatever_ends_it_the_terminal_is_as_it_was():
    for with_signal, status in ((signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGQUIT, -signal.SIGQUIT), (signal.SIGABRT, -signal.SIGABRT)):
        with top() as t:
            t.wait_for("read to its end")
            equal(t.end(with_signal=with_signal), status, with_signal)
            t.is_restored()
            equal("busiest services" in t.screen.normal, status == 0)
    with top() as t:
        t.wait_for("read to its end")
        equal(t.end("\003"), 0)
        t.is_restored()


@test
def to_the_shell_and_back():
    script = '"$0" watch --top "$1"; echo STOPPED; read x; fg >/dev/null; echo BACK'
    with top(command=["sh", "-mc", script, SHAKEDOWN, MIXED]) as t:
        t.wait_for("read to its end")
        t.press("\032")
        t.wait_for("STOPPED")
        assert not t.screen.alternate
        t.press("\n")
        t.wait_for("services 1-4 of 4")
        t.press("q")
        t.wait_for("busiest services", "BACK")
        t.end()
        t.is_restored()


@test
def terminals_that_cannot_are_told():
    if not CURSES:
        raise Skip("built without ncurses")
    status, err = without_terminal(MIXED)
    equal(status, 1)
    assert re.fullmatch(r"shakedown: --top: standard output is no terminal; [^\n]+\n", err), err
    for name, why in (("dumb", "cannot place its cursor|has no screen"), ("nonesuch", "not known here"), ("", "TERM is not set")):
        with top(TERM=name) as t:
            equal(t.end(), 1)
            assert re.search(why, t.screen.normal) and "\033" not in t.raw.decode(), t.raw
            equal(t.screen.normal.strip().count("shakedown: "), 1)
    equal(without_terminal("--format", "ndjson", MIXED)[0], 2)


@test
def colours_are_as_asked_for():
    coloured = rb"\x1b\[[0-9;]*(3[1-7]|4[0-7])[0-9;]*m"
    with top(TERM="xterm-256color") as t:
        t.wait_for("read to its end", also=lambda _: re.search(coloured, t.raw))
        t.end("q")
    for args, env in (((MIXED,), {"NO_COLOR": "1"}), (("--color", "never", MIXED), {}), ((MIXED,), {"TERM": "vt100"})):
        with top(*args, **{"TERM": "xterm-256color", **env}) as t:
            t.wait_for("read to its end")
            t.press("3\n")
            t.wait_for("What it means")
            assert not re.search(coloured, t.raw), re.search(coloured, t.raw)
            t.end("qq")


@test
def where_there_is_only_ascii_there_is_only_ascii():
    for args, env in (((MIXED,), {"LC_ALL": "C"}), (("--ascii", MIXED), {})):
        with top(*args, **env) as t:
            t.wait_for("read to its end")
            t.press("2\n")
            t.wait_for("^Connection ")
            t.press("qh")
            t.wait_for("^Panes")
            t.end("qq")
            assert max(t.raw) < 0x80, [b for b in t.raw if b > 0x7f]


@test
def names_command_no_terminal():
    name = "e\033[31mv\033]0;il\007\u202e.pcap"
    shutil.copy(MIXED, name)
    with top(os.path.abspath(name), width=200) as t:
        t.wait_for("read to its end", r"e\?\[31mv\?\]0;il\?\?\.pcap")
        assert b"\033]0;" not in t.raw
        t.press("q")
        t.end()


@test
def keys_come_from_the_terminal_when_packets_do_not():
    with open(MIXED, "rb") as f, top("-", stdin=f) as t:
        t.wait_for("read to its end", "standard input|shakedown  -")
        t.press("h")
        t.wait_for("^Panes")
        equal(t.end("qq"), 0)
        t.is_restored()


@test
def records_go_to_a_file():
    with top("-o", "records", "--format", "ndjson", "--all", MIXED) as t:
        t.wait_for("read to its end")
        equal(t.end("q"), 0)
        assert "busiest services" not in t.screen.normal
    with open("records", encoding="utf-8") as f:
        text = f.read()
    equal(text.count('"record":"anomaly"'), 13)
    equal(text.count('"record":"summary"'), 1)


@test
def a_terminal_that_goes_ends_it():
    with top() as t:
        t.wait_for("read to its end")
        os.close(t.slave)
        os.close(t.master)
        t.slave = t.master = None
        assert wait_until(lambda: t.process.poll() is not None), "it lives on"


if __name__ == "__main__":
    sys.exit(run_all(TESTS, lambda: None))
