"""Read a number without altering it, print it honestly, and tell whether the print shows all of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from penpaper_cli.errors import CannotRead, NotANumber
from penpaper_cli.expressions.decimals import Finer, Real, real, rounded

LARGEST_EXPONENT = 307
LONGEST_NUMBER = 400
MOST_FULL_DIGITS = 8
LONGEST_WHOLE_NUMBER = 40
LARGEST_DENOMINATOR = 10**12
WHOLE_FLOAT_DIGITS = 15


class Typed(Fraction):
    """An exact number as the user wrote it. Arithmetic on it gives plain fractions; printed, it stays as typed."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, value: Fraction | int | str, text: str) -> Typed:
        self = super().__new__(cls, value)
        self.text = text
        return self

    def __str__(self) -> str:
        return self.text

    @classmethod
    def from_float(cls, value: float | int) -> Typed:
        """The number itself, as comparing with a float64 needs it."""
        exact = Fraction(value)
        return Typed(exact, str(exact))

    def __copy__(self) -> Typed:
        return self

    def __deepcopy__(self, memo: object) -> Typed:
        return self

    def __reduce__(self) -> tuple[type[Typed], tuple[str, str]]:
        return Typed, (f"{self.numerator}/{self.denominator}", self.text)


class Count(Fraction):
    """How many there are, which a mean divides by: no number of a formula, so it isn't cancelled against one."""

    __slots__ = ()


class TypedFloat(float):
    """A float64 that the user gave: it is printed in full, never rounded."""

    @property
    def text(self) -> str:
        coefficient, exponent = float_digits(self)
        return decimal_text(self < 0, coefficient, exponent)


Scalar = Fraction | float | Real

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
RATIO = re.compile(r"([+-]?)(\d+)/(\d+)")


def read_number(text: str) -> Typed:
    """The exact rational that `text` stands for: -1, .5, 1e-3, 1/3, or −2 with the typographic minus.

    Raises CannotRead with the end of a sentence ("is not a number"); the caller puts the place in front.
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    if len(plain) > LONGEST_NUMBER:
        raise CannotRead(f"is longer than {LONGEST_NUMBER} characters, the most that pp reads as one number")
    if plain.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise CannotRead("is not a finite number, and pp works with finite numbers only")
    ratio = RATIO.fullmatch(plain)
    if ratio and plain.isascii():
        if int(ratio[3]) == 0:
            raise CannotRead("divides by zero")
        return Typed(plain, plain.lstrip("+") if int(ratio[2]) else "0")
    if not NUMBER.fullmatch(plain) or not plain.isascii():
        raise NotANumber("is not a number")
    exponent = re.split("[eE]", plain)[-1] if "e" in plain.lower() else "0"
    if len(exponent) > 6 or abs(int(exponent)) > LONGEST_NUMBER + LARGEST_EXPONENT:
        raise CannotRead(_out_of_range())
    value = Fraction(plain)
    if value and not -LARGEST_EXPONENT <= leading_exponent(value) <= LARGEST_EXPONENT:
        raise CannotRead(_out_of_range())
    return Typed(value, tidy(plain))


def _out_of_range() -> str:
    return f"is out of range: pp works with numbers between 1e-{LARGEST_EXPONENT} and 1e{LARGEST_EXPONENT}"


def tidy(text: str) -> str:
    """The number as typed, without a plus sign and with a digit on each side of its point: `.5` is `0.5`, `-0` is 0."""
    text = text.lower().replace("e+", "e").lstrip("+")
    text = re.sub(r"^(-?)\.", r"\g<1>0.", text)
    text = re.sub(r"\.(?=e|$)", "", text)
    return text.removeprefix("-") if not Fraction(text) else text


def leading_exponent(value: Fraction) -> int:
    """The power of ten of the first significant digit: 3 for 1650, -2 for 0.05. `value` is not 0."""
    top, bottom = abs(value.numerator), value.denominator
    guess = int((top.bit_length() - bottom.bit_length()) * 0.30103)
    while top * 10 ** max(-guess, 0) < bottom * 10 ** max(guess, 0):
        guess -= 1
    while top * 10 ** max(-guess - 1, 0) >= bottom * 10 ** max(guess + 1, 0):
        guess += 1
    return guess


def round_to_place(value: Fraction, place: int) -> int:
    """|value| in units of 10^place, rounded to a whole number, half away from zero."""
    top: int = abs(value.numerator) * 10 ** max(-place, 0)
    bottom: int = value.denominator * 10 ** max(place, 0)
    return (2 * top + bottom) // (2 * bottom)


def float_digits(value: float) -> tuple[int, int]:
    """The shortest decimal that reads back as this float, as coefficient and power of ten."""
    mantissa, _, exponent = repr(float(abs(value))).partition("e")
    whole, _, decimals = mantissa.partition(".")
    decimals = decimals.rstrip("0")
    return int(whole + decimals), int(exponent or 0) - len(decimals)


def terminating_digits(value: Fraction) -> tuple[int, int] | None:
    """`value` as coefficient and power of ten, or None when its decimal never ends."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    return None if rest != 1 else (abs(value.numerator) * 10**places // value.denominator, -places)


def decimal_text(negative: bool, coefficient: int, exponent: int) -> str:
    """Digits with their point put in; very large and very small numbers as `1.5e-7`."""
    if not coefficient:
        return "0"
    digits, sign = str(coefficient), "-" if negative else ""
    leading = len(digits) + exponent - 1
    if leading < -4 or (leading > 15 and exponent > 0):
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{sign}{mantissa}e{leading}"
    if exponent >= 0:
        return sign + digits + "0" * exponent
    padded = digits.rjust(1 - exponent, "0")
    return f"{sign}{padded[:exponent]}.{padded[exponent:]}"


@dataclass(frozen=True)
class Figures:
    """How numbers are printed: at least `digits` significant digits, or as fractions.

    `mixed` says that decimals stand beside the fractions: then what is shorter as a decimal is printed as one.
    """

    digits: int = 4
    fractions: bool = False
    mixed: bool = False

    def text(self, value: Scalar) -> str:
        """What is written on the paper for this number."""
        if isinstance(value, Typed | TypedFloat):
            return value.text
        if self.fractions and isinstance(value, Fraction) and is_short(value):
            fraction, decimal = str(value), self.decimal(value)
            shorter = self.mixed and len(decimal) < len(fraction) and Fraction(decimal) == value
            return decimal if shorter else fraction
        return self.decimal(value)

    def decimal(self, value: Scalar) -> str:
        """As a decimal: in full when that is short, otherwise rounded half away from zero."""
        return decimal_text(value < 0, *(full_digits(value) or self._rounded(value)))

    def _rounded(self, value: Scalar) -> tuple[int, int]:
        """To `digits` significant digits, but to no less than its whole part while that isn't too long."""
        longest = LONGEST_WHOLE_NUMBER if isinstance(value, Fraction) else WHOLE_FLOAT_DIGITS
        leading = value.adjusted() if isinstance(value, Real) else leading_exponent(Fraction(value))
        place = leading - (max(self.digits, value.digits) if isinstance(value, Finer) else self.digits) + 1
        if place > 0 and leading <= longest:
            place = 0
        return (rounded(value, place) if isinstance(value, Real) else round_to_place(Fraction(value), place)), place

    def shown(self, value: Scalar) -> Fraction:
        """The number that a reader of the printed digits would take it for."""
        return Fraction(self.text(value))

    def in_full(self, value: Scalar) -> bool:
        """Whether the printed digits, read back, give this very number; never for one that left the rationals."""
        if isinstance(value, Real):
            return False
        shown = self.shown(value)
        return shown == value if isinstance(value, Fraction) else float(shown) == value


def is_short(fraction: Fraction) -> bool:
    """Whether a fraction, which isn't whole, is short enough to be written as one."""
    return 1 < fraction.denominator < LARGEST_DENOMINATOR and abs(fraction.numerator) < 10**LONGEST_WHOLE_NUMBER


def full_digits(value: Scalar) -> tuple[int, int] | None:
    """Coefficient and power of ten of a number short enough to print in full, else None."""
    if not value:
        return 0, 0
    if isinstance(value, Real):
        return None
    if isinstance(value, Fraction):
        found = terminating_digits(value)
        if found is None or abs(value) >= 10**LONGEST_WHOLE_NUMBER:
            found = found and trailing_zeros_dropped(*found)
            return found if found and found[0] < 10**MOST_FULL_DIGITS else None
        if value.denominator == 1:
            return trailing_zeros_dropped(*found) if found[0] >= 10**15 else found
        return found if found[0] < 10**MOST_FULL_DIGITS else None
    found = trailing_zeros_dropped(*float_digits(value))
    whole_number = found[1] >= 0 and abs(value) < 10**WHOLE_FLOAT_DIGITS
    return found if whole_number or found[0] < 10**MOST_FULL_DIGITS else None


def as_written(value: Scalar) -> Scalar:
    """A float64 as what a line works with: the exact decimal that a reader sees, or, where that is rounded, a decimal.

    Worked on like this, 0.1 + 0.2 is 0.3, as it is on paper, without what float64 adds in the seventeenth digit.
    """
    if isinstance(value, Fraction | Real):
        return value
    found = float_digits(value) if isinstance(value, TypedFloat) else full_digits(value)
    if found is None:
        return real(value)
    text = decimal_text(value < 0, *found)
    return Typed(text, text)


def trailing_zeros_dropped(coefficient: int, exponent: int) -> tuple[int, int]:
    """The same number with the shortest coefficient."""
    while coefficient % 10 == 0:
        coefficient, exponent = coefficient // 10, exponent + 1
    return coefficient, exponent
