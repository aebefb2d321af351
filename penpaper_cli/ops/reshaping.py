"""Operations that only move numbers: joining, reshaping, reading from places and putting back."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num
from penpaper_cli.ops.shapes import Shape, counted, function_of, named, place_in, shape_text, small, whole
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import OPS, Op, Paper, Place, Value

MOST_SIZES = 4


class Reshape(Op):
    """The same numbers in another shape, row by row."""

    name = "reshape"
    rule = "Read the numbers row by row, and write them row by row into the new shape."
    reasons = ("The gradient is put back into the old shape.",)
    rearranges = True
    backward = (lambda g, out, a, shape: OPS["reshape"](g, shape=a.shape),)

    takes_more = True

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        """The new sizes are a setting, or numbers after the operand, as in reshape(x, 2, 3)."""
        a, *sizes = parents
        for size in sizes:
            if size.shape:
                raise CannotWork(
                    f"{named(size)} is {shape_text(size.shape)}: the sizes that reshape takes are numbers, as in "
                    "reshape(x, 2, 3)."
                )
        shape = settings.get("shape", tuple(size.data[()] for size in sizes))
        numbers = shape if isinstance(shape, tuple) else (shape,)
        return super().__call__(a, shape=tuple(whole(n, f"size in {self.name}") for n in numbers))

    def check(self, a: Value, shape: Shape) -> None:
        if prod(shape) != a.data.size or len(shape) > MOST_SIZES:
            raise CannotWork(
                f"{named(a)} is {shape_text(a.shape)}, which is {a.data.size:,} numbers, and the new shape is "
                f"{shape_text(shape)}: give up to {MOST_SIZES} sizes whose product is {a.data.size:,}."
            )

    def forward(self, a: Array, shape: Shape = ()) -> Array:
        return a.reshape(shape)

    def entry(self, at: Place, a: Value, shape: Shape) -> Expr:
        return a[place_in(a.shape, counted(at, shape))]

    def formula(self, a: Value, shape: Shape) -> Expr:
        return Apply(self.name, (a.label, *(Num(Fraction(size)) for size in shape)))

    def example(self) -> Value:
        return self(small("A", "1 -2 0; 3 1/2 4"), shape=(3, 2))


class Stand(Reshape):
    """Numbers stood up so that each meets its own row, or its own channel."""

    name = "stand"
    rule = "Take the numbers one after the other."
    reasons = ("Each number serves one row, or one channel, and collects the gradient from there.",)
    public = False
    backward = (lambda g, out, a, shape: OPS["stand"](g, shape=a.shape),)

    def formula(self, a: Value, shape: Shape) -> Expr:
        return a.label


class Flatten(Op):
    """All numbers in one vector, row by row."""

    name = "flatten"
    rule = "Read the numbers row by row."
    reasons = ("The gradient is put back into the old shape.",)
    rearranges = True
    backward = (lambda g, out, a: OPS["reshape"](g, shape=a.shape),)

    def forward(self, a: Array) -> Array:
        return a.reshape(-1)

    def entry(self, at: Place, a: Value) -> Expr:
        return a[place_in(a.shape, at[0])]

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"))


class Concat(Op):
    """Joined: the second stands to the right of the first, or below it."""

    name = "concat"
    rule = "Copy the first, then the second."
    reasons = ("Each part takes its own piece of the gradient.",) * 2
    rearranges = True
    backward = (
        lambda g, out, a, b, axis: piece(g, axis, 0, a.shape[axis]),
        lambda g, out, a, b, axis: piece(g, axis, a.shape[axis], out.shape[axis]),
    )

    takes_more = True

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        """Matrices are joined side by side, anything else along its first direction, unless an axis is given."""
        joined, *others = parents
        axis = settings.get("axis")
        if axis is None:
            axis = 1 if len(joined.shape) == 2 else 0
        axis = whole(axis, f"axis of {self.name}", 0, max(len(joined.shape) - 1, 0))
        for other in others:
            joined = super().__call__(joined, other, axis=axis)
        return joined

    def check(self, a: Value, b: Value, axis: int) -> None:
        shapes = f"{named(a)} is {shape_text(a.shape)} and {named(b)} is {shape_text(b.shape)}"
        if not a.shape or len(a.shape) != len(b.shape):
            one = next(value for value in (a, b) if len(value.shape) == min(len(a.shape), len(b.shape)))
            sizes, what = (f"1, {one.size}", "matrix of one row") if one.shape else ("1", "vector")
            raise CannotWork(
                f"{shapes}: concat joins vectors with vectors and matrices with matrices; "
                f"reshape({named(one)}, {sizes}) makes a {what}."
            )
        if any(m != n for k, (m, n) in enumerate(zip(a.shape, b.shape, strict=True)) if k != axis):
            hint = f"; axis={1 - axis} joins them the other way" if len(a.shape) == 2 else ""
            raise CannotWork(f"{shapes}: to join them along axis {axis}, their other sizes must be equal{hint}.")

    def forward(self, a: Array, b: Array, axis: int | None = None) -> Array:
        return np.concatenate((a, b), axis=axis)

    def entry(self, at: Place, a: Value, b: Value, axis: int) -> Expr:
        beyond = at[axis] - a.shape[axis]
        return a[at] if beyond < 0 else b[(*at[:axis], beyond, *at[axis + 1 :])]

    def formula(self, a: Value, b: Value, axis: int) -> Expr:
        usual = axis == (1 if len(a.shape) == 2 else 0)
        return function_of(self.name, a, b, **({} if usual else {"axis": axis}))

    def example(self) -> Value:
        paper = Paper()
        return self(small("A", "1 -2; 3 1/2", paper), small("B", "4 0 5; -1 2 0.1", paper))


def piece(gradient: Value, axis: int, start: int, end: int) -> Value:
    """The part of a gradient that belongs to one of the operands that were joined."""
    count = np.arange(gradient.data.size).reshape(gradient.shape)
    return OPS["gather"](gradient, places=np.take(count, range(start, end), axis))
