#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: report.py ROWS OUT [PART]...

Reads what tests/bench/run measured (ROWS/PART.jsonl) and prints one table and the
targets (of each PART; default: all). Once every part was measured on each of its
kernels it also writes OUT/results.json and OUT/results.svg. Exit status 1 when a row
that a target needs is missing, or a target is missed and nothing tells its floor.
"""
import json
import os
import sys
import textwrap

import plot
import targets
from figures import RowError, Rows, number

WIDTH = 98
UNKNOWN = "unknown"
KERNELS = ["6.12", "6.1"]
PARTS = {"packets": KERNELS, "keys": KERNELS, "switching": KERNELS, "input": KERNELS,
         "helper": ["6.12"], "size": KERNELS, "threads": KERNELS, "user": [""]}


def of_links(case):
    """The 100 of "100 links"; None of a case that does not count anything."""
    words = case.split(" ")
    return int(words[0]) if len(words) == 2 and words[0].isdigit() else None


def more_column(cases, line):
    """What one more link or keyboard costs, between the two smallest numbers of them."""
    low, high = cases[:2]
    if low not in line or high not in line:
        return "-"
    return number((line[high] - line[low]) / (of_links(high) - of_links(low)))


def cell(value, base):
    """A figure, and what it is more than that of no module."""
    if value is None:
        return "-"
    if base is None:
        return number(value)
    return f"{number(value)} {'' if value == base else format(value - base, '+,.0f'):>7}"


def grid(lines, cases, noun):
    """Rows of text, the first of them the head, of {who: {case: value}}."""
    base = lines.get("no module", {})
    yield ["", *cases, *([f"one more {noun}"] if noun else [])]
    for who, line in lines.items():
        cells = [cell(line.get(case), base.get(case)) for case in cases]
        yield [who, *cells, *([more_column(cases, line)] if noun else [])]


def columns(cases):
    """The cases in their order, and the noun that they count, if they do."""
    if len(cases) < 2 or not of_links(cases[0]):
        return cases, None
    return sorted(cases, key=of_links), cases[0].split(" ")[1].removesuffix("s")


def aligned(table):
    """Lines of text; columns that do not fit follow below."""
    table = [list(line) for line in table]
    widths = [max(map(len, column)) for column in zip(*table)]
    first = 1
    while first < len(widths):
        last, used = first, 2 + widths[0]
        while last < len(widths) and (last == first or used + 2 + widths[last] <= WIDTH):
            used += 2 + widths[last]
            last += 1
        for line in table:
            yield ("  " + line[0].ljust(widths[0]) + "".join(
                "  " + line[i].rjust(widths[i]) for i in range(first, last))).rstrip()
        first = last


def block(rows):
    """The table of rows of one unit, and of cases of one kind."""
    cases = list(dict.fromkeys(row["case"] for row in rows))
    lines = {}
    for row in rows:
        lines.setdefault(row["who"], {})[row["case"]] = row["value"]
    if not rows:
        return []
    if "no module" not in lines and all(len(line) == 1 for line in lines.values()):
        # Cases that have nothing in common are no columns.
        return aligned([f"{row['case']}: {row['who']}", number(row["value"])] for row in rows)
    return aligned(grid(lines, *columns(cases)))


def section(rows, part, kernel):
    """One part's figures of one kernel, and the command that gives them again."""
    mine = [row for row in rows.list if (row["part"], row["kernel"]) == (part, kernel)]
    for unit in dict.fromkeys(row["unit"] for row in mine):
        yield f"{part}{kernel and ', Linux ' + kernel}, {unit}"
        same = [row for row in mine if row["unit"] == unit]
        yield from block([row for row in same if of_links(row["case"])])
        yield from block([row for row in same if not of_links(row["case"])])
    if mine:
        yield f"  > tests/bench/run {part}"
        yield ""


def reason(one):
    """Why a target is not met."""
    return one["note"] or ("no floor is known" if one["met"] is False else "")


def target_lines(judged, kernels):
    """The targets: a line each with each kernel's ratio, and the floors of those missed."""
    table, floors = [["targets", "limit", *kernels]], []
    for name in dict.fromkeys(one["target"] for one in judged):
        each = {one["kernel"]: one for one in judged if one["target"] == name}
        table.append([name, next(iter(each.values()))["limit"],
                      *(targets.word(each.get(kernel)) for kernel in kernels)])
        floors += [f"{kernel}, {name}: {reason(one)}"
                   for kernel, one in each.items() if reason(one)]
    yield from (line[2:] for line in aligned(table))
    if any(one["part"] in ("switching", "input") for one in judged):
        yield "(switching, input: what one more link or keyboard costs, closed and opened)"
    for floor in floors:
        yield from textwrap.wrap(floor, WIDTH, initial_indent="  ", subsequent_indent="    ")


def not_measured(rows, machine):
    """Each part and kernel without a row."""
    there = {(row["part"], row["kernel"]) for row in rows.list}
    parts = {part for part, _ in there}
    for part, kernels in PARTS.items():
        for kernel in kernels:
            # What runs on one kernel only may leave it unnamed.
            if part not in parts or len(kernels) > 1 and (part, kernel) not in there:
                yield f"{part} {kernel and 'on ' + kernel}".strip()
    if UNKNOWN in (machine["qemu"], *machine["kernels"].values()):
        yield "the versions that it ran on"


def read_line(folder, name):
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.readline().strip()
    except FileNotFoundError:
        return UNKNOWN


def write(folder, name, text):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def as_json(machine, rows, judged):
    """A row a line, sorted, so that two runs can be compared by diff."""
    def lines(objects):
        texts = [json.dumps(one, ensure_ascii=False) for one in objects]
        return "[\n" + ",\n".join(sorted(texts)) + "\n]"
    return (json.dumps(machine, sort_keys=True, indent=1)[:-2]
            + f',\n "rows": {lines(rows.tidy())},\n "targets": {lines(judged)}\n}}\n')


def verdict(judged):
    """The last line, and whether nothing is left to explain."""
    met = sum(one["met"] is True for one in judged)
    missed = [one for one in judged if one["met"] is False]
    explained = sum(one["note"] != "" for one in missed)
    print(f"{met} met, {len(missed)} missed ({explained} by a floor that is named above), "
          f"{len(judged) - met - len(missed)} not measured")
    return explained == len(missed) and not any(one["met"] is None and one["note"]
                                                for one in judged)


def show(rows, machine, parts, judged):
    print(f"QEMU {machine['qemu']}")
    for kernel, release in machine["kernels"].items():
        print(f"Linux {kernel}: {release}")
    print("Less is better, except where the unit ends in /s; signed: more than no module.\n")
    for part in parts:
        for kernel in (*KERNELS, ""):
            for line in section(rows, part, kernel):
                print(line)
    for line in target_lines(judged, KERNELS):
        print(line)
    return verdict(judged)


def main(folder, out, *asked):
    rows = Rows.read(folder, PARTS)
    parts = [part for part in PARTS if not asked or part in asked]
    machine = {"qemu": read_line(folder, "qemu"),
               "kernels": {kernel: read_line(folder, f"release-{kernel}") for kernel in KERNELS}}
    judged = targets.judge(rows, KERNELS)
    good = show(rows, machine, parts, [one for one in judged if one["part"] in parts])
    absent = list(not_measured(rows, machine))
    if absent:
        print(f"bench: results.json and results.svg stay as they are, for want of: "
              f"{', '.join(absent)}", file=sys.stderr)
        return good
    picture = plot.draw(rows, "6.12")
    write(out, "results.json", as_json(machine, rows, judged))
    write(out, "results.svg", picture)
    return good


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__.strip())
    try:
        sys.exit(0 if main(*sys.argv[1:]) else 1)
    except RowError as why:
        sys.exit(f"bench: {why}")
