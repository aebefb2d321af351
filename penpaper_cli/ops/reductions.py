"""Operations that collapse many numbers into fewer, and the one that repeats a few."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.arithmetic import Apply, Expr, Num, Sum
from penpaper_cli.ops.shapes import cell, small
from penpaper_cli.paper import OPS, Array, Op, Place, Value


def fit(gradient: Value, operand: Value) -> Value:
    """The gradient of an operand that was repeated: summed over the repetitions. Otherwise unchanged."""
    return gradient if gradient.shape == operand.shape else OPS["sum_to"](gradient, shape=operand.shape)


def all_entries(value: Value) -> Expr:
    """The sum of all entries, row by row."""
    return Sum(value.data.ravel(), lambda k: value[tuple(map(int, np.unravel_index(k, value.shape)))])


class Total(Op):
    """The sum of all entries."""

    name = "sum"
    says = "Add up all the entries."
    blames = ("Every entry counts once in the sum, so each gets the whole gradient.",)

    def forward(self, a: Array) -> Any:
        return a.sum()

    backward = (lambda g, out, a: OPS["spread"](g, shape=a.shape),)

    def entry(self, at: Place, a: Value) -> Expr:
        return all_entries(a)

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"))


class Mean(Op):
    """The mean of all entries."""

    name = "mean"
    says = "Add up all the entries and divide by how many there are."
    blames = ("Every entry has an equal share in the mean: the gradient divided by their number.",)

    def forward(self, a: Array) -> Any:
        return a.sum() / a.size

    backward = (lambda g, out, a: OPS["spread"](g / a.data.size, shape=a.shape),)

    def entry(self, at: Place, a: Value) -> Expr:
        return all_entries(a) / Num(Fraction(a.data.size))

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"))


class Spread(Op):
    """Repeat a value to fill a larger shape."""

    name = "spread"
    says = "Copy the value into every place."
    blames = ("A repeated value collects the gradients of all its copies.",)
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
    says = "It was used in several places, so what it gets from each of them is added up."
    blames = ("Every entry counts once in its sum, so each gets the whole gradient.",)

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
        lengths = [a.shape[k] for k in repeated]

        def term(n: int) -> Expr:
            inside = dict(zip(repeated, map(int, np.unravel_index(n, lengths)), strict=True))
            return a[tuple(inside.get(k, place[k]) for k in range(len(full)))]

        return Sum(np.asarray(a.data[index]).ravel(), term)

    def formula(self, a: Value, shape: tuple[int, ...]) -> Expr:
        return Apply("sum", (a.label,))

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"), shape=(2,))
