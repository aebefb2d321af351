"""Train a linear model by full-batch gradient descent: scaling, the loop in plain NumPy, how good the model is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from penpaper_cli.exact import OUT_OF_RANGE, Solved, solve
from penpaper_cli.numbers import CannotWork
from penpaper_cli.paper import Array

PARTS = {"mse": 2, "half_mse": 1}
"""What the power rule leaves in front of the errors: the gradient is this times the mean of error times input."""
USUAL_RATE = 0.1
TOO_LARGE = 10.0


@dataclass(frozen=True)
class Scaling:
    """Each feature minus its `shift`, divided by its `spread` (both of shape (d,))."""

    kind: str
    shift: Array
    spread: Array

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
    if not (np.isfinite(spread).all() and spread.all()):
        raise CannotWork("The features' numbers are too large or too close together for float64: choose other units.")
    return Scaling(kind, shift, spread)


@dataclass
class Run:
    """A training run. `losses[k]` is the loss after k epochs; `kept[k]` are the weights and bias before epoch k."""

    rate: float
    loss: str
    w: Array
    b: float = 0.0
    losses: list[float] = field(default_factory=list)
    kept: dict[int, tuple[Array, float]] = field(default_factory=dict)
    diverged: bool = False

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return len(self.losses) - 1


def descend(
    X: Array,
    y: Array,
    rate: float,
    epochs: int,
    loss: str,
    keep: Iterable[int] = (),
    tick: Callable[[int], None] = lambda epoch: None,
) -> Run:
    """Run gradient descent from w = 0, b = 0. It stops early when the loss grows past ten times where it started."""
    run, kept, n = Run(rate, loss, np.zeros(X.shape[1])), set(keep), len(y)
    factor, halves = PARTS[loss] / n, n * 2 / PARTS[loss]
    error = -y
    before = earlier = run.w, run.b
    with np.errstate(over="ignore", invalid="ignore"):
        run.losses.append(float(error @ error / halves))
        if not math.isfinite(run.losses[0]):
            raise CannotWork("The target's numbers are too large for float64: choose larger units for them.")
        for epoch in range(1, epochs + 1):
            earlier, before = before, (run.w, run.b)
            if epoch in kept or epoch == epochs:
                run.kept[epoch] = before
            run.w = run.w - rate * (X.T @ (factor * error))
            run.b = run.b - rate * factor * float(error.sum())
            error = X @ run.w + run.b - y
            latest = float(error @ error / halves)
            if not math.isfinite(latest):
                run.w, run.b, run.diverged = *before, True
                run.kept[epoch - 1] = earlier
                break
            run.losses.append(latest)
            if latest > TOO_LARGE * run.losses[0]:
                run.diverged = True
                run.kept[epoch] = before
                break
            tick(epoch)
    run.diverged = run.diverged or run.losses[-1] > run.losses[0]
    return run


def steepest(X: Array, loss: str) -> float:
    """The largest curvature of the loss: the greatest eigenvalue of its second derivatives by the weights and the bias.

    Gradient descent converges for rates below 2 over this (Nocedal and Wright, Numerical Optimization, chapter 3).
    """
    design = np.column_stack([X, np.ones(len(X))])
    with np.errstate(over="ignore", invalid="ignore"):
        curvature = design.T @ design * (PARTS[loss] / len(X))
    if not np.isfinite(curvature).all():
        raise CannotWork("The features' numbers are too large for float64 without scaling: try --scale standard.")
    return float(np.linalg.eigvalsh(curvature)[-1])


def safe_rate(X: Array, loss: str) -> float:
    """A rate that converges: half of the limit, rounded down to one digit."""
    rate = 1 / steepest(X, loss)
    place = 10.0 ** math.floor(math.log10(rate))
    return float(f"{math.floor(rate / place * (1 + 1e-12)) * place:.0e}")


def usual_rate(X: Array, loss: str) -> float:
    """0.1, or less where 0.1 would not converge."""
    return min(USUAL_RATE, safe_rate(X, loss))


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
        return Exact(w, b, float(error @ error / (len(y) * 2 / PARTS[loss])), False, solved)
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


def metrics(prediction: Array, y: Array, loss: str) -> dict[str, float]:
    """How good the predictions are, and, as `baseline_…`, how good it is to guess the mean every time."""
    found: dict[str, float] = {}
    spread = float(((y - y.mean()) ** 2).sum())
    for prefix, guess in (("", prediction), ("baseline_", np.full_like(y, y.mean()))):
        error = y - guess
        squares = float(error @ error)
        found |= {
            f"{prefix}loss": squares / (len(y) * 2 / PARTS[loss]),
            f"{prefix}mae": float(abs(error).mean()),
            f"{prefix}rmse": math.sqrt(squares / len(y)),
        }
        if spread:
            found[f"{prefix}r2"] = 1 - squares / spread if not prefix else 0.0
    return found
