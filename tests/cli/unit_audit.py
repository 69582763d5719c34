#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the helper writes down, without the module: replayed, verified, shown, rotated; reloads."""
import contextlib
import json
import os
import resource
import shutil
import signal
import socket
import subprocess

import rgcli
import unit_helper as h
from rgcli import done, refused, run, until
from unit_helper import LOG, QUIET, SAVED, STATE, Live, explain, read, write

CUBA, DENMARK = (23.13, -82.38), (55.68, 12.57)
POLICY = {
    "schema": "regiongate-policy/1", "id": "t", "version": 1,
    "contact": {"phone": "1"},
    "rules": [{"name": "r", "when": {"location": ["CU"]}, "score": 3, "classes": 1,
               "dwell": "0s", "notice": "1d", "lease": "2d", "text": {"en": "No."}}]}
FILE = os.path.join(h.TMP.name, "policy.json")
DEVICE = os.path.join(h.TMP.name, "device.json")


def policy(**more):
    return {**POLICY, **more}


class Receiver:
    """A gpsd that says what it is told."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(30)
        self.conn = None

    def config(self, **more):
        gnss = {"gpsd": f"127.0.0.1:{self.server.getsockname()[1]}"}
        return {"sources": {**QUIET["sources"], "gnss": gnss}, **more}

    def say(self, place, name="/dev/good"):
        if not self.conn:
            self.conn = self.server.accept()[0]
        lat, lon = place
        self.conn.sendall(h.tpv(name, lat=lat, lon=lon, eph=5))

    def renew(self):
        if self.conn:
            self.conn.close()
        self.conn = None

    def close(self):
        self.renew()
        self.server.close()


@contextlib.contextmanager
def receiver():
    r = Receiver()
    try:
        yield r
    finally:
        r.close()


def clean():
    shutil.rmtree(STATE, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(DEVICE)
    write(FILE, POLICY)


def records(kind=None):
    """Of all files, the oldest first."""
    out = done("audit", "show", "--json", *(["--kind", kind] if kind else []), STATE).out
    return [json.loads(line) for line in out.splitlines()]


def verdict():
    return explain().get("decision", {}).get("verdict")


def to_and_fro(r, i, name="/dev/good"):
    """The receiver moves, and that is decided on."""
    place, code = (DENMARK, "DK") if i % 2 else (CUBA, "CU")
    r.say(place, name)
    until(lambda: (name, [code]) in [(c["id"], c["regions"]) for c in explain()["decision"]["claims"]],
          "the claim")


def switches(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)


def whole():
    """The audit is whole, and a replay of it gives what was decided."""
    done("audit", "verify", "--replay", STATE)
    lines = [json.dumps(r["line"]) for r in records("decision")]
    assert [json.dumps(json.loads(line)) for line in done("replay", STATE).out.splitlines()] == lines
    return lines


def test_crash():
    """after a crash at any time the replay still gives what was decided"""
    clean()
    with receiver() as r:
        for i in range(4):
            with Live(r.config(), FILE) as helper:
                r.say(CUBA)
                until(lambda: verdict() == "notice", "the notice")
                if i % 2:
                    r.say(DENMARK)
                    until(lambda: verdict() == "open", "the opening")
                helper.process.kill()
            r.renew()
    assert len(whole()) >= 6, records("decision")
    assert [c["why"] for c in records("checkpoint")] == ["start"] * 4
    assert len([e for e in records("event") if e["event"] == "stop"]) == 0


def test_show():
    """show: times, kinds and moments; JSON as it is written"""
    clean()
    with receiver() as r, Live(r.config(), FILE):
        r.say(CUBA)
        until(lambda: verdict() == "notice", "the notice")
    out = done("audit", "show", STATE).out
    for words in ("checkpoint  start, shadow, t version 1\n", "evidence    gnss /dev/good: CU\n",
                  "decision    notice in CU by rule r; because of gnss inside\n",
                  "event       start\n", "event       stop\n"):
        assert words in out, (words, out)
    assert done("audit", "show", "--json", STATE).out == read(LOG)
    assert len(records("decision")) == 1 and not records("gap")
    assert done("audit", "show", "--since", "1h", STATE).out == out
    assert done("audit", "show", "--since", "@1", STATE).out == out
    assert done("audit", "show", "--since", "2100-01-01", STATE).out == ""
    two = done("audit", "show", "--kind", "event", "--kind", "decision", STATE).out
    assert two.count("\n") == 3, two
    with open(LOG, "a", encoding="utf-8") as file:
        file.write('{"at":1')
    assert done("audit", "show", STATE).out == out
    with open(LOG, "a", encoding="utf-8") as file:
        file.write("\n")
    count = read(LOG).count("\n")
    assert f"audit.jsonl:{count}: not a record" in run("audit", "show", STATE).err
    refused(1, "No such file", "audit", "show", STATE + "/none")
    os.mkdir(STATE + "/empty")
    refused(1, "there is no audit.jsonl", "audit", "verify", STATE + "/empty")


def test_verify():
    """verify names file and line, in words and as JSON, and what can be said without the head"""
    clean()
    for _ in range(3):
        with Live(policy=FILE):
            pass
    good = done("audit", "verify", STATE).out
    lines = read(LOG).splitlines(keepends=True)
    assert good.startswith(f"good: records 1 to {len(lines)} in 1 file, none changed"), good
    assert "whether more followed is not known" in done("audit", "verify", LOG).out
    write(LOG, "".join(lines[:3] + [lines[3].replace('"seq":4', '"seq":5')] + lines[4:]))
    got = run("audit", "verify", "--json", STATE)
    assert got.code == 1 and f"{LOG}:4: " in got.err, got.err
    doc = got.json()
    assert (doc["ok"], doc["file"], doc["errors"][0]["line"]) == (False, LOG, 4), doc
    write(LOG, "".join(lines[:-1]))
    refused(1, f"{LOG}:{len(lines) - 1}: records {len(lines)} to {len(lines)} are missing at the end",
            "audit", "verify", STATE)
    done("audit", "verify", LOG)
    write(LOG, "".join(lines))
    assert done("audit", "verify", STATE).out == good


def test_rotation():
    """files are rotated, and those that remain are replayed by themselves"""
    clean()
    with receiver() as r, Live(r.config(audit={"size": "4K", "keep": 2}), FILE):
        for i in range(80):
            to_and_fro(r, i)
    names = sorted(name for name in os.listdir(STATE) if name.startswith("audit."))
    assert names == ["audit.head", "audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"], names
    assert all(os.stat(f"{STATE}/{n}").st_size < 32768 for n in names)
    first = records()[0]
    assert (first["audit"], first["why"]) == ("checkpoint", "rotate") and first["seq"] > 1, first
    assert len(whole()) > 5
    done("audit", "verify", "--replay", LOG + ".1", LOG)
    os.unlink(LOG + ".1")
    assert "are missing before this one: removed" in run("audit", "verify", STATE).err


def whatifs(old, new, log):
    got = done("policy", "diff", old, new, log, "--json").json()
    assert got["devices"] == 1
    return got["cases"][0], got["shadow"]


def test_policy_diff():
    """policy diff: what stands at the start of what is left of an audit counts"""
    clean()
    rule = {**POLICY["rules"][0], "notice": "0s", "free": "agreed"}
    write(FILE, policy(rules=[rule]))
    with receiver() as r, Live(r.config(audit={"size": "4K", "keep": 2}), FILE):
        r.say(CUBA)
        until(lambda: verdict() == "restricted", "the restriction")
        for i in range(80):
            to_and_fro(r, i, "/dev/other")
    kept = [record["audit"] for record in records() if "audit" in record]
    assert kept[0] == "checkpoint" and "decision" not in kept, kept
    for log in (STATE, LOG):
        for change, fate, last in (
                ({}, "same", "restricted"), ({"name": "other"}, "otherwise", "restricted"),
                ({"when": {"location": ["IR"]}}, "freed", "open"), ({"mode": "shadow"}, "freed", "open")):
            new = write(os.path.join(h.TMP.name, "new.json"), policy(rules=[{**rule, **change}]))
            case, shadow = whatifs(FILE, new, log)
            onset = case["old"]["restricted"]
            assert (case["fate"], case["new"]["last"]) == (fate, last), (change, case)
            assert onset["stood"] and (onset["rule"], onset["region"]) == ("r", "CU"), onset
            assert case["old"]["last"] == case["old"]["reached"] == "restricted"
            assert case["lines"] == len(done("audit", "show", "--json", log).out.splitlines())
        assert shadow == [{"rule": "r", "old": None, "new": 1}]
    assert "old: by rule r in CU since before " in done("policy", "diff", FILE, new, STATE).out


def test_rights():
    """coarse for everyone, without a position; fine with positions for root"""
    clean()
    for detail, rights in (("coarse", 0o644), ("fine", 0o600), ("coarse", 0o644)):
        with receiver() as r, Live(r.config(audit={"detail": detail}), FILE):
            r.say(CUBA)
            until(lambda: verdict() == "notice", "the notice")
        assert os.stat(LOG).st_mode & 0o777 == rights, detail
        assert ('"lat":23.13,"lon":-82.38' in read(LOG)) == (detail == "fine"), detail
        assert "23.1" not in read(os.path.join(h.RUN, "explain.json"))
    assert [os.stat(f"{LOG}.{i}").st_mode & 0o777 for i in (2, 1)] == [0o644, 0o600]
    assert os.stat(STATE).st_mode & 0o777 == 0o755
    assert os.stat(SAVED).st_mode & 0o777 == 0o600
    assert len(whole()) >= 3


def test_settings():
    """the audit's settings say what is allowed"""
    for text, words in (
            ('{"audit": {"detail": "all"}}', 'audit.detail: unknown value "all"; allowed: coarse, fine'),
            ('{"audit": {"size": "1T"}}', 'audit.size: not a size; allowed: "4K" to "1G"'),
            ('{"audit": {"size": "2G"}}', "audit.size: not a size"),
            ('{"audit": {"size": 4095}}', "audit.size: not a size"),
            ('{"audit": {"size": "-1K"}}', "audit.size: not a size"),
            ('{"audit": {"keep": 0}}', "audit.keep: "),
            ('{"audit": {"sized": 1}}', "audit.sized: unknown key; allowed: detail, size, keep")):
        found = h.check(text)
        assert found.returncode == 1 and words in found.stderr, (text, found.stderr)
    for size in ('"4K"', '"1G"', "4096", '"1M"'):
        assert h.check('{"audit": {"size": %s}}' % size).returncode == 0, size


def test_disk_full():
    """a full disk stops no decision, is shown, and is told of when it is over"""
    clean()
    most = 12000
    with receiver() as r:
        with Live(r.config(), FILE, restore_signals=False, preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))) as helper:
            def error():
                return [e["text"] for e in explain()["errors"] if "audit.jsonl" in e["text"]]

            i = 0
            while not error() and i < 100:
                to_and_fro(r, i := i + 1)
            assert "File too large" in error()[0]
            full, before = os.stat(LOG).st_size, switches(helper.process.pid)
            with contextlib.suppress(AssertionError):
                until(lambda: switches(helper.process.pid) > before + 50, seconds=1)
            assert switches(helper.process.pid) <= before + 50, "it tries all the time"
            assert os.stat(LOG).st_size == full
            to_and_fro(r, i + 1)
            to_and_fro(r, i + 2)
            subprocess.run(["prlimit", "--pid", str(helper.process.pid), "--fsize=unlimited"],
                           check=True)
            to_and_fro(r, i + 3)
            until(lambda: not error(), "the end of the error")
            to_and_fro(r, i + 4)
    gap = records("gap")
    assert len(gap) == 1 and gap[0]["lost"] >= 3 and gap[0]["error"] == "File too large", gap
    assert [c["why"] for c in records("checkpoint")] == ["start", "gap"]
    done("audit", "verify", "--replay", STATE)


def test_first_activation():
    """written once, at the first place that two classes agree on; the device's own file wins"""
    clean()
    write(FILE, policy(rules=[{**POLICY["rules"][0], "dwell": "1h", "visitor": "2h"}]))
    with h.modem_manager() as (address, *_), receiver() as r:
        config = r.config()
        config["sources"].update(cell=True, dbus=address)

        def need():
            return explain()["decision"]["rules"][0]["dwell_need_ms"]

        with Live(r.config(), FILE) as helper:
            r.say(CUBA)
            until(lambda: verdict() == "watching", "the position")
            assert explain()["first_activation"] is None and need() == 7200000
        r.renew()
        with Live(config, FILE) as helper:
            r.say(CUBA)
            until(lambda: explain()["first_activation"], "the first activation")
            until(lambda: need() == 3600000, "a dwell that is no visitor's")
            first = explain()["first_activation"]
            assert (first["region"], first["by"]) == ("CU", "helper"), first
            helper.process.kill()
        r.renew()
        with Live(config, FILE):
            r.say(DENMARK)
            until(lambda: "DK" in str(explain()["decision"]["claims"]), "another place")
            assert explain()["first_activation"] == first
            write(DEVICE, {"first_activation": {"region": "DE", "at": 5}})
            until(lambda: explain()["first_activation"]["by"] == "device file", "the file's")
            assert explain()["first_activation"] == {"region": "DE", "at": 5, "by": "device file"}
            os.unlink(DEVICE)
            until(lambda: explain()["first_activation"] == first, "the helper's again")
    assert json.loads(read(SAVED))["first_activation"] == {"region": "CU", "at": first["at"]}

    def forget():
        write(SAVED, {**json.loads(read(SAVED)), "first_activation": None, "so_far": None})

    for lose in (forget, lambda: write(SAVED, "{"), lambda: os.unlink(SAVED)):
        lose()
        with Live(policy=FILE):
            assert explain()["first_activation"] == first, "the state was lost, the audit was not"
    told = records("device")
    assert [d["why"] for d in told] == ["first-activation", "reload", "reload"], told
    assert "first activated in CU" in done("audit", "show", "--kind", "device", STATE).out
    whole()


def test_first_place_after_another():
    """a place that is beyond doubt is not the first, if a strong source knew another before"""
    clean()
    with h.modem_manager() as (address, *_), receiver() as r:
        config = r.config()
        config["sources"].update(cell=True, dbus=address)
        with Live(r.config(), FILE):
            r.say(DENMARK)
            until(lambda: "DK" in str(explain()["decision"]["claims"]), "a position at home")
        r.renew()
        with Live(config, FILE):
            r.say(CUBA)
            until(lambda: len({c["class"] for c in explain()["decision"]["claims"]
                               if c["regions"] == ["CU"]}) == 2, "both classes in Cuba")
            assert explain()["first_activation"] is None
    assert json.loads(read(SAVED))["so_far"] == []


def test_other_networks():
    """an audit that was written with another list of networks is not called forged only"""
    clean()
    data = STATE + ".data"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(os.environ["REGIONGATE_DATA"], data)
    with h.modem_manager() as (address, *_), receiver() as r:
        config = r.config()
        config["sources"].update(cell=True, dbus=address)
        with Live(config, FILE):
            r.say(CUBA)
            until(lambda: len({c["class"] for c in explain()["decision"]["claims"]
                               if c["regions"] == ["CU"]}) == 2, "both classes")
    whole()
    table = data + "/plmn/plmn.tsv"
    text = read(table)
    assert "\tCU" in text
    write(table, text.replace("\tCU", "\tDE"))
    told = run("audit", "verify", "--replay", STATE, env={"REGIONGATE_DATA": data})
    assert told.code == 1 and "the list of networks is another one than then" in told.err, told.err
    shutil.rmtree(data)


def put(path, content):
    """As an editor does: never half there."""
    os.rename(write(path + ".new", content), path)


def test_reload():
    """a change of the policy counts at once, however it is made; a bad one is shown until mended"""
    clean()
    with Live(policy=FILE) as helper:
        def version():
            return explain()["decision"]["policy"]["version"]

        def errors():
            return [e["text"] for e in explain()["errors"] if e["text"].startswith(FILE)]

        put(FILE, policy(version=2))
        until(lambda: version() == 2, "a file that was put in its place")
        write(FILE, policy(version=3))
        until(lambda: version() == 3, "a file that was written over")
        put(FILE, json.dumps(policy(version=4), indent=1).replace('"2d"', '"2w"'))
        error = until(errors, "the error")
        assert f"{FILE}:" in error[0] and "lease: " in error[0] and version() == 3, error
        assert error[0] in run("explain", env={"REGIONGATE_RUN": h.RUN}).out
        os.unlink(FILE)
        until(lambda: "cannot be read" in errors()[0], "the file is gone")
        put(FILE, policy(version=3))
        until(lambda: not errors(), "the end of the error")
        os.symlink(FILE, FILE + ".link")
        os.rename(FILE, FILE + ".real")
        until(errors, "the file is gone again")
        write(FILE + ".real", policy(version=5))
        os.symlink(FILE + ".real", FILE)
        until(lambda: version() == 5, "a link")
        os.unlink(FILE)
        os.unlink(FILE + ".link")
        put(FILE, policy(version=6))
        until(lambda: version() == 6, "a file again")
        put(DEVICE, {"model": "M1"})
        until(lambda: records("device"), "the facts")
        before = len(records())
        helper.process.send_signal(signal.SIGHUP)
        until(lambda: "stays in force, the files say the same" in helper.said(), "nothing new")
        put(FILE, policy(version=7))
        until(lambda: version() == 7, "the next one")
        assert len(records()) == before + 1
    told = records("policy")
    assert [p["policy"]["version"] for p in told if "policy" in p] == [2, 3, 5, 6, 7], told
    assert len([p for p in told if "error" in p]) == 3, told
    assert records("device")[0]["device"] == {"model": "M1"}
    whole()


def test_reload_from_another_folder():
    """a folder that was put in the place of the policy's is watched after a SIGHUP"""
    clean()
    folder = STATE + ".etc"
    file = folder + "/policy.json"
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    put(file, policy(version=1))
    with Live(policy=file) as helper:
        def version():
            return explain()["decision"]["policy"]["version"]

        os.rename(folder, folder + ".old")
        os.mkdir(folder)
        put(file, policy(version=2))
        helper.process.send_signal(signal.SIGHUP)
        until(lambda: version() == 2, "what the signal asks for")
        put(file, policy(version=3))
        until(lambda: version() == 3, "a change without a signal")
    shutil.rmtree(folder)
    shutil.rmtree(folder + ".old")


def test_what_if():
    """another policy over the audit: what would have been"""
    clean()
    with receiver() as r, Live(r.config(), FILE):
        r.say(CUBA)
        until(lambda: verdict() == "notice", "the notice")
    other = write(FILE + ".other", policy(rules=[{**POLICY["rules"][0], "notice": "0s"}]))
    out = done("replay", "--policy", other, STATE).out
    assert [json.loads(line)["verdict"] for line in out.splitlines()] == ["restricted"], out


def test_idle():
    """while nothing happens, it does not wake"""
    clean()
    with receiver() as r, Live(r.config(), FILE) as helper:
        r.say(DENMARK)
        until(lambda: "DK" in str(explain()), "the position")

        def seen():
            return switches(helper.process.pid), os.stat(LOG).st_size

        def sleeps():
            before = seen()
            with contextlib.suppress(AssertionError):
                until(lambda: seen() != before, seconds=4)
            return seen() == before

        # On a busy machine what the position brought may end late.
        until(sleeps, "an end of what the position brought", 30)
        assert sleeps(), "it woke"


rgcli.main(globals())
