"""Reading the members of a JSON object that pp wrote once, and that somebody may have changed since."""

from __future__ import annotations

from typing import Any

import numpy as np

from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import Fault
from penpaper_cli.paper.paper import Array

Members = dict[str, Any]


def array_to_json(data: Array) -> Members:
    """An array as `results` gives it."""
    return {"shape": list(data.shape), "exact": False, "values": data.tolist()}


def array_of(found: Any, name: str) -> Array:
    """The numbers of a vector or matrix, all of them finite."""
    try:
        data = np.array(found["values"], dtype=float)
    except (TypeError, ValueError, KeyError):
        raise Fault(f"its {quoted(name)} doesn't hold rows of numbers") from None
    if not np.isfinite(data).all():
        raise Fault(f"its {quoted(name)} holds a number that is not finite")
    return data


def members_of(members: Members, key: str) -> Members:
    """An object."""
    if not isinstance(members[key], dict):
        raise Fault(f"its {quoted(key)} is not what pp writes")
    return dict(members[key])


def list_of(members: Members, key: str) -> list[Any]:
    """A list of anything."""
    if not isinstance(members[key], list):
        raise Fault(f"its {quoted(key)} is not a list")
    return list(members[key])


def names_of(members: Members, key: str, different: bool = True) -> tuple[str, ...]:
    """A list of names, each once unless they need not be `different`."""
    found = list_of(members, key)
    if not found or not all(isinstance(name, str) for name in found) or (different and len(set(found)) < len(found)):
        raise Fault(f"its {quoted(key)} is not a list of {'different ' if different else ''}names")
    return tuple(found)


def text_of(members: Members, key: str) -> str:
    """A piece of text."""
    if not isinstance(members[key], str):
        raise Fault(f"its {quoted(key)} is not a name")
    return str(members[key])


def number_of(members: Members, key: str) -> float:
    """A finite number."""
    found = members[key]
    if isinstance(found, bool) or not isinstance(found, int | float) or not np.isfinite(found):
        raise Fault(f"its {quoted(key)} is not a number")
    return found


def count_of(members: Members, key: str) -> int:
    """A whole number from 0 up."""
    found = number_of(members, key)
    if found != int(found) or found < 0:
        raise Fault(f"its {quoted(key)} is not a whole number")
    return int(found)


def numbers_of(members: Members, key: str) -> list[float]:
    """A list of finite numbers."""
    found = array_of({"values": list_of(members, key)}, key)
    if found.ndim != 1:
        raise Fault(f"its {quoted(key)} is not a list of numbers")
    return [float(number) for number in found]
