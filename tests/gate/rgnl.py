# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of the gate's family that can also send what no client should.

Numbers come from the family's header; names are those of the header without
their common prefix.
"""
import os
import re
import select
import socket
import struct
import time

NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP_INTR = 1, 2, 4, 0x10
NLM_F_DUMP, NLM_F_ACK_TLVS = 0x300, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLA_F_NESTED = 0x8000
SOL_NETLINK, ADD_MEMBERSHIP, CAP_ACK, EXT_ACK = 270, 1, 10, 11
GENL_ID_CTRL, CTRL_GETFAMILY = 16, 3


def _header():
    here = os.path.dirname(os.path.abspath(__file__))
    for folder in (here, os.path.join(here, "../../include/uapi/linux")):
        path = os.path.join(folder, "regiongate.h")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    raise FileNotFoundError("regiongate.h")


def _numbers():
    text, out = _header(), {}
    for name, value in re.findall(r"#define\s+REGIONGATE_(\w+)\s+(\d+)", text):
        out[name] = int(value)
    for body in re.findall(r"enum\s*\w*\s*\{(.*?)\};", text, flags=re.S):
        value = -1
        for name, given in re.findall(r"^\s*(\w+)\s*(?:=\s*(\d+))?\s*,", body,
                                      flags=re.M):
            value = int(given) if given else value + 1
            out[name.replace("REGIONGATE_", "")] = value
    return out


N = _numbers()
OPEN, NOTICE, RESTRICTED = (N["MODE_" + m]
                            for m in ("OPEN", "NOTICE", "RESTRICTED"))
HOLD, OPEN_ON_LOSS = N["OWNER_LOSS_HOLD"], N["OWNER_LOSS_OPEN"]

FLAGS = {"TRIAL", "OWN", "ORPHANED"}
STRINGS = {"REGION", "RULE", "TEXT", "CONTACT", "EVIDENCE"}
BYTES = {"EMERGENCY": "B"}
INTS = {"MODE": "I", "ON_OWNER_LOSS": "I", "INITIATOR": "I",
        "EMERGENCY_INITIATOR": "I"}
# What changes by itself as time goes by.
RUNNING = {"LEASE_LEFT", "NOTICE_LEFT", "CONFIRM_LEFT", "GRACE_LEFT", "AGE",
           "EMERGENCY_LEFT"}
GATE_NAMES = {value: name[len("A_GATE_"):] for name, value in N.items()
              if name.startswith("A_GATE_") and name != "A_GATE_MAX"}


def raw(kind, data, length=None):
    """One attribute; a length that is not its own makes it malformed."""
    head = struct.pack("HH", 4 + len(data) if length is None else length, kind)
    return head + data + b"\0" * (-len(data) % 4)


def nest(kind, *parts):
    return raw(kind | NLA_F_NESTED, b"".join(parts))


def num(kind, value, code="I"):
    return raw(kind, struct.pack(code, value))


def gate_attr(name, value):
    """An attribute of a gate command, of the type that belongs to it."""
    kind = N["A_GATE_" + name]
    if name in FLAGS:
        return raw(kind, b"")
    if name in STRINGS:
        data = value.encode() if isinstance(value, str) else value
        return raw(kind, data + b"\0")
    return num(kind, value, BYTES.get(name) or INTS.get(name) or "Q")


def split(data):
    """(type, value) of every attribute in data."""
    out = []
    while len(data) >= 4:
        size, kind = struct.unpack_from("HH", data)
        out.append((kind & 0x3fff, data[4:size]))
        data = data[(size + 3) & ~3:]
    return out


def gate_dict(data):
    """A message in gate-get's shape as a dictionary."""
    out = {}
    for kind, value in split(data):
        name = GATE_NAMES[kind]
        if name == "PAD":
            continue
        if name == "EVIDENCE":
            out.setdefault(name, []).append(value.rstrip(b"\0").decode())
        elif name in STRINGS:
            out[name] = value.rstrip(b"\0").decode()
        else:
            out[name] = True if name in FLAGS else int.from_bytes(value,
                                                                  "little")
    return out


def standing(state):
    """A state without what time alone changes."""
    return {k: v for k, v in state.items() if k not in RUNNING}


class Refused(Exception):
    """The kernel said no: its error number, sentence and attributes."""

    def __init__(self, number, tlvs):
        super().__init__(tlvs.get(1, b"").rstrip(b"\0").decode())
        self.number = number
        self.bad_offset = 2 in tlvs
        self.missing = (int.from_bytes(tlvs[5], "little") if 5 in tlvs
                        else None)


class Client:
    """One socket. The kernel fills packets up to room bytes."""

    def __init__(self, listen=False, room=1 << 17):
        self.room = room
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))
        self.sock.setsockopt(SOL_NETLINK, EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, CAP_ACK, 1)
        self.seq = 0
        self.family = GENL_ID_CTRL
        found = dict(split(self.request(CTRL_GETFAMILY,
                                        raw(2, b"regiongate\0"))))
        self.family = int.from_bytes(found[1], "little")
        group = dict(split(split(found[7])[0][1]))
        if listen:
            self.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP,
                                 int.from_bytes(group[2], "little"))

    def close(self):
        self.sock.close()

    def send(self, cmd, body=b"", flags=NLM_F_ACK, reserved=0):
        self.seq += 1
        payload = struct.pack("BBH", cmd, 1, reserved) + body
        self.sock.send(struct.pack("IHHII", 16 + len(payload), self.family,
                                   NLM_F_REQUEST | flags, self.seq, 0)
                       + payload)

    def messages(self, timeout=20):
        """(type, flags, seq, payload) of what the next packet holds."""
        if not select.select([self.sock], [], [], timeout)[0]:
            return []
        data, out = self.sock.recv(self.room), []
        while len(data) >= 16:
            size, kind, flags, seq, _ = struct.unpack_from("IHHII", data)
            out.append((kind, flags, seq, data[16:size]))
            data = data[(size + 3) & ~3:]
        return out

    @staticmethod
    def check(flags, payload):
        number = -struct.unpack_from("i", payload)[0]
        if number:
            raise Refused(number, dict(split(payload[20:]))
                          if flags & NLM_F_ACK_TLVS else {})

    def request(self, cmd, body=b"", flags=NLM_F_ACK, reserved=0):
        """The attributes of the reply. Raises Refused."""
        self.send(cmd, body, flags, reserved)
        reply = b""
        while True:
            got = self.messages()
            assert got, "no answer"
            for kind, flag, seq, payload in got:
                if seq != self.seq:
                    continue
                if kind == NLMSG_ERROR:
                    self.check(flag, payload)
                    return reply
                reply = payload[4:]

    def rest_of_dump(self):
        """(attributes of each device, whether it was interrupted)."""
        out, interrupted = [], False
        while True:
            got = self.messages()
            assert got, "the dump does not end"
            for kind, flag, seq, payload in got:
                if seq != self.seq:
                    continue
                interrupted |= bool(flag & NLM_F_DUMP_INTR)
                if kind == NLMSG_ERROR:
                    self.check(flag, payload)
                if kind == NLMSG_DONE:
                    self.check(0, payload)
                    return out, interrupted
                out.append(dict(split(payload[4:])))

    def dump(self, body=b""):
        self.send(N["CMD_DEVICE_GET"], body, NLM_F_DUMP)
        return self.rest_of_dump()

    def get(self):
        return gate_dict(self.request(N["CMD_GATE_GET"]))

    def command(self, cmd, **attrs):
        """A gate command by name; its attributes by name. Lists repeat."""
        body = b""
        for name, value in attrs.items():
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    body += gate_attr(name.upper(), one)
        return gate_dict(self.request(N["CMD_" + cmd], body))

    def restrict(self, **attrs):
        """gate-set with a whole reason, unless attrs say otherwise."""
        want = {"mode": RESTRICTED, "region": "CU", "rule": "rule-1",
                "text": "Not here.", "contact": "help@example.org",
                "lease": 600000}
        want.update(attrs)
        return self.command("GATE_SET", **want)

    def release(self, **attrs):
        return self.command("GATE_SET", mode=OPEN, **attrs)

    def events(self, cmd=None, timeout=20, until=None):
        """Gate notifications (command, state) until one satisfies until."""
        out, end = [], time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            got = self.messages(max(left, 0))
            for _, _, seq, payload in got:
                gate_ntf = payload[0] in (N["CMD_GATE_NTF"],
                                          N["CMD_EMERGENCY_NTF"])
                if seq or not gate_ntf or cmd not in (None, payload[0]):
                    continue
                out.append((payload[0], gate_dict(payload[4:])))
                if until and until(out[-1][1]):
                    return out
            if not got:
                assert not until, f"did not come; came: {out}"
                return out

    def pending(self, cmd=None):
        """Notifications that are here now."""
        return self.events(cmd, timeout=0)
