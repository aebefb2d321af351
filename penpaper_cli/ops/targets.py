"""What losses are told is true: shares between 0 and 1, or the number of a class for each row of scores."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.ops.functions import marks
from penpaper_cli.ops.shapes import named, shape_text, small
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import OPS, Numbers, Op, Paper, Place, Value

SLACK = Fraction(1, 1000)
"""How far a share may stand outside 0 to 1, and a sum of shares from 1, so that they can be nudged."""


def place_text(at: Place) -> str:
    """An entry's place in an error's sentence: " 2,1", or nothing for a single number."""
    return "".join([" ", ",".join(str(k + 1) for k in at)]) if at else ""


def refuse(value: Value, wrong: Any, problem: str) -> None:
    """Raise CannotWork for the first entry that is wrong, if any is: "p[2,1] is 3" and the problem."""
    places = np.argwhere(wrong)
    if len(places):
        at = tuple(map(int, places[0]))
        raise CannotWork(f"{named(value)}, entry{place_text(at)}, is {Figures().text(value.number(at))}{problem}")


def beyond(shares: Array) -> Any:
    """Where a number is no share between 0 and 1."""
    return (shares < -float(SLACK)) | (shares > 1 + float(SLACK))


def samples(z: Numbers) -> int:
    """How many samples the scores are for: one in each row, and a vector is one."""
    return z.shape[0] if len(z.shape) == 2 else 1


def place_of(z: Value, row: int, column: int) -> Place:
    """The place of a sample's score."""
    return (row, column) if len(z.shape) == 2 else (column,)


def classes(t: Array) -> Any:
    """The class numbers as whole numbers, one for each sample."""
    return t.ravel().astype(int)


def check_scores(z: Value) -> None:
    """Raise CannotWork unless it holds a score for each class."""
    if len(z.shape) not in (1, 2):
        raise CannotWork(f"{named(z)} is {shape_text(z.shape)}, and scores are a vector, or a matrix with a row each.")


def check_classes(z: Value, t: Value) -> None:
    """Raise CannotWork unless `t` holds the number of a class, from 0, for each sample."""
    check_scores(z)
    n, last = samples(z), z.shape[-1] - 1
    if t.shape not in ((n,), (n, 1)) and (t.shape or n > 1):
        raise CannotWork(
            f"{named(z)} is {shape_text(z.shape)} and {named(t)} is {shape_text(t.shape)}: the targets are one class "
            f"number, from 0 to {last}, for each row of scores."
        )
    wrong = (t.data % 1 != 0) | (t.data < 0) | (t.data > last)
    refuse(t, wrong, f", and the classes are numbered from 0 to {last}, one for each column of scores.")


def which_column(z: Value, t: Value) -> tuple[str | Expr, ...]:
    """What a class number means, on the first sample."""
    number = int(classes(t.data)[0])
    row, column = ("row 1", "column") if len(z.shape) == 2 else ("the scores", "entry")
    return (f"Class numbers count from 0: the class of {row} is {number}, which is {column} {number + 1} of ", z.label)


def classes_example(scores: str, numbers: str) -> tuple[Value, Value]:
    """Scores and class numbers for an example."""
    paper = Paper()
    z = small("Z", scores, paper)
    counts = np.array([Fraction(n) for n in numbers.split()], dtype=object)
    return z, paper.call("t", OPS["same"](paper.write(counts)))


class Indicator(Op):
    """Class numbers written out, in the shape of the scores: 1 for the class of the row, 0 for the others."""

    name = "indicator"
    gives_shares = True
    class_numbers = 1
    rule = "Write 1 in the column of the row's class, and 0 elsewhere; class numbers count from 0."
    reasons = (
        "Only the shape of the scores matters, so no gradient flows back to them.",
        "Class numbers can't be nudged, so no gradient flows back to them.",
    )
    public = False
    backward = (lambda g, out, z, t: z * 0, lambda g, out, z, t: t * 0)

    def check(self, z: Value, t: Value) -> None:
        check_classes(z, t)

    def forward(self, z: Array, t: Array) -> Array:
        return marks(np.arange(z.shape[-1]) == classes(t)[:, None], z).reshape(z.shape)

    def entry(self, at: Place, z: Value, t: Value) -> Expr:
        return Num(Fraction(int(at[-1] == classes(t.data)[at[0] if len(z.shape) == 2 else 0])))

    def formula(self, z: Value, t: Value) -> Expr:
        return Apply("one_hot", (t.label,))

    def example(self) -> Value:
        return self(*classes_example("1 -2 0; 3 1/2 1", "2 0"))
