#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What regiongated takes: memory, wake-ups while nothing happens, and a decision.

usage: kselftest/bench/helper.py    in a machine of tests/vm/run --icount

Prints rows of the part "helper" as JSON Lines. All of regiongated's settings are the
default ones, but for the mode "enforce", a receiver that speaks gpsd's protocol from
here, and a file with our address. ModemManager is there with one modem; the rule wants
position and network, without dwell and notice.
resident    smaps_rollup after the first evidence: its own is what is private
idle        how often it ran in an hour in which no source has anything to tell
decide      instructions of the whole machine from the receiver's saying a position, which
            tips the decision, until the gate's event is heard: the first time, then the
            least of several; a keyboard is gated. And the same for a position elsewhere.
"""
import json
import os
import re
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "helper"))

import lab  # noqa: E402
import rgnl  # noqa: E402
from rows import row  # noqa: E402

TEHRAN, OSLO = (35.69, 51.39), (59.91, 10.75)
IRAN, NORWAY = "43211", "24201"     # a network of each
ADDRESS = "2.176.0.5"               # of Iran
FOLDER = "/run/bench"
HOUR, TIMES = 3600, 8
POLICY = {
    "schema": "regiongate-policy/1", "id": "bench", "version": 1, "contact": {"phone": "1"},
    "rules": [{
        "name": "prohibited", "when": {"location": ["IR"]}, "score": 6, "classes": 2,
        "dwell": "0s", "hysteresis": "0s", "notice": "0s", "lease": "1d",
        "text": {"en": "This device may not be used in this region."},
    }],
}


class Receiver:
    """gpsd, as regiongated sees it; silent unless told to say something."""

    def __init__(self, path):
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.server.bind(path)
        self.server.listen(1)
        self.server.settimeout(lab.LIMIT)
        self.conn = None

    def accept(self):
        self.conn = self.server.accept()[0]

    @staticmethod
    def line(place):
        return json.dumps({"class": "TPV", "device": "/dev/gnss0", "mode": 3, "lat": place[0],
                           "lon": place[1], "eph": 5}, separators=(",", ":")) + "\n"

    def say(self, place):
        self.conn.sendall(self.line(place).encode("ascii"))


def helper(receiver):
    hint = os.path.join(FOLDER, "addresses")
    with open(hint, "w", encoding="ascii") as file:
        file.write(ADDRESS + "\n")
    sources = dict.fromkeys(lab.CONFIG["sources"], True)
    started = lab.Helper(policy=POLICY, config={
        "log_level": "info", "gate": {"confirm": "30s", "grace": "60s"}, "sources": {
            **sources, "gnss": {"gpsd": receiver.server.getsockname()}, "ip": {"hint": hint}}})
    receiver.accept()
    lab.until(lambda: lab.claims("ip") and lab.claims("cell"), "the address and the network")
    return started


def read(pid, name):
    with open(f"/proc/{pid}/{name}", encoding="ascii") as file:
        return file.read()


def resident(pid):
    rollup = {key: int(kb) for key, kb in re.findall(
        r"^(\w+):\s+(\d+) kB", read(pid, "smaps_rollup"), re.M)}
    row("helper", "resident", "Rss", rollup["Rss"], "kB")
    row("helper", "resident", "Pss", rollup["Pss"], "kB")
    row("helper", "resident", "own", rollup["Private_Clean"] + rollup["Private_Dirty"], "kB")


def ran(pid):
    """How often each of its threads left the processor."""
    return sum(int(number) for thread in os.listdir(f"/proc/{pid}/task")
               for number in re.findall(r"ctxt_switches:\s+(\d+)",
                                        read(pid, f"task/{thread}/status")))


def idle(pid, receiver):
    """What it still has to do is done when nothing happened for a minute or two."""
    def quiet():
        before = ran(pid)
        time.sleep(130)
        return ran(pid) == before
    lab.until(quiet, "quiet", HOUR)
    before = ran(pid)
    time.sleep(HOUR)        # what is measured is that time itself
    after = ran(pid)
    row("helper", "idle", "wake-ups an hour", after - before, "count")
    receiver.say(OSLO)
    lab.until(lambda: ran(pid) > after, "a wake-up, or they are not seen at all")


class Heard:
    """tests/bench/heard: what the machine runs from a position to the gate's event."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.client = rgnl.Client(listen=True)
        fds = receiver.conn.fileno(), self.client.sock.fileno()
        self.process = subprocess.Popen(
            [os.path.join(HERE, "heard"), *map(str, fds)], pass_fds=fds, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def to(self, place, mode):
        """The instructions until the gate told of this mode."""
        self.client.pending()
        self.process.stdin.write(Receiver.line(place))
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        assert said and lab.mode() in mode, (said, lab.mode(), lab.explain())
        return int(said)


def in_iran():
    """The network says so, and is not doubted any more."""
    lab.fixture("modem.py", "set", f"plmn={IRAN}", f"sim={IRAN}")
    lab.until(lambda: [c["regions"] for c in lab.claims("cell") if not c["why"]] == [["IR"]],
              "the other network", 200)


def decide(receiver):
    in_iran()
    heard = Heard(receiver)
    there, back = [], []
    for _ in range(TIMES):
        there.append(heard.to(TEHRAN, ("trial", "restricted")))
        lab.until(lambda: lab.mode() == "restricted", "the trial's end", 60)
        back.append(heard.to(OSLO, ("open",)))
        lab.until(lambda: lab.verdict() != "restricted", "the opening")
    print("helper.py:", there, back, file=sys.stderr)
    row("helper", "decide", "evidence to gate command", min(there), "instructions")
    row("helper", "decide", "evidence to gate command, the first time", there[0], "instructions")
    row("helper", "decide", "evidence to opening", min(back), "instructions")


def daemons():
    subprocess.run(["modprobe", "regiongate"], check=True)
    os.makedirs(FOLDER, exist_ok=True)
    lab.fixture("dbus.sh", "start")
    lab.fixture("modem.py", "start", f"plmn={NORWAY}", f"sim={NORWAY}")
    lab.fixture("dbus.sh", "modem", "modem")
    return Receiver(os.path.join(FOLDER, "gpsd"))


def main():
    receiver = daemons()
    pid = helper(receiver).process.pid
    receiver.say(OSLO)
    lab.until(lambda: lab.claims("gnss"), "the position")
    resident(pid)
    idle(pid, receiver)
    decide(receiver)


if __name__ == "__main__":
    main()
