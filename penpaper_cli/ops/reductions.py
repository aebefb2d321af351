"""Operations that collapse many numbers into fewer, and the one that repeats a few."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Expr, Num, Sum
from penpaper_cli.expressions.numbers import Count
from penpaper_cli.ops.shapes import cell, function_of, named, place_in, shape_text, small
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import OPS, Numbers, Op, Place, Value


def fit(gradient: Value, operand: Value) -> Value:
    """The gradient of an operand that was repeated: summed over the repetitions. Otherwise unchanged.

    Copies add up to so many times what was copied.
    """
    if gradient.shape == operand.shape:
        return gradient
    if gradient.op is OPS["spread"] and gradient.name is None:
        (copied,) = gradient.parents
        if np.broadcast_shapes(copied.shape, operand.shape) == operand.shape:
            total = Fraction(gradient.size // operand.size) * copied
            return total if total.shape == operand.shape else OPS["spread"](total, shape=operand.shape)
    return OPS["sum_to"](gradient, shape=operand.shape)


def over(value: Numbers, count: int) -> Numbers:
    """The value divided by a count; nothing is divided by 1."""
    if count == 1:
        return value
    return value / (Count(count) if isinstance(value, Value) else count)


def divided(total: Expr, count: int) -> Expr:
    """The same for the working of one entry."""
    return total if count == 1 else total / Num(Fraction(count))


def direction(dimensions: int, axis: int | None) -> int | None:
    """NumPy's number of the axis; a vector has only one direction, so 0 and 1 both mean that one."""
    return axis if axis is None or dimensions > 1 else 0


def within(sentence: str, a: Value, axis: int | None) -> str:
    """The sentence for all entries, said of each row or column where an axis was given."""
    if axis is None or len(a.shape) < 2:
        return sentence
    return (
        sentence.replace("all the entries", f"the entries of each {('column', 'row')[axis]}")
        if axis in (0, 1)
        else sentence
    )


def check_axis(a: Value, axis: int | None) -> None:
    """Raise CannotWork when there is no such direction."""
    if axis is None:
        return
    if not a.shape:
        raise CannotWork(f"{named(a)} is one number, so there are no rows or columns to work within.")
    if axis not in range(max(len(a.shape), 2)):
        raise CannotWork(
            f"{named(a)} is {shape_text(a.shape)}, so there is no axis {axis}: axis 0 works within each column, "
            "axis 1 within each row."
        )


def collapsed(a: Value, at: Place, axis: int | None) -> tuple[Array, Callable[[int], Place]]:
    """The numbers that are collapsed into the entry `at` of a result, as a vector, and the place of the k-th."""
    axis = direction(len(a.shape), axis)
    if axis is None:
        return a.data.ravel(), lambda k: place_in(a.shape, k)
    lane: tuple[Any, ...] = (*at[:axis], slice(None), *at[axis:])
    return a.data[lane], lambda k: (*at[:axis], k, *at[axis:])


def total(a: Value, at: Place, axis: int | None) -> Expr:
    """The sum of the numbers that are collapsed into the entry `at`."""
    values, place = collapsed(a, at, axis)
    return Sum(values, lambda k: a[place(k)])


def repeated(g: Value, a: Value, axis: int | None) -> Value:
    """The gradient of a collapsed value, repeated for every number that went into it."""
    axis = direction(len(a.shape), axis)
    if axis is None or len(a.shape) == 1:
        return OPS["spread"](g, shape=a.shape)
    return OPS["repeat"](g, axis=axis, times=a.shape[axis])


def how_many(a: Value, axis: int | None) -> int:
    """How many numbers are collapsed into one."""
    axis = direction(len(a.shape), axis)
    return int(a.data.size if axis is None else a.shape[axis])


class Reduction(Op):
    """Many numbers collapsed into one: all of them, or those of each column (axis 0) or of each row (axis 1)."""

    def check(self, a: Value, axis: int | None = None) -> None:
        check_axis(a, axis)

    def formula(self, a: Value, **settings: Any) -> Expr:
        return function_of(self.name, a, **settings)

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"))


class Total(Reduction):
    """The sum of all entries, or of each column or row."""

    name = "sum"
    rule = "Add up all the entries."
    reasons = ("Every entry counts once in the sum, so each gets the whole gradient.",)

    def instruction(self, a: Value, axis: int | None = None) -> str:
        return within(self.rule, a, axis)

    def forward(self, a: Array, axis: int | None = None) -> Any:
        return a.sum(axis=direction(a.ndim, axis))

    backward = (lambda g, out, a, axis=None: repeated(g, a, axis),)

    def entry(self, at: Place, a: Value, axis: int | None = None) -> Expr:
        return total(a, at, axis)


class Mean(Reduction):
    """The mean of all entries, or of each column or row."""

    name = "mean"
    rule = "Add up all the entries and divide by how many there are."
    reasons = ("Every entry has an equal share in the mean: the gradient divided by their number.",)

    def instruction(self, a: Value, axis: int | None = None) -> str:
        return within(self.rule, a, axis)

    def forward(self, a: Array, axis: int | None = None) -> Any:
        summed = a.sum(axis=direction(a.ndim, axis))
        return summed / (a.size // np.size(summed))

    backward = (lambda g, out, a, axis=None: repeated(over(g, how_many(a, axis)), a, axis),)

    def entry(self, at: Place, a: Value, axis: int | None = None) -> Expr:
        return divided(total(a, at, axis), how_many(a, axis))


class Repeat(Op):
    """Repeat a value along a direction of a larger shape: one per column downwards (axis 0), one per row across."""

    name = "repeat"
    rule = "Copy the value into every place of its column or row."
    reasons = ("A repeated value collects the gradients of all its copies.",)
    rearranges = True
    public = False

    def check(self, a: Value, axis: int, times: int) -> None:
        if axis > len(a.shape):
            raise CannotWork(f"{named(a)} is {shape_text(a.shape)}, so it can't be repeated along axis {axis}.")

    def forward(self, a: Array, axis: int, times: int) -> Array:
        return np.broadcast_to(np.expand_dims(a, axis), (*a.shape[:axis], times, *a.shape[axis:]))

    backward = (lambda g, out, a, axis, times: OPS["sum"](g, axis=axis),)

    def entry(self, at: Place, a: Value, axis: int, times: int) -> Expr:
        return a[(*at[:axis], *at[axis + 1 :])]

    def formula(self, a: Value, **settings: Any) -> Expr:
        return a.label

    def example(self) -> Value:
        return self(small("A", "1 -2 3"), axis=1, times=2)


class Spread(Op):
    """Repeat a value to fill a larger shape."""

    name = "spread"
    public = False
    rule = "Copy the value into every place."
    reasons = ("A repeated value collects the gradients of all its copies.",)
    rearranges = True

    def forward(self, a: Array, shape: tuple[int, ...]) -> Array:
        return np.broadcast_to(a, shape)

    backward = (lambda g, out, a, shape: fit(g, a),)

    def entry(self, at: Place, a: Value, shape: tuple[int, ...]) -> Expr:
        return cell(a, at)

    def formula(self, a: Value, shape: tuple[int, ...]) -> Expr:
        return a.label

    def example(self) -> Value:
        return self(small("A", "1 -2 3"), shape=(2, 3))


class SumTo(Op):
    """The sum over the directions in which an operand was repeated."""

    name = "sum_to"
    public = False
    rule = "The value was repeated, so it has a gradient from each of its copies: it gets the sum over all of them."
    reasons = ("Every entry counts once in its sum, so each gets the whole gradient.",)

    def forward(self, a: Array, shape: tuple[int, ...]) -> Array:
        extra = tuple(range(a.ndim - len(shape)))
        ones = tuple(k + len(extra) for k, size in enumerate(shape) if size == 1)
        summed = a.sum(axis=extra + ones, keepdims=True)
        return np.asarray(summed).reshape(shape)

    backward = (lambda g, out, a, shape: OPS["spread"](g, shape=a.shape),)

    def entry(self, at: Place, a: Value, shape: tuple[int, ...]) -> Expr:
        full = (1,) * (len(a.shape) - len(shape)) + shape
        place = (0,) * (len(a.shape) - len(shape)) + at
        repeated = [k for k, size in enumerate(full) if size == 1]
        index = tuple(slice(None) if k in repeated else place[k] for k in range(len(full)))
        lengths = tuple(a.shape[k] for k in repeated)

        def term(n: int) -> Expr:
            inside = dict(zip(repeated, place_in(lengths, n), strict=True))
            return a[tuple(inside.get(k, place[k]) for k in range(len(full)))]

        return Sum(np.asarray(a.data[index]).ravel(), term)

    def instruction(self, a: Value, shape: tuple[int, ...]) -> str:
        return self.rule if a.data.size > prod(shape) else ""

    def formula(self, a: Value, shape: tuple[int, ...]) -> Expr:
        if a.data.size == prod(shape):
            return a.label
        collapsed = [k for k, n in enumerate((1,) * (len(a.shape) - len(shape)) + shape) if n == 1 and a.shape[k] > 1]
        everything = len(collapsed) == sum(n > 1 for n in a.shape)
        return function_of("sum", a) if everything else function_of("sum", a, axis=collapsed[0])

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"), shape=(2,))
