#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""From a position to a closed gate, and back; doubt and people's own commands."""
import copy
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "input"))

import lab  # noqa: E402
import rgdev  # noqa: E402
import rgnl  # noqa: E402
from lab import HAVANA, MIAMI, POLICY, Gpsd, Helper, gate, holds, mode, until  # noqa: E402

GPSD = Gpsd()


def restricted(**more):
    GPSD.move(HAVANA)
    helper = Helper(sources=["gnss"], **more)
    until(lambda: mode() == "restricted", "the restriction")
    return helper


def test_restricts_with_reason_and_opens_when_it_leaves():
    policy = copy.deepcopy(POLICY)
    policy["rules"][0]["notice"] = "5s"
    helper = Helper(sources=["gnss"], policy=policy)
    until(lambda: mode() == "notice", "the notice")
    until(lambda: mode() == "restricted", "the restriction")
    helper.says("gate: confirmed")
    now = gate()
    assert (now["rule"], now["region"], now["text"]) == ("prohibited", "CU", "Not here.")
    assert now["contact"] == "+1 555 0100", now["contact"]
    assert "position: CU" in now["evidence"], now["evidence"]
    assert not any("23.1" in line for line in now["evidence"])
    GPSD.move(MIAMI)
    until(lambda: mode() == "open", "the opening")
    until(lambda: lab.verdict() == "open", "the verdict to be published")


def test_replay_gives_the_live_decisions():
    helper = restricted()
    helper.kill()
    helper.start()
    until(lambda: lab.source("gnss").get("evidence_ms"), "a fix after the restart")
    GPSD.move(MIAMI)
    until(lambda: mode() == "open", "the opening")
    assert helper.stop() == 0
    replayed, live = helper.replay()
    assert len(live) >= 4 and replayed == live, f"replay {replayed}\nlive {live}"


def test_audit_is_coarse_and_for_the_holder():
    helper = restricted()
    with open(helper.state + "/audit.jsonl", encoding="utf-8") as file:
        text = file.read()
    assert '"regions":["CU"]' in text and '"lat"' not in text, text
    for name, rights in (("audit.jsonl", 0o644), ("state.json", 0o600)):
        assert os.stat(f"{helper.state}/{name}").st_mode & 0o777 == rights, name


def test_audit_tells_what_was_done_and_by_whom():
    keyboard = rgdev.keyboard()
    helper = restricted()
    assert lab.regiongate("emergency", "start")[0] == 0
    assert lab.regiongate("release")[0] == 0
    helper.says("somebody else opened it")
    until(lambda: '"source":"release"' in lab.regiongate("audit", "show", "--json", helper.state)[1],
          "the release in the audit")
    code, out, err = lab.regiongate("audit", "show", "--json", helper.state)
    assert code == 0, err
    records = [lab.json.loads(line) for line in out.splitlines()]
    commands = [(r["command"], r["result"]) for r in records if r.get("audit") == "command"]
    assert commands[:2] == [("restrict", "done"), ("confirm", "done")] or \
        commands[:3] == [("restrict", "done"), ("restrict", "done"), ("confirm", "done")], commands
    events = [r for r in records if r.get("audit") == "event"]
    assert any(e["event"] == "gate" and e["mode"] == "open" and e["initiator"] == "command"
               for e in events), events
    assert any(e["event"] == "emergency" and e["open"] for e in events), events
    assert any(e["event"] == "device" and e["what"] == "gated" and e["name"] == keyboard.name
               for e in events), events
    verdicts = [r["line"]["verdict"] for r in records if r.get("audit") == "decision"]
    assert verdicts[:3] == ["watching", "notice", "restricted"], verdicts


def audit_events(helper):
    out = lab.regiongate("audit", "show", "--json", "--kind", "event", helper.state)[1]
    return [lab.json.loads(line) for line in out.splitlines()]


def test_events_that_anybody_causes_do_not_fill_the_audit():
    helper = Helper(sources=["gnss"])
    client = rgnl.Client()
    for i in range(80):
        client.command("EMERGENCY_SET", emergency=1 - i % 2)
    assert lab.regiongate("restrict", "--region", "CU", "--rule", "by-hand", "--text", "x",
                          "--contact", "y", "--lease", "5m")[0] == 0
    skipped = until(lambda: [e["skipped"] for e in audit_events(helper) if "skipped" in e],
                    "the number of those that were left out")
    windows = [e for e in audit_events(helper) if e["event"] == "emergency"]
    assert windows and len(windows) + sum(skipped) >= 80, (len(windows), skipped)


def test_border_does_not_restrict():
    policy = copy.deepcopy(POLICY)
    policy["rules"][0]["when"] = {"location": ["IR"]}
    GPSD.move(border_point())
    Helper(sources=["gnss"], policy=policy)
    until(lambda: lab.claims("gnss") and len(lab.claims("gnss")[0]["regions"]) > 1,
          "a fix in the band")
    holds(lambda: mode() == "open", "the gate closed on doubt", 4)


def border_point():
    """A point within 200 m of the border, by bisection between two countries."""
    west, east = 45.0, 48.0     # Iraq, Iran
    for _ in range(40):
        middle = (west + east) / 2
        found = lab.json.loads(lab.regiongate("where", "--json", "35.0", str(middle))[1])
        if found["undetermined"]:
            return (35.0, middle)
        if found["regions"] == ["IQ"]:
            west = middle
        else:
            east = middle
    raise AssertionError("no border found")


def test_release_by_hand_stays():
    policy = copy.deepcopy(POLICY)
    policy["rules"][0]["dwell"] = "5s"
    helper = restricted(policy=policy)
    assert lab.regiongate("release")[0] == 0
    helper.says("somebody else opened it")
    holds(lambda: mode() == "open", "the gate closed again at once", 4)
    until(lambda: lab.explain()["gate"] in ("released", "notice", "trial", "restricted"),
          "the published state")
    until(lambda: mode() == "restricted", "a new restriction after the whole dwell")


def test_release_while_it_does_not_run_stays():
    policy = copy.deepcopy(POLICY)
    policy["rules"][0]["dwell"] = "5s"
    helper = restricted(policy=policy)
    helper.kill()
    assert lab.regiongate("release")[0] == 0
    helper.start()
    helper.says("opened while this program did not run")
    holds(lambda: mode() == "open", "the gate closed again at once", 3)


def test_leaves_a_foreign_restriction_alone():
    args = ["restrict", "--region", "CU", "--rule", "by-hand", "--text", "x",
            "--contact", "y", "--lease", "5m"]
    assert lab.regiongate(*args)[0] == 0
    GPSD.move(HAVANA)
    helper = Helper(sources=["gnss"])
    helper.says("left alone")
    assert gate()["rule"] == "by-hand"
    GPSD.move(MIAMI)
    until(lambda: lab.verdict() != "restricted", "the verdict")
    holds(lambda: gate()["rule"] == "by-hand", "it was released", 2)


def test_notice_of_another_rule_is_open():
    policy = copy.deepcopy(POLICY)
    policy["rules"].append({**policy["rules"][0], "name": "wider", "dwell": "3s",
                            "when": {"location": ["CU", "US"]}, "notice": "60s"})
    restricted(policy=policy)
    until(lambda: [r["verdict"] for r in lab.explain()["decision"]["rules"]] ==
          ["restricted", "notice"], "the other rule's notice")
    assert gate()["rule"] == "prohibited", gate()
    GPSD.move(MIAMI)
    until(lambda: gate().get("rule") == "wider", "the announcement")
    assert mode() == "notice", "the first rule freed, and the gate stayed closed"


def test_same_rule_by_somebody_else_is_theirs():
    helper = restricted()
    assert lab.regiongate("restrict", "--region", "CU", "--rule", "prohibited", "--text", "x",
                          "--contact", "y", "--lease", "5m")[0] == 0
    helper.says("another restriction replaced ours")
    helper.kill()
    helper.start()
    helper.says("left alone")
    GPSD.move(MIAMI)
    until(lambda: lab.verdict() not in (None, "restricted"), "the verdict")
    holds(lambda: gate().get("text") == "x", "it was released or replaced", 2)


def test_profile_by_somebody_else_leaves_it_ours():
    helper = restricted()
    before = gate()["generation"]
    helper.write("profile.json", {"net": {"wired": "emergency"}})
    assert lab.regiongate("profile", "set", helper.path("profile.json"))[0] == 0
    assert gate()["generation"] > before
    GPSD.move(MIAMI)
    until(lambda: mode() == "open", "the opening")
    assert "replaced ours" not in helper.text()
    helper.write("profile.json", {})
    assert lab.regiongate("profile", "set", helper.path("profile.json"))[0] == 0


def test_language():
    helper = restricted(config={"language": "es_CU.UTF-8"})
    assert gate()["text"] == "Aquí no.", gate()["text"]
    assert helper.stop() == 0


lab.run(globals())
