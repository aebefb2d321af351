"""Dot products and matrix products as worked solutions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from penpaper_cli.explain.grids import MOST_ROWS, grid
from penpaper_cli.explain.show import MOST_TERMS, Show
from penpaper_cli.explain.values import definition, leaving_exact, shapes, shortened
from penpaper_cli.explain.working import entries_worked, line, worked
from penpaper_cli.expressions.arithmetic import Apply, Num
from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.paper.paper import Value
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Heading, Parts, Sentence, Table


def dot_steps(result: Value, show: Show) -> Iterator[Block]:
    """A dot product: a row per product with the running total, the one-line equation, the note on shape."""
    u, v = result.parents
    yield Heading((result.label, "   ", shapes(result)))
    yield from leaving_exact(result)
    if show.most(1) or show.named(u.shape):
        rounded: list[Scalar] = []
        yield _products(result, show, rounded)
        if rounded:
            yield Sentence((words.rounded_to(show.figures.digits),), explains=False)
        hidden = show.left_out(u.shape, MOST_ROWS)
        if hidden:
            yield Sentence((words.vector_left_out(hidden, show.unseen(u.shape, MOST_ROWS)),), explains=False)
    start = None
    if u.data.size <= MOST_TERMS:
        start = Apply(
            "dot", tuple(Apply("vector", tuple(Num(p.number((k,))) for k in range(p.data.size))) for p in (u, v))
        )
    equation = worked(result, (), show, start)
    if start:
        plugged = (equation.sides[0], *equation.sides[2:])
        equation = line("dot", list(plugged), show)
    yield equation
    yield from shortened(u.data.size, show)
    yield Sentence((words.two_vectors(u.data.size) if u.data.size > 1 else words.one_pair(),))


def _products(result: Value, show: Show, rounded: list[Scalar]) -> Table:
    """The table of products; numbers that had to be rounded are noted in `rounded` as its rows are read."""
    u, v = result.parents
    products = u.data * v.data
    totals = np.cumsum(products)
    head: tuple[Parts, ...] = (("i",), (u.label,), (v.label,), (u.label * v.label,), ("running total",))

    def rows() -> Iterator[tuple[Parts, ...]]:
        before = -1
        for (k,) in show.places(u.shape, MOST_ROWS):
            if k > before + 1 and not show.entries:
                yield ((words.more(k - before - 1),),)
            numbers: list[Scalar] = [u.number((k,)), v.number((k,)), products[k], totals[k]]
            rounded.extend(n for n in numbers if not show.figures.in_full(n))
            yield ((str(k + 1),), *((Num(n),) for n in numbers))
            before = k

    return Table(head, rows(), "rrrrr")


def matmul_steps(
    result: Value, show: Show, columns: dict[Value, tuple[str, ...]], cores: int | None
) -> Iterator[Block]:
    """A matrix product: the operands, the shape rule, each entry as row times column, the grid, the work it took."""
    a, b = result.parents
    rows, inner, across = a.shape[0], a.shape[1], b.shape[1]
    yield Heading((definition(result), "   ", shapes(result)), 2)
    for operand in (a, b):
        yield from grid(operand, show, columns.get(operand, ()))
    yield Sentence((words.shape_rule(inner, rows, across),))
    yield from leaving_exact(result)
    yield from entries_worked(result, show)
    yield from shortened(inner, show)
    yield from grid(result, show, columns.get(b, ()))
    yield Sentence((words.count_of_work(rows * across, inner),), explains=False)
    if cores:
        yield Sentence((words.rounds_of_work(rows * across, inner, cores),), explains=False)
