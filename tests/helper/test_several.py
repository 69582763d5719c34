#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two modems, two receivers and two radios at once: none takes anything from the other."""
import copy
import glob
import os

import lab
from lab import HAVANA, MIAMI, POLICY, Helper, fixture, holds, scan, until

OTHER = "/run/fixtures/other"
# First, while nothing else needs the processor: hostapd has its own time limits.
# Two radios that join no access point, which would tell them of it all the time.
fixture("wifi.sh", "start", "CU", 2, 2)
NEAR, FAR = "wlan3", "wlan4"


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


def air(dbm):
    """At how much the radios hear the access points from now on: the simulated air takes
    the sender's word, and adds its power."""
    for point in ("wlan1", "wlan2"):
        lab.subprocess.run(["ip", "netns", "exec", "rg-ap", "iw", "dev", point,
                            "set", "txpower", "fixed", "0"], check=True)
    paths = glob.glob("/sys/kernel/debug/ieee80211/phy*/hwsim/rx_rssi")
    assert paths
    for path in paths:
        with open(path, "w", encoding="ascii") as file:
            # Read as signed, and written as unsigned.
            file.write(str(dbm % 2 ** 64))


def beacons():
    return {c["id"]: c for c in lab.claims("wifi") if c["state"] != "stale"}


def near():
    return len(beacons()) == 2 and all(c["regions"] == ["CU"] for c in beacons().values())


def test_two_radios():
    """wifi: an access point counts once, as near as the radio tells that hears it best"""
    Helper(sources=["wifi"])
    air(-90)
    until(lambda: scan(FAR) and [c["why"] for c in beacons().values()] ==
          2 * ["signal below -85 dBm"], "what the far radio hears")
    air(-40)
    until(lambda: scan(NEAR) and near(), "what the near radio hears")
    air(-90)
    holds(lambda: scan(FAR) and near(), "the far radio took it away", 6)


lab.run(globals())
