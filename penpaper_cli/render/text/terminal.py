"""The terminal: Rich tables and colour, block by block. User text only ever goes into `Text`, never read as markup."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TextIO

from rich.box import ASCII2, ROUNDED
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text as RichText

from penpaper_cli.expressions.arithmetic import Expr
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.base import Renderer
from penpaper_cli.render.chart import chart_lines
from penpaper_cli.render.layout import aligned, bracketed, hanging, on_the_right, side_by_side, statement
from penpaper_cli.render.page import Page
from penpaper_cli.render.picture import picture_lines
from penpaper_cli.render.text.coloured import STYLES, Coloured, in_colour, marks_of, operands
from penpaper_cli.solution.blocks import Block, Chart, Grid, Heading, Picture, Sentence, Table, Working

ROWS_AT_A_TIME = 200
NO_LIMIT = 100_000
LONGEST_LINE = 88
LEAST_WORDS = 12
"""How narrow a column of words may become before the columns of numbers beside it are folded."""
EDGES = 3
"""What the frame of a table takes of each column; the whole takes 1 more."""
INDENT = "  "
INK, NEGATIVE, POSITIVE = "#000000 on #ffffff", "#b3001b", "#0000b0"
"""A picture is dark on light whatever the colours of the screen are."""
RULES = {1: "═", 2: "─"}
"""What stands under a heading of this level."""


class Column(NamedTuple):
    """A column of a table: its name, l or r, its colour, and its cells."""

    name: str
    side: str
    style: str
    cells: list[str]


class Terminal(Renderer):
    """Rich tables; worked lines and wide tables are folded to the width of the screen, and numbers are never cut."""

    maths_class = Coloured

    def __init__(self, figures: Figures, out: TextIO, page: Page) -> None:
        super().__init__(figures, out, page)
        screen = Console(file=out)
        fixed = out.isatty() or "COLUMNS" in os.environ
        self.width = screen.width if fixed else NO_LIMIT
        self.inner = self.width - len(INDENT)
        has_colour = page.colour and screen.color_system is not None and not screen.no_color
        self.console = Console(
            file=io.StringIO(),
            width=NO_LIMIT,
            color_system="standard" if has_colour else None,
            force_terminal=has_colour,
            highlight=False,
        )
        self.marks: dict[Expr, str] = {}
        """The colours of the operands under this heading."""

    def body(self, blocks: Iterable[Block]) -> Iterator[str]:
        before, was_tall = None, False
        for block in blocks:
            pieces = list(self.block(block)) if isinstance(block, Working) else self.block(block)
            tall = isinstance(block, Working) and "".join(pieces).count("\n") > 1
            together = type(block) is before and isinstance(block, Working | Sentence) and not (tall or was_tall)
            if before and not together:
                yield "\n"
            yield from pieces
            before, was_tall = type(block), tall

    def printed(self, *blocks: RichText | RichTable, width: int | None = None, indent: str = "") -> str:
        """What the console makes of some lines, or of a table."""
        buffer = io.StringIO()
        self.console.file = buffer
        for block in blocks:
            self.console.print(block, width=width, soft_wrap=width is None)
        return "".join(f"{indent}{line.rstrip(' ')}\n" for line in buffer.getvalue().splitlines())

    def wrapped(self, words: str) -> str:
        """Words, in lines that are easy to read."""
        return self.printed(in_colour(words), width=min(self.width, LONGEST_LINE))

    def displayed(self, lines: Iterable[str], style: str = "") -> str:
        """Mathematics, set off from the words; a line never wraps here."""
        text = in_colour("\n".join(lines), style)
        return self.printed(*text.split("\n", allow_blank=True), indent=INDENT)

    def heading(self, block: Heading) -> Iterable[str]:
        self.marks = {name: mark for part in block.parts for name, mark in operands(part).items()}
        lines = hanging(self.text(block.parts), self.maths, self.width, 4)
        if block.level in RULES:
            lines.append(self.maths.spell(RULES[block.level]) * max(map(self.maths.length, lines)))
        yield self.printed(*in_colour("\n".join(lines), "bold").split("\n"))

    def sentence(self, block: Sentence) -> Iterable[str]:
        yield self.wrapped(self.text(block.parts))

    def working(self, block: Working) -> Iterable[str]:
        if block.caption:
            yield self.wrapped(self.caption(block.caption))
        notation = Coloured(self.maths.figures, self.maths.ascii, marks_of(block))
        yield self.displayed(statement(block, notation, self.inner))

    def grid(self, block: Grid) -> Iterable[str]:
        yield self.displayed(bracketed(block, self.maths, self.inner), self.style(block.name))

    def style(self, of: Expr | str) -> str:
        """The colour of an operand under this heading, or none."""
        return STYLES.get(self.marks.get(of, ""), "") if isinstance(of, Expr) else ""

    def table(self, block: Table) -> Iterable[str]:
        head = [self.text(parts) for parts in block.head]
        styles = [self.style(parts[0]) if len(parts) == 1 else "" for parts in block.head]
        sizes = list(map(self.maths.length, head))
        rows = iter(block.rows)
        while batch := list(itertools.islice(rows, ROWS_AT_A_TIME)):
            below = [self.maths.spell("⋮")] * len(head)
            cells = [list(map(self.text, row)) if len(row) == len(head) else below for row in batch]
            below_heads = map(list, zip(*cells, strict=True))
            columns = list(map(self._column, head, block.align, styles, sizes, below_heads))
            sizes = [max(map(self.maths.length, (column.name, *column.cells))) for column in columns]
            yield from self._folded(columns, sizes)

    def _column(self, name: str, side: str, style: str, size: int, cells: list[str]) -> Column:
        """A column as it is drawn: numbers have all their blanks, so that they stand on their points."""
        if side == "r":
            cells = aligned(cells, self.maths, size)
            name = on_the_right(name, self.maths, self.maths.length(cells[0]))
        return Column(name, side, style, cells)

    def _folded(self, columns: list[Column], sizes: list[int]) -> Iterator[str]:
        """The columns side by side as far as they fit, then the others under them, each time behind the first."""
        if sum(sizes) + EDGES * len(sizes) < self.inner:
            yield self._part(columns, sum(sizes) + EDGES * len(sizes) + 1)
            return
        least = [
            EDGES + (min(size, LEAST_WORDS) if column.side == "l" else size)
            for column, size in zip(columns, sizes, strict=True)
        ]
        for part in side_by_side(least[1:], self.inner - 1 - least[0]) or [slice(0)]:
            needed = 1 + least[0] + sum(least[1:][part])
            yield self._part([columns[0], *columns[1:][part]], max(needed, self.inner))

    def _part(self, columns: list[Column], width: int) -> str:
        table = RichTable(box=ASCII2 if self.maths.ascii else ROUNDED, header_style="bold", border_style="dim")
        for column in columns:
            head = in_colour(column.name)
            table.add_column(head, style=column.style, no_wrap=column.side == "r", overflow="fold")
        for row in zip(*(column.cells for column in columns), strict=True):
            table.add_row(*map(in_colour, row))
        return self.printed(table, width=width, indent=INDENT)

    def chart(self, block: Chart) -> Iterable[str]:
        yield self.displayed(chart_lines(block, self.maths))

    def picture(self, block: Picture) -> Iterable[str]:
        frame, *rows, foot, scale = picture_lines(block, self.maths)
        drawn = [RichText.assemble(row[0], (row[1:-1], INK), row[-1]) for row in rows]
        for row in drawn if block.signed else ():
            row.highlight_regex(r"-.", NEGATIVE)
            row.highlight_regex(r"\+.", POSITIVE)
        yield self.printed(RichText(frame), *drawn, RichText(foot), RichText(scale), indent=INDENT)
