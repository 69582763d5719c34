#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gpsd and the air: lost and found again; what they say ages, agrees and disagrees."""
import copy
import hmac

import lab
from lab import HAVANA, POLICY, Gpsd, Helper, fixture, holds, mode, scan, until

GPSD = Gpsd(HAVANA)
fixture("wifi.sh", "start", "CU", 2)


def both():
    return scan() and len(lab.claims("wifi")) == 2


def test_gpsd_dies_and_comes_back():
    policy = copy.deepcopy(POLICY)
    policy["fresh"] = {"gnss": "4s"}
    policy["rules"][0]["dwell"] = "1h"
    helper = Helper(sources=["gnss"], policy=policy)
    until(lambda: lab.verdict() == "watching", "the first fix")
    GPSD.kill()
    until(lambda: lab.source("gnss")["state"] == "down", "the loss of gpsd")
    until(lambda: lab.verdict() == "undetermined", "the evidence to age out")
    assert lab.claims("gnss")[0]["state"] == "stale", lab.claims("gnss")
    GPSD.start()
    until(lambda: lab.verdict() == "watching", "the next fix", 70)
    assert lab.source("gnss")["state"] == "up"
    assert helper.process.poll() is None


def test_no_fix_is_no_evidence():
    fixture("nmea.py", "lost")
    Helper(sources=["gnss"])
    until(lambda: lab.source("gnss").get("state") == "up", "gpsd")
    holds(lambda: not lab.claims("gnss"), "a claim without a fix", 4)
    GPSD.move(HAVANA)


def test_beacons_and_domain():
    Helper(sources=["wifi", "regdom"])
    until(both, "both access points")
    assert all(c["seen"] == "CU" and c["regions"] == ["CU"] for c in lab.claims("wifi"))
    until(lambda: [c["seen"] for c in lab.claims("regdom")] == ["CU"], "the domain")
    # Weak alone: they never restrict.
    holds(lambda: mode() == "open" and lab.verdict() == "open", "beacons restricted", 3)


def test_beacons_support_a_position():
    policy = copy.deepcopy(POLICY)
    policy["rules"][0].update(score=5, classes=2)
    GPSD.move(HAVANA)
    Helper(sources=["gnss", "wifi"], policy=policy)
    until(lambda: scan() and mode() == "restricted", "the restriction by two classes")
    assert "Wi-Fi access points (2): CU" in lab.gate()["evidence"], lab.gate()["evidence"]


def pseudonym(salt, bssid):
    octets = bytes.fromhex(bssid.replace(":", ""))
    pad = hmac.digest(salt, octets[1:5], "sha256")
    return ":".join(f"{a ^ b:02x}" for a, b in zip(octets, pad))


def test_addresses_of_access_points_stay_here():
    helper = Helper(sources=["wifi"])
    until(both, "both access points")
    helper.stop()
    with open(helper.state + "/audit.jsonl", encoding="utf-8") as file:
        text = file.read() + lab.json.dumps(lab.explain())
    with open(helper.state + "/state.json", encoding="utf-8") as file:
        salt = bytes.fromhex(lab.json.load(file)["salt"])
    for bssid in ("02:01:a1:f0:01:00", "02:02:a1:f0:02:00"):
        assert bssid not in text, bssid
        assert f'"bssid":"{pseudonym(salt, bssid)}"' in text, bssid


def test_other_country_is_heard():
    Helper(sources=["wifi"])
    until(both, "both access points")
    fixture("wifi.sh", "country", "MX")
    until(lambda: scan() and "MX" in [c["seen"] for c in lab.claims("wifi")], "the new country")


def test_sudan_is_heard_in_beacons_only():
    """The kernel's database has no such domain, so that it never names Sudan."""
    Helper(sources=["wifi", "regdom"])
    fixture("wifi.sh", "country", "SD")
    until(lambda: scan() and [c["seen"] for c in lab.claims("wifi") if c["state"] != "stale"] ==
          ["SD", "SD"], "Sudan in both beacons", 80)
    assert all(c["regions"] == ["SD"] for c in lab.claims("wifi")), lab.claims("wifi")
    lab.subprocess.run(["iw", "reg", "set", "SD"], check=False)
    holds(lambda: scan() and "SD" not in [c["seen"] for c in lab.claims("regdom")],
          "a domain of Sudan", 4)


def test_address_of_an_interface():
    """A public address on the way to the internet; the address itself stays here."""
    helper = Helper(sources=["ip", "timezone"])
    for words in ("link add ip0 type dummy", "link set ip0 up", "addr add 2.176.0.5/24 dev ip0",
                  "route add default via 2.176.0.1 metric 9"):
        lab.subprocess.run(["ip", *words.split()], check=True)
    try:
        until(lambda: [(c["id"], c["seen"], c["regions"]) for c in lab.claims("ip")] ==
              [("local:ip0", "IR", ["IR"])], "its country")
        assert mode() == "open" and lab.verdict() == "open"
        lab.subprocess.run(["ip", "link", "set", "ip0", "down"], check=True)
        until(lambda: not lab.claims("ip"), "its withdrawal")
    finally:
        lab.subprocess.run(["ip", "link", "del", "ip0"], check=True)
    assert [c["state"] for c in lab.claims("timezone")] in ([], ["explains"])
    said = lab.json.dumps(lab.explain())
    helper.stop()
    with open(helper.state + "/audit.jsonl", encoding="utf-8") as file:
        kept = file.read()
    assert '"id":"local:ip0","country":"IR"' in kept and "2.176.0" not in kept + said + helper.text()


lab.run(globals())
