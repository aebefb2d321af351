"""The check of gradients by nudging: a number is moved a little to both sides, and the loss worked again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from penpaper_cli.explain.show import Show
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
from penpaper_cli.ops.shapes import free_name
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.gradients import slope
from penpaper_cli.paper.paper import Place, Value
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Heading, Sentence, Table

NUDGE = Fraction(1, 10_000)
MOST_NUDGED = 6
CLOSE = real(1e-4)
LONGEST = 10**20
"""A loss with up to so many digits is printed in full, so that the nudge can be seen in it."""
TWO = lift(2)


class Nudge(NamedTuple):
    """How far an entry was moved, and the loss to its right and to its left."""

    h: Any
    right: Any
    left: Any

    @property
    def slope(self) -> Any:
        """The central difference: the slope of the loss between the two."""
        return (self.right - self.left) / (2 * self.h)


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
        yield Sentence((words.nudge(self.letter.text),))
        first = next(iter(self.places(self.parameters[0])), None)
        if first is not None:
            yield self.worked(self.parameters[0], first)
        head = (("entry",), ("nudged slope",), ("worked slope",), ("verdict",))
        failures: list[Expr] = []
        rows = []
        for parameter, gradient in zip(self.parameters, self.gradients, strict=True):
            for at in self.places(parameter):
                nudged, worked = self.nudged(parameter, at).slope, gradient.number(at)
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

    @property
    def letter(self) -> Name:
        """What a nudge is called: h, unless the user has that."""
        return free_name(self.loss.paper, "h", "δ", "ε", "nudge")

    def places(self, parameter: Value) -> Sequence[Place]:
        """The entries to nudge."""
        return list(replace(self.show, detail="normal").places(parameter.shape, MOST_NUDGED))

    def nudged(self, parameter: Value, at: Place) -> Nudge:
        """One entry moved a little to both sides, the others as they are."""
        assert isinstance(parameter.name, Name)
        nudge = NUDGE * max(1, abs(parameter.data[at]))
        up, down = np.array(parameter.data), np.array(parameter.data)
        up[at] += nudge
        down[at] -= nudge
        right, left = (self.loss_at(parameter.name.text, data) for data in (up, down))
        return Nudge(*map(as_written, (nudge, right, left)))

    def worked(self, parameter: Value, at: Place) -> Block:
        """One nudge: the difference of two losses over the distance between them. It is near the slope, not equal."""
        h = self.letter
        nudge = self.nudged(parameter, at)
        symbol = Entry(slope(self.loss, parameter), at, nudge.slope)
        entry = Entry(parameter.label, at, parameter.number(at))
        sides = [Apply("at", (self.loss.label, entry + h)), Apply("at", (self.loss.label, entry - h))]
        losses = Num(in_full(nudge.right)) - Num(in_full(nudge.left))
        difference = Entry(sides[0], (), nudge.right) - Entry(sides[1], (), nudge.left)
        quotient = line(
            "nudge",
            [
                symbol,
                difference / (TWO * Entry(h, (), nudge.h)),
                losses / (TWO * Num(nudge.h)),
                Num(nudge.slope),
            ],
            self.show,
        )
        return replace(quotient, relations=("≈", *quotient.relations[1:]))


def in_full(number: Scalar) -> Scalar:
    """A number to be printed with all its digits where they end."""
    if not isinstance(number, Fraction) or not number:
        return number
    digits = terminating_digits(number)
    if digits is None or digits[0] >= LONGEST:
        return number
    return Typed(number, decimal_text(number < 0, *trailing_zeros_dropped(*digits)))
