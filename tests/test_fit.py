"""The closed form against exact laws, published numbers and scikit-learn; and each line that `pp fit` prints."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from fractions import Fraction
from operator import mul
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import examples
from hypothesis import assume, given
from hypothesis import strategies as st
from reader import false_lines, ugly, worked_lines
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from test_cli import HOUSES, drawn, pp, record_of, refused, values_of, worked

from penpaper_cli.errors import CannotWork
from penpaper_cli.models import least_squares as exact
from penpaper_cli.models.dependence import inflation
from penpaper_cli.models.least_squares import least_squares
from penpaper_cli.models.scaling import scaling
from penpaper_cli.paper.arrays import Array

THREE_HOUSES = str(Path(HOUSES).with_name("three-houses.csv"))

LONGLEY = """employed,deflator,GNP,unemployed,armed,population,year
60323,83.0,234289,2356,1590,107608,1947
61122,88.5,259426,2325,1456,108632,1948
60171,88.2,258054,3682,1616,109773,1949
61187,89.5,284599,3351,1650,110929,1950
63221,96.2,328975,2099,3099,112075,1951
63639,98.1,346999,1932,3594,113270,1952
64989,99.0,365385,1870,3547,115094,1953
63761,100.0,363112,3578,3350,116219,1954
66019,101.2,397469,2904,3048,117388,1955
67857,104.6,419180,2822,2857,118734,1956
68169,108.4,442769,2936,2798,120445,1957
66513,110.8,444546,4681,2637,121950,1958
68655,112.6,482704,3813,2552,123366,1959
69564,114.2,502601,3931,2514,125368,1960
69331,115.7,518173,4806,2572,127852,1961
70551,116.9,554894,4007,2827,130081,1962
"""
"""Longley, Journal of the American Statistical Association 62 (1967), 819-841, as the NIST Statistical Reference
Datasets give it (https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml)."""
NIST = {
    "intercept": -3482258.63459582,
    "deflator": 15.0618722713733,
    "GNP": -0.358191792925910e-01,
    "unemployed": -2.02022980381683,
    "armed": -1.03322686717359,
    "population": -0.511041056535807e-01,
    "year": 1829.15146461355,
}
"""The certified coefficients, to 15 digits."""
NIST_SQUARES, NIST_R2 = 836424.055505915, 0.995479004577296

ANSCOMBE_X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
ANSCOMBE = {
    "I": (ANSCOMBE_X, [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]),
    "II": (ANSCOMBE_X, [9.14, 8.14, 8.74, 8.77, 9.26, 8.10, 6.13, 3.10, 9.13, 7.26, 4.74]),
    "III": (ANSCOMBE_X, [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73]),
    "IV": ([8] * 7 + [19] + [8] * 3, [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.50, 5.56, 7.91, 6.89]),
}
"""Anscombe, Graphs in Statistical Analysis, The American Statistician 27 (1973), 17-21."""


def file_of(folder: Path, header: Sequence[str], rows: Any) -> str:
    """A CSV with each number as Python writes it, which is in full."""
    path = folder / "data.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([repr(float(x)) for x in row] for row in rows)
    return str(path)


def document(*arguments: str) -> Any:
    """What `pp fit` gives to other programs."""
    return values_of("fit", *arguments)


def judge(text: str, digits: int = 4, least: int = 1) -> None:
    """No line is false, none is ugly, and there are lines to judge."""
    assert false_lines(text, digits) == []
    assert ugly(text) == []
    assert len(worked_lines(text)) >= least


# --- Laws ---


NUMBERS = st.one_of(
    st.integers(-9, 9).map(float), st.decimals(-999, 999, places=2).map(float), st.sampled_from([1e-7, 1e9, 0.1])
)


@st.composite
def systems(draw: st.DrawFn) -> tuple[Array, Array]:
    """Features and a target, sometimes with more columns than rows, or with columns that depend on others."""
    rows, features = draw(st.integers(2, 7)), draw(st.integers(1, 5))
    cells = draw(st.lists(NUMBERS, min_size=rows * (features + 1), max_size=rows * (features + 1)))
    table = np.array(cells).reshape(rows, features + 1)
    if features > 1 and draw(st.booleans()):
        table[:, features - 1] = 2 * table[:, 0] + 1
    return table[:, :-1], table[:, -1]


@examples(200)
@given(system=systems(), intercept=st.booleans())
def test_the_solution_solves_the_normal_equations_exactly(system: tuple[Array, Array], intercept: bool) -> None:
    """The residuals are at right angles to every column, and XᵀX·c is Xᵀy; where it can't be, the columns say why."""
    X, y = system
    solved = exact.solve(X, y, intercept, exactly=True)
    columns = [[Fraction(repr(float(x))) for x in column] for column in X.T]
    if intercept:
        columns.insert(0, [Fraction(1)] * len(y))
    target = [Fraction(repr(float(t))) for t in y]
    for found in solved.dependent:
        parts = [[factor * x for x in columns[k]] for k, factor in found.factors.items()]
        assert all(k < found.column for k in found.factors)
        assert [sum(row) for row in zip([Fraction(0)] * len(y), *parts, strict=False)] == columns[found.column]
    if solved.coefficients is None:
        assert solved.dependent
        dropped = {found.column for found in solved.dependent}
        kept = [k - intercept for k in range(intercept, len(columns)) if k not in dropped]
        assert solved.loss == exact.solve(X[:, kept], y, intercept, exactly=True).loss
        return
    assert len(columns) <= len(y) and all(isinstance(c, Fraction) for c in solved.coefficients)
    residuals = [
        t - sum(map(mul, solved.coefficients, row)) for t, row in zip(target, zip(*columns, strict=True), strict=True)
    ]
    assert [sum(map(mul, column, residuals)) for column in columns] == [0] * len(columns)
    assert solved.loss == sum(r * r for r in residuals) / len(y)


@examples(100)
@given(system=systems(), intercept=st.booleans())
def test_elimination_takes_rows_from_rows(system: tuple[Array, Array], intercept: bool) -> None:
    """Each turn, redone in fractions, gives the row that whole numbers gave; a triangle is what is left."""
    found = exact.solve(*system, intercept, exactly=True).elimination
    assert found is not None
    matrix = [list(row) for row in found.start]
    for turn in found.turns:
        matrix[turn.row] = [x - turn.times * t for x, t in zip(matrix[turn.row], matrix[turn.pivot], strict=True)]
        assert matrix[turn.row] == turn.after and turn.after[turn.pivot] == 0
    assert matrix == found.triangle.tolist()
    assert all(matrix[i][j] == 0 for i in range(len(matrix)) for j in range(i))


@examples(100)
@given(system=systems(), intercept=st.booleans())
def test_float64_agrees_where_it_can(system: tuple[Array, Array], intercept: bool) -> None:
    X, y = system
    exactly = exact.solve(X, y, intercept, exactly=True)
    assume(exactly.coefficients is not None and inflation(X, intercept).max() < 1e4)
    roughly = exact.in_float64(X, y, intercept)
    assert roughly.coefficients is not None
    fits = [exact.design(X, intercept) @ np.array(c, dtype=float) for c in (exactly.coefficients, roughly.coefficients)]
    np.testing.assert_allclose(*fits, rtol=1e-9, atol=1e-9 * max(1, abs(y).max()))


@pytest.mark.parametrize(
    ("text", "digits"),
    [("0.1", "0.1"), ("1e-7", "0.0000001"), ("-2.50", "-2.5"), ("123456789012345", "123456789012345")],
)
def test_a_cell_is_the_decimal_that_was_typed(text: str, digits: str) -> None:
    [number] = exact.typed(np.array([float(text)]))
    assert number == Fraction(digits)
    assert exact.certain(np.array([float(text)]))
    assert not exact.certain(np.array([1 / 3]))


@examples(200)
@given(coefficient=st.integers(1, 10**15 - 1), exponent=st.integers(-290, 270))
def test_fifteen_digits_are_read_exactly(coefficient: int, exponent: int) -> None:
    [number] = exact.typed(np.array([float(f"{coefficient}e{exponent}")]))
    assert number == coefficient * Fraction(10) ** exponent


def test_inflation_is_what_the_other_features_explain() -> None:
    """1 / (1 - R²), with the R² of each feature fitted by the others (scikit-learn)."""
    X, _ = load_diabetes(return_X_y=True)
    others = [np.delete(X, k, axis=1) for k in range(10)]
    due = [1 / (1 - LinearRegression().fit(Z, X[:, k]).score(Z, X[:, k])) for k, Z in enumerate(others)]
    np.testing.assert_allclose(inflation(X), due, rtol=1e-9)


# --- Published numbers ---


@pytest.mark.parametrize("options", [(), ("--float",)], ids=["exact", "float64"])
def test_longley_has_the_certified_values(options: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "longley.csv").write_text(LONGLEY)
    found = document(str(tmp_path / "longley.csv"), "--target", "employed", *options)
    tolerance = 1e-9 if options else 1e-14
    assert found["least_squares"]["coefficients"] == pytest.approx(NIST, rel=tolerance)
    assert found["model"]["coefficients"] == found["least_squares"]["coefficients"]
    assert found["metrics"]["loss"] * 16 == pytest.approx(NIST_SQUARES, rel=tolerance)
    assert found["metrics"]["r2"] == pytest.approx(NIST_R2, rel=1e-14)
    assert found["results"]["c"]["exact"] == (not options)


def test_longley_in_training(tmp_path: Path) -> None:
    """Gradient descent is far away after 50 epochs; what it is compared with has the certified digits."""
    (tmp_path / "longley.csv").write_text(LONGLEY)
    data = str(tmp_path / "longley.csv"), "--target", "employed", "--epochs", "50"
    found = json.loads(worked("train", *data, "-f", "json"))
    assert found["least_squares"]["coefficients"] == pytest.approx(NIST, rel=1e-12)
    assert found["least_squares"]["loss"] * 16 == pytest.approx(NIST_SQUARES, rel=1e-12)
    shown = worked("train", *data, "-f", "plain")
    assert "exact fractions" in shown
    assert "Nearly collinear" in shown and "GNP" in shown.partition("Nearly collinear")[2]


@pytest.mark.parametrize("part", ANSCOMBE)
def test_anscombes_quartet(part: str, tmp_path: Path) -> None:
    """All four give y = 3.00 + 0.500x and R² = 0.67, to the published digits."""
    data = file_of(tmp_path, ["x", "y"], zip(*ANSCOMBE[part], strict=True))
    found = document(data, "--target", "y")
    assert round(found["model"]["coefficients"]["intercept"], 2) == 3.00
    assert round(found["model"]["coefficients"]["x"], 3) == 0.500
    assert round(found["metrics"]["r2"], 2) == 0.67


@pytest.mark.parametrize("options", [(), ("--float",)], ids=["exact", "float64"])
@pytest.mark.parametrize("scaled", [True, False])
def test_diabetes_as_scikit_learn_has_it(scaled: bool, options: tuple[str, ...], tmp_path: Path) -> None:
    """442 patients and 10 features (Efron, Hastie, Johnstone and Tibshirani, Least Angle Regression, 2004)."""
    data = load_diabetes(scaled=scaled)
    path = file_of(tmp_path, [*data.feature_names, "progression"], np.column_stack([data.data, data.target]))
    due = LinearRegression().fit(data.data, data.target)
    found = document(path, "--target", "progression", *options)
    own = found["model"]["coefficients"]
    assert list(own.values()) == pytest.approx([due.intercept_, *due.coef_], rel=1e-9, abs=1e-9)
    assert found["metrics"]["r2"] == pytest.approx(due.score(data.data, data.target), rel=1e-9)
    assert found["results"]["c"]["exact"] == (not options)
    exactly = exact.solve(data.data, data.target).coefficients
    assert exactly is not None
    numpys, *_ = np.linalg.lstsq(exact.design(data.data, True), data.target, rcond=None)
    np.testing.assert_allclose(np.array(exactly, dtype=float), numpys, rtol=1e-9)


@pytest.mark.parametrize("kind", ["standard", "minmax", "none"])
def test_training_compares_itself_with_the_exact_answer(kind: str) -> None:
    data = load_diabetes(scaled=False)
    scale = scaling(data.data, kind)
    found = least_squares(data.data, data.target, "half_mse", scale)
    due = LinearRegression().fit(scale.apply(data.data), data.target)
    assert found.solved.exact and found.unique
    assert [*found.w, found.b] == pytest.approx([*due.coef_, due.intercept_], rel=1e-9)
    assert found.loss == pytest.approx(((due.predict(scale.apply(data.data)) - data.target) ** 2).mean() / 2, rel=1e-9)


@pytest.mark.parametrize("options", [(), ("--float",)], ids=["exact", "float64"])
def test_without_an_intercept(options: tuple[str, ...]) -> None:
    raw = np.loadtxt(HOUSES, delimiter=",", skiprows=1)
    due = LinearRegression(fit_intercept=False).fit(raw[:, :2], raw[:, 2])
    found = document(HOUSES, "--target", "price", "--no-intercept", "--predict", "1650 3", *options)
    assert found["model"]["coefficients"] == pytest.approx(
        {"intercept": 0, "size": due.coef_[0], "bedrooms": due.coef_[1]}, rel=1e-12
    )
    assert float(Fraction(found["answer"]["values"][0])) == pytest.approx(due.predict([[1650, 3]])[0], rel=1e-12)
    assert found["metrics"]["r2"] == pytest.approx(due.score(raw[:, :2], raw[:, 2]), rel=1e-12)


# --- What other programs read ---


def test_the_document_of_the_houses() -> None:
    """By hand: XᵀX and Xᵀy are sums over twelve rows; exact values are strings."""
    found = document(HOUSES, "--target", "price", "--predict", "1650 3; 900 2")
    results = found["results"]
    assert results["A"]["values"] == [["12", "18040", "35"], ["18040", "29263800", "55860"], ["35", "55860", "109"]]
    assert results["v"]["values"] == ["3071", "4913420", "9421"]
    c = list(map(Fraction, results["c"]["values"]))
    for row, due in zip(results["A"]["values"], results["v"]["values"], strict=True):
        assert sum(map(mul, map(Fraction, row), c)) == Fraction(due)
    predictions = [c[0] + size * c[1] + bedrooms * c[2] for size, bedrooms in ((1650, 3), (900, 2))]
    assert list(map(Fraction, results["predictions"]["values"])) == predictions
    assert results["predictions"]["shape"] == [2] and results["predictions"]["exact"] is True
    assert found["answer"] == results["predictions"]
    model = found["model"]
    assert model["schema"] == "penpaper-model/1" and model["scaling"] == {"kind": "none"}
    assert (model["task"], model["target"], model["features"]) == ("regression", "price", ["size", "bedrooms"])
    weights, bias = (model["parameters"][name] for name in ("W1", "b1"))
    assert (weights["shape"], bias["shape"]) == ([2, 1], [1])
    assert [*map(Fraction, bias["values"]), *(Fraction(row[0]) for row in weights["values"])] == c
    assert list(model["coefficients"].values()) == [float(x) for x in c]
    assert found["least_squares"]["loss"] == float(Fraction(results["L"]["values"])) == found["metrics"]["loss"]
    assert {"loss", "r2", "mae", "rmse"} <= {key for key in found["metrics"] if f"baseline_{key}" in found["metrics"]}
    assert not any(step.get("of_data") and step["rows"] for step in found["steps"] if step["type"] == "grid")


def test_a_perfect_fit_has_no_loss(tmp_path: Path) -> None:
    data = file_of(tmp_path, ["x", "y"], [(0.1, 0.5), (0.2, 0.8), (0.7, 2.3)])
    found = document(data, "--target", "y")
    assert found["results"]["c"]["values"] == ["1/5", "3"]
    assert found["metrics"]["loss"] == found["metrics"]["rmse"] == 0 and found["metrics"]["r2"] == 1
    assert "y = 0.2 + 3·x" in worked("fit", data, "--target", "y", "-f", "plain")


def test_large_data_is_worked_in_float64(tmp_path: Path) -> None:
    """And says so; --exact and --float force either."""
    rng = np.random.default_rng(5)
    table = rng.normal(size=(9000, 6)).round(3)
    data = file_of(tmp_path, list("abcdey"), table)
    shown = worked("fit", data, "--target", "y", "-f", "plain")
    assert "float64" in shown and "singular values" in shown and "exactly" not in shown
    judge(shown)
    found = document(data, "--target", "y")
    due = LinearRegression().fit(table[:, :-1], table[:, -1])
    assert list(found["model"]["coefficients"].values()) == pytest.approx([due.intercept_, *due.coef_], rel=1e-9)
    assert isinstance(found["results"]["c"]["values"][0], float)
    assert "float64" in worked("fit", HOUSES, "--target", "price", "--float", "-f", "plain")


# --- Features that depend on each other ---


def table(folder: Path, text: str) -> str:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


SINGULAR = {
    "one": (
        "bedrooms,rooms,y\n2,5,1\n3,7,2\n1,3,5\n4,9,4\n",
        ['"rooms" = 2·"bedrooms" + 1 in every row', "--features"],
    ),
    "a difference": ("a,b,c,y\n2,5,-3,1\n3,7,-4,2\n1,3,-2,5\n4,8,-4,4\n", ['"c" = "a" − "b" in every row']),
    "fractions": ("a,b,y\n0,0.5,1\n1,0.8,2\n3,1.4,5\n7,2.6,2\n", ['"b" = 0.3·"a" + 0.5 in every row']),
    "thirds": ("a,b,y\n0,1,1\n3,2,2\n6,3,5\n12,5,2\n", ['"b" = 1/3·"a" + 1 in every row']),
    "two": ("a,b,c,y\n2,4,5,1\n3,6,6,2\n1,2,4,5\n4,8,7,4\n", ['"b" = 2·"a" in', '"c" = "a" + 3 in', '"b" and "c" out']),
    "few rows": ("a,b,c,y\n1,2,3,4\n2,5,1,7\n", ["2 rows can't settle 4 coefficients", "give more rows"]),
}


@pytest.mark.parametrize("form", ["plain", "terminal", "markdown"])
@pytest.mark.parametrize("kind", SINGULAR)
def test_columns_that_depend_on_others_are_named(kind: str, form: str, tmp_path: Path) -> None:
    text, parts = SINGULAR[kind]
    ran = pp("fit", table(tmp_path, text), "--target", "y", "-f", form)
    assert ran.code == 1
    assert all(part in ran.err for part in parts), ran.err
    assert ran.err.count("\n") == 1 and ran.err.endswith(".\n")
    judge(ran.out, least=5)
    assert "In every row" in ran.out and "exactly 0" not in ran.out


def test_the_remedy_works(tmp_path: Path) -> None:
    data = table(tmp_path, SINGULAR["one"][0])
    found = document(data, "--target", "y", "--features", "bedrooms")
    assert list(found["model"]["coefficients"]) == ["intercept", "bedrooms"]
    assert document(data, "--target", "y", "--no-intercept")["results"]["c"]["shape"] == [2]


def test_singular_data_give_no_model(tmp_path: Path) -> None:
    ran = pp("fit", table(tmp_path, SINGULAR["one"][0]), "--target", "y", "-f", "json")
    found = json.loads(ran.out)
    assert ran.code == 1 and "model" not in found and "c" not in found["results"] and found["answer"] is None


def test_dependence_that_only_float64_can_see(tmp_path: Path) -> None:
    """c = 0.1·a + 0.2·b + 3 was worked in float64, so its last digits are off, and exactly it isn't collinear."""
    a, b, y = np.random.default_rng(1).normal(size=(3, 30))
    data = file_of(tmp_path, list("abcy"), np.column_stack([a, b, 0.1 * a + 0.2 * b + 3, y]))
    ran = pp("fit", data, "--target", "y", "-f", "plain")
    assert ran.code == 1 and '"c" ≈ 0.1·"a" + 0.2·"b" + 3 in every row' in ran.err
    assert "more digits than float64" in ran.out
    judge(ran.out)
    assert pp("fit", data, "--target", "y", "--exact").code == 0


def test_training_names_columns_that_depend_on_others(tmp_path: Path) -> None:
    text, _ = SINGULAR["one"]
    shown = worked("train", table(tmp_path, text), "--target", "y", "--epochs", "5", "-f", "plain")
    assert "rooms = 2·bedrooms + 1" in shown
    judge(shown)


def test_training_with_more_columns_than_rows_is_measured_against_a_loss_of_exactly_nothing(tmp_path: Path) -> None:
    """Three rows and four numbers to choose: the smallest loss is 0, not what float64 leaves of it."""
    data = table(tmp_path, "a,b,c,y\n0.1,0.7,0.3,1.5\n0.2,0.5,0.9,3.7\n0.7,0.2,0.4,4.1\n")
    assert json.loads(worked("train", data, "--target", "y", "-f", "json"))["least_squares"]["loss"] == 0


def test_training_that_has_come_as_near_as_float64_can_is_not_sent_on(tmp_path: Path) -> None:
    data = table(tmp_path, "a,y\n1,7\n2,7\n3,7\n")
    assert "not arrived" not in worked("train", data, "--target", "y", "-f", "plain")
    assert "not arrived" in worked("train", data, "--target", "y", "--epochs", "5", "-f", "plain")


@pytest.mark.parametrize("command", ["fit", "train"])
def test_nearly_collinear_features_are_named_and_the_answer_stands(command: str, tmp_path: Path) -> None:
    data = table(tmp_path, "a,b,c,y\n1,1.0001,5,4\n2,2,1,1\n3,3,4,7\n5,5,2,1\n7,7.0001,8,3\n")
    shown = worked(command, data, "--target", "y", "-f", "plain")
    named = [line for line in shown.partition("Nearly collinear")[2].splitlines() if line.startswith("feature: ")]
    assert [line.split(",")[0] for line in named] == ["feature: a", "feature: b"]
    judge(shown)
    assert "Nearly collinear" not in worked(command, HOUSES, "--target", "price", "-f", "plain")


def test_collinear_beyond_float64(tmp_path: Path) -> None:
    """The decimals differ in the fifteenth digit: exact fractions still solve it, and no infinity is printed."""
    data = table(tmp_path, "a,b,y\n1,1.00000000000001,4\n2,2,1\n3,3,6\n5,5,1\n")
    found = document(data, "--target", "y")
    # Rows 2 to 4 have a = b, so they alone settle the intercept and the sum of the slopes; b then fits row 1 exactly.
    points = [(2, 1), (3, 6), (5, 1)]
    mean_x, mean_y = Fraction(10, 3), Fraction(8, 3)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    level = mean_y - slope * mean_x
    b = (4 - level - slope) / Fraction("0.00000000000001")
    assert list(map(Fraction, found["results"]["c"]["values"])) == [level, slope - b, b]
    judge(worked("fit", data, "--target", "y", "-f", "plain"))


# --- Every printed line ---


VIEWS = [
    [],
    ["--digits", "1"],
    ["--digits", "2"],
    ["--digits", "9"],
    ["--fractions"],
    ["--fractions", "--detail", "full"],
    ["--detail", "summary"],
    ["--entry", "2,1"],
    ["--steps", "1"],
    ["--steps", "all"],
    ["--float"],
    ["--no-intercept"],
]


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
@pytest.mark.parametrize("source", [HOUSES, THREE_HOUSES, "longley"], ids=["houses", "three houses", "longley"])
def test_every_line_is_true(source: str, view: list[str], tmp_path: Path) -> None:
    target = {HOUSES: "price", THREE_HOUSES: "bedrooms"}.get(source, "employed")
    data = table(tmp_path, LONGLEY) if source == "longley" else source
    new = {HOUSES: "1650 3; 900 2", THREE_HOUSES: "1/2"}.get(source, "83 234289 2356 1590 107608 1947")
    record = record_of("fit", data, "--target", target, "--predict", new, *view)
    for form in ("plain", "terminal", "markdown"):
        judge(drawn(record, form), int(view[1]) if "--digits" in view else 4, least=10)


@examples(60)
@given(system=systems(), view=st.sampled_from(VIEWS))
def test_every_line_of_any_fit_is_true(
    system: tuple[Array, Array], view: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    X, y = system
    assume((X[0] != X).any(axis=0).all())
    names = [*"abcde"[: X.shape[1]], "y"]
    data = file_of(tmp_path_factory.mktemp("fit"), names, np.column_stack([X, y]))
    ran = pp("fit", data, "--target", "y", "-f", "plain", *view)
    assert ran.code in (0, 1) and (ran.code == 0) == (ran.err == ""), ran.err
    judge(ran.out, int(view[1]) if "--digits" in view else 4, least=0)


def test_the_working_is_a_students() -> None:
    """The steps by name and in order, on the houses; XᵀX by hand."""
    shown = worked("fit", HOUSES, "--target", "price", "-f", "plain")
    due = [
        "X = [1 size bedrooms]",
        "A = Xᵀ·X",
        "18040",
        "v = Xᵀ·y",
        "Row 2 minus 4510/3 times row 1",
        "Row 3 minus 35/12 times row 1",
        "Row 3 minus about 0.001513 times row 2",
        "Back-substitution",
        "c[3] = M3[3,4] / M3[3,3] ≈ 15.04 / 2.010 ≈ 7.484",
        "c[2] =",
        "c[1] =",
        "price ≈ 43.05 + 0.1271·size + 7.484·bedrooms",
        "ŷ = X·c",
        "r = y - ŷ",
        "L = mse(ŷ, y)",
        "Xᵀ·r = [0 0 0]",
        "R²",
    ]
    at = -1
    for part in due:
        found = shown.find(part, at + 1)
        assert found > at, f"{part!r} is missing, or out of order"
        at = found


def test_nothing_is_left_out_silently(tmp_path: Path) -> None:
    """Seven unknowns take 21 turns: the first are shown and the others counted; --detail full shows all."""
    data = table(tmp_path, LONGLEY)
    shown, full = (worked("fit", data, "--target", "employed", "-f", "plain", *o) for o in ((), ("--detail", "full")))
    assert shown.count(" times row ") == 3 and "18 turns like these left out" in shown
    assert full.count(" times row ") == 21 and "left out" not in full


def test_the_entry_that_was_asked_for_is_worked() -> None:
    """Of the predictions, which are as many as rows, and of the last column of a turn."""
    options = "fit", HOUSES, "--target", "price", "-f", "plain"
    assert "ŷ[9] = " in worked(*options, "--entry", "9")
    assert "M1[2,4] = " in worked(*options, "--entry", "2,4")


# --- Bad input ---


def test_fit_has_help() -> None:
    shown = worked("fit", "--help")
    assert "--no-intercept" in shown and "--predict" in shown and "--features" in shown


def test_data_from_standard_input() -> None:
    piped = worked("fit", "-", "--target", "price", "-f", "plain", stdin=Path(HOUSES).read_text())
    assert piped == worked("fit", HOUSES, "--target", "price", "-f", "plain")


@pytest.mark.parametrize(
    ("text", "options", "code", "part"),
    [
        ("x,y\n1,2\n", (), 1, "one row"),
        ("x,y\n", (), 1, "no rows"),
        ("x,z,y\n1,5,2\n2,5,3\n3,5,9\n", (), 1, '"z"'),
        ("x,y\n1,2\n2,3\n", ("--target", "price"), 2, '"price"'),
        ("x,y\n1,2\n2,three\n", (), 2, "line 3"),
        ("x,y\n1,yes\n2,yes\n", (), 1, 'column "y" is "yes" in every row: there is nothing to tell apart, so choose'),
        ("x,y\n1,2\n2,3\n", ("--features", "z"), 2, '"z"'),
        ("x,y\n1,2\n2,3\n", ("--predict", "1 2"), 2, 'pp: --predict: "1 2", row 1'),
        ("x,y\n1,2\n2,3\n", ("--entry", "9,9"), 2, "--entry 9,9"),
        ("x,y\n1,2\n2,3\n", ("--entry", "3"), 2, "--entry 3"),
        ("intercept,y\n1,2\n2,3\n", (), 2, "intercept"),
        ("x,y\n1,1e200\n2,3e200\n5,4e200\n", (), 1, "float64"),
        ("x,y\n1,1e200\n2,3e200\n5,4e200\n", ("--float",), 1, "float64"),
        ("x,y\n1e-200,1e120\n2e-200,3\n5e-200,4\n", (), 1, "float64"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(
    text: str, options: tuple[str, ...], code: int, part: str, tmp_path: Path
) -> None:
    target = () if "--target" in options else ("--target", "y")
    assert part in refused("fit", table(tmp_path, text), *target, *options, code=code)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("cell", ["1e307", "1e-300"])
def test_numbers_at_the_edge_of_float64(cell: str, tmp_path: Path) -> None:
    X = np.array([[float(cell)], [-float(cell)], [0.0]])
    solved = exact.solve(X, np.array([1.0, 2, 3]))
    assert solved.coefficients is not None and solved.coefficients[1] == Fraction(-1, 2) / Fraction(cell)
    try:
        assert exact.in_float64(X, np.array([1.0, 2, 3])).coefficients is not None
    except CannotWork as error:
        assert "float64" in str(error)
