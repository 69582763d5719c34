#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the locked instructions on the module's packet path, in its machine code.

usage: tests/bench/locked.py [MODULE.ko...]    default: of each of RG_KERNELS, built first

A locked instruction has a lock prefix, or is xchg with memory. Counted is every one in
hook_rx and hook_tx and in whatever of the module they call or jump to, run or not: cold
parts and what a static key skips included. Not counted is what lies outside: the
kernel's functions (shown on stderr), and with them the tracepoint's probe, which runs
only while somebody traces. What is called by pointer cannot be followed, and is refused.
"""
import collections
import json
import os
import re
import subprocess
import sys

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../.."))
ROOTS = ("hook_rx", "hook_tx")
LOCKED = re.compile(r"\block\s|\bxchg[bwlq]?\s(?!\s*%\w+,%\w+$)")
JUMP = re.compile(r"(?:call|jmp|j[a-z]+)q?\s+([0-9a-f]+)\b")
PROBE = "__SCT__tp_func_"     # the way from a tracepoint to who traces
POINTER = re.compile(r"(?:call|jmp)q?\s+\*")
HEAD = re.compile(r"([0-9a-f]+) <(.+)>:$")
LINE = re.compile(r"\s+([0-9a-f]+):\t(.*)$")
RELOCATION = re.compile(r"\s+[0-9a-f]+: R_X86_64_(?:PLT32|PC32)\t(.+?)([+-]0x[0-9a-f]+)?$")


class Code:
    """What objdump shows: functions, and where each leads."""

    def __init__(self, module):
        self.lines = collections.defaultdict(list)      # (section, start) -> instructions
        self.leads = collections.defaultdict(set)       # the same -> places and names
        self.names = {}
        self.starts = collections.defaultdict(list)
        text = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", module], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        self.read(text.splitlines())

    def read(self, lines):
        section = here = target = None
        for line in lines:
            if line.startswith("Disassembly of section "):
                section = line.split()[-1].rstrip(":")
            elif found := HEAD.match(line):
                here = (section, int(found[1], 16))
                self.names[here] = found[2]
                self.starts[section].append(here[1])
            elif found := RELOCATION.match(line):
                if target:      # of the jump before, whose own operand is nothing
                    self.leads[here].discard(target)
                    self.leads[here].add((found[1], int(found[2] or "0", 16) + 4))
                    target = None
            elif found := LINE.match(line):
                self.lines[here].append(found[2])
                jump = JUMP.match(found[2])
                target = jump and (section, int(jump[1], 16))
                if target:
                    self.leads[here].add(target)

    def function(self, place):
        """The function that a section and an offset, or a name and 0, are in."""
        name, offset = place
        if name in self.starts:
            return name, max(start for start in self.starts[name] if start <= offset)
        found = [where for where, known in self.names.items() if known == name]
        if len(found) > 1:
            sys.exit(f"locked.py: there are several {name}, and which is called is not known")
        return found[0] if found else None

    def reach(self, roots):
        """The functions that roots lead to, and the names of those that are not here."""
        todo = [self.function((root, 0)) for root in roots]
        if None in todo:
            sys.exit(f"locked.py: not both of {', '.join(roots)} are there")
        seen, outside = set(), set()
        while todo:
            here = todo.pop()
            if here in seen:
                continue
            seen.add(here)
            for place in self.leads[here]:
                found = self.function(place)
                name = self.names.get(found, place[0])
                if found and not name.startswith(PROBE):
                    todo.append(found)
                else:
                    outside.add(name)
        return seen, outside


def count(module):
    """How many, told on stderr where they are and what was passed over."""
    code = Code(module)
    seen, outside = code.reach(ROOTS)
    lines = [(code.names[here], line) for here in seen for line in code.lines[here]]
    if unknown := [name for name, line in lines if POINTER.match(line)] + \
            [name for name in outside if name.startswith("__x86_indirect_thunk")]:
        sys.exit(f"locked.py: calls by pointer cannot be followed: {', '.join(unknown)}")
    locked = [(name, line) for name, line in lines if LOCKED.search(line)]
    print(f"{module}: {len(lines)} instructions in {len(seen)} functions: ",
          ", ".join(sorted(code.names[here] for here in seen)), "; outside of the module: ",
          ", ".join(sorted(outside)), *("\n  %s: %s" % one for one in locked),
          sep="", file=sys.stderr)
    return len(locked)


def build(kernel):
    """The module for that kernel."""
    folder = subprocess.run([os.path.join(TOP, "tests/vm/kernel"), kernel], check=True,
                            stdout=subprocess.PIPE, text=True).stdout.strip()
    subprocess.run(["make", "-s", "-C", TOP, "modules", f"KDIR={folder}/build/kdir", "KCC=gcc"],
                   check=True, stdout=sys.stderr)
    with open(os.path.join(folder, "release"), encoding="ascii") as file:
        return os.path.join(TOP, "build/kmod", file.read().strip(), "regiongate.ko")


def main():
    kernels = os.environ.get("RG_KERNELS", "6.12 6.1").split()
    for module in sys.argv[1:] or map(build, kernels):
        release = os.path.basename(os.path.dirname(os.path.realpath(module)))
        print(json.dumps({"part": "threads", "kernel": ".".join(release.split(".")[:2]),
                          "case": "locked instructions on the packet path",
                          "who": "regiongate", "value": count(module), "unit": "count"}))


if __name__ == "__main__":
    main()
