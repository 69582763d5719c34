#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line without privilege, elsewhere, and without the module."""
import os
import subprocess

import rgcli
from rgcli import REASON, done, refused, status

NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
USERNS = ["unshare", "-U", "-r"]
NETNS = ["unshare", "-n"]
PROFILE = f"/tmp/rights-{os.getpid()}.json"
RESTRICT = ["restrict", *REASON, "--lease", "10m"]


def test_reading():
    """a caller without privilege reads everything"""
    done(*RESTRICT)
    for args in (["status"], ["status", "--json"], ["device"], ["explain"],
                 ["device", "lo"], ["explain", "lo"], ["profile", "show"]):
        assert done(*args, prefix=NOBODY).out, args
    assert done("status", "--json", prefix=NOBODY).json()["rule"] == "embargo"


def test_commands():
    """neither a user nor root of a user namespace may command"""
    done(*RESTRICT)
    before = status()["generation"]
    with open(PROFILE, "w", encoding="utf-8") as file:
        file.write("{}")
    for prefix in (NOBODY, USERNS):
        for args in (RESTRICT, ["release"], ["confirm"],
                     [*RESTRICT, "--owner", "open"]):
            refused(1, "CAP_NET_ADMIN in the initial user namespace", *args,
                    prefix=prefix)
        refused(1, "CAP_NET_ADMIN", "profile", "set", PROFILE, prefix=prefix)
    os.unlink(PROFILE)
    assert status()["generation"] == before
    assert status()["mode"] == "restricted"


def test_window():
    """anyone may open the emergency window, and the starter may close it"""
    got = done("emergency", "start", "--length", "30s", "--json",
               prefix=NOBODY).json()
    assert got["emergency"]["open"]
    assert got["emergency"]["initiator"] == "user"
    done("emergency", "stop", prefix=NOBODY)
    assert not status()["emergency"]["open"]
    done("emergency", "start")
    refused(1, "", "emergency", "stop", prefix=NOBODY)
    assert status()["emergency"]["open"]


def test_netns():
    """in another network namespace it is said where the gate is"""
    refused(1, "initial network namespace", "status", prefix=NETNS)
    refused(1, "initial network namespace", *RESTRICT, prefix=NETNS)
    assert status()["mode"] == "open"


def test_not_loaded():
    """without the module that is said, with exit 1"""
    subprocess.run(["modprobe", "-r", "regiongate"], check=True)
    for args in (["status"], ["device"], ["release"], RESTRICT, ["monitor"],
                 ["emergency", "start"], ["explain"]):
        refused(1, "the kernel module is not loaded (modprobe regiongate)",
                *args)
    refused(1, "not loaded", "status", prefix=NOBODY)


rgcli.main(globals(), rgcli.gate_open)
