"""A small line chart in characters: each cell is a braille block of 2 × 4 dots."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from math import log10
from operator import itemgetter

from penpaper_cli.expressions.arithmetic import Expr
from penpaper_cli.render.maths import Maths
from penpaper_cli.solution.blocks import Chart

COLUMNS, ROWS = 48, 9
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def chart_lines(block: Chart, maths: Maths) -> list[str]:
    """The curve with its axes named and the numbers at their ends, 48 × 9 characters."""
    heights = [y for _, y in block.points]
    text = maths.figures.text
    top, bottom, left, right = map(text, (max(heights), min(heights), block.points[0][0], block.points[-1][0]))
    name_x, name_y = (
        "".join(maths.draw(p) if isinstance(p, Expr) else maths.spell(p) for p in parts) for parts in (block.x, block.y)
    )
    points = [(x, log10(y)) for x, y in block.points] if block.logarithmic else block.points
    margin = max(len(top), len(bottom))
    labels = [top, *[""] * (ROWS - 2), bottom]
    curve = [
        f"{label:>{margin}} {'┤' if label else '│'}" + "".join(chr(0x2800 + dots) for dots in row).rstrip("\u2800")
        for label, row in zip(labels, _dots(points), strict=True)
    ]
    axis = f"{left}{name_x:^{COLUMNS - len(left) - len(right)}}{right}"
    frame = [*curve, f"{'':{margin}} └{'─' * COLUMNS}"]
    return [f"{name_y:>{margin}}", *map(maths.spell, frame), f"{'':{margin}}  {axis}"]


def shares(block: Chart, most: int) -> list[tuple[float, float]]:
    """The curve through at most so many points, as shares of the chart's width and height."""
    points = [(x, log10(y)) for x, y in block.points] if block.logarithmic else list(block.points)
    (left, _), (right, _) = points[0], points[-1]
    low, high = min(y for _, y in points), max(y for _, y in points)
    if len(points) > most:
        places = [left + (right - left) * k / (most - 1) for k in range(most)]
        points = [(x, _height(points, x)) for x in places]
    return [((x - left) / ((right - left) or 1), (y - low) / ((high - low) or 1)) for x, y in points]


def _dots(points: Sequence[tuple[float, float]]) -> list[list[int]]:
    """The braille dots of each character cell, one dot per column of dots, joined up where the curve is steep."""
    cells = [[0] * COLUMNS for _ in range(ROWS)]
    low, high = min(y for _, y in points), max(y for _, y in points)
    before = None
    for column in range(2 * COLUMNS):
        y = _height(points, points[0][0] + (points[-1][0] - points[0][0]) * column / (2 * COLUMNS - 1))
        level = round((4 * ROWS - 1) * (1 - (y - low) / (high - low))) if high > low else 4 * ROWS - 1
        for dot in range(
            min(level, level if before is None else before), max(level, level if before is None else before) + 1
        ):
            cells[dot // 4][column // 2] |= DOTS[dot % 4][column % 2]
        before = level
    return cells


def _height(points: Sequence[tuple[float, float]], x: float) -> float:
    """The curve's height at x, between its points on a straight line."""
    k = min(max(bisect(points, x, key=itemgetter(0)), 1), len(points) - 1)
    (x0, y0), (x1, y1) = points[k - 1], points[k]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0) if len(points) > 1 else y0
