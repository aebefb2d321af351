"""A line chart as an SVG drawing, which takes its colours from the page around it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import ceil, floor, log10

from penpaper_cli.expressions.arithmetic import Expr
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.chart import shares
from penpaper_cli.render.maths import inert
from penpaper_cli.render.text.notation import Text
from penpaper_cli.solution.blocks import Chart, Parts

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 90, 620, 36, 250
MOST_POINTS = 600
MOST_LINES = 8


def curve(block: Chart, figures: Figures) -> Iterator[str]:
    """The curve with its axes named and numbered; with a logarithmic axis, lines at the powers of ten."""
    name_x, name_y = (_plain(parts, figures) for parts in (block.x, block.y))
    points = [(LEFT + (RIGHT - LEFT) * x, BOTTOM - (BOTTOM - TOP) * y) for x, y in shares(block, MOST_POINTS)]
    heights = [y for _, y in block.points]
    low, high, first, last = min(heights), max(heights), block.points[0][0], block.points[-1][0]
    ends = f"{name_x} {_number(first, figures)}: {name_y} {_number(block.points[0][1], figures)}; "
    ends += f"{name_x} {_number(last, figures)}: {name_y} {_number(block.points[-1][1], figures)}"

    def across(x: float) -> float:
        return LEFT + (RIGHT - LEFT) * _share(x, first, last)

    def up(y: float) -> float:
        share = _share(log10(y), log10(low), log10(high)) if block.logarithmic else _share(y, low, high)
        return BOTTOM - (BOTTOM - TOP) * share

    yield f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {HEIGHT}">\n'
    yield f"<title>{name_y}, {name_x}</title>\n<desc>{ends}</desc>\n"
    for y in _powers(low, high) if block.logarithmic else ():
        yield f'<line class="ruled" x1="{LEFT}" x2="{RIGHT}" y1="{up(y):.1f}" y2="{up(y):.1f}"/>\n'
        if min(abs(up(y) - up(end)) for end in (low, high)) > 14:
            yield _label(LEFT - 8, up(y) + 5, "end", _number(y, figures))
    yield f'<path class="axes" d="M{LEFT} {TOP - 10}V{BOTTOM}H{RIGHT}"/>\n'
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{line}"/>\n'
    if len(points) == 1:
        yield f'<circle cx="{across(first):.1f}" cy="{up(low):.1f}" r="3"/>\n'
    for y in dict.fromkeys((high, low)):
        yield _label(LEFT - 8, up(y) + 5, "end", _number(y, figures))
    for x, anchor in dict.fromkeys(((first, "start"), (last, "end") if last > first else (first, "start"))):
        yield _label(across(x), BOTTOM + 22, anchor, _number(x, figures))
    yield _label((LEFT + RIGHT) / 2, BOTTOM + 40, "middle", name_x)
    yield _label(LEFT, TOP - 18, "middle", name_y)
    yield "</svg>\n"


def _plain(parts: Parts, figures: Figures) -> str:
    text = Text(figures)
    return escape("".join(text.draw(part) if isinstance(part, Expr) else inert(part) for part in parts))


def _number(number: float, figures: Figures) -> str:
    return figures.text(number).replace("-", "−")


def _share(x: float, low: float, high: float) -> float:
    """How far x is on the way from low to high."""
    return (x - low) / (high - low) if high > low else 0.0


def _powers(low: float, high: float) -> list[float]:
    """The powers of ten in between, or some of them when there are many."""
    exponents = range(ceil(log10(low)), floor(log10(high)) + 1)
    return [10.0**k for k in exponents[:: ceil(len(exponents) / MOST_LINES) or 1]]


def _label(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>\n'
