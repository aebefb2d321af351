"""Losses over pairs of prediction and target: how far predictions land from the truth, as one number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, Sum, lift
from penpaper_cli.expressions.decimals import real
from penpaper_cli.expressions.functions import FUNCTIONS
from penpaper_cli.ops.elementwise import one_minus, rational, suited
from penpaper_cli.ops.functions import softplus_of
from penpaper_cli.ops.reductions import divided, over
from penpaper_cli.ops.shapes import as_column, function_of, in_decimals, named, of_entries, place_in, shape_text, small
from penpaper_cli.ops.targets import SLACK, beyond, refuse
from penpaper_cli.paper.arrays import Array, each
from penpaper_cli.paper.gradients import scale
from penpaper_cli.paper.paper import OPS, Op, Paper, Place, Value


class PairLoss(Op):
    """A loss with a term for every pair of prediction and target: their mean, or their sum."""

    mean = True

    def check(self, *parents: Any, **settings: Any) -> None:
        p, t = parents
        if p.shape != t.shape:
            column = as_column(t, len(p.data)) if p.shape[1:] == (1,) else ""
            column = as_column(p, len(t.data)) if t.shape[1:] == (1,) else column
            raise CannotWork(
                f"{named(p)} is {shape_text(p.shape)} and {named(t)} is {shape_text(t.shape)}: every prediction "
                f"needs its target, so the shapes must be equal{column}."
            )

    def example(self) -> Value:
        paper = Paper()
        return self(small("p", "1 2.5 -3", paper), small("t", "1 2 1/2", paper))


class SquaredError(PairLoss):
    """A loss over squared differences, divided by `parts` (times their number for a mean)."""

    parts = 1

    def divisor(self, size: int) -> int:
        return self.parts * (size if self.mean else 1)

    def forward(self, p: Array, t: Array) -> Any:
        return np.sum((p - t) ** 2) / self.divisor(p.size)

    def entry(self, at: Place, p: Value, t: Value) -> Expr:
        def term(k: int) -> Expr:
            place = place_in(p.shape, k)
            return (p[place] - t[place]) ** 2

        return divided(Sum(np.ravel((p.data - t.data) ** 2), term), self.divisor(p.data.size))


OPPOSITE = "The target is to blame for the same with the sign turned."


class MeanSquaredError(SquaredError):
    """Mean squared error: the mean of the squared differences between predictions and targets."""

    name = "mse"
    rule = "Square each difference between prediction and target, add the squares, and divide by their number."
    reasons = (
        "The power rule brings the 2 down: each prediction is to blame for twice its error, divided by their number.",
        OPPOSITE,
    )
    backward = (
        lambda g, out, p, t: scale(g, over(2 * (p - t), p.size)),
        lambda g, out, p, t: scale(g, over(2 * (t - p), p.size)),
    )


class HalfMeanSquaredError(SquaredError):
    """Half the mean squared error: the half cancels the 2 of the power rule."""

    name = "half_mse"
    rule = "Square each difference between prediction and target, add the squares, and divide by twice their number."
    reasons = (
        "The power rule brings a 2 down, which the half cancels: each prediction is to blame for its error, "
        "divided by their number.",
        OPPOSITE,
    )
    parts = 2
    backward = (
        lambda g, out, p, t: scale(g, over(p - t, p.size)),
        lambda g, out, p, t: scale(g, over(t - p, p.size)),
    )


class SumOfSquaredErrors(SquaredError):
    """Sum of squared errors: the squared differences between predictions and targets, added up."""

    name = "sse"
    rule = "Square each difference between prediction and target, and add the squares."
    reasons = ("The power rule brings the 2 down: each prediction is to blame for twice its error.", OPPOSITE)
    mean = False
    backward = (lambda g, out, p, t: scale(g, 2 * (p - t)), lambda g, out, p, t: scale(g, 2 * (t - p)))


class HalfSumOfSquaredErrors(SquaredError):
    """Half the sum of squared errors: the half cancels the 2 of the power rule."""

    name = "half_sse"
    rule = "Square each difference between prediction and target, add the squares, and take half."
    reasons = (
        "The power rule brings a 2 down, which the half cancels: each prediction is to blame for its error.",
        OPPOSITE,
    )
    mean = False
    parts = 2
    backward = (lambda g, out, p, t: scale(g, p - t), lambda g, out, p, t: scale(g, t - p))


class MeanAbsoluteError(PairLoss):
    """Mean absolute error: the mean distance between predictions and targets."""

    name = "mae"
    rule = (
        "Take each difference between prediction and target without its sign, add them up, and divide by their number."
    )
    reasons = (
        "Each prediction is to blame for the sign of its error, divided by their number; a perfect one for nothing.",
        OPPOSITE,
    )
    backward = (
        lambda g, out, p, t: scale(g, over(OPS["sign"](p - t), p.size)),
        lambda g, out, p, t: scale(g, over(OPS["sign"](t - p), p.size)),
    )

    def forward(self, p: Array, t: Array) -> Any:
        return np.sum(abs(p - t)) / p.size

    def entry(self, at: Place, p: Value, t: Value) -> Expr:
        def term(k: int) -> Expr:
            place = place_in(p.shape, k)
            return Apply("abs", (p[place] - t[place],))

        return divided(Sum(np.ravel(abs(p.data - t.data)), term), p.data.size)


def clipped(p: Value, t: Value, delta: Fraction) -> Value:
    """The error, held between -delta and delta."""
    low, high = p.paper.constant(-delta), p.paper.constant(delta)
    return OPS["maximum"](low, OPS["minimum"](high, p - t))


class Huber(PairLoss):
    """Huber loss: squared error for small errors, absolute error for those beyond delta, 1 unless given."""

    name = "huber"
    rule = (
        "An error up to delta counts half its square; a larger one counts delta times what its size has over half of "
        "delta. Add them up and divide by their number."
    )
    reasons = (
        "Each prediction is to blame for its error, held between minus delta and delta, divided by their number.",
        OPPOSITE,
    )
    backward = (
        lambda g, out, p, t, delta=1: scale(g, over(clipped(p, t, rational(delta)), p.size)),
        lambda g, out, p, t, delta=1: scale(g, over(clipped(t, p, rational(delta)), p.size)),
    )

    def check(self, p: Value, t: Value, delta: float = 1) -> None:
        super().check(p, t)
        if delta <= 0:
            raise CannotWork(f"The delta of a Huber loss is above 0, and here it is {delta}.")

    def terms(self, p: Array, t: Array, delta: float) -> Array:
        size, edge = np.asarray(abs(p - t)), suited(rational(delta), p)
        near = np.minimum(size, edge)
        return np.asarray(near * (size - near / 2))

    def forward(self, p: Array, t: Array, delta: float = 1) -> Any:
        return self.terms(p, t, delta).sum() / p.size

    def entry(self, at: Place, p: Value, t: Value, delta: float = 1) -> Expr:
        edge, exact = Num(rational(delta)), not (p.in_float64 or t.in_float64)
        a, b = (v.data if exact else v.data.astype(float) for v in (p, t))
        near = np.asarray(abs(a - b) <= suited(rational(delta), a))

        def term(k: int) -> Expr:
            place = place_in(p.shape, k)
            error = p[place] - t[place]
            return error**2 / 2 if near[place] else edge * (Apply("abs", (error,)) - edge / 2)

        return divided(Sum(self.terms(a, b, delta).ravel(), term), p.data.size)

    def formula(self, *parents: Value, **settings: Any) -> Expr:
        return function_of(self.name, *parents, **settings)


class PoissonLoss(PairLoss):
    """Poisson loss: how unlikely counts are, up to a constant, where scores are the logarithms of expected counts."""

    name = "poisson"
    rule = (
        "A score stands for an expected count, its exponential. Take the score times the target from it, add these up, "
        "and divide by their number."
    )
    reasons = (
        "Each score is to blame for its expected count less the target, divided by their number.",
        "A target gets its score with the sign turned, divided by their number.",
    )
    keeps_exact = False
    backward = (
        lambda g, out, z, t: scale(g, over(OPS["exp"].of(z) - t, z.size)),
        lambda g, out, z, t: scale(g, over(-z, z.size)),
    )

    def check(self, z: Value, t: Value) -> None:
        super().check(z, t)
        refuse(t, t.data < -float(SLACK), ", and a target of poisson is a count, from 0 up.")

    def forward(self, z: Array, t: Array) -> Any:
        return np.sum(of_entries("exp", z) - z * t) / z.size

    def entry(self, at: Place, z: Value, t: Value) -> Expr:
        scores = in_decimals(z.data)

        def term(k: int) -> Expr:
            place = place_in(z.shape, k)
            return Apply("exp", (z[place],)) - z[place] * t[place]

        return divided(Sum(np.ravel(of_entries("exp", scores) - scores * in_decimals(t.data)), term), z.data.size)

    def example(self) -> Value:
        paper = Paper()
        return self(small("z", "0.5 1 -1/2", paper), small("t", "1 3 0", paper))


class BinaryCrossEntropy(PairLoss):
    """Binary cross-entropy: how surprised the predicted probabilities are by what happened, on average."""

    name = "bce"
    rule = (
        "Each target takes the logarithm of the probability given to it: of the prediction for a 1, of 1 less the "
        "prediction for a 0. Add them up, divide by their number, and turn the sign."
    )
    rule_from_scores = (
        "A score stands for the probability that sigmoid makes of it. A target 1 takes minus its logarithm: the "
        "logarithm of 1 plus the exponential of the score with its sign turned. A target 0 takes minus the logarithm "
        "of the rest: the same with the sign as it is. Add them up and divide by their number."
    )
    reasons = (
        "Each prediction is to blame for its error, over the prediction times 1 less the prediction, divided by their "
        "number.",
        "A target gets the logarithm of the odds that were predicted, with the sign turned, divided by their number.",
    )
    reasons_from_scores = (
        "Each score is to blame for its probability less the target, divided by their number.",
        "A target gets its score with the sign turned, divided by their number.",
    )
    keeps_exact = False

    def check(self, p: Value, t: Value, from_scores: int = 0) -> None:
        super().check(p, t)
        if not from_scores:
            refuse(p, beyond(p.data), ", and a probability lies between 0 and 1: put scores through sigmoid.")
        refuse(t, beyond(t.data), ", and a target of bce is a share between 0 and 1.")
        if from_scores:
            return
        sure = ((p.data <= 0) & (t.data != 0)) | ((p.data >= 1) & (t.data != 1))
        refuse(
            p,
            sure,
            " but its target is not, and log(0) is undefined. For scores Z before the sigmoid, "
            "bce(Z, t, from_scores=1) is the same loss and is always defined.",
        )

    def forward(self, p: Array, t: Array, from_scores: int = 0) -> Any:
        terms = surprise_of_scores(p, t) if from_scores else -surprise(p, t)
        return np.sum(terms) / p.size

    backward = (
        lambda g, out, p, t, from_scores=0: scale(
            g, over(OPS["sigmoid"].of(p) - t if from_scores else bce_slope(p, t), p.size)
        ),
        lambda g, out, p, t, from_scores=0: scale(
            g, over(-p if from_scores else OPS["log"](one_minus(p)) - OPS["log"](p), p.size)
        ),
    )

    def entry(self, at: Place, p: Value, t: Value, from_scores: int = 0) -> Expr:
        if from_scores:
            return from_scores_entry(p, t)
        parts = surprise(in_decimals(p.data), in_decimals(t.data)).reshape(2, -1).T.ravel()
        defined = np.stack((p.data > 0, p.data < 1)).reshape(2, -1).T.ravel()
        kept = np.flatnonzero(defined)

        def term(n: int) -> Expr:
            k, other = divmod(int(kept[n]), 2)
            probability, target = p[place_in(p.shape, k)], t[place_in(p.shape, k)]
            if other:
                return (lift(1) - target) * Apply("log1m", (probability,))
            return target * Apply("log", (probability,))

        return -divided(Sum(parts[kept], term), p.data.size)

    def instruction(self, p: Value, t: Value, from_scores: int = 0) -> str:
        return self.rule_from_scores if from_scores else self.rule

    def reasons_for(self, from_scores: int = 0) -> tuple[str, ...]:
        return self.reasons_from_scores if from_scores else self.reasons

    def formula(self, *parents: Value, **settings: Any) -> Expr:
        return function_of(self.name, *parents, **settings)

    def example(self) -> Value:
        paper = Paper()
        return self(small("p", "0.9 1/4 0.6", paper), small("t", "0.8 0 0.5", paper))


def surprise(p: Array, t: Array) -> Array:
    """The two parts of every term: t·log(p), and (1 - t)·log(1 - p); a part that counts 0 times is 0."""
    nothing, one = suited(real(0), p), suited(real(1), p)
    return np.stack(
        (t * of_entries("log", np.where(t == 0, one, p)), (1 - t) * of_entries("log1p", -np.where(t == 1, nothing, p)))
    )


def surprise_of_scores(z: Array, t: Array) -> Array:
    """Every term from its score: t·log(1 + exp(-z)) + (1 - t)·log(1 + exp(z)), with nothing lost to cancellation."""
    return np.asarray(t * log_of_one_and_exp(-z) + (1 - t) * log_of_one_and_exp(z))


def log_of_one_and_exp(z: Any) -> Any:
    """log(1 + exp(z)), also where exp(z) would be too large or too small."""
    scores = np.asarray(z)
    return each(FUNCTIONS["softplus"], scores) if scores.dtype == object else np.logaddexp(0, scores)


def from_scores_entry(z: Value, t: Value) -> Expr:
    """The working from scores; of a target's two parts one that counts 0 times is left out."""
    numbers, targets = in_decimals(z.data).ravel(), in_decimals(t.data).ravel()
    ones, zeros = targets * log_of_one_and_exp(-numbers), (1 - targets) * log_of_one_and_exp(numbers)
    kept = np.flatnonzero(np.stack((targets != 0, targets != 1)).T.ravel())

    def term(n: int) -> Expr:
        k, other = divmod(int(kept[n]), 2)
        at = place_in(z.shape, k)
        score = z[at] if other else -z[at]
        part = softplus_of(score, numbers[k] if other else -numbers[k])
        if targets[k] in (0, 1):
            return part
        return ((lift(1) - t[at]) if other else t[at]) * part

    return divided(Sum(np.stack((ones, zeros)).T.ravel()[kept], term), z.data.size)


def bce_slope(p: Value, t: Value) -> Value:
    """The slope of each term by its prediction; beside a 0 or 1 in its two parts, where 0/0 counts nothing."""
    rest = one_minus(p)
    if ((p.data > 0) & (p.data < 1)).all():
        return (p - t) / (p * rest)
    step = OPS["step"]
    return one_minus(t) / (rest + one_minus(step(rest))) - t / (p + one_minus(step(p)))
