#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints which keys are down and which LEDs are lit, for each input device."""
import fcntl
import glob
import os

EVIOCGKEY, EVIOCGLED, BYTES = 0x18, 0x19, 96


def bits(fd, number):
    """The state bits of one kind: _IOC(_IOC_READ, 'E', number, BYTES)."""
    buffer = bytearray(BYTES)
    fcntl.ioctl(fd, 2 << 30 | BYTES << 16 | ord("E") << 8 | number, buffer)
    return [n for n in range(BYTES * 8) if buffer[n // 8] >> (n % 8) & 1]


for node in sorted(glob.glob("/dev/input/event*")):
    fd = os.open(node, os.O_RDONLY | os.O_NONBLOCK)
    print(os.path.basename(node), bits(fd, EVIOCGKEY), bits(fd, EVIOCGLED))
    os.close(fd)
