#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Networks and cards by ModemManager: seen, withdrawn, and found after a restart."""
import copy

import lab
from lab import HAVANA, POLICY, Gpsd, Helper, fixture, holds, mode, until

GPSD = Gpsd(HAVANA)
fixture("dbus.sh", "start")
fixture("modem.py", "start", "plmn=36801", "sim=36801", "state=home")
fixture("dbus.sh", "modem")


def strict():
    policy = copy.deepcopy(POLICY)
    policy["rules"][0].update(score=6, classes=2)
    return policy


def set_modem(**settings):
    fixture("modem.py", "set", *(f"{k}={v}" for k, v in settings.items()))


def seen(name):
    return [c["seen"] for c in lab.claims(name) if c["state"] != "stale"]


def test_position_and_network_restrict():
    GPSD.move(HAVANA)
    Helper(sources=["gnss", "cell", "sim"], policy=strict())
    until(lambda: mode() == "restricted", "the restriction")
    evidence = lab.gate()["evidence"]
    assert "mobile network 36801: CU" in evidence and "position: CU" in evidence, evidence
    assert seen("sim") == ["36801"]


def test_another_network_frees():
    GPSD.move(HAVANA)
    Helper(sources=["gnss", "cell"], policy=strict())
    until(lambda: mode() == "restricted", "the restriction")
    set_modem(plmn="310410", state="roaming")
    until(lambda: mode() == "open", "the opening", 80)
    assert seen("cell") == ["310410"], lab.claims("cell")
    holds(lambda: mode() == "open", "two sources in conflict restricted", 4)
    set_modem(plmn="36801", state="home")
    until(lambda: mode() == "restricted", "the restriction once they agree", 80)


def test_lost_network_is_withdrawn():
    Helper(sources=["cell"])
    until(lambda: seen("cell") == ["36801"], "the network")
    set_modem(state="searching")
    until(lambda: not lab.claims("cell"), "its withdrawal", 80)
    set_modem(state="home")
    until(lambda: seen("cell") == ["36801"], "the network again", 80)


def test_restart_of_modemmanager():
    policy = copy.deepcopy(POLICY)
    policy["fresh"] = {"cell": "6s"}
    helper = Helper(sources=["cell", "sim"], policy=policy)
    until(lambda: seen("cell") == ["36801"], "the network")
    lab.end(lab.pid_of("modemmanager"), lab.signal.SIGKILL)
    until(lambda: lab.source("cell")["state"] == "down", "the loss of ModemManager")
    assert lab.source("sim")["state"] == "down"
    until(lambda: not seen("cell"), "the evidence to age out")
    fixture("dbus.sh", "modem")
    until(lambda: seen("cell") == ["36801"], "the network again", 80)
    assert lab.source("cell")["state"] == "up" and helper.process.poll() is None


def test_quiet_source_is_read_again():
    policy = copy.deepcopy(POLICY)
    policy["fresh"] = {"cell": "5s"}
    policy["rules"][0]["dwell"] = "1h"
    Helper(sources=["cell"], policy=policy)
    until(lambda: lab.verdict() == "watching", "the network")
    # The modem says nothing by itself: without another reading it would be stale.
    holds(lambda: lab.verdict() == "watching", "the claim went stale", 8)


lab.run(globals())
