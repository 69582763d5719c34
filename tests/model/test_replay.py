#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every transition of the model, taken by the module: both are in the same state
after each. Runs on a clock that skips what nobody waits for (see vm.options).
"""
import collections
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "fixtures"))

import ktap  # noqa: E402
import rgnl  # noqa: E402
from rgnl import HOLD, N, OPEN_ON_LOSS, nest, num  # noqa: E402

# A tick is so long that all commands of a tick, which take 220 ms at the most, come
# at its very beginning.
# Deadlines end within a tick, in the order in which the module looks at them.
TICK_MS = 2000
LEASE_MS, GRACE_MS, CONFIRM_MS, NOTICE_MS, WINDOW_MS = (
    TICK_MS * tenths // 10 for tenths in (23, 4, 7, 6, 5))
BEGINNING_MS = TICK_MS * 2 // 10

# The order of the model's state, and who may own a restriction.
State = collections.namedtuple(
    "State", "mode trial orphaned owner lease notice confirm grace window")
NOBODY, HOLD_AT_ONCE, HOLD_LATER, OPEN_LATER = range(4)
OWNERS = {
    NOBODY: {},
    HOLD_AT_ONCE: {"own": True, "on_owner_loss": HOLD, "grace": 0},
    HOLD_LATER: {"own": True, "on_owner_loss": HOLD, "grace": GRACE_MS},
    OPEN_LATER: {"own": True, "on_owner_loss": OPEN_ON_LOSS, "grace": GRACE_MS},
}
OWNER_OF = {(how["on_owner_loss"], how["grace"]): owner
            for owner, how in OWNERS.items() if how}


def read_model():
    """{state: {event: state}}"""
    model = collections.defaultdict(dict)
    with open(os.path.join(HERE, "transitions.txt"), encoding="ascii") as file:
        for line in file:
            before, event, after = line.split()
            model[State(*map(int, before))][event] = State(*map(int, after))
    return model


class Module:
    """The gate, driven by the model's events."""

    def __init__(self):
        self.client = rgnl.Client()
        self.owner = None
        self.rule = 0
        self.told = self.client.get()
        self.tick_end = time.clock_gettime(time.CLOCK_BOOTTIME) + TICK_MS / 1000

    def close_owner(self):
        if self.owner:
            self.owner.close()
        self.owner = None

    def set(self, other, notice, confirm, owner):
        how = OWNERS[owner]
        self.rule ^= other
        sender = rgnl.Client(like=self.client) if how else self.client
        told = sender.restrict(rule=f"rule-{self.rule}", lease=LEASE_MS,
                        notice=notice * NOTICE_MS, confirm=confirm * CONFIRM_MS,
                        **how)
        # The end of a former owner means nothing any more.
        self.close_owner()
        self.owner = sender if how else None
        return told

    def confirm(self, generation):
        """Only a trial can be confirmed, and only by who knows of it."""
        wanted = self.told.get("TRIAL") and generation is None
        try:
            told = self.client.command(
                "GATE_CONFIRM", generation=generation or self.told["GENERATION"])
        except rgnl.Refused as why:
            assert str(why) and not wanted, why
            return None
        assert wanted, "it was confirmed"
        return told

    def profile_wifi(self):
        wifi = nest(N["A_PROFILE_NET"],
                    num(N["A_NET_ACTION_CLASS"], N["NET_CLASS_WIFI"]),
                    num(N["A_NET_ACTION_ACTION"], N["ACTION_EMERGENCY"]))
        try:
            self.client.request(N["CMD_PROFILE_SET"], wifi)
        except rgnl.Refused as why:
            assert "Wi-Fi" in str(why), why
            return
        raise AssertionError("a profile that gates Wi-Fi was taken")

    def left(self):
        """Seconds until this tick ends."""
        return self.tick_end - time.clock_gettime(time.CLOCK_BOOTTIME)

    def tick(self):
        assert self.left() * 1000 > TICK_MS - BEGINNING_MS, "commands came late"
        self.tick_end += TICK_MS / 1000
        while (left := self.left() - TICK_MS / 1000) > 0:
            time.sleep(left)

    def window(self, start):
        return self.client.command("EMERGENCY_SET", emergency=start,
                                   emergency_length=WINDOW_MS if start else None)

    def do(self, event):
        """Afterwards told is what a command's answer or, without one, a question
        says of the state.
        """
        name, *args = event.split(":")
        if name == "set":
            told = self.set(*map(int, args))
        else:
            told = {
                "tick": self.tick, "release": self.client.release,
                "confirm": lambda: self.confirm(None),
                "confirm-stale": lambda: self.confirm(1),
                "owner-gone": self.close_owner,
                "emergency-start": lambda: self.window(1),
                "emergency-stop": lambda: self.window(0),
                "profile-wifi": self.profile_wifi}[name]()
        self.told = told or self.client.get()

    def state(self):
        got = self.told
        assert got.get("RULE") in (None, f"rule-{self.rule}"), got

        def ticks(name):
            return -(-got.get(name, 0) // TICK_MS)

        lost = "GRACE_LEFT" in got
        owner = OWNER_OF[got["ON_OWNER_LOSS"], got["GRACE"]] \
            if got.get("OWN") or lost else NOBODY
        announced = got.get("CONFIRM") and ticks("NOTICE_LEFT")
        return State(got["MODE"], int(got.get("TRIAL", 0)),
                     int(got.get("ORPHANED", 0)), owner,
                     ticks("LEASE_LEFT"), ticks("NOTICE_LEFT"),
                     1 if announced else ticks("CONFIRM_LEFT"),
                     ticks("GRACE_LEFT"), ticks("EMERGENCY_LEFT"))


def route(model, start, left):
    """The shortest way from a state to one with transitions left to take."""
    ways, seen = collections.deque([(start, [])]), {start}
    while ways:
        state, way = ways.popleft()
        if left[state]:
            return way
        for event, after in model[state].items():
            if after not in seen:
                seen.add(after)
                ways.append((after, [*way, event]))
    return None


def walk(model):
    """Yields events, until each transition was among them."""
    left = {state: set(events) for state, events in model.items()}
    state = next(iter(model))
    while True:
        way = route(model, state, left)
        if way is None:
            return
        for event in way or [min(left[state])]:
            left[state].discard(event)
            state = model[state][event]
            yield event


def test_replay():
    """each transition of the model is one of the module"""
    model = read_model()
    assert len(model) > 50, "the model is not there"
    module, state, taken = Module(), next(iter(model)), 0
    assert module.state() == state, module.state()
    for event in walk(model):
        module.do(event)
        got, want = module.state(), model[state][event]
        assert got == want, f"{state}\n{event}\nmodel  {want}\nmodule {got}"
        state, taken = want, taken + 1
    print(f"# {taken} steps, {len(model)} states, "
          f"{sum(map(len, model.values()))} transitions")


if __name__ == "__main__":
    subprocess.run(["modprobe", "regiongate"], check=True)
    ktap.main(globals())
