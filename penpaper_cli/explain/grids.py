"""Vectors and matrices drawn, cut to their corners where they are big."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from penpaper_cli.explain.show import Show
from penpaper_cli.explain.working import line
from penpaper_cli.expressions.arithmetic import Entry, Num, entries
from penpaper_cli.paper.paper import Place, Value
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Grid, Sentence

MOST_ROWS = 12
MOST_COLUMNS = 8
MOST_LAYERS = 6


def grid(given: Value, show: Show, columns: tuple[str, ...] = (), of_data: bool = False) -> Iterator[Block]:
    """A vector or matrix drawn, cut to its corners when it is big; more dimensions as one matrix after the other."""
    if not given.shape:
        yield line("given", [Entry(given.label, (), given.number(())), Num(given.number(()))], show)
        return
    layers = list(itertools.product(*map(range, given.shape[:-2])))
    kept = layers if show.detail == "full" else layers[:MOST_LAYERS]
    for layer in kept:
        yield from _layer(given, layer, show, columns, of_data)
    if len(kept) < len(layers):
        yield Sentence((words.grid_left_out([(len(layers) - len(kept), "matrix")]),), explains=False)


def _layer(given: Value, layer: Place, show: Show, columns: tuple[str, ...], of_data: bool) -> Iterator[Block]:
    """One matrix of a value, or the whole of a vector."""
    shape = given.shape[len(layer) :]
    sizes, most, nouns = (1, *shape), (1, MOST_ROWS), ("", "entry")
    if len(shape) == 2:
        sizes, most, nouns = shape, (MOST_ROWS, MOST_COLUMNS), ("row", "column")
    down, across = (_window(n, n if show.detail == "full" else m) for n, m in zip(sizes, most, strict=True))

    def number(i: int, j: int) -> Num:
        return Num(given.number((*layer, i, j) if len(shape) == 2 else (j,)))

    rows = tuple(None if i is None else tuple(None if j is None else number(i, j) for j in across) for i in down)
    cells = [cell for row in rows if row for cell in row if cell]
    sign = "=" if all(show.figures.in_full(cell.value) for cell in cells) else "≈"
    kept = tuple("…" if j is None else columns[j] for j in across) if columns else ()
    name = Entry(given.label, layer, cells[0].value) if layer else given.label
    yield Grid(name, sign, rows, shape, kept, of_data, (lambda at: entries(given.entry(at))) if given.op else None)
    hidden = [n - sum(k is not None for k in places) for n, places in zip(sizes, (down, across), strict=True)]
    if any(hidden):
        yield Sentence(
            (words.grid_left_out([(n, noun) for n, noun in zip(hidden, nouns, strict=True) if n]),), explains=False
        )


def _window(size: int, most: int) -> list[int | None]:
    return list(range(size)) if size <= most else [*range(most - 3), None, size - 1]
