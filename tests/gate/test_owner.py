#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens when the owner of a restriction dies."""
import os
import signal

import rgtap
import rgnl
from rgnl import HOLD, N, NOTICE, OPEN, OPEN_ON_LOSS, RESTRICTED

c = rgtap.fresh()
LOSS = N["INITIATOR_OWNER_LOSS"]


class Owner:
    """Another process that restricts and then waits to be killed."""

    def __init__(self, **how):
        done, ready = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            mine = rgnl.Client()
            mine.restrict(own=True, **how)
            os.write(ready, b"1")
            while True:
                signal.pause()
        os.close(ready)
        assert os.read(done, 1) == b"1"
        os.close(done)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def lose(**how):
    """Restrict by a process, kill it, and return its notifications so far."""
    owner = Owner(**how)
    assert c.get()["OWN"]
    ear = rgnl.Client(listen=True)
    owner.kill()
    return ear


def test_hold():
    """restricted, hold: the owner's death leaves it closed and orphaned"""
    got = lose(on_owner_loss=HOLD).events(until=lambda s: "ORPHANED" in s)
    assert len(got) == 1 and got[0][1]["MODE"] == RESTRICTED
    assert got[0][1]["INITIATOR"] == LOSS and "OWN" not in got[0][1]
    assert c.get()["ORPHANED"] and "GRACE_LEFT" not in c.get()


def test_hold_is_default():
    """restricted: without on-owner-loss it holds"""
    lose().events(until=lambda s: "ORPHANED" in s)
    assert c.get()["MODE"] == RESTRICTED
    assert c.get()["ON_OWNER_LOSS"] == HOLD


def test_orphan_lease():
    """restricted, hold: an orphan still opens at the end of its lease"""
    got = lose(lease=1500).events(until=lambda s: s["MODE"] == OPEN)
    assert got[-1][1]["INITIATOR"] == N["INITIATOR_LEASE"]


def test_open():
    """restricted, open: the owner's death opens"""
    got = lose(on_owner_loss=OPEN_ON_LOSS).events(
        until=lambda s: s["MODE"] == OPEN)
    assert len(got) == 1 and got[0][1]["INITIATOR"] == LOSS


def test_open_after_grace():
    """restricted, open: it opens when grace has passed, not before"""
    ear = lose(on_owner_loss=OPEN_ON_LOSS, grace=800)
    first = ear.events(until=lambda s: "GRACE_LEFT" in s)
    assert len(first) == 1 and first[0][1]["MODE"] == RESTRICTED
    assert 0 < first[0][1]["GRACE_LEFT"] <= 800
    then = ear.events(until=lambda s: s["MODE"] == OPEN)
    assert len(then) == 1 and then[0][1]["INITIATOR"] == LOSS


def test_hold_after_grace():
    """restricted, hold: it is an orphan when grace has passed"""
    ear = lose(grace=500)
    ear.events(until=lambda s: "GRACE_LEFT" in s)
    then = ear.events(until=lambda s: "ORPHANED" in s)
    assert "GRACE_LEFT" not in then[-1][1]


def test_notice_opens():
    """notice: the owner's death opens, whatever on-owner-loss says"""
    got = lose(notice=60000, on_owner_loss=HOLD).events(
        until=lambda s: s["MODE"] == OPEN)
    assert got[-1][1]["INITIATOR"] == LOSS


def test_trial_opens():
    """trial: the owner's death opens, whatever on-owner-loss says"""
    got = lose(confirm=60000, on_owner_loss=HOLD).events(
        until=lambda s: s["MODE"] == OPEN)
    assert got[-1][1]["INITIATOR"] == LOSS


def test_adopt():
    """a set within grace adopts, and the loss has no consequence"""
    ear = lose(on_owner_loss=OPEN_ON_LOSS, grace=1500)
    ear.events(until=lambda s: "GRACE_LEFT" in s)
    heir = rgnl.Client()
    got = heir.restrict(own=True, on_owner_loss=OPEN_ON_LOSS)
    assert got["OWN"] and "GRACE_LEFT" not in got
    assert all(s["MODE"] == RESTRICTED for _, s in ear.events(timeout=2.5))
    assert c.get()["OWN"]
    heir.close()
    ear.events(until=lambda s: s["MODE"] == OPEN)


def test_adopt_without_owner():
    """a set within grace that owns nothing cancels the loss as well"""
    ear = lose(on_owner_loss=OPEN_ON_LOSS, grace=1000)
    ear.events(until=lambda s: "GRACE_LEFT" in s)
    got = c.restrict()
    assert "OWN" not in got and "ON_OWNER_LOSS" not in got
    assert all(s["MODE"] == RESTRICTED for _, s in ear.events(timeout=2))


def test_owner_moves():
    """a renewal moves the owner: the death of the earlier one is nothing"""
    owner = Owner(on_owner_loss=OPEN_ON_LOSS)
    heir = rgnl.Client()
    heir.restrict(own=True, on_owner_loss=OPEN_ON_LOSS)
    ear = rgnl.Client(listen=True)
    owner.kill()
    assert not ear.events(timeout=1)
    heir.close()
    ear.events(until=lambda s: s["MODE"] == OPEN)


def test_no_owner():
    """a restriction without an owner outlives the socket that set it"""
    setter = rgnl.Client()
    setter.restrict()
    ear = rgnl.Client(listen=True)
    setter.close()
    assert not ear.events(timeout=1)
    assert c.get()["MODE"] == RESTRICTED


def test_notice_in_grace():
    """notice: grace runs on when the notice ends within it"""
    ear = lose(notice=500, grace=1500, on_owner_loss=OPEN_ON_LOSS)
    got = ear.events(until=lambda s: s["MODE"] == OPEN)
    assert [s["MODE"] for _, s in got] == [NOTICE, RESTRICTED, OPEN]
    assert got[-1][1]["INITIATOR"] == LOSS


rgtap.main(globals())
