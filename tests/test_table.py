"""Data sets: named columns from a CSV, every number right or its place named."""

from __future__ import annotations

import csv
import io
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penpaper_cli.data import dataset
from penpaper_cli.data.dataset import DataSet
from penpaper_cli.data.sources import shown
from penpaper_cli.errors import CannotRead, CannotWork, PaperError
from penpaper_cli.models.preparation import prepared

FILE = "houses.csv"
FEATURES = 'mend the cell, or leave the column out with --drop "a"'
FINITE = f"is not a finite number, and pp works with finite numbers only; {FEATURES}"
RANGE = f"is out of range: pp works with numbers between 1e-307 and 1e307; {FEATURES}"
FRACTIONS = "for fractions say --numbers 1/2"
TARGET = "mend the cell, or leave the row out"
GAPS = (
    f'{FILE} has gaps (empty cells, or words such as NA): 1 in column "a" (line LINE); '
    "leave their rows out with --missing drop, or fill them in with --missing mean or --missing median."
)
QUOTES = "is not a row of a CSV (unexpected end of data); check its quotation marks"


def read_data(*arguments: Any, **options: Any) -> DataSet:
    """A table read, and prepared without a test: what prepares it learns from all of its rows."""
    return prepared(dataset.read_data(*arguments, **options)).data


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(content: str | bytes, features: list[str] | None = None, target: str = "price", name: str = FILE) -> DataSet:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_data(name, target, features)


HOUSES = "size,beds,price\n1,2,3\n4,6,7\n"


@pytest.mark.parametrize(
    "content",
    [
        HOUSES,
        "\ufeff" + HOUSES,
        HOUSES.replace("\n", "\r\n"),
        HOUSES.replace("\n", "\r"),
        "\n" + HOUSES.replace("\n", "\n \n\n"),
        'size ,"beds",price\n"1"," 2 ",3\n 4 ,6.,+7e0\n',
        "size,beds,price\n1,2,3\n4e0,6,7",
        "size,beds,price\n1,2,3\n4,6,7.0",
    ],
)
def test_reading(content: str) -> None:
    data = read(content)
    assert (data.features, data.target) == (("size", "beds"), "price")
    assert (data.X.tolist(), data.y.tolist()) == ([[1, 2], [4, 6]], [3, 7])
    assert data.X.dtype == data.y.dtype == np.float64


def test_choosing_columns() -> None:
    data = read(HOUSES, ["beds", "size"])
    assert (data.features, data.X.tolist()) == (("beds", "size"), [[2, 1], [6, 4]])
    data = read(HOUSES, target="size")
    assert (data.features, data.X.tolist(), data.y.tolist()) == (("beds", "price"), [[2, 3], [6, 7]], [1, 4])
    data = read(HOUSES.replace(",", "\t"), ["beds"], name="houses.tsv")
    assert (data.features, data.X.tolist()) == (("beds",), [[2], [6]])


@pytest.mark.parametrize("unused", ["x,y", '"a, 5, b","c\nd"', ",", "nan,inf", '"say ""5""",1e999'])
def test_columns_that_are_not_used_may_hold_anything(unused: str) -> None:
    data = read(f"size,name,zip,price\n1,{unused},2\n3,p,q,4\n", ["size"])
    assert (data.X.tolist(), data.y.tolist()) == ([[1], [3]], [2, 4])


def test_a_header_without_rows_is_too_few_rows() -> None:
    with pytest.raises(CannotWork, match="a header but no rows under it"):
        read("a,price\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", f"{FILE} is empty: it needs a header line such as size,bedrooms,price and rows under it."),
        ("\n\n", f"{FILE} is empty: it needs a header line such as size,bedrooms,price and rows under it."),
        (",\n3,4", f"{FILE}, line 1 has no names: the file needs a header line such as size,bedrooms,price."),
        (
            "a,,price\n1,2,3",
            f'{FILE}, line 1, column 2 has no name: every column needs one, or leave it out with --drop "column 2".',
        ),
        ("\na,b,a\n1,2,3", f'{FILE}, line 2: two columns are called "a", and every column needs its own name.'),
        ("price\n1\n2", f'{FILE}: training needs at least one feature besides the target "price".'),
        ("size,prices\n1,2", f'{FILE} has no column "price"; close: "prices"; its columns are size, prices.'),
        ("x,y\n1,2", f'{FILE} has no column "price"; its columns are x, y.'),
        ("a,price\n1,2\n3", f"{FILE}, line 3 has 1 cell, but the header has 2: mend the line."),
        ("a,price\n1,2\n\n3,4,5", f"{FILE}, line 4 has 3 cells, but the header has 2: mend the line."),
        ("a,price\n1,2,3\n4,5,6", f"{FILE}, line 2 has 3 cells, but the header has 2: mend the line."),
        ("a,price\n1,2\nx\x1b,4", f'{FILE}, line 3, column "a": "x\\x1b" is not a number; {FEATURES}.'),
        ("a,price\n1,2\n,4", GAPS.replace("LINE", "3")),
        ("a,price\n1,2\n3,x", f'{FILE}, line 3, column "price": "x" is not a number; {TARGET}.'),
        ("a,price\n1_000,2\n3,4", f'{FILE}, line 2, column "a": "1_000" is not a number; {FEATURES}.'),
        (
            'a,price\n"1,000",2\n3,4',
            f'{FILE}, line 2, column "a": "1,000" may be 1000 or 1; say --numbers 1,234.56 or --numbers 1.234,56.',
        ),
        ("a,price\n0x10,2\n3,4", f'{FILE}, line 2, column "a": "0x10" is not a number; {FEATURES}.'),
        ("a,price\nTrue,2\n3,4", f'{FILE}, line 2, column "a": "True" is not a number; {FEATURES}.'),
        ("a,price\n１,2\n3,4", f'{FILE}, line 2, column "a": "１" is not a number; {FEATURES}.'),
        ("a,price\nnan,2\n3,4", GAPS.replace("line LINE", '"nan", line 2')),
        ("a,price\n1,2\n-inf,4", f'{FILE}, line 3, column "a": "-inf" {FINITE}.'),
        ("a,price\n1,2\n1e999,4", f'{FILE}, line 3, column "a": "1e999" {RANGE}.'),
        ("a,price\n1/0,2\n3,4", f'{FILE}, line 2, column "a": "1/0" divides by zero; {FEATURES}; {FRACTIONS}.'),
        ('a,price\n1,"2\n3,4', f"{FILE}, line 2 {QUOTES}."),
    ],
)
def test_bad_files(content: str | bytes, message: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read(content)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("1,2,x\n3,4,y,9", f"{FILE}, line 3 has 4 cells, but the header has 3: mend the line."),
        ("1,2,x\n3,4", f"{FILE}, line 3 has 2 cells, but the header has 3: mend the line."),
        ("1,2,3\n4,5,6,7", f"{FILE}, line 3 has 4 cells, but the header has 3: mend the line."),
        ('1,2,"a\nb"\n3,oops,y', f'{FILE}, line 4, column "price": "oops" is not a number; {TARGET}.'),
        ('1,2,"x\n3,4,y\n5,6,z', f"{FILE}, line 2 {QUOTES}."),
    ],
)
def test_unused_text_hides_no_slip(rows: str, message: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read(f"a,price,name\n{rows}\n", ["a"])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (["bed"], f'{FILE} has no column "bed"; close: "beds"; its columns are size, beds, price.'),
        (["size", "price"], '"price" is the target, so it can\'t be a feature too: leave it out of --features.'),
        (["size", "size"], 'The feature "size" is listed more than once: list it once in --features.'),
        ([], f'{FILE}: training needs at least one feature besides the target "price".'),
    ],
)
def test_bad_features(features: list[str], message: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read(HOUSES, features)
    assert str(caught.value) == message


def test_many_columns_are_counted() -> None:
    with pytest.raises(CannotRead, match=r"its columns are c0, .*, c19 and 80 more\.$"):
        read(",".join(f"c{j}" for j in range(100)) + "\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,price\n1,2\n", f"{FILE} has only one row of data, and training needs at least two rows."),
        (
            "a,b,price\n1,0.10,3\n4,.1,6\n",
            f'{FILE}, column "b" is 0.1 in every row, so nothing can be learned from it: leave it out with --drop "b".',
        ),
    ],
)
def test_what_training_can_not_use(content: str, message: str) -> None:
    with pytest.raises(CannotWork) as caught:
        read(content)
    assert str(caught.value) == message
    assert caught.value.exit_code == 1


def test_a_target_that_never_varies_is_read() -> None:
    assert read("a,price\n1,5\n2,5\n").y.tolist() == [5, 5]


@pytest.mark.parametrize("text", [HOUSES, "\ufeff" + HOUSES, HOUSES.replace(",", "\t")])
def test_stdin(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert read_data("-", "price").X.tolist() == [[1, 2], [4, 6]]
    with pytest.raises(CannotRead, match=r"^The data set: only one matrix can come from standard input; "):
        read_data("-", "price")


def test_a_named_pipe() -> None:
    os.mkfifo("pipe")
    writer = threading.Thread(target=lambda: Path("pipe").write_text(HOUSES))
    writer.start()
    assert read_data("pipe", "price").X.tolist() == [[1, 2], [4, 6]]
    writer.join()


def test_missing_file_and_directory() -> None:
    with pytest.raises(CannotRead, match=r'^There is no file "no\\x1b.csv"; check its name'):
        read_data("no\x1b.csv", "price")
    with pytest.raises(CannotRead, match=r"^/ is a directory; name a file in it\.$"):
        read_data("/", "price")


def test_text_from_outside_is_made_harmless() -> None:
    assert shown("a\x1b[2J\n\u202e\udcff é") == "a\\x1b[2J\\n\\u202e\\udcff é"
    assert shown("x" * 41, 40) == "x" * 39 + "…"


numbers = st.floats(-1e300, 1e300, allow_nan=False, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-300)
words = st.text(alphabet='ab ,"\n5.;\t#', max_size=6).map(lambda text: "w" + text)


@given(st.lists(st.tuples(numbers, words, numbers), min_size=2, max_size=6), st.booleans())
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, str, float]], quote: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "data.csv"
    with open(path, "w", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL)
        writer.writerows([("size", "name", "price"), *rows])
    if len({size for size, _, _ in rows}) == 1:
        with pytest.raises(CannotWork, match="in every row"):
            read_data(str(path), "price", ["size"])
    else:
        data = read_data(str(path), "price", ["size"])
        assert data.X[:, 0].tolist() == [size for size, _, _ in rows]
        assert data.y.tolist() == [price for _, _, price in rows]


@given(st.text(alphabet='ap1,"\n\r .ex', max_size=40))
def test_any_text_gives_numbers_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text("a,b,p\n1,2,3\n" + text, newline="")
    try:
        data = read_data(str(path), "p", ["a"])
    except PaperError as error:
        assert str(error).endswith(".") and str(error).isprintable()
    else:
        with open(path, newline="") as stream:
            rows = [row for row in csv.reader(stream) if len(row) > 1]
        assert data.X[:, 0].tolist() == [float(row[0]) for row in rows[1:]]
        assert data.y.tolist() == [float(row[2]) for row in rows[1:]]
