"""The loss of a classifier, from its scores and the true classes: numbers from 0, or shares."""

from __future__ import annotations

from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Sum
from penpaper_cli.expressions.decimals import real
from penpaper_cli.ops.elementwise import one_minus, suited
from penpaper_cli.ops.reductions import divided, over, repeated
from penpaper_cli.ops.shapes import function_of, in_decimals, named, of_entries
from penpaper_cli.ops.softmax import exponents, log_share, log_shares, near_one, share
from penpaper_cli.ops.targets import (
    SLACK,
    beyond,
    check_classes,
    check_scores,
    classes_example,
    refuse,
    samples,
    which_column,
)
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.gradients import scale
from penpaper_cli.paper.paper import OPS, Numbers, Op, Place, Value

LEAST_EXPONENT = -700
"""Below this, exp nears the end of float64, and its logarithm is worked without it."""


def shares_of(z: Numbers, t: Numbers) -> Numbers:
    """The targets as shares: as they are, or class numbers written out."""
    return t if t.shape == z.shape else OPS["indicator"].of(z, t)


def score_slope(z: Numbers, t: Numbers) -> Numbers:
    """The gradient of the mean cross-entropy by its scores."""
    shares = OPS["softmax"].of(z)
    if isinstance(t, Value) and t.shape == z.shape and np.any(t.data.sum(axis=-1) != 1):
        shares = shares * repeated(OPS["sum"](t, axis=1), z, 1)
    return over(shares - shares_of(z, t), samples(z))


def share_slope(p: Value, t: Value) -> Value:
    """The gradient of the mean cross-entropy by the shares that it was given. The targets it takes add up to 1."""
    if t.shape == p.shape and not np.any(t.data.sum(axis=-1) != 1):
        p.paper.shares.add(t)
    below = p if (p.data > 0).all() else p + one_minus(OPS["step"](p))
    return over(-(shares_of(p, t) / below), samples(p))


def target_slope(g: Value, z: Value, t: Value, from_probabilities: int) -> Value:
    """The gradient of the mean cross-entropy by its targets; class numbers get zeros."""
    if t.shape != z.shape:
        return t * 0
    return scale(g, over(-OPS["log" if from_probabilities else "log_softmax"](z), samples(z)))


class CrossEntropy(Op):
    """Cross-entropy: the mean over samples of minus the logarithm of the share that softmax gives the true class."""

    name = "cross_entropy"
    class_numbers = 1
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
        lambda g, out, z, t, from_probabilities=0: scale(g, (share_slope if from_probabilities else score_slope)(z, t)),
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
        targets, one = self.targets(z, t), suited(real(1), z)
        logarithms = of_entries("log", np.where(targets == 0, one, z)) if from_probabilities else log_shares(z, 1)
        return np.asarray(np.where(targets == 0, 0, targets * logarithms))

    def forward(self, z: Array, t: Array, from_probabilities: int = 0) -> Any:
        return -self.terms(z, t, from_probabilities).sum() / (len(z) if z.ndim == 2 else 1)

    def entry(self, at: Place, z: Value, t: Value, from_probabilities: int = 0) -> Expr:
        numbers, targets = in_decimals(z.data), in_decimals(t.data)
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
