#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints what the module's operations cost, as bench/baseline.json keeps it."""
import json

import keys
import packets
from rows import run


def counts():
    """{"case: who": instructions} of what the module has a part in, and of "no module"."""
    fd = packets.tun()
    found = {f"{case}: {who}": value for (case, who), value in packets.ours(fd).items()}
    run("modprobe", "-r", "regiongate")
    found.update((f"key: {who}", value) for who, value in keys.costs().items()
                 if who in ("no module", "open", "held back"))
    return found


if __name__ == "__main__":
    print(json.dumps(counts()))
