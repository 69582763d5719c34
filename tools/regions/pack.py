# SPDX-License-Identifier: GPL-2.0-or-later
"""Write arcs as the files that user/lib/region.c maps; format: data/README.md."""
import struct
from collections import defaultdict

UNIT = 10000
CELL = 2 * UNIT
ROWS, COLS = 180 * UNIT // CELL, 360 * UNIT // CELL
SEA, SOUTH = ("ZZ",), ("AQ",)
STEPS = 24  # of a chunk, at most
REACH = 3 * UNIT // 2  # how far a chunk may reach from its first point
LIMIT = 1040000  # bytes of one file
HEADER = struct.Struct("<8sIIHHIIIIIIIIIIIIIII")
MAGIC, VERSION = b"RGREGION", 1


class Chunk:
    """A run of steps of one arc."""

    def __init__(self, left, right, error, points):
        self.sides, self.error, self.points = (left, right), error, points
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        self.box = (min(xs), min(ys), max(xs), max(ys))

    def cells(self):
        west, south, east, north = self.box
        for row in range(cell(south, 90, ROWS), cell(north, 90, ROWS) + 1):
            for col in range(cell(west, 180, COLS), cell(east, 180, COLS) + 1):
                yield row, col


def cell(value, offset, count):
    return min((value + offset * UNIT) // CELL, count - 1)


def chunks(arcs):
    out = []
    for left, right, error, line in arcs:
        points = [tuple(p) for p in line.tolist()]
        run = points[:1]
        for point in points[1:]:
            far = max(abs(point[0] - run[0][0]), abs(point[1] - run[0][1])) > REACH
            if len(run) > STEPS or (far and len(run) > 1):
                out.append(Chunk(left, right, error, run))
                run = run[-1:]
            run.append(point)
        if len(run) > 1:
            out.append(Chunk(left, right, error, run))
    return out


def crossings(members, y):
    """Sorted (x, label east of it) of the steps that cross latitude y."""
    out = []
    for chunk in members:
        for (ax, ay), (bx, by) in zip(chunk.points, chunk.points[1:]):
            if (ay <= y) != (by <= y):
                x = ax + (y - ay) * (bx - ax) / (by - ay)
                out.append((x, chunk.sides[1 if by > ay else 0]))
    return sorted(out)


def disorder(row, members):
    """[(x, y)] where, along some parallels of a row, two borders that follow
    each other do not agree on what lies between them."""
    out = []
    south = row * CELL - 90 * UNIT
    small = {(c.box[1] + c.box[3]) // 2 for c in members if c.points[0] == c.points[-1]}
    for n in sorted(small.union(range(south, south + CELL, CELL // 100))):
        y = n + 0.5
        if not south <= n < south + CELL:
            continue
        found = []
        for chunk in members:
            if chunk.box[1] > y or chunk.box[3] < y:
                continue
            for (ax, ay), (bx, by) in zip(chunk.points, chunk.points[1:]):
                if (ay <= y) != (by <= y):
                    sides = chunk.sides if by > ay else chunk.sides[::-1]
                    found.append((ax + (y - ay) * (bx - ax) / (by - ay), sides))
        found.sort()
        for (_, left), (x, right) in zip(found[-1:] + found, found):
            if left[1] != right[0]:
                out.append((x / UNIT, y / UNIT))
    return out


def polar(row):
    """The set of a parallel of this row that no border crosses."""
    return SOUTH if row * CELL < 30 * UNIT else SEA


def plain(row, members, cols):
    """{col: label} of the cells of this row that hold no border."""
    y = row * CELL - 90 * UNIT + CELL // 2 + 0.5
    found = crossings(members, y)
    out = {}
    for col in cols:
        x = col * CELL - 180 * UNIT + CELL / 2
        west = [side for at, side in found if at < x] or [s for _, s in found]
        out[col] = west[-1] if west else polar(row)
    return out


class Part:
    """One file: the cells of some rows and the chunks they need."""

    def __init__(self, rows, grid, plains):
        self.rows = rows
        members = {id(c): c for row in rows for col in range(COLS)
                   for c in grid.get((row, col), ())}
        self.chunks = sorted(members.values(), key=lambda c: (c.box, c.points))
        number = {id(c): n for n, c in enumerate(self.chunks)}
        labels = {s for c in self.chunks for s in c.sides}
        labels |= {plains[row][col] for row in rows for col in plains[row]}
        labels |= {polar(row) for row in rows}
        self.labels = sorted(labels)
        index = {label: n for n, label in enumerate(self.labels)}
        self.index = index
        self.refs, self.cells = [], []
        for row in rows:
            for col in range(COLS):
                inside = grid.get((row, col))
                if not inside:
                    self.cells.append(1 << 31 | index[plains[row][col]])
                    continue
                self.cells.append(len(self.refs))
                self.refs.append(len(inside))
                self.refs += sorted(number[id(c)] for c in inside)

    def encode(self, part, parts, error):
        labels = b"".join(struct.pack("<8s8s8s8s", *(c.encode() for c in
                          (label + ("",) * 4)[:4])) for label in self.labels)
        rows = struct.pack(f"<{len(self.rows)}H",
                           *(self.index[polar(r)] for r in self.rows))
        cells = struct.pack(f"<{len(self.cells)}I", *self.cells)
        refs = struct.pack(f"<{len(self.refs)}H", *self.refs)
        table, points, count = b"", b"", 0
        for c in self.chunks:
            x, y = c.points[0]
            steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(c.points, c.points[1:])]
            table += struct.pack("<iihhhhHHHHI", x, y, c.box[0] - x, c.box[1] - y,
                                 c.box[2] - x, c.box[3] - y, self.index[c.sides[0]],
                                 self.index[c.sides[1]], len(steps),
                                 max(c.error, error), count)
            points += struct.pack(f"<{2 * len(steps)}h", *(v for s in steps for v in s))
            count += len(steps)
        at, body, offsets = HEADER.size, b"", []
        for section in (labels, rows, cells, refs, table, points):
            offsets.append(at + len(body))
            body += section + bytes(-len(section) % 4)
        return HEADER.pack(MAGIC, VERSION, at + len(body), part, parts, CELL,
                           self.rows[0], len(self.rows), COLS,
                           offsets[0], len(self.labels), offsets[1], offsets[2],
                           offsets[3], len(self.refs), offsets[4], len(self.chunks),
                           offsets[5], count, error) + body


def pack(arcs, error, say):
    """The files, as a list of bytes."""
    grid, by_row = defaultdict(list), defaultdict(dict)
    for chunk in chunks(arcs):
        for key in chunk.cells():
            grid[key].append(chunk)
            by_row[key[0]][id(chunk)] = chunk
    plains = {row: plain(row, by_row[row].values(),
                         [c for c in range(COLS) if (row, c) not in grid])
              for row in range(ROWS)}
    wrong = [p for row in range(ROWS) for p in disorder(row, by_row[row].values())]
    say(f"{len(wrong)} crossings out of order on the parallels tried")
    for x, y in wrong[:20]:
        say(f"out of order at {y:.4f} {x:.4f}")
    parts, rows = [], []
    for row in range(ROWS):
        if rows and len(Part(rows + [row], grid, plains).encode(0, 1, error)) > LIMIT:
            parts.append(Part(rows, grid, plains))
            rows = []
        rows.append(row)
    parts.append(Part(rows, grid, plains))
    return [p.encode(n, len(parts), error) for n, p in enumerate(parts)]
