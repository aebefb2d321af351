"""Data files as people have them: each gives the right numbers, or a sentence that says what and where."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import examples
from hypothesis import given
from hypothesis import strategies as st
from test_cli import pp, refused

from penpaper_cli.data import dataset
from penpaper_cli.data.dataset import DataSet, read_rows_for
from penpaper_cli.data.summary import look_at
from penpaper_cli.errors import CannotRead, PaperError
from penpaper_cli.models.preparation import prepared

FILE = "data.csv"


def read_data(*arguments: Any, **options: Any) -> DataSet:
    """A table read, and prepared without a test: what prepares it learns from all of its rows."""
    return prepared(dataset.read_data(*arguments, **options)).data


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(content: str | bytes, target: str = "y", **options: Any) -> DataSet:
    Path(FILE).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_data(FILE, target, **options)


@dataclass(frozen=True)
class Good:
    """A file that is read: the columns of X and y that it must give, and words that must be said about it."""

    content: str | bytes
    X: list[list[float]]
    y: list[float]
    features: tuple[str, ...] = ("x",)
    said: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


X, Y = [[1], [2], [4]], [3, 5, 9]
PLAIN = "x,y\n1,3\n2,5\n4,9\n"
HALVES = "x;y\n1,5;3\n2,5;5\n4;9\n"

GOOD = {
    "plain": Good(PLAIN, X, Y),
    "no line end at the end": Good(PLAIN.rstrip(), X, Y),
    "CRLF": Good(PLAIN.replace("\n", "\r\n"), X, Y),
    "CR": Good(PLAIN.replace("\n", "\r"), X, Y),
    "mixed line ends": Good("x,y\r\n1,3\n2,5\r4,9\r\n", X, Y),
    "UTF-8 BOM": Good(b"\xef\xbb\xbf" + PLAIN.encode(), X, Y),
    "UTF-16 with BOM": Good(PLAIN.encode("utf-16"), X, Y, said=("UTF-16",)),
    "UTF-16 big-endian with BOM": Good(b"\xfe\xff" + PLAIN.encode("utf-16-be"), X, Y, said=("UTF-16",)),
    "UTF-16 without BOM": Good(PLAIN.encode("utf-16-le"), X, Y, said=("UTF-16",)),
    "UTF-32": Good(PLAIN.encode("utf-32"), X, Y, said=("UTF-32",)),
    "cp1252": Good("größe,y\n1,3\n2,5\n4,9\n".encode("cp1252"), X, Y, ("größe",), said=("cp1252",)),
    "cp1252 euro": Good("x,y\n€1,3\n€2,5\n€4,9\n".encode("cp1252"), X, Y, said=("cp1252", "without its €")),
    "Latin-1": Good(
        "x,y\x81é\n1,3\n2,5\n4,9\n".encode("latin-1"), X, Y, said=("Latin-1",), options={"target": "y\x81é"}
    ),
    "semicolons": Good(PLAIN.replace(",", ";"), X, Y, said=("semicolons",)),
    "tabs": Good(PLAIN.replace(",", "\t"), X, Y, said=("tabs",)),
    "vertical bars": Good(PLAIN.replace(",", "|"), X, Y, said=("vertical bars",)),
    "the separator Excel declares": Good("sep=;\n" + HALVES, [[1.5], [2.5], [4]], Y, said=('"1,5" is read as 1.5',)),
    "blanks around cells": Good("x , y\n 1 , 3\n2, 5\n4,9 \n", X, Y),
    "quoted numbers": Good('"x","y"\n"1","3"\n"2","5"\n"4","9"\n', X, Y),
    "quotes after a blank": Good('x, "y"\n1, "3"\n2, "5"\n4, "9"\n', X, Y),
    "a separator in quotes": Good(
        'name,x,y\n"Doe, A",1,3\n"Roe; B",2,5\n"Doe, A",4,9\n', X, Y, options={"drop": ["name"]}
    ),
    "blank lines": Good("\nx,y\n\n1,3\n2,5\n \n4,9\n\n\n", X, Y),
    "rows of separators only": Good("x,y\n1,3\n2,5\n4,9\n,\n,\n", X, Y, said=("2 lines (the first is line 5)",)),
    "a separator at the end of each line": Good("x,y,\n1,3,\n2,5,\n4,9,\n", X, Y, said=("column 3 is empty",)),
    "decimal commas": Good(HALVES, [[1.5], [2.5], [4]], Y, said=('column "x": "1,5" is read as 1.5',)),
    "decimal commas in quotes": Good('x,y\n"1,5",3\n"2,5",5\n4,9\n', [[1.5], [2.5], [4]], Y, said=("1.5",)),
    "thousands and decimal commas": Good(
        "x;y\n1.000,5;3\n2.000;5\n4;9\n", [[1000.5], [2000], [4]], Y, said=("1000.5",)
    ),
    "thousands commas": Good('x,y\n"1,000.5",3\n"2,000",5\n4,9\n', [[1000.5], [2000], [4]], Y, said=("1000.5",)),
    "millions": Good('x,y\n"1,000,000",3\n"2,000",5\n4,9\n', [[1e6], [2000], [4]], Y, said=("1000000",)),
    "millions with points": Good("x;y\n1.000.000;3\n2.000;5\n4;9\n", [[1e6], [2000], [4]], Y, said=("1000000",)),
    "lakhs": Good('x,y\n"1,00,000",3\n"2,000",5\n4,9\n', [[1e5], [2000], [4]], Y, said=("100000",)),
    "thousands blanks": Good("x;y\n1 000,5;3\n2\u00a0000;5\n4;9\n", [[1000.5], [2000], [4]], Y, said=("1000.5",)),
    "Swiss apostrophes": Good("x,y\n1'000.5,3\n2’000,5\n4,9\n", [[1000.5], [2000], [4]], Y, said=("1000.5",)),
    "zero tells that a comma is decimal": Good(
        "x;y\n0,125;3\n1,250;5\n4;9\n", [[0.125], [1.25], [4]], Y, said=("0.125",)
    ),
    "zero tells that a point is decimal": Good(
        "x|y\n0.125|3\n1.250|5\n4|9\n", [[0.125], [1.25], [4]], Y, said=("bars",)
    ),
    "another column tells the decimal comma": Good(
        "x;y\n1,125;3,5\n1,250;5\n4;9\n", [[1.125], [1.25], [4]], [3.5, 5, 9], said=('"1,125" is read as 1.125',)
    ),
    "another column tells that points group": Good(
        "x;y\n250.000;3,5\n310.000;5\n4;9\n",
        [[250000], [310000], [4]],
        [3.5, 5, 9],
        said=('"250.000" is read as 250000',),
    ),
    "--numbers settles commas": Good(
        'x,y\n"1,125",3\n"1,250",5\n4,9\n', [[1125], [1250], [4]], Y, said=("1125",), options={"numbers": "1,234.56"}
    ),
    "--numbers settles commas otherwise": Good(
        'x,y\n"1,125",3\n"1,250",5\n4,9\n', [[1.125], [1.25], [4]], Y, said=("1.125",), options={"numbers": "1.234,56"}
    ),
    "--numbers settles points": Good(
        "x,y\n1.125,3\n1.250,5\n4,9\n", [[1125], [1250], [4]], Y, said=("1125",), options={"numbers": "1.234,56"}
    ),
    "points with commas between are taken for decimal": Good(
        "x,y\n1.125,3\n1.250,5\n4,9\n", [[1.125], [1.25], [4]], Y, said=('"1.125" is read as 1.125; if',)
    ),
    "a point that another column shows to be decimal": Good(
        "x,y\n1.125,3.5\n1.250,5\n4,9\n", [[1.125], [1.25], [4]], [3.5, 5, 9]
    ),
    "dollars": Good('x,y\n"$1,000.50",3\n$2,5\n-$4,9\n', [[1000.5], [2], [-4]], Y, said=("without its $",)),
    "euros behind": Good("x;y\n1.000,50 €;3\n2 €;5\n4 €;9\n", [[1000.5], [2], [4]], Y, said=("without its €",)),
    "pounds": Good("x,y\n£1,3\n£2,5\n£4,9\n", X, Y, said=("without its £",)),
    "percent": Good("x,y\n1%,3\n2 %,5\n4%,9\n", X, Y, said=("a number in percent",)),
    "the typographic minus": Good("x,y\n−1,3\n2,5\n4,9\n", [[-1], [2], [4]], Y),
    "separated by blanks": Good("x y\n1 3\n 2  5 \n4 9\n", X, Y, said=("separated by blanks",)),
    "a title above": Good("Prices\nx,y\n1,3\n2,5\n4,9\n", X, Y, said=("line 1 is left out", "line 2 is taken for")),
    "a title above semicolons": Good("Prices\nx;y\n1;3\n2;5\n4;9\n", X, Y, said=("line 1 is left out", "semicolons")),
    "fractions": Good("x,y\n1/2,3\n-2/4,5\n4,9\n", [[0.5], [-0.5], [4]], Y, options={"numbers": "1/2"}),
    "exponents and signs": Good("x,y\n1e3,3\n+2,5\n-.5E-1,9\n", [[1000], [2], [-0.05]], Y),
    "no header": Good("1,3\n2,5\n4,9\n", X, Y, ("x1",), said=("no header",), options={"target": "x2"}),
    "no header, the last column named": Good("1,3\n2,5\n4,9\n", X, Y, ("x1",), said=('target "y"',)),
    "no header, words and numbers": Good(
        "a,1,3\nb,2,5\na,4,9\nb,5,11\na,3,7\n",
        [[0, 1], [1, 2], [0, 4], [1, 5], [0, 3]],
        [3, 5, 9, 11, 7],
        ("x1=b", "x2"),
        said=("no header",),
    ),
    "a year for a name": Good("2020,y\n1,3\n2,5\n4,9\n", X, Y, ("2020",), said=("taken for the header",)),
    "an index without a name": Good(",x,y\n0,1,3\n1,2,5\n2,4,9\n", X, Y, said=("numbers the rows",)),
    "an index called id": Good("id,x,y\n17,1,3\n12,2,5\n90,4,9\n", X, Y, said=('"id" only numbers the rows',)),
    "an index called Unnamed: 0": Good("Unnamed: 0,x,y\n1,1,3\n2,2,5\n3,4,9\n", X, Y, said=("numbers the rows",)),
    "an index asked for": Good("id,y\n1,3\n2,5\n4,9\n", X, Y, ("id",), options={"features": ["id"]}),
    "an index beside a gap": Good(
        ",x,y\n0,1,3\n1,,5\n2,2,5\n3,4,9\n", X, Y, said=("numbers the rows", "1 row"), options={"missing": "drop"}
    ),
    "a total at the end": Good("x,y\n1,3\n2,5\n4,9\nTotal,17\n", X, Y, said=('line 5 is left out: "Total"',)),
    "totals and averages under names": Good(
        "n,x,y\na,1,3\nb,2,5\na,4,9\nSumme:,7,17\n", X, Y, said=("Summe",), options={"drop": ["n"]}
    ),
    "an average under numbers": Good("x,y\n1,3\n2,5\n4,9\nAverage,5.7\nTotal,17\n", X, Y, said=("line 5", "line 6")),
    "units under the header": Good("x,y\n(m²),EUR\n1,3\n2,5\n4,9\n", X, Y, said=("line 2 is left out", "units")),
    "the header again": Good("x,y\nx,y\n1,3\n2,5\n4,9\n", X, Y, said=("line 2 is left out",)),
    "duplicate names not used": Good("a,a,x,y\n1,1,1,3\n2,2,2,5\n3,3,4,9\n", X, Y, options={"features": ["x"]}),
    "words": Good(
        "zip,x,y\nb,1,3\na,2,5\nb,4,9\nc,3,7\na,5,1\n",
        [[1, 0, 1], [0, 0, 2], [1, 0, 4], [0, 1, 3], [0, 0, 5]],
        [3, 5, 9, 7, 1],
        ("zip=b", "zip=c", "x"),
    ),
    "codes as categories": Good(
        "zip,y\n02134,3\n10001,5\n02134,9\n", [[0], [1], [0]], Y, ("zip=10001",), options={"category": ["zip"]}
    ),
    "words that differ in capitals": Good(
        "c,y\nyes,3\nYes,5\nyes,9\n", [[1], [0], [1]], Y, ("c=yes",), said=("different categories",)
    ),
    "classes": Good("x,y\n1,No\n2,Yes\n4,No\n", X, [0, 1, 0], classes=("No", "Yes")),
    "classes by number": Good("x,y\n1,10\n2,9\n4,10\n", X, [1, 0, 1], classes=("9", "10"), options={"classify": True}),
    "gaps dropped": Good(
        "x,y\n1,3\n,4\nNA,4\n2,5\n7,?\n4,9\n",
        X,
        Y,
        said=("3 rows with gaps left out, 3 kept",),
        options={"missing": "drop"},
    ),
    "zeros in front": Good(
        "x,y\n01,3\n2,5\n4,9\n", X, Y, said=('"x": "01" is read as 1; if it is a code, say --category "x".',)
    ),
    "zeros in front of a category": Good(
        "x,y\n01,3\n2,5\n01,9\n", [[0], [1], [0]], Y, ("x=2",), options={"category": ["x"]}
    ),
    "zeros in front of a point": Good("x,y\n01.0,3\n02.0,5\n4,9\n", X, Y),
    "gaps filled with the mean": Good(
        "x,y\n1,3\nn/a,5\n4,9\n",
        [[1], [2.5], [4]],
        Y,
        said=("1 gap filled in with its mean, 2.5",),
        options={"missing": "mean"},
    ),
    "gaps filled with the median": Good(
        "x,y\n1,3\n-,5\n4,9\nNULL,1\n9,2\n",
        [[1], [4], [4], [4], [9]],
        [3, 5, 9, 1, 2],
        said=("2 gaps filled in with its median, 4",),
        options={"missing": "median"},
    ),
    "a category that only a dropped row has": Good(
        "c,x,y\na,1,3\nz,,5\nb,2,5\na,4,9\n",
        [[0, 1], [1, 2], [0, 4]],
        Y,
        ("c=b", "x"),
        said=("1 row",),
        options={"missing": "drop"},
    ),
    "a text not used has gaps and dates": Good(
        "t,x,y\n2024-01-01,1,3\n,2,5\n?,4,9\n", X, Y, options={"features": ["x"]}
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_read(name: str) -> None:
    due = GOOD[name]
    options = {"target": "y", **due.options}
    data = read(due.content, **options)
    assert (data.X.tolist(), data.y.tolist()) == (due.X, due.y)
    assert (data.features, data.target, data.classes) == (due.features, options["target"], due.classes)
    assert [words for words in due.said if not any(words in note for note in data.notes)] == [], data.notes
    assert due.said or data.notes == (), "an ordinary file needs no words"
    assert all(note.endswith(".") and note.isprintable() for note in data.notes)


BAD: dict[str, tuple[str | bytes, str, int, dict[str, Any]]] = {
    "a comma in doubt": (
        'x,y\n"1,125",3\n2,5\n',
        'line 2, column "x": "1,125" may be 1125 or 1.125; say --numbers',
        2,
        {},
    ),
    "a point in doubt": ("x;y\n1;3\n250.000;5\n", 'line 3, column "x": "250.000" may be 250 or 250000', 2, {}),
    "a point in doubt between tabs": ("x\ty\n1\t3\n250.000\t5\n", 'line 3, column "x": "250.000" may be', 2, {}),
    "both marks in doubt": ('x,y\n"1,125",3\n1.125,5\n', 'line 2, column "x": "1,125" may be', 2, {}),
    "two conventions": ('x,y\n"1,5",3\n1.5,5\n', '"1.5" (line 3) and "1,5" (line 2)', 2, {}),
    "against --numbers": (
        "x,y\n1.5,3\n2,5\n",
        'line 2, column "x": "1.5" is not a number as --numbers',
        2,
        {"numbers": "1.234,56"},
    ),
    "a wrong --numbers": (PLAIN, '--numbers "comma": choose', 2, {"numbers": "comma"}),
    "decimal commas between commas": ("x,y\n1,5,3\n2,5,5\n", "line 2 has 3 cells, but the header has 2", 2, {}),
    "dollars here and there": ("x,y\n$1,3\n2,5\n", 'line 3, column "x": "2" is not written like "$1" (line 2)', 2, {}),
    "two currencies": ("x,y\n$1,3\n€2,5\n", 'line 3, column "x": "€2" is not written like "$1"', 2, {}),
    "percent here and there": ("x,y\n1,3\n2%,5\n", 'line 3, column "x": "2%"', 2, {}),
    "a number with a unit": (
        "x,y\n850 sqft,3\n900 sqft,5\n",
        'column "x" holds numbers with a unit, such as "850 sqft" (line 2)',
        2,
        {},
    ),
    "units and other signs": ("x,y\n850 sqft,3\n~900,5\n850 sqft,3\n~900,5\n", "numbers with a unit", 2, {}),
    "underscores": ("x,y\n1_000,3\n1_000,5\n2_000,3\n2_000,5\n", 'cells such as "1_000" (line 2)', 2, {}),
    "hexadecimal": ("x,y\n0x1F,3\n0x1F,5\n0x2F,3\n0x2F,5\n", 'cells such as "0x1F" (line 2)', 2, {}),
    "ranges": ("x,y\n10-20,3\n10-20,5\n20-30,3\n", 'as categories with --category "x"', 2, {}),
    "blanks in groups of other sizes": ("x,y\n1 2,3\n1 2,5\n3 45,3\n", 'cells such as "1 2"', 2, {}),
    "one unit": ("x,y\n850,3\n900 m,5\n1,1\n", 'line 3, column "x": "900 m" is not a number', 2, {}),
    "brackets for minus": ("x,y\n(5),3\n900,5\n1,1\n", 'line 2, column "x": "(5)" is not a number', 2, {}),
    "a word among numbers": ("x,y\n1,3\nmany,5\n", 'line 3, column "x": "many" is not a number', 2, {}),
    "a number among words": ("x,y\na,3\nb,5\na,1\n7,1\n", 'line 5, column "x": "7" is a number, but most', 2, {}),
    "an error of Excel": ("x,y\n1,3\n#DIV/0!,5\n", 'line 3, column "x": "#DIV/0!" is not a number', 2, {}),
    "infinity": ("x,y\n1,3\ninf,5\n", 'line 3, column "x": "inf" is not a finite number', 2, {}),
    "out of range": ("x,y\n1,3\n1e400,5\n", 'line 3, column "x": "1e400" is out of range', 2, {}),
    "out of range with a decimal comma": (
        "x;y\n1,5;3\n1,5e400;5\n",
        'line 3, column "x": "1,5e400" is out of range',
        2,
        {},
    ),
    "division by zero": ("x,y\n1,3\n1/0,5\n", 'line 3, column "x": "1/0" divides by zero', 2, {}),
    "digits of another script": ("x,y\n1,3\n２,5\n", 'line 3, column "x"', 2, {}),
    "a date": ("x,y\n2024-01-05,3\n2024-02-05,5\n", 'column "x" holds dates, such as "2024-01-05" (line 2)', 2, {}),
    "a date with slashes": ("x,y\n1/2/2024,3\n2/2/2024,5\n", "holds dates", 2, {}),
    "a date with points": ("x;y\n01.02.2024;3\n02.02.2024;5\n", "holds dates", 2, {}),
    "a date with a time": ("x,y\n2024-01-05T10:20:30Z,3\n2024-01-05 10:21,5\n", "holds dates", 2, {}),
    "a date in words": ("x,y\nJan 5 2024,3\n5 February 2024,5\n", "holds dates", 2, {}),
    "a month": ("x,y\n3/2021,3\n4/2021,5\n", "holds dates", 2, {}),
    "a time of day": ("x,y\n10:20,3\n11:20,5\n", "holds dates", 2, {}),
    "a date in digits": ("x,y\n20240131,3\n20240201,5\n", 'column "x" holds dates, such as 20240131', 2, {}),
    "a date in digits beside a gap": ("x,y\n20240131,3\n,4\n20240201,5\n", "holds dates", 2, {"missing": "drop"}),
    "a date in digits for a target": ("x,y\n1,20240131\n2,20240201\n", "or choose another target", 2, {}),
    "a date for a target": ("x,y\n1,2024-01-05\n2,2024-01-06\n", 'column "y" holds dates', 2, {}),
    "gaps in the target": (
        "x,y\n1,3\n2,\n4,9\n",
        '1 in column "y" (line 3); leave their rows out with --missing drop; a target is never filled in.',
        2,
        {},
    ),
    "gaps": (
        "x,z,y\n1,,3\n,4,5\n2,3,\n,1,1\n",
        '2 in column "x" (first on line 3), 1 in column "z" (line 2) and 1 in column "y" (line 4); leave',
        2,
        {},
    ),
    "a gap in the target": (
        "x,y\n1,\n2,5\n4,9\n",
        'line 2, column "y" has a gap, but it is the target',
        2,
        {"missing": "mean"},
    ),
    "a gap among words": (
        "c,y\na,1\n,5\na,9\nb,2\n",
        'line 3, column "c" has a gap, but it is made of words',
        2,
        {"missing": "median"},
    ),
    "an empty column": ("x,z,y\n1,,3\n2,,5\n", 'column "z" is empty; leave the column out with --drop "z"', 2, {}),
    "nothing left": ("x,y\n1,\n,5\n", "no row of data", 1, {"missing": "drop"}),
    "one row left": ("x,y\n1,2\n,5\n", "only one row of data", 1, {"missing": "drop"}),
    "never varies": ("x,z,y\n1,2,3\n1,3,5\n", 'column "x" is 1 in every row', 1, {}),
    "one word only": ("c,z,y\na,2,3\na,3,5\n", 'column "c" is a in every row', 1, {}),
    "one class only": ("x,y\n1,a\n2,a\n", 'column "y" is "a" in every row', 1, {}),
    "names": ("n,y\nAnn,1\nBob,2\nCid,3\n", 'column "n" is different in nearly every row', 2, {}),
    "too many words": (
        "c,y\n" + "".join(f"w{k % 60},{k}\n" for k in range(200)),
        'column "c" has 60 different words',
        2,
        {},
    ),
    "far too many categories": (
        "c,y\n" + "".join(f"{k},{k}\n" for k in range(2000)),
        'column "c" has more than 1,000 different cells',
        2,
        {"category": ["c"]},
    ),
    "a sum among the rows": (
        "n,x,y\na,1,3\nb,2,5\nSubtotal,3,8\na,4,9\nb,5,1\n",
        'line 4, column "n": "Subtotal" says',
        2,
        {},
    ),
    "an average that may be a word": (
        "n,x,y\nbad,1,3\nbad,2,5\naverage,3,8\n",
        'line 4, column "n": "average" says',
        2,
        {},
    ),
    "a title above words": ("Prices\nx,y\na,3\nb,c\n", "if line 1 is a title", 2, {}),
    "a line cut short": ("x,y\n1,3\n2\n", "line 3 has 1 cell, but the header has 2", 2, {}),
    "an open quotation mark": ('x,y\n1,"3\n2,5\n', "line 2 is not a row of a CSV", 2, {}),
    "the same name twice": ("x,x,y\n1,2,3\n2,3,5\n", 'line 1: two columns are called "x"', 2, {}),
    "a column without a name": ("x,,y\n1,7,3\n2,3,5\n", "line 1, column 2 has no name", 2, {}),
    "numbers without a name that don't count": (",x,y\n4,1,3\n8,2,5\n", "line 1, column 1 has no name", 2, {}),
    "words without a name": (",x,y\na,1,3\nb,2,5\na,1,1\n", "line 1, column 1 has no name", 2, {}),
    "two separators": ("a;b,y\n1;2 m,3\n2;3 m,5\n", "may be separated by semicolons or commas", 2, {}),
    "a workbook": (
        b"PK\x03\x04\x14\x00\x06\x00",
        "a zipped file, such as an Excel workbook, not text: save the table as CSV",
        2,
        {},
    ),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", "an Excel workbook", 2, {}),
    "a compressed file": (b"\x1f\x8b\x08\x00", "unpack it first", 2, {}),
    "zero bytes": (b"x,y\n1,\0\0\n2,5\n", "is not text", 2, {}),
    "UTF-16 cut short": (PLAIN.encode("utf-16")[:-1], "begins as UTF-16, but not all of it is", 2, {}),
    "nothing": (b"", "is empty", 2, {}),
    "a BOM and nothing": (b"\xef\xbb\xbf", "is empty", 2, {}),
    "dropping what isn't there": (PLAIN, 'has no column "z"', 2, {"drop": ["z"]}),
    "dropping the target": (PLAIN, '"y" is the target', 2, {"drop": ["y"]}),
    "a category that isn't used": ("x,z,y\n1,2,3\n", 'names "z"', 2, {"category": ["z"], "drop": ["z"]}),
    "two features of one name": ("c=b,c,y\n1,a,3\n2,b,5\n3,a,6\n", '"c=b"', 2, {}),
    "no header and no such column": ("1,3\n2,5\n", 'has no column "x3"; its columns are x1, x2', 2, {"target": "x3"}),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(name: str) -> None:
    content, words, code, options = BAD[name]
    with pytest.raises(PaperError) as caught:
        read(content, **{"target": "y", **options})
    said = str(caught.value)
    assert words in said and said.endswith(".") and said.isprintable(), said
    assert caught.value.exit_code == code
    assert FILE in said or any(word in said for word in ("--numbers", "--category", '"y" is the target'))


def test_there_are_enough_of_them() -> None:
    assert len(GOOD) + len(BAD) >= 60


@pytest.mark.parametrize("name", GOOD)
def test_a_pipe_is_read_like_a_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    due = GOOD[name]
    content = due.content.encode() if isinstance(due.content, str) else due.content
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    data = read_data("-", **{"target": "y", **due.options})
    assert (data.X.tolist(), data.y.tolist(), data.features) == (due.X, due.y, due.features)


@pytest.mark.parametrize("name", [*GOOD, *BAD])
def test_a_look_refuses_nothing_that_is_a_table(name: str) -> None:
    """It says what it found; only what is no table, or an option that is wrong, is refused."""
    content, options = (GOOD[name].content, GOOD[name].options) if name in GOOD else BAD[name][0::3]
    Path(FILE).write_bytes(content.encode() if isinstance(content, str) else content)
    ran = pp("look", FILE, "-f", "json", *(("--numbers", options["numbers"]) if "numbers" in options else ()))
    if name in NO_TABLE:
        assert (ran.code, ran.out) == (2, "")
    else:
        assert ran.code == 0, ran.err


NO_TABLE = {
    "a wrong --numbers",
    "decimal commas between commas",
    "a title above words",
    "a line cut short",
    "an open quotation mark",
    "two separators",
    "a workbook",
    "an old workbook",
    "a compressed file",
    "zero bytes",
    "UTF-16 cut short",
    "nothing",
    "a BOM and nothing",
}

# --- Whatever is written is read back, or refused ---

number = st.one_of(
    st.integers(-(10**9), 10**9).map(float),
    st.decimals(-(10**6), 10**6, places=2, allow_nan=False).map(float),
    st.decimals(-(10**4), 10**4, places=3, allow_nan=False).map(float),
)


def spelled(value: float, group: str, point: str, places: int) -> str:
    """A number with its thousands and its decimals marked."""
    return f"{value:,.{places}f}".translate(str.maketrans({",": group, ".": point}))


CONVENTIONS = [("", "."), (",", "."), ("", ","), (".", ","), (" ", ","), ("'", "."), ("\u00a0", "."), ("\u202f", ",")]


@examples(150)
@given(
    st.lists(st.tuples(number, number), min_size=2, max_size=6, unique_by=lambda row: row[0]),
    st.sampled_from(CONVENTIONS),
    st.sampled_from(",;\t|"),
    st.integers(0, 3),
    st.sampled_from(["", "$", "€", "%"]),
)
def test_a_number_is_read_back_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[float, float]],
    convention: tuple[str, str],
    separator: str,
    places: int,
    mark: str,
) -> None:
    path = tmp_path_factory.getbasetemp() / FILE
    written = [[spelled(value, *convention, places) for value in row] for row in rows]
    due = [[float(f"{value:.{places}f}") for value in row] for row in rows]
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=separator).writerows([("a", "y"), *((f"{a}{mark}", y) for a, y in written)])
    try:
        data = read_data(str(path), "y")
    except PaperError as error:
        assert "may be" in str(error) or "in every row" in str(error) or "dates" in str(error), error
    else:
        assert (data.X[:, 0].tolist(), data.y.tolist()) == ([a for a, _ in due], [y for _, y in due]) or any(
            "if points set thousands apart" in note for note in data.notes
        )
    settled = "1,234.56" if convention[1] == "." else "1.234,56"
    if len({a for a, _ in due}) > 1 and not all(19000101 <= a <= 21001231 for a, _ in due):
        data = read_data(str(path), "y", numbers=settled)
        assert (data.X[:, 0].tolist(), data.y.tolist()) == ([a for a, _ in due], [y for _, y in due])


@examples(100)
@given(st.lists(st.sampled_from(["a", "b c", "ä", "7x"]), min_size=4, max_size=9), st.sampled_from(["utf-8", "utf-16"]))
def test_categories_are_coded_by_their_words(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], encoding: str
) -> None:
    path = tmp_path_factory.getbasetemp() / FILE
    path.write_text("c,y\n" + "".join(f"{cell},{k}\n" for k, cell in enumerate(cells)), encoding=encoding)
    kinds = sorted(set(cells))
    try:
        data = read_data(str(path), "y", category=["c"])
    except PaperError as error:
        assert len(kinds) == 1 and error.exit_code == 1
    else:
        assert data.features == tuple(f"c={kind}" for kind in kinds[1:])
        assert data.columns[0].categories == tuple(kinds)
        assert data.X.tolist() == [[float(cell == kind) for kind in kinds[1:]] for cell in cells]


NASTY = st.text(alphabet='ab1,;\t|"\n\r .-%$€/_:\ufeff\x00é２−', max_size=60)


@examples(300)
@given(NASTY, st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_any_file_gives_a_table_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str
) -> None:
    path = tmp_path_factory.getbasetemp() / FILE
    path.write_bytes(("a,b,y\n1,2,3\n" + text).encode(encoding, "replace"))
    for work in (lambda: read_data(str(path), "y", missing="drop"), lambda: look_at(str(path))):
        try:
            work()
        except PaperError as error:
            assert str(error).endswith(".") and str(error).isprintable()


# --- Rows of new data ---


@pytest.fixture
def columns() -> Any:
    return read("size,zip,y\n1,b,3\n2,a,5\n4,b c,9\n3,b,1\n5,a,1\n").columns


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("7 a", [[7, 0, 0]]),
        ("7 b; 1/2 a", [[7, 1, 0], [0.5, 0, 0]]),
        ("7, b c", [[7, 0, 1]]),
        ("7 'b c'", [[7, 0, 1]]),
        ('-1e3 "b c"', [[-1000, 0, 1]]),
    ],
)
def test_new_rows_typed(columns: Any, source: str, rows: list[list[float]]) -> None:
    assert read_rows_for(columns, source).tolist() == rows


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("size,zip\n7,a\n8,b\n", [[7, 0, 0], [8, 1, 0]]),
        ("more;zip;size\nx;b c;7,5\n", [[7.5, 0, 1]]),
        ("zip\tsize\na\t7\n", [[7, 0, 0]]),
    ],
)
def test_new_rows_from_a_file_are_matched_by_name(columns: Any, content: str, rows: list[list[float]]) -> None:
    Path("new.csv").write_text(content)
    assert read_rows_for(columns, "new.csv").tolist() == rows


@pytest.mark.parametrize(
    ("source", "content", "words"),
    [
        ("7", "", '"7": row 1 has 1 entry, but the model has 2 features: give size, zip, in this order'),
        ("7 a 1", "", "3 entries"),
        ("7 a; 8 c", "", '"7 a; 8 c", row 2, entry 2 (zip): the model'),
        ("x a", "", 'row 1, entry 1 (size): "x" is not a number'),
        ("7 c", "", 'row 1, entry 2 (zip): the model has not seen "c"; it knows "a", "b" and "b c"'),
        ("", "", "is empty"),
        ("new.csv", "size,zip\n7,a\n8,c\n", 'new.csv, line 3, column "zip": the model has not seen "c"'),
        ("new.csv", "size,zap\n7,a\n", 'new.csv has no column "zip"; close: "zap"'),
        ("new.csv", "size,zip\n7,a\n,a\n", 'new.csv, line 3, column "size" is empty'),
        ("new.csv", "size,zip\n7,a\n8,\n", 'new.csv, line 3, column "zip" is empty'),
        ("new.csv", "size,zip\n7,a\nx,a\n", 'new.csv, line 3, column "size": "x" is not a number'),
        ("new.csv", "size,zip\nx,a\nz,a\n", 'new.csv, line 2, column "size": "x" is not a number'),
        ("new.csv", 'size,zip\n"1,234",a\n', 'new.csv, line 2, column "size": "1,234" may be 1234 or 1.234'),
        ("new.csv", "size,zip\n", "new.csv has no rows"),
        ("missing.csv", "", "There is no file"),
    ],
)
def test_new_rows_that_are_refused(columns: Any, source: str, content: str, words: str) -> None:
    if content:
        Path("new.csv").write_text(content)
    with pytest.raises(CannotRead) as caught:
        read_rows_for(columns, source)
    assert words in str(caught.value) and str(caught.value).endswith("."), str(caught.value)


# --- pp look, and what the commands say ---


def looked(content: str, *options: str) -> Any:
    Path(FILE).write_text(content)
    ran = pp("look", FILE, "-f", "json", *options)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


MESSY = """id,x,t,when,size,c,u,e,note
1,1.5,Ann,2024-01-05,5,a,5 m,,a
2,,Bob,2024-02-05,5,b,6 m,,b
3,4,Cid,2024-03-05,5,a,7 m,,7
4,-2,Dan,2024-03-06,5,a,7 m,,b
"""


def test_a_look_at_every_type() -> None:
    document = looked(MESSY)
    found = {column.pop("name"): column for column in document["columns"]}
    assert {name: column["type"] for name, column in found.items()} == {
        "id": "index",
        "x": "number",
        "t": "text",
        "when": "date",
        "size": "number",
        "c": "category",
        "u": "text",
        "e": "empty",
        "note": "mixed",
    }
    assert found["x"] == {"type": "number", "count": 3, "gaps": 1, "min": -2, "mean": 3.5 / 3, "max": 4}
    assert found["c"] == {"type": "category", "count": 4, "gaps": 0, "categories": 2, "most_frequent": "a", "times": 3}
    for name, words in {
        "size": "in every row",
        "t": "nearly every row",
        "when": "dates",
        "u": "unit",
        "e": "empty",
        "note": "line 4",
    }.items():
        assert words in found[name]["finding"]
    assert any("1 gap (line 3)" in note for note in document["notes"])
    assert document["rows"] == 4


def test_a_look_with_options() -> None:
    document = looked("zip,x,y\n02134,1,2\n02134,3,4\n10001,5,6\n", "--category", "zip", "--drop", "y")
    assert [(column["name"], column["type"]) for column in document["columns"]] == [
        ("zip", "category"),
        ("x", "number"),
    ]
    assert document["columns"][0]["most_frequent"] == "02134"
    assert [c["name"] for c in looked("a,b,c\n1,2,3\n", "--features", "c")["columns"]] == ["c"]
    assert 'has no column "z"' in refused("look", FILE, "--features", "z")


def test_a_look_at_what_is_only_numbers_is_the_careful_look() -> None:
    """At C speed or cell by cell, the same facts."""
    content = "id,x,y\n" + "".join(f"{k},{k * k % 7},{k / 4}\n" for k in range(1, 30))
    quick, careful = looked(content)["columns"], looked(content + ",,\n")["columns"]
    assert quick == careful


@pytest.mark.parametrize("form", ["terminal", "plain", "markdown"])
def test_a_look_shows_the_first_rows_as_they_stand(form: str) -> None:
    Path(FILE).write_text("x;name\n1,5;<b>[red]*a*\n2,5;\x1b[31mz\n" + "3,5;q\n" * 9, encoding="utf-8")
    out = pp("look", FILE, "-f", form).out
    assert "1,5" in out and "6 more rows" in out and "\x1b" not in out
    assert "<b>[red]*a*" in out.replace("\\", "")


def test_what_was_assumed_is_said_a_line_each() -> None:
    Path(FILE).write_text("x;c;y\n1,5;a;3\n2,5;b;5\n4;a;9\n\n;b;7\n5;a;8\n")
    ran = pp("train", FILE, "--target", "y", "--missing", "drop", "--epochs", "3")
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "pp: data.csv: its columns are separated by semicolons.",
        'pp: data.csv, column "x": "1,5" is read as 1.5.',
        "pp: data.csv: 1 row with gaps left out, 4 kept.",
    ]
    assert "c=b is 1" in ran.out and "the baseline: all 0" in ran.out


def test_a_category_is_predicted_by_its_name() -> None:
    Path(FILE).write_text("x,c,y\n1,a,1\n2,b,12\n3,a,3\n4,b,14\n5,a,5\n6,b,16\n")
    ran = pp("train", FILE, "--target", "y", "--epochs", "2000", "--predict", "7 b; 7 a", "-f", "json")
    assert ran.code == 0, ran.err
    np.testing.assert_allclose(json.loads(ran.out)["answer"]["values"], [17, 7], rtol=1e-6)
    assert "not seen" in refused("train", FILE, "--target", "y", "--predict", "7 z")


def test_names_with_commas_stand_in_quotation_marks() -> None:
    Path(FILE).write_text('"price, USD",x,z,y\n1,5,2,3\n2,7,2,5\n4,4,2,9\n')
    ran = pp("train", FILE, "--target", "y", "--features", '"price, USD",x', "--epochs", "3", "-f", "json")
    assert ran.code == 0 and json.loads(ran.out)["model"]["features"] == ["price, USD", "x"]
    assert pp("train", FILE, "--target", "y", "--drop", '"price, USD", z', "--epochs", "3").code == 0
