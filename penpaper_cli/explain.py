"""From paper to solution: which values are explained, which entries are worked, and in what order."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

import numpy as np

from penpaper_cli import words
from penpaper_cli.arithmetic import Apply, Entry, Expr, Name, Num, checked, relation, shorten, working
from penpaper_cli.numbers import CannotRead, Figures, Scalar
from penpaper_cli.paper import Op, Place, Value
from penpaper_cli.solution import Block, Grid, Heading, Parts, Result, Sentence, Table, Working

MOST_ENTRIES = 9
MOST_TERMS = 8
MOST_ROWS = 12
MOST_COLUMNS = 8


@dataclass(frozen=True)
class Show:
    """What to show: the digits of a number, which entries to work (`steps` many, or those named), in what detail."""

    figures: Figures = field(default_factory=Figures)
    steps: int | None = None
    entries: tuple[Place, ...] = ()
    detail: str = "normal"
    terms: int = MOST_TERMS

    @property
    def longest(self) -> int | None:
        """The number of terms up to which a sum is written whole."""
        return None if self.detail == "full" else self.terms

    def places(self, shape: tuple[int, ...], limit: int = MOST_ENTRIES) -> Iterable[Place]:
        """The entries to work: the named ones, else the first few and the last."""
        if named := self.named(shape):
            return named
        count, most = prod(shape), self.most(limit)
        if count <= most:
            return itertools.product(*map(range, shape))
        first = itertools.islice(itertools.product(*map(range, shape)), max(most - 1, 0))
        return itertools.chain(first, [tuple(n - 1 for n in shape)] if most else [])

    def most(self, limit: int) -> int:
        """How many entries are worked at most."""
        return 0 if self.detail == "summary" else self.steps if self.steps is not None else limit

    def left_out(self, shape: tuple[int, ...], limit: int = MOST_ENTRIES) -> int:
        """How many entries are not worked."""
        return prod(shape) - (len(self.named(shape)) or min(prod(shape), self.most(limit)))

    def named(self, shape: tuple[int, ...]) -> list[Place]:
        """The entries asked for that are there."""
        return [
            at for at in self.entries if len(at) == len(shape) and all(k < n for k, n in zip(at, shape, strict=True))
        ]

    def check(self, name: str, shape: tuple[int, ...]) -> None:
        """Raise CannotRead when an entry asked for isn't there."""
        for place in self.entries:
            if place not in self.named(shape):
                asked = ",".join(str(k + 1) for k in place)
                example = ",".join(map(str, shape))
                raise CannotRead(
                    f"--entry {asked}: {name} is {words.shape_text(shape)}, so its last entry is {example}."
                )


def line(name: str, sides: list[Expr], show: Show, caption: Parts = ()) -> Working:
    """A worked line, checked."""
    kept = checked(name, sides)
    signs = tuple(relation(a, b, show.figures) for a, b in itertools.pairwise(kept))
    return Working(kept, signs, caption)


def worked(result: Value, at: Place, show: Show, start: Expr | None = None) -> Working:
    """One entry of a result, worked by hand and checked against what was computed."""
    assert result.op is not None
    found = result.number(at)
    head = start or Entry(result.label, at, found)
    sides = [head, *working(shorten(result.entry(at), show.longest, words.more))]
    if isinstance(sides[-1], Num):
        sides[-1] = Num(found)
    return line(result.op.name, sides + as_decimal(found, show), show, result.op.caption(at, *result.parents))


def as_decimal(number: Scalar, show: Show) -> list[Expr]:
    """The decimal of a fraction, to stand beside it."""
    fraction = show.figures.fractions and isinstance(number, Fraction) and number.denominator != 1
    return [Num(number, as_decimal=True)] if fraction else []


def entries_worked(result: Value, show: Show, limit: int = MOST_ENTRIES) -> Iterator[Block]:
    """The entries to show, each worked, and how many are left out."""
    for at in show.places(result.shape, limit):
        yield worked(result, at, show)
    hidden = show.left_out(result.shape, limit)
    if hidden:
        yield Sentence((words.left_out(hidden, ",".join("32"[: len(result.shape)])),))


def grid(given: Value, show: Show, columns: tuple[str, ...] = ()) -> Iterator[Block]:
    """A vector or matrix drawn, cut to its corners when it is big, with the rest counted."""
    if not given.shape:
        yield line("given", [Entry(given.label, (), given.number(())), Num(given.number(()))], show)
        return
    sizes = given.shape if len(given.shape) == 2 else (1, *given.shape)
    most = (MOST_ROWS, MOST_COLUMNS) if len(given.shape) == 2 else (1, MOST_ROWS)
    down, across = (_window(n, n if show.detail == "full" else m) for n, m in zip(sizes, most, strict=True))
    at = (lambda i, j: (i, j)) if len(given.shape) == 2 else (lambda i, j: (j,))
    rows = tuple(
        None if i is None else tuple(None if j is None else Num(given.number(at(i, j))) for j in across) for i in down
    )
    cells = [cell for row in rows if row for cell in row if cell]
    sign = "=" if all(show.figures.in_full(cell.value) for cell in cells) else "≈"
    kept = tuple("…" if j is None else columns[j] for j in across) if columns else ()
    yield Grid(given.label, sign, rows, given.shape, kept)
    hidden = [n - sum(k is not None for k in kept_places) for n, kept_places in zip(sizes, (down, across), strict=True)]
    if any(hidden):
        nouns = ("row", "column") if len(given.shape) == 2 else ("", "entry")
        yield Sentence((words.grid_left_out([(n, noun) for n, noun in zip(hidden, nouns, strict=True) if n]),))


def _window(size: int, most: int) -> list[int | None]:
    return list(range(size)) if size <= most else [*range(most - 3), None, size - 1]


def shape_expr(shape: tuple[int, ...]) -> Expr:
    """A shape as it is written: 2×3, or scalar."""
    return Apply("shape", tuple(Num(Fraction(n)) for n in shape)) if shape else Name("scalar")


def shapes(result: Value) -> Expr:
    """(2×3)·(3×2) → 2×2."""
    assert result.op is not None
    operands = Apply(result.op.name, tuple(shape_expr(p.shape) for p in result.parents))
    return Apply("maps", (operands, shape_expr(result.shape)))


def definition(result: Value) -> Expr:
    """ŷ = X·w + b."""
    return Apply("equals", (result.label, result.formula))


def explained(result: Value, show: Show, limit: int = MOST_ENTRIES) -> Iterator[Block]:
    """A value in full: its formula, why (for a gradient), how an entry is worked, the entries, the result."""
    paper = result.paper
    chain = paper.chains.get(result)
    chained = [chain] if chain is not None else []
    yield Heading((Apply("equals", (result.label, *chained, result.formula)),), 3)
    for sentence in (*paper.reasons.get(result, ()), *sentences(result)):
        yield Sentence((sentence,))
    yield from leaving_exact(result)
    yield from entries_worked(result, show, limit)
    if result.shape:
        yield from grid(result, show)


def sentences(result: Value) -> tuple[str, ...]:
    """How an entry is worked: what the operations in its formula say, innermost first, without plain arithmetic."""
    found: list[Op] = []

    def visit(v: Value) -> None:
        for parent in v.parents:
            if parent.name is None:
                visit(parent)
        if v.op is not None and not v.op.rearranges:
            found.append(v.op)

    visit(result)
    telling = found if len(found) == 1 else [op for op in found if not op.plain]
    return tuple(dict.fromkeys(op.says for op in telling))


def leaving_exact(result: Value) -> Iterator[Block]:
    """Say where exact rationals end and float64 begins."""
    if result.op and not result.exact and all(p.exact for p in result.parents):
        why = (
            "This is much work for exact fractions"
            if result.op.keeps_exact
            else f"A {result.op.name} is seldom a fraction"
        )
        yield Sentence((words.in_float64(why),))


def result_of(given: Value) -> Result:
    """A value for other programs."""
    return Result(given.shape, given.exact, given.data.tolist())


def key(name: Expr) -> str:
    """What a name on the paper is called in JSON: W, dW, u·v."""
    match name:
        case Name(text):
            return text
        case Apply("grad", (_, by)):
            return "d" + key(by)
        case Apply(_, args):
            return "·".join(map(key, args))
    return "answer"


def results(values: Iterable[Value]) -> dict[str, Result]:
    """Named values for other programs."""
    return {key(v.label): result_of(v) for v in values}


def dot_steps(result: Value, show: Show) -> Iterator[Block]:
    """A dot product: a row per product with the running total, the one-line equation, the note on shape."""
    u, v = result.parents
    yield Heading((result.label, "   ", shapes(result)))
    yield from leaving_exact(result)
    if show.detail != "summary":
        rounded: list[Scalar] = []
        yield _products(result, show, rounded)
        if rounded:
            yield Sentence((words.rounded_to(show.figures.digits),))
        hidden = show.left_out(u.shape, MOST_ROWS)
        if hidden:
            yield Sentence((words.vector_left_out(hidden),))
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
    yield from grid(result, show, columns.get(b, ()))
    yield Sentence((words.count_of_work(rows * across, inner),))
    if cores:
        yield Sentence((words.rounds_of_work(rows * across, inner, cores),))


def operations() -> Iterator[Block]:
    """Every operation: what it does, how an entry is worked, and how its gradient goes."""
    from penpaper_cli import ops

    head: tuple[Parts, ...] = (("operation",), ("what it does",), ("how its gradient goes",))
    rows = [((op.name,), (op.about,), (" ".join(dict.fromkeys(op.blames)),)) for op in ops.OPS.values()]
    yield Heading(("Operations",))
    yield Table(head, rows, "lll")
