# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the command line and looks at what it says."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("fixtures", "input")]

from ktap import Skip, main, until  # noqa: E402

CLI = os.environ.get("RG_CLI", "regiongate")
REASON = ["--region", "CU", "--rule", "embargo", "--text", "not here",
          "--contact", "help@example.com"]


class Result:
    """Exit code and output of one run."""

    def __init__(self, done):
        self.code, self.out, self.err = (done.returncode, done.stdout,
                                         done.stderr)

    def json(self):
        assert self.out.count("\n") == 1, f"not one line: {self.out!r}"
        return json.loads(self.out)


def run(*args, prefix=(), env=None, stdin=None):
    done = subprocess.run([*prefix, CLI, *args], input=stdin, text=True,
                          capture_output=True, timeout=60, check=False,
                          env={**os.environ, **(env or {})})
    return Result(done)


def done(*args, **how):
    """Must succeed without a complaint."""
    r = run(*args, **how)
    assert (r.code, r.err) == (0, ""), f"{args}: {r.code} {r.err!r}"
    return r


def refused(code, word, *args, **how):
    """Must fail with @code and one sentence that has @word in it."""
    r = run(*args, **how)
    assert r.code == code, f"{args}: exit {r.code}, {r.err!r}"
    assert word in r.err, f"{args}: {r.err!r} lacks {word!r}"
    assert r.err.count("\n") == 1, f"{args}: {r.err!r} is not one line"
    return r


def status():
    return done("status", "--json").json()


def gate_open():
    """The module is loaded, the gate open, the window closed."""
    subprocess.run(["modprobe", "regiongate"], check=True)
    run("release")
    run("emergency", "stop")
