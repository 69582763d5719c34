# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured: the rows of all parts, and what is reckoned from them."""
import json
import os

KEYS = ("part", "kernel", "case", "who", "unit")


class RowError(Exception):
    """A row that is needed is not there, or one is not right."""


def number(value):
    """A figure as text: whole, or with three digits."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def parse(line, where):
    try:
        row = json.loads(line)
        assert all(isinstance(row[key], str) for key in KEYS)
        assert isinstance(row["value"], (int, float)) and set(row) == {*KEYS, "value"}
    except (ValueError, KeyError, TypeError, AssertionError):
        raise RowError(f"{where}: this is no row: {line.strip()}") from None
    if isinstance(row["value"], float):
        row["value"] = round(row["value"], 3)
    return row


class Rows:
    """Rows in the order in which they were measured, and by their names."""

    def __init__(self, rows):
        self.list = rows
        self.by_name = {tuple(row[key] for key in KEYS): row["value"] for row in rows}

    @classmethod
    def read(cls, folder, parts):
        rows, seen = [], set()
        for part in parts:
            path = os.path.join(folder, f"{part}.jsonl")
            if not os.path.exists(path):
                continue
            with open(path, encoding="utf-8") as file:
                for count, line in enumerate(file, 1):
                    row = parse(line, f"{part}.jsonl:{count}")
                    name = tuple(row[key] for key in KEYS)
                    if name in seen:
                        raise RowError(f"{part}.jsonl:{count}: a second row of {', '.join(name)}")
                    seen.add(name)
                    rows.append(row)
        return cls(rows)

    def tidy(self):
        """The rows with their keys in one order."""
        return [{key: row[key] for key in (*KEYS, "value")} for row in self.list]

    def has(self, part, kernel):
        return any(row["part"] == part and row["kernel"] in (kernel, "") for row in self.list)

    def get(self, part, kernel, case, who, unit="instructions"):
        """A figure; a row without a kernel holds for each of them."""
        for one in (kernel, ""):
            value = self.by_name.get((part, one, case, who, unit))
            if value is not None:
                return value
        raise RowError(f'no row of {part}, {kernel}, case "{case}", who "{who}", in {unit}')

    def each_more(self, part, kernel, noun, whos, low, high):
        """What one more link or keyboard costs between two numbers of them."""
        total = sum(self.get(part, kernel, f"{high} {noun}", who)
                    - self.get(part, kernel, f"{low} {noun}", who) for who in whos)
        return total / (high - low)
