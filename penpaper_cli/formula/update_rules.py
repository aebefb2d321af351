"""Update rules, one entry each. A rule is written once, and worked on paper as well as in plain NumPy.

Names and defaults are PyTorch's. This is a table: it loads nothing, so that options can be made of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from penpaper_cli.expressions.numbers import Typed, TypedFloat
from penpaper_cli.formula.choices import Choice, by_name, chosen

VELOCITY = "The velocity keeps a share of what it was, and takes up the new gradient; it starts at 0."
SUM_OF_SQUARES = "The sum of all squared gradients so far; it starts at 0."
MEAN_OF_SQUARES = "A running mean of the squared gradients, in which old ones fade; it starts at 0."
MEAN = "A running mean of the gradients, in which old ones fade; it starts at 0."
DECAY = (
    "Besides its step by the gradients, the parameter moves towards 0 by η times λ times itself. This decay stands "
    "apart from the gradients, so their running means never see it."
)


@dataclass(frozen=True)
class Rate(Choice):
    """A number that update rules are set to. `letter` is its name on paper, `usual` what it is unless given.

    It is above 0, or `from_zero`, and less than `below` where there is such a bound.
    """

    letter: str
    usual: str = ""
    from_zero: bool = False
    below: int | None = None
    about: str = ""


RATES = by_name(
    (
        Rate("lr", "η"),
        Rate("momentum", "μ", "0.9", from_zero=True, below=1),
        Rate("rho", "ρ", "0.9", from_zero=True, below=1),
        Rate("beta1", "β1", "0.9", from_zero=True, below=1),
        Rate("beta2", "β2", "0.999", from_zero=True, below=1),
        Rate("epsilon", "ε", "1e-8", from_zero=True, about="Added outside the root."),
        Rate("weight_decay", "λ", "0.01", from_zero=True),
    )
)
Rates = Mapping[str, Fraction]
"""What a rule is set to: a number for each of its rates, by their names."""


def rate_of(number: float) -> Typed:
    """A rate that was read as float64, as the decimal that it is printed as."""
    return Typed(Fraction(repr(float(number))), TypedFloat(number).text)


class Update(ABC):
    """One parameter's update: what a rule is written in. Numbers are values on paper, or plain arrays.

    `parameter` is the one from before, `gradient` that of the loss by it; `update["η"]` is a rate by its letter.
    """

    parameter: Any
    gradient: Any

    @abstractmethod
    def __getitem__(self, letter: str) -> Any:
        """A rate."""

    @abstractmethod
    def rest(self, letter: str) -> Any:
        """1 less a rate."""

    @abstractmethod
    def before(self, letter: str) -> Any:
        """What the rule remembers of the parameter from the step before: zeros at first."""

    @abstractmethod
    def after(self, letter: str, value: Any, why: str) -> Any:
        """The value, which is to be remembered; `why` says what it is."""

    @abstractmethod
    def corrected(self, letter: str, value: Any, share: str) -> Any:
        """A running mean that started at 0, divided by the weight it has gathered so far (Adam's bias correction)."""

    @abstractmethod
    def root(self, value: Any) -> Any:
        """The square root."""

    @abstractmethod
    def because(self, value: Any, why: str) -> Any:
        """The value, with the reason for it."""


def gd(u: Update) -> Any:
    """Gradient descent: a step against the gradient."""
    return u.parameter - u["η"] * u.gradient


def momentum(u: Update) -> Any:
    """Momentum (Polyak 1964, as PyTorch has it): the step follows a running sum of gradients that fades by μ."""
    v = u.after("v", u["μ"] * u.before("v") + u.gradient, VELOCITY)
    return u.parameter - u["η"] * v


def nesterov(u: Update) -> Any:
    """Nesterov momentum (Sutskever et al. 2013, as PyTorch has it): momentum with a look ahead."""
    v = u.after("v", u["μ"] * u.before("v") + u.gradient, VELOCITY)
    return u.parameter - u["η"] * (u.gradient + u["μ"] * v)


def adagrad(u: Update) -> Any:
    """AdaGrad (Duchi et al. 2011): steps shrink where gradients have been large."""
    s = u.after("s", u.before("s") + u.gradient**2, SUM_OF_SQUARES)
    return u.parameter - u["η"] * u.gradient / (u.root(s) + u["ε"])


def rmsprop(u: Update) -> Any:
    """RMSProp (Hinton 2012): steps shrink where gradients have been large lately."""
    s = u.after("s", u["ρ"] * u.before("s") + u.rest("ρ") * u.gradient**2, MEAN_OF_SQUARES)
    return u.parameter - u["η"] * u.gradient / (u.root(s) + u["ε"])


def means(u: Update) -> tuple[Any, Any]:
    """The running means of the gradients and of their squares, both bias-corrected."""
    m = u.after("m", u["β1"] * u.before("m") + u.rest("β1") * u.gradient, MEAN)
    v = u.after("v", u["β2"] * u.before("v") + u.rest("β2") * u.gradient**2, MEAN_OF_SQUARES)
    return u.corrected("m", m, "β1"), u.corrected("v", v, "β2")


def adam(u: Update) -> Any:
    """Adam (Kingma and Ba 2015, algorithm 1): momentum over the root of the mean square, both bias-corrected."""
    fast, slow = means(u)
    return u.parameter - u["η"] * fast / (u.root(slow) + u["ε"])


def adamw(u: Update) -> Any:
    """AdamW (Loshchilov and Hutter 2019, algorithm 2, as PyTorch has it): Adam, and a pull towards 0 beside it."""
    fast, slow = means(u)
    return u.because(u.parameter - u["η"] * (fast / (u.root(slow) + u["ε"]) + u["λ"] * u.parameter), DECAY)


@dataclass(frozen=True)
class UpdateRule(Choice):
    """An update rule: `step` gives the parameter after it, by the `rates` it names. `word` is its name in a sentence.

    The learning rates that suit unless another is given are `rate_with_hidden` layers and, without them, `rate`; where
    that is None, it follows from the curvature of the loss. A rule that has one is adaptive: its steps are about as
    long as the rate, however steep it is, so it wants a target of about the size of a step, and it may pass through
    large losses on the way to a small one. `plain` says that the step is the rate times the gradient, so that what is
    known of gradient descent holds. `torch` is how torch.optim is called, with the rates in braces.
    """

    step: Callable[[Update], Any]
    rates: tuple[str, ...]
    word: str
    torch: str
    rate_with_hidden: float
    rate: float | None = None
    plain: bool = False

    @property
    def adaptive(self) -> bool:
        """Whether the length of its steps follows the rate, not the gradient."""
        return self.rate is not None

    @property
    def letters(self) -> dict[str, str]:
        """The names of its rates, by their letters on paper."""
        return {RATES[name].letter: name for name in self.rates}

    def with_defaults(self, given: Rates) -> Rates:
        """All of its rates: those that are given, and the usual ones."""
        usual = {name: Fraction(RATES[name].usual) for name in self.rates if RATES[name].usual}
        return {name: given[name] if name in given or name not in usual else usual[name] for name in self.rates}


UPDATE_RULES = by_name(
    (
        UpdateRule(
            "gd",
            gd,
            ("lr",),
            word="gradient descent",
            torch="SGD(lr={η})",
            rate_with_hidden=0.1,
            plain=True,
        ),
        UpdateRule(
            "momentum",
            momentum,
            ("lr", "momentum"),
            word="momentum",
            torch="SGD(lr={η}, momentum={μ})",
            rate_with_hidden=0.01,
        ),
        UpdateRule(
            "nesterov",
            nesterov,
            ("lr", "momentum"),
            word="Nesterov momentum",
            torch="SGD(lr={η}, momentum={μ}, nesterov=True)",
            rate_with_hidden=0.01,
        ),
        UpdateRule(
            "adagrad",
            adagrad,
            ("lr", "epsilon"),
            word="AdaGrad",
            torch="Adagrad(lr={η}, eps={ε})",
            rate_with_hidden=0.1,
            rate=0.1,
        ),
        UpdateRule(
            "rmsprop",
            rmsprop,
            ("lr", "rho", "epsilon"),
            word="RMSProp",
            torch="RMSprop(lr={η}, alpha={ρ}, eps={ε})",
            rate_with_hidden=0.01,
            rate=0.03,
        ),
        UpdateRule(
            "adam",
            adam,
            ("lr", "beta1", "beta2", "epsilon"),
            word="Adam",
            torch="Adam(lr={η}, betas=({β1}, {β2}), eps={ε})",
            rate_with_hidden=0.01,
            rate=0.1,
        ),
        UpdateRule(
            "adamw",
            adamw,
            ("lr", "beta1", "beta2", "epsilon", "weight_decay"),
            word="AdamW",
            torch="AdamW(lr={η}, betas=({β1}, {β2}), eps={ε}, weight_decay={λ})",
            rate_with_hidden=0.01,
            rate=0.1,
        ),
    )
)


def rule_for(typed: str | None, hidden: bool) -> UpdateRule:
    """The rule that was typed, else the usual one without or with hidden layers. Raises CannotRead."""
    return chosen(UPDATE_RULES, typed or ("adam" if hidden else "gd"), "--optimizer")
