"""Operations that work entry by entry: sums, differences, products, quotients, powers, roots."""

from __future__ import annotations

from typing import Any

import numpy as np

from penpaper_cli.arithmetic import Apply, Expr
from penpaper_cli.numbers import CannotWork
from penpaper_cli.ops.reductions import fit
from penpaper_cli.ops.shapes import cell, named, shape_text, small
from penpaper_cli.paper import Array, Op, Place, Value, scale


class Elementwise(Op):
    """Two operands worked entry by entry; the smaller one is repeated to fit (broadcasting)."""

    plain = True

    def check(self, a: Value, b: Value) -> None:
        try:
            np.broadcast_shapes(a.shape, b.shape)
        except ValueError:
            raise CannotWork(
                f"{named(a)} is {shape_text(a.shape)} and {named(b)} is {shape_text(b.shape)}: "
                f"to {self.name} them entry by entry, their sizes must be equal, or 1."
            ) from None

    def entry(self, at: Place, a: Value, b: Value) -> Expr:
        return Apply(self.name, (cell(a, at), cell(b, at)))

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"), small("B", "4 0.5"))


class Add(Elementwise):
    """Sum, entry by entry."""

    name = "add"
    says = "Add the entries that stand in the same place."
    blames = ("A sum passes the gradient on unchanged to each of its terms.",) * 2

    def forward(self, a: Array, b: Array) -> Array:
        return a + b

    backward = (lambda g, out, a, b: fit(g, a), lambda g, out, a, b: fit(g, b))


class Sub(Elementwise):
    """Difference, entry by entry."""

    name = "sub"
    says = "Subtract the entries that stand in the same place."
    blames = (
        "The first term of a difference gets the gradient unchanged.",
        "The second term of a difference gets the gradient with its sign turned.",
    )

    def forward(self, a: Array, b: Array) -> Array:
        return a - b

    backward = (lambda g, out, a, b: fit(g, a), lambda g, out, a, b: fit(-g, b))


class Mul(Elementwise):
    """Product, entry by entry."""

    name = "mul"
    says = "Multiply the entries that stand in the same place."
    blames = ("Each factor's gradient is the gradient of the product times the other factor.",) * 2

    def forward(self, a: Array, b: Array) -> Array:
        return a * b

    backward = (lambda g, out, a, b: fit(scale(g, b), a), lambda g, out, a, b: fit(scale(g, a), b))


class Div(Elementwise):
    """Quotient, entry by entry."""

    name = "div"
    says = "Divide the entries that stand in the same place."
    blames = (
        "The numerator's gradient is the gradient of the quotient divided by the denominator.",
        "A larger denominator makes the quotient smaller: minus the gradient times the quotient, over the denominator.",
    )

    def forward(self, a: Array, b: Array) -> Array:
        return a / b

    backward = (lambda g, out, a, b: fit(g / b, a), lambda g, out, a, b: fit(-(scale(g, out) / b), b))

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"), small("B", "4 -0.5"))


class Unary(Op):
    """One operand, worked entry by entry."""

    plain = True

    def entry(self, at: Place, a: Value) -> Expr:
        return Apply(self.name, (a[at],))

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"))


class Neg(Unary):
    """The same number with its sign turned."""

    name = "neg"
    says = "Turn the sign of every entry."
    blames = ("Turning the sign turns the sign of the gradient.",)

    def forward(self, a: Array) -> Array:
        return -a

    backward = (lambda g, out, a: -g,)


class Pow(Op):
    """A whole power, entry by entry."""

    name = "pow"
    says = "Raise every entry to the power."
    plain = True
    blames = ("The power rule: the power comes down in front, and the exponent drops by one.",)

    def forward(self, a: Array, power: int) -> Array:
        return a**power

    backward = (lambda g, out, a, power: scale(g, power * (a ** (power - 1) if power != 2 else a)),)

    def entry(self, at: Place, a: Value, power: int) -> Expr:
        return a[at] ** power

    def formula(self, a: Value, power: int) -> Expr:
        return a.label**power

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"), power=2)


class Sqrt(Unary):
    """Square root, entry by entry. It leaves the exact rationals."""

    name = "sqrt"
    says = "Take the square root of every entry."
    blames = ("The root's slope is one over twice the root.",)
    keeps_exact = False

    def check(self, a: Value) -> None:
        if (a.data < 0).any():
            raise CannotWork(f"{named(a)} has a negative entry, and its square root isn't a real number.")

    def forward(self, a: Array) -> Any:
        return np.sqrt(a)

    backward = (lambda g, out, a: g / (2 * out),)

    def example(self) -> Value:
        return self(small("A", "1 4; 2 1/2"))


class Same(Op):
    """The same numbers under another name."""

    name = "same"
    says = "Copy every entry."
    blames = ("A copy passes the gradient on unchanged.",)
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
