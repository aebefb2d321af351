"""A line chart in Typst's own shapes: its axes are as long as the curve, and have its ends written on them."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, log10

from penpaper_cli.render.chart import shares
from penpaper_cli.render.drawn import Drawn
from penpaper_cli.render.typst.notation import TypstMaths, plain, script
from penpaper_cli.solution.blocks import Chart

WIDTH, HEIGHT = "11cm", "4.5cm"
MOST_POINTS = 500
CLEAR = 12
"""How far, in per cent of the height, a power of ten on the axis stays from the ends."""


def chart_source(block: Chart, maths: TypstMaths, name_x: str, name_y: str) -> str:
    """The curve, its axes, their names, and the numbers at their ends; powers of ten where the scale is logarithmic."""
    text = maths.figures.text
    heights = [y for _, y in block.points]
    low, high = min(heights), max(heights)
    labels = [(0.0, maths.number(text(high))), (100.0, maths.number(text(low)))] if high > low else []
    labels = labels or [(50.0, maths.number(text(low)))]
    labels += powers(low, high) if block.logarithmic else []
    margin = max(round(label.width) for _, label in labels) * 0.55 + 1
    ends = (maths.number(text(block.points[k][0])) for k in (0, -1))
    sides = zip(("left", "right"), ends, strict=True)
    left, right = (f"#place(bottom + {side}, dy: 1.6em)[${end}$]" for side, end in sides)
    return "\n".join(
        [
            f"#block(breakable: false, above: 3em, below: 3em)[#pad(left: {margin:.4g}em)[",
            f"#block(width: {WIDTH}, height: {HEIGHT})[",
            f"#place(top + left, dy: -1.8em)[{name_y}]",
            "#place(line(length: 100%, angle: 90deg, stroke: 0.5pt))",
            "#place(bottom, line(length: 100%, stroke: 0.5pt))",
            *(mark(at, label, margin) for at, label in labels),
            left,
            *([right] if len(block.points) > 1 else []),
            f"#place(bottom + center, dy: 1.6em)[{name_x}]",
            curve(block),
            "]]]\n\n",
        ]
    )


def mark(at: float, label: str, margin: float) -> str:
    """A number on the upright axis, `at` per cent down."""
    return (
        f"#place(dy: {at:.4g}%, line(start: (-0.3em, 0pt), end: (0pt, 0pt), stroke: 0.5pt))"
        f"#place(dx: -{margin:.4g}em, dy: {at:.4g}% - 0.4em, box(width: {margin - 0.5:.4g}em, align(right)[${label}$]))"
    )


def powers(low: float, high: float) -> Iterator[tuple[float, Drawn]]:
    """The powers of ten between two heights that stand clear of both."""
    for power in range(ceil(log10(low)), floor(log10(high)) + 1):
        at = 100 * (log10(high) - power) / (log10(high) - log10(low)) if high > low else 0
        if CLEAR < at < 100 - CLEAR:
            yield at, plain("10") + script("^", plain(str(power)))


def curve(block: Chart) -> str:
    """The curve through the points, each as per cent from the left and from the top; a lone one is a dot."""
    heights = {y for _, y in block.points}
    placed = [(100 * x, 100 * (1 - y) if len(heights) > 1 else 50.0) for x, y in shares(block, MOST_POINTS)]
    if len(placed) == 1:
        return f"#place(dx: -2pt, dy: {placed[0][1]:.4g}% - 2pt, circle(radius: 2pt, fill: black))"
    first, *later = (f"({x:.4g}%, {y:.4g}%)" for x, y in placed)
    lines = f"..({', '.join(later)},).map(p => curve.line(p))"
    return f"#place(curve(stroke: 1.2pt + blue.darken(20%), curve.move({first}), {lines}))"
