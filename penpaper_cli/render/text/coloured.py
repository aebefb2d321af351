"""Colour with a meaning: what comes from the first factor, what from the second, what is a product, what the result.

In a matrix product these are the row, the column, their products and the entry. What a colour says is also said by
place and name, so nothing is lost without it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.text import Text as RichText

from penpaper_cli.expressions.arithmetic import Apply, Expr, Num
from penpaper_cli.render.text.notation import Text
from penpaper_cli.solution.blocks import Working

FIRST, SECOND, PRODUCT, RESULT, END = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3", "\ufdd4"
"""Marks that stand for no sign, around what has a colour; names are cleared of them before they are drawn."""
STYLES = {FIRST: "cyan", SECOND: "magenta", PRODUCT: "green", RESULT: "bold"}
"""From the terminal's own 16 colours, so that its theme fits them to a light or dark background."""
MARK = re.compile(f"([{FIRST}-{END}])")
ROW_TIMES_COLUMN = ("matmul", "dot")


@dataclass(frozen=True)
class Coloured(Text):
    """Text with marks around factors, and around those numbers that have a mark by their identity."""

    marks: Mapping[int, str] = field(default_factory=dict)

    def draw(self, e: Expr, inside: int = 0) -> str:
        drawn = super().draw(e, inside)
        return marked(self.marks[id(e)], drawn) if id(e) in self.marks else drawn

    def apply(self, op: str, args: tuple[Expr, ...]) -> str:
        if op not in ("mul", *ROW_TIMES_COLUMN) or len(args) != 2:
            return super().apply(op, args)
        pairs = zip((FIRST, SECOND), args, self.needs.get(op, (20, 20)), strict=True)
        return self.infix[op].join(marked(mark, self.draw(arg, needs)) for mark, arg, needs in pairs)

    def length(self, drawn: str) -> int:
        return cell_len(MARK.sub("", drawn))


def marked(mark: str, drawn: str) -> str:
    """In one colour. A minus sign in front stays outside, since it may turn into the sign of a difference."""
    sign = "-" if mark == PRODUCT and drawn.startswith("-") else ""
    return f"{sign}{mark}{MARK.sub('', drawn.removeprefix(sign))}{END}"


def marks_of(working: Working) -> dict[int, str]:
    """By identity, the numbers that stand where the side before has a product, and the result."""
    pairs = itertools.pairwise(working.sides)
    marks = {id(number): PRODUCT for before, after in pairs for number in _products(before, after)}
    result = working.sides[-1]
    return {**marks, id(result): RESULT} if isinstance(result, Num) else marks


def _products(before: Expr, after: Expr) -> Iterator[Num]:
    match before, after:
        case Apply("mul"), Num():
            yield after
        case Apply(_, old), Apply(_, new) if len(old) == len(new):
            for pair in zip(old, new, strict=True):
                yield from _products(*pair)


def operands(e: object) -> dict[Expr, str]:
    """The marks of the operands of a product of rows and columns, and of their products, anywhere in an expression."""
    match e:
        case Apply(op, (first, second)) if op in ROW_TIMES_COLUMN:
            return {first: FIRST, second: SECOND, Apply("mul", (first, second)): PRODUCT}
        case Apply(_, args):
            return {name: mark for arg in args for name, mark in operands(arg).items()}
    return {}


def in_colour(text: str, style: str = "") -> RichText:
    """Marked text as Rich draws it."""
    found, colour = RichText(style=style), ""
    for piece in MARK.split(text):
        if MARK.fullmatch(piece):
            colour = STYLES.get(piece, "")
        else:
            found.append(piece, colour)
    return found
