"""Tables as rows of cells: in a CSV text, or in memory as an array or a data frame."""

from __future__ import annotations

import io
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TextIO, TypeAlias

import numpy as np

from penpaper_cli.data.entries import as_float64, in_range
from penpaper_cli.data.sources import STDIN, quoted, readable, shown
from penpaper_cli.errors import CannotRead

CHUNK = 1 << 20
BLANKS = " "
"""What separates columns where any number of blanks does."""
LONGEST_CELL = 2**31 - 1
CTRL_Z = "\x1a"
"""How the end of a text was marked once, and still is by some programs."""
DECIMAL_POINT = re.compile(
    r"""(?:^|[,;|\t" ])[+-]?(?:0\d*\.\d|\d+\.\d{1,2}(?!\d)|\d+\.\d{4}|\d{4,}\.\d|\.\d)""", re.MULTILINE | re.ASCII
)
"""A number whose point can't set thousands apart."""
LIKE_A_CODE = re.compile(r"""(?:^|[,;|\t" ])(?:0[0-9]+(?![0-9.eE])|[0-9]+E[0-9])""", re.MULTILINE)
"""A whole number with a 0 in front, or with an E between digits, as a code may have it."""
LIKE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}", re.ASCII)
"""A number whose point might set thousands apart."""
NOTHING = {"nan", "NaT", "<NA>", "None"}
"""How what stands for a missing value in an array or a data frame is written by Python."""


class Frame(Protocol):
    """A data frame, of pandas or another library."""

    @property
    def columns(self) -> Any:
        """The names of the columns."""

    def to_numpy(self) -> Any:
        """Its cells, an array of shape (rows, columns)."""


Source: TypeAlias = (
    "str | os.PathLike[str] | np.ndarray | Frame | Mapping[str, Sequence[Any]] | Sequence[Sequence[Any]]"
)
"""Where a table comes from: a file, `-` for standard input, or the table itself."""


class Table(ABC):
    """Rows of cells; `source` is what messages call the table, `delimiter` what separates its columns in a text.

    `names` are those of the columns, where they are not in a row of their own but on the line `names_line`; a
    `headless` table surely has none.
    """

    source: str
    delimiter: str
    names: tuple[str, ...] = ()
    names_line: int = 0
    headless: bool = False

    @abstractmethod
    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """From the top, each row that isn't blank, with the line on which it starts."""

    @abstractmethod
    def is_plain(self, header: bool) -> bool:
        """Whether nothing has to be said of its numbers: no code starts with 0, and points are surely decimal points.

        With `header` the first row holds names.
        """

    @abstractmethod
    def quick_floats(self, header: bool, least: int = 0) -> np.ndarray | None:
        """The numbers at C speed, float64 of shape (rows, columns); with `header` the first row holds names.

        None when anything but plain finite numbers in rows of equal length turns up, so that a careful reader can say
        what and where; it may be None too when there are not more than `least` numbers.
        """


@dataclass(frozen=True)
class CSV(Table):
    """An open CSV text, of which `above` many lines stand above the table and don't belong to it."""

    stream: TextIO
    source: str
    delimiter: str = ","
    above: int = 0
    names: tuple[str, ...] = ()
    names_line: int = 0

    @classmethod
    def from_text(cls, text: str) -> CSV:
        """From standard input: separated by tabs when its first line has tabs and no commas."""
        first = text.lstrip().partition("\n")[0]
        return cls(io.StringIO(text, newline=""), STDIN, "\t" if "\t" in first and "," not in first else ",")

    @classmethod
    @contextmanager
    def opened(cls, path: str, delimiter: str) -> Iterator[CSV]:
        """From a file. Raises CannotRead when it can't be opened, or turns out not to be UTF-8."""
        with readable(path), open(path, encoding="utf-8-sig", newline="") as stream:
            # A pipe, as in <(zcat houses.csv.gz), can be read only once, and reading a CSV may take two goes.
            text = stream if stream.seekable() else io.StringIO(stream.read(), newline="")
            yield cls(text, shown(path), delimiter)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        import csv

        self._rewind()
        csv.field_size_limit(LONGEST_CELL)
        # A blank at the end of a line would begin another cell.
        lines: Iterable[str] = (
            (line.rstrip(" \r\n") for line in self.stream) if self.delimiter == BLANKS else self.stream
        )
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True, skipinitialspace=True)
        line = self.above + 1
        try:
            for row in reader:
                if (len(row) > 1 or (row and row[0].strip())) and row != [CTRL_Z]:
                    yield line, row
                line = self.above + reader.line_num + 1
        except csv.Error as error:
            raise CannotRead(
                f"{self.source}, line {line} is not a row of a CSV ({error}); check its quotation marks."
            ) from None

    def _rewind(self) -> None:
        """Back to where the table begins."""
        self.stream.seek(0)
        for _ in range(self.above):
            self.stream.readline()

    def _to_numbers(self, header: bool) -> None:
        """To where the first row stands that is not the header."""
        self._rewind()
        if header:
            next(self.rows())

    def is_plain(self, header: bool) -> bool:
        # If all of the cells are plain numbers, one of them that can only have a decimal point settles it for them all.
        self._to_numbers(header)
        points = decimal = False
        while lines := self.stream.readlines(CHUNK):
            text = "".join(lines)
            if LIKE_A_CODE.search(text):
                return False
            decimal = decimal or bool(DECIMAL_POINT.search(text))
            points = points or "." in text
        return decimal or not points

    def quick_floats(self, header: bool, least: int = 0) -> np.ndarray | None:
        import warnings

        # A number takes a digit and a separator, so that a short text can't hold many.
        if least and self.stream.seek(0, io.SEEK_END) <= 2 * least:
            return None
        self._to_numbers(header)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there are no rows, which gives None
            delimiter = None if self.delimiter == BLANKS else self.delimiter
            try:
                data = np.loadtxt(self.stream, delimiter=delimiter, comments=None, quotechar='"', ndmin=2)
            except ValueError:
                return None
        return data if data.size and in_range(data) else None


@dataclass(frozen=True, eq=False)
class InMemory(Table):
    """A table in memory: `values` are numbers, or anything that Python writes as text, of shape (rows, columns)."""

    source: str
    values: np.ndarray
    names: tuple[str, ...] = ()
    headless: bool = False
    delimiter: str = ""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        return ((line, list(map(written, row))) for line, row in enumerate(self.values.tolist(), 1))

    def is_plain(self, header: bool) -> bool:
        return True

    def quick_floats(self, header: bool, least: int = 0) -> np.ndarray | None:
        if header or self.values.dtype.kind not in "iuf" or not self.values.size:
            return None
        data = as_float64(self.values)
        return data if in_range(data) else None


def written(value: object) -> str:
    """A value as a cell has it: nothing where it is missing; a float so that its point is surely a decimal point."""
    value = float(value) if isinstance(value, Fraction) else value
    text = "" if value is None else str(value)
    if isinstance(value, float) and LIKE_THOUSANDS.fullmatch(text):
        return f"{text}0"
    return "" if text in NOTHING else text


def table_in_memory(source: Source) -> InMemory:
    """An array, a data frame, a mapping of names to columns or a list of rows, as a table.

    Raises CannotRead for what has no rows and columns.
    """
    names: tuple[str, ...] = ()
    data: Any = source
    if isinstance(data, Mapping):
        names, columns = tuple(map(str, data)), [list(column) for column in data.values()]
        if len({len(column) for column in columns}) > 1:
            raise CannotRead("The columns of the data differ in length: give each a value for every row.")
        data = list(zip(*columns, strict=True))
    elif hasattr(data, "columns") and hasattr(data, "to_numpy"):
        names, data = tuple(map(str, data.columns)), data.to_numpy()
    try:
        values = np.asarray(data)
        # True and False stay words, whether or not there are words beside them.
        rows = data if isinstance(data, list | tuple) and values.ndim == 2 else ()
        truths = any(isinstance(cell, bool | np.bool_) for row in rows for cell in row)
        if truths or values.dtype.kind not in "iuf":
            values = np.asarray(data, dtype=object)
    except ValueError:
        raise CannotRead("The rows of the data differ in length: give each the same number of values.") from None
    name = "the data frame" if names else "the array"
    if values.ndim != 2 or not values.shape[1]:
        raise CannotRead(f"{quoted(name)} has shape {values.shape}: data needs rows and columns, such as (100, 3).")
    if values.dtype.kind == "f" and values.dtype.itemsize < 8:
        values = as_float64(values)
    return InMemory(name, values, names, headless=not all(isinstance(value, str) for value in values[:1].flat))
