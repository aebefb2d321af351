"""The little language of scalar working: write an expression down, plug the numbers in, do one round of sums at a time.

An expression is a tree of six kinds of node. It can be evaluated (`value`), worked line by line (`working`), and read
back from its printed digits (`relation` decides between `=` and `≈` that way).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from penpaper_cli.meaning import EXACTLY, LEAST_SIZE, RATIONAL, STEEPNESS
from penpaper_cli.meaning import MEANING as MEANING
from penpaper_cli.numbers import Figures, PaperError, Scalar


class Expr:
    """Anything that can stand on one side of a worked line."""

    __slots__ = ()

    def __add__(self, other: Expr | int) -> Expr:
        return Apply("add", (self, lift(other)))

    def __sub__(self, other: Expr | int) -> Expr:
        return Apply("sub", (self, lift(other)))

    def __mul__(self, other: Expr | int) -> Expr:
        return Apply("mul", (self, lift(other)))

    def __truediv__(self, other: Expr | int) -> Expr:
        return Apply("div", (self, lift(other)))

    def __pow__(self, other: Expr | int) -> Expr:
        return Apply("pow", (self, lift(other)))

    def __neg__(self) -> Expr:
        return Apply("neg", (self,))


@dataclass(frozen=True, slots=True)
class Num(Expr):
    """A number; `as_decimal` prints a fraction as its decimal."""

    value: Scalar
    as_decimal: bool = False


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """A letter or word that stands for something: A, price."""

    text: str


@dataclass(frozen=True, slots=True)
class Entry(Expr):
    """An entry of something named, and the number found there: A[1,2]. `at` counts from 0, print counts from 1."""

    of: Expr
    at: tuple[int, ...]
    value: Scalar


@dataclass(frozen=True, slots=True)
class Apply(Expr):
    """Anything done to anything: Apply("add", (a, b, c)) is a + b + c."""

    op: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Sum(Expr):
    """A sum that may be long: the number each term comes to (a NumPy vector), and how to write term k when shown."""

    values: Any
    term: Callable[[int], Expr]


@dataclass(frozen=True, slots=True)
class Rest(Expr):
    """The terms of a long sum that are left out: how many, and what they add up to."""

    note: str
    value: Scalar
    worked: bool = False


def lift(number: Expr | int) -> Expr:
    """A whole number as an expression."""
    return number if isinstance(number, Expr) else Num(Fraction(number))


def value(e: Expr) -> Any:
    """The number that the expression comes to, at full precision."""
    match e:
        case Num(number) | Entry(_, _, number) | Rest(_, number):
            return number
        case Sum(values):
            return values.sum()
        case Apply(op, args):
            return MEANING[op](*map(value, args))
    raise TypeError(f"{e} stands for no number")


def size(e: Expr) -> float:
    """How large the numbers met on the way are: Σ|terms| for a sum. It scales the tolerance of `agree`."""
    try:
        return _size(e)
    except OverflowError:
        return math.inf


def _size(e: Expr) -> float:
    match e:
        case Sum(values):
            return float(abs(values).sum())
        case Apply("vector" | "dot", args):
            return sum(map(_size, args)) if args else 0.0
        case Apply("add" | "sub" | "neg", args):
            return sum(map(_size, args))
        case Apply("mul", args):
            return math.prod(map(_size, args))
        case Apply("div", (top, bottom)):
            return _size(top) / abs(float(value(bottom)) or 1.0)
        case Apply("pow", (base, exponent)):
            found, at, power = abs(float(value(e))), abs(float(value(base))), abs(float(value(exponent)))
            return found * max(1.0, power * _size(base) / at) if at else _size(base) ** power
        case Apply("abs" | "max" | "min", args):
            return max(map(_size, args))
        case Apply(op, (x,)) if op in STEEPNESS:
            at, found = float(value(x)), float(value(e))
            return max(abs(found), LEAST_SIZE, STEEPNESS[op](at, found) * _size(x))
    return abs(float(value(e)))


def agree(left: Expr, right: Expr, tolerance: float = 1e-9) -> bool:
    """Whether two sides are the same number: exactly for rationals, to within rounding for float64."""
    a, b = value(left), value(right)
    if isinstance(a, Fraction | tuple) and isinstance(b, Fraction | tuple):
        return bool(a == b)
    return abs(float(a) - float(b)) <= tolerance * max(size(left), size(right))


def shorten(e: Expr, longest: int | None, note: Callable[[int], str]) -> Expr:
    """Write long sums out: whole up to `longest` terms, else the first ones, the rest counted, and the last one."""
    match e:
        case Sum(values, term):
            count, last = len(values), len(values) - 1
            head = count if longest is None or count <= longest else max(longest - 2, 1)
            terms = [shorten(term(k), longest, note) for k in range(head)]
            if head < last:
                terms.append(Rest(note(last - head), values[head:last].sum()))
            if head < count:
                terms.append(shorten(term(last), longest, note))
            return Apply("add", tuple(terms)) if len(terms) > 1 else terms[0]
        case Apply("add", args):
            written = [shorten(a, longest, note) for a in args]
            return Apply("add", tuple(term for part in written for term in _terms(part)))
        case Apply(op, args):
            return Apply(op, tuple(shorten(a, longest, note) for a in args))
    return e


def _terms(e: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, so that a sum in a sum is written as one."""
    return e.args if isinstance(e, Apply) and e.op == "add" else (e,)


def plug_in(e: Expr) -> Expr:
    """Put the number in place of every entry."""
    match e:
        case Entry(_, _, number):
            return Num(number)
        case Rest(note, number):
            return Rest(note, number, worked=True)
        case Apply(op, args):
            return Apply(op, tuple(map(plug_in, args)))
    return e


def work_once(e: Expr) -> Expr:
    """Do every sum that is ready to be done."""
    match e:
        case Apply(_, args) if all(isinstance(a, Num | Rest) for a in args):
            return Num(value(e))
        case Apply("neg", (inner,)):
            # Turning a sign is no work of its own: it is done together with what it stands before.
            done = work_once(inner)
            return Num(-value(done)) if isinstance(done, Num) else Apply("neg", (done,))
        case Apply(op, args):
            return Apply(op, tuple(map(work_once, args)))
    return e


def working(e: Expr) -> Iterator[Expr]:
    """The sides of a worked line: symbols, numbers, then one round of work at a time."""
    yield e
    e = plug_in(e)
    yield e
    while not isinstance(e, Num | Rest):
        e = work_once(e)
        yield e


def symbolic(e: Expr) -> bool:
    """Whether a letter is left in it."""
    match e:
        case Name() | Entry():
            return True
        case Rest(_, _, worked):
            return not worked
        case Apply(_, args):
            return any(map(symbolic, args))
    return False


def numbers_in(e: Expr) -> Iterator[Scalar]:
    """Every number that stands in it, or behind a letter of it."""
    match e:
        case Num(number) | Entry(_, _, number) | Rest(_, number):
            yield number
        case Apply(_, args):
            for arg in args:
                yield from numbers_in(arg)


def read_back(e: Expr, figures: Figures) -> Any:
    """What a reader of the printed digits gets: a fraction, or what is left once all rational sums are done."""
    match e:
        case Num(number, as_decimal):
            return Fraction(figures.decimal(number)) if as_decimal else figures.shown(number)
        case Rest(_, number):
            return figures.shown(number)
        case Apply(op, args):
            done = tuple(read_back(a, figures) for a in args)
            if op in EXACTLY and isinstance(done[0], Fraction) and (root := EXACTLY[op](done[0])) is not None:
                return root
            rational = op in RATIONAL and not any(is_unfinished(d) for d in done)
            whole_power = op != "pow" or done[1].denominator == 1
            return MEANING[op](*done) if rational and whole_power and not _divides_by_zero(op, done) else (op, done)
    return e


def is_unfinished(done: Any) -> bool:
    """Whether `read_back` left a symbol or an irrational number standing there."""
    if isinstance(done, tuple):
        return not done or isinstance(done[0], str) or any(map(is_unfinished, done))
    return not isinstance(done, Fraction)


def _divides_by_zero(op: str, done: tuple[Any, ...]) -> bool:
    return (op == "div" and done[1] == 0) or (op == "pow" and done[0] == 0 and done[1] < 0)


def relation(left: Expr, right: Expr, figures: Figures) -> str:
    """`=` where the printed sides are exactly equal, `≈` where something was rounded.

    A symbolic side equals another by definition; it equals numbers when these are printed in full.
    """
    if symbolic(left):
        exact = symbolic(right) or all(figures.in_full(n) for n in numbers_in(right))
    else:
        exact = read_back(left, figures) == read_back(right, figures)
    return "=" if exact else "≈"


class NotTrue(PaperError):
    """A worked line that fails its own check. It is a bug of pp, so the program stops rather than print it."""

    exit_code = 70


def checked(name: str, sides: Sequence[Expr]) -> tuple[Expr, ...]:
    """The sides of a worked line without repetitions, once each is known to come to what the next one does."""
    kept = [side for k, side in enumerate(sides) if k == 0 or side != sides[k - 1]]
    for left, right in pairwise(kept):
        if not agree(left, right):
            raise NotTrue(f"pp could not confirm its own working of {name}; please report this with your command.")
    return tuple(kept)
