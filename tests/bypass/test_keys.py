#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways around the input gate."""
import errno
import os

from limits import limit
import rgdev as d
import rggate as g

g.load()
gate = g.Gate()


def emergency_reader():
    return d.Reader(d.node_of(d.input_named("regiongate emergency keys")))


def silent(dev, reader, code=d.KEY_A):
    reader.events()
    dev.tap(code)
    return reader.events() == []


def test_grab_before():
    """a device that a process holds for itself"""
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    reader.grab()
    gate.close()
    assert silent(dev, reader)


def test_grab_after():
    """a process that asks for a gated device"""
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    gate.close()
    assert d.fails_with(errno.EBUSY, reader.grab)
    assert silent(dev, reader)


def test_new_device():
    """a device that appears while the gate is closed"""
    gate.close()
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    assert silent(dev, reader)


def test_inject():
    """events written to the node of a gated device"""
    dev = d.keyboard()
    reader, sos = d.Reader(dev.node()), emergency_reader()
    gate.close()
    reader.inject((d.EV_KEY, d.KEY_POWER, 1), (d.EV_SYN, 0, 0))
    assert reader.events() == [] and sos.events() == []


def test_remap():
    """a letter that is remapped to be an emergency key, or the other way round"""
    dev = d.keyboard()
    reader, sos = d.Reader(dev.node()), emergency_reader()
    gate.close()
    assert d.fails_with(errno.EBUSY, reader.remap, d.KEY_A, d.KEY_POWER) or \
        d.fails_with(errno.EINVAL, reader.remap, d.KEY_A, d.KEY_POWER)
    dev.tap(d.KEY_A)
    assert sos.events() == []


def test_sysrq_toggle():
    """sysrq switched off and on, which registers its filter anew"""
    dev, log = d.keyboard(), d.kernel_log()
    gate.close()
    for value in ("0", "1"):
        with open("/proc/sys/kernel/sysrq", "w", encoding="ascii") as file:
            file.write(value)
    for code in (d.KEY_LEFTALT, d.KEY_SYSRQ, d.KEY_H):
        dev.press(code)
    for code in (d.KEY_H, d.KEY_SYSRQ, d.KEY_LEFTALT):
        dev.release(code)
    assert not d.kernel_said(log, "sysrq: HELP")


@limit("`/proc/sysrq-trigger` bypass it")
def test_sysrq_trigger():
    """/proc/sysrq-trigger needs no key"""
    log = d.kernel_log()
    gate.close()
    with open("/proc/sysrq-trigger", "w", encoding="ascii") as file:
        file.write("h")
    d.wait_for(lambda: d.kernel_said(log, "sysrq: HELP"), "sysrq's help")


@limit("hidraw, hiddev, usbfs")
def test_hidraw():
    """hidraw tells what a HID device reports, gated or not"""
    dev = d.Uhid("bypass consumer")
    (node,) = d.wait_for(dev.hidraws, "a hidraw node")
    raw = os.open(node, os.O_RDONLY | os.O_NONBLOCK)
    gate.close()
    dev.tap()
    assert os.read(raw, 64) == b"\x01"
    os.close(raw)


@limit("key state can still be polled by EVIOCGKEY")
def test_poll():
    """EVIOCGKEY tells what is held down on a gated device"""
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    gate.close()
    dev.press(d.KEY_A)
    assert d.KEY_A in reader.down() and reader.events() == []
    dev.release(d.KEY_A)


@limit("/dev/uinput can make devices that send emergency keys")
def test_uinput():
    """a device made through uinput sends emergency keys, and nothing else"""
    gate.close()
    dev, sos = d.keyboard(), emergency_reader()
    reader = d.Reader(dev.node())
    assert silent(dev, reader) and sos.events() == []
    dev.tap(d.KEY_POWER)
    assert sos.events() == [(d.EV_KEY, d.KEY_POWER, 1), (d.EV_KEY, d.KEY_POWER, 0)]


@limit("whoever may open the emergency device's node can grab it")
def test_emergency_grab():
    """whoever may open the emergency device can keep its keys for himself"""
    dev, sos, other = d.keyboard(), emergency_reader(), emergency_reader()
    gate.close()
    sos.grab()
    dev.tap(d.KEY_POWER)
    assert sos.events() and other.events() == []
    sos.grab(False)


def test_driver():
    """a driver that leaves the AT keyboard and takes it again"""
    gate.close()
    bus = os.path.basename(os.path.realpath("/sys/bus/serio/drivers/atkbd/serio0"))
    for what in ("none", "atkbd"):
        with open(f"/sys/bus/serio/devices/{bus}/drvctl", "w", encoding="ascii") as file:
            file.write(what)
    d.wait_for(lambda: any(dev.name.startswith("AT ") and dev.flags & g.FLAG_GATED
                           for dev in gate.devices()), "the keyboard, gated again")


def opened(good):
    if not good:
        print("# the next one starts afresh")
    gate.open()


if __name__ == "__main__":
    d.ktap.main(globals(), after=opened)
