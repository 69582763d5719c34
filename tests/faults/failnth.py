# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the n-th allocation of chosen threads fail (the kernel's fail-nth), or all."""
import contextlib
import glob
import os

FAILSLAB = "/sys/kernel/debug/failslab/"


def settings(**values):
    for name, value in values.items():
        with open(FAILSLAB + name.replace("_", "-"), "w", encoding="ascii") as file:
            file.write(str(value))


def setup():
    """Let also those allocations fail that may wait for memory, in silence."""
    settings(ignore_gfp_wait="N", cache_filter="N", verbose=0)


def unbound_workers():
    """Their process ids: one of them does what a caller waits for, or a timer asks for."""
    for path in glob.glob("/proc/[0-9]*/comm"):
        with contextlib.suppress(OSError):
            with open(path, encoding="ascii") as file:
                if file.read().startswith("kworker/u"):
                    yield path.split("/")[2]


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
    """Every unbound worker."""

    def __init__(self):
        self.threads = []

    def arm(self, nth):
        for pid in unbound_workers():
            with contextlib.suppress(OSError):
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


class Starved:
    """No unbound worker that was marked gets any memory."""

    def __enter__(self):
        settings(task_filter="Y", times=-1, probability=100)
        return self

    @staticmethod
    def mark(value=1):
        """To be called again and again: new workers come."""
        for pid in unbound_workers():
            with contextlib.suppress(OSError), \
                    open(f"/proc/{pid}/make-it-fail", "w", encoding="ascii") as file:
                file.write(str(value))

    def __exit__(self, *_):
        settings(probability=0, task_filter="N")
        self.mark(0)


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
