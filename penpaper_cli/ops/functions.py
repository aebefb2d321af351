"""Functions of each entry: powers of e and roots, the jumps that gradients are written with, and activations."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, lift, value
from penpaper_cli.expressions.functions import EVALUATE
from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.ops.elementwise import Unary, one_minus, rational, suited
from penpaper_cli.ops.shapes import function_of, named, small
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.gradients import scale
from penpaper_cli.paper.paper import OPS, Place, Value


def marks(where: Any, like: Array) -> Array:
    """1 where it is so, 0 elsewhere, in the same kind of number."""
    exact: Any = (Fraction(1), Fraction(0))
    return np.where(where, *exact) if like.dtype == object else np.asarray(where, dtype=float)


class Sqrt(Unary):
    """Square root, entry by entry. It leaves the exact rationals."""

    name = "sqrt"
    rule = "Take the square root of every entry."
    reasons = ("The root's slope is one over twice the root.",)

    def check(self, a: Value) -> None:
        if (a.data < 0).any():
            raise CannotWork(f"{named(a)} has a negative entry, and its square root isn't a real number.")

    def forward(self, a: Array) -> Any:
        return np.sqrt(a)

    backward = (lambda g, out, a: g / (2 * out),)

    def example(self) -> Value:
        return self(small("A", "1 4; 2 1/2"))


class Exp(Unary):
    """The exponential function, entry by entry. It leaves the exact rationals."""

    name = "exp"
    rule = "Take the exponential of every entry: the number 2.718… raised to that power."
    reasons = ("The exponential function is its own slope: the gradient times the result.",)

    def forward(self, a: Array) -> Any:
        return np.exp(a)

    backward = (lambda g, out, a: scale(g, out),)


class Log(Unary):
    """The natural logarithm, entry by entry. It leaves the exact rationals."""

    name = "log"
    rule = "Take the natural logarithm of every entry."
    reasons = ("The logarithm's slope is one over the entry.",)

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
    jumps = EVALUATE[name](value(written)) != EVALUATE[name](found)
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


FAR = 700
"""Beyond this, exp leaves the range of float64 on one side or the other."""
SMALL_BESIDE_ONE, LARGE = -5, 30
"""Where exp is small beside 1, and where softplus is little more than the score itself."""


SATURATED = 20
"""From this score on, a sigmoid or tanh is so near to its end that 1 less its value says little."""


def saturated(a: Any) -> bool:
    """Whether slopes have to be worked from the scores, since the values are too near to their ends."""
    return bool(np.any(abs(a.data if isinstance(a, Value) else a) > SATURATED))


def tanh_slope(a: Any) -> Any:
    """1 - tanh(a)^2 from the score: 4 over the square of exp(a) + exp(-a); of values on paper, or of an array."""
    four = a.paper.constant(Fraction(4)) if isinstance(a, Value) else 4
    return four / (OPS["exp"].of(a) + OPS["exp"].of(-a)) ** 2


class Activation(Unary):
    """A function of each score, with an explanation of its own."""

    plain = False


class Relu(Activation):
    """Rectifier: lets positive scores through and holds negative ones at 0."""

    name = "relu"
    rule = "Keep an entry that is positive, and write 0 for the others."
    reasons = ("Where the entry was positive the gradient passes unchanged; elsewhere, also at exactly 0, it stops.",)

    def forward(self, a: Array) -> Any:
        return np.maximum(a, suited(Fraction(0), a))

    backward = (lambda g, out, a: scale(g, OPS["step"].of(a)),)

    def entry(self, at: Place, a: Value) -> Expr:
        return Apply("max", (lift(0), a[at]))


class LeakyRelu(Activation):
    """Leaky rectifier: lets positive scores through and shrinks negative ones by a small factor, 0.01 unless given."""

    name = "leaky_relu"
    rule = "Keep an entry that is positive, and multiply the others by the small factor."
    reasons = (
        "Where the entry was positive the gradient passes unchanged; elsewhere, also at 0, times the small factor.",
    )

    def forward(self, a: Array, slope: float = 0.01) -> Any:
        return np.where(a > 0, a, suited(rational(slope), a) * a)

    backward = (lambda g, out, a, slope=0.01: scale(g, leaky_slope(a, slope)),)

    def entry(self, at: Place, a: Value, slope: float = 0.01) -> Expr:
        return Apply("max" if slope <= 1 else "min", (Num(rational(slope)) * a[at], a[at]))

    def formula(self, a: Value, **settings: Any) -> Expr:
        return function_of(self.name, a, **settings)


def leaky_slope(a: Any, slope: float) -> Any:
    """1 where an entry is positive, else the small factor; of values on paper, or of an array."""
    factor = rational(slope) if isinstance(a, Value) else slope
    return factor + (1 - factor) * OPS["step"].of(a)


class Sigmoid(Activation):
    """Sigmoid: squashes any score to a share between 0 and 1."""

    name = "sigmoid"
    rule = "Divide 1 by 1 plus the exponential of the score with its sign turned."
    reasons = ("The sigmoid's slope is its own value times what it lacks to 1.",)

    def forward(self, a: Array) -> Any:
        small = np.exp(-abs(a))
        return np.where(a >= 0, 1, small) / (1 + small)

    backward = (lambda g, out, a: scale(g, out * (OPS["sigmoid"].of(-a) if saturated(a) else one_minus(out))),)

    def entry(self, at: Place, a: Value) -> Expr:
        if abs(a.data[at]) > FAR:
            return Apply("sigmoid", (a[at],))
        return lift(1) / (lift(1) + Apply("exp", (-a[at],)))


class Tanh(Activation):
    """Hyperbolic tangent: squashes any score to a number between -1 and 1."""

    name = "tanh"
    rule = "Take the hyperbolic tangent of every entry."
    reasons = ("The slope of tanh is 1 less the square of its value.",)

    def forward(self, a: Array) -> Any:
        return np.tanh(a)

    backward = (lambda g, out, a: scale(g, tanh_slope(a) if saturated(a) else one_minus(out**2)),)


class Softplus(Activation):
    """Softplus: a smooth rectifier, close to 0 on the left and to the score itself on the right."""

    name = "softplus"
    rule = "Take the logarithm of 1 plus the exponential of the score."
    reasons = ("The slope of softplus is the sigmoid of the score.",)

    def forward(self, a: Array) -> Any:
        return np.logaddexp(0, a)

    backward = (lambda g, out, a: scale(g, OPS["sigmoid"].of(a)),)

    def entry(self, at: Place, a: Value) -> Expr:
        return softplus_of(a[at], a.number(at))


def softplus_of(score: Expr, number: Any) -> Expr:
    """log(1 + exp(z)) as it is worked for a score that comes to `number`, so that no digits are lost at either end."""
    if number > LARGE:
        return score + Apply("log1p", (Apply("exp", (-score,)),))
    if number < SMALL_BESIDE_ONE:
        return Apply("log1p", (Apply("exp", (score,)),))
    return Apply("log", (lift(1) + Apply("exp", (score,)),))


class NormalShare(Activation):
    """The share of a standard normal distribution that lies below a number, often written as a capital phi."""

    name = "normal_share"
    public = False
    rule = (
        "Find the share of a standard normal distribution that lies below the entry: half of 1 plus erf of the entry "
        "over the root of 2."
    )
    reasons = ("The share grows by the height of the bell curve at the entry.",)

    def forward(self, a: Array) -> Any:
        return np.vectorize(lambda x: math.erfc(-x / math.sqrt(2)) / 2, otypes=[float])(a)

    backward = (lambda g, out, a: scale(g, OPS["normal_height"].of(a)),)


class NormalHeight(Activation):
    """The height of the standard normal bell curve at a number, often written as a small phi."""

    name = "normal_height"
    public = False
    rule = "Find the height of the bell curve: the exponential of minus half the square, divided by the root of 2 pi."
    reasons = ("The bell curve's slope is minus the entry times its height there.",)

    def forward(self, a: Array) -> Any:
        return np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)

    backward = (lambda g, out, a: scale(g, -(a * out)),)


class Gelu(Activation):
    """Gaussian error linear unit: the score times the share of a normal distribution that lies below it."""

    name = "gelu"
    rule = "Multiply the score by the share of a standard normal distribution that lies below it."
    reasons = ("The product rule: the share below the score, plus the score times the height of the bell curve there.",)

    def forward(self, a: Array) -> Any:
        return a * OPS["normal_share"].forward(a)

    backward = (lambda g, out, a: scale(g, OPS["normal_share"].of(a) + a * OPS["normal_height"].of(a)),)

    def entry(self, at: Place, a: Value) -> Expr:
        return a[at] * Apply("normal_share", (a[at],))
