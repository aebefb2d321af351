"""The normal equations in exact rationals, and Gaussian elimination without fractions on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from penpaper_cli.paper.arrays import Array


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
        coefficients = self.combination(len(self.start))
        return np.array([coefficients[k] for k in range(len(self.start))], dtype=object)


def eliminate(gram: Array, moments: Array) -> Elimination:
    """Gaussian elimination of XᵀX·c = Xᵀy in whole numbers, without fractions on the way (Bareiss, Mathematics of
    Computation 22, 1968): every division below leaves no remainder, so numbers grow no longer than determinants.

    Divided by the pivot, each row is that of elimination in fractions. XᵀX needs no rows swapped: what is left of its
    diagonal is the squared length of what is left of a column, so a pivot is 0 only where its whole row is.
    """
    elimination = Elimination(np.column_stack([gram, moments]))
    scale = math.lcm(*(x.denominator for x in elimination.start.flat))
    rows = [[x.numerator * (scale // x.denominator) for x in row] for row in elimination.start]
    before = 1
    for k, top in enumerate(rows):
        pivot = top[k]
        if not pivot:
            elimination.dependent.append(k)
            continue
        for i in range(k + 1, len(rows)):
            below = rows[i][k]
            rows[i] = [(pivot * x - below * t) // before for x, t in zip(rows[i], top, strict=True)]
            if below:
                elimination.turns.append(Turn(i, k, Fraction(below, pivot), rows[i], pivot * scale))
        before = pivot
    return elimination
