"""Every update rule against a reference that is written here from PyTorch's definitions, in both of its forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from test_cli import HOUSES, pp, refused

from penpaper_cli.formula.network import Trainer
from penpaper_cli.formula.program import Program
from penpaper_cli.formula.update_rules import RATES, UPDATE_RULES, UpdateRule
from penpaper_cli.models.descent import ArrayUpdate, Settings
from penpaper_cli.sentences.common import listed

Array = Any
State = dict[str, Any]
Reference = Callable[..., Array]


def _velocity(g: Array, state: State, momentum: float) -> Array:
    state["v"] = momentum * state.get("v", 0) + g
    return state["v"]


def _gd(w: Array, g: Array, state: State, step: int, lr: float) -> Array:
    return w - lr * g


def _momentum(w: Array, g: Array, state: State, step: int, lr: float, momentum: float = 0.9) -> Array:
    return w - lr * _velocity(g, state, momentum)


def _nesterov(w: Array, g: Array, state: State, step: int, lr: float, momentum: float = 0.9) -> Array:
    return w - lr * (g + momentum * _velocity(g, state, momentum))


def _adagrad(w: Array, g: Array, state: State, step: int, lr: float, epsilon: float = 1e-8) -> Array:
    state["s"] = state.get("s", 0) + g**2
    return w - lr * g / (np.sqrt(state["s"]) + epsilon)


def _rmsprop(w: Array, g: Array, state: State, step: int, lr: float, rho: float = 0.9, epsilon: float = 1e-8) -> Array:
    state["s"] = rho * state.get("s", 0) + (1 - rho) * g**2
    return w - lr * g / (np.sqrt(state["s"]) + epsilon)


def _adam(
    w: Array,
    g: Array,
    state: State,
    step: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> Array:
    state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * g**2
    fast, slow = state["m"] / (1 - beta1**step), state["v"] / (1 - beta2**step)
    return w - lr * fast / (np.sqrt(slow) + epsilon)


def _adamw(
    w: Array, g: Array, state: State, step: int, lr: float, *rates: float, weight_decay: float = 0.01, **others: float
) -> Array:
    """PyTorch shrinks the parameter first, and then makes Adam's step."""
    return _adam(w * (1 - lr * weight_decay), g, state, step, lr, *rates, **others)


REFERENCES: dict[str, Reference] = {
    "gd": _gd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
}
"""The parameter after the step of that number, from the gradient and what was kept in `state`."""
OTHERWISE = {"lr": 0.05, "momentum": 0.5, "rho": 0.75, "beta1": 0.5, "beta2": 0.9, "epsilon": 0.25, "weight_decay": 0.2}
"""A number for every rate that isn't the usual one."""
START, TARGET = np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([[1.0, 1.0], [-3.0, 0.25]])

each_rule = pytest.mark.parametrize("rule", UPDATE_RULES.values(), ids=list(UPDATE_RULES))


def rates_of(rule: UpdateRule, usual: bool) -> dict[str, float]:
    return {name: OTHERWISE[name] for name in rule.rates if not usual or name == "lr"}


def by_reference(rule: UpdateRule, times: int, rates: dict[str, float]) -> Array:
    """Where it goes for the loss sum((W - TARGET)^2) / 2."""
    w, state = START, dict[str, Any]()
    for step in range(1, times + 1):
        w = REFERENCES[rule.name](w, w - TARGET, state, step, **rates)
    return w


def exact(rates: dict[str, float]) -> dict[str, Fraction]:
    return {name: Fraction(str(number)) for name, number in rates.items()}


def test_every_rule_is_complete() -> None:
    assert set(REFERENCES) == set(UPDATE_RULES)
    assert set(OTHERWISE) == set(RATES) == {name for rule in UPDATE_RULES.values() for name in rule.rates}
    assert len({rate.letter for rate in RATES.values()}) == len(RATES)
    for rule in UPDATE_RULES.values():
        assert rule.rates[0] == "lr" and rule.word and rule.step.__doc__ and rule.rate_with_hidden > 0
        assert set(re.findall(r"\{(.*?)\}", rule.torch)) == set(rule.letters)


@each_rule
@pytest.mark.parametrize("usual", [True, False])
@pytest.mark.parametrize("times", [1, 2, 7])
def test_in_numpy(rule: UpdateRule, usual: bool, times: int) -> None:
    rates = rates_of(rule, usual)
    settings = Settings(rule, rule.with_defaults(exact(rates)))
    w, old = START, dict[str, Array]()
    for step in range(1, times + 1):
        update = ArrayUpdate(w, w - TARGET, settings.numbers, step, old)
        w, old = rule.step(update), update.state
    np.testing.assert_allclose(w, by_reference(rule, times, rates), rtol=1e-13)


@each_rule
@pytest.mark.parametrize("usual", [True, False])
@pytest.mark.parametrize("times", [1, 2, 7])
def test_on_paper(rule: UpdateRule, usual: bool, times: int) -> None:
    rates = rates_of(rule, usual)
    program = Program("L = half_sse(W, Y)")
    trainer = Trainer(program, {"Y": TARGET}, {"W": START}, (), rule, rule.with_defaults(exact(rates)))
    *_, last = trainer.steps(times)
    np.testing.assert_allclose(last.parameters["W"].astype(float), by_reference(rule, times, rates), rtol=1e-13)


@each_rule
def test_options_and_help_come_from_the_entries(rule: UpdateRule) -> None:
    for command in ("step", "train"):
        text = " ".join(pp(command, "--help").out.split())
        assert rule.option in text
        for rate in (RATES[name] for name in rule.rates if RATES[name].usual):
            rules = [other.option for other in UPDATE_RULES.values() if rate.name in other.rates]
            assert f"--{rate.option}" in text and f"Default: {rate.usual}." in text
            assert rate.about in text if rate.about else f"Of {listed(rules)}." in text


@each_rule
@pytest.mark.parametrize("rate", [rate for rate in RATES.values() if rate.usual], ids=lambda rate: rate.option)
def test_a_rate_that_a_rule_does_not_have_is_refused(rule: UpdateRule, rate: Any) -> None:
    start = ("step", "1 2", "-w", "1; 2", "--target", "3", "--loss", "mse", "--lr", "0.1", "--optimizer", rule.option)
    if rate.name in rule.rates:
        assert pp(*start, f"--{rate.option}", "0.5").code == 0
    else:
        sentence = refused(*start, f"--{rate.option}", "0.5")
        assert f"--{rate.option}: the optimizer {rule.option} has no such setting" in sentence


def test_a_penalty_beside_weight_decay_is_refused() -> None:
    """Both would be λ, and both pull weights to 0: the decay is there to be used instead (Loshchilov and Hutter)."""
    assert "--weight-decay" in refused("train", HOUSES, "--target", "price", "--optimizer", "adamw", "--l2", "0.1")
    assert pp("train", HOUSES, "--target", "price", "--optimizer", "adamw", "--epochs", "3").code == 0


@pytest.mark.parametrize(
    ("rate", "text", "words"),
    [
        ("weight-decay", "-1", "0 or above"),
        ("weight-decay", "inf", "finite"),
        ("momentum", "1", "from 0 up to, but not including, 1"),
        ("momentum", "-0.5", "0 or above"),
    ],
)
def test_rates_out_of_bounds(rate: str, text: str, words: str) -> None:
    optimizer = next(rule.option for rule in UPDATE_RULES.values() if rate.replace("-", "_") in rule.rates)
    options = ("--loss", "mse", "--lr", "0.1", "--optimizer", optimizer, f"--{rate}", text)
    sentence = refused("step", "1 2", "-w", "1; 2", "--target", "3", *options)
    assert f"--{rate}" in sentence and words in sentence
