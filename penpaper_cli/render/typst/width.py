"""How wide mathematics in Typst's notation is, in digits: enough to know where a line is full."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[a-z]+(?:\.[a-z]+)*\(|[_^]\(?| (?:[+-]|quad) |\\.|, |[a-zA-Z.]{2,}|.', re.DOTALL)
"""A string; the start of a function's operands; an index or power; a sign with its blanks; one character."""
WIDTHS = {" + ": 2.5, " - ": 2.5, " quad ": 2, "=": 2.7, "≈": 2.7, "dot.op": 1.5, "compose": 2, "times": 2.5, ", ": 1}
WIDTHS |= {"(": 0.8, ")": 0.8, "[": 0.6, "]": 0.6, " ": 0, ".": 0.6, ",": 0.6, "->": 3, "-": 1.6, "top": 1}
FAR = 1000
SCRIPT = 0.7
"""How large an index is beside what it stands at."""


def width(drawn: str) -> float:
    """How many digits wide it is; of what is wider than any page, only so much that this can be seen."""
    total = 0.0
    for _, _, size in sized(drawn):
        total += size
        if total > FAR:
            break
    return total


def pieces(drawn: str) -> Iterator[tuple[int, str, float]]:
    """Each token outside of fractions, roots and indices: where it starts, what it is, how wide it is up to there."""
    total = 0.0
    for at, token, size in sized(drawn):
        yield at, token, total
        total += size


def sized(drawn: str, at: int = 0) -> Iterator[tuple[int, str, float]]:
    """Each token from a place on, with its width; a fraction, root or index with all that is in it is one token."""
    while at < len(drawn):
        token = _token(drawn, at)
        if len(token) > 1 and token.endswith("(") and not token.startswith("\\"):
            operands, end = _operands(drawn, at + len(token))
            yield at, token, _call(token, operands)
        else:
            end = at + len(token)
            if token in ("_", "^") and end < len(drawn):
                end += len(_token(drawn, end))
                yield at, token, SCRIPT * _width(drawn[at + 1 : end])
            else:
                yield at, token, _width(token)
        at = end


def _token(drawn: str, at: int) -> str:
    """The token at a place: the last alternative of TOKEN matches anything."""
    found = TOKEN.match(drawn, at)
    assert found
    return found[0]


def _operands(drawn: str, at: int) -> tuple[list[float], int]:
    """The widths of what stands in brackets, parted by commas, and where the brackets have ended."""
    found, depth = [0.0], 0
    for place, token, size in sized(drawn, at):
        if token == ")" and not depth:
            return found, place + 1
        depth += (token == "(") - (token == ")")
        if token == ", " and not depth:
            found.append(0.0)
        else:
            found[-1] += size
    return found, len(drawn)


def _call(token: str, operands: list[float]) -> float:
    if token in ("_(", "^("):
        return SCRIPT * sum(operands)
    if token == "frac(":
        return max(operands) + 0.5
    return sum(operands) + (0 if token in ("hat(", "op(") else 2)


def _width(token: str) -> float:
    if token in WIDTHS:
        return WIDTHS[token]
    if token.startswith('"'):
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1.05 for c in token[1:-1])
    return 1.0 if token.isdigit() else 1.6 if token.isupper() else 1.2 if len(token) == 1 else len(token)
