#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: size.py

Memory that the module needs for each device, its own size, and what it costs to load it.

Memory is that of the slabs' objects in use and of the per-CPU allocator, for one
processor; "a link" is what the module, loaded and open, needs for one: the difference
between many and few of them, so that what it needs once is no part of it. Allocations
in pages of their own are in no slab; the module has none for a device.
"""
import glob
import os
import resource
import struct
import sys
import time

from rows import RELEASE, RESTRICT, profile, rest, row, run

sys.path.insert(0, sys.path[0] + "/../input")
import rgdev  # noqa: E402

PART = "size"
LINKS = 100, 1100
BOARDS = 50, 550
LOADS = 3
NOISE = 32                     # bytes a device, by what else the kernel takes or gives back
READINGS = 6
BATCH_S = 8                    # the kernel frees in batches, seconds later; asleep, time is free
SHF_ALLOC = 2


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def used():
    """Bytes in use now."""
    for path in glob.glob("/sys/kernel/slab/*/shrink"):
        if not os.path.islink(os.path.dirname(path)):
            write(path, "1")       # what a processor keeps at hand counts as in use
    slabs = [line.split() for line in read("/proc/slabinfo").splitlines()[2:]]
    (percpu,) = [line.split()[1] for line in read("/proc/meminfo").splitlines()
                 if line.startswith("Percpu:")]
    return sum(int(s[1]) * int(s[3]) for s in slabs) + int(percpu) * 1024


def settled():
    """The least of some readings: what waits to be freed, our own leavings too, only adds."""
    readings = []
    for _ in range(READINGS):
        time.sleep(BATCH_S)
        readings.append(used())
    return min(readings)


def phases(**classes):
    """What the module takes as it comes, and as it gates, with the devices there are."""
    before = settled()
    run("modprobe", "regiongate")
    profile(**classes)
    loaded = settled()
    run(*RESTRICT)
    gated = settled()
    run(*RELEASE)
    run("modprobe", "-r", "regiongate")
    return loaded - before, gated - loaded


def each(article, what, counts, make, **classes):
    """Rows of one more device of a kind, beside many."""
    made, taken = 0, []
    for count in counts:
        make(made, count)
        made = count
        taken.append(phases(**classes))
    few, many = taken
    for who, less, more in zip((f"{article} {what}", f"a gated {what} more"), few, many):
        size = round((more - less) / (counts[1] - counts[0]))
        row(PART, "memory", who, size if size > NOISE else 0, "bytes")


def links(have, count):
    batch = "".join(f"link add can{i} type vcan\nlink set can{i} up\n"
                    for i in range(have, count))
    write("/tmp/links", batch)
    run("ip", "-batch", "/tmp/links")


BOARDS_MADE = []


def boards(have, count):
    BOARDS_MADE.extend(rgdev.keyboard(f"board {i}") for i in range(have, count))


def sections(data):
    """(name, flags, kind, size) of each section of an ELF file."""
    at, = struct.unpack_from("<Q", data, 40)
    size, count, strings = struct.unpack_from("<HHH", data, 58)
    heads = [struct.unpack_from("<IIQQQQ", data, at + i * size) for i in range(count)]
    names = heads[strings][4]
    for name, kind, flags, _, _, length in heads:
        start = names + name
        yield data[start:data.index(b"\0", start)].decode(), flags, kind, length


def file_sizes():
    """Rows of the module's file, with what strip --strip-debug would take away left out."""
    with open(run("modinfo", "-n", "regiongate").strip(), "rb") as file:
        data = file.read()
    debug = sum(size for name, _, _, size in sections(data)
                if name.startswith((".debug_", ".rela.debug_")))
    row(PART, "module", "file", len(data) - debug, "bytes")
    kept = [(name, size) for name, flags, _, size in sections(data)
            if flags & SHF_ALLOC and not name.startswith((".init", ".exit"))]
    row(PART, "module", "text+data", sum(size for _, size in kept), "bytes")


def loads():
    """Rows of what it costs to load and to unload; first from a file not read before."""
    load, unload = zip(*[(rest("modprobe", "regiongate"), rest("modprobe", "-r", "regiongate"))
                         for _ in range(LOADS)])
    for who, cost in (("modprobe", load[0]), ("modprobe, again", min(load)),
                      ("modprobe -r", min(unload))):
        row(PART, "load", who, cost, "instructions")


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    loads()
    file_sizes()
    run("modprobe", "regiongate")
    row(PART, "module", "as loaded, in pages", int(read("/sys/module/regiongate/coresize")), "bytes")
    run("modprobe", "-r", "regiongate")
    run("modprobe", "vcan")
    each("a", "link", LINKS, links, net={"other": "emergency"})
    run("modprobe", "-r", "vcan")
    each("an", "input device", BOARDS, boards, input={"keyboard": "emergency"})


main()
