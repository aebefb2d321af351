"""What training rests on: scaling, learning rates that converge, least squares, and how good a model is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.formula.choices import LOSSES
from penpaper_cli.models.least_squares import OUT_OF_RANGE, Solved, solve
from penpaper_cli.paper.paper import Array

PARTS = {"mse": 2, "half_mse": 1}
"""What the power rule leaves in front of the errors: the gradient is this times the mean of error times input."""
USUAL_RATE = 0.1


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
        return Exact(w, b, mse * PARTS[loss] / 2, False, solved)
    try:
        level, *slopes = map(float, solved.coefficients)
        w, b = np.array(slopes), level
        if scaling and scaling.kind != "none":
            w, b = w * scaling.spread, level + float(w @ scaling.shift)
        return Exact(w, b, float(solved.loss * PARTS[loss] / 2), True, solved)
    except OverflowError:
        raise CannotWork(OUT_OF_RANGE) from None


def _smallest_weights(X: Array, y: Array) -> tuple[Array, float]:
    mean, level = X.mean(axis=0), y.mean()
    w, *_ = np.linalg.lstsq(X - mean, y - level, rcond=None)
    return w, float(level - mean @ w)


def metrics(prediction: Array, y: Array, loss: str, level: float | None = None) -> dict[str, float]:
    """How good the predictions are, and, as `baseline_…`, how good it is to guess the mean (or `level`) every time."""
    found: dict[str, float] = {}
    spread = float(((y - y.mean()) ** 2).sum())
    constant = np.full_like(y, y.mean() if level is None else level)
    for prefix, guess in (("", prediction), ("baseline_", constant)):
        error = y - guess
        squares = float(error @ error)
        found |= {
            f"{prefix}loss": squares / (len(y) * 2 / PARTS[loss]),
            f"{prefix}mae": float(abs(error).mean()),
            f"{prefix}rmse": math.sqrt(squares / len(y)),
        }
        if spread:
            found[f"{prefix}r2"] = 0.0 if prefix and level is None else 1 - squares / spread
    return found


def class_metrics(shares: Array, y: Array, frequencies: Array) -> dict[str, float]:
    """How good the shares (n, k) of the classes are, and, as `baseline_…`, how good it is to give the same every time.

    The constant guess is the most frequent class; its loss is that of the shares that the classes have among the
    training rows, the `frequencies`.
    """
    truth = y.astype(int)
    # A share that rounds to 0 would cost an infinite loss: it counts as the smallest number that float64 has.
    tiny = np.finfo(float).tiny
    return {
        "loss": float(-np.log(np.maximum(shares[np.arange(len(y)), truth], tiny)).mean()),
        "accuracy": float((decided(shares) == truth).mean()),
        "baseline_loss": float(-np.log(np.maximum(frequencies[truth], tiny)).mean()),
        "baseline_accuracy": float((truth == int(frequencies.argmax())).mean()),
    }


def decided(shares: Array) -> Array:
    """The number of the most likely class of every row; with two classes, the later one at even shares."""
    return np.asarray(shares[:, 1] >= 0.5 if shares.shape[1] == 2 else shares.argmax(axis=1)).astype(int)


def confusion(shares: Array, y: Array) -> Array:
    """How often each true class (rows) was predicted as each class (columns)."""
    found = np.zeros((shares.shape[1],) * 2, dtype=int)
    np.add.at(found, (y.astype(int), decided(shares)), 1)
    return found
