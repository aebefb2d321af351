"""The terminal: Rich tables and colour, block by block. User text only ever goes into `Text`, never read as markup."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Iterable, Iterator
from typing import TextIO

from rich.box import ROUNDED
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text as RichText

from penpaper_cli.numbers import Figures
from penpaper_cli.render.base import Renderer, bracketed, fold, statement
from penpaper_cli.render.chart import chart_lines
from penpaper_cli.render.picture import picture_lines
from penpaper_cli.solution import Chart, Grid, Heading, Picture, Sentence, Solution, Table, Working

ROWS_AT_A_TIME = 200
NO_LIMIT = 100_000
INK, NEGATIVE, POSITIVE = "#000000 on #ffffff", "#b3001b", "#0000b0"
"""A picture is dark on light whatever the colours of the screen are."""
HEADINGS = {1: "bold underline", 2: "bold cyan", 3: "bold"}


class Terminal(Renderer):
    """Rich tables; worked lines folded to the width of the screen, never cut."""

    def __init__(self, figures: Figures, out: TextIO) -> None:
        super().__init__(figures, out)
        screen = Console(file=out)
        fixed = out.isatty() or "COLUMNS" in os.environ
        self.width = screen.width if fixed else NO_LIMIT
        self.page = Console(
            file=io.StringIO(),
            width=self.width,
            color_system="auto" if screen.color_system else None,
            force_terminal=screen.is_terminal,
            no_color=screen.no_color,
            highlight=False,
        )

    def render(self, solution: Solution) -> Iterator[str]:
        before, was_tall = None, False
        for block in solution.steps:
            pieces = list(self.block(block)) if isinstance(block, Working) else self.block(block)
            tall = isinstance(block, Working) and "".join(pieces).count("\n") > 1
            together = type(block) is before and isinstance(block, Working | Sentence) and not (tall or was_tall)
            if before and not together:
                yield "\n"
            yield from pieces
            before, was_tall = type(block), tall

    def printed(self, *lines: RichText | RichTable, width: int | None = None) -> str:
        """What the console makes of some lines."""
        buffer = io.StringIO()
        self.page.file = buffer
        for line in lines:
            self.page.print(line, width=width, soft_wrap=isinstance(line, RichText) and width is None)
        return "".join(f"{line.rstrip(' ')}\n" for line in buffer.getvalue().splitlines())

    def heading(self, block: Heading) -> Iterable[str]:
        lines = fold(self.text(block.parts), self.width, 4)
        yield self.printed(*(RichText(line, style=HEADINGS[block.level]) for line in lines))

    def sentence(self, block: Sentence) -> Iterable[str]:
        yield self.printed(RichText(self.text(block.parts), style="italic"), width=min(self.width, 100))

    def working(self, block: Working) -> Iterable[str]:
        lines = [RichText(line) for line in statement(block, self.maths, self.width)]
        lines[-1].highlight_regex(r"[=≈] [^=≈]*$", "green")
        if block.caption:
            lines.insert(0, RichText(self.caption(block.caption), style="dim"))
        yield self.printed(*lines)

    def grid(self, block: Grid) -> Iterable[str]:
        yield self.printed(*map(RichText, bracketed(block, self.maths, cell_len, self.width)))

    def table(self, block: Table) -> Iterable[str]:
        head = [self.text(parts) for parts in block.head]
        rows = iter(block.rows)
        sizes = [cell_len(name) for name in head]
        first = True
        while batch := list(itertools.islice(rows, ROWS_AT_A_TIME)):
            cells = [
                [self.text(parts) for parts in row] if len(row) == len(head) else ["⋮"] * len(head) for row in batch
            ]
            sizes = [max(size, *(cell_len(row[j]) for row in cells)) for j, size in enumerate(sizes)]
            yield self._part(head, cells, sizes, block.align, first)
            first = False

    def _part(self, head: list[str], cells: list[list[str]], sizes: list[int], align: str, first: bool) -> str:
        table = RichTable(box=ROUNDED, show_header=first, header_style="bold", border_style="dim")
        for name, size, side in zip(head, sizes, align, strict=True):
            wide = side == "l"
            table.add_column(RichText(name), justify="left" if wide else "right", no_wrap=not wide, max_width=size)
        for row in cells:
            table.add_row(*map(RichText, row))
        needed = sum(sizes) + 3 * len(sizes) + 1
        narrow = "l" in align and needed > self.width
        return self.printed(table, width=self.width if narrow else max(needed, 1))

    def chart(self, block: Chart) -> Iterable[str]:
        yield self.printed(*map(RichText, chart_lines(block, self.maths)))

    def picture(self, block: Picture) -> Iterable[str]:
        frame, *rows, foot, scale = picture_lines(block, self.maths)
        drawn = [RichText.assemble("│", (row[1:-1], INK), "│") for row in rows]
        for row in drawn if block.signed else ():
            row.highlight_regex(r"-.", NEGATIVE)
            row.highlight_regex(r"\+.", POSITIVE)
        yield self.printed(RichText(frame), *drawn, RichText(foot), RichText(scale))
