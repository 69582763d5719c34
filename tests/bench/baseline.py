#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints what the module's operations cost, as bench/baseline.json keeps it."""
import json

import input as keyboards
import keys
import packets
import switching
from rows import run

# What is dropped, or lets nothing through, is compared with these.
DROP, INHIBITED = "tc matchall drop", "inhibited"


def counts():
    """{"case: who": instructions} of what the module has a part in, of what that is
    compared with, and of one more link or keyboard."""
    fd = packets.tun()
    found = packets.peers(fd, [DROP])
    found.update(packets.ours(fd))
    out = {f"{case}: {who}": value for (case, who), value in found.items()}
    run("modprobe", "-r", "regiongate")
    out.update((f"key: {who}", value) for who, value in keys.costs().items()
               if who in ("no module", INHIBITED, "open", "held back"))
    out["each: keyboard"] = keyboards.each_keyboard(100, 300)
    run("modprobe", "-r", "regiongate")
    run("modprobe", "vcan")
    out["each: link"] = switching.each_link(100, 400)
    return out


if __name__ == "__main__":
    print(json.dumps(counts()))
