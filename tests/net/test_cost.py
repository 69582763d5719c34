#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Open, the gate runs no code for a packet; the kernel's tracer is witness."""
import netlab as n

TRACING = "/sys/kernel/tracing"
FRAMES = 20


class Traced:
    """Every call of a function of the module is noted."""

    def __enter__(self):
        n.write(f"{TRACING}/trace", "")
        n.write(f"{TRACING}/set_ftrace_filter", ":mod:regiongate")
        n.write(f"{TRACING}/current_tracer", "function")
        return self

    def __exit__(self, *unused):
        n.write(f"{TRACING}/current_tracer", "nop")
        n.write(f"{TRACING}/set_ftrace_filter", "")

    @staticmethod
    def calls():
        with open(f"{TRACING}/trace", encoding="ascii") as file:
            return [line.split(": ", 1)[1].strip() for line in file
                    if not line.startswith("#")]


def traffic(passes):
    """Datagrams both ways; both arrive, or the gate counts both."""
    out, inside = n.udp_socket(), n.udp_socket(n.V4, 7001)
    far = n.udp_socket(n.V4_PEER, 7001, n.PEER_NS)
    before = n.device() if not passes else None
    got = [0, 0]
    for _ in range(FRAMES):
        out.sendto(b"out", (n.V4_PEER, 7001))
        far.sendto(b"in", (n.V4, 7001))

    def arrived():
        got[0] += len(n.drain(far))
        got[1] += len(n.drain(inside))
        return got == [FRAMES, FRAMES]

    def counted():
        now = n.device()
        return all(now[f"{way}_dropped"] - before[f"{way}_dropped"] >= FRAMES
                   for way in ("rx", "tx"))
    try:
        n.until(arrived if passes else counted, "the datagrams")
    finally:
        for sock in (out, inside, far):
            sock.close()


def the_witness_sees_a_closed_gate():
    n.close()
    with Traced() as trace:
        traffic(False)
        seen = [call for call in trace.calls() if call.startswith("hook_")]
    n.check(len(seen) >= 2 * FRAMES, f"only {len(seen)} calls were seen")


def an_open_gate_runs_nothing():
    with Traced() as trace:
        traffic(True)
        n.equal(trace.calls(), [], "calls into the module")


def a_gate_that_was_closed_runs_nothing():
    n.close()
    n.release()
    with Traced() as trace:
        traffic(True)
        n.equal(trace.calls(), [], "calls into the module")


n.setup_cards()
n.setup_addresses()
n.main([the_witness_sees_a_closed_gate, an_open_gate_runs_nothing,
        a_gate_that_was_closed_runs_nothing])
