"""Small helpers the operation families share: shapes in words, entries of a repeated operand, small examples."""

from __future__ import annotations

from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Expr, Name
from penpaper_cli.expressions.numbers import read_number
from penpaper_cli.paper.paper import Array, Paper, Place, Value


def shape_text(shape: tuple[int, ...]) -> str:
    """2×3 for a matrix, "a vector of length 3", "one number"."""
    if not shape:
        return "one number"
    return f"a vector of length {shape[0]}" if len(shape) == 1 else "×".join(map(str, shape))


def named(value: Value) -> str:
    """What to call a value in an error's sentence."""
    return value.name.text if isinstance(value.name, Name) else "an operand"


def smallest(a: Array) -> Any:
    """The smallest number that isn't 0, without its sign."""
    return abs(a[a != 0]).min(initial=np.inf) if a.dtype != object else 1


def no_product_lost(product: Array, a: Array, b: Array) -> None:
    """Raise CannotWork when a product of two numbers that aren't 0 is so small that float64 has only 0 for it."""
    if product.dtype != object and ((product == 0) & (a != 0) & (b != 0)).any():
        raise CannotWork("A product here is too small for float64, which would print it as 0: leave out --float.")


def cell(value: Value, at: Place) -> Expr:
    """The entry of an operand that meets entry `at` of the result, when small operands are repeated (NumPy's rule)."""
    own = at[len(at) - len(value.shape) :]
    return value[tuple(0 if size == 1 else k for k, size in zip(own, value.shape, strict=True))]


def small(name: str, rows: str, paper: Paper | None = None) -> Value:
    """A small exact value for an example: "1 2; 3 4" is a matrix, "1 2" a vector, "1" one number."""
    data = np.array([[read_number(text) for text in row.split()] for row in rows.split(";")], dtype=object)
    if len(data) == 1:
        data = data[0] if data.size > 1 else data[0, 0]
    return (paper or _EXAMPLES).given(name, np.asarray(data, dtype=object))


_EXAMPLES = Paper()
