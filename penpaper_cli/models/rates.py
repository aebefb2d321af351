"""Learning rates that converge, from how steeply the gradient of a loss can change."""

from __future__ import annotations

import math

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.formula.choices import LOSSES
from penpaper_cli.paper.paper import Array

PARTS = {"mse": 2, "half_mse": 1}
"""What the power rule leaves in front of the errors: the gradient is this times the mean of error times input."""
USUAL_RATE = 0.1


def steepest(X: Array, loss: str, l2: float = 0.0) -> float:
    """The largest curvature of the loss: the greatest eigenvalue of its second derivatives by the weights and the bias.

    Gradient descent converges for rates below 2 over this (Nocedal and Wright, Numerical Optimization, chapter 3). For
    logistic and softmax regression it is a bound.
    """
    design = np.column_stack([X, np.ones(len(X))])
    with np.errstate(over="ignore", invalid="ignore"):
        small = design.T @ design if design.shape[1] <= len(design) else design @ design.T
        curvature = small * (LOSSES[loss].curvature / len(X))
    if not np.isfinite(curvature).all():
        raise CannotWork("The features' numbers are too large for float64 without scaling: try --scale standard.")
    return float(np.linalg.eigvalsh(curvature)[-1]) + l2


def safe_rate(X: Array, loss: str, l2: float = 0.0) -> float:
    """A rate that converges: half of the limit, rounded down to one digit."""
    rate = 1 / steepest(X, loss, l2)
    place = 10.0 ** math.floor(math.log10(rate))
    return float(f"{math.floor(rate / place * (1 + 1e-12)) * place:.0e}")


def usual_rate(X: Array, loss: str, l2: float = 0.0) -> float:
    """For numbers 0.1, or less where 0.1 would not converge; classes have flatter losses, and take the safe rate."""
    safe = safe_rate(X, loss, l2)
    return min(USUAL_RATE, safe) if loss in PARTS else safe
