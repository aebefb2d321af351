"""Least squares in closed form: exactly, by elimination in rationals, or in float64 by singular values.

Shapes: X (n, p), y (n,), coefficients (p,). X is a design matrix: where the model has an intercept, `design` has put a
column of ones in front.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.numbers import Scalar, Typed, TypedFloat, as_written, float_digits
from penpaper_cli.formula.choices import LOSSES
from penpaper_cli.models.dependence import Dependence, dependences, dependences_in_float64
from penpaper_cli.models.elimination import Elimination, eliminate, normal_equations
from penpaper_cli.models.scaling import Scaling
from penpaper_cli.models.singular_values import OUT_OF_RANGE, normalised, null_space, triangle
from penpaper_cli.paper.arrays import Array

MOST_WORK = 300_000
"""Multiplications in Xᵀ·X, n·p², that are done in exact rationals (about a second)."""
MOST_UNKNOWNS = 40
CERTAIN_DIGITS = 15
"""Significant digits of a decimal that float64 always gives back (IEEE 754: binary64 has 53 binary digits)."""


def typed(numbers: Array) -> Array:
    """Float64 numbers as the exact decimals that stood in the file, an object array of the same shape.

    The shortest decimal that reads back as the same float64 is the one that was typed, as long as that had no more than
    15 significant digits: two such decimals never share a float64. Of longer ones it keeps what float64 does.
    """
    exact: Array = np.frompyfunc(lambda x: as_written(TypedFloat(x)), 1, 1)(numbers)
    return exact


def certain(numbers: Array) -> bool:
    """Whether every float64 is sure to be the very decimal that was typed."""
    return all(float_digits(x)[0] < 10**CERTAIN_DIGITS for x in numbers.flat)


def design(X: Array, intercept: bool) -> Array:
    """The features with a column of ones in front, unless there is no intercept. Exact stays exact."""
    one = Typed(1, "1") if X.dtype == object else 1.0
    return np.column_stack([np.full(len(X), one, dtype=X.dtype), X]) if intercept else X


def is_little(X: Array) -> bool:
    """Whether the work for this design matrix can be done in exact rationals in about a second."""
    return bool(X.size * X.shape[1] <= MOST_WORK and X.shape[1] <= MOST_UNKNOWNS)


@dataclass(frozen=True, eq=False)
class Solved:
    """The least-squares solution: the coefficients and the mean squared error, exact or float64.

    Where columns depend on each other there is no one solution: `coefficients` is None then, and in float64 the loss
    is NaN.
    """

    coefficients: Array | None
    loss: Scalar
    elimination: Elimination | None = None
    dependent: tuple[Dependence, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether it was worked in exact rationals."""
        return self.elimination is not None


def solve(X: Array, y: Array, intercept: bool = True, exactly: bool | None = None) -> Solved:
    """Least squares on features X, float64 as they were read: exactly where the size allows, else by singular values.

    Digits beyond those that float64 keeps for certain can hide that columns depend on each other, so there float64's
    own judgement counts too. `exactly` forces one or the other, whatever the size and the digits.
    """
    if not (is_little(design(X, intercept)) if exactly is None else exactly):
        return in_float64(X, y, intercept)
    target = typed(y)
    gram, moments = normal_equations(design(typed(X), intercept), target)
    elimination = eliminate(gram, moments)
    factors = elimination.combination(len(gram))
    squares = sum(t * t for t in target) - sum(factor * moments[k] for k, factor in factors.items())
    if elimination.dependent:
        return Solved(None, squares / len(y), elimination, dependences(elimination))
    if exactly is None and not certain(X) and (doubtful := in_float64(X, y, intercept)).dependent:
        return doubtful
    return Solved(elimination.solution, squares / len(y), elimination)


def in_float64(X: Array, y: Array, intercept: bool = True) -> Solved:
    """Least squares by singular values on centred columns of length 1, which is stable where elimination is not.

    Raises CannotWork when the numbers leave the range of float64.
    """
    columns, lengths, mean = normalised(X, intercept)
    level = y.mean() if intercept else 0.0
    with np.errstate(all="ignore"):
        *columns_rotated, target_rotated = triangle(np.column_stack([columns, y - level])).T
        rotated = np.array(columns_rotated).T
        null = null_space(rotated, len(y))
        if len(null):
            return Solved(None, math.nan, None, dependences_in_float64(null / lengths, mean, intercept))
        weights = np.linalg.lstsq(rotated, target_rotated, rcond=None)[0] / lengths
        level -= mean @ weights
        error = X @ weights + level - y
        loss = float(error @ error) / len(y)
    if not (math.isfinite(loss) and math.isfinite(level) and np.isfinite(weights).all()):
        raise CannotWork(OUT_OF_RANGE)
    return Solved(np.array([level, *weights]) if intercept else weights, loss)


@dataclass(frozen=True)
class Exact:
    """The least-squares solution, in the scaled features: the smallest loss there is. `unique` unless collinear.

    `solved` is the same in the data's own units, and tells how it was found.
    """

    w: Array
    b: float
    loss: float
    unique: bool
    solved: Solved


def least_squares(X: Array, y: Array, loss: str, scaling: Scaling | None = None) -> Exact:
    """Solve it for features in their own units; w and b are for the scaled ones.

    Where features depend on each other, these are the smallest of the many weights that share the smallest loss.
    """
    solved = solve(X, y)
    scaled = scaling.apply(X) if scaling else X
    if solved.coefficients is None:
        w, b = _smallest_weights(scaled, y)
        error = scaled @ w + b - y
        mse = float(solved.loss) if solved.exact else float(error @ error) / len(y)
        return Exact(w, b, mse * LOSSES[loss].curvature / 2, False, solved)
    try:
        level, *slopes = map(float, solved.coefficients)
        w, b = np.array(slopes), level
        if scaling and scaling.kind != "none":
            w, b = w * scaling.spread, level + float(w @ scaling.shift)
        return Exact(w, b, float(solved.loss) * LOSSES[loss].curvature / 2, True, solved)
    except OverflowError:
        raise CannotWork(OUT_OF_RANGE) from None


def _smallest_weights(X: Array, y: Array) -> tuple[Array, float]:
    mean, level = X.mean(axis=0), y.mean()
    w, *_ = np.linalg.lstsq(X - mean, y - level, rcond=None)
    return w, float(level - mean @ w)
