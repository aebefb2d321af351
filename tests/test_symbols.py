"""The symbol law: a printed gradient formula, evaluated on other numbers, is the gradient there.

A formula that was written from numbers which happen to be equal (two slopes that are both 1) fails it. The formulas are
evaluated by this file's own tables, which share nothing with pp.
"""

from __future__ import annotations

import random
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from penpaper_cli.expressions.arithmetic import Apply, Expr, Name, Num
from penpaper_cli.formula.program import Program
from penpaper_cli.paper.gradients import gradients
from penpaper_cli.paper.paper import Value

FUNCTIONS: dict[str, Any] = {
    "add": lambda *terms: sum(terms[1:], terms[0]),
    "sub": lambda a, b: a - b,
    "mul": lambda *factors: np.prod(np.broadcast_arrays(*factors), axis=0),
    "hadamard": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: a**b,
    "matmul": lambda a, b: a @ b,
    "dot": lambda a, b: a @ b,
    "outer": np.outer,
    "transpose": np.transpose,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "abs": np.abs,
    "sign": np.sign,
    "step": lambda a: np.heaviside(a, 0),
    "relu": lambda a: np.maximum(a, 0),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "sum": np.sum,
    "mean": np.mean,
    "max": lambda a, b: np.maximum(a, b),
    "min": lambda a, b: np.minimum(a, b),
}


def evaluate(e: Expr, known: dict[Expr, Any]) -> Any:
    """What a formula on the paper comes to, with these numbers for its names."""
    if e in known:
        return known[e]
    match e:
        case Num(number):
            return float(number)
        case Apply(op, args):
            settings = dict(arg.text.split("=") for arg in args if isinstance(arg, Name) and arg not in known)
            operands = (evaluate(arg, known) for arg in args if not isinstance(arg, Name) or arg in known)
            return FUNCTIONS[op](*operands, **{key: int(number) for key, number in settings.items()})
    raise AssertionError(f"{e} has no value")


def on_paper(text: str, given: dict[str, Any]) -> list[Value]:
    """The formula worked forwards and backwards: every value with a name."""
    work = Program(text).work({name: np.array(data, dtype=float) for name, data in given.items()})
    gradients(work.answer, work.given)
    return [line for line in work.paper.lines if line.name is not None]


def check(text: str, first: dict[str, Any], second: dict[str, Any]) -> int:
    """Every formula that was printed for the first numbers holds for the second; how many gradients were compared."""
    there = {line.name: line.data.astype(float) for line in on_paper(text, second) if line.name is not None}
    compared = 0
    for line in on_paper(text, first):
        if line.op is None or not isinstance(line.name, Apply):
            continue
        found = np.asarray(evaluate(line.formula, there), dtype=float)
        np.testing.assert_allclose(
            np.broadcast_to(found, line.shape), there[line.name], rtol=1e-9, atol=1e-9, err_msg=f"{text}: {line.name}"
        )
        compared += 1
    return compared


SCALARS = ["a", "b", "c"]


def scalar_formula(source: random.Random) -> tuple[str, int]:
    """Statements of scalars that use each other more than once; every term has a coefficient k1, k2, …"""
    known, lines, count = list(SCALARS), [], 0
    for name in ("p", "q", "r", "s", "L")[source.randrange(0, 3) :]:
        terms = []
        for _ in range(source.randint(1, 3)):
            count += 1
            one, two = source.choice(known), source.choice(known)
            shape = source.choice(
                [
                    "{0}",
                    "{0}*{1}",
                    "{0}^2",
                    "tanh({0})^3",
                    "exp(-({0}^2))",
                    "tanh({0})",
                    "({0} - {1})^2",
                    "{0}/(2 + {1}^2)",
                    "sigmoid({0})",
                ]
            )
            terms.append(f"k{count}*{shape.format(one, two)}")
        lines.append(f"{name} = {source.choice([' + ', ' - ']).join(terms)}")
        known.append(name)
    return "; ".join(lines), count


@pytest.mark.parametrize("seed", range(150))
def test_a_gradient_formula_follows_from_structure(seed: int) -> None:
    source = random.Random(seed)
    text, count = scalar_formula(source)
    names = [name for name in [*SCALARS, *(f"k{k}" for k in range(1, count + 1))] if name in text]
    first = dict.fromkeys(names, 1.0)
    second = {name: source.uniform(0.3, 1.8) for name in names}
    assert check(text, first, second) >= 1


@pytest.mark.parametrize("seed", range(100))
def test_terms_of_the_loss_keep_their_own_gradients(seed: int) -> None:
    """The loss is a sum of named terms, so each of their gradients is 1; with a coefficient before each term, the other
    formulas must still hold. A symbol that was taken from another term with the same slope fails here."""
    source = random.Random(seed)
    text, _ = scalar_formula(source)
    inner = [line for line in re.sub(r"k\d+\*", "", text).split("; ") if not line.startswith("L")]
    known = [*SCALARS, *(line[0] for line in inner)]
    terms = []
    for k in range(1, source.randint(3, 5)):
        one, two = source.choice(known), source.choice(known)
        terms.append(f"t{k} = " + source.choice(["{0}*{1}", "{0}^2", "tanh({0})", "{0} - {1}", "{0}"]).format(one, two))
    statements, names = "; ".join([*inner, *terms]), [f"t{k}" for k in range(1, len(terms) + 1)]
    given = {name: source.uniform(0.3, 1.8) for name in SCALARS if re.search(rf"\b{name}\b", statements)}
    plain = on_paper(f"{statements}; L = {' + '.join(names)}", given)
    weighted = " + ".join(f"{source.uniform(2, 9):.3f}*{name}" for name in names)
    there = {line.name: line.data.astype(float) for line in on_paper(f"{statements}; L = {weighted}", given)}
    for line in plain:
        if line.op is None or not isinstance(line.name, Apply):
            continue
        if line.name.args[1] in map(Name, names):
            assert line.formula == Num(Fraction(1))
        else:
            np.testing.assert_allclose(evaluate(line.formula, there), there[line.name], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("Z=X@W+b; A=relu(Z); L=mean((A@V-Y)^2)", {"X": (3, 2), "W": (2, 2), "b": (2,), "V": (2, 1), "Y": (3, 1)}),
        ("P=X@W; Q=X@W; R=k1*P+k2*Q; L=sum(R*R)", {"X": (2, 2), "W": (2, 2), "k1": (), "k2": ()}),
        ("m=k1*(u@v); n=k2*sum(u*u); L=m*n+m", {"u": (3,), "v": (3,), "k1": (), "k2": ()}),
        ("S=A@A; T=S+A; L=sum(S*T)", {"A": (2, 2)}),
        ("Y=tanh(X); Z=sigmoid(X); L=sum(Y*Z)+sum(Y)", {"X": (2, 2)}),
    ],
)
def test_matrices_keep_the_law(text: str, shapes: dict[str, tuple[int, ...]]) -> None:
    draw = np.random.default_rng(1)
    first = {name: np.ones(shape) for name, shape in shapes.items()}
    second = {name: draw.uniform(0.2, 1.5, shape) for name, shape in shapes.items()}
    assert check(text, first, second) >= len(shapes) - 1


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("m=(w*x-y)^2; r=w^2; L=m+r", {"w": 3, "x": 2, "y": 1}, {"m": "1", "r": "1"}),
        ("s=a^2; L=a+s", {"a": 3}, {"s": "1"}),
        ("s=exp(l); L=s-l", {"l": 0.5}, {"s": "1"}),
    ],
)
def test_slopes_that_happen_to_be_equal_are_no_symbols_of_each_other(
    text: str, given: dict[str, Any], expected: dict[str, str]
) -> None:
    """Each passes the loss's own gradient on, for its own reason: none is written as the gradient of another."""
    lines = {line.name: line for line in on_paper(text, given)}
    for name, formula in expected.items():
        assert lines[Apply("grad", (Name("L"), Name(name)))].formula == Num(Fraction(formula))
