#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""regiongate monitor: each event once, in order, as it happened."""
import json
import signal
import subprocess
import tempfile

import rgcli
import rgdev
from rgcli import CLI, REASON, done, status, until

RMEM = "/proc/sys/net/core/rmem_default"


class Monitor:
    """A monitor that runs, and the lines that it printed."""

    def __init__(self, *more):
        self.out = tempfile.NamedTemporaryFile()
        self.process = subprocess.Popen([CLI, "monitor", *more],
                                        stdout=self.out)
        until(lambda: self.text().endswith("\n"))

    def text(self):
        # A file of our own: with a shared one our reading would move its writing.
        with open(self.out.name, encoding="utf-8") as file:
            return file.read()

    def events(self):
        # The last line may still be on its way.
        return [json.loads(x) for x in self.text().splitlines(True) if x.endswith("\n")]

    def wait(self, test):
        until(lambda: any(test(e) for e in self.events()))

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=20) == 0
        return self.events()


def gate_of(event):
    return event.get("gate") or {}


def test_sequence():
    """restrict on trial, confirm, window, release: one line each, in order"""
    m = Monitor("--json")
    first = done("restrict", *REASON, "--lease", "10m", "--confirm", "1m",
                 "--json").json()["generation"]
    done("confirm")
    done("emergency", "start", "--length", "1m")
    done("emergency", "stop")
    done("release")
    m.wait(lambda e: gate_of(e).get("generation", 0) >= first + 2)
    got = [(e["event"], g["mode"], g["trial"], g["emergency"]["open"])
           for e in m.end() if (g := e.get("gate"))]
    assert got == [("state", "open", False, False),
                   ("gate", "restricted", True, False),
                   ("gate", "restricted", False, False),
                   ("emergency", "restricted", False, True),
                   ("emergency", "restricted", False, False),
                   ("gate", "open", False, False)], got


def test_shape():
    """an event's gate is what status tells"""
    m = Monitor("--json")
    done("restrict", *REASON, "--lease", "10m", "--evidence", "a fix")
    m.wait(lambda e: e["event"] == "gate")
    event = [e for e in m.end() if e["event"] == "gate"][0]
    assert list(event) == ["event", "at_ms", "gate"]
    now = status()
    for key, value in event["gate"].items():
        if key not in ("until", "lease_left_ms", "age_ms"):
            assert now[key] == value, key
    assert now["lease_left_ms"] <= event["gate"]["lease_left_ms"]


def test_devices():
    """each gated device is told once on closing and once on opening"""
    keyboard = rgdev.keyboard()
    m = Monitor("--json")
    done("restrict", *REASON, "--lease", "10m")
    gated = {(d["kind"], d["id"]) for d in
             done("device", "--json").json()["devices"]
             if "gated" in d["flags"]}
    assert ("input", keyboard.id) in gated
    done("release")
    m.wait(lambda e: e["event"] == "gate" and gate_of(e)["mode"] == "open")
    got = [e["device"] for e in m.end() if e["event"] == "device"]
    for what in ("gated", "opened"):
        told = [(d["kind"], d["id"]) for d in got if d["event"] == what]
        assert sorted(told) == sorted(gated), what


def test_lease_end():
    """what nobody commanded is told too, with its cause"""
    m = Monitor("--json")
    done("restrict", *REASON, "--lease", "1s")
    m.wait(lambda e: gate_of(e).get("initiator") == "lease")
    last = m.end()[-1]["gate"]
    assert (last["mode"], last["initiator"]) == ("open", "lease")


def with_small_sockets(start):
    """Run start() while new sockets hold only a few events."""
    with open(RMEM, encoding="ascii") as file:
        usual = file.read()
    try:
        with open(RMEM, "w", encoding="ascii") as file:
            file.write("16384")
        return start()
    finally:
        with open(RMEM, "w", encoding="ascii") as file:
            file.write(usual)


def test_lost():
    """events that were lost are said to be, and the state is read again"""
    m = with_small_sockets(lambda: Monitor("--json"))
    m.process.send_signal(signal.SIGSTOP)
    for _ in range(60):
        done("emergency", "start", "--length", "1m")
        if dropped(m.process.pid):
            break
    assert dropped(m.process.pid), "the socket was never full"
    m.process.send_signal(signal.SIGCONT)
    m.wait(lambda e: e["event"] == "lost")
    until(lambda: m.events()[-1]["event"] == "state")
    assert m.end()[-1]["gate"]["emergency"]["open"]


def dropped(pid):
    """Drops of the event sockets (those with groups) of @pid."""
    with open("/proc/net/netlink", encoding="ascii") as file:
        rows = [x.split() for x in file.readlines()[1:]]
    inodes = subprocess.run(["sh", "-c", f"ls -l /proc/{pid}/fd"], text=True,
                            capture_output=True, check=True).stdout
    return sum(int(r[8]) for r in rows if f"socket:[{r[9]}]" in inodes)


def test_reload():
    """the module's unloading and loading are told, and then its events"""
    m = Monitor("--json")
    subprocess.run(["modprobe", "-r", "regiongate"], check=True)
    m.wait(lambda e: e["event"] == "gone")
    subprocess.run(["modprobe", "regiongate"], check=True)
    m.wait(lambda e: e["event"] == "back")
    done("restrict", *REASON, "--lease", "10m")
    m.wait(lambda e: e["event"] == "gate")
    assert [e["event"] for e in m.end() if e["event"] != "device"] == [
        "state", "gone", "back", "state", "gate"]


def test_words():
    """without --json each event is a line of words"""
    m = Monitor()
    done("restrict", *REASON, "--lease", "10m")
    until(lambda: "Restricted: " in m.text())
    m.process.send_signal(signal.SIGINT)
    assert m.process.wait(timeout=20) == 0
    assert "Open: nothing is restricted. (by " in m.text()


rgcli.main(globals(), rgcli.gate_open)
