"""The notation of Typst: a letter is a symbol; any other name goes in as a string, so that none is read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num
from penpaper_cli.expressions.functions import FUNCTIONS, Form, upright
from penpaper_cli.render.maths import BINDS, NEEDS, RATIO, WHOLE, Maths, divides_quotient, form_of, inert
from penpaper_cli.render.names import symbol
from penpaper_cli.render.typst.width import pieces, width

POWER, TIMES = BINDS["pow"], RATIO
WIDEST = 60
"""A numerator or what stands under a root is at most so wide, in digits; a longer one is written in a line instead."""
SCIENTIFIC = re.compile(r"(-?[\d.]+)e([+-]?)0*(\d+)")
ATOM = re.compile(r'[^\W\d_]|"(?:[^"\\]|\\.)*"|hat\(.\)|\(.*\)')
EXTREMES = ("max", "min")
"""Typst sets these upright by themselves."""


class TypstMaths(Maths):
    """Fractions, roots, indices and hats as on paper."""

    binds: ClassVar[Mapping[str, int]] = {**BINDS, "grad": RATIO, "transpose": POWER}
    needs: ClassVar[Mapping[str, tuple[int, int]]] = {**NEEDS, "grad": (RATIO, RATIO)}
    infix: ClassVar[Mapping[str, str]] = {
        "add": " + ",
        "sub": " - ",
        "mul": " dot.op ",
        "hadamard": " compose ",
        "dot": " dot.op ",
        "matmul": " dot.op ",
        "equals": " = ",
        "maps": " -> ",
        "shape": " times ",
        "vector": " quad ",
    }
    templates: ClassVar[Mapping[str, str]] = {
        "neg": "-{0}",
        "pow": "{0}^({1})",
        "at": "{0} ({1})",
        "grad": "frac(∂ {0}, ∂ {1})",
        "transpose": "{0}^top",
    }

    def draw(self, e: Expr, inside: int = 0) -> str:
        match e:
            case Apply("div", (above, below)):
                drawn, binds = self.quotient(above, below, stacked=not divides_quotient(e))
            case Entry(Apply("grad", (y, Name() as x)), at, value) if at:
                drawn, binds = super().draw(Apply("grad", (y, Entry(x, at, value)))), RATIO
            case Name(text):
                drawn = self.letter(inert(text))
                binds = POWER if "^" in drawn and not drawn.startswith('"') else WHOLE
            case Num():
                drawn = super().draw(e, inside)
                binds = TIMES if "times" in drawn and not drawn.startswith("(") else WHOLE
            case _:
                return super().draw(e, inside)
        return self.bracket(drawn) if binds < inside else drawn

    def quotient(self, above: Expr, below: Expr, stacked: bool) -> tuple[str, int]:
        """A fraction with its bar; in a line, where it can be broken, if it is too wide for that."""
        parts = self.draw(above), self.draw(below)
        if stacked and max(map(self.length, parts)) <= WIDEST:
            return f"frac({parts[0]}, {parts[1]})", RATIO
        first, later = self.needs["div"]
        return rf"{self.draw(above, first)} \/ {self.draw(below, later)}", self.binds["div"]

    def apply(self, op: str, args: tuple[Expr, ...]) -> str:
        drawn = super().apply(op, args)
        return f"[{drawn}]" if op == "vector" else drawn

    def length(self, drawn: str) -> int:
        return round(width(drawn))

    def breaks(self, drawn: str) -> Iterator[tuple[int, int, int]]:
        depth = 0
        for at, token, before in pieces(drawn):
            if token in ("(", "["):
                depth += 1
            elif token in (")", "]"):
                depth -= 1
            elif at and token in (" + ", " - ", " quad "):
                yield at, depth, round(before)
            elif token == ", ":
                yield at + 1, depth, round(before)

    def number(self, text: str) -> str:
        if found := SCIENTIFIC.fullmatch(text):
            return f"{found[1]} times 10^({found[2].strip('+')}{found[3]})"
        above, slash, below = text.partition("/")
        if not slash:
            return text
        return f"-frac({above[1:]}, {below})" if above.startswith("-") else f"frac({above}, {below})"

    def letter(self, text: str) -> str:
        found = symbol(text)
        if not found:
            return string(text)
        stem, index = found.letter, found.below
        if found.of:
            stem, index = found.of, f"({stem}_{index})" if index else stem
        stem = f"hat({stem})" if found.hat else stem
        above = f"^{string(found.above)}" if found.above else ""
        return f"{stem}_{index}{above}" if index else stem + above

    def indexed(self, base: str, places: list[int]) -> str:
        base = base if ATOM.fullmatch(base) else self.bracket(base)
        return f"{base}_({','.join(map(str, places))})" if places else base

    def rest(self, note: str, number: str) -> str:
        return f"({string(f'{note}: ')}{number})" if number else f"({string(note)})"

    def function(self, op: str, parts: list[str]) -> str:
        match form_of(op):
            case Form.BARS:
                return f"abs({parts[0]})"
            case Form.ROOT if self.length(parts[0]) <= WIDEST:
                return f"sqrt({parts[0]})"
        return f"{self.named(op)} ({', '.join(parts)})"

    def named(self, op: str) -> str:
        if op in FUNCTIONS:
            return FUNCTIONS[op].written.typst
        return op if op in EXTREMES else upright(op).typst


def string(text: str) -> str:
    """Text as a string of Typst: nothing in it is markup."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def closed(piece: str) -> str:
    """A piece of a broken line: brackets without their partners are only signs."""
    lone: list[int] = []
    waiting: list[int] = []
    for at, token, _ in pieces(piece):
        if token in ("(", "["):
            waiting.append(at)
        elif token in (")", "]"):
            lone += [] if waiting else [at]
            del waiting[-1:]
    for at in sorted([*lone, *waiting], reverse=True):
        piece = f"{piece[:at]}\\{piece[at:]}"
    return piece
