#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a letter costs, pressed and let go: delivered, held back, grabbed, inhibited.

The keyboard is uinput's; the console listens to it, and one reader of its event node.
It lacks the emergency chord's key, with which it would be listened to while open.
"""
import os
import sys

import rows
from rows import HERE, RELEASE, RESTRICT, row, run

sys.path.insert(0, os.path.join(HERE, "../input"))

import rgdev as d  # noqa: E402


def cost(keyboard, *grab, arrives=True):
    node = d.wait_for(keyboard.node, "the keyboard's node")
    return rows.ticks("key", str(keyboard.fd), node, *grab, fd=keyboard.fd, arrives=arrives)


def inhibit(keyboard, how):
    with open(f"/sys/class/input/{keyboard.sysname}/inhibited", "w", encoding="ascii") as file:
        file.write(how)


def costs():
    """{who: instructions}; loads the module."""
    keyboard = d.Uinput("bench", keys=range(1, 100))
    found = {"no module": cost(keyboard), "EVIOCGRAB": cost(keyboard, "grab")}
    inhibit(keyboard, "1")
    found["inhibited"] = cost(keyboard, arrives=False)
    inhibit(keyboard, "0")
    run("modprobe", "regiongate")
    found["open"] = cost(keyboard)
    rows.profile(input={"keyboard": "emergency"})
    run(*RESTRICT)
    found["held back"] = cost(keyboard, arrives=False)
    run(*RELEASE)
    found["delivered to VT and reader"] = cost(keyboard)
    return found


def main():
    for who, value in costs().items():
        row("keys", "key", who, value, "instructions")


if __name__ == "__main__":
    main()
