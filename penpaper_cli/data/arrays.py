"""Values for formulas, also of three and more dimensions, such as images with channels: brackets, .json or .npy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from penpaper_cli.data.matrices import read_matrix, read_npy
from penpaper_cli.data.sources import quoted, readable, shown
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Typed, read_number

DEEPEST = 8
INNER = re.compile(r"\[\s*\[")
NESTED = re.compile(r"\s*\[\s*\[\s*\[")
WORD = re.compile(r"[^\s,\[\]]+")


def read_value(argument: str, name: str, exact: bool | None = None) -> np.ndarray[Any, Any]:
    """A value for a formula: one number has no dimensions, one row one, a matrix two; brackets may nest deeper."""
    if is_nested(argument):
        return read_nested(argument, name, exact)
    source = argument.strip()
    data = (
        read_npy(source, exact, deepest=8) if source.lower().endswith(".npy") else read_matrix(source, name, exact).data
    )
    if source.startswith("[") and INNER.match(source):
        return np.atleast_2d(data)
    return data.reshape(()) if data.size == 1 and "[" not in source else data


def is_nested(argument: str) -> bool:
    """Whether an argument is nested three deep: a literal, or a .json file that starts like one."""
    if argument.strip().lower().endswith(".json"):
        with readable(argument.strip()), open(argument.strip(), encoding="utf-8-sig") as stream:
            return bool(NESTED.match(stream.read(1000)))
    return bool(NESTED.match(argument))


def read_nested(argument: str, name: str, exact: bool | None) -> np.ndarray[Any, Any]:
    """The array that nested brackets stand for, exact unless `exact` is False. Raises CannotRead with the place."""
    source, text = name, argument.strip()
    if text.lower().endswith(".json"):
        source = shown(text)
        with readable(text), open(text, encoding="utf-8-sig") as stream:
            text = stream.read()
    words = WORD.sub(lambda found: json.dumps(found[0].strip('"')), text)
    commas = re.sub(r"(?<=[\"\]])\s*(?=\[)|(?<=[\"\]])\s+(?=\")", ",", words)
    try:
        nested = json.loads(commas)
    except (json.JSONDecodeError, RecursionError):
        raise CannotRead(f"{source}: the brackets don't match; write [[[1, 2], [3, 4]], [[5, 6], [7, 8]]].") from None
    shape = _shape(nested)
    if len(shape) > DEEPEST or 0 in shape:
        raise CannotRead(f"{source} has shape {'×'.join(map(str, shape))}, and pp reads up to {DEEPEST} dimensions.")
    numbers = list(_numbers(nested, shape, (), source))
    data = np.empty(len(numbers), dtype=object)
    data[:] = numbers
    data = data.reshape(shape)
    return data.astype(float) if exact is False else data


def _shape(nested: Any) -> tuple[int, ...]:
    return (len(nested), *(_shape(nested[0]) if nested else ())) if isinstance(nested, list) else ()


def _numbers(nested: Any, shape: tuple[int, ...], at: tuple[int, ...], source: str) -> Iterator[Typed]:
    place = f"{source}, entry {','.join(map(str, at))}"
    if not shape:
        if isinstance(nested, list):
            raise CannotRead(f"{place} is a list where a number is needed: every part needs the same shape.")
        try:
            yield read_number(nested)
        except CannotRead as error:
            raise CannotRead(f"{place}: {quoted(nested)} {error}.") from None
        return
    if not isinstance(nested, list) or len(nested) != shape[0]:
        raise CannotRead(f"{place}: every part of an array needs the same shape, here {'×'.join(map(str, shape))}.")
    for k, part in enumerate(nested, 1):
        yield from _numbers(part, shape[1:], (*at, k), source)
