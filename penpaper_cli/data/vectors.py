"""The chosen columns of a data file as vectors: every cell a number, a category, or a gap."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

import numpy as np

from penpaper_cli.data.cells import Convention, as_number, is_gap
from penpaper_cli.data.inference import Cell, CellKind, ColumnKind
from penpaper_cli.data.selection import as_option
from penpaper_cli.data.sheet import Sheet
from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.sentences.common import listed, plural

MOST_LISTED = 20
INDEX_NAMES = {"id", "index", "unnamed: 0"}
NUMBERING = {"#", "id", "no", "nr", "num", "number", "index", "idx", "row", "rownames", "obs", "serial", "case"}
"""Words of a name that says that a column numbers the rows; not as a number of something, such as number_of_rooms."""
OF_TIME = {"year", "quarter", "month", "week", "day", "date", "hour", "minute", "second", "time", "period", "age", "t"}
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|#")
FEW_ROWS = 10
"""Numbers that rise through fewer rows than this are nothing to wonder at."""
MOST_HOLES = 1.5
"""Numbers that rise over more than so many times their count are measured rather than counted."""
EARLIEST, LATEST = 1900_01_01, 2100_12_31


class Missing(StrEnum):
    """What to do with gaps: leave their rows out, or fill in the column's mean or median."""

    DROP = "drop"
    MEAN = "mean"
    MEDIAN = "median"


@dataclass(frozen=True, eq=False)
class Vector:
    """A column's numbers, float64 of shape (n,), or the places of its cells among its sorted `categories`.

    A gap is NaN; `gap` is the first. `place` is the column's in the file, from 0.
    """

    place: int
    name: str
    values: np.ndarray
    categories: tuple[str, ...] = ()
    gap: Cell | None = None

    def of_rows(self, rows: np.ndarray) -> Vector:
        """Only these rows, and only the categories that are left in them."""
        values = self.values[rows]
        if not self.categories:
            return replace(self, values=values)
        left, places = np.unique(values.astype(int), return_inverse=True)
        return replace(self, values=places.astype(float), categories=tuple(self.categories[k] for k in left))


def read_vectors(
    sheet: Sheet,
    used: list[int],
    category: Collection[str],
    missing: Missing | None,
    numbers: Convention | None,
    notes: list[str],
) -> list[Vector]:
    """The used columns, the target last. Raises CannotRead with the place and the remedy of what can't be learned from.

    That is also a gap, unless `missing` says what to do with it. What was assumed is added to `notes`.
    """
    source = sheet.table.source
    notes += sheet.notes
    if not sheet.rows:
        raise CannotWork(f"{source} has a header but no rows under it: write one row of data on each line.")
    for line, j, text in sheet.totals:
        if sheet.header.called(j) not in category:
            name = quoted(sheet.header.called(j))
            raise CannotRead(
                f"{source}, line {line}, column {name}: {quoted(text)} says that the row sums up others: take the line "
                f"out, or use the words as they are with --category {name}."
            )
    readers = [
        reader for j in used if (reader := _reader(sheet, j, j == used[-1], category, numbers, notes)) is not None
    ]
    if not missing:
        _refuse_gaps(sheet, readers)
    return _read(sheet, readers)


def _refuse_gaps(sheet: Sheet, readers: Sequence[_Numbers | _Categories]) -> None:
    """Say how many gaps each column has, and what to do: the target, which is read last, is never filled in."""
    gappy = [reader for reader in readers if reader.empty.gap]
    if not gappy:
        return
    surveys = [sheet.surveys[reader.empty.place] for reader in gappy]
    counts = [f"{survey.gaps:,} in column {quoted(survey.name)} ({survey.first_gap})" for survey in surveys]
    rest = [plural(len(counts) - MOST_LISTED, "more column")] if len(counts) > MOST_LISTED else []
    remedies = ["leave their rows out with --missing drop"]
    if all(isinstance(reader, _Numbers) and reader is not readers[-1] for reader in gappy):
        remedies.append("fill them in with --missing mean or --missing median")
    words = [vector.name for reader in gappy if isinstance(reader, _Categories) and _is_word(vector := reader.empty)]
    if words:
        remedies.append(f"take words such as NA as they are with --category {as_option(words)}")
    target = "; a target is never filled in" if gappy[-1] is readers[-1] else ""
    raise CannotRead(
        f"{sheet.table.source} has gaps (empty cells, or words such as NA): {listed(counts[:MOST_LISTED] + rest)}; "
        f"{', or '.join(remedies)}{target}."
    )


def _is_word(vector: Vector) -> bool:
    """Whether a gap may be meant for a word."""
    return vector.gap is not None and bool(vector.gap.text)


def read_numbers(sheet: Sheet, j: int, convention: Convention) -> np.ndarray:
    """The numbers of one column, NaN where there is a gap. Raises CannotRead with the place of what is none."""
    empty = Vector(j, sheet.header.called(j), np.empty(0))
    return _read(sheet, [_Numbers(empty, sheet.table.source, convention, "mend the cell")])[0].values


def _read(sheet: Sheet, readers: Sequence[_Numbers | _Categories]) -> list[Vector]:
    """The columns that the readers read, in one go over the file."""
    for line, cells in sheet.body():
        for read in readers:
            read(line, cells[read.empty.place])
    return [reader.vector() for reader in readers]


def _reader(
    sheet: Sheet, j: int, is_target: bool, category: Collection[str], numbers: Convention | None, notes: list[str]
) -> _Numbers | _Categories | None:
    """What reads a column, or None where it is empty and has no name."""
    name, source = sheet.header.called(j), sheet.table.source
    column = sheet.inference(j, numbers, name in category)
    if not sheet.header.names[j] and column.kind is ColumnKind.EMPTY:
        notes.append(f"{source}, {name} is empty and has no name: left out.")
        return None
    if not sheet.header.names[j] and column.kind is not ColumnKind.NUMBER and not is_target and name not in category:
        raise CannotRead(no_name(source, sheet.header.line, Vector(j, name, np.empty(0))))
    remedy = column.target_remedy if is_target else column.remedy
    if column.problem and remedy:
        raise CannotRead(f"{column.problem}; {remedy}.")
    if column.note:
        notes.append(column.note)
    empty = Vector(j, name, np.empty(0), gap=sheet.surveys[j].first.get(CellKind.GAP))
    if column.kind is ColumnKind.CATEGORY:
        return _Categories(empty, sheet.surveys[j].all_words)
    return _Numbers(empty, source, column.convention, remedy)


class Numbering(Enum):
    """Whether a column numbers the rows."""

    SURE = "only numbers the rows"
    PERHAPS = "may only number the rows"
    NONE = ""


def numbering(values: np.ndarray, name: str) -> Numbering:
    """Whether a column numbers the rows: whole numbers, all different, that rise where the name doesn't say it all.

    Without a name they have to count 1, 2, 3. Where only the name or only the numbers tell so it is a perhaps.
    """
    if len(values) < 2 or values[0] == values[-1] or not bool((values == np.floor(values)).all()):
        return Numbering.NONE
    steps = np.diff(values)
    if not name:
        return Numbering.SURE if values[0] in (0, 1) and bool((steps == 1).all()) else Numbering.NONE
    rising = bool((steps > 0).all())
    if not rising and len(np.unique(values)) < len(values):
        return Numbering.NONE
    words = {word.casefold() for word in WORDS.findall(name)}
    if name.casefold() in INDEX_NAMES or (rising and words & NUMBERING and "of" not in words):
        return Numbering.SURE
    count = len(values)
    counts = rising and count >= FEW_ROWS and values[-1] - values[0] < MOST_HOLES * count
    return Numbering.PERHAPS if words & NUMBERING or (counts and not words & OF_TIME) else Numbering.NONE


def are_days(values: np.ndarray) -> bool:
    """Whether whole numbers such as 20240131 are all days of the calendar."""
    if not len(values) or not ((values >= EARLIEST) & (values <= LATEST)).all():
        return False
    month, day = values // 100 % 100, values % 100
    return bool(((values % 1 == 0) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)).all())


class _Numbers:
    """Reads the numbers of a column."""

    def __init__(self, empty: Vector, source: str, convention: Convention, remedy: str) -> None:
        self.empty, self.source, self.convention, self.remedy = empty, source, convention, remedy
        self.values = array("d")

    def __call__(self, line: int, cell: str) -> None:
        text = cell.strip()
        try:
            self.values.append(float("nan") if is_gap(text) else as_number(text, self.convention))
        except CannotRead as error:
            place = f"{self.source}, line {line}, column {quoted(self.empty.name)}"
            raise CannotRead(f"{place}: {quoted(text)} {error}; {self.remedy}.") from None

    def vector(self) -> Vector:
        """The column, once all of it is read."""
        return replace(self.empty, values=np.frombuffer(self.values))


class _Categories:
    """Reads the words of a column."""

    def __init__(self, empty: Vector, all_words: bool) -> None:
        self.empty, self.all_words = empty, all_words
        self.places: dict[str, int] = {}
        self.values = array("d")

    def __call__(self, line: int, cell: str) -> None:
        text = cell.strip()
        is_missing = is_gap(text, self.all_words)
        self.values.append(float("nan") if is_missing else self.places.setdefault(text, len(self.places)))

    def vector(self) -> Vector:
        """The column, once all of it is read; its categories are sorted."""
        places = np.frombuffer(self.values)
        categories = tuple(sorted(self.places))
        order = np.empty(len(categories))
        order[[self.places[word] for word in categories]] = range(len(categories))
        filled = ~np.isnan(places)
        values = np.full(len(places), np.nan)
        values[filled] = order[places[filled].astype(int)]
        return replace(self.empty, values=values, categories=categories)


def no_name(source: str, line: int, vector: Vector) -> str:
    """That a column needs a name."""
    place = f"{source}, line {line}, column {vector.place + 1} has no name"
    return f"{place}: every column needs one, or leave it out with --drop {quoted(vector.name)}."


def _too_few_left(source: str, gappy: list[tuple[Vector, int]], target: Vector, rows: int) -> str:
    """That no two rows are without gaps, which columns cost them, and what to do without."""
    left = "only one row" if rows else "no row"
    worst = sorted(gappy, key=lambda pair: -pair[1])
    counts = [f"{count:,} in column {quoted(vector.name)}" for vector, count in worst[:MOST_LISTED]]
    more = [plural(len(worst) - MOST_LISTED, "more column")] if len(worst) > MOST_LISTED else []
    features = [vector for vector, _ in worst if vector is not target]
    remedy = f"leave out the columns that cost most, such as {quoted(features[0].name)} with --drop" if features else ""
    if not any(vector.categories for vector in features) and len(features) == len(worst):
        remedy += ", or fill the gaps in with --missing mean"
    return (
        f"{source} has {left} of data without gaps, and training needs at least two rows. There are gaps: "
        f"{listed(counts + more)}; {remedy or 'choose another target'}."
    )


def without_gaps(
    source: str, features: list[Vector], target: Vector, missing: Missing | None, notes: list[str]
) -> tuple[list[Vector], Vector]:
    """The vectors without the rows that have gaps, where `missing` says so; gaps to be filled in stay, as NaN.

    Raises CannotRead for a gap that can't be filled in.
    """
    gaps = {id(vector): np.isnan(vector.values) for vector in (*features, target)}
    gappy = [vector for vector in (*features, target) if gaps[id(vector)].any()]
    if not gappy or missing is None:
        return features, target
    if missing is Missing.DROP:
        rows = ~np.logical_or.reduce([gaps[id(vector)] for vector in gappy])
        if rows.sum() < 2:
            raise CannotWork(
                _too_few_left(
                    source, [(vector, int(gaps[id(vector)].sum())) for vector in gappy], target, int(rows.sum())
                )
            )
        notes.append(f"{source}: {plural(int((~rows).sum()), 'row')} with gaps left out, {int(rows.sum()):,} kept.")
        return [vector.of_rows(rows) for vector in features], target.of_rows(rows)
    for vector in gappy:
        if vector is target or vector.categories:
            assert vector.gap is not None
            why, keep = "the target, and an invented one teaches nothing", ""
            if vector is not target:
                why = f"made of words, which have no {missing}"
                keep = f", or take it for a word with --category {quoted(vector.name)}" if vector.gap.text else ""
            raise CannotRead(
                f"{source}, line {vector.gap.line}, column {quoted(vector.name)} has a gap, but it is {why}: "
                f"leave such rows out with --missing drop{keep}, or fill in the cell."
            )
    return features, target
