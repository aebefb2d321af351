"""A look at a data file: what each column was taken for, and what would keep it from being learned from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from penpaper_cli.data.dataset import quick_numbers
from penpaper_cli.data.dialect import SEPARATORS
from penpaper_cli.data.kinds import opened_table
from penpaper_cli.data.selection import no_column
from penpaper_cli.data.sheet import Header, Sheet, read_header
from penpaper_cli.data.sources import quoted
from penpaper_cli.data.tables import Source, Table
from penpaper_cli.data.vectors import are_days, is_index, read_numbers
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import TypedFloat
from penpaper_cli.sentences.common import plural

FIRST_ROWS = 5


@dataclass(frozen=True)
class Facts:
    """A column: what it was taken for, how many cells and gaps it has; of numbers their range, of words how many.

    `type` is number, category, date, text, mixed (numbers and words), index or empty. `finding` says why it can't be
    learned from as it stands.
    """

    name: str
    type: str
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
class Looked:
    """A data file looked at."""

    source: str
    rows: int
    separator: str
    columns: list[Facts]
    first_rows: list[list[str]]
    notes: list[str]


def look_at(
    source: Source,
    features: Sequence[str] | None = None,
    drop: Collection[str] = (),
    category: Collection[str] = (),
    numbers: str | None = None,
) -> Looked:
    """What is in a CSV file, or on standard input for `-`. Raises CannotRead only when it is no table at all."""
    with opened_table(source) as (table, notes):
        header = read_header(table)
        names = [header.called(j) for j in range(len(header.names))]
        for name in (*(features or ()), *drop, *category):
            if name not in names:
                raise CannotRead(no_column(table.source, names, name))
        shown = [j for j, name in enumerate(names) if (not features or name in features) and name not in drop]
        data = None if category else quick_numbers(table, header, numbers)
        notes += header.notes
        if data is not None:
            columns = [_of_numbers(table.source, header, j, data[:, j]) for j in shown]
            rows, left_out = len(data), set[int]()
        else:
            sheet = Sheet.seen(table, header)
            notes += sheet.notes
            columns = [_facts(sheet, j, numbers, names[j] in category, notes) for j in shown]
            notes += [
                f"{table.source}, line {line}: {quoted(text)} says that the row sums up others."
                for line, _, text in sheet.totals
            ]
            rows, left_out = sheet.rows, sheet.left_out
        notes += _twice(table.source, names)
        first = [[cells[j].strip() for j in shown] for cells in _first_rows(table, header, left_out)]
    return Looked(table.source, rows, SEPARATORS.get(table.delimiter, ""), columns, first, notes)


def _first_rows(table: Table, header: Header, left_out: Collection[int]) -> list[list[str]]:
    rows = islice(table.rows(), int(header.given), None)
    return [cells for line, cells in islice(((line, c) for line, c in rows if line not in left_out), FIRST_ROWS)]


def _twice(source: str, names: list[str]) -> list[str]:
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    return [f"{source}: {names.count(name)} columns are called {quoted(name)}." for name in twice]


def _of_numbers(source: str, header: Header, j: int, values: np.ndarray, gaps: int = 0) -> Facts:
    """A column of numbers; the gaps are not among `values`."""
    name = header.called(j)
    kind = "index" if not gaps and is_index(values, header.names[j]) else "date" if are_days(values) else "number"
    low, high = TypedFloat(values.min()), TypedFloat(values.max())
    finding = ""
    if kind == "index":
        finding = f"{source}, column {quoted(name)} only numbers the rows: it is left out unless --features names it."
    elif kind == "date":
        finding = f"{source}, column {quoted(name)} holds dates, such as {low.text}: turn them into a number."
    elif len(values) > 1 and low == high:
        finding = f"{source}, column {quoted(name)} is {low.text} in every row, so nothing can be learned from it."
    with np.errstate(over="ignore"):
        mean = float(values.mean())
    return Facts(name, kind, len(values), gaps, low, mean if np.isfinite(mean) else None, high, finding=finding)


def _facts(sheet: Sheet, j: int, numbers: str | None, category: bool, notes: list[str]) -> Facts:
    """A column that was looked at cell by cell."""
    seen, found = sheet.surveys[j], sheet.understood(j, numbers, category)
    finding = f"{found.problem}; {found.remedy}." if found.problem and sheet.rows else ""
    if seen.gaps and seen.filled:
        place = f"{sheet.table.source}, column {quoted(seen.name)}"
        first = f"{'line' if seen.gaps == 1 else 'the first on line'} {seen.first['gap'][0]}"
        notes.append(f"{place} has {plural(seen.gaps, 'gap')} ({first}); --missing says what to do with gaps.")
    if found.note:
        notes.append(found.note)
    if found.kind == "number" and not found.problem:
        try:
            values = read_numbers(sheet, j, found.convention)
        except CannotRead as error:
            finding = str(error)
        else:
            return _of_numbers(sheet.table.source, sheet.header, j, values[~np.isnan(values)], seen.gaps)
    if found.kind not in ("category", "text") or not seen.different:
        return Facts(seen.name, found.kind, seen.filled, seen.gaps, finding=finding)
    word, times = max(seen.different.items(), key=lambda item: item[1])
    count = None if seen.too_many else len(seen.different)
    kind = "text" if found.problem else found.kind
    return Facts(seen.name, kind, seen.filled, seen.gaps, None, None, None, count, word, times, finding)
