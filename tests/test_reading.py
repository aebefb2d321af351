"""Matrices from literals, files and standard input: read exactly, or refused with one sentence."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penpaper_cli.data.entries import MOST_EXACT_ENTRIES, Matrix
from penpaper_cli.data.matrices import as_matrix, as_vector, read_matrix
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Typed

GOOD = "write numbers such as -1, .5, 1e-3 or 1/3"
LIST = "write a list such as [1, 2] or [[1, 2], [3, 4]]"
EQUAL = "every row of a matrix needs the same number of entries"
FINITE = f"is not a finite number, and pp works with finite numbers only; {GOOD}"
BRACKETS = 'write "[[1, 2], [3, 4]]" or "1 2; 3 4"'


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def texts(matrix: Matrix) -> list:
    """The entries as typed, nested as the array is."""
    assert all(isinstance(entry, Typed) for entry in matrix.data.flat)
    return np.vectorize(lambda entry: entry.text, otypes=[object])(matrix.data).tolist()


def sentence(argument: str, exact: bool | None = None) -> str:
    """What reading this argument as A is refused with."""
    with pytest.raises(CannotRead) as caught:
        read_matrix(argument, "A", exact)
    assert caught.value.exit_code == 2
    return str(caught.value)


def write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


SQUARE = [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize(
    "literal",
    [
        "1 2; 3 4",
        "1,2;3,4",
        "1, 2; 3, 4",
        " 1 2 ;3 4 ",
        "1\t2;3\t4",
        "1 2\n3 4",
        "1 2\r\n3 4\r\n",
        "1 2;\n3 4;\n",
        "1 2; 3 4;",
        "[1 2; 3 4]",
        "[1 2; 3 4;]",
        "[[1, 2], [3, 4]]",
        "[[1,2],[3,4]]",
        "[[1 2]\n [3 4]]",
        "[\n  [\n    1,\n    2\n  ],\n  [\n    3,\n    4\n  ]\n]",
    ],
)
def test_ways_to_write_a_matrix(literal: str) -> None:
    assert texts(read_matrix(literal, "A")) == SQUARE


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("5", ["5"]),
        ("1 2 3", ["1", "2", "3"]),
        ("[1 2 3]", ["1", "2", "3"]),
        ("[[1, 2, 3]]", ["1", "2", "3"]),
        ("[\n1,\n2,\n3\n]", ["1", "2", "3"]),
        (" -1e3 2", ["-1e3", "2"]),
        ("-1, .5 1e-3 1/3 −2 +4", ["-1", "0.5", "1e-3", "1/3", "-2", "4"]),
        ("1; 2; 3", [["1"], ["2"], ["3"]]),
        ("[[1], [2]]", [["1"], ["2"]]),
    ],
)
def test_shapes_and_numbers(literal: str, expected: list) -> None:
    assert texts(read_matrix(literal, "A")) == expected


@pytest.mark.parametrize(
    ("literal", "message"),
    [
        ("1 2; 3", f"A, row 2: 1 entry where row 1 has 2; {EQUAL}."),
        ("[[1], [2, 3]]", f"A, row 2: 2 entries where row 1 has 1; {EQUAL}."),
        ("", 'A is empty: write numbers such as "1 2 3".'),
        (" ; ", 'A is empty: write numbers such as "1 2 3".'),
        ("[[], []]", 'A is empty: write numbers such as "1 2 3".'),
        ("1,,2", "A, row 1, entry 2 is empty (character 3): two commas need a number between them."),
        ("[1,,2]", "A, row 1, entry 2 is empty (character 4): two commas need a number between them."),
        ("1,2,", "A, row 1, entry 3 is empty (character 5): a comma needs a number on each side."),
        (",1", "A, row 1, entry 1 is empty (character 1): a comma needs a number on each side."),
        ("1 2;;3 4", "A, row 2 is empty (character 5): every row needs its numbers."),
        ("1 2\n\n3 4", "A, row 2 is empty (character 5): every row needs its numbers."),
        ("1 2 x2", f'A, row 1, entry 3 (character 5): "x2" is not a number; {GOOD}.'),
        ("1 2; 3 1_000", f'A, row 2, entry 2 (character 8): "1_000" is not a number; {GOOD}.'),
        ("[[1, 2], [3, 0x1]]", f'A, row 2, entry 2 (character 14): "0x1" is not a number; {GOOD}.'),
        ("1/0 2", f'A, row 1, entry 1 (character 1): "1/0" divides by zero; {GOOD}.'),
        ("1 nan", f'A, row 1, entry 2 (character 3): "nan" {FINITE}.'),
        ("1 \x1b[31m", f'A, row 1, entry 2 (character 3): "\\x1b[31m" is not a number; {GOOD}.'),
        ("1 " + "z" * 99, f'A, row 1, entry 2 (character 3): "{"z" * 39}…" is not a number; {GOOD}.'),
        ("[1 2", f"A: the brackets don't match; {BRACKETS}."),
        ("[[1, 2], 3]", f"A: the brackets don't match; {BRACKETS}."),
        ("[1, 2], [3, 4]", f"A: the brackets don't match; {BRACKETS}."),
        ("[[1, 2],, [3, 4]]", f"A: the brackets don't match; {BRACKETS}."),
        ("[[[1]]]", f"A: the brackets nest too deep for a matrix; {BRACKETS}."),
        ("[" * 100_000, f"A: the brackets nest too deep for a matrix; {BRACKETS}."),
        (
            "w.txt",
            f'A, row 1, entry 1 (character 1): "w.txt" is not a number; {GOOD} (there is no file "w.txt" either).',
        ),
        ("./w 1", f'A, row 1, entry 1 (character 1): "./w" is not a number; {GOOD} (there is no file "./w 1" either).'),
    ],
)
def test_bad_literals(literal: str, message: str) -> None:
    assert sentence(literal) == message


def test_files_that_are_not_read() -> None:
    write("weights.txt", "1 2")
    endings = "pp reads literals and files that end in .csv, .tsv, .json, .npy."
    assert sentence("weights.txt") == f'A: "weights.txt" is a file; {endings}'
    assert sentence("/") == f'A: "/" is a directory; {endings}'
    assert sentence("no.csv") == 'There is no file "no.csv"; check its name and the folder you are in.'
    for name in ("d.csv", "d.json", "d.npy"):
        Path(name).mkdir()
        assert sentence(name) == f"{name} is a directory; name a file in it."
    for name in ("u.csv", "u.json"):
        assert sentence(write(name, b"1,\xe9")) == f"{name} is not UTF-8 text; save it as UTF-8."


def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    for name in ("a.csv", "a.json", "a.npy"):
        assert sentence(name) == f"{name} can't be read: Permission denied; check the file."


@pytest.mark.parametrize(
    ("content", "expected", "columns"),
    [
        ("1,2\n3,4\n", SQUARE, ()),
        ("\ufeff1,2\r\n3,4\r\n", SQUARE, ()),
        ('"1","2"\n\n 3 , 4 \n\n', SQUARE, ()),
        ("\ufeffx,y\n1,2\n3,4", SQUARE, ("x", "y")),
        ("id,year\n1,2\n3,4", SQUARE, ("id", "year")),
        (',"a, b"\n1,2\n3,4', SQUARE, ("", "a, b")),
        ("1/3,−2,.5", ["1/3", "-2", "0.5"], ()),
        ("x,y\n1,2", ["1", "2"], ("x", "y")),
        ("1\n2\n3", [["1"], ["2"], ["3"]], ()),
    ],
)
def test_csv(content: str, expected: list, columns: tuple[str, ...]) -> None:
    matrix = read_matrix(write("a.csv", content), "A")
    assert (texts(matrix), matrix.columns) == (expected, columns)


def test_tsv() -> None:
    matrix = read_matrix(write("A.TSV", "size, m\tprice\n1\t2\n3\t4"), "A")
    assert (texts(matrix), matrix.columns) == (SQUARE, ("size, m", "price"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "a.csv is empty: write one row of numbers on each line."),
        ("\n \n", "a.csv is empty: write one row of numbers on each line."),
        ("x,y\n", 'a.csv has no rows of numbers: as "x" is not a number, line 1 is its header.'),
        ("1,2O\n3,4", f'a.csv, line 1, column 2: "2O" is not a number; {GOOD}.'),
        ("1,2\n\n3,abc", f'a.csv, line 3, column 2: "abc" is not a number; {GOOD}.'),
        ("price,size\n1,abc", f'a.csv, line 2, column "size": "abc" is not a number; {GOOD}.'),
        ('"a\nb",c\n1,\x07', f'a.csv, line 3, column "c": "\\x07" is not a number; {GOOD}.'),
        ("1,2\n3,", "a.csv, line 2, column 2 is empty: every entry needs a number."),
        ("1,,2", "a.csv, line 1, column 2 is empty: every entry needs a number."),
        ("nan,1\n2,3", f'a.csv, line 1, column 1: "nan" {FINITE}.'),
        ("1,2\n\n3", f"a.csv, line 3: 1 entry where line 1 has 2; {EQUAL}."),
        ("x,y\n1,2,3", f"a.csv, line 2: 3 entries where line 1 has 2; {EQUAL}."),
        ('1,"2\n3,4', "a.csv, line 1 is not a row of a CSV (unexpected end of data); check its quotation marks."),
    ],
)
def test_bad_csv(content: str, message: str) -> None:
    assert sentence(write("a.csv", content)) == message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[[1, 2], [3, 4]]", SQUARE),
        ('\ufeff[1.10, "1/3", -2E5, 0.1000000000000000055511]', ["1.10", "1/3", "-2e5", "0.1000000000000000055511"]),
        ("[[1]]", ["1"]),
    ],
)
def test_json(content: str, expected: list) -> None:
    assert texts(read_matrix(write("a.json", content), "A")) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", f"a.json is not JSON (Expecting value, line 1, character 1); {LIST}."),
        ("[1,\n2", f"a.json is not JSON (Expecting ',' delimiter, line 2, character 2); {LIST}."),
        ('{"a": 1}', f"a.json does not hold a list; {LIST}."),
        ("5", f"a.json does not hold a list; {LIST}."),
        ("[[], []]", f"a.json is empty; {LIST}."),
        ("[[1], 2]", f"a.json, row 2 is not a list like the other rows; {LIST}."),
        ("[[[1]]]", f"a.json, row 1 nests too deep for a matrix; {LIST}."),
        ("[" * 100_000, f"a.json nests too deep for a matrix; {LIST}."),
        ("[[1, 2], [3]]", f"a.json, row 2: 1 entry where row 1 has 2; {EQUAL}."),
        ("[true]", f'a.json, row 1, entry 1: "true" is not a number; {GOOD}.'),
        ('[[1], [""]]', "a.json, row 2, entry 1 is empty: every entry needs a number."),
        ("[1, NaN]", f'a.json, row 1, entry 2: "NaN" {FINITE}.'),
        ("[-Infinity]", f'a.json, row 1, entry 1: "-Infinity" {FINITE}.'),
    ],
)
def test_bad_json(content: str, message: str) -> None:
    assert sentence(write("a.json", content)) == message


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([[1, 2], [3, 4]], order="F"), SQUARE),
        (np.array([1.0, 0.1, 1e22, -0.0]), ["1", "0.1", "1e22", "0"]),
        (np.array([[0.1], [2]], dtype=np.float32), [["0.1"], ["2"]]),
        (np.array([2**64 - 1], dtype=">u8"), ["18446744073709551615"]),
    ],
)
def test_npy(array: np.ndarray, expected: list) -> None:
    np.save("a.npy", array)
    assert texts(read_matrix("a.npy", "A")) == expected


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([True]), "a.npy holds bool; pp reads whole numbers and floats up to 64 bits."),
        (np.array([1j]), "a.npy holds complex128; pp reads whole numbers and floats up to 64 bits."),
        (np.array([None]), "a.npy is not a NumPy file of numbers; write one with numpy.save."),
        (np.zeros((2, 2, 2)), "a.npy has shape (2, 2, 2); pp reads vectors and matrices with at least one entry."),
        (np.zeros(0), "a.npy has shape (0,); pp reads vectors and matrices with at least one entry."),
        (np.array([[1], [np.inf]]), f'a.npy, row 2, entry 1: "inf" {FINITE}.'),
        (np.full((200, 100), np.nan), f'a.npy, row 1, entry 1: "nan" {FINITE}.'),
    ],
)
def test_bad_npy(array: np.ndarray, message: str) -> None:
    np.save("a.npy", array)
    assert sentence("a.npy") == message


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04zip", b"\x93NUMPY\x01\x00v\x00{'descr': (", b"1,2\n3,4"])
def test_damaged_npy(damage: bytes) -> None:
    message = "a.npy is not a NumPy file of numbers; write one with numpy.save."
    assert sentence(write("a.npy", damage)) == message


@pytest.mark.parametrize(
    ("text", "expected", "columns"),
    [
        ("1 2; 3 4", SQUARE, ()),
        ("1 2\n3 4\n", SQUARE, ()),
        ("\ufeff1,2\n\n3,4\n", SQUARE, ()),
        ("[[1, 2],\n [3, 4]]", SQUARE, ()),
        ("x,y\n1,2\n3,4", SQUARE, ("x", "y")),
        ("x\ty\n1\t2\n3\t4", SQUARE, ("x", "y")),
        ('"1","2"\n"3","4"', SQUARE, ()),
        ("price\n1\n2", [["1"], ["2"]], ("price",)),
    ],
)
def test_stdin(text: str, expected: list, columns: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    matrix = read_matrix("-", "A")
    assert (texts(matrix), matrix.columns) == (expected, columns)
    assert sentence("-") == "A: only one matrix can come from standard input; put the other in a file."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "A: standard input is empty; pipe in numbers or a CSV."),
        ("1 2 x", f'A, row 1, entry 3 (character 5): "x" is not a number; {GOOD}.'),
        ("x,y\n1,z", f'standard input, line 2, column "y": "z" is not a number; {GOOD}.'),
    ],
)
def test_bad_stdin(text: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert sentence("-") == message


def test_stdin_that_is_not_text_or_not_piped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"1,\xff"), encoding="utf-8"))
    assert sentence("-") == "A: standard input is not UTF-8 text; pipe in numbers or a CSV."
    terminal = io.StringIO("1 2")
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    for stream in (terminal, None):
        monkeypatch.setattr("sys.stdin", stream)
        message = "A should come from standard input, but nothing is piped in: try `cat FILE.csv | pp …`."
        assert sentence("-") == message


def test_exact_or_float() -> None:
    assert read_matrix("0.1 1/3", "A", exact=False).data.tolist() == [0.1, 1 / 3]
    row = " ".join(["0.1"] * MOST_EXACT_ENTRIES)
    assert read_matrix(row, "A").data.dtype == object
    assert read_matrix(f"{row} .1", "A").data.tolist() == [0.1] * (MOST_EXACT_ENTRIES + 1)
    assert read_matrix(f"{row} .1", "A", exact=True).data[-1].text == "0.1"


LARGE = "0.25,1e-3\n" * MOST_EXACT_ENTRIES


@pytest.mark.parametrize("header", ["", "x,y\n"])
def test_large_csv(header: str) -> None:
    matrix = read_matrix(write("a.csv", header + LARGE), "A")
    assert matrix.data.dtype == np.float64
    assert matrix.data.shape == (MOST_EXACT_ENTRIES, 2)
    assert (matrix.data == [0.25, 0.001]).all()
    assert matrix.columns == (("x", "y") if header else ())
    assert read_matrix("a.csv", "A", exact=True).data[-1, 1] == Fraction(1, 1000)


@pytest.mark.parametrize(
    ("last", "problem"),
    [
        ("1,1e999", ', column 2: "1e999" is out of range: pp works with numbers between 1e-307 and 1e307; ' + GOOD),
        ("inf,2", f', column 1: "inf" {FINITE}'),
        ("1,1_0", f', column 2: "1_0" is not a number; {GOOD}'),
        ("1,", ", column 2 is empty: every entry needs a number"),
        ("1,2,3", f": 3 entries where line 1 has 2; {EQUAL}"),
    ],
)
def test_bad_cell_in_a_large_csv(last: str, problem: str) -> None:
    assert sentence(write("a.csv", LARGE + last)) == f"a.csv, line {MOST_EXACT_ENTRIES + 1}{problem}."


def test_the_header_does_not_count_as_entries() -> None:
    write("a.csv", "x\n" + "1\n" * MOST_EXACT_ENTRIES)
    assert read_matrix("a.csv", "A").data.dtype == object
    write("a.csv", "x\n" + "1\n" * (MOST_EXACT_ENTRIES + 1))
    assert read_matrix("a.csv", "A").data.dtype == np.float64


def test_fraction_in_a_large_csv() -> None:
    data = read_matrix(write("a.csv", LARGE + "1/3,−2"), "A").data
    assert data[-1].tolist() == [1 / 3, -2]


def test_vector_and_matrix() -> None:
    for literal in ("1 2 3", "1; 2; 3"):
        assert texts(as_vector(read_matrix(literal, "u"), "u")) == ["1", "2", "3"]
    assert as_vector(Matrix(np.ones((1, 3)), ("x", "y", "z")), "u").data.shape == (3,)
    assert as_matrix(read_matrix("1 2 3", "X")).data.shape == (1, 3)
    assert texts(as_matrix(read_matrix("1 2; 3 4", "X"))) == SQUARE
    with pytest.raises(CannotRead) as caught:
        as_vector(read_matrix("1 2; 3 4; 5 6", "u"), "u")
    assert str(caught.value) == 'u is a 3×2 matrix where a vector is needed: give one row such as "1 2 3".'


decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9).map(str)
powers = st.builds("{}e{}".format, st.integers(-999, 999), st.integers(-300, 300))
ratios = st.builds("{}/{}".format, st.integers(-999, 999), st.integers(1, 999))


def matrices(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    def rows(width: int) -> st.SearchStrategy[list[list[str]]]:
        return st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=5)

    return st.integers(1, 5).flatmap(rows)


@given(matrices(decimals | powers | ratios))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    folder = tmp_path_factory.getbasetemp()
    with open(folder / "a.csv", "w", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)
    (folder / "a.json").write_text(json.dumps(rows))
    values = [[Fraction(cell) for cell in row] for row in rows]
    arguments = [
        "; ".join(" ".join(row) for row in rows),
        "\n".join(", ".join(row) for row in rows),
        str(rows).replace("'", ""),
        str(folder / "a.csv"),
        str(folder / "a.json"),
    ]
    for argument in arguments:
        assert as_matrix(read_matrix(argument, "A")).data.tolist() == values
        floats = as_matrix(read_matrix(argument, "A", exact=False)).data.tolist()
        assert floats == [[float(value) for value in row] for row in values]


@given(st.text(alphabet="12 ,;[]\n-./exa\t\"'\x1b−", max_size=30))
def test_any_text_gives_numbers_or_a_sentence(text: str) -> None:
    try:
        matrix = read_matrix(text + " ", "A") if text.strip() not in ("-", "") else None
    except CannotRead as error:
        assert str(error).endswith(".") and str(error).isprintable()
    else:
        assert matrix is None or matrix.data.size > 0
