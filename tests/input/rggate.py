# SPDX-License-Identifier: GPL-2.0-or-later
"""The gate's netlink family, as far as the input tests need it.

All numbers come from the header of the family.
"""
import os
import re
import socket
import struct
import subprocess

HEADER = "regiongate.h"
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE, GENL_ID_CTRL = 2, 3, 16
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NETLINK_EXT_ACK, NETLINK_CAP_ACK = (
    270, 1, 11, 10)


def _numbers():
    here = os.path.dirname(os.path.abspath(__file__))
    for path in (os.path.join(here, HEADER),
                 os.path.join(here, "../../include/uapi/linux", HEADER)):
        if os.path.exists(path):
            break
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    out = {}
    for body in re.findall(r"enum \w*\s*\{(.*?)\}", text, flags=re.S):
        value = -1
        for item in re.findall(r"(\w+)\s*(?:=\s*(\d+))?\s*[,\n]", body):
            value = int(item[1]) if item[1] else value + 1
            out[item[0].replace("REGIONGATE_", "")] = value
    return out


N = _numbers()
GATED, OPENED, EVICTED, GONE = (N["DEVICE_EVENT_" + e]
                                for e in ("GATED", "OPENED", "EVICTED", "GONE"))
FLAG_GATED, FLAG_OWN, FLAG_CHORD, FLAG_EXCEPTION = (
    N["DEVICE_FLAG_" + f] for f in ("GATED", "OWN", "CHORD", "EXCEPTION"))
CLASS = {name: N["INPUT_CLASS_" + name.upper()] for name in
         ("button", "keyboard", "pointer", "touch", "switch", "sensor",
          "other")}
NET_CLASS = {name: N["NET_CLASS_" + name.upper()] for name in
             ("wwan", "wired", "bluetooth")}
KEEP, EMERGENCY = N["ACTION_KEEP"], N["ACTION_EMERGENCY"]


def attr(kind, value, nested=False):
    if isinstance(value, list):
        value, nested = b"".join(value), True
    if isinstance(value, str):
        value = value.encode() + b"\0"
    kind |= 0x8000 if nested else 0
    data = struct.pack("HH", 4 + len(value), kind) + value
    return data + b"\0" * (-len(data) % 4)


def u32(kind, value):
    return attr(kind, struct.pack("I", value))


def u64(kind, value):
    return attr(kind, struct.pack("Q", value))


def attrs(data):
    out = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("HH", data)
        out.setdefault(kind & 0x3fff, []).append(data[4:size])
        data = data[(size + 3) & ~3:]
    return out


class Refused(Exception):
    """The kernel said no; str() is its sentence."""


class Netlink:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.seq = 0
        self.family = GENL_ID_CTRL
        found = self.do(3, [attr(2, "regiongate")])
        self.family = struct.unpack("H", found[1][0])[0]
        group = attrs(attrs(found[7][0])[1][0])
        self.group = struct.unpack("I", group[2][0])[0]

    def subscribe(self):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.group)

    def _messages(self, data):
        while len(data) >= 16:
            size, kind, flags, seq, _ = struct.unpack_from("IHHII", data)
            yield kind, flags, seq, data[16:size]
            data = data[(size + 3) & ~3:]

    def _send(self, cmd, body, flags):
        self.seq += 1
        payload = struct.pack("BBH", cmd, 1, 0) + b"".join(body)
        head = struct.pack("IHHII", 16 + len(payload), self.family,
                           NLM_F_REQUEST | flags, self.seq, 0)
        self.sock.send(head + payload)

    @staticmethod
    def _error(flags, body):
        number = struct.unpack_from("i", body)[0]
        if number:
            text = attrs(body[20:]).get(1, [b"error %d" % -number])[0]
            raise Refused(text.rstrip(b"\0").decode())

    def do(self, cmd, body, flags=NLM_F_ACK):
        """The attributes of the reply, or of nothing. Raises Refused."""
        self._send(cmd, body, flags)
        reply = {}
        while True:
            for kind, flag, seq, data in self._messages(
                    self.sock.recv(1 << 17)):
                if seq != self.seq:
                    continue
                if kind == NLMSG_ERROR:
                    self._error(flag, data)
                    return reply
                reply = attrs(data[4:])

    def dump(self, cmd):
        self._send(cmd, [], NLM_F_DUMP)
        out = []
        while True:
            for kind, flag, seq, data in self._messages(
                    self.sock.recv(1 << 17)):
                if seq != self.seq:
                    continue
                if kind == NLMSG_ERROR:
                    self._error(flag, data)
                if kind == NLMSG_DONE:
                    return out
                out.append(attrs(data[4:]))

    def pending(self):
        """(command, attributes) of all notifications that are here now."""
        out = []
        while True:
            try:
                data = self.sock.recv(1 << 17, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return out
            for _, _, seq, body in self._messages(data):
                if not seq:
                    out.append((body[0], attrs(body[4:])))


def number(attributes, name):
    values = attributes.get(N[name])
    if not values:
        return 0
    return int.from_bytes(values[0], "little")


class Device:
    """What device-get or a notification says of an input device."""

    def __init__(self, a):
        self.id = number(a, "A_DEVICE_ID")
        self.name = a[N["A_DEVICE_NAME"]][0].rstrip(b"\0").decode()
        self.input_class = number(a, "A_DEVICE_INPUT_CLASS")
        self.action = number(a, "A_DEVICE_ACTION")
        self.flags = number(a, "A_DEVICE_FLAGS")
        self.passed = number(a, "A_DEVICE_KEYS_PASSED")
        self.held = number(a, "A_DEVICE_KEYS_HELD")
        self.evicted = number(a, "A_DEVICE_EVICTED")
        self.event = number(a, "A_DEVICE_EVENT")
        self.initiator = number(a, "A_DEVICE_INITIATOR")
        bus = a.get(N["A_DEVICE_BUS"], [b""])[0]
        self.bus = bus.rstrip(b"\0").decode()
        self.lost = [int.from_bytes(v, "little")
                     for v in a.get(N["A_DEVICE_LOST_KEY"], [])]


def is_input(a):
    return number(a, "A_DEVICE_KIND") == N["DEVICE_KIND_INPUT"]


class Gate:
    """Commands of a test; the gate is open and has a plain profile at first."""

    def __init__(self):
        self.nl = Netlink()
        self.events = None
        self.open()
        self.profile()

    def close(self, lease_ms=600000):
        self.nl.do(N["CMD_GATE_SET"], [
            u32(N["A_GATE_MODE"], N["MODE_RESTRICTED"]),
            attr(N["A_GATE_REGION"], "CU"), attr(N["A_GATE_RULE"], "test"),
            attr(N["A_GATE_TEXT"], "A test of the input gate."),
            attr(N["A_GATE_CONTACT"], "root@localhost"),
            u64(N["A_GATE_LEASE"], lease_ms)])

    def open(self):
        self.nl.do(N["CMD_GATE_SET"],
                   [u32(N["A_GATE_MODE"], N["MODE_OPEN"])])

    def profile(self, gated=("keyboard", "pointer", "touch"),
                keys=(116, 0x27f), keep=None, chord=(116, 5, 3000)):
        """keep lets one device through: its (bus type, vendor, product), or the
        name of a parent."""
        body = [attr(N["A_PROFILE_INPUT"], [
            u32(N["A_INPUT_ACTION_CLASS"], value),
            u32(N["A_INPUT_ACTION_ACTION"],
                EMERGENCY if name in gated else KEEP)])
            for name, value in CLASS.items()]
        body += [attr(N["A_PROFILE_NET"], [
            u32(N["A_NET_ACTION_CLASS"], value),
            u32(N["A_NET_ACTION_ACTION"], KEEP)])
            for value in NET_CLASS.values()]
        body += [u32(N["A_PROFILE_KEY"], key) for key in keys]
        body.append(attr(N["A_PROFILE_CHORD"], [
            u32(N["A_CHORD_KEY"], chord[0]), u32(N["A_CHORD_TIMES"], chord[1]),
            u64(N["A_CHORD_WITHIN"], chord[2])]))
        if keep:
            body.append(attr(N["A_PROFILE_EXCEPTION"], [
                self._device_key(keep),
                u32(N["A_EXCEPTION_ACTION"], KEEP)]))
        self.nl.do(N["CMD_PROFILE_SET"], body)

    @staticmethod
    def _device_key(keep):
        if isinstance(keep, str):
            return attr(N["A_EXCEPTION_BUS"], keep)
        return attr(N["A_EXCEPTION_INPUT_ID"], [
            attr(N["A_INPUT_ID_" + name], struct.pack("H", value))
            for name, value in zip(("BUSTYPE", "VENDOR", "PRODUCT"), keep)])

    def devices(self):
        return [Device(a) for a in self.nl.dump(N["CMD_DEVICE_GET"])
                if is_input(a)]

    def device(self, dev):
        """What device-get says of a device made by the test."""
        return Device(self.nl.do(N["CMD_DEVICE_GET"], [
            u32(N["A_DEVICE_KIND"], N["DEVICE_KIND_INPUT"]),
            u32(N["A_DEVICE_ID"], dev.id)]))

    def watch(self):
        """Note device events from now on."""
        self.events = Netlink()
        self.events.subscribe()

    def seen(self, dev):
        """(event, initiator) of all events of one device since watch()."""
        return [(d.event, d.initiator) for d in
                (Device(a) for cmd, a in self.events.pending()
                 if cmd == N["CMD_DEVICE_NTF"] and is_input(a))
                if d.id == dev.id]

    def emergency(self):
        """Whether the emergency window is open."""
        state = self.nl.do(N["CMD_GATE_GET"], [])
        return bool(number(state, "A_GATE_EMERGENCY"))

    def emergency_stop(self):
        self.nl.do(N["CMD_EMERGENCY_SET"],
                   [attr(N["A_GATE_EMERGENCY"], b"\0")])


def load():
    """Make sure that the module is there."""
    subprocess.run(["modprobe", "-a", "uinput", "uhid", "hid-generic", "evdev",
                    "regiongate"],
                   check=True)
