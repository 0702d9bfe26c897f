#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the program gives up before it reads a packet, as the kernel tells it; and that it does its work all the same.

    test_privilege.py SHAKEDOWN CAPTURES sandboxed|free capng|plain
"""
import contextlib
import os
import pwd
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness  # noqa: E402
from harness import PATIENCE, Skip, environment, equal, wait_until_taken  # noqa: E402

SHAKEDOWN, CAPTURES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SANDBOXED, CAPNG = sys.argv[3] == "sandboxed", sys.argv[4] == "capng"
MIXED = os.path.join(CAPTURES, "mixed.pcap")
CAP_DAC_OVERRIDE = 1 << 1


def run(*args, **kwargs):
    return subprocess.run([SHAKEDOWN, *args], capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment(), **kwargs)


@contextlib.contextmanager
def reading(*args, sandbox=True):
    """/proc/PID/status of a program that has begun to read from a pipe, as a dictionary."""
    with open(MIXED, "rb") as capture:
        beginning = capture.read(2000)
    with subprocess.Popen([SHAKEDOWN, *args, "--format", "ndjson", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, env=environment()) as process:
        try:
            process.stdin.write(beginning)
            process.stdin.flush()
            yield wait_until_confined(process, sandbox and SANDBOXED)
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            process.wait(PATIENCE)


def wait_until_confined(process, sandboxed):
    """The filter is the last thing; where there is none, no new privileges are."""
    status = {}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        if status.get("NoNewPrivs") == "1" and (not sandboxed or status.get("Seccomp") == "2"):
            return status
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    raise AssertionError(f"not confined: {status}")


def needs_root():
    if os.geteuid() != 0:
        raise Skip("only root can become somebody else")


def capabilities(status):
    return {name: int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}


def no_new_privileges_and_a_filter():
    with reading() as status:
        equal(status["NoNewPrivs"], "1")
        if not SANDBOXED:
            raise Skip("this build confines no system calls")
        equal(status["Seccomp"], "2")


def no_sandbox_means_no_filter():
    with reading("--no-sandbox", sandbox=False) as status:
        equal((status["NoNewPrivs"], status["Seccomp"]), ("1", open("/proc/self/status", encoding="utf-8").read().split("Seccomp:\t")[1][0]))


def root_keeps_but_the_right_to_its_files():
    needs_root()
    if not CAPNG:
        raise Skip("this build drops no capabilities")
    with reading() as status:
        got = capabilities(status)
        assert got["CapEff"] & ~CAP_DAC_OVERRIDE == 0 and got["CapPrm"] == got["CapEff"], got
        equal((got["CapInh"], got["CapAmb"]), (0, 0))


def another_user_keeps_nothing():
    needs_root()
    nobody = pwd.getpwnam("nobody")
    for who in ("nobody", f"nobody:{nobody.pw_gid}", str(nobody.pw_uid)):
        with reading("-Z", who) as status:
            equal(status["Uid"].split(), [str(nobody.pw_uid)] * 4, who)
            equal(status["Gid"].split(), [str(nobody.pw_gid)] * 4, who)
            assert set(status["Groups"].split()) <= {str(nobody.pw_gid)}, status["Groups"]
            equal(set(capabilities(status).values()), {0}, who)


def a_user_without_a_name_has_no_groups():
    needs_root()
    with reading("-Z", "54321:54322") as status:
        equal(status["Uid"].split(), ["54321"] * 4)
        equal(status["Gid"].split(), ["54322"] * 4)
        equal(status["Groups"].split(), [])
        equal(set(capabilities(status).values()), {0})


def outputs_are_the_users_own():
    needs_root()
    os.chmod(".", 0o711)
    os.mkdir("theirs")
    os.chown("theirs", 54321, 54322)
    equal(run("-Z", "54321:54322", "-o", "theirs/report", MIXED).returncode, 0)
    stat = os.stat("theirs/report")
    equal((stat.st_uid, stat.st_gid), (54321, 54322))
    os.mkdir("ours", 0o755)
    failed = run("-Z", "54321:54322", "-o", "ours/report", MIXED)
    equal(failed.returncode, 1)
    assert "Permission denied" in failed.stderr and not os.listdir("ours"), failed.stderr


def root_writes_where_it_is_expected_to():
    needs_root()
    os.mkdir("of-somebody", 0o700)
    os.chown("of-somebody", 54321, 54321)
    equal(run("-o", "of-somebody/report", MIXED).returncode, 0)


def who_is_nobody_is_told():
    for who, word in (("no-such-user", "user 'no-such-user'"), ("root:no-such-group", "group 'no-such-group'"), ("", "user ''"),
                      (":", "user ''"), ("54321", "user '54321'")):
        failed = run("-Z", who, MIXED)
        equal((failed.returncode, failed.stdout), (1, ""), who)
        assert f"there is no {word}" in failed.stderr and len(failed.stderr.splitlines()) == 1, failed.stderr


def only_root_becomes_somebody_else():
    if os.geteuid() == 0:
        # Who may not enter the directory in which it lies, as one of root's own, may still be given it.
        with open(SHAKEDOWN, "rb") as program, open(MIXED, "rb") as capture:
            fd = program.fileno()
            failed = subprocess.run([SHAKEDOWN, "-Z", "root", "-"], executable=f"/proc/self/fd/{fd}", pass_fds=[fd], stdin=capture,
                                    capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment(), user=54321,
                                    group=54321, extra_groups=[])
    else:
        failed = run("-Z", "root", MIXED)
    equal(failed.returncode, 1)
    assert "only root can become another user" in failed.stderr, failed.stderr


def the_user_that_one_is_needs_no_rights():
    me = f"{os.geteuid()}:{os.getegid()}"
    equal(run("-Z", me, MIXED).returncode, 0)


WORK = [["report"], ["report", "--format", "json"], ["report", "--format", "ndjson"], ["report", "--format", "csv"],
        ["report", "--format", "html"], ["conns", "--format", "zeek"], ["anomalies", "-v"], ["ladder", "--conn", "3"],
        ["ladder", "--format", "svg"], ["report", "--group-by", "service"], ["streams", "--conn", "1", "--side", "server"]]


def the_work_is_the_same():
    for work in WORK:
        free, sandboxed = run(*work, "--no-sandbox", MIXED), run(*work, MIXED)
        equal((sandboxed.returncode, sandboxed.stdout), (free.returncode, free.stdout), work)


def files_are_written_and_read_late():
    """Outputs get their name at the end, streams are files of their own, and of a set files are opened when it is their turn."""
    equal(run("-o", "report.html", "--format", "html", MIXED).returncode, 0)
    assert os.path.getsize("report.html") > 10000
    equal(run("streams", "--dir", "streams", MIXED).returncode, 0)
    assert len(os.listdir("streams")) > 10
    several = run("--format", "json", CAPTURES)
    equal((several.returncode, several.stdout), (0, run("--format", "json", "--no-sandbox", CAPTURES).stdout))


def an_interrupt_still_reports():
    with open(MIXED, "rb") as capture, \
            subprocess.Popen([SHAKEDOWN, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=environment()) as process:
        process.stdin.write(capture.read())
        process.stdin.flush()
        wait_until_confined(process, SANDBOXED)
        wait_until_taken(process, process.stdin)
        process.terminate()
        said = process.communicate(timeout=PATIENCE)
        equal(process.returncode, 1)
        assert b"Connections" in said[0] and b"interrupted" in said[1], said


if __name__ == "__main__":
    sys.exit(harness.run_all([no_new_privileges_and_a_filter, no_sandbox_means_no_filter, root_keeps_but_the_right_to_its_files,
                              another_user_keeps_nothing, a_user_without_a_name_has_no_groups, outputs_are_the_users_own,
                              root_writes_where_it_is_expected_to, who_is_nobody_is_told, only_root_becomes_somebody_else,
                              the_user_that_one_is_needs_no_rights, the_work_is_the_same, files_are_written_and_read_late,
                              an_interrupt_still_reports], lambda: None))
