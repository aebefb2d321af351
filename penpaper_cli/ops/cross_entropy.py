"""The loss of a classifier, from its scores and the true classes: numbers from 0, or shares."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, Sum
from penpaper_cli.ops.functions import marks
from penpaper_cli.ops.losses import SLACK, beyond, refuse
from penpaper_cli.ops.reductions import divided, over, repeated
from penpaper_cli.ops.shapes import function_of, named, shape_text, small
from penpaper_cli.ops.softmax import exponents, log_share, log_shares, near_one, share
from penpaper_cli.paper.paper import OPS, Array, Op, Paper, Place, Value, scale

LEAST_EXPONENT = -700
"""Below this, exp nears the end of float64, and its logarithm is worked without it."""


def samples(z: Value) -> int:
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
    found = int(classes(t.data)[0])
    row, column = ("row 1", "column") if len(z.shape) == 2 else ("the scores", "entry")
    return (f"Class numbers count from 0: the class of {row} is {found}, which is {column} {found + 1} of ", z.label)


def classes_example(scores: str, numbers: str) -> tuple[Value, Value]:
    """Scores and class numbers for an example."""
    paper = Paper()
    z = small("Z", scores, paper)
    counts = np.array([Fraction(n) for n in numbers.split()], dtype=object)
    return z, paper.call("t", OPS["same"](paper.write(counts)))


class Indicator(Op):
    """Class numbers written out, in the shape of the scores: 1 for the class of the row, 0 for the others."""

    name = "indicator"
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
        return Apply(self.name, (t.label,))

    def example(self) -> Value:
        return self(*classes_example("1 -2 0; 3 1/2 1", "2 0"))


def shares_of(z: Value, t: Value) -> Value:
    """The targets as shares: as they are, or class numbers written out."""
    return t if t.shape == z.shape else OPS["indicator"](z, t)


def score_slope(z: Value, t: Value, from_probabilities: int) -> Value:
    """The gradient of the mean cross-entropy by its scores, or by the shares that it was given."""
    targets = shares_of(z, t)
    if from_probabilities:
        below = z if (z.data > 0).all() else z + (z.paper.constant(Fraction(1)) - OPS["step"](z))
        return over(-(targets / below), samples(z))
    shares = OPS["softmax"](z)
    if np.any(targets.data.sum(axis=-1) != 1):
        shares = shares * repeated(OPS["sum"](targets, axis=1), z, 1)
    return over(shares - targets, samples(z))


def target_slope(g: Value, z: Value, t: Value, from_probabilities: int) -> Value:
    """The gradient of the mean cross-entropy by its targets; class numbers get zeros."""
    if t.shape != z.shape:
        return t * 0
    return scale(g, over(-OPS["log" if from_probabilities else "log_softmax"](z), samples(z)))


class CrossEntropy(Op):
    """Cross-entropy: the mean over samples of minus the logarithm of the share that softmax gives the true class."""

    name = "cross_entropy"
    rule = (
        "For each sample, find the share that softmax gives to the true class and take its natural logarithm. Add them "
        "up, divide by the number of samples, and turn the sign."
    )
    reasons = (
        "Each score is to blame for the share it was given, less the share it should have, divided by the number of "
        "samples.",
        "A target share is to blame for minus the logarithm of the share that was given; class numbers stay.",
    )
    keeps_exact = False
    backward = (
        lambda g, out, z, t, from_probabilities=0: scale(g, score_slope(z, t, from_probabilities)),
        lambda g, out, z, t, from_probabilities=0: target_slope(g, z, t, from_probabilities),
    )

    def check(self, z: Value, t: Value, from_probabilities: int = 0) -> None:
        check_scores(z)
        if t.shape != z.shape:
            check_classes(z, t)
        else:
            sums = t.data.sum(axis=-1)
            if np.any(abs(sums - 1) > float(SLACK)) or beyond(t.data).any():
                raise CannotWork(
                    f"{named(t)} has the shape of the scores, so each of its rows holds the shares of the classes, "
                    "which lie between 0 and 1 and add up to 1; for class numbers, give one number for each row."
                )
        if from_probabilities:
            refuse(z, beyond(z.data), ", and a probability lies between 0 and 1.")
            if np.any(abs(z.data.sum(axis=-1) - 1) > float(SLACK)):
                raise CannotWork(
                    f"{named(z)}: the probabilities of a sample must add up to 1; scores go through softmax."
                )
            wrong = (z.data <= 0) & (self.targets(z.data, t.data) != 0)
            refuse(
                z, wrong, " where the target is not, and log(0) is undefined: take the loss from the scores instead."
            )

    def targets(self, z: Array, t: Array) -> Array:
        """The target share of every score."""
        return t if t.shape == z.shape else OPS["indicator"].forward(z, t)

    def terms(self, z: Array, t: Array, from_probabilities: int) -> Array:
        """What every score adds: its target share times the logarithm of its share; nothing where the target is 0."""
        with np.errstate(all="ignore"):
            logarithms = np.log(z) if from_probabilities else log_shares(z, 1)
            return np.where(self.targets(z, t) == 0, 0, self.targets(z, t) * logarithms)

    def forward(self, z: Array, t: Array, from_probabilities: int = 0) -> Any:
        return -self.terms(z, t, from_probabilities).sum() / (len(z) if z.ndim == 2 else 1)

    def entry(self, at: Place, z: Value, t: Value, from_probabilities: int = 0) -> Expr:
        numbers, targets = z.data.astype(float), t.data.astype(float)
        terms = self.terms(numbers, targets, from_probabilities)
        where = np.argwhere(self.targets(numbers, targets) != 0)

        def term(n: int) -> Expr:
            place = tuple(map(int, where[n]))
            logarithm = Apply("log", (z[place],)) if from_probabilities else log_of_share(z, place)
            return logarithm if t.shape != z.shape or t.data[place] == 1 else t[place] * logarithm

        return -divided(Sum(terms[tuple(where.T)], term), samples(z))

    def instruction(self, z: Value, t: Value, from_probabilities: int = 0) -> str:
        return self.rule.replace("that softmax gives to", "given to") if from_probabilities else self.rule

    def reasons_for(self, from_probabilities: int = 0) -> tuple[str, ...]:
        shares = "Each share is to blame for minus the share it should have over the share it has, for each sample."
        return (shares, self.reasons[1]) if from_probabilities else self.reasons

    def caption(self, at: Place, z: Value, t: Value, from_probabilities: int = 0) -> tuple[str | Expr, ...]:
        return which_column(z, t) if t.shape != z.shape else ()

    def formula(self, *parents: Value, **settings: Any) -> Expr:
        return function_of(self.name, *parents, **settings)

    def example(self) -> Value:
        return self(*classes_example("1 -2 0; 3 1/2 1", "2 0"))


def log_of_share(z: Value, at: Place) -> Expr:
    """The logarithm of a share, written with softmax inside; one too small for exp, or near 1, without it."""
    numbers, _, _ = exponents(z, at, 1)
    plain = numbers[at[-1]] > LEAST_EXPONENT and not near_one(numbers, at[-1])
    return Apply("log", (share(z, at, 1),)) if plain else log_share(z, at, 1)
