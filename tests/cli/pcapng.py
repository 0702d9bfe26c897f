# SPDX-License-Identifier: BSD-3-Clause
"""pcapng as it is written by nobody at once: sections in both byte orders, interfaces of several kinds."""
import struct


class Section:
    """Blocks of one section, with everything in the byte order "<" or ">"."""

    def __init__(self, order):
        self.order = order
        self.interfaces = []
        self.data = b""
        self._block(0x0A0D0D0A, self._pack("IHHq", 0x1A2B3C4D, 1, 0, -1))

    def _pack(self, form, *values):
        return struct.pack(self.order + form, *values)

    def _block(self, kind, body):
        body += bytes(-len(body) % 4)
        length = self._pack("I", 12 + len(body))
        self.data += self._pack("I", kind) + length + body + length

    def _option(self, code, value):
        return self._pack("HH", code, len(value)) + value + bytes(-len(value) % 4)

    def interface(self, link_type, snaplen=0, tsresol=6, tsoffset=0):
        options = self._option(2, b"eth0") + self._option(9, bytes([tsresol]))
        options += self._option(14, self._pack("q", tsoffset)) + self._option(0, b"")
        self.interfaces.append((snaplen, tsresol, tsoffset))
        self._block(1, self._pack("HHI", link_type, 0, snaplen) + options)

    def packet(self, interface, time, frame, dropped=0):
        """An enhanced packet block with a comment; time in nanoseconds; so many were lost before it."""
        snaplen, tsresol, tsoffset = self.interfaces[interface]
        data = frame[:snaplen] if snaplen else frame
        ticks = (time - tsoffset * 10**9) * 10**tsresol // 10**9
        body = self._pack("IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(frame))
        self._block(6, body + data + bytes(-len(data) % 4) + self._option(1, "läuft".encode()) + (self._option(4, self._pack("Q", dropped)) if dropped else b"") + self._option(0, b""))

    def secrets(self):
        """Keys of TLS sessions, which nobody here needs."""
        self._block(10, self._pack("II", 0x544C534B, 12) + b"CLIENT_RANDO")

    def statistics(self, interface, dropped):
        options = self._option(5, self._pack("Q", dropped)) + self._option(0, b"")
        self._block(5, self._pack("III", interface, 0, 0) + options)
