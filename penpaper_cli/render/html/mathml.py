"""The notation of MathML, as browsers read it: fractions stacked, entries with their places below."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import ClassVar

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr
from penpaper_cli.expressions.functions import Form
from penpaper_cli.render.drawn import Drawn, Piece, Typeset, known, piece
from penpaper_cli.render.maths import NEEDS, WHOLE, divides_quotient, form_of
from penpaper_cli.render.names import Symbol, symbol

WIDEST = 28
"""The characters that stay in one piece; what is wider is written so that a line can be broken in it."""
STACKED = 21
"""How tightly a stacked fraction holds together: as a number that is a fraction does."""
FLAT = ' stretchy="false"'
"""Marks brackets that don't grow: around a line of text, those that do look loose."""
AT_WORST = 0.5
"""What a line break before a factor costs: more than one before a sign or after a comma, less than in brackets."""
SPACED = "+−=→×"
TOKEN, INDEXED, RAISED, FRACTION = "token", "indexed", "raised", "fraction"
"""Kinds of pieces: a number, letter or word; something with an index or an exponent; a stacked fraction."""


def token(tag: str, text: str, attributes: str = "") -> Drawn:
    """A number, letter or word."""
    return piece(f"<{tag}{attributes}>{escape(text)}</{tag}>", len(text), kind=TOKEN)


def operator(sign: str, breaks: float | None = None, attributes: str = "") -> Drawn:
    """A sign, with the space around it."""
    return Drawn((Piece(f"<mo{attributes}>{sign}</mo>", 3 if sign in SPACED else 1, breaks),))


def space(width: str) -> Drawn:
    """Room, in which a line may be broken."""
    return Drawn((Piece(f'<mspace width="{width}"/>', breaks=0),))


NEGATIVE = operator("−", attributes=' form="prefix"')
TIMES = operator("·", AT_WORST)
COMMA = operator(",") + Drawn((Piece("", breaks=0),))


class MathML(Typeset):
    """The inside of math elements."""

    needs: ClassVar[Mapping[str, tuple[int, int]]] = {**NEEDS, "pow": (31, 0), "at": (WHOLE, 0)}
    minus: ClassVar[Drawn] = operator("−", 0)
    infix: ClassVar[Mapping[str, Drawn]] = {
        "add": operator("+", 0),
        "sub": minus,
        "mul": TIMES,
        "hadamard": operator("∘", AT_WORST),
        "dot": operator("·", AT_WORST, ' lspace="0.4em" rspace="0.4em"'),
        "matmul": TIMES,
        "div": operator("/", AT_WORST),
        "equals": operator("=", 0),
        "maps": operator("→", 0),
        "shape": operator("×"),
    }

    def draw(self, e: Expr, inside: int = 0) -> Drawn:
        match e:
            case Entry(Apply("grad", (of, by)), at, value) if at:
                return self.draw(Apply("grad", (of, Entry(by, at, value))), inside)
            case Apply("div", (top, bottom)) if not divides_quotient(e):
                parts = self.draw(top), self.draw(bottom)
                if max(part.width for part in parts) <= WIDEST:
                    drawn = fraction(*parts)
                    return self.bracket(drawn) if inside > STACKED else drawn
        return super().draw(e, inside)

    def function(self, op: str, parts: list[str]) -> Drawn:
        first, *others = map(known, parts)
        match op:
            case "neg":
                return NEGATIVE + first
            case "grad":
                of, by = (operator("∂") + part for part in (first, *others))
                return fraction(of, by)
            case "pow":
                return self._raised(first, others[0])
            case "transpose":
                return self._raised(first, token("mi", "T", ' mathvariant="normal"'))
            case "at":
                return first + self.bracket(others[0])
            case "vector":
                return self.bracket(space("0.7em").join(parts), "[]")
        match form_of(op):
            case Form.ROOT if first.width <= WIDEST:
                return piece(f"<msqrt>{first}</msqrt>", first.width, height=1)
            case Form.BARS if first.width <= WIDEST:
                return self.bracket(first, "||")
        return token("mi", self.named(op)) + self.bracket(COMMA.join(parts))

    def _raised(self, base: Drawn, exponent: Drawn) -> Drawn:
        """Something with an exponent; behind a long bracket, in which a line may be broken, it stands on the end."""
        if base.pieces[0].kind in (FRACTION, RAISED):
            base = self.bracket(base)
        *before, last = base.pieces
        if last.opens:
            end = Piece(f"<msup>{last.text}{_one(exponent)}</msup>", last.width + exponent.width, opens=-1)
            return Drawn((*before, end))
        return piece(f"<msup>{_one(base)}{_one(exponent)}</msup>", base.width + exponent.width, kind=RAISED)

    def number(self, text: str) -> Drawn:
        sign, digits = (NEGATIVE, text[1:]) if text.startswith("-") else (Drawn(), text)
        top, _, bottom = digits.replace("e-", "e−").partition("/")
        return sign + (fraction(token("mn", top), token("mn", bottom)) if bottom else token("mn", top))

    def letter(self, text: str) -> Drawn:
        if len(text) > WIDEST:
            return piece(f'<mtext><span class="long">{escape(text)}</span></mtext>', len(text))
        if found := symbol(text):
            return _hung(found)
        return token("mi" if text.isalnum() else "mtext", text)

    def indexed(self, base: str, places: list[int]) -> Drawn:
        drawn = known(base)
        if not places:
            return drawn
        drawn = self.bracket(drawn) if drawn.pieces[0].kind in (INDEXED, RAISED) else drawn
        index = token("mtext", ",".join(map(str, places)))
        return piece(f"<msub>{_one(drawn)}{index}</msub>", drawn.width + index.width, kind=INDEXED)

    def rest(self, note: str, number: str) -> Drawn:
        value = space("0.3em") + number if number else Drawn()
        return self.bracket(token("mtext", f"{note}{':' if number else ''}") + value)

    def bracket(self, inside: str, pair: str = "()") -> Drawn:
        """Brackets as tall as what they hold. Around what is wide they stand loose, so that a line can be broken."""
        drawn = known(inside)
        if drawn.width > WIDEST:
            left, right = (Piece(f"<mo{FLAT}>{sign}</mo>", 1, opens=k) for sign, k in zip(pair, (1, -1), strict=True))
            return Drawn((left, *drawn.pieces, right))
        left_sign, right_sign = (f"<mo{'' if drawn.height else FLAT}>{sign}</mo>" for sign in pair)
        return piece(f"<mrow>{left_sign}{drawn}{right_sign}</mrow>", drawn.width + 2, height=drawn.height)


def fraction(top: Drawn, bottom: Drawn) -> Drawn:
    """One above the other."""
    text = f"<mfrac>{_one(top)}{_one(bottom)}</mfrac>"
    return piece(text, max(top.width, bottom.width), height=2, kind=FRACTION)


def _hung(name: Symbol) -> Drawn:
    """A letter with what hangs on it."""
    stem, below = token("mi", name.letter), Drawn()
    if name.below:
        below = token("mn" if name.below.isdigit() else "mi", name.below)
    if name.of:
        inner = piece(f"<msub>{stem}{below}</msub>", stem.width + below.width) if below else stem
        stem, below = token("mi", name.of), inner
    if name.hat:
        stem = piece(f'<mover accent="true">{stem}<mo>^</mo></mover>', stem.width + 1)
    above = token("mtext", name.above) if name.above else Drawn()
    tag = "msub" * bool(below) + "sup" * bool(above and below) + "msup" * bool(above and not below)
    width = stem.width + below.width + above.width
    return piece(f"<{tag}>{stem}{below}{above}</{tag}>", width, kind=RAISED if above else INDEXED) if tag else stem


def _one(drawn: Drawn) -> str:
    """As a single element, for a place that holds one."""
    return drawn if len(drawn.pieces) == 1 and drawn.pieces[0].kind == TOKEN else f"<mrow>{drawn}</mrow>"
