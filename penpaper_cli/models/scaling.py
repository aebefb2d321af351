"""How columns of numbers are brought to one scale before training, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.paper.arrays import Array


@dataclass(frozen=True)
class Scaling:
    """Each feature minus its `shift`, divided by its `spread` (both of shape (d,)).

    `top` is the maximum that a range was taken to, for minmax: shift and spread don't give it to the last bit.
    """

    kind: str
    shift: Array
    spread: Array
    top: Array | None = None

    @property
    def names(self) -> tuple[str, str]:
        """What shift and spread are called on the paper."""
        return ("mean", "std") if self.kind == "standard" else ("min", "range")

    def apply(self, X: Array) -> Array:
        """The scaled features, shape (n, d)."""
        return (X - self.shift) / self.spread if self.kind != "none" else X


def scaling(X: Array, kind: str) -> Scaling:
    """`standard`: mean 0, standard deviation (over n) 1; `minmax`: from 0 to 1; `none`: as they are.

    Raises CannotWork when the numbers are too large for float64.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if kind == "standard":
            shift, spread = X.mean(axis=0), X.std(axis=0)
        elif kind == "minmax":
            shift, spread = X.min(axis=0), X.max(axis=0) - X.min(axis=0)
        else:
            shift, spread = np.zeros(X.shape[1]), np.ones(X.shape[1])
    # A column that never varies among these rows stays at 0: there is nothing to divide by.
    spread = np.where((X[0] == X).all(axis=0), 1.0, spread)
    if not (np.isfinite(spread).all() and spread.all()):
        raise CannotWork("The features' numbers are too large or too close together for float64: choose other units.")
    return Scaling(kind, shift, spread, X.max(axis=0) if kind == "minmax" else None)
