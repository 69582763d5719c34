#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile is swapped while two processors send and receive as fast as they can.

How it scales over processors is not measured: those of an emulated machine are threads
of a program, to which it is nothing whether they share a line. tests/bench/locked.py
looks for what would make them wait for one another.
"""
import json
import os
import subprocess
import sys

import packets
import rows
from rows import HERE, RELEASE, RESTRICT, row, run

FRAMES, PROCESSORS, SWAPS_MIN = 400_000, 2, 20


def busy(fd, processor, way):
    """A process on one processor."""
    own = {"tx": ["flood", packets.LINK, packets.LISTED, str(packets.PORT), str(FRAMES)],
           "rx": ["pour", str(fd), packets.LISTED, str(packets.PORT), packets.OWN,
                  str(FRAMES)]}[way]
    return subprocess.Popen(["taskset", "-c", str(processor), os.path.join(HERE, "ticks"), *own],
                            pass_fds=[fd], stdout=subprocess.DEVNULL)


def counters(way):
    for dev in json.loads(run("regiongate", "device", "--json"))["devices"]:
        if dev["name"] == packets.LINK:
            return dev[f"{way}_passed"], dev[f"{way}_dropped"]
    sys.exit("the link is not there")


def swapped_under_load(fd, way):
    """(swaps, frames passed, frames dropped) of profiles that all have the flow."""
    before = counters(way)
    running, swaps = [busy(fd, cpu, way) for cpu in range(PROCESSORS)], 0
    while any(one.poll() is None for one in running):
        flows = packets.many_flows() if swaps % 2 else [packets.FLOW]
        rows.profile(net={"wwan": "emergency"}, flows=flows)
        swaps += 1
    after = counters(way)
    passed, dropped = after[0] - before[0], after[1] - before[1]
    if any(one.returncode for one in running) or swaps < SWAPS_MIN or \
            passed + dropped != PROCESSORS * FRAMES:
        sys.exit(f"{swaps} swaps while {passed} frames passed and {dropped} were dropped")
    return swaps, passed, dropped


def main():
    fd = packets.tun()
    run("modprobe", "regiongate")
    rows.profile(net={"wwan": "emergency"}, flows=[packets.FLOW])
    run(*RESTRICT)
    for way in "tx", "rx":
        found = swapped_under_load(fd, way)
        for who, value in zip(("swaps", "frames passed", "allowed frames dropped"), found):
            row("threads", f"swap of the profile under load, {way}", who, value, "count")
    run(*RELEASE)


if __name__ == "__main__":
    main()
