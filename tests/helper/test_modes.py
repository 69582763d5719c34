#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shadow mode, bad files, reloads, and a module that is not there."""
import copy
import signal
import subprocess

import lab
from lab import HAVANA, MIAMI, POLICY, Gpsd, Helper, gate, mode, until

GPSD = Gpsd(HAVANA)


def changed(**rule):
    policy = copy.deepcopy(POLICY)
    policy["version"] = 2
    policy["rules"][0].update(rule)
    return policy


def check(helper_args):
    return subprocess.run(["regiongated", *helper_args], capture_output=True, text=True,
                          check=False, timeout=lab.LIMIT)


def test_shadow_never_touches_the_gate():
    before = gate()["generation"]
    helper = Helper(sources=["gnss"], config={"mode": "shadow"})
    helper.says("shadow: would restrict")
    assert mode() == "open" and gate()["generation"] == before, gate()
    until(lambda: lab.verdict() == "restricted", "the verdict, published")
    assert lab.explain()["mode"] == "shadow" and lab.explain()["gate"] == "none"
    GPSD.move(MIAMI)
    helper.says("shadow: would open")
    assert gate()["generation"] == before
    GPSD.move(HAVANA)


def test_shadow_is_the_default():
    out = check(["--help"]).stdout
    assert "shadow (default)" in out
    helper = Helper(sources=["gnss"], config={"mode": "shadow"})
    helper.stop()
    conf = lab.json.load(open(helper.path("helper.conf"), encoding="utf-8"))
    del conf["mode"]
    helper.write("helper.conf", conf)
    helper.start()
    helper.says("shadow mode, nothing is restricted")


def test_bad_policy_keeps_the_old_one():
    helper = Helper(sources=["gnss"])
    until(lambda: mode() == "restricted", "the restriction")
    helper.write("policy.json", changed(lease="0s"))
    helper.process.send_signal(signal.SIGHUP)
    error = until(lambda: lab.explain().get("last_error"), "the published error")
    assert "policy.json:" in error["text"] and "lease" in error["text"], error
    assert lab.explain()["decision"]["policy"]["version"] == 1
    assert mode() == "restricted" and helper.process.poll() is None
    assert error["text"] in lab.regiongate("status")[1]
    helper.write("policy.json", POLICY)
    until(lambda: not lab.explain()["errors"], "the end of the error, without a signal")
    assert error["text"] not in lab.regiongate("status")[1]
    assert gate()["rule"] == "prohibited" and not gate()["helper"]["errors"]


def test_good_policy_is_taken():
    helper = Helper(sources=["gnss"])
    until(lambda: mode() == "restricted", "the restriction")
    helper.write("policy.json", changed(text={"en": "Still not here."}))
    helper.process.send_signal(signal.SIGHUP)
    until(lambda: gate()["text"] == "Still not here.", "the new text")
    assert mode() == "restricted"
    helper.write("policy.json", changed(when={"location": ["IR"]}))
    helper.process.send_signal(signal.SIGHUP)
    until(lambda: mode() == "open", "the opening, as Cuba is no longer named")


def test_module_comes_later():
    subprocess.run(["modprobe", "-r", "regiongate"], check=True)
    helper = Helper(sources=["gnss"])
    helper.says("the kernel module is not loaded")
    until(lambda: lab.verdict() == "restricted", "the verdict without a gate")
    subprocess.run(["modprobe", "regiongate"], check=True)
    until(lambda: mode() == "restricted", "the restriction")
    assert helper.process.poll() is None


def test_module_is_loaded_again():
    helper = Helper(sources=["gnss"])
    until(lambda: mode() == "restricted", "the restriction")
    GPSD.move(MIAMI)
    until(lambda: mode() == "open", "the opening")
    subprocess.run(["modprobe", "-r", "regiongate"], check=True)
    subprocess.run(["modprobe", "regiongate"], check=True)
    helper.says("the kernel module is loaded")
    GPSD.move(HAVANA)
    until(lambda: mode() == "restricted", "the restriction by the new module")


def test_profile_of_the_policy():
    policy = copy.deepcopy(POLICY)
    policy["profile"] = {"net": {"wired": "emergency"}, "keys": ["KEY_POWER", "KEY_SOS", "KEY_F1"]}
    Helper(sources=["gnss"], policy=policy)
    until(lambda: mode() == "restricted", "the restriction")
    assert "KEY_F1" in lab.regiongate("profile", "show")[1]


def test_only_one_runs():
    helper = Helper(sources=["gnss"])
    second = check(["--config", helper.path("helper.conf"), "--policy",
                    helper.path("policy.json"), "--state-dir", helper.state])
    assert second.returncode == 1 and "another regiongated runs" in second.stderr


def test_bad_settings():
    helper = Helper()
    helper.stop()
    for text, words in (
            ('{"mode": "maybe"}', "helper.conf:1: mode: unknown value \"maybe\"; allowed: shadow, enforce"),
            ('{\n"gate": {"graze": "1s"}}', "helper.conf:2: gate.graze: unknown key; allowed:"),
            ('{"mode": "shadow",\n"mode": "shadow"}', "helper.conf:2: mode: the key stands twice"),
            ('{"gate": {"confirm": 5}}', "gate.confirm: not a duration; allowed:"),
            ('{"gate": {"grace": "91d"}}', "gate.grace: too long; allowed: a whole number"),
            ('{"sources": {"gnss": {"gpsd": "nowhere:x"}}}', "sources.gnss.gpsd: not an address"),
            ('{"sources": {"radar": true}}', "sources.radar: unknown key"),
            ('{"probe": {"targets": [{"tcp": "192.0.2.1"}]}}', "probe.targets[0].tcp: not an address"),
            ('{"probe": {"targets": [{}]}}', "probe.targets[0]: no address"),
            ('{"policy": "policy.json"}', "policy: not an absolute path"),
            ('[]', "not an object"), ('{', "not valid JSON")):
        helper.write("helper.conf", text)
        done = check(["--config", helper.path("helper.conf"), "--check"])
        assert done.returncode == 1 and words in done.stderr, (text, done)
    done = check(["--config", helper.path("absent.conf"), "--check"])
    assert done.returncode == 1 and "absent.conf: cannot be read" in done.stderr, done
    for args in (["--mode", "maybe"], ["--nonsense"], ["more"]):
        assert check(args).returncode == 2, args


def test_bad_files_at_start():
    helper = Helper()
    helper.stop()
    helper.write("policy.json", '{"schema": "regiongate-policy/1", "id": "x"}')
    done = check(["--config", helper.path("helper.conf"), "--policy",
                  helper.path("policy.json"), "--state-dir", helper.state])
    assert done.returncode == 1 and "policy.json" in done.stderr, done


def test_damaged_state_is_put_aside():
    helper = Helper(sources=["gnss"])
    until(lambda: mode() == "restricted", "the restriction")
    helper.kill()
    lab.regiongate("release")
    with open(helper.state + "/state.json", "w", encoding="ascii") as file:
        file.write('{"schema": "regiongate-sta')
    with open(helper.state + "/audit.jsonl", "a", encoding="ascii") as file:
        file.write('{"at": 17')
    helper.start()
    helper.says("all clocks start at zero")
    assert lab.os.path.exists(helper.state + "/state.json.bad")
    until(lambda: mode() == "restricted", "a restriction after the whole dwell")
    helper.stop()
    replayed, live = helper.replay()
    assert replayed == live, f"replay {replayed}\nlive {live}"


lab.run(globals())
