"""How wide LaTeX's mathematics comes out, in digits of its own font, and where a long line of it may be broken."""

from __future__ import annotations

import re
from collections.abc import Iterator

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[^{]|(?=\{)", re.S)
COMMANDS = {
    **dict.fromkeys(
        (r"\text", r"\mathrm", r"\hat", r"\bar", r"\phantom", r"\begin", r"\end", r"\left", r"\right"), 0.0
    ),
    **dict.fromkeys((r"\big", r"\Big", r"\lvert", r"\rvert"), 0.3),
    r"\cdot": 1.5,
    r"\circ": 2.0,
    **dict.fromkeys((r"\approx", r"\times"), 2.6),
    **dict.fromkeys((r"\to", r"\log", r"\exp"), 3.0),
    **dict.fromkeys((r"\max", r"\min", r"\tanh"), 4.3),
}
"""In digits; another command is as wide as a wide letter."""
RELATIONS = ("", "=", r"\approx")
"""A minus behind one of these, or at the very beginning, is the sign of what follows it."""
WIDE_LETTER, CAPITAL = 1.3, 1.5
WHOLE_LINE = 1000
"""A break so deep that it is taken only where there is no other."""


def closing(tex: str, at: int, opening: str = "{", closed: str = "}") -> int:
    """Where the bracket that opens at or after a place is closed."""
    depth = 0
    for found in re.compile(r"\\[{}\\]|" + f"[{opening}{closed}]").finditer(tex, at):
        if found[0] in (opening, closed):
            depth += 1 if found[0] == opening else -1
            if not depth:
                return found.start()
    return len(tex)


def measured(tex: str) -> Iterator[tuple[int, str, float]]:
    """What stands outside braces, piece by piece: its place, its token, and its width with its groups in braces."""
    at = 0
    while at < len(tex):
        start = at
        token = TOKEN.match(tex, at)
        assert token
        at, groups = token.end(), []
        while at < len(tex) and tex[at] == "{" and token[0] not in ("&", " "):
            end = closing(tex, at)
            groups.append(tex[at + 1 : end])
            at = end + 1
        yield start, token[0], _width(token[0], groups)


def width(tex: str) -> float:
    """How wide it is, in digits."""
    return sum(size for _, _, size in measured(tex))


def _width(token: str, groups: list[str]) -> float:
    if token in (r"\begin", r"\end"):
        return 1.0
    if token == r"\text":
        return len(groups[0]) + sum(map(width, groups[1:]))
    inner = [width(group) for group in groups]
    if token == r"\frac":
        return max(inner) + 0.5
    if token in ("_", "^"):
        return 0.8 * sum(inner)
    return _own(token) + sum(inner)


def _own(token: str) -> float:
    if token.startswith("\\"):
        return COMMANDS.get(token, WIDE_LETTER)
    if token in "+-=&":
        return 2.5 if token != "&" else 2.0
    return (
        0.0
        if token.isspace() or not token
        else CAPITAL
        if token.isupper() or token in "mw"
        else 1.0
        if token.isdigit()
        else 1.1
    )


def stands_open(tex: str) -> Iterator[tuple[int, int, int]]:
    """Where a line may be broken: before + and -, behind a comma, at worst before the sign of a product or ratio."""
    depth = fixed = 0
    so_far = 0.0
    before = last = ""
    for at, token, size in measured(tex):
        fixed += {r"\left": 1, r"\right": -1, r"\begin": 1, r"\end": -1}.get(token, 0)
        if token in ("(", "[", r"\lvert"):
            depth += 1
        elif token in (")", "]", r"\rvert"):
            depth -= 1
        elif not fixed and before == " " and token in ("+", "-", r"\cdot", "/") and last not in RELATIONS:
            yield at, depth + (0 if token in "+-" else WHOLE_LINE), round(so_far)
        elif not fixed and before == "," and token == " ":
            yield at, depth, round(so_far)
        so_far += size
        before, last = token, last if token.isspace() else token
