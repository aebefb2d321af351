"""Hinge loss: right by a margin, or to blame."""

from __future__ import annotations

from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, Sum, lift
from penpaper_cli.ops.elementwise import rational, suited
from penpaper_cli.ops.functions import jump, marks
from penpaper_cli.ops.reductions import divided, over
from penpaper_cli.ops.shapes import function_of, named, place_in, shape_text
from penpaper_cli.ops.targets import (
    SLACK,
    check_classes,
    classes,
    classes_example,
    place_of,
    refuse,
    samples,
    which_column,
)
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.gradients import scale
from penpaper_cli.paper.paper import OPS, Op, Place, Value


def margins(z: Array, t: Array, delta: float) -> Array:
    """How far each score comes within the margin of the true class's score; the true class itself gets 0.

    A row for each sample.
    """
    rows, wide = z.reshape(-1, z.shape[-1]), suited(rational(delta), z)
    true = np.arange(len(rows)), classes(t)
    within = rows - rows[true][:, None] + wide
    within[true] -= wide
    return np.asarray(within)


def margin(z: Value, row: int, column: int, true: int, delta: float) -> Expr:
    """The same for one score: score less the true class's score plus the margin."""
    return z[place_of(z, row, column)] - z[place_of(z, row, true)] + Num(rational(delta))


def is_one_hot(z: Value, t: Value) -> bool:
    """Whether the targets have 1 for the class of each row of scores, and 0 for the others."""
    if t.shape != z.shape or len(z.shape) not in (1, 2) or z.shape[-1] < 2:
        return False
    return bool(np.all((t.data == 0) | (t.data == 1)) and np.all(t.data.sum(axis=-1) == 1))


def check_rivals(z: Value, t: Value) -> None:
    """Raise CannotWork unless there are class numbers, and classes to choose from."""
    check_classes(z, t)
    if z.shape[-1] == 1:
        raise CannotWork(f"{named(z)} is {shape_text(z.shape)}: a hinge loss over classes needs two classes or more.")


class Violations(Op):
    """Which wrong classes score within the margin: each such class gets 1, the true class minus their count."""

    name = "violations"
    class_numbers = 1
    rule = (
        "For a wrong class, write 1 where its score plus the margin is larger than the true class's score, else 0; for "
        "the true class, minus how many of those there are."
    )
    reasons = (
        "The count stays as it is when a score changes a little, so no gradient flows back through it.",
        "Class numbers can't be nudged, so no gradient flows back to them.",
    )
    public = False
    backward = (lambda g, out, z, t, delta=1: z * 0, lambda g, out, z, t, delta=1: t * 0)

    def check(self, z: Value, t: Value, delta: float = 1) -> None:
        check_rivals(z, t)

    def forward(self, z: Array, t: Array, delta: float = 1) -> Any:
        counts = marks(margins(z, t, delta) > 0, z)
        counts[np.arange(len(counts)), classes(t)] = -counts.sum(axis=1)
        return counts.reshape(z.shape)

    def entry(self, at: Place, z: Value, t: Value, delta: float = 1) -> Expr:
        row, column = (at[0] if len(z.shape) == 2 else 0), at[-1]
        true = int(classes(t.data)[row])
        within = margins(z.data, t.data, delta)[row]
        rivals = [k for k in range(len(within)) if k != true]

        def step(k: int) -> Expr:
            return jump("step", margin(z, row, k, true, delta), within[k])

        return step(column) if column != true else -Sum(marks(within[rivals] > 0, z.data), lambda n: step(rivals[n]))

    def formula(self, *parents: Value, **settings: Any) -> Expr:
        return function_of(self.name, *parents, **settings)

    def example(self) -> Value:
        return self(*classes_example("3 5 0; 1/2 3 1", "0 1"))


def hinge_slope(z: Value, t: Value, **settings: Any) -> Value:
    """The gradient of the mean hinge loss by its scores."""
    if t.shape != z.shape:
        return over(OPS["violations"](z, t, **settings), samples(z))
    return over(-(t * OPS["step"](z.paper.constant(rational(settings.get("delta", 1))) - t * z)), z.size)


class Hinge(Op):
    """Hinge loss: the mean over samples of what each wrong score has within a margin of the right one."""

    name = "hinge"
    class_numbers = 1
    rule = (
        "With class numbers: for each sample and each wrong class, take its score less the true class's score plus the "
        "margin, or 0 if that is negative. With targets 1 and -1: take the margin less target times score, or 0 if "
        "that is negative. Add them up and divide by the number of samples. The margin is delta, 1 unless given."
    )
    reasons = (
        "A score that is wrong or within the margin is to blame, by 1 over the number of samples for each time it "
        "counts; at the edge of the margin, and beyond, for nothing.",
        "A target 1 or -1 is to blame for minus its score where that is within the margin; class numbers can't be "
        "nudged.",
    )
    backward = (
        lambda g, out, z, t, **settings: scale(g, hinge_slope(z, t, **settings)),
        lambda g, out, z, t, **settings: scale(g, hinge_slope(t, z, **settings)) if t.shape == z.shape else t * 0,
    )

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        """Targets that mark the true class with a 1 are read as class numbers."""
        z, t = parents
        return super().__call__(z, OPS["argmax"](t, axis=len(t.shape) - 1) if is_one_hot(z, t) else t, **settings)

    def check(self, z: Value, t: Value, delta: float = 1) -> None:
        if delta <= 0:
            raise CannotWork(f"The margin of a hinge loss, its delta, is above 0, and here it is {delta}.")
        if t.shape != z.shape:
            return check_rivals(z, t)
        if z.data.size != max((1, *z.shape)) or (len(z.shape) > 1 and z.shape[1] != 1):
            raise CannotWork(
                f"{named(t)} is {shape_text(t.shape)} like the scores: hinge takes one class number for each row of "
                "scores, or a row with 1 for its class and 0 for the others, or a target 1 or -1 for each score of a "
                "vector or column."
            )
        refuse(t, abs(abs(t.data) - 1) > float(SLACK), ", and a target of hinge is 1 or -1.")

    def terms(self, z: Array, t: Array, delta: float) -> Array:
        """What counts before it is held at 0 or above."""
        if t.shape == z.shape:
            return np.asarray(suited(rational(delta), z) - t * z).ravel()
        wrong = np.arange(z.shape[-1]) != classes(t)[:, None]
        return np.asarray(margins(z, t, delta)[wrong])

    def forward(self, z: Array, t: Array, delta: float = 1) -> Any:
        terms = self.terms(z, t, delta)
        return (terms * marks(terms > 0, z)).sum() / (z.size if t.shape == z.shape else z.size // z.shape[-1])

    def entry(self, at: Place, z: Value, t: Value, delta: float = 1) -> Expr:
        terms = self.terms(z.data, t.data, delta)
        values = terms * marks(terms > 0, z.data)
        if t.shape == z.shape:

            def pair(k: int) -> Expr:
                place = place_in(z.shape, k)
                return Apply("max", (lift(0), Num(rational(delta)) - t[place] * z[place]))

            return divided(Sum(values, pair), z.data.size)
        true = classes(t.data)

        def rival(n: int) -> Expr:
            row, column = divmod(n, z.shape[-1] - 1)
            column += column >= true[row]
            return Apply("max", (lift(0), margin(z, row, int(column), int(true[row]), delta)))

        return divided(Sum(values, rival), samples(z))

    def formula(self, *parents: Value, **settings: Any) -> Expr:
        return function_of(self.name, *parents, **settings)

    def caption(self, at: Place, z: Value, t: Value, delta: float = 1) -> tuple[str | Expr, ...]:
        return which_column(z, t) if t.shape != z.shape else ()

    def example(self) -> Value:
        return self(*classes_example("3 5 0; 1/2 3 1", "0 1"))
