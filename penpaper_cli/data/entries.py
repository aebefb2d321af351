"""The entries of a matrix in text, as numbers: exact as they were written, or float64."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import CannotRead, NotANumber
from penpaper_cli.expressions.numbers import LARGEST_EXPONENT, NUMBER, Typed, read_number

MOST_EXACT_ENTRIES = 10_000
DEEPEST = 8
"""So many dimensions an array may have."""


@dataclass(frozen=True, repr=False, eq=False)
class Matrix:
    """Numbers as the user gave them.

    `data` has one dimension for a single row (a vector), otherwise two, or more where they were asked for; it is an
    object array of `Typed` when exact, else float64. `columns` are the names in the header when a CSV had one.
    """

    data: np.ndarray
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False, eq=False)
class Cells:
    """A matrix still in text, with words for where each row ("line 3") and each cell ("line 3, column 2") stands.

    With `header` the first row holds names.
    """

    source: str
    rows: Sequence[Sequence[str]]
    row_name: Callable[[int], str]
    cell_name: Callable[[int, int], str]
    header: bool = False


def read_entries(cells: Cells, exact: bool | None) -> np.ndarray:
    """The cells as numbers, exact or float64; a single row becomes a vector."""
    rows = cells.rows
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            count = "1 entry" if len(row) == 1 else f"{len(row)} entries"
            raise CannotRead(
                f"{cells.source}, {cells.row_name(i)}: {count} where {cells.row_name(0)} has {len(rows[0])}; "
                "every row of a matrix needs the same number of entries."
            )
    if exact is None:
        exact = (len(rows) - cells.header) * len(rows[0]) <= MOST_EXACT_ENTRIES
    numbers: list[Typed | float] = []
    for i in range(cells.header, len(rows)):
        for j, cell in enumerate(rows[i]):
            try:
                numbers.append(read_number(cell) if exact else read_float(cell))
            except CannotRead as error:
                place = f"{cells.source}, {cells.cell_name(i, j)}"
                if not cell.strip():
                    raise CannotRead(f"{place} is empty: every entry needs a number.") from None
                raise CannotRead(
                    f"{place}: {quoted(cell)} {error}; write numbers such as -1, .5, 1e-3 or 1/3."
                ) from None
    data = np.array(numbers, dtype=object if exact else np.float64)
    return data if len(numbers) == len(rows[0]) else data.reshape(-1, len(rows[0]))


def read_nested(nested: list[Any], source: str, exact: bool | None) -> np.ndarray:
    """The array that lists in lists stand for, exact unless `exact` is False. Raises CannotRead with the place."""
    shape = nested_shape(nested)
    if len(shape) > DEEPEST or 0 in shape:
        raise CannotRead(f"{source} has shape {'×'.join(map(str, shape))}, and pp reads up to {DEEPEST} dimensions.")
    numbers = list(_numbers(nested, shape, (), source))
    data = np.empty(len(numbers), dtype=object)
    data[:] = numbers
    data = data.reshape(shape)
    return data.astype(float) if exact is False else data


def nested_shape(nested: Any) -> tuple[int, ...]:
    """The shape of lists in lists, by the first of each."""
    return (len(nested), *(nested_shape(nested[0]) if nested else ())) if isinstance(nested, list) else ()


def as_text(value: Any) -> str:
    """A value of a JSON file as it is written there; its numbers are read as text."""
    import json

    return value if isinstance(value, str) else json.dumps(value)


def _numbers(nested: Any, shape: tuple[int, ...], at: tuple[int, ...], source: str) -> Iterator[Typed]:
    place = f"{source}, entry {','.join(map(str, at))}"
    if not shape:
        if isinstance(nested, list):
            raise CannotRead(f"{place} is a list where a number is needed: every part needs the same shape.")
        text = as_text(nested)
        try:
            yield read_number(text)
        except CannotRead as error:
            raise CannotRead(f"{place}: {quoted(text)} {error}.") from None
        return
    if not isinstance(nested, list) or len(nested) != shape[0]:
        raise CannotRead(f"{place}: every part of an array needs the same shape, here {'×'.join(map(str, shape))}.")
    for k, part in enumerate(nested, 1):
        yield from _numbers(part, shape[1:], (*at, k), source)


def read_float(cell: str) -> float:
    """What `read_number` reads, as float64; quick for plain decimals, since data sets have millions."""
    if cell.isascii() and NUMBER.fullmatch(cell):
        value = float(cell)
        if 10.0**-LARGEST_EXPONENT <= abs(value) < 10.0**LARGEST_EXPONENT:
            return value
    return float(read_number(cell))


def in_range(data: np.ndarray) -> bool:
    """Whether every number is finite and no larger than pp works with. (A NaN fails both comparisons.)"""
    limit = 10.0 ** (LARGEST_EXPONENT + 1)
    return bool(-limit < data.min() and data.max() < limit)


def as_float64(values: np.ndarray) -> np.ndarray:
    """Numbers as float64; a shorter float stands for the shortest decimal that reads back as it."""
    short = values.dtype.kind == "f" and values.dtype.itemsize < 8
    return (values.astype(str) if short else values).astype(np.float64)


def is_name(cell: str) -> bool:
    """Whether a cell can only be a column's name: not empty, not a number, and not a bad number such as nan or 1/0."""
    try:
        read_number(cell)
    except NotANumber:
        return bool(cell.strip())
    except CannotRead:
        return False
    return False
