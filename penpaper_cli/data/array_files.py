"""Arrays in files: a table of nothing but numbers, JSON, and what NumPy writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from penpaper_cli.data.entries import (
    MOST_EXACT_ENTRIES,
    Cells,
    Matrix,
    as_float64,
    as_text,
    in_range,
    is_name,
    nested_shape,
    read_entries,
    read_nested,
)
from penpaper_cli.data.sources import quoted, readable, shown
from penpaper_cli.data.tables import CSV, Table
from penpaper_cli.errors import CannotRead

LIST = "write a list such as [1, 2] or [[1, 2], [3, 4]]"


def read_csv(path: str, exact: bool | None, deepest: int = 2, *, delimiter: str = ",") -> Matrix:
    """The numbers in a CSV; the names of its columns are kept where it has a header."""
    with CSV.opened(path, delimiter) as table:
        return read_table(table, exact)


def read_table(table: Table, exact: bool | None) -> Matrix:
    """A table of nothing but numbers, maybe under a header. Raises CannotRead with the place of anything else."""
    _, first = next(table.rows(), (1, []))
    if not first:
        raise CannotRead(f"{table.source} is empty: write one row of numbers on each line.")
    # A line that mixes names and numbers holds a slip, not a header.
    header = any(map(is_name, first)) and all(is_name(cell) or not cell.strip() for cell in first)
    columns = tuple(cell.strip() for cell in first) if header else ()
    if exact is not True:
        data = table.quick_floats(header, MOST_EXACT_ENTRIES)
        if data is not None and data.size > MOST_EXACT_ENTRIES and data.shape[1] == len(first):
            return Matrix(data if len(data) > 1 else data[0], columns)
    lines, rows = zip(*table.rows(), strict=True)
    if header and len(rows) == 1:
        name = next(filter(is_name, first))
        raise CannotRead(
            f"{table.source} has no rows of numbers: as {quoted(name)} is not a number, line {lines[0]} is its header."
        )
    names = [quoted(column) if column else str(j) for j, column in enumerate(columns or [""] * len(first), 1)]
    cells = Cells(
        table.source, rows, lambda i: f"line {lines[i]}", lambda i, j: f"line {lines[i]}, column {names[j]}", header
    )
    return Matrix(read_entries(cells, exact), columns)


def _by_row_and_entry(source: str, rows: Sequence[Sequence[str]]) -> Cells:
    return Cells(source, rows, lambda i: f"row {i + 1}", lambda i, j: f"row {i + 1}, entry {j + 1}")


def read_json(path: str, exact: bool | None, deepest: int = 2) -> Matrix:
    """A list of numbers, or lists of them nested no deeper than asked for, exactly as they are written in the file."""
    import json

    source = shown(path)
    try:
        with readable(path), open(path, encoding="utf-8-sig") as stream:
            # NaN and Infinity stay text like the numbers, and are refused with their place.
            nested = json.load(stream, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, character {error.colno}"
        raise CannotRead(f"{source} is not JSON ({error.msg}, {place}); {LIST}.") from None
    except RecursionError:
        raise CannotRead(f"{source} nests too deep for a matrix; {LIST}.") from None
    if deepest > 2 and len(nested_shape(nested)) > 2:
        return Matrix(read_nested(nested, source, exact))
    cells = [list(map(as_text, row)) for row in _rows(nested, source)]
    return Matrix(read_entries(_by_row_and_entry(source, cells), exact))


def _rows(nested: Any, source: str) -> list[list[Any]]:
    """The rows of a matrix; a list of numbers is one row."""
    if not isinstance(nested, list):
        raise CannotRead(f"{source} does not hold a list; {LIST}.")
    rows = nested if any(isinstance(row, list) for row in nested) else [nested]
    for i, row in enumerate(rows, 1):
        if not isinstance(row, list):
            raise CannotRead(f"{source}, row {i} is not a list like the other rows; {LIST}.")
        if any(isinstance(cell, list) for cell in row):
            raise CannotRead(f"{source}, row {i} nests too deep for a matrix; {LIST}.")
    if not rows[0]:
        raise CannotRead(f"{source} is empty; {LIST}.")
    return rows


def read_npy(path: str, exact: bool | None, deepest: int = 2) -> Matrix:
    """The array in an .npy file; a float stands for the shortest decimal that reads back as it."""
    data = _load(path, deepest)
    numbers = _numbers(data.reshape(-1, data.shape[-1]), shown(path), exact)
    return Matrix(numbers.reshape(data.shape) if data.ndim > 2 else numbers)


def _load(path: str, deepest: int) -> np.ndarray:
    """The array itself, once its type and shape are ones that pp reads."""
    source = shown(path)
    with readable(path), open(path, "rb") as stream:
        try:
            data = np.lib.format.read_array(stream, allow_pickle=False)
        except Exception:  # NumPy raises errors of many kinds over a damaged file.
            raise CannotRead(f"{source} is not a NumPy file of numbers; write one with numpy.save.") from None
    if data.dtype.kind not in "iuf" or data.dtype.itemsize > 8:
        raise CannotRead(
            f"{source} holds {shown(str(data.dtype), 40)}; pp reads whole numbers and floats up to 64 bits."
        )
    if not 1 <= data.ndim <= deepest or not data.size:
        kinds = "vectors and matrices" if deepest == 2 else f"arrays of up to {deepest} dimensions"
        raise CannotRead(f"{source} has shape {data.shape}; pp reads {kinds} with at least one entry.")
    return data


def _numbers(data: np.ndarray, source: str, exact: bool | None) -> np.ndarray:
    data = as_float64(data) if data.dtype.kind == "f" else data
    if exact is not True and data.size > MOST_EXACT_ENTRIES and in_range(data):
        return data.astype(np.float64) if len(data) > 1 else data[0].astype(np.float64)
    texts = [[str(number).removesuffix(".0") for number in row] for row in data.tolist()]
    return read_entries(_by_row_and_entry(source, texts), exact)
