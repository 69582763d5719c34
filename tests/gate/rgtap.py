# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the tests of a program, each with an open gate and the profile of a fresh module."""
import atexit
import ctypes
import os
import subprocess
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("fixtures", "input")]

import ktap  # noqa: E402
import rgnl
from rgnl import N

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NOBODY = 65534


def load(*params):
    subprocess.run(["modprobe", "regiongate", *params], check=True)


def unload():
    subprocess.run(["modprobe", "-r", "regiongate"], check=True)


def wired():
    """Makes a wired link for a machine that has none; false if it cannot."""
    if subprocess.run(["modprobe", "netdevsim"], check=False).returncode:
        return False
    with open("/sys/bus/netdevsim/new_device", "w", encoding="ascii") as file:
        file.write("3 1")
    return True


def fresh():
    """A client of a module that was loaded just now."""
    unload()
    load()
    return rgnl.Client()


def reset(profile):
    client = rgnl.Client()
    client.command("EMERGENCY_SET", emergency=0)
    client.release()
    client.request(N["CMD_PROFILE_SET"], profile)
    client.close()


def profile_body(client):
    """The profile in force, as profile-set takes it."""
    body = b""
    nested = {N["A_PROFILE_" + n] for n in ("NET", "INPUT", "FLOW", "CHORD")}
    for kind, value in rgnl.split(client.request(N["CMD_PROFILE_GET"])):
        if kind in (N["A_PROFILE_PAD"], N["A_PROFILE_GENERATION"]):
            continue
        if kind in nested:
            value = b"".join(rgnl.raw(k, v) for k, v in rgnl.split(value)
                             if kind != N["A_PROFILE_CHORD"]
                             or k != N["A_CHORD_PAD"])
            kind |= rgnl.NLA_F_NESTED
        body += rgnl.raw(kind, value)
    return body


def refused(call, word, number=None):
    """call must be refused with a sentence that has word in it."""
    try:
        call()
    except rgnl.Refused as error:
        assert word in str(error), f"sentence: {error}"
        assert number in (None, error.number), f"error {error.number}"
        return error
    raise AssertionError("was not refused")


def unshare(flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        raise OSError(ctypes.get_errno(), "unshare")


def become(uid, userns=False, netns=False):
    """Leave root's rights, and perhaps be root of a user namespace."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if not userns and not netns:
        return
    # A changed uid hides /proc/self from its owner until it may be dumped.
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
    unshare(CLONE_NEWUSER | (CLONE_NEWNET if netns else 0))
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"),
                       ("gid_map", f"0 {uid} 1")):
        with open("/proc/self/" + name, "w", encoding="ascii") as file:
            file.write(text)


def as_user(call, uid=NOBODY, **how):
    """Run call() in a process without root's rights; its assertions count."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            become(uid, **how)
            call()
            code = 0
        except BaseException:
            traceback.print_exc(file=sys.stdout)
        finally:
            sys.stdout.flush()
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0, "the other user's part failed"


def main(tests, plain=True):
    """Run them; without plain, each looks after the module itself."""
    profile = profile_body(rgnl.Client()) if plain else None
    if plain:
        atexit.register(reset, profile)
    ktap.main(tests, before=(lambda: reset(profile)) if plain else None)
