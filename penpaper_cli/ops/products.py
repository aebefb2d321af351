"""Products of vectors and matrices, and the transpose."""

from __future__ import annotations

from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Sum
from penpaper_cli.ops.shapes import as_column, named, no_product_lost, shape_text, small, smallest
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.gradients import scale
from penpaper_cli.paper.paper import OPS, Op, Paper, Place, Value


def flat(name: str, u: Value, v: Value) -> None:
    """Raise CannotWork unless both are vectors."""
    if len(u.shape) != 1 or len(v.shape) != 1:
        shapes = f"{named(u)} is {shape_text(u.shape)} and {named(v)} is {shape_text(v.shape)}"
        raise CannotWork(f"{shapes}, and {name} works with two vectors.")


class Dot(Op):
    """Dot product: two vectors of equal length collapse into one number."""

    name = "dot"
    rule = "Multiply the entries pairwise, then add the products."
    reasons = ("Each entry's gradient is the entry it was paired with, times the gradient of the product.",) * 2

    def check(self, u: Value, v: Value) -> None:
        flat(self.name, u, v)
        if u.shape != v.shape:
            raise CannotWork(
                f"{named(u)} has length {u.data.size} and {named(v)} has length {v.data.size}: a dot product needs "
                "two vectors of equal length, since every element needs a partner."
            )

    def forward(self, u: Array, v: Array) -> Any:
        no_product_lost(u * v, u, v)
        return u @ v

    backward = (lambda g, out, u, v: scale(g, v), lambda g, out, u, v: scale(g, u))

    def entry(self, at: Place, u: Value, v: Value) -> Expr:
        return Sum(u.data * v.data, lambda k: u[(k,)] * v[(k,)])

    def example(self) -> Value:
        paper = Paper()
        return self(small("u", "1 2 3", paper), small("v", "4 -5 1/2", paper))


class MatMul(Op):
    """Matrix product: rows of the first with columns of the second."""

    name = "matmul"
    rule = "Each entry is a row of the first times a column of the second: multiply pairwise, then add."
    reasons = (
        "The left factor gets the gradient sent back through the right factor.",
        "Pair each input with the gradient it met.",
    )

    def check(self, a: Value, b: Value) -> None:
        if sorted((len(a.shape), len(b.shape))) not in ([1, 2], [2, 2]):
            raise CannotWork(
                f"{named(a)} is {shape_text(a.shape)} and {named(b)} is {shape_text(b.shape)}: a matrix product needs "
                "two matrices, or a matrix and a vector."
            )
        if a.shape[-1] != b.shape[0]:
            raise CannotWork(
                f"{named(a)} is {shape_text(a.shape)} and {named(b)} is {shape_text(b.shape)}: the inner sizes "
                f"{a.shape[-1]} and {b.shape[0]} must be equal, since every entry of a row of {named(a)} needs a "
                f"partner in a column of {named(b)}{as_column(b, a.shape[-1])}."
            )

    def work(self, a: Value, b: Value) -> int:
        return a.data.size * b.data.size // a.shape[-1]

    def forward(self, a: Array, b: Array) -> Any:
        if smallest(a) * smallest(b) == 0:
            left, right = np.atleast_2d(a), b.reshape(len(b), -1)
            for k in range(len(right)):
                no_product_lost(np.outer(left[:, k], right[k]), left[:, k, None], right[k])
        return a @ b

    backward = (
        lambda g, out, a, b: g @ b.T if len(b.shape) > 1 else OPS["outer"](g, b),
        lambda g, out, a, b: a.T @ g if len(a.shape) > 1 else OPS["outer"](a, g),
    )

    def entry(self, at: Place, a: Value, b: Value) -> Expr:
        row, column = at[: len(a.shape) - 1], at[len(a.shape) - 1 :]
        pairs: tuple[Any, ...] = (slice(None), *column)
        products = a.data[row] * b.data[pairs]
        return Sum(products, lambda k: a[(*row, k)] * b[(k, *column)])

    def caption(self, at: Place, a: Value, b: Value) -> tuple[str | Expr, ...]:
        if len(a.shape) < 2 or len(b.shape) < 2 or a.op or b.op:
            return ()
        return (f"Row {at[0] + 1} of ", a.label, f" with column {at[1] + 1} of ", b.label)

    def example(self) -> Value:
        paper = Paper()
        return self(small("A", "1 2 3; 4 5 6", paper), small("B", "7 -8; 1/2 0; 0.1 2", paper))


class Outer(Op):
    """Outer product: every entry of the first vector times every entry of the second."""

    name = "outer"
    rule = "Multiply every entry of the first with every entry of the second."
    reasons = (
        "Each entry of the first vector collects its row of gradients, paired with the second vector.",
        "Each entry of the second vector collects its column of gradients, paired with the first vector.",
    )

    def check(self, u: Value, v: Value) -> None:
        flat(self.name, u, v)

    def work(self, u: Value, v: Value) -> int:
        return u.data.size * v.data.size

    def forward(self, u: Array, v: Array) -> Any:
        no_product_lost(np.outer(u, v), u[:, None], v)
        return np.outer(u, v)

    backward = (lambda g, out, u, v: g @ v, lambda g, out, u, v: g.T @ u)

    def entry(self, at: Place, u: Value, v: Value) -> Expr:
        return u[(at[0],)] * v[(at[1],)]

    def example(self) -> Value:
        paper = Paper()
        return self(small("u", "1 2 3", paper), small("v", "4 -5", paper))


class Transpose(Op):
    """Transpose: rows become columns."""

    name = "transpose"
    rule = "Each row becomes the column with the same number."
    reasons = ("The gradient is turned back the same way.",)
    rearranges = True

    def forward(self, a: Array) -> Array:
        return a.T

    backward = (lambda g, out, a: g.T,)

    def entry(self, at: Place, a: Value) -> Expr:
        return a[at[::-1]]

    def formula(self, a: Value) -> Expr:
        return Apply("transpose", (a.label,))

    def example(self) -> Value:
        return self(small("A", "1 2 3; 4 5 6"))
