"""How good predictions are, beside those of a guess that is the same for every row."""

from __future__ import annotations

import math

import numpy as np

from penpaper_cli.models.rates import PARTS
from penpaper_cli.paper.paper import Array


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
