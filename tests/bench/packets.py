#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What one packet costs: past the gate, and past what else could stop it.

The link is a TUN device of the type that modems have (ARPHRD_RAWIP), so that the gate
takes it for cellular, and a sent or received packet is one system call. All match
the same flow; tc's program does so by the fewest instructions that we know of.
"""
import ctypes
import fcntl
import os
import struct
import tempfile

import rows
from rows import RELEASE, RESTRICT, row, run

LINK, OWN, PORT = "bench0", "198.51.100.1", 5060
LISTED, UNLISTED = "192.0.2.2", "203.0.113.2"
FLOW = {"to": "192.0.2.0/24", "proto": "udp", "ports": "5060-5061"}
TUNSETIFF, TUNSETLINK, IFF_TUN, IFF_NO_PI, ARPHRD_RAWIP = 0x400454ca, 0x400454cd, 1, 0x1000, 519
PIN = "/sys/fs/bpf/bench-"
BPF_PROG_LOAD, BPF_OBJ_PIN, SCHED_CLS, TC_OK, TC_SHOT = 5, 6, 3, 0, 2

_libc = ctypes.CDLL(None, use_errno=True)


def tun():
    """The link, up, and what writes and reads its packets."""
    run("modprobe", "tun")
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", LINK.encode(), IFF_TUN | IFF_NO_PI))
    fcntl.ioctl(fd, TUNSETLINK, ARPHRD_RAWIP)
    with open(f"/proc/sys/net/ipv6/conf/{LINK}/disable_ipv6", "w", encoding="ascii") as file:
        file.write("1")
    run("ip", "addr", "add", f"{OWN}/24", "dev", LINK)
    run("ip", "link", "set", LINK, "up")
    for to in "192.0.2.0/24", "203.0.113.0/24":
        run("ip", "route", "add", to, "dev", LINK)
    return fd


def cost(case, fd, far, arrives):
    own = {"udp": [str(fd), far, str(PORT)], "tx": [LINK, str(fd), far, str(PORT)],
           "rx": [str(fd), far, str(PORT), OWN]}[case]
    return rows.ticks(case, *own, fd=fd, arrives=arrives)


def costs(fd, who, far, arrives):
    """{(case, who): instructions} of packets that all arrive, or none does."""
    return {(case, who): cost(case, fd, far, arrives) for case in ("udp", "tx", "rx")}


# tc's program, as a list of instructions.

def insn(code, dst=0, src=0, off=0, imm=0):
    return struct.pack("<BBhi", code, src << 4 | dst, off, imm)


LOAD8, LOAD16, LOAD32, MOV, MOV_REG, ADD, AND, TO_BE, JNE, JLT, JGT, JGT_REG, EXIT = (
    0x71, 0x69, 0x61, 0xb7, 0xbf, 0x07, 0x57, 0xdc, 0x55, 0xa5, 0x25, 0x2d, 0x95)
# Places in struct __sk_buff, and in the packet: far address and port by direction.
PROTOCOL, DATA, DATA_END = 16, 76, 80
FAR = {"egress": (16, 22), "ingress": (12, 20)}


def program(way):
    """Passes FLOW, the first of many fragments or all, and drops the rest."""
    addr, port = FAR[way]
    checks = [(LOAD32, 1, PROTOCOL, None, JNE, 0x0008), (LOAD8, 2, 0, None, JNE, 0x45),
              (LOAD16, 2, 6, 0xff1f, JNE, 0), (LOAD8, 2, 9, None, JNE, 17),
              (LOAD32, 2, addr, 0xffffff, JNE, 0x000200c0)]
    code = [insn(LOAD32, 2, 1, DATA), insn(LOAD32, 3, 1, DATA_END), insn(MOV_REG, 4, 2),
            insn(ADD, 4, imm=28), (JGT_REG, 4, 3, 0)]
    for load, base, off, mask, jump, value in checks:
        code.append(insn(load, 5, base, off))
        if mask is not None:
            code.append(insn(AND, 5, imm=mask))
        code.append((jump, 5, 0, value))
    code += [insn(LOAD16, 5, 2, port), insn(TO_BE, 5, imm=16), (JLT, 5, 0, 5060),
             (JGT, 5, 0, 5061), insn(MOV, imm=TC_OK), insn(EXIT)]
    drop = len(code)
    code += [insn(MOV, imm=TC_SHOT), insn(EXIT)]
    return b"".join(one if isinstance(one, bytes) else
                    insn(one[0], one[1], one[2], drop - at - 1, one[3])
                    for at, one in enumerate(code))


def bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, 128)
    got = _libc.syscall(321, command, buffer, len(buffer))
    if got < 0:
        raise OSError(ctypes.get_errno(), f"bpf {command}")
    return got


def pin(way):
    if not os.path.ismount("/sys/fs/bpf"):
        run("mount", "-t", "bpf", "bpf", "/sys/fs/bpf")
    code = program(way)
    text, gpl = ctypes.create_string_buffer(code), ctypes.create_string_buffer(b"GPL")
    prog = bpf(BPF_PROG_LOAD, struct.pack("<IIQQ", SCHED_CLS, len(code) // 8,
                                          ctypes.addressof(text), ctypes.addressof(gpl)))
    path = ctypes.create_string_buffer((PIN + way).encode())
    bpf(BPF_OBJ_PIN, struct.pack("<QI", ctypes.addressof(path), prog))
    os.close(prog)
    return PIN + way


# What a user would pick instead, put in place.

def nft(match, policy):
    rules = ""
    for hook, to, port in ("ingress", "saddr", "sport"), ("egress", "daddr", "dport"):
        rule = f"ip {to} 192.0.2.0/24 udp {port} 5060-5061 accept" if match else ""
        rules += (f'chain {hook} {{ type filter hook {hook} device "{LINK}" priority -500; '
                  f'policy {policy}; {rule}\n}}\n')
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(f"table netdev bench {{\n{rules}}}\n")
        file.flush()
        run("nft", "-f", file.name)


def tc(*filters):
    run("tc", "qdisc", "add", "dev", LINK, "clsact")
    for way in "egress", "ingress":
        far = "dst" if way == "egress" else "src"
        for prio, one in enumerate(filters, 1):
            text = one.format(far=far, pin=pin(way) if "{pin}" in one else "")
            run("tc", "filter", "add", "dev", LINK, way, "prio", str(prio), *text.split())


FLOWER = ("protocol ip flower ip_proto udp {far}_ip 192.0.2.0/24 {far}_port 5060-5061 "
          "action pass")
PEERS = {
    "nft drop": (lambda: nft(True, "drop"), UNLISTED),
    "nft pass": (lambda: nft(True, "drop"), LISTED),
    "nft drop, no rule": (lambda: nft(False, "drop"), UNLISTED),
    "tc matchall drop": (lambda: tc("protocol all matchall action drop"), UNLISTED),
    "tc flower drop": (lambda: tc(FLOWER, "protocol all matchall action drop"), UNLISTED),
    "tc bpf drop": (lambda: tc("protocol all bpf direct-action object-pinned {pin}"), UNLISTED),
}


def peers(fd, whos=tuple(PEERS)):
    found = {}
    for who in whos:
        put, far = PEERS[who]
        put()
        found.update(costs(fd, who, far, "pass" in who))
        if who.startswith("nft"):
            run("nft", "delete", "table", "netdev", "bench")
        else:
            run("tc", "qdisc", "del", "dev", LINK, "clsact")
            for way in "egress", "ingress":
                if os.path.exists(PIN + way):
                    os.unlink(PIN + way)
    return found


def many_flows():
    """As many as a profile takes; the last is the one that matches."""
    return [{"to": f"10.{i}.0.0/16", "proto": "udp", "ports": f"{1000 + i}"}
            for i in range(63)] + [FLOW]


def closed(fd):
    found = {}
    for who, flows, far in (("no flows", [], UNLISTED), ("list miss", [FLOW], UNLISTED),
                            ("allowed", [FLOW], LISTED),
                            ("allowed, 64 flows", many_flows(), LISTED),
                            ("list miss, 64 flows", many_flows(), UNLISTED)):
        rows.profile(net={"wwan": "emergency"}, flows=flows)
        run(*RESTRICT)
        found.update(costs(fd, who, far, far == LISTED))
        run(*RELEASE)
    return found


def ours(fd):
    """The module's figures; it is loaded by this."""
    found = costs(fd, "no module", UNLISTED, True)
    run("modprobe", "regiongate")
    found.update(costs(fd, "open", UNLISTED, True))
    found.update(closed(fd))
    found.update(costs(fd, "open, after a release", UNLISTED, True))
    return found


def main():
    fd = tun()
    found = peers(fd)
    found.update(ours(fd))
    for (case, who), value in found.items():
        row("packets", case, who, value, "instructions")


if __name__ == "__main__":
    main()
