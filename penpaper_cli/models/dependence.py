"""Columns that depend on each other: exactly, as far as float64 can tell, or nearly (variance inflation)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.models.elimination import Elimination
from penpaper_cli.models.singular_values import normalised, triangle
from penpaper_cli.paper.arrays import Array

NO_FACTOR = 1e-9
"""A factor in a float64 dependence below this is rounding."""
INFLATED = 100
"""A feature's variance inflation factor above which it is named. At 100, the others explain 99 % of its variation.

The factor is 1 / (1 - R²), with the R² of the feature fitted by the others (Marquardt, Technometrics 12, 1970, who is
wary from 10 on; Belsley, Kuh and Welsch, Regression Diagnostics, 1980, chapter 3).
"""
BEYOND_FLOAT64 = 1e20
"""An inflation factor above which float64 keeps too few of its digits to print them."""


@dataclass(frozen=True)
class Dependence:
    """A column of the design matrix that is a sum of columns before it, each times its factor, in every row."""

    column: int
    factors: Mapping[int, Scalar]


def dependences(elimination: Elimination) -> tuple[Dependence, ...]:
    """Every column without a pivot, by the columns before it."""
    return tuple(
        Dependence(column, {k: factor for k, factor in sorted(elimination.combination(column).items()) if factor})
        for column in elimination.dependent
    )


def dependences_in_float64(null: Array, mean: Array, intercept: bool) -> tuple[Dependence, ...]:
    """Each row of factors that add the features up to a constant, solved for the feature that weighs most in it."""
    chosen = []
    for row in range(len(null)):
        column = int(abs(null[row]).argmax())
        null[row] /= -null[row, column]
        for other in range(len(null)):
            if other != row:
                null[other] += null[other, column] * null[row]
        chosen.append(column)
    columns = []
    for column, factors in zip(chosen, null, strict=True):
        own = {j: _tidy(f) for j, f in enumerate(factors) if j != column and abs(f) > NO_FACTOR}
        level = _tidy(mean[column] - sum(f * mean[j] for j, f in own.items()))
        constant = {0: level} if intercept and abs(level) > NO_FACTOR * abs(mean[column]) else {}
        columns.append(Dependence(column + intercept, constant | {j + intercept: f for j, f in own.items()}))
    return tuple(sorted(columns, key=lambda d: d.column))


def _tidy(factor: float) -> float:
    """To ten digits: what float64 adds behind them is rounding."""
    return float(f"{factor:.10g}")


def inflation(X: Array, intercept: bool = True) -> Array:
    """The variance inflation factor of each feature, shape (d,): how many times collinearity multiplies its variance.

    It is the diagonal of the inverse of the features' correlation matrix; without an intercept, of their cosines.
    """
    columns, *_ = normalised(X, intercept)
    _, sizes, directions = np.linalg.svd(triangle(columns), full_matrices=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        factors: Array = ((directions / sizes[:, None]) ** 2).sum(axis=0)
    return np.nan_to_num(factors, nan=np.inf)
