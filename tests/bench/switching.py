#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: switching.py [wall | LINKS...]

What it costs to gate and to release many links, beside what else closes links.
Instructions of the whole machine; with "wall" times, for a machine whose clock is real.
The links are vcan: of a class that is gated, and made in numbers without hardware.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import floor
from rows import HERE, RELEASE, RESTRICT, profile, rest, row, run
import rgnl

PART = "switching"
LINKS = (100, 1000, 10000)
PEERS_MAX = 1000
CHAIN_MAX = 250                # nft takes at most 256 devices a chain
PASSES = 2                     # they differ by less than one in a hundred
WALL_PASSES = 3
DIR = tempfile.mkdtemp()


def case(count):
    return f"{count} link" + "s" * (count != 1)


def script(name, lines):
    """A file of these lines, for a program that reads its commands from one."""
    path = os.path.join(DIR, name)
    with open(path, "w", encoding="ascii") as file:
        file.writelines(line + "\n" for line in lines)
    return path


def links_to(have, count):
    """More links, up; the first ones are there already."""
    names = [f"can{i}" for i in range(have, count)]
    run("ip", "-batch", script("add", [f"link add {n} type vcan" for n in names]))
    run("ip", "-batch", script("up", [f"link set {n} up" for n in names]))


def chains(groups):
    """An nft script: each group's links pass nothing, in or out. A policy without
    rules is the cheapest that nft has. One rule with a set of names, in the inet
    family, would take less and stop less: not packet sockets, VLANs and bridges.
    """
    out = ["table netdev bench {"]
    for i, group in enumerate(groups):
        names = ", ".join(f'"{name}"' for name in group)
        for hook in ("ingress", "egress"):
            out.append(f"chain {hook}{i} {{ type filter hook {hook} devices = {{ {names} }} "
                       "priority -500; policy drop; }")
    return out + ["}"]


class Loaded:
    """The module is there."""

    def __enter__(self):
        run("modprobe", "regiongate")

    def __exit__(self, *unused):
        run("modprobe", "-r", "regiongate")


def peers(count):
    """(who does it and undoes it, its command, the command that undoes it)."""
    names = [f"can{i}" for i in range(count)]
    unset = ["nft", "delete table netdev bench"]

    def batch(state):
        return ["ip", "-batch", script(state, [f"link set {n} {state}" for n in names])]

    def nft(size):
        groups = [names[i:i + size] for i in range(0, count, size)]
        return ["nft", "-f", script(f"nft{size}", chains(groups))]
    return [("ip -batch down", "ip -batch up", batch("down"), batch("up")),
            *[(f"nft, two chains {what}: set", f"nft, two chains {what}: unset", nft(size), unset)
              for what, size in (("for 250 links", CHAIN_MAX), ("a link", 1))]]


def gate(action):
    """As of peers(), by the gate."""
    return f"gate, {action}", f"release, {action}", RESTRICT, RELEASE


def least(do, undo, passes):
    """The least that each of two commands costs, of some passes."""
    return [min(costs) for costs in zip(*[(rest(*do), rest(*undo)) for _ in range(passes)])]


def of_links(count):
    """Rows of a number of links that are there; the others' without the module."""
    for peer in peers(count) if count <= PEERS_MAX else ():
        show(count, *peer)
    with Loaded():
        for action in ("emergency", "down"):
            profile(net={"other": action})
            show(count, *gate(action))
        if count == PEERS_MAX:
            show_floor(count)


def show_floor(count):
    profile(net={"other": "emergency"})
    hooks, own = floor.of_one_link(count)
    row(PART, "floor", "kernel's hooks of one link", hooks, "instructions")
    row(PART, "floor", "module's own part of one link", own, "instructions")


def show(count, does, undoes, do, undo):
    passes = PASSES if count <= PEERS_MAX else 1
    for who, cost in zip((does, undoes), least(do, undo, passes)):
        row(PART, case(count), who, cost, "instructions")


def notice_end():
    """What the machine runs when a notice ends, all else being at rest."""
    run(*RESTRICT, "--notice", "1s")
    try:
        return int(run(os.path.join(HERE, "rest"), "wait", "1200"))
    finally:
        run(*RELEASE)


def commands():
    """Round trips, and a notice's end, with one link to be closed."""
    profile(net={"other": "emergency"})
    show(1, *gate("emergency"))
    row(PART, "command", "gate-get", int(run(os.path.join(HERE, "gateget"), "1000")),
        "instructions")
    row(PART, "command", "gate-get by the CLI", min(rest("regiongate", "status")
                                                    for _ in range(PASSES)), "instructions")
    row(PART, "command", "notice to enforcement",
        statistics.median(notice_end() for _ in range(3)), "instructions")


def ms(command):
    """How long a command takes."""
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - began) * 1000


def lateness():
    """By how much the word of a notice's end comes after it is due, at most; us."""
    client = rgnl.Client(listen=True)
    began = time.monotonic()
    client.restrict(notice=200)
    client.events(until=lambda gate: gate["MODE"] == rgnl.RESTRICTED)
    late = time.monotonic() - began - 0.2
    client.release()
    client.close()
    return late * 1e6


def wall(count):
    """Times of the same commands: medians."""
    links_to(0, 1)
    with Loaded():
        profile(net={"other": "emergency"})
        row(PART, "command", "notice to enforcement, late",
            round(statistics.median(lateness() for _ in range(WALL_PASSES))), "us")
    links_to(1, count)
    for peer in peers(count):
        show_times(count, *peer)
    with Loaded():
        for action in ("emergency", "down"):
            profile(net={"other": action})
            show_times(count, *gate(action))


def show_times(count, does, undoes, do, undo):
    took = zip(*[(ms(do), ms(undo)) for _ in range(WALL_PASSES)])
    for who, times in zip((does, undoes), took):
        row(PART, case(count), f"{who}, wall time", round(statistics.median(times), 1), "ms")


def each_link(few, many):
    """Instructions to close and open one more link, from few to many of them."""
    costs = []
    for have, count in (0, few), (few, many):
        links_to(have, count)
        with Loaded():
            profile(net={"other": "emergency"})
            costs.append(sum(least(RESTRICT, RELEASE, PASSES)))
    return round((costs[1] - costs[0]) / (many - few))


def main(args):
    run("modprobe", "vcan")
    if args == ["wall"]:
        wall(PEERS_MAX)
        return
    links_to(0, 1)
    with Loaded():
        commands()
    have = 1
    for count in [int(arg) for arg in args] or LINKS:
        links_to(have, count)
        have = count
        of_links(count)


if __name__ == "__main__":
    main(sys.argv[1:])
