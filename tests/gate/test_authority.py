#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may command: CAP_NET_ADMIN in the initial user namespace alone."""
import errno

import rgtap
import rgnl
from rgnl import N, RESTRICTED, num

c = rgtap.fresh()
COMMANDS = ("GATE_SET", "GATE_CONFIRM", "PROFILE_SET")


def commands_fail(client):
    """Every command is refused for the sake of who asks."""
    calls = (client.restrict, client.release,
             lambda: client.command("GATE_CONFIRM", generation=1),
             lambda: client.request(N["CMD_PROFILE_SET"],
                                    num(N["A_PROFILE_KEY"], 116)))
    for call in calls:
        try:
            call()
        except rgnl.Refused as error:
            assert error.number == errno.EPERM, error.number
        else:
            raise AssertionError("was not refused")


def unchanged(**how):
    """No command of another gets through, from open or from restricted."""
    for begin in (c.release, c.restrict):
        begin()
        before = rgnl.standing(c.get())
        rgtap.as_user(lambda: commands_fail(rgnl.Client()), **how)
        assert rgnl.standing(c.get()) == before


def test_user():
    """a user without CAP_NET_ADMIN commands nothing"""
    unchanged()


def test_user_namespace():
    """the root of a user namespace commands nothing"""
    unchanged(userns=True)


def test_network_namespace():
    """the root of a user and network namespace does not even see the family"""
    def look():
        try:
            rgnl.Client()
        except rgnl.Refused as error:
            assert error.number == errno.ENOENT
        else:
            raise AssertionError("sees the family")
    rgtap.as_user(look, netns=True)


def test_socket_of_root():
    """a socket that root opened gives a user no rights"""
    c.restrict()
    client = rgnl.Client()
    rgtap.as_user(lambda: commands_fail(client))
    assert c.get()["MODE"] == RESTRICTED


def test_reads():
    """everyone may read the gate, the profile and the devices, and listen"""
    def read():
        client = rgnl.Client(listen=True)
        assert client.get()["RULE"] == "rule-1"
        assert client.request(N["CMD_PROFILE_GET"])
        assert client.dump()[0]
    c.restrict()
    rgtap.as_user(read)
    rgtap.as_user(read, userns=True)


rgtap.main(globals())
