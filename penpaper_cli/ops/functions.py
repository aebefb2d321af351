"""Functions of each entry, and the jumps that gradients are written with."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, value
from penpaper_cli.expressions.functions import MEANING
from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.ops.elementwise import Unary
from penpaper_cli.ops.shapes import named, small
from penpaper_cli.paper.paper import OPS, Array, Place, Value, scale


def marks(where: Any, like: Array) -> Array:
    """1 where it is so, 0 elsewhere, in the same kind of number."""
    exact: Any = (Fraction(1), Fraction(0))
    return np.where(where, *exact) if like.dtype == object else np.asarray(where, dtype=float)


class Exp(Unary):
    """The exponential function, entry by entry. It leaves the exact rationals."""

    name = "exp"
    rule = "Raise e (about 2.718) to the power of every entry."
    reasons = ("The exponential function is its own slope: the gradient times the result.",)
    keeps_exact = False

    def forward(self, a: Array) -> Any:
        return np.exp(a)

    backward = (lambda g, out, a: scale(g, out),)


class Log(Unary):
    """The natural logarithm, entry by entry. It leaves the exact rationals."""

    name = "log"
    rule = "Take the natural logarithm of every entry."
    reasons = ("The logarithm's slope is one over the entry.",)
    keeps_exact = False

    def check(self, a: Value) -> None:
        if (a.data <= 0).any():
            which = "an entry 0" if (a.data == 0).any() else "a negative entry"
            raise CannotWork(f"{named(a)} has {which}, and only numbers above 0 have a logarithm.")

    def forward(self, a: Array) -> Any:
        return np.log(a)

    backward = (lambda g, out, a: g / a,)

    def example(self) -> Value:
        return self(small("A", "1 4; 2 1/2"))


class Abs(Unary):
    """Absolute value, entry by entry: how far a number is from 0."""

    name = "abs"
    rule = "Drop the sign of every entry."
    reasons = ("The slope is 1 for a positive entry, -1 for a negative one, and is taken to be 0 at 0.",)

    def forward(self, a: Array) -> Any:
        return abs(a)

    backward = (lambda g, out, a: scale(g, OPS["sign"](a)),)


def jump(name: str, written: Expr, found: Scalar) -> Expr:
    """A step or sign; where rounding on the way to it would make it jump, the number found there stands instead."""
    jumps = MEANING[name](value(written)) != MEANING[name](found)
    return Apply(name, (Num(found) if jumps else written,))


class Jump(Unary):
    """A function that is flat but for a jump at 0, so that its own gradient is 0."""

    plain = False
    public = False
    backward = (lambda g, out, a: a * 0,)

    def entry(self, at: Place, a: Value) -> Expr:
        return jump(self.name, a[at], a.number(at))


class Step(Jump):
    """The step function: 1 where an entry is positive, 0 elsewhere, also at 0."""

    name = "step"
    rule = "Write 1 where the entry is positive, and 0 elsewhere (also at 0)."
    reasons = ("A step is flat on both sides, so no gradient flows back through it.",)

    def forward(self, a: Array) -> Array:
        return marks(a > 0, a)


class Sign(Jump):
    """The sign of every entry: 1, -1 or 0."""

    name = "sign"
    rule = "Write 1 for a positive entry, -1 for a negative one, 0 for 0."
    reasons = ("A sign is flat on both sides, so no gradient flows back through it.",)

    def forward(self, a: Array) -> Array:
        return marks(a > 0, a) - marks(a < 0, a)
