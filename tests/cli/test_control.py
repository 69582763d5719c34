#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line on a live gate: what it commands and what it shows."""
import fcntl
import json
import os
import signal
import struct
import subprocess
import tempfile
import time

import rgcli
import rgdev
from rgcli import CLI, REASON, done, refused, status, until

GATE_KEYS = [
    "mode", "trial", "generation", "region", "rule", "text", "contact",
    "evidence", "until", "lease_ms", "lease_left_ms", "notice_ms",
    "notice_left_ms", "confirm_ms", "confirm_left_ms", "owned", "orphaned",
    "on_owner_loss", "grace_ms", "grace_left_ms", "age_ms", "initiator",
    "max_lease_ms", "emergency"]


def restrict(*more, lease="10m"):
    return done("restrict", *REASON, "--lease", lease, *more, "--json").json()


def unchanged(code, word, *args):
    """Refused, and the gate is as before."""
    before = status()
    refused(code, word, *args)
    after = status()
    for key in ("mode", "generation", "trial", "rule"):
        assert before[key] == after[key], key


def test_open():
    """status of an open gate, in words and as JSON"""
    assert done("status").out.startswith("Open: nothing is restricted.\n")
    got = status()
    assert list(got) == [*GATE_KEYS, "passes", "helper"]
    assert got["mode"] == "open" and got["until"] is None
    assert got["helper"]["alive"] is False


def test_restrict():
    """restrict: reason, evidence and end are shown"""
    got = restrict("--evidence", "a fix", "--evidence", "a cell")
    assert list(got) == GATE_KEYS
    assert got["mode"] == "restricted" and not got["trial"]
    assert got["evidence"] == ["a fix", "a cell"]
    assert (got["region"], got["rule"]) == ("CU", "embargo")
    assert 590000 < got["lease_left_ms"] <= got["lease_ms"] == 600000
    assert abs(got["until"] - time.time() - 600) < 20
    words = done("status").out
    for part in ("Restricted: this device may not be used in Cuba (CU).",
                 "not here", "help@example.com", "a fix", "a cell",
                 "embargo", "KEY_POWER", "regiongate emergency start"):
        assert part in words, part


def test_notice():
    """restrict --notice announces first, and then restricts"""
    got = restrict("--notice", "2s")
    assert got["mode"] == "notice" and got["notice_left_ms"] <= 2000
    until(lambda: status()["mode"] == "restricted")
    assert status()["initiator"] == "notice-end"


def test_trial():
    """restrict --confirm is a trial; confirm keeps it"""
    got = restrict("--confirm", "30s")
    assert got["trial"] and got["confirm_left_ms"] <= 30000
    unchanged(1, "", "confirm", "--generation", "999999")
    done("confirm", "--generation", str(got["generation"]))
    assert status()["mode"] == "restricted" and not status()["trial"]
    unchanged(1, "trial", "confirm")


def test_trial_ends():
    """a trial that is not confirmed opens again"""
    restrict("--confirm", "1s")
    until(lambda: status()["mode"] == "open")
    assert status()["initiator"] == "confirm-timeout"


def test_release():
    """release opens, twice does no harm, and honours a generation"""
    got = restrict()
    unchanged(1, "generation", "release", "--generation", "1")
    done("release", "--generation", str(got["generation"]))
    assert status()["mode"] == "open"
    assert done("release").out == "Open: nothing is restricted.\n"


def test_lease():
    """a lease ends by itself; one of 0 or beyond the limit is refused"""
    restrict(lease="1s")
    until(lambda: status()["mode"] == "open")
    assert status()["initiator"] == "lease"
    unchanged(2, "--lease is 0; allowed: at least 1s", "restrict", *REASON, "--lease", "0s")
    most = status()["max_lease_ms"] // 86400000
    unchanged(1, f"allowed: up to {most}d", "restrict", *REASON, "--lease",
              f"{most + 1}d")


def test_bad_text():
    """a text that cannot be shown is refused by the kernel's sentence"""
    for at, name in ((1, "region"), (5, "text"), (7, "contact")):
        args = list(REASON)
        args[at] = "a\x1b[31mb"
        unchanged(1, name, "restrict", *args, "--lease", "1m")


class Owner:
    """A restrict --owner in the foreground."""

    def __init__(self, *more):
        self.process = subprocess.Popen(
            [CLI, "restrict", *REASON, "--lease", "10m", "--json", *more],
            stdout=subprocess.PIPE, text=True)
        self.first = json.loads(self.process.stdout.readline())

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(timeout=20)


def test_owner_open():
    """restrict --owner open: SIGTERM ends it with 0 and the gate opens"""
    owner = Owner("--owner", "open")
    assert owner.first["owned"] and owner.first["on_owner_loss"] == "open"
    assert owner.end(signal.SIGTERM) == 0
    until(lambda: status()["mode"] == "open")
    assert status()["initiator"] == "owner-loss"


def test_owner_hold():
    """restrict --owner hold: SIGKILL leaves it restricted without an owner"""
    owner = Owner("--owner", "hold")
    assert owner.end(signal.SIGKILL) == -signal.SIGKILL
    until(lambda: status()["orphaned"])
    assert status()["mode"] == "restricted" and not status()["owned"]


def test_owner_grace():
    """restrict --owner open --grace: stays for the grace"""
    owner = Owner("--owner", "open", "--grace", "30s")
    owner.end(signal.SIGINT)
    got = until(lambda: status()["grace_left_ms"] and status())
    assert got["mode"] == "restricted" and got["grace_left_ms"] <= 30000


def test_owner_released():
    """restrict --owner ends by itself when somebody else opens the gate"""
    owner = Owner("--owner", "hold")
    done("release")
    assert owner.process.wait(timeout=20) == 0
    assert json.loads(owner.process.stdout.readline())["mode"] == "open"


def test_emergency():
    """emergency start and stop, while restricted"""
    restrict()
    got = done("emergency", "start", "--length", "20s", "--json").json()
    assert got["emergency"]["open"] and got["mode"] == "restricted"
    assert got["emergency"]["left_ms"] <= 20000
    assert "window open" in done("status").out
    assert not done("emergency", "stop", "--json").json()["emergency"]["open"]
    unchanged(1, "allowed", "emergency", "start", "--length", "3650d")


def test_profile():
    """profile: what show prints can be set again, and is then shown"""
    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, "p.json")
        before = done("profile", "show", "--json").json()
        changed = {**before, "flows": [
            {"to": "192.0.2.0/24", "proto": "udp", "ports": "5060-5061"},
            {"to": "2001:db8::1/128", "proto": "icmpv6"}],
            "devices": [{"bus": "serio0", "action": "keep"}],
            "window_length": "1m", "strict": True}
        for profile in (changed, before):
            with open(path, "w", encoding="utf-8") as file:
                json.dump(profile, file)
            done("profile", "set", path)
            assert done("profile", "show", "--json").json() == profile
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"net":{"wifi":"down"}}')
        unchanged(1, "Wi-Fi is never gated", "profile", "set", path)


def test_device():
    """device: loopback by name, an unknown one, and a keyboard by its node"""
    done("device")
    got = done("device", "lo", "--json").json()["devices"]
    assert len(got) == 1 and got[0]["class"] == "loopback"
    assert got[0]["action"] == "keep" and got[0]["flags"] == []
    refused(1, 'no device "nosuch"', "device", "nosuch")
    hid, typed = rgdev.Uhid("a HID device"), rgdev.keyboard()
    every = {d["id"]: d for d in done("device", "--json").json()["devices"]
             if d["kind"] == "input"}
    button, keyboard = every[hid.id], every[typed.id]
    assert (button["class"], keyboard["class"]) == ("button", "keyboard")
    for name in (button["node"], f"input{hid.id}", button["bus"]):
        assert done("device", name, "--json").json()["devices"] == [button]
    restrict()
    got = done("device", keyboard["node"], "--json").json()["devices"][0]
    assert "gated" in got["flags"]
    assert "gated" in done("device", keyboard["node"]).out


def test_explain():
    """explain: the gate's reason without a helper, and a device's"""
    restrict("--evidence", "a fix")
    words = done("explain").out
    for part in ("embargo", "a fix", "help@example.com", "does not run",
                 "release"):
        assert part in words, part
    got = done("explain", "--json").json()
    assert list(got) == ["gate", "helper"]
    assert got["helper"] == {"alive": False, "age_ms": None, "said": None}
    assert "never gated" in done("explain", "lo").out
    refused(1, "no device", "explain", "nosuch")


def published(tmp):
    decision = {
        "at_ms": 1, "elapsed_ms": 1000, "verdict": "restricted",
        "region": "CU", "rule": "embargo", "due_ms": 9000,
        "policy": {"id": "demo", "version": 7, "sha256": "ab" * 32},
        "claims": [{"class": "gnss", "source": "gnss", "id": "", "age_ms": 500,
                    "regions": ["CU"], "score": 3, "state": "for",
                    "why": None}],
        "rules": [{"rule": "embargo", "verdict": "restricted", "missing": [],
                   "frees": ["a fresh position or cell outside CU"]}]}
    now = int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)
    with open(os.path.join(tmp, "explain.json"), "w", encoding="utf-8") as f:
        json.dump({"schema": "regiongate-explain/1", "mode": "enforce",
                   "boottime_ms": now, "elapsed": 1000,
                   "policy_file": "x", "decision": decision,
                   "gate": "restricted", "sources": [
                       {"name": "gnss", "state": "down", "since_ms": now,
                        "evidence_ms": None, "error": "gpsd is gone"}],
                   "last_error": None}, f)


def test_explain_helper():
    """explain: what the helper published, and whether it lives"""
    with tempfile.TemporaryDirectory() as tmp:
        env = {"REGIONGATE_RUN": tmp}
        published(tmp)
        words = done("explain", env=env).out
        for part in ("does not run", "demo, version 7", "gpsd is gone",
                     "a fresh position or cell outside CU", "gnss: CU"):
            assert part in words, part
        got = done("explain", "--json", env=env).json()["helper"]
        assert got["said"]["decision"]["rule"] == "embargo"
        with open(os.path.join(tmp, "explain.json"), "w",
                  encoding="utf-8") as file:
            file.write("{}")
        refused(0, "is not understood", "explain", env=env)


DAY = 86400000


def counting(tmp):
    """A helper that lives, and watches a visitor since ten hours, six of them proven."""
    pace = {"since_ms": 0, "counted_ms": DAY // 4, "per_day_ms": DAY * 6 // 10,
            "notice_soonest_ms": DAY, "restricted_soonest_ms": 31 * DAY,
            "notice_likely_ms": None, "restricted_likely_ms": 60 * DAY}
    rule = {"rule": "embargo", "verdict": "watching", "region": "CU", "mode": "enforce",
            "established": False, "visitor": True, "dwell_ms": DAY // 4, "dwell_need_ms": 30 * DAY,
            "notice_ms": 0, "notice_need_ms": DAY, "lease": None, "forgets_ms": None,
            "pace": pace, "missing": [], "frees": []}
    now = int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)
    with open(os.path.join(tmp, "explain.json"), "w", encoding="utf-8") as f:
        json.dump({"schema": "regiongate-explain/1", "mode": "shadow", "boottime_ms": now,
                   "elapsed": 36000000, "policy_file": "x", "gate": "none", "sources": [],
                   "decision": {"elapsed_ms": 36000000, "verdict": "watching", "region": "CU",
                                "rule": "embargo", "due_ms": None, "claims": [],
                                "rules": [rule]}, "last_error": None}, f)
    lock = open(os.path.join(tmp, "regiongated.lock"), "w", encoding="utf-8")
    fcntl.fcntl(lock, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
    return lock


def test_status_countdown():
    """status: a visitor's countdown, and none when the helper is gone"""
    with tempfile.TemporaryDirectory() as tmp:
        env = {"REGIONGATE_RUN": tmp}
        with counting(tmp):
            words = done("status", env=env).out
            for part in ("watching in CU by rule embargo", "6 h of 30 d, as a visitor",
                         "14 h 24 min a day so far", "restricted   in 59 d", "soonest      in 30 d"):
                assert part in words, (part, words)
            got = done("status", "--json", env=env).json()["helper"]
            assert got["verdict"] == "watching" and got["mode"] == "shadow"
            count = got["countdown"]
            assert count["visitor"] and count["rule"] == "embargo"
            assert count["counted_ms"] == DAY // 4 and count["needed_ms"] == 31 * DAY
            assert 30 * DAY < count["soonest_in_ms"] < 31 * DAY < count["likely_in_ms"]
        words = done("status", env=env).out
        assert "does not run" in words and "visitor" not in words
        assert done("status", "--json", env=env).json()["helper"]["countdown"] is None


rgcli.main(globals(), rgcli.gate_open)
