"""What every renderer is: one method per kind of block, and the layout that text formats share."""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, TextIO

from penpaper_cli.arithmetic import Expr
from penpaper_cli.numbers import Figures
from penpaper_cli.render.maths import Maths, Text, inert
from penpaper_cli.render.picture import picture_lines
from penpaper_cli.solution import Block, Chart, Grid, Heading, Parts, Picture, Sentence, Solution, Table, Working

BREAK = re.compile(r" (?=[+-] )|(?<=,) ")


class Renderer(ABC):
    """Turns a solution into text, block by block, as its blocks are made."""

    maths_class: ClassVar[type[Maths]] = Text

    def __init__(self, figures: Figures, out: TextIO) -> None:
        self.maths = self.maths_class(figures)
        self.out = out

    def render(self, solution: Solution) -> Iterator[str]:
        """The text, piece by piece."""
        for block in solution.steps:
            yield from self.block(block)

    def block(self, block: Block) -> Iterable[str]:
        """The text of one block."""
        match block:
            case Heading():
                return self.heading(block)
            case Sentence():
                return self.sentence(block)
            case Working():
                return self.working(block)
            case Grid():
                return self.grid(block)
            case Table():
                return self.table(block)
            case Chart():
                return self.chart(block)
            case Picture():
                return self.picture(block)

    def text(self, parts: Parts) -> str:
        """Words and mathematics in one string."""
        return "".join(self.words(p) if isinstance(p, str) else self.inline(p) for p in parts)

    def caption(self, parts: Parts) -> str:
        """What stands above a worked line: a few words and a colon, or a sentence. It is never escaped."""
        text = "".join(part if isinstance(part, str) else self.maths.draw(part) for part in parts)
        return text if text.endswith(".") else f"{text}:"

    def words(self, text: str) -> str:
        return text

    def inline(self, e: Expr) -> str:
        return self.maths.draw(e)

    @abstractmethod
    def heading(self, block: Heading) -> Iterable[str]: ...

    @abstractmethod
    def sentence(self, block: Sentence) -> Iterable[str]: ...

    @abstractmethod
    def working(self, block: Working) -> Iterable[str]: ...

    @abstractmethod
    def grid(self, block: Grid) -> Iterable[str]: ...

    @abstractmethod
    def table(self, block: Table) -> Iterable[str]: ...

    @abstractmethod
    def chart(self, block: Chart) -> Iterable[str]: ...

    def picture(self, block: Picture) -> Iterable[str]:
        return (f"{line}\n" for line in picture_lines(block, self.maths))


def statement(working: Working, maths: Maths, width: int | None = None) -> list[str]:
    """A worked line as text: on one line where it fits, else a line per side, each under the first sign."""
    sides = [maths.draw(side) for side in working.sides]
    steps = [f"{sign} {side}" for sign, side in zip(working.relations, sides[1:], strict=True)]
    whole = " ".join([sides[0], *steps])
    if width is None or len(whole) <= width:
        return [whole]
    indent = len(sides[0]) + 1 if len(sides[0]) <= width // 3 else 4
    head = [] if indent > 4 or len(sides[0]) < 4 else fold(sides[0], width, 2)
    lines = [piece for step in steps for piece in fold(step, width - indent, 2)]
    lines = [" " * indent + piece for piece in lines]
    return [*head, *lines] if head else [f"{sides[0]} {lines[0].lstrip()}", *lines[1:]]


def fold(text: str, width: int, indent: int) -> list[str]:
    """Break a long side before a plus or minus sign or after a comma, outside brackets where it can."""
    lines: list[str] = []
    start = 1
    while len(text) > width:
        breaks = [found.start() for found in BREAK.finditer(text, start, width + 1)]
        breaks = breaks or [found.start() for found in itertools.islice(BREAK.finditer(text, start), 1)]
        if not breaks:
            break
        depths = [text.count("(", 0, k) - text.count(")", 0, k) for k in breaks]
        at = max(zip((-depth for depth in depths), breaks, strict=True))[1]
        lines.append(text[:at])
        text, start = " " * indent + text[at + 1 :], indent + 1
    return [*lines, text]


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
