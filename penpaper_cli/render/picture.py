"""A matrix as a picture in characters: the darker an entry, the more ink."""

from __future__ import annotations

from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.render.maths import Maths
from penpaper_cli.solution.blocks import Picture

SHADES = ("  ", "░░", "▒▒", "▓▓", "██")
DIGITS = tuple("0123456789")


def picture_lines(block: Picture, maths: Maths) -> list[str]:
    """The picture in a frame, each entry two characters and so about a square, and the scale under it."""
    rows = [f"│{row}│" for row in rows_of(block, SHADES, "")]
    edge = "─" * (len(rows[0]) - 2)
    return list(map(maths.spell, (f"┌{edge}┐", *rows, f"└{edge}┘", scale(block, maths, SHADES))))


def sign_of(block: Picture, value: Scalar) -> str:
    """The sign that a square has to show: none for 0, nor where no numbers of both signs are shown."""
    return "" if not block.signed or not value else "-" if value < 0 else "+"


def between(block: Picture) -> list[float]:
    """Numbers for a scale: from the lowest to the highest, in as many steps as there are shades."""
    low, high = float(block.low), float(block.high)
    last = (2 if block.signed else 1) * (len(SHADES) - 1)
    return [low + (high - low) * k / last for k in range(last + 1)]


def rows_of(block: Picture, shades: tuple[str, ...], between: str) -> list[str]:
    """Each row's shades, lightest first; where both signs are shown, a sign stands at the front of a shade."""
    return [between.join(_square(block, value, shades) for value in row) for row in block.rows]


def scale(block: Picture, maths: Maths, shades: tuple[str, ...]) -> str:
    """The lowest number, the shades on the way to the highest, and the highest."""
    low, high = map(maths.figures.text, (block.low, block.high))
    down = shades[::-1]
    if block.signed:
        down = (*(_with_sign("-", shade) for shade in down[:-1]), " 0 ", *(_with_sign("+", s) for s in shades[1:]))
    return f"{low} [{' '.join(down)}] {high}"


def _square(block: Picture, value: Scalar, shades: tuple[str, ...]) -> str:
    level = min(int(block.darkness(value) * len(shades)), len(shades) - 1)
    if not block.signed:
        return shades[level]
    return _with_sign("-" if value < 0 else "+", shades[level]) if level else f"{shades[0]:>2}"


def _with_sign(sign: str, shade: str) -> str:
    return sign + shade[-1]
