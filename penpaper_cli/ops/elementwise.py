"""Arithmetic entry by entry: sums, differences, products, quotients, powers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num
from penpaper_cli.expressions.decimals import Real
from penpaper_cli.expressions.functions import EVALUATE, FUNCTIONS
from penpaper_cli.expressions.numbers import Figures, Typed
from penpaper_cli.ops.reductions import fit
from penpaper_cli.ops.shapes import cell, named, no_product_lost, shape_text, small
from penpaper_cli.paper.arrays import Array, each
from penpaper_cli.paper.gradients import scale
from penpaper_cli.paper.paper import OPS, Numbers, Op, Paper, Place, Value


def rational(setting: float | Fraction) -> Fraction:
    """A setting as the exact number it was written as: 0.01 is one hundredth."""
    return Fraction(str(setting)) if isinstance(setting, float) else Fraction(setting)


def suited(number: Fraction | Real, array: Array) -> Any:
    """The number in the kind of the array: as it is beside fractions and decimals, else float64."""
    return number if array.dtype == object else float(number)


def one_minus(value: Numbers) -> Numbers:
    """1 less the value, entry by entry."""
    return 1 - value


class Elementwise(Op):
    """Two operands worked entry by entry; the smaller one is repeated to fit (broadcasting). `verb` says what for."""

    plain = True
    verb: ClassVar[str]
    broadcasts = True

    def check(self, a: Value, b: Value) -> None:
        try:
            np.broadcast_shapes(a.shape, b.shape)
        except ValueError:
            raise CannotWork(
                f"{named(a)} is {shape_text(a.shape)} and {named(b)} is {shape_text(b.shape)}: "
                f"to {self.verb} them entry by entry, their sizes must be equal, or 1."
            ) from None

    def entry(self, at: Place, a: Value, b: Value) -> Expr:
        return Apply(self.name, (cell(a, at), cell(b, at)))

    def example(self) -> Value:
        paper = Paper()
        return self(small("A", "1 -2; 3 1/2", paper), small("B", "4 0.5", paper))


class Add(Elementwise):
    """Sum, entry by entry."""

    name = verb = "add"
    rule = "Add the entries that stand in the same place."
    reasons = ("A sum passes the gradient on unchanged to each of its terms.",) * 2

    def forward(self, a: Array, b: Array) -> Array:
        return a + b

    backward = (lambda g, out, a, b: fit(g, a), lambda g, out, a, b: fit(g, b))


class Sub(Elementwise):
    """Difference, entry by entry."""

    name = "sub"
    verb = "subtract"
    rule = "Subtract the entries that stand in the same place."
    reasons = (
        "The first term of a difference gets the gradient unchanged.",
        "The second term of a difference gets the gradient with its sign turned.",
    )

    def forward(self, a: Array, b: Array) -> Array:
        return a - b

    backward = (lambda g, out, a, b: fit(g, a), lambda g, out, a, b: fit(-g, b))


class Mul(Elementwise):
    """Product, entry by entry."""

    name = "mul"
    verb = "multiply"
    rule = "Multiply the entries that stand in the same place."
    reasons = ("Each factor's gradient is the gradient of the product times the other factor.",) * 2

    def forward(self, a: Array, b: Array) -> Any:
        no_product_lost(np.asarray(a * b), a, b)
        return a * b

    def formula(self, a: Value, b: Value) -> Expr:
        return Apply("hadamard" if a.shape and b.shape else self.name, (a.label, b.label))

    backward = (lambda g, out, a, b: fit(scale(g, b), a), lambda g, out, a, b: fit(scale(g, a), b))


class Div(Elementwise):
    """Quotient, entry by entry."""

    name = "div"
    verb = "divide"
    rule = "Divide the entries that stand in the same place."
    reasons = (
        "The numerator's gradient is the gradient of the quotient divided by the denominator.",
        "A larger denominator makes the quotient smaller: minus the gradient times the quotient, over the denominator.",
    )

    def check(self, a: Value, b: Value) -> None:
        super().check(a, b)
        if (b.data == 0).any():
            raise CannotWork(f"{named(b)} has an entry 0, and a number divided by 0 is undefined.")

    def forward(self, a: Array, b: Array) -> Array:
        return a / b

    backward = (lambda g, out, a, b: fit(g / b, a), lambda g, out, a, b: fit(-(scale(g, out) / b), b))

    def example(self) -> Value:
        paper = Paper()
        return self(small("A", "1 -2; 3 1/2", paper), small("B", "4 -0.5", paper))


class Unary(Op):
    """One operand, worked entry by entry: what a function of one number does to each."""

    plain = True

    def __init_subclass__(cls) -> None:
        function = FUNCTIONS.get(cls.__dict__.get("name", ""))
        cls.keeps_exact = function is None or function.rational
        super().__init_subclass__()

    def forward_in_decimals(self, *arrays: Array, **settings: Any) -> Any:
        """Each entry by itself: a fraction where the function of it is known to be one."""
        if self.keeps_exact:
            return self.forward(*arrays, **settings)
        return each(FUNCTIONS[self.name], arrays[0])

    def entry(self, at: Place, a: Value) -> Expr:
        return Apply(self.name, (a[at],))

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"))


class Neg(Unary):
    """The same number with its sign turned."""

    name = "neg"
    rule = "Turn the sign of every entry."
    reasons = ("Turning the sign turns the sign of the gradient.",)

    def forward(self, a: Array) -> Array:
        return -a

    backward = (lambda g, out, a: -g,)


class Pow(Op):
    """A power, entry by entry: whole powers stay exact."""

    name = "pow"
    rule = "Raise every entry to the power."
    plain = True
    reasons = ("The power rule: the power comes down in front, and the exponent drops by one.",)

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        power = rational(settings["power"])
        whole = power.denominator == 1
        return Op.__call__(OPS["pow" if whole else "power"], *parents, power=int(power) if whole else power)

    def check(self, a: Value, power: int | Fraction) -> None:
        if power < 0 and (a.data == 0).any():
            raise CannotWork(f"{named(a)} has an entry 0, and 0 to a negative power would divide by zero.")

    def forward(self, a: Array, power: int | Fraction) -> Array:
        return a**power

    backward = (lambda g, out, a, power: power_rule(g, a, power),)

    def entry(self, at: Place, a: Value, power: int | Fraction) -> Expr:
        return a[at] ** exponent(power)

    def formula(self, a: Value, power: int | Fraction) -> Expr:
        return a.label ** exponent(power)

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"), power=2)


class Power(Pow):
    """A power that is not a whole number, entry by entry. It leaves the exact rationals."""

    name = "power"
    keeps_exact = False
    public = False

    def check(self, a: Value, power: int | Fraction) -> None:
        super().check(a, power)
        if (a.data < 0).any():
            raise CannotWork(
                f"{named(a)} has a negative entry, and a negative number to a power that isn't whole "
                "is not a real number."
            )

    def forward(self, a: Array, power: int | Fraction) -> Array:
        return a ** float(power)

    def forward_in_decimals(self, *arrays: Array, **settings: Any) -> Any:
        return each(lambda base: EVALUATE["pow"](base, settings["power"]), arrays[0])

    def example(self) -> Value:
        return self(small("A", "1 4; 2 1/2"), power=Fraction(3, 2))


def exponent(power: int | Fraction) -> Num:
    """An exponent as it is printed: never rounded, so 1/3 stays a fraction."""
    exact = Fraction(power)
    return Num(exact if Figures().in_full(exact) else Typed(exact, str(exact)))


def power_rule(g: Value, a: Value, power: int | Fraction) -> Value:
    """The gradient of a power; the powers 0, 1 and 2 are written without leftovers such as A^0."""
    if power == 0:
        return a * 0
    if power == 1:
        return g
    return scale(g, g.paper.constant(Fraction(power)) * (a if power == 2 else OPS["pow"](a, power=power - 1)))


class Same(Op):
    """The same numbers under another name."""

    name = "same"
    public = False
    rule = "Copy every entry."
    reasons = ("A copy passes the gradient on unchanged.",)
    plain = True

    def forward(self, a: Array) -> Array:
        return a.copy()

    backward = (lambda g, out, a: g,)

    def entry(self, at: Place, a: Value) -> Expr:
        return a[at]

    def formula(self, a: Value) -> Expr:
        return a.label

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"))
