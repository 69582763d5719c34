#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands in any order, right and wrong ones: after each, every promise holds.

usage: test_random.py [SEED [COMMANDS]]
"""
import contextlib
import glob
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))

import frames  # noqa: E402
import netlab as n  # noqa: E402
import rgdev as d  # noqa: E402
import rggate as g  # noqa: E402
import rgnl  # noqa: E402
from rgnl import HOLD, N, OPEN, OPEN_ON_LOSS, RESTRICTED, nest, num, raw  # noqa: E402

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else int.from_bytes(os.urandom(4), "little")
# The older of make check's two kernels takes the smaller share of its time.
SHARE = 400 if os.uname().release.startswith("6.1.") else 1000
COMMANDS = int(sys.argv[2]) if len(sys.argv) > 2 else SHARE // d.ktap.PATIENCE
# Changes that no command made, but a deadline.
DEADLINES = {N["INITIATOR_" + name] for name in
             ("LEASE", "NOTICE_END", "CONFIRM_TIMEOUT", "OWNER_LOSS")}
OTHER = "198.51.100.9"
GATED, VETO = N["DEVICE_FLAG_GATED"], N["DEVICE_FLAG_VETO"]
FREE = {N["NET_CLASS_" + name] for name in ("LOOPBACK", "WIFI", "VIRTUAL")}


def plain(attrs, name):
    return int.from_bytes(attrs.get(N["A_DEVICE_" + name], b""), "little")


class Device:
    """A keyboard with a power key, its reader, and the emergency device's."""

    def __init__(self, gate):
        self.gate = gate
        self.dev = d.keyboard("random keyboard")
        self.reader = d.StrictReader(self.dev)
        self.sos = d.Reader(d.node_of(d.input_named("regiongate emergency keys")))

    def open_reader(self):
        """None where the gate closes just now and takes the node away again."""
        end = time.monotonic() + 10 * d.ktap.PATIENCE
        while time.monotonic() < end:
            for path in glob.glob(f"/sys/class/input/{self.dev.sysname}/event*"):
                with contextlib.suppress(OSError):
                    return d.Reader("/dev/input/" + os.path.basename(path))
            if self.gate.device(self.dev).flags & GATED:
                return None
            time.sleep(0.01)
        raise AssertionError("no event node")

    def tap(self, code, gated):
        """Who saw the key: (its own reader, readers of the emergency device)."""
        self.reader.events()
        self.sos.events()
        if not self.reader.reader and not gated:
            self.reader.reader = self.open_reader()
        self.dev.tap(code)
        want = [(d.EV_KEY, code, 1), (d.EV_KEY, code, 0)]
        return self.reader.events() == want, self.sos.events() == want


class Wire:
    """The gated card, and its peer."""

    def __init__(self):
        n.setup_cards()
        self.out = n.packet_socket(n.DEVICE, proto=0)
        self.sniffer = n.Sniffer(n.PEER, n.PEER_NS)
        self.number = 0

    def send(self, far):
        self.number += 1
        marker = b"random %d." % self.number
        frame = frames.eth(frames.IP, frames.v4(True, far)) + marker
        try:
            self.out.send(frame)
        except OSError:     # dropped, or the link is down
            pass
        return marker

    def arrives(self, far, changed):
        """Tries again, as a link that was set up just now may lose a frame."""
        sent = []

        def arrived():
            sent.append(self.send(far))
            return any(map(self.sniffer.count, sent)) or changed()
        n.until(arrived, f"a frame to {far}")

    def passes(self, down, gated, changed):
        """Whether (an emergency flow, anything else) passes. What it waits for it
        waits for only while changed() is false.
        """
        other, emergency = self.send(OTHER), self.send(n.SOS4)
        if not down:
            self.arrives(n.SOS4, changed)
        if not gated:
            self.arrives(OTHER, changed)
        count = self.sniffer.count
        return not down or bool(count(emergency)), not gated or bool(count(other))


class Commands:
    """What a caller may think of; each returns whether it counts as a command."""

    def __init__(self, rng):
        self.rng = rng
        self.client = rgnl.Client()
        self.owner = None

    def pick(self, *these):
        return self.rng.choice(these)

    def restrict(self):
        max_lease = self.client.get()["MAX_LEASE"]
        how = {"rule": self.pick("a", "b", "b", "", "c\n"),
               "lease": self.pick(0, 1, 300, 60000, 60000, max_lease, max_lease + 1),
               "notice": self.pick(0, 0, 50, 5000, 70000),
               "confirm": self.pick(0, 0, 50, 5000, 70000)}
        for name in ("region", "text", "contact"):
            if not self.rng.randrange(20):
                how[name] = self.pick(None, "", "x\x01")
        sender = self.client
        if self.pick(True, False):
            sender = rgnl.Client()
            how.update(own=True, on_owner_loss=self.pick(HOLD, OPEN_ON_LOSS, 7),
                       grace=self.pick(0, 30, 5000))
        sender.restrict(**how)
        if sender is not self.client:
            self.leave()
            self.owner = sender
        return True

    def leave(self):
        if self.owner:
            self.owner.close()
        self.owner = None
        return False

    def generation(self):
        now = self.client.get()["GENERATION"]
        return self.pick(None, now, now, now - 1, now + 1)

    def release(self):
        self.client.release(generation=self.generation())
        return True

    def confirm(self):
        self.client.command("GATE_CONFIRM", generation=self.generation())
        return True

    def window(self):
        self.client.command("EMERGENCY_SET", emergency=self.pick(0, 1),
                            emergency_length=self.pick(None, None, 50, 1 << 40))
        return False

    def profile(self):
        def pair(kind, a, b):
            return nest(N["A_PROFILE_" + kind], num(N[f"A_{kind}_ACTION_CLASS"], a),
                        num(N[f"A_{kind}_ACTION_ACTION"], b))

        keep, emergency, down = (N["ACTION_" + a] for a in ("KEEP", "EMERGENCY", "DOWN"))
        body = pair("INPUT", N["INPUT_CLASS_KEYBOARD"], self.pick(keep, emergency))
        body += pair("NET", *self.pick(
            (N["NET_CLASS_WIRED"], emergency), (N["NET_CLASS_WIRED"], down),
            (N["NET_CLASS_WWAN"], emergency), (N["NET_CLASS_WWAN"], down),
            (N["NET_CLASS_WIFI"], emergency), (N["NET_CLASS_LOOPBACK"], emergency)))
        for key in self.pick((d.KEY_POWER, d.KEY_SOS), (d.KEY_POWER, d.KEY_SOS, d.KEY_F1),
                             (d.KEY_SOS,), ()):
            body += num(N["A_PROFILE_KEY"], key)
        body += nest(N["A_PROFILE_FLOW"], raw(N["A_FLOW_ADDR"], bytes([192, 0, 2, 0])),
                     num(N["A_FLOW_PREFIX"], 24, "B"), num(N["A_FLOW_PROTO"], 17, "B"),
                     num(N["A_FLOW_PORT_MIN"], n.SOS_PORT, "H"),
                     num(N["A_FLOW_PORT_MAX"], n.SOS_PORT, "H"))
        body += nest(N["A_PROFILE_EXCEPTION"],
                     raw(N["A_EXCEPTION_HWADDR"], frames.mac(n.PEER_MAC)),
                     num(N["A_EXCEPTION_ACTION"], keep))
        if self.pick(True, False, False):
            body += raw(N["A_PROFILE_STRICT"], b"")
        # A chord that nobody presses, as power keys are typed here all the time.
        body += nest(N["A_PROFILE_CHORD"], num(N["A_CHORD_KEY"], d.KEY_INFO),
                     num(N["A_CHORD_TIMES"], 5), num(N["A_CHORD_WITHIN"], 3000, "Q"))
        self.client.request(N["CMD_PROFILE_SET"], body)
        return True

    def wait(self):
        time.sleep(self.pick(0.001, 0.02, 0.1))
        return False

    def some(self):
        return self.rng.choices(
            (self.restrict, self.release, self.confirm, self.window, self.profile,
             self.leave, self.wait), (8, 2, 3, 3, 3, 2, 3))[0]


def same(before, after):
    """Nothing changed but what a deadline changed."""
    if after["INITIATOR"] in DEADLINES or \
            after["EMERGENCY_INITIATOR"] == N["INITIATOR_WINDOW_END"]:
        return after["GENERATION"] == before["GENERATION"]
    return rgnl.standing(after) == rgnl.standing(before)


def check_state(state):
    if state["MODE"] == OPEN:
        assert not {"RULE", "LEASE", "OWN", "TRIAL", "ORPHANED"} & set(state), state
        return
    for name in ("REGION", "RULE", "TEXT", "CONTACT", "LEASE"):
        assert state[name], f"no {name}: {state}"
    assert state["LEASE_LEFT"] <= state["LEASE"] <= state["MAX_LEASE"], state


def check_devices(client):
    """What is never to be gated is not, and nothing is while the gate is open."""
    before = client.get()["MODE"]
    devices, _ = client.dump()
    open_all_along = RESTRICTED not in (before, client.get()["MODE"])
    for dev in devices:
        gated = plain(dev, "FLAGS") & GATED
        net = plain(dev, "KIND") == N["DEVICE_KIND_NET"]
        assert not (gated and open_all_along), f"gated while open: {dev}"
        assert not (gated and net and plain(dev, "NET_CLASS") in FREE), \
            f"gated though never to be: {dev}"


def check_keys(keys, gate):
    """A power key arrives whatever happens; a letter, unless it is held back."""
    for _ in range(3):
        gated = gate.device(keys.dev).flags & GATED
        power, letter = keys.tap(d.KEY_POWER, gated), keys.tap(d.KEY_A, gated)
        # A deadline may have come between.
        if gated == gate.device(keys.dev).flags & GATED:
            break
    want = ((False, True), (False, False)) if gated else ((True, False), (True, False))
    assert (power, letter) == want, f"power {power}, letter {letter}, gated {gated}"


def card(client):
    for dev in client.dump()[0]:
        if dev[N["A_DEVICE_NAME"]] == n.DEVICE.encode() + b"\0":
            return plain(dev, "FLAGS")
    raise AssertionError("the card is gone")


def check_wire(wire, client):
    """An emergency flow passes unless the link must be down; all else when open."""
    for _ in range(3):
        flags = card(client)
        passes = wire.passes(flags & VETO, flags & GATED,
                             lambda was=flags: card(client) != was)
        # A deadline may have come between.
        if card(client) == flags:
            break
    want = (not flags & VETO, not flags & GATED)
    assert passes == want, f"passes {passes}, wanted {want}, flags {flags}"


def as_nobody(*args):
    return subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", "regiongate",
                           *args], capture_output=True, text=True, check=False)


def check_nobody(client):
    """Who may do nothing may still open the window, and read all."""
    assert as_nobody("release").returncode == 1
    done = as_nobody("emergency", "start")
    assert done.returncode == 0 and client.get()["EMERGENCY"] == 1, done.stderr
    assert as_nobody("status").returncode == 0


def step(commands, keys, wire, gate, number):
    before = commands.client.get()
    what = commands.some()
    try:
        counts, refused = what(), None
    except rgnl.Refused as why:
        counts, refused = False, why
        assert str(why), f"{what.__name__}: refused without a sentence"
    after = commands.client.get()
    told = f"{what.__name__}, refused: {refused}\n{before}\n{after}"
    assert after["GENERATION"] == before["GENERATION"] + counts, told
    assert not refused or same(before, after), told
    check_state(after)
    check_devices(commands.client)
    check_keys(keys, gate)
    check_wire(wire, commands.client)
    if number % 100 == 0:
        check_nobody(commands.client)


def test_random():
    """commands in random order keep every promise"""
    print(f"# {COMMANDS} commands of seed {SEED}")
    gate = g.Gate()
    keys, wire = Device(gate), Wire()
    commands = Commands(random.Random(SEED))
    for number in range(COMMANDS):
        try:
            step(commands, keys, wire, gate, number)
        except AssertionError as why:
            raise AssertionError(f"command {number} of seed {SEED}: {why}") from why
    commands.leave()
    gate.open()
    check_devices(commands.client)


g.load()
subprocess.run(["modprobe", "mac80211_hwsim", "radios=1"], check=True)
sys.argv[1:] = []
d.run([test_random], g.Gate)
