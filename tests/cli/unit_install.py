#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make install: all or nothing, and where it was told to."""
import os
import subprocess
import tempfile

import rgcli

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../.."))
TMP = tempfile.TemporaryDirectory()
PROGRAM = "usr/local/bin/regiongate"


def make(*args, **how):
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL", "DESTDIR")}
    return subprocess.run(["make", "-s", *args], capture_output=True, text=True, env=env,
                          timeout=300, check=False, **{"cwd": TOP, **how})


def test_no_headers():
    """without kernel headers nothing is installed"""
    stage = os.path.join(TMP.name, "none")
    for jobs in ("-j1", "-j4"):
        done = make(jobs, "install", f"DESTDIR={stage}", "KDIR=/nonexistent")
        assert done.returncode and "no kernel headers at /nonexistent" in done.stderr, done
        assert not os.path.exists(stage), jobs


def test_relative():
    """a relative DESTDIR is one folder, seen from where make runs; spaces too"""
    for name in ("some stage", "stage"):
        stage = os.path.join(TMP.name, name)
        done = make("user-install", "DESTDIR=" + os.path.relpath(stage, TOP))
        assert not done.returncode, done.stderr
        for path in (PROGRAM, "usr/local/sbin/regiongated",
                     "usr/local/share/regiongate/policy/examples/seed.json",
                     "usr/local/share/doc/regiongate/helper.conf.md"):
            assert os.path.exists(os.path.join(stage, path)), (name, path)


def test_no_packages():
    """what is missing to build is named, and how to get it"""
    done = make("-C", "user/lib", "PKG_CONFIG=false")
    assert done.returncode and "libevdev" in done.stderr, done
    assert "make setup" in done.stderr and "tests/setup.packages" in done.stderr, done
    assert not make("-C", "user/lib", "PKG_CONFIG=false", "clean",
                    f"O={TMP.name}/objects").returncode


rgcli.main(globals())
