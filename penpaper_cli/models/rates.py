"""Learning rates that converge, from how steeply the gradient of a loss can change."""

from __future__ import annotations

import math

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.paper.arrays import Array

USUAL_RATE = 0.1


def steepest(X: Array, curvature: float, l2: float = 0.0) -> float:
    """The largest curvature of a loss: the greatest eigenvalue of its second derivatives by the weights and the bias.

    `curvature` is that of one sample's loss by its scores, at most. Gradient descent converges for rates below 2 over
    the result (Nocedal and Wright, Numerical Optimization, chapter 3). For logistic and softmax regression it is a
    bound. Raises CannotWork where the features of shape (n, d) are too large for float64.
    """
    design = np.column_stack([X, np.ones(len(X))])
    with np.errstate(over="ignore", invalid="ignore"):
        small = design.T @ design if design.shape[1] <= len(design) else design @ design.T
        matrix = small * (curvature / len(X))
    if not np.isfinite(matrix).all():
        raise CannotWork("The features' numbers are too large for float64 without scaling: try --scale standard.")
    return float(np.linalg.eigvalsh(matrix)[-1]) + l2


def safe_rate(X: Array, curvature: float, l2: float = 0.0) -> float:
    """A rate that converges: half of the limit, rounded down to one digit."""
    rate = 1 / steepest(X, curvature, l2)
    place = 10.0 ** math.floor(math.log10(rate))
    return float(f"{math.floor(rate / place * (1 + 1e-12)) * place:.0e}")
