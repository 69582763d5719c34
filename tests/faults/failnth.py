# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the n-th allocation of chosen threads fail (the kernel's fail-nth)."""
import contextlib
import glob
import os

FAILSLAB = "/sys/kernel/debug/failslab/"


def setup():
    """Let also those allocations fail that may wait for memory, in silence."""
    for name, value in (("ignore-gfp-wait", "N"), ("cache-filter", "N"), ("verbose", "0")):
        with open(FAILSLAB + name, "w", encoding="ascii") as file:
            file.write(value)


class Thread:
    """One thread's counter."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR)

    def arm(self, nth):
        os.write(self.fd, b"%d" % nth)

    def disarm(self):
        """Whether the allocation was reached."""
        left = int(os.pread(self.fd, 16, 0).rstrip(b"\n\0") or 0)
        os.write(self.fd, b"0")
        return left == 0

    def close(self):
        os.close(self.fd)


class Caller:
    """The calling thread, within one system call."""

    def __init__(self):
        self.thread = Thread("/proc/thread-self/fail-nth")

    def arm(self, nth):
        self.thread.arm(nth)

    def disarm(self):
        return self.thread.disarm()


class Workers:
    """Every unbound worker; one of them does what a caller waits for."""

    def __init__(self):
        self.threads = []

    def arm(self, nth):
        for path in glob.glob("/proc/[0-9]*/comm"):
            with contextlib.suppress(OSError):
                with open(path, encoding="ascii") as file:
                    if not file.read().startswith("kworker/u"):
                        continue
                pid = path.split("/")[2]
                self.threads.append(Thread(f"/proc/{pid}/task/{pid}/fail-nth"))
        for thread in self.threads:
            with contextlib.suppress(ProcessLookupError):
                thread.arm(nth)

    def disarm(self):
        hits = 0
        for thread in self.threads:
            with contextlib.suppress(ProcessLookupError):
                hits += thread.disarm()
            thread.close()
        self.threads = []
        return hits > 0


class FailingSocket:
    """A socket on whose send() the n-th allocation fails, once."""

    def __init__(self, sock, threads):
        self.sock, self.threads, self.nth, self.hit = sock, threads, 0, False

    def send(self, data):
        nth, self.nth = self.nth, 0
        if not nth:
            return self.sock.send(data)
        self.threads.arm(nth)
        try:
            return self.sock.send(data)
        finally:
            self.hit = self.threads.disarm()

    def __getattr__(self, name):
        return getattr(self.sock, name)
