"""Columns in float64 as least squares takes them: of length 1, turned into a triangle, their null space."""

from __future__ import annotations

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.paper.arrays import Array

OUT_OF_RANGE = "The numbers here leave the range of float64: choose other units for the columns."


def normalised(X: Array, intercept: bool) -> tuple[Array, Array, Array]:
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


def triangle(columns: Array) -> Array:
    """The columns turned so that they fill a triangle only (QR): lengths, angles and singular values stay."""
    if not np.isfinite(columns).all():
        raise CannotWork(OUT_OF_RANGE)
    return np.asarray(np.linalg.qr(columns, mode="r"))


def null_space(columns: Array, rows: int) -> Array:
    """Rows of factors by which the columns add up to 0, as far as float64 can tell (the rank as NumPy judges it)."""
    _, sizes, directions = np.linalg.svd(columns, full_matrices=True)
    rank = int((sizes > sizes[0] * max(rows, columns.shape[1]) * np.finfo(float).eps).sum())
    return directions[rank:]
