"""The scripts for NumPy, PyTorch and TensorFlow are run, and what they print is compared with the results in JSON.

The NumPy scripts always; those for PyTorch and TensorFlow with `-m pytorch` and `-m tensorflow`.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import each
from test_cli import pp as run_pp
from test_cli import values_of
from test_laws import ops_that
from test_random_formulas import FORMULAS, Formula, formulas, worked
from test_render import HOSTILE

from penpaper_cli.explain.results import key
from penpaper_cli.explain.scripts.lines import lines_script
from penpaper_cli.expressions.arithmetic import Apply
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.formula.choices import HIDDEN, options_of
from penpaper_cli.formula.update_rules import UPDATE_RULES
from penpaper_cli.ops import OPS
from penpaper_cli.paper.gradients import gradients
from penpaper_cli.paper.paper import Op, Value
from penpaper_cli.render.formats import renderer
from penpaper_cli.render.page import Page
from penpaper_cli.render.scripts import numpy as numpy_rows
from penpaper_cli.render.scripts import pytorch as pytorch_rows
from penpaper_cli.render.scripts import tensorflow as tensorflow_rows
from penpaper_cli.render.scripts.identifiers import Identifiers
from penpaper_cli.render.scripts.terms import number_text
from penpaper_cli.solution.blocks import Record
from penpaper_cli.solution.script import Call, Given, Let, Number, Ref, Script

SAMPLES = Path(__file__).parent.parent / "samples"
LIBRARIES = ("numpy", "pytorch", "tensorflow")
CLOSE = 1e-9
TINY = 1e-12
IN_PLACE = {"W1", "b1", "W2", "b2"}
"""Parameters that torch.optim changes in place, so that only their updated values are there to print."""

slow_library = pytest.mark.parametrize(
    "library", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in LIBRARIES[1:]]
)
every_library = pytest.mark.parametrize("library", ["numpy", *slow_library.args[1]])


def pp(*arguments: str) -> tuple[int, str, str]:
    """A command's exit code, output and errors."""
    ran = run_pp(*arguments)
    return ran.code, ran.out, ran.err


def printed_by(script: str) -> dict[str, Any]:
    """What a script prints, by name. NumPy may warn that exp overflows on the way to a sigmoid of 0."""
    out = io.StringIO()
    with redirect_stdout(out), np.errstate(over="ignore"):
        exec(compile(script, "script.py", "exec"), {"__name__": "__main__"})
    lines = [line.partition(" = ") for line in out.getvalue().splitlines()]
    return {name: ast.literal_eval(text) for name, _, text in lines}


def as_floats(values: Any) -> Any:
    """JSON's exact numbers, which are strings, as floats."""
    return [as_floats(item) for item in values] if isinstance(values, list) else float(Fraction(values))


def assert_agrees(found: dict[str, Any], expected: dict[str, Any], names: set[str]) -> None:
    """The same names, but for those that needn't be there, and the same numbers as measured by the largest of them."""
    assert names <= set(found) <= set(expected)
    for name, value in found.items():
        if name == "predictions" and any(isinstance(item, str) for item in value):
            assert value == expected[name]
            continue
        ours, theirs = np.asarray(value, dtype=float), np.asarray(as_floats(expected[name]), dtype=float)
        assert ours.shape == theirs.shape, name
        scale = float(abs(theirs).max(initial=0))
        assert abs(ours - theirs).max(initial=0) <= CLOSE * scale + TINY, name


def compare(library: str, *arguments: str) -> str:
    """Run a command's script and compare what it prints with the command's results; the script."""
    results = {name: result["values"] for name, result in values_of(*arguments)["results"].items()}
    code, script, _ = pp(*arguments, "-f", library)
    assert code == 0
    hidden: set[str] = set()
    if library == "pytorch" and arguments[0] == "step":
        hidden = IN_PLACE | {name for name in results if name[:2] in ("m_", "v_", "s_")}
    if arguments[0] == "train":
        hidden = {"confusion", "test_confusion"}
        if library == "pytorch":
            hidden |= {name for name in results if f"{name}_new" in results and name != "L"}
    assert_agrees(printed_by(script), results, set(results) - hidden)
    return script


# --- Every operation ---


@each("op", OPS)
def test_every_operation_can_be_written(op: str) -> None:
    assert op in numpy_rows.ROWS
    if OPS[op].public or op in ("same", "power", "stand"):
        assert op in pytorch_rows.ROWS and op in tensorflow_rows.ROWS


def written(library: str, given: list[Value], forward: list[Value], backward: list[Value]) -> str:
    """The script of recorded lines."""
    solution = Record("solve", (), script=lambda: lines_script("Formula", given, forward, backward))
    return "".join(renderer(library, Figures(), io.StringIO(), Page()).render(solution))


def agrees(library: str, given: list[Value], forward: list[Value], backward: list[Value]) -> None:
    """Run the script of recorded lines and compare it with their numbers."""
    lines = [*given, *forward, *backward]
    expected = {key(line.label): line.data.astype(float).tolist() for line in lines}
    assert_agrees(printed_by(written(library, given, forward, backward)), expected, set(expected))


def leaves(value: Value) -> list[Value]:
    """The values that a value was worked from in the end."""
    if value.op is None:
        return [value]
    return list(dict.fromkeys(leaf for parent in value.parents for leaf in leaves(parent)))


def example_with_gradients(op: Op, index: int) -> tuple[list[Value], list[Value], list[Value]]:
    """An operation's example, weighed so that every entry counts differently, and the gradients of the sum."""
    result = op.example()
    paper = result.paper
    given = leaves(result)
    for k, parent in enumerate(given):
        if parent.name is None:
            paper.call(f"given{index}_{k}", parent)
    out = paper.call(f"out{index}", result)
    weights = np.array([Fraction(k + 1, 3) for k in range(result.data.size)], dtype=object).reshape(result.shape)
    weight = paper.given(f"weight{index}", np.asarray(weights, dtype=object))
    product = out * weight
    loss = paper.call(f"L{index}", OPS["sum"](product) if product.shape else OPS["same"](product))
    found = gradients(loss, [value for value in given if value is not weight])
    backward = [line for line in paper.worked if line in found or (line.name == Apply("grad", (loss.label, out.label)))]
    return [*given, weight], [out, loss], backward


@every_library
@ops_that(lambda op: op.public)
def test_every_operation_and_its_gradient_agree(op: Op, library: str) -> None:
    agrees(library, *example_with_gradients(op, list(OPS).index(op.name)))


@ops_that(lambda op: not op.public)
def test_what_gradients_are_written_in_agrees(op: Op) -> None:
    result = op.example()
    given = leaves(result)
    out = result.paper.call(f"inner{list(OPS).index(op.name)}", result)
    agrees("numpy", [value for value in given if value.name is not None], [out], [])


def formula_agrees(library: str, formula: Formula) -> None:
    work, _ = worked(formula, formula.given)
    forward = work.lines
    backward = [line for line in work.paper.worked if line not in forward]
    agrees(library, work.given, forward, backward)


@each("seed", range(FORMULAS))
def test_random_formulas_agree(seed: int) -> None:
    formula_agrees("numpy", formulas()[seed])


@slow_library
@each("seed", range(0, FORMULAS, 4))
def test_random_formulas_agree_in_slow_libraries(seed: int, library: str) -> None:
    formula_agrees(library, formulas()[seed])


# --- Every command ---

NETWORK = ("1 2; 3 -4; 0.5 1/3", "-w", "0.1 0.2; -0.3 0.4", "-b", "0.1 0", "-a", "relu", "-w", "1; 2", "-b", "0.5")
TWO = ("1 2; 3 -4; 0.5 1/3", "-w", "0.1 0.2; -0.3 0.4", "-b", "0.1 0")
TO_CLASSES = ("--target", "1 0 1", "--loss", "cross-entropy")
RULES = options_of(UPDATE_RULES)
CHANNELS = "x=[[[1,2,3],[4,5,6],[7,8,9]],[[1,0,1],[2,1,0],[0,1,5]]]"
KERNELS = "k=[[[[1,2],[3,4]],[[0,1],[1,0]]],[[[1,1],[1,1]],[[2,0],[0,2]]]]"
PICTURE = "x=1 2 3; 4 5 6; 7 8 10"
HOUSES, THREE = (str(SAMPLES / name) for name in ("houses.csv", "three-houses.csv"))
STEP = ("step", *NETWORK, "-a", "none", "--target", "1; 2; 0", "--loss", "mse", "--lr", "0.05")
ATTENTION = ("X=1 0; 0 1; 1 1", "W_Q=1 2; 0 1", "W_K=0.5 0; 1 1", "W_V=1 0; 0 2")
COMMANDS: list[tuple[str, ...]] = [
    ("dot", "1 2 3", "4 5 6"),
    ("dot", "0.1 1/3 1e-7", "4 5 -6"),
    ("matmul", "1 2; 3 4", "5 6; 7 8"),
    ("matmul", "1 2; 3 4", "5 6; 7 8", "--float", "--detail", "full"),
    ("matmul", "1 2; 3 4", "5 6; 7 8", "--detail", "summary", "--entry", "1,2"),
    ("matmul", "1000000000000000000000 2", "3; 1e300"),
    ("solve", "z = w @ x + b; L = (z - y)^2", "x=1 2", "w=3 -0.5", "b=0.1", "y=2", "--grad", "w,b,z"),
    ("solve", "z = w @ x + b; L = (z - y)^2", "x=1 2", "w=3 -0.5", "b=0.1", "y=2", "--grad", "z", "--nudge")[:-1],
    ("solve", "L = sum(max(x, 0) + max(0, 1 - x))", "x=0 1 2 -3", "--grad", "x"),
    ("solve", "L = max(x) + min(y)", "x=3 1 3", "y=2 2; 5 2", "--grad", "x,y"),
    ("solve", "q = x; L = sum(q * x)", "x=1 2", "--grad", "q,x"),
    ("solve", "L = sum(Z)", "Z=1 2", "W=3 4", "--grad", "W"),
    ("solve", "L = cross_entropy(Z, y) + hinge(Z, y)", "Z=1 2 0; 3 1 1", "y=2 0", "--grad", "Z"),
    ("solve", "L = cross_entropy(Z, y)", "Z=1 2 0; 3 1 1", "y=2 0", "--grad", "Z,y"),
    ("solve", "L = cross_entropy(z, y)", "z=1 2 0", "y=2", "--grad", "z"),
    ("solve", "L = hinge(z, t)", "z=1 0.5 -2", "t=1 -1 1", "--grad", "z,t"),
    ("solve", "P = softmax(Z); L = cross_entropy(P, y, from_probabilities=1)", "Z=1 2; 3 1", "y=1 0", "--grad", "Z"),
    ("solve", "L = sum(embedding(E, k)^2)", "E=1 2; 3 4; 5 6", "k=2 0 2", "--grad", "E"),
    ("solve", "L = sum(one_hot(k, classes=3) @ W)", "k=2 0", "W=1 2; 3 4; 5 6", "--grad", "W,k"),
    (
        "solve",
        "y = exp(2) + sqrt(1/3); a = 3; L = y * a^-1",
    ),
    (
        "solve",
        "L = sum(maxpool(conv2d(x, k, 0.5, padding=1))^2)",
        "x=1 2 3; 4 5 6; 7 8 10",
        "k=1 0; 0 -1",
        "--grad",
        "x,k",
    ),
    ("solve", "L = sum(avgpool(x, size=2, stride=1)^2)", PICTURE, "--grad", "x"),
    (
        "solve",
        "Y = attention(Q, K, V, causal=1); L = sum(Y^2)",
        "Q=1 0; 2 1",
        "K=0.5 1; 1 0",
        "V=1 2; 3 4",
        "--grad",
        "Q,K,V",
    ),
    ("solve", "L = sum(layernorm(X, g, b, axis=0) * X)", "X=1 2; 3 5; 0 1", "g=1 2 3", "b=0 1 0", "--grad", "X,g,b"),
    ("solve", "L = sum(concat(A, B, A) @ w)", "A=1 2; 3 4", "B=5; 6", "w=1 2 3 4 5", "--grad", "A,B,w"),
    ("solve", str(SAMPLES / "attention.pp"), *ATTENTION),
    ("forward", *NETWORK, "-a", "sigmoid"),
    ("forward", *TWO, "-a", "softmax"),
    ("forward", *TWO, "-a", "gelu"),
    ("forward", *TWO, "-a", "leaky-relu"),
    *(("loss", kind, "0.5 2", "1 -1") for kind in ("mse", "half-mse", "sse", "half-sse", "mae", "huber", "hinge")),
    ("loss", "huber", "0.5 2", "1 -1", "--delta", "0.3"),
    ("loss", "poisson", "0.5 -2", "1 3"),
    ("loss", "bce", "0.5 0.2 1", "1 0 1"),
    ("loss", "cross-entropy", "1 2; 3 4", "1 0"),
    ("loss", "cross-entropy", "1 2; 3 4", "0.5 0.5; 1 0"),
    ("loss", "cross-entropy", "0.5 0.5; 1 0", "1 0", "--from-probabilities"),
    ("grad", *NETWORK, "-a", "tanh", "--target", "1; 2; 0", "--loss", "half-mse"),
    ("grad", *NETWORK, "-a", "sigmoid", "--target", "1; 1; 0", "--loss", "bce"),
    ("grad", *TWO, "-a", "softmax", *TO_CLASSES),
    ("grad", *TWO, *TO_CLASSES),
    *((*STEP, "--optimizer", rule) for rule in RULES),
    *((*STEP, "--optimizer", rule, "--times", "7") for rule in RULES),
    (*STEP, "--freeze", "b1,W2", "--times", "3"),
    (*STEP, "--optimizer", "momentum", "--momentum", "0.5", "--freeze", "b1"),
    ("step", *TWO, *TO_CLASSES, "--lr", "1/3", "--times", "4", "--optimizer", "adam", "--beta1", "0.8"),
    ("fit", HOUSES, "--target", "price", "--predict", "1650 3; 2000 4"),
    ("fit", HOUSES, "--target", "price", "--features", "size", "--no-intercept", "--exact"),
    ("train", HOUSES, "--target", "price"),
    ("train", HOUSES, "--target", "price", "--predict", "1650 3; 2000 4", "--scale", "minmax"),
    (
        "train",
        str(SAMPLES / "three-houses.csv"),
        "--target",
        "bedrooms",
        "--scale",
        "none",
        "--loss",
        "half-mse",
        "--epochs",
        "5",
    ),
]


EXAM = ("train", str(SAMPLES / "exam.csv"), "--target", "result", "--predict", "3 4; 9 9")
ROOMS = ("train", str(SAMPLES / "rooms.csv"), "--target", "price")
FLATS = ("train", str(SAMPLES / "flats.csv"), "--target", "Miete", "--drop", "PLZ", "--missing", "mean")
PRICES = ("train", HOUSES, "--target", "price", "--predict", "1650 3; 2000 4")
TO_BEDROOMS = ("train", HOUSES, "--target", "bedrooms", "--classify", "--predict", "1650 200; 2000 350; 900 150")
COUNTS = ("train", HOUSES, "--target", "bedrooms", "--loss", "poisson", "--predict", "1650 200; 2000 350")
TRAINING: list[tuple[str, ...]] = [
    *((*PRICES, "--optimizer", rule, "--epochs", "30", "--no-scale-target") for rule in RULES),
    *((*TO_BEDROOMS, "--optimizer", rule, "--epochs", "30", "--init", "he") for rule in RULES),
    *((*PRICES, "--hidden", "3", "--optimizer", rule, "--epochs", "30") for rule in RULES),
    *((*EXAM, "--hidden", "3,2", "--activation", a, "--epochs", "40") for a in options_of(HIDDEN)),
    (*PRICES, "--epochs", "1"),
    (*PRICES, "--epochs", "600", "--optimizer", "adam", "--lr", "5", "--no-scale-target"),
    (*PRICES, "--epochs", "1", "--optimizer", "adam", "--scale", "minmax", "--no-scale-target"),
    (*PRICES, "--l2", "0.1", "--loss", "half-mse", "--scale-target"),
    (*PRICES, "--hidden", "4", "--l2", "0.01", "--loss", "half-mse", "--no-scale-target", "--lr", "0.001"),
    (*PRICES, "--init", "he", "--seed", "3", "--test", "0.25"),
    (*PRICES, "--batch-size", "12"),
    (*ROOMS, "--predict", "3 5; 3 6"),
    (*ROOMS, "--hidden", "2", "--scale", "minmax", "--epochs", "20"),
    (*FLATS, "--epochs", "50"),
    EXAM,
    (*EXAM, "--l2", "0.1", "--scale", "none", "--epochs", "50"),
    (*EXAM, "--test", "0.3", "--seed", "2", "--optimizer", "nesterov"),
    (*COUNTS, "--epochs", "40"),
    (*COUNTS, "--hidden", "3", "--epochs", "30", "--l2", "0.1"),
    TO_BEDROOMS,
    (*TO_BEDROOMS, "--l2", "0.1", "--hidden", "3", "--activation", "tanh", "--epochs", "60"),
]
"""Every loss, rule and activation, scaled and not; features that depend on each other; a batch that holds every row.

A scaled target has a mean of 0 but for rounding, so the first gradient of b is nothing but rounding; so is that of a
class with its even share of the rows. The adaptive rules divide it by its own size, and every library comes to a b of
its own. So with them and nothing hidden, the target is left as it is, and classes don't start at zeros.
"""


EDGES: list[tuple[str, ...]] = [
    ("solve", "L = sum(max(X, axis=0)) + sum(min(X, axis=1))", "X=1 2; 1 2; 0 2", "--grad", "X"),
    ("solve", "L = sum(log_softmax(X, axis=0)^2)", "X=1 2; 1 3", "--grad", "X"),
    ("solve", "L = sum(softmax(x)*x)", "x=1 2 3", "--grad", "x"),
    ("solve", "L = sum(argmax(Z))", "Z=1 2; 4 3", "--grad", "Z"),
    ("solve", "L = sum(argmax(Z) * w)", "Z=1 2; 4 3", "w=1 2", "--grad", "Z,w"),
    ("solve", "L = sum(embedding(E, argmax(Z)))", "Z=1 2; 4 3", "E=1 2; 3 4", "--grad", "E,Z"),
    ("solve", "L = embedding(E, k) @ w", "k=1", "w=1 2", "E=1 2; 3 4", "--grad", "E"),
    ("solve", "L = sum(one_hot(k, classes=3) * w)", "k=1", "w=1 2 3", "--grad", "w"),
    ("solve", "a = 3; L = a*x", "x=2", "--grad", "a,x"),
    ("solve", "L = x", "x=2", "--grad", "x"),
    ("solve", "L = A[2,1]*x[1] + A.T[1,2]", "A=1 2; 3 4", "x=5 6", "--grad", "A,x"),
    ("solve", "L = sum(A.T @ x) + sum(x.T @ A)", "A=1 2; 3 4", "x=5 6", "--grad", "A,x"),
    ("solve", "L = sum(outer(u,v)) + u.T @ v", "u=1 2", "v=5 6", "--grad", "u,v"),
    ("solve", "L = sum(reshape(A, 4) * flatten(A))", "A=1 2; 3 4", "--grad", "A"),
    ("solve", "L = (x^0.5 + x^-2 + x^(1/3))/2", "x=2", "--grad", "x"),
    ("solve", "L = -x^2 + (-x)^2 - -x", "x=2", "--grad", "x"),
    ("solve", "L = cross_entropy(z, y)", "z=1 2 0; 2 1 0", "y=0.2 0.3 0.5; 1 0 0", "--grad", "z,y"),
    ("solve", "L = cross_entropy(z, y)", "z=1 2 0", "y=0.2 0.3 0.5", "--grad", "z,y"),
    ("solve", "L = cross_entropy(p, y, from_probabilities=1)", "p=0.5 0.5 0", "y=0.2 0.8 0", "--grad", "p"),
    ("solve", "L = cross_entropy(p, y, from_probabilities=1)", "p=0.5 0.5 0", "y=1", "--grad", "p"),
    ("solve", "L = hinge(z, y)", "z=1 2 0", "y=1", "--grad", "z"),
    ("solve", "L = hinge(z, y)", "z=1 2 0", "y=1", "--grad", "z,y"),
    ("solve", "P = sigmoid(z); L = bce(P, y)", "z=1 2 -50", "y=1 0.3 0", "--grad", "z,y"),
    ("solve", "L = bce(p, y)", "p=1 0 0.5", "y=1 0 0.2", "--grad", "p"),
    ("solve", "L = bce(z, y, from_scores=1)", "z=1 0 -50 900", "y=1 0.2 0 0.5", "--grad", "z,y"),
    ("solve", "L = sum(conv2d(x,k,b,stride=2,padding=1)^2)", CHANNELS, KERNELS, "b=1 2", "--grad", "x,k,b"),
    ("solve", "L = sum(maxpool(x, size=2, stride=1)^2)", CHANNELS, "--grad", "x"),
    ("solve", "L = sum(maxpool(x, size=2)) + sum(avgpool(x))", "x=1 2 3 3; 2 2 3 3; 4 5 6 7", "--grad", "x"),
    ("solve", "y = layernorm(x, eps=0.1); L = sum(y*x)", "x=1 2 4", "--grad", "x"),
    ("solve", "L = sum(x*2 + 1/3 - b)", "x=[[[1,2],[3,4]]]", "b=1 2", "--grad", "x,b"),
    ("solve", "L = mean(sum(X, axis=1)) + sum(mean(X,axis=0))", "X=1 2; 3 4", "--grad", "X"),
    (
        "solve",
        "L = leaky_relu(x, slope=0.2) + relu(x) + abs(x) + gelu(x) + softplus(x) + tanh(x)",
        "x=-0.5",
        "--grad",
        "x",
    ),
    ("solve", "L = sum(softplus(x) + sigmoid(x))", "x=-800 -40 40 800", "--grad", "x"),
    ("solve", "η = 2; ε = η*x; 学 = ε + 1; L = 学^2", "x=3", "--grad", "x"),
    (
        "solve",
        "part = x*2; places = part + 1; step = places; optimizer = step; tape = optimizer; L = tape * gradients",
        "x=3",
        "gradients=2",
        "--grad",
        "x",
    ),
    ("solve", "L = dZ * Z; ", "dZ=3", "Z=2"),
    ("forward", "1 2", "-w", "1 2; 3 4", "-a", "relu"),
    ("step", "1 2", "-w", "1 2; 3 4", "-a", "none", "--target", "1", "--loss", "cross-entropy", "--lr", "0.1"),
    (
        "step",
        "1 2; 3 4",
        "-w",
        "1; 3",
        "--target",
        "1 -1",
        "--loss",
        "hinge",
        "--lr",
        "0.1",
        "--times",
        "3",
        "--optimizer",
        "rmsprop",
    ),
    (
        "step",
        "1 2; 3 4",
        "-w",
        "1; 3",
        "-a",
        "sigmoid",
        "--target",
        "1 0",
        "--loss",
        "bce",
        "--lr",
        "0.1",
        "--times",
        "3",
        "--optimizer",
        "adagrad",
    ),
    ("loss", "cross-entropy", "1 2 3", "2"),
    ("matmul", "1 2 3", "4;5;6"),
]
"""Shapes, ties and numbers at which libraries differ from one another."""


@every_library
@pytest.mark.parametrize("arguments", COMMANDS + TRAINING + EDGES, ids=lambda arguments: " ".join(arguments)[:60])
def test_every_command_agrees(arguments: tuple[str, ...], library: str) -> None:
    compare(library, *arguments)


@pytest.mark.readers("ruff")
def test_scripts_are_formatted_and_clean(tmp_path: Path) -> None:
    assert_tidy(
        [pp(*arguments, "-f", library)[1] for arguments in COMMANDS + TRAINING + EDGES for library in LIBRARIES],
        tmp_path,
    )


def assert_tidy(scripts: list[str], folder: Path) -> None:
    """What ruff, with its own settings, has nothing to say about."""
    for k, script in enumerate(scripts):
        (folder / f"script{k}.py").write_text(script, encoding="utf-8")
    for words in (("check", "--isolated"), ("format", "--isolated", "--diff")):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, str(folder)], capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_details_and_entries_leave_a_script_as_it_is() -> None:
    plain = pp("matmul", "1 2; 3 4", "5 6; 7 8", "-f", "numpy")
    for options in (("--detail", "full"), ("--detail", "summary"), ("--entry", "1,2"), ("--digits", "9")):
        assert pp("matmul", "1 2; 3 4", "5 6; 7 8", "-f", "numpy", *options) == plain


# --- Names and numbers ---


def test_names_are_identifiers_and_stay_apart() -> None:
    names = Identifiers(["np", "softmax"])
    wanted = [
        "ŷ",
        "η",
        "u·v",
        "dW1",
        "λ",
        "print",
        "np",
        "softmax",
        "class",
        "x[b]",
        "my feature",
        "1st",
        "l",
        "W₁",
        "W1",
    ]
    found = [names[name] for name in wanted]
    assert found[:4] == ["y_hat", "eta", "u_v", "dW1"]
    assert all(name.isidentifier() and name.isascii() for name in found)
    assert len({*found}) == len(found) and not {*found} & {"print", "np", "softmax", "class", "lambda", "l"}
    assert [names[name] for name in wanted] == found


@every_library
@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_a_feature_that_never_varies_is_divided_by_one(scale: str, library: str, tmp_path: Path) -> None:
    path = tmp_path / "still.csv"
    path.write_text("a,b,y\n0.1,1,3\n0.1,2,5\n0.1,4,8\n0.7,3,1\n")
    options = ("--test", "0.25", "--seed", "1", "--scale", scale, "--predict", "0.3 3")
    script = compare(library, "train", str(path), "--target", "y", *options)
    assert "0.7" not in script
    assert_tidy([script], tmp_path)


@pytest.mark.parametrize("library", LIBRARIES)
def test_hostile_names_in_a_formula(library: str, tmp_path: Path) -> None:
    formula = "F = print @ np; lambda = F + tf; softmax = lambda * torch; η′ = sum(softmax(H)); l = η′ + sum(softmax)"
    given = ("print=1 2; 3 4", "np=1 2; 0 1", "tf=3", "torch=2", "H=1 2", "--grad", "print,np,H")
    code, script, error = pp("solve", formula, *given, "-f", library)
    assert code == 0, error
    assert 'print("η′ =", ' in script
    assert_tidy([script], tmp_path)
    if library == "numpy":
        compare("numpy", "solve", formula, *given)


def test_hostile_names_stay_data(tmp_path: Path) -> None:
    """Escapes, quotes, markup and turned lines in a name neither end a string nor reach the screen."""
    names = list(HOSTILE.values())
    given = [Given(name, float(k)) for k, name in enumerate(names)]
    total = [Let(f"{name}+1", Call("add", (Ref(name), Number(Fraction(1))))) for name in names]
    results = {name: name for name in (*names, *(let.name for let in total))}
    program = Script("Formula", given, total, results)
    for library in LIBRARIES:
        script = "".join(
            renderer(library, Figures(), io.StringIO(), Page()).render(Record("", (), script=lambda: program))
        )
        assert_tidy([script], tmp_path)
        tree = ast.parse(script)
        assigned = [node.targets[0].id for node in tree.body if isinstance(node, ast.Assign)]  # type: ignore[attr-defined]
        assert len({*assigned}) == len(assigned) == 2 * len(names)
        assert all(name.isascii() and name.isidentifier() for name in assigned)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]", script)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("0.1", "0.1"),
        ("1/3", "1 / 3"),
        ("1e-7", "1e-7"),
        ("-2/7", "-2 / 7"),
        (".5", "0.5"),
        ("5", "5.0"),
        ("-3", "-3.0"),
    ],
)
def test_numbers_stay_as_typed(typed: str, text: str) -> None:
    assert f"\nx = {text}\n" in pp("solve", "y = x + 1", f"x={typed}", "-f", "numpy")[1]


def test_numbers_that_are_too_long_for_python_are_floats() -> None:
    assert number_text(Fraction(10**30)) == "1e30"
    assert number_text(Fraction(10**30 + 1, 3 * 10**29 + 1)) == repr((10**30 + 1) / (3 * 10**29 + 1))
    assert number_text(2.5e-8) == "2.5e-8"


def test_large_arrays_are_laid_out_by_rows(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    wide, tall = rng.normal(size=(3, 50)).round(6), rng.normal(size=(50, 4)).round(3)
    paths = []
    for name, data in (("wide", wide), ("tall", tall)):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(data.tolist()))
        paths.append(str(path))
    script = compare("numpy", "matmul", *paths)
    assert_tidy([script], tmp_path)
    assert max(map(len, script.splitlines())) <= 88


def test_shared_steps_are_written_once() -> None:
    """A product of a product of a product is used twice at each level, and the script doesn't double at each."""
    formula = "L = " + "(" * 12 + "x*x + 1" + ")*x + exp(x)" * 12
    script = compare("numpy", "solve", formula, "x=0.3", "--grad", "x")
    assert len(script) < 10_000


# --- Where there is nothing to run ---


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_list_of_operations_has_nothing_to_run(library: str) -> None:
    code, out, error = pp("ops", "-f", library)
    assert (code, out) == (2, "") and "nothing to run" in error


def test_a_file_that_ends_in_py_is_for_numpy(tmp_path: Path) -> None:
    path = tmp_path / "product.py"
    assert pp("dot", "1 2", "3 4", "-o", str(path))[0] == 0
    done = subprocess.run([sys.executable, str(path)], capture_output=True, encoding="utf-8", check=True)
    assert "u·v = 11.0" in done.stdout.splitlines()
    assert "import numpy as np" in path.read_text(encoding="utf-8")
    assert pp("ops", "-o", str(tmp_path / "ops.py"))[0] == 2
    assert not (tmp_path / "ops.py").exists()


def test_a_run_that_diverges_stops_where_it_did() -> None:
    arguments = ("train", HOUSES, "--target", "price", "--lr", "3")
    code, document, _ = pp(*arguments, "-f", "json")
    results = {name: result["values"] for name, result in json.loads(document)["results"].items()}
    script = pp(*arguments, "-f", "numpy")
    assert code == script[0] == 1
    assert_agrees(printed_by(script[1]), results, set(results))


# --- Trained models ---


def saved(folder: Path, *arguments: str) -> str:
    """Train and save; the path of the model."""
    path = str(folder / "model.json")
    code, _, error = pp(*arguments, "--save", path, "-f", "json")
    assert code == 0, error
    return path


def predicted(model: str, rows: str, names: set[str]) -> dict[str, Any]:
    """What pp predict says about rows."""
    document = json.loads(pp("predict", model, rows, "-f", "json")[1])
    assert set(document["results"]) == names
    return {name: result["values"] for name, result in document["results"].items()}


MODELS = [
    (PRICES, "1650 3; 2000 4"),
    ((*PRICES, "--scale", "none", "--lr", "1e-7", "--epochs", "3"), "1650 3"),
    ((*PRICES, "--hidden", "4,3", "--activation", "leaky-relu", "--scale", "minmax"), "1650 3; 0 0"),
    ((*ROOMS, "--hidden", "2", "--no-scale-target", "--lr", "0.001"), "3 5"),
    (EXAM, "3 4; 9 9"),
    ((*EXAM, "--hidden", "3", "--activation", "gelu"), "3 4; 9 9"),
    (TO_BEDROOMS, "1650 200; 2000 350"),
    ((*TO_BEDROOMS, "--hidden", "3", "--activation", "sigmoid"), "1650 200; 2000 350; 900 150"),
]


@every_library
@pytest.mark.parametrize(("arguments", "rows"), MODELS, ids=str)
def test_a_saved_model_agrees(arguments: tuple[str, ...], rows: str, library: str, tmp_path: Path) -> None:
    model = saved(tmp_path, *arguments)
    names = {"predictions"} if arguments[3] == "price" else {"predictions", "probabilities"}
    expected = predicted(model, rows, names)
    code, script, error = pp("predict", model, rows, "-f", library)
    assert code == 0, error
    assert_agrees(printed_by(script), expected, names)
    assert script.startswith("# Predictions of a saved model: the same calculation in ")
    assert_tidy([script], tmp_path)


UNREPEATED = [
    (("--batch-size", "5"), "batches are drawn by chance"),
    (("--hidden", "2", "--patience", "3", "--test", "0.3"), "patience chose its epoch"),
]


@every_library
@pytest.mark.parametrize(("options", "reason"), UNREPEATED, ids=str)
def test_a_run_by_chance_is_the_model_that_it_came_to(
    options: tuple[str, ...], reason: str, library: str, tmp_path: Path
) -> None:
    arguments = (*PRICES, *options)
    model = saved(tmp_path, *arguments)
    script = pp(*arguments, "-f", library)[1]
    assert re.match(rf"# The trained model in (NumPy|PyTorch|TensorFlow): {reason}", script)
    assert_agrees(printed_by(script), predicted(model, "1650 3; 2000 4", {"predictions"}), {"predictions"})
    without = pp("train", HOUSES, "--target", "price", *options, "-f", library)[1]
    rows = [list(row) for row in np.loadtxt(HOUSES, delimiter=",", skiprows=1)[:, :2]]
    if "--test" not in options:
        text = "; ".join(" ".join(map(str, row)) for row in rows)
        assert_agrees(printed_by(without), predicted(model, text, {"predictions"}), {"predictions"})
    assert_tidy([script, without], tmp_path)


def test_a_run_that_goes_on_is_the_model_that_it_came_to(tmp_path: Path) -> None:
    model = saved(tmp_path, *PRICES, "--epochs", "3")
    arguments = ("train", HOUSES, "--resume", model, "--epochs", "2", "--predict", "1650 3")
    code, document, _ = pp(*arguments, "-f", "json")
    script = pp(*arguments, "-f", "numpy")[1]
    assert code == 0 and script.startswith("# The trained model in NumPy: the run went on from a saved model")
    values = json.loads(document)["results"]["predictions"]["values"]
    assert_agrees(printed_by(script), {"predictions": values}, {"predictions"})


def test_a_run_by_chance_that_diverges_says_so() -> None:
    code, script, error = pp("train", HOUSES, "--target", "price", "--batch-size", "4", "--lr", "3", "-f", "numpy")
    assert code == 1 and "diverged" in error
    assert script.startswith("# The model where training went astray in NumPy: batches are drawn by chance")
    assert len(printed_by(script)["predictions"]) == 12


def test_a_run_without_an_epoch_says_so(tmp_path: Path) -> None:
    path = tmp_path / "far.csv"
    path.write_text("x,y\n1e150,1\n2e150,2\n")
    code, script, error = pp("train", str(path), "--target", "y", "--scale", "none", "--lr", "1e300", "-f", "numpy")
    assert code == 1 and "there is no epoch" in script.replace("\n# ", " "), error
    assert printed_by(script) == {}
    assert_tidy([script], tmp_path)


@every_library
def test_class_names_stay_data(library: str, tmp_path: Path) -> None:
    """Quotes, backslashes and markup in a class's name come out as they went in."""
    safe = [name for name in HOSTILE.values() if name.isprintable() and any(map(str.isalpha, name))]
    names = ['it\'s "so"', *(name for name in safe if name == name.strip())]
    path, model = tmp_path / "names.csv", str(tmp_path / "model.json")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("x", "y"), *((k, name) for k, name in enumerate([*names, *names]))])
    arguments = ("train", str(path), "--target", "y", "--classify", "--epochs", "9", "--predict", "0; 3; 7")
    script = compare(library, *arguments, "--save", model)
    assert_tidy([script, pp("predict", model, "0; 3; 7", "-f", library)[1]], tmp_path)
