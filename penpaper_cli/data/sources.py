"""Where input comes from: files and standard input, CSV text, and how their content is quoted in messages."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

import numpy as np

from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import LARGEST_EXPONENT, NUMBER, read_number

STDIN = "standard input"
_stdin_already_read: TextIO | None = None


def quoted(text: str, longest: int = 40) -> str:
    """A cell or a name in quotation marks, fit for a message: control characters escaped, long text cut."""
    return f'"{shown(text, longest)}"'


def shown(text: str, longest: int = 200) -> str:
    """The same without quotation marks."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)


def read_stdin(name: str) -> str:
    """All of standard input. Raises CannotRead when nothing is piped in, or when something has read it before."""
    stream = _stdin(name)
    try:
        text = stream.read().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise CannotRead(f"{name}: {STDIN} is not UTF-8 text; pipe in numbers or a CSV.") from None
    if not text.strip():
        raise CannotRead(f"{name}: {STDIN} is empty; pipe in numbers or a CSV.")
    return text


def read_stdin_bytes(name: str) -> bytes:
    """The same in bytes, for a table whose encoding is still to be found out."""
    stream = _stdin(name)
    raw = getattr(stream, "buffer", None)
    found = raw.read() if raw is not None else stream.read().encode("utf-8", "surrogateescape")
    if not found.strip():
        raise CannotRead(f"{name}: {STDIN} is empty; pipe in a CSV.")
    return bytes(found)


def _stdin(name: str) -> TextIO:
    global _stdin_already_read
    stream = sys.stdin
    if stream is None or stream.closed or stream.isatty():
        raise CannotRead(f"{name} should come from {STDIN}, but nothing is piped in: try `cat FILE.csv | pp …`.")
    if stream is _stdin_already_read:
        raise CannotRead(f"{name}: only one matrix can come from {STDIN}; put the other in a file.")
    _stdin_already_read = stream
    return stream


@contextmanager
def readable(path: str) -> Iterator[None]:
    """Turns what can go wrong with a file into a CannotRead that names it."""
    try:
        yield
    except FileNotFoundError:
        raise CannotRead(f"There is no file {quoted(path, 200)}; check its name and the folder you are in.") from None
    except IsADirectoryError:
        raise CannotRead(f"{shown(path)} is a directory; name a file in it.") from None
    except UnicodeDecodeError:
        raise CannotRead(f"{shown(path)} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise CannotRead(f"{shown(path)} can't be read: {error.strerror or error}; check the file.") from None


@dataclass(frozen=True)
class CSV:
    """An open CSV text; `source` is what messages call it."""

    stream: TextIO
    source: str
    delimiter: str = ","
    above: int = 0
    """How many lines stand above the table and don't belong to it."""

    @classmethod
    def from_text(cls, text: str) -> CSV:
        """From standard input: separated by tabs when its first line has tabs and no commas."""
        first = text.lstrip().partition("\n")[0]
        return cls(io.StringIO(text, newline=""), STDIN, "\t" if "\t" in first and "," not in first else ",")

    @classmethod
    @contextmanager
    def opened(cls, path: str) -> Iterator[CSV]:
        """From a file. Raises CannotRead when it can't be opened, or turns out not to be UTF-8."""
        with readable(path), open(path, encoding="utf-8-sig", newline="") as stream:
            # A pipe, as in <(zcat houses.csv.gz), can be read only once, and reading a CSV may take two goes.
            text = stream if stream.seekable() else io.StringIO(stream.read(), newline="")
            yield cls(text, shown(path), "\t" if path.lower().endswith(".tsv") else ",")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """From the top, each row that isn't blank, with the line on which it starts."""
        import csv

        self.rewind()
        reader = csv.reader(self.stream, delimiter=self.delimiter, strict=True, skipinitialspace=True)
        line = self.above + 1
        try:
            for row in reader:
                if len(row) > 1 or (row and row[0].strip()):
                    yield line, row
                line = self.above + reader.line_num + 1
        except csv.Error as error:
            raise CannotRead(
                f"{self.source}, line {line} is not a row of a CSV ({error}); check its quotation marks."
            ) from None

    def rewind(self) -> None:
        """Back to where the table begins."""
        self.stream.seek(0)
        for _ in range(self.above):
            self.stream.readline()

    def quick_floats(self, header: bool) -> np.ndarray | None:
        """The numbers at C speed, float64 of shape (rows, columns).

        None when anything but plain finite numbers in rows of equal length turns up, so that a careful reader can say
        what and where.
        """
        import warnings

        self.rewind()
        if header:
            next(self.rows())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there are no rows, which gives None
            try:
                data = np.loadtxt(self.stream, delimiter=self.delimiter, comments=None, quotechar='"', ndmin=2)
            except ValueError:
                return None
        return data if data.size and in_range(data) else None


def in_range(data: np.ndarray) -> bool:
    """Whether every number is finite and no larger than pp works with. (A NaN fails both comparisons.)"""
    limit = 10.0 ** (LARGEST_EXPONENT + 1)
    return bool(-limit < data.min() and data.max() < limit)


def read_float(cell: str) -> float:
    """What `read_number` reads, as float64; quick for plain decimals, since data sets have millions."""
    if cell.isascii() and NUMBER.fullmatch(cell):
        value = float(cell)
        if 10.0**-LARGEST_EXPONENT <= abs(value) < 10.0**LARGEST_EXPONENT:
            return value
    return float(read_number(cell))


def is_name(cell: str) -> bool:
    """Whether a cell can only be a column's name: not empty, not a number, and not a bad number such as nan or 1/0."""
    try:
        read_number(cell)
    except CannotRead as error:
        return bool(cell.strip()) and str(error) == "is not a number"
    return False
