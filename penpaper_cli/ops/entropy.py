"""A number times a logarithm, as in entropies, where 0 times the logarithm of 0 counts as 0."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, value
from penpaper_cli.ops.elementwise import Elementwise
from penpaper_cli.ops.reductions import fit
from penpaper_cli.ops.shapes import cell, named, of_entries, small
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.gradients import scale
from penpaper_cli.paper.paper import OPS, Paper, Place, Value


def counts_as_zero(a: Value, b: Value) -> bool:
    """Whether every 0 under the logarithm is met by a factor 0, and there is one."""
    try:
        factors, under = np.broadcast_arrays(a.data, b.data)
    except ValueError:
        return False
    return bool(np.any(under == 0) and np.all(under >= 0) and np.all(factors[under == 0] == 0))


def above_zero(b: Value) -> Value:
    """The entries, with 1 in place of 0."""
    return b if (b.data > 0).all() else b + (1 - OPS["sign"](b))


class TimesLog(Elementwise):
    """Each entry times the logarithm of the one in its place; where both are 0, the product counts as 0."""

    name = "xlogy"
    verb = "multiply"
    plain = False
    public = False
    keeps_exact = False
    rule = (
        "Multiply each entry by the natural logarithm of the one in its place. 0 times the logarithm of 0 counts as 0, "
        "to which a number times its own logarithm tends when the number does."
    )
    reasons = (
        "The factor's gradient is the gradient of the product times the logarithm.",
        "The logarithm's slope is one over the entry: the gradient of the product times the factor, divided by it; "
        "where both are 0, by 1 instead, since 0 times a logarithm stays 0.",
    )
    backward = (
        lambda g, out, a, b: fit(scale(g, OPS["log"](b)), a),
        lambda g, out, a, b: fit(scale(g, a) / above_zero(b), b),
    )

    def check(self, a: Value, b: Value) -> None:
        super().check(a, b)
        if (b.data == 0).any() and not counts_as_zero(a, b):
            raise CannotWork(f"{named(b)} has an entry 0 that {named(a)} isn't 0 for, and 0 has no logarithm.")
        if (b.data < 0).any():
            raise CannotWork(f"{named(b)} has a negative entry, and only numbers above 0 have a logarithm.")

    def forward(self, a: Array, b: Array) -> Any:
        return a * of_entries("log", np.where(b == 0, b + 1, b))

    def forward_in_decimals(self, *arrays: Array, **settings: Any) -> Any:
        return self.forward(*arrays)

    def entry(self, at: Place, a: Value, b: Value) -> Expr:
        under = cell(b, at)
        return cell(a, at) * Apply("log", (under,)) if value(under) != 0 else Num(Fraction(0))

    def formula(self, a: Value, b: Value) -> Expr:
        return Apply("hadamard" if a.shape and b.shape else "mul", (a.label, Apply("log", (b.label,))))

    def example(self) -> Value:
        paper = Paper()
        return self(small("A", "1 4; 2 1/2", paper), small("B", "1/4 3; 2 0.5", paper))
