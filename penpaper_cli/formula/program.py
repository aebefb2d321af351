"""Work a parsed formula on paper: names are looked up, functions are operations, and nested work gets letters."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import CannotRead, PaperError
from penpaper_cli.expressions.functions import EVALUATE
from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.formula import composed, spellings
from penpaper_cli.formula.parser import (
    NAME,
    Call,
    Index,
    Node,
    Number,
    Statement,
    Variable,
    complaint,
    one_spelling,
    parse,
)
from penpaper_cli.formula.signatures import signature_of
from penpaper_cli.ops import OPS
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import Op, Paper, Value

LETTERS = "HGFEDCRSTUVPQMNK"
CLOSE = 0.75
LARGEST_POWER = 1000
LARGEST_EXPONENT = 10
OPERATORS = ("add", "sub", "mul", "div", "neg", "pow", "matmul", "transpose", "pick")


@dataclass
class Program:
    """A formula with its text, which can be worked again and again on other numbers."""

    text: str
    exact: bool | None = None
    statements: list[Statement] = field(init=False)

    def __post_init__(self) -> None:
        self.statements = parse(self.text)

    def work(self, given: Mapping[str, Array], typed: bool = True) -> Work:
        """Work every statement. Raises CannotRead for the formula's faults, CannotWork for the mathematics'.

        `typed` says that the given numbers are the user's own, to be printed as they are.
        """
        return Work(self, given, typed)

    def loss_with(self, given: Mapping[str, Array]) -> Callable[[str, Array], Scalar]:
        """The last line as a function of one of the given values."""
        return lambda name, data: self.work({**given, name: data}).answer.number(())


class Work:
    """A formula worked on one paper."""

    def __init__(self, program: Program, given: Mapping[str, Array], typed: bool = True) -> None:
        self.text = one_spelling(program.text)
        self.paper = Paper(program.exact)
        write = self.paper.given if typed else self.paper.carried
        self.known = {name: write(name, data) for name, data in given.items()}
        self.given = list(self.known.values())
        self.taken = set(given) | {s.name for s in program.statements}
        self.lines: list[Value] = []
        for statement in program.statements:
            self.state(statement)
        self.answer = self.lines[-1]

    def state(self, statement: Statement) -> None:
        """Work one statement and name its result."""
        if statement.name in self.known:
            raise complaint(
                self.text, statement.place, f'"{statement.name}" has a value already: a name is given once.'
            )
        value = self.value(statement.body)
        if value.name is not None or value.op is None:
            value = OPS["same"](value)
        self.name(value, statement.name)

    def name(self, value: Value, name: str = "") -> None:
        """Give a line its name, or the next free letter."""
        name = name or self.free_letter()
        self.taken.add(name)
        self.known[name] = self.paper.call(name, value)
        self.lines.append(value)

    def free_letter(self) -> str:
        """A letter for a line without a name: none that the user has, with or without a number (no F beside F1)."""
        used = {name[:1] for name in self.taken if not name[1:2].isalpha()}
        free = (letter for letter in LETTERS if letter not in used)
        return next(free, "") or next(letter for letter in letters() if letter not in self.taken)

    def value(self, node: Node) -> Value:
        """The value of a piece of the formula, written on the paper."""
        match node:
            case Number(_, number):
                return self.paper.constant(number)
            case Variable(place, name):
                if name not in self.known and name in FUNCTIONS:
                    raise complaint(self.text, place, f'"{name}" is a function: write {name}(…) with what it works on.')
                if name not in self.known:
                    raise self.unknown(place, name, self.known, "is not given", f"give it as {name}=…")
                return self.known[name]
            case Index(place, of, at):
                return self.apply(place, "pick", [self.value(of)], {"place": tuple(k - 1 for k in at)})
            case Call(place, "pow", (base, exponent)):
                power = constant(exponent)
                if power is None:
                    problem = "An exponent is a number, as in x^2; for e^x write exp(x)."
                    raise complaint(self.text, exponent.place, problem)
                if abs(power) > LARGEST_POWER:
                    problem = (
                        f"The exponent {quoted(str(power))} is too large: pp works powers up to {LARGEST_POWER:,}."
                    )
                    raise complaint(self.text, exponent.place, problem)
                return self.apply(place, "pow", [self.value(base)], {"power": plain_number(power)})
            case Call(place, "mul", (_, Call(_, "log", (_,), ())) as factors):
                return self.times_logarithm(place, factors, 1)
            case Call(place, "mul", (Call(_, "log", (_,), ()), _) as factors):
                return self.times_logarithm(place, factors, 0)
            case Call(place, function, operands, settings):
                values = [self.value(operand) for operand in operands]
                return self.apply(place, function, values, {key: plain_number(n) for key, n in settings})
        raise TypeError(f"{node} has no value")

    def times_logarithm(self, place: int, factors: tuple[Node, ...], which: int) -> Value:
        """A product whose factor `which` is a logarithm; where that is of 0, and the other is 0, it counts as 0."""
        log = factors[which]
        assert isinstance(log, Call)
        values = [self.value(log.operands[0] if node is log else node) for node in factors]
        under, other = values[which], values[1 - which]
        if (under.data == 0).any():
            from penpaper_cli.ops.entropy import counts_as_zero

            if counts_as_zero(other, under):
                return OPS["xlogy"](other, under)
        values[which] = self.apply(log.place, "log", [under], {})
        return self.apply(place, "mul", values, {})

    def apply(self, place: int, name: str, values: list[Value], settings: dict[str, object]) -> Value:
        """Apply a function to its operands; what is nested in it and is work of its own gets a letter first."""
        if name == "matmul":
            name = (
                "mul" if any(not v.shape for v in values) else "dot" if all(len(v.shape) == 1 for v in values) else name
            )
        if name in ("max", "min") and len(values) == 2:
            name += "imum"
        function = COMPOSED.get(name) or OPS.get(name)
        if function is None or (isinstance(function, Op) and not function.public):
            raise self.unknown(place, name, FUNCTIONS, "is not a function of pp", f"there are {', '.join(FUNCTIONS)}")
        problem = signature_of(function).problem(name, len(values), settings)
        if problem:
            raise complaint(self.text, place, problem)
        if not isinstance(function, Op):
            return function(self.applier(place), *values, **settings)
        if not function.plain:
            for value in values:
                if is_work(value):
                    self.name(value)
        return function(*values, **settings)

    def find(self, name: str) -> Value:
        """A value by its name. Raises CannotRead with the close names."""
        name = one_spelling(name)
        if name not in self.known:
            close = difflib.get_close_matches(name, list(self.known)) or sorted(self.known)
            raise CannotRead(f'There is no "{name}" on the paper: there is {", ".join(close)}.')
        return self.known[name]

    def applier(self, place: int) -> Callable[..., Value]:
        """`apply` as a function put together from operations calls it."""
        return lambda name, *values, **settings: self.apply(place, name, list(values), settings)

    def unknown(self, place: int, name: str, known: Iterable[str], problem: str, remedy: str) -> PaperError:
        """An unknown name with the spelling that pp has for it, or else the close ones."""
        if known is FUNCTIONS and name in self.known:
            remedy = f"for a product write {name}*(…)"
            return complaint(self.text, place, f'"{name}" is a value, not a function: {remedy}.')
        after = self.text[place + len(name) :]
        spelling = spellings.of_function(name, after) if known is FUNCTIONS else spellings.of_power(name)
        if spelling:
            return complaint(self.text, place, f'"{name}" {problem}: {spelling}.')
        # Of short names two that share some letters are close for difflib: sin and min.
        cutoff = CLOSE if known is FUNCTIONS else 0.6
        close = difflib.get_close_matches(name, list(known), n=3, cutoff=cutoff) or [
            k for k in known if k.lower() == name.lower()
        ]
        hint = f"did you mean {' or '.join(close)}?" if close else f"{remedy}."
        return complaint(self.text, place, f'"{name}" {problem}: {hint}')


def letters() -> Iterator[str]:
    """H, G, F, …, then H1, G1, …"""
    yield from LETTERS
    for k in range(1, 1000):
        yield from (f"{letter}{k}" for letter in LETTERS)


def is_work(value: Value) -> bool:
    """Whether an unnamed value takes more than plain arithmetic on named ones."""
    if value.name is not None or value.op is None:
        return False
    return not (value.op.plain or value.op.rearranges) or any(map(is_work, value.parents))


def constant(node: Node) -> Fraction | None:
    """The number that an exponent comes to, where it is made of numbers alone."""
    match node:
        case Number(_, number):
            return number
        case Call(_, function, operands) if function in ("add", "sub", "mul", "div", "neg", "pow"):
            values = [constant(operand) for operand in operands]
            known = [v for v in values if v is not None]
            small = all(abs(v) <= LARGEST_POWER and v.denominator <= LARGEST_POWER for v in known)
            if len(known) < len(values) or not small or (function in ("div", "pow") and not all(known)):
                return None
            if function == "pow" and (known[1].denominator != 1 or abs(known[1]) > LARGEST_EXPONENT):
                return None
            return Fraction(EVALUATE[function](*known))
    return None


def plain_number(number: Fraction) -> int | Fraction:
    """A setting as a whole number where it is one."""
    return int(number) if number.denominator == 1 else number


COMPOSED: dict[str, Callable[..., Value]] = {
    "neuron": composed.neuron,
    "dense": composed.dense,
    "attention": composed.attention,
}
"""Functions that are put together from operations."""
FUNCTIONS = sorted({name for name, op in OPS.items() if op.public and name not in OPERATORS} | set(COMPOSED))
"""What a formula may call."""


def read_names(texts: Iterable[str]) -> dict[str, str]:
    """The names and matrices of the command line: "W=1 2; 3 4"."""
    matrices: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.strip().partition("=")
        name = one_spelling(name.strip())
        if not sign or not re.fullmatch(NAME, name) or name.endswith("ᵀ"):
            raise CannotRead(f'"{text}": give a matrix as NAME=MATRIX, such as W="1 2; 3 4".')
        if name in matrices:
            raise CannotRead(f'"{name}" is given twice: a name is given once.')
        matrices[name] = value
    return matrices
