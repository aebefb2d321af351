"""The check of gradients by nudging: a number is moved a little to both sides, and the loss worked again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from penpaper_cli.explain.show import Show
from penpaper_cli.explain.working import line
from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num, lift
from penpaper_cli.expressions.numbers import TypedFloat
from penpaper_cli.paper.gradients import slope
from penpaper_cli.paper.paper import Array, Place, Value
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Heading, Sentence, Table

NUDGE = 1e-4
MOST_NUDGED = 6
CLOSE = 1e-4
TWO = lift(2)


class Nudge(NamedTuple):
    """How far an entry was moved, and the loss to its right and to its left."""

    h: float
    right: float
    left: float

    @property
    def slope(self) -> float:
        """The central difference: the slope of the loss between the two."""
        return (self.right - self.left) / (2 * self.h)


@dataclass(frozen=True)
class Nudges:
    """A check of gradients by nudging: `loss_at(name, data)` works the loss again with other numbers for one value."""

    loss_at: Callable[[str, Array], float]
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
                nudged, worked = self.nudged(parameter, at).slope, float(gradient.number(at))
                good = abs(nudged - worked) <= CLOSE * max(1.0, abs(nudged), abs(worked))
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

    def nudged(self, parameter: Value, at: Place) -> Nudge:
        """One entry moved a little to both sides, the others as they are."""
        assert isinstance(parameter.name, Name)
        nudge = NUDGE * max(1.0, abs(float(parameter.number(at))))
        up, down = np.array(parameter.data, dtype=float), np.array(parameter.data, dtype=float)
        up[at] += nudge
        down[at] -= nudge
        right, left = (self.loss_at(parameter.name.text, data) for data in (up, down))
        return Nudge(nudge, right, left)

    def worked(self, parameter: Value, at: Place) -> Block:
        """One nudge: the difference of two losses over the distance between them, printed in full."""
        nudge = self.nudged(parameter, at)
        symbol = Entry(slope(self.loss, parameter), at, nudge.slope)
        entry = Entry(parameter.label, at, parameter.number(at))
        sides = [Apply("at", (self.loss.label, entry + Name("h"))), Apply("at", (self.loss.label, entry - Name("h")))]
        losses = Num(TypedFloat(nudge.right)) - Num(TypedFloat(nudge.left))
        difference = Entry(sides[0], (), nudge.right) - Entry(sides[1], (), nudge.left)
        return line(
            "nudge",
            [
                symbol,
                difference / (TWO * Entry(Name("h"), (), nudge.h)),
                losses / (TWO * Num(nudge.h)),
                Num(nudge.slope),
            ],
            self.show,
        )
