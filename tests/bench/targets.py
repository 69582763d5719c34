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
TWELFTH = 1 / 12
LINEAR = 1.2
# The same operation of the same machine, measured again, differs by as much.
RESOLUTION = 2


def ratio(over, under):
    if not under:
        raise RowError("what it is compared with costs nothing")
    return over / under


def link(rows, kernel, whos, low=100, high=1000):
    return rows.each_more("switching", kernel, "links", whos, low, high)


def steepness(rows, kernel, *whos):
    """What one more of many keyboards takes, to one more of few."""
    return ratio(rows.each_more("input", kernel, "keyboards", whos, 300, 700),
                 rows.each_more("input", kernel, "keyboards", whos, 100, 300))


def hooks_floor(rows, kernel, peer):
    """The kernel's own share of a link, if that alone is above the limit, and more than
    the module's."""
    hooks = rows.get("switching", kernel, "floor", "kernel's hooks of one link")
    own = rows.get("switching", kernel, "floor", "module's own part of one link")
    all_of_it, theirs = link(rows, kernel, EMERGENCY), link(rows, kernel, peer)
    if hooks / theirs <= TWELFTH or own > hooks:
        return ""
    return (f"of {number(all_of_it)} instructions a link, the kernel's registering and "
            f"unregistering of its hooks take {number(hooks)} ({hooks / all_of_it:.0%}), the "
            f"module's own work {number(own)} ({own / all_of_it:.0%}), and what is freed and "
            f"swept up later the rest; with the hooks alone the ratio would be "
            f"{hooks / theirs:.3f}.")


def console_floor(rows, kernel):
    """The console's share of a release, if all else is linear."""
    def rest(count):
        return rows.get("input", kernel, f"{count} keyboards", "release, with LEDs") - \
            rows.get("input", kernel, f"{count} keyboards", "console's LEDs at release")
    low, high = (rest(300) - rest(100)) / 200, (rest(700) - rest(300)) / 400
    if high > LINEAR * low:
        return ""
    console = rows.get("input", kernel, "700 keyboards", "console's LEDs at release")
    total = rows.get("input", kernel, "700 keyboards", "release, with LEDs")
    return (f"the kernel's console sets the LEDs of all keyboards as each is started, also when "
            f"a program ends its exclusive use: {console / total:.0%} of the release of 700. All "
            f"else takes {number(low)} and then {number(high)} instructions a keyboard.")


def packets(rows, kernel, case):
    """Name, operator, limit, what is measured, and its floor if there may be one."""
    def cost(who):
        return rows.get("packets", kernel, case, who)

    def added(who):
        return cost(who) - cost("no module")

    yield "open - no module", "+-", RESOLUTION, lambda: added("open")
    yield "open after a release - no module", "+-", RESOLUTION, lambda: added("open, after a release")
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
    yield "emergency, up to 10,000 / up to 1,000", "<=", LINEAR, lambda: ratio(
        each(EMERGENCY, 1000, 10000), each(EMERGENCY))
    yield "down / ip -batch", "<=", 0.5, lambda: ratio(each(DOWN), each(IP))


def keyboards(rows, kernel):
    for who in "gate", "release", "closed later", "gate, with LEDs":
        yield (f"{who}, up to 700 / up to 300", "<=", LINEAR,
               lambda who=who: steepness(rows, kernel, who))
    yield ("release, with LEDs, up to 700 / up to 300", "<=", LINEAR,
           lambda: steepness(rows, kernel, "release, with LEDs"),
           lambda: console_floor(rows, kernel))


def threads(rows, kernel):
    count = partial(rows.get, "threads", kernel, unit="count")
    yield "locked instructions in the paths", "<=", 0, lambda: count(
        "locked instructions on the packet path", "regiongate")
    for way in "tx", "rx":
        yield (f"swap under load, {way}: allowed frames dropped", "<=", 0,
               lambda way=way: count(f"swap of the profile under load, {way}",
                                     "allowed frames dropped"))


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
