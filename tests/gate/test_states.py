#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every row of the gate's table of states that a command causes."""
import errno

import rgtap
import rgnl
from rgtap import ktap
from rgnl import N, NOTICE, OPEN, RESTRICTED

c = rgtap.fresh()


def test_open_to_notice():
    """open: a set with a notice announces"""
    got = c.restrict(notice=60000)
    assert got["MODE"] == NOTICE and 0 < got["NOTICE_LEFT"] <= 60000
    assert "TRIAL" not in got and got == {**c.get(), **{
        k: got[k] for k in rgnl.RUNNING if k in got}}


def test_open_to_restricted():
    """open: a set without a notice restricts"""
    got = c.restrict()
    assert got["MODE"] == RESTRICTED and "TRIAL" not in got
    assert 0 < got["LEASE_LEFT"] <= 600000 and got["LEASE"] == 600000


def test_open_to_trial():
    """open: a set that asks for a confirmation begins a trial"""
    got = c.restrict(confirm=60000)
    assert got["MODE"] == RESTRICTED and got["TRIAL"]
    assert 0 < got["CONFIRM_LEFT"] <= 60000


def test_notice_replaced():
    """notice: a set replaces it and its end never comes earlier"""
    c.restrict(notice=60000)
    got = c.restrict(notice=1000, rule="rule-2", text="Other.")
    assert got["MODE"] == NOTICE and got["RULE"] == "rule-2"
    assert got["NOTICE_LEFT"] > 50000
    got = c.restrict(rule="rule-2")
    assert got["MODE"] == NOTICE and got["NOTICE_LEFT"] > 50000
    got = c.restrict(notice=120000)
    assert 110000 < got["NOTICE_LEFT"] <= 120000


def test_notice_lease_too_short():
    """notice: a lease that the running notice outlasts is refused"""
    c.restrict(notice=60000)
    before = rgnl.standing(c.get())
    rgtap.refused(lambda: c.restrict(lease=30000), "notice that already runs")
    rgtap.refused(lambda: c.restrict(lease=61000, confirm=2000),
                  "notice that already runs")
    assert rgnl.standing(c.get()) == before


def test_notice_ends():
    """notice: its end restricts, or begins the trial that was asked for"""
    ear = rgnl.Client(listen=True)
    c.restrict(notice=300, confirm=60000)
    got = ear.events(until=lambda s: s["MODE"] == RESTRICTED)[-1][1]
    assert got["TRIAL"] and got["INITIATOR"] == N["INITIATOR_NOTICE_END"]
    assert got["CONFIRM_LEFT"] > 50000
    c.release()
    c.restrict(notice=300)
    ktap.until(lambda: c.get()["MODE"] == RESTRICTED)
    assert "TRIAL" not in c.get()


def test_same_rule_renews():
    """restricted: a set with the same rule renews and begins no trial"""
    first = c.restrict(lease=30000)
    got = c.restrict(lease=600000, confirm=1000, text="New.", notice=1000)
    assert got["MODE"] == RESTRICTED and "TRIAL" not in got
    assert got["LEASE_LEFT"] > 500000 and got["TEXT"] == "New."
    assert got["GENERATION"] == first["GENERATION"] + 1
    assert got["CONFIRM"] == got["NOTICE"] == 0


def test_same_rule_keeps_trial():
    """trial: a set with the same rule renews; the trial's deadline stays"""
    first = c.restrict(lease=90000, confirm=60000)
    got = c.restrict(lease=600000, confirm=300000)
    assert got["TRIAL"] and got["CONFIRM_LEFT"] <= first["CONFIRM_LEFT"]
    assert got["LEASE_LEFT"] > 500000
    got = c.restrict(lease=600000)
    assert got["TRIAL"] and got["CONFIRM_LEFT"] <= first["CONFIRM_LEFT"]


def test_other_rule_replaces():
    """trial, restricted: a set with another rule replaces and stays closed"""
    ear = rgnl.Client(listen=True)
    c.restrict()
    got = c.restrict(rule="rule-2", confirm=60000, notice=30000)
    assert got["MODE"] == RESTRICTED and got["TRIAL"]
    got = c.restrict(rule="rule-3")
    assert got["MODE"] == RESTRICTED and "TRIAL" not in got
    assert got["RULE"] == "rule-3"
    assert [s["MODE"] for _, s in ear.pending()] == [RESTRICTED] * 3


def test_confirm():
    """trial: a confirmation with the set's generation restricts"""
    got = c.restrict(confirm=60000)
    got = c.command("GATE_CONFIRM", generation=got["GENERATION"])
    assert got["MODE"] == RESTRICTED and "TRIAL" not in got


def test_confirm_renewal():
    """trial: the generation of the set and of its renewals confirm"""
    first = c.restrict(confirm=60000)
    c.restrict()
    c.command("GATE_CONFIRM", generation=first["GENERATION"])
    c.release()
    c.restrict(confirm=60000)
    c.command("GATE_CONFIRM", generation=c.restrict()["GENERATION"])


def test_confirm_stale():
    """trial: a generation that belongs to something else does not confirm"""
    before = c.get()["GENERATION"]
    first = c.restrict(confirm=60000)["GENERATION"]

    def confirm(generation):
        rgtap.refused(lambda: c.command("GATE_CONFIRM", generation=generation),
                      "changed since", errno.ESTALE)
    confirm(before)
    confirm(first + 1)
    second = c.restrict(rule="rule-2", confirm=60000)["GENERATION"]
    confirm(first)
    c.request(N["CMD_PROFILE_SET"], rgtap.profile_body(c))
    confirm(second)
    assert c.get()["TRIAL"]
    c.command("GATE_CONFIRM", generation=second + 1)


def test_confirm_refused():
    """not trial: a confirmation is refused"""
    def confirm():
        c.command("GATE_CONFIRM", generation=c.get()["GENERATION"])
    rgtap.refused(confirm, "nothing waits", errno.ENOENT)
    c.restrict(notice=60000, confirm=1000)
    rgtap.refused(confirm, "nothing waits")
    c.release()
    c.restrict()
    rgtap.refused(confirm, "nothing waits")


def test_release():
    """notice, trial, restricted: a release opens"""
    for how in ({"notice": 60000}, {"confirm": 60000}, {}):
        c.restrict(evidence=["a", "b"], own=True, **how)
        got = c.release()
        assert got["MODE"] == OPEN
        assert set(got) == {"MODE", "INITIATOR", "GENERATION", "MAX_LEASE",
                            "EMERGENCY", "EMERGENCY_INITIATOR"}


def test_release_open():
    """open: a release succeeds, counts, and tells nobody"""
    ear = rgnl.Client(listen=True)
    before = c.get()
    got = c.release()
    assert got == {**before, "GENERATION": before["GENERATION"] + 1}
    assert not ear.pending()


rgtap.main(globals())
