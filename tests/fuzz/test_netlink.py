#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: test_netlink.py [MESSAGES [SEED]]"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "fixtures"))

import ktap  # noqa: E402

MESSAGES, *SEED = sys.argv[1:] or ["20000"]
sys.argv[1:] = []


def test_messages():
    """no message breaks a promise or the kernel"""
    if not os.path.exists("/sys/kernel/debug/kcov"):
        raise ktap.Skip("the kernel has no KCOV; the debug kernel has")
    with tempfile.NamedTemporaryFile() as seeds:
        subprocess.run([os.path.join(HERE, "seeds.py"),
                        os.path.join(HERE, "regiongate.yaml"), seeds.name], check=True)
        done = subprocess.run([os.path.join(HERE, "netlink"), seeds.name, MESSAGES, *SEED],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
    print(done.stdout, end="")
    assert done.returncode == 0, f"it ended with {done.returncode}"


subprocess.run(["modprobe", "regiongate"], check=True)
ktap.main(globals())
