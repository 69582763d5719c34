#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two modems and two receivers at once: none takes anything from the other."""
import copy
import os

import lab
from lab import HAVANA, MIAMI, POLICY, Helper, fixture, until

OTHER = "/run/fixtures/other"


def receivers():
    """A gpsd with two receivers, in Havana and in Miami."""
    fixture("nmea.py", "start", *HAVANA)
    nmea = os.path.join(lab.FIXTURES, "nmea.py")
    os.environ["FIXTURES"] = OTHER
    lab.subprocess.run([nmea, "start", *map(str, MIAMI)], check=True)
    del os.environ["FIXTURES"]
    paths = [os.path.realpath(folder + "/gnss") for folder in (lab.RUN, OTHER)]
    lab.subprocess.Popen(["gpsd", "-n", "-N", *paths], stdout=lab.subprocess.DEVNULL,
                         stderr=lab.subprocess.DEVNULL)
    return paths


FIRST, SECOND = receivers()
fixture("dbus.sh", "start")
for NAME, PLMN, SIM in (("modem", "36801", "36801"), ("second", "36877", "23415")):
    lab.subprocess.run([os.path.join(lab.FIXTURES, "modem.py"), "start", NAME,
                        f"plmn={PLMN}", f"sim={SIM}", "state=home"], check=True)
fixture("dbus.sh", "modem", "modem", "second")


def seen(name):
    return {c["id"]: c["seen"] for c in lab.claims(name) if c["state"] != "stale"}


def networks(name):
    return sorted(seen(name).values())


def set_second(**settings):
    fixture("modem.py", "set", "second", *(f"{k}={v}" for k, v in settings.items()))


def test_two_receivers():
    """gnss: each is a claim of its own, and two places are doubt"""
    policy = copy.deepcopy(POLICY)
    policy["fresh"] = {"gnss": "6s"}
    Helper(sources=["gnss"], policy=policy)
    until(lambda: {c["id"]: c["regions"] for c in lab.claims("gnss")} ==
          {FIRST: ["CU"], SECOND: ["US"]}, "both places")
    assert lab.verdict() == "undetermined" and lab.mode() == "open"
    os.environ["FIXTURES"] = OTHER
    fixture("nmea.py", "move", *HAVANA)
    del os.environ["FIXTURES"]
    until(lambda: lab.mode() == "restricted", "the restriction once they agree")
    assert lab.gate()["evidence"] == ["position: CU"], lab.gate()["evidence"]


def test_two_modems():
    """cell, sim: networks and cards of both, one withdrawn without the other"""
    policy = copy.deepcopy(POLICY)
    policy["fresh"] = {"cell": "5s"}
    policy["rules"][0]["dwell"] = "1h"
    helper = Helper(sources=["sim"], policy=policy, config={"sources": {
        "cell": {"settle": "12s"}, "sim": True}})
    until(lambda: networks("cell") == ["36801", "36877"], "both networks")
    until(lambda: networks("sim") == ["23415", "36801"], "both cards")
    assert set(seen("cell")) == set(seen("sim")) and len(seen("cell")) == 2
    fixture("modem.py", "set", "state=searching")
    until(lambda: networks("cell") == ["36877"], "the first's withdrawal", 80)
    assert networks("sim") == ["23415", "36801"]
    # The first's loss took nothing from what is known of the second's cell.
    set_second(cell="56789ABD")
    until(lambda: not seen("cell"), "doubt about the second, as its operator may follow")
    until(lambda: networks("cell") == ["36877"], "the second, once it has settled")
    fixture("modem.py", "set", "state=home")
    until(lambda: networks("cell") == ["36801", "36877"], "the first again", 80)
    # The scripted modems cannot tell their neighbours, which is no reason for a word.
    text = helper.text()
    assert "neighbours are not available" in text
    assert not [line for line in text.splitlines()
                if "neighbours" in line and not line.startswith("<7>")], text


lab.run(globals())
