"""Class numbers: rows looked up by them, one-hot rows made of them, and the largest entry found."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.ops.normalisation import Line, Within
from penpaper_cli.ops.shapes import function_of, named, shape_text, small, whole
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import OPS, Op, Paper, Place, Value

MOST_CLASSES = 100_000


def class_numbers(ids: Value, count: int, what: str) -> None:
    """Raise CannotWork unless every number is whole and names one of `count` things, counted from 0."""
    if len(ids.shape) > 1:
        raise CannotWork(
            f"{named(ids)} is {shape_text(ids.shape)}: class numbers stand in a vector, or are one number; "
            f"flatten({named(ids)}) makes a vector of them."
        )
    for k, number in enumerate(ids.data.flat):
        if not 0 <= number < count or number != int(number):
            which = f"Entry {k + 1} of {named(ids)}" if ids.shape else named(ids)
            raise CannotWork(
                f"{which} is {Figures().text(number)}: class numbers count {what} from 0, so here they are whole "
                f"numbers from 0 to {count - 1:,}."
            )


class Embedding(Op):
    """Embedding: each class number, such as a word's, is looked up as a row of a matrix."""

    name = "embedding"
    class_numbers = 1
    rule = "Read the row with that number; class numbers count the rows from 0, as data sets do."
    reasons = (
        "Each row collects the gradients of all the places where it was looked up; a row never used gets zeros.",
        "A class number is whole and can't be nudged, so its gradient is zero.",
    )
    backward = (
        lambda g, out, E, ids: OPS["scatter"](g, places=looked_up(E, ids), shape=E.shape),
        lambda g, out, E, ids: OPS["unmoved"](ids),
    )

    def check(self, E: Value, ids: Value) -> None:
        if len(E.shape) != 2:
            raise CannotWork(
                f"{named(E)} is {shape_text(E.shape)} and {named(ids)} is {shape_text(ids.shape)}: embedding looks up "
                "rows, so the first must be a matrix and the second a vector of row numbers from 0."
            )
        class_numbers(ids, E.shape[0], f"the {E.shape[0]:,} rows of {named(E)}")

    def forward(self, E: Array, ids: Array) -> Any:
        return E[ids.astype(int)]

    def entry(self, at: Place, E: Value, ids: Value) -> Expr:
        return E[(int(ids.data[at[:-1]]), at[-1])]

    def example(self) -> Value:
        paper = Paper()
        ids = paper.write(np.array([Fraction(k) for k in (2, 0, 2)], dtype=object))
        return self(small("E", "1 2; 3 -4; 1/2 0", paper), ids)


def looked_up(E: Value, ids: Value) -> Array:
    """Where each number of the result stands in the matrix, counted row by row from 0."""
    count = np.arange(E.data.size).reshape(E.shape)
    return np.asarray(count[ids.data.astype(int)])


class OneHot(Op):
    """One-hot rows: a 1 in the column that the class number names, and 0 everywhere else."""

    name = "one_hot"
    gives_shares = True
    class_numbers = 0
    stops_gradient = True
    rule = "Write a 1 in the column with the class number, and 0 in the others; class numbers count from 0."
    reasons = ("A class number is whole and can't be nudged, so its gradient is zero.",)
    backward = (lambda g, out, ids, classes: OPS["unmoved"](ids),)

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        (ids,) = parents
        classes = settings.get("classes")
        class_numbers(ids, MOST_CLASSES, "the columns") if classes is None else None
        count = ids.data.max() + 1 if classes is None else classes
        return super().__call__(ids, classes=whole(count, "number of classes of one_hot", 1, MOST_CLASSES))

    def check(self, ids: Value, classes: int) -> None:
        class_numbers(ids, classes, f"the {classes:,} columns")

    def forward(self, ids: Array, classes: int | None = None) -> Any:
        hot = np.arange(classes or 0) == ids.astype(int)[..., np.newaxis]
        return numbers_like(hot, ids)

    def entry(self, at: Place, ids: Value, classes: int) -> Expr:
        return Num(Fraction(int(at[-1] == ids.data[at[:-1]])))

    def formula(self, ids: Value, classes: int) -> Expr:
        return function_of(self.name, ids, classes=classes)

    def example(self) -> Value:
        return self(OPS["argmax"](small("A", "1 -2 3; 3 1/2 1")), classes=4)


def numbers_like(whole_numbers: Array, like: Array) -> Any:
    """Whole numbers as exact fractions or as float64, like those of another array."""
    return whole_numbers.astype(object) + Fraction(0) if like.dtype == object else whole_numbers.astype(float)


class Argmax(Within):
    """Which entry of each row is the largest: the class that a model thinks most likely."""

    name = "argmax"
    stops_gradient = True
    rule = (
        "Find the largest entry and write down how many entries stand before it: class numbers count from 0, as data "
        "sets do. Of equal ones the first counts."
    )
    reasons = ("A place is a whole number and can't be nudged, so the gradient is zero.",)
    backward = (lambda g, out, a, axis: OPS["unmoved"](a),)

    def forward(self, a: Array, axis: int = 1) -> Any:
        return numbers_like(np.asarray(np.argmax(a, axis)), a)

    def entry(self, at: Place, a: Value, axis: int) -> Expr:
        line = Line(a, at[:axis], at[axis:])
        return Apply(self.name, tuple(line[j] for j in range(len(line.numbers))))

    def example(self) -> Value:
        return self(small("A", "1 -2 3; 3 1/2 3"))
