#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a closed gate holds back, and from whom."""
import errno
import os
import signal
import subprocess
import sys
import termios

import rgdev as d
import rggate as g
from tracepoints import Trace

# Grabs and lets go, and tells of every key that it reads.
SPIN = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_NONBLOCK)
print("ready", flush=True)
while True:
    for on in (1, 0):
        try:
            fcntl.ioctl(fd, 0x40044590, on)
        except OSError:
            pass
        try:
            data = os.read(fd, 24 * 64)
            if any(data[at + 16] == 1 for at in range(0, len(data), 24)):
                print("read", flush=True)
        except BlockingIOError:
            pass
"""

g.load()
gate = g.Gate()


class Closed:
    """With this the gate is closed; with a profile of its own if named."""

    def __init__(self, **profile):
        self.own = profile

    def __enter__(self):
        if self.own:
            gate.profile(**self.own)
        gate.close()

    def __exit__(self, *unused):
        gate.open()
        if self.own:
            gate.profile()


def test_reader():
    """a reader gets letters while open and none while closed"""
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    dev.tap(d.KEY_A)
    assert reader.events() == [(d.EV_KEY, d.KEY_A, 1), (d.EV_KEY, d.KEY_A, 0)]
    before = gate.device(dev).held
    with Closed():
        dev.tap(d.KEY_B)
        assert reader.events() == []
        assert gate.device(dev).held == before + 2
        assert gate.device(dev).flags & g.FLAG_GATED
    dev.tap(d.KEY_C)
    assert reader.events() == [(d.EV_KEY, d.KEY_C, 1), (d.EV_KEY, d.KEY_C, 0)]
    assert not gate.device(dev).flags & g.FLAG_GATED


def test_trace():
    """what is held back is traced, without telling the keys"""
    dev = d.keyboard()
    with Closed(), Trace("rgate_key_held") as trace:
        dev.tap(d.KEY_B)
        dev.tap(d.KEY_POWER)
        assert trace.lines("rgate_key_held") == [
            f"input {dev.id} type={d.EV_KEY}"] * 2


def open_console():
    fd = os.open("/dev/tty1", os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    mode = termios.tcgetattr(fd)
    mode[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(fd, termios.TCSANOW, mode)
    termios.tcflush(fd, termios.TCIFLUSH)
    return fd


def typed(fd):
    try:
        return os.read(fd, 64)
    except BlockingIOError:
        return b""


def test_console():
    """the console gets letters while open and none while closed"""
    dev, fd = d.keyboard(), open_console()
    dev.tap(d.KEY_A)
    d.wait_for(lambda: typed(fd) == b"a", "an a on the console")
    with Closed():
        dev.tap(d.KEY_B)
    dev.tap(d.KEY_C)
    got = d.wait_for(lambda: typed(fd), "a c on the console")
    assert got == b"c", got


def sysrq_help(dev):
    for code in (d.KEY_LEFTALT, d.KEY_SYSRQ):
        dev.press(code)
    dev.tap(d.KEY_H)
    for code in (d.KEY_SYSRQ, d.KEY_LEFTALT):
        dev.release(code)


def test_sysrq():
    """sysrq by keyboard works while open, and not while closed, not even after
    its filter was registered again
    """
    dev, log = d.keyboard(), d.kernel_log()

    def sysrq(value):
        with open("/proc/sys/kernel/sysrq", "w", encoding="ascii") as file:
            file.write(value)
    sysrq("1")
    sysrq_help(dev)
    d.wait_for(lambda: d.kernel_said(log, "sysrq: HELP"), "sysrq's help")
    with Closed():
        sysrq_help(dev)
        sysrq("0")
        sysrq("1")
        sysrq_help(dev)
        assert not d.kernel_said(log, "sysrq: HELP")
    sysrq_help(dev)
    d.wait_for(lambda: d.kernel_said(log, "sysrq: HELP"), "sysrq's help")


def test_sysrq_kept():
    """sysrq by a keyboard that the profile keeps works while closed"""
    log = d.kernel_log()
    dev = d.keyboard(product=7)
    with Closed(keep=(3, 0x1234, 7)):
        sysrq_help(dev)
        d.wait_for(lambda: d.kernel_said(log, "sysrq: HELP"), "sysrq's help")


def test_spinners():
    """processes that ask for the grab all the time get nothing while closed"""
    dev = d.keyboard()
    spin = [subprocess.Popen([sys.executable, "-c", SPIN, dev.node()], stdout=subprocess.PIPE)
            for _ in range(3)]
    for process in spin:
        process.stdout.readline()
    try:
        for _ in range(30):
            with Closed():
                dev.tap(d.KEY_A)
                assert gate.device(dev).held
    finally:
        for process in spin:
            process.send_signal(signal.SIGTERM)
    # Letters are typed only while closed.
    seen = [process.stdout.read() for process in spin]
    assert seen == [b""] * 3, seen


def test_mice():
    """/dev/input/mice gets moves while open and none while closed"""
    dev = d.mouse()
    fd = os.open("/dev/input/mice", os.O_RDONLY | os.O_NONBLOCK)
    dev.send((d.EV_REL, d.REL_X, 5))
    assert typed(fd)
    with Closed():
        dev.send((d.EV_REL, d.REL_X, 5))
        assert not typed(fd)
    dev.send((d.EV_REL, d.REL_X, 5))
    assert typed(fd)


def test_evict():
    """the holder of an exclusive grab loses it, once, with an event"""
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    reader.grab()
    gate.watch()
    with Closed():
        assert [e for e, _ in gate.seen(dev)] == [g.GATED, g.EVICTED]
        assert gate.device(dev).evicted == 1
        dev.tap(d.KEY_A)
        assert reader.events() == []
        reader.grab(False)
        dev.tap(d.KEY_A)
        assert reader.events() == []
    dev.tap(d.KEY_A)
    assert len(reader.events()) == 2
    reader.grab()
    reader.grab(False)


def test_evict_dead():
    """an evicted holder may die, and the device live on"""
    dev = d.keyboard()
    holder, reader = d.Reader(dev.node()), d.Reader(dev.node())
    holder.grab()
    with Closed():
        holder.close()
        dev.tap(d.KEY_A)
        assert reader.events() == []
    dev.tap(d.KEY_A)
    assert len(reader.events()) == 2


def test_grab_later():
    """no process gets a grab while closed"""
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    with Closed():
        assert d.fails_with(errno.EBUSY, reader.grab)
        dev.tap(d.KEY_A)
        assert reader.events() == []
    reader.grab()


def test_inject():
    """events written into an event node are ignored while closed"""
    dev = d.keyboard()
    reader, other = d.Reader(dev.node()), d.Reader(dev.node())
    power = d.Reader(d.node_of(d.input_named("regiongate emergency keys")))
    keys = [(d.EV_KEY, d.KEY_POWER, 1), (d.EV_SYN, 0, 0),
            (d.EV_KEY, d.KEY_POWER, 0), (d.EV_SYN, 0, 0)]
    other.inject(*keys)
    assert len(reader.events()) == 2
    with Closed():
        other.inject(*keys)
        assert reader.events() == [] and power.events() == []


def test_half_packet():
    """half a packet from before closing does not come out of it"""
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    dev.raw((d.EV_KEY, d.KEY_A, 1))
    with Closed():
        first = reader.events()
        dev.send((d.EV_KEY, d.KEY_B, 1), (d.EV_KEY, d.KEY_B, 0))
        assert reader.events() == []
    assert first in ([], [(d.EV_KEY, d.KEY_A, 1), (d.EV_KEY, d.KEY_A, 0)])
    assert reader.down() == []


def test_kept():
    """classes and devices that the profile keeps are not gated"""
    button, kept = d.button(), d.keyboard(product=77)
    gated, other = d.keyboard(), d.keyboard(vendor=77)
    readers = [d.Reader(dev.node()) for dev in (button, kept, gated, other)]
    with Closed(keep=(3, 0x1234, 77)):
        for dev in (button, kept, gated, other):
            dev.tap(d.KEY_POWER)
        assert [len(r.events()) for r in readers] == [2, 2, 0, 0]
        assert gate.device(kept).flags & g.FLAG_EXCEPTION
        assert gate.device(kept).action == g.KEEP
        assert gate.device(gated).action == g.EMERGENCY
    with Closed(gated=("button",)):
        for dev in (button, kept, gated, other):
            dev.tap(d.KEY_A if dev is not button else d.KEY_POWER)
        assert [len(r.events()) for r in readers] == [0, 2, 2, 2]


def test_profile_change():
    """a change of profile while closed gates and frees devices at once"""
    keys, mouse = d.keyboard(), d.mouse()
    readers = [d.Reader(dev.node()) for dev in (keys, mouse)]

    def seen():
        keys.tap(d.KEY_A)
        mouse.send((d.EV_REL, d.REL_X, 1))
        return [len(r.events()) for r in readers]
    gate.watch()
    with Closed(gated=("keyboard",)):
        assert seen() == [0, 1]
        gate.profile(gated=("pointer",))
        assert seen() == [2, 0]
        gate.profile(gated=())
        assert seen() == [2, 1]
    events = [[e for e, _ in gate.seen(dev)] for dev in (keys,)]
    assert events == [[g.GATED, g.OPENED]], events


def test_classes():
    """devices are told apart by what they can send"""
    want = {
        d.keyboard(): "keyboard", d.button(): "button", d.mouse(): "pointer",
        d.touch(): "touch",
        d.Uinput("test lid", switches=[0]): "switch",
        d.Uinput("test tilt", axes={d.ABS_X: 10, d.ABS_Y: 10}): "sensor",
        d.Uinput("test led", leds=[0]): "other",
        d.Uinput("test pad", keys=[d.BTN_TOUCH, 0x145], props=[0],
                 axes={d.ABS_X: 10, d.ABS_Y: 10}): "pointer",
        d.Uinput("test tablet", keys=[d.BTN_LEFT], rel=[d.REL_WHEEL],
                 axes={d.ABS_X: 10, d.ABS_Y: 10}): "pointer",
        d.Uinput("test receiver", keys=[d.KEY_A, d.BTN_LEFT],
                 rel=[d.REL_X, d.REL_Y]): "keyboard",
        d.Uinput("test remote", keys=range(0x80, 0xa0), repeat=True): "keyboard",
        d.Uinput("test few", keys=range(0x80, 0x84), repeat=True): "button",
        d.Uinput("test stick", rel=[d.REL_Y]): "pointer",
        d.Uinput("test gravity", keys=[d.BTN_LEFT], props=[6],
                 axes={d.ABS_X: 10, d.ABS_Y: 10}): "pointer",
        d.Uinput("test pen", keys=[0x140], axes={d.ABS_X: 10, d.ABS_Y: 10}): "touch",
        d.Uinput("test fingers", props=[d.INPUT_PROP_DIRECT],
                 axes={d.ABS_MT_SLOT: 1, d.ABS_MT_POSITION_X: 9, d.ABS_MT_POSITION_Y: 9,
                       d.ABS_MT_TRACKING_ID: 9}): "touch",
        d.Uinput("test finger pad", keys=[0x145], axes={d.ABS_X: 10, d.ABS_Y: 10}): "pointer",
    }
    for dev, name in want.items():
        got = gate.device(dev).input_class
        assert got == g.CLASS[name], (dev.name, name, got)


def test_at_keyboard():
    """a keyboard on its own bus is gated, and let through by its parent's name"""
    name = "AT Translated Set 2 keyboard"
    at = next(dev for dev in gate.devices() if dev.name == name)
    assert at.bus == "serio0", at.bus
    reader, port = d.Reader(d.node_of(f"input{at.id}")), d.Port()
    letter = (d.EV_KEY, d.KEY_A, 0)
    port.scancode(0x1e, 0x9e)
    reader.until(letter)
    with Closed():
        before = gate.device(at).held
        port.scancode(0x1e, 0x9e)
        d.wait_for(lambda: gate.device(at).held >= before + 2, "held back keys")
        assert letter not in reader.events()
    for bus in ("serio0", "i8042"):
        with Closed(keep=bus):
            assert not gate.device(at).flags & g.FLAG_GATED
            port.scancode(0x1e, 0x9e)
            reader.until(letter)


d.run([test_reader, test_trace, test_console, test_sysrq, test_sysrq_kept, test_mice,
       test_evict, test_evict_dead, test_grab_later, test_spinners, test_inject, test_half_packet,
       test_kept, test_profile_change, test_classes, test_at_keyboard], g.Gate)
