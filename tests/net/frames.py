# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames between the device and the far end of the emergency flows, byte by byte.

out: from the device to the far end, else the other way.
"""
import ipaddress
import struct

import netlab as n

FAR4, FAR6 = n.SOS4, n.SOS6
IP, IP6, ARP, VLAN, QINQ = 0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8
ICMP, TCP, UDP, ICMP6, ESP = 1, 6, 17, 58, 50
HOP, ROUTE, FRAG, NONE, DEST = 0, 43, 44, 59, 60


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def eth(kind, payload, out=True, tags=()):
    src, dst = ((n.DEVICE_MAC, n.PEER_MAC) if out else
                (n.PEER_MAC, n.DEVICE_MAC))
    body = b"".join(struct.pack("!HH", tag, 7) for tag in tags)
    return mac(dst) + mac(src) + body + struct.pack("!H", kind) + payload


def ip4(src, dst, proto, payload, frag=0, options=b""):
    head = struct.pack("!BBHHHBBH4s4s", 0x45 + len(options) // 4, 0,
                       20 + len(options) + len(payload), 1, frag, 64, proto, 0,
                       ipaddress.ip_address(src).packed,
                       ipaddress.ip_address(dst).packed)
    return head + options + payload


def ip6(src, dst, proto, payload, hops=64):
    return struct.pack("!IHBB16s16s", 6 << 28, len(payload), proto, hops,
                       ipaddress.ip_address(src).packed,
                       ipaddress.ip_address(dst).packed) + payload


def ports(src, dst):
    return struct.pack("!HHHH", src, dst, 8, 0)


def icmp(kind, code=0, payload=b""):
    return struct.pack("!BBHI", kind, code, 0, 0) + payload


def ext(proto, middle=b"\0" * 6, length=0):
    """An extension header: the next one, its length, the rest."""
    return struct.pack("!BB", proto, length) + middle


def frag6(proto, offset=0, more=False):
    return struct.pack("!BBHI", proto, 0, offset << 3 | more, 1)


def arp(hardware=1, protocol=IP, operation=1):
    return struct.pack("!HHBBH", hardware, protocol, 6, 4, operation).ljust(
        28, b"\0")


def sos(out, sport=40000, far_port=n.SOS_PORT):
    return ports(sport, far_port) if out else ports(far_port, sport)


def pair(out, near, far):
    return (near, far) if out else (far, near)


def v4(out, far=FAR4, proto=UDP, payload=None, near=n.V4, **more):
    return ip4(*pair(out, near, far), proto,
               sos(out) if payload is None else payload, **more)


def v6(out, far=FAR6, proto=UDP, payload=None, near=n.V6, **more):
    return ip6(*pair(out, near, far), proto,
               sos(out) if payload is None else payload, **more)
