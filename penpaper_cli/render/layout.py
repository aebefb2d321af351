"""The layout that formats share: worked lines that are folded, matrices in brackets, numbers on their points."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from penpaper_cli.render.maths import Maths, inert
from penpaper_cli.solution.blocks import Grid, Working

GAP = "  "
NUMBER = re.compile(r"-?\d+(?P<tail>(\.\d+)?(e[+-]?\d+)?)")


def statement(working: Working, maths: Maths, width: int | None = None) -> list[str]:
    """A worked line as text: on one line where it fits, else a line per side, each under the first sign."""
    sides = [maths.draw(side) for side in working.sides]
    steps = [f"{maths.spell(sign)} {side}" for sign, side in zip(working.relations, sides[1:], strict=True)]
    whole = " ".join([sides[0], *steps])
    if width is None or maths.length(whole) <= width:
        return [whole]
    first = maths.length(sides[0])
    indent = first + 1 if first <= width // 3 else 4
    head = [] if indent > 4 or first < 4 else hanging(sides[0], maths, width, 2)
    lines = [" " * indent + piece for step in steps for piece in hanging(step, maths, width - indent, 2)]
    return [*head, *lines] if head else [f"{sides[0]} {lines[0].lstrip()}", *lines[1:]]


def hanging(text: str, maths: Maths, width: int, indent: int) -> list[str]:
    """Text folded, its later lines indented."""
    first, *later = fold(text, maths, width, indent)
    return [first, *(" " * indent + piece for piece in later)]


def fold(text: str, maths: Maths, width: int, indent: int = 0) -> list[str]:
    """A long side in pieces, broken outside brackets where it can be; later pieces have `indent` less room."""
    return [text[start:stop] for start, stop in spans(text, maths, width, indent)]


def spans(text: str, maths: Maths, width: int, indent: int = 0) -> list[tuple[int, int]]:
    """The same, from where to where; a blank that a line would begin with is left out."""
    points, whole = list(maths.breaks(text)), maths.length(text)
    found: list[tuple[int, int]] = []
    start = behind = first = 0
    room = width
    while whole - behind > room and first < len(points):
        last = first + 1
        while last < len(points) and points[last][2] - behind <= room:
            last += 1
        chosen = max(range(first, last), key=lambda k: (-points[k][1], k))
        at, _, length = points[chosen]
        found.append((start, at))
        start = at + (text[at] == " ")
        behind, first, room = length + start - at, chosen + 1, width - indent
    return [*found, (start, len(text))]


def point_pads(cells: Sequence[str]) -> list[int]:
    """How many places each number of a column falls short on the right, so that decimal points stand in one line."""
    tails = [len(found["tail"]) if (found := NUMBER.fullmatch(cell)) else None for cell in cells]
    longest = max((tail for tail in tails if tail is not None), default=0)
    return [0 if tail is None else longest - tail for tail in tails]


def kept(shown: int, size: int) -> list[int]:
    """Which places the shown ones are, counted from 0, where all but the first ones and the last may be left out."""
    return [k if k < shown - 1 else size - 1 for k in range(shown)]


def grid_cells(block: Grid, maths: Maths) -> list[list[str]]:
    """The grid as text cells, with … for what is left out."""
    wide = max(len(row) for row in block.rows if row is not None)
    left_out, below = maths.spell("…"), maths.spell("⋮")
    return [
        [below] * wide if row is None else [left_out if cell is None else maths.draw(cell) for cell in row]
        for row in block.rows
    ]


def column_marks(block: Grid, maths: Maths) -> list[str]:
    """The numbers of the columns that are drawn, with … for those left out."""
    row = next(row for row in block.rows if row is not None)
    last = len(row) - 1
    return [
        str(k + 1) if k < last else str(block.shape[-1]) if cell else maths.spell("…") for k, cell in enumerate(row)
    ]


def row_marks(block: Grid, maths: Maths) -> list[str]:
    """The numbers of the rows that are drawn, with ⋮ for those left out; a vector's row has none."""
    if len(block.shape) == 1:
        return [""]
    last = len(block.rows) - 1
    dots = maths.spell("⋮")
    return [dots if row is None else str(k + 1 if k < last else block.shape[0]) for k, row in enumerate(block.rows)]


def column_names(block: Grid, maths: Maths) -> list[str]:
    """What the columns of a grid are called, where they have names."""
    return [maths.letter(inert(name)) for name in block.columns]


def on_the_right(cell: str, maths: Maths, width: int) -> str:
    """A cell with blanks on its left, `width` wide."""
    return " " * (width - maths.length(cell)) + cell


def aligned(cells: list[str], maths: Maths, least: int = 0) -> list[str]:
    """A column flush right, the decimal points of its numbers under each other; at least so wide."""
    padded = [cell + " " * pad for cell, pad in zip(cells, point_pads(cells), strict=True)]
    width = max([least, *map(maths.length, padded)])
    return [on_the_right(cell, maths, width) for cell in padded]


def side_by_side(sizes: Sequence[float], room: float, gap: float = 0, most: int = 1000) -> list[slice]:
    """Which columns fit side by side, part by part; a column that is wider than the room stands alone."""
    parts, start = [], 0
    while start < len(sizes):
        stop, width = start + 1, sizes[start]
        while stop < len(sizes) and stop - start < most and width + gap + sizes[stop] <= room:
            width += gap + sizes[stop]
            stop += 1
        parts.append(slice(start, stop))
        start = stop
    return parts


def bracketed(block: Grid, maths: Maths, width: int | None) -> list[str]:
    """A matrix with its brackets and the names of its columns, folded by columns where the screen is too narrow."""
    cells, names = grid_cells(block, maths), column_names(block, maths)
    least = list(map(maths.length, names)) or [0] * len(cells[0])
    columns = [aligned(list(column), maths, size) for column, size in zip(zip(*cells, strict=True), least, strict=True)]
    sizes = [maths.length(column[0]) for column in columns]
    head = f"{maths.draw(block.name)} {maths.spell(block.relation)} "
    margin = " " * maths.length(head)
    room = math.inf if width is None else width - len(margin) - 2
    lines: list[str] = []
    for part in side_by_side(sizes, room, len(GAP)):
        if names:
            named = zip(names[part], sizes[part], strict=True)
            lines.append(f"{margin} {GAP.join(on_the_right(name, maths, size) for name, size in named)}")
        rows = [GAP.join(row) for row in zip(*columns[part], strict=True)]
        lines += _brackets(rows, maths, margin if part.start else head, margin, part.start > 0, part.stop < len(sizes))
    return lines


def _brackets(
    rows: list[str], maths: Maths, head: str, margin: str, goes_on: bool, goes_further: bool
) -> Iterator[str]:
    """The rows between brackets, which stand open where the columns are folded; the name is in the middle."""
    last, middle = len(rows) - 1, (len(rows) - 1) // 2
    for k, row in enumerate(rows):
        signs = "[]" if not last else "⎡⎤" if k == 0 else "⎣⎦" if k == last else "⎢⎥"
        left, right = map(maths.spell, signs)
        yield (head if k == middle else margin) + (" " if goes_on else left) + row + ("" if goes_further else right)
