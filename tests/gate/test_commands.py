#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands apply wholly or not at all, are counted, and are told in order."""
import contextlib
import errno
import fcntl
import os
import struct
import subprocess

import rgtap
import rgnl
from rgtap import ktap
from rgnl import N, NOTICE, OPEN, RESTRICTED, num

c = rgtap.fresh()
EV_KEY, LETTERS = 1, range(16, 51)
UI_SET_EVBIT, UI_SET_KEYBIT, UI_DEV_SETUP, UI_DEV_CREATE = (
    0x40045564, 0x40045565, 0x405c5503, 0x5501)


def test_generation_starts():
    """a fresh module counts from 1, and says so as of boot"""
    global c
    c = rgtap.fresh()
    assert c.get()["GENERATION"] == 1
    assert c.get()["INITIATOR"] == N["INITIATOR_BOOT"]


def test_generation_counts():
    """each success adds one; refusals, reads and deadlines add none"""
    count = c.get()["GENERATION"]
    for step in (lambda: c.restrict(notice=60000), c.restrict, c.release,
                 lambda: c.restrict(confirm=30000),
                 lambda: c.command("GATE_CONFIRM",
                                   generation=c.get()["GENERATION"]),
                 lambda: c.request(N["CMD_PROFILE_SET"],
                                   rgtap.profile_body(c)),
                 lambda: c.restrict(lease=300)):
        step()
        count += 1
        assert c.get()["GENERATION"] == count
    rgtap.refused(lambda: c.restrict(rule=None), "rule")
    ktap.until(lambda: c.get()["MODE"] == OPEN)
    assert c.get()["GENERATION"] == count


def test_compare_and_set():
    """a set with a generation that is not current changes nothing"""
    now = c.restrict()["GENERATION"]
    before = rgnl.standing(c.get())
    for wrong in (now - 1, now + 1, 0, 2 ** 64 - 1):
        for call in (c.release, c.restrict):
            rgtap.refused(lambda: call(generation=wrong), "came first",
                          errno.ESTALE)
    assert rgnl.standing(c.get()) == before
    assert c.restrict(generation=now)["GENERATION"] == now + 1
    assert c.release(generation=now + 1)["MODE"] == OPEN


def test_replaced_whole():
    """a second set replaces the first in one step, with nothing left of it"""
    c.restrict(evidence=["a", "b"], own=True, grace=5000, confirm=9000)
    got = c.restrict(rule="rule-2", region="IR", text="T", contact="C")
    for name in ("EVIDENCE", "OWN", "GRACE", "TRIAL", "CONFIRM_LEFT"):
        assert name not in got
    assert (got["REGION"], got["TEXT"], got["CONTACT"]) == ("IR", "T", "C")


def test_half_profile():
    """a profile whose last part is bad leaves all of the earlier one"""
    before = rgtap.profile_body(c)
    bad = rgnl.nest(N["A_PROFILE_NET"],
                    num(N["A_NET_ACTION_CLASS"], N["NET_CLASS_WIFI"]),
                    num(N["A_NET_ACTION_ACTION"], N["ACTION_DOWN"]))
    for begin in (c.release, c.restrict):
        begin()
        count = c.get()["GENERATION"]
        rgtap.refused(lambda: c.request(
            N["CMD_PROFILE_SET"], num(N["A_PROFILE_KEY"], 30) + bad), "Wi-Fi")
        assert rgtap.profile_body(c) == before
        assert c.get()["GENERATION"] == count


def test_notified():
    """each change is told once, in order, in the shape of gate-get"""
    ear = rgnl.Client(listen=True)
    states = [c.restrict(notice=60000, evidence="a", own=True),
              c.restrict(rule="rule-2", notice=60000),
              c.release(), c.restrict(confirm=30000)]
    states.append(c.command("GATE_CONFIRM",
                            generation=states[-1]["GENERATION"]))
    states += [c.restrict(own=True, grace=1000), c.release()]
    got = ear.pending()
    assert [cmd for cmd, _ in got] == [N["CMD_GATE_NTF"]] * len(states)
    for (_, told), state in zip(got, states):
        assert rgnl.standing(told) == rgnl.standing(state)
        assert set(told) == set(state)
        assert told["INITIATOR"] == N["INITIATOR_COMMAND"]
    assert [s["MODE"] for _, s in got] == [
        NOTICE, NOTICE, OPEN, RESTRICTED, RESTRICTED, RESTRICTED, OPEN]


def test_refusals_untold():
    """a refused command is told to nobody"""
    c.restrict()
    ear = rgnl.Client(listen=True)
    rgtap.refused(lambda: c.restrict(text=None), "text")
    rgtap.refused(lambda: c.release(generation=1), "came first")
    rgtap.refused(lambda: c.command("GATE_CONFIRM", generation=1), "nothing")
    assert not ear.pending()


@contextlib.contextmanager
def links(count):
    """Links enough for a dump of several packets."""
    subprocess.run(["modprobe", "dummy", "numdummies=0"], check=True)
    names = [f"gate{i}" for i in range(count)]
    for batch in ("add", "del"):
        lines = "".join(f"link {batch} {n} type dummy\n" for n in names)
        subprocess.run(["ip", "-batch", "-"], input=lines.encode(), check=True)
        if batch == "add":
            try:
                yield
            except BaseException:
                subprocess.run(["rmmod", "dummy"], check=False)
                raise


def interrupted(change):
    """Whether a dump is flagged when change() comes in the midst of it."""
    client = rgnl.Client(room=4096)
    client.send(N["CMD_DEVICE_GET"], b"", rgnl.NLM_F_DUMP)
    change()
    devices, flag = client.rest_of_dump()
    assert len(devices) > 60
    client.close()
    return flag


def test_dump_quiet():
    """a dump under which nothing changes is whole and not flagged"""
    with links(60):
        assert not interrupted(lambda: None)
        devices, _ = c.dump()
        seen = [(d[N["A_DEVICE_KIND"]], d[N["A_DEVICE_ID"]]) for d in devices]
        assert len(set(seen)) == len(seen)
        listed = len(os.listdir("/sys/class/net"))
        kind = N["A_DEVICE_KIND"]
        assert len(c.dump(num(kind, 0))[0]) == listed
        assert len(c.dump(num(kind, 1))[0]) == len(devices) - listed


def test_dump_command():
    """a dump is flagged when a command comes in the midst of it"""
    with links(60):
        assert interrupted(c.restrict)
        assert interrupted(c.release)


def test_dump_device_event():
    """a dump is flagged when a device event comes in the midst of it"""
    subprocess.run(["modprobe", "uinput"], check=True)
    with links(60), open("/dev/uinput", "wb", buffering=0) as keyboard:
        fcntl.ioctl(keyboard, UI_SET_EVBIT, EV_KEY)
        for key in LETTERS:
            fcntl.ioctl(keyboard, UI_SET_KEYBIT, key)
        fcntl.ioctl(keyboard, UI_DEV_SETUP,
                    struct.pack("HHHH80sI", 3, 1, 2, 3, b"gate test", 0))
        c.restrict()
        assert interrupted(lambda: fcntl.ioctl(keyboard, UI_DEV_CREATE))


def test_dump_filters():
    """a dump honours kind, id and netns"""
    lo = c.dump(num(N["A_DEVICE_KIND"], 0) + num(N["A_DEVICE_ID"], 1))[0]
    names = {d[N["A_DEVICE_NAME"]] for d in lo}
    assert names == {b"lo\0"}
    netns = lo[0][N["A_DEVICE_NETNS"]]
    same = c.dump(rgnl.raw(N["A_DEVICE_NETNS"], netns))[0]
    assert {d[N["A_DEVICE_NETNS"]] for d in same} == {netns}
    assert c.dump(num(N["A_DEVICE_NETNS"], 1))[0] == []
    one = dict(rgnl.split(c.request(N["CMD_DEVICE_GET"],
                                    num(N["A_DEVICE_KIND"], 0) +
                                    num(N["A_DEVICE_ID"], 1))))
    assert one.keys() == lo[0].keys()


rgtap.main(globals())
