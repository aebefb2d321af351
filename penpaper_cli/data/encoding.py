"""Columns as they stand in a file, as columns of a matrix: a category becomes one-hot columns, a number stays one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Column:
    """A feature as it stands in the file. `categories` are () for numbers, else all of them in sorted order.

    The first category is the baseline and has no column of its own: next to an intercept it would be one too many.
    `fill` is what stands in for a gap among numbers, where something does.
    """

    name: str
    categories: tuple[str, ...] = ()
    fill: float | None = None

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its columns in the matrix: size, or zip=94110, zip=94117."""
        return tuple(f"{self.name}={category}" for category in self.categories[1:]) or (self.name,)


def coded(columns: Sequence[Column], values: Sequence[np.ndarray]) -> np.ndarray:
    """The matrix, float64 of shape (n, d), from one vector a column: numbers, or places among its categories."""
    widths = [len(column.features) for column in columns]
    X = np.zeros((len(values[0]), sum(widths)))
    start = 0
    for column, width, vector in zip(columns, widths, values, strict=True):
        if column.categories:
            rows = np.flatnonzero(vector)
            X[rows, start + vector[rows].astype(int) - 1] = 1
        else:
            X[:, start] = vector
        start += width
    return X
