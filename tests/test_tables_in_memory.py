"""Arrays, data frames, mappings and lists of rows as data sets: read as the same table in a file would be."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penpaper_cli.data import dataset
from penpaper_cli.data.dataset import DataSet, read_rows_for
from penpaper_cli.data.encoding import Column
from penpaper_cli.data.new_rows import rows_as_typed
from penpaper_cli.data.opening import DataOptions, open_data
from penpaper_cli.data.summary import look_at
from penpaper_cli.errors import CannotRead, CannotWork, PaperError
from penpaper_cli.models.preparation import prepared

ROWS = [[1, 3], [2, 5], [4, 9]]


def read_data(*arguments: Any, **options: Any) -> DataSet:
    """A table read, and prepared without a test: what prepares it learns from all of its rows."""
    return prepared(dataset.read_data(*arguments, **options)).data


class Frame:
    """What pandas and polars have in common."""

    def __init__(self, **columns: Sequence[Any]) -> None:
        self.columns = list(columns)
        self.values = list(zip(*columns.values(), strict=True))

    def to_numpy(self) -> np.ndarray:
        numbers = all(
            isinstance(value, int | float) and not isinstance(value, bool) for row in self.values for value in row
        )
        return np.array(self.values, dtype=None if numbers else object)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.float32, np.float64, object])
def test_an_array_has_columns_by_number(dtype: type) -> None:
    data = read_data(np.array(ROWS, dtype=dtype), "x2")
    assert (data.features, data.X.tolist(), data.y.tolist()) == (("x1",), [[1], [2], [4]], [3, 5, 9])
    named = read_data(np.array(ROWS, dtype=dtype), "price")
    assert (named.target, named.y.tolist()) == ("price", [3, 5, 9])
    assert "the last column is taken for the target" in named.notes[-1]


def test_lists_of_rows_may_begin_with_names() -> None:
    assert read_data(ROWS, "x2").y.tolist() == [3, 5, 9]
    assert read_data([["size", "price"], *ROWS], "price").features == ("size",)
    assert read_data(((1, 3), (2, 5)), "x1").y.tolist() == [1, 2]


def test_frames_and_mappings_have_names() -> None:
    columns: dict[str, list[Any]] = {"size": [100, 200.5, 300], "zip": ["A", "B", "A"], "price": [10, 20, 40]}
    for source in (Frame(**columns), columns):
        data = open_data(source, DataOptions("price"))
        assert data.features == ("size", "zip=B")
        assert data.X.tolist() == [[100, 0], [200.5, 1], [300, 0]]
    with pytest.raises(CannotRead, match=r'^the data frame has no column "cost"; its columns are size, zip, price\.$'):
        open_data(Frame(**columns), DataOptions("cost"))
    numbers = {name: column for name, column in columns.items() if name != "zip"}
    assert open_data(Frame(**numbers), DataOptions("price")).X.tolist() == [[100], [200.5], [300]]


def test_names_that_are_numbers_are_names() -> None:
    frame = Frame(**{"0": [1, 2, 4], "1": [3, 5, 9]})
    assert read_data(frame, "1").features == ("0",)


def test_a_short_float_stands_for_its_shortest_decimal() -> None:
    assert read_data(np.array([[0.1, 1], [0.2, 2]], dtype=np.float32), "x2").X.tolist() == [[0.1], [0.2]]


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, np.datetime64("NaT"), ""])
def test_missing_values_are_gaps(nothing: object) -> None:
    columns = {"size": [1, nothing, 4, 5], "price": [3, 5, 9, 11]}
    with pytest.raises(CannotRead, match=r"1 in column \"size\" \(line 2\)"):
        read_data(columns, "price")
    assert read_data(columns, "price", missing="mean").X.ravel().tolist() == [1, 10 / 3, 4, 5]


def test_a_point_in_a_float_is_never_taken_for_thousands() -> None:
    """Not even where the text of another column has points between thousands."""
    columns = {"size": [1.234, 2.345, -3.456], "price": ["1.234,5", "2.345,5", "7,5"]}
    data = read_data(columns, "price")
    assert (data.X.ravel().tolist(), data.y.tolist()) == ([1.234, 2.345, -3.456], [1234.5, 2345.5, 7.5])


def test_other_values_are_read_as_they_are_written() -> None:
    columns = {"share": [Fraction(1, 3), Fraction(1, 2), 2], "yes": [True, False, True], "price": [1, 2, 3]}
    data = read_data(columns, "price")
    assert (data.features, data.X.tolist()) == (("share", "yes=True"), [[1 / 3, 1], [1 / 2, 0], [2, 1]])
    with pytest.raises(CannotRead, match="holds dates"):
        read_data({"day": [datetime.date(2024, 1, 31), datetime.date(2024, 2, 1)], "price": [1, 2]}, "price")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (np.array([1, 2]), r"has shape \(2,\)"),
        ([1, 2], r"has shape \(2,\)"),
        ([True, False], r"has shape \(2,\)"),
        ([], r"has shape \(0,\)"),
        (None, r"has shape \(\)"),
        (np.zeros((2, 2, 2)), r"has shape \(2, 2, 2\)"),
        (np.zeros((2, 0)), r"has shape \(2, 0\)"),
        ([[1, 2], [3]], "^The rows of the data differ in length"),
        ({"x": [1], "y": [1, 2]}, "^The columns of the data differ in length"),
        (np.array([[1, np.inf], [2, 3]]), 'line 1, column "x2": "inf" is not a finite number'),
    ],
)
def test_what_is_no_table_is_refused(source: Any, sentence: str) -> None:
    with pytest.raises(CannotRead, match=sentence):
        read_data(source, "x2")


def test_too_few_rows() -> None:
    with pytest.raises(CannotWork, match="only one row"):
        read_data(np.array([[1, 2]]), "x2")


def test_options_that_do_not_fit() -> None:
    for options in (DataOptions("x2", size="8x8"), DataOptions(next_word=True), DataOptions("x2", context=1)):
        with pytest.raises(CannotRead):
            open_data(np.array(ROWS), options)


def test_paths_are_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,3\n2,5\n")
    assert open_data(tmp_path / "a.csv", DataOptions("y")).y.tolist() == [3, 5]
    assert look_at(tmp_path / "a.csv").rows == 2


def test_a_look_at_a_frame() -> None:
    seen = look_at(Frame(size=[1, 2, 4], zip=["A", "B", "A"]))
    assert [(facts.name, facts.type, facts.count) for facts in seen.columns] == [
        ("size", "number", 3),
        ("zip", "category", 3),
    ]
    assert (seen.rows, seen.first_rows[0]) == (3, ["1", "A"])


def test_new_rows_by_name_or_in_order() -> None:
    columns = [Column("size"), Column("zip", ("A", "B"))]
    for source in (Frame(zip=["B"], other=[7], size=[5]), [[5, "B"]], np.array([[5, "B"]], dtype=object)):
        assert read_rows_for(columns, source).tolist() == [[5, 1]]
    assert read_rows_for([Column("a"), Column("b")], np.array([[1, 2], [3, 4]])).tolist() == [[1, 2], [3, 4]]
    with pytest.raises(CannotRead, match='has no column "a"; its columns are x1, x2, x3'):
        read_rows_for([Column("a"), Column("b")], np.array([[1, 2, 3]]))
    assert rows_as_typed(columns, [[5, "B"]]) == [["size", "zip"], ["5", "B"]]


def test_a_big_array_is_not_read_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    from penpaper_cli.data.tables import InMemory

    monkeypatch.setattr(InMemory, "rows", lambda table: iter([(1, ["1"] * 50)]))
    X = np.random.default_rng(0).normal(size=(10_000, 50))
    assert np.array_equal(read_data(X, "x50").X, X[:, :49])


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_real_frames(library: str) -> None:
    columns = {"size": [1.5, None, 4.0, 5.0], "zip": ["A", "B", "B", None], "y": [1, 2, 3, 4]}
    frame = pytest.importorskip(library).DataFrame(columns)
    data = read_data(frame, "y", missing="drop")
    assert (data.features, data.X.tolist()) == (("size", "zip=B"), [[1.5, 0], [4, 1]])
    numbers = pytest.importorskip(library).DataFrame({"size": [1.5, 2, 4], "y": [1, 2, 3]})
    assert read_data(numbers, "y").X.tolist() == [[1.5], [2], [4]]


CELLS: dict[str, st.SearchStrategy[Any]] = {
    "whole": st.integers(-2000, 2000),
    "float": st.one_of(
        st.floats(-1e6, 1e6), st.integers(-9_999_999, 9_999_999).map(lambda n: n / 1000), st.sampled_from([1e-7, 1e20])
    ),
    "word": st.sampled_from(["red", "blue", "a,b", "x y"]),
    "truth": st.booleans(),
    "gap": st.sampled_from([None, 1.5, 2]),
}


@st.composite
def mappings(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Columns of cells of one sort each."""
    rows = draw(st.integers(2, 6))
    sorts = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=2, max_size=4))
    return {f"c{j}": draw(st.lists(CELLS[sort], min_size=rows, max_size=rows)) for j, sort in enumerate(sorts)}


def outcome(source: Any, target: str, missing: str | None, numbers: str | None = None) -> Any:
    """The data set, or the kind of refusal."""
    try:
        data = read_data(source, target, missing=missing, numbers=numbers)
    except PaperError as error:
        return type(error)
    return data.features, (data.X + 0.0).tolist(), (data.y + 0.0).tolist(), data.classes


@settings(deadline=None, derandomize=True)
@given(mappings(), st.sampled_from([None, "drop", "mean"]))
def test_a_table_in_memory_is_read_as_the_same_table_in_a_file(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, list[Any]], missing: str | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "same.csv"
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([list(columns), *zip(*columns.values(), strict=True)])
    target = list(columns)[-1]
    in_file = outcome(str(path), target, missing, "1,234.56")
    assert outcome(columns, target, missing) == outcome(Frame(**columns), target, missing) == in_file
