#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""After the reboot in the midst of the dwell, which test_scenarios.py began."""
import json
import os

import lab
import story
from story import Scenario

NAME = "reboot-in-the-dwell"


def test_dwell_goes_on_after_a_reboot():
    """The dwell goes on where it was; the time without power counts for nothing"""
    before = os.path.join(story.KEPT, NAME)
    try:
        with open(before + "/boot_id", encoding="ascii") as file:
            first = file.read()
    except FileNotFoundError:
        raise lab.ktap.Skip("test_scenarios.py has not begun it") from None
    if first == story.boot_id():
        raise lab.ktap.Skip("it goes on after a reboot")
    with open(before + "/state/state.json", encoding="utf-8") as file:
        saved = json.load(file)
    lab.Gpsd()
    s = Scenario.of_two_boots(NAME, more=True)
    s.until("watching")
    shown, now = s.rule(), s.decision()["elapsed_ms"]
    assert 6000 <= shown["dwell_ms"] < 30000, shown
    assert shown["due_ms"] - now == 300000 - shown["dwell_ms"], (shown, now)
    # The clock goes on from where it was saved, by this boot's own time.
    with open("/proc/uptime", encoding="ascii") as file:
        uptime = float(file.read().split()[0]) * 1000
    assert saved["elapsed_ms"] <= now <= saved["elapsed_ms"] + uptime, (saved, now, uptime)
    assert lab.mode() == "open"
    s.end("watching CU", "undetermined CU", "watching CU")
    lab.shutil.rmtree(before)


lab.run(globals())
