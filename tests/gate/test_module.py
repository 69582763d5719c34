#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Loading and unloading: bounds of the parameter, and no way out by rmmod."""
import subprocess

import rgtap
import rgnl
from rgtap import ktap
from rgnl import OPEN, RESTRICTED

rgtap.fresh()


def rmmod():
    return subprocess.run(["rmmod", "regiongate"], capture_output=True,
                          text=True, check=False)


def in_use():
    got = rmmod()
    assert got.returncode and "in use" in got.stderr, got


def kernel_log():
    return subprocess.run(["dmesg"], capture_output=True, text=True,
                          check=True).stdout


def test_rmmod():
    """rmmod is refused while announced or restricted, and works after"""
    c = rgnl.Client()
    for how in ({"notice": 60000}, {"confirm": 60000}, {}):
        c.restrict(**how)
        in_use()
        c.restrict(rule="rule-2")
        in_use()
        c.release()
    assert rmmod().returncode == 0
    rgtap.load()


def test_rmmod_after_deadline():
    """the lease's end makes rmmod possible"""
    c = rgnl.Client()
    c.restrict(lease=5000)  # rmmod comes before it, on a slow machine too
    in_use()
    ktap.until(lambda: c.get()["MODE"] == OPEN)
    assert rmmod().returncode == 0
    rgtap.load()


def test_rmmod_window():
    """an emergency window does not hold the module, nor outlive it"""
    rgnl.Client().command("EMERGENCY_SET", emergency=1)
    assert rmmod().returncode == 0
    rgtap.load()
    assert rgnl.Client().get()["EMERGENCY"] == 0


def test_reload():
    """loading and unloading again and again leaves nothing behind"""
    for _ in range(5):
        rgtap.unload()
        rgtap.load()
        c = rgnl.Client()
        assert c.restrict(own=True)["MODE"] == RESTRICTED
        c.release()
        c.close()


def test_max_lease():
    """max_lease bounds the lease, and 1 second to 90 days are allowed"""
    rgtap.unload()
    for wrong in ("0", "7776001", "4294967295"):
        got = subprocess.run(["modprobe", "regiongate", f"max_lease={wrong}"],
                             check=False, capture_output=True)
        assert got.returncode
        assert f"max_lease is {wrong}; allowed are 1 to 7776000 seconds" \
            in kernel_log()
    for right in (1, 60, 7776000):
        rgtap.load(f"max_lease={right}")
        c = rgnl.Client()
        assert c.get()["MAX_LEASE"] == right * 1000
        rgtap.refused(lambda: c.restrict(lease=right * 1000 + 1), "max-lease")
        c.restrict(lease=right * 1000)
        c.release()
        rgtap.unload()
    rgtap.load()


rgtap.main(globals(), plain=False)
