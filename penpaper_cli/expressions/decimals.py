"""Decimals of 50 digits with a wide exponent: how work goes on where a root or an exponential leaves the rationals.

Nothing that people write down rounds to 0 or 1 here: exp(-800) is 3.7e-348, and 1 - tanh(20) keeps its digits. Python's
decimal module does the arithmetic, in a context of pp's own: a program that uses decimals itself is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Context, DivisionByZero, InvalidOperation, Overflow
from decimal import Decimal as Decimal
from fractions import Fraction
from functools import cache
from operator import index
from typing import Any

DIGITS = 50
WIDEST = 999_999
"""The largest exponent."""
TINY = Decimal("1e-20")
"""Below this, the first terms of a series give all digits."""
TAIL = -5
"""Below this, the share of the normal distribution is worked from its tail."""
LOST = 20
"""A sum that is so many digits smaller than its terms has lost as many: it is worked again with more of them."""


def _context(digits: int) -> Context:
    """So many digits; what is smaller than the smallest exponent is 0 and raises a flag, what is larger is an error."""
    traps = [DivisionByZero, InvalidOperation, Overflow]
    return Context(prec=digits, Emax=WIDEST, Emin=-WIDEST, traps=traps, capitals=0)


class Precision:
    """How many digits are worked with, and whether a sum lost many of them since somebody last asked."""

    def __init__(self) -> None:
        self.context = _context(DIGITS)
        self.cancelled = False

    @property
    def digits(self) -> int:
        return self.context.prec

    @contextmanager
    def of(self, digits: int) -> Iterator[None]:
        """Work with so many digits."""
        before = self.context
        self.context = _context(digits)
        try:
            yield
        finally:
            self.context = before


PRECISION = Precision()


class Real(Decimal):
    """A number that left the rationals, to 50 digits. It mixes with fractions and float64, also in NumPy's arrays.

    A fraction 0 makes a product exactly 0, as on paper.
    """

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return NotImplemented if (b := _operand(other)) is None else _sum(self, b)

    def __radd__(self, other: Any) -> Any:
        return NotImplemented if (a := _operand(other)) is None else _sum(a, self)

    def __sub__(self, other: Any) -> Any:
        return NotImplemented if (b := _operand(other)) is None else _sum(self, b.copy_negate())

    def __rsub__(self, other: Any) -> Any:
        return NotImplemented if (a := _operand(other)) is None else _sum(a, self.copy_negate())

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Fraction) and not other:
            return other + 0
        return NotImplemented if (b := _operand(other)) is None else Real(PRECISION.context.multiply(self, b))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return NotImplemented if (b := _operand(other)) is None else Real(PRECISION.context.divide(self, b))

    def __rtruediv__(self, other: Any) -> Any:
        if isinstance(other, Fraction) and not other:
            return other + 0
        return NotImplemented if (a := _operand(other)) is None else Real(PRECISION.context.divide(a, self))

    def __pow__(self, other: Any, modulo: Any = None) -> Any:
        return NotImplemented if (b := _operand(other)) is None else power(self, b)

    def __rpow__(self, other: Any, modulo: Any = None) -> Any:
        return NotImplemented if (a := _operand(other)) is None else power(a, self)

    def __neg__(self) -> Real:
        return Real(self.copy_negate()) if self else self

    def __pos__(self) -> Real:
        return self

    def __abs__(self) -> Real:
        return Real(self.copy_abs())

    def __repr__(self) -> str:
        return f"Real({Decimal.__str__(self)!r})"

    # What NumPy asks the entries of an array of objects for.

    def exp(self, context: Any = None) -> Real:
        return exp(self)

    def log(self) -> Real:
        return log(self)

    def sqrt(self, context: Any = None) -> Real:
        return sqrt(self)

    def log1p(self) -> Real:
        return log1p(self)

    def tanh(self) -> Real:
        return tanh(self)


class Float64(Real):
    """A float64 that left the rationals: known to about 16 digits, and never in full, even where it reads 0 or 1."""

    __slots__ = ()


class Finer(Real):
    """A number that is printed with more digits than others, so that a small difference from another can be seen."""

    __slots__ = ("digits",)
    digits: int


def finer(number: Fraction | float | Decimal, digits: int) -> Finer:
    """The number, to be printed with at least so many digits."""
    result = Finer(real(number))
    result.digits = digits
    return result


def real(number: Fraction | float | int | Decimal) -> Real:
    """A number as a decimal: a float64 exactly, a fraction to 50 digits."""
    if isinstance(number, Real):
        return number
    operand = _operand(number)
    if operand is None:
        raise TypeError(f"{number!r} is no number")
    return Real(operand)


def _operand(number: Any) -> Decimal | None:
    if isinstance(number, Decimal):
        return number
    if isinstance(number, Fraction):
        return PRECISION.context.divide(Decimal(number.numerator), Decimal(number.denominator))
    if isinstance(number, float):
        return Decimal(number)
    try:
        return Decimal(index(number))
    except TypeError:  # Such as an array, also one of a single number: it knows how to work with decimals itself.
        return None


def _sum(a: Decimal, b: Decimal) -> Real:
    total = PRECISION.context.add(a, b)
    if a and b and (not total or total.adjusted() < max(a.adjusted(), b.adjusted()) - LOST):
        PRECISION.cancelled = True
    return Real(total)


def rounded(value: Decimal, place: int) -> int:
    """|value| in units of 10^place, rounded to a whole number, half away from zero."""
    return int(abs(value).scaleb(-place, _context(DIGITS * 4)).to_integral_value(ROUND_HALF_UP))


# --- Functions, each correct to its last digit or so ---


def exp(x: Decimal) -> Real:
    """e to the power of x."""
    return Real(PRECISION.context.exp(x))


def log(x: Decimal) -> Real:
    """The natural logarithm. Raises InvalidOperation where there is none."""
    if x <= 0:
        raise InvalidOperation
    return Real(PRECISION.context.ln(x))


def sqrt(x: Decimal) -> Real:
    """The square root."""
    return Real(PRECISION.context.sqrt(x))


def power(base: Decimal, exponent: Decimal) -> Real:
    """A power; of a negative base only a whole one."""
    return Real(PRECISION.context.power(base, exponent))


def log1p(x: Decimal) -> Real:
    """The logarithm of 1 + x, also where x would drown beside 1. Raises InvalidOperation where there is none."""
    if x <= -1:
        raise InvalidOperation
    c = _context(PRECISION.digits - TINY.adjusted() * (1 + PRECISION.digits // DIGITS))
    if abs(x) < TINY ** (1 + PRECISION.digits // DIGITS):
        return real(c.subtract(x, c.divide(c.multiply(x, x), Decimal(2))))
    return _plus(c.ln(c.add(Decimal(1), x)))


def log1m(x: Decimal) -> Real:
    """The logarithm of 1 - x."""
    return log1p(x.copy_negate())


def sigmoid(x: Decimal) -> Real:
    """1 / (1 + exp(-x)), with all its digits on both sides."""
    c, one = PRECISION.context, Decimal(1)
    small = c.exp(-abs(x))
    return Real(c.divide(one if x >= 0 else small, c.add(one, small)))


def tanh(x: Decimal) -> Real:
    """The hyperbolic tangent."""
    c = _context(PRECISION.digits - TINY.adjusted() * (1 + PRECISION.digits // DIGITS))
    if abs(x) < TINY ** (1 + PRECISION.digits // DIGITS):
        return Real(x)
    small, one = c.exp(c.multiply(Decimal(-2), abs(x))), Decimal(1)
    return _plus(c.divide(c.subtract(one, small), c.add(one, small)).copy_sign(x))


def softplus(x: Decimal) -> Real:
    """log(1 + exp(x))."""
    tail = log1p(exp(-abs(x)))
    return real(tail + x) if x > 0 else tail


@cache
def pi(digits: int) -> Decimal:
    """The ratio of a circle's circumference to its diameter.

    By Machin's formula (1706): a quarter of it is four times the arc tangent of 1/5, less that of 1/239.
    """
    one = 10 ** (digits + 10)

    def arc_tangent_of_one_over(n: int) -> int:
        term, total, k, sign = one // n, 0, 1, 1
        while term:
            total, term, k, sign = total + sign * (term // k), term // (n * n), k + 2, -sign
        return total

    return _context(digits).scaleb(
        Decimal(16 * arc_tangent_of_one_over(5) - 4 * arc_tangent_of_one_over(239)), Decimal(-digits - 10)
    )


def normal_height(x: Decimal) -> Real:
    """The height of the standard normal bell curve at x."""
    return _plus(_height(x, _context(PRECISION.digits + 10)))


def _height(x: Decimal, c: Context) -> Decimal:
    return c.divide(c.exp(c.divide(c.multiply(x, x), Decimal(-2))), c.sqrt(c.multiply(Decimal(2), pi(c.prec))))


def normal_share(x: Decimal) -> Real:
    """The share of a standard normal distribution that lies below x.

    Near the middle by the series 1/2 + φ(x)·(x + x^3/3 + x^5/(3·5) + …), far below by the tail's continued fraction,
    φ(x)/(|x| + 1/(|x| + 2/(|x| + …))) (Abramowitz and Stegun, 1964, 26.2.11 and 26.2.14).
    """
    c = _context(PRECISION.digits + 20)
    if x > -TAIL:
        return _plus(c.subtract(Decimal(1), normal_share(x.copy_negate())))
    if x < TAIL:
        below = -x
        for k in range(8 * PRECISION.digits, 0, -1):
            below = c.add(-x, c.divide(Decimal(k), below))
        return _plus(c.divide(_height(x, c), below))
    term = total = x
    k = 1
    while term and term.adjusted() > total.adjusted() - c.prec:
        k += 2
        term = c.divide(c.multiply(term, c.multiply(x, x)), Decimal(k))
        total = c.add(total, term)
    return _plus(c.add(Decimal("0.5"), c.multiply(_height(x, c), total)))


def gelu(x: Decimal) -> Real:
    """x times the share of the normal distribution below it."""
    return real(Real(x) * normal_share(x))


def _plus(value: Decimal) -> Real:
    """Rounded to the digits that are worked with."""
    return Real(PRECISION.context.plus(value))
