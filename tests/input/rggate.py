# SPDX-License-Identifier: GPL-2.0-or-later
"""The gate's netlink family, as far as the input tests need it."""
import subprocess

import rgnl
from rgnl import N, nest, num, raw

GATED, OPENED, EVICTED, GONE = (N["DEVICE_EVENT_" + e]
                                for e in ("GATED", "OPENED", "EVICTED", "GONE"))
FLAG_GATED, FLAG_OWN, FLAG_CHORD, FLAG_EXCEPTION, FLAG_WITHDRAWN = (
    N["DEVICE_FLAG_" + f]
    for f in ("GATED", "OWN", "CHORD", "EXCEPTION", "WITHDRAWN"))
CLASS = {name: N["INPUT_CLASS_" + name.upper()] for name in
         ("button", "keyboard", "pointer", "touch", "switch", "sensor",
          "other")}
NET_CLASS = {name: N["NET_CLASS_" + name.upper()] for name in
             ("wwan", "wired", "bluetooth")}
KEEP, EMERGENCY = N["ACTION_KEEP"], N["ACTION_EMERGENCY"]


def attrs(data):
    """Every attribute's values, by its type."""
    out = {}
    for kind, value in rgnl.split(data):
        out.setdefault(kind, []).append(value)
    return out


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
        self.client = rgnl.Client()
        self.events = None
        self.open()
        self.profile()

    def close(self):
        self.client.restrict()

    def open(self):
        self.client.release()

    def profile(self, gated=("keyboard", "pointer", "touch"),
                keys=(116, 0x27f), keep=None, chord=(116, 5, 3000),
                strict=False):
        """keep lets one device through: its (bus type, vendor, product), or the
        name of a parent."""
        body = [nest(N["A_PROFILE_INPUT"],
                     num(N["A_INPUT_ACTION_CLASS"], value),
                     num(N["A_INPUT_ACTION_ACTION"],
                         EMERGENCY if name in gated else KEEP))
                for name, value in CLASS.items()]
        body += [nest(N["A_PROFILE_NET"],
                      num(N["A_NET_ACTION_CLASS"], value),
                      num(N["A_NET_ACTION_ACTION"], KEEP))
                 for value in NET_CLASS.values()]
        body += [num(N["A_PROFILE_KEY"], key) for key in keys]
        body.append(nest(N["A_PROFILE_CHORD"],
                         num(N["A_CHORD_KEY"], chord[0]),
                         num(N["A_CHORD_TIMES"], chord[1]),
                         num(N["A_CHORD_WITHIN"], chord[2], "Q")))
        if keep:
            body.append(nest(N["A_PROFILE_EXCEPTION"], self._device_key(keep),
                             num(N["A_EXCEPTION_ACTION"], KEEP)))
        if strict:
            body.append(raw(N["A_PROFILE_STRICT"], b""))
        self.client.request(N["CMD_PROFILE_SET"], b"".join(body))

    @staticmethod
    def _device_key(keep):
        if isinstance(keep, str):
            return raw(N["A_EXCEPTION_BUS"], keep.encode() + b"\0")
        return nest(N["A_EXCEPTION_INPUT_ID"], *(
            num(N["A_INPUT_ID_" + name], value, "H")
            for name, value in zip(("BUSTYPE", "VENDOR", "PRODUCT"), keep)))

    def devices(self):
        return [Device(a) for a in self.client.dump(shape=attrs)[0]
                if is_input(a)]

    def device(self, dev):
        """What device-get says of a device made by the test."""
        return Device(attrs(self.client.request(
            N["CMD_DEVICE_GET"],
            num(N["A_DEVICE_KIND"], N["DEVICE_KIND_INPUT"])
            + num(N["A_DEVICE_ID"], dev.id))))

    def watch(self):
        """Note device events from now on."""
        self.events = rgnl.Client(listen=True)

    def pending(self):
        """All device events since watch() or the last call."""
        out = []
        while got := self.events.messages(timeout=0):
            for _, _, seq, payload in got:
                a = attrs(payload[4:])
                if not seq and payload[0] == N["CMD_DEVICE_NTF"] and is_input(a):
                    out.append(Device(a))
        return out

    def seen(self, dev):
        """(event, initiator) of all those of one device."""
        return [(d.event, d.initiator) for d in self.pending() if d.id == dev.id]

    def emergency(self):
        """Whether the emergency window is open."""
        return bool(self.client.get().get("EMERGENCY"))

    def emergency_stop(self):
        self.client.command("EMERGENCY_SET", emergency=0)


def load():
    """Make sure that the module is there."""
    subprocess.run(["modprobe", "regiongate"], check=True)
