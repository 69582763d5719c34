#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""No operation costs more than bench/baseline.json says.

Debian's kernels change, and libraries with the suite: so what counts is the difference
to the same operation without the module, or of a drop to tc's, in the same run. It may
not grow by more than 3 % of the committed count; nor, as that is much for a packet, may
what the module itself adds to it, or one more link or keyboard, by more than 15 %, as
compilers differ. Who means it to cost more runs "tests/bench/run baseline" and commits
what that writes.
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../fixtures"))

import baseline  # noqa: E402
import ktap  # noqa: E402
import rows  # noqa: E402

TOTAL, ADDED = 1.03, 1.15
# The counter is right to this many from one machine to the next.
RESOLUTION = 4


def committed():
    with open(os.path.join(HERE, "baseline.json"), encoding="utf-8") as file:
        known = json.load(file)
    if rows.KERNEL not in known:
        raise ktap.Skip(f"bench/baseline.json has no counts of Linux {rows.KERNEL}")
    return known[rows.KERNEL]


def counts_instructions():
    done = subprocess.run([os.path.join(HERE, "ticks"), "loop"], stdout=subprocess.PIPE,
                          check=True)
    return abs(int(done.stdout.split()[0]) - 20000) < 100


def named(name, who):
    return f"{name.split(':')[0]}: {who}"


def over_peer(name, counts):
    """What an operation takes more than the one that it is compared with."""
    if name.startswith("each: "):
        return counts[name]
    who = {"held back": baseline.INHIBITED, "no flows": baseline.DROP}.get(
        name.split(": ")[1], baseline.DROP if "list miss" in name else "no module")
    return counts[name] - counts[named(name, who)]


def added(name, counts):
    """What the module adds; of a list miss, what its look at the packet adds."""
    if "list miss" in name:
        return counts[name] - counts[named(name, "no flows")]
    return over_peer(name, counts)


def too_dear(name, then, now):
    """What is wrong with a count, or None."""
    more = over_peer(name, now) - over_peer(name, then)
    # One more link or keyboard is a difference itself, and as such less exact.
    if more > (TOTAL - 1) * then[name] + RESOLUTION and not name.startswith("each: "):
        return f"{name}: {now[name]} instructions, {then[name]} in bench/baseline.json"
    before = added(name, then)
    if before >= 0 and added(name, now) > ADDED * before + RESOLUTION:
        return f"{name}: adds {added(name, now)} instructions, {before} in bench/baseline.json"
    return None


def what_the_module_does_costs_no_more_than_the_baseline():
    then = committed()
    if not counts_instructions():
        raise ktap.Skip("this machine does not count instructions (tests/vm/run --icount does)")
    now = baseline.counts()
    for name, value in now.items():
        print(f"# {name}: {value} ({then.get(name)})")
    assert now.keys() == then.keys(), \
        f"bench/baseline.json is of other operations: {sorted(now.keys() ^ then.keys())}"
    wrong = [why for name in now if (why := too_dear(name, then, now))]
    assert not wrong, "\n".join(wrong)


def the_guard_would_notice():
    """a count of 4 % more, and a module that adds a fifth more, are noticed"""
    then = {"tx: no module": 3000, "tx: tc matchall drop": 2750, "tx: allowed": 3300,
            "tx: no flows": 2700, "tx: list miss": 2800, "key: no module": 4000,
            "key: inhibited": 1000, "key: held back": 2500, "each: link": 4000}
    for change, seen in (({}, False), ({"tx: allowed": 3340}, False),
                         ({"tx: allowed": 3360}, True), ({"tx: list miss": 2830}, True),
                         ({"tx: no flows": 2800, "tx: list miss": 2900}, True),
                         ({"tx: no module": 3100, "tx: allowed": 3400}, False),
                         ({"key: held back": 2590}, True), ({"each: link": 4500}, False),
                         ({"each: link": 4700}, True)):
        now = {**then, **change}
        wrong = [name for name in now if too_dear(name, then, now)]
        assert bool(wrong) == seen, (change, wrong)


ktap.main([the_guard_would_notice, what_the_module_does_costs_no_more_than_the_baseline])
