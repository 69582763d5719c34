#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two processors at once: the profile is swapped under full load, and what is sent a
second by one and by two. Under emulation the latter tells little: the processors of
a machine are threads of a program, and whether they share a line costs nothing."""
import json
import os
import subprocess
import sys

import packets
import rows
from rows import HERE, RELEASE, RESTRICT, row, run

FRAMES, SENDERS, SWAPS_MIN = 400_000, 2, 20


def senders(number, count):
    return [subprocess.Popen([os.path.join(HERE, "ticks"), "flood", packets.LINK, packets.LISTED,
                              str(packets.PORT), str(count)], stdout=subprocess.PIPE)
            for _ in range(number)]


def nanoseconds(running):
    """What a packet took each of them."""
    out = [int(one.communicate()[0]) for one in running]
    if any(one.returncode for one in running):
        sys.exit("a sender failed")
    return out


def rate(number):
    return round(sum(1e9 / took for took in nanoseconds(senders(number, FRAMES // 4))))


def counters():
    for dev in json.loads(run("regiongate", "device", "--json"))["devices"]:
        if dev["name"] == packets.LINK:
            return dev["tx_passed"], dev["tx_dropped"]
    sys.exit("the link is not there")


def swapped_under_load():
    """(swaps, frames passed, frames dropped) of profiles that all have the flow."""
    before = counters()
    running, swaps = senders(SENDERS, FRAMES), 0
    while any(one.poll() is None for one in running):
        flows = packets.many_flows() if swaps % 2 else [packets.FLOW]
        rows.profile(net={"wwan": "emergency"}, flows=flows)
        swaps += 1
    nanoseconds(running)
    after = counters()
    return swaps, after[0] - before[0], after[1] - before[1]


def main():
    packets.tun()
    run("modprobe", "regiongate")
    for number in 1, 2:
        row("threads", "open", f"senders: {number}", rate(number), "/s")
    rows.profile(net={"wwan": "emergency"}, flows=[packets.FLOW])
    run(*RESTRICT)
    for number in 1, 2:
        row("threads", "allowed", f"senders: {number}", rate(number), "/s")
    swaps, passed, dropped = swapped_under_load()
    run(*RELEASE)
    if swaps < SWAPS_MIN or passed + dropped != SENDERS * FRAMES:
        sys.exit(f"{swaps} swaps while {passed} frames passed and {dropped} were dropped")
    case = "swap of the profile under load"
    row("threads", case, "swaps", swaps, "count")
    row("threads", case, "frames passed", passed, "count")
    row("threads", case, "allowed frames dropped", dropped, "count")


if __name__ == "__main__":
    main()
