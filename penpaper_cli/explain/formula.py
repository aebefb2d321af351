"""A formula as a worked solution: what was given, each line forward, the gradients backward, and the nudge check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.values import explained
from penpaper_cli.explain.working import line
from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num, lift
from penpaper_cli.expressions.decimals import real
from penpaper_cli.expressions.numbers import (
    Scalar,
    Typed,
    as_written,
    decimal_text,
    terminating_digits,
    trailing_zeros_dropped,
)
from penpaper_cli.paper.gradients import slope
from penpaper_cli.paper.paper import Array, Place, Value
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Heading, Sentence, Table

NUDGE = Fraction(1, 10_000)
MOST_NUDGED = 6
CLOSE = real(1e-4)
LONGEST = 10**20
"""A loss with up to so many digits is printed in full, so that the nudge can be seen in it."""
TWO = lift(2)


def formula_steps(
    given: Sequence[Value], forward: Sequence[Value], backward: Sequence[Value], show: Show
) -> Iterator[Block]:
    """What was given, the lines forward, and the gradients backward."""
    yield from given_steps(given, show)
    yield from forward_steps(forward, show, bool(backward))
    if backward:
        yield from backward_steps(backward, show)


def forward_steps(forward: Sequence[Value], show: Show, goes_back: bool) -> Iterator[Block]:
    """The lines from what was given to the answer."""
    yield Heading((words.FORWARD_HEADING if goes_back else words.WORKING_HEADING,))
    for value in forward:
        yield from explained(value, show)


def backward_steps(backward: Sequence[Value], show: Show) -> Iterator[Block]:
    """The gradients, from the last line to what was given."""
    yield Heading((words.BACKWARD_HEADING,))
    yield Sentence((words.CHAIN_RULE,))
    for value in backward:
        yield from explained(value, show)


def given_steps(given: Sequence[Value], show: Show) -> Iterator[Block]:
    """The matrices that were given."""
    if given:
        yield Heading((words.GIVEN_HEADING,))
    for value in given:
        yield from grid(value, show)


@dataclass(frozen=True)
class Nudges:
    """A check of gradients by nudging: `loss_at(name, data)` works the loss again with other numbers for one value."""

    loss_at: Callable[[str, Array], Scalar]
    parameters: Sequence[Value]
    gradients: Sequence[Value]
    loss: Value
    show: Show

    def steps(self) -> Iterator[Block]:
        """One nudge worked, then a table of nudged slope beside worked slope for every entry shown."""
        yield Heading((words.NUDGE_HEADING,))
        yield Sentence((words.NUDGE,))
        first = next(iter(self.places(self.parameters[0])), None)
        if first is not None:
            yield self.worked(self.parameters[0], first)
        head = (("entry",), ("nudged slope",), ("worked slope",), ("verdict",))
        failures: list[Expr] = []
        rows = []
        for parameter, gradient in zip(self.parameters, self.gradients, strict=True):
            for at in self.places(parameter):
                nudged, worked = self.nudged(parameter, at)[-1], as_written(gradient.number(at))
                good = abs(real(nudged) - worked) <= CLOSE * max(real(1), abs(real(nudged)), abs(real(worked)))
                name = Entry(parameter.label, at, worked)
                failures += [] if good else [name]
                rows.append(((name,), (Num(nudged),), (Num(worked),), ("PASS" if good else "FAIL",)))
        yield Table(head, rows, "lrrl")
        hidden = sum(p.data.size - len(list(self.places(p))) for p in self.parameters)
        if hidden:
            yield Sentence((words.nudges_left_out(hidden),), explains=False)
        if failures:
            yield Sentence((words.NUDGE_FAILED,), explains=False)

    def places(self, parameter: Value) -> Sequence[Place]:
        """The entries to nudge."""
        return list(replace(self.show, detail="normal").places(parameter.shape, MOST_NUDGED))

    def nudged(self, parameter: Value, at: Place) -> tuple[Scalar, Scalar, Scalar, Scalar]:
        """The nudge, the loss a little to the right and to the left of an entry, and the slope between."""
        assert isinstance(parameter.name, Name)
        nudge: Any = NUDGE * max(1, abs(parameter.data[at]))
        up, down = np.array(parameter.data), np.array(parameter.data)
        up[at] += nudge
        down[at] -= nudge
        right, left = (self.loss_at(parameter.name.text, data) for data in (up, down))
        difference: Any = as_written(right) - as_written(left)
        return nudge, right, left, difference / (2 * as_written(nudge))

    def worked(self, parameter: Value, at: Place) -> Block:
        """One nudge: the difference of two losses over the distance between them. It is near the slope, not equal."""
        nudge, up, down, found = self.nudged(parameter, at)
        symbol = Entry(slope(self.loss, parameter), at, found)
        entry = Entry(parameter.label, at, parameter.number(at))
        ends = [Apply("at", (self.loss.label, entry + Name("h"))), Apply("at", (self.loss.label, entry - Name("h")))]
        losses = Num(in_full(up)) - Num(in_full(down))
        left = Entry(ends[0], (), up) - Entry(ends[1], (), down)
        sides = [
            symbol,
            left / (TWO * Entry(Name("h"), (), nudge)),
            losses / (TWO * Num(as_written(nudge))),
            Num(found),
        ]
        quotient = line("nudge", sides, self.show)
        return replace(quotient, relations=("≈", *quotient.relations[1:]))


def in_full(number: Scalar) -> Scalar:
    """A number to be printed with all its digits where they end."""
    if not isinstance(number, Fraction) or not number:
        return as_written(number)
    digits = terminating_digits(number)
    if digits is None or digits[0] >= LONGEST:
        return number
    return Typed(number, decimal_text(number < 0, *trailing_zeros_dropped(*digits)))
