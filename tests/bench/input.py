#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: input.py [KEYBOARDS]...

What it costs to gate and to release many keyboards: instructions of the whole machine.
Each is a uinput device that the console and the event interface are attached to, and has
the emergency keys. Those with LEDs are told apart: as each is released, the console sets
the LEDs of all, as it does when a program gives up its exclusive use of one.
"""
import resource
import sys

from rows import RELEASE, RESTRICT, profile, rest, row, run

sys.path.insert(0, sys.path[0] + "/../input")
import rgdev  # noqa: E402

PART = "input"
KEYBOARDS = (50, 200, 700)
PASSES = 2


def main(counts):
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    run("modprobe", "regiongate")
    profile(input={"keyboard": "emergency"})
    for leds, more in ([], ""), ([rgdev.LED_CAPSL], ", with LEDs"):
        boards = []
        for count in counts:
            boards += [rgdev.Uinput(f"board {i}", keys=[*rgdev.LETTERS, rgdev.KEY_SOS], leds=leds)
                       for i in range(len(boards), count)]
            costs = zip(*[(rest(*RESTRICT), rest(*RELEASE)) for _ in range(PASSES)])
            for who, cost in zip(("gate", "release"), costs):
                row(PART, f"{count} keyboards", who + more, min(cost), "instructions")


main([int(arg) for arg in sys.argv[1:]] or KEYBOARDS)
