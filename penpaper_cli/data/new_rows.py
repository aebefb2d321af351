"""Rows of new data for a model: typed on the command line, or in a file whose columns are matched by name."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from penpaper_cli.data.cells import FRACTION, Convention, as_number, is_gap
from penpaper_cli.data.encoding import Column, coded
from penpaper_cli.data.entries import read_float
from penpaper_cli.data.images import pixel_shape
from penpaper_cli.data.inference import NOT_NUMBERS, ColumnKind
from penpaper_cli.data.kinds import is_picture, kind_of, open_picture, opened_table
from penpaper_cli.data.selection import no_column
from penpaper_cli.data.sheet import Sheet, read_header
from penpaper_cli.data.sources import quoted
from penpaper_cli.data.tables import InMemory, Source, Table
from penpaper_cli.errors import CannotRead
from penpaper_cli.sentences.common import listed, plural

WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s,]+)")
MOST_LISTED = 10


def read_rows_for(
    columns: Sequence[Column],
    source: Source,
    numbers: Convention | None = None,
    notes: list[str] | None = None,
) -> np.ndarray:
    """Rows of new data as a model takes them, float64 of shape (n, d).

    `source` is a file or `-`, or a table in memory, whose columns are found by their names, or a literal such as
    "1650 3; 900 2" with numbers and categories in the order of `columns` (quotation marks around a category with
    blanks), or a picture; what was done to it is added to `notes`. Raises CannotRead with the place of an unknown
    category, a missing column or a gap.
    """
    if not isinstance(source, str) or source.strip() == "-":
        return _from_table(columns, source, numbers)
    if is_picture(source):
        pixels, how = read_row([column.name for column in columns], source.strip())
        if notes is not None:
            notes += how
        return pixels
    if kind_of(source):
        return _from_table(columns, source, numbers)
    rows = [row for row in re.split(r"[;\n]", source) if row.strip()]
    if not rows:
        raise CannotRead(f"The new row is empty: give {listed([column.name for column in columns])}, in this order.")
    values: list[list[float]] = [[] for _ in columns]
    for i, row in enumerate(rows, 1):
        cells, order = _cells(row, len(columns)), ", ".join(column.name for column in columns)
        if len(cells) != len(columns):
            raise CannotRead(
                f"{quoted(source)}: row {i} has {plural(len(cells), 'entry')}, but the model has "
                f"{plural(len(columns), 'feature')}: give {order}, in this order."
            )
        for j, (column, cell) in enumerate(zip(columns, cells, strict=True), 1):
            values[j - 1].append(_value(column, cell, f"{quoted(source)}, row {i}, entry {j} ({column.name})"))
    return coded(columns, [np.array(vector) for vector in values])


def rows_as_typed(columns: Sequence[Column], source: Source) -> list[list[str]]:
    """The cells of a table with its header; of a literal, or a picture's greys, under the names of the columns."""
    names = [column.name for column in columns]
    if not isinstance(source, str) or (kind_of(source) and not is_picture(source)):
        with opened_table(source) as (table, _):
            sheet = _sheet(columns, table)
            return [_names(sheet), *(cells for _, cells in sheet.body())]
    if is_picture(source):
        pixels, _ = read_row(names, source.strip())
        return [names, *([f"{value:g}" for value in row] for row in pixels.tolist())]
    if source.strip() == "-":
        raise CannotRead("-o FILE.csv needs the new rows in a file or on the command line: put them in a file.")
    return [names, *(_cells(row, len(columns)) for row in re.split(r"[;\n]", source) if row.strip())]


def read_row(features: Sequence[str], path: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """A picture as a row of features for a model, float64 of shape (1, d), and notes on what was done to it.

    It is brought to the size that the model takes. Raises CannotRead when the model takes no pictures.
    """
    shape = pixel_shape(features)
    if shape is None:
        raise CannotRead(f"{quoted(path, 200)} is a picture, but the model's features are not the pixels of one.")
    picture = open_picture(path, (shape[1], shape[0]))
    notes = tuple(f"{picture.source}: {sentence}" for sentence in picture.how)
    return picture.grey.reshape(1, -1).astype(float), notes


def _cells(row: str, count: int) -> list[str]:
    """The entries of a row, between commas where that gives the right number of them, else also between blanks."""
    parts = [part.strip().strip("\"'") for part in row.split(",")]
    if len(parts) == count:
        return parts
    return ["".join(word.groups(default="")) for word in WORD.finditer(row)]


def _value(column: Column, cell: str, place: str, convention: Convention | None = None) -> float:
    """A number, or the place of a category."""
    text = cell.strip()
    if text in column.categories:
        return column.categories.index(text)
    if not text or (column.categories and is_gap(text)):
        raise CannotRead(f"{place} is empty: every entry of a new row is needed.")
    if column.categories:
        known = [quoted(category) for category in column.categories[:MOST_LISTED]]
        known += [f"{len(column.categories) - MOST_LISTED} more"] * (len(column.categories) > MOST_LISTED)
        raise CannotRead(f"{place}: the model has not seen {quoted(text)}; it knows {listed(known)}.")
    try:
        return as_number(text, convention) if convention else read_float(text)
    except CannotRead as error:
        raise CannotRead(f"{place}: {quoted(text)} {error}; mend the entry.") from None


def _sheet(columns: Sequence[Column], table: Table) -> Sheet:
    """A table of new rows seen; the columns of an array are taken to be those of the model, in their order."""
    header = read_header(table)
    if header.invented and isinstance(table, InMemory) and len(header.names) == len(columns):
        header.names[:] = [column.name for column in columns]
    return Sheet.seen(table, header)


def _names(sheet: Sheet) -> list[str]:
    return [sheet.header.called(j) for j in range(len(sheet.header.names))]


def _from_table(columns: Sequence[Column], source: Source, numbers: Convention | None) -> np.ndarray:
    with opened_table(source) as (table, _):
        sheet = _sheet(columns, table)
        names = _names(sheet)
        for column in columns:
            if column.name not in names:
                raise CannotRead(no_column(table.source, names, column.name))
            if names.count(column.name) > 1:
                raise CannotRead(f"{table.source} has two columns called {quoted(column.name)}: rename one of them.")
        if not sheet.rows:
            raise CannotRead(f"{table.source} has no rows: write one row of data on each line.")
        places = [names.index(column.name) for column in columns]
        conventions = [
            None if column.categories else _convention(sheet, j, numbers)
            for column, j in zip(columns, places, strict=True)
        ]
        values: list[list[float]] = [[] for _ in columns]
        for line, cells in sheet.body():
            for vector, column, j, convention in zip(values, columns, places, conventions, strict=True):
                place = f"{table.source}, line {line}, column {quoted(column.name)}"
                vector.append(_value(column, cells[j], place, convention))
    return coded(columns, [np.array(vector) for vector in values])


def _convention(sheet: Sheet, j: int, numbers: Convention | None) -> Convention:
    """How a column of numbers is written. Raises CannotRead where it holds something else.

    The model needs numbers, so that two of them with a slash are a fraction.
    """
    column = sheet.inference(j, numbers or FRACTION)
    if column.kind in (ColumnKind.CATEGORY, ColumnKind.TEXT, ColumnKind.DATE):
        survey = sheet.surveys[j]
        line, text = min(survey.first[kind] for kind in NOT_NUMBERS if kind in survey.first)
        raise CannotRead(
            f"{sheet.table.source}, line {line}, column {quoted(survey.name)}: {quoted(text)} is not a number, "
            "and the model needs one; mend the cell."
        )
    if column.problem and column.kind is not ColumnKind.EMPTY:
        raise CannotRead(f"{column.problem}; {column.target_remedy}.")
    return column.convention
