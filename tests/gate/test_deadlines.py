#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every restriction ends by itself, by the boot-time clock alone."""
import time

import rgtap
import rgnl
from rgnl import N, OPEN, RESTRICTED

c = rgtap.fresh()


def ends(initiator, **how):
    """Restrict, and return how many ms later it opened for initiator."""
    ear = rgnl.Client(listen=True)
    begin = time.clock_gettime(time.CLOCK_BOOTTIME)
    c.restrict(**how)
    got = ear.events(until=lambda s: s["MODE"] == OPEN)[-1][1]
    assert got["INITIATOR"] == N["INITIATOR_" + initiator]
    assert "RULE" not in got
    return 1000 * (time.clock_gettime(time.CLOCK_BOOTTIME) - begin)


def test_lease_ends():
    """restricted: the lease's end opens, not earlier and hardly later"""
    assert 700 <= ends("LEASE", lease=700) < 5000


def test_lease_counts_from_command():
    """restricted: a notice is part of the lease"""
    assert 1000 <= ends("LEASE", lease=1000, notice=400) < 5000


def test_confirm_timeout():
    """trial: without a confirmation it opens"""
    assert 500 <= ends("CONFIRM_TIMEOUT", confirm=500) < 5000


def test_confirm_counts_from_closing():
    """trial: its time begins when the notice has ended"""
    assert 900 <= ends("CONFIRM_TIMEOUT", notice=400, confirm=500) < 5000


def test_lease_wins():
    """trial: after a renewal with a shorter lease, the lease's end opens"""
    ear = rgnl.Client(listen=True)
    c.restrict(confirm=60000)
    c.restrict(lease=500)
    got = ear.events(until=lambda s: s["MODE"] == OPEN)[-1][1]
    assert got["INITIATOR"] == N["INITIATOR_LEASE"]


def test_confirmed_stays():
    """restricted: once confirmed, the trial's end does nothing"""
    ear = rgnl.Client(listen=True)
    got = c.restrict(confirm=600, lease=1800)
    c.command("GATE_CONFIRM", generation=got["GENERATION"])
    got = ear.events(until=lambda s: s["MODE"] == OPEN)
    assert got[-1][1]["INITIATOR"] == N["INITIATOR_LEASE"]
    assert len(got) == 3


def test_max_lease():
    """a lease beyond max-lease is refused, and max-lease itself is not"""
    longest = c.get()["MAX_LEASE"]
    assert longest == 30 * 86400 * 1000
    rgtap.refused(lambda: c.restrict(lease=longest + 1), "max-lease")
    rgtap.refused(lambda: c.restrict(lease=2 ** 64 - 1), "max-lease")
    assert c.get()["MODE"] == OPEN
    assert c.restrict(lease=longest)["LEASE"] == longest


def test_wall_clock():
    """a change of the wall clock moves no deadline"""
    c.restrict(lease=60000, confirm=30000)
    before = c.get()
    now = time.time()
    try:
        for shift in (400 * 86400, -400 * 86400):
            time.clock_settime(time.CLOCK_REALTIME, now + shift)
            got = c.get()
            assert got["MODE"] == RESTRICTED and got["TRIAL"]
            for left in ("LEASE_LEFT", "CONFIRM_LEFT"):
                assert before[left] - 15000 < got[left] <= before[left]
        c.release()
        ear = rgnl.Client(listen=True)
        begin = time.clock_gettime(time.CLOCK_BOOTTIME)
        c.restrict(lease=1500)
        time.clock_settime(time.CLOCK_REALTIME, now - 800 * 86400)
        ear.events(until=lambda s: s["MODE"] == OPEN)
        took = time.clock_gettime(time.CLOCK_BOOTTIME) - begin
        assert 1.5 <= took < 10
    finally:
        time.clock_settime(time.CLOCK_REALTIME, now)


def test_undetermined_never_renews():
    """nothing but a set renews: reads, confirms and windows leave the lease"""
    got = c.restrict(lease=60000, confirm=30000)
    left = got["LEASE_LEFT"]
    c.command("EMERGENCY_SET", emergency=1)
    c.command("GATE_CONFIRM", generation=got["GENERATION"])
    c.request(N["CMD_PROFILE_SET"], rgtap.profile_body(c))
    assert c.get()["LEASE_LEFT"] <= left


rgtap.main(globals())
