#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line without the module: usage, files, look-ups."""
import json
import os
import shutil
import subprocess
import tempfile
import time

import rgcli
from rgcli import REASON, Skip, done, refused, run

TOP = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../..")
SEED = os.path.join(TOP, "policy/examples/seed.json")
VERBS = ["status", "explain", "monitor", "device", "emergency", "restrict",
         "confirm", "release", "profile", "policy", "where", "replay", "audit"]
TMP = tempfile.TemporaryDirectory()
HOUR, DAY = 3600000, 86400000


def write(name, text):
    path = os.path.join(TMP.name, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def test_help():
    """--help lists every verb"""
    out = done("--help").out
    for verb in VERBS:
        assert f"\n  {verb} " in out, verb


def test_help_of_verbs():
    """every verb has a help with usage, --json and the exit codes"""
    for verb in VERBS:
        for args in ([verb, "--help"], ["--help", verb], [verb, "-h", "x"]):
            out = done(*args).out
            assert out.startswith(f"usage: regiongate {verb}"), args
            assert "--json" in out and "exit: 0 done" in out, args


def test_version():
    """--version prints one line"""
    assert done("--version").out.startswith("regiongate ")


def test_usage():
    """wrong usage: exit 2, one sentence, nothing on standard output"""
    table = [
        ([], "a verb is missing"),
        (["frobnicate"], 'unknown verb "frobnicate"'),
        (["--frob"], '"--frob" must follow a verb'),
        (["status", "extra"], 'unexpected argument "extra"'),
        (["status", "--frob"], 'no option "--frob"'),
        (["status", "-x"], 'unknown option "-x"'),
        (["status", "--json=1"], "takes no value"),
        (["confirm", "--generation"], "needs a value"),
        (["confirm", "--generation", "-1"], "not a whole number"),
        (["release", "--generation=1", "--generation=2"], "given twice"),
        (["emergency"], "an argument is missing"),
        (["emergency", "begin"], "allowed: start, stop"),
        (["emergency", "start", "--length", "0s"], "--length"),
        (["emergency", "stop", "--length", "5s"], "--length"),
        (["emergency", "start", "--length", "5"], "not a duration"),
        (["profile", "drop"], "allowed: show, check, set"),
        (["profile", "check"], "FILE is missing"),
        (["profile", "show", "x"], "takes no FILE"),
        (["policy", "check"], "FILE is missing"),
        (["policy", "merge", "x"], "allowed: check, diff"),
        (["audit"], "an argument is missing"),
        (["audit", "drop"], "allowed: show, verify"),
        (["audit", "show", "--replay"], "takes no --replay"),
        (["audit", "verify", "--kind", "event"], "takes no --kind"),
        (["audit", "verify", "--since", "2h"], "takes no --since"),
        (["audit", "show", "--kind", "vent"], "allowed: evidence, decision"),
        (["audit", "show", "--since", "soon"], "is no moment; allowed"),
        (["replay", "--policy", "x"], "an argument is missing"),
    ]
    for args, word in table:
        assert refused(2, word, *args).out == "", args
        if "needs a value" not in word:
            for more in (["--json", *args], [*args, "--json"]):
                got = refused(2, word, *more)
                assert list(got.json()) == ["error"], more
                assert got.json()["error"] in got.err and word in got.json()["error"]


def test_restrict_usage():
    """restrict: what is missing or too long is named"""
    whole = [*REASON, "--lease", "10m"]
    for name in ("region", "rule", "text", "contact", "lease"):
        at = whole.index("--" + name)
        args = whole[:at] + whole[at + 2:]
        refused(2, f"--{name} is missing", "restrict", *args)
    for extra, word in (
            (["--notice", "soon"], "not a duration"),
            (["--notice", "4000d"], '"4000d" is too long; allowed: a whole number'),
            (["--confirm", "91d"], "up to 90d"),
            (["--owner", "maybe"], "allowed: hold, open"),
            (["--grace", "3s"], "--grace goes with --owner"),
            (["--evidence", "x" * 257], "1 to 256 bytes"),
            (["--evidence", "x"] * 17, "at most 16")):
        refused(2, word, "restrict", *whole, *extra)
    refused(2, "--lease is 0; allowed: at least 1s", "restrict", *REASON,
            "--lease", "0s")
    whole[whole.index("--text") + 1] = "x" * 1025
    refused(2, "1025 bytes; allowed: at most 1024", "restrict", *whole)


def where(*args):
    return done("where", *args, "--json").json()


def test_where():
    """where: the named places, options anywhere, negative numbers"""
    for args, region in (
            (["44.95", "34.10"], "UA-43"), (["44.61", "33.52"], "UA-40"),
            (["46.63", "32.61"], "UA"), (["23.13", "-82.38"], "CU"),
            (["35.7", "51.4"], "IR"), (["33.5", "36.3"], "SY"),
            (["-33.87", "151.2"], "AU"), (["--", "-15.8", "-47.9"], "BR"),
            (["--accuracy", "20", "48.85", "2.35"], "FR"),
            (["48.85", "--accuracy=20", "2.35"], "FR")):
        if args[0] == "--":
            got = done("where", "--json", *args).json()
        else:
            got = where(*args)
        assert got["regions"] == [region], (args, got)
        assert got["undetermined"] is False and got["border_m"] > 0


def test_where_shape():
    """where --json: three keys in their order, and a fourth in a disputed place"""
    out = done("where", "23.13", "-82.38", "--json").out
    assert list(json.loads(out)) == ["regions", "border_m", "undetermined"]
    out = done("where", "44.95", "34.10", "--json").out
    assert list(json.loads(out)) == ["regions", "border_m", "undetermined", "disputed"]
    assert out.startswith('{"regions":["UA-43"],"border_m":')
    assert where("44.95", "34.10", "--accuracy", "50000")["undetermined"]


def test_where_words():
    """where: words name the region"""
    assert "CU  Cuba" in done("where", "23.13", "-82.38").out


def test_where_bad():
    """where: bad numbers are wrong usage, and the range is told"""
    for args, word in (
            (["91", "0"], "from -90 to 90"), (["0", "180.5"], "-180 to 180"),
            (["nan", "0"], "latitude"), (["0", "inf"], "longitude"),
            (["0x10", "0"], "latitude"), (["1e1", "0"], "latitude"),
            (["44,95", "34"], "latitude"), (["", "34"], "latitude"),
            (["1.2.3", "0"], "latitude"), (["1"], "takes LAT and LON"),
            ([], "takes LAT and LON"),
            (["1", "2", "--accuracy", "-1"], "accuracy"),
            (["1", "2", "--accuracy", "50001"], "0 to 50000"),
            (["1", "2", "3"], "unexpected argument"),
            (["1", "2", "--plmn", "25032"], "one of a position, --plmn and --ip"),
            (["1", "2", "--ip", "::1"], "one of a position, --plmn and --ip"),
            (["--plmn", "25032", "--ip", "::1"], "one of a position, --plmn and --ip"),
            (["--ip", "::1", "--accuracy", "5"], "one of a position, --plmn and --ip"),
            (["--ip", "1.2.3"], "not an IPv4 or IPv6 address"),
            (["--ip", "example.com"], "not an IPv4 or IPv6 address"),
            (["--plmn", "2503"], "five or six digits"),
            (["--plmn", "25o32"], "five or six digits")):
        refused(2, word, "where", *args)


def test_plmn():
    """where --plmn: a listed, an unlisted, and one that proves nothing"""
    got = where("--plmn", "25032")
    assert got["regions"] == ["UA-40", "UA-43"] and got["listed"]
    assert where("--plmn", "36801")["regions"] == ["CU"]
    for plmn, why in (("00101", "test network"), ("99901", "test network"),
                      ("90118", "international network"),
                      ("99801", "unknown country code")):
        refused(1, f"PLMN {plmn} belongs to no region ({why})", "where", "--plmn", plmn)


def test_ip():
    """where --ip: countries by IPv4 and IPv6 in where's shape, and what proves nothing"""
    for address, region in (("2.176.0.1", "IR"), ("169.158.0.1", "CU"), ("2001:4228::1", "SD"),
                            ("::ffff:175.45.176.1", "KP"), ("5.58.0.0", "UA")):
        out = done("where", "--ip", address, "--json").out
        assert out == f'{{"regions":["{region}"],"border_m":null,"undetermined":false}}\n', out
    assert done("where", "--ip", "2.176.0.1").out == "IR  Iran\n"
    for address, why in (("192.168.1.1", "private address"), ("fe80::1", "link-local address"),
                         ("5.62.56.161", "no country known"), ("2.16.0.0", "no country known")):
        refused(1, f"{address} belongs to no country ({why})", "where", "--ip", address)


def test_ip_damaged():
    """where --ip: a damaged file is named, and guessed at in nothing"""
    folder = os.path.join(TMP.name, "ip")
    shutil.copytree(os.path.join(TOP, "data/ip"), folder)
    with open(os.path.join(folder, "ipv6.rgi"), "r+b") as file:
        file.seek(100000)
        file.write(b"\xff\xff")
    refused(1, "ip/ipv6.rgi: damaged", "where", "--ip", "2.176.0.1",
            env={"REGIONGATE_DATA": TMP.name})
    shutil.rmtree(folder)


def test_no_data():
    """where: missing data is named, not guessed"""
    env = {"REGIONGATE_DATA": TMP.name}
    refused(1, TMP.name, "where", "--ip", "2.176.0.1", env=env)
    refused(1, TMP.name, "where", "1", "2", env=env)
    refused(1, TMP.name, "where", "--plmn", "25032", env=env)


def test_policy():
    """policy check: the example is good, in words and as JSON"""
    assert ": good: policy " in done("policy", "check", SEED).out
    got = done("policy", "check", SEED, "--json").json()
    assert list(got)[:4] == ["file", "ok", "errors", "warnings"]
    assert got["ok"] and len(got["sha256"]) == 64


def test_policy_bad():
    """policy check: file, line and key of what is wrong"""
    with open(SEED, encoding="utf-8") as file:
        lines = file.read().split("\n")
    at = next(i for i, line in enumerate(lines) if '"version"' in line)
    lines[at] = lines[at].replace('"version"', '"versoin"')
    path = write("bad.json", "\n".join(lines))
    r = run("policy", "check", path, "--json")
    assert r.code == 1 and f"{path}:{at + 1}: " in r.err, r.err
    assert "versoin" in r.err
    got = r.json()
    assert not got["ok"] and got["errors"][0]["text"] in r.err
    refused(1, "/nonexistent", "policy", "check", "/nonexistent")


def test_profile():
    """profile check: good, gates Wi-Fi, drops the power key"""
    good = write("good.json", '{"net":{"wired":"emergency"}}')
    assert done("profile", "check", good).out == f"{good}: good\n"
    for text, word in (
            ('{"net":\n{"wifi":"down"}}', ":2: net.wifi: "),
            ('{"net":{"loopback":"emergency"}}', "loopback is never gated"),
            ('{"net":{"wwan":"down"}}', "allowed: keep, emergency"),
            ('{"keys":["KEY_SOS"]}', "KEY_POWER is missing"),
            ('{"nets":{}}', "nets"), ('{"net":{},"net":{}}', "net")):
        path = write("bad.json", text)
        refused(1, word, "profile", "check", path)
        # A bad file is refused before the module is asked.
        refused(1, word, "profile", "set", path)


def line(elapsed, **more):
    return json.dumps({"at": 1700000000 + elapsed, "elapsed": elapsed,
                       **more}) + "\n"


def havana(model_year):
    """Eight days in Havana, and a device first used there."""
    log = "".join(line(t, source="gnss", lat=23.13, lon=-82.38, accuracy_m=10) +
                  line(t, source="cell", plmn="36801")
                  for t in range(0, 8 * 86400, 1200))
    device = {"model_year": model_year,
              "first_activation": {"region": "CU", "at": 1632096000}}
    return write("havana.jsonl", log), write("device.json", json.dumps(device))


def test_replay():
    """replay: the same bytes in every locale and time zone, and by a pipe"""
    log, device = havana(2022)
    args = ["replay", "--policy", SEED, "--device", device]
    plain = done(*args, log).out
    assert plain
    env = {"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tehran"}
    assert done("replay", log, *args[1:], env=env).out == plain
    with open(log, encoding="utf-8") as file:
        assert done(*args, "-", stdin=file.read()).out == plain


def test_replay_havana():
    """replay: the example policy restricts in Havana, but not an old model"""
    log, device = havana(2022)
    out = done("replay", "--policy", SEED, "--device", device, log).out
    verdicts = [json.loads(x)["verdict"] for x in out.splitlines()]
    assert verdicts == ["watching", "notice", "restricted"], verdicts
    log, device = havana(2012)
    assert done("replay", "--policy", SEED, "--device", device, log).out == ""


def test_replay_is_quick():
    """replay: a hundred thousand lines within seconds, even with sanitizers"""
    program = shutil.which(rgcli.CLI)
    million = os.path.join(rgcli.HERE, "../region/million")
    said = subprocess.run([million, program, TMP.name, "100000"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    assert float(said.split()[2]) < 15, said


def test_replay_bad():
    """replay: a bad line is named, and so is a bad device file"""
    log = write("log.jsonl", line(5, source="boot") + line(4, source="boot"))
    refused(1, f"{log}:2: ", "replay", "--policy", SEED, log)
    log = write("log.jsonl", line(5, source="\x1b[31m\nX"))
    r = run("replay", "--policy", SEED, log)
    assert r.code == 0 and '"\\u001b[31m\\u000aX"' in r.err and r.err.count("\n") == 1, r.err
    log = write("log.jsonl", "{\n")
    refused(1, f"{log}:1: ", "replay", "--policy", SEED, log)
    log = write("log.jsonl", "")
    device = write("device.json", '{"modle": "x"}')
    refused(1, f"{device}:1: ", "replay", "--policy", SEED, "--device", device,
            log)
    refused(1, "/nonexistent", "replay", "--policy", SEED, "/nonexistent")


def test_not_loaded():
    """without the module: one sentence, exit 1, an error object"""
    if os.path.exists("/sys/module/regiongate"):
        raise Skip("the module is loaded")
    good = write("good.json", "{}")
    for args in (["status"], ["monitor"], ["device"], ["device", "eth0"],
                 ["explain"], ["explain", "eth0"], ["release"], ["confirm"],
                 ["emergency", "start"], ["emergency", "stop"],
                 ["profile", "show"], ["profile", "set", good],
                 ["restrict", *REASON, "--lease", "1m"],
                 ["restrict", *REASON, "--lease", "1m", "--owner", "hold"]):
        r = refused(1, "is not loaded (modprobe regiongate)", *args)
        assert r.err.startswith("regiongate: the kernel module") and not r.out
        got = refused(1, "is not loaded", *args, "--json").json()
        assert list(got) == ["error"], args


def published(**rule):
    """A folder with what a helper said three hours ago, on two rules."""
    rule = {"rule": "embargo", "mode": "enforce", "verdict": "watching", "region": "CU",
            "established": True, "visitor": True, "dwell_ms": 2 * HOUR, "dwell_need_ms": 30 * DAY,
            "notice_ms": 0, "notice_need_ms": DAY, "lease": None, "forgets_ms": None,
            "pace": {"since_ms": 0, "counted_ms": 2 * HOUR, "per_day_ms": DAY // 2,
                     "notice_soonest_ms": 4 * HOUR + 30 * DAY - 2 * HOUR,
                     "restricted_soonest_ms": 4 * HOUR + 31 * DAY - 2 * HOUR,
                     "notice_likely_ms": None, "restricted_likely_ms": None},
            "missing": [], "frees": ["a fresh position or cell outside CU"], **rule}
    others = [{"rule": "market", "mode": "enforce", "verdict": "notice", "region": "CN"},
              {"rule": "trial", "mode": "shadow", "verdict": "restricted", "region": "CU"},
              {"rule": "idle", "mode": "enforce", "verdict": "open", "region": None}]
    now = int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)
    write("explain.json", json.dumps({
        "schema": "regiongate-explain/1", "mode": "enforce", "boottime_ms": now - 3 * HOUR,
        "elapsed": 4 * HOUR, "policy_file": "x", "gate": "none", "sources": [], "last_error": None,
        "decision": {"elapsed_ms": 4 * HOUR, "verdict": rule["verdict"], "region": "CU",
                     "rule": "embargo", "due_ms": None, "claims": [],
                     "rules": [rule, *others]}}))
    return {"REGIONGATE_RUN": TMP.name}


def explained(**rule):
    env = published(**rule)
    return refused(1, "is not loaded", "explain", env=env).out


def test_explain_countdown():
    """explain: a visitor's countdown, the pace, and the rules besides"""
    if os.path.exists("/sys/module/regiongate"):
        raise Skip("the module is loaded")
    text = explained()
    for part in ("embargo (watching)", "5 h of 30 d, as a visitor", "12 h a day so far, since 7 h ago",
                 "restricted   not at this pace", "soonest      in 30 d 19 h", "market (notice in CN)",
                 "trial (restricted in CU, shadow: it restricts nothing)"):
        assert part in text, (part, text)
    assert "idle" not in text and "forgotten" not in text
    pace = {"since_ms": 0, "counted_ms": 2 * HOUR, "per_day_ms": 2 * HOUR, "notice_soonest_ms": 1,
            "restricted_soonest_ms": DAY, "notice_likely_ms": 1, "restricted_likely_ms": 9 * DAY}
    text = explained(established=False, visitor=False, pace=pace, forgets_ms=DAY)
    for part in ("2 h of 30 d\n", "2 h a day so far", "in 8 d 17 h (20", "forgotten    in 17 h (20"):
        assert part in text, (part, text)
    lease = {"since_ms": 0, "end_ms": 14 * DAY}
    text = explained(verdict="restricted", pace=None, lease=lease)
    assert "lease ends   in 13 d 17 h (20" in text and "counted" not in text, text


def test_full():
    """output that cannot be written is a failure"""
    with open("/dev/full", "w", encoding="utf-8") as full:
        r = subprocess.run([rgcli.CLI, "where", "1", "2"], stdout=full,
                           stderr=subprocess.PIPE, text=True, check=False)
    assert r.returncode == 1 and "cannot be written" in r.stderr


rgcli.main(globals())
