"""Data sets: a CSV with a header becomes named feature columns and a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from penpaper_cli.numbers import CannotRead, CannotWork, TypedFloat
from penpaper_cli.sources import CSV, is_name, quoted, read_float, read_stdin, shown

MOST_LISTED = 20


@dataclass(frozen=True, eq=False)
class Column:
    """A feature column as it stands in the file; `categories` are () for numbers, else sorted, the baseline first."""

    name: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class DataSet:
    """Named feature columns `X`, float64 of shape (n, d), and the target `y`, float64 of shape (n,).

    Where there are `classes`, `y` holds their numbers from 0. Of a text they are its words, of which `context` many are
    looked at to guess the next; of anything else `context` is 0.
    """

    features: tuple[str, ...]
    X: np.ndarray
    target: str
    y: np.ndarray
    columns: tuple[Column, ...] = ()
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    context: int = 0


def read_data(
    source: str,
    target: str,
    features: Sequence[str] | None = None,
    category: Sequence[str] = (),
    classify: bool = False,
) -> DataSet:
    """The target and the features (by default every other column) of a .csv or .tsv file, or `-` for standard input.

    Only these columns are read as numbers. Raises CannotRead with file, line, column and remedy, and CannotWork when
    there are fewer than two rows or a feature never varies.
    """
    if source.strip() == "-":
        return _data_set(CSV.from_text(read_stdin("The data set")), target, features, classify)
    with CSV.opened(source) as table:
        return _data_set(table, target, features, classify)


def _data_set(table: CSV, target: str, wanted: Sequence[str] | None, classify: bool) -> DataSet:
    names = _header(table)
    if target not in names:
        raise CannotRead(_no_column(table, names, target))
    features = tuple(name for name in names if name != target) if wanted is None else tuple(wanted)
    for name in features:
        if name not in names:
            raise CannotRead(_no_column(table, names, name))
        if name == target:
            raise CannotRead(f"{quoted(name)} is the target, so it can't be a feature too: leave it out of --features.")
        if features.count(name) > 1:
            raise CannotRead(f"The feature {quoted(name)} is listed more than once: list it once in --features.")
    if not features:
        raise CannotRead(f"{table.source}: training needs at least one feature besides the target {quoted(target)}.")
    used = [names.index(name) for name in (*features, target)]
    classes: tuple[str, ...] = ()
    cells = [row[used[-1]].strip() for _, row in table.rows() if len(row) == len(names)][1:]
    if cells and all(map(is_name, cells)):
        classes = tuple(sorted(set(cells)))
        data = _careful_columns(table, names, used[:-1])
        data = np.column_stack([data, [classes.index(cell) for cell in cells]])
    else:
        quick = _quick_columns(table, names, used)
        data = _careful_columns(table, names, used) if quick is None else quick
        if classify:
            numbers = sorted(set(data[:, -1].tolist()))
            classes = tuple(TypedFloat(number).text for number in numbers)
            data[:, -1] = np.searchsorted(numbers, data[:, -1])
    if len(data) < 2:
        raise CannotWork(f"{table.source} has only one row of data, and training needs at least two rows.")
    X, y = data[:, :-1], data[:, -1]
    for name, value, varies in zip(features, X[0], (X[0] != X).any(axis=0), strict=True):
        if not varies:
            raise CannotWork(
                f"{table.source}, column {quoted(name)} is {TypedFloat(value).text} in every row, "
                "so nothing can be learned from it: choose the other columns with --features."
            )
    return DataSet(features, X, target, y, tuple(map(Column, features)), classes)


def read_rows_for(columns: Sequence[Column], source: str) -> np.ndarray:
    """Rows of new data for a saved model: a literal such as "1650 3", or a CSV whose columns are matched by name."""
    from penpaper_cli.reading import as_matrix, read_matrix

    names = [column.name for column in columns]
    if source.strip().lower().endswith((".csv", ".tsv")):
        with CSV.opened(source.strip()) as table:
            header = _header(table)
            for name in names:
                if name not in header:
                    raise CannotRead(_no_column(table, header, name))
            return _careful_columns(table, header, [header.index(name) for name in names])
    rows = np.asarray(as_matrix(read_matrix(source, "The new rows", exact=False)).data, dtype=float)
    if rows.shape[1] != len(names):
        count = f"{rows.shape[1]} number{'s' if rows.shape[1] != 1 else ''}"
        raise CannotRead(
            f'"{shown(source)}" has {count}, but the model has {len(names)} features: give '
            f"{', '.join(names)}, in this order."
        )
    return rows


def _header(table: CSV) -> list[str]:
    """The names of the columns, each of them there and different from the others."""
    line, header = next(table.rows(), (1, []))
    names = [cell.strip() for cell in header]
    place = f"{table.source}, line {line}"
    if not names:
        raise CannotRead(
            f"{table.source} is empty: it needs a header line such as size,bedrooms,price and rows under it."
        )
    if not any(map(is_name, names)):
        raise CannotRead(f"{place} has no names: the file needs a header line such as size,bedrooms,price.")
    for j, name in enumerate(names):
        if not name:
            raise CannotRead(f"{place}, column {j + 1} has no name: every column needs one.")
        if names.index(name) < j:
            raise CannotRead(f"{place}: two columns are called {quoted(name)}, and every column needs its own name.")
    return names


def _no_column(table: CSV, names: list[str], name: str) -> str:
    import difflib

    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        return f"{table.source} has one column, {quoted(names[0])}: separate columns with commas (tabs in a .tsv file)."
    close = ", ".join(map(quoted, difflib.get_close_matches(name, names)))
    hint = f" close: {close};" if close else ""
    listed = ", ".join(shown(column, 40) for column in names[:MOST_LISTED])
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return f"{table.source} has no column {quoted(name)};{hint} its columns are {listed}{more}."


def _quick_columns(table: CSV, names: list[str], used: list[int]) -> np.ndarray | None:
    """The used columns at C speed, or None when the careful reader has to look at them."""
    data = table.quick_floats(header=True)
    if data is not None and data.shape[1] == len(names):
        # Without a copy in the usual order: a big data set should not be in memory twice.
        return data if used == list(range(len(names))) else data[:, used]
    # Text, perhaps, in a column that isn't used.
    if any(len(row) != len(names) for _, row in table.rows()):
        return None
    return table.quick_floats(header=True, columns=used)


def _careful_columns(table: CSV, names: list[str], used: list[int]) -> np.ndarray:
    """The used columns cell by cell: this takes fractions too, and names the place of what can't be read."""
    body = table.rows()
    next(body)
    data = []
    for line, cells in body:
        if len(cells) != len(names):
            found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            raise CannotRead(
                f"{table.source}, line {line} has {found}, but the header has {len(names)}: mend the line."
            )
        data.append([_number(table, line, names[j], cells[j], is_target=j == used[-1]) for j in used])
    if not data:
        raise CannotWork(f"{table.source} has a header but no rows under it: write one row of data on each line.")
    return np.array(data)


def _number(table: CSV, line: int, name: str, cell: str, is_target: bool) -> float:
    try:
        return read_float(cell)
    except CannotRead as error:
        place = f"{table.source}, line {line}, column {quoted(name)}"
        problem = f"{place}: {quoted(cell)} {error}" if cell.strip() else f"{place} is empty"
        remedy = "leave the row out" if is_target else "choose the other columns with --features"
        raise CannotRead(f"{problem}; mend the cell, or {remedy}.") from None
