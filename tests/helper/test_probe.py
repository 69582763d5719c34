#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A restriction stands only when the way to call for help was seen to work."""
import copy

import lab
from lab import HAVANA, POLICY, Gpsd, Helper, gate, holds, mode, until

GPSD = Gpsd(HAVANA)


def helper(targets, policy=None, **more):
    return Helper(sources=["gnss"], policy=policy, config={
        "gate": {"confirm": "4s", "grace": "3s", "on_owner_loss": "hold"},
        "probe": {"timeout": "1s", "retry": "4s", "targets": targets, **more}})


def test_no_answer_opens_again():
    # Nobody has this address, and the way there is the loopback.
    lab.subprocess.run(["ip", "route", "replace", "blackhole", "198.51.100.0/24"], check=True)
    one = helper([{"ping": "198.51.100.1"}, {"udp": "198.51.100.1:5060"},
                  {"tcp": "198.51.100.1:5061"}])
    until(lambda: mode() == "trial", "the trial")
    one.says("the emergency path does not work")
    until(lambda: mode() == "open", "the opening", 15)
    assert gate()["initiator"] == "confirm-timeout", gate()
    assert "gate: confirmed" not in one.text()
    assert "emergency path" in lab.explain()["last_error"]["text"]


def test_another_rule_confirms_nothing():
    lab.subprocess.run(["ip", "route", "replace", "blackhole", "198.51.100.0/24"], check=True)
    policy = copy.deepcopy(POLICY)
    policy["rules"].append({**policy["rules"][0], "name": "second", "dwell": "3s",
                            "lease": "20m"})
    one = helper([{"udp": "198.51.100.1:5060"}], policy)
    until(lambda: mode() == "trial", "the trial")
    until(lambda: gate().get("rule") == "second", "the other rule")
    assert mode() == "trial", "another rule ended the trial"
    until(lambda: mode() == "open", "the opening", 15)
    assert gate()["initiator"] == "confirm-timeout", gate()
    one.stop()


def test_tries_again_after_a_pause():
    lab.subprocess.run(["ip", "route", "replace", "blackhole", "198.51.100.0/24"], check=True)
    one = helper([{"udp": "198.51.100.1:5060"}])
    one.says("it opened since the trial was not confirmed")
    holds(lambda: mode() == "open", "it closed again at once", 2)
    lab.subprocess.run(["ip", "route", "del", "198.51.100.0/24"], check=True)
    lab.subprocess.run(["ip", "route", "replace", "local", "198.51.100.0/24", "dev", "lo"],
                       check=True)
    until(lambda: mode() == "restricted", "the next try", 30)
    assert "198.51.100.1:5060 answers" in one.text()
    lab.subprocess.run(["ip", "route", "del", "local", "198.51.100.0/24", "dev", "lo"],
                       check=True)


def test_answers_confirm():
    # A refused port is an answer, too: the way there works.
    one = helper([{"ping": "127.0.0.1"}, {"ping": "::1"}, {"tcp": "127.0.0.1:9"},
                  {"udp": "[::1]:9", "interface": "lo"}], need="all")
    until(lambda: mode() == "restricted", "the restriction")
    one.says("gate: confirmed: 127.0.0.1 answers")


def test_all_are_needed():
    lab.subprocess.run(["ip", "route", "replace", "blackhole", "198.51.100.0/24"], check=True)
    one = helper([{"ping": "127.0.0.1"}, {"udp": "198.51.100.1:5060"}], need="all")
    one.says("the emergency path does not work")
    until(lambda: mode() == "open", "the opening", 15)
    one.stop()
    one = helper([{"ping": "127.0.0.1"}, {"udp": "198.51.100.1:5060"}], need="any")
    until(lambda: mode() == "restricted", "the restriction")


lab.run(globals())
