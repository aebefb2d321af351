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
from penpaper_cli.commands.choices import read_rates
from penpaper_cli.commands.shared import options_of, read_target, read_view
from penpaper_cli.render.formats import FORMATS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "samples" / "reference" / "python.md"
FUNCTIONS = [name for name in pp.__all__ if inspect.isfunction(getattr(pp, name))]
SPELLED = {"no_intercept": "intercept"}
"""What is said the other way round."""
RATE = "momentum"
"""A rate that some update rule has: in Python, rates are one mapping."""
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
HOUSES = {"size": [1, 2, 4], "price": [3, 5, 8]}
EXAMPLES: dict[str, Callable[..., pp.Solution]] = {
    "dot": lambda **view: pp.dot([1, 2, 3], [4, 5, 6], **view),
    "matmul": lambda **view: pp.matmul([[1, 2], [3, 4]], [[5, 6], [7, 8]], cores=2, **view),
    "solve": lambda **view: pp.solve("L = mean((x @ w)^2)", {"x": [[1, 2]], "w": [3, 4]}, grad="w", nudge=True, **view),
    "forward": lambda **view: pp.forward(**LAYER, **view),
    "loss": lambda **view: pp.loss("huber", [1, 3], [0, 1], delta=Fraction(1, 2), **view),
    "grad": lambda **view: pp.grad(**LAYER, target=[1], loss="mse", **view),
    "step": lambda **view: pp.step(**LAYER, target=[1], loss="mse", lr=0.5, times=2, optimizer="adam", **view),
    "fit": lambda **view: pp.fit(HOUSES, "price", predict=[[5]], **view),
    "train": lambda **view: pp.train(HOUSES, "price", epochs=2, predict=[[5]], **view),
    "predict": lambda **view: pp.predict(pp.train(HOUSES, "price", epochs=1), [[5], [6]], **view),
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
    run = importlib.import_module(f"penpaper_cli.commands.{FAMILIES[name]}").COMMANDS[name]
    shared = {parameter.name for reader in (read_target, read_view, read_rates) for parameter in options_of(reader)}
    own = {SPELLED.get(option, option) for option in inspect.signature(run).parameters if option not in shared}
    parameters = set(inspect.signature(getattr(pp, name)).parameters)
    assert own <= parameters
    assert ("rates" in parameters) == (RATE in inspect.signature(run).parameters)


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
    assert set(solution.given) <= set(solution.results) | {"W1", "b1", "η"}
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
    "The rows of the data differ": lambda: pp.train([[1, 2], [3]], "y"),
    "The columns of the data differ": lambda: pp.train({"a": [1, 2], "b": [1]}, "b"),
    "--epochs 0": lambda: pp.train(HOUSES, "price", epochs=0),
    '--init "x"': lambda: pp.train(HOUSES, "price", init="x"),
    '--scale "x"': lambda: pp.train(HOUSES, "price", scale="x"),
    '--loss "x"': lambda: pp.train(HOUSES, "price", loss="x"),
    '--missing "x"': lambda: pp.train(HOUSES, "price", missing="x"),
    "--hidden": lambda: pp.train(HOUSES, "price", hidden=[0]),
    "--batch-size 0": lambda: pp.train(HOUSES, "price", batch_size=0),
    "--predict": lambda: pp.train(HOUSES, "price", predict=[["x"]]),
    "holds words": lambda: pp.fit({"a": [1, 2], "b": ["x", "y"]}, "b"),
    "is not a model": lambda: pp.predict({}, [[1]]),
    "holds no model": lambda: pp.predict(pp.dot([1], [1]), [[1]]),
    "--exact": lambda: pp.train(HOUSES, "price", exact=True),
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
        lambda: pp.train({"a": [1, 1, 1], "b": [1, 2, 3]}, "b"),
        lambda: pp.fit([[1, 2]], "y"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(work: Callable[[], object]) -> None:
    assert refused(pp.CannotWork, work).endswith(".")


def test_steps_that_diverge_show_how_far_they_came() -> None:
    solution = pp.step([[1.0]], [[[1.0]]], [[0.0]], "mse", 1e200, times=25)
    assert isinstance(solution.failure, pp.CannotWork) and "diverged" in str(solution.failure)
    assert solution.answer is None
    assert str(solution) == str(solution)


TABLE = "size,price\n1,3\n2,5\n4,8\n"
ROWS_OF_HOUSES = [[1, 3], [2, 5], [4, 8]]


def test_data_in_every_form_trains_the_same_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "houses.csv"
    file.write_text(TABLE, encoding="utf-8")
    columns = {name: np.array(numbers) for name, numbers in HOUSES.items()}
    forms: list[Any] = [str(file), file, HOUSES, columns, [["size", "price"], *ROWS_OF_HOUSES]]
    trained = str(pp.train(HOUSES, "price", epochs=2))
    for data in [*forms, Frame(["size", "price"], ROWS_OF_HOUSES)]:
        assert str(pp.train(data, "price", epochs=2)) == trained, data
        assert pp.fit(data, "price", predict=[[5]]).fractions["predictions"].tolist() == [Fraction(68, 7)], data
    nameless = pp.fit(np.array(ROWS_OF_HOUSES), "price")
    assert (
        nameless.more["model"]["features"] == ["x1"]
        and nameless.answer.tolist() == pp.fit(HOUSES, "price").answer.tolist()
    )
    assert capsys.readouterr() == ("", "")


def test_a_model_is_saved_read_and_trained_on(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    first = pp.train(HOUSES, "price", epochs=3, save=str(file))
    assert np.array_equal(pp.predict(file, [[5]]).answer, pp.predict(first, [[5]]).answer)
    assert np.array_equal(pp.predict(first.more["model"], "5").answer, pp.predict(first, {"size": [5]}).answer)
    resumed = pp.train(HOUSES, resume=str(file), epochs=2)
    assert resumed.answer == pp.train(HOUSES, "price", epochs=5).answer
    assert [entry["epoch"] for entry in resumed.more["history"]] == [0, 1, 2, 3, 4, 5]


def test_training_can_be_followed_and_stopped() -> None:
    heard: list[tuple[int, int]] = []
    pp.train(HOUSES, "price", epochs=3, progress=lambda epoch, last: heard.append((epoch, last)))
    assert heard == [(1, 3), (2, 3), (3, 3)]
    assert "after 1 epoch" in refused(pp.PaperError, lambda: pp.train(HOUSES, "price", progress=lambda *_: True))


def test_classes_are_predicted_by_name() -> None:
    trained = pp.train({"x": [1, 2, 3, 4], "kind": ["a", "a", "b", "b"]}, "kind", epochs=50)
    predicted = pp.predict(trained, [[0], [9]])
    assert predicted.answer.tolist() == ["a", "b"]
    assert predicted.results["probabilities"].shape == (2, 2)


def test_what_was_assumed_is_noted_and_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    gaps: dict[str, list[Any]] = {"size": [1, 2, None, 4], "price": [3, 5, 6, 8]}
    assert any("gap" in note or "row" in note for note in pp.train(gaps, "price", missing="drop", epochs=1).notes)
    assert capsys.readouterr() == ("", "")


def test_a_run_that_diverges_says_so() -> None:
    solution = pp.train(HOUSES, "price", lr=1e9, epochs=500)
    assert isinstance(solution.failure, pp.CannotWork) and "diverged" in str(solution.failure)
    assert str(solution)


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
