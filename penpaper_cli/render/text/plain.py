"""Plain text: no boxes, one statement a line; for screen readers, grep and diff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from penpaper_cli.render.base import Renderer
from penpaper_cli.render.layout import column_names, grid_cells, statement
from penpaper_cli.render.picture import DIGITS, rows_of, scale
from penpaper_cli.solution.blocks import Block, Chart, Grid, Heading, Picture, Sentence, Table, Working

CHART_POINTS = 8


class Plain(Renderer):
    """One statement a line."""

    def body(self, blocks: Iterable[Block]) -> Iterator[str]:
        pieces = super().body(blocks)
        yield next(pieces, "").lstrip("\n")
        yield from pieces

    def heading(self, block: Heading) -> Iterable[str]:
        yield f"\n{self.text(block.parts)}\n"

    def sentence(self, block: Sentence) -> Iterable[str]:
        yield f"{self.text(block.parts)}\n"

    def working(self, block: Working) -> Iterable[str]:
        if block.caption:
            yield f"{self.caption(block.caption)}\n"
        yield from (f"{line}\n" for line in statement(block, self.maths))

    def grid(self, block: Grid) -> Iterable[str]:
        if block.columns:
            yield f"{self.maths.draw(block.name)}: {', '.join(column_names(block, self.maths))}\n"
        cells = zip(block.rows, grid_cells(block, self.maths), strict=True)
        rows = "; ".join(" ".join(drawn) if row else self.maths.spell("…") for row, drawn in cells)
        yield f"{self.maths.draw(block.name)} {self.maths.spell(block.relation)} [{rows}]\n"

    def table(self, block: Table) -> Iterable[str]:
        head = [self.text(parts) for parts in block.head]
        for row in block.rows:
            if len(row) < len(head):
                yield f"({self.text(row[0])})\n"
            else:
                cells = [f"{name}: {self.text(cell)}" for name, cell in zip(head, row, strict=True)]
                # A sentence in a cell has its own stop; nobody wants to hear a comma behind it.
                yield "".join(c + (" " if c.endswith(".") else ", ") for c in cells[:-1]) + f"{cells[-1]}\n"

    def chart(self, block: Chart) -> Iterable[str]:
        x, y, last = self.text(block.x), self.text(block.y), len(block.points) - 1
        for k in sorted({round(last * n / (CHART_POINTS - 1)) for n in range(CHART_POINTS)}):
            at, height = block.points[k]
            yield f"{x} {self.maths.figures.text(at)}: {y} {self.maths.figures.text(height)}\n"

    def picture(self, block: Picture) -> Iterable[str]:
        yield from (f"{row}\n" for row in rows_of(block, DIGITS, " "))
        yield f"{scale(block, self.maths, DIGITS)}\n"
