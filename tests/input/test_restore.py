#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What closing takes, opening gives back; every press gets its release."""
import fcntl
import os
import threading

import rgdev as d
import rggate as g

g.load()
gate = g.Gate()
KDSETLED, KDSETLED_CAPS, KDSETLED_KEYS = 0x4B32, 4, 8


def test_release_closing():
    """a key held at closing is released for its reader, before the gate closes"""
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    dev.press(d.KEY_A)
    dev.press(d.KEY_B)
    gate.close()
    assert sorted(reader.events()) == sorted(
        [(d.EV_KEY, d.KEY_A, 1), (d.EV_KEY, d.KEY_B, 1),
         (d.EV_KEY, d.KEY_A, 0), (d.EV_KEY, d.KEY_B, 0)])
    assert reader.down() == []
    dev.release(d.KEY_A)
    gate.open()
    dev.release(d.KEY_B)
    assert reader.events() == []


def test_release_opening():
    """a key held at opening is released for the reader of emergency keys"""
    dev = d.keyboard()
    power = d.Reader(d.node_of(d.input_named("regiongate emergency keys")))
    reader = d.Reader(dev.node())
    gate.close()
    dev.press(d.KEY_POWER)
    dev.press(d.KEY_A)
    gate.open()
    assert power.events() == [(d.EV_KEY, d.KEY_POWER, 1),
                              (d.EV_KEY, d.KEY_POWER, 0)]
    assert power.down() == [] and reader.down() == []
    dev.release(d.KEY_POWER)
    dev.release(d.KEY_A)
    assert reader.events() == []
    dev.tap(d.KEY_A)
    assert len(reader.events()) == 2


def test_touch():
    """touches end at closing, and new ones arrive after opening"""
    dev = d.touch()
    reader = d.Reader(dev.node())

    def down(slot, ident, x):
        dev.send((d.EV_ABS, d.ABS_MT_SLOT, slot),
                 (d.EV_ABS, d.ABS_MT_TRACKING_ID, ident),
                 (d.EV_ABS, d.ABS_MT_POSITION_X, x),
                 (d.EV_KEY, d.BTN_TOUCH, 1))
    down(0, 7, 100)
    down(2, 8, 200)
    reader.events()
    gate.close()
    events = reader.events()
    ended = (d.EV_ABS, d.ABS_MT_TRACKING_ID, -1)
    assert events.count(ended) == 2 and (d.EV_KEY, d.BTN_TOUCH, 0) in events
    assert (d.EV_ABS, d.ABS_MT_SLOT, 0) in events
    dev.send((d.EV_ABS, d.ABS_MT_POSITION_X, 300))
    down(1, 9, 50)
    gate.open()
    assert reader.events() == []
    dev.send((d.EV_ABS, d.ABS_MT_TRACKING_ID, -1), (d.EV_KEY, d.BTN_TOUCH, 0))
    down(0, 10, 400)
    events = reader.events()
    assert (d.EV_ABS, d.ABS_MT_TRACKING_ID, 10) in events
    assert (d.EV_ABS, d.ABS_MT_POSITION_X, 400) in events
    assert (d.EV_KEY, d.BTN_TOUCH, 1) in events


def test_repeat():
    """a held key repeats no more after closing, nor after opening"""
    dev = d.keyboard(repeat=True)
    clock = d.keyboard(repeat=True)
    reader = d.Reader(dev.node())
    again = (d.EV_KEY, d.KEY_A, 2)

    def some_repeats():
        ticks = d.Reader(clock.node())
        clock.press(d.KEY_B)
        for _ in range(5):
            ticks.until((d.EV_KEY, d.KEY_B, 2))
        clock.release(d.KEY_B)
        ticks.close()
    dev.press(d.KEY_A)
    reader.until(again)
    gate.close()
    assert reader.events()[-1] == (d.EV_KEY, d.KEY_A, 0)
    gate.open()
    some_repeats()
    assert reader.events() == []
    dev.release(d.KEY_A)
    dev.press(d.KEY_A)
    reader.until(again)


def console_led(on):
    fd = os.open("/dev/tty1", os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(fd, KDSETLED, KDSETLED_CAPS if on else 0)
    os.close(fd)


def test_leds():
    """lamps that the console switched while closed are right after opening"""
    dev = d.keyboard()
    reader = d.Reader(dev.node())
    lamp = 1 << d.LED_CAPSL
    console_led(False)
    d.wait_for(lambda: not reader.leds() & lamp, "a dark lamp")
    console_led(True)
    d.wait_for(lambda: reader.leds() & lamp, "a lit lamp")
    gate.close()
    assert reader.leds() & lamp
    console_led(False)
    gate.open()
    d.wait_for(lambda: not reader.leds() & lamp, "a dark lamp after opening")
    fd = os.open("/dev/tty1", os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(fd, KDSETLED, KDSETLED_KEYS)
    os.close(fd)


class Hammer(threading.Thread):
    """Types and reads one key until told to stop. As a write delivers at once,
    what a tap that began and ended while closed let through has leaked.
    """

    def __init__(self, dev):
        super().__init__(daemon=True)
        self.dev, self.reader = dev, d.Reader(dev.node())
        self.on, self.closed = True, False
        self.taps_closed = self.taps_open = 0
        self.seen, self.leaked = [], []
        self.start()

    def run(self):
        while self.on:
            closed = self.closed
            self.dev.tap(d.KEY_A)
            got = self.reader.events(syn=True)
            self.seen.extend(got)
            if closed and self.closed:
                self.taps_closed += 1
                self.leaked.extend(got)
            elif not closed and not self.closed:
                self.taps_open += 1

    def stop(self):
        self.on = False
        self.join()


def balanced(events):
    """Whether no press follows a press without a release between."""
    down = False
    for _, _, value in events:
        if value and down:
            return False
        down = bool(value)
    return not down


def test_hammer():
    """under a hammered key 100 closings leak nothing and leave nothing stuck"""
    hammer = Hammer(d.keyboard())
    try:
        for _ in range(100):
            before = hammer.taps_open
            d.wait_for(lambda low=before: hammer.taps_open > low, "open taps")
            gate.close()
            hammer.closed = True
            before = hammer.taps_closed
            d.wait_for(lambda low=before: hammer.taps_closed > low + 2,
                       "taps while closed")
            hammer.closed = False
            gate.open()
    finally:
        hammer.stop()
        gate.open()
    seen = hammer.seen
    assert not hammer.leaked, hammer.leaked
    assert (d.EV_SYN, d.SYN_DROPPED, 0) not in seen
    assert balanced([e for e in seen if e[0] == d.EV_KEY])
    assert hammer.reader.down() == []


def test_events():
    """each device has one event a closing and one an opening"""
    dev = d.keyboard()
    gate.watch()
    gate.close()
    gate.close()
    gate.open()
    command = g.N["INITIATOR_COMMAND"]
    assert gate.seen(dev) == [(g.GATED, command), (g.OPENED, command)]


def test_switch():
    """a lid that was closed meanwhile is told to its readers at opening"""
    lid, tablet = 0, 1
    dev = d.Uinput("test lid", switches=[lid, tablet])
    reader = d.Reader(dev.node())
    gate.profile(gated=("switch",))
    gate.close()
    dev.send((d.EV_SW, lid, 1))
    dev.send((d.EV_SW, tablet, 1))
    dev.send((d.EV_SW, tablet, 0))
    assert reader.events() == []
    gate.open()
    assert reader.events() == [(d.EV_SW, lid, 1)]
    dev.send((d.EV_SW, lid, 0))
    assert reader.events() == [(d.EV_SW, lid, 0)]


def handlers(dev):
    """The names of all handlers on a device, as the kernel lists them."""
    with open("/proc/bus/input/devices", encoding="utf-8") as file:
        for block in file.read().split("\n\n"):
            if f"/{dev.sysname}\n" in block:
                line = next(each for each in block.splitlines()
                            if each.startswith("H: Handlers="))
                return line[len("H: Handlers="):].split()
    return []


def test_idle():
    """nothing of the gate hangs on a device without the chord's key"""
    dev, power = d.mouse(), d.button()
    reader = d.Reader(dev.node())
    assert [h for h in handlers(dev) if h.startswith("event")]
    assert not [h for h in handlers(dev) if "regiongate" in h]
    assert "regiongate-chord" in handlers(power)
    gate.close()
    gate.open()
    assert not [h for h in handlers(dev) if "regiongate" in h]
    before = gate.device(dev).held
    dev.send((d.EV_REL, d.REL_X, 3))
    assert len(reader.events()) == 1 and gate.device(dev).held == before


d.run([test_release_closing, test_release_opening, test_touch, test_repeat,
       test_leds, test_hammer, test_events, test_switch, test_idle], g.Gate)
