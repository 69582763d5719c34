# SPDX-License-Identifier: GPL-2.0-or-later
"""The helper among real daemons: starts both, waits for what they do."""
import atexit
import copy
import json
import os
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "fixtures")
sys.path.insert(0, FIXTURES)

import ktap  # noqa: E402
import rgnl  # noqa: E402

RUN = "/run/fixtures"
MODES = {rgnl.OPEN: "open", rgnl.NOTICE: "notice", rgnl.RESTRICTED: "restricted"}
HAVANA, MIAMI = (23.13, -82.38), (25.77, -80.19)
LIMIT = 40      # seconds that anything may take under emulation

POLICY = {
    "schema": "regiongate-policy/1", "id": "helper-test", "version": 1,
    "contact": {"phone": "+1 555 0100"},
    "rules": [{
        "name": "prohibited", "when": {"location": ["CU", "IR"]},
        "score": 3, "classes": 1, "dwell": "1s", "hysteresis": "30s",
        "notice": "1s", "lease": "10m", "text": {"en": "Not here.", "es": "Aquí no."},
    }],
}
# Only what a test asks for is on: daemons of other tests do not matter.
CONFIG = {
    "mode": "enforce", "log_level": "debug",
    "sources": {"gnss": False, "cell": False, "sim": False, "wifi": False,
                "ip": False, "regdom": False, "timezone": False},
    "gate": {"confirm": "20s", "grace": "3s", "on_owner_loss": "hold"},
}


def until(what, why, limit=LIMIT, pause=0.1):
    return ktap.until(what, why, limit, pause)


def holds(what, why, seconds):
    """what() stays true for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert what(), why
        time.sleep(0.2)


def fixture(name, *args):
    """Runs one of tests/fixtures; what it starts ends with this program."""
    if args[0] == "start":
        atexit.register(STOP.get(name, lambda: fixture(name, "stop")))
    subprocess.run([os.path.join(FIXTURES, name), *map(str, args)], check=True,
                   stdout=subprocess.DEVNULL)


def regiongate(*args):
    done = subprocess.run(["regiongate", *args], capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def gate():
    """The gate as everyone sees it."""
    code, out, err = regiongate("status", "--json")
    assert code == 0, err
    return json.loads(out)


CLIENT = [None]


def mode():
    """Asked for again and again, so not by a program, which costs a hundred times that."""
    try:
        CLIENT[0] = CLIENT[0] or rgnl.Client()
        now = CLIENT[0].get()
    except (OSError, rgnl.Refused):     # the module is gone, or another
        CLIENT[0] = None
        now = gate()
        return "trial" if now.get("trial") else now["mode"]
    return "trial" if now.get("TRIAL") else MODES[now["MODE"]]


def explain(run="/run/regiongate"):
    """What the helper published last; {} when it has not yet."""
    try:
        with open(run + "/explain.json", encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def source(name):
    for one in explain().get("sources", []):
        if one["name"] == name:
            return one
    return {}


def claims(name):
    return [c for c in explain().get("decision", {}).get("claims", [])
            if c["source"] == name]


def verdict():
    return explain().get("decision", {}).get("verdict")


def pid_of(name):
    with open(os.path.join(RUN, name + ".pid"), encoding="ascii") as file:
        return int(file.read())


def end(pid, sig=signal.SIGTERM):
    try:
        os.kill(pid, sig)
    except ProcessLookupError:
        return
    until(lambda: not os.path.exists(f"/proc/{pid}"), f"the end of {pid}")


STOP = {"nmea.py": lambda: end(pid_of("gnss")),
        "modem.py": lambda: end(pid_of("modem.modem"))}


SCANNED = {}


def scan(interface="wlan0"):
    """What the device's own programs do now and then; old results say nothing.
    Only started: iw would wait for ever for a result that it missed."""
    if time.monotonic() - SCANNED.get(interface, 0) > 2:
        SCANNED[interface] = time.monotonic()
        subprocess.run(["iw", "dev", interface, "scan", "trigger", "freq", "2437"],
                       check=False, timeout=20, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    return True


class Gpsd:
    """The receiver, and gpsd reading it."""

    def __init__(self, place=HAVANA):
        fixture("nmea.py", "start", *place)
        self.daemon = None
        atexit.register(self.kill)
        self.start()

    def start(self):
        self.daemon = subprocess.Popen(
            ["gpsd", "-n", "-N", os.path.realpath(RUN + "/gnss")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()

    def move(self, place):
        fixture("nmea.py", "move", *place)


class Helper:
    """regiongated with settings of its own. Several may run: each then has a
    folder of its own, and a run folder, which others than the first must name."""
    running = []

    def __init__(self, config=None, policy=None, sources=(), keep=False, device=None,
                 folder="/run/helper-test", run="/run/regiongate"):
        self.dir = folder
        self.run = run
        self.log = os.path.join(self.dir, "log")
        self.state = os.path.join(self.dir, "state")
        if not keep:
            shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir, exist_ok=True)
        conf = copy.deepcopy(CONFIG)
        for name in sources:
            conf["sources"][name] = True
        for key, value in (config or {}).items():
            conf[key] = {**conf[key], **value} if isinstance(value, dict) and \
                key in conf else value
        self.write("helper.conf", conf)
        if policy or not keep:
            self.write("policy.json", policy or POLICY)
        if device:
            self.write("device.json", device)
        try:
            os.unlink(self.run + "/explain.json")
        except FileNotFoundError:
            pass
        self.start()

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, content):
        with open(self.path(name) + ".new", "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content, indent=1))
        os.rename(self.path(name) + ".new", self.path(name))

    def start(self):
        if self not in Helper.running:
            Helper.running.append(self)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["regiongated", "--config", self.path("helper.conf"),
                 "--policy", self.path("policy.json"),
                 "--device", self.path("device.json"),
                 "--state-dir", self.state], stderr=log, stdout=log,
                env={**os.environ, "REGIONGATE_RUN": self.run})
        until(lambda: explain(self.run) or self.process.poll() is not None,
              "the helper's start")

    def text(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    def says(self, words, limit=LIMIT):
        until(lambda: words in self.text(), f"'{words}' in the helper's log", limit)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=LIMIT)

    def decisions(self):
        """The lines of the decision that it logged live."""
        return [line.split("decision: ", 1)[1] for line in self.text().splitlines()
                if line.startswith("<7>decision: {")]

    def replay(self):
        """The verdicts that a replay of its audit gives, and those it logged live."""
        code, _, err = regiongate("audit", "verify", "--replay", self.state)
        assert code == 0, err
        code, out, err = regiongate("replay", self.state)
        assert code == 0, err
        return out.splitlines(), self.decisions()

    def evidence(self):
        """Its audit as a log that stands for itself: facts, evidence and decisions,
        whose instants a replay passes, without the chain."""
        code, out, err = regiongate("audit", "show", "--json", self.state)
        assert code == 0, err
        return [line for line in map(_bare, out.splitlines()) if line]


def _bare(line):
    record = json.loads(line)
    if record.get("audit") == "checkpoint" and record["seq"] == 1:
        return json.dumps({"at": record["at"], "elapsed": record["elapsed"],
                           "audit": "device", "device": record["device"]},
                          separators=(",", ":"), ensure_ascii=False)
    if record.get("audit") in (None, "device", "decision"):
        return line[:line.rindex(',"seq":')] + "}"
    return None


def clean(good):
    """Ends what a test left behind, and opens the gate; why, if it failed."""
    why = []
    while Helper.running:
        helper = Helper.running.pop()
        if not good:
            why += [*helper.text().splitlines()[-25:],
                    json.dumps(explain(helper.run).get("sources", []))]
        helper.kill()
    if os.path.isdir("/sys/module/regiongate"):
        regiongate("release")
    return why


def run(tests, afresh=lambda: None):
    """Runs the functions named test_*; the helper of each is ended afterwards.
    afresh() after one that failed, so that the next finds what it expects."""
    def after(good):
        why = clean(good)
        if not good:
            afresh()
        return why

    subprocess.run(["modprobe", "regiongate"], check=True)
    ktap.main(tests, after=after)
