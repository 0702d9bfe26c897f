# SPDX-License-Identifier: BSD-3-Clause
"""A terminal for programs that draw: enough of an xterm to know what stands where."""
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata

from harness import PATIENCE, open_terminal


LONGEST_SEQUENCE = 64


class Screen:
    """Takes what a program writes; knows the lines that a person would see."""

    def __init__(self, width, height):
        self.alternate = self.cursor = False
        self.cursor = True
        self.normal = ""  # what was written while there was no screen
        self.pending = b""
        self.resize(width, height)

    def resize(self, width, height):
        self.width, self.height = width, height
        self.cells = [[" "] * width for _ in range(height)]
        self.x = self.y = 0
        self.top, self.bottom = 0, height - 1
        self.last = " "

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def feed(self, data):
        data = self.pending + data
        at = 0
        while at < len(data):
            taken = self.one(data[at:at + LONGEST_SEQUENCE])
            if not taken:
                break
            at += taken
        self.pending = data[at:]

    def one(self, data):
        """How many bytes the first character or sequence has; 0: not all of it is there."""
        if data[0] == 0x1b:
            return self.escape(data)
        if data[0] < 0x20 or data[0] == 0x7f:
            self.control(data[0])
            return 1
        length = 1 if data[0] < 0x80 else 2 if data[0] < 0xe0 else 3 if data[0] < 0xf0 else 4
        if len(data) < length:
            return 0
        self.put(data[:length].decode("utf-8", "replace"))
        return length

    def put(self, char):
        if not self.alternate:
            self.normal += char
        if self.x >= self.width:
            self.x = 0
            self.line_feed()
        wide = unicodedata.east_asian_width(char) in "WF"
        self.cells[self.y][self.x] = self.last = char
        self.x += 1
        if wide and self.x < self.width:
            self.cells[self.y][self.x] = ""
            self.x += 1

    def control(self, code):
        if not self.alternate and code in (9, 10):
            self.normal += chr(code)
        if code == 8:
            self.x = max(min(self.x, self.width - 1) - 1, 0)
        elif code == 10:
            self.line_feed()
        elif code == 13:
            self.x = 0

    def line_feed(self):
        if self.y == self.bottom:
            self.scroll(1)
        else:
            self.y = min(self.y + 1, self.height - 1)

    def scroll(self, lines):
        for _ in range(abs(lines)):
            blank = [" "] * self.width
            if lines > 0:
                del self.cells[self.top]
                self.cells.insert(self.bottom, blank)
            else:
                del self.cells[self.bottom]
                self.cells.insert(self.top, blank)

    def escape(self, data):
        if len(data) < 2:
            return 0
        if data[1] == ord("["):
            found = re.match(rb"\x1b\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])", data)
            if found:
                self.csi(found[1], [int(n or 0) for n in re.split(rb"[;:]", found[2])], found[4].decode())
                return found.end()
            assert len(data) < LONGEST_SEQUENCE, data
            return 0
        if data[1:2] in (b"(", b")", b"*", b"+"):
            return 3 if len(data) > 2 else 0
        if data[1:2] == b"M":
            if self.y == self.top:
                self.scroll(-1)
            else:
                self.y = max(self.y - 1, 0)
        return 2

    def csi(self, private, args, final):
        n = max(args[0], 1)
        row = self.cells[self.y]
        self.x = min(self.x, self.width - 1) if final not in "mhl" else self.x
        if private == b"?":
            if final in "hl" and 1049 in args:
                self.alternate = final == "h"
                self.resize(self.width, self.height)
            if final in "hl" and 25 in args:
                self.cursor = final == "h"
        elif final in "Hf":
            self.y = min(n, self.height) - 1
            self.x = min(max(args[1] if len(args) > 1 else 1, 1), self.width) - 1
        elif final == "A":
            self.y = max(self.y - n, 0)
        elif final == "B":
            self.y = min(self.y + n, self.height - 1)
        elif final == "C":
            self.x = min(self.x + n, self.width - 1)
        elif final == "D":
            self.x = max(self.x - n, 0)
        elif final == "G":
            self.x = min(n, self.width) - 1
        elif final == "d":
            self.y = min(n, self.height) - 1
        elif final == "J":
            self.erase_line(args[0])
            for y in range(self.y + 1, self.height) if args[0] == 0 else range(self.y) if args[0] == 1 else range(self.height):
                self.cells[y] = [" "] * self.width
        elif final == "K":
            self.erase_line(args[0])
        elif final == "X":
            row[self.x:self.x + n] = [" "] * len(row[self.x:self.x + n])
        elif final == "P":
            del row[self.x:self.x + n]
            row.extend([" "] * (self.width - len(row)))
        elif final == "@":
            row[self.x:self.x] = [" "] * n
            del row[self.width:]
        elif final in "LM":
            top, self.top = self.top, self.y
            self.scroll(-n if final == "L" else n)
            self.top = top
        elif final in "ST":
            self.scroll(n if final == "S" else -n)
        elif final == "b":
            for _ in range(n):
                self.put(self.last)
        elif final == "r":
            # What was drawn for a larger screen may come after it has become smaller.
            bottom = min(args[1] if len(args) > 1 and args[1] else self.height, self.height) - 1
            self.top, self.bottom = min(n - 1, bottom), bottom
            self.x = self.y = 0

    def erase_line(self, how):
        first, last = (self.x, self.width) if how == 0 else (0, self.x + 1) if how == 1 else (0, self.width)
        self.cells[self.y][first:last] = [" "] * (last - first)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, args, env, width=80, height=24, stdin=None, start=None):
        self.screen, self.raw = Screen(width, height), b""
        self.master, slave = open_terminal()
        self.set_size(width, height)
        self.before = termios.tcgetattr(slave)
        self.slave, self.after = slave, None

        def own_terminal():
            fcntl.ioctl(1, termios.TIOCSCTTY, 0)

        start = start or subprocess.Popen
        self.process = start(args, stdin=slave if stdin is None else stdin, stdout=slave, stderr=slave, env=env, start_new_session=True, preexec_fn=own_terminal)

    def set_size(self, width, height):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def resize(self, width, height):
        self.pump(0.05)
        self.screen.resize(width, height)
        self.set_size(width, height)

    def pump(self, seconds):
        """Takes what comes for so long, or until nobody writes any more."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if not self.take(max(left, 0)) or left <= 0:
                return

    def take(self, seconds):
        """Whether something came within that time, which is taken."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        self.screen.feed(data)
        return bool(data)

    def press(self, keys):
        os.write(self.master, keys.encode())

    def wait_for(self, *parts, seconds=PATIENCE, without=(), also=lambda text: True):
        """Until all of it stands on the screen, and the text of the screen is as it should be: what was drawn comes in pieces."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump(0.05)
            text = self.screen.text() if self.screen.alternate else self.screen.normal
            if all(re.search(part, text, re.M) for part in parts) and not any(re.search(part, text, re.M) for part in without) and also(text):
                return text
        raise AssertionError(f"no {parts} (without {without}) on\n{self.screen.text()}\nbefore it: {self.screen.normal[-500:]}")

    def end(self, keys=None, with_signal=None, seconds=PATIENCE):
        """The exit status, once the terminal has been given back."""
        if keys:
            self.press(keys)
        if with_signal:
            self.process.send_signal(with_signal)
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self.pump(0.05)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            raise AssertionError(f"it does not end:\n{self.screen.text()}")
        self.after = termios.tcgetattr(self.slave)
        self.drain()
        return self.process.returncode

    def drain(self):
        """Takes all that was written: where nobody has the other end any more, the last of it is followed by an error."""
        os.close(self.slave)
        self.slave = None
        end = time.monotonic() + PATIENCE
        while self.take(max(end - time.monotonic(), 0)):
            pass

    def is_restored(self):
        """Once it has ended."""
        assert not self.screen.alternate and self.screen.cursor, self.screen.text()
        assert self.after == self.before, (self.after, self.before)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for end in self.slave, self.master:
            if end is not None:
                os.close(end)
