#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The emergency window: in every mode, by anyone, and bounded."""
import errno

import rgtap
import rgnl
from rgtap import ktap
from rgnl import N, NOTICE, OPEN, RESTRICTED

c = rgtap.fresh()
NTF = N["CMD_EMERGENCY_NTF"]


def start(client=c, **how):
    return client.command("EMERGENCY_SET", emergency=1, **how)


def stop(client=c):
    return client.command("EMERGENCY_SET", emergency=0)


def test_every_mode():
    """anyone starts it in every mode, and the gate's own state stays"""
    for mode, how in ((OPEN, None), (NOTICE, {"notice": 60000}),
                      (RESTRICTED, {"confirm": 60000}), (RESTRICTED, {})):
        rgtap.reset(rgtap.profile_body(c))
        if how is not None:
            c.restrict(**how)
        before = c.get()
        rgtap.as_user(lambda: start(rgnl.Client()))
        got = c.get()
        assert got["EMERGENCY"] == 1 and got["MODE"] == mode
        assert got["EMERGENCY_INITIATOR"] == N["INITIATOR_USER"]
        for name, value in rgnl.standing(before).items():
            assert got[name] == value or name.startswith("EMERGENCY")


def test_user_namespace():
    """the root of another user namespace starts it too"""
    rgtap.as_user(lambda: start(rgnl.Client()), userns=True)
    assert c.get()["EMERGENCY_INITIATOR"] == N["INITIATOR_USER"]


def test_event():
    """one emergency notification a change, in gate-get's shape"""
    ear = rgnl.Client(listen=True)
    c.restrict()
    ear.pending()
    start()
    got = ear.pending()
    assert [cmd for cmd, _ in got] == [NTF]
    assert rgnl.standing(got[0][1]) == rgnl.standing(c.get())
    assert got[0][1]["EMERGENCY_INITIATOR"] == N["INITIATOR_COMMAND"]
    stop()
    got = ear.pending()
    assert [cmd for cmd, _ in got] == [NTF] and got[0][1]["EMERGENCY"] == 0
    stop()
    assert not ear.pending()


def test_ends():
    """it ends by itself"""
    ear = rgnl.Client(listen=True)
    start(emergency_length=600)
    got = ear.events(until=lambda s: s["EMERGENCY"] == 0)
    assert got[-1][1]["EMERGENCY_INITIATOR"] == N["INITIATOR_WINDOW_END"]


def test_length():
    """its length is the profile's, or less, and never more"""
    got = start()
    assert got["EMERGENCY_LENGTH"] == 300000
    rgtap.refused(lambda: start(emergency_length=300001), "window-length",
                  errno.ERANGE)
    rgtap.refused(lambda: start(emergency_length=0), "")
    assert c.get()["EMERGENCY_LEFT"] <= 300000


def test_restart():
    """a restart counts from now, and never shortens"""
    first = start(emergency_length=60000)
    got = start(emergency_length=120000)
    assert first["EMERGENCY_LEFT"] <= 60000 < 110000 < got["EMERGENCY_LEFT"]
    got = start(emergency_length=1)
    assert got["EMERGENCY_LEFT"] > 110000 and got["EMERGENCY"] == 1


def test_gate_leaves_it():
    """no event of the gate ends it"""
    c.restrict(lease=1000)
    start()
    ktap.until(lambda: c.get()["MODE"] == OPEN)
    assert c.get()["EMERGENCY"] == 1
    c.restrict()
    c.release()
    c.request(N["CMD_PROFILE_SET"], rgtap.profile_body(c))
    assert c.get()["EMERGENCY"] == 1


def test_not_a_command():
    """it does not count as a command"""
    before = c.get()["GENERATION"]
    start()
    stop()
    assert c.get()["GENERATION"] == before


def refuse_stop(uid):
    rgtap.as_user(lambda: rgtap.refused(lambda: stop(rgnl.Client()),
                                        "who started", errno.EPERM), uid)


def test_stop_own():
    """the user who started it stops it, another user does not"""
    rgtap.as_user(lambda: start(rgnl.Client()), 1001)
    refuse_stop(1002)
    assert c.get()["EMERGENCY"] == 1
    rgtap.as_user(lambda: stop(rgnl.Client()), 1001)
    assert c.get()["EMERGENCY"] == 0


def test_stop_again():
    """a user does not keep all links busy by starting and stopping"""
    def again():
        mine = rgnl.Client()
        for _ in range(2):
            start(mine)
            stop(mine)

    rgtap.as_user(lambda: rgtap.refused(again, "less than a second ago",
                                        errno.EAGAIN), 1003)
    rgtap.as_user(lambda: rgtap.refused(
        lambda: start(rgnl.Client(), emergency_length=999), "at least a second",
        errno.ERANGE), 1003)
    assert c.get()["EMERGENCY"] == 1
    rgtap.as_user(lambda: ktap.until(lambda: stops(rgnl.Client())), 1003)
    assert c.get()["EMERGENCY"] == 0


def stops(client):
    try:
        return stop(client)
    except rgnl.Refused:
        return False


def test_stop_shared():
    """once two users started it, neither takes it from the other"""
    rgtap.as_user(lambda: start(rgnl.Client(), emergency_length=1000), 1001)
    rgtap.as_user(lambda: start(rgnl.Client()), 1002)
    refuse_stop(1001)
    refuse_stop(1002)
    assert stop()["EMERGENCY"] == 0


def test_stop_privileged():
    """a user does not stop what a privileged command started"""
    start()
    refuse_stop(1001)
    assert stop()["EMERGENCY"] == 0


def test_requests():
    """a request that makes no sense is refused with a sentence"""
    rgtap.refused(lambda: c.command("EMERGENCY_SET"), "1 to start")
    start()
    rgtap.refused(lambda: c.command("EMERGENCY_SET", emergency=0,
                                    emergency_length=1000), "not to its stop")
    rgtap.refused(lambda: c.command("EMERGENCY_SET", emergency=2), "range")
    assert c.get()["EMERGENCY"] == 1


rgtap.main(globals())
