"""From paper to solution: which values are explained, which entries are worked, and in what order."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod

from penpaper_cli.errors import CannotRead
from penpaper_cli.explain.running_totals import running_totals
from penpaper_cli.expressions.arithmetic import SLACK, Apply, Entry, Expr, Name, Num, entries, shorten, working
from penpaper_cli.expressions.checking import checked, relation
from penpaper_cli.expressions.numbers import Figures, Scalar
from penpaper_cli.ops.shapes import shape_text
from penpaper_cli.paper.paper import Op, Place, Value
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Grid, Heading, Parts, Result, Sentence, Working

MOST_ENTRIES = 9
MOST_TERMS = 8
MOST_ROWS = 12
MOST_COLUMNS = 8
MOST_LAYERS = 6


@dataclass(frozen=True)
class Show:
    """What to show: the digits of a number, which entries to work (`steps` many, or those named), in what detail."""

    figures: Figures = field(default_factory=Figures)
    steps: int | None = None
    entries: tuple[Place, ...] = ()
    detail: str = "normal"
    terms: int = MOST_TERMS

    def places(self, shape: tuple[int, ...], limit: int = MOST_ENTRIES) -> Iterable[Place]:
        """The entries to work: the named ones, else the first few and the last."""
        if named := self.named(shape):
            return named
        count, most = prod(shape), self.most(limit)
        if count <= most:
            return itertools.product(*map(range, shape))
        if most < 2:
            return itertools.islice(itertools.product(*map(range, shape)), most)
        first = itertools.islice(itertools.product(*map(range, shape)), most - 1)
        return itertools.chain(first, [tuple(n - 1 for n in shape)])

    def most(self, limit: int) -> int:
        """How many entries are worked at most."""
        if self.steps is not None:
            return self.steps
        return {"full": sys.maxsize, "normal": limit, "summary": 0}[self.detail]

    def left_out(self, shape: tuple[int, ...], limit: int = MOST_ENTRIES) -> int:
        """How many entries are not worked."""
        return prod(shape) - (len(self.named(shape)) or min(prod(shape), self.most(limit)))

    def named(self, shape: tuple[int, ...]) -> list[Place]:
        """The entries asked for that are there."""
        return [
            at
            for at in dict.fromkeys(self.entries)
            if len(at) == len(shape) and all(k < n for k, n in zip(at, shape, strict=True))
        ]

    def unseen(self, shape: tuple[int, ...], limit: int) -> str:
        """The first entry that is not worked, as it is typed after --entry."""
        shown = set(self.places(shape, limit))
        at = next(place for place in itertools.product(*map(range, shape)) if place not in shown)
        return ",".join(str(k + 1) for k in at)

    def check(self, name: str, shape: tuple[int, ...]) -> None:
        """Raise CannotRead when an entry asked for isn't there."""
        for place in self.entries:
            if place not in self.named(shape):
                asked = ",".join(str(k + 1) for k in place)
                example = ",".join(map(str, shape))
                raise CannotRead(f"--entry {asked}: {name} is {shape_text(shape)}, so its last entry is {example}.")


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
    sides = [head, *working(shorten(result.entry(at), show.terms, words.more))]
    if isinstance(sides[-1], Num):
        by_hand = sides[-1].value
        checked(result.op.name, [*sides, Num(found)])
        # What float64 recorded may differ in its last digits from what exact decimals come to.
        sides[-1] = Num(by_hand if isinstance(by_hand, Fraction) else found)
    return line(
        result.op.name, sides + as_decimal(found, show), show, result.op.caption(at, *result.parents, **result.settings)
    )


def as_decimal(number: Scalar, show: Show) -> list[Expr]:
    """The decimal of a fraction, to stand beside it."""
    fraction = show.figures.fractions and isinstance(number, Fraction) and "/" in show.figures.text(number)
    return [Num(number, as_decimal=True)] if fraction else []


def worked_out(result: Value, at: Place, show: Show, start: Expr | None = None) -> Iterator[Block]:
    """The worked line of an entry and, in full detail, its sums term by term."""
    yield worked(result, at, show, start)
    if show.detail == "full":
        yield from running_totals(result.entry(at), show.figures)


def entries_worked(result: Value, show: Show, limit: int = MOST_ENTRIES) -> Iterator[Block]:
    """The entries to show, each worked, and how many are left out."""
    for at in show.places(result.shape, limit):
        yield from worked_out(result, at, show)
    hidden = show.left_out(result.shape, limit)
    if hidden and show.detail != "summary":
        yield Sentence((words.left_out(hidden, show.unseen(result.shape, limit)),))


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


def shape_expr(shape: tuple[int, ...]) -> Expr:
    """A shape as it is written: 2×3, or scalar."""
    return Apply("shape", tuple(Num(Fraction(n)) for n in shape)) if shape else Name("scalar")


def shapes(result: Value) -> Expr:
    """(2×3)·(3×2) + (2) → 2×2: the formula with shapes in place of names."""
    known = {name: shape_expr(v.shape) for v, name in result.paper.names.items() if v is not result}

    def shaped(e: Expr) -> Expr:
        if e in known:
            return known[e]
        return Apply(e.op, tuple(map(shaped, e.args))) if isinstance(e, Apply) else e

    return Apply("maps", (shaped(result.formula), shape_expr(result.shape)))


def definition(result: Value) -> Expr:
    """ŷ = X·w + b."""
    return Apply("equals", (result.label, result.formula))


def explained(result: Value, show: Show, limit: int = MOST_ENTRIES) -> Iterator[Block]:
    """A value in full: its formula, why (for a gradient), how an entry is worked, the entries, the result."""
    paper = result.paper
    chain = paper.chains.get(result)
    chained = [chain] if chain is not None else []
    statement = Apply("equals", (result.label, *chained, result.formula))
    yield Heading((statement, "   ", shapes(result)) if show.detail == "summary" else (statement,), 3)
    reasons = paper.reasons.get(result, ())
    for sentence in (*reasons, *sentences(result, alone=not reasons)):
        yield Sentence((sentence,))
    yield from leaving_exact(result)
    yield from broadcasts(result).values()
    yield from entries_worked(result, show, limit)
    if result.shape or not show.most(limit):
        yield from grid(result, show)


def broadcasts(result: Value) -> dict[Value, Sentence]:
    """Which operands are repeated to fit, each in words."""
    found: dict[Value, Sentence] = {}
    for parent in result.parents:
        if parent.name is None:
            found |= broadcasts(parent)
        elif result.op and result.op.broadcasts and parent.data.size != result.data.size:
            found[parent] = Sentence((parent.label, words.repeated(parent.shape, result.shape)))
    return found


def sentences(result: Value, alone: bool) -> tuple[str, ...]:
    """How an entry is worked: what the operations in its formula say, innermost first, without plain arithmetic.

    A single operation says even that, where nothing else is said (`alone`).
    """
    found: list[tuple[Op, str]] = []

    def visit(v: Value) -> None:
        for parent in v.parents:
            if parent.name is None:
                visit(parent)
        if v.op is not None and not v.op.rearranges:
            found.append((v.op, v.op.told(*v.parents, **v.settings)))

    visit(result)
    found = [(op, told) for op, told in found if told]
    telling = found if alone and len(found) == 1 else [(op, told) for op, told in found if not op.plain]
    return tuple(dict.fromkeys(told for _, told in telling))


def leaving_exact(result: Value, read_as_float: bool = False) -> Iterator[Block]:
    """Say where exact rationals end and float64 begins, or that the numbers were float64 from the start."""
    if read_as_float:
        yield Sentence((words.in_float64("The numbers were read as float64"),), explains=False)
        return
    op = _first_in_float64(result)
    if op is not None:
        seldom = f"The result of {op.name.replace('_', ' ')} is seldom a fraction"
        why = "This is much work for exact fractions" if op.keeps_exact else seldom
        yield Sentence((words.in_float64(why),), explains=False)


def _first_in_float64(result: Value) -> Op | None:
    """The operation, in this line, that leaves the exact rationals."""
    if result.op is None or result.exact:
        return None
    if all(p.exact for p in result.parents):
        return result.op
    inside = (_first_in_float64(p) for p in result.parents if p.name is None)
    return next((op for op in inside if op is not None), None)


def shortened(terms: int, show: Show) -> Iterator[Block]:
    """How to see the terms of sums that are too long to be written whole."""
    if show.detail == "normal" and terms > show.terms + SLACK and show.most(1):
        yield Sentence((words.SHORTENED,))


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


def check_entries(show: Show, values: Sequence[Value]) -> None:
    """Raise CannotRead when an entry that was asked for is in none of the values."""
    for at in show.entries:
        if not any(replace(show, entries=(at,)).named(v.shape) for v in values):
            asked = ",".join(str(k + 1) for k in at)
            raise CannotRead(f"--entry {asked}: no value here has such an entry; rows and columns count from 1.")


def results(values: Iterable[Value]) -> dict[str, Result]:
    """Named values for other programs."""
    return {key(v.label): result_of(v) for v in values}
