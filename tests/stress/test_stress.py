#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: test_stress.py [ROUNDS [SEED]]

Toggles the gate ROUNDS times while devices come and go, namespaces too, the
helper is killed and the module's removal is tried; then all is as it was.
"""
import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("fixtures", "net", "input")]

import ktap  # noqa: E402
import netlab as n  # noqa: E402
import rgdev as d  # noqa: E402
import rggate as g  # noqa: E402
import rgnl  # noqa: E402
from rgnl import N, nest, num, raw  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 100
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4), "little")
sys.argv[1:] = []
QMP = os.path.join(HERE, "../fixtures/qmp")
HOT_MAC = "52:54:00:00:00:12"
CONFIG = "/run/stress.conf"
POLICY = "/run/stress.json"
SOURCES = ('{"gnss": false, "cell": false, "sim": false, "wifi": false, '
           '"ip": false, "regdom": false, "timezone": false}')
# What a module that comes and goes may answer.
AWAY = (OSError, rgnl.Refused, KeyError, AssertionError)


class Actors:
    """Threads that each do one thing over and over until all end."""

    def __init__(self):
        self.stop = threading.Event()
        self.threads, self.failed = [], []
        self.done = {}

    def add(self, act):
        rng = random.Random(f"{SEED} {act.__name__}")

        def run():
            while not self.stop.is_set():
                try:
                    act(rng)
                except Exception as why:  # told at the end
                    self.failed.append(f"{act.__name__}: {why!r}")
                    return
                self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
        self.threads.append(threading.Thread(target=run, name=act.__name__))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *unused):
        self.stop.set()
        for thread in self.threads:
            thread.join()


def quiet(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).returncode


def keyboards(rng):
    """keyboards that appear, type and go"""
    dev = d.Uinput(f"stress {rng.random()}", keys=[*d.LETTERS, d.KEY_SOS])
    for _ in range(rng.randrange(20)):
        dev.tap(rng.choice((d.KEY_A, d.KEY_POWER)))
    dev.close()


def cards(rng):
    """a network card that is plugged in and out"""
    n.run([QMP, "plug", "virtio-net-pci", "stress", "bus=h2", f"mac={HOT_MAC}"])
    name = n.until(lambda: n.link_of_mac(HOT_MAC), "the card")
    quiet("ip", "link", "set", name, "up")
    if rng.random() < 0.5:
        quiet("ip", "netns", "add", "stress")
        quiet("ip", "link", "set", name, "netns", "stress")
        quiet("ip", "netns", "del", "stress")
        n.until(lambda: n.link_of_mac(HOT_MAC), "the card back from its namespace")
    n.run([QMP, "unplug", "stress"])
    n.until(lambda: not n.link_of_mac(HOT_MAC), "the card gone")


def helpers(rng):
    """the helper, and an owner, killed at any time"""
    command = rng.choice((
        ["regiongated", "--config", CONFIG],
        ["regiongate", "restrict", "--region", "CU", "--rule", "stress", "--text", "x",
         "--contact", "y", "--lease", "5s", "--owner", rng.choice(("hold", "open"))]))
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(rng.random() / 2)
    child.send_signal(signal.SIGKILL)
    child.wait()


def removals(rng):
    """attempts to remove the module, which comes back at once"""
    time.sleep(rng.random())
    quiet("modprobe", "-r", "regiongate")
    quiet("modprobe", "regiongate")


def traffic(rng):
    """packets on the gated link"""
    sock = n.udp_socket()
    for _ in range(50):
        with contextlib.suppress(OSError):
            sock.sendto(b"stress", (rng.choice((n.V4_PEER, n.SOS4)), n.SOS_PORT))
    sock.close()
    time.sleep(0.01)


def hids(rng):
    """HID devices, with nodes that a strict profile takes away"""
    dev = d.Uhid(f"stress HID {rng.random()}")
    for _ in range(rng.randrange(5)):
        dev.tap()
    dev.close()


def profile(strict):
    """All is gated, but for the peer's card."""
    body = b"".join(nest(N["A_PROFILE_INPUT"], num(N["A_INPUT_ACTION_CLASS"], value),
                         num(N["A_INPUT_ACTION_ACTION"], g.EMERGENCY))
                    for value in g.CLASS.values())
    body += nest(N["A_PROFILE_NET"], num(N["A_NET_ACTION_CLASS"], N["NET_CLASS_WIRED"]),
                 num(N["A_NET_ACTION_ACTION"], g.EMERGENCY))
    for key in (d.KEY_POWER, d.KEY_SOS):
        body += num(N["A_PROFILE_KEY"], key)
    return body + (raw(N["A_PROFILE_STRICT"], b"") if strict else b"")


def toggle(rng):
    """One command; the module may be away."""
    with contextlib.suppress(*AWAY):
        client = rgnl.Client()
        try:
            rng.choice((
                client.restrict, client.release,
                lambda: client.restrict(lease=rng.randrange(1, 300)),
                lambda: client.request(N["CMD_PROFILE_SET"], profile(rng.randrange(2))),
                lambda: client.restrict(notice=20, confirm=30),
                lambda: client.command("EMERGENCY_SET", emergency=rng.randrange(2)),
            ))()
        finally:
            client.close()


def key_state():
    """Which devices have grabs or keys down, as their readers see it."""
    reader = d.Reader(d.node_of(d.input_named("stress witness")))
    reader.grab()
    reader.grab(False)
    down = reader.down()
    reader.close()
    return down


def test_stress():
    """all at once leaves every device, address, route and key as it was"""
    print(f"# seed {SEED}, {ROUNDS} rounds")
    rng = random.Random(SEED)
    witness = d.keyboard("stress witness")
    before = n.state(), key_state()
    actors = Actors()
    for act in (keyboards, hids, cards, helpers, removals, traffic):
        actors.add(act)
    with actors:
        for _ in range(ROUNDS):
            toggle(rng)
            witness.tap(d.KEY_A)
            if actors.failed:
                break
    print("#", ", ".join(f"{name} {count}" for name, count in actors.done.items()))
    assert not actors.failed, actors.failed
    g.load()
    client = rgnl.Client()
    client.command("EMERGENCY_SET", emergency=0)
    client.release()
    n.until(lambda: not n.flags() & {"gated", "veto"}, "an open gate")
    n.until(lambda: d.has_node(witness), "its node")
    after = n.state(), key_state()
    assert after == before, "\n".join(
        sorted(before[0] - after[0]) + ["now:"] + sorted(after[0] - before[0]))
    reader = d.Reader(witness.node())
    witness.tap(d.KEY_A)
    assert reader.events(), "a letter does not arrive"
    assert quiet("modprobe", "-r", "regiongate") == 0, "the module cannot be removed"


n.setup_cards()
n.setup_addresses()
g.load()
with open(POLICY, "w", encoding="ascii") as out:
    out.write("""{"schema": "regiongate-policy/1", "id": "stress", "version": 1,
"contact": {"phone": "1"}, "rules": [{"name": "r", "when": {"location": ["CU"]},
"dwell": "1s", "notice": "1s", "lease": "1m", "text": {"en": "x"}}]}""")
with open(CONFIG, "w", encoding="ascii") as out:
    out.write(f'{{"mode": "enforce", "policy": "{POLICY}", "sources": {SOURCES}}}')
ktap.main([test_stress])
