"""Data sets: a CSV becomes named feature columns and a target, and what had to be assumed on the way is said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from penpaper_cli.data.cells import COMMA, POINT, Convention
from penpaper_cli.data.encoding import Column, coded
from penpaper_cli.data.inference import MOST_CATEGORIES
from penpaper_cli.data.kinds import opened_table
from penpaper_cli.data.new_rows import read_rows_for
from penpaper_cli.data.selection import Selection
from penpaper_cli.data.sheet import Header, Sheet, read_header
from penpaper_cli.data.sources import quoted
from penpaper_cli.data.tables import Source, Table
from penpaper_cli.data.vectors import (
    Missing,
    Numbering,
    Vector,
    are_days,
    no_name,
    numbering,
    read_vectors,
    without_gaps,
)
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.expressions.numbers import TypedFloat
from penpaper_cli.sentences.common import any_of, listed

__all__ = ["Column", "DataSet", "read_data", "read_rows_for"]


@dataclass(frozen=True, eq=False)
class DataSet:
    """Named feature columns `X`, float64 of shape (n, d), and the target `y`, float64 of shape (n,).

    `columns` are the features as they stand in the file: a text column is several columns of X. With `classes`, y holds
    their numbers from 0; of two, the positive one is the later. `notes` are sentences that say what was assumed. Of a
    text, `classes` are its words, of which `context` many are looked at to guess the next; else `context` is 0.

    `source` is what sentences call it, `missing` what is to be done with gaps: those that are to be filled in are NaN,
    until it is known which rows teach what with.
    """

    features: tuple[str, ...]
    X: np.ndarray
    target: str
    y: np.ndarray
    columns: tuple[Column, ...] = ()
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    context: int = 0
    source: str = ""
    missing: Missing | None = None


def read_data(
    source: Source,
    target: str,
    features: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    category: Collection[str] = (),
    missing: str | None = None,
    numbers: str | None = None,
    classify: bool = False,
    all_words: Collection[str] | None = None,
    encoding: str | None = None,
) -> DataSet:
    """The target and the features (by default every other column) of a CSV file, or `-` for standard input.

    `drop` leaves columns out, `category` makes them categories whatever they look like, in which also NA is a word (or
    only in those of `all_words`, where they are given); `missing` says what to do with gaps (`drop` the row, or the
    column's `mean` or `median`), `numbers` how numbers are written; with `classify` the different values of a numeric
    target are classes. `encoding` is that of the text, such as cp1251. Raises CannotRead with file, line, column and
    remedy, and CannotWork when there are fewer than two rows.
    """
    convention, gaps = read_convention(numbers), read_missing(missing)
    with opened_table(source, encoding) as (table, notes):
        header = read_header(table)
        selection = Selection(table.source, header, target, features, tuple(drop), frozenset(category))
        used = selection.places()
        notes += header.notes
        data = None if category else quick_numbers(table, header, convention)
        if data is None:
            sheet = Sheet.seen(table, header, category if all_words is None else all_words)
            vectors = read_vectors(sheet, used, selection.category, gaps, convention, notes)
        else:
            vectors = [Vector(j, header.called(j), data[:, j]) for j in used]
        return _data_set(selection, vectors, data, gaps, classify, notes)


def read_convention(numbers: str | None) -> Convention | None:
    """The convention that --numbers names. Raises CannotRead."""
    if numbers not in (None, *Convention):
        raise CannotRead(f"--numbers {quoted(str(numbers))}: choose {any_of(list(Convention))}.")
    return None if numbers is None else Convention(numbers)


def read_missing(missing: str | None) -> Missing | None:
    """What --missing says to do with gaps. Raises CannotRead."""
    if missing not in (None, *Missing):
        raise CannotRead(f"--missing {quoted(str(missing))}: choose drop, mean or median.")
    return None if missing is None else Missing(missing)


def quick_numbers(table: Table, header: Header, numbers: Convention | None) -> np.ndarray | None:
    """All columns at C speed, or None when the careful reader has to look at them.

    Points may set thousands apart, as in 250.000, unless some number shows that they are decimal points; and 02134 may
    be a code.
    """
    if numbers is COMMA or (numbers is not POINT and not table.is_plain(header.given)):
        return None
    data = table.quick_floats(header.given)
    return data if data is not None and data.shape[1] == len(header.names) else None


def _data_set(
    selection: Selection,
    vectors: list[Vector],
    data: np.ndarray | None,
    missing: Missing | None,
    classify: bool,
    notes: list[str],
) -> DataSet:
    """The features and the target from their vectors."""
    *features, target = vectors
    source = selection.source
    if selection.features is None:
        kept = [vector for vector in features if not _is_index(selection, vector, notes)]
        if not kept:
            left_out = listed([quoted(vector.name) for vector in features])
            raise CannotRead(
                f"{source}: besides the target {quoted(target.name)} there is only {left_out} to learn from, which "
                "only numbers the rows: take it all the same with --features."
            )
        features = kept
    features, target = without_gaps(source, features, target, missing, notes)
    count = len(target.values)
    if count < 2:
        left = "no row" if not count else "only one row"
        raise CannotWork(f"{source} has {left} of data, and training needs at least two rows.")
    for vector in features:
        _refuse_days(source, vector, f"leave the column out with --drop {quoted(vector.name)}")
    _refuse_days(source, target, "choose another target")
    columns = tuple(Column(vector.name, vector.categories) for vector in features)
    names = tuple(name for column in columns for name in column.features)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise CannotRead(f"{source}: two features come to be called {quoted(twice)}: rename one of the columns.")
    if "intercept" in names:
        raise CannotRead(
            'A feature can\'t be called "intercept", since the model has one of its own: rename the column.'
        )
    y, classes = _target(source, target, classify)
    X = _matrix(columns, features, data)
    return DataSet(names, X, target.name, y, columns, classes, tuple(notes), source=source, missing=missing)


def _is_index(selection: Selection, vector: Vector, notes: list[str]) -> bool:
    """Whether a column only counts the rows, and so is left out. Raises CannotRead when it has no name otherwise."""
    name, place = selection.header.names[vector.place], f"{selection.source}, column {quoted(vector.name)}"
    numbered = Numbering.NONE if vector.categories else numbering(vector.values, name)
    if numbered is Numbering.SURE:
        notes.append(f"{place} {numbered.value}: left out.")
        return True
    if numbered is Numbering.PERHAPS:
        notes.append(f"{place} {numbered.value}: kept; --drop {quoted(vector.name)} leaves it out.")
    if not name:
        raise CannotRead(no_name(selection.source, selection.header.line, vector))
    return False


def _refuse_days(source: str, vector: Vector, otherwise: str) -> None:
    known = vector.values[~np.isnan(vector.values)]
    if not vector.categories and are_days(known):
        raise CannotRead(
            f"{source}, column {quoted(vector.name)} holds dates, such as {known[0]:.0f}: turn them into a "
            f"number, such as a year or an age, or {otherwise}."
        )


def _matrix(columns: Sequence[Column], features: list[Vector], data: np.ndarray | None) -> np.ndarray:
    """X, without a copy where the file's own columns are in the usual order: a big data set is not held twice."""
    places = [vector.place for vector in features]
    if data is not None and places == list(range(places[0], places[0] + len(places))):
        return data[:, places[0] : places[-1] + 1]
    return coded(columns, [vector.values for vector in features])


def _target(source: str, target: Vector, classify: bool) -> tuple[np.ndarray, tuple[str, ...]]:
    """The target's numbers, or its class numbers and classes."""
    values, classes = target.values, target.categories
    if classify and not classes:
        numbers, places = np.unique(values, return_inverse=True)
        if len(numbers) > MOST_CATEGORIES:
            raise CannotRead(
                f"{source}, column {quoted(target.name)} has {len(numbers):,} different numbers, and more than "
                f"{MOST_CATEGORIES} are too many for classes: choose another target."
            )
        values, classes = places.astype(float), tuple(TypedFloat(value).text for value in numbers)
    if len(classes) == 1:
        raise CannotWork(
            f"{source}, column {quoted(target.name)} is {quoted(classes[0])} in every row: "
            "there is nothing to tell apart, so choose another target."
        )
    return values, classes
