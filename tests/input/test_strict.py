#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A strict profile: gated devices have no nodes, which would tell what is held down."""
import errno
import fcntl
import glob
import os
import subprocess
import threading

import rgdev as d
import rggate as g
import gadget

g.load()


def withdrawn(gate, dev):
    return bool(gate.device(dev).flags & g.FLAG_WITHDRAWN)


def test_node():
    """a gated device has no event node, and the same one again after opening"""
    gate, dev = g.Gate(), d.keyboard()
    gate.profile(strict=True)
    before = dev.node()
    reader = d.Reader(before)
    gate.close()
    assert not d.has_node(dev) and not os.path.exists(before)
    assert withdrawn(gate, dev)
    dev.press(d.KEY_A)
    assert d.fails_with(errno.ENODEV, reader.down), "keys can still be polled"
    assert d.fails_with(errno.ENODEV, reader.events), "events can still be read"
    dev.release(d.KEY_A)
    reader.close()
    gate.open()
    d.wait_for(lambda: d.has_node(dev), "the event node again")
    assert dev.node() == before, "another node"
    d.wait_for(lambda: not withdrawn(gate, dev), "the node shown")
    reader = d.Reader(before)
    dev.tap(d.KEY_B)
    assert reader.events() == [(d.EV_KEY, d.KEY_B, 1), (d.EV_KEY, d.KEY_B, 0)]


def test_emergency():
    """emergency keys arrive, and so does the chord"""
    gate, dev = g.Gate(), d.keyboard()
    gate.profile(strict=True)
    gate.close()
    reader = d.Reader(d.node_of(d.input_named("regiongate emergency keys")))
    dev.tap(d.KEY_POWER, d.KEY_A)
    assert reader.events() == [(d.EV_KEY, d.KEY_POWER, 1), (d.EV_KEY, d.KEY_POWER, 0)]
    dev.tap(*[d.KEY_POWER] * 4)
    d.wait_for(gate.emergency, "the emergency window")
    gate.emergency_stop()
    gate.open()


def test_kept():
    """devices that are not gated keep their nodes, and so does the UI device"""
    gate, kept, dev = g.Gate(), d.button(), d.keyboard()
    gate.profile(strict=True)
    gate.close()
    assert d.has_node(kept) and not d.has_node(dev)
    reader = d.Reader(d.node_of(d.input_named("regiongate ui")))
    reader.grab()
    dev.tap(d.KEY_A)
    assert reader.events() == [(d.EV_KEY, d.KEY_A, 1), (d.EV_KEY, d.KEY_A, 0)]
    gate.open()


def test_hotplug():
    """a device that appears has no node until opening, and one that leaves is forgotten"""
    gate = g.Gate()
    gate.profile(strict=True)
    gate.close()
    dev, leaver = d.keyboard("stays"), d.keyboard("leaves")
    d.wait_for(lambda: withdrawn(gate, dev) and withdrawn(gate, leaver), "no nodes")
    assert not d.has_node(dev)
    leaver.close()
    gate.open()
    d.wait_for(lambda: d.has_node(dev), "the event node")


def test_profile():
    """a profile that is strict at times, while restricted, takes nodes and gives them back"""
    gate, dev = g.Gate(), d.keyboard()
    gate.close()
    for _ in range(10):
        gate.profile(strict=True)
        assert not d.has_node(dev)
        gate.profile()
        d.wait_for(lambda: d.has_node(dev), "the event node")
    gate.open()


def test_hidraw():
    """hidraw of a gated HID device is closed until opening, of a newcomer too"""
    gate, hid = g.Gate(), d.Uhid("strict consumer")
    gate.profile(gated=("button",), strict=True)
    (node,) = d.wait_for(hid.hidraws, "a hidraw node")
    raw = os.open(node, os.O_RDONLY | os.O_NONBLOCK)
    gate.close()
    assert not hid.hidraws(), "the node is still there"
    hid.tap()
    try:
        assert not os.read(raw, 64), "reports can still be read"
    except OSError as why:
        assert why.errno in (errno.EIO, errno.ENODEV), why
    os.close(raw)
    later = d.Uhid("strict latecomer")
    d.wait_for(lambda: withdrawn(gate, later), "no event node")
    # Waits until its driver has finished, and nothing more can appear.
    gate.profile(gated=("button",), strict=True)
    assert not later.hidraws() and not d.has_node(later), "it has nodes"
    later.close()
    gate.open()
    d.wait_for(lambda: hid.hidraws() and d.has_node(hid), "the nodes again")
    raw = open_node(hid.hidraws)
    hid.tap()
    assert os.read(raw, 64) == b"\x01"
    os.close(raw)


def open_node(nodes):
    """Opens the one of nodes(), which sysfs tells of before it is in /dev."""
    (node,) = d.wait_for(lambda: [node for node in nodes() if os.path.exists(node)], "a node")
    return os.open(node, os.O_RDONLY | os.O_NONBLOCK)


def test_held_hidraw():
    """a hidraw reader that stays open over the opening hears nothing more, others do"""
    gate, hid = g.Gate(), d.Uhid("strict held")
    gate.profile(gated=("button",), strict=True)
    held = open_node(hid.hidraws)
    gate.close()
    gate.open()
    later = open_node(hid.hidraws)
    hid.tap()
    assert d.fails_with(errno.EIO, os.read, held, 64), "the old reader hears it"
    assert os.read(later, 64) == b"\x01"
    os.close(held)
    hid.tap()
    assert os.read(later, 64) == b"\x00"
    assert os.read(later, 64) == b"\x01"
    os.close(later)


def test_busy_hidraw():
    """a device that leaves a reader's request unanswered does not hold up the command"""
    gate, hid = g.Gate(), d.Uhid("strict busy")
    gate.profile(gated=("button",), strict=True)
    raw = open_node(hid.hidraws)
    # hidraw holds its lock meanwhile, and uhid waits for five seconds.
    asker = threading.Thread(target=d.fails_with, args=(
        errno.EIO, fcntl.ioctl, raw, d.HIDIOCGFEATURE, bytearray(2)))
    asker.start()
    number = d.wait_for(hid.asked, "the request")
    gate.close()
    assert asker.is_alive() and hid.hidraws(), "the command waited for the reader"
    hid.refuse(number)
    d.wait_for(lambda: not hid.hidraws() and not d.has_node(hid), "no nodes")
    asker.join()
    os.close(raw)
    gate.open()
    d.wait_for(lambda: hid.hidraws() and d.has_node(hid), "the nodes again")


def test_rebind():
    """a driver that leaves its HID device and takes it again brings no node"""
    gate, hid = g.Gate(), d.Uhid("strict rebound")
    gate.profile(gated=("button",), strict=True)
    gate.close()
    bind = hid.unbind()
    bind()
    d.wait_for(lambda: withdrawn(gate, hid), "no event node")
    gate.profile(gated=("button",), strict=True)
    assert not hid.hidraws() and not d.has_node(hid), "it has nodes"
    bind = hid.unbind()
    gate.open()
    bind()
    d.wait_for(lambda: hid.hidraws() and d.has_node(hid), "the nodes again")
    raw = open_node(hid.hidraws)
    hid.tap()
    assert os.read(raw, 64) == b"\x01"
    os.close(raw)


def test_suspend():
    """a sleep of the machine brings no node, and opening after it does"""
    if not os.path.exists("/sys/power/pm_test"):
        raise d.ktap.Skip("this kernel cannot test its suspend")
    gate, dev, hid = g.Gate(), d.keyboard(), d.Uhid("strict asleep")
    gate.profile(gated=("button", "keyboard"), strict=True)
    gate.close()
    # Linux 7's own virtio disks do not come back from a sleep of all devices.
    depth = "devices" if os.uname().release.startswith("6.") else "freezer"
    for path, word in (("pm_test", depth), ("state", "freeze")):
        with open("/sys/power/" + path, "w", encoding="ascii") as file:
            file.write(word)
    assert not d.has_node(dev) and not d.has_node(hid) and not hid.hidraws()
    gate.open()
    d.wait_for(lambda: d.has_node(dev) and d.has_node(hid) and hid.hidraws(), "the nodes again")


class UsbHid:
    """A USB keyboard with a UPS in it, so that it has a hiddev node."""

    def __init__(self):
        before = set(os.listdir("/sys/class/input"))
        self.gadget, self.value = gadget.Gadget("hid"), 0
        self.sysname = d.wait_for(lambda: next(iter(
            name for name in set(os.listdir("/sys/class/input")) - before
            if name.startswith("input")), None), "a USB keyboard")
        self.id = int(self.sysname[5:])
        self.hidraws = lambda: d.Uhid.hidraws(self)

    @staticmethod
    def hiddevs():
        return glob.glob("/dev/usb/hiddev*")

    def reports_to(self, reader):
        """Whether a reader has got one; what comes before the driver's end is dropped."""
        self.value ^= 1
        fd = os.open("/dev/hidg0", os.O_RDWR)
        os.write(fd, bytes([2, self.value]))
        os.close(fd)
        return not d.fails_with(errno.EAGAIN, os.read, reader, 64)


def test_hiddev():
    """hiddev, too, is closed until opening"""
    if os.path.exists("/sys/kernel/debug/kmemleak"):
        raise d.ktap.Skip("the kernel's HID gadget leaks, which kmemleak faults; "
                          "other kernels run this")
    gate, usb = g.Gate(), UsbHid()
    gate.profile(strict=True)
    held = open_node(usb.hiddevs)
    d.wait_for(lambda: usb.reports_to(held), "its report")
    gate.close()
    assert not usb.hiddevs() and not usb.hidraws() and not d.has_node(usb)
    # First what came before.
    d.wait_for(lambda: d.fails_with(errno.EIO, os.read, held, 64), "no more reports")
    gate.open()
    d.wait_for(lambda: usb.hiddevs() and usb.hidraws() and d.has_node(usb), "the nodes again")
    os.close(held)
    held = open_node(usb.hiddevs)
    d.wait_for(lambda: usb.reports_to(held), "its report")
    os.close(held)
    usb.gadget.close()


def test_reload():
    """evdev that is loaded while closed gives nodes only to devices that are not gated"""
    gate, kept, dev = g.Gate(), d.button(), d.keyboard()
    if not os.path.isdir("/sys/module/evdev/holders"):
        raise d.ktap.Skip("evdev is built into this kernel")
    gate.profile(strict=True)
    gate.close()
    subprocess.run(["modprobe", "-r", "evdev"], check=True)
    try:
        assert not d.has_node(kept)
    finally:
        subprocess.run(["modprobe", "evdev"], check=True)
    d.wait_for(lambda: d.has_node(kept), "the node of a kept device")
    d.wait_for(lambda: not d.has_node(dev), "no node of a gated device")
    gate.open()
    d.wait_for(lambda: d.has_node(dev), "the event node")


def test_unload():
    """the module leaves no device without its node"""
    gate, dev = g.Gate(), d.keyboard()
    gate.profile(strict=True)
    gate.close()
    assert not d.has_node(dev)
    gate.open()
    gate.client.close()
    try:
        subprocess.run(["modprobe", "-r", "regiongate"], check=True)
        assert d.has_node(dev)
    finally:
        g.load()


d.run([test_node, test_emergency, test_kept, test_hotplug, test_profile, test_hidraw,
       test_held_hidraw, test_busy_hidraw, test_hiddev, test_rebind,
       test_suspend, test_reload, test_unload], g.Gate)
