#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Emergency keys and the emergency chord."""
import errno
import time

import rgdev as d
import rggate as g

g.load()
gate = g.Gate()
EMERGENCY = "regiongate emergency keys"


def emergency_reader():
    return d.Reader(d.node_of(d.input_named(EMERGENCY)))


def pressed(code):
    return [(d.EV_KEY, code, 1), (d.EV_KEY, code, 0)]


def test_delivered():
    """emergency keys of a gated keyboard arrive on the emergency device, and
    nothing else does
    """
    dev, power = d.keyboard(), emergency_reader()
    reader = d.Reader(dev.node())
    dev.tap(d.KEY_POWER)
    assert power.events() == [] and len(reader.events()) == 2
    gate.close()
    before = gate.device(dev).passed
    dev.tap(d.KEY_A, d.KEY_POWER, d.KEY_B, d.KEY_SOS)
    assert power.events() == pressed(d.KEY_POWER) + pressed(d.KEY_SOS)
    assert reader.events() == []
    assert gate.device(dev).passed == before + 4
    gate.open()


def test_repeats():
    """autorepeat of a driver does not come through as presses"""
    dev, power = d.keyboard(), emergency_reader()
    gate.close()
    dev.press(d.KEY_POWER)
    dev.send((d.EV_KEY, d.KEY_POWER, 2))
    dev.release(d.KEY_POWER)
    assert power.events() == pressed(d.KEY_POWER)
    gate.open()


def test_own():
    """the gate's own devices are never gated, whatever their class"""
    gate.profile(gated=tuple(g.CLASS))
    gate.close()
    own = [dev for dev in gate.devices() if dev.flags & g.FLAG_OWN]
    assert {dev.name for dev in own} >= {EMERGENCY, "regiongate ui"}
    assert not any(dev.flags & g.FLAG_GATED for dev in own)
    gate.open()
    gate.profile()


def test_profile():
    """a new profile's emergency keys hold at once, and a key that is none any
    more is released
    """
    dev, power = d.keyboard(), emergency_reader()
    gate.close()
    dev.tap(d.KEY_F1)
    assert power.events() == []
    gate.profile(keys=(d.KEY_POWER, d.KEY_SOS, d.KEY_F1))
    dev.press(d.KEY_F1)
    assert power.events() == [(d.EV_KEY, d.KEY_F1, 1)]
    gate.profile()
    assert power.events() == [(d.EV_KEY, d.KEY_F1, 0)]
    dev.release(d.KEY_F1)
    assert power.events() == [] and power.down() == []
    gate.open()


def forget():
    """Start afresh: a change of the chord makes the gate forget all presses."""
    gate.profile(chord=(d.KEY_POWER, 2, 1))
    gate.profile()
    gate.emergency_stop()


def chord_within(dev, times, ms):
    """Press the power key so often, the presses over at least that long."""
    start = time.monotonic()
    for done in range(times):
        due = start + done * ms / 1000 / max(times - 1, 1)
        d.wait_for(lambda at=due: time.monotonic() >= at, "the next press")
        dev.tap(d.KEY_POWER)


# A second on every kernel: the chord has three from its first press on.
SOON = 1 / d.ktap.PATIENCE


def chord_starts(dev, times=5, ms=0, seconds=10):
    chord_within(dev, times, ms)
    try:
        d.wait_for(gate.emergency, "the emergency window", seconds)
    except AssertionError:
        return False
    gate.emergency_stop()
    return True


def test_chord_closed():
    """the chord on a gated keyboard starts the emergency window"""
    forget()
    dev = d.keyboard()
    gate.close()
    assert not chord_starts(dev, times=4, seconds=SOON)
    dev.tap(d.KEY_A)
    assert chord_starts(dev, times=1)
    assert chord_starts(dev)
    gate.open()


def test_chord_kept():
    """the chord on a button that is kept starts the emergency window once"""
    forget()
    dev = d.button()
    gate.close()
    assert not chord_starts(dev, times=4, seconds=SOON)
    assert chord_starts(dev, times=1)
    gate.open()


def test_chord_open():
    """the chord starts the emergency window while the gate is open"""
    forget()
    dev = d.button()
    d.wait_for(lambda: gate.device(dev).flags & g.FLAG_CHORD, "the chord")
    assert not chord_starts(dev, times=4, seconds=SOON)
    assert chord_starts(dev, times=1)


def test_chord_slow():
    """presses that take too long are no chord"""
    dev = d.button()
    forget()
    gate.profile(chord=(d.KEY_POWER, 3, 500))
    assert not chord_starts(dev, times=3, ms=1200, seconds=SOON)
    gate.profile()
    gate.profile(chord=(d.KEY_POWER, 3, 500))
    assert chord_starts(dev, times=3, ms=100)
    gate.profile()


def test_chord_key():
    """a new profile's chord key is heard, and the old one is not"""
    dev, power = d.keyboard(), d.button()
    forget()
    gate.profile(keys=(d.KEY_POWER, d.KEY_SOS), chord=(d.KEY_SOS, 2, 3000))
    d.wait_for(lambda: not gate.device(power).flags & g.FLAG_CHORD,
               "no chord on the power button")
    d.wait_for(lambda: gate.device(dev).flags & g.FLAG_CHORD, "the chord")
    assert not chord_starts(power, seconds=SOON)
    dev.tap(d.KEY_SOS, d.KEY_SOS)
    d.wait_for(gate.emergency, "the emergency window")
    gate.emergency_stop()
    gate.profile()
    d.wait_for(lambda: gate.device(power).flags & g.FLAG_CHORD, "the chord")


def at_keyboard():
    name = "AT Translated Set 2 keyboard"
    return next(dev for dev in gate.devices() if dev.name == name)


def test_at_power():
    """the power key of the machine's own keyboard arrives"""
    at, power = at_keyboard(), emergency_reader()
    gate.close()
    d.Port().scancode(0xe0, 0x5e, 0xe0, 0xde)
    power.until((d.EV_KEY, d.KEY_POWER, 0))
    assert gate.device(at).passed >= 2
    gate.open()


def test_remap():
    """no keymap of a gated device changes while closed"""
    reader = d.Reader(d.node_of(f"input{at_keyboard().id}"))
    scancode = next(i for i in range(512) if reader.keycode(i) == d.KEY_A)
    gate.close()
    assert d.fails_with(errno.EBUSY, reader.remap, scancode, d.KEY_POWER)
    assert reader.keycode(scancode) == d.KEY_A
    gate.open()
    reader.remap(scancode, d.KEY_B)
    assert reader.keycode(scancode) == d.KEY_B
    reader.remap(scancode, d.KEY_A)


def test_remap_kept():
    """no keymap of a kept device changes while closed"""
    reader = d.Reader(d.node_of(f"input{at_keyboard().id}"))
    scancode = next(i for i in range(512) if reader.keycode(i) == d.KEY_A)
    gate.profile(gated=("pointer",))
    gate.close()
    assert d.fails_with(errno.EBUSY, reader.remap, scancode, d.KEY_B)
    gate.open()
    gate.profile()
    reader.remap(scancode, d.KEY_A)


def test_lost():
    """an emergency key that a remap took away is shown"""
    at = at_keyboard()
    reader = d.Reader(d.node_of(f"input{at.id}"))
    codes = [i for i in range(512) if reader.keycode(i) == d.KEY_POWER]
    assert codes and at.lost == []
    for code in codes:
        reader.remap(code, d.KEY_F1)
    assert gate.device(at).lost == [d.KEY_POWER]
    for code in codes:
        reader.remap(code, d.KEY_POWER)
    assert gate.device(at).lost == []


def test_heard():
    """an emergency key of a device that nobody reads arrives, and the device is
    closed again after opening
    """
    dev, power = d.Uhid("test consumer"), emergency_reader()
    assert not dev.is_open()
    gate.profile(gated=("button",), keys=(d.KEY_POWER, d.KEY_SOS, d.KEY_INFO))
    assert not dev.is_open()
    gate.close()
    d.wait_for(dev.is_open, "the gate opens the device")
    dev.tap()
    power.until((d.EV_KEY, d.KEY_INFO, 0))
    gate.open()
    d.wait_for(lambda: not dev.is_open(), "the gate closes the device", 30)
    gate.profile()


def test_remap_before():
    """a button that was remapped to a letter before closing is gated with the
    keyboards, and no button becomes a letter after it
    """
    dev = d.Uhid("test consumer")
    reader = d.Reader(dev.node())
    assert gate.device(dev).input_class == g.CLASS["button"]
    gate.close()
    assert d.fails_with(errno.EBUSY, reader.remap, dev.USAGE, d.KEY_A)
    gate.open()
    reader.remap(dev.USAGE, d.KEY_A)
    dev.tap()
    reader.until((d.EV_KEY, d.KEY_A, 0))
    gate.close()
    assert gate.device(dev).flags & g.FLAG_GATED
    dev.tap()
    d.wait_for(lambda: gate.device(dev).held >= 2, "held back keys")
    assert reader.events() == []
    gate.open()


d.run([test_delivered, test_repeats, test_own, test_profile, test_chord_closed,
       test_chord_kept, test_chord_open, test_chord_slow, test_chord_key,
       test_at_power, test_heard, test_remap, test_remap_kept,
       test_remap_before, test_lost], g.Gate)
