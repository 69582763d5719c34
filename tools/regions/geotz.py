# SPDX-License-Identifier: GPL-2.0-or-later
"""Read the polygons of npm geo-tz (a quadtree of geobuf pieces) by country."""
import json
import tarfile

import numpy as np
from shapely.geometry import Polygon, box
from shapely.ops import unary_union

PRODUCT = "package/data/timezones.geojson"  # the "all" product
# Roots of the quadtree, as geo-tz draws them.
ROOTS = {"a": (0, 0, 179.9999, 89.9999), "b": (-179.9999, 0, 0, 89.9999),
         "c": (-179.9999, -89.9999, 0, 0), "d": (0, -89.9999, 179.9999, 0)}


def varints(data):
    """All varints of a packed field, as an array of uint64."""
    octets = np.frombuffer(data, dtype=np.uint8)
    last = np.flatnonzero((octets & 0x80) == 0)
    first = np.concatenate(([0], last[:-1] + 1))
    out = np.zeros(len(last), dtype=np.uint64)
    for k in range(int((last - first).max()) + 1):
        has = last - first >= k
        part = (octets[first[has] + k] & 0x7F).astype(np.uint64)
        out[has] |= part << np.uint64(7 * k)
    return out


def zigzag(values):
    sign = -((values & np.uint64(1)).astype(np.int64))
    return (values >> np.uint64(1)).astype(np.int64) ^ sign


def fields(data):
    """(field number, value) of a protobuf message with varints and bytes."""
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            octet = data[at]
            at += 1
            value |= (octet & 0x7F) << shift
            shift += 7
            if octet < 128:
                return value

    while at < len(data):
        key = number()
        if key & 7 == 0:
            yield key >> 3, number()
        elif key & 7 == 2:
            size = number()
            yield key >> 3, data[at:at + size]
            at += size
        else:
            raise ValueError(f"geobuf: wire type {key & 7} is not known")


def polygons(data):
    """Polygons of a geobuf geometry: lists of rings in whole 1e-6 degrees."""
    kind, lengths, coords, nested = 0, None, None, []
    for field, value in fields(data):
        if field == 1:
            kind = value
        elif field == 2:
            lengths = [int(v) for v in varints(value)]
        elif field == 3:
            coords = zigzag(varints(value)).reshape(-1, 2)
        elif field == 4:
            nested += polygons(value)
    if kind == 4:
        lengths = [1, len(lengths or [0])] + (lengths or [len(coords)])
    elif kind == 5:
        lengths = lengths or [1, 1, len(coords)]
    else:
        return nested
    out, at, numbers = [], 0, iter(lengths)
    for _ in range(next(numbers)):
        rings = []
        for _ in range(next(numbers)):
            size = next(numbers)
            rings.append(np.cumsum(coords[at:at + size], axis=0))
            at += size
        out.append(rings)
    return out


def shape(rings):
    closed = [np.vstack([r, r[:1]]) / 1e6 for r in rings if len(r) >= 3]
    if not closed or len(rings[0]) < 3:
        return None
    area = Polygon(closed[0], closed[1:])
    return area if area.is_valid else area.buffer(0)


def features(message):
    """(zone, list of shapes) of one geobuf feature collection."""
    for field, collection in fields(message):
        if field != 4:
            continue
        for inner, feature in fields(collection):
            if inner != 1:
                continue
            geometry, zone = None, None
            for part, value in fields(feature):
                if part == 1:
                    geometry = value
                elif part == 13:
                    zone = next(v for f, v in fields(value) if f == 1).decode()
            if geometry:
                yield zone, [s for s in map(shape, polygons(geometry)) if s]


def walk(index, names, blob, bounds, node, add):
    if isinstance(node, (int, list)):
        corners = [round(b, 6) for b in bounds]
        for zone in [node] if isinstance(node, int) else node:
            add(names[zone], [box(*corners)])
    elif "pos" in node:
        for zone, shapes in features(blob[node["pos"]:node["pos"] + node["len"]]):
            add(zone, shapes)
    else:
        west, south, east, north = bounds
        x, y = (west + east) / 2, (south + north) / 2
        quarters = {"a": (x, y, east, north), "b": (west, y, x, north),
                    "c": (west, south, x, y), "d": (x, south, east, y)}
        for key, child in node.items():
            walk(index, names, blob, quarters[key], child, add)


def zone_countries(path):
    """tzdata's zone.tab: one country for each zone."""
    table = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                row = line.rstrip("\n").split("\t")
                table[row[2]] = row[0]
    return table


def countries(archive, zone_tab):
    """{region code: shape} of the archive (geo-tz's .tgz)."""
    with tarfile.open(archive) as tar:
        index = json.load(tar.extractfile(PRODUCT + ".index.json"))
        blob = tar.extractfile(PRODUCT + ".geo.dat").read()
    table = zone_countries(zone_tab)
    # zone.tab has no entry for the zone that the set uses inside Antarctica.
    table["Etc/UTC"] = "AQ"
    # Crimea is a region on its own; places.json splits Sevastopol off.
    table["Europe/Simferopol"] = "UA-43"
    pieces = {}

    def add(zone, shapes):
        pieces.setdefault(table[zone], []).extend(shapes)

    for key, node in index["lookup"].items():
        walk(index, index["timezones"], blob, ROOTS[key], node, add)
    return {code: unary_union(pieces[code]) for code in sorted(pieces)}
