"""A matrix as an SVG drawing: a square for each entry, which says its number to whoever points at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from penpaper_cli.expressions.numbers import Figures, Scalar
from penpaper_cli.render.picture import between, sign_of
from penpaper_cli.solution.blocks import Picture

LARGEST, MOST_ACROSS = 26, 640
"""In pixels of the screen: the side of a square, and the width of a drawing."""
DARK = 0.5


def squares(block: Picture, figures: Figures) -> Iterator[str]:
    """The picture, and under it a scale from its lowest to its highest number."""
    wide, high = len(block.rows[0]), len(block.rows)
    side = min(LARGEST, MOST_ACROSS // wide)
    yield f'<svg class="picture" role="img" viewBox="0 0 {wide} {high}" width="{side * wide}" height="{side * high}">\n'
    yield f"<title>{high} × {wide}</title>\n"
    yield from _drawn(block, block.rows, figures)
    yield "</svg>\n"
    steps = between(block)
    low, high_text = (_number(end, figures) for end in (block.low, block.high))
    yield f'<p class="scale"><span class="number">{low}</span>\n'
    yield f'<svg class="picture" role="img" viewBox="0 0 {len(steps)} 1" width="{18 * len(steps)}" height="18">\n'
    yield f"<title>{low} … {high_text}</title>\n"
    yield from _drawn(block, [steps], figures)
    yield f'</svg>\n<span class="number">{high_text}</span></p>\n'


def _drawn(block: Picture, rows: Iterable[Iterable[Scalar]], figures: Figures) -> Iterator[str]:
    """The squares, and where both signs are shown the sign in each."""
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            darkness = block.darkness(value)
            grey = round(255 * (1 - darkness))
            title = f"<title>{_number(value, figures)}</title>"
            rect = f'<rect x="{j}" y="{i}" width="1" height="1" fill="rgb({grey},{grey},{grey})">{title}</rect>'
            sign = sign_of(block, value).replace("-", "−")
            ink = "#fff" if darkness > DARK else "#000"
            text = f'<text x="{j + 0.5}" y="{i + 0.5}" fill="{ink}">{sign}</text>' if sign else ""
            yield f"{rect}{text}\n"


def _number(number: Scalar, figures: Figures) -> str:
    return figures.text(number).replace("-", "−")
