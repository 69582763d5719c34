# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture for the README: bars of regiongate and of its peers, as SVG."""
from html import escape

from figures import number
from targets import DOWN, EMERGENCY, PEERS, link

OURS, OTHERS, INK, FAINT = "#1f6feb", "#b1b8c0", "#1f2328", "#59636e"
WIDTH, PANEL, LABELS, BARS, LINE, TOP = 840, 424, 186, 150, 22, 58


def packet_drops(rows, kernel):
    """What sending costs when the packet is dropped."""
    names = {"no module": "sent, no module", "list miss": "regiongate", "tc bpf drop": "tc bpf",
             "nft drop": "nft", "tc matchall drop": "tc matchall", "tc flower drop": "tc flower"}
    return "Sending a packet that is dropped", [
        (text, rows.get("packets", kernel, "tx", who)) for who, text in names.items()]


def packets_allowed(rows, kernel):
    names = {"allowed": "regiongate, 1 flow", "allowed, 64 flows": "regiongate, 64 flows",
             "nft pass": "nft"}
    base = rows.get("packets", kernel, "tx", "no module")
    return "What an allowed packet costs more", [
        (text, rows.get("packets", kernel, "tx", who) - base) for who, text in names.items()]


def links(rows, kernel):
    names = {"regiongate, emergency": EMERGENCY, "regiongate, down": DOWN, **PEERS}
    return "Closing and opening one more link", [
        (text, link(rows, kernel, whos)) for text, whos in names.items()]


def keys(rows, kernel):
    names = {"delivered to VT and reader": "delivered, VT and reader",
             "held back": "regiongate, held back",
             "EVIOCGRAB": "EVIOCGRAB", "inhibited": "inhibited"}
    return "A key", [(text, rows.get("keys", kernel, "key", who)) for who, text in names.items()]


def text(x, y, what, more=""):
    return f'<text x="{x}" y="{y}"{more}>{escape(what)}</text>'


def panel(x, y, title, bars):
    """One group of bars; lengths from zero."""
    most = max(value for _, value in bars)
    yield text(x, y, title, ' font-weight="bold"')
    for label, value in bars:
        y += LINE
        color = OURS if label.startswith("regiongate") else OTHERS
        length = max(value, 0) / most * BARS if most > 0 else 0
        yield text(x + LABELS - 8, y, label, ' text-anchor="end"')
        yield (f'<rect x="{x + LABELS}" y="{y - 12}" width="{max(length, 1):.1f}" height="15" '
               f'fill="{color}"/>')
        yield text(round(x + LABELS + length + 6), y, number(round(value)))


def draw(rows, kernel):
    """The whole picture: two panels beside each other, twice."""
    shapes, y = [], TOP + 16
    for pair in ((packet_drops, packets_allowed), (links, keys)):
        groups = [what(rows, kernel) for what in pair]
        for i, (title, bars) in enumerate(groups):
            shapes += panel(16 + i * PANEL, y, title, bars)
        y += LINE * (max(len(bars) for _, bars in groups) + 2)
    height = y - LINE
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" '
            f'fill="{INK}">',
            "<!-- SPDX-License-Identifier: GPL-2.0-or-later -->",
            f"<title>What regiongate costs on Linux {kernel}, beside its peers</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            text(16, 26, f"Instructions of one operation, Linux {kernel}: less is better",
                 ' font-size="15" font-weight="bold"'),
            text(16, 45, "regiongate in blue, what else does it in grey", f' fill="{FAINT}"')]
    return "\n".join([*head, *shapes, "</svg>"]) + "\n"
