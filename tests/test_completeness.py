"""Laws of completeness: what is registered is evaluated, checked, drawn in every notation, written for every library.

The lists come from the registry and from the table of functions, so an entry that lacks a part fails here.
"""

from __future__ import annotations

import inspect
import io
import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.explain.scripts.lines import lines_script
from penpaper_cli.expressions.arithmetic import Apply, Name, Num, value
from penpaper_cli.expressions.checking import agree, read_back
from penpaper_cli.expressions.decimals import real
from penpaper_cli.expressions.functions import ARITHMETIC, FUNCTIONS, Form
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.ops import FAMILIES, OPS
from penpaper_cli.ops.elementwise import Unary
from penpaper_cli.paper.gradients import gradients
from penpaper_cli.paper.paper import Op, Paper, Value
from penpaper_cli.render.formats import renderer
from penpaper_cli.render.html.mathml import MathML
from penpaper_cli.render.latex.notation import Latex, RunningLatex
from penpaper_cli.render.maths import Maths
from penpaper_cli.render.page import Page
from penpaper_cli.render.scripts.numpy import NumPy
from penpaper_cli.render.scripts.pytorch import PyTorch
from penpaper_cli.render.scripts.script import Library
from penpaper_cli.render.scripts.tensorflow import TensorFlow
from penpaper_cli.render.text.notation import Text
from penpaper_cli.render.typst.notation import TypstMaths
from penpaper_cli.solution.blocks import Record

LIBRARIES: list[type[Library]] = [NumPy, PyTorch, TensorFlow]
NOTATIONS: list[type[Maths]] = [Text, Latex, RunningLatex, MathML, TypstMaths]
NUMBERS = [Fraction(n, 8) for n in (-40, -12, -5, -1, 0, 1, 3, 8, 12, 50)]
KNOWN_TO_LATEX = frozenset(
    [
        "arccos",
        "arcsin",
        "arctan",
        "arg",
        "cos",
        "cosh",
        "cot",
        "coth",
        "csc",
        "deg",
        "det",
        "dim",
        "exp",
        "gcd",
        "hom",
        "inf",
        "ker",
        "lg",
        "lim",
        "liminf",
        "limsup",
        "ln",
        "log",
        "max",
        "min",
        "Pr",
        "sec",
        "sin",
        "sinh",
        "sup",
        "tan",
        "tanh",
    ]
)
"""The functions that LaTeX has commands for."""
KNOWN_TO_TYPST = frozenset(
    [
        "arccos",
        "arcsin",
        "arctan",
        "arg",
        "cos",
        "cosh",
        "cot",
        "coth",
        "csc",
        "csch",
        "ctg",
        "deg",
        "det",
        "dim",
        "exp",
        "gcd",
        "lcm",
        "hom",
        "id",
        "im",
        "inf",
        "ker",
        "lg",
        "lim",
        "liminf",
        "limsup",
        "ln",
        "log",
        "max",
        "min",
        "mod",
        "Pr",
        "sec",
        "sech",
        "sin",
        "sinc",
        "sinh",
        "sup",
        "tan",
        "tanh",
        "tg",
        "tr",
    ]
)
"""The functions that Typst sets upright by themselves."""


def worked_at(name: str) -> list[tuple[Fraction, float]]:
    """Where a function is defined, and what it is there."""
    found = []
    for x in NUMBERS:
        try:
            found.append((x, float(FUNCTIONS[name](x))))
        except ArithmeticError:
            continue
    assert len(found) >= 4
    return found


# --- The registry ---


@pytest.mark.parametrize("first", ["paper.paper", "ops.products", "ops.lookup", "formula.program"])
def test_what_was_imported_before_changes_nothing(first: str) -> None:
    program = f"import penpaper_cli.{first}; from penpaper_cli.paper.paper import OPS; OPS['embedding']; print(*OPS)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.split() == list(OPS)


def test_a_family_is_loaded_when_it_is_asked_for() -> None:
    program = (
        "import sys; from penpaper_cli.ops.products import Dot; from penpaper_cli.paper.paper import OPS; OPS['dot']; "
        "assert 'penpaper_cli.ops.pooling' not in sys.modules; assert 'nonsense' not in OPS; len(OPS); "
        "assert 'penpaper_cli.ops.pooling' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_operations_are_listed_by_family() -> None:
    families = [FAMILIES.index(type(op).__module__.rpartition(".")[2]) for op in OPS.values()]
    assert families == sorted(families) and {*families} == {*range(len(FAMILIES))}
    with pytest.raises(KeyError):
        OPS["nonsense"]


# --- Functions of one number ---


def test_no_function_is_arithmetic_too() -> None:
    assert not FUNCTIONS.keys() & ARITHMETIC.keys()


def test_every_operation_on_one_number_has_its_entry() -> None:
    """And what keeps numbers exact says so in one place."""
    for op in OPS.values():
        if isinstance(op, Unary) and op.name not in ARITHMETIC:
            assert op.name in FUNCTIONS
            assert op.keeps_exact == FUNCTIONS[op.name].rational


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_exact_value_is_the_value(name: str) -> None:
    function = FUNCTIONS[name]
    for x, y in worked_at(name):
        exact = function.exactly(x)
        assert exact is None or (isinstance(exact, Fraction) and math.isclose(exact, y, abs_tol=1e-15))
        assert function.rational <= (exact is not None)
        if exact is None:
            assert y != round(y, 3), f"{name}({x}) is {y}: exactly that?"
        elif function.decimal is not None:
            assert function.decimal(real(x)) == exact


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_slope_is_the_slope(name: str) -> None:
    for x, y in worked_at(name):
        try:
            around = [float(FUNCTIONS[name](x + Fraction(h, 10**6))) for h in (-1, 1)]
        except ArithmeticError:
            continue
        if x or not FUNCTIONS[name].rational:
            difference = (around[1] - around[0]) / 2e-6
            assert math.isclose(FUNCTIONS[name].slope(real(x), real(y)), difference, rel_tol=1e-4, abs_tol=1e-8), x


@pytest.mark.parametrize("name", [name for name, function in FUNCTIONS.items() if function.inside])
def test_what_stands_in_the_brackets_comes_to_the_same(name: str) -> None:
    """log1p(x) is written log(1 + x), and is that."""
    function = FUNCTIONS[name]
    assert function.inside
    [outer] = [f for f in FUNCTIONS.values() if f.names == function.names and f is not function and not f.inside]
    for x, y in worked_at(name):
        assert math.isclose(outer(value(function.inside(Num(x)))), y, abs_tol=1e-12)


@pytest.mark.parametrize("name", [op.name for op in OPS.values() if isinstance(op, Unary) and op.name in FUNCTIONS])
def test_an_operation_is_its_function_at_every_entry(name: str) -> None:
    """Forward and backward: the value, and the slope as the gradient of the sum."""
    for x, y in worked_at(name):
        paper = Paper()
        operand = paper.given("a", np.array(x, dtype=object))
        try:
            result = OPS[name](operand)
        except CannotWork:
            continue
        assert math.isclose(float(result.data[()]), y, abs_tol=1e-12)
        assert result.exact == (FUNCTIONS[name].exactly(x) is not None)
        assert agree(Num(result.number(())), result.entry(()))
        if x:
            [gradient] = gradients(paper.call("y", result), [operand])
            assert math.isclose(
                float(gradient.data[()]), FUNCTIONS[name].slope(real(x), real(y)), rel_tol=1e-9, abs_tol=1e-12
            )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_rational_values_read_back_exactly(name: str) -> None:
    for x, _ in worked_at(name):
        exact = FUNCTIONS[name].exactly(x)
        read = read_back(Apply(name, (Num(x),)), Figures(digits=12))
        assert read == exact if exact is not None else isinstance(read, tuple)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_name_that_a_notation_knows_is_written_as_it_knows_it(name: str) -> None:
    names = FUNCTIONS[name].names
    assert all(names)
    if FUNCTIONS[name].form is not Form.CALL:
        return
    if names.text in KNOWN_TO_LATEX:
        assert names.latex == f"\\{names.text}"
    if names.text in KNOWN_TO_TYPST:
        assert names.typst == names.text


# --- Notations ---


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_operation_is_drawn_in_every_notation(notation: type[Maths]) -> None:
    """Each in its own way, with its operands in it."""
    maths, drawings = notation(Figures()), {}
    for name in {**ARITHMETIC, **FUNCTIONS, **OPS}:
        arity = inspect.signature(ARITHMETIC[name]).parameters if name in ("sub", "div", "neg", "pow", "dot") else "x"
        drawn = maths.draw(Apply(name, tuple(map(Name, "xyz"[: len(arity)]))))
        assert all(letter in drawn for letter in "xyz"[: len(arity)]) and "{0}" not in drawn
        drawings.setdefault(drawn, []).append(name)
        if name in FUNCTIONS and FUNCTIONS[name].form is Form.CALL:
            assert FUNCTIONS[name].names[{Text: 0, MathML: 0, TypstMaths: 2}.get(notation, 1)] in drawn
    same = [names for names in drawings.values() if len(names) > 1]
    assert all({*names} <= {"add", "mul", "matmul", "hadamard"} for names in same), same


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_formula_of_an_example_is_drawn(notation: type[Maths]) -> None:
    for op in OPS.values():
        example = op.example()
        for k, line in enumerate(example.paper.lines):
            if line.op is None and line.shape and not line.name:
                example.paper.call(f"x{k}", line)
        assert notation(Figures()).draw(example.formula) and notation(Figures(), True).draw(example.formula)


# --- Libraries ---


def script_of(example: Value, library: str) -> str:
    """The script of one recorded line and of what it was given."""
    paper = example.paper
    given = [line for line in paper.lines if line.op is None and line.name]
    lines = [line for line in paper.lines if line.op is not None and line is not example]
    for k, line in enumerate(lines):
        paper.call(f"v{k}", line)
    solution = Record(
        "solve", (), script=lambda: lines_script("Example", given, [*lines, paper.call("out", example)], [])
    )
    return "".join(renderer(library, Figures(), io.StringIO(), Page()).render(solution))


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("op", OPS.values(), ids=list(OPS))
def test_every_operation_is_written_for_every_library(op: Op, library: type[Library]) -> None:
    """What only gradients are made of may be refused, in a sentence, by a library that finds gradients by itself."""
    if op.name in library.rows:
        compile(script_of(op.example(), library.name.lower()), op.name, "exec")
    else:
        assert not op.public and library is not NumPy
        with pytest.raises(CannotRead, match=rf"{op.name} .*{library.name}"):
            script_of(op.example(), library.name.lower())


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_library_writes_what_nobody_works(library: type[Library]) -> None:
    made_for_scripts = {"classes", "expand", "zeros", "std", "columns", "likeliest", "likely", "least_squares"}
    assert {*library.rows} - {*OPS} - {*FUNCTIONS} <= made_for_scripts


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_helper_is_called(library: type[Library]) -> None:
    source = inspect.getsource(sys.modules[library.__module__]) + "".join(library.rows[name] for name in FUNCTIONS)
    for name in library.helpers:
        calls = [source, *(text for other, text in library.helpers.items() if other != name)]
        assert any(f"{name}(" in text or f'"{name}"' in text for text in calls), name
