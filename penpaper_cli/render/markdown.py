"""Markdown that GitHub renders: tables, and worked lines in fenced blocks where no sign is read as markup."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from penpaper_cli.arithmetic import Expr, Name, Num
from penpaper_cli.render.base import Renderer, grid_cells, statement
from penpaper_cli.render.chart import chart_lines
from penpaper_cli.render.maths import inert
from penpaper_cli.render.picture import picture_lines
from penpaper_cli.solution import Chart, Grid, Heading, Parts, Picture, Sentence, Solution, Table, Working

MARKUP = re.compile(r"([\\`*_{}\[\]<>|$~&#])")
FENCE = "````"


class Markdown(Renderer):
    """GitHub-flavoured Markdown that also reads well raw."""

    def render(self, solution: Solution) -> Iterator[str]:
        for kind, blocks in itertools.groupby(solution.steps, type):
            if kind is Working:
                yield from self.fenced(line for block in blocks for line in self.block(block))
            else:
                for block in blocks:
                    yield from self.block(block)

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
        yield f"{'#' * block.level} {self.text(block.parts)}\n\n"

    def sentence(self, block: Sentence) -> Iterable[str]:
        yield f"{self.text(block.parts)}\n\n"

    def working(self, block: Working) -> Iterable[str]:
        if block.caption:
            yield self.caption(block.caption)
        yield from statement(block, self.maths)

    def grid(self, block: Grid) -> Iterable[str]:
        name = f"{self.maths.draw(block.name)} {block.relation}"
        cells = grid_cells(block, self.maths)
        if len(block.shape) == 1 and not block.columns:
            return self.fenced([f"{name} [{' '.join(cells[0])}]"])
        wide, marks = len(cells[0]), self._marks(block)
        head = [
            escaped(name),
            *(map(escaped, map(inert, block.columns)) if block.columns else self._columns(block, wide)),
        ]
        rows = [[mark, *row] for mark, row in zip(marks, cells, strict=True)]
        return (*self._rows(head, rows, "r" * (wide + 1)), "\n")

    def _columns(self, block: Grid, wide: int) -> list[str]:
        row = next(row for row in block.rows if row is not None)
        return [str(k + 1) if k < wide - 1 else str(block.shape[-1]) if cell else "…" for k, cell in enumerate(row)]

    def _marks(self, block: Grid) -> list[str]:
        if len(block.shape) == 1:
            return [""]
        return [
            "⋮" if row is None else str(k + 1 if k < len(block.rows) - 1 else block.shape[0])
            for k, row in enumerate(block.rows)
        ]

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

    def picture(self, block: Picture) -> Iterable[str]:
        return self.fenced(picture_lines(block, self.maths))


def escaped(text: str) -> str:
    """Words in which Markdown finds no markup."""
    return MARKUP.sub(r"\\\1", text).replace("\n", " ")
