"""Small helpers the operation families share: shapes in words, entries of a repeated operand, small examples."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Name
from penpaper_cli.expressions.functions import FUNCTIONS
from penpaper_cli.expressions.numbers import Figures, Typed, as_written, read_number
from penpaper_cli.expressions.spelling import spelled
from penpaper_cli.paper.arrays import Array, each
from penpaper_cli.paper.paper import Paper, Place, Value

Shape = tuple[int, ...]
MOST_WRITTEN = 8


def shape_text(shape: tuple[int, ...]) -> str:
    """2×3 for a matrix, "a vector of length 3", "one number"."""
    if not shape:
        return "one number"
    return f"a vector of length {shape[0]}" if len(shape) == 1 else "×".join(map(str, shape))


def named(value: Value) -> str:
    """What to call a value in an error's sentence: by its name, or the formula that stands in for one."""
    return spelled(value.label, "an operand")


def free_name(paper: Paper, *names: str) -> Name:
    """What to call something that a line needs beside the values: the first of these that nothing on the paper has."""
    taken = set(paper.names.values())
    return next((name for name in map(Name, names) if name not in taken), Name(names[-1]))


def as_column(row: Value, length: int) -> str:
    """How a row of that length is written as the column that was wanted; nothing of another shape."""
    if row.shape not in ((length,), (1, length)):
        return ""
    places = list(np.ndindex(row.shape))
    first = places if len(places) <= MOST_WRITTEN else places[:2]
    numbers = [Figures().text(row.number(at)) for at in first] + ["…"] * (first != places)
    return f'; a column is written with semicolons: "{"; ".join(numbers)}"'


def smallest(a: Array) -> Any:
    """The smallest number that isn't 0, without its sign."""
    return abs(a[a != 0]).min(initial=np.inf) if a.dtype != object else 1


def no_product_lost(product: Array, a: Array, b: Array) -> None:
    """Raise CannotWork when a product of two numbers that aren't 0 is so small that float64 has only 0 for it."""
    if product.dtype != object and ((product == 0) & (a != 0) & (b != 0)).any():
        raise CannotWork(
            "A product here is smaller than any float64, which would print it as 0: choose units in which the numbers "
            "are nearer to 1, or, where --float was given, leave it out."
        )


def in_decimals(array: Array) -> Array:
    """The numbers of an array as a worked line takes them, whatever they were recorded in."""
    return each(as_written, array)


def of_entries(name: str, array: Any) -> Any:
    """A function of every entry: NumPy's in float64; else a fraction where it is known to be one, or a decimal."""
    numbers = np.asarray(array)
    return getattr(np, name)(numbers) if numbers.dtype != object else each(FUNCTIONS[name], numbers)


def cell(value: Value, at: Place) -> Expr:
    """The entry of an operand that meets entry `at` of the result, when small operands are repeated (NumPy's rule)."""
    own = at[len(at) - len(value.shape) :]
    return value[tuple(0 if size == 1 else k for k, size in zip(own, value.shape, strict=True))]


def function_of(name: str, *operands: Value, **settings: Any) -> Expr:
    """An operation on its operands' names, with its settings as a formula has them: conv2d(x, k, stride=2)."""
    shown = (Name(f"{key}={in_full(setting)}") for key, setting in settings.items())
    return Apply(name, (*(operand.label for operand in operands), *shown))


def in_full(setting: float | Fraction) -> str:
    """A setting as it is printed, never rounded: 1/3 stays a fraction."""
    if isinstance(setting, Typed) or not isinstance(setting, Fraction):
        return str(setting)
    return Figures().text(setting) if Figures().in_full(setting) else str(setting)


def whole(number: Any, what: str, least: int = 1, most: int = 10**9) -> int:
    """A setting as a whole number within bounds. Raises CannotWork."""
    if number != int(number) or not least <= number <= most:
        text = Figures().text(Fraction(number))
        raise CannotWork(f"The {what} is {text}, and it must be a whole number from {least:,} to {most:,}.")
    return int(number)


def place_in(shape: Shape, n: int) -> Place:
    """The place of the n-th number, counted row by row from 0."""
    return tuple(map(int, np.unravel_index(n, shape)))


def counted(at: Place, shape: Shape) -> int:
    """Which number stands there, counted row by row from 0."""
    n = 0
    for k, size in zip(at, shape, strict=True):
        n = n * size + k
    return n


def small(name: str, rows: str, paper: Paper | None = None) -> Value:
    """A small exact value for an example: "1 2; 3 4" is a matrix, "1 2" a vector, "1" one number.

    It stands on a paper of its own unless it is given the paper of another operand.
    """
    data = np.array([[read_number(text) for text in row.split()] for row in rows.split(";")], dtype=object)
    if len(data) == 1:
        data = data[0] if data.size > 1 else data[0, 0]
    return (paper or Paper()).given(name, np.asarray(data, dtype=object))
