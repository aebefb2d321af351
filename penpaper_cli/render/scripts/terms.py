"""Operations as Python text: a library's row for each is filled in, and Python's own syntax tree puts the brackets."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Scalar, Typed
from penpaper_cli.render.scripts.identifiers import Identifiers
from penpaper_cli.solution.script import Call, Number, Numbers, Ref, Term

Row = str | Callable[[Call], str]
"""How a library writes an operation: a and b are its operands, a_0 an operand of a, and settings stand by their names;
a keyword whose setting is None is left out. A function chooses by the call's shapes or settings."""
OPERANDS = "abcdefgh"
LARGEST_WHOLE = 2**53
HUGGED = re.compile(r"(?<![\w.)\]])([\w.]+) \*\* (-?[\w.]+)(?![\w(\[.])")


def number_text(number: Scalar) -> str:
    """A number as Python has it: as typed, but for zeros in front, which Python refuses; a fraction as a quotient."""
    if isinstance(number, Typed) and "/" not in number.text and abs(number) < LARGEST_WHOLE:
        return re.sub(r"^(-?)0+(?=\d)", r"\1", number.text)
    if isinstance(number, Fraction):
        small = max(abs(number.numerator), number.denominator) < LARGEST_WHOLE
        if small and Fraction(repr(float(number))) != number:
            return f"{number.numerator} / {number.denominator}"
    decimal = float(number)
    if decimal.is_integer() and abs(decimal) < LARGEST_WHOLE:
        return str(int(decimal))
    return re.sub(r"e\+?(-?)0*", r"e\1", repr(decimal))


class Terms:
    """Writes terms with the rows of one library. `wrap` is its row for a number that has to be an array."""

    def __init__(self, library: str, rows: Mapping[str, Row], wrap: str, names: Identifiers) -> None:
        self.library, self.rows, self.wrap, self.names = library, rows, wrap, names

    def text(self, term: Term) -> str:
        """A term as one line of Python, formatted as ruff would."""
        return HUGGED.sub(r"\1**\2", ast.unparse(self.tree(term)).replace("'", '"'))

    def tree(self, term: Term, bare: bool = False) -> ast.expr:
        """A term as a syntax tree; a `bare` number stands beside an array, which makes it one too."""
        match term:
            case Ref(name):
                return ast.Name(self.names[name])
            case Number(value):
                number = literal(value)
                return number if bare or not self.wrap else filled(self.wrap, {"a": number})
            case Numbers(values):
                return literal(values)
        return self.call(term)

    def call(self, call: Call) -> ast.expr:
        """An operation on its operands. Raises CannotRead where the library has nothing for it."""
        if call.op not in self.rows:
            raise CannotRead(
                f"The operation {call.op} is not written in {self.library}, which finds gradients by itself: choose "
                "--format numpy, or a format to read, such as --format markdown."
            )
        row = self.rows[call.op]
        template = row if isinstance(row, str) else row(call)
        beside = call.op in ("add", "sub", "mul", "div") and any(not isinstance(arg, Number) for arg in call.args)
        bare = beside or call.op in ("classes", "spread")
        operands: dict[str, ast.expr | None] = {}
        for letter, arg in zip(OPERANDS, call.args, strict=False):
            operands[letter] = self.tree(arg, bare)
            if isinstance(arg, Call) and f"{letter}_" in template:
                operands |= {f"{letter}_{k}": self.tree(inner, bare) for k, inner in enumerate(arg.args)}
        settings = {name: None if value is None else self.setting(value) for name, value in call.settings.items()}
        return filled(template, operands | settings | {"out": literal(call.shape)})

    def setting(self, value: Any) -> ast.expr:
        """A setting: a number, a shape, or what a script has a name for."""
        if isinstance(value, Ref | Number | Numbers):
            return self.tree(value, bare=True)
        return literal(value)


def literal(value: Any) -> ast.expr:
    """A number, or numbers between brackets, as they are written."""
    if isinstance(value, tuple):
        return ast.Tuple([literal(item) for item in value], ast.Load())
    if isinstance(value, list):
        return ast.List([literal(item) for item in value], ast.Load())
    if isinstance(value, bool | int):
        return ast.parse(str(value), mode="eval").body
    top, _, bottom = number_text(value).partition(" / ")
    number: ast.expr = ast.Name(top.removeprefix("-"))
    number = ast.UnaryOp(ast.USub(), number) if top.startswith("-") else number
    return ast.BinOp(number, ast.Div(), ast.Name(bottom)) if bottom else number


def filled(template: str, values: Mapping[str, ast.expr | None]) -> ast.expr:
    """A row with its operands and settings put in."""
    tree: ast.expr = Filling(values).visit(ast.parse(template, mode="eval").body)
    return tree


class Filling(ast.NodeTransformer):
    """Puts values in place of names."""

    def __init__(self, values: Mapping[str, ast.expr | None]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.values.get(node.id) or node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.keywords = [
            word
            for word in node.keywords
            if not isinstance(word.value, ast.Name) or self.values.get(word.value.id, word.value) is not None
        ]
        self.generic_visit(node)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """The place in a vector is its number alone."""
        self.generic_visit(node)
        if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 1:
            node.slice = node.slice.elts[0]
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """A minus before a power gets brackets, as formatters have it; one before a minus is written as a factor."""
        self.generic_visit(node)
        if isinstance(node.operand, ast.UnaryOp):
            return ast.BinOp(ast.UnaryOp(ast.USub(), ast.Name("1")), ast.Mult(), node.operand)
        if isinstance(node.operand, ast.BinOp) and isinstance(node.operand.op, ast.Pow):
            node.operand = ast.Name(f"({ast.unparse(node.operand)})")
        return node
