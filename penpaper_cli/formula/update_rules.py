"""Update rules, written in recorded operations, with their state. Names and defaults are PyTorch's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from penpaper_cli.expressions.numbers import Typed, TypedFloat
from penpaper_cli.ops import OPS
from penpaper_cli.paper.paper import Array, Value, zeros

VELOCITY = "The velocity keeps a share of what it was, and takes up the new gradient; it starts at 0."
SUM_OF_SQUARES = "The sum of all squared gradients so far; it starts at 0."
MEAN_OF_SQUARES = "A running mean of the squared gradients, in which old ones fade; it starts at 0."
MEAN = "A running mean of the gradients, in which old ones fade; it starts at 0."
CORRECTED = "A mean that started at 0 is too small at first, so it is divided by the weight that it has gathered."


@dataclass(frozen=True)
class Rates:
    """What the update rules are set to."""

    lr: Fraction
    momentum: Fraction = Fraction(9, 10)
    rho: Fraction = Fraction(9, 10)
    beta1: Fraction = Fraction(9, 10)
    beta2: Fraction = Fraction(999, 1000)
    epsilon: Fraction = Fraction(1, 10**8)


def rate_of(number: float) -> Typed:
    """A rate that was read as float64, as the decimal that it is printed as."""
    return Typed(Fraction(repr(float(number))), TypedFloat(number).text)


@dataclass
class Update:
    """One parameter's update at step `step`: `old` is the state from the step before, `state` collects the new one."""

    name: str
    parameter: Value
    gradient: Value
    rates: Mapping[str, Value]
    step: int
    old: Mapping[str, Array]
    state: dict[str, Value] = field(default_factory=dict)

    def before(self, letter: str) -> Value:
        """The state before this step: zeros at first."""
        data = self.old.get(letter)
        start = zeros(self.parameter.shape, self.parameter.data) if data is None else data
        return self.parameter.paper.carried(f"{letter}_{self.name}", start)

    def after(self, letter: str, value: Value, why: str) -> Value:
        """Name the state after this step, keep it, and say what it is."""
        self.state[letter] = self.parameter.paper.call(f"{letter}_{self.name}_new", value)
        self.parameter.paper.reasons[value] = (why,)
        return value

    def corrected(self, letter: str, value: Value, beta: Value) -> Value:
        """An average that started at zero, divided by the weight it has gathered so far (Adam's bias correction)."""
        weight = self.parameter.paper.constant(Fraction(1)) - OPS["pow"](beta, power=self.step)
        hat = self.parameter.paper.call(f"{letter}_{self.name}_hat", value / weight)
        self.parameter.paper.reasons[hat] = (CORRECTED,)
        return hat


def gd(u: Update) -> Value:
    """Gradient descent: a step against the gradient."""
    return u.parameter - u.rates["η"] * u.gradient


def momentum(u: Update) -> Value:
    """Momentum (Polyak 1964, as PyTorch has it): the step follows a running sum of gradients that fades by μ."""
    v = u.after("v", u.rates["μ"] * u.before("v") + u.gradient, VELOCITY)
    return u.parameter - u.rates["η"] * v


def nesterov(u: Update) -> Value:
    """Nesterov momentum (Sutskever et al. 2013, as PyTorch has it): momentum with a look ahead."""
    v = u.after("v", u.rates["μ"] * u.before("v") + u.gradient, VELOCITY)
    return u.parameter - u.rates["η"] * (u.gradient + u.rates["μ"] * v)


def adagrad(u: Update) -> Value:
    """AdaGrad (Duchi et al. 2011): steps shrink where gradients have been large."""
    s = u.after("s", u.before("s") + u.gradient**2, SUM_OF_SQUARES)
    return u.parameter - u.rates["η"] * u.gradient / (OPS["sqrt"](s) + u.rates["ε"])


def rmsprop(u: Update) -> Value:
    """RMSProp (Hinton 2012): steps shrink where gradients have been large lately."""
    one = u.parameter.paper.constant(Fraction(1))
    s = u.after("s", u.rates["ρ"] * u.before("s") + (one - u.rates["ρ"]) * u.gradient**2, MEAN_OF_SQUARES)
    return u.parameter - u.rates["η"] * u.gradient / (OPS["sqrt"](s) + u.rates["ε"])


def adam(u: Update) -> Value:
    """Adam (Kingma and Ba 2015, algorithm 1): momentum over the root of the mean square, both bias-corrected."""
    one = u.parameter.paper.constant(Fraction(1))
    beta1, beta2 = u.rates["β1"], u.rates["β2"]
    m = u.after("m", beta1 * u.before("m") + (one - beta1) * u.gradient, MEAN)
    v = u.after("v", beta2 * u.before("v") + (one - beta2) * u.gradient**2, MEAN_OF_SQUARES)
    fast, slow = u.corrected("m", m, beta1), u.corrected("v", v, beta2)
    return u.parameter - u.rates["η"] * fast / (OPS["sqrt"](slow) + u.rates["ε"])


OPTIMISERS: dict[str, tuple[Callable[[Update], Value], dict[str, str]]] = {
    "gd": (gd, {"η": "lr"}),
    "momentum": (momentum, {"η": "lr", "μ": "momentum"}),
    "nesterov": (nesterov, {"η": "lr", "μ": "momentum"}),
    "adagrad": (adagrad, {"η": "lr", "ε": "epsilon"}),
    "rmsprop": (rmsprop, {"η": "lr", "ρ": "rho", "ε": "epsilon"}),
    "adam": (adam, {"η": "lr", "β1": "beta1", "β2": "beta2", "ε": "epsilon"}),
}
"""Each rule, and which of the rates it uses by which letter."""
