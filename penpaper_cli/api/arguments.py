"""What Python holds as the arrays that pp works with: text as on the command line, lists, arrays, frames, Fractions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from penpaper_cli.data import matrices
from penpaper_cli.data.entries import MOST_EXACT_ENTRIES, Matrix, as_float64, in_range
from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Typed, read_number

Array = np.ndarray[Any, Any]

MatrixLike = Any
"""Text (a literal, or the name of a file) or a Path, as on the command line; or what NumPy makes an array of: a number,
nested lists, an array, a frame of pandas or like it. Fractions and Decimals stay what they are."""


def matrix(argument: MatrixLike, name: str, exact: bool | None = None) -> Matrix:
    """A vector or matrix, which messages call `name`, with the names of its columns where they have any.

    Raises CannotRead for what isn't numbers in equal rows.
    """
    if isinstance(argument, str | os.PathLike):
        return matrices.read_matrix(os.fspath(argument), name, exact)
    data = np.atleast_1d(read_array(argument, name, exact))
    if data.ndim > 2:
        raise CannotRead(f"{name} has {data.ndim} dimensions where a vector or matrix is needed: give rows of numbers.")
    return Matrix(data, column_names(argument))


def value(argument: MatrixLike, name: str, exact: bool | None = None) -> Array:
    """A value for a formula, of any shape. Raises CannotRead for what isn't numbers in equal rows."""
    if isinstance(argument, str | os.PathLike):
        return matrices.read_value(os.fspath(argument), name, exact)
    return read_array(argument, name, exact)


def column_names(frame: Any) -> tuple[str, ...]:
    """The names of a frame's columns; nothing where they only have numbers, or where it isn't a frame."""
    columns = list(getattr(frame, "columns", ()))
    return tuple(columns) if columns and all(isinstance(column, str) for column in columns) else ()


def read_array(argument: Any, name: str, exact: bool | None) -> Array:
    """Numbers as exact fractions, or as float64 where they are many or `exact` is False.

    A float stands for the shortest decimal that reads back as it: 0.1 is one tenth.
    """
    try:
        data = np.asarray(argument)
    except ValueError:
        raise CannotRead(f"{name}: its rows differ in length; every row needs the same number of entries.") from None
    if not data.size:
        raise CannotRead(f"{name} is empty: give it at least one number.")
    if data.dtype.kind == "f":
        data = as_float64(data)
    if exact is None:
        exact = data.size <= MOST_EXACT_ENTRIES
    if not exact and data.dtype.kind in "biuf" and in_range(data):
        return data.astype(np.float64)
    numbers = np.empty(data.size, dtype=object)
    numbers[:] = list(_numbers(data, name))
    return numbers.reshape(data.shape) if exact else numbers.reshape(data.shape).astype(np.float64)


def _numbers(data: Array, name: str) -> Iterator[Typed]:
    for at in np.ndindex(data.shape):
        entry: object = data[at]
        if isinstance(entry, bool | np.bool_):
            entry = int(entry)
        try:
            yield read_number(str(entry).removesuffix(".0"))
        except CannotRead as error:
            place = ", ".join(str(k + 1) for k in at)
            raise CannotRead(f"{name}{f', entry {place}' if at else ''}: {quoted(str(entry))} {error}.") from None


def one_per_layer(given: MatrixLike, name: str, dimensions: int) -> list[MatrixLike]:
    """A list with one array for each layer; text or an array of these dimensions by itself stands for one layer.

    Raises CannotRead for nested lists of which it can't be known whether they are one array or many.
    """
    if isinstance(given, str | os.PathLike) or (not isinstance(given, list | tuple) and np.ndim(given) == dimensions):
        return [given]
    layers = list(given)
    if layers and all(depth(layer) < dimensions and not isinstance(layer, str | os.PathLike) for layer in layers):
        noun = "matrix" if dimensions == 2 else "vector"
        raise CannotRead(f"{name}: give a list with a {noun} for each layer; one layer is [{noun}].")
    return layers


def depth(nested: Any) -> int:
    """How deep lists nest, or how many dimensions an array has."""
    if isinstance(nested, list | tuple):
        return 1 + (depth(nested[0]) if nested else 0)
    return np.ndim(nested)
