# SPDX-License-Identifier: GPL-2.0-or-later
"""One scenario: a helper under a policy of its own, and the story that it tells.

Its policy's durations make days of seconds; nothing else knows of that. At its end
the log is replayed, and what the log gave is left in the record folder under the
scenario's name, in the form that tests/region/scenario keeps.
"""
import copy
import json
import os

import lab
from lab import Helper

HERE = os.path.dirname(os.path.abspath(__file__))
# What outlives this boot: a folder of the host in the test machine.
KEPT = "/mnt/host" if os.path.isdir("/mnt/host") and os.path.ismount("/mnt/host") \
    else "/var/tmp/regiongate-scenario"
RECORDS = os.path.join(KEPT, "records")

RULE = {
    "name": "prohibited", "purpose": "sanction", "when": {"location": ["CU", "IR"]},
    "score": 6, "classes": 2, "dwell": "3s", "hysteresis": "30s", "notice": "2s",
    "lease": "10m", "text": {"en": "Not here.", "es": "Aquí no."},
}


def rule(**changes):
    return {**copy.deepcopy(RULE), **changes}


def policy(*rules, **more):
    return {"schema": "regiongate-policy/1", "id": "scenario", "version": 1,
            "contact": {"phone": "+1 555 0100"}, "rules": list(rules), **more}


def number(value):
    """As tests/region/unit-replay.c writes it."""
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def digest(line):
    """A decision's line in the terms of NAME.expect."""
    said = json.loads(line)
    words = [number(said["elapsed"]), said["verdict"], said["region"] or "-",
             said["rule"] or "-", number(said["due"])]
    words += [f"shadow:{s['rule']}={s['verdict']}@{s['region'] or '-'}"
              for s in said["shadow"]]
    return " ".join(words)


def story_of(steps):
    """Verdict and region of each step that differs from the one before; open first."""
    told = ["open -"]
    for words in steps:
        now = f"{words[0]} {words[1] or '-'}"
        if now != told[-1]:
            told.append(now)
    return told[1:]


def boot_id():
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read()


class Scenario:
    """Starts the helper; more=True keeps what an earlier boot left."""

    def __init__(self, name, rules, sources, device=None, fresh=None, config=None,
                 more=False, **where):
        self.name, self.more = name, more
        self.policy = policy(*rules, **({"fresh": fresh} if fresh else {}))
        self.device = device
        config = {"sources": {"cell": {"settle": "2s"}} if "cell" in sources else {},
                  **(config or {})}
        self.helper = Helper(policy=self.policy, device=device, keep=more,
                             sources=[s for s in sources if s not in config["sources"]],
                             config=config, **where)

    @classmethod
    def of_two_boots(cls, name, more=False):
        # What a boot takes is a stretch without evidence: less than the dwell.
        return cls(name, [rule(score=3, classes=1, dwell="5m")], ["gnss"], more=more,
                   folder=os.path.join(KEPT, name))

    def decision(self):
        return lab.explain(self.helper.run).get("decision", {})

    def verdict(self):
        return self.decision().get("verdict")

    def rule(self, name="prohibited"):
        """What explain says of one rule."""
        return next(r for r in self.decision()["rules"] if r["rule"] == name)

    def sees(self, source):
        """What the fresh claims of a source are."""
        return [c["seen"] for c in self.decision().get("claims", [])
                if c["source"] == source and c["state"] != "stale"]

    def until(self, verdict, limit=lab.LIMIT):
        """It comes to that verdict, and the gate to what belongs to it."""
        modes = {"notice": "notice", "restricted": "restricted"}
        lab.until(lambda: self.verdict() == verdict and
                  (self.helper.run != "/run/regiongate" or
                   lab.mode() == modes.get(verdict, "open")),
                  f"{self.name}: {verdict}, with the gate", limit)

    def until_seen(self, source, seen, limit=80):
        lab.until(lambda: self.sees(source) == seen, f"{self.name}: {source} {seen}", limit)

    def elapsed(self, verdict, nth=0):
        """When the helper came to it, on its own clock, s."""
        return [d["elapsed"] for d in map(json.loads, self.helper.decisions())
                if d["verdict"] == verdict][nth]

    def story(self, shadow=None):
        """What it came to, one after the other; of a shadow rule if one is named."""
        lines = [json.loads(line) for line in self.helper.decisions()]
        if not shadow:
            return story_of((d["verdict"], d["region"]) for d in lines)
        return story_of(next(((r["verdict"], r["region"]) for r in d["shadow"]
                              if r["rule"] == shadow), ("open", None)) for d in lines)

    def end(self, *story):
        """Ends the helper. The story is what came; a replay gives the same bytes; and
        the log that is kept of an earlier run tells the same story."""
        assert self.helper.stop() == 0, self.helper.text()[-2000:]
        replayed, live = self.helper.replay()
        assert replayed == live, f"replay {replayed}\nlive {live}"
        kept = self.record()
        # Evidence alone does not tell how long the helper was away.
        assert self.more or kept == live, f"replay of the evidence {kept}\nlive {live}"
        assert self.story() == list(story), self.story()
        kept = os.path.join(HERE, "scenario", self.name + ".expect")
        with open(kept, encoding="utf-8") as file:
            old = story_of(line.split()[1:3] for line in file)
        assert old == list(story), f"{kept} tells another story: {old}"

    def record(self):
        """Keeps the log of evidence and what a replay of it says, which it returns."""
        os.makedirs(RECORDS, exist_ok=True)
        log = self.put(".jsonl", self.helper.evidence())
        rules = self.put(".policy.json",
                         [json.dumps(self.policy, indent=1, ensure_ascii=False)])
        code, out, err = lab.regiongate("replay", "--policy", rules, log)
        assert code == 0, err
        self.put(".expect", map(digest, out.splitlines()))
        return out.splitlines()

    def put(self, suffix, lines):
        path = os.path.join(RECORDS, self.name + suffix)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
        return path
