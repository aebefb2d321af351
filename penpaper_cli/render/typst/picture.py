"""A matrix as a picture in Typst: a grid of grey squares, with signs in them where both signs are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.render.maths import Maths
from penpaper_cli.render.picture import between, sign_of
from penpaper_cli.solution.blocks import Picture

LARGEST, ACROSS = 1.1, 38.0
"""In em: the side of a square, and what the page has room for."""
SIGNS = {"": "[]", "+": "$+$", "-": "$-$"}


def picture_source(block: Picture, maths: Maths) -> Iterator[str]:
    """The picture, and under it a scale from its lowest to its highest number."""
    side = min(LARGEST, ACROSS / len(block.rows[0]))
    low, high = (f"${maths.number(maths.figures.text(end))}$" for end in (block.low, block.high))
    yield f"#block(breakable: false, stroke: 0.5pt, inset: 0.5pt, {_grid(block, block.rows, side)})\n\n"
    scale = _grid(block, [between(block)], LARGEST)
    yield f"#block[{low} #box(baseline: 15%, stroke: 0.5pt, inset: 0.5pt, {scale}) {high}]\n\n"


def _grid(block: Picture, rows: Iterable[Iterable[Scalar]], side: float) -> str:
    """Squares beside and under each other; a sign is white where its square is dark."""
    lines = [[f"({_grey(block, value)}, {SIGNS[sign_of(block, value)]})" for value in row] for row in rows]
    cells = ",\n  ".join(", ".join(line) for line in lines)
    return (
        f"grid(columns: ({side:.4g}em,) * {len(lines[0])}, rows: {side:.4g}em, align: center + horizon, "
        f"..(\n  {cells},\n"
        ").map(((grey, sign)) => grid.cell(fill: luma(grey * 1%), "
        f"text(size: {0.8 * side:.4g}em, fill: if grey < 50 {{ white }} else {{ black }}, sign))))"
    )


def _grey(block: Picture, value: Scalar) -> int:
    return round(100 * (1 - block.darkness(value)))
