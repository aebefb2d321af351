"""Gradients are written as a textbook writes them, and pp's own words and letters keep off the user's."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from test_cli import pp

from penpaper_cli.expressions.arithmetic import Apply, Name
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.formula.program import Program
from penpaper_cli.ops import OPS
from penpaper_cli.paper.gradients import gradients
from penpaper_cli.paper.paper import Value
from penpaper_cli.render.text.notation import Text

DRAW = Text(Figures()).draw


def formulas(text: str, **given: Any) -> dict[str, str]:
    """The formula that stands on the paper for every gradient, by the name of what it is the gradient of."""
    work = Program(text).work({name: np.array(data, dtype=float) for name, data in given.items()})
    gradients(work.answer, work.given)
    names = ((line, line.name) for line in work.paper.lines)
    return {DRAW(name.args[1]): DRAW(line.formula) for line, name in names if isinstance(name, Apply)}


P, Q, Z, Y = [0.5, 0.5], [0.25, 0.75], [[1, 2, 3], [0, 1, 2]], [[0, 1, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    ("text", "given", "name", "written"),
    [
        ("KL=sum(p*log(p/q))", {"p": P, "q": Q}, "p", "log(p / q) + 1"),
        ("KL=sum(p*log(p/q))", {"p": P, "q": Q}, "q", "-p / q"),
        ("L=-log(1-PF)", {"PF": 0.25}, "PF", "1 / (1 - PF)"),
        ("L=sum(max(0, 1-z))", {"z": P}, "z", "-step(1 - z)"),
        ("L=sum(-(-x))", {"x": P}, "x", "1"),
        ("m=(w*x-y)^2; r=w^2; L=m+r", {"w": 3, "x": 2, "y": 1}, "w", "∂L/∂r·2·w + ∂L/∂m·2·(w·x - y)·x"),
        ("d=sqrt(sum(x*x)); L=d", {"x": P}, "x", "∂L/∂d·x / d"),
        ("L=sum(x*x)", {"x": P}, "x", "2·x"),
        ("L=sum(2*b+X)*c", {"X": Z, "b": [1, 1, 1], "c": 2}, "b", "4·c"),
        ("L=sum(x+b)", {"x": P, "b": 3}, "b", "2"),
        ("e=(X@w-y)^2; L=mean(e)", {"X": Z, "w": [1, 1, 1], "y": P}, "w", "Xᵀ·(∂L/∂e·2 ∘ (X·w - y))"),
        ("L=A[2,1]^2", {"A": Z}, "A", "2·A[2,1]·unit(2, 1)"),
        ("L=max(x)", {"x": [1, 2]}, "x", "one_hot(argmax(x))"),
        ("L=cross_entropy(Z, t)", {"Z": Z, "t": [1, 0]}, "Z", "(softmax(Z) - one_hot(t)) / 2"),
        ("F=conv2d(x, k); L=sum(F*F)", {"x": Z, "k": [[1, 1]]}, "x", "conv_transpose2d(∂L/∂F, k)"),
        ("F=conv2d(x, k); L=sum(F*F)", {"x": Z, "k": [[1, 1]]}, "k", "conv2d(x, ∂L/∂F)"),
    ],
)
def test_a_gradient_is_written_as_a_person_would(text: str, given: dict[str, Any], name: str, written: str) -> None:
    assert formulas(text, **given)[name] == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("P=softmax(Z); L=-sum(Y*log(P))", "P ∘ sum(Y, axis=1) - Y"),
        ("P=softmax(Z); L=-sum(Y*log(P))/2", "(P ∘ sum(Y, axis=1) - Y) / 2"),
        ("L=-sum(Y*log_softmax(Z))", "softmax(Z) ∘ sum(Y, axis=1) - Y"),
        ("P=softmax(Z); L=cross_entropy(P, Y, from_probabilities=1)", "(P - Y) / 2"),
        ("L=cross_entropy(Z, Y)", "(softmax(Z) - Y) / 2"),
        ("P=softmax(Z); L=sum(log(P))", "1 - 3·P"),
    ],
)
def test_shares_and_their_logarithm_end_in_shares_less_targets(text: str, written: str) -> None:
    """Rows of targets are known to add up to 1 only where a loss asks for it; else their sum stands in the formula."""
    given = {"Z": Z, "Y": Y} if "Y" in text else {"Z": Z}
    assert formulas(text, **given)["Z"] == written


def test_rows_of_class_numbers_add_up_to_1() -> None:
    text = "Y=one_hot(t, classes=3); P=softmax(Z); L=-sum(Y*log(P))"
    assert formulas(text, Z=Z, t=[1, 0])["Z"] == "P - Y"


@pytest.mark.parametrize("name", [name for name, op in OPS.items() if not op.public])
def test_helpers_are_not_called_by_names_of_the_code(name: str) -> None:
    """What only gradients are made of is written with a sign or a word of the field."""
    assert not re.search(r"_back|\bplace\(|indicator|first_|sum_to|unmoved", DRAW(OPS[name].example().formula))


@pytest.mark.parametrize("name", list(OPS))
def test_sentences_have_no_letters_of_their_own(name: str) -> None:
    """A single letter in a sentence may be the user's name for something else."""
    op = OPS[name]
    example: Value = op.example()
    sentences = [op.rule, op.instruction(*example.parents, **example.settings), *op.reasons_for(**example.settings)]
    for sentence in sentences:
        assert not re.search(r"(?<![\w'])[b-zB-HJ-Z](?![\w'])|\b[a-z]\(", sentence), sentence


def test_a_line_without_a_name_gets_a_letter_that_the_user_does_not_have() -> None:
    work = Program("L = sum(softmax(z)*H1) + sum(relu(z))").work({"z": np.array([1.0, 2]), "H1": np.array([1.0, 2])})
    assert [name.text for name in work.paper.names.values() if isinstance(name, Name)] == ["z", "H1", "G", "F", "L"]


def test_fixed_letters_give_way_to_the_users() -> None:
    nudged = pp("solve", "L=h^2", "h=3", "--grad", "h", "--nudge", "-f", "plain")
    assert "by a little, δ, up and down" in nudged.out
    assert "(L(h + δ) - L(h - δ)) / (2·δ)" in nudged.out
    assert "(x[1] - μ)^2" in pp("solve", "y=layernorm(x)*mean", "x=1 2 3", "mean=7", "-f", "plain").out
    assert "Raise e" not in pp("solve", "y=exp(a); z=y*e", "a=1", "e=0.3", "-f", "plain").out


def test_decimals_stay_decimals_beside_a_fraction() -> None:
    out = pp("matmul", "-8 -4.27; -5.52 7/9", "7/7 6; 2.99 1.88", "-f", "plain").out
    assert "(-8)·7/7 + (-4.27)·2.99 = -8 - 12.7673 = -20.7673" in out
    assert "7/9" in out
    assert "3/10" in pp("solve", "y=a*3", "a=1/10", "-f", "plain").out
    assert "3/10" in pp("solve", "y=a*3", "a=0.1", "--fractions", "-f", "plain").out


def test_one_line_divides_in_one_way() -> None:
    assert "= (2/9)·3 / 9 = (2/3) / 9 = 2/27" in pp("solve", "y=a*3/9", "a=2/9", "-f", "plain").out


def test_a_sign_never_stands_before_nothing() -> None:
    out = pp("solve", "v=0*x; L=-v*x^2", "x=3", "--grad", "x", "-f", "plain").out
    assert not re.search(r"-0(?![.\d])", out)
