"""Markdown that GitHub renders: tables, and worked lines in fenced blocks where no sign is read as markup."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from penpaper_cli.arithmetic import Expr, Name, Num
from penpaper_cli.render.base import Renderer
from penpaper_cli.render.chart import chart_lines
from penpaper_cli.render.layout import column_marks, grid_cells, row_marks, statement
from penpaper_cli.render.maths import inert
from penpaper_cli.solution import Block, Chart, Grid, Heading, Parts, Sentence, Table, Working

MARKUP = re.compile(r"([\\`*_{}\[\]<>|$~&#]|:(?=//)|(?<=www)\.|(?<=\w)@)")
FENCE = "````"


class Markdown(Renderer):
    """GitHub-flavoured Markdown that also reads well raw."""

    def body(self, blocks: Iterable[Block]) -> Iterator[str]:
        for kind, group in itertools.groupby(blocks, type):
            if kind is Working:
                yield from self.workings(block for block in group if isinstance(block, Working))
            else:
                yield from super().body(group)

    def workings(self, blocks: Iterable[Working]) -> Iterator[str]:
        """Worked lines that follow each other."""
        return self.fenced(line for block in blocks for line in self.working(block))

    def words(self, text: str) -> str:
        return escaped(text)

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
        yield from statement(block, self.maths)

    def grid(self, block: Grid) -> Iterable[str]:
        cells = grid_cells(block, self.maths)
        if len(block.shape) == 1 and not block.columns:
            return self.fenced([f"{self.maths.draw(block.name)} {block.relation} [{' '.join(cells[0])}]"])
        wide, marks = len(cells[0]), row_marks(block)
        head = [
            self.corner(block),
            *(map(escaped, map(inert, block.columns)) if block.columns else column_marks(block)),
        ]
        rows = [[mark, *row] for mark, row in zip(marks, cells, strict=True)]
        return (*self._rows(head, rows, "r" * (wide + 1)), "\n")

    def corner(self, block: Grid) -> str:
        """What stands above the row numbers of a matrix."""
        return escaped(f"{self.maths.draw(block.name)} {block.relation}")

    def table(self, block: Table) -> Iterable[str]:
        head = list(map(self.cell, block.head))
        yield from self._rows(head, (self._cells(row, len(head)) for row in block.rows), block.align)
        yield "\n"

    def _cells(self, row: tuple[Parts, ...], wide: int) -> list[str]:
        cells = list(map(self.cell, row))
        return cells if len(cells) == wide else [f"⋮ {cells[0]}", *["⋮"] * (wide - 1)]

    def _rows(self, head: Iterable[str], rows: Iterable[Iterable[str]], align: str) -> Iterator[str]:
        yield f"| {' | '.join(head)} |\n"
        yield f"| {' | '.join('---:' if side == 'r' else '---' for side in align)} |\n"
        for row in rows:
            yield f"| {' | '.join(row)} |\n"

    def chart(self, block: Chart) -> Iterable[str]:
        return self.fenced(chart_lines(block, self.maths))


def escaped(text: str) -> str:
    """Words in which Markdown finds no markup."""
    return MARKUP.sub(r"\\\1", text).replace("\n", " ")
