"""Decimals of 50 digits: their functions against each other, and lines that float64 got wrong."""

from __future__ import annotations

import json
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader import false_lines
from test_cli import pp, worked

from penpaper_cli.expressions import decimals
from penpaper_cli.expressions.decimals import PRECISION, Real, real

SCORES = [Decimal(text) for text in ("0.3", "-2", "20", "-38", "1e-30", "-1e-300", "700", "-800", "4.9", "-5.1")]


def near(a: Decimal, b: Decimal, digits: int = 45) -> bool:
    return bool(abs(real(a) - b) <= abs(real(b)) * Real(f"1e-{digits}"))


@pytest.mark.parametrize("x", SCORES, ids=str)
def test_functions_agree_with_each_other_and_with_more_digits(x: Decimal) -> None:
    number = Real(x)
    assert near(decimals.exp(x) * decimals.exp(-x), Decimal(1))
    if x.adjusted() > -20:
        assert near(decimals.log(decimals.exp(x)), x, 45)
    assert near(decimals.sigmoid(x), real(decimals.exp(x)) * decimals.sigmoid(-x))
    if x.adjusted() > -20:
        assert near(decimals.softplus(x) - decimals.softplus(-x), number, 40)
        assert near(decimals.tanh(x), real(decimals.sigmoid(Decimal(2) * x)) - decimals.sigmoid(Decimal(-2) * x), 20)
    for name in ("exp", "sigmoid", "tanh", "log1p", "softplus", "normal_share", "normal_height", "gelu"):
        function = getattr(decimals, name)
        if name == "log1p" and x <= -1:
            continue
        with PRECISION.of(120):
            sharper = function(x)
        assert near(function(x), sharper, 48), name


@pytest.mark.parametrize(
    ("x", "share"),
    [
        ("1", "0.84134474606854294858523254563191"),
        ("-2", "0.02275013194817920720028263716653"),
        ("-10", "7.619853024160526065973343251599e-24"),
        ("5", "0.99999971334842812647"),
    ],
)
def test_shares_of_the_normal_distribution(x: str, share: str) -> None:
    """Values of the distribution function to 20 digits and more (Wichura, 1988, and tables)."""
    assert near(decimals.normal_share(Decimal(x)), Decimal(share), 15)


def test_numbers_mix_and_leave_the_context_of_the_program_alone() -> None:
    before = getcontext().copy()
    third, half = real(Fraction(1, 3)), Fraction(1, 2)
    assert isinstance(third + half, Real) and isinstance(half - third, Real) and isinstance(2 * third, Real)
    assert isinstance(0.5 * third, Real) and isinstance(third**2, Real) and isinstance(half / third, Real)
    assert third * Fraction(0) == 0 and isinstance(third * Fraction(0), Fraction)
    assert abs(-third) == third and -real(0) == 0 and str(-real(0)) == "0"
    assert np.exp(np.array([third], dtype=object))[0] == decimals.exp(third)
    assert (getcontext().prec, getcontext().Emax) == (before.prec, before.Emax)
    with pytest.raises(TypeError):
        third + "1"


@given(st.fractions(-50, 50, max_denominator=1000), st.fractions(-50, 50, max_denominator=1000))
def test_arithmetic_is_that_of_fractions_to_50_digits(a: Fraction, b: Fraction) -> None:
    for exact, found in ((a + b, real(a) + b), (a - b, a - real(b)), (a * b, real(a) * b)):
        assert abs(real(exact) - found) <= Real("1e-46")


# --- Lines that float64 got wrong ---

RIGHT = [
    ("y=tanh(x)", ["x=20", "--grad", "x"], "dx", 1.6993417021166355e-17),
    ("y=tanh(x)", ["x=200", "--grad", "x"], "dx", 7.660677386847454e-174),
    ("y=sigmoid(x)", ["x=-800"], "y", "3.6678745841776872e-348"),
    ("y=exp(-742)", [], "y", "5.668842980707978e-323"),
    ("L=tanh(v)*tanh(v)", ["v=17.492", "--grad", "v"], "dv", 5.125e-15),
    ("y=exp(1000)", [], "y", "1.9700711140170470e+434"),
]


@pytest.mark.parametrize(("formula", "options", "name", "right"), RIGHT, ids=[row[0] for row in RIGHT])
def test_values_beyond_float64(formula: str, options: list[str], name: str, right: float | str) -> None:
    arguments = ("solve", formula, *options)
    ran = pp(*arguments, "-f", "json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out, parse_float=Decimal)["results"][name]["values"]
    assert abs(found / Decimal(right) - 1) < Decimal("2e-4" if isinstance(right, float) else "1e-15")
    assert false_lines(worked(*arguments, "-f", "plain"), 4) == []


def last_line(*arguments: str) -> str:
    return worked(*arguments, "-f", "plain").strip().split("\n")[-1]


def test_a_loss_of_a_saturated_sigmoid_keeps_its_digits() -> None:
    ran = worked("grad", "36", "-w", "1", "-a", "sigmoid", "--target", "0", "--loss", "bce", "-f", "json")
    results = json.loads(ran)["results"]
    assert results["L"]["values"] == pytest.approx(36.0, rel=1e-14)
    assert results["dA1"]["values"][0][0] == pytest.approx(np.exp(36) + 1, rel=1e-12)


def test_shares_add_up_whatever_the_scores() -> None:
    """The gradient of a sum of shares is 0 by structure, not by digits."""
    text = worked("solve", "y=sum(softmax(z))", "z=1 2 3", "--grad", "z", "-f", "plain")
    assert text.endswith("∂y/∂z = [0 0 0]\n")


def test_what_only_digits_make_0_is_about_0_with_a_bound() -> None:
    text = worked("solve", "a=exp(1); b=exp(1); y=a-b", "-f", "plain")
    assert "≈ 2.718 - 2.718 ≈ 0\n" in text and "smaller than 1e-2000" in text


def test_operands_of_a_difference_show_it() -> None:
    assert last_line("solve", "y=sigmoid(x)", "x=17", "--grad", "x").endswith(
        "≈ 1.0000·(1 - 0.99999995860) = 1.0000·4.140e-8 = 4.140e-8"
    )
    line = last_line("solve", "d=x-m; v=mean(d^2); n=d/sqrt(v+c); L=sum(n*n)", "x=1 3", "m=2", "c=1e-5", "--grad", "d")
    assert "-2.000e-5" in line


@pytest.mark.parametrize("options", [["--times", "2"], ["--float"], ["--times", "30"]], ids=" ".join)
def test_given_is_what_was_typed(options: list[str]) -> None:
    text = worked(
        *["step", "1,2", "--target", "1", "--loss", "mse", "--lr", "0.1", "-f", "plain"], "-w", "1/3; 1", *options
    )
    assert "\nW1 = [1/3; 1]\n" in text


def test_a_nudge_is_near_the_slope_and_printed_in_full() -> None:
    text = worked("solve", "L=x^3", "x=2", "--grad", "x", "--nudge", "-f", "plain")
    assert "∂L/∂x ≈ (L(x + h) - L(x - h)) / (2·h) = (8.002400240008 - 7.997600239992) / (2·0.0002) ≈ 12.00" in text


def test_what_is_beyond_every_exponent_is_refused() -> None:
    for formula in ("y=exp(10000000)", "y=exp(-10000000)"):
        ran = pp("solve", formula)
        assert (ran.code, ran.out) == (1, "") and "leaves the range of pp" in ran.err
