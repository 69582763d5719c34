#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices that come and go, and the module that does."""
import errno
import os
import select
import subprocess
import threading

import rgdev as d
import rggate as g

g.load()
gate = g.Gate()


class Snoop(threading.Thread):
    """Opens every event node as soon as it appears and reads from it."""

    def __init__(self):
        super().__init__(daemon=True)
        self.on, self.readers, self.seen = True, {}, []
        self.known = set(os.listdir("/dev/input"))
        self.start()

    def run(self):
        while self.on:
            for name in set(os.listdir("/dev/input")) - self.known:
                self.known.add(name)
                if name.startswith("event"):
                    self.add(name)
            for name, reader in list(self.readers.items()):
                try:
                    self.seen.extend((name, e) for e in reader.events())
                except OSError:
                    self.readers.pop(name).close()
            select.select([], [], [], 0)

    def add(self, name):
        try:
            self.readers[name] = d.Reader("/dev/input/" + name)
        except OSError as err:
            if err.errno not in (errno.ENODEV, errno.ENOENT, errno.ENXIO):
                raise

    def stop(self):
        self.on = False
        self.join()


def test_race():
    """of 40 keyboards that appear while closed none leaks its first letters"""
    gate.close()
    snoop = Snoop()
    gate.watch()
    try:
        devs = []
        for number in range(40):
            dev = d.keyboard(f"test keyboard {number}")
            dev.tap(*[d.KEY_A] * 5)
            devs.append(dev)
        d.wait_for(lambda: len(snoop.readers) >= 40, "all event nodes read")
        for dev in devs:
            assert gate.device(dev).held == 10
        hotplug = g.N["INITIATOR_HOTPLUG"]
        events = gate.pending()
        for dev in devs:
            mine = [(e.event, e.initiator) for e in events if e.id == dev.id]
            assert mine == [(g.GATED, hotplug)], mine
    finally:
        snoop.stop()
        gate.open()
    assert snoop.seen == [], snoop.seen[:5]
    for dev in devs:
        dev.close()


def test_toggle_race():
    """devices that appear while the gate toggles end up as the gate is"""
    stop = threading.Event()
    devs = []

    def make():
        while not stop.is_set():
            devs.append(d.keyboard(f"test keyboard {len(devs)}"))
            if len(devs) % 3 == 0:
                devs[-2].close()
    maker = threading.Thread(target=make, daemon=True)
    maker.start()
    try:
        for _ in range(20):
            gate.close()
            gate.open()
        gate.close()
        made = len(devs)
        d.wait_for(lambda: len(devs) > made + 3, "more devices")
    finally:
        stop.set()
        maker.join()
    alive = [dev for dev in devs if dev.fd >= 0]
    assert alive
    for dev in alive:
        assert gate.device(dev).flags & g.FLAG_GATED
    gate.open()
    for dev in alive:
        reader = d.Reader(dev.node())
        dev.tap(d.KEY_A)
        assert len(reader.events()) == 2
        reader.close()
        dev.close()


def test_unplug():
    """a device unplugged while closed leaves, and its emergency key is released"""
    dev = d.keyboard()
    power = d.Reader(d.node_of(d.input_named("regiongate emergency keys")))
    reader = d.Reader(dev.node())
    reader.grab()
    gate.close()
    gate.watch()
    dev.press(d.KEY_POWER)
    gone = dev.id
    dev.close()
    assert power.events() == [(d.EV_KEY, d.KEY_POWER, 1),
                              (d.EV_KEY, d.KEY_POWER, 0)]
    assert d.fails_with(errno.ENODEV, reader.events)
    assert gone not in [each.id for each in gate.devices()]
    assert gate.seen(dev) == [(g.GONE, g.N["INITIATOR_HOTPLUG"])]
    gate.open()


def test_inhibit():
    """a device inhibited while gated is gated after it, and free when opened"""
    dev = d.keyboard()
    reader = d.Reader(dev.node())

    def inhibit(value):
        with open(f"/sys/class/input/{dev.sysname}/inhibited", "w",
                  encoding="ascii") as file:
            file.write(value)
    gate.close()
    inhibit("1")
    dev.tap(d.KEY_A)
    inhibit("0")
    dev.tap(d.KEY_A)
    assert reader.events() == []
    inhibit("1")
    gate.open()
    inhibit("0")
    dev.tap(d.KEY_A)
    assert len(reader.events()) == 2


def unload():
    subprocess.run(["modprobe", "-r", "regiongate"], check=True)


def test_unload():
    """the module leaves no device and no grab behind, twelve times over"""
    global gate
    dev, pad = d.keyboard(), d.touch()
    reader = d.Reader(dev.node())
    for turn in range(12):
        power = d.Reader(d.node_of(d.input_named("regiongate emergency keys")))
        gate.close()
        dev.press(d.KEY_A)
        gate.open()
        unload()
        assert d.fails_with(errno.ENODEV, power.events)
        assert d.input_named("regiongate emergency keys") is None
        assert d.input_named("regiongate ui") is None
        assert d.input_named("regiongate ui clone") is None
        reader.events()
        dev.release(d.KEY_A)
        dev.tap(d.KEY_B)
        assert len(reader.events()) == 2, turn
        reader.grab()
        reader.grab(False)
        g.load()
        gate = g.Gate()
    pad.close()


def test_signal():
    """a module load hit by a signal leaves nothing half done"""
    global gate
    unload()
    for number in range(20):
        child = subprocess.Popen(["modprobe", "regiongate"],
                                 stderr=subprocess.DEVNULL)
        select.select([], [], [], 0.002 * number)
        child.terminate()
        child.wait()
        subprocess.run(["modprobe", "-r", "regiongate"], check=False)
        assert d.input_named("regiongate ui") is None
    g.load()
    gate = g.Gate()
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    dev.tap(d.KEY_A)
    assert len(reader.events()) == 2


d.run([test_race, test_toggle_race, test_unplug, test_inhibit, test_unload,
       test_signal], g.Gate)
