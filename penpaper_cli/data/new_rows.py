"""Rows of new data for a model: typed on the command line, or in a file whose columns are matched by name."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from penpaper_cli.data.cells import FRACTION, POINT, Convention, as_number, is_gap, written
from penpaper_cli.data.encoding import Column, coded
from penpaper_cli.data.entries import read_float
from penpaper_cli.data.images import pixel_shape
from penpaper_cli.data.inference import NOT_NUMBERS, ColumnKind
from penpaper_cli.data.kinds import is_picture, kind_of, open_picture, opened_table
from penpaper_cli.data.selection import no_column
from penpaper_cli.data.sheet import Sheet, read_header
from penpaper_cli.data.sources import quoted
from penpaper_cli.data.tables import InMemory, Source, Table
from penpaper_cli.data.vectors import Missing
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import TypedFloat
from penpaper_cli.sentences.common import listed, plural

WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s,]+)")
MOST_LISTED = 10


@dataclass(frozen=True, eq=False)
class NewRows:
    """New rows of features, `X` float64 of shape (m, d); of a table also which of its rows they are, and the truth.

    `truth` has the target of each row, where the table has it: a number, or the number of a class; else NaN.
    """

    X: np.ndarray
    kept: np.ndarray | None = None
    truth: np.ndarray | None = None


@dataclass(frozen=True)
class Wanted:
    """What new rows are read for: the columns of a model, what it does with gaps, and what it predicts."""

    columns: Sequence[Column]
    missing: Missing | None = None
    target: str | None = None
    classes: tuple[str, ...] = ()


def read_rows_for(
    columns: Sequence[Column],
    source: Source,
    numbers: Convention | None = None,
    notes: list[str] | None = None,
) -> np.ndarray:
    """Rows of new data as a model takes them, float64 of shape (n, d); `read_new_rows` tells more."""
    return read_new_rows(Wanted(columns), source, [] if notes is None else notes, numbers).X


def read_new_rows(
    wanted: Wanted,
    source: Source,
    notes: list[str],
    numbers: Convention | None = None,
    encoding: str | None = None,
) -> NewRows:
    """Rows of new data as a model takes them.

    `source` is a file or `-`, or a table in memory, whose columns are found by their names, or a literal such as
    "1650 3; 900 2" with numbers and categories in the order of `columns` (quotation marks around a category with
    blanks), or a picture. A gap is filled in, or its row left out, as the model learnt to. What was done is added to
    `notes`, and which columns are not used. Raises CannotRead with the place of an unknown category, a missing column
    or a gap that nothing was learnt of.
    """
    columns = wanted.columns
    if not isinstance(source, str) or source.strip() == "-" or (kind_of(source) and not is_picture(source)):
        return _from_table(wanted, source, numbers, notes, encoding)
    if encoding is not None:
        raise CannotRead("--encoding is for tables in files: leave the option out.")
    if is_picture(source):
        pixels, how = read_row([column.name for column in columns], source.strip())
        notes += how
        return NewRows(pixels)
    rows = [row for row in re.split(r"[;\n]", source) if row.strip()]
    if not rows:
        raise CannotRead(f"The new row is empty: give {listed([column.name for column in columns])}, in this order.")
    values: list[list[float]] = [[] for _ in columns]
    filled = dict.fromkeys((column.name for column in columns), 0)
    for i, row in enumerate(rows, 1):
        cells, order = _cells(row, len(columns)), ", ".join(column.name for column in columns)
        if len(cells) != len(columns):
            raise CannotRead(
                f"{quoted(source)}: row {i} has {plural(len(cells), 'entry')}, but the model has "
                f"{plural(len(columns), 'feature')}: give {order}, in this order."
            )
        for j, (column, cell) in enumerate(zip(columns, cells, strict=True), 1):
            values[j - 1].append(_value(column, cell, f"{quoted(source)}, row {i}, entry {j} ({column.name})"))
            filled[column.name] += is_gap(cell)
    notes += _of_gaps(quoted(source), columns, filled, [])
    return NewRows(coded(columns, [np.array(vector) for vector in values]))


def rows_as_typed(columns: Sequence[Column], source: Source, encoding: str | None = None) -> list[list[str]]:
    """The cells of a table with its header; of a literal, or a picture's greys, under the names of the columns."""
    names = [column.name for column in columns]
    if not isinstance(source, str) or (kind_of(source) and not is_picture(source)):
        with opened_table(source, encoding) as (table, _):
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
    if is_gap(text) and column.fill is not None:
        return column.fill
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


def _from_table(
    wanted: Wanted, source: Source, numbers: Convention | None, notes: list[str], encoding: str | None
) -> NewRows:
    columns = wanted.columns
    with opened_table(source, encoding) as (table, _):
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
        truth = _Truth.of(sheet, names, wanted, numbers, notes)
        values: list[list[float]] = [[] for _ in columns]
        kept, left_out = [], []
        filled = dict.fromkeys((column.name for column in columns if column.fill is not None), 0)
        for line, cells in sheet.body():
            gaps = [
                c
                for c, j in zip(columns, places, strict=True)
                if is_gap(cells[j]) and cells[j].strip() not in c.categories
            ]
            kept.append(not gaps or wanted.missing is not Missing.DROP)
            if not kept[-1]:
                left_out.append(line)
                continue
            for column in gaps:
                if column.name in filled:
                    filled[column.name] += 1
            for vector, column, j, convention in zip(values, columns, places, conventions, strict=True):
                place = f"{table.source}, line {line}, column {quoted(column.name)}"
                vector.append(_value(column, cells[j], place, convention))
            if truth:
                truth.add(line, cells)
        if len(left_out) == len(kept):
            raise CannotRead(f"{table.source}: every row has gaps, and the model was trained on rows without any.")
        notes += _of_gaps(table.source, columns, filled, left_out)
        notes += _unused(table.source, names, wanted)
        if truth:
            notes += truth.notes()
    X = coded(columns, [np.array(vector) for vector in values])
    return NewRows(X, np.array(kept), truth.values if truth else None)


def _of_gaps(source: str, columns: Sequence[Column], filled: dict[str, int], left_out: list[int]) -> Iterator[str]:
    """What was done with gaps."""
    for column in columns:
        if filled.get(column.name) and column.fill is not None:
            count = plural(filled[column.name], "gap")
            yield f"{source}, column {quoted(column.name)}: {count} filled in with {column.fill:.6g}, as in training."
    if left_out:
        first = f"line {left_out[0]}" if len(left_out) == 1 else f"the first is line {left_out[0]}"
        yield f"{source}: {plural(len(left_out), 'row')} with gaps left out ({first}), as in training."


def _unused(source: str, names: list[str], wanted: Wanted) -> Iterator[str]:
    """Which columns the model has no use for."""
    own = {column.name for column in wanted.columns}
    others = [quoted(name) for name in names if name not in own and name != wanted.target]
    if others:
        more = [f"{len(others) - MOST_LISTED} more"] if len(others) > MOST_LISTED else []
        columns = "the column" if len(others) == 1 else "the columns"
        yield f"{source}: the model does not use {columns} {listed(others[:MOST_LISTED] + more)}."


class _Truth:
    """Reads the target of new rows, where their table has it."""

    def __init__(self, place: int, convention: Convention | None, wanted: Wanted, source: str) -> None:
        self.place, self.convention, self.wanted, self.source = place, convention, wanted, source
        self._values = array("d")
        self.unknown: list[tuple[int, str]] = []

    @classmethod
    def of(
        cls, sheet: Sheet, names: list[str], wanted: Wanted, numbers: Convention | None, notes: list[str]
    ) -> _Truth | None:
        """A reader of the target, None where it isn't there or can't be read."""
        if wanted.target is None or names.count(wanted.target) != 1:
            return None
        place = names.index(wanted.target)
        if not sheet.surveys[place].filled:
            return None
        try:
            convention = None if wanted.classes else _convention(sheet, place, numbers)
        except CannotRead:
            name = quoted(wanted.target)
            notes.append(
                f"{sheet.table.source}, column {name} holds no plain numbers: the predictions are not measured."
            )
            return None
        return cls(place, convention, wanted, sheet.table.source)

    def add(self, line: int, cells: list[str]) -> None:
        """The target of one more row."""
        text, classes = cells[self.place].strip(), self.wanted.classes
        if not classes:
            self._values.append(float("nan") if is_gap(text) else as_number(text, self.convention or POINT))
            return
        label = text
        if text not in classes and (number := written(text)) and number.point:
            label = TypedFloat(read_float(number.point)).text
        if label in classes:
            self._values.append(classes.index(label))
        else:
            self._values.append(float("nan"))
            if not is_gap(text):
                self.unknown.append((line, text))

    @property
    def values(self) -> np.ndarray | None:
        """The targets, or None where no row has one."""
        values = np.array(self._values)
        return None if np.isnan(values).all() else values

    def notes(self) -> Iterator[str]:
        """Which rows have no target that predictions can be measured by."""
        name = quoted(str(self.wanted.target))
        if self.unknown:
            line, text = self.unknown[0]
            yield (
                f"{self.source}, line {line}, column {name}: the model has not seen {quoted(text)}; "
                f"{plural(len(self.unknown), 'row')} with such a class left out of the measures."
            )
        gaps = int(np.isnan(np.array(self._values)).sum()) - len(self.unknown)
        if gaps and gaps < len(self._values):
            yield f"{self.source}, column {name}: {plural(gaps, 'row')} without the truth left out of the measures."


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
