# SPDX-License-Identifier: BSD-3-Clause
"""Runs functions as tests, in a directory of their own, and prints TAP."""
import os
import signal
import sys
import tempfile
import traceback


class Skip(Exception):
    """What this test needs is not there."""


def equal(got, want, about=""):
    assert got == want, f"{about}: got {repr(got)[:1000]}, not {repr(want)[:1000]}"


def environment(**extra):
    """Nobody's configuration, and a terminal that is known."""
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG")}
    env.update(XDG_CONFIG_HOME=os.path.join(os.getcwd(), "nowhere"), LC_ALL="C.UTF-8", TERM="xterm")
    env.update(extra)
    return env


# Lines of a failure: what did not come may be a whole screen.
TOLD_MOST = 60


def run_all(tests, prepare):
    """The exit status: whether any failed."""
    failed = 0
    # A shell makes what it starts in the background ignore these, and what that starts, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    print(f"1..{len(tests)}")
    with tempfile.TemporaryDirectory(prefix="shakedown-cli-") as directory:
        os.chdir(directory)
        prepare()
        for number, function in enumerate(tests, 1):
            try:
                function()
                print(f"ok {number} - {function.__name__}")
            except Skip as why:
                print(f"ok {number} - {function.__name__} # SKIP {why}")
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print(f"not ok {number} - {function.__name__}")
                print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()[-TOLD_MOST:]), end="")
            sys.stdout.flush()
        os.chdir("/")
    return 1 if failed else 0
