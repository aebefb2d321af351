"""Reads printed working back and says which lines aren't literally true. Imports nothing from the package it judges.

text -> statements (folded lines joined, table cells and code spans apart) -> sides -> values. A value is a `Span`, from
the least to the greatest number that the digits may stand for, or a NumPy array of them. Read to the letter, a span is
one point (or, beyond the rationals, a tiny bit wide); read loosely, each number is itself ± half its last printed
place. Roots, exponentials and logarithms are worked in 80 digits, and again in 1000 wherever these can't tell.
"""

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from operator import methodcaller
from typing import Any

import numpy as np

Value = Any  # a Span, an array of them, or None: symbols, which have no value
QUICK, FULL = 80, 1000
"""Digits in which functions are worked; six in ten of them are relied on."""
_digits = [QUICK]


class Unreadable(ValueError):
    """The text isn't an expression, or it has no value."""


class Unbounded(ArithmeticError):
    """The span has no end, so that nothing can be refuted."""


class Unsure(ArithmeticError):
    """The quick digits can't tell."""


@contextmanager
def in_full() -> Iterator[None]:
    """In here functions are worked in all digits."""
    _digits.append(FULL)
    try:
        yield
    finally:
        _digits.pop()


def unless_sure(is_open: bool) -> None:
    """Raise Unsure where something is open that more digits could settle."""
    if is_open and _digits[-1] < FULL:
        raise Unsure


@dataclass(frozen=True)
class Span:
    low: Fraction
    high: Fraction

    def __add__(self, other: "Span") -> "Span":
        return Span(self.low + other.low, self.high + other.high)

    def __neg__(self) -> "Span":
        return Span(-self.high, -self.low)

    def __sub__(self, other: "Span") -> "Span":
        return self + -other

    def __mul__(self, other: "Span") -> "Span":
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Span(min(corners), max(corners))

    def __truediv__(self, other: "Span") -> "Span":
        if other.low <= 0 <= other.high:
            raise Unbounded if other.low < other.high else Unreadable("division by 0")
        return self * Span(1 / other.high, 1 / other.low)

    def __abs__(self) -> "Span":
        return Span(max(self.low, -self.high, Fraction(0)), max(-self.low, self.high))

    def __pow__(self, by: "Span") -> "Span":
        exponent = by.low
        if abs(exponent) > 10**4:
            raise Unbounded
        if exponent < 0:
            return Span(Fraction(1), Fraction(1)) / self ** (-by)
        if exponent.denominator == 2:
            return self.through("sqrt") ** (by + by)
        if exponent.denominator > 1:
            return (self.through("log") * by).through("exp")
        base = abs(self) if exponent % 2 == 0 else self
        return Span(base.low**exponent.numerator, base.high**exponent.numerator)

    def through(self, name: str) -> "Span":
        if (name == "log" and self.high <= 0) or (name == "sqrt" and self.high < 0):
            raise Unreadable(f"{name} of a number below or at 0")
        return Span(enclose(name, self.low, _digits[-1]).low, enclose(name, self.high, _digits[-1]).high)


@lru_cache(maxsize=4096)
def enclose(name: str, x: Fraction, digits: int) -> Span:
    """exp, log, sqrt, tanh or sigmoid (all of them rising) at one point, widened by far more than its error."""
    if (name == "log" and x <= 0) or (name == "exp" and x > 20000):
        raise Unbounded
    if name != "log":
        x = max(x, Fraction(0)) if name == "sqrt" else min(max(x, Fraction(-20000)), Fraction(20000))
    lost = {"log": x - 1, "tanh": x}.get(name, Fraction(1))  # as small as this, digits cancel
    more = max(0, (lost.denominator.bit_length() - lost.numerator.bit_length()) // 3)
    with localcontext(Context(prec=digits + more, Emax=MAX_EMAX, Emin=MIN_EMIN)):
        d = Decimal(x.numerator) / Decimal(x.denominator)
        y = {
            "exp": lambda: d.exp(),
            "log": lambda: d.ln(),
            "sqrt": lambda: d.sqrt(),
            "tanh": lambda: 1 - 2 / ((2 * d).exp() + 1),
            "sigmoid": lambda: 1 / (1 + (-d).exp()),
        }[name]()
    result = Fraction(y)
    rational = result * result == x if name == "sqrt" else x == (1 if name == "log" else 0)  # else transcendental
    error = 0 if rational else abs(result) / 10 ** (digits * 6 // 10)
    return Span(result - error, result + error)


# --- Numbers: what the digits say, and what they may stand for ---

_NUMBER = r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])"
Leaf = Callable[[str], Span]


def unit(printed: str, digits: int) -> Fraction:
    """One in the last printed place, or in the last of `digits` significant digits if that is finer."""
    mantissa, _, exponent = printed.lower().partition("e")
    place = Fraction(10) ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    scientific = Decimal(printed).normalize()
    return min(place, Fraction(10) ** (scientific.adjusted() - digits + 1)) if scientific else place


def to_the_letter(printed: str) -> Span:
    return Span(Fraction(printed), Fraction(printed))


def loosely(digits: int) -> Leaf:
    def leaf(printed: str) -> Span:  # a printed 0 is 0: no other value prints so
        half = unit(printed, digits) * (1 + Fraction(1, 10**9)) / 2 if Fraction(printed) else Fraction(0)
        return to_the_letter(printed) + Span(-half, half)

    return leaf


# --- Expressions: a small precedence parser that works out the value as it reads ---

_WORD = r"(?:\bp\d+,\d+\b|(?:[\w'′\u0300-\u036f]|\.(?=\w))+)"  # p2,3 is the pixel in row 2 and column 3
_NAME = rf"(?![\d.]+(?:[^\w.]|$))[∂∇]?{_WORD}(?:/∂{_WORD})?(?:=[^\s()\[\]]+)?|</?\w+>|\"[^\"]*\"|“[^”]*”|…|\.\.\."
_TOKEN = re.compile(rf"\s*(?:(?P<number>{_NUMBER})|(?P<name>{_NAME})|(?P<sign>[-+·/^()\[\],;:∘]))")
_FUNCTIONS: dict[str, Callable[..., Span]] = {
    **{name: methodcaller("through", name) for name in ("sqrt", "exp", "log", "tanh", "sigmoid")},
    "abs": abs,
    "max": lambda *xs: Span(max(x.low for x in xs), max(x.high for x in xs)),
    "min": lambda *xs: Span(min(x.low for x in xs), min(x.high for x in xs)),
}


def plain(side: str) -> str:
    side = re.sub(r"\(\d[\d,]* more: ([^()]+)\)", r"(\1)", side.strip())  # the rest of a long sum counts as its value
    return re.sub(r"\(\d[\d,]* more\)", "…", side).translate(str.maketrans("−×*÷", "-··/"))


class Reading:
    def __init__(self, side: str, leaf: Leaf):
        self.tokens: list[tuple[str, str, bool]] = []  # kind, text, whether a blank stands before it
        self.at, self.leaf, self.in_vector = 0, leaf, False
        position = 0
        while position < len(side):
            if not (found := _TOKEN.match(side, position)):
                raise Unreadable(f"what is {side[position:]!r}?")
            kind = str(found.lastgroup)
            self.tokens.append((kind, found[kind], found.start(kind) > position))
            position = found.end()
        self.tokens += [("end", "", True)] * 2

    def value(self) -> Value:
        try:
            value = self.sum()
        except (ValueError, TypeError) as error:  # from NumPy: shapes that don't go together
            raise Unreadable(str(error)) from error
        if self.tokens[self.at][0] != "end":
            raise Unreadable(f"{self.text!r} is out of place")
        return value

    @property
    def text(self) -> str:
        return self.tokens[self.at][1]

    def take(self, expected: str = "") -> str:
        kind, text, _ = self.tokens[self.at]
        if kind == "end" or (expected and text != expected):
            raise Unreadable(f"{expected or 'something'} is missing")
        self.at += 1
        return text

    def sum(self) -> Value:
        value = self.product()
        while self.text in ("+", "-"):
            if self.in_vector and self.tokens[self.at][2] and not self.tokens[self.at + 1][2]:
                break  # [1 -2] has two entries, [1 - 2] has one
            value = apply(np.add if self.take() == "+" else np.subtract, value, self.product())
        return value

    def product(self) -> Value:
        value = self.signed()
        while self.text in ("·", "/", "∘"):
            sign, factor = self.take(), self.signed()
            matrices = isinstance(value, np.ndarray) and isinstance(factor, np.ndarray)
            times = np.dot if matrices and sign == "·" else np.multiply
            value = apply(np.divide if sign == "/" else times, value, factor)
        return value

    def signed(self) -> Value:
        if self.text == "-":
            self.take()
            return apply(np.negative, self.signed())
        base = self.primary()
        if self.text != "^":
            return base
        self.take()
        leaf, self.leaf = self.leaf, to_the_letter  # an exponent is never a rounded number
        exponent = self.signed()
        self.leaf = leaf
        return apply(np.power, base, exponent)

    def primary(self) -> Value:
        kind, text = self.tokens[self.at][0], self.take()
        outside = self.in_vector
        if kind == "number":
            return self.leaf(text)
        if kind == "name" and not (text in _FUNCTIONS and self.text == "("):
            return self.rest_of_name()
        if text not in ("(", "[") and kind != "name":
            raise Unreadable(f"{text!r} is out of place")
        if kind == "name":
            self.take("(")
        self.in_vector = text == "["
        value: Value
        if text == "[":
            rows: list[list[Value]] = [[]]
            while self.text != "]":
                if self.text in (",", ";"):
                    rows += [[]] if self.take() == ";" else []
                rows[-1].append(self.sum())
            known = all(entry is not None for row in rows for entry in row)
            value = np.array(rows if len(rows) > 1 else rows[0], dtype=object) if known else None
        else:
            arguments = [self.sum()]
            while kind == "name" and self.text == ",":
                self.take()
                arguments.append(self.sum())
            if text in ("max", "min") and len(arguments) == 1 and arguments[0] is not None:
                arguments = flat(arguments[0])
            f = np.frompyfunc(_FUNCTIONS[text], len(arguments), 1) if kind == "name" else lambda value: value
            value = apply(f, *arguments)
        self.take("]" if text == "[" else ")")
        if self.text == "ᵀ":
            self.take()
            value = apply(lambda value: np.atleast_2d(value).T, value)
        self.in_vector = outside
        return value

    def rest_of_name(self) -> None:
        """An index, arguments of a function not known here, a column's further words or its unit: `Lot Area (m)[1]`."""
        while self.tokens[self.at][0] == "name" or self.text in ("(", "["):
            words_only, depth = self.tokens[self.at][2], 0
            while depth or self.text in ("(", "[") or self.tokens[self.at][0] == "name":
                if words_only and self.tokens[self.at][0] != "name" and self.text not in ("(", ")"):
                    raise Unreadable(f"{self.text!r} is out of place")
                depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(self.take(), 0)
                if not depth:
                    break


def evaluated(side: str, leaf: Leaf) -> Value:
    """The value of an expression, in all digits where a few of them leave a span without an end."""
    try:
        return Reading(side, leaf).value()
    except Unbounded:
        with in_full():
            return Reading(side, leaf).value()


def apply(f: Callable[..., Value], *values: Value) -> Value:
    return None if any(value is None for value in values) else f(*values)


def flat(value: Value) -> list[Span]:
    return list(value.ravel()) if isinstance(value, np.ndarray) else [value]


# --- Layout: from printed text to statements ---

_ESCAPES = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]")
_RELATION = re.compile(r"(?:^|\s+)([=≈])(?=\s|$)\s*")  # ~= is read as ≈
_CONTINUES = re.compile(r"\s*(?:[=≈](?=\s|$)|[-−+·×∘/]\s)")
_ASCII = (
    (re.compile(r"(?<!\S)~=(?!\S)"), "≈"),
    (re.compile(r"(?<=\s)\.\*(?=\s)"), "∘"),
    (re.compile(r"(?<!\S)->(?!\S)"), "→"),
)
_MARKUP = re.compile(r"^\s*(?:(?:#+|>|[-*+•]|\d+[.)])\s+)*")
_INSIDE = r"(?:[^()]|\([^()]*\))*"


def logical_lines(text: str) -> Iterator[str]:
    line, text = "", _ESCAPES.sub("", text)
    for sign, read_as in _ASCII:
        text = sign.sub(read_as, text)
    for raw in text.splitlines():
        edges = r"[\u2500-\u257f]+" + (r"|(?<!\\)\|" if raw.lstrip().startswith("|") else "")
        cells = [] if raw.lstrip().startswith("```") else [cell for cell in re.split(edges, raw) if cell.strip()]
        if len(cells) == 1 and line and _CONTINUES.match(cells[0]):
            mark = cells[0].lstrip()[:2]  # an item of a list doesn't continue the item, title or sentence before it
            if mark not in ("- ", "+ ") or not (line.lstrip().startswith((mark, "#")) or line.endswith(":")):
                line += " " + cells[0].strip()
                continue
        yield from [line, *cells[:-1]]
        line = cells[-1].rstrip() if cells else ""
    yield line


def clauses(text: str) -> Iterator[str]:
    """What stands between the commas, colons and stops of a sentence, and statements in parentheses by themselves."""
    while inner := re.search(rf"(?<!\w)\(({_INSIDE}\s[=≈]\s{_INSIDE})\)", text):
        text = text[: inner.start()] + text[inner.end() :]
        yield from clauses(inner[1])
    start = level = 0
    for found in re.finditer(r"([(\[])|([)\]])|[,;:.](?:\s+|$)|\s[→←⇒⟹]\s", text):
        level += bool(found[1]) - bool(found[2])
        if level == 0 and not found[1] and not found[2]:
            yield text[start : found.start()].strip()
            start = found.end()
    yield text[start:].strip()


def statements(text: str) -> Iterator[str]:
    for line in logical_lines(text):
        line = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", _MARKUP.sub("", line).replace("**", ""))
        spans = [span for span in re.findall(r"`([^`]*)`", line) if _RELATION.search(span)]
        for span in spans:
            line = line.replace(f"`{span}`", ", ")
        for piece in [*spans, line.replace("`", "")]:
            yield from filter(_RELATION.search, clauses(piece))


# --- Judging ---


class Side:
    def __init__(self, text: str):
        self.text, self.trouble, self.exact = plain(text), "", None
        if self.text and "…" not in self.text and "..." not in self.text:
            try:
                self.exact = evaluated(self.text, to_the_letter)
            except Unreadable as error:
                self.trouble = f"can't read {text!r}: {error}"
            except Unbounded:
                pass

    @property
    def numbers(self) -> list[str]:
        """The printed numbers, where the side is nothing but a number or a vector of them."""
        alone = re.fullmatch(rf"\[?(?:\s*-?{_NUMBER}[;,]?)+\s*\]?", self.text)
        return re.findall(rf"-?{_NUMBER}", self.text) if alone else []


def sides_of(statement: str) -> tuple[list[Side], list[str]]:
    pieces = _RELATION.split(statement)
    sides = [Side(piece) for piece in pieces[::2]]
    for side in sides[1:]:
        side.trouble = side.trouble or ("" if side.text else "nothing follows the sign")
    return sides, pieces[1::2]


def half_away(x: Fraction, one: Fraction) -> Fraction:
    return math.floor(abs(x) / one + Fraction(1, 2)) * one * (1 if x >= 0 else -1)


def about(x: Fraction) -> str:
    return (
        f"{x.numerator}"
        if x.denominator == 1
        else f"{Context(prec=12, Emax=MAX_EMAX, Emin=MIN_EMIN).divide(Decimal(x.numerator), x.denominator)}"
    )


def trouble_between(left: Side, relation: str, right: Side, certain: bool, digits: int, rounded: bool) -> str:
    """Why `left relation right` is false, or nothing.

    `certain`: no number of left stands for a longer one; `rounded`: there was a ≈ before it in the line.
    """
    try:
        return verdict(left, relation, right, certain, digits, rounded)
    except Unsure:
        with in_full():
            return verdict(Side(left.text), relation, Side(right.text), certain, digits, rounded)


def verdict(left: Side, relation: str, right: Side, certain: bool, digits: int, rounded: bool) -> str:
    """As `trouble_between`. Raises Unsure where quick digits can't tell."""
    if np.squeeze(np.array(left.exact)).shape != np.squeeze(np.array(right.exact)).shape:
        return f"{left.text!r} and {right.text!r} differ in shape"
    pairs = list(zip(flat(left.exact), flat(right.exact), strict=True))
    # An irrational value, which is never one point, equals no rational one, however near it is: tanh(1000) isn't 1.
    overlap = all(a.low <= b.high and b.low <= a.high for a, b in pairs)
    equal = overlap and all((a.low < a.high) == (b.low < b.high) for a, b in pairs)
    unless_sure(overlap and any(x.low < x.high for pair in pairs for x in pair))
    if relation == "=":
        return "" if equal else f"{left.text!r} is {', '.join(about(a.low) for a, _ in pairs)}, not {right.text!r}"
    # Rounded numbers that cancel to nothing are ≈ 0: that they are 0 is what no number of digits can tell.
    if equal and any(a.low == a.high and not (rounded and a.low == 0) for a, _ in pairs):
        return f"{left.text!r} is exactly {right.text!r}: = is due, not ≈"
    try:
        lefts = flat(left.exact if certain else evaluated(left.text, loosely(digits)))
        rights = flat(evaluated(right.text, loosely(digits)))
    except Unbounded:
        return ""
    for at, (a, b) in enumerate(zip(lefts, rights, strict=True)):
        if certain and (printed := right.numbers):
            number, one = Fraction(printed[at]), unit(printed[at], digits)
            unless_sure(half_away(a.low, one) != half_away(a.high, one) or not number)
            if not half_away(a.low, one) <= number <= half_away(a.high, one):
                return f"{left.text!r} rounds to {about(half_away(a.low, one))}, not {printed[at]}"
            if not number and max(a.low, -a.high) > Fraction(1, 10**300):  # below that float64 has nothing but 0
                return f"{left.text!r} isn't 0, and must not print as 0"
        elif a.high < b.low or b.high < a.low:
            return f"{left.text!r} is between {about(a.low)} and {about(a.high)}, {right.text!r} isn't"
    return ""


def worked_lines(text: str) -> list[str]:
    """The statements that relate expressions, folded lines joined; prose that merely has an = in it is left out."""
    found = [(statement, sides_of(statement)[0]) for statement in statements(text)]
    return [s for s, sides in found if any(x.exact is not None for x in sides) or not any(x.trouble for x in sides)]


def false_lines(text: str, digits: int = 1) -> list[str]:
    """Each statement that isn't literally true, and why. `digits`: how many significant digits every number has at
    least. With 1, a 3 beside an ≈ may stand for anything from 2.5 to 3.5; with the 4 of `pp`, for 3 ± 0.0005."""
    reports = []
    for statement in statements(text):
        sides, relations = sides_of(statement)
        problems = [side.trouble for side in sides if side.trouble]
        certain = False  # so far joined by = to a name, with nothing rounded on the way
        for at, relation in enumerate(relations):
            left, right, rounded = sides[at], sides[at + 1], "≈" in relations[:at]
            certain = not rounded and (certain or left.exact is None or bool(re.fullmatch(r"-?\d+/\d+", left.text)))
            if left.exact is not None and right.exact is not None:
                problems.append(trouble_between(left, relation, right, certain, digits, rounded))
            certain = certain and relation == "="
        if any(side.exact is not None for side in sides):
            reports += [f"{statement}   <- {problem}" for problem in problems if problem]
    return reports


# --- What should never be printed ---

_UGLY = re.compile(
    r"(?<![\w.)\]])[-−]0+(?:\.0+)?(?:[eE][+-]?\d+)?(?!\.?\w)"
    r"|(?<![\w.\"'“=/-])[-−+]?(?:nan|NaN|inf|Inf)(?![\w\"'”-])"
    r"|(?<![\w.\"'“=-])None(?![\w\"'”-])(?! (?:of|is|are|was|were|has|have|needs?|varies|vary)\b)"
    r"|\b(?:Fraction|Decimal)\(|\b(?:np|numpy)\.\w+\("
)


def ugly(text: str) -> list[str]:
    """Every -0, nan, inf, None or Python repr, with the line that it is in."""
    lines = _ESCAPES.sub("", text).splitlines()
    return [f"{found[0]!r} in {line!r}" for line in lines for found in _UGLY.finditer(line)]
