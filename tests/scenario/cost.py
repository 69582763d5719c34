# SPDX-License-Identifier: GPL-2.0-or-later
"""What the helper costs: wake-ups, memory, and the time to its first verdict."""
import contextlib
import json
import os
import re
import time

import lab
import world
from lab import Helper
from story import policy, rule

ALL = ["gnss", "cell", "sim", "wifi", "ip", "regdom", "timezone"]
IDLE, FED = 20, 5       # seconds


def say(text):
    print("#", text, flush=True)


def read(pid, name):
    with open(f"/proc/{pid}/{name}", encoding="ascii") as file:
        return file.read()


def wakeups(pid):
    """How often it went to sleep, which is how often something woke it."""
    return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", read(pid, "status"), re.M)[1])


def woken(helper, seconds):
    before = wakeups(helper.process.pid)
    time.sleep(seconds)     # what is measured is that time itself
    return wakeups(helper.process.pid) - before


@contextlib.contextmanager
def quiet_receiver():
    """The daemons stay, and have nothing to tell."""
    pid = lab.pid_of("gnss")
    os.kill(pid, lab.signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, lab.signal.SIGCONT)


def started(*rules):
    world.hint(world.CUBAN_ADDRESS)
    helper = Helper(policy=policy(*rules), sources=[s for s in ALL if s != "ip"],
                    config={"sources": {"ip": {"hint": world.HINT}}})
    lab.until(lambda: lab.scan() and all(s["state"] == "up" for s in lab.explain()["sources"]) and
              {c["source"] for c in lab.explain()["decision"]["claims"]} >=
              {"gnss", "cell", "sim", "wifi", "ip", "regdom"}, "evidence of all sources")
    return helper


def settled(helper):
    """Nothing that it was told of is still to be done."""
    last = wakeups(helper.process.pid)

    def still():
        nonlocal last
        before, last = last, wakeups(helper.process.pid)
        return before == last
    lab.until(lambda: time.sleep(2) or still(), "quiet")


def test_idle_costs_nothing():
    """Open, with all sources and quiet daemons, nothing wakes the helper"""
    helper = started(rule(when={"location": ["IR"]}))
    assert lab.verdict() == "open"
    with quiet_receiver():
        settled(helper)
        count = woken(helper, IDLE)
    fed = woken(helper, FED)
    say(f"wake-ups while open, with quiet daemons: {count} in {IDLE} s")
    say(f"and with a receiver that reports each second: {fed} in {FED} s")
    assert count == 0, f"{count} wake-ups in {IDLE} s"
    assert 0 < fed <= 4 * FED, f"{fed} wake-ups by {FED} reports"


def mapped(pid, name):
    """Resident and whole size of the mappings of a kind of file, kB."""
    total = [0, 0]
    ours = False
    for line in read(pid, "smaps").splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            ours = name in line
        elif ours and line.startswith(("Rss:", "Size:")):
            total[line.startswith("Size:")] += int(line.split()[1])
    return total


def test_memory_and_first_verdict():
    """Memory, of which the region data is little; the first verdict within seconds"""
    began = time.time()
    helper = started(rule(dwell="1h"))
    first = json.loads(helper.decisions()[0])
    assert first["verdict"] == "watching", first
    first = first["at"] - began
    rollup = read(helper.process.pid, "smaps_rollup")
    rss, pss = (int(re.search(rf"^{key}:\s+(\d+) kB", rollup, re.M)[1])
                for key in ("Rss", "Pss"))
    there, whole = mapped(helper.process.pid, ".rgr")
    say(f"memory: Rss {rss} kB, Pss {pss} kB; of {whole} kB region data {there} kB")
    say(f"from start to the first verdict: {first:.1f} s")
    assert 0 < pss <= rss < 24 * 1024, (rss, pss)
    assert 0 < there < whole / 2, (there, whole)
    assert first < 20, first
