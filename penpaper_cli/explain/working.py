"""Worked lines: an entry worked by hand, each side checked against the next."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

from penpaper_cli.explain.running_totals import running_totals
from penpaper_cli.explain.show import MOST_ENTRIES, Show
from penpaper_cli.expressions.arithmetic import Entry, Expr, Num, shorten, working
from penpaper_cli.expressions.checking import checked, relation
from penpaper_cli.expressions.decimals import Real, real
from penpaper_cli.expressions.digits import with_enough_digits
from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.paper.paper import Place, Value
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Parts, Sentence, Working

NEAR = Real("1e-8")


def line(name: str, sides: list[Expr], show: Show, caption: Parts = ()) -> Working:
    """A worked line, checked."""
    kept = with_enough_digits(checked(name, sides), show.figures)
    signs = tuple(relation(a, b, show.figures) for a, b in itertools.pairwise(kept))
    return Working(kept, signs, caption)


def worked(result: Value, at: Place, show: Show, start: Expr | None = None) -> Working:
    """One entry of a result, worked by hand and checked against what was computed."""
    assert result.op is not None
    recorded = result.number(at)
    head = start or Entry(result.label, at, recorded)
    sides = [head, *working(shorten(result.entry(at), show.terms, words.more))]
    if isinstance(sides[-1], Num):
        by_hand = sides[-1].value
        checked(result.op.name, [*sides, Num(recorded)])
        # What float64 recorded may differ in its last digits from what decimals come to; where terms cancel, in all.
        sides[-1] = Num(by_hand if isinstance(by_hand, Fraction) or not near(by_hand, recorded) else recorded)
    return line(
        result.op.name,
        sides + as_decimal(recorded, show),
        show,
        result.op.caption(at, *result.parents, **result.settings),
    )


def near(by_hand: Scalar, recorded: Scalar) -> bool:
    """Whether two numbers agree to more digits than anybody prints."""
    return bool(abs(real(by_hand) - recorded) <= NEAR * abs(real(by_hand)))


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
