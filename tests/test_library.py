"""The library: what the commands offer as functions, on what Python holds, without printing or leaving."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import penpaper_cli as pp
from penpaper_cli.commands import FAMILIES
from penpaper_cli.commands.shared import READERS
from penpaper_cli.render.formats import FORMATS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "samples" / "reference" / "python.md"
FUNCTIONS = [name for name in pp.__all__ if inspect.isfunction(getattr(pp, name))]
NOT_OFFERED = {"ops", "schema"}
"""Commands that work nothing out."""
TRIED_ELSEWHERE = {"look"}
"""A function that works nothing out: tests/test_looking.py tries it."""


class Frame:
    """What pp knows a data frame by, in place of pandas: names of columns, and an array of its rows."""

    def __init__(self, columns: list[Any], rows: list[list[Any]]) -> None:
        self.columns = columns
        self.rows = rows

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.array(self.rows, dtype=dtype)

    def to_numpy(self) -> np.ndarray[Any, Any]:
        return np.array(self)


LAYER: dict[str, Any] = {"x": [[1, 2]], "weights": [[[1], [-1]]], "bias": [[0.5]], "activation": "relu"}
EXAMPLES: dict[str, Callable[..., pp.Solution]] = {
    "dot": lambda **view: pp.dot([1, 2, 3], [4, 5, 6], **view),
    "matmul": lambda **view: pp.matmul([[1, 2], [3, 4]], [[5, 6], [7, 8]], cores=2, **view),
    "solve": lambda **view: pp.solve("L = mean((x @ w)^2)", {"x": [[1, 2]], "w": [3, 4]}, grad="w", nudge=True, **view),
    "forward": lambda **view: pp.forward(**LAYER, **view),
    "loss": lambda **view: pp.loss("huber", [1, 3], [0, 1], delta=Fraction(1, 2), **view),
    "grad": lambda **view: pp.grad(**LAYER, target=[1], loss="mse", **view),
    "step": lambda **view: pp.step(**LAYER, target=[1], loss="mse", lr=0.5, times=2, optimizer="adam", **view),
}


def refused(kind: type[pp.PaperError], work: Callable[[], object]) -> str:
    """The sentence with which something is refused."""
    with pytest.raises(kind) as error:
        work()
    return str(error.value)


# --- What there is ---


def test_the_library_offers_what_the_commands_offer() -> None:
    assert set(FUNCTIONS) == set(EXAMPLES) | TRIED_ELSEWHERE
    assert set(FUNCTIONS) <= set(FAMILIES) - NOT_OFFERED
    for name in pp.__all__:
        assert getattr(pp, name).__doc__, name
    for name in FUNCTIONS:
        assert "Raises" in getattr(pp, name).__doc__, name


def test_every_name_is_imported_for_type_checkers_as_it_is_at_run_time() -> None:
    tree = ast.parse(Path(pp.__file__).read_text(encoding="utf-8"))
    imported = {
        (str(node.module), alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("penpaper_cli")
        for alias in node.names
    }
    assert {name for _, name in imported} == set(pp.__all__) <= set(dir(pp))
    for module, name in imported:
        assert getattr(importlib.import_module(module), name) is getattr(pp, name)
    with pytest.raises(AttributeError):
        _ = pp.nothing_of_that_name  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_what_its_command_takes(name: str) -> None:
    """Whatever the command's own options say can be said to the function, by the same name."""
    commands = importlib.import_module(f"penpaper_cli.commands.{FAMILIES[name]}")
    own = set(inspect.signature(getattr(commands, name)).parameters) - set(READERS)
    parameters = inspect.signature(getattr(pp, name)).parameters
    assert own <= set(parameters)


def test_importing_the_library_loads_nothing() -> None:
    code = "import sys; before = set(sys.modules); import penpaper_cli; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"numpy", "typer", "rich", "click"}
    assert [name for name in done.stdout.split() if name.startswith("penpaper_cli")] == ["penpaper_cli"]


def test_the_library_never_loads_the_command_line() -> None:
    code = "import sys, penpaper_cli as pp; pp.dot([1], [2]).to('html'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = done.stdout.split()
    assert not {"typer", "rich", "penpaper_cli.cli", "penpaper_cli.commands"} & set(loaded)


# --- What comes out ---


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_solution_can_be_read_twice_in_every_format(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    solution = EXAMPLES[name]()
    for form in FORMATS:
        first = solution.to(form)
        assert first and first == solution.to(form), form
        assert isinstance(first, bytes) == FORMATS[form].is_binary, form
    assert str(solution) == solution.to("plain")
    assert repr(solution) == f"<Solution of pp.{name}: {solution.title}>"
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", EXAMPLES)
def test_results_are_arrays_of_their_shapes(name: str) -> None:
    solution = EXAMPLES[name]()
    assert set(solution.given) <= set(solution.results) | {"W1", "b1"}
    for key, value in {**solution.given, **solution.results, "answer": solution.answer}.items():
        assert np.asarray(value).dtype == np.float64, key
    for key, value in solution.fractions.items():
        assert np.allclose(np.asarray(value, dtype=float), solution.results[key]), key
    for key, result in solution.record.results.items():
        assert np.shape(solution.results[key]) == result.shape, key
    assert solution.failure is None and solution.notes == ()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_notebook_shows_it(name: str) -> None:
    """As a fragment whose style stays inside it and that runs nothing, and as Markdown with LaTeX."""
    solution = EXAMPLES[name]()
    html = solution._repr_html_()
    assert html.startswith("<style>\n.penpaper") and html.endswith("</div>\n")
    assert not re.search("<html|<body|<script|<!DOCTYPE", html)
    style = html[: html.index("</style>")]
    assert not re.search(r"^ *(:root|html|body)\b", style, re.MULTILINE)
    assert style.count("{") == style.count("}")
    assert "$$" in solution._repr_markdown_()


def test_the_view_is_that_of_the_command_line() -> None:
    numbers = [[1, 2], [3, 7]]
    assert "2.33333" in str(pp.solve("x / 3", {"x": numbers}, digits=6))
    assert "7/3" in str(pp.solve("x / 3", {"x": numbers}, fractions=True))
    assert "float64" in str(pp.matmul(numbers, numbers, exact=False))
    assert "running total" in str(pp.matmul(numbers, numbers, detail="full"))
    summary = str(pp.matmul(numbers, numbers, detail="summary"))
    assert "C[" not in summary and "C = " in summary
    views: list[list[Any]] = [[(2, 1)], ["2,1"], [[2, 1]]]
    for entries in views:
        worked = re.findall(r"^C\[.,.\]", str(pp.matmul(numbers, numbers, entries=entries)), re.MULTILINE)
        assert worked == ["C[2,1]"], entries
    assert str(pp.matmul(numbers, numbers, steps=1)).count("\nC[") == 1
    assert str(pp.matmul(numbers, numbers, steps="all")).count("\nC[") == 4
    assert pp.dot([1, 2], [3, 4], entries=[2]).answer == 11


def test_the_page_is_that_of_the_command_line() -> None:
    solution = EXAMPLES["dot"]()
    assert str(solution.to("markdown", title="Part b")).startswith("# Part b\n\n## ")
    assert str(solution.to("markdown", heading_level=4)).startswith("#### ")
    assert "\\documentclass" in str(solution.to("latex", standalone=True))
    assert str(solution.to("plain", ascii=True)).isascii()
    assert "DOCTYPE" in str(solution.to("html"))
    assert "choose one of" in refused(pp.CannotRead, lambda: solution.to("word"))


def test_numbers_beyond_float64_stay_fractions() -> None:
    solution = pp.dot(["1e300"], ["1e300"])
    assert solution.answer == Fraction(10) ** 600
    assert "1e300·1e300 = 1e600" in str(solution)


def test_exact_results_are_fractions() -> None:
    solution = pp.solve("y = x / 3", {"x": [1, 2]})
    assert solution.fractions["y"].tolist() == [Fraction(1, 3), Fraction(2, 3)]
    assert {type(value) for value in solution.fractions["x"]} == {Fraction}
    assert pp.solve("y = exp(x)", {"x": 1}).fractions == {"x": Fraction(1)}


# --- What goes in ---

ROWS = [
    "1 2; 3 4",
    [[1, 2], [3, 4]],
    ((1, 2), (3, 4)),
    [["1", "2"], ["3", "4"]],
    [[Fraction(1), Fraction(2)], [Decimal(3), 4]],
    np.array([[1, 2], [3, 4]]),
    np.array([[1, 2], [3, 4]], dtype=np.float32),
    np.array([[1, 2], [3, 4]], dtype=np.uint8),
    Frame([0, 1], [[1, 2], [3, 4]]),
]


def test_the_same_numbers_in_every_form_give_the_same_working(tmp_path: Path) -> None:
    file = tmp_path / "A.csv"
    file.write_text("1,2\n3,4\n", encoding="utf-8")
    product = str(pp.matmul("1 2; 3 4", "1 2; 3 4"))
    formula = str(pp.solve("y = x ∘ x", {"x": "1 2; 3 4"}))
    layer = str(pp.forward("1 2; 3 4", ["1 2; 3 4"]))
    loss = str(pp.loss("mse", "1 2; 3 4", "1 2; 3 4"))
    for rows in [*ROWS, str(file), file]:
        assert str(pp.matmul(rows, rows)) == product, rows
        assert str(pp.solve("y = x ∘ x", {"x": rows})) == formula, rows
        assert str(pp.forward(rows, [rows])) == layer, rows
        assert str(pp.loss("mse", rows, rows)) == loss, rows


@pytest.mark.parametrize(
    "vector", ["1 2", [1, 2], np.array([1.0, 2.0]), [[1, 2]], [[1], [2]], (Decimal(1), 2)], ids=str
)
def test_vectors_in_every_form(vector: Any) -> None:
    assert str(pp.dot(vector, vector)) == str(pp.dot("1 2", "1 2"))
    assert pp.dot(vector, vector).answer == 5


def test_numbers_stay_as_they_were_given() -> None:
    """0.1 is one tenth, in float32 as well; a Fraction prints as one; True is 1; more dimensions keep their shape."""
    assert pp.dot([0.1, 0.2], [3, 4]).fractions["u·v"] == Fraction(11, 10)
    assert pp.dot(np.array([0.1], dtype=np.float32), [1]).fractions["u·v"] == Fraction(1, 10)
    assert "1/3" in str(pp.dot([Fraction(1, 3)], [2]))
    assert pp.dot([True, False], [3, 4]).answer == 3
    assert pp.solve("y = sum(x)", {"x": np.ones((2, 3, 4))}).answer == 24
    assert pp.solve("y = x", {"x": 5}).answer == 5.0
    assert pp.solve("y = x", {"x": [5]}).answer.shape == (1,)


def test_many_numbers_are_worked_in_float64() -> None:
    many = np.linspace(0, 1, 20_000).reshape(200, 100)
    solution = pp.matmul(many, many.T)
    assert np.allclose(solution.answer, many @ many.T)
    assert solution.fractions == {}
    assert pp.solve("y = sum(x)", {"x": many}, exact=True, steps=1).fractions["y"].denominator > 1


def test_names_of_columns_are_kept() -> None:
    frame = Frame(["rooms", "size"], [[1, 2], [3, 4]])
    assert "rooms, size" in str(pp.matmul(frame, [[1], [2]]))
    assert "0, 1" not in str(pp.matmul(Frame([0, 1], [[1, 2], [3, 4]]), [[1], [2]]))


def test_one_layer_needs_no_list() -> None:
    layers = pp.forward([[1, 2]], [[[1], [2]]], bias=[[3]], activation=["relu"])
    for weights, bias in (("1; 2", "3"), (np.array([[1], [2]]), np.array([3])), (Frame(["u"], [[1], [2]]), [[3]])):
        alone = pp.forward([[1, 2]], weights, bias=bias, activation="relu")
        assert alone.answer == layers.answer == 8
    deep = pp.forward([[1, 2]], [np.eye(2), [[1], [2]]], activation=["relu", "none"])
    assert deep.answer == 5


BAD = {
    "is empty": lambda: pp.dot([], [1]),
    "differ in length": lambda: pp.matmul([[1, 2], [3]], [1]),
    'A, entry 1, 2: "nan"': lambda: pp.matmul([[1, float("nan")]], [1]),
    'u, entry 2: "inf"': lambda: pp.dot(np.array([1, np.inf]), [1, 2]),
    'u, entry 1: "x" is not a number': lambda: pp.dot(["x"], [1]),
    'u, entry 1: "None" is not a number': lambda: pp.dot([None], [1]),
    '"1j" is not a number': lambda: pp.dot(1j, 1),
    "3 dimensions": lambda: pp.matmul(np.zeros((2, 2, 2)), [1]),
    "is a 2×2 matrix where a vector is needed": lambda: pp.dot([[1, 2], [3, 4]], [1]),
    "there is no file": lambda: pp.dot("nothing.here", [1]),
    "There is no file": lambda: pp.dot("nothing.csv", [1]),
    "one layer is [matrix]": lambda: pp.forward([[1, 2]], [[1], [2]]),
    "one layer is [vector]": lambda: pp.forward([[1, 2]], [[[1], [2]]], bias=[1]),
    "There is 1 weight": lambda: pp.forward([[1, 2]], [[[1], [2]]], bias=[[1], [2]]),
    '-a "cosine"': lambda: pp.forward([[1, 2]], [[[1], [2]]], activation="cosine"),
    "The loss": lambda: pp.loss("distance", [1], [1]),
    "--delta": lambda: pp.loss("huber", [1], [1], delta=0),
    "--optimizer": lambda: pp.step(**LAYER, target=[1], loss="mse", lr=1, optimizer="magic"),
    "--times": lambda: pp.step(**LAYER, target=[1], loss="mse", lr=1, times=0),
    "--lr": lambda: pp.step(**LAYER, target=[1], loss="mse", lr=-1),
    "has no such setting": lambda: pp.step(**LAYER, target=[1], loss="mse", lr=1, rates={"rho": 0.5}),
    "--freeze": lambda: pp.step(**LAYER, target=[1], loss="mse", lr=1, freeze=["b7"]),
    "--grad names nothing": lambda: pp.solve("y = x", {"x": 1}, grad=[]),
    "--nudge checks gradients": lambda: pp.solve("y = x", {"x": 1}, nudge=True),
    '"z" is not given': lambda: pp.solve("y = z", {"x": 1}),
    "--digits 16": lambda: pp.dot([1], [1], digits=16),
    '--detail "most"': lambda: pp.dot([1], [1], detail=cast("Any", "most")),
    '--steps "0"': lambda: pp.dot([1], [1], steps=0),
    '--entry "0,1"': lambda: pp.matmul([1], [1], entries=[(0, 1)]),
    "--entry 9,9": lambda: pp.matmul([1], [1], entries=[(9, 9)]),
    "--cores 0": lambda: pp.matmul([1], [1], cores=0),
}


@pytest.mark.parametrize("words", BAD)
def test_bad_input_is_one_sentence(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = refused(pp.CannotRead, BAD[words])
    assert words in sentence and "\n\n" not in sentence
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "work",
    [
        lambda: pp.dot([1, 2], [1, 2, 3]),
        lambda: pp.matmul([[1, 2]], [[1, 2]]),
        lambda: pp.solve("y = x + z", {"x": [1, 2], "z": [1, 2, 3]}),
        lambda: pp.solve("y = x", {"x": [1, 2]}, grad="x"),
        lambda: pp.forward([[1, 2]], [np.ones((3, 1))]),
        lambda: pp.loss("mse", [1, 2], [1, 2, 3]),
        lambda: pp.grad(**LAYER, target=[1, 2, 3], loss="mse"),
        lambda: pp.step(**LAYER, target=[1, 2, 3], loss="mse", lr=1),
    ],
)
def test_shapes_that_do_not_fit_are_refused(work: Callable[[], object]) -> None:
    assert refused(pp.CannotWork, work).endswith(".")


def test_steps_that_diverge_show_how_far_they_came() -> None:
    solution = pp.step([[1.0]], [[[1.0]]], [[0.0]], "mse", 1e200, times=5)
    assert isinstance(solution.failure, pp.CannotWork) and "diverged" in str(solution.failure)
    assert solution.answer is None
    assert str(solution) == str(solution)


def test_nothing_given_is_changed() -> None:
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    before = x.copy()
    solution = pp.solve("L = sum(x^2)", {"x": x}, grad="x", exact=False)
    solution.results["x"][0, 0] = 99
    assert np.array_equal(x, before)
    assert "99" not in str(solution)


# --- The page that shows it ---


@pytest.mark.parametrize(("page", "least"), [(PAGE, 10), (ROOT / "README.md", 3)], ids=["the library", "the README"])
def test_the_page_of_the_library_is_true(
    page: Path, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line of Python on the page, and in the README, gives what stands under it."""
    monkeypatch.chdir(tmp_path)
    fences = re.findall(r"^```pycon\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=flags)
    test = parser.get_doctest("\n".join(fences), {}, page.name, str(page), 0)
    complaints: list[str] = []
    runner.run(test, out=complaints.append)
    assert not runner.failures, "".join(complaints)
    assert runner.tries > least


def test_the_page_names_every_function() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in pp.__all__ if name not in text] == []
