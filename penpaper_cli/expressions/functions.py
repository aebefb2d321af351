"""What scalar working is made of: the signs of arithmetic, and the functions of one number, an entry for each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple

from penpaper_cli.expressions import decimals
from penpaper_cli.expressions.decimals import Decimal, Real, real

MOST_BITS = 12_000
"""Binary digits of an exact number, numerator and denominator together, before decimals take over."""


def power(base: Any, exponent: Any) -> Any:
    """A power, exact where base and exponent are and as long as the result is not unwieldy, as 0.999^5000 is."""
    if exponent != int(exponent):
        root = exact_power(base, exponent) if isinstance(base, Fraction) and isinstance(exponent, Fraction) else None
        return real(base) ** exponent if root is None else root
    if isinstance(base, Fraction):
        bits = base.numerator.bit_length() + base.denominator.bit_length()
        if bits * abs(exponent) > MOST_BITS:
            return real(base) ** int(exponent)
    return base ** int(exponent)


def exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """A power with a broken exponent, such as 4^1.5, where it is rational."""
    if not 0 < base < 10**300 or base.denominator > 10**300 or exponent.denominator > 100:
        return None
    roots = [round(part ** (1 / exponent.denominator)) for part in (base.numerator, base.denominator)]
    if Fraction(*roots) ** exponent.denominator != base or not all(roots):
        return None
    return Fraction(Fraction(*roots) ** exponent.numerator)


ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": lambda *terms: sum(terms[1:], terms[0]),
    "sub": lambda a, b: a - b,
    "mul": lambda *factors: math.prod(factors[1:], start=factors[0]),
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": power,
    "max": max,
    "min": min,
    "vector": lambda *entries: entries,
    "dot": lambda u, v: sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0)),
    "argmax": lambda *entries: Fraction(entries.index(max(entries))),
}
"""What arithmetic comes to. It keeps exact numbers exact, and each notation has signs of its own for it."""


class Form(Enum):
    """How a function is written on paper, where that isn't its name with its operand in brackets."""

    CALL = "name"
    ROOT = "root sign"
    BARS = "between bars"
    POWER_OF_E = "power of e"


class Names(NamedTuple):
    """What a function is called on paper: in text and MathML, in LaTeX and in Typst."""

    text: str
    latex: str
    typst: str


def upright(name: str) -> Names:
    """A name that LaTeX and Typst don't know by themselves, set like the ones they do, such as log."""
    return Names(name, rf"\text{{{name.replace('_', '-')}}}", f'op("{name}")')


class Calls(NamedTuple):
    """How the libraries write a function of an operand `a`."""

    numpy: str
    pytorch: str
    tensorflow: str


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Function:
    """A function of one number. An entry of FUNCTIONS is all that there is to know of it.

    - `exactly`: what it comes to for a rational number, None where that isn't rational.
    - `decimal`: what it comes to for any number, as a decimal of 50 digits; None where every rational number stays one.
    - `slope`: how steep it is at x, where it is y: it carries what was rounded on the way on to the result.
    - `names`: its name in each notation.
    - `calls`: its call in each library.
    - `form`: how a careful typesetter writes it; plain text always has its name and brackets.
    - `inside`: what stands in its brackets, where that isn't the operand itself.
    """

    exactly: Callable[..., Any]
    decimal: Callable[[Decimal], Real] | None
    slope: Callable[[Any, Any], Any]
    names: Names
    calls: Calls
    form: Form = Form.CALL
    inside: Callable[[Any], Any] | None = None

    @property
    def rational(self) -> bool:
        """Whether it keeps exact numbers exact."""
        return self.decimal is None

    def __call__(self, x: Any) -> Any:
        """What it comes to: a fraction where that is known to be rational, else a decimal of 50 digits."""
        if self.decimal is None:
            return self.exactly(x)
        exact = None if isinstance(x, Real) else self.exactly(Fraction(x))
        return self.decimal(real(x)) if exact is None else exact


def only_at(place: int, result: int | Fraction) -> Callable[[Fraction], Fraction | None]:
    """Rational at one rational number only, as exp is at 0 and log at 1."""
    return lambda x: Fraction(result) if x == place else None


def exact_root(square: Fraction) -> Fraction | None:
    """The square root where it is rational."""
    if square < 0:
        return None
    top, bottom = math.isqrt(square.numerator), math.isqrt(square.denominator)
    return Fraction(top, bottom) if top * top == square.numerator and bottom * bottom == square.denominator else None


def step(x: Any) -> Fraction:
    """1 for a positive number, else 0."""
    return Fraction(int(x > 0))


def sign(x: Any) -> Fraction:
    """1, -1 or 0."""
    return Fraction(int(x > 0) - int(x < 0))


def relu(x: Any) -> Any:
    """A positive number, else 0."""
    return x if x > 0 else Fraction(0)


def leaky_relu(x: Any, slope: Any = Fraction(1, 100)) -> Any:
    """A positive number, else a little of it."""
    return x if x > 0 else slope * x


FUNCTIONS: dict[str, Function] = {
    "sqrt": Function(
        exactly=exact_root,
        decimal=decimals.sqrt,
        slope=lambda x, y: 1 / (2 * y) if y else 1,
        names=upright("sqrt"),
        form=Form.ROOT,
        calls=Calls("np.sqrt(a)", "torch.sqrt(a)", "tf.sqrt(a)"),
    ),
    "exp": Function(
        exactly=only_at(0, 1),
        decimal=decimals.exp,
        slope=lambda x, y: y,
        names=Names("exp", latex=r"\exp", typst="exp"),
        form=Form.POWER_OF_E,
        calls=Calls("np.exp(a)", "torch.exp(a)", "tf.exp(a)"),
    ),
    "log": Function(
        exactly=only_at(1, 0),
        decimal=decimals.log,
        slope=lambda x, y: 1 / x,
        names=Names("log", latex=r"\log", typst="log"),
        calls=Calls("np.log(a)", "torch.log(a)", "tf.math.log(a)"),
    ),
    # log(1 + x) and log(1 - x) in one, so that a small x isn't lost.
    "log1p": Function(
        exactly=only_at(0, 0),
        decimal=decimals.log1p,
        slope=lambda x, y: 1 / (1 + x),
        names=Names("log", latex=r"\log", typst="log"),
        inside=lambda x: 1 + x,
        calls=Calls("np.log1p(a)", "torch.log1p(a)", "tf.math.log1p(a)"),
    ),
    "log1m": Function(
        exactly=only_at(0, 0),
        decimal=decimals.log1m,
        slope=lambda x, y: -1 / (1 - x),
        names=Names("log", latex=r"\log", typst="log"),
        inside=lambda x: 1 - x,
        calls=Calls("np.log1p(-a)", "torch.log1p(-a)", "tf.math.log1p(-a)"),
    ),
    "abs": Function(
        exactly=abs,
        decimal=None,
        slope=lambda x, y: 1 if x > 0 else -1,
        names=upright("abs"),
        form=Form.BARS,
        calls=Calls("np.abs(a)", "torch.abs(a)", "tf.abs(a)"),
    ),
    "step": Function(
        exactly=step,
        decimal=None,
        slope=lambda x, y: 0,
        names=upright("step"),
        calls=Calls("np.heaviside(a, 0)", "(a > 0).double()", "tf.cast(a > 0, tf.float64)"),
    ),
    "sign": Function(
        exactly=sign,
        decimal=None,
        slope=lambda x, y: 0,
        names=upright("sign"),
        calls=Calls("np.sign(a)", "torch.sign(a)", "tf.sign(a)"),
    ),
    "relu": Function(
        exactly=relu,
        decimal=None,
        slope=lambda x, y: 1 if x > 0 else 0,
        names=upright("relu"),
        calls=Calls("np.maximum(a, 0)", "torch.relu(a)", "tf.nn.relu(a)"),
    ),
    "leaky_relu": Function(
        exactly=leaky_relu,
        decimal=None,
        slope=lambda x, y: 1 if x > 0 else Fraction(1, 100),
        names=upright("leaky_relu"),
        calls=Calls("leaky_relu(a, slope)", "F.leaky_relu(a, slope)", "leaky_relu(a, slope)"),
    ),
    "sigmoid": Function(
        exactly=only_at(0, Fraction(1, 2)),
        decimal=decimals.sigmoid,
        slope=lambda x, y: y * (1 - y),
        names=upright("sigmoid"),
        calls=Calls("1 / (1 + np.exp(-a))", "torch.sigmoid(a)", "tf.sigmoid(a)"),
    ),
    "tanh": Function(
        exactly=only_at(0, 0),
        decimal=decimals.tanh,
        slope=lambda x, y: 1 - y * y,
        names=Names("tanh", latex=r"\tanh", typst="tanh"),
        calls=Calls("np.tanh(a)", "torch.tanh(a)", "tf.tanh(a)"),
    ),
    "softplus": Function(
        exactly=lambda x: None,
        decimal=decimals.softplus,
        slope=lambda x, y: decimals.sigmoid(x),
        names=upright("softplus"),
        calls=Calls("np.logaddexp(0, a)", "F.softplus(a, threshold=40)", "tf.math.softplus(a)"),
    ),
    "normal_share": Function(
        exactly=only_at(0, Fraction(1, 2)),
        decimal=decimals.normal_share,
        slope=lambda x, y: decimals.normal_height(x),
        names=Names("Φ", latex=r"\Phi", typst="Φ"),
        calls=Calls("normal_share(a)", "torch.special.ndtr(a)", "tf.math.erfc(-a / math.sqrt(2)) / 2"),
    ),
    "normal_height": Function(
        exactly=lambda x: None,
        decimal=decimals.normal_height,
        slope=lambda x, y: -x * y,
        names=Names("φ", latex=r"\varphi", typst="φ"),
        calls=Calls(
            "normal_height(a)",
            "torch.exp(-(a ** 2) / 2) / math.sqrt(2 * math.pi)",
            "tf.exp(-(a ** 2) / 2) / math.sqrt(2 * math.pi)",
        ),
    ),
    "gelu": Function(
        exactly=only_at(0, 0),
        decimal=decimals.gelu,
        slope=lambda x, y: decimals.normal_share(x) + x * decimals.normal_height(x),
        names=upright("gelu"),
        calls=Calls("a * normal_share(a)", "F.gelu(a)", "a * tf.math.erfc(-a / math.sqrt(2)) / 2"),
    ),
}
"""The functions of one number, by name. What a gradient is made of is among them, though no formula may ask for it."""
EVALUATE: dict[str, Callable[..., Any]] = {**ARITHMETIC, **FUNCTIONS}
"""What anything that is worked comes to."""
