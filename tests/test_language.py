"""The formula language: what formulas mean, how wrong ones are refused, and what abuse of it comes to."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import re
import resource
import time
import warnings
from collections.abc import Sequence
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import examples
from hypothesis import given
from hypothesis import strategies as st
from test_cli import CONTROL, SENTENCE, Ran, pp

from penpaper_cli.errors import CannotRead
from penpaper_cli.formula.parser import LONGEST, parse

A, B = np.array([[1.0, 2], [3, 4]]), np.array([[0.5, -1], [2, 0.25]])
M = np.array([[1.0, 2, 3], [4, 5, 6]])
u, v = np.array([1.0, 2, 3]), np.array([4.0, -5, 6])
x, y = 3.0, -2.0
TYPED = {
    "A": "1 2; 3 4",
    "B": "0.5 -1; 2 1/4",
    "M": "1 2 3; 4 5 6",
    "u": "1 2 3",
    "v": "4 -5 6",
    "x": "3",
    "y": "-2",
    "θ": "1/2",
    "β₁": "0.9",
    "W1": "5",
    "w_new": "7",
    "ŷ": "8",
    "x′": "11",
}
GIVEN = [f"{name}={text}" for name, text in TYPED.items()]
FORK = multiprocessing.get_context("fork")
QUICK, MEMORY = 8, 4 * 2**30
"""Seconds and bytes that a formula may take."""


def solve(formula: str, *given: str) -> Ran:
    """Run a formula; the two dashes let it begin with a minus."""
    return pp("solve", "-f", "json", "--", formula, *given)


def refused(formula: str, *given: str) -> Ran:
    """Run a formula whose mistake is said to a person."""
    return pp("solve", "-f", "plain", "--", formula, *given)


def solved(formula: str) -> dict[str, Any]:
    """The answer of a formula on the values of this file."""
    ran = solve(formula, *GIVEN)
    assert (ran.code, ran.err) == (0, ""), ran.err
    found: dict[str, Any] = json.loads(ran.out)["answer"]
    return found


def floats(values: Any) -> Any:
    """The numbers of JSON, exact ones written as strings, as float64."""
    return np.vectorize(lambda n: float(Fraction(n)), otypes=[float])(np.array(values, dtype=object))


def pointed(formula: str, *given: str, code: int = 2) -> tuple[str, str]:
    """The sentence that refuses a formula, and what stands at its caret."""
    ran = refused(formula, *given)
    assert (ran.code, ran.out) == (code, ""), ran
    sentence, line, caret, rest = ran.err.split("\n")
    assert SENTENCE.fullmatch(sentence + "\n"), sentence
    assert not CONTROL.search(ran.err), repr(ran.err)
    assert (rest, line[:2], caret.strip()) == ("", "  ", "^"), ran.err
    assert caret.index("^") <= len(line), ran.err
    return sentence, line[caret.index("^") :]


# --- What formulas mean ---

MEANINGS = [
    # Precedence, and on which side operators of equal rank begin.
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 - 4 - 3", 3),
    ("24 / 4 / 2", 3),
    ("24 / 4 * 2", 12),
    ("2 * 3 - 4 * 5", -14),
    ("1 - -1", 2),
    ("1 - +1", 0),
    ("2 * -3", -6),
    ("x - y * x ^ 2", x - y * x**2),
    ("A @ B * 2", A @ B * 2),
    ("2 * A @ B", 2 * A @ B),
    ("A * B @ A", A * B @ A),
    ("A + B @ A", A + B @ A),
    ("A / 2 @ B", A / 2 @ B),
    # A minus in front binds looser than a power, tighter than a product.
    ("-2^2", -4),
    ("-2**2", -4),
    ("(-2)^2", 4),
    ("-x^2", -9),
    ("-y^2", -4),
    ("0 - 2^2", -4),
    ("2^-1", 0.5),
    ("x^-2", 1 / 9),
    ("-x * y", 6),
    ("--x", 3),
    ("---2", -2),
    ("−x", -3),
    ("−2 + x", 1),
    ("+x", 3),
    ("-A @ B", -A @ B),
    ("-A.T", -A.T),
    ("-A[2,1]^2", -9),
    # Powers begin on the right.
    ("2^3^2", 512),
    ("2**3**2", 512),
    ("2^3**2", 512),
    ("2 ^ 3", 8),
    ("2 * x ^ 2", 18),
    ("2 / x ^ 2", 2 / 9),
    ("9^0.5", 3),
    ("9^(1/2)", 3),
    ("4^1.5", 8),
    ("A^2", A**2),
    ("(A + B)^3", (A + B) ** 3),
    ("x^0", 1),
    ("x^1", 3),
    # Products: of matrices, and entry by entry.
    ("A @ B", A @ B),
    ("A · B", A @ B),
    ("A·B", A @ B),
    ("A * B", A * B),
    ("A ∘ B", A * B),
    ("A ∘ B · A", A * B @ A),
    ("u @ v", u @ v),
    ("u · v", u @ v),
    ("M @ u", M @ u),
    ("y · A", y * A),
    ("x · y", x * y),
    ("A @ A @ B", A @ A @ B),
    # Transposes.
    ("A.T", A.T),
    ("Aᵀ", A.T),
    ("M.T", M.T),
    ("M @ Mᵀ", M @ M.T),
    ("M.T @ A", M.T @ A),
    ("(A + B).T", (A + B).T),
    ("(A + B)ᵀ", (A + B).T),
    ("(A @ B)ᵀ", (A @ B).T),
    ("relu(B)ᵀ", np.maximum(B, 0).T),
    ("Aᵀ^2", A.T**2),
    ("A.T^2", A.T**2),
    ("A.T.T", A),
    ("Aᵀ[1,2]", 3),
    ("u.T", u),
    # Entries, rows and columns counted from 1.
    ("A[1,2]", 2),
    ("A[2, 1]", 3),
    ("M[2,3]", 6),
    ("u[3]", 3),
    ("A[1,1] + A[2,2]", 5),
    ("(A @ B)[1,2]", (A @ B)[0, 1]),
    ("A[2,2]^2", 16),
    ("A.T[1,2]", 3),
    ("A[1,2] * B", 2 * B),
    # Calls and their settings.
    ("sum(M)", 21),
    ("sum(M, axis=0)", M.sum(axis=0)),
    ("sum(M, axis=1)", M.sum(axis=1)),
    ("sum(M,axis = 1)", M.sum(axis=1)),
    ("mean(M, axis=0)", M.mean(axis=0)),
    ("max(M, axis=1)", M.max(axis=1)),
    ("min(M)", 1),
    ("max(A, B)", np.maximum(A, B)),
    ("min(A, 2)", np.minimum(A, 2)),
    ("leaky_relu(y, slope=0.5)", -1),
    ("leaky_relu(y, slope=1/4)", -0.5),
    ("leaky_relu(y, slope=-1)", 2),
    ("softmax(M, axis=0)[1,1]", 1 / (1 + np.exp(3))),
    ("sum(A + B * 2, axis=0)", (A + B * 2).sum(axis=0)),
    ("relu(-A)", np.zeros((2, 2))),
    ("exp(0) + sqrt(4)", 3),
    ("abs(y) ^ 2", 4),
    # Names.
    ("θ + 1", 1.5),
    ("β₁ * 10", 9),
    ("W1 + w_new", 12),
    ("ŷ - 1", 7),
    ("x′ + x", 14),
    ("σ = x + 1; σ * 2", 8),
    ("η₀ = 2; η₀", 2),
    ("T = A; T.T", A.T),
    ("sum = 4; sum + 1", 5),
    # Numbers.
    ("1e-3", 0.001),
    ("1E3 + .5", 1000.5),
    ("2.", 2),
    ("1e-3 * 2", 0.002),
    ("1e+2", 100),
    # Statements: semicolons, new lines, comments.
    ("a = 2; b = a + 1; a * b", 6),
    ("a = 2\nb = a + 1\na * b", 6),
    ("a = 2;; \n ; b = 3;", 3),
    ("# the sum\na = 2 # two\n\n# and more\na + 1 # three; four", 3),
    ("a = sum(\n  A,\n  axis=0\n)\na", A.sum(axis=0)),
    ("(1 +\n 2) * 3", 9),
    ("a = 1\r\nb = a + 1\r\n", 2),
    ("\ta = 5\t;\ta - 1", 4),
    ("a=1;b=2;a-b", -1),
    ("a = A", A),
]


@pytest.mark.parametrize(("formula", "meaning"), MEANINGS, ids=[formula for formula, _ in MEANINGS])
def test_what_a_formula_means(formula: str, meaning: Any) -> None:
    found = floats(solved(formula)["values"])
    assert found.shape == np.shape(meaning)
    np.testing.assert_allclose(found, meaning, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(
    ("formula", "exact"),
    [
        ("1/3", "1/3"),
        ("-1/3", "-1/3"),
        ("1/3 + 1/6", "1/2"),
        ("1/3*3", "1"),
        ("1/3^2", "1/9"),
        ("2^-3", "1/8"),
        ("1e-3", "1/1000"),
        ("0.1 + 0.2", "3/10"),
        ("x / 7", "3/7"),
        ("θ^10", "1/1024"),
        ("1e-300 * 1e300", "1"),
        ("mean(M)", "7/2"),
        ("x/1/3", "1"),
        ("(1/3)/(2/5)", "5/6"),
    ],
)
def test_rationals_stay_exact(formula: str, exact: str) -> None:
    found = solved(formula)
    assert (found["values"], found["exact"]) == (exact, True)


def test_typed_numbers_are_printed_as_typed() -> None:
    shown = pp("solve", "x * (1/3) + 1e-7 - 2.50", "x=0.10", "-f", "plain").out
    assert "x·1/3 + 1e-7 - 2.50 = 0.10·1/3 + 1e-7 - 2.50" in shown


@pytest.mark.parametrize("formula", ["-mean(log(p))", "-p.T", "-(p * 2)", "-2*p", "−p"])
def test_a_formula_may_begin_with_a_minus(formula: str) -> None:
    assert pp("solve", formula, "p=1/2 1/4", "-f", "json") == solve(formula, "p=1/2 1/4")
    assert solve(formula, "p=1/2 1/4").code == 0


def test_a_misspelt_option_is_still_caught() -> None:
    ran = pp("solve", "x", "x=1", "--garde", "x")
    assert (ran.code, ran.out) == (2, "") and "--grad" in ran.err


@pytest.mark.parametrize(("one", "other"), [("\u0177", "y\u0302"), ("\u03bc", "\u00b5"), ("\u00e9", "e\u0301")])
def test_letters_that_look_the_same_are_the_same_name(one: str, other: str) -> None:
    for formula, name in ((one, other), (other, one)):
        assert json.loads(solve(f"{formula} + 1", f"{name}=2").out)["answer"]["values"] == "3"


# --- Formulas that are refused, with a caret under the place ---

REFUSED = [
    # Names and functions that aren't there.
    ("x + z", "z", ['"z"', "not given", "z="]),
    ("Z = x; z + 1", "z + 1", ['"z"', "Z"]),
    ("weights = x; wieghts + 1", "wieghts", ['"wieghts"', "weights"]),
    ("relus(x)", "relus(x)", ['"relus"', "relu"]),
    ("x + sofmax(u)", "sofmax(u)", ['"sofmax"', "softmax"]),
    ("sin(x)", "sin(x)", ['"sin"', "is not a function", "sigmoid", "tanh", "exp"]),
    ("derivative(x)", "derivative(x)", ['"derivative"', "softmax"]),
    ("step(x)", "step(x)", ['"step"']),
    ("conv2d_back_input(A, A)", "conv2d_back_input", ["conv2d"]),
    ("a = b; b = 1", "b; b", ['"b"']),
    ("x(2)", "x(2)", ['"x"']),
    # Operators and brackets out of place.
    ("x +", "", ["expected", "the end"]),
    ("x + * y", "* y", ['"*"']),
    ("* x", "* x", ['"*"']),
    ("x y", "y", ['"y"']),
    ("2x", "x", ['"x"']),
    ("2 3", "3", ['"3"']),
    ("x ^", "", ["the end"]),
    ("x ^ ^ 2", "^ 2", ['"^"']),
    ("x ** ** 2", "** 2", ["number, a name or a bracket"]),
    ("(x + y", "", ['")"', "the end"]),
    ("x + y)", ")", ['")"']),
    ("()", ")", ['")"']),
    ("sum(A", "", ["the end"]),
    ("sum(A, , B)", ", B)", ['","']),
    ("(x; y)", "; y)", ['";"']),
    ("A[1,2", "", ["the end"]),
    ("A]", "]", ['"]"']),
    ("x =", "", ["expected"]),
    ("a = = 1", "= 1", ['"="']),
    ("a = b = 1", "= 1", ['"="']),
    ("2 = x", "= x", ['"="']),
    ("A[1,1] = 2", "= 2", ['"="']),
    (", x", ", x", ['","']),
    ("sum(A axis=0)", "axis", ['"axis"']),
    # Names are given once.
    ("x = 2", "x = 2", ['"x"', "once"]),
    ("a = 1; a = 2", "a = 2", ['"a"', "once"]),
    ("a = 1\nb = 2\na = 3", "a = 3", ['"a"', "once"]),
    # Entries count from 1.
    ("A[0,1]", "0,1]", ["counted from 1", '"0"']),
    ("A[1,0]", "0]", ["counted from 1"]),
    ("A[-1,1]", "-1,1]", ["counted from 1"]),
    ("A[1.5,1]", "1.5", ["counted from 1"]),
    ("A[x,1]", "x,1]", ["counted from 1"]),
    ("A[]", "]", ["counted from 1"]),
    ("A[1:2]", ":", ['":"']),
    # Operands and settings.
    ("relu()", "relu()", ["relu", "1 operand", "0"]),
    ("relu(x, y)", "relu(x, y)", ["relu", "1 operand", "2"]),
    ("x + mse(u)", "mse(u)", ["mse", "2 operands", "1"]),
    ("dense(A, B)", "dense(A, B)", ["dense", "3 operands", "2"]),
    ("attention(A)", "attention(A)", ["attention", "3 operands"]),
    ("sum(A, axes=0)", "sum(A", ['"axes"', "axis"]),
    ("relu(A, axis=0)", "relu(A", ['"axis"']),
    ("huber(u, v, delta=x)", "x)", ["setting", "number"]),
    ("sum(A, axis=)", ")", ['")"']),
    # Exponents are numbers.
    ("x^y", "y", ["exponent", "number"]),
    ("2^x", "x", ["exponent", "exp("]),
    ("x^u[1]", "[1]", ["exponent"]),
    ("x^sum(u)", "sum(u)", ["exponent"]),
    # Numbers that are none.
    ("x + 1e400", "1e400", ["range"]),
    ("1e", "e", ['"e"']),
    ("1.2.3", ".3", ['".3"']),
    # Python that has no place here.
    ('__import__("os")', '"os")', ["no meaning"]),
    ("__import__(x)", "__import__", ["not a function"]),
    ("eval(x)", "eval(x)", ["not a function"]),
    ("x.data", ".data", ['"."']),
    ("x.__class__", ".__class__", ['"."']),
    ("x.T.data", ".data", ['"."']),
    ("A.Tx", ".Tx", ['"."']),
    ("lambda: 1", ": 1", ['":"']),
    ("lambda x", "x", ['"x"']),
    ("[1 for a in u]", "[1", ['"["']),
    ("{x}", "{x}", ['"{"']),
    ("'os'", "'os'", ["no meaning"]),
    ("`ls`", "`ls`", ["no meaning"]),
    ("$x", "$x", ["no meaning"]),
    ("x if x else y", "if x", ['"if"']),
    ("x == y", "= y", ['"="']),
    ("x < y", "< y", ['"<"']),
    ("x & y", "& y", ['"&"']),
    ("x % 2", "% 2", ['"%"']),
    ("x // 2", "/ 2", ['"/"']),
    ("x \\ 2", "\\ 2", ["no meaning"]),
    ("import os", "os", ['"os"']),
    ("x := 2", ":= 2", ['":"']),
]


@pytest.mark.parametrize(("formula", "at", "words"), REFUSED, ids=[formula for formula, _, _ in REFUSED])
def test_what_is_refused(formula: str, at: str, words: list[str]) -> None:
    sentence, place = pointed(formula, *GIVEN)
    assert place.startswith(at) and (at or not place), (sentence, place)
    assert [word for word in words if word not in sentence] == [], sentence


@pytest.mark.parametrize("formula", ["", "  ", ";", "\n\n", "# only a comment", ";;#\n"])
def test_an_empty_formula(formula: str) -> None:
    ran = refused(formula, *GIVEN)
    assert (ran.code, ran.out) == (2, "")
    assert SENTENCE.fullmatch(ran.err) and "empty" in ran.err


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("A[3,1]", ["A", "2×2", "[3,1]"]),
        ("A[1,3]", ["A", "2×2", "[1,3]"]),
        ("A[1]", ["A", "2×2", "[1]"]),
        ("u[4]", ["u", "length 3", "[4]"]),
        ("u[1,1]", ["u", "length 3", "[1,1]"]),
        ("x[1]", ["x", "one number"]),
        ("A[99999999999999999999,1]", ["2×2"]),
        ("A @ M.T", ["2×2", "3×2", "inner sizes 2 and 3"]),
        ("A + M", ["A", "2×2", "M", "2×3"]),
        ("dot(u, A)", ["u", "A", "vector"]),
        ("outer(A, u)", ["A", "2×2", "vector"]),
        ("sum(A, axis=2)", ["axis 2"]),
        ("sum(A, axis=1/2)", ["axis"]),
        ("A / 0", ["divided by 0"]),
        ("x + 1/0", ["0"]),
        ("1 / (x - 3)", ["0"]),
        ("log(y)", ["negative"]),
        ("log(x - 3)", ["0"]),
        ("sqrt(y)", ["negative"]),
        ("y^0.5", ["negative"]),
        ("(x - 3)^-1", ["0"]),
        ("exp(10000000)", ["above 1e999999"]),
        ("exp(-10000000)", ["below 1e-999999"]),
    ],
)
def test_mathematics_that_cannot_be_done(formula: str, words: list[str]) -> None:
    ran = refused(formula, *GIVEN)
    assert (ran.code, ran.out) == (1, "")
    sentence = ran.err.split("\n")[0] + "\n"
    assert SENTENCE.fullmatch(sentence), ran.err
    assert [word for word in words if word not in sentence] == [], sentence


def test_a_name_is_given_once_on_the_command_line_too() -> None:
    ran = pp("solve", "x", "x=1", "x=2")
    assert (ran.code, ran.out) == (2, "")
    assert SENTENCE.fullmatch(ran.err) and '"x"' in ran.err and "once" in ran.err


@pytest.mark.parametrize("given", ["x", "=3", "2=3", "x y=3", "x.T=3", "Xᵀ=1 2", "x[1]=2"])
def test_what_is_no_name_and_matrix(given: str) -> None:
    ran = pp("solve", "1", given)
    assert (ran.code, ran.out) == (2, "")
    assert SENTENCE.fullmatch(ran.err) and "NAME=MATRIX" in ran.err


@pytest.mark.parametrize(
    ("formula", "line", "at"),
    [
        ("a = 1\nb = a + z\nc = 2", "b = a + z", "z"),
        ("a = (1 +\n z)", " z)", "z)"),
        ("\n\nx + + * 2", "x + + * 2", "* 2"),
        (" " * 200 + "x * ?", None, "?"),
        ("x + " * 30 + "?" + " + x" * 30, None, "? + x"),
    ],
)
def test_the_caret_points_into_the_right_line(formula: str, line: str | None, at: str) -> None:
    _, place = pointed(formula, "x=1")
    assert place.startswith(at)
    shown = refused(formula, "x=1").err.split("\n")[1]
    assert shown == f"  {line}" if line else len(shown) < 100


def test_characters_that_steer_a_terminal_are_not_repeated() -> None:
    for char in ["\x00", "\x07", "\x1b", "\x1b[31m", "\u202e", "\u2066", "\x9b", "\x7f", "\u2028", "\ufeff", "\ud800"]:
        sentence, _ = pointed(f"x + {char} x", "x=1")
        assert "no meaning" in sentence


# --- Abuse: it ends soon, with a clear sentence ---


def run_and_send(pipe: Connection, arguments: list[str]) -> None:
    """In a process of its own: run a command within bounds of memory, and send what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pipe.send(pp(*arguments))


def ended(formula: str, *given: str, options: Sequence[str] = ()) -> Ran:
    """What comes of a formula, in a process that is ended unless it ends soon; it is never a bug."""
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(
        target=run_and_send, args=(sender, ["solve", "-f", "plain", *options, "--", formula, *given])
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about threads, of which there are none in Python
        process.start()
    sender.close()
    try:
        assert receiver.poll(QUICK), "it hasn't ended"
        ran: Ran = receiver.recv()
    finally:
        process.kill()
        process.join()
    assert ran.code in (0, 1, 2), ran.err
    if ran.code:
        assert ran.out == ""
        assert SENTENCE.fullmatch(ran.err.split("\n")[0] + "\n"), ran.err
        assert len(ran.err) < 1000
    return ran


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("x" * 100_000, ["100,000", f"{LONGEST:,}"]),
        ("x+" * 50_000, ["100,000"]),
        ("(" * 4_999 + "x" + ")" * 4_999, ["deep"]),
        ("(" * 9_000, ["deep"]),
        ("relu(" * 1_900, ["deep"]),
        ("-" * 5_000 + "x", ["deep"]),
        ("+" * 5_000 + "x", ["deep"]),
        ("x" + "^2" * 4_000, []),
        ("x" + "+x" * 4_900, ["operators"]),
        ("x" + "*x" * 4_900, ["operators"]),
        ("x" + "-(x" * 2_000, []),
        ("2^2^2^2^2^2", []),
        ("x^999999999", ["999"]),
        ("x^-999999999", ["999"]),
        ("x^999999.5", []),
        ("(1/3)^99999999", []),
        ("1e300^1000000", []),
        ("[" * 5_000, []),
        ("x[" * 3_000, []),
        ("x" + "[1]" * 3_000, []),
        ("]" * 5_000, []),
        ("9" * 9_999, []),
        ("." * 9_000, []),
        ("reshape(x, 1000000, 1000000)", []),
        ("reshape(x, 99999999999)", []),
        ("one_hot(x, classes=999999999)", []),
        ("conv2d(A, A, padding=999999999)", []),
        ("conv2d(A, A, stride=0)", []),
        ("maxpool(A, size=0)", []),
        ("spread(x, shape=999999999)", []),
        ("sum_to(A, shape=-7)", []),
    ],
    ids=lambda part: part[:20] if isinstance(part, str) else "",
)
def test_abuse_ends_in_a_sentence(formula: str, words: list[str]) -> None:
    ran = ended(formula, "x=3", "A=1 2; 3 4")
    assert ran.code in (1, 2)
    sentence = ran.err.split("\n")[0]
    assert [word for word in words if word not in sentence] == [], sentence


@pytest.mark.parametrize("value", ["3", "1/3", "1.0001", "0", "1", "-1"])
def test_a_huge_exponent_ends_soon(value: str) -> None:
    for formula in ("x^999999999", "x^1000000", "x^-1000000"):
        ended(formula, f"x={value}")


@pytest.mark.parametrize("value", ["1/3", "1 2; 3 4"])
@pytest.mark.parametrize("formula", ["x" + ".T" * 3_000, "x" + "ᵀ" * 60, "x" + "[1]" * 3_000], ids=["T", "ᵀ", "[1]"])
def test_long_tails_are_worked_or_refused(formula: str, value: str) -> None:
    ended(formula, f"x={value}")


@pytest.mark.parametrize("options", [[], ["--grad", "x"]], ids=["forward", "backward"])
@pytest.mark.parametrize(("sign", "value"), [*((sign, "4/3") for sign in "+-*/"), ("-", "1 2; 3 4")])
def test_long_chains_are_worked_or_refused(sign: str, value: str, options: list[str]) -> None:
    ended(f"sum(x{f'{sign}x' * 198})", f"x={value}", options=options)


@pytest.mark.parametrize("value", ["3/7", "7/3", "-1.5", "1/3 2/3; 5/7 11/13"])
@pytest.mark.parametrize("rule", ["{0}^2", "{0} * {0}", "{0} + {0} * {0}", "sum({0}) * {0}"])
def test_repeated_squaring_ends_in_decimals_or_a_sentence(value: str, rule: str) -> None:
    names = ["x", *(f"a{k}" for k in range(60))]
    formula = "; ".join(f"{new} = {rule.format(old)}" for old, new in itertools.pairwise(names))
    ran = ended(formula, f"x={value}")
    assert ran.code in (0, 1)
    assert ("leaves the range of pp" in ran.err) if ran.code else ("decimals of 50 digits" in ran.out)


def test_many_statements_are_worked_within_seconds() -> None:
    names = ["x", *(f"a{k}" for k in range(700))]
    formula = ";".join(f"{new}={old}+1" for old, new in itertools.pairwise(names))
    ran = ended(formula, "x=1")
    assert ran.code == 0 and ran.out.endswith("\na699 = a698 + 1 = 700 + 1 = 701\n")


@pytest.mark.parametrize(
    "char", [chr(k) for k in (*range(32), 127, *range(128, 160)) if k not in (9, 10, 13)], ids=repr
)
def test_control_characters(char: str) -> None:
    sentence, _ = pointed(f"x {char}", "x=1")
    assert "no meaning" in sentence


# --- Any text at all ---

NUMBERS = ["2", "0", "10", ".5", "1/3", "1e-3", "3.25", "1e3"]
WORDS = ["x", "A", "u", "Z", "L", "relu", "sum", "mean", "softmax", "exp", "log", "mse", "max", "attention", "axis"]
SIGNS = [*"+-*/@·∘^()[],;=\n", "**", ".T", "ᵀ", " ", " = ", "axis=0", "[1,1]", "(", ")", "# x\n", "−", "conv2d(A, A)"]


@st.composite
def formulas(draw: st.DrawFn) -> str:
    """Pieces of the language in any order; numbers never run into each other."""
    pieces = draw(st.lists(st.sampled_from([*NUMBERS, *WORDS, *SIGNS]), max_size=25))
    spaced = [f" {piece} " if piece in NUMBERS else piece for piece in pieces]
    return "".join(spaced)


@given(formulas())
@examples(400)
def test_any_formula_gives_a_result_or_a_sentence(formula: str) -> None:
    begun = time.process_time()
    ran = pp("solve", "-f", "plain", "--", formula or ";", "x=3", "A=1 2; 3 1/2", "u=1 -2")
    assert time.process_time() - begun < 1
    assert ran.code in (0, 1, 2), ran.err
    if ran.code:
        assert ran.out == ""
        assert SENTENCE.fullmatch(ran.err.split("\n")[0] + "\n"), ran.err
        assert ran.err.count("\n") in (1, 3) and not CONTROL.search(ran.err)
    else:
        assert ran.out and ran.err == ""


@given(st.text(alphabet=st.one_of(st.sampled_from("xyZ019.eE+-*/@·∘^()[]{},;=# \n\t'\"_ᵀ″′₁θ̂−"), st.characters())))
@examples(400)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    begun = time.process_time()
    try:
        assert parse(text)
    except CannotRead as error:
        assert str(error).endswith(".")
        if error.pointer:
            _, line, caret = error.pointer.split("\n")
            assert re.fullmatch(r"  .*", line) and re.fullmatch(r" +\^", caret)
    assert time.process_time() - begun < 1


def test_the_text_is_never_run_as_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for attack in ["open(w)", "exec(x)", "print(x)", "__builtins__", "().__class__", "x.__init__", "os.system(x)"]:
        ran = solve(attack, "x=1", "w=1")
        assert (ran.code, ran.out) == (2, "")
    assert list(tmp_path.iterdir()) == []
