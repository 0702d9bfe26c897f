# SPDX-License-Identifier: BSD-3-Clause
"""Runs functions as tests, in a directory of their own, and prints TAP."""
import fcntl
import os
import pty
import signal
import struct
import sys
import tempfile
import termios
import time
import traceback

# However busy the machine is: who waits longer for something, waits in vain.
PATIENCE = 240


class Skip(Exception):
    """What this test needs is not there."""


def open_terminal():
    """Both ends of a new one, as file descriptors."""
    try:
        return pty.openpty()
    except OSError as error:
        raise Skip(f"no terminal is to be had here: {error}") from error


def equal(got, want, about=""):
    assert got == want, f"{about}: got {repr(got)[:1000]}, not {repr(want)[:1000]}"


def environment(**extra):
    """Nobody's configuration, and a terminal that is known."""
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG")}
    env.update(XDG_CONFIG_HOME=os.path.join(os.getcwd(), "nowhere"), LC_ALL="C.UTF-8", TERM="xterm")
    env.update(extra)
    return env


def wait_until(condition, seconds=PATIENCE, step=0.02):
    """What it says at last: it is asked until that is true, or the time is over."""
    end = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < end:
        time.sleep(step)
    return answer


def others_may_come_here():
    """A directory for temporary files may be one's own alone."""
    path = os.getcwd()
    while os.stat(path).st_mode & 1:
        if path == "/":
            return True
        path = os.path.dirname(path)
    return False


def threads(pid):
    """{thread: (whether it sleeps, how much of the processor it has had)}"""
    found = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="utf-8", errors="replace") as f:
            stat = f.read().rpartition(") ")[2].split()
        found[thread] = stat[0] == "S", stat[11:13]
    return found


def sleeps(pid):
    """Whether all of its threads do, and none of them worked between two looks. That it looks up now and then is no work."""
    try:
        before = threads(pid)
        if not all(asleep for asleep, _ in before.values()):
            return False
        time.sleep(0.2)
        return threads(pid) == before
    except OSError:
        return False


def wait_until_taken(process, pipe):
    """Until it has read all that was written into its pipe, has done what is to be done with it, and waits for more."""
    def taken():
        return not struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0] and sleeps(process.pid)
    assert wait_until(lambda: process.poll() is not None or taken()), "it does not read"
    assert process.poll() is None, f"it has ended, with status {process.returncode}"


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
