"""Where entries stand and what they came from, as attributes by which a page finds them again.

`data-of` is the name of a vector or matrix, percent-encoded; `data-at` a place in it, counted from 1; `data-from` the
places an entry came from: `A[1,1-2] B[1-2,2]` is the first row of A and the second column of B.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise
from math import prod
from urllib.parse import quote

from penpaper_cli.expressions.arithmetic import Entry, Expr, entries
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.text.notation import Text
from penpaper_cli.solution.blocks import Grid, Working

Place = tuple[int, ...]
NAMES = Text(Figures())


def grid_name(block: Grid) -> str:
    """Attributes of a matrix."""
    of, _ = _layer(block)
    return f' aria-label="{escape(NAMES.draw(block.name))}" data-of="{_key(of)}"'


def cell_origin(block: Grid, i: int, j: int, at: Place) -> str:
    """Attributes of the cell in row i and column j of what is shown, which is the entry at the place `at`."""
    row = block.rows[i]
    if row is None or row[j] is None:
        return ' class="gap"'
    at = (*_layer(block)[1], *at[-len(block.shape) :])
    return f' data-at="{_counted(at)}"' + (_origin(block.sources(at)) if block.sources else "")


def line_origin(block: Working) -> str:
    """Attributes of a worked line: which entry it works out, and from which others."""
    head = block.sides[0]
    if not isinstance(head, Entry):
        return ""
    found = [entry for side in block.sides[1:] for entry in entries(side)]
    return f' data-of="{_key(head.of)}" data-at="{_counted(head.at)}"{_origin(found)}'


def _layer(block: Grid) -> tuple[Expr, Place]:
    """What a matrix is an entry of, and where, when it is one of several."""
    name = block.name
    return (name.of, name.at) if isinstance(name, Entry) else (name, ())


def _origin(found: Iterable[Entry]) -> str:
    """The attribute for what an entry came from."""
    by_name: dict[Expr, dict[Place, None]] = {}
    for entry in found:
        by_name.setdefault(entry.of, {})[entry.at] = None
    boxes = (f"{_key(of)}[{box}]" for of, places in by_name.items() for box in _boxes(sorted(places)))
    return f' tabindex="0" data-from="{" ".join(boxes)}"' if by_name else ""


def _boxes(places: list[Place]) -> Iterator[str]:
    """Places in few words: as one box where they fill it, else in runs along the last direction."""
    ends = list(zip(map(min, zip(*places, strict=True)), map(max, zip(*places, strict=True)), strict=True))
    if prod(high - low + 1 for low, high in ends) == len(places):
        yield ",".join(_run(low, high) for low, high in ends)
        return
    start = places[0]
    for place, after in pairwise([*places, ()]):
        if not after or after[:-1] != place[:-1] or after[-1] != place[-1] + 1:
            yield ",".join([*(str(k + 1) for k in start[:-1]), _run(start[-1], place[-1])])
            start = after


def _run(low: int, high: int) -> str:
    return str(low + 1) if low == high else f"{low + 1}-{high + 1}"


def _counted(at: Place) -> str:
    return ",".join(str(k + 1) for k in at)


def _key(of: Expr) -> str:
    return quote(NAMES.draw(of), safe="")
