"""Least squares in closed form: exactly, by elimination in rationals, or in float64 by singular values.

Shapes: X (n, p), y (n,), coefficients (p,). X is a design matrix: where the model has an intercept, `design` has put a
column of ones in front.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.numbers import Scalar, Typed, TypedFloat, as_written, float_digits
from penpaper_cli.paper.paper import Array

MOST_WORK = 300_000
"""Multiplications in Xᵀ·X, n·p², that are done in exact rationals (about a second)."""
MOST_UNKNOWNS = 40
CERTAIN_DIGITS = 15
"""Significant digits of a decimal that float64 always gives back (IEEE 754: binary64 has 53 binary digits)."""
OUT_OF_RANGE = "The numbers here leave the range of float64: choose other units for the columns."
NO_FACTOR = 1e-9
"""A factor in a float64 dependence below this is rounding."""
INFLATED = 100
"""A feature's variance inflation factor above which it is named. At 100, the others explain 99 % of its variation.

The factor is 1 / (1 - R²), with the R² of the feature fitted by the others (Marquardt, Technometrics 12, 1970, who is
wary from 10 on; Belsley, Kuh and Welsch, Regression Diagnostics, 1980, chapter 3).
"""
BEYOND_FLOAT64 = 1e20
"""An inflation factor above which float64 keeps too few of its digits to print them."""


def typed(numbers: Array) -> Array:
    """Float64 numbers as the exact decimals that stood in the file, an object array of the same shape.

    The shortest decimal that reads back as the same float64 is the one that was typed, as long as that had no more than
    15 significant digits: two such decimals never share a float64. Of longer ones it keeps what float64 does.
    """
    found: Array = np.frompyfunc(lambda x: as_written(TypedFloat(x)), 1, 1)(numbers)
    return found


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


def normal_equations(X: Array, y: Array) -> tuple[Array, Array]:
    """XᵀX and Xᵀy of exact rationals, multiplied in whole numbers: each column times its common denominator."""
    columns, scales = _whole(np.column_stack([X, y]))
    products = np.frompyfunc(Fraction, 2, 1)(columns.T @ columns, np.outer(scales, scales))
    return products[:-1, :-1], products[:-1, -1]


def _whole(numbers: Array) -> tuple[Array, Array]:
    """Columns of whole numbers, and what each column was multiplied by."""
    whole, scales = np.empty(numbers.shape, dtype=object), np.empty(numbers.shape[1], dtype=object)
    for j, column in enumerate(numbers.T):
        scales[j] = math.lcm(*(x.denominator for x in column))
        whole[:, j] = [x.numerator * (scales[j] // x.denominator) for x in column]
    return whole, scales


@dataclass(frozen=True)
class Turn:
    """One turn of elimination: `times` times the row `pivot` was taken from the row `row`. Rows count from 0."""

    row: int
    pivot: int
    times: Fraction
    _whole: list[int]
    _scale: int

    @property
    def after(self) -> list[Fraction]:
        """What the row has become."""
        return [Fraction(x, self._scale) for x in self._whole]


@dataclass(eq=False)
class Elimination:
    """[XᵀX | Xᵀy] brought to a triangle. `dependent` are the columns that depend on columns before them."""

    start: Array
    turns: list[Turn] = field(default_factory=list)
    dependent: list[int] = field(default_factory=list)

    @property
    def triangle(self) -> Array:
        """The matrix after the last turn, of shape (p, p + 1)."""
        rows = self.start.copy()
        for turn in self.turns:
            rows[turn.row] = turn.after
        return rows

    def combination(self, column: int) -> dict[int, Fraction]:
        """The factors that make a column the sum of columns before it, by back-substitution, last unknown first.

        For the column at the end, Xᵀy, they are the coefficients.
        """
        rows, factors = self.triangle, dict[int, Fraction]()
        for k in reversed([k for k in range(column) if k not in self.dependent]):
            rest = rows[k, column] - sum(rows[k, j] * factor for j, factor in factors.items())
            factors[k] = rest / rows[k, k]
        return factors

    @property
    def solution(self) -> Array:
        """The coefficients, where no column depends on others."""
        found = self.combination(len(self.start))
        return np.array([found[k] for k in range(len(self.start))], dtype=object)


def eliminate(gram: Array, moments: Array) -> Elimination:
    """Gaussian elimination of XᵀX·c = Xᵀy in whole numbers, without fractions on the way (Bareiss, Mathematics of
    Computation 22, 1968): every division below leaves no remainder, so numbers grow no longer than determinants.

    Divided by the pivot, each row is that of elimination in fractions. XᵀX needs no rows swapped: what is left of its
    diagonal is the squared length of what is left of a column, so a pivot is 0 only where its whole row is.
    """
    found = Elimination(np.column_stack([gram, moments]))
    scale = math.lcm(*(x.denominator for x in found.start.flat))
    rows = [[x.numerator * (scale // x.denominator) for x in row] for row in found.start]
    before = 1
    for k, top in enumerate(rows):
        pivot = top[k]
        if not pivot:
            found.dependent.append(k)
            continue
        for i in range(k + 1, len(rows)):
            below = rows[i][k]
            rows[i] = [(pivot * x - below * t) // before for x, t in zip(rows[i], top, strict=True)]
            if below:
                found.turns.append(Turn(i, k, Fraction(below, pivot), rows[i], pivot * scale))
        before = pivot
    return found


@dataclass(frozen=True)
class Dependence:
    """A column of the design matrix that is a sum of columns before it, each times its factor, in every row."""

    column: int
    factors: Mapping[int, Scalar]


def dependences(found: Elimination) -> tuple[Dependence, ...]:
    """Every column without a pivot, by the columns before it."""
    return tuple(
        Dependence(column, {k: factor for k, factor in sorted(found.combination(column).items()) if factor})
        for column in found.dependent
    )


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
    found = eliminate(gram, moments)
    factors = found.combination(len(gram))
    squares = sum(t * t for t in target) - sum(factor * moments[k] for k, factor in factors.items())
    if found.dependent:
        return Solved(None, squares / len(y), found, dependences(found))
    if exactly is None and not certain(X) and (doubtful := in_float64(X, y, intercept)).dependent:
        return doubtful
    return Solved(found.solution, squares / len(y), found)


def in_float64(X: Array, y: Array, intercept: bool = True) -> Solved:
    """Least squares by singular values on centred columns of length 1, which is stable where elimination is not.

    Raises CannotWork when the numbers leave the range of float64.
    """
    columns, lengths, mean = _normalised(X, intercept)
    level = y.mean() if intercept else 0.0
    with np.errstate(all="ignore"):
        *columns_rotated, target_rotated = _triangle(np.column_stack([columns, y - level])).T
        rotated = np.array(columns_rotated).T
        null = _null_space(rotated, len(y))
        if len(null):
            return Solved(None, math.nan, None, _dependences_in_float64(null / lengths, mean, intercept))
        weights = np.linalg.lstsq(rotated, target_rotated, rcond=None)[0] / lengths
        level -= mean @ weights
        error = X @ weights + level - y
        loss = float(error @ error) / len(y)
    if not (math.isfinite(loss) and math.isfinite(level) and np.isfinite(weights).all()):
        raise CannotWork(OUT_OF_RANGE)
    return Solved(np.array([level, *weights]) if intercept else weights, loss)


def _normalised(X: Array, intercept: bool) -> tuple[Array, Array, Array]:
    """Centred columns (where there is an intercept) of length 1, their lengths, and their means."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean = X.mean(axis=0) if intercept else np.zeros(X.shape[1])
        columns = X - mean
        # Divided by its largest entry first, since the squares of very large or small numbers leave float64.
        largest = np.maximum(columns.max(axis=0), -columns.min(axis=0))
        largest[largest == 0] = 1.0
        columns /= largest
        lengths = np.sqrt(np.einsum("ij,ij->j", columns, columns))
        lengths[lengths == 0] = 1.0
        columns /= lengths
    if not np.isfinite(columns).all():
        raise CannotWork(OUT_OF_RANGE)
    return columns, largest * lengths, mean


def _triangle(columns: Array) -> Array:
    """The columns turned so that they fill a triangle only (QR): lengths, angles and singular values stay."""
    if not np.isfinite(columns).all():
        raise CannotWork(OUT_OF_RANGE)
    return np.asarray(np.linalg.qr(columns, mode="r"))


def _null_space(columns: Array, rows: int) -> Array:
    """Rows of factors by which the columns add up to 0, as far as float64 can tell (the rank as NumPy judges it)."""
    _, sizes, directions = np.linalg.svd(columns, full_matrices=True)
    rank = int((sizes > sizes[0] * max(rows, columns.shape[1]) * np.finfo(float).eps).sum())
    return directions[rank:]


def _dependences_in_float64(null: Array, mean: Array, intercept: bool) -> tuple[Dependence, ...]:
    """Each row of factors that add the features up to a constant, solved for the feature that weighs most in it."""
    chosen = []
    for row in range(len(null)):
        column = int(abs(null[row]).argmax())
        null[row] /= -null[row, column]
        for other in range(len(null)):
            if other != row:
                null[other] += null[other, column] * null[row]
        chosen.append(column)
    found = []
    for column, factors in zip(chosen, null, strict=True):
        own = {j: _tidy(f) for j, f in enumerate(factors) if j != column and abs(f) > NO_FACTOR}
        level = _tidy(mean[column] - sum(f * mean[j] for j, f in own.items()))
        constant = {0: level} if intercept and abs(level) > NO_FACTOR * abs(mean[column]) else {}
        found.append(Dependence(column + intercept, constant | {j + intercept: f for j, f in own.items()}))
    return tuple(sorted(found, key=lambda d: d.column))


def _tidy(factor: float) -> float:
    """To ten digits: what float64 adds behind them is rounding."""
    return float(f"{factor:.10g}")


def inflation(X: Array, intercept: bool = True) -> Array:
    """The variance inflation factor of each feature, shape (d,): how many times collinearity multiplies its variance.

    It is the diagonal of the inverse of the features' correlation matrix; without an intercept, of their cosines.
    """
    columns, *_ = _normalised(X, intercept)
    _, sizes, directions = np.linalg.svd(_triangle(columns), full_matrices=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        factors: Array = ((directions / sizes[:, None]) ** 2).sum(axis=0)
    return np.nan_to_num(factors, nan=np.inf)
