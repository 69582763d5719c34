#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""policy check and diff, the examples, the schema, and disputed places."""
import copy
import json
import os
import re
import subprocess
import tempfile

import jsonschema

import rgcli
from rgcli import done, refused, run

TOP = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../..")
SEED = os.path.join(TOP, "policy/examples/seed.json")
TMP = tempfile.TemporaryDirectory()
START = 1700000000
HOUR, DAY = 3600, 86400
PLACES = {"cuba": (23.13, -82.38, "36801"), "germany": (52.52, 13.40, "26202"),
          "iran": (35.69, 51.42, "43211")}
HOME = {"model_year": 2022, "first_activation": {"region": "CU", "at": 1}}


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def write(name, content):
    path = os.path.join(TMP.name, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content if isinstance(content, str) else json.dumps(content))
    return path


def examples():
    folder = os.path.join(TOP, "policy/examples")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def seed(**changes):
    """The seed's policy with its one rule changed."""
    policy = json.loads(read("policy/examples/seed.json"))
    policy["rules"][0].update(changes)
    return policy


def stay(place, start, end, step=1200):
    """A device that is at one place from one second to another."""
    lat, lon, plmn = PLACES[place]
    lines = []
    for t in range(start, end, step):
        for more in ({"source": "gnss", "lat": lat, "lon": lon, "accuracy_m": 10},
                     {"source": "cell", "plmn": plmn}):
            lines.append(json.dumps({"at": START + t, "elapsed": t, **more}) + "\n")
    return "".join(lines)


def fleet(name):
    """Four devices; facts lie beside their logs."""
    for log, text, facts in (
            ("always", stay("cuba", 0, 8 * DAY), HOME),
            ("iran", stay("iran", 0, 6 * DAY),
             {**HOME, "first_activation": {"region": "IR", "at": 1}}),
            ("never", stay("germany", 0, 3 * DAY), HOME),
            ("two-days", stay("cuba", 0, 2 * DAY + 12 * HOUR), HOME)):
        write(f"{name}/{log}.jsonl", text)
        write(f"{name}/{log}.device.json", facts)
    return os.path.join(TMP.name, name)


def schema():
    return json.loads(read("policy/regiongate-policy-1.schema.json"))


def table():
    """The rows of data/regions/disputed.tsv."""
    return [line.split("\t") for line in read("data/regions/disputed.tsv").splitlines()
            if not line.startswith("#")]


def test_examples():
    """each example is good without a warning, and valid by the schema"""
    assert len(examples()) >= 3
    for path in examples():
        assert done("policy", "check", path, "--json").json()["warnings"] == [], path
        with open(path, encoding="utf-8") as file:
            jsonschema.validate(json.load(file), schema())


def test_schema_refuses():
    """the schema refuses what the program refuses"""
    for change in ({"disputed": ["atlantis"]}, {"disputed": "golan"}, {"lease": "0d"},
                   {"dwell": "3 days"}, {"colour": 1}, {"text": {}}, {"mode": "on"}):
        policy = seed(**change)
        try:
            jsonschema.validate(policy, schema())
            raise AssertionError(f"{change} is valid by the schema")
        except jsonschema.ValidationError:
            pass
        assert run("policy", "check", write("bad.json", policy)).code == 1, change


def test_table():
    """what is compiled in, and the schema, have the disputed places of the table"""
    made = subprocess.run([os.path.join(TOP, "tools/compile-regions-disputed")],
                          capture_output=True, text=True, check=True).stdout
    assert made == read("user/lib/disputed-table.h")
    ids = [row[0] for row in table()]
    assert ids == sorted(ids)
    rule = schema()["definitions"]["rule"]["properties"]
    assert rule["disputed"]["items"]["enum"] == ids


def test_where_disputed():
    """where: a disputed place is named, with the reason of the table"""
    reasons = {row[0]: row[7] for row in table()}
    got = done("where", "33.02", "35.75", "--json").json()
    assert list(got) == ["regions", "border_m", "undetermined", "disputed"]
    assert got["regions"] == ["IL", "SY"] and got["undetermined"]
    assert got["disputed"] == {"place": "golan", "name": "Golan", "reason": reasons["golan"]}
    assert f"disputed: Golan: {reasons['golan']}\n" in done("where", "33.02", "35.75").out
    assert done("where", "44.95", "34.10", "--json").json()["disputed"]["place"] == "crimea"
    # Several claims that have no stated answer, and none at all.
    assert "disputed: claimed by each of these" in done("where", "31.95", "35.22").out
    assert "disputed" not in done("where", "31.95", "35.22", "--json").out
    assert "disputed" not in done("where", "23.13", "-82.38").out


def test_where_network():
    """where --plmn: networks of disputed places are named, too"""
    assert done("where", "--plmn", "25032", "--json").json()["disputed"]["place"] == "crimea"
    assert "Crimea and Sevastopol" in done("where", "--plmn", "25032").out
    assert "disputed" not in done("where", "--plmn", "36801", "--json").out


def test_warnings():
    """check: a rule that depends on a disputed place without saying so"""
    policy = seed()
    del policy["rules"][0]["disputed"]
    path = write("unsaid.json", json.dumps(policy, indent=1))
    r = run("policy", "check", path)
    assert r.code == 0 and ": good: " in r.out
    lines = r.err.splitlines()
    assert len(lines) == 4 and all(line.startswith(f"warning: {path}:") for line in lines)
    for place in ("abyei", "golan", "guantanamo", "halaib"):
        assert sum(f'"disputed": ["{place}"]' in line for line in lines) == 1, place
    got = run("policy", "check", path, "--json").json()
    assert got["ok"] and len(got["warnings"]) == 4 and got["warnings"][0]["line"] > 1
    # Advice to who writes it: a replay and a comparison say nothing of it.
    log = write("unsaid.jsonl", "")
    assert done("replay", "--policy", path, log).out == ""
    assert done("policy", "diff", path, path, log, "--json").json()["changes"] == []


def test_reachable():
    """check: a rule with a longer dwell is no second choice, since it forgets later"""
    rule = seed(when={"location": ["CU"]}, visitor="0s", disputed=["guantanamo"])["rules"][0]
    policy = seed()
    policy["rules"] = [{**rule, "name": "quick", "dwell": "3h"}, {**rule, "name": "slow"}]
    path = write("reach.json", policy)
    done("policy", "check", path)
    log = write("reach.jsonl", "".join(stay("cuba", day * DAY, day * DAY + 2 * HOUR)
                                       for day in range(45)))
    lines = [json.loads(line) for line in done("replay", "--policy", path, log).out.splitlines()]
    assert {line["rule"] for line in lines if line["verdict"] == "restricted"} == {"slow"}
    policy["rules"][1]["dwell"] = "3h"
    refused(1, 'rule "quick" always comes first', "policy", "check", write("same.json", policy))


def words(path, *args, env=None):
    return done("policy", "check", path, "--explain", *args, env=env).out


def test_explain():
    """check --explain: the policy in English and in Spanish"""
    text = words(SEED, "--lang", "en")
    for part in ("Rule prohibited-territory restricts devices.", "Cuba (CU), Iran (IR), North Korea (KP)",
                 "Only model years from 2020 on.", "It takes 3 days of established time.",
                 "has 30 days", "4 points of at least 2 kinds", "after 14 days",
                 "restricted 1 day later at the earliest", "away for 6 hours",
                 "Golan, Guantanamo Bay naval base", "This device may not be used",
                 "keyboards", "+1 555 0100", "Emergency traffic: 2 destinations"):
        assert part in text, part
    text = words(SEED, "--lang", "es_CU.UTF-8")
    for part in ("La regla prohibited-territory restringe dispositivos.", "Corea del Norte (KP)",
                 "Crimea (UA-43)", "3 días", "14 días", "6 horas", "Golán",
                 "Este dispositivo no puede utilizarse", "teclados"):
        assert part in text, part
    assert "in English" not in text and "Rule" not in text


def test_explain_other():
    """check --explain: another language has the rule's text, and English sentences that say so"""
    text = words(SEED, "--lang", "ko")
    assert "\nThere are no sentences in \"ko\", so these are in English.\n" in text
    assert "수출 규정" in text and "(this text is in" not in text
    text = words(SEED, "--lang", "de")
    assert "This device may not be used" in text and '(this text is in "en")' in text
    policy = write("en.json", seed(text={"en": "Closed."}))
    text = words(policy, "--lang", "es")
    assert "lee: Closed." in text and '(este texto está en "en")' in text


def test_explain_env():
    """check --explain: the environment's language, and the same bytes everywhere"""
    spanish = words(SEED, "--lang", "es")
    assert words(SEED, env={"LC_ALL": "es_ES.UTF-8"}) == spanish
    assert words(SEED, env={"LC_ALL": "", "LC_MESSAGES": "", "LANG": "es"}) == spanish
    english = words(SEED, "--lang", "en")
    assert words(SEED, env={"LC_ALL": "C"}) == english
    assert words(SEED, "--lang", "en", env={"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tehran"}) == english
    got = done("policy", "check", SEED, "--explain", "--lang", "es", "--json").json()["explain"]
    assert got["lang"] == "es" and got["lines"][0] == "Política export-control, versión 1."
    assert "\n".join(got["lines"]) == re.sub(r"\n\n+", "\n", spanish.split("\n\n", 1)[1]).rstrip("\n")


def test_explain_kinds():
    """check --explain: what rules without a place, and shadow rules, are said to be"""
    text = words(os.path.join(TOP, "policy/examples/kiosk-fleet.json"), "--lang", "en")
    for part in ("anywhere but in these: Austria (AT)", "Only these models: KIOSK-7, KIOSK-9.",
                 "Rule foreign-sim is on trial (shadow)", "whatever place it is in",
                 "Only if the device was sold for: Austria (AT)",
                 "as far as it is known, is none of: Austria (AT)",
                 "restricted without an announcement", "when these facts no longer hold"):
        assert part in text, part


def diff(old, new, *args):
    return done("policy", "diff", old, new, *args, "--json").json()


def changes(got):
    return {(c["rule"], c["field"]): (c["old"], c["new"]) for c in got["changes"]}


def test_diff_same():
    """diff: another spelling of the same policy is no change"""
    policy = seed(hysteresis="360m", mode="enforce", visitor="720h")
    policy["rules"][0]["when"]["location"] = ["UA-40", "UA-43", "SY", "SD", "KP", "IR", "CU"]
    policy["regions"] = {}
    path = write("same.json", json.dumps(policy, indent=3))
    assert diff(SEED, path)["changes"] == []
    assert "The two policies mean the same." in done("policy", "diff", SEED, path).out
    assert "devices" not in diff(SEED, path)
    both = [write(f"ua{len(where)}.json", seed(when={"location": where}))
            for where in (["UA"], ["UA", "UA-40", "UA-43"])]
    assert diff(*both)["changes"] == []


def test_diff_fields():
    """diff: each field that differs, whole rules, and their order"""
    policy = seed(dwell="2d", free="agreed", disputed=["crimea", "guantanamo"])
    policy["rules"][0]["when"]["location"] = ["CU", "UA-43"]
    policy["rules"][0]["text"]["en"] = "Changed \"words\"."
    policy["version"], policy["contact"]["phone"] = 2, "+1 555 0199"
    policy["profile"]["net"]["wired"] = "down"
    rule = copy.deepcopy(policy["rules"][0])
    policy["rules"].append({**rule, "name": "trial", "mode": "shadow"})
    new = write("fields.json", policy)
    got = diff(SEED, new)
    assert list(got) == ["old", "new", "changes"] and got["new"]["version"] == 2
    found = changes(got)
    name = "prohibited-territory"
    assert found[(None, "version")] == (1, 2)
    assert found[(None, "contact.phone")] == ("+1 555 0100", "+1 555 0199")
    assert found[(None, "profile.net.wired")] == ("emergency", "down")
    assert found[(name, "dwell")] == ("3d", "2d")
    assert found[(name, "free")] == ("one", "agreed")
    assert found[("trial", None)] == (None, True)
    assert len(found) == 9, found
    where = next(c for c in got["changes"] if c["field"] == "when.location")
    assert where["added"] == [] and where["removed"] == ["IR", "KP", "SD", "SY", "UA-40"]
    text = done("policy", "diff", SEED, new).out
    for part in ("  dwell: was 3d, is 2d\n", "  when.location: drops IR,KP,SD,SY,UA-40\n",
                 "  disputed: adds crimea; drops abyei,golan,halaib\n", "rule trial is new\n",
                 "the whole policy:\n", 'is "Changed \\"words\\"."\n'):
        assert part in text, (part, text)
    assert "rule trial is gone\n" in done("policy", "diff", new, SEED).out
    policy["rules"].reverse()
    found = changes(diff(new, write("order.json", policy)))
    assert found == {(None, "rules"): ([name, "trial"], ["trial", name])}, found


def test_diff_evidence():
    """diff: who is newly restricted, freed, otherwise, as before; and the shadow"""
    folder = fleet("fleet")
    policy = seed(dwell="1d", disputed=["guantanamo"])
    policy["rules"][0]["when"]["location"] = ["CU"]
    policy["rules"].append({**policy["rules"][0], "name": "trial", "mode": "shadow",
                            "dwell": "12h", "notice": "0s"})
    new = write("new.json", policy)
    got = diff(SEED, new, folder)
    fates = {os.path.basename(c["log"]): c["fate"] for c in got["cases"]}
    assert fates == {"always.jsonl": "otherwise", "iran.jsonl": "freed",
                     "never.jsonl": "same", "two-days.jsonl": "newly_restricted"}
    assert got["devices"] == 4
    assert got["counts"] == {"same": 1, "newly_restricted": 1, "freed": 1, "otherwise": 1}
    name = "prohibited-territory"
    assert got["reasons"] == {"newly_restricted": {name: 1}, "freed": {name: 1}, "otherwise": {name: 1}}
    assert got["shadow"] == [{"rule": "trial", "old": None, "new": 2}]
    case = next(c for c in got["cases"] if c["fate"] == "newly_restricted")
    onset = case["new"]["restricted"]
    assert case["old"]["restricted"] is None and case["old"]["reached"] == "watching"
    assert onset["rule"] == name and onset["region"] == "CU"
    assert onset["elapsed_ms"] == 2 * DAY * 1000 and onset["at_ms"] == (START + 2 * DAY) * 1000
    assert {c["source"] for c in onset["because"]} == {"gnss", "cell"}
    text = done("policy", "diff", SEED, new, folder).out
    for part in ("4 devices: 1 newly restricted, 1 freed, 1 otherwise, 1 as before\n",
                 "because cell CU, gnss CU\n", "shadow rule trial would restrict: new 2\n",
                 "2023-11-16 22:13:20 UTC (after 2 d)", "  by rule prohibited-territory: 1\n"):
        assert part in text, (part, text)


def test_diff_bytes():
    """diff: the same bytes in every locale and time zone, and in a second run"""
    folder = fleet("bytes")
    new = write("bytes.json", seed(dwell="1d"))
    for args in ([], ["--json"]):
        plain = done("policy", "diff", SEED, new, folder, *args).out
        for env in ({}, {"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tehran"}):
            assert done("policy", "diff", SEED, new, folder, *args, env=env).out == plain


def audit(name, days):
    """A state folder with a file for each day, the oldest .10 of eleven."""
    numbers = [".10", *(f".{n}" for n in range(9, 0, -1)), ""][-days:]
    for day, number in enumerate(numbers):
        write(f"{name}/audit.jsonl{number}", stay("cuba", day * DAY, (day + 1) * DAY))
    write(f"{name}/audit.head", "{}")
    return os.path.join(TMP.name, name)


def test_diff_audit():
    """diff: a folder with an audit is one device, its files in order"""
    new = write("audit.json", seed(dwell="1d"))
    folder = audit("state", 11)
    log = write("whole.jsonl", stay("cuba", 0, 11 * DAY))
    home = write("audit-home.json", HOME)
    got = diff(SEED, new, folder, log, "--device", home)
    assert got["devices"] == 2 and [c["log"] for c in got["cases"]] == [folder, log]
    case, whole = ({**c, "log": None} for c in got["cases"])
    assert case == whole and case["old"]["restricted"]["elapsed_ms"] == 4 * DAY * 1000
    # One of its files is a log, and facts may lie beside the one in use.
    got = diff(SEED, new, folder + "/audit.jsonl.10", "--device", home)["cases"][0]
    assert got["lines"] * 11 == whole["lines"] and got["new"]["reached"] == "watching"
    assert diff(SEED, new, folder)["cases"][0]["fate"] == "same"
    write("state/audit.device.json", HOME)
    assert diff(SEED, new, folder)["cases"][0]["fate"] == "otherwise"
    write("state/b.jsonl", "")
    refused(1, f"{folder}: an audit and b.jsonl besides; allowed: ", "policy", "diff", SEED, new, folder)


def test_diff_facts():
    """diff: facts for all devices, or one file for each log in order"""
    log = write("facts/a.jsonl", stay("cuba", 0, 2 * DAY + 12 * HOUR))
    young = write("young.json", HOME)
    old = write("old.json", {"model_year": 2010})
    new = write("facts.json", seed(dwell="1d"))

    def fates(*args):
        return [c["fate"] for c in diff(SEED, new, *args)["cases"]]
    assert fates(log) == ["same"]
    assert fates(log, "--device", young) == ["newly_restricted"]
    assert fates(log, log, "--device", young) == ["newly_restricted"] * 2
    assert fates(log, log, "--device", old, "--device", young) == ["same", "newly_restricted"]
    # A folder with an audit is one device; one of logs is as many as lie in it.
    folder, two = audit("young-state", 3), ["--device", old, "--device", young]
    assert fates(log, folder, *two) == fates(folder, log, *two) == ["same", "newly_restricted"]
    facts = os.path.dirname(log)
    assert fates(facts, folder, "--device", young) == ["newly_restricted"] * 2
    refused(2, f"{facts} has a log for each of several devices, so which --device is whose is open",
            "policy", "diff", SEED, new, facts, folder, *two)


def test_diff_first():
    """diff: of several restrictions the first counts, and the last verdict is told"""
    text = stay("cuba", 0, 5 * DAY) + stay("germany", 5 * DAY, 6 * DAY) + stay("cuba", 6 * DAY, 11 * DAY)
    log = write("twice.jsonl", text + stay("germany", 11 * DAY, 12 * DAY))
    home = write("twice.device.json", HOME)
    case = diff(SEED, write("twice.json", seed(dwell="1d")), log, "--device", home)["cases"][0]
    assert case["fate"] == "otherwise"
    assert case["old"]["restricted"]["elapsed_ms"] == 4 * DAY * 1000
    assert case["new"]["restricted"]["elapsed_ms"] == 2 * DAY * 1000
    assert case["new"]["reached"] == "restricted" and case["new"]["last"] == "open"


def test_diff_warns_once():
    """diff: what a log warns of is told once, not for each policy"""
    log = write("odd.jsonl", '{"at":1,"elapsed":1,"source":"tides"}\n')
    r = run("policy", "diff", SEED, SEED, log)
    assert r.code == 0 and r.err.count("tides") == 1, r.err


def test_diff_bad():
    """diff: what is wrong is named, and nothing else is printed"""
    new = write("ok.json", seed())
    bad = write("bad.jsonl", '{"at":1,"elapsed":1,"source":"boot"}\n{\n')
    for code, word, args in (
            (2, "OLD and NEW are needed", [SEED]),
            (2, "--device goes with EVIDENCE", [SEED, new, "--device", "x"]),
            (2, "2 --device for 1 EVIDENCE", [SEED, new, bad, "--device", "x", "--device", "y"]),
            (2, "--explain and --lang go with check", [SEED, new, "--explain"]),
            (1, "/nonexistent: No such file", [SEED, new, "/nonexistent"]),
            (1, "/nonexistent", ["/nonexistent", new]),
            (1, f"{bad}:2: ", [SEED, new, bad]),
            (1, "no log in this folder", [SEED, new, os.path.dirname(SEED)])):
        assert refused(code, word, "policy", "diff", *args).out == "", args
    refused(1, "<stdin>: can be read only once", "policy", "diff", SEED, new, "-", stdin="")
    for word, args in (("--lang goes with --explain", ["--lang", "es"]), ("only one FILE", [new]),
                       ("--device goes with diff", ["--device", "x"])):
        refused(2, word, "policy", "check", SEED, *args)


rgcli.main(globals())
