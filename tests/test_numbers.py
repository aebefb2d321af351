"""Numbers as typed: exact, printed as written, and ordinary fractions in every comparison and sum."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction

import pytest

from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Figures, Typed, TypedFloat, as_written, read_number


@pytest.mark.parametrize(
    ("text", "printed", "exact"),
    [
        ("-1", "-1", Fraction(-1)),
        (".5", "0.5", Fraction(1, 2)),
        ("+5", "5", Fraction(5)),
        ("1.", "1", Fraction(1)),
        ("2.50", "2.50", Fraction(5, 2)),
        ("1e-7", "1e-7", Fraction(1, 10**7)),
        ("1E5", "1e5", Fraction(10**5)),
        ("\N{MINUS SIGN}2", "-2", Fraction(-2)),
        ("1/3", "1/3", Fraction(1, 3)),
        ("2/4", "2/4", Fraction(1, 2)),
        ("-0", "0", Fraction(0)),
        ("-0/5", "0", Fraction(0)),
        ("0.123456789012", "0.123456789012", Fraction(123456789012, 10**12)),
    ],
)
def test_a_number_is_exact_and_printed_as_typed(text: str, printed: str, exact: Fraction) -> None:
    number = read_number(text)
    assert (Fraction(number), Figures().text(number), str(number)) == (exact, printed, printed)


@pytest.mark.parametrize("text", ["", "x", "1..2", "1_000", "0x10", "--1", "1/0", "nan", "inf", "1e400", "\uff11"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(CannotRead):
        read_number(text)


@pytest.mark.parametrize("other", [1.001, 1.5, 2.0, -0.001, Fraction(3, 2), 1])
def test_comparisons_are_those_of_a_plain_fraction(other: float | Fraction | int) -> None:
    typed, plain = read_number("1.5"), Fraction(3, 2)
    assert (typed < other, typed > other, typed == other) == (plain < other, plain > other, plain == other)


def test_what_is_worked_from_it_was_not_typed() -> None:
    typed = read_number("2.50")
    for worked in (typed + 1, -typed, abs(typed), typed * typed, typed / 2, typed**2):
        assert not isinstance(worked, Typed)


def test_copies_and_pickles_stay_as_typed() -> None:
    typed = read_number("2/4")
    for twin in (copy.copy(typed), copy.deepcopy(typed), pickle.loads(pickle.dumps(typed))):
        assert (twin, twin.text) == (typed, "2/4")


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (Fraction(1, 3), 4, "0.3333"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(1, 8), 2, "0.125"),
        (Fraction(12345, 100000), 4, "0.12345"),
        (Fraction(123456789, 10**9), 4, "0.1235"),
        (Fraction(2469135785, 2 * 10**9), 9, "1.23456789"),
        (Fraction(1234567891, 10), 4, "123456789"),
        (Fraction(5, 10**9 + 1), 3, "5.00e-9"),
        (0.1 + 0.2, 4, "0.3000"),
        (-0.0, 4, "0"),
        (1650.0, 2, "1650"),
        (1e300, 4, "1e300"),
        (1234567650000000.0, 4, "1234567650000000"),
    ],
)
def test_rounding_is_half_away_from_zero_and_never_cuts_the_whole_part(
    value: Fraction | float, digits: int, printed: str
) -> None:
    assert Figures(digits).text(value) == printed


def test_half_is_rounded_away_from_zero() -> None:
    assert Figures(2).text(Fraction(1000000025, 10**9 * 4)) == "0.25"
    assert Figures(3).text(Fraction(100450000, 10**8) + Fraction(1, 10**9) * 0) == "1.0045"
    assert Figures(4).text(Fraction(1234550001, 10**9)) == "1.235"
    assert Figures(4).text(-Fraction(1234500000, 10**9) - Fraction(5, 10**5) - Fraction(0)) == "-1.23455"


@pytest.mark.parametrize("number", [0.1, 2.5, 1650.0, TypedFloat(0.12345678901234)])
def test_a_short_float_is_worked_as_the_decimal_it_prints(number: float) -> None:
    assert as_written(number) == Fraction(repr(float(number)))


def test_a_long_float_is_left_alone() -> None:
    assert as_written(1 / 3) == 1 / 3 and not isinstance(as_written(1 / 3), Fraction)
