"""Losses over pairs of prediction and target: how far predictions land from the truth, as one number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, Sum
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.ops.elementwise import rational, suited
from penpaper_cli.ops.reductions import divided, over
from penpaper_cli.ops.shapes import function_of, named, place_in, shape_text, small
from penpaper_cli.paper.paper import OPS, Array, Op, Paper, Place, Value, scale

SLACK = Fraction(1, 1000)
"""How far a share may stand outside 0 to 1, and a sum of shares from 1, so that they can be nudged."""


def place_text(at: Place) -> str:
    """An entry's place in an error's sentence: " 2,1", or nothing for a single number."""
    return "".join([" ", ",".join(str(k + 1) for k in at)]) if at else ""


def refuse(value: Value, wrong: Any, problem: str) -> None:
    """Raise CannotWork for the first entry that is wrong, if any is: "p[2,1] is 3" and the problem."""
    places = np.argwhere(wrong)
    if len(places):
        at = tuple(map(int, places[0]))
        raise CannotWork(f"{named(value)}, entry{place_text(at)}, is {Figures().text(value.number(at))}{problem}")


def beyond(shares: Array) -> Any:
    """Where a number is no share between 0 and 1."""
    return (shares < -float(SLACK)) | (shares > 1 + float(SLACK))


class PairLoss(Op):
    """A loss with a term for every pair of prediction and target: their mean, or their sum."""

    mean = True

    def check(self, *parents: Any, **settings: Any) -> None:
        p, t = parents
        if p.shape != t.shape:
            raise CannotWork(
                f"{named(p)} is {shape_text(p.shape)} and {named(t)} is {shape_text(t.shape)}: every prediction "
                "needs its target, so the shapes must be equal."
            )

    def example(self) -> Value:
        paper = Paper()
        return self(small("p", "1 2.5 -3", paper), small("t", "1 2 1/2", paper))


class SquaredError(PairLoss):
    """A loss over squared differences, divided by `parts` (times their number for a mean)."""

    parts = 1

    def divisor(self, size: int) -> int:
        return self.parts * (size if self.mean else 1)

    def forward(self, p: Array, t: Array) -> Any:
        return np.sum((p - t) ** 2) / self.divisor(p.size)

    def entry(self, at: Place, p: Value, t: Value) -> Expr:
        def term(k: int) -> Expr:
            place = place_in(p.shape, k)
            return (p[place] - t[place]) ** 2

        return divided(Sum(np.ravel((p.data - t.data) ** 2), term), self.divisor(p.data.size))


OPPOSITE = "The target is to blame for the same with the sign turned."


class MeanSquaredError(SquaredError):
    """Mean squared error: the mean of the squared differences between predictions and targets."""

    name = "mse"
    rule = "Square each difference between prediction and target, add the squares, and divide by their number."
    reasons = (
        "The power rule brings the 2 down: each prediction is to blame for twice its error, divided by their number.",
        OPPOSITE,
    )
    backward = (
        lambda g, out, p, t: scale(g, over(2 * (p - t), p.data.size)),
        lambda g, out, p, t: scale(g, over(2 * (t - p), p.data.size)),
    )


class HalfMeanSquaredError(SquaredError):
    """Half the mean squared error: the half cancels the 2 of the power rule."""

    name = "half_mse"
    rule = "Square each difference between prediction and target, add the squares, and divide by twice their number."
    reasons = (
        "The power rule brings a 2 down, which the half cancels: each prediction is to blame for its error, "
        "divided by their number.",
        OPPOSITE,
    )
    parts = 2
    backward = (
        lambda g, out, p, t: scale(g, over(p - t, p.data.size)),
        lambda g, out, p, t: scale(g, over(t - p, p.data.size)),
    )


class SumOfSquaredErrors(SquaredError):
    """Sum of squared errors: the squared differences between predictions and targets, added up."""

    name = "sse"
    rule = "Square each difference between prediction and target, and add the squares."
    reasons = ("The power rule brings the 2 down: each prediction is to blame for twice its error.", OPPOSITE)
    mean = False
    backward = (lambda g, out, p, t: scale(g, 2 * (p - t)), lambda g, out, p, t: scale(g, 2 * (t - p)))


class HalfSumOfSquaredErrors(SquaredError):
    """Half the sum of squared errors: the half cancels the 2 of the power rule."""

    name = "half_sse"
    rule = "Square each difference between prediction and target, add the squares, and take half."
    reasons = (
        "The power rule brings a 2 down, which the half cancels: each prediction is to blame for its error.",
        OPPOSITE,
    )
    mean = False
    parts = 2
    backward = (lambda g, out, p, t: scale(g, p - t), lambda g, out, p, t: scale(g, t - p))


class MeanAbsoluteError(PairLoss):
    """Mean absolute error: the mean distance between predictions and targets."""

    name = "mae"
    rule = (
        "Take each difference between prediction and target without its sign, add them up, and divide by their number."
    )
    reasons = (
        "Each prediction is to blame for the sign of its error, divided by their number; a perfect one for nothing.",
        OPPOSITE,
    )
    backward = (
        lambda g, out, p, t: scale(g, over(OPS["sign"](p - t), p.data.size)),
        lambda g, out, p, t: scale(g, over(OPS["sign"](t - p), p.data.size)),
    )

    def forward(self, p: Array, t: Array) -> Any:
        return np.sum(abs(p - t)) / p.size

    def entry(self, at: Place, p: Value, t: Value) -> Expr:
        def term(k: int) -> Expr:
            place = place_in(p.shape, k)
            return Apply("abs", (p[place] - t[place],))

        return divided(Sum(np.ravel(abs(p.data - t.data)), term), p.data.size)


def clipped(p: Value, t: Value, delta: Fraction) -> Value:
    """The error, held between -delta and delta."""
    low, high = p.paper.constant(-delta), p.paper.constant(delta)
    return OPS["maximum"](low, OPS["minimum"](high, p - t))


class Huber(PairLoss):
    """Huber loss: squared error for small errors, absolute error for those beyond delta, 1 unless given."""

    name = "huber"
    rule = (
        "An error up to delta counts half its square; a larger one counts delta times what its size has over half of "
        "delta. Add them up and divide by their number."
    )
    reasons = (
        "Each prediction is to blame for its error, held between minus delta and delta, divided by their number.",
        OPPOSITE,
    )
    backward = (
        lambda g, out, p, t, delta=1: scale(g, over(clipped(p, t, rational(delta)), p.data.size)),
        lambda g, out, p, t, delta=1: scale(g, over(clipped(t, p, rational(delta)), p.data.size)),
    )

    def check(self, p: Value, t: Value, delta: float = 1) -> None:
        super().check(p, t)
        if delta <= 0:
            raise CannotWork(f"The delta of a Huber loss is above 0, and here it is {delta}.")

    def terms(self, p: Array, t: Array, delta: float) -> Array:
        size, edge = np.asarray(abs(p - t)), suited(rational(delta), p)
        near = np.minimum(size, edge)
        return np.asarray(near * (size - near / 2))

    def forward(self, p: Array, t: Array, delta: float = 1) -> Any:
        return self.terms(p, t, delta).sum() / p.size

    def entry(self, at: Place, p: Value, t: Value, delta: float = 1) -> Expr:
        edge, exact = Num(rational(delta)), p.exact and t.exact
        a, b = (v.data if exact else v.data.astype(float) for v in (p, t))
        near = np.asarray(abs(a - b) <= suited(rational(delta), a))

        def term(k: int) -> Expr:
            place = place_in(p.shape, k)
            error = p[place] - t[place]
            return error**2 / 2 if near[place] else edge * (Apply("abs", (error,)) - edge / 2)

        return divided(Sum(self.terms(a, b, delta).ravel(), term), p.data.size)

    def formula(self, *parents: Value, **settings: Any) -> Expr:
        return function_of(self.name, *parents, **settings)
