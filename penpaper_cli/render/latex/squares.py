"""A matrix as a picture in LaTeX's own drawing commands: black squares, the larger the darker, as in print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import sqrt

from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.render.maths import Maths
from penpaper_cli.render.picture import between, sign_of
from penpaper_cli.solution.blocks import Picture

LARGEST, ACROSS = 11.0, 330.0
"""In points: the side of a square, and what a line has room for."""
FULL = 0.96
"""The side of a square that is all black, where a place is 1 high."""
SIGNED = 1.7
"""How wide a place is with a sign beside the square."""
LEAST = 0.05
"""Smaller squares would only be dust."""


def squares(block: Picture, maths: Maths) -> Iterator[str]:
    """The picture in a frame, and under it a scale from its lowest to its highest number."""
    pitch = SIGNED if block.signed else 1.0
    unit = min(LARGEST, ACROSS / (pitch * len(block.rows[0])))
    low, high = (f"${maths.number(maths.figures.text(end))}$" for end in (block.low, block.high))
    yield f"\n\\begin{{center}}\n{_drawn(block, block.rows, unit, pitch)}\\par\\smallskip\n"
    yield f"{low}~{_drawn(block, [between(block)], LARGEST, pitch)}~{high}\n\\end{{center}}\n"


def _drawn(block: Picture, rows: Iterable[Iterable[Scalar]], unit: float, pitch: float) -> str:
    """Squares whose area is how dark they are, each with its sign on the left where both signs are shown."""
    table = [list(row) for row in rows]
    wide, high = f"{pitch * len(table[0]):g}", len(table)
    lines = [
        f"\\setlength{{\\unitlength}}{{{unit:.4g}pt}}\\begin{{picture}}({wide},{high})\n"
        f"\\put(0,0){{\\framebox({wide},{high}){{}}}}\n"
    ]
    for i, row in enumerate(table):
        for j, value in enumerate(row):
            left, bottom = pitch * j, high - 1 - i
            side = FULL * sqrt(block.darkness(value))
            if side < LEAST:
                continue
            shift = (1 - side) / 2
            rule = f"\\rule{{{side:.2f}\\unitlength}}{{{side:.2f}\\unitlength}}"
            lines.append(f"\\put({left + pitch - 1 + shift:.2f},{bottom + shift:.2f}){{{rule}}}")
            if sign := sign_of(block, value):
                lines.append(f"\\put({left + 0.35:.2f},{bottom + 0.5:.2f}){{\\makebox(0,0){{\\tiny${sign}$}}}}")
            lines.append("\n")
    return "".join(lines) + "\\end{picture}"
