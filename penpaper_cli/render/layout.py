"""The layout that formats share: worked lines that are folded, matrices in brackets, numbers on their points."""

from __future__ import annotations

import re
from collections.abc import Callable

from penpaper_cli.render.maths import Maths, inert
from penpaper_cli.solution import Grid, Working

NUMBER = re.compile(r"-?\d+(?P<tail>(\.\d+)?(e[+-]?\d+)?)")


def statement(working: Working, maths: Maths, width: int | None = None) -> list[str]:
    """A worked line as text: on one line where it fits, else a line per side, each under the first sign."""
    sides = [maths.draw(side) for side in working.sides]
    steps = [f"{sign} {side}" for sign, side in zip(working.relations, sides[1:], strict=True)]
    whole = " ".join([sides[0], *steps])
    if width is None or len(whole) <= width:
        return [whole]
    indent = len(sides[0]) + 1 if len(sides[0]) <= width // 3 else 4
    head = [] if indent > 4 or len(sides[0]) < 4 else hanging(sides[0], maths, width, 2)
    lines = [" " * indent + piece for step in steps for piece in hanging(step, maths, width - indent, 2)]
    return [*head, *lines] if head else [f"{sides[0]} {lines[0].lstrip()}", *lines[1:]]


def hanging(text: str, maths: Maths, width: int, indent: int) -> list[str]:
    """Text folded, its later lines indented."""
    first, *later = fold(text, maths, width, indent)
    return [first, *(" " * indent + piece for piece in later)]


def fold(text: str, maths: Maths, width: int, indent: int = 0) -> list[str]:
    """A long side in pieces, broken outside brackets where it can be; later pieces have `indent` less room."""
    points, whole = list(maths.breaks(text)), maths.length(text)
    pieces: list[str] = []
    start = behind = first = 0
    room = width
    while whole - behind > room and first < len(points):
        last = first + 1
        while last < len(points) and points[last][2] - behind <= room:
            last += 1
        chosen = max(range(first, last), key=lambda k: (-points[k][1], k))
        at, _, length = points[chosen]
        pieces.append(text[start:at])
        start = at + (text[at] == " ")
        behind, first, room = length + start - at, chosen + 1, width - indent
    return [*pieces, text[start:]]


def point_pads(cells: list[str]) -> list[int]:
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
    return [
        ["⋮"] * wide if row is None else ["…" if cell is None else maths.draw(cell) for cell in row]
        for row in block.rows
    ]


def bracketed(block: Grid, maths: Maths, length: Callable[[str], int], width: int | None) -> list[str]:
    """A matrix with its brackets, its columns right-aligned, folded by columns where it is wider than the screen."""
    cells = grid_cells(block, maths)
    names = [[inert(name) for name in block.columns]] if block.columns else []
    sizes = [max(length(row[j]) for row in names + cells) for j in range(len(cells[0]))]
    head = f"{maths.draw(block.name)} {block.relation} "
    room = None if width is None else width - length(head) - 6
    lines: list[str] = []
    start = 0
    while start < len(sizes):
        stop = start + 1
        while stop < len(sizes) and (room is None or sum(sizes[start : stop + 1]) + 2 * (stop - start) <= room):
            stop += 1
        rows = [_row(row[start:stop], sizes[start:stop], length) for row in names + cells]
        lines += _brackets(rows, len(names), head if start == 0 else " " * length(head), start > 0, stop < len(sizes))
        start = stop
    return lines


def _row(cells: list[str], sizes: list[int], length: Callable[[str], int]) -> str:
    return "  ".join(" " * (size - length(cell)) + cell for cell, size in zip(cells, sizes, strict=True))


def _brackets(rows: list[str], names: int, head: str, goes_on: bool, goes_further: bool) -> list[str]:
    """The rows between brackets, which stand open where the columns are folded."""
    body = rows[names:]
    last, middle = len(body) - 1, (len(body) - 1) // 2
    lines = [" " * (len(head) + 1) + name for name in rows[:names]]
    for k, row in enumerate(body):
        left, right = ("[", "]") if not last else ("⎡", "⎤") if k == 0 else ("⎣", "⎦") if k == last else ("⎢", "⎥")
        lead = head if k == middle else " " * len(head)
        lines.append(lead + (" " if goes_on else left) + row + ("" if goes_further else right))
    return lines
