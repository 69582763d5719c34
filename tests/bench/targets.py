# SPDX-License-Identifier: GPL-2.0-or-later
"""What the module promises to cost, judged by what was measured."""
import operator
from functools import partial

from figures import RowError, number

OPS = {"<=": operator.le, "<": operator.lt, "+-": lambda value, limit: abs(value) <= limit}
EMERGENCY = ("gate, emergency", "release, emergency")
DOWN = ("gate, down", "release, down")
IP = ("ip -batch down", "ip -batch up")
PEERS = {"ip -batch": IP,
         "nft, two chains a link": ("nft, two chains a link: set",
                                    "nft, two chains a link: unset"),
         "nft, two chains for 250 links": ("nft, two chains for 250 links: set",
                                           "nft, two chains for 250 links: unset")}
# The counter itself is right to this many.
RESOLUTION = 2
TWELFTH = 1 / 12


def ratio(over, under):
    if not under:
        raise RowError("what it is compared with costs nothing")
    return over / under


def link(rows, kernel, whos, low=100, high=1000):
    return rows.each_more("switching", kernel, "links", whos, low, high)


def keyboard(rows, kernel, low, high):
    return rows.each_more("input", kernel, "keyboards", ("gate", "release"), low, high)


def hooks_floor(rows, kernel, peer):
    """The kernel's own share of a link, if that alone is above the limit."""
    hooks = rows.get("switching", kernel, "floor", "kernel's hooks of one link")
    ours, theirs = link(rows, kernel, EMERGENCY), link(rows, kernel, peer)
    if hooks / theirs <= TWELFTH:
        return ""
    return (f"of {number(ours)} instructions a link, the kernel's own registering and "
            f"unregistering of the link's hooks take {number(hooks)} ({hooks / ours:.0%}); "
            f"with nothing else the ratio would be {hooks / theirs:.3f}.")


def packets(rows, kernel, case):
    """Name, operator, limit, what is measured, and its floor if there may be one."""
    def cost(who):
        return rows.get("packets", kernel, case, who)

    def added(who):
        return cost(who) - cost("no module")

    yield "open - no module", "+-", RESOLUTION, lambda: added("open")
    yield "list miss / tc bpf drop", "<=", 1.03, lambda: ratio(
        cost("list miss"), cost("tc bpf drop"))
    yield "list miss / nft drop", "<", 1, lambda: ratio(cost("list miss"), cost("nft drop"))
    yield "allowed / nft pass, what each adds", "<=", 0.4, lambda: ratio(
        added("allowed"), added("nft pass"))
    yield "64 flows / 1 flow, what each adds", "<=", 1.15, lambda: ratio(
        added("allowed, 64 flows"), added("allowed"))


def keys(rows, kernel):
    cost = partial(rows.get, "keys", kernel, "key")
    yield "open - no module", "+-", RESOLUTION, lambda: cost("open") - cost("no module")
    yield "held back / delivered to VT and reader", "<", 1, lambda: ratio(
        cost("held back"), cost("delivered to VT and reader"))


def switching(rows, kernel):
    each = partial(link, rows, kernel)
    for name, peer in PEERS.items():
        yield (f"emergency / {name}", "<=", TWELFTH,
               lambda peer=peer: ratio(each(EMERGENCY), each(peer)),
               lambda peer=peer: hooks_floor(rows, kernel, peer))
    yield "emergency, up to 10,000 / up to 1,000", "<=", 1.2, lambda: ratio(
        each(EMERGENCY, 1000, 10000), each(EMERGENCY))
    yield "down / ip -batch", "<=", 0.5, lambda: ratio(each(DOWN), each(IP))


def keyboards(rows, kernel):
    yield "up to 700 / up to 200", "<=", 1.2, lambda: ratio(
        keyboard(rows, kernel, 200, 700), keyboard(rows, kernel, 50, 200))


def locked(rows, kernel):
    """Instructions with a lock prefix, of all that was looked at."""
    found = [row["value"] for row in rows.list
             if row["part"] == "threads" and row["kernel"] in (kernel, "")
             and "locked" in f"{row['case']} {row['who']}"]
    if not found:
        raise RowError(f'no row of threads, {kernel}, with "locked" in its case or who')
    return sum(found)


def threads(rows, kernel):
    yield "locked instructions in the paths", "<=", 0, lambda: locked(rows, kernel)
    yield "swap under load: allowed frames dropped", "<=", 0, lambda: rows.get(
        "threads", kernel, "swap of the profile under load", "allowed frames dropped", "count")


def all_of(rows, kernel):
    """(part, case or "", target)"""
    for case in ("tx", "rx"):
        for one in packets(rows, kernel, case):
            yield "packets", f", {case}", one
    for part, targets in (("keys", keys), ("switching", switching), ("input", keyboards),
                          ("threads", threads)):
        for one in targets(rows, kernel):
            yield part, "", one


def judge_one(rows, kernel, part, name, target):
    what, op, limit, measure, *floor = target
    said = {"part": part, "kernel": kernel, "target": f"{name}: {what}", "value": None,
            "limit": f"{op} {number(limit)}", "met": None, "note": ""}
    if not rows.has(part, kernel):
        return said
    try:
        value = measure()
    except RowError as why:
        return {**said, "note": str(why)}
    said.update(value=round(value, 4), met=OPS[op](value, limit))
    if floor and not said["met"]:
        try:
            said["note"] = floor[0]()
        except RowError:
            said["note"] = ""
    return said


def judge(rows, kernels):
    """Each target on each kernel: met is None when it was not measured, and then note
    tells the row that is missing; note of a missed one is its floor, if that is known."""
    return [judge_one(rows, kernel, part, part + case, target)
            for kernel in kernels for part, case, target in all_of(rows, kernel)]


def word(one):
    """What the table says of a target on one kernel."""
    if one is None or one["met"] is None:
        return "no row" if one and one["note"] else "not measured"
    # One digit more than the limit has, so that none looks like it.
    return f"{one['value']:.4g} {'met' if one['met'] else 'MISSED'}"
