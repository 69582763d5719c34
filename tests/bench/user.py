#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the library and the command line take on this machine, beside what others ship.

usage: tests/bench/user.py

Prints rows of the part "user" as JSON Lines, all else on stderr:
where        look-ups by position a second of processor time: 20,000 positions, as dense
             everywhere on the globe, on land and sea, asked once by a fresh process
where, again the same positions once more, which is quicker where answers are kept
where, load  from loading code and data to the first answer of a fresh process, ms
replay       lines of a log that regiongate replays in a second of processor time
The others are npm's, run by node: geo-tz and tz-lookup tell a time zone, country-coder a
country by a simplified border; none tells whether a border is near or who disputes a
place, as we do for each. Node's own start is not counted, nor is reading from disk. Each
figure is the best of several processes, since whatever else runs only makes it worse.
"""
import importlib.machinery
import importlib.util
import json
import math
import os
import resource
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.realpath(os.path.join(HERE, "../.."))
OUT = os.path.join(TOP, "build/bench")
NPM = os.path.join(OUT, "npm")
PEERS = ("geo-tz", "tz-lookup", "@rapideditor/country-coder")
POINTS, LINES = 20000, 300000
PROCESSES, TURNS, LOADS = 4, 2, 10


def say(*words):
    print("user.py:", *words, file=sys.stderr, flush=True)


def row(case, who, value, unit):
    print(json.dumps({"part": "user", "kernel": "", "case": case, "who": who,
                      "value": round(value, 3), "unit": unit}), flush=True)


def build():
    for folder in ("tools", "tests/bench/peers"):
        subprocess.run(["make", "--no-print-directory", "-s", "-C", os.path.join(TOP, folder)],
                       check=True, stdout=sys.stderr)
    os.environ["REGIONGATE_DATA"] = os.path.join(TOP, "data")
    os.makedirs(NPM, exist_ok=True)


def fractions():
    """The same numbers below one each time."""
    state = 1
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        yield (state >> 11) / (1 << 53)


def write_points():
    path, some = os.path.join(OUT, "points"), fractions()
    with open(path, "w", encoding="ascii") as file:
        for _ in range(POINTS):
            lat = math.degrees(math.asin(2 * next(some) - 1))
            file.write(f"{lat:.6f} {360 * next(some) - 180:.6f}\n")
    return path


def installed():
    """Whether the others are there, as the lock file says, installed if need be."""
    if not shutil.which("node") or not shutil.which("npm"):
        say("the others are left out: node and npm are not there; "
            "tests/setup setup-bench.packages installs them")
        return False
    kept = os.path.join(NPM, "node_modules", "lock")
    with open(os.path.join(HERE, "peers/package-lock.json"), encoding="utf-8") as file:
        lock = file.read()
    if os.path.exists(kept):
        with open(kept, encoding="utf-8") as file:
            if file.read() == lock:
                return True
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(os.path.join(HERE, "peers", name), NPM)
    if subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=NPM,
                      check=False, stdout=sys.stderr).returncode:
        say("the others are left out: npm could not install them")
        return False
    shutil.copy(os.path.join(NPM, "package-lock.json"), kept)
    return True


def ask(command, points, turns):
    """What one fresh process tells of itself."""
    done = subprocess.run([*command, points, str(turns)], cwd=NPM, check=True,
                          stdout=subprocess.PIPE, timeout=120)
    told = json.loads(done.stdout)
    assert told["points"] == POINTS and len(told["turns"]) == turns, told
    return told


def commands():
    """Who is asked, and how."""
    ours = {"regiongate": [os.path.join(TOP, "build/user/tests/bench/peers/where")]}
    return {**ours, **{who: ["node", os.path.join(HERE, "peers/where.js"), who]
                       for who in (PEERS if installed() else ())}}


def compare():
    """In turn, so that what else this machine does befalls all alike."""
    points, asked = write_points(), commands()
    runs = {who: [] for who in asked}
    for turns in [TURNS] * PROCESSES + [0] * LOADS:
        for who, command in asked.items():
            runs[who].append(ask(command, points, turns))
    for who, told in runs.items():
        turns = [one["turns"] for one in told if one["turns"]]
        row("where", who, POINTS * 1000 / min(one[0] for one in turns), "/s")
        row("where, again", who, POINTS * 1000 / min(one[1] for one in turns), "/s")
        row("where, load", who, min(one["load"] for one in told), "ms")


def used():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def replay():
    """The log of tests/region/million, shorter."""
    loader = importlib.machinery.SourceFileLoader(
        "million", os.path.join(TOP, "tests/region/million"))
    million = importlib.util.module_from_spec(importlib.util.spec_from_loader("million", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(million)
    log, took = os.path.join(OUT, "log.jsonl"), []
    million.write_log(log, LINES)
    for _ in range(PROCESSES):
        before = used()
        million.replay(os.path.join(TOP, "build/user/tools/regiongate"), log)
        took.append(used() - before)
    os.unlink(log)
    row("replay", "regiongate", LINES / min(took), "/s")


def main():
    if len(sys.argv) > 1:
        sys.exit(__doc__)
    build()
    compare()
    replay()


if __name__ == "__main__":
    main()
