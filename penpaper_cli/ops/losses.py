"""Losses: how far predictions land from the truth, as one number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.arithmetic import Expr, Num, Sum
from penpaper_cli.numbers import CannotWork
from penpaper_cli.ops.shapes import named, shape_text, small
from penpaper_cli.paper import Array, Op, Paper, Place, Value, scale


class SquaredError(Op):
    """A loss over squared differences, divided by `parts` times their number."""

    parts = 1

    def check(self, p: Value, t: Value) -> None:
        if p.shape != t.shape:
            raise CannotWork(
                f"{named(p)} is {shape_text(p.shape)} and {named(t)} is {shape_text(t.shape)}: every prediction "
                "needs its target, so the shapes must be equal."
            )

    def forward(self, p: Array, t: Array) -> Any:
        return ((p - t) ** 2).sum() / (self.parts * p.size)

    def entry(self, at: Place, p: Value, t: Value) -> Expr:
        squares = ((p.data - t.data) ** 2).ravel()

        def term(k: int) -> Expr:
            place = tuple(map(int, np.unravel_index(k, p.shape)))
            return (p[place] - t[place]) ** 2

        return Sum(squares, term) / Num(Fraction(self.parts * p.data.size))

    def example(self) -> Value:
        paper = Paper()
        return self(small("p", "1 2.5 -3", paper), small("t", "1 2 1/2", paper))


class MeanSquaredError(SquaredError):
    """Mean squared error: the mean of the squared differences between predictions and targets."""

    name = "mse"
    says = "Square each difference between prediction and target, add the squares, and divide by their number."
    blames = (
        "The power rule brings the 2 down: each prediction is to blame for twice its error, divided by their number.",
        "The target is to blame for the same with the sign turned.",
    )
    backward = (
        lambda g, out, p, t: scale(g, 2 * (p - t) / p.data.size),
        lambda g, out, p, t: scale(g, 2 * (t - p) / p.data.size),
    )


class HalfMeanSquaredError(SquaredError):
    """Half the mean squared error: the half cancels the 2 of the power rule."""

    name = "half_mse"
    says = "Square each difference between prediction and target, add the squares, and divide by twice their number."
    blames = (
        "The power rule brings a 2 down, which the half cancels: each prediction is to blame for its error, "
        "divided by their number.",
        "The target is to blame for the same with the sign turned.",
    )
    parts = 2
    backward = (
        lambda g, out, p, t: scale(g, (p - t) / p.data.size),
        lambda g, out, p, t: scale(g, (t - p) / p.data.size),
    )
