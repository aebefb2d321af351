"""How good predictions are, beside those of a guess that is the same for every row."""

from __future__ import annotations

import math

import numpy as np

from penpaper_cli.ops import OPS
from penpaper_cli.paper.arrays import Array


def metrics(prediction: Array, y: Array, loss: str, level: float | None = None) -> dict[str, float]:
    """How good the predictions are, and, as `baseline_…`, how good it is to guess the mean (or `level`) every time."""
    measures: dict[str, float] = {}
    spread = float(((y - y.mean()) ** 2).sum())
    constant = np.full_like(y, y.mean() if level is None else level)
    for prefix, guess in (("", prediction), ("baseline_", constant)):
        error = y - guess
        squares = float(error @ error)
        measures |= {
            f"{prefix}loss": float(OPS[loss].forward(guess, y)),
            f"{prefix}mae": float(abs(error).mean()),
            f"{prefix}rmse": math.sqrt(squares / len(y)),
        }
        if spread:
            measures[f"{prefix}r2"] = 0.0 if prefix and level in (None, y.mean()) else 1 - squares / spread
    return measures


def count_metrics(prediction: Array, y: Array, level: float) -> dict[str, float]:
    """How good predicted counts are, and, as `baseline_…`, how good it is to guess `level` every time.

    The deviance of a row is 2·(y·ln(y/p) - (y - p)), with 0·ln 0 taken as 0 (McCullagh and Nelder, Generalized Linear
    Models, 1989, section 2.3); D² is the share of it that a guess of the rows' own mean leaves, taken from 1.
    """
    measures: dict[str, float] = {}
    least = (y - times_log(y, y)).mean()
    spread = float(y.mean() - times_log(y, y.mean()).mean() - least)
    for prefix, guess in (("", prediction), ("baseline_", np.full_like(y, level))):
        loss = float((guess - times_log(y, guess)).mean())
        measures |= {
            f"{prefix}loss": loss,
            f"{prefix}deviance": 2 * max(loss - least, 0.0),
            f"{prefix}mae": float(abs(y - guess).mean()),
        }
        if spread:
            measures[f"{prefix}d2"] = 0.0 if prefix and level == y.mean() else 1 - (loss - least) / spread
    return measures


def times_log(y: Array, p: Array | float) -> Array:
    """y·ln p, with 0 where y is 0; a p that rounds to 0 counts as the smallest number that float64 has."""
    return np.asarray(np.where(y == 0, 0.0, y * np.log(np.maximum(p, np.finfo(float).tiny))))


def class_metrics(shares: Array, y: Array, frequencies: Array) -> dict[str, float]:
    """How good the shares (n, k) of the classes are, and, as `baseline_…`, how good it is to give the same every time.

    The constant guess is the most frequent class; its loss is that of the shares that the classes have among the
    training rows, the `frequencies`: infinite, and so no number, where none of those has the class of a row.
    """
    truth = y.astype(int)
    # A share that rounds to 0 counts as the smallest number that float64 has; a model works its loss from the scores.
    tiny = np.finfo(float).tiny
    measures = {
        "loss": float(-np.log(np.maximum(shares[np.arange(len(y)), truth], tiny)).mean()),
        "accuracy": float((decided(shares) == truth).mean()),
        "baseline_accuracy": float((truth == int(frequencies.argmax())).mean()),
    }
    if frequencies[truth].all():
        measures["baseline_loss"] = float(-np.log(frequencies[truth]).mean())
    return measures


def decided(shares: Array) -> Array:
    """The number of the most likely class of every row; with two classes, the later one at even shares."""
    return np.asarray(shares[:, 1] >= 0.5 if shares.shape[1] == 2 else shares.argmax(axis=1)).astype(int)


def separated(shares: Array, y: Array) -> bool:
    """Whether the true class of every row has a larger share than any other class: then larger scores always pay."""
    rows, truth = np.arange(len(y)), y.astype(int)
    others = shares.copy()
    others[rows, truth] = -1.0
    return bool((shares[rows, truth] > others.max(axis=1)).all())


def confusion(shares: Array, y: Array) -> Array:
    """How often each true class (rows) was predicted as each class (columns)."""
    counts = np.zeros((shares.shape[1],) * 2, dtype=int)
    np.add.at(counts, (y.astype(int), decided(shares)), 1)
    return counts
