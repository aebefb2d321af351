"""Markdown that GitHub renders: tables, and worked lines in fenced blocks where no sign is read as markup."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from penpaper_cli.expressions.arithmetic import Expr, Name, Num
from penpaper_cli.render.base import Renderer
from penpaper_cli.render.chart import chart_lines
from penpaper_cli.render.layout import aligned, column_marks, column_names, grid_cells, row_marks, statement
from penpaper_cli.render.picture import picture_lines
from penpaper_cli.solution.blocks import Chart, Grid, Heading, Parts, Picture, Sentence, Table, Working

MARKUP = re.compile(r"([\\`*_{}\[\]<>|$~&#]|:(?=//)|(?<=www)\.|(?<=\w)@)")
FENCE = "````"
LONGEST_LINE = 96
"""Longer worked lines are folded: on GitHub and on paper they would run out of sight."""
ROWS_AT_A_TIME = 200
WIDEST_WORDS = 40
"""Columns of longer words are not lined up: most of each line would be blank."""


class Markdown(Renderer):
    """GitHub-flavoured Markdown that also reads well raw."""

    def workings(self, blocks: Iterable[Working]) -> Iterator[str]:
        """Worked lines that follow each other."""
        return self.fenced(line for block in blocks for line in self.working(block))

    def words(self, text: str) -> str:
        return escaped(self.maths.spell(text))

    def inline(self, e: Expr) -> str:
        drawn = self.maths.draw(e)
        if isinstance(e, Name | Num):
            return escaped(drawn)
        ticks = "`" * (max((len(run) for run in re.findall("`+", drawn)), default=0) + 1)
        pad = " " if len(ticks) > 1 else ""
        return f"{ticks}{pad}{drawn}{pad}{ticks}"

    def cell(self, parts: Parts) -> str:
        """Words and mathematics in a table, where a bar would end the cell even in code."""
        return "".join(
            self.inline(p).replace("|", r"\|")
            if isinstance(p, Expr) and not isinstance(p, Name | Num)
            else self.text((p,))
            for p in parts
        )

    def fenced(self, lines: Iterable[str]) -> Iterator[str]:
        """Lines as they are, in a fenced block."""
        yield f"{FENCE}text\n"
        for line in lines:
            # A line of nothing but backticks would end the block; indented by four it can't.
            yield f"    {line.lstrip()}\n" if set(line.strip()) == {"`"} else f"{line}\n"
        yield f"{FENCE}\n\n"

    def heading(self, block: Heading) -> Iterable[str]:
        yield f"{'#' * self.depth(block)} {self.text(block.parts)}\n\n"

    def sentence(self, block: Sentence) -> Iterable[str]:
        yield f"{self.text(block.parts)}\n\n"

    def working(self, block: Working) -> Iterable[str]:
        if block.caption:
            yield self.caption(block.caption)
        yield from statement(block, self.maths, LONGEST_LINE)

    def grid(self, block: Grid) -> Iterable[str]:
        cells = grid_cells(block, self.maths)
        if len(block.shape) == 1 and not block.columns:
            return self.fenced([f"{self.name(block)} [{' '.join(cells[0])}]"])
        wide, marks = len(cells[0]), row_marks(block, self.maths)
        head = [
            self.corner(block),
            *(map(escaped, column_names(block, self.maths)) if block.columns else column_marks(block, self.maths)),
        ]
        rows = [[mark, *row] for mark, row in zip(marks, cells, strict=True)]
        return (*self._rows(head, rows, "r" * (wide + 1)), "\n")

    def corner(self, block: Grid) -> str:
        """What stands above the row numbers of a matrix."""
        return escaped(self.name(block))

    def name(self, block: Grid) -> str:
        """What a matrix is called, and the sign behind it."""
        return f"{self.maths.draw(block.name)} {self.maths.spell(block.relation)}"

    def table(self, block: Table) -> Iterable[str]:
        head = list(map(self.cell, block.head))
        yield from self._rows(head, (self._cells(row, len(head)) for row in block.rows), block.align)
        yield "\n"

    def _cells(self, row: tuple[Parts, ...], wide: int) -> list[str]:
        cells = list(map(self.cell, row))
        below = self.maths.spell("⋮")
        return cells if len(cells) == wide else [f"{below} {cells[0]}", *[below] * (wide - 1)]

    def _rows(self, head: Iterable[str], rows: Iterable[Sequence[str]], align: str) -> Iterator[str]:
        """The table, its columns lined up for those who read it raw, some rows at a time."""
        names, remaining = list(head), iter(rows)
        sizes = [max(len("---:"), self.maths.length(name)) for name in names]
        batch, started = list(itertools.islice(remaining, ROWS_AT_A_TIME)), False
        while batch or not started:
            cells = [list(map(itemgetter(k), batch)) for k in range(len(names))]
            columns = list(map(self._column, cells, align, sizes))
            sizes = [max([size, *map(self.maths.length, column)]) for size, column in zip(sizes, columns, strict=True)]
            if not started:
                yield from self._head(names, align, sizes)
            yield from map(self._row, zip(*columns, strict=True))
            batch, started = list(itertools.islice(remaining, ROWS_AT_A_TIME)), True

    def _head(self, names: list[str], align: str, sizes: list[int]) -> Iterator[str]:
        """The names of the columns, and the line that says on which side their cells stand."""
        kept = [size if side == "r" else min(size, WIDEST_WORDS) for size, side in zip(sizes, align, strict=True)]
        yield self._row(
            self._column([name], side, size)[0] for name, side, size in zip(names, align, kept, strict=True)
        )
        yield self._row(
            "-" * (size - 1) + (":" if side == "r" else "-") for size, side in zip(kept, align, strict=True)
        )

    def _column(self, cells: list[str], side: str, size: int) -> list[str]:
        """Cells of one width; long words stand as they are."""
        if side == "r":
            return aligned(cells, self.maths, size)
        size = min(max([size, *map(self.maths.length, cells)]), WIDEST_WORDS)
        return [cell + " " * (size - self.maths.length(cell)) for cell in cells]

    def _row(self, cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |\n"

    def chart(self, block: Chart) -> Iterable[str]:
        return self.fenced(chart_lines(block, self.maths))

    def picture(self, block: Picture) -> Iterable[str]:
        return self.fenced(picture_lines(block, self.maths))


def escaped(text: str) -> str:
    """Words in which Markdown finds no markup."""
    return MARKUP.sub(r"\\\1", text).replace("\n", " ")
