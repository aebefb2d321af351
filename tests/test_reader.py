"""The reader of printed lines is itself tested: it must pass what is true and catch what isn't."""

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader import false_lines, ugly, worked_lines

TRUE = [
    "C[1,2] = A[1,1]·B[1,2] + A[1,2]·B[2,2] = 1·6 + 2·8 = 6 + 16 = 22",
    "[1 2 3] · [4 5 6] = 1·4 + 2·5 + 3·6 = 4 + 10 + 18 = 32",
    "[1/2 -2 0.5]·[4 −5 1e-1] = 1/2·4 + (-2)·(-5) + 0.5·0.1 = 2 + 10 + 0.05 = 12.05",
    "L = ((ŷ[1] - y[1])^2 + (ŷ[2] - y[2])^2) / 2 ≈ 0.3333",
    "∂L/∂w[1] = X[1,1]·∂L/∂ŷ[1] + X[2,1]·∂L/∂ŷ[2] = 1·0.5 + 2·(-0.25) = 0.5 - 0.5 = 0",
    "C = 2/35 ≈ 0.05714",
    "2/35 ≈ 0.05714",
    "C = 1/8 ≈ 0.13",
    "C = -1/8 ≈ -0.13",
    "C = 1/3 + 1/3 = 2/3 ≈ 0.6667 ≈ 0.67",
    "C = 1e-7·1/3 ≈ 3.333e-8",
    "C = A·B = 4 + 10 + 18 + (995 more: 4567) + 12 = 4611",
    "C = A[1] + A[2] + (995 more) + A[998] = 1 + 2 + (995 more: −3) + 4 = 4",
    "C ≈ 4.25 + (995 more: 4567) + 12.5 ≈ 4584",
    "z ≈ 0.3333·3 + 0.5 ≈ 1.5",
    "z ≈ 0.5·3 = 1.5",
    "x = -2^2 = -4",
    "x = 2^3^2 = 512",
    "x = 2^-1 = 0.5",
    "x = 2 - 3 - 4 = -5",
    "x = 12 / 2·3 = 12 × 3 ÷ 2 = 18",
    "x = max(0, -3) + min(1, 2) + abs(-4) + max([7 2]) = 0 + 1 + 4 + 7 = 12",
    "x = sqrt(9/16) + exp(0) + log(1) + tanh(0) + sigmoid(0) = 3/4 + 1 + 0 + 0 + 0.5 = 2.25",
    "x = sqrt(2 + 3)·2 = sqrt(5)·2 ≈ 4.472",
    "x = 4^0.5 = 2",
    "x = exp(1)/(exp(1) + exp(2)) ≈ 0.2689",
    "A = sigmoid(1·2 + 3) = sigmoid(5) ≈ 0.9933",
    "A = tanh(1000) ≈ 1",
    "A = sigmoid(-1000) ≈ 0",
    "A ≈ sigmoid(0.3333) ≈ 0.5826",
    "L = -(1·log(0.5) + 0·log(0.2)) = -log(0.5) ≈ 0.6931",
    "w = [0.5 1.2]",
    "w = [0.5 1.2] - 0.1·[2 -3] = [0.5 1.2] - [0.2 -0.3] = [0.3 1.5]",
    "w = [1/3 1/2] ≈ [0.3333 0.5]",
    "C = [1 2; 3 4] · [5; 6] = [17; 39]",
    "[1 2 … 1000] · [4 5 … 7] = 1·4 + (998 more: 10) + 7000 = 7014",
    "X[1,1] = (Lot Area[1] - mean) / std ≈ -1.235",
    "X[1,1] = (size (sqft)[1] - mean) / std = (1500 - 1000) / 250 = 2",
    "X[1,3] = zip=94110[1] = 1",
    "so the mean = 3 + 4 = 7.",
    "Epoch 3: loss = 1/4 = 0.25, w = 2·3 = 6; b = [1 2].",
    "Then W (2·(1 + 2) = 6) is shared",
    "dw = ____ = 4 + 4 = 8",
    "Pair each input with the gradient it met: ∂L/∂W = Xᵀ · ∂L/∂Z",
    "This is prose 1 in which 2 x = a sign stands",
    "\x1b[1mC\x1b[0m = 1·6 \x1b[38;5;4m+ 2·8\x1b[0m = 22",
    "│ C = 1·6 + 2·8 │\n│   = 6 + 16    │\n│   = 22        │",
    "C = 1·6\n    + 2·8 - 1\n    - 2 = 19",
    "[1 2]\n· [3 4]\n= 3 + 8\n= 11",
    "```text\nC = 1·6\n  = 6\n```\n",
    "| entry | working |\n|---|---|\n| `C[1,1]` | 1·6 = 6 |\n| C[1,2] = 2·2 = 4 | 1 = 1 |",
    "- a = 3 = 3\n- 4 + 4 = 8\n- **b** = `1 + 1` = `2`",
    "Results:\n- 4 = 4",
    "So `C = 1·6 = 6` and `D = 2·2 = 4`, as `C` shows.",
]

FALSE = [
    "C = 1·6 + 2·8 = 6 + 16 = 23",
    "[1 2 3] · [4 5 6] = 4 + 10 + 19 = 33",
    "[1 2 3] · [4 5] = 14",
    "C = 2/35 ≈ 0.05715",
    "2/35 ≈ 0.05715",
    "C = 1/8 ≈ 0.12",
    "C = 0.5·0.25 ≈ 0.12",
    "C = -5/2 ≈ -2",
    "C = 2/35 = 0.05714",
    "C = 1/4 ≈ 0.25",
    "C = 1/4 ≈ 0.250",
    "C = 0.1 + 0.2 = 0.30000000000000004",
    "C = 0.1 + 0.2 - 0.3 ≈ 5.551e-17",
    "C = 1/3000 ≈ 0",
    "C = 4 + 10 + 18 + (995 more: 4568) + 12 = 4611",
    "C ≈ 4.25 + (995 more: 4567) + 12.5 ≈ 4586",
    "z ≈ 0.3333·0.25 ≈ 0.10",
    "z ≈ 0.33·100.0 ≈ 35",
    "x = sqrt(2) = 1.414",
    "x = sqrt(2) ≈ 1.415",
    "x = sqrt(9/16) ≈ 0.75",
    "x = sqrt(5) = sqrt(6)",
    "x = sigmoid(40) = 1",
    "x = tanh(5000) = 1",
    "x = exp(0) ≈ 1",
    "x = exp(1) ≈ 2.719",
    "x = -2^2 = 4",
    "x = 1/0 = 0",
    "x = log(0) = 0",
    "x = sqrt(-4) = 2",
    "w = [0.5 1.2] - 0.1·[2 -3] = [0.3 1.6]",
    "w = [1/3 1/2] ≈ [0.3334 0.5]",
    "w = [1/2 1/4] ≈ [0.5 0.25]",
    "w = [1 -2] = [-1]",
    "x = 3 + = 3",
    "x = 1.2.3 = 1",
    "x = 6 + 16 of them = 22",
    "so 1·6 + 2·8 = 23",
    "so (1 + 2)·3 = 10",
    "6 + 16 =",
    "Epoch 3: loss = 1/4 = 0.25, w = 2·3 = 7; b = [1 2].",
    "Then W (2·(1 + 2) = 7) is shared",
    "Then W (here 2·(1 + 2) = 6) is shared",
    "\x1b[1mC\x1b[0m = 1·6 \x1b[38;5;4m+ 2·8\x1b[0m = 23",
    "│ C = 1·6 + 2·8 │\n│   = 6 + 16    │\n│   = 23        │",
    "C = 1·6\n    + 2·8 - 1\n    - 2 = 20",
    "[1 2]\n· [3 4]\n= 3 + 8\n= 12",
    "```text\nC = 1·6\n  = 7\n```\n",
    "| C[1,2] = 2·2 = 4 | 1 = 2 |",
    "│ 1 │ C = 2·2 │\n│   │ = 5     │",
    "- a = 3 = 3\n- 4 + 4 = 9",
    "So `C = 1·6 = 7` and `D = 2·2 = 4`.",
    "C = `1 + 1` = `3`",
]


@pytest.mark.parametrize("text", TRUE)
def test_true_lines_pass(text: str) -> None:
    assert false_lines(text) == []


@pytest.mark.parametrize("text", FALSE)
def test_false_lines_are_caught(text: str) -> None:
    reports = false_lines(text)
    assert len(reports) == 1
    assert "<-" in reports[0]


def test_digits_say_how_far_a_short_number_can_be_trusted() -> None:
    assert false_lines("m ≈ (0.2501 + 1) / 3 ≈ 0.5") == []
    assert false_lines("m ≈ (0.2501 + 1) / 3 ≈ 0.5", digits=4)
    assert false_lines("m ≈ (0.2502 + 1) / 3 ≈ 0.4167", digits=4) == []
    assert false_lines("m = 1/3 ≈ 0.33") == []
    assert false_lines("m = 1/3 ≈ 0.33", digits=4)
    assert false_lines("m = 49999/100000 ≈ 0.5", digits=4) == []
    assert false_lines("m = 123456/10 ≈ 12346", digits=4) == []


def test_worked_lines_join_what_is_folded_and_leave_prose() -> None:
    text = "Title\n\nC = 1·6\n  + 2·8\n  = 22\n\nSome 5 words x = 3 y\n\n| a = 2 | b |\n\n∂L/∂W = Xᵀ · ∂L/∂Z\n"
    assert worked_lines(text) == ["C = 1·6 + 2·8 = 22", "a = 2", "∂L/∂W = Xᵀ · ∂L/∂Z"]
    assert worked_lines("no statement here, x=1\n=====\n") == []


def test_each_report_says_which_line() -> None:
    (report,) = false_lines("a = 1 = 1\nC = 2·2 = 5\nb = 2 = 2")
    assert "C = 2·2 = 5" in report
    assert "4" in report


@pytest.mark.parametrize(
    "text",
    ["C = -0", "[-0.0 1]", "x ≈ −0.00", "loss nan", "= inf", "-inf", "bias None", "Fraction(1, 2)", "np.float64(1.0)",
     "| nan |", "\x1b[1m-0\x1b[0m", "NaN", "b = None", "-0e0", "-0."],
)  # fmt: skip
def test_ugly(text: str) -> None:
    assert len(ugly(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["-0.5 -0.05 1e-05 -0.001", "infinity information inference", "nanometre Nan banana", "None of the features varies",
     "fractions (1, 2)", "A-0", "2020-01-01", "x - 0 = x", 'cell "NaN" in row 3', "MasVnrType=None", "nonetheless",
     "inf_rate nan_count"],
)  # fmt: skip
def test_not_ugly(text: str) -> None:
    assert ugly(text) == []


def show(value: Fraction) -> str:
    """A decimal with at most three places, in full."""
    return re.sub(r"\.?0+$", "", f"{float(value):.6f}")


def bracketed(value: Fraction) -> str:
    return show(value) if value >= 0 else f"({show(value)})"


entries = st.integers(-9999, 9999).map(lambda n: Fraction(n, 1000))
pairs = st.lists(st.tuples(entries, entries), min_size=2, max_size=12)


def dot_line(operands: list[tuple[Fraction, Fraction]], terms: list[Fraction], total: Fraction, joint: str) -> str:
    u, v = (" ".join(show(pair[side]) for pair in operands) for side in (0, 1))
    products = " + ".join(f"{bracketed(a)}·{bracketed(b)}" for a, b in operands)
    return f"[{u}] · [{v}]{joint}= {products}{joint}= {' + '.join(map(bracketed, terms))}{joint}= {show(total)}"


@given(pairs, st.sampled_from([" ", "\n    "]), st.data())
def test_dot_products_true_and_spoilt(
    operands: list[tuple[Fraction, Fraction]], joint: str, data: st.DataObject
) -> None:
    terms = [a * b for a, b in operands]
    line = dot_line(operands, terms, sum(terms, Fraction(0)), joint)
    assert false_lines(line) == []
    assert len(worked_lines(line)) == 1

    slip = data.draw(st.integers(-(10**6), 10**6).filter(bool).map(lambda n: Fraction(n, 10**6)))
    assert false_lines(dot_line(operands, terms, sum(terms, slip), joint))
    at = data.draw(st.integers(0, len(terms) - 1))
    spoilt = [term + slip * (i == at) for i, term in enumerate(terms)]
    assert false_lines(dot_line(operands, spoilt, sum(spoilt, Fraction(0)), joint))
    before, _, total = line.rpartition("= ")
    assert false_lines(f"{before}≈ {total}")


@given(st.text(" \n=≈+-·/^()[],;:.…0129eaxᵀ|│`*", max_size=60))
def test_nothing_makes_the_reader_fail(text: str) -> None:
    false_lines(text + " = 3")
    worked_lines(text)
    ugly(text)


@given(st.fractions(-1000, 1000, max_denominator=999), st.integers(1, 6), st.sampled_from([-1, 1]))
def test_rounding_true_and_one_unit_off(value: Fraction, places: int, slip: int) -> None:
    units = math.floor(abs(value) * 10**places + Fraction(1, 2)) * (1 if value >= 0 else -1)

    def line(units: int) -> str:
        sign, digits = "-" if units < 0 else "", str(abs(units)).zfill(places + 1)
        return f"C = {value.numerator}/{value.denominator} ≈ {sign}{digits[:-places]}.{digits[-places:]}"

    printable = units != 0 and Fraction(units, 10**places) != value
    assert (false_lines(line(units)) == []) == printable
    assert false_lines(line(units + slip))


@given(st.lists(st.fractions(-100, 100, max_denominator=97), min_size=2, max_size=8))
def test_a_sum_of_rounded_numbers_may_be_off_by_their_rounding_only(values: list[Fraction]) -> None:
    half = Fraction(1, 2)

    def printed(value: Fraction, slip: int = 0) -> str:
        cents = (math.floor(abs(value) * 100 + half)) * (1 if value >= 0 else -1) + slip
        return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"

    total = sum(values, Fraction(0))
    side = " + ".join(printed(value) for value in values)
    reports = false_lines(f"s ≈ {side} ≈ {printed(total)}")
    assert all("= is due" in report for report in reports)
    assert false_lines(f"s ≈ {side} ≈ {printed(total, len(values) * 2)}")
