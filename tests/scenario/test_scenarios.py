#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What befalls devices, told by the real daemons; each ends with its own replay."""
import time

import lab
import world
from cost import (test_idle_costs_nothing, test_memory_and_first_verdict)  # noqa: F401
from lab import HAVANA, MIAMI, holds, mode, scan
from story import Scenario, boot_id, rule
from world import World

HOME_US, HOME_CU, HOME_DE = "310410", "36801", "26201"
FIRST_IN_DE = {"model": "X", "first_activation": {"region": "DE", "at": 1632096000}}
WORLD = World()


def test_activation_in_cuba():
    """Activation in Cuba: no allowance for visitors; three classes, a notice, a trial"""
    s = Scenario("activation-in-cuba", [rule(score=8, classes=3, visitor="1h")],
                 ["gnss", "cell", "sim", "wifi", "regdom"])
    lab.until(lambda: scan() and s.verdict() == "watching", "all three classes")
    s.until("notice")
    s.until("restricted")
    s.helper.says("gate: confirmed")
    now = lab.gate()
    assert (now["rule"], now["region"]) == ("prohibited", "CU"), now
    assert {"position: CU", "mobile network 36801: CU",
            "Wi-Fi access points (2): CU"} <= set(now["evidence"]), now["evidence"]
    assert not s.rule()["visitor"], s.rule()
    s.end("watching CU", "notice CU", "restricted CU")


def test_sim_swap():
    """SIM swap: a card says where it belongs, never where the device is"""
    WORLD.travel(HAVANA, HOME_CU)
    s = Scenario("sim-swap", [
        rule(), rule(name="market", mode="shadow", purpose="market", dwell="0s", notice="0s",
                     when={"market": ["DE"], "sim_home": {"not_in": ["DE"]}})],
                 ["gnss", "cell", "sim"], device={"model": "X", "market": ["DE"]})
    s.until("restricted")
    s.until_seen("sim", [HOME_CU])
    assert s.rule("market")["verdict"] == "restricted", s.rule("market")
    WORLD.swap_sim(HOME_DE)
    s.until_seen("sim", [HOME_DE])
    lab.until(lambda: s.rule("market")["verdict"] == "open", "the market rule opens")
    s.until_seen("cell", [HOME_CU])
    holds(lambda: mode() == "restricted", "another card freed the device", 1)
    assert s.story("market") == ["restricted CU", "open -"], s.story("market")
    s.end("watching CU", "notice CU", "restricted CU")


def test_tourist_for_ten_days():
    """A tourist for ten days: allowed thirty, leaves in time; VPN and beacons alone"""
    s = Scenario("tourist-for-ten-days", [rule(visitor="30s")], ["gnss", "cell", "sim"],
                 device=FIRST_IN_DE)
    s.until("watching")
    others = alone()
    shown = s.rule()
    assert shown["visitor"] and shown["dwell_need_ms"] == 30000, shown
    assert shown["due_ms"] > s.decision()["elapsed_ms"] + 20000, shown
    holds(lambda: s.verdict() == "watching" and mode() == "open", "the tourist was caught", 10)
    WORLD.stand(MIAMI)
    s.until("undetermined")
    WORLD.network(HOME_US)
    s.until("open", 80)
    holds(lambda: mode() == "open", "the gate closed after the journey", 1)
    s.end("watching CU", "undetermined CU,US", "open -")
    for other in others:
        assert not other.helper.decisions(), other.helper.decisions()
        other.end()


def alone():
    """Two helpers that hear of Cuba from weak sources only, under the laxest rule."""
    lax = [rule(score=1, classes=1, dwell="0s", notice="0s")]
    world.hint(world.CUBAN_ADDRESS)
    vpn = Scenario("vpn-only", lax, ["ip"], folder="/run/vpn", run="/run/vpn/run",
                   config={"sources": {"ip": {"local": False, "hint": world.HINT}}})
    beacons = Scenario("spoofed-beacons-only", lax, ["wifi", "regdom"],
                       folder="/run/beacons", run="/run/beacons/run")
    vpn.until_seen("ip", ["CU"])
    lab.until(lambda: scan() and beacons.sees("wifi") == ["CU", "CU"] and
              beacons.sees("regdom") == ["CU"], "both access points and the domain")
    return vpn, beacons


def test_border_town_with_both_networks():
    """A border town with both networks: undetermined, until both agree on a side"""
    WORLD.travel(world.BORDER, "43211")
    s = Scenario("border-town", [rule(dwell="1s", notice="1s")], ["gnss", "cell"])
    s.until_seen("cell", ["43211"])
    s.until("undetermined")
    assert s.decision()["region"] == "IQ,IR", s.decision()
    holds(lambda: mode() == "open", "it closed in the band", 3)
    WORLD.network("41805")
    s.until_seen("cell", ["41805"])
    WORLD.stand(world.BEYOND)
    lab.until(lambda: [c["regions"] for c in s.decision()["claims"] if c["source"] == "gnss"]
              == [["IR"]], "the other side of the border")
    holds(lambda: mode() == "open" and s.verdict() == "undetermined", "closed in conflict", 3)
    WORLD.network(None)
    s.until("open")
    WORLD.network("43211")
    s.until("restricted", 80)
    s.end("undetermined IQ,IR", "open -", "watching IR", "notice IR", "restricted IR")


def test_import_with_foreign_sim():
    """An import with a foreign SIM: the market's rule restricts, the place's does not"""
    WORLD.travel(MIAMI, HOME_US)
    s = Scenario("import-with-foreign-sim", [
        rule(), rule(name="market", purpose="market", dwell="2s", notice="1s",
                     when={"market": ["US"], "sim_home": {"not_in": ["US"]}})],
                 ["gnss", "cell", "sim"], device={"model": "X", "market": ["US"]})
    s.until("restricted")
    s.until_seen("cell", [HOME_US])
    now = lab.gate()
    assert (now["rule"], now["region"]) == ("market", "DE"), now
    assert s.rule()["verdict"] == "open" and s.decision()["place"] == ["US"], s.decision()
    s.end("watching DE", "notice DE", "restricted DE")


def test_airplane_mode():
    """Airplane mode: no dwell without evidence; no way out, and no longer lease"""
    WORLD.travel(HAVANA, HOME_CU)
    s = Scenario("airplane-mode", [rule(dwell="12s", notice="1s", lease="10s")],
                 ["gnss", "cell", "sim", "wifi"])
    s.until("watching", 80)
    holds(lambda: s.verdict() == "watching", "the dwell", 3)
    try:
        WORLD.radios(False)
        s.until("undetermined")
        before = s.rule()["dwell_ms"]
        assert 3000 <= before < 12000, before
        holds(lambda: s.verdict() == "undetermined" and mode() == "open", "closed in the air", 3)
        WORLD.radios(True)
        s.until("watching", 80)
        assert s.rule()["dwell_ms"] - before < 1000, "the dwell went on in the air"
        s.until("restricted")
        WORLD.radios(False)
        lab.until(lambda: not s.sees("cell"), "the loss of the network")
        holds(lambda: mode() == "restricted", "airplane mode freed the device", 2)
        s.until("open")
        lease = s.elapsed("open") - s.elapsed("restricted")
        assert lease <= 10.001, f"a lease of 10 s took {lease} s"
        s.end("watching CU", "undetermined CU", "watching CU", "notice CU", "restricted CU",
              "open -")
    finally:
        WORLD.radios(True)


def test_clock_set_back_a_year():
    """The clock set back by a year, and on by two: nothing moves"""
    WORLD.travel(HAVANA, HOME_CU)
    s = Scenario("clock-set-back", [rule(dwell="5s", notice="4s")], ["gnss", "cell"])
    s.until("watching", 80)
    began = time.monotonic()
    with world.Clock() as clock:
        s.until("notice")
        dwell = time.monotonic() - began
        clock.shift(365)
        s.until("restricted")
        left = lab.gate()["lease_left_ms"]
        clock.shift(-365)
        holds(lambda: mode() == "restricted", "the clock freed it", 1)
        now = lab.gate()["lease_left_ms"]
    assert 3 < dwell < 5 + 10, f"a dwell of 5 s took {dwell} s"
    assert abs(s.elapsed("notice") - s.elapsed("watching") - 5) < 0.002
    assert abs(s.elapsed("restricted") - s.elapsed("notice") - 4) < 0.002
    assert 590000 < left <= 600000 and left - 10000 < now <= left, (left, now)
    s.end("watching CU", "notice CU", "restricted CU")


def test_gnss_jump():
    """A spoofed fix: inside it restricts nothing, outside it frees only who says so"""
    WORLD.stand(MIAMI)
    WORLD.network(None)
    easy = {"score": 3, "classes": 1, "dwell": "5s", "notice": "1s"}
    s = Scenario("gnss-jump", [rule(free="agreed", **easy),
                               rule(name="twin", mode="shadow", **easy)], ["gnss", "cell"])
    lab.until(lambda: s.decision().get("place") == ["US"], "a fix in Miami")
    WORLD.jump(HAVANA)
    s.helper.says('"verdict":"watching"')
    s.helper.says('"verdict":"open"')
    s.until("open")
    holds(lambda: mode() == "open" and s.verdict() == "open", "one fix counted on", 2)
    WORLD.stand(HAVANA)
    s.until("watching")
    WORLD.network(HOME_CU)
    s.until_seen("cell", [HOME_CU])
    s.until("restricted")
    lab.until(lambda: s.rule("twin")["verdict"] == "restricted", "the twin")
    WORLD.jump(MIAMI)
    s.helper.says('{"verdict":"undetermined","region":"CU,US","rule":"twin"}')
    lab.until(lambda: s.rule("twin")["verdict"] == "restricted", "the twin's own return")
    assert mode() == "restricted"
    twin = ["watching CU", "open -", "watching CU", "notice CU", "restricted CU"]
    assert s.story("twin") == [*twin, "undetermined CU,US", "notice CU", "restricted CU"]
    s.end(*twin)


def test_daemons_killed_and_restarted():
    """gpsd, ModemManager and hostapd killed: doubt, then on as before"""
    WORLD.travel(HAVANA, HOME_CU)
    s = Scenario("daemons-killed", [rule(score=8, classes=3, dwell="1h")],
                 ["gnss", "cell", "sim", "wifi"],
                 fresh={"gnss": "4s", "cell": "8s", "wifi": "1m"})
    lab.until(lambda: scan() and s.verdict() == "watching", "all three classes", 80)
    WORLD.kill_daemons()
    s.until("undetermined")
    lab.until(lambda: not s.sees("gnss") and not s.sees("cell"), "the evidence to age out")
    down = [one["name"] for one in lab.explain()["sources"] if one["state"] == "down"]
    assert {"gnss", "cell", "sim"} <= set(down), down
    assert mode() == "open" and s.helper.process.poll() is None
    WORLD.start_daemons()
    lab.until(lambda: scan() and s.verdict() == "watching", "all three again", 90)
    assert s.helper.process.poll() is None
    s.end("watching CU", "undetermined CU", "watching CU")


def test_reboot_in_the_dwell():
    """A reboot in the midst of the dwell: the first boot (see test_second_boot.py)"""
    WORLD.stand(HAVANA)
    s = Scenario.of_two_boots("reboot-in-the-dwell")
    s.until("watching")
    holds(lambda: s.verdict() == "watching", "the dwell", 6)
    assert s.helper.stop() == 0 and mode() == "open"
    s.helper.write("boot_id", boot_id())


lab.run(globals())
