"""JSON for other programs: the worked solution itself, written whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar, TextIO

from penpaper_cli.expressions.arithmetic import Expr
from penpaper_cli.expressions.decimals import Real
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import Block, Grid, Record

STEERING = re.compile("[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that steer a terminal or turn a line around; JSON may hold them raw, a screen had better not."""
SCHEMA = "penpaper/1"
SMALLEST, LARGEST = 1e-300, 1e300
WIDE = re.compile(r'"\\u0000(-?\d\.\d+e[+-]\d+)\\u0000"')
"""Numbers with exponents that float64 doesn't have. What users type has no such sign in it."""


class Json:
    """One object per solution."""

    closing: ClassVar[str] = ""

    def __init__(self, figures: Figures, out: TextIO, page: Page) -> None:
        self.page = page

    def render(self, record: Record) -> Iterator[str]:
        """The whole object as one piece."""
        steps = [tree(step) for step in record.steps]
        document = {
            "schema": SCHEMA,
            "command": record.command,
            "title": self.page.title or record.title,
            "given": tree(record.given),
            "steps": steps,
            "answer": tree(record.answer),
            "results": tree(record.results),
            **tree(record.more),
        }
        yield written(document, self.page.ascii)


def written(members: dict[str, Any], ensure_ascii: bool = False) -> str:
    """An object as text, a line for each of its members, or for each of theirs."""
    text = partial(dumps, ensure_ascii=ensure_ascii)
    body = ",\n".join(f" {text(key)}: {lines(value, text)}" for key, value in members.items())
    return f"{{\n{body}\n}}\n"


def dumps(found: Any, ensure_ascii: bool = False) -> str:
    """On one line; NaN and infinity are refused."""
    text = json.dumps(found, ensure_ascii=ensure_ascii, allow_nan=False)
    return STEERING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", WIDE.sub(r"\1", text))


def lines(found: Any, text: Callable[[Any], str]) -> str:
    """One line for each step and each named result."""
    if isinstance(found, list) and any(isinstance(item, dict) for item in found):
        return "[\n  " + ",\n  ".join(map(text, found)) + "\n ]"
    if isinstance(found, dict) and any(isinstance(item, dict) for item in found.values()):
        return "{\n  " + ",\n  ".join(f"{text(key)}: {text(item)}" for key, item in found.items()) + "\n }"
    return text(found)


def wide(number: Real) -> float | str:
    """A decimal as a float64; one that is too large or small for that as marked digits, for `dumps` to unpack."""
    near = float(number)
    return near if SMALLEST < abs(near) < LARGEST or not number else f"\0{number:.16e}\0"


def tree(found: Any) -> Any:
    """Blocks, expressions and numbers as plain JSON; exact numbers are strings, places count from 1."""
    match found:
        case Fraction():
            return str(Fraction(found))
        case bool() | str() | int() | None:
            return found
        case float():
            return float(found) + 0.0
        case Real():
            return wide(found)
        case dict():
            return {str(k): tree(v) for k, v in found.items()}
    if isinstance(found, Grid) and found.of_data:
        found = replace(found, rows=())
    if is_dataclass(found):
        body = {f.name: tree(getattr(found, f.name)) for f in fields(found) if f.repr and not f.metadata}
        if isinstance(found, Expr):
            body["at"] = [k + 1 for k in body["at"]] if "at" in body else None
            body = {k: v for k, v in body.items() if v is not None and v is not False}
        typed = isinstance(found, Expr | Block)
        return {"type": type(found).__name__.lower(), **body} if typed else body
    return [tree(item) for item in found]
