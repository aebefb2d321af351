"""The notation of Typst: a letter is a symbol; any other name goes in as a string, so that none is read as markup."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num
from penpaper_cli.expressions.functions import FUNCTIONS, Form, upright
from penpaper_cli.render.drawn import Drawn, Piece, Typeset, known, piece
from penpaper_cli.render.maths import BINDS, NEEDS, RATIO, WHOLE, divides_quotient, form_of, inert
from penpaper_cli.render.names import symbol

POWER, TIMES = BINDS["pow"], RATIO
WIDEST = 60
"""A numerator or what stands under a root is at most so wide, in digits; a longer one is written in a line instead."""
SCIENTIFIC = re.compile(r"(-?)([\d.]+)e([+-]?)0*(\d+)")
EXTREMES = ("max", "min")
"""Typst sets these upright by themselves."""
LETTER, CAPITAL, POINT, SIGN, BRACKET, SQUARE, CALL = 1.2, 1.6, 0.6, 2.5, 0.8, 0.6, 2.0
"""How wide these come out, in digits: small and large letters, a point, a sign with its blanks, brackets, a root."""
SCRIPT = 0.7
"""How large an index is beside what it stands at."""
ATOM, HELD = "atom", "held"
"""Kinds of pieces: what an index may follow as it stands, and an exponent."""
NEGATIVE = piece("-", CAPITAL)
TIMES_SIGN = piece(" dot.op ", 1.5)
COMMA = Drawn((Piece(",", 1.0), Piece(" ", breaks=0)))
GAP = Drawn((Piece(" quad ", 2.0, breaks=0),))
BESIDE = piece(" ")
RELATIONS = {"=": piece("=", 2.7), "≈": piece("approx", 6.0)}
"""≈ counts double, so that a line in which something is rounded is soon written side by side under each other."""


class TypstMaths(Typeset):
    """Fractions, roots, indices and hats as on paper."""

    binds: ClassVar[Mapping[str, int]] = {**BINDS, "grad": RATIO, "transpose": POWER}
    needs: ClassVar[Mapping[str, tuple[int, int]]] = {**NEEDS, "grad": (RATIO, RATIO)}
    minus: ClassVar[Drawn] = Drawn((Piece(" - ", SIGN, breaks=0),))
    infix: ClassVar[Mapping[str, Drawn]] = {
        "add": Drawn((Piece(" + ", SIGN, breaks=0),)),
        "sub": minus,
        "mul": TIMES_SIGN,
        "hadamard": piece(" compose ", 2.0),
        "dot": TIMES_SIGN,
        "matmul": TIMES_SIGN,
        "equals": piece(" = ", 2.7),
        "maps": piece(" -> ", 3.0),
        "shape": piece(" times ", 2.5),
    }

    def draw(self, e: Expr, inside: int = 0) -> Drawn:
        match e:
            case Apply("div", (above, below)):
                drawn, binds = self.quotient(above, below, stacked=not divides_quotient(e))
            case Entry(Apply("grad", (y, Name() as x)), at, value) if at:
                drawn, binds = super().draw(Apply("grad", (y, Entry(x, at, value)))), RATIO
            case Name(text):
                drawn = self.letter(inert(text))
                binds = POWER if drawn.pieces[-1].kind == HELD else WHOLE
            case Num():
                drawn = super().draw(e, inside)
                binds = TIMES if drawn.pieces[-1].kind == HELD else WHOLE
            case _:
                return super().draw(e, inside)
        return self.bracket(drawn) if binds < inside else drawn

    def quotient(self, above: Expr, below: Expr, stacked: bool) -> tuple[Drawn, int]:
        """A fraction with its bar; in a line, where it can be broken, if it is too wide for that."""
        parts = self.draw(above), self.draw(below)
        if stacked and max(map(self.length, parts)) <= WIDEST:
            return fraction(*parts), RATIO
        first, later = self.needs["div"]
        return piece(r" \/ ", 2.0).join([self.draw(above, first), self.draw(below, later)]), self.binds["div"]

    def number(self, text: str) -> Drawn:
        if found := SCIENTIFIC.fullmatch(text):
            sign = NEGATIVE if found[1] else Drawn()
            return (
                sign
                + plain(found[2])
                + piece(" times ", 2.5)
                + plain("10")
                + script("^", plain(found[3].strip("+") + found[4]))
            )
        sign, number = (NEGATIVE, text[1:]) if text.startswith("-") else (Drawn(), text)
        above, slash, below = number.partition("/")
        return sign + (fraction(plain(above), plain(below)) if slash else plain(above))

    def letter(self, text: str) -> Drawn:
        found = symbol(text)
        if not found:
            return quoted(text)
        stem, index = plain(found.letter), plain(found.below)
        if found.of:
            inner = stem + script("_", index, bare=True) if index else stem
            stem, index = plain(found.of), piece(f"({inner})", inner.width) if index else inner
        if found.hat:
            stem = piece(f"hat({stem})", stem.width, kind=ATOM)
        below = script("_", index, bare=True) if index else Drawn()
        return stem + below + (script("^", quoted(found.above), bare=True) if found.above else Drawn())

    def indexed(self, base: str, places: list[int]) -> Drawn:
        drawn = known(base)
        drawn = drawn if drawn.is_enclosed and drawn.pieces[0].kind == ATOM else self.bracket(drawn)
        return drawn + script("_", plain(",".join(map(str, places)))) if places else drawn

    def rest(self, note: str, number: str) -> Drawn:
        return self.bracket(quoted(f"{note}: ") + number if number else quoted(note))

    def bracket(self, inside: str, left: str = "(", right: str = ")", width: float = BRACKET) -> Drawn:
        return Drawn((Piece(left, width, opens=1, kind=ATOM), *known(inside).pieces, Piece(right, width, opens=-1)))

    def function(self, op: str, parts: list[str]) -> Drawn:
        first, *others = map(known, parts)
        match op:
            case "neg":
                return NEGATIVE + first
            case "pow":
                return first + script("^", others[0])
            case "transpose":
                return first + script("^", piece("top", 1.0), bare=True)
            case "at":
                return first + BESIDE + self.bracket(others[0])
            case "grad":
                of, by = (piece("∂ ", LETTER) + part for part in (first, *others))
                return fraction(of, by)
            case "vector":
                return self.bracket(GAP.join(parts), "[", "]", SQUARE)
        match form_of(op):
            case Form.BARS:
                return piece(f"abs({first})", first.width + CALL)
            case Form.ROOT if self.length(first) <= WIDEST:
                return piece(f"sqrt({first})", first.width + CALL)
        return self.name_of(op) + BESIDE + self.bracket(COMMA.join(parts))

    def name_of(self, op: str) -> Drawn:
        """A function's name, which Typst sets upright."""
        if op in FUNCTIONS:
            names = FUNCTIONS[op].names
            return piece(names.typst, len(names.text) if len(names.text) > 1 else LETTER)
        return piece(op, len(op)) if op in EXTREMES else piece(upright(op).typst, quoted(op).width)


@lru_cache
def plain(text: str) -> Drawn:
    """A number, or a letter."""
    return (
        piece(text, sum(map(_wide, text)), kind=ATOM if len(text) == 1 and text.isalpha() else "") if text else Drawn()
    )


def _wide(c: str) -> float:
    """How wide a character comes out."""
    return 1.0 if c.isdigit() else CAPITAL if c.isupper() or c == "-" else POINT if c in ".," else LETTER


def fraction(above: Drawn, below: Drawn) -> Drawn:
    """One above the other."""
    return piece(f"frac({above}, {below})", max(above.width, below.width) + 0.5)


def script(sign: str, inside: Drawn, bare: bool = False) -> Drawn:
    """What stands small below or above; `bare` without brackets around it."""
    text = f"{sign}{inside}" if bare else f"{sign}({inside})"
    return piece(text, SCRIPT * inside.width, kind=HELD if sign == "^" else "")


@lru_cache
def quoted(text: str) -> Drawn:
    """Text as a string of Typst: nothing in it is markup."""
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1.05 for c in text)
    return piece(string(text), width, kind=ATOM)


def string(text: str) -> str:
    """The same as it is written."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def closed(drawn: Drawn, lines: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The lines that it is broken into, from where to where: brackets without partners on their line are only signs."""
    brackets = deque(drawn.brackets())
    for start, stop in lines:
        lone: list[int] = []
        waiting: list[int] = []
        while brackets and brackets[0][0] < stop:
            place, opens = brackets.popleft()
            if opens > 0:
                waiting.append(place)
            elif waiting:
                waiting.pop()
            else:
                lone.append(place)
        cuts = [start, *sorted([*lone, *waiting]), stop]
        yield "\\".join(drawn[a:b] for a, b in pairwise(cuts))
