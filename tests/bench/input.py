#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: input.py [KEYBOARDS]...

What it costs to gate and to release many keyboards: instructions of the whole machine.
Each is a uinput device that the console and the event interface are attached to, and has
the emergency keys. Those with LEDs are told apart: as each is released, the console sets
the LEDs of all, as it does when a program gives up its exclusive use of one.
"""
import os
import resource
import sys
import time

import floor
from rows import HERE, RELEASE, RESTRICT, profile, rest, row, run

sys.path.insert(0, sys.path[0] + "/../input")
import rgdev  # noqa: E402

PART = "input"
KEYBOARDS = (100, 300, 700)
PASSES = 2
# A device that was listened to for its emergency keys is closed five seconds later:
# nothing happens for the first four, and all is done after eight.
QUIET_S, CLOSING_MS = 4, 4000
LINGER_S = 8


def keyboards(have, count, leds):
    return [rgdev.Uinput(f"board {i}", keys=[*rgdev.LETTERS, rgdev.KEY_SOS], leds=leds)
            for i in range(have, count)]


def switched():
    """(gate, release): each pass begins with devices that nobody has open."""
    passes = []
    for _ in range(PASSES):
        passes.append((rest(*RESTRICT), rest(*RELEASE)))
        time.sleep(LINGER_S)
    return [min(costs) for costs in zip(*passes)]


def closed_later():
    run(*RESTRICT)
    run(*RELEASE)
    time.sleep(QUIET_S)
    return int(run(os.path.join(HERE, "rest"), "wait", str(CLOSING_MS)))


def prepare():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    run("modprobe", "regiongate")
    profile(input={"keyboard": "emergency"})


def each_keyboard(few, many):
    """Instructions to close and open one more keyboard, from few to many of them."""
    prepare()
    boards = keyboards(0, few, [])
    base = sum(switched())
    boards += keyboards(few, many, [])
    return round((sum(switched()) - base) / (many - few))


def show(count, more):
    for who, cost in zip(("gate", "release"), switched()):
        row(PART, f"{count} keyboards", who + more, cost, "instructions")


def main(counts):
    prepare()
    boards = []
    for count in counts:
        boards += keyboards(len(boards), count, [])
        show(count, "")
        row(PART, f"{count} keyboards", "closed later", closed_later(), "instructions")
    boards = []
    for count in counts:
        boards += keyboards(len(boards), count, [rgdev.LED_CAPSL])
        show(count, ", with LEDs")
        row(PART, f"{count} keyboards", "console's LEDs at release", floor.of_the_console(),
            "instructions")
        time.sleep(LINGER_S)


if __name__ == "__main__":
    main([int(arg) for arg in sys.argv[1:]] or KEYBOARDS)
