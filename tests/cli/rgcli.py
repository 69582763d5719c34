# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the command line, and the test_* functions of a program as TAP."""
import json
import os
import subprocess
import sys
import time
import traceback

CLI = os.environ.get("RG_CLI", "regiongate")
REASON = ["--region", "CU", "--rule", "embargo", "--text", "not here",
          "--contact", "help@example.com"]


class Skip(Exception):
    """The machine lacks what the test needs."""


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


def wait_for(what, timeout=20):
    """Wait until what() is true; returns it."""
    end = time.monotonic() + timeout
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < end, "deadline passed"
        time.sleep(0.02)


def run_one(number, test, before):
    name = test.__doc__.split("\n")[0]
    try:
        before()
        test()
        print(f"ok {number} {name}", flush=True)
        return True
    except Skip as why:
        print(f"ok {number} {name} # SKIP {why}", flush=True)
        return True
    except Exception:
        for line in traceback.format_exc().splitlines():
            print("#", line)
        print(f"not ok {number} {name}", flush=True)
        return False


def main(module, before=lambda: None):
    tests = [v for k, v in vars(sys.modules[module]).items()
             if k.startswith("test_")]
    print(f"TAP version 13\n1..{len(tests)}", flush=True)
    good = [run_one(i, t, before) for i, t in enumerate(tests, 1)]
    before()
    sys.exit(0 if all(good) else 1)


def gate_open():
    """The module is loaded, the gate open, the window closed."""
    subprocess.run(["modprobe", "regiongate"], check=True)
    run("release")
    run("emergency", "stop")
