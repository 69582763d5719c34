#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two modems, two receivers and two radios at once: none takes anything from the other."""
import copy
import os

import lab
from lab import HAVANA, MIAMI, POLICY, Helper, fixture, holds, until

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


# First, while nothing else needs the processor: hostapd has its own time limits.
fixture("wifi.sh", "start", "CU", 2, 1)
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


SCANNED = {}


def scan(interface):
    """Asks for one, unless it has just been asked for."""
    if lab.time.monotonic() - SCANNED.get(interface, 0) < 2:
        return True
    SCANNED[interface] = lab.time.monotonic()
    lab.subprocess.run(["iw", "dev", interface, "scan", "trigger", "freq", "2437"], check=False,
                       timeout=20, stdout=lab.subprocess.DEVNULL, stderr=lab.subprocess.DEVNULL)
    return True


def hear_badly(interface):
    """What the radio of the interface hears is at -90 dBm from now on."""
    phy = os.path.basename(os.path.realpath(f"/sys/class/net/{interface}/phy80211"))
    path = f"/sys/kernel/debug/ieee80211/{phy}/hwsim/rx_rssi"
    if not os.path.exists(path):
        raise lab.ktap.Skip("this kernel's radios all hear alike")
    # The file is read as signed, and written as unsigned by some kernels.
    for number in (-90, 2 ** 64 - 90):
        try:
            with open(path, "w", encoding="ascii") as file:
                file.write(str(number))
            return
        except OSError as why:
            error = why
    raise error


def beacons():
    return [c for c in lab.claims("wifi") if c["state"] != "stale"]


def test_two_radios():
    """wifi: an access point is as near as the radio tells that hears it best"""
    hear_badly("wlan3")
    Helper(sources=["wifi"])
    until(lambda: scan("wlan3") and len(beacons()) == 2, "what the far radio hears")
    assert {c["why"] for c in beacons()} == {"signal below -85 dBm"}, beacons()
    lab.Helper.last.kill()
    Helper(sources=["wifi"])

    until(lambda: scan("wlan0") and scan("wlan3") and len(beacons()) == 2 and
          all(c["regions"] == ["CU"] for c in beacons()), "what the near radio hears")
    holds(lambda: scan("wlan3") and all(c["regions"] == ["CU"] for c in beacons()),
          "the far radio took it away", 6)


lab.run(globals())
