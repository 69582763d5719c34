#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The UI devices: what gated devices report, for one grabber alone."""
import os
import stat

import rgdev as d
import rggate as g

g.load()
gate = g.Gate()


def ui_reader():
    return d.Reader(d.node_of(d.input_named("regiongate ui")))


def letter(code):
    return [(d.EV_KEY, code, 1), (d.EV_KEY, code, 0)]


def test_needs_grab():
    """the UI device gives letters to a grabber, and to nobody without a grab"""
    dev, ui, other = d.keyboard(), ui_reader(), ui_reader()
    dev.tap(d.KEY_A)
    assert ui.events() == []
    gate.close()
    dev.tap(d.KEY_A)
    assert ui.events() == []
    ui.grab()
    dev.tap(d.KEY_B, d.KEY_POWER)
    assert ui.events() == letter(d.KEY_B)
    assert other.events() == []
    ui.grab(False)
    dev.tap(d.KEY_C)
    assert ui.events() == [] and other.events() == []
    ui.grab()
    gate.open()
    dev.tap(d.KEY_C)
    assert ui.events() == []


def test_release():
    """a key that was pressed for the UI is released for it, whatever happens"""
    dev, ui = d.keyboard(), ui_reader()
    gate.close()
    ui.grab()
    dev.press(d.KEY_A)
    gate.open()
    assert ui.events() == letter(d.KEY_A)
    dev.release(d.KEY_A)
    gate.close()
    dev.press(d.KEY_B)
    ui.grab(False)
    dev.release(d.KEY_B)
    ui.grab()
    assert ui.down() == []
    dev.tap(d.KEY_B)
    assert ui.events()[-2:] == letter(d.KEY_B)
    gate.open()


def test_console():
    """the console sees nothing of the UI device"""
    dev, ui = d.keyboard(), ui_reader()
    log = d.kernel_log()
    with open("/proc/sys/kernel/sysrq", "w", encoding="ascii") as file:
        file.write("1")
    gate.close()
    for grabbed in (False, True):
        if grabbed:
            ui.grab()
        for code in (d.KEY_LEFTALT, d.KEY_SYSRQ):
            dev.press(code)
        dev.tap(d.KEY_H)
        for code in (d.KEY_SYSRQ, d.KEY_LEFTALT):
            dev.release(code)
    got = ui.events()
    gate.open()
    assert got == [(d.EV_KEY, d.KEY_LEFTALT, 1), *letter(d.KEY_H),
                   (d.EV_KEY, d.KEY_LEFTALT, 0)], got
    assert not d.kernel_said(log, "sysrq: HELP")


def test_mode():
    """without udev only root may open the UI device"""
    mode = os.stat(d.node_of(d.input_named("regiongate ui"))).st_mode
    assert stat.S_IMODE(mode) == 0o600, oct(mode)


def clone_of(dev):
    def find():
        for name in os.listdir("/sys/class/input"):
            path = f"/sys/class/input/{name}/uniq"
            try:
                with open(path, encoding="utf-8") as file:
                    if file.read().strip() == dev.sysname:
                        return name
            except OSError:
                pass
        return None
    return d.wait_for(find, f"a clone of {dev.sysname}")


def test_touch():
    """touches reach the grabber of a clone that has the same axes and places"""
    dev = d.touch()
    dev.send((d.EV_ABS, d.ABS_MT_SLOT, 1), (d.EV_ABS, d.ABS_MT_TRACKING_ID, 4),
             (d.EV_ABS, d.ABS_MT_POSITION_X, 77))
    clone = d.Reader(d.node_of(clone_of(dev)))
    gate.close()
    dev.send((d.EV_ABS, d.ABS_MT_TRACKING_ID, 5))
    assert clone.events() == []
    clone.grab()
    # Slot and place are as before for the source, so it will not name them.
    dev.send((d.EV_ABS, d.ABS_MT_TRACKING_ID, 6),
             (d.EV_ABS, d.ABS_MT_POSITION_X, 77),
             (d.EV_ABS, d.ABS_MT_POSITION_Y, 9), (d.EV_KEY, d.BTN_TOUCH, 1))
    events = clone.events()
    assert (d.EV_ABS, d.ABS_MT_TRACKING_ID, 6) in events, events
    assert (d.EV_KEY, d.BTN_TOUCH, 1) in events
    assert clone.slots(d.ABS_MT_POSITION_X, 5)[1] == 77
    assert clone.slots(d.ABS_MT_TRACKING_ID, 5)[1] == 6
    gate.open()
    events = clone.events()
    assert (d.EV_ABS, d.ABS_MT_TRACKING_ID, -1) in events
    assert (d.EV_KEY, d.BTN_TOUCH, 0) in events


def test_clone_rekeyed():
    """a key that a new profile makes an emergency key is released on the clone,
    and touches go on
    """
    dev = d.Uinput("test panel", keys=[d.BTN_TOUCH, d.KEY_INFO],
                   props=[d.INPUT_PROP_DIRECT],
                   axes={d.ABS_MT_SLOT: 4, d.ABS_MT_POSITION_X: 4095,
                         d.ABS_MT_POSITION_Y: 4095,
                         d.ABS_MT_TRACKING_ID: 65535})
    clone = d.Reader(d.node_of(clone_of(dev)))
    gate.close()
    clone.grab()
    dev.send((d.EV_ABS, d.ABS_MT_TRACKING_ID, 3), (d.EV_KEY, d.BTN_TOUCH, 1),
             (d.EV_KEY, d.KEY_INFO, 1))
    assert (d.EV_KEY, d.KEY_INFO, 1) in clone.events()
    gate.profile(keys=(d.KEY_POWER, d.KEY_SOS, d.KEY_INFO))
    assert clone.events() == [(d.EV_KEY, d.KEY_INFO, 0)]
    assert clone.slots(d.ABS_MT_TRACKING_ID, 5)[0] == 3
    assert clone.down() == [d.BTN_TOUCH]
    dev.release(d.KEY_INFO)
    gate.open()
    gate.profile()


def test_clone_goes():
    """a clone goes with its source"""
    dev = d.touch()
    name = clone_of(dev)
    reader = d.Reader(d.node_of(name))
    dev.close()
    d.wait_for(lambda: not os.path.exists(f"/sys/class/input/{name}"),
               "the end of the clone")
    assert d.fails_with(19, reader.events)


d.run([test_needs_grab, test_release, test_console, test_mode, test_touch,
       test_clone_rekeyed, test_clone_goes], g.Gate)
