"""Draw an expression in a notation: a notation is tables of symbols, and brackets are decided here, once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num, Rest
from penpaper_cli.expressions.functions import FUNCTIONS, Form
from penpaper_cli.expressions.numbers import Figures

BINDS = {
    "equals": 1,
    "maps": 2,
    "add": 10,
    "sub": 10,
    "shape": 11,
    "neg": 12,
    "mul": 20,
    "hadamard": 19,
    "dot": 20,
    "matmul": 20,
    "div": 18,
    "pow": 30,
}
"""How tightly an operation holds its operands together; what isn't listed needs no brackets."""
NEGATIVE, RATIO, WHOLE = 12, 21, 100
NEEDS = {
    "add": (10, 13),
    "sub": (10, 13),
    "mul": (20, 21),
    "hadamard": (19, 20),
    "div": (19, 22),
    "pow": (31, 30),
    "neg": (18, 18),
    "grad": (35, 35),
    "transpose": (WHOLE, WHOLE),
}
"""How tightly the first operand, and each later one, must hold together to stand without brackets."""


def inert(text: str) -> str:
    """User text that can't steer a terminal or turn a line around: control and formatting characters are replaced.

    So are those that Unicode leaves to programs for their own use, since the terminal marks colours with them.
    """
    if text.isprintable():
        return text
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") or "\ufdd0" <= c <= "\ufdef"
        else c
        for c in text
    )


def divides_quotient(e: Apply) -> bool:
    """Whether it divides what is a quotient already: with one bar above the other, both would be in small print."""
    return isinstance(e.args[0], Apply) and e.args[0].op == "div"


@dataclass(frozen=True)
class Maths:
    """Draws any expression. A notation subclasses it and says only how each piece looks.

    `ascii` asks for ASCII characters only.
    """

    figures: Figures
    ascii: bool = False

    binds: ClassVar[Mapping[str, int]] = BINDS
    needs: ClassVar[Mapping[str, tuple[int, int]]] = NEEDS
    infix: ClassVar[Mapping[str, str]] = {}
    minus: ClassVar[str] = " - "
    empty: ClassVar[str] = ""

    def draw(self, e: Expr, inside: int = 0) -> str:
        """The expression as text; `inside` is how tightly its surroundings bind."""
        match e:
            case Num(value, as_decimal):
                text = self.figures.decimal(value) if as_decimal else self.figures.text(value)
                drawn, binds = self.number(text), self.number_binds(text)
            case Name(text):
                drawn, binds = self.letter(inert(text)), WHOLE
            case Entry(of, ()):
                return self.draw(of, inside)
            case Entry(of, at):
                drawn, binds = self.indexed(self.draw(of, WHOLE), [k + 1 for k in at]), WHOLE
            case Rest(note, value, is_worked):
                drawn, binds = self.rest(note, self.number(self.figures.text(value)) if is_worked else ""), WHOLE
            case Apply("add", args):
                drawn, binds = self.sum(args), self.binds["add"]
            case Apply("shape", (length,)):
                drawn, binds = self.bracket(self.draw(length)), WHOLE
            case Apply(op, args):
                drawn, binds = self.apply(op, args), self.binds.get(op, WHOLE)
            case _:
                raise TypeError(f"no notation draws {e}")
        return self.bracket(drawn) if binds < inside else drawn

    def sum(self, terms: tuple[Expr, ...]) -> str:
        """Terms with + between them, and - before a negative number."""
        first, later = self.needs["add"]
        drawn = [self.draw(terms[0], first)]
        for term in terms[1:]:
            if isinstance(term, Num) and term.value < 0:
                drawn += [self.minus, self.unsigned(self.draw(term, first))]
            else:
                drawn += [self.infix["add"], self.draw(term, later)]
        return self.empty.join(drawn)

    def unsigned(self, drawn: str) -> str:
        """A negative number without its sign."""
        return drawn.removeprefix("-")

    def apply(self, op: str, args: tuple[Expr, ...]) -> str:
        """An operation between, around or in front of its operands."""
        function = FUNCTIONS.get(op)
        if function and function.inside:
            args = tuple(map(function.inside, args))
        first, later = self.needs.get(op, (self.binds.get(op, 0), self.binds.get(op, 0)))
        parts = [self.draw(a, later if k else first) for k, a in enumerate(args)]
        if op in self.infix:
            return self.infix[op].join(parts)
        return self.function(op, parts)

    def spell(self, text: str) -> str:
        """Words and signs in the characters that the notation has."""
        return text

    def length(self, drawn: str) -> int:
        """How wide something drawn is, in characters of text."""
        return len(drawn)

    def breaks(self, drawn: str) -> Iterator[tuple[int, float, int]]:
        """Where a long line may be broken, in order: the place, how many brackets are open, how wide it is so far."""
        return iter(())

    def number(self, text: str) -> str:
        return text

    def number_binds(self, text: str) -> int:
        """How tightly a printed number holds together."""
        if text.startswith("-"):
            return NEGATIVE
        return RATIO if "/" in text else WHOLE

    def letter(self, text: str) -> str:
        return text

    def indexed(self, base: str, places: list[int]) -> str:
        return f"{base}[{','.join(map(str, places))}]" if places else base

    def rest(self, note: str, number: str) -> str:
        return f"({note}: {number})" if number else f"({note})"

    def bracket(self, inside: str) -> str:
        return f"({inside})"

    def function(self, op: str, parts: list[str]) -> str:
        """A function on its operands."""
        return f"{self.named(op)}({', '.join(parts)})"

    def named(self, op: str) -> str:
        """What a function is called."""
        return FUNCTIONS[op].names.text if op in FUNCTIONS else op


def form_of(op: str) -> Form:
    """How a careful typesetter writes a function."""
    return FUNCTIONS[op].form if op in FUNCTIONS else Form.CALL
