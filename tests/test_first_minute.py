"""The first minute at the command line: what a newcomer types, and what pp answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from test_cli import pp, refused, worked

from penpaper_cli.formula.spellings import OF_FUNCTIONS

# --- What is refused in a formula names the spelling that pp takes ---


@pytest.mark.parametrize(
    ("formula", "spelling"),
    [
        ("ln(x)", "write log(x)"),
        ("ln x", "write log(x)"),
        ("log10(x)", "write log(x) / log(10)"),
        ("x²", "write x^2"),
        ("x¹²", "write x^12"),
        ("(x + 1)²", "write (…)^2"),
        ("2²", "write 2^2"),
        ("x⁻¹", "x^-1"),
        ("2x", "write 2*x"),
        ("x y", "write x*y"),
        ("2(x + 1)", "write 2*(…)"),
        ("(x+1)(x-1)", "write (…)*(…)"),
        ("x(y + 1)", "write x*(…)"),
        ("exp x", "for a function exp(x)"),
        ("|x|", "write abs(x)"),
        ("σ(x)", "write sigmoid(x)"),
        ("Σ(x)", "write sum(x)"),
        ("Σ x", "write sum(x)"),
        ("∑ x", "write sum(x)"),
        ("x ⊙ y", "entry by entry write *"),
        ("x ⋅ y", "write *, for a dot product @"),
        ("x × y", "write *, for a matrix product @"),
        ("√x", "write sqrt(x)"),
        ("f(x) = x + 1", "write f = …, and give x as x=…"),
        ("y = x; g(x) = y + 1", "write g = …"),
        ("std(x)", "write sqrt(mean((x - mean(x))^2))"),
    ],
)
def test_other_spellings_are_translated(formula: str, spelling: str) -> None:
    ran = pp("solve", formula, "x=1 2", "y=3 4")
    assert (ran.code, ran.out) == (2, "")
    assert spelling in ran.err, ran.err


@pytest.mark.parametrize("spelling", sorted(set(OF_FUNCTIONS.values())))
def test_the_spellings_that_are_named_work(spelling: str) -> None:
    assert worked("solve", spelling.format("x"), "x=1/4 3/4", "p=1/2 1/2", "y=1 0")


@pytest.mark.parametrize("name", ["sin", "inv", "cos", "derivative"])
def test_names_that_only_share_letters_are_not_suggested(name: str) -> None:
    error = pp("solve", f"{name}(x)", "x=1").err
    assert "did you mean" not in error and "there are abs" in error


@pytest.mark.parametrize(
    ("name", "meant"), [("sofmax", "softmax"), ("relus", "relu"), ("ReLU", "relu"), ("men", "mean")]
)
def test_names_that_are_nearly_right_are(name: str, meant: str) -> None:
    assert f"did you mean {meant}?" in pp("solve", f"{name}(x)", "x=1").err


# --- What doesn't fit is named as the reader wrote it ---


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("concat(w[1],w[2])", ["w[1] is one number", "w[2] is one number", "reshape(w[1], 1) makes a vector"]),
        ("concat(w, A)", ["w is a vector of length 2", "reshape(w, 1, 2) makes a matrix"]),
        ("w - y", ["to subtract them"]),
        ("w*y", ["to multiply them"]),
        ("w/y", ["to divide them"]),
        ("w + y", ["to add them"]),
        ("maximum(w, y)", ["to compare them"]),
        ("(2*w + 1) @ y", ["2*w + 1 has length 2"]),
        ("(w + 1)*2 - y", ["(w + 1)*2 is a vector"]),
        ("exp(w) - y", ["exp(w) is a vector"]),
        ("-w + y", ["-w is a vector"]),
    ],
)
def test_shapes_that_do_not_fit_are_told_in_the_reader_s_words(formula: str, words: Sequence[str]) -> None:
    error = pp("solve", formula, "w=1 2", "y=1 2 3", "A=1 2; 3 4").err
    assert [word for word in words if word not in error] == [], error
    assert "an operand" not in error


@pytest.mark.parametrize(
    ("arguments", "column"),
    [
        (("forward", "1 2 3", "-w", "1 2 3"), '"1; 2; 3"'),
        (("matmul", "1 2; 3 4", "5 1/2"), '"5; 1/2"'),
        (("matmul", "1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9"), '"1; 2; …"'),
    ],
)
def test_a_row_where_a_column_is_wanted_names_the_remedy(arguments: tuple[str, ...], column: str) -> None:
    assert f"a column is written with semicolons: {column}." in refused(*arguments, code=1)


def test_the_remedy_is_not_named_where_it_would_not_fit() -> None:
    assert "semicolons" not in refused("matmul", "1 2 3; 4 5 6", "1 2", code=1)


# --- Layers and steps ---

TWO_LAYERS = ("1 2", "-w", "1 0; 0 1", "-w", "1; -3")


def test_fewer_activations_than_layers_are_refused_with_both_spellings() -> None:
    error = refused("forward", *TWO_LAYERS, "-a", "relu")
    assert "-a relu -a none or -a relu -a relu" in error
    three = refused("forward", *TWO_LAYERS, "-w", "2", "-a", "tanh")
    assert "-a tanh -a tanh -a none or -a tanh -a tanh -a tanh" in three


def test_the_working_names_each_layer_s_activation() -> None:
    shown = worked("forward", *TWO_LAYERS, "-a", "relu", "-a", "none", "-f", "plain")
    assert "layer 1 has relu and layer 2 has none" in shown and "Z2[1,1] = A1" in shown
    assert shown.rstrip().endswith("Z2 = [-5]")
    assert "No layer has an activation" in worked("forward", *TWO_LAYERS, "-f", "plain")
    assert "layer 2 has leaky-relu" in worked("forward", *TWO_LAYERS, "-a", "relu", "-a", "leaky-relu", "-f", "plain")


def test_a_step_says_what_the_learning_rate_is_and_why_it_goes_against_the_gradient() -> None:
    shown = worked("step", "1 2", "-w", "1; 2", "--target", "1", "--loss", "mse", "--lr", "0.1", "-f", "plain")
    said = re.sub(r"\s+", " ", shown)
    assert "where the loss rises fastest, so each parameter takes a step against its gradient" in said
    assert "η, the learning rate" in said
