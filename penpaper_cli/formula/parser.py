"""The formula language: text such as "Z = X @ W + b; L = mean((Z - y)^2)" becomes a tree. It is never run as Python.

Statements are parted by `;` or new lines; `#` starts a comment. From loose to tight: + and -; * / @ · ∘; minus in
front; ^ and **; then .T, ᵀ, [row, column] and calls. The parser is a precedence climber (Pratt, 1973).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Typed, read_number
from penpaper_cli.formula import spellings

LONGEST = 10_000
DEEPEST = 40
MOST_OPERATORS = 60
NAME = r"[^\W\d][\w\u0300-\u036f′]*"
TOKEN = re.compile(
    rf"(?P<space>[ \t\r]+|\#[^\n]*)|(?P<number>(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)|(?P<name>{NAME})"
    r"|(?P<end>[;\n])|(?P<sign>\*\*|\.T\b|[-+*/@·∘^()\[\],=−])"
)
FUNCTION_OF = re.compile(rf"(?:^|[;\n])\s*({NAME})\(({NAME})[^()]*\)\s*$")
SIGNS = {"**": "^", "−": "-"}
INFIX = {
    "+": (1, "add"),
    "-": (1, "sub"),
    "*": (2, "mul"),
    "∘": (2, "mul"),
    "/": (2, "div"),
    "@": (2, "matmul"),
    "·": (2, "matmul"),
}
NEGATION = 3


@dataclass(frozen=True)
class Node:
    """A piece of a formula, with its place in the text (counted from 0)."""

    place: int


@dataclass(frozen=True)
class Number(Node):
    value: Typed


@dataclass(frozen=True)
class Variable(Node):
    name: str


@dataclass(frozen=True)
class Call(Node):
    """A function or operator on operands, with settings such as axis=1."""

    function: str
    operands: tuple[Node, ...]
    settings: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True)
class Index(Node):
    """An entry of something; `at` counts from 1."""

    of: Node
    at: tuple[int, ...]


@dataclass(frozen=True)
class Statement:
    """One line of a formula; the name is empty where none was given."""

    name: str
    body: Node
    place: int


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    place: int


def complaint(text: str, place: int, problem: str) -> CannotRead:
    """An error that shows its place: the line, and a caret under the spot."""
    start = text.rfind("\n", 0, place) + 1
    line = text[start:].partition("\n")[0]
    left = max(0, place - start - 50)
    shown = "".join(c if c.isprintable() else " " for c in line[left : left + 70])
    error = CannotRead(problem)
    error.pointer = f"\n  {shown}\n  {' ' * (place - start - left)}^"
    return error


def one_spelling(text: str) -> str:
    """The same letters however they were typed: ŷ as one sign or two, and the micro sign as the Greek letter."""
    return unicodedata.normalize("NFC", text).replace("\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}")


def parse(text: str) -> list[Statement]:
    """The statements of a formula. Raises CannotRead with a caret under the place that can't be read."""
    if len(text) > LONGEST:
        raise CannotRead(f"The formula has {len(text):,} characters, and pp reads up to {LONGEST:,}.")
    return Parser(text).statements()


class Parser:
    """Reads tokens from left to right."""

    def __init__(self, text: str) -> None:
        self.text = one_spelling(text)
        self.tokens = list(self._tokens())
        self.at = 0
        self.depth = self.operators = 0

    def _tokens(self) -> list[Token]:
        tokens, place, inside = [], 0, 0
        while place < len(self.text):
            match = TOKEN.match(self.text, place)
            if not match:
                sign = self.text[place]
                problem = f'The character "{sign}" has no meaning in a formula{spellings.of_character(sign)}.'
                raise complaint(self.text, place, problem)
            kind, word = str(match.lastgroup), match.group()
            inside += (word in "([") - (word in ")]") if kind == "sign" else 0
            if kind == "name" and word.endswith("ᵀ"):
                tokens += [Token("name", word[:-1], place)] if word != "ᵀ" else []
                tokens.append(Token("sign", ".T", place + len(word) - 1))
            elif kind == "end" and word == "\n" and inside > 0:
                pass
            elif kind != "space":
                tokens.append(Token(kind, SIGNS.get(word, word), place))
            place = match.end()
        return [*tokens, Token("end", "", len(self.text))]

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign: str, why: str) -> None:
        if self.take().text != sign:
            self.at -= 1
            raise self.unexpected(why)

    def unexpected(self, wanted: str) -> CannotRead:
        sign = f'"{self.now.text}"' if self.now.text.strip() else "the end"
        return complaint(self.text, self.now.place, f"{wanted} is expected here, not {sign}{self.remedy()}.")

    def remedy(self) -> str:
        """What to write where a product or a power was meant, or the name of a line in the way of a function."""
        before = self.tokens[self.at - 1] if self.at else self.now
        ends = before.kind in ("number", "name") or before.text in (")", "]")
        starts = self.now.text == "(" or (self.now.kind == "name" and self.tokens[self.at + 1].text != "=")
        if ends and starts:
            return f": {spellings.of_neighbours(before.text, self.now.text)}"
        line = FUNCTION_OF.search(self.text[: self.now.place])
        if self.now.text == "=" and line:
            return f": a line has a name without brackets, so write {line[1]} = …, and give {line[2]} as {line[2]}=…"
        return ""

    def statements(self) -> list[Statement]:
        statements = []
        while self.at < len(self.tokens):
            if self.now.kind == "end":
                self.take()
                continue
            place, name = self.now.place, ""
            if self.now.kind == "name" and self.tokens[self.at + 1].text == "=":
                name = self.take().text
                self.take()
            self.operators = 0
            statements.append(Statement(name, self.expression(0), place))
            if self.now.kind != "end":
                raise self.unexpected("An operator or a semicolon")
        if not statements:
            raise CannotRead('The formula is empty: write one such as "Z = X @ W + b".')
        return statements

    def expression(self, loosest: int) -> Node:
        """Operands joined by operators that bind tighter than `loosest`."""
        left = self.operand()
        while self.now.text in INFIX and self.now.kind == "sign" and INFIX[self.now.text][0] > loosest:
            binds, function = INFIX[self.now.text]
            place = self.take().place
            self.count(place)
            left = _joined(place, function, left, self.expression(binds))
        return left

    def count(self, place: int) -> None:
        """Count an operator. Raises CannotRead when a statement has too many to be worked in one go."""
        self.operators += 1
        if self.operators > MOST_OPERATORS:
            raise complaint(self.text, place, f"More than {MOST_OPERATORS} operators in one statement: name its parts.")

    def operand(self) -> Node:
        """A number, name, call or bracket with what stands before and behind it."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise complaint(
                self.text, self.now.place, f"Nested more than {DEEPEST} deep: name the parts of the formula."
            )
        node = self._operand()
        self.depth -= 1
        return node

    def _operand(self) -> Node:
        if self.now.text == "-":
            place = self.take().place
            inner = self.expression(NEGATION - 1)
            if isinstance(inner, Number) and not inner.value.text.startswith("-"):
                return Number(place, read_number("-" + inner.value.text))
            return Call(place, "neg", (inner,))
        if self.now.text == "+":
            self.take()
            return self.expression(NEGATION - 1)
        node = self.postfix(self.atom())
        if self.now.text == "^":
            place = self.take().place
            node = Call(place, "pow", (node, self.operand()))
        return node

    def atom(self) -> Node:
        token = self.take()
        if token.kind == "number":
            try:
                return Number(token.place, read_number(token.text))
            except CannotRead as error:
                raise complaint(self.text, token.place, f"{quoted(token.text)} {error}.") from None
        if token.kind == "name":
            return self.call(token) if self.now.text == "(" else Variable(token.place, token.text)
        if token.text == "(":
            inner = self.expression(0)
            self.expect(")", 'A closing ")"')
            return inner
        self.at -= 1
        raise self.unexpected("A number, a name or a bracket")

    def postfix(self, node: Node) -> Node:
        while self.now.text in (".T", "["):
            token = self.take()
            self.count(token.place)
            if token.text == ".T":
                node = Call(token.place, "transpose", (node,))
            else:
                node = Index(token.place, node, self.places())
        return node

    def places(self) -> tuple[int, ...]:
        """The numbers between square brackets."""
        numbers = []
        while True:
            token = self.take()
            if token.kind != "number" or not token.text.isdigit() or int(token.text) < 1:
                self.at -= 1
                raise self.unexpected("A row or column number, counted from 1,")
            numbers.append(int(token.text))
            if self.now.text == "]":
                self.take()
                return tuple(numbers)
            self.expect(",", 'A comma or a closing "]"')

    def call(self, name: Token) -> Node:
        """What stands between the brackets of a function: operands, then settings such as axis=1."""
        self.take()
        operands: list[Node] = []
        settings: list[tuple[str, Fraction]] = []
        while self.now.text != ")":
            if self.now.kind == "name" and self.tokens[self.at + 1].text == "=":
                key = self.take().text
                self.take()
                settings.append((key, self.setting()))
            else:
                operands.append(self.expression(0))
            if self.now.text != ")":
                self.expect(",", 'A comma or a closing ")"')
        self.take()
        return Call(name.place, name.text, tuple(operands), tuple(settings))

    def setting(self) -> Fraction:
        node = self.expression(0)
        if not isinstance(node, Number):
            raise complaint(self.text, node.place, "A setting takes a number, such as axis=1.")
        return node.value


def _joined(place: int, function: str, left: Node, right: Node) -> Node:
    """Two operands and their operator; a quotient of two whole numbers is a fraction, as it is in a matrix."""
    numbers = [side.value for side in (left, right) if isinstance(side, Number) and side.value.text.isdigit()]
    if function == "div" and len(numbers) == 2 and numbers[1]:
        return Number(left.place, read_number(f"{numbers[0]}/{numbers[1]}"))
    return Call(place, function, (left, right))
