"""A look at a data file: what each column was taken for, and what would keep it from being learned from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from penpaper_cli.data.cells import Convention
from penpaper_cli.data.dataset import quick_numbers, read_convention
from penpaper_cli.data.dialect import SEPARATORS
from penpaper_cli.data.inference import CellKind, ColumnKind
from penpaper_cli.data.kinds import opened_table
from penpaper_cli.data.selection import no_column
from penpaper_cli.data.sheet import Header, Sheet, read_header
from penpaper_cli.data.sources import quoted
from penpaper_cli.data.tables import Source, Table
from penpaper_cli.data.vectors import Numbering, are_days, numbering, read_numbers
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import TypedFloat
from penpaper_cli.sentences.common import plural

FIRST_ROWS = 5
LONGEST_SHOWN = 80


@dataclass(frozen=True)
class ColumnSummary:
    """A column: what it was taken for, how many cells and gaps it has; of numbers their range, of words how many.

    `finding` says why it can't be learned from as it stands.
    """

    name: str
    type: ColumnKind
    count: int
    gaps: int = 0
    min: TypedFloat | None = None
    mean: float | None = None
    max: TypedFloat | None = None
    categories: int | None = None
    most_frequent: str | None = None
    times: int | None = None
    finding: str = ""


@dataclass(frozen=True)
class Summary:
    """A data file looked at."""

    source: str
    rows: int
    separator: str
    columns: list[ColumnSummary]
    first_rows: list[list[str]]
    notes: list[str]


def look_at(
    source: Source,
    features: Sequence[str] | None = None,
    drop: Collection[str] = (),
    category: Collection[str] = (),
    numbers: str | None = None,
    encoding: str | None = None,
) -> Summary:
    """What is in a CSV file, or on standard input for `-`. Raises CannotRead only when it is no table at all."""
    with opened_table(source, encoding) as (table, notes):
        header = read_header(table)
        names = [header.called(j) for j in range(len(header.names))]
        for name in (*(features or ()), *drop, *category):
            if name not in names:
                raise CannotRead(no_column(table.source, names, name))
        shown = [j for j, name in enumerate(names) if (not features or name in features) and name not in drop]
        convention = read_convention(numbers)
        data = None if category else quick_numbers(table, header, convention)
        notes += header.notes
        if data is not None:
            columns = [_of_numbers(table.source, header, j, data[:, j]) for j in shown]
            rows, left_out = len(data), set[int]()
        else:
            sheet = Sheet.seen(table, header, category)
            notes += sheet.notes
            columns = [_column(sheet, j, convention, names[j] in category, notes) for j in shown]
            notes += [
                f"{table.source}, line {line}: {quoted(text)} says that the row sums up others."
                for line, _, text in sheet.totals
            ]
            rows, left_out = sheet.rows, sheet.left_out
        notes += _twice(table.source, names)
        first = [[_cut(cells[j].strip()) for j in shown] for cells in _first_rows(table, header, left_out)]
    return Summary(table.source, rows, SEPARATORS.get(table.delimiter, ""), columns, first, notes)


def _first_rows(table: Table, header: Header, left_out: Collection[int]) -> list[list[str]]:
    rows = islice(table.rows(), int(header.given), None)
    return [cells for line, cells in islice(((line, c) for line, c in rows if line not in left_out), FIRST_ROWS)]


def _cut(cell: str) -> str:
    return cell if len(cell) <= LONGEST_SHOWN else f"{cell[: LONGEST_SHOWN - 1]}…"


def _twice(source: str, names: list[str]) -> list[str]:
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    return [f"{source}: {names.count(name)} columns are called {quoted(name)}." for name in twice]


def _of_numbers(source: str, header: Header, j: int, values: np.ndarray, gaps: int = 0) -> ColumnSummary:
    """A column of numbers; the gaps are not among `values`."""
    name = header.called(j)
    kind = ColumnKind.DATE if are_days(values) else ColumnKind.NUMBER
    numbered = Numbering.NONE if gaps else numbering(values, header.names[j])
    if numbered is Numbering.SURE:
        kind = ColumnKind.INDEX
    low, high = TypedFloat(values.min()), TypedFloat(values.max())
    finding = ""
    if kind is ColumnKind.INDEX:
        finding = f"{source}, column {quoted(name)} {numbered.value}: it is left out unless --features names it."
    elif kind is ColumnKind.DATE:
        finding = f"{source}, column {quoted(name)} holds dates, such as {low.text}: turn them into a number."
    elif len(values) > 1 and low == high:
        finding = f"{source}, column {quoted(name)} is {low.text} in every row, so nothing can be learned from it."
    elif numbered is Numbering.PERHAPS:
        finding = f"{source}, column {quoted(name)} {numbered.value}: pp train keeps it; --drop {quoted(name)} doesn't."
    with np.errstate(over="ignore"):
        mean = float(values.mean())
    return ColumnSummary(name, kind, len(values), gaps, low, mean if np.isfinite(mean) else None, high, finding=finding)


def _column(sheet: Sheet, j: int, numbers: Convention | None, category: bool, notes: list[str]) -> ColumnSummary:
    """A column that was looked at cell by cell."""
    survey, inferred = sheet.surveys[j], sheet.inference(j, numbers, category)
    finding = f"{inferred.problem}; {inferred.remedy}." if inferred.problem and sheet.rows else ""
    if survey.gaps and survey.filled:
        place = f"{sheet.table.source}, column {quoted(survey.name)}"
        remedy = "--missing says what to do with gaps"
        if survey.first[CellKind.GAP].text and inferred.kind in (ColumnKind.CATEGORY, ColumnKind.TEXT):
            remedy += f", and --category {quoted(survey.name)} that they are words"
        notes.append(f"{place} has {plural(survey.gaps, 'gap')} ({survey.first_gap}); {remedy}.")
    if inferred.note:
        notes.append(inferred.note)
    if inferred.kind is ColumnKind.NUMBER and not inferred.problem:
        try:
            values = read_numbers(sheet, j, inferred.convention)
        except CannotRead as error:
            finding = str(error)
        else:
            return _of_numbers(sheet.table.source, sheet.header, j, values[~np.isnan(values)], survey.gaps)
    if inferred.kind not in (ColumnKind.CATEGORY, ColumnKind.TEXT) or not survey.different:
        return ColumnSummary(survey.name, inferred.kind, survey.filled, survey.gaps, finding=finding)
    word, times = max(survey.different.items(), key=lambda item: item[1])
    count = None if survey.too_many else len(survey.different)
    kind = ColumnKind.TEXT if inferred.problem else inferred.kind
    return ColumnSummary(survey.name, kind, survey.filled, survey.gaps, None, None, None, count, word, times, finding)
