"""The notation of plain text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import ClassVar

from penpaper_cli.expressions.arithmetic import Apply, Expr, Num
from penpaper_cli.render.maths import RATIO, Maths
from penpaper_cli.render.text.ascii import in_ascii


class Text(Maths):
    """Unicode text, or ASCII, for terminals, plain text and Markdown."""

    points: ClassVar[re.Pattern[str]] = re.compile(r"[()]| (?=[+-] )|(?<=,) ")

    infix: ClassVar[Mapping[str, str]] = {
        "add": " + ",
        "sub": " - ",
        "mul": "·",
        "hadamard": " ∘ ",
        "dot": " · ",
        "matmul": "·",
        "div": " / ",
        "pow": "^",
        "equals": " = ",
        "maps": " → ",
        "shape": "×",
        "vector": " ",
    }
    templates: ClassVar[Mapping[str, str]] = {
        "neg": "-{0}",
        "at": "{0}({1})",
        "grad": "∂{0}/∂{1}",
        "transpose": "{0}ᵀ",
    }

    def apply(self, op: str, args: tuple[Expr, ...]) -> str:
        if op == "div" and self.holds_ratio(args[0]):
            return self.infix[op].join((self.dividend(args[0]), self.draw(args[1], self.needs[op][1])))
        drawn = super().apply(op, args)
        return f"[{drawn}]" if op == "vector" else drawn

    def holds_ratio(self, e: Expr) -> bool:
        """Whether it is a fraction, or a product with one: divided, it would have two signs for the same."""
        match e:
            case Num(value, as_decimal):
                return not as_decimal and "/" in self.figures.text(value)
            case Apply("mul" | "hadamard", args):
                return any(map(self.holds_ratio, args))
        return False

    def dividend(self, e: Expr) -> str:
        """What is divided, with brackets around its fractions: (2/9)·3."""
        match e:
            case Apply("mul" | "hadamard" as op, args) if self.holds_ratio(e):
                first, later = self.needs[op]
                parts = (
                    self.dividend(arg) if self.holds_ratio(arg) else self.draw(arg, later if k else first)
                    for k, arg in enumerate(args)
                )
                return self.infix[op].join(parts)
        return self.draw(e, RATIO + 1)

    def function(self, op: str, parts: list[str]) -> str:
        return self.templates[op].format(*parts) if op in self.templates else super().function(op, parts)

    def draw(self, e: Expr, inside: int = 0) -> str:
        return self.spell(super().draw(e, inside))

    def spell(self, text: str) -> str:
        return in_ascii(text) if self.ascii else text

    def letter(self, text: str) -> str:
        return self.spell(text)

    def length(self, drawn: str) -> int:
        """In columns of a screen: Chinese characters and emoji take two, accents by themselves none."""
        return len(drawn) if drawn.isascii() else sum(map(_columns, drawn))

    def breaks(self, drawn: str) -> Iterator[tuple[int, float, int]]:
        depth = at = length = 0
        for found in self.points.finditer(drawn, 1):
            if found[0] == " ":
                length += self.length(drawn[at : found.start()])
                at = found.start()
                yield at, depth, length
            else:
                depth += 1 if found[0] == "(" else -1


def _columns(sign: str) -> int:
    return 0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
