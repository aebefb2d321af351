"""What the operations of scalar working do to numbers, where they keep exact numbers exact, and how steep they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

MOST_BITS = 12_000
"""Binary digits of an exact number, numerator and denominator together, before float64 takes over."""


def power(base: Any, exponent: Any) -> Any:
    """A power, exact where base and exponent are and as long as the result is not unwieldy, as 0.999^5000 is."""
    if exponent != int(exponent):
        return base ** float(exponent)
    if isinstance(base, Fraction):
        bits = base.numerator.bit_length() + base.denominator.bit_length()
        if bits * abs(exponent) > MOST_BITS:
            return float(base) ** int(exponent)
    return base ** int(exponent)


MEANING: dict[str, Callable[..., Any]] = {
    "add": lambda *terms: sum(terms[1:], terms[0]),
    "sub": lambda a, b: a - b,
    "mul": lambda *factors: math.prod(factors[1:], start=factors[0]),
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": power,
    "max": max,
    "min": min,
    "abs": abs,
    "vector": lambda *entries: entries,
    "dot": lambda u, v: sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0)),
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "log1m": lambda x: math.log1p(-x),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x)),
    "tanh": math.tanh,
    "step": lambda x: Fraction(int(x > 0)),
    "argmax": lambda *entries: Fraction(entries.index(max(entries))),
    "sign": lambda x: Fraction(int(x > 0) - int(x < 0)),
    "normal_share": lambda x: math.erfc(-x / math.sqrt(2)) / 2,
    "normal_height": lambda x: math.exp(-float(x) * float(x) / 2) / math.sqrt(2 * math.pi),
}
"""What each operation comes to. log1p and log1m are log(1 + x) and log(1 - x) in one, so that a small x isn't lost."""
RATIONAL = frozenset(
    ("add", "sub", "mul", "div", "neg", "pow", "max", "min", "abs", "step", "sign", "vector", "dot", "argmax")
)
"""The operations that keep exact numbers exact."""


def exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """A power with a broken exponent, such as 4^1.5, where it is rational."""
    if not 0 < base < 10**300 or base.denominator > 10**300 or exponent.denominator > 100:
        return None
    roots = [round(part ** (1 / exponent.denominator)) for part in (base.numerator, base.denominator)]
    if Fraction(*roots) ** exponent.denominator != base or not all(roots):
        return None
    return Fraction(Fraction(*roots) ** exponent.numerator)


def exact_root(square: Fraction) -> Fraction | None:
    """The square root where it is rational."""
    if square < 0:
        return None
    top, bottom = math.isqrt(square.numerator), math.isqrt(square.denominator)
    return Fraction(top, bottom) if top * top == square.numerator and bottom * bottom == square.denominator else None


EXACTLY: dict[str, Callable[[Fraction], Fraction | None]] = {
    "sqrt": exact_root,
    "exp": lambda x: Fraction(1) if x == 0 else None,
    "tanh": lambda x: Fraction(0) if x == 0 else None,
    "log": lambda x: Fraction(0) if x == 1 else None,
    "log1p": lambda x: Fraction(0) if x == 0 else None,
    "log1m": lambda x: Fraction(0) if x == 0 else None,
    "sigmoid": lambda x: Fraction(1, 2) if x == 0 else None,
    "normal_share": lambda x: Fraction(1, 2) if x == 0 else None,
}
"""Where functions that leave the rationals don't: sqrt(4), exp(0), tanh(0), log(1)."""
LEAST_SIZE = 1e-290
"""Below this, float64 soon runs out of digits."""
STEEPNESS: dict[str, Callable[[float, float], float]] = {
    "exp": lambda x, y: y,
    "log": lambda x, y: 1 / x,
    "log1p": lambda x, y: 1 / (1 + x),
    "log1m": lambda x, y: 1 / (1 - x),
    "sigmoid": lambda x, y: y * (1 - y),
    "sqrt": lambda x, y: 0.5 / y if y else 1.0,
    "tanh": lambda x, y: 1 - y * y,
    "normal_share": lambda x, y: 0.4 * math.exp(-min(x * x, 1e3) / 2),
    "normal_height": lambda x, y: abs(x) * y,
}
"""The slope of a function at x, where it is y: it carries what was rounded on the way on to the result."""
