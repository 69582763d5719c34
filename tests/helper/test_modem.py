#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Networks and cards by ModemManager: seen, withdrawn, and found after a restart."""
import copy

import lab
from lab import HAVANA, POLICY, Gpsd, Helper, fixture, holds, mode, until

GPSD = Gpsd(HAVANA)
fixture("dbus.sh", "start")
HOME = {"plmn": "36801", "sim": "36801", "state": "home", "cell": "56789ABC"}
fixture("modem.py", "start", *(f"{k}={v}" for k, v in HOME.items()))
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
    until(lambda: seen("sim") == ["36801"], "the card, published")


def test_another_network_frees():
    GPSD.move(HAVANA)
    Helper(sources=["gnss", "cell"], policy=strict())
    until(lambda: mode() == "restricted", "the restriction")
    set_modem(plmn="310410", state="roaming")
    until(lambda: mode() == "open", "the opening", 80)
    until(lambda: seen("cell") == ["310410"], "the other network, published")
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
    until(lambda: lab.source("sim")["state"] == "down", "the same of the cards")
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


def test_a_position_wakes_a_stale_network():
    policy = strict()
    policy["fresh"] = {"gnss": "4s", "cell": "5s"}
    policy["rules"][0]["dwell"] = "1h"
    GPSD.move(HAVANA)
    helper = Helper(sources=["gnss", "cell"], policy=policy)
    until(lambda: lab.verdict() == "watching", "both sources")
    fixture("nmea.py", "lost")
    until(lambda: not seen("cell") and not seen("gnss"), "both to age out")
    GPSD.move(HAVANA)
    until(lambda: lab.verdict() == "watching", "the network, read again with the position")
    assert helper.stop() == 0
    replayed, live = helper.replay()
    assert replayed == live, f"replay {replayed}\nlive {live}"


def test_another_cell_of_the_same_network():
    policy = copy.deepcopy(POLICY)
    policy["fresh"] = {"cell": "5s"}
    policy["rules"][0]["dwell"] = "1h"
    Helper(policy=policy, config={"sources": {"cell": {"settle": "12s"}}})
    until(lambda: seen("cell"), "the network")
    set_modem(cell="56789ABD")
    until(lambda: not seen("cell"), "doubt, as the operator may follow")
    until(lambda: seen("cell") == ["36801"], "the network, once it has settled")


lab.run(globals(), afresh=lambda: set_modem(**HOME))
