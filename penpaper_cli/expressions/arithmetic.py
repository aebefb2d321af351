"""The little language of scalar working: write an expression down, plug the numbers in, do one round of sums at a time.

An expression is a tree of six kinds of node. It can be evaluated (`value`) and worked line by line (`working`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from penpaper_cli.expressions.functions import EVALUATE
from penpaper_cli.expressions.numbers import Scalar, as_written

CANCELLED = 1e-6
"""A sum that is so much smaller than its terms is mostly rounding."""
SLACK = 2
"""Terms over the limit that are still written: leaving out so few would save nothing."""
MOST_WALKED = 200
"""Terms of a sum that are looked through for entries: more than fit on a page."""


class Expr:
    """Anything that can stand on one side of a worked line."""

    __slots__ = ()

    def __add__(self, other: Expr | int) -> Expr:
        return Apply("add", (self, lift(other)))

    def __radd__(self, other: int) -> Expr:
        """One more term, in front: a sum and a number are one sum."""
        return Apply("add", (lift(other), *_terms(self)))

    def __rsub__(self, other: int) -> Expr:
        return Apply("sub", (lift(other), self))

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


@dataclass(frozen=True)
class Num(Expr):
    """A number; `as_decimal` prints a fraction as its decimal."""

    value: Scalar
    as_decimal: bool = False


@dataclass(frozen=True)
class Name(Expr):
    """A letter or word that stands for something: A, price."""

    text: str


@dataclass(frozen=True)
class Entry(Expr):
    """An entry of something named, and the number found there: A[1,2]. `at` counts from 0, print counts from 1."""

    of: Expr
    at: tuple[int, ...]
    value: Scalar


@dataclass(frozen=True)
class Apply(Expr):
    """Anything done to anything: Apply("add", (a, b, c)) is a + b + c."""

    op: str
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Sum(Expr):
    """A sum that may be long: the number each term comes to (a NumPy vector), and how to write term k when shown."""

    values: Any
    term: Callable[[int], Expr]


@dataclass(frozen=True)
class Rest(Expr):
    """The terms of a long sum that are left out: how many, what they add up to, and Σ|terms|, their `size`."""

    note: str
    value: Scalar
    worked: bool = False
    size: float = field(default=0.0, repr=False, compare=False)


def lift(number: Expr | int) -> Expr:
    """A whole number as an expression."""
    return number if isinstance(number, Expr) else Num(Fraction(number))


def value(e: Expr) -> Any:
    """The number that the expression comes to, at full precision."""
    match e:
        case Num(number) | Entry(_, _, number) | Rest(_, number):
            return as_written(number)
        case Sum(values):
            return as_written(values.sum())
        case Apply(op, args):
            return EVALUATE[op](*map(value, args))
    raise TypeError(f"{e} stands for no number")


def entries(e: Expr) -> Iterator[Entry]:
    """The entries an expression is made of; of a very long sum the first terms and the last."""
    match e:
        case Entry():
            yield e
        case Sum(values, term):
            last = len(values) - 1
            for k in range(min(last, MOST_WALKED)):
                yield from entries(term(k))
            if last >= 0:
                yield from entries(term(last))
        case Apply(_, args):
            for a in args:
                yield from entries(a)


def shorten(e: Expr, longest: int | None, note: Callable[[int], str]) -> Expr:
    """Write long sums out: whole up to `longest` terms, else the first ones, the rest counted, and the last one."""
    match e:
        case Sum(values, term):
            count, last = len(values), len(values) - 1
            head = count if longest is None or count <= longest + SLACK else max(longest - 2, 1)
            terms = [shorten(term(k), longest, note) for k in range(head)]
            if head < last:
                terms.append(rest(values, head, note(last - head)))
            if head < count:
                terms.append(shorten(term(last), longest, note))
            return Apply("add", tuple(terms)) if len(terms) > 1 else terms[0]
        case Apply("add", args):
            written = [shorten(a, longest, note) for a in args]
            return Apply("add", tuple(term for part in written for term in _terms(part)))
        case Apply(op, args):
            return Apply(op, tuple(shorten(a, longest, note) for a in args))
    return e


def rest(values: Any, head: int, note: str) -> Rest:
    """What stands for the terms from `head` to the last but one.

    Where they cancel, what is left of them is rounding, which depends on the order of adding: then it is taken to be
    what the other terms lack to the sum.
    """
    hidden = values[head:-1]
    found = hidden.sum()
    if values.dtype == object:  # Exact numbers cancel without a trace, and may be too large for float64.
        return Rest(note, found)
    size = float(abs(hidden).sum())
    if abs(found) < CANCELLED * size:
        found = values.sum() - values[:head].sum() - values[-1]
    return Rest(note, found, size=size)


def _terms(e: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, so that a sum in a sum is written as one."""
    return e.args if isinstance(e, Apply) and e.op == "add" else (e,)


def opposite(e: Expr) -> Expr:
    """With its sign turned; there is no -0, nor a product or quotient that would begin with it."""
    first = e
    while isinstance(first, Apply) and first.op in ("mul", "div"):
        first = first.args[0]
    return e if isinstance(first, Num) and first.value == 0 else Apply("neg", (e,))


def plug_in(e: Expr) -> Expr:
    """Put the number in place of every entry."""
    match e:
        case Num(number, as_decimal):
            return Num(as_written(number), as_decimal)
        case Entry(_, _, number):
            return Num(as_written(number))
        case Rest(note, number, _, size):
            return Rest(note, as_written(number), worked=True, size=size)
        case Apply(op, args):
            plugged = tuple(map(plug_in, args))
            return opposite(plugged[0]) if op == "neg" else Apply(op, plugged)
    return e


def work_once(e: Expr) -> Expr:
    """Do every sum that is ready to be done."""
    match e:
        case Apply(_, args) if all(isinstance(a, Num | Rest) for a in args):
            return Num(as_written(value(e)))
        case Apply("neg", (inner,)):
            # Turning a sign is no work of its own: it is done together with what it stands before.
            done = work_once(inner)
            return Num(-value(done)) if isinstance(done, Num) else opposite(done)
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
