# SPDX-License-Identifier: GPL-2.0-or-later
"""From areas to arcs: lines with one set of regions on either side.

A border is stored once, so it stays shared whatever is done to it.  An arc is
an (n, 2) array of whole 1e-4 degrees (longitude, latitude); the areas left and
right of it, seen along it, are tuples of region codes.
"""
import json
from collections import defaultdict

import numpy as np
from shapely.geometry import LineString, MultiLineString, box, shape
from shapely.ops import polygonize, unary_union
from shapely.prepared import prep
from shapely.strtree import STRtree

UNIT = 10000  # per degree
SEAM = 180 * UNIT
SEA = ("ZZ",)
SLIVER = 1e-4  # degrees of mean width: no area, but two drawings of one border
OVERLAP = 1e-3  # the same for gaps and overlaps: far within the border band
PIECE = 200  # steps that are simplified on their own
METRES = 111200.0 / UNIT  # of one unit of latitude


def areas(countries, places):
    """[(claims, shape)]: countries, less what places.json says of them."""
    north = box(-180, -60, 180, 90)
    out = {(code,): area.intersection(north)
           for code, area in countries.items() if code != "AQ"}
    # ISO 3166-1: AQ is all that lies south of 60 degrees south.
    out[("AQ",)] = box(-180, -90, 180, -60)
    for place in places:
        area = shape(place["area"])
        if place["within"]:
            whole = out[(place["within"],)]
            area = whole.intersection(area)
            out[(place["within"],)] = whole.difference(area)
            if out[(place["within"],)].is_empty:
                del out[(place["within"],)]
        out[tuple(place["claims"])] = area
    return sorted(out.items())


def rings(area):
    for part in getattr(area, "geoms", [area]):
        if part.geom_type == "Polygon":
            yield part.exterior
            yield from part.interiors


def snap(coords):
    """Whole units, the seam at exactly 180 degrees, no repeats."""
    grid = np.rint(np.asarray(coords)[:, :2] * UNIT).astype(np.int64)
    near = np.abs(grid[:, 0]) >= SEAM - 2
    grid[near, 0] = np.sign(grid[near, 0]) * SEAM
    keep = np.any(grid[1:] != grid[:-1], axis=1)
    return grid[np.concatenate(([True], keep))]


def faces(claims):
    """The areas that all borders together cut the world into."""
    parts = []
    for _, area in claims:
        for ring in rings(area):
            line = snap(ring.coords)
            parts.append(np.hstack([line[:-1], line[1:]]))
    lines = np.vstack(parts)
    turned = (lines[:, 0] > lines[:, 2]) | ((lines[:, 0] == lines[:, 2]) &
                                            (lines[:, 1] > lines[:, 3]))
    lines[turned] = lines[turned][:, [2, 3, 0, 1]]
    lines = np.unique(lines, axis=0)
    noded = unary_union(MultiLineString(list((lines / UNIT).reshape(-1, 2, 2))))
    return list(polygonize(noded))


def label(found, claims):
    """For each face the set of regions that claim it, () for none."""
    points = [face.representative_point() for face in found]
    labels = [set() for _ in found]
    xy = np.array([(p.x, p.y) for p in points])
    for codes, area in claims:
        west, south, east, north = area.bounds
        inside = np.flatnonzero((xy[:, 0] >= west) & (xy[:, 0] <= east) &
                                (xy[:, 1] >= south) & (xy[:, 1] <= north))
        ready = prep(area)
        for number in inside:
            if ready.contains(points[number]):
                labels[number].update(codes)
    return [tuple(sorted(codes)) for codes in labels]


def edges(found):
    """{(a, b): face number} for each step along a face with it on the left."""
    out = {}
    for number, face in enumerate(found):
        for ring in rings(face):
            line = snap(ring.coords)
            if (ring is face.exterior) != ring.is_ccw:
                line = line[::-1]
            steps = list(map(tuple, line.tolist()))
            for a, b in zip(steps, steps[1:]):
                out[a, b] = number
    return out


def merge_slivers(found, labels, steps):
    """Gives faces that are only drawing error to their longest neighbour."""
    shared = defaultdict(lambda: defaultdict(int))
    for (a, b), number in steps.items():
        other = steps.get((b, a), -1)
        if other != number:
            length = abs(a[0] - b[0]) + abs(a[1] - b[1])
            shared[number][labels[other] if other >= 0 else ()] += length
    out = list(labels)
    for number, face in enumerate(found):
        limit = SLIVER if len(labels[number]) == 1 else OVERLAP
        if 2 * face.area / face.length < limit and shared[number]:
            around = shared[number]
            out[number] = max(sorted(around), key=lambda k: (len(k) == 1, around[k]))
    return [codes or SEA for codes in out]


def on_seam(a, b):
    return (a[0] == b[0] and abs(a[0]) == SEAM) or a[1] == b[1] == -90 * UNIT


def borders(steps, labels):
    """{(left, right): {start: [ends]}} of steps between different sets, left < right."""
    out = defaultdict(lambda: defaultdict(list))
    for (a, b), number in steps.items():
        left = labels[number]
        other = steps.get((b, a))
        right = SEA if other is None else labels[other]
        if left == right or on_seam(a, b):
            continue
        if left < right:
            out[left, right][a].append(b)
        elif other is None:
            out[right, left][b].append(a)
    return out


def chain(pairs):
    """Arcs, each (left, right, array of points), in a fixed order."""
    degree = defaultdict(int)
    for ways in pairs.values():
        for start, ends in ways.items():
            for end in ends:
                degree[start] += 1
                degree[end] += 1
    arcs = []
    for (left, right) in sorted(pairs):
        ways = pairs[left, right]
        into = defaultdict(int)
        for ends in ways.values():
            for end in ends:
                into[end] += 1
        passing = {p for p in ways
                   if degree[p] == 2 and len(ways[p]) == 1 and into[p] == 1}
        for start in sorted(set(ways) - passing) + sorted(passing):
            while ways.get(start):
                line = [start, ways[start].pop()]
                while line[-1] in passing and ways.get(line[-1]):
                    line.append(ways[line[-1]].pop())
                arcs.append((left, right, np.array(line, dtype=np.int64)))
    return arcs


def offsets(line, first, last):
    """Metres from the points between first and last to the straight line."""
    inner = line[first + 1:last].astype(float)
    scale = np.array([METRES * np.cos(np.radians(inner[:, 1].mean() / UNIT)), METRES])
    a, b = line[first] * scale, line[last] * scale
    inner, span = inner * scale - a, b - a
    square = span @ span
    share = np.clip(inner @ span / square, 0, 1) if square else np.zeros(len(inner))
    return np.hypot(*(inner - share[:, None] * span).T)


def simplify(line, tolerance):
    """Douglas and Peucker, in metres; a closed line keeps its shape."""
    keep = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    closed = tuple(line[0]) == tuple(line[-1])
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        away = offsets(line, first, last)
        at = int(np.argmax(away))
        if away[at] > tolerance or (closed and len(keep) < 4):
            keep.add(first + 1 + at)
            todo += [(first, first + 1 + at), (first + 1 + at, last)]
    return line[sorted(keep)]


def densify(line, step=UNIT // 4):
    """No step over a quarter degree, so that straight stays straight on a globe."""
    out = [line[:1]]
    for a, b in zip(line[:-1], line[1:]):
        count = int(np.ceil(np.abs(b - a).max() / step))
        share = np.arange(1, count + 1)[:, None] / count
        out.append(np.rint(a + (b - a) * share).astype(np.int64))
    return np.vstack(out)


def crossing(pieces, active):
    """Numbers of the pieces (arrays of points) that cross or cover another;
    one of each two must be in active."""
    lines, owner = [], []
    for number, line in enumerate(pieces):
        for a, b in zip(line[:-1], line[1:]):
            lines.append(LineString([a, b]))
            owner.append(number)
    where = {id(line): n for n, line in enumerate(lines)}
    tree, bad = STRtree(lines), set()
    for n, line in enumerate(lines):
        if owner[n] not in active:
            continue
        for found in tree.query(line):
            # Shapely 2 answers with numbers, 1.8 with the lines.
            m = where[id(found)] if isinstance(found, LineString) else int(found)
            if m != n and conflict(line, lines[m]):
                bad |= {owner[n], owner[m]}
    return bad


def conflict(one, other):
    """True when two steps share more than an end of both."""
    if not one.intersects(other):
        return False
    common = set(one.coords) & set(other.coords)
    if len(common) == 2:
        return True
    if not common:
        return True
    return one.intersection(other).geom_type != "Point"


def beside_islands(raw, pieces, tolerance):
    """Numbers of the pieces near a small closed border that is not their own:
    a coarse line could pass to the island's other side without crossing it."""
    lines = [LineString(raw[arc][2][first:last + 1]) for arc, first, last in pieces]
    where = {id(line): n for n, line in enumerate(lines)}
    tree, reach = STRtree(lines), 2 * tolerance / METRES
    near = set()
    for number, (_, _, line) in enumerate(raw):
        if tuple(line[0]) != tuple(line[-1]) or np.ptp(line, axis=0).max() > UNIT // 4:
            continue
        ring = LineString(line)
        for found in tree.query(ring.buffer(reach / np.cos(np.radians(line[0][1] / UNIT)))):
            n = where[id(found)] if isinstance(found, LineString) else int(found)
            if pieces[n][0] != number:
                near.add(n)
    return near


def planar(raw, tolerance, say):
    """Simplifies so that no border crosses another: wherever two do, both are
    drawn finer until they do not, in pieces short enough to keep that local."""
    pieces = [(arc, first, min(first + PIECE, len(line) - 1))
              for arc, (_, _, line) in enumerate(raw)
              for first in range(0, len(line) - 1, PIECE)]
    near = beside_islands(raw, pieces, tolerance)
    say(f"{len(near)} of {len(pieces)} pieces pass an island")
    allowed = [tolerance / 20 if n in near else tolerance for n in range(len(pieces))]
    drawn = [simplify(raw[arc][2][first:last + 1], allowed[n])
             for n, (arc, first, last) in enumerate(pieces)]
    bad = set(range(len(pieces)))
    for _ in range(8):
        bad = crossing(drawn, bad)
        say(f"{len(bad)} of {len(pieces)} pieces cross at {tolerance:.1f} m or finer")
        if not bad:
            break
        for n in bad:
            arc, first, last = pieces[n]
            allowed[n] = allowed[n] / 3 if allowed[n] > 4 else 0
            drawn[n] = simplify(raw[arc][2][first:last + 1], allowed[n])
    lines = [[] for _ in raw]
    for (arc, _, _), line in zip(pieces, drawn):
        lines[arc].append(line if not lines[arc] else line[1:])
    return [np.vstack(line) for line in lines]


def speck(line, tolerance):
    """True for a closed line that is no larger than the error of the data: the
    border beside it may have moved to its other side."""
    closed = tuple(line[0]) == tuple(line[-1])
    return closed and np.ptp(line, axis=0).max() * METRES <= tolerance


def twice_area(line):
    """Above 0 for a closed line that runs counterclockwise."""
    x, y = line[:, 0], line[:, 1]
    return int(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def upright(rough, line):
    """The line, or the rough one where a thin ring was drawn inside out."""
    closed = tuple(line[0]) == tuple(line[-1])
    if closed and twice_area(rough) * twice_area(line) <= 0:
        return rough
    return line


def build(countries, places_file, tolerance, say):
    with open(places_file, encoding="utf-8") as f:
        places = json.load(f)["places"]
    claims = areas(countries, places)
    found = faces(claims)
    say(f"{len(found)} faces")
    steps = edges(found)
    labels = merge_slivers(found, label(found, claims), steps)
    for face, codes in zip(found, labels):
        if len(codes) > 1 or (codes == SEA and face.area > 1e-3):
            at = face.representative_point()
            say(f"{','.join(codes)}: {face.area:.4f} square degrees"
                f" at {at.y:.2f} {at.x:.2f}")
    raw = [arc for arc in chain(borders(steps, labels))
           if not speck(arc[2], tolerance)]
    arcs = [(left, right, drawn_error(places, left, right),
             densify(upright(rough, line)))
            for (left, right, rough), line in zip(raw, planar(raw, tolerance, say))
            if not speck(line, tolerance)]
    say(f"{len(arcs)} arcs, {sum(len(a[3]) for a in arcs)} points")
    return arcs


def drawn_error(places, left, right):
    """Metres that a border drawn by places.json may be off, else 0."""
    for place in places:
        mine = tuple(place["claims"])
        outside = (place["within"],) if place["within"] else SEA
        if {left, right} == {mine, outside}:
            return place["error_m"]
    return 0
