# SPDX-License-Identifier: BSD-3-Clause
"""Small captures, made to measure: TCP over IPv4 over Ethernet, with right checksums."""
import socket
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def segment(src, dst, flags, seq, ack=0, payload=b"", options=b""):
    """An Ethernet frame; src and dst are (address, port), and options fill whole words."""
    a, b = (socket.inet_aton(end[0]) for end in (src, dst))
    tcp = struct.pack("!HHIIBBHHH", src[1], dst[1], seq, ack, (5 + len(options) // 4) << 4, flags, 64240, 0, 0)
    tcp += options + payload
    pseudo = a + b + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), seq & 0xFFFF, 0x4000, 64, 6, 0, a, b)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return b"\x02\0\0\0\0\x02" + b"\x02\0\0\0\0\x01" + b"\x08\0" + ip + tcp


def pcap(packets):
    """packets: [(seconds, frame)]"""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    for time, frame in packets:
        parts += (struct.pack("<IIII", *divmod(round(time * 10**6), 10**6), len(frame), len(frame)), frame)
    return b"".join(parts)


def connection(client, server, start):
    """A handshake, a request, its answer, and a close in four steps."""
    x, y = 1000, 5000
    steps = [
        (client, SYN, x, 0, b""), (server, SYN | ACK, y, x + 1, b""), (client, ACK, x + 1, y + 1, b""),
        (client, PSH | ACK, x + 1, y + 1, b"GET /\n"), (server, PSH | ACK, y + 1, x + 7, b"hello\n"),
        (client, FIN | ACK, x + 7, y + 7, b""), (server, ACK, y + 7, x + 8, b""),
        (server, FIN | ACK, y + 7, x + 8, b""), (client, ACK, x + 8, y + 8, b""),
    ]
    return [(start + i * 0.01, segment(who, server if who == client else client, flags, seq, ack, data))
            for i, (who, flags, seq, ack, data) in enumerate(steps)]


def unanswered(client, server, start):
    """SYNs to which nothing comes back: a warning."""
    return [(start + t, segment(client, server, SYN, 77)) for t in (0, 1, 3, 7, 15)]
