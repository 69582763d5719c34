# SPDX-License-Identifier: GPL-2.0-or-later
"""What of an operation is the kernel's own, so that no module could take less.

The kernel's tracer tells how long each call of a function took. Its clock runs by the
processor's counter, thus a nanosecond is an instruction. Nothing within is traced, and
what tracing itself takes is that of writing to /dev/null, so that what is left is
rather too little.
"""
import re

from rows import RELEASE, RESTRICT, run

TRACING = "/sys/kernel/tracing/"
HOOKS = "nf_register_net_hooks", "nf_unregister_net_hooks"
SETTLING = "settle_hooks", "announce"   # the module's functions for one link
CONSOLE = "kbd_start"                   # the console's, for one keyboard
NOTHING = "write_null"


def write(name, text):
    with open(TRACING + name, "w", encoding="ascii") as file:
        file.write(text)


def durations(functions):
    """{function: [nanoseconds]} of what was traced."""
    found = {name: [] for name in functions}
    with open(TRACING + "trace", encoding="ascii") as file:
        for line in file:
            if got := re.search(r"([\d.]+) us\s*\|\s*(\w+)(?: \[\w+\])?\(", line):
                found[got[2]].append(round(float(got[1]) * 1000))
    return found


def traced(*functions):
    """{function: instructions of all its calls} while all that a profile gates is
    closed and opened."""
    write("set_ftrace_filter", " ".join((*functions, NOTHING)))
    write("buffer_size_kb", "8192")
    write("current_tracer", "function_graph")
    try:
        run(*RESTRICT)
        run(*RELEASE)
        with open("/dev/null", "wb", buffering=0) as file:
            for _ in range(10):
                file.write(b"nothing")
        found = durations((*functions, NOTHING))
    finally:
        write("current_tracer", "nop")
        write("set_ftrace_filter", "")
    assert all(found.values()), f"never called: {[n for n, took in found.items() if not took]}"
    nothing = min(found.pop(NOTHING))
    return {name: sum(took) - nothing * len(took) for name, took in found.items()}


def of_one_link(links):
    """(what the kernel's hooks take, what the module's own work takes): instructions
    to close and open one of many links."""
    hooks = sum(traced(*HOOKS).values())
    settling = sum(traced(*SETTLING).values())
    return round(hooks / links), round((settling - hooks) / links)


def of_the_console():
    """Instructions that the console takes to start keyboards as they are released."""
    return traced(CONSOLE)[CONSOLE]
