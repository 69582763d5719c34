# SPDX-License-Identifier: GPL-2.0-or-later
"""What of gating a link the kernel itself takes, so that no module could take less.

The kernel's tracer tells how long each registering and unregistering of the hooks took.
Its clock runs by the processor's counter, thus a nanosecond is an instruction. No
other function within is traced, and what tracing itself takes is that of writing to
/dev/null, so that what is left is rather too little.
"""
import re

from rows import RELEASE, RESTRICT, run

TRACING = "/sys/kernel/tracing/"
HOOKS = "nf_register_net_hooks", "nf_unregister_net_hooks"
NOTHING = "write_null"


def write(name, text):
    with open(TRACING + name, "w", encoding="ascii") as file:
        file.write(text)


def durations():
    """{function: [nanoseconds]} of what was traced."""
    found = {name: [] for name in (*HOOKS, NOTHING)}
    with open(TRACING + "trace", encoding="ascii") as file:
        for line in file:
            if got := re.search(r"([\d.]+) us\s*\|\s*(\w+)\(", line):
                found[got[2]].append(round(float(got[1]) * 1000))
    return found


def hooks_of_one_link(links):
    """Instructions that the kernel takes to add and remove the hooks of one of many
    links, all of which the profile gates."""
    write("set_ftrace_filter", " ".join((*HOOKS, NOTHING)))
    write("buffer_size_kb", "8192")
    write("current_tracer", "function_graph")
    try:
        run(*RESTRICT)
        run(*RELEASE)
        with open("/dev/null", "wb", buffering=0) as file:
            for _ in range(10):
                file.write(b"nothing")
        found = durations()
    finally:
        write("current_tracer", "nop")
        write("set_ftrace_filter", "")
    nothing = min(found.pop(NOTHING))
    for name, took in found.items():
        assert len(took) >= links, (name, len(took))
    return sum(sum(took) // len(took) - nothing for took in found.values())
