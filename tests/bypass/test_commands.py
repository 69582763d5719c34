#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to end a restriction, or to outlive it."""
import json
import os
import signal
import subprocess
import time

import limits  # noqa: F401
import ktap

REASON = ["--region", "CU", "--rule", "bypass", "--text", "x", "--contact", "y"]


def regiongate(*args, prefix=()):
    done = subprocess.run([*prefix, "regiongate", *args], capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout


def status():
    return json.loads(regiongate("status", "--json")[1])


def restrict(*more):
    code, _ = regiongate("restrict", *REASON, "--lease", "10m", *more)
    assert code == 0


def test_unload():
    """rmmod"""
    restrict()
    done = subprocess.run(["rmmod", "regiongate"], capture_output=True, text=True,
                          check=False)
    assert done.returncode and "in use" in done.stderr, done
    assert status()["mode"] == "restricted"


def test_kill_owner():
    """SIGKILL for the program that set it"""
    owner = subprocess.Popen(["regiongate", "restrict", *REASON, "--lease", "10m",
                              "--owner", "hold", "--json"], stdout=subprocess.PIPE)
    owner.stdout.readline()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    ktap.until(lambda: status()["orphaned"], "the end of grace")
    assert status()["mode"] == "restricted"


def test_clock():
    """a wall clock that is years ahead, or behind"""
    restrict()
    now = time.time()
    try:
        for years in (10, -10):
            time.clock_settime(time.CLOCK_REALTIME, now + years * 31557600)
            left = status()["lease_left_ms"]
            assert 580000 < left <= 600000, left
    finally:
        time.clock_settime(time.CLOCK_REALTIME, now)


def test_suspend():
    """suspend and resume: it is as gated afterwards, and its lease has gone on"""
    if not os.path.exists("/sys/power/pm_test"):
        raise ktap.Skip("this kernel cannot test its suspend")
    restrict()
    gated = gated_devices()
    before, since = status()["lease_left_ms"], time.clock_gettime(time.CLOCK_BOOTTIME)
    with open("/sys/power/pm_test", "w", encoding="ascii") as file:
        file.write("freezer")
    with open("/sys/power/state", "w", encoding="ascii") as file:
        file.write("freeze")
    passed = time.clock_gettime(time.CLOCK_BOOTTIME) - since
    assert passed > 1, "it did not sleep"
    assert status()["lease_left_ms"] <= before - passed * 1000
    assert gated_devices() == gated != set()
    assert status()["mode"] == "restricted"


def gated_devices():
    every = json.loads(regiongate("device", "--json")[1])["devices"]
    return {(dev["kind"], dev["id"]) for dev in every if "gated" in dev["flags"]}


def test_others():
    """callers without CAP_NET_ADMIN in the initial user namespace"""
    restrict()
    for prefix in (["setpriv", "--reuid", "65534", "--clear-groups"],
                   ["unshare", "-U", "-r"], ["unshare", "-n"], ["unshare", "-U", "-r", "-n"]):
        for args in (["release"], ["confirm"], ["restrict", *REASON, "--lease", "1s"]):
            assert regiongate(*args, prefix=prefix)[0] == 1, (prefix, args)
    assert status()["mode"] == "restricted"


if __name__ == "__main__":
    subprocess.run(["modprobe", "regiongate"], check=True)
    ktap.main(globals(), before=lambda: regiongate("release"))
    regiongate("release")
