# SPDX-License-Identifier: GPL-2.0-or-later
"""What the bypass tests share: the other collections' tools, and the limits' mark."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../fixtures", "../net", "../input"):
    sys.path.insert(0, os.path.join(HERE, folder))


def limit(_words):
    """Marks a way around the gate that works; _words stand in README's limits."""
    return lambda test: test
