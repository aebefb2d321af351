"""Measures of predictions: the loss among them is the loss that was asked for, whichever it is."""

from __future__ import annotations

import numpy as np
import pytest

from penpaper_cli.models.metrics import metrics

P, Y = np.array([1.0, 2.5, -3.0, 0.5]), np.array([1.5, 2.0, -1.0, 4.5])
PLAIN = {
    "mse": lambda p, y: ((p - y) ** 2).mean(),
    "half_mse": lambda p, y: ((p - y) ** 2).mean() / 2,
    "sse": lambda p, y: ((p - y) ** 2).sum(),
    "mae": lambda p, y: abs(p - y).mean(),
}


@pytest.mark.parametrize("loss", PLAIN)
def test_the_loss_of_predictions_and_of_a_guess(loss: str) -> None:
    measures, guess = metrics(P, Y, loss), np.full(4, Y.mean())
    assert measures["loss"] == pytest.approx(PLAIN[loss](P, Y), rel=1e-12)
    assert measures["baseline_loss"] == pytest.approx(PLAIN[loss](guess, Y), rel=1e-12)
