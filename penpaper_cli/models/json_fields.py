"""Reading the fields of a JSON object that pp wrote once, and that somebody may have changed since.

Every function raises Fault with what is wrong, and KeyError for a field that is missing. That a document's numbers are
finite is checked once, for all of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import Fault
from penpaper_cli.paper.arrays import Array

JsonObject = dict[str, Any]


def array_to_json(data: Array) -> JsonObject:
    """An array as `results` gives it."""
    return {"shape": list(data.shape), "exact": False, "values": data.tolist()}


LARGEST = 1e300
"""No number that training comes to is larger; what is worked from it soon leaves float64."""


def check_numbers(value: Any, name: str = "") -> None:
    """Raise Fault for a number that is too large or not finite, however deep it stands in a document of JSON.

    `name` is the field that it is found under.
    """
    if isinstance(value, dict):
        for key, part in value.items():
            check_numbers(part, str(key))
    elif isinstance(value, list):
        for part in value:
            check_numbers(part, name)
    elif isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
        raise Fault(f"its {quoted(name)} holds a number that is not finite, or beyond {LARGEST:g}")


def floats(value: Any, name: str) -> Array:
    """Numbers in lists, as deep as they are nested, as float64. Raises Fault for what is no number."""
    try:
        data = np.array(value, dtype=float)
    except (TypeError, ValueError):
        data = np.array(np.nan)
    if not np.isfinite(data).all():  # NumPy takes null, and words such as "nan", for numbers.
        raise Fault(f"its {quoted(name)} doesn't hold rows of numbers")
    return data


def array_of(value: Any, name: str) -> Array:
    """The numbers of a vector or matrix as `array_to_json` wrote it."""
    return floats(value.get("values") if isinstance(value, dict) else None, name)


def object_of(fields: JsonObject, key: str) -> JsonObject:
    """An object."""
    if not isinstance(fields[key], dict):
        raise Fault(f"its {quoted(key)} is not what pp writes")
    return dict(fields[key])


def list_of(fields: JsonObject, key: str) -> list[Any]:
    """A list of anything."""
    if not isinstance(fields[key], list):
        raise Fault(f"its {quoted(key)} is not a list")
    return list(fields[key])


def names_of(fields: JsonObject, key: str, different: bool = True) -> tuple[str, ...]:
    """A list of names, each once unless they need not be `different`."""
    names = list_of(fields, key)
    if not names or not all(isinstance(name, str) for name in names) or (different and len(set(names)) < len(names)):
        raise Fault(f"its {quoted(key)} is not a list of {'different ' if different else ''}names")
    return tuple(names)


def text_of(fields: JsonObject, key: str) -> str:
    """A piece of text."""
    if not isinstance(fields[key], str):
        raise Fault(f"its {quoted(key)} is not a name")
    return str(fields[key])


def number_of(fields: JsonObject, key: str) -> float:
    """A number."""
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Fault(f"its {quoted(key)} is not a number")
    return value


def count_of(fields: JsonObject, key: str) -> int:
    """A whole number from 0 up."""
    value = number_of(fields, key)
    if value != int(value) or value < 0:
        raise Fault(f"its {quoted(key)} is not a whole number")
    return int(value)


def numbers_of(fields: JsonObject, key: str) -> list[float]:
    """A list of numbers."""
    numbers = floats(list_of(fields, key), key)
    if numbers.ndim != 1:
        raise Fault(f"its {quoted(key)} is not a list of numbers")
    return list(map(float, numbers))


def unknown_fields(fields: JsonObject, known: JsonObject) -> JsonObject:
    """What an object holds, at any depth, under keys that the known one doesn't have: another version wrote them."""
    rest: JsonObject = {}
    for key, value in fields.items():
        if key not in known:
            rest[key] = value
        elif isinstance(value, dict) and isinstance(known[key], dict):
            deeper = unknown_fields(value, known[key])
            rest |= {key: deeper} if deeper else {}
    return rest


def with_unknown(fields: JsonObject, unknown: JsonObject) -> JsonObject:
    """The fields, and the unknown ones in their places."""
    joined = dict(fields)
    for key, value in unknown.items():
        if key not in joined:
            joined[key] = value
        elif isinstance(joined[key], dict) and isinstance(value, dict):
            joined[key] = with_unknown(joined[key], value)
    return joined
