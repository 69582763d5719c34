#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tracepoints tell of the gate."""
import rgtap
import rgdev
from rgnl import N
from tracepoints import Trace

c = rgtap.fresh()


def test_gate():
    """each change of the gate is traced once, with its generation and cause"""
    with Trace("rgate_gate") as trace:
        first = c.restrict(confirm=60000)["GENERATION"]
        c.command("GATE_CONFIRM", generation=first)
        c.command("EMERGENCY_SET", emergency=1)
        c.command("EMERGENCY_SET", emergency=0)
        c.release()
        command = N["INITIATOR_COMMAND"]
        assert trace.lines("rgate_gate") == [
            f"mode={mode} trial={trial} window={window} initiator={command} "
            f"generation={first + more}" for mode, trial, window, more in (
                ("restricted", 1, 0, 0), ("restricted", 0, 0, 1),
                ("restricted", 0, 1, 1), ("restricted", 0, 0, 1),
                ("open", 0, 0, 2))], trace.lines("rgate_gate")


def test_device():
    """each device that is gated and opened is traced"""
    keyboard = rgdev.keyboard()
    with Trace("rgate_device") as trace:
        c.restrict()
        c.release()
        lines = trace.lines("rgate_device")
    devices, _ = c.dump()
    for event in ("GATED", "OPENED"):
        told = [line for line in lines
                if f"event={N['DEVICE_EVENT_' + event]} " in line]
        assert any(line.startswith(f"input {keyboard.id} ") for line in told), lines
        assert len(set(told)) == len(told) <= len(devices), lines


rgtap.main(globals())
