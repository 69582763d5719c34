# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks in a machine share: a figure as a line, and the gate."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "fixtures"))

HERE = os.path.dirname(os.path.abspath(__file__))
KERNEL = ".".join(os.uname().release.split(".")[:2])
RESTRICT = ["regiongate", "restrict", "--region", "CU", "--rule", "test",
            "--text", "A test.", "--contact", "root", "--lease", "1h"]
RELEASE = ["regiongate", "release"]
TURNS = 3000                   # as in ticks.c


def row(part, case, who, value, unit):
    """One figure, as a line of JSON."""
    print(json.dumps({"part": part, "kernel": KERNEL, "case": case, "who": who,
                      "value": value, "unit": unit}), flush=True)


def run(*command):
    """Output of a command; what it says beside that is ours too."""
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def profile(**doc):
    """Puts a profile of these classes in force."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"net": {}, "input": {}, "flows": [], "window": ["wwan"], "devices": [], **doc},
                  file)
        file.flush()
        run("regiongate", "profile", "set", file.name)


def ticks(*what, fd, arrives):
    """The least instructions of an operation (see ticks.c), all or none of which must
    get through."""
    done = subprocess.run([os.path.join(HERE, "ticks"), *what], pass_fds=[fd],
                          stdout=subprocess.PIPE, text=True, check=True)
    cost, through = map(int, done.stdout.split())
    if through != (TURNS if arrives else 0):
        sys.exit(f"{' '.join(what)}: {through} of {TURNS} got through")
    return cost


def rest(*command):
    """Instructions of all that the machine ran for a command."""
    return int(run(os.path.join(HERE, "rest"), "run", *command))
