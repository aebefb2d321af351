"""A line chart as a picture in LaTeX's own drawing commands."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from penpaper_cli.render.chart import shares
from penpaper_cli.render.maths import Maths
from penpaper_cli.solution.blocks import Chart, Parts

LEFT, WIDE, HIGH = 45, 250, 110
MARGIN, TICK = 24, 3
"""In points: the room for the numbers on the left, the size of the chart, the room below, and the ticks."""
MOST_POINTS = 80


def picture(block: Chart, text: Callable[[Parts], str], maths: Maths) -> Iterator[str]:
    """The curve between two axes, which are named and have the numbers at their ends."""
    heights = [y for _, y in block.points]
    top, bottom, left, right = (
        f"${maths.number(maths.figures.text(n))}$"
        for n in (max(heights), min(heights), block.points[0][0], block.points[-1][0])
    )
    yield "\n\\begin{center}\n\\setlength{\\unitlength}{1pt}\n"
    yield f"\\begin{{picture}}({LEFT + WIDE + 10},{HIGH + 2 * MARGIN})(-{LEFT},-{MARGIN})\n"
    yield f"\\put(0,0){{\\line(1,0){{{WIDE}}}}}\n\\put(0,0){{\\line(0,1){{{HIGH}}}}}\n"
    for height, label in ((HIGH, top), (0, bottom)):
        yield f"\\put(-{TICK},{height}){{\\line(1,0){{{TICK}}}}}\n"
        yield f"\\put(-{2 * TICK},{height}){{\\makebox(0,0)[r]{{{label}}}}}\n"
    for across, label in ((0, left), (WIDE, right)):
        yield f"\\put({across},-{TICK}){{\\line(0,1){{{TICK}}}}}\n"
        yield f"\\put({across},-{2 * TICK}){{\\makebox(0,0)[t]{{{label}}}}}\n"
    yield f"\\put({WIDE // 2},-{2 * TICK}){{\\makebox(0,0)[t]{{{text(block.x)}}}}}\n"
    yield f"\\put(0,{HIGH + 2 * TICK}){{\\makebox(0,0)[b]{{{text(block.y)}}}}}\n"
    for (x0, y0), (x1, y1) in itertools.pairwise(shares(block, MOST_POINTS)):
        ends = [(WIDE * x, HIGH * y) for x, y in ((x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2), (x1, y1))]
        yield "\\qbezier" + "".join(f"({x:.1f},{y:.1f})" for x, y in ends) + "\n"
    yield "\\end{picture}\n\\end{center}\n"
