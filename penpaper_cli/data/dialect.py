"""How a data file is written: its encoding and what separates its columns, found out from its bytes."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import BinaryIO

from penpaper_cli.data.cells import can_be_number
from penpaper_cli.data.sources import STANDARD_INPUT, STDIN, readable, shown
from penpaper_cli.data.tables import CSV, Table
from penpaper_cli.errors import CannotRead

SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas"}
SAMPLE = 200
"""How many rows are looked at to find the separator."""
CHUNK = 1 << 20
FIRST_LINE = re.compile(r'"?sep=([,;|\t])"?\r?\n?')
"""What Excel understands as the first line of a file, to say what separates its columns."""
BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
ENCODING_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-32": "UTF-32"} | {
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "cp1252 (Western European, as Windows writes it)",
    "latin-1": "Latin-1",
}
OTHER_FILES = {
    b"PK\x03\x04": "a zipped file, such as an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"\x1f\x8b": "compressed",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"SQLite format": "a database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x93NUMPY": "a NumPy array",
}


@contextmanager
def opened(path: str) -> Iterator[tuple[Table, list[str]]]:
    """The table in a text file, with what was found out about how it is written.

    Raises CannotRead when it can't be opened, isn't text, or its separator is in doubt.
    """
    with readable(path), open(path, "rb") as stream:
        # A pipe, as in <(zcat houses.csv.gz), can be read only once, and reading a CSV takes more than one go.
        raw: BinaryIO = stream if stream.seekable() else io.BytesIO(stream.read())
        yield _table(raw, shown(path))


def from_stdin() -> tuple[Table, list[str]]:
    """The table on standard input, with notes and errors as `opened` has them."""
    return _table(io.BytesIO(STANDARD_INPUT.bytes("The data set")), STDIN)


def _table(raw: BinaryIO, source: str) -> tuple[CSV, list[str]]:
    encoding = _encoding(raw, source)
    raw.seek(0)
    # surrogateescape never comes into play: the whole file was tried with this encoding.
    stream = io.TextIOWrapper(raw, encoding, newline="")
    notes = [] if encoding.startswith("utf-8") else [f"{source} is not UTF-8: read as {ENCODING_NAMES[encoding]}."]
    declared = FIRST_LINE.fullmatch(stream.readline())
    if declared:
        return CSV(stream, source, declared[1], above=1), notes
    table = _separated(CSV(stream, source))
    usual = table.delimiter == "," or (table.delimiter == "\t" and source.lower().endswith(".tsv"))
    if not usual:
        notes.append(f"{source}: its columns are separated by {SEPARATORS[table.delimiter]}.")
    return table, notes


def _encoding(raw: BinaryIO, source: str) -> str:
    """The encoding by its mark at the start, else UTF-8 where all of the file is, else what Western Europe wrote."""
    start = raw.read(4096)
    for magic, kind in OTHER_FILES.items():
        if start.startswith(magic):
            unpack = "unpack it first" if kind == "compressed" else "save the table as CSV"
            raise CannotRead(f"{source} is {kind}, not text: {unpack}.")
    for bom, encoding in BOMS.items():
        if start.startswith(bom):
            if not _fits(raw, encoding):
                raise CannotRead(f"{source} begins as {ENCODING_NAMES[encoding]}, but not all of it is: save it anew.")
            return encoding
    if b"\0" in start:
        for encoding, letters, zeros in (
            ("utf-16-le", start[::2], start[1::2]),
            ("utf-16-be", start[1::2], start[::2]),
        ):
            if b"\0" not in letters and zeros.count(b"\0") > len(zeros) // 2 and _fits(raw, encoding):
                return encoding
        raise CannotRead(f"{source} is not text (it holds zero bytes): save the table as CSV, in UTF-8.")
    return next(encoding for encoding in ("utf-8", "cp1252", "latin-1") if _fits(raw, encoding))


def _fits(raw: BinaryIO, encoding: str) -> bool:
    """Whether the whole file is text in this encoding."""
    raw.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := raw.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separated(table: CSV) -> CSV:
    """The table with the separator that gives every row the same number of cells, more than one.

    Where two do, the one whose cells hold no other separator, save as the comma in a number.
    """
    samples = {separator: _sample(replace(table, delimiter=separator)) for separator in SEPARATORS}
    even = [separator for separator, rows in samples.items() if _is_even(rows)]
    if not even:
        # The line that has another length is named later; the header says best what was meant.
        return replace(table, delimiter=max(reversed(samples), key=lambda separator: _widths(samples[separator])))
    clean = [
        separator
        for separator in even
        if not any(
            other in cell and not can_be_number(cell)
            for other in even
            if other != separator
            for row in samples[separator]
            for cell in row
        )
    ]
    if len(even) > 1 and not clean:
        names = " or ".join(SEPARATORS[separator] for separator in even)
        raise CannotRead(
            f"{table.source}: its columns may be separated by {names}; put quotation marks around the cells that hold "
            "the other sign."
        )
    return replace(table, delimiter=(clean or even)[0])


def _sample(table: CSV) -> list[list[str]]:
    rows = []
    try:
        for _, row in islice(table.rows(), SAMPLE):
            rows.append(row)
    except CannotRead:  # Its quotation marks go with another separator, or its reader will say where they are wrong.
        return rows[:1]
    return rows


def _widths(rows: list[list[str]]) -> tuple[int, int]:
    """How many cells the first row has, and the widest."""
    return (len(rows[0]), max(map(len, rows))) if rows else (0, 0)


def _is_even(rows: list[list[str]]) -> bool:
    return bool(rows) and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1
