"""The notation of MathML, as browsers read it: fractions stacked, entries with their places below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape, unescape
from typing import ClassVar

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr
from penpaper_cli.expressions.functions import Form
from penpaper_cli.render.maths import NEEDS, Maths, divides_quotient, form_of
from penpaper_cli.render.names import Symbol, symbol

WIDEST = 28
"""The characters that stay in one piece; what is wider is written so that a line can be broken in it."""
STACKED = 21
"""How tightly a stacked fraction holds together: as a number that is a fraction does."""
PIECE = re.compile(r"<(?P<close>/?)(?P<tag>\w+)(?P<more>[^>]*)>(?P<text>[^<]*)")
TOKEN = re.compile(r"<(m[ino]|mtext)[^>]*>[^<]*</\1>")
FLAT = ' stretchy="false"'
"""Marks brackets that don't grow: around a line of text, those that do look loose."""
SIGNS = "+−=→"
TIMES = "·∘/"


class MathML(Maths):
    """The inside of math elements."""

    needs: ClassVar[Mapping[str, tuple[int, int]]] = {**NEEDS, "pow": (31, 0)}
    minus: ClassVar[str] = "<mo>−</mo>"
    sign: ClassVar[str] = '<mo form="prefix">−</mo>'
    infix: ClassVar[Mapping[str, str]] = {
        "add": "<mo>+</mo>",
        "sub": minus,
        "mul": "<mo>·</mo>",
        "hadamard": "<mo>∘</mo>",
        "dot": '<mo lspace="0.4em" rspace="0.4em">·</mo>',
        "matmul": "<mo>·</mo>",
        "div": "<mo>/</mo>",
        "equals": "<mo>=</mo>",
        "maps": "<mo>→</mo>",
        "shape": "<mo>×</mo>",
        "vector": '<mspace width="0.7em"/>',
    }
    templates: ClassVar[Mapping[str, str]] = {
        "neg": f"{sign}{{0}}",
        "grad": "<mfrac><mrow><mo>∂</mo>{0}</mrow><mrow><mo>∂</mo>{1}</mrow></mfrac>",
    }

    def draw(self, e: Expr, inside: int = 0) -> str:
        match e:
            case Entry(Apply("grad", (of, by)), at, value) if at:
                return self.draw(Apply("grad", (of, Entry(by, at, value))), inside)
            case Apply("div", (top, bottom)) if not divides_quotient(e):
                parts = self.draw(top), self.draw(bottom)
                if max(map(self.length, parts)) <= WIDEST:
                    drawn = f"<mfrac>{_one(parts[0])}{_one(parts[1])}</mfrac>"
                    return self.bracket(drawn) if inside > STACKED else drawn
        return super().draw(e, inside)

    def apply(self, op: str, args: tuple[Expr, ...]) -> str:
        match op, args:
            case "pow", (base, exponent):
                return self._raised(self.draw(base, self.needs["pow"][0]), _one(self.draw(exponent)))
            case "transpose", (of,):
                return self._raised(self.draw(of, self.needs["transpose"][0]), '<mi mathvariant="normal">T</mi>')
            case _, (of,) if form_of(op) is Form.ROOT and self.length(drawn := self.draw(of)) <= WIDEST:
                return f"<msqrt>{drawn}</msqrt>"
            case _, (of,) if form_of(op) is Form.BARS and self.length(drawn := self.draw(of)) <= WIDEST:
                return self.bracket(drawn, "||")
            case "at", (of, place):
                return self.draw(of, self.needs["transpose"][0]) + self.bracket(self.draw(place))
            case "vector", _:
                return self.bracket(self.infix["vector"].join(map(self.draw, args)), "[]")
        return super().apply(op, args)

    def _raised(self, base: str, exponent: str) -> str:
        """Something with an exponent; behind a long bracket, in which a line may be broken, it stands on the end."""
        if base.startswith(("<mfrac", "<msup>", "<msubsup>")):
            base = self.bracket(base)
        closed = f"<mo{FLAT}>)</mo>"
        if base.endswith(closed):
            return f"{base.removesuffix(closed)}<msup>{closed}{exponent}</msup>"
        return f"<msup>{_one(base)}{exponent}</msup>"

    def number(self, text: str) -> str:
        sign, digits = (self.sign, text[1:]) if text.startswith("-") else ("", text)
        top, _, bottom = digits.replace("e-", "e−").partition("/")
        return sign + (f"<mfrac><mn>{top}</mn><mn>{bottom}</mn></mfrac>" if bottom else f"<mn>{top}</mn>")

    def letter(self, text: str) -> str:
        if len(text) > WIDEST:
            return f'<mtext><span class="long">{escape(text)}</span></mtext>'
        if found := symbol(text):
            return _hung(found)
        tag = "mi" if text.isalnum() else "mtext"
        return f"<{tag}>{escape(text)}</{tag}>"

    def indexed(self, base: str, places: list[int]) -> str:
        base = self.bracket(base) if base.startswith(("<msub>", "<msup>", "<msubsup>")) else base
        return f"<msub>{_one(base)}<mtext>{','.join(map(str, places))}</mtext></msub>" if places else base

    def rest(self, note: str, number: str) -> str:
        value = f'<mspace width="0.3em"/>{number}' if number else ""
        return self.bracket(f"<mtext>{escape(note)}{':' if number else ''}</mtext>{value}")

    def bracket(self, inside: str, pair: str = "()") -> str:
        """Brackets as tall as what they hold. Around what is wide they stand loose, so that a line can be broken."""
        stretchy = "" if "<mfrac" in inside or "<msqrt" in inside else FLAT
        if self.length(inside) > WIDEST:
            return f"<mo{FLAT}>{pair[0]}</mo>{inside}<mo{FLAT}>{pair[1]}</mo>"
        return f"<mrow><mo{stretchy}>{pair[0]}</mo>{inside}<mo{stretchy}>{pair[1]}</mo></mrow>"

    def function(self, op: str, parts: list[str]) -> str:
        return f"<mi>{escape(self.named(op))}</mi>{self.bracket('<mo>,</mo>'.join(parts))}"

    def length(self, drawn: str) -> int:
        return max(width for _, _, width in _walked(drawn))

    def breaks(self, drawn: str) -> Iterator[tuple[int, int, int]]:
        """Before a sign or after a comma, where no element is open; before a factor only where nothing else is left."""
        brackets = 0
        after_comma = False
        for found, elements, width in _walked(drawn):
            if found is None:
                return
            tag, text = found["tag"], found["text"]
            sign = text if tag == "mo" and 'form="prefix"' not in found["more"] else ""
            before = after_comma or tag == "mspace" or (sign and sign in SIGNS + TIMES)
            if elements == 0 and found.start() and before:
                yield found.start(), 2 * brackets + bool(sign and sign in TIMES), width
            if FLAT in found["more"]:
                brackets += 1 if text in "([" else -1
            after_comma = elements == 0 and sign == ","


def _walked(drawn: str) -> Iterator[tuple[re.Match[str] | None, int, int]]:
    """Each element as it opens: how many are open around it, and how wide all before it is; then how wide all is.

    A fraction is as wide as the wider of its parts.
    """
    open_widths: list[list[int]] = []
    width = 0
    for found in PIECE.finditer(drawn):
        if not found["close"]:
            yield found, len(open_widths), width
            open_widths.append([_wide(found["text"])])
        if found["close"] or found["more"].endswith("/"):
            inside = open_widths.pop()
            done = max(inside) if found["tag"] == "mfrac" else sum(inside)
            if open_widths:
                open_widths[-1].append(done)
            else:
                width += done
    yield None, 0, width


def _hung(name: Symbol) -> str:
    """A letter with what hangs on it."""
    stem, below = f"<mi>{name.letter}</mi>", ""
    if name.below:
        tag = "mn" if name.below.isdigit() else "mi"
        below = f"<{tag}>{name.below}</{tag}>"
    if name.of:
        stem, below = f"<mi>{name.of}</mi>", f"<msub>{stem}{below}</msub>" if below else stem
    stem = f'<mover accent="true">{stem}<mo>^</mo></mover>' if name.hat else stem
    above = f"<mtext>{name.above}</mtext>" if name.above else ""
    tag = "msub" * bool(below) + "sup" * bool(above and below) + "msup" * bool(above and not below)
    return f"<{tag}>{stem}{below}{above}</{tag}>" if tag else stem


def _one(drawn: str) -> str:
    """As a single element, for a place that holds one."""
    return drawn if TOKEN.fullmatch(drawn) else f"<mrow>{drawn}</mrow>"


def _wide(text: str) -> int:
    """About how many characters of text a piece takes, with the space around a sign."""
    return 3 if text and text in SIGNS + "×" else len(unescape(text))
