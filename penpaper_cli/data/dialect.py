"""How a data file is written: its encoding and what separates its columns, found out from its bytes."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import BinaryIO, TextIO

from penpaper_cli.data.cells import can_be_number, is_date, is_gap, written
from penpaper_cli.data.other_files import refuse_other
from penpaper_cli.data.sources import STANDARD_INPUT, STDIN, quoted, readable, shown
from penpaper_cli.data.tables import BLANKS, CSV, Table
from penpaper_cli.errors import CannotRead

SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas", " ": "blanks"}
MOST_ABOVE = 5
"""So many lines are looked at to find the one with the names."""
SAMPLE = 200
"""How many rows are looked at to find the separator."""
CHUNK = 1 << 20
FIRST_LINE = re.compile(r'"?sep=([,;|\t])"?\r?\n?', re.IGNORECASE)
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
COMMENT = "#"


@contextmanager
def opened(path: str, encoding: str | None = None) -> Iterator[tuple[Table, list[str]]]:
    """The table in a text file, with what was found out about how it is written, its encoding too unless that is named.

    Raises CannotRead when it can't be opened, isn't text, or its separator is in doubt.
    """
    with readable(path), open(path, "rb") as stream:
        # A pipe, as in <(zcat houses.csv.gz), can be read only once, and reading a CSV takes more than one go.
        raw: BinaryIO = stream if stream.seekable() else io.BytesIO(stream.read())
        yield _table(raw, shown(path), encoding)


def from_stdin(encoding: str | None = None) -> tuple[Table, list[str]]:
    """The table on standard input, with notes and errors as `opened` has them."""
    return _table(io.BytesIO(STANDARD_INPUT.bytes("The data set")), STDIN, encoding)


def _table(raw: BinaryIO, source: str, named: str | None) -> tuple[CSV, list[str]]:
    refuse_other(raw, source)
    encoding = _encoding(raw, source) if named is None else _named(raw, source, named)
    raw.seek(0)
    # surrogateescape never comes into play: the whole file was tried with this encoding.
    stream = io.TextIOWrapper(raw, encoding, newline="")
    notes = []
    if named is None and not encoding.startswith("utf-8"):
        notes.append(f"{source} is not UTF-8: read as {ENCODING_NAMES[encoding]}; --encoding names another.")
    declared = FIRST_LINE.fullmatch(stream.readline())
    if declared:
        return _under_merged_cells(CSV(stream, source, declared[1], above=1), notes), notes
    comments = _comments(stream)
    table = _separated(CSV(stream, source, above=len(comments)))
    if comments:
        table = _below(table, comments, notes)
    usual = table.delimiter == "," or (table.delimiter == "\t" and source.lower().endswith(".tsv"))
    if not usual:
        notes.append(f"{source}: its columns are separated by {SEPARATORS[table.delimiter]}.")
    return _under_merged_cells(table, notes), notes


def _comments(stream: TextIO) -> list[str]:
    """The lines at the top that begin with #."""
    stream.seek(0)
    lines = []
    while (line := stream.readline()).lstrip("\ufeff \t").startswith(COMMENT):
        lines.append(line)
    return lines


def _below(table: CSV, comments: list[str], notes: list[str]) -> CSV:
    """The table below its comments; the last of them is its header where it has as many names and no other follows."""
    first = next(iter(_sample(table)), [])
    last = replace(table, stream=io.StringIO(comments[-1].lstrip("\ufeff \t#"), newline=""), above=0)
    names = tuple(cell.strip() for cell in next(iter(_sample(last)), []))
    if len(names) == len(first) > 1 and not _names_all(first):
        line = len(comments)
        comments = comments[:-1]
        if not names[0]:  # A column called #, perhaps.
            table = replace(table, above=line - 1)
        else:
            table = replace(table, names=names, names_line=line)
            notes.append(f"{table.source}, line {line} is taken for the header, without its #.")
    if comments:
        lines = "line 1 is a comment" if len(comments) == 1 else f"lines 1 to {len(comments)} are comments"
        notes.append(f"{table.source}: {lines} (#), and left out.")
    return table


def _under_merged_cells(table: CSV, notes: list[str]) -> CSV:
    """The table from the line that names every column, where lines above it leave some without a name.

    A spreadsheet exports merged cells, and a title over a table, as one name and empty cells.
    """
    rows = _numbered_sample(table)
    for k, (line, names) in enumerate(rows[:MOST_ABOVE]):
        if _names_all(names):
            if k and _has_numbers([row for _, row in rows[k + 1 :]], len(names)):
                above = [line for line, _ in rows[:k]]
                which = f"line {above[0]} is" if k == 1 else f"lines {above[0]} to {above[-1]} are"
                notes.append(
                    f"{table.source}: {which} left out, as not every column has a name there: line {line} is taken "
                    "for the header."
                )
                return replace(table, above=line - 1)
            break
    return table


def _names_all(cells: list[str]) -> bool:
    """Whether a row has a different word for every column."""
    words = [cell.strip() for cell in cells]
    return len(set(words)) == len(words) > 1 and not any(
        is_gap(word) or is_date(word) or written(word) for word in words
    )


def _has_numbers(rows: list[list[str]], width: int) -> bool:
    """Whether some column holds nothing but numbers in these rows."""
    even = [row for row in rows if len(row) == width]
    return any(
        any(map(written, column)) and all(written(cell) or is_gap(cell) for cell in column)
        for column in zip(*even, strict=True)
    )


def _encoding(raw: BinaryIO, source: str) -> str:
    """The encoding by its mark at the start, else UTF-8 where all of the file is, else what Western Europe wrote."""
    raw.seek(0)
    start = raw.read(4096)
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


def _named(raw: BinaryIO, source: str, encoding: str) -> str:
    """The encoding that was named. Raises CannotRead where there is none of that name, or the file isn't written so."""
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        raise CannotRead(
            f"--encoding {quoted(encoding)} is no encoding of text: give a name such as cp1251, shift-jis, gbk or "
            "mac-roman."
        ) from None
    if not _fits(raw, encoding):
        raise CannotRead(f"{source} is not text in {encoding}: name another --encoding, or leave the option out.")
    raw.seek(0)
    return "utf-8-sig" if raw.read(3) == codecs.BOM_UTF8 and _fits(raw, "utf-8") else encoding


def _fits(raw: BinaryIO, encoding: str) -> bool:
    """Whether the whole file is text in this encoding."""
    raw.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := raw.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _separated(table: CSV) -> CSV:
    """The table with the separator that gives every row the same number of cells, more than one.

    Where two do, the one whose cells hold no other separator, save as the comma in a number.
    """
    samples = {separator: _sample(replace(table, delimiter=separator)) for separator in SEPARATORS}
    blanks = samples.pop(BLANKS)
    even = [separator for separator, rows in samples.items() if _is_even(rows)]
    if not even and _is_even(blanks) and _has_numbers(blanks[1:], len(blanks[0])):
        return replace(table, delimiter=BLANKS)
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
    return [row for _, row in _numbered_sample(table)]


def _numbered_sample(table: CSV) -> list[tuple[int, list[str]]]:
    """The first rows, each with its line."""
    rows = []
    try:
        for row in islice(table.rows(), SAMPLE):
            rows.append(row)
    except CannotRead:  # Its quotation marks go with another separator, or its reader will say where they are wrong.
        return rows[:1]
    return rows


def _widths(rows: list[list[str]]) -> tuple[int, int]:
    """How many cells the first row has, and the widest."""
    return (len(rows[0]), max(map(len, rows))) if rows else (0, 0)


def _is_even(rows: list[list[str]]) -> bool:
    return bool(rows) and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1
