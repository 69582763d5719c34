#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The helper without the module and without sources: its files."""
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import rgcli
from rgcli import refused, run, until

TOP = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../..")
HELPER = os.environ.get("RG_HELPER", "regiongated")
FAKE_MM = os.environ.get("RG_FAKE_MM", "fake-mm")
POLICY = os.path.join(TOP, "policy/examples/seed.json")
QUIET = {"sources": dict.fromkeys(("gnss", "cell", "sim", "wifi", "ip", "regdom", "timezone"),
                                  False)}
TMP = tempfile.TemporaryDirectory()
RUN = os.path.join(TMP.name, "run")
STATE = os.path.join(TMP.name, "state")
LOG = os.path.join(STATE, "audit.jsonl")
SAVED = os.path.join(STATE, "state.json")


def write(path, content):
    with open(path, "w", encoding="utf-8") as file:
        file.write(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def args(config=None, policy=None):
    conf = write(os.path.join(TMP.name, "helper.conf"), QUIET if config is None else config)
    return [HELPER, "--config", conf, "--policy", policy or POLICY, "--device",
            os.path.join(TMP.name, "device.json"), "--state-dir", STATE]


def check(config):
    return subprocess.run([*args(config), "--check"], capture_output=True, text=True,
                          timeout=60, check=False)


def explain():
    """What it published, or {}."""
    try:
        return json.loads(read(os.path.join(RUN, "explain.json")))
    except FileNotFoundError:
        return {}


class Live:
    """A helper that runs within the block; what it says is in ->log."""

    def __init__(self, config=None, policy=None, **how):
        self.log = os.path.join(TMP.name, "log")
        shutil.rmtree(RUN, ignore_errors=True)
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(args(config, policy), stderr=out, env={
                **os.environ, "REGIONGATE_RUN": RUN}, **how)

    def __enter__(self):
        until(lambda: explain() or self.process.poll() is not None, "the start", 30)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        assert code in (0, -signal.SIGKILL), (code, self.said())

    def said(self):
        return read(self.log)


def live(config=None, meanwhile=None):
    """Starts, is ready, does something, ends; what it said."""
    with Live(config) as helper:
        if meanwhile:
            meanwhile()
    return helper.said()


def fresh():
    shutil.rmtree(STATE, ignore_errors=True)
    live()


def test_settings():
    """--check names what is wrong in the settings, and what is allowed"""
    assert check(QUIET).returncode == 0
    for text, words in (
            ('{"gate": {"grace": "91d"}}', "helper.conf:1: gate.grace: too long; allowed: "),
            ('{"gate": {"confirm": "91d"}}', "up to 90d"),
            ('{"gate": {"confirm": "10s"},\n"probe": {"timeout": "11s"}}',
             "helper.conf:2: probe.timeout: longer than gate.confirm"),
            ('{"gate": {"confirm": "4s"}, "probe": {"targets": [{"ping": "::1"}]}}',
             "probe.timeout: longer than gate.confirm, so that no trial could wait for it; "
             "allowed: up to 4s")):
        done = check(text)
        assert done.returncode == 1 and words in done.stderr, (text, done.stderr)
    for text in ('{"gate": {"grace": "90d"}}', '{"gate": {"confirm": "4s"}}',
                 '{"gate": {"confirm": "0s"}, "probe": {"timeout": "11s"}}',
                 '{"gate": {"confirm": "9s"}, "probe": {"timeout": "9s"}}'):
        assert check(text).returncode == 0, text


def test_terminal():
    """a person reads no <3>, a log does"""
    assert check('{"mode": 1}').stderr.startswith("<3>")
    ours, theirs = os.openpty()
    with open(ours, "rb", buffering=0) as terminal:
        with open(theirs, "wb") as stderr:
            subprocess.run([*args('{"mode": 1}'), "--check"], stderr=stderr, check=False)
        said = terminal.read(4096).decode()
    assert "helper.conf:1: mode: " in said and "<" not in said, said


def test_evidence_tail():
    """what follows the last whole record of evidence is cut off, however long"""
    for tail in ('{"at": 17' + "0" * 20000, '{"at": 17}\n', "{}\n{}\n",
                 '{"at": 17' + "0" * 9000 + "\n", "\0" * 10000,
                 "x" * 9000 + "\n{\n" + "y" * 9000):
        fresh()
        whole = read(LOG)
        with open(LOG, "a", encoding="utf-8") as file:
            file.write(tail)
        assert f"its last {len(tail)} bytes are no record" in live(), tail[:20]
        assert read(LOG).startswith(whole), tail[:20]
        for args_ in (["replay", "--policy", POLICY, LOG], ["replay", STATE],
                      ["audit", "verify", "--replay", STATE]):
            done = run(*args_)
            assert (done.code, done.err) == (0, ""), (args_, tail[:20], done.err)
        records = [json.loads(line) for line in read(LOG).splitlines()]
        times = [record["elapsed"] for record in records]
        assert times == sorted(times), times
        assert [r["bytes"] for r in records if r.get("audit") == "torn"] == [len(tail)]


def test_evidence_whole():
    """a whole log stays as it is; one that was emptied stays known as that"""
    fresh()
    before = read(LOG)
    assert "no record" not in live()
    assert read(LOG).startswith(before)
    last = json.loads(read(LOG).splitlines()[-1])["seq"]
    write(LOG, "")
    said = live()
    assert "no record" not in said and "its end is not what was written" in said, said
    refused(1, f"audit.jsonl:1: records 1 to {last} are missing before this one: removed",
            "audit", "verify", STATE)


def test_state_times():
    """a state whose times cannot be is put aside"""
    for key in ("elapsed_ms", "boottime_ms"):
        fresh()
        state = json.loads(read(SAVED))
        state[key] = 2 ** 63 - 1
        state["boot_id"] = "0" * 36
        write(SAVED, state)
        assert "the saved state is not valid" in live(), key
    fresh()
    state = json.loads(read(SAVED))
    state["clocks"]["at"] = 2 ** 63 - 1
    write(SAVED, state)
    assert "the saved clocks do not fit" in live()


def tpv(device, **more):
    return (json.dumps({"class": "TPV", "device": device, "mode": 3, "lat": 23.13,
                        "lon": -82.38, **more}, separators=(",", ":")) + "\r\n").encode()


def test_two_receivers():
    """one receiver's useless fixes are told once, not at each report of another"""
    with socket.create_server(("127.0.0.1", 0)) as gpsd:
        def talk():
            with gpsd.accept()[0] as conn:
                for i in range(10):
                    conn.sendall(tpv("/dev/good", eph=5) + tpv("/dev/bad"))
                until(gnss, "the position", 30)
                stamp = os.stat(os.path.join(RUN, "explain.json")).st_ino
                for i in range(10):
                    conn.sendall(tpv("/dev/good", eph=5) + tpv("/dev/bad"))
                    time.sleep(0.05)
                assert os.stat(os.path.join(RUN, "explain.json")).st_ino == stamp
                assert [s["error"] for s in explain()["sources"] if s["name"] == "gnss"] == [
                    "/dev/bad: the receiver gives no accuracy; its fix is not used"]

        def gnss():
            return [c for c in explain()["decision"]["claims"] if c["id"] == "/dev/good"]

        said = live({"sources": {**QUIET["sources"], "gnss": {
            "gpsd": f"127.0.0.1:{gpsd.getsockname()[1]}"}}}, talk)
    assert said.count("gives no accuracy") == 1, said


@contextlib.contextmanager
def modem_manager(*more):
    """A bus with a fake ModemManager: its address, the file that silences the card, what
    the card was asked, and its process."""
    if not shutil.which("dbus-daemon"):
        raise rgcli.Skip("no dbus-daemon")
    address = f"unix:path={TMP.name}/bus"
    silent, asked = os.path.join(TMP.name, "silent"), os.path.join(TMP.name, "asked")
    # That of a bus before, which was killed, looks ready and answers nobody.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(TMP.name + "/bus")
    with subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--nopidfile",
                           f"--address={address}"], stderr=subprocess.DEVNULL) as bus:
        try:
            until(lambda: os.path.exists(TMP.name + "/bus"), "the bus", 10)
            with open(asked, "wb") as out, \
                    subprocess.Popen([FAKE_MM, address, silent, *more], stdout=out) as process:
                try:
                    yield address, silent, lambda: read(asked), process
                finally:
                    process.kill()
        finally:
            bus.kill()


def test_silent_card():
    """a card that does not answer is not withdrawn"""
    def claims():
        return [c["seen"] for c in explain()["decision"]["claims"] if c["source"] == "sim"]

    with modem_manager() as (address, silent, asked, process):
        def talk():
            until(lambda: claims() == ["36801"], "the card", 30)
            write(silent, "")
            process.send_signal(signal.SIGUSR1)
            until(lambda: asked().endswith("n"), "the question", 30)
            os.unlink(silent)
            process.send_signal(signal.SIGUSR1)
            until(lambda: asked().endswith("ny"), "another one", 30)
            assert claims() == ["36801"]

        fresh()
        live({"sources": {**QUIET["sources"], "sim": True, "dbus": address}}, talk)
    assert '"source":"sim"' in read(LOG) and "gone" not in read(LOG), read(LOG)


def test_explain_without_module():
    """explain without the module: the refusal, and what the helper says all the same"""
    if os.path.exists("/sys/module/regiongate"):
        raise rgcli.Skip("the module is loaded")

    def ask():
        env = {"REGIONGATE_RUN": RUN}
        r = refused(1, "is not loaded", "explain", env=env)
        assert "regiongated says" in r.out and "shadow" in r.out, r.out
        got = refused(1, "is not loaded", "explain", "--json", env=env).json()
        assert list(got) == ["error", "helper"] and got["helper"]["alive"], got
        assert got["helper"]["said"]["mode"] == "shadow"

    fresh()
    live(meanwhile=ask)
    refused(1, "is not loaded", "explain", env={"REGIONGATE_RUN": TMP.name + "/none"})


if __name__ == "__main__":
    rgcli.main(globals())
