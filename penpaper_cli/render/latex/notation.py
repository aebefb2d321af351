"""The notation of LaTeX with amsmath, for LaTeX documents and for the mathematics in Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import ClassVar

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr
from penpaper_cli.expressions.functions import FUNCTIONS, Form, Names, upright
from penpaper_cli.render.drawn import Drawn, Piece, Typeset, known, piece
from penpaper_cli.render.latex.words import ACCENTS, GREEK, words
from penpaper_cli.render.maths import BINDS, NEEDS, RATIO, divides_quotient, form_of
from penpaper_cli.render.text.notation import Text

WIDE = 44
"""From this many characters on, a fraction or a root stands in a line, so that it can be broken."""
SHORT = 10
"""Up to this many characters, an exponential is written as a power of e."""
POWER = 30
MARKS = {"hat", "bar", "tilde"}
SYMBOL = re.compile(r"(?P<letter>[^\W\d_])(?P<mark>[\u0300-\u036f]?)(?P<digits>[0-9]*)")
EXTREMES = {name: Names(name, latex=f"\\{name}", typst=name) for name in ("max", "min")}

LETTER, CAPITAL, COMMAND, SIGN, RELATION, BAR = 1.1, 1.5, 1.3, 2.5, 2.6, 0.3
"""How wide these come out, in digits: a small letter, a wide one, a sign with a name, a sign with its blanks, a bar."""
SCRIPT = 0.8
"""How large an index is beside what it stands at."""
AT_WORST = 1000
"""The cost of a break before the sign of a product or ratio: it is taken only where there is no other."""
INDEX, RAISED, ROUND = "_", "^", "()"
"""Kinds of pieces: an index, a power, and a round bracket or all that is in it."""
BLANK = Piece(" ")
PLUS = Drawn((BLANK, Piece("+ ", SIGN, breaks=0)))
MINUS = Drawn((BLANK, Piece("- ", SIGN, breaks=0)))
TIMES = Drawn((BLANK, Piece(r"\cdot ", 1.5, breaks=AT_WORST)))
OVER = Drawn((BLANK, Piece("/ ", LETTER, breaks=AT_WORST)))
COMMA = Drawn((Piece(",", LETTER), Piece(" ", breaks=0)))
NEGATIVE = piece("-", SIGN)


class Latex(Typeset):
    """LaTeX's mathematics: fractions, roots, powers and indices stand where a careful typesetter puts them."""

    minus: ClassVar[Drawn] = MINUS
    binds: ClassVar[Mapping[str, int]] = {**BINDS, "div": POWER, "ratio": BINDS["div"], "grad": POWER, "root": POWER}
    needs: ClassVar[Mapping[str, tuple[int, int]]] = {
        **NEEDS,
        "div": (0, 0),
        "ratio": NEEDS["div"],
        "pow": (POWER + 1, 0),
        "vector": (0, 0),
        "root": (0, 0),
    }
    infix: ClassVar[Mapping[str, Drawn]] = {
        "add": PLUS,
        "sub": MINUS,
        "mul": TIMES,
        "hadamard": piece(r" \circ ", 2.0),
        "dot": TIMES,
        "matmul": TIMES,
        "ratio": OVER,
        "equals": piece(" = ", SIGN),
        "maps": piece(r" \to ", 3.0),
        "shape": piece(r" \times ", RELATION),
    }

    @cached_property
    def ruler(self) -> Text:
        """Measures how wide an expression is before it is drawn."""
        return Text(self.figures)

    def draw(self, e: Expr, inside: int = 0) -> Drawn:
        match e:
            case Apply("div", args) if divides_quotient(e) or max(len(self.ruler.draw(part)) for part in args) > WIDE:
                return super().draw(Apply("ratio", args), inside)
            case Apply(op, (of,)) if form_of(op) is Form.ROOT and len(self.ruler.draw(of)) > WIDE:
                return super().draw(Apply("root", (of,)), inside)
            case Entry(Apply("grad", (of, by)), at, value):
                return super().draw(Apply("grad", (of, Entry(by, at, value))), inside)
        return super().draw(e, inside)

    def number(self, text: str) -> Drawn:
        if text.startswith("-"):
            return Drawn((*NEGATIVE.pieces, *self.number(text[1:]).pieces))
        top, slash, bottom = text.partition("/")
        if slash:
            return self.quotient(row(top), row(bottom))
        mantissa, _, exponent = text.partition("e")
        return row(mantissa) + TEN + script(RAISED, row(str(int(exponent)))) if exponent else row(mantissa)

    def quotient(self, top: Drawn, bottom: Drawn) -> Drawn:
        """A number that is a fraction."""
        return fraction(top, bottom)

    def number_binds(self, text: str) -> int:
        return RATIO if "e" in text and not text.startswith("-") else super().number_binds(text)

    def letter(self, text: str) -> Drawn:
        return symbol(text) or self.word(text)

    def word(self, text: str) -> Drawn:
        """A name of several letters, upright."""
        return upright_words(words(text))

    def indexed(self, base: str, places: list[int]) -> Drawn:
        drawn = known(base)
        return self.scripted(drawn, INDEX, row(",".join(map(str, places)))) if places else drawn

    def scripted(self, base: Drawn, kind: str, inside: Drawn) -> Drawn:
        """An index or a power on something, which goes into brackets where it has one already."""
        held = any(part.kind == kind for part in base.pieces) and not (
            base.is_enclosed and base.pieces[0].kind == ROUND
        )
        return (self.bracket(base) if held else base) + script(kind, inside)

    def rest(self, note: str, number: str) -> Drawn:
        """Braces keep a minus from being spaced as if something were taken from the words."""
        if not number:
            return self.round(upright_words(note))
        value = known(number)
        value = piece(f"{{{value}}}", value.width) if value.startswith("-") else value
        return self.round(upright_words(f"{note}: ") + value)

    def round(self, inside: Drawn) -> Drawn:
        """Round brackets of the usual size."""
        return enclosed("(", inside, ")", LETTER, ROUND)

    def bracket(self, inside: str, left: str = "(", right: str = ")") -> Drawn:
        """Brackets, tall where the inside is; those around a wide inside don't keep a line from being broken.

        Of brackets of a given size, pandoc takes a power only after \\big, not after \\bigr.
        """
        drawn = known(inside)
        kind, wide = (ROUND, LETTER) if left == "(" else ("", BAR)
        if not drawn.height and not _is_deep(drawn):
            return enclosed(left, drawn, right, wide, kind)
        if drawn.height and drawn.width < WIDE:
            text = rf"\left{left}{drawn}\right{right.strip()}"
            return piece(text, drawn.width + 2 * wide, height=drawn.height, kind=kind)
        big = r"\Big" if drawn.height else r"\big"
        return enclosed(big + left, drawn, big + right.strip(), wide + BAR, kind)

    def function(self, op: str, parts: list[str]) -> Drawn:
        first, *others = (known(part) for part in parts)
        match op:
            case "neg":
                return NEGATIVE + first
            case "at":
                return first + self.round(others[0])
            case "div":
                return fraction(first, others[0])
            case "grad":
                return self.slope(PARTIAL + first, PARTIAL + others[0])
            case "pow":
                return self.scripted(first, RAISED, others[0])
            case "root":
                return self.bracket(first) + script(RAISED, row("1/2"))
            case "transpose":
                return self.scripted(first, RAISED, piece(r"\top", COMMAND))
            case "vector":
                return self.vector([first, *others])
        match form_of(op):
            case Form.ROOT:
                return piece(rf"\sqrt{{{first}}}", first.width + COMMAND, height=1)
            case Form.BARS:
                return self.bracket(first, r"\lvert ", r" \rvert")
            case Form.POWER_OF_E if first.width <= SHORT and first.height < 2:
                return piece(r"\mathrm{e}", LETTER) + script(RAISED, first)
        names = FUNCTIONS[op].names if op in FUNCTIONS else EXTREMES.get(op) or upright(op)
        name = piece(names.latex, len(names.text) if len(names.text) > 1 else COMMAND)
        return name + self.bracket(COMMA.join(parts))

    def slope(self, of: Drawn, by: Drawn) -> Drawn:
        """A partial derivative."""
        return fraction(of, by)

    def vector(self, parts: list[Drawn]) -> Drawn:
        """A row in square brackets; a wide one is separated by commas, so that it can be broken."""
        wide = sum(part.width for part in parts) + 2 * len(parts)
        if wide < WIDE and len(parts) <= 10:
            return piece(rf"\begin{{bmatrix}} {' & '.join(map(str, parts))} \end{{bmatrix}}", wide, height=1)
        return enclosed("[", COMMA.join(parts), "]", LETTER)


class RunningLatex(Latex):
    """LaTeX's mathematics in words, headings and tables, where a fraction stands in the line."""

    binds: ClassVar[Mapping[str, int]] = {**Latex.binds, "div": BINDS["div"], "grad": RATIO}
    needs: ClassVar[Mapping[str, tuple[int, int]]] = {**Latex.needs, "div": NEEDS["div"]}
    infix: ClassVar[Mapping[str, Drawn]] = {**Latex.infix, "div": OVER}

    def slope(self, of: Drawn, by: Drawn) -> Drawn:
        return of + OVER + by

    def quotient(self, top: Drawn, bottom: Drawn) -> Drawn:
        return top + OVER + bottom


TEN = piece(r" \times 10", RELATION + 2)
PARTIAL = piece(r"\partial ", COMMAND)


@lru_cache
def row(text: str) -> Drawn:
    """A number, or letters side by side."""
    return piece(text, sum(map(_wide, text)))


def _wide(c: str) -> float:
    """How wide a character comes out."""
    return 1.0 if c.isdigit() else SIGN if c == "-" else CAPITAL if c.isupper() or c in "mw" else LETTER


def upright_words(text: str) -> Drawn:
    """Words in mathematics."""
    return piece(rf"\text{{{text}}}", len(text))


def fraction(top: Drawn, bottom: Drawn) -> Drawn:
    """One above the other."""
    return piece(rf"\frac{{{top}}}{{{bottom}}}", max(top.width, bottom.width) + 0.5, height=2)


def script(kind: str, inside: Drawn) -> Drawn:
    """What stands small below or above."""
    return piece(f"{kind}{{{inside}}}", SCRIPT * inside.width, kind=kind)


def enclosed(left: str, inside: Drawn, right: str, width: float, kind: str = "") -> Drawn:
    """Brackets in which a line may be broken."""
    opening, closing = (Piece(text, width, opens=way, kind=kind) for text, way in ((left, 1), (right, -1)))
    return Drawn((opening, *inside.pieces, closing))


@lru_cache
def symbol(text: str) -> Drawn:
    """A name of one letter with what hangs on it: W1_new is W with the index 1 and new above. Nothing for a word."""
    head, *hung = text.split("_")
    base = _letter(head)
    if not base or not all(part.isascii() and part.isalnum() for part in hung):
        return Drawn()
    letter, digits = base
    for mark in [part for part in hung if part in MARKS]:
        letter = piece(rf"\{mark}{{{letter}}}", letter.width)
    below, above = [row(digits)] if digits else [], []
    for part in hung:
        if found := _letter(part):
            below.append(found[0] + (script(INDEX, row(found[1])) if found[1] else Drawn()))
        elif part.isdigit():
            below.append(row(part))
        elif part not in MARKS:
            above.append(upright_words(part))
    comma = row(",")
    indices = script(INDEX, comma.join(below)) if below else Drawn()
    return letter + indices + (script(RAISED, comma.join(above)) if above else Drawn())


def _letter(text: str) -> tuple[Drawn, str] | None:
    """A letter with its accent, and the digits behind it."""
    found = SYMBOL.fullmatch(unicodedata.normalize("NFD", text))
    if not found or not (found["letter"].isascii() or found["letter"] in GREEK):
        return None
    letter = row(found["letter"]) if found["letter"].isascii() else piece(f"\\{GREEK[found['letter']]}", COMMAND)
    if found["mark"]:
        if found["mark"] not in ACCENTS:
            return None
        letter = piece(rf"\{ACCENTS[found['mark']][0]}{{{letter}}}", letter.width)
    return letter, found["digits"]


def _is_deep(drawn: Drawn) -> bool:
    """Whether two round brackets open in it one in the other, so that a third around them has to be larger."""
    depth = 1
    for part in drawn.pieces:
        if part.kind == ROUND:
            depth = depth + 1 if part.opens > 0 else 0
        if depth == 3:
            return True
    return False
