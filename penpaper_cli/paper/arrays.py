"""Arrays of the paper's numbers: fractions, decimals where the rationals were left, or float64."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.expressions.decimals import Real, real
from penpaper_cli.expressions.functions import MOST_BITS

Array = np.ndarray[Any, Any]


def in_hand(number: Any) -> Fraction | Real:
    """A number as the paper keeps it: a fraction, but one too long for anybody to write down as a decimal."""
    if isinstance(number, Real):
        return number
    exact = Fraction(number)
    return real(exact) if exact.numerator.bit_length() + exact.denominator.bit_length() > MOST_BITS else exact


def each(function: Callable[[Any], Any], array: Array) -> Array:
    """The function of every entry, in an array of objects."""
    result = np.empty(array.shape, dtype=object)
    for at in np.ndindex(array.shape):
        result[at] = function(array[at])
    return result


def zeros(shape: tuple[int, ...], like: Array) -> Array:
    """Zeros of the same kind of number, exact or float64."""
    return np.full(shape, Fraction(0), dtype=object) if like.dtype == object else np.zeros(shape)
