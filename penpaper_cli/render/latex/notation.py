"""The notation of LaTeX with amsmath, for LaTeX documents and for the mathematics in Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import ClassVar

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr
from penpaper_cli.expressions.functions import FUNCTIONS, Form, upright
from penpaper_cli.render.latex.measure import closing, measured, stands_open, width
from penpaper_cli.render.latex.words import ACCENTS, GREEK, words
from penpaper_cli.render.maths import BINDS, NEEDS, RATIO, Maths, divides_quotient, form_of
from penpaper_cli.render.text.notation import Text

WIDE = 44
"""From this many characters on, a fraction or a root stands in a line, so that it can be broken."""
SHORT = 10
"""Up to this many characters, an exponential is written as a power of e."""
POWER = 30
MARKS = {"hat", "bar", "tilde"}
SYMBOL = re.compile(r"(?P<letter>[^\W\d_])(?P<mark>[\u0300-\u036f]?)(?P<digits>[0-9]*)")
EXTREMES = {"max": r"\max", "min": r"\min"}


class Latex(Maths):
    """LaTeX's mathematics: fractions, roots, powers and indices stand where a careful typesetter puts them."""

    minus: ClassVar[str] = " - "
    binds: ClassVar[Mapping[str, int]] = {**BINDS, "div": POWER, "ratio": BINDS["div"], "grad": POWER, "root": POWER}
    needs: ClassVar[Mapping[str, tuple[int, int]]] = {
        **NEEDS,
        "div": (0, 0),
        "ratio": NEEDS["div"],
        "pow": (POWER + 1, 0),
        "vector": (0, 0),
        "root": (0, 0),
    }
    infix: ClassVar[Mapping[str, str]] = {
        "add": " + ",
        "sub": " - ",
        "mul": r" \cdot ",
        "hadamard": r" \circ ",
        "dot": r" \cdot ",
        "matmul": r" \cdot ",
        "ratio": " / ",
        "equals": " = ",
        "maps": r" \to ",
        "shape": r" \times ",
    }
    templates: ClassVar[Mapping[str, str]] = {
        "neg": "-{0}",
        "at": "{0}({1})",
        "div": r"\frac{{{0}}}{{{1}}}",
        "grad": r"\frac{{\partial {0}}}{{\partial {1}}}",
    }

    @cached_property
    def ruler(self) -> Text:
        """Measures how wide an expression is before it is drawn."""
        return Text(self.figures)

    def draw(self, e: Expr, inside: int = 0) -> str:
        match e:
            case Apply("div", args) if divides_quotient(e) or max(len(self.ruler.draw(part)) for part in args) > WIDE:
                return super().draw(Apply("ratio", args), inside)
            case Apply(op, (of,)) if form_of(op) is Form.ROOT and len(self.ruler.draw(of)) > WIDE:
                return super().draw(Apply("root", (of,)), inside)
            case Entry(Apply("grad", (of, by)), at, value):
                return super().draw(Apply("grad", (of, Entry(by, at, value))), inside)
        return super().draw(e, inside)

    def number(self, text: str) -> str:
        sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
        if "/" in digits:
            return sign + r"\frac{{{}}}{{{}}}".format(*digits.split("/"))
        mantissa, _, exponent = digits.partition("e")
        return sign + mantissa + (rf" \times 10^{{{int(exponent)}}}" if exponent else "")

    def number_binds(self, text: str) -> int:
        return RATIO if "e" in text and not text.startswith("-") else super().number_binds(text)

    def letter(self, text: str) -> str:
        return symbol(text) or self.word(text)

    def word(self, text: str) -> str:
        """A name of several letters, upright."""
        return rf"\text{{{words(text)}}}"

    def indexed(self, base: str, places: list[int]) -> str:
        return self.scripted(base, "_", ",".join(map(str, places))) if places else base

    def scripted(self, base: str, sign: str, script: str) -> str:
        """An index or a power on something, which goes into brackets where it has one already."""
        held = any(token == sign for _, token, _ in measured(base)) and not _is_bracketed(base)
        return f"{self.bracket(base) if held else base}{sign}{{{script}}}"

    def rest(self, note: str, number: str) -> str:
        """Braces keep a minus from being spaced as if something were taken from the words."""
        number = f"{{{number}}}" if number.startswith("-") else number
        return rf"(\text{{{note}: }}{number})" if number else rf"(\text{{{note}}})"

    def bracket(self, inside: str, left: str = "(", right: str = ")") -> str:
        """Brackets, tall where the inside is; those around a wide inside don't keep a line from being broken.

        Of brackets of a given size, pandoc takes a power only after \\big, not after \\bigr.
        """
        if not re.search(r"\\frac|\\sqrt|\\begin", inside):
            nested = re.search(r"\([^()]*\([^()]*\(", f"({inside}")
            return rf"\big{left}{inside}\big{right.strip()}" if nested else f"{left}{inside}{right}"
        if width(inside) < WIDE:
            return rf"\left{left}{inside}\right{right.strip()}"
        return rf"\Big{left}{inside}\Big{right.strip()}"

    def function(self, op: str, parts: list[str]) -> str:
        match op:
            case "pow":
                return self.scripted(parts[0], "^", parts[1])
            case "root":
                return self.bracket(parts[0]) + "^{1/2}"
            case "transpose":
                return self.scripted(parts[0], "^", r"\top")
            case "vector":
                return self.vector(parts)
        match form_of(op):
            case Form.ROOT:
                return rf"\sqrt{{{parts[0]}}}"
            case Form.BARS:
                return self.bracket(parts[0], r"\lvert ", r" \rvert")
            case Form.POWER_OF_E if width(parts[0]) <= SHORT and "\\frac" not in parts[0]:
                return rf"\mathrm{{e}}^{{{parts[0]}}}"
        return self.named(op) + self.bracket(", ".join(parts))

    def named(self, op: str) -> str:
        """A name that LaTeX has no command for is written with hyphens, as on the command line."""
        if op in FUNCTIONS:
            return FUNCTIONS[op].written.latex
        return EXTREMES.get(op) or upright(op).latex

    def vector(self, parts: list[str]) -> str:
        """A row in square brackets; a wide one is separated by commas, so that it can be broken."""
        if sum(map(width, parts)) + 2 * len(parts) < WIDE and len(parts) <= 10:
            return rf"\begin{{bmatrix}} {' & '.join(parts)} \end{{bmatrix}}"
        return f"[{', '.join(parts)}]"

    def length(self, drawn: str) -> int:
        return round(width(drawn))

    def breaks(self, drawn: str) -> Iterator[tuple[int, int, int]]:
        return stands_open(drawn)


class RunningLatex(Latex):
    """LaTeX's mathematics in words, headings and tables, where a fraction stands in the line."""

    binds: ClassVar[Mapping[str, int]] = {**Latex.binds, "div": BINDS["div"], "grad": RATIO}
    needs: ClassVar[Mapping[str, tuple[int, int]]] = {**Latex.needs, "div": NEEDS["div"]}
    infix: ClassVar[Mapping[str, str]] = {**Latex.infix, "div": " / "}
    templates: ClassVar[Mapping[str, str]] = {"neg": "-{0}", "at": "{0}({1})"}

    def function(self, op: str, parts: list[str]) -> str:
        return rf"\partial {parts[0]} / \partial {parts[1]}" if op == "grad" else super().function(op, parts)

    def number(self, text: str) -> str:
        return text.replace("/", " / ") if "/" in text else super().number(text)


def symbol(text: str) -> str:
    """A name of one letter with what hangs on it: W1_new is W with the index 1 and new above. Nothing for a word."""
    head, *hung = text.split("_")
    base = _letter(head)
    if not base or not all(part.isascii() and part.isalnum() for part in hung):
        return ""
    letter, digits = base
    for mark in [part for part in hung if part in MARKS]:
        letter = rf"\{mark}{{{letter}}}"
    below, above = [digits] if digits else [], []
    for part in hung:
        if found := _letter(part):
            below.append("_".join(filter(None, (found[0], found[1] and f"{{{found[1]}}}"))))
        elif part.isdigit():
            below.append(part)
        elif part not in MARKS:
            above.append(rf"\text{{{part}}}")
    return letter + (f"_{{{','.join(below)}}}" if below else "") + (f"^{{{','.join(above)}}}" if above else "")


def _letter(text: str) -> tuple[str, str] | None:
    """A letter with its accent, and the digits behind it."""
    found = SYMBOL.fullmatch(unicodedata.normalize("NFD", text))
    if not found or not (found["letter"].isascii() or found["letter"] in GREEK):
        return None
    letter = found["letter"] if found["letter"].isascii() else f"\\{GREEK[found['letter']]}"
    if found["mark"]:
        if found["mark"] not in ACCENTS:
            return None
        letter = rf"\{ACCENTS[found['mark']][0]}{{{letter}}}"
    return letter, found["digits"]


def _is_bracketed(drawn: str) -> bool:
    """Whether all of it stands in one pair of brackets."""
    return drawn.startswith(("(", r"\left(", r"\big(", r"\Big(")) and closing(drawn, 0, "(", ")") == len(drawn) - 1
