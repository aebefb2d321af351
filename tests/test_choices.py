"""Activations, losses and update rules are one entry each: every list comes from the entries, and each is complete."""

from __future__ import annotations

import math

import numpy as np
import pytest

from penpaper_cli.formula.choices import ACTIVATIONS, HIDDEN, LOSSES, TRAINED
from penpaper_cli.formula.program import Program
from penpaper_cli.models.layers import ONE
from penpaper_cli.ops import OPS
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.gradients import gradients

SCORES = np.array([[-2.5, 0.0, 1.25], [1e-9, 30.0, -40.0]])


def recorded_gradient(formula: str, **given: Array) -> Array:
    """The gradient of the last line by Z, on paper."""
    work = Program(formula).work(given)
    return np.asarray(gradients(work.answer, [work.known["Z"]])[0].data, dtype=float)


def test_every_activation_and_loss_is_an_operation() -> None:
    for name in {*ACTIVATIONS, *LOSSES} - {"none"}:
        assert OPS[name].public and OPS[name].about
    assert {loss.link for loss in TRAINED.values()} <= {*ACTIVATIONS}


@pytest.mark.parametrize("name", [*HIDDEN])
def test_the_loop_takes_an_activation_s_gradient_as_the_paper_does(name: str) -> None:
    upstream = np.arange(1.0, 7.0).reshape(2, 3) - 2.5
    found = OPS[name].backward[0](upstream, OPS[name].forward(SCORES), SCORES)
    due = recorded_gradient(f"A = {name}(Z)\nL = sum(U * A)", Z=SCORES, U=upstream)
    assert isinstance(found, np.ndarray)
    np.testing.assert_allclose(found, due, rtol=1e-14)


@pytest.mark.parametrize("name", [*TRAINED])
def test_the_loop_takes_a_loss_s_gradient_as_the_paper_does(name: str) -> None:
    loss = TRAINED[name]
    y = np.array([2.0, 0.0]) if loss.per_class else np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    found = OPS[name].backward[0](ONE, None, SCORES, y, **loss.of_scores)
    assert isinstance(found, np.ndarray)
    np.testing.assert_allclose(found, recorded_gradient(f"L = {loss.text_of_scores('Z')}", Z=SCORES, y=y), rtol=1e-14)


def curvature(name: str, score: float, step: float = 1e-5) -> float:
    """The second derivative of one sample's loss along its steepest direction, by differences of the gradient."""
    loss = TRAINED[name]
    z = np.array([[score, 0.0]]) if loss.per_class else np.array([score])
    along = np.array([[1.0, -1.0]]) / np.sqrt(2) if loss.per_class else np.ones(1)
    ends = [
        OPS[name].backward[0](ONE, None, z + sign * step * along, np.zeros(1), **loss.of_scores) for sign in (1, -1)
    ]
    return float(((ends[0] - ends[1]) / (2 * step) * along).sum())


@pytest.mark.parametrize("name", [*TRAINED])
def test_a_trained_loss_is_no_steeper_than_its_entry_says(name: str) -> None:
    scores, bound = np.linspace(-6, 6, 49), TRAINED[name].curvature
    if math.isinf(bound):  # Then it grows with the scores for ever.
        assert all(curvature(name, score + 1) > 2 * curvature(name, score) for score in scores)
    else:
        assert max(curvature(name, score) for score in scores) == pytest.approx(bound, rel=1e-6)


def test_the_law_can_fail() -> None:
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(
            OPS["relu"].backward[0](np.ones((2, 3)), None, SCORES), recorded_gradient("L = sum(gelu(Z))", Z=SCORES)
        )
