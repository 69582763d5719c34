#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of a restriction when the helper ends, and when it comes back."""
import lab
from lab import HAVANA, Gpsd, Helper, gate, holds, mode, until

GPSD = Gpsd(HAVANA)


def restricted(loss, grace="1s"):
    helper = Helper(sources=["gnss"], config={
        "gate": {"confirm": "20s", "grace": grace, "on_owner_loss": loss}})
    until(lambda: mode() == "restricted", "the restriction")
    return helper


def test_killed_with_open():
    helper = restricted("open")
    helper.kill()
    until(lambda: mode() == "open", "the opening after grace", 10)
    assert gate()["initiator"] == "owner-loss", gate()


def test_killed_with_hold():
    helper = restricted("hold")
    helper.kill()
    until(lambda: gate()["orphaned"], "the end of grace", 10)
    holds(lambda: mode() == "restricted", "it opened", 2)
    assert gate()["lease_left_ms"] > 0


def test_restarted_within_grace_goes_on():
    helper = restricted("open", "30s")
    before = gate()
    helper.kill()
    helper.start()
    helper.says("goes on")
    until(lambda: gate()["generation"] > before["generation"], "the adoption")
    now = gate()
    assert now["mode"] == "restricted" and now["grace_left_ms"] is None, now
    # The lease is the old one: a restart is no way to a longer one.
    assert now["lease_left_ms"] <= before["lease_left_ms"] + 1000, (before, now)
    holds(lambda: mode() == "restricted", "it opened", 2)


def test_orphan_is_adopted():
    helper = restricted("hold", "1s")
    helper.kill()
    until(lambda: gate()["orphaned"], "the end of grace", 10)
    helper.start()
    until(lambda: not gate()["orphaned"], "the adoption")
    assert mode() == "restricted"


def test_term_says_what_happens():
    helper = restricted("hold", "1s")
    assert helper.stop() == 0
    assert "the restriction stays until its lease ends" in helper.text()
    assert mode() == "restricted"


def test_term_with_open_says_so():
    helper = restricted("open", "1s")
    assert helper.stop() == 0
    assert "it opens in 1 s unless" in helper.text()
    until(lambda: mode() == "open", "the opening", 10)


lab.run(globals())
