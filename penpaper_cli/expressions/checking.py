"""Whether a worked line is true: its sides agree at full precision, and the printed digits decide between = and ≈."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from penpaper_cli.errors import NotTrue
from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num, Rest, Sum, value
from penpaper_cli.expressions.functions import ARITHMETIC, EVALUATE, FUNCTIONS, LEAST_SIZE, exact_power
from penpaper_cli.expressions.numbers import Figures, Scalar


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
        case Rest(_, number, _, hidden):
            return max(abs(float(number)), hidden)
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
        case Apply("max" | "min", args):
            return max(map(_size, args))
        case Apply(op, (x,)) if op in FUNCTIONS:
            at, found = float(value(x)), float(value(e))
            return max(abs(found), LEAST_SIZE, abs(FUNCTIONS[op].slope(at, found)) * _size(x))
    return abs(float(value(e)))


def agree(left: Expr, right: Expr, tolerance: float = 1e-9, met: float = 0.0) -> bool:
    """Whether two sides are the same number: exactly for rationals, to within rounding for float64.

    `met` is the size of the numbers met before, whose rounding the sides may have inherited.
    """
    a, b = value(left), value(right)
    if isinstance(a, Fraction | tuple) and isinstance(b, Fraction | tuple):
        return bool(a == b)
    scale = max(size(left), size(right), met)
    a, b = float(a), float(b)
    return abs(a - b) <= tolerance * (scale if math.isfinite(scale) else max(abs(a), abs(b)))


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
            if op in FUNCTIONS:
                exact = FUNCTIONS[op].exactly(done[0]) if isinstance(done[0], Fraction) else None
                return (op, done) if exact is None else exact
            if op == "pow" and all(isinstance(d, Fraction) for d in done) and done[1].denominator != 1:
                return exact_power(*done) or (op, done)
            if (op == "mul" and 0 in done) or (op == "div" and done[0] == 0 != done[1]):
                return Fraction(0)
            if op in ("max", "min") and (clear := _clear_winner(op, done)) is not None:
                return clear
            rational = op in ARITHMETIC and not any(is_unfinished(d) for d in done)
            whole_power = op != "pow" or done[1].denominator == 1
            return ARITHMETIC[op](*done) if rational and whole_power and not _divides_by_zero(op, done) else (op, done)
    return e


def _clear_winner(op: str, done: tuple[Any, ...]) -> Any:
    """The largest or smallest of some numbers, when the others are clearly not, so that their digits don't matter."""
    near = [_roughly(d) for d in done]
    best = (max if op == "max" else min)(near)
    clear = [k for k, x in enumerate(near) if abs(x - best) <= 1e-9 * (1 + abs(best))]
    return done[clear[0]] if len(clear) == 1 and math.isfinite(best) else None


def _roughly(done: Any) -> float:
    """About what it comes to; not a number where a symbol stands."""
    try:
        if isinstance(done, tuple):
            return float(EVALUATE[done[0]](*map(_roughly, done[1])))
        return float(done) if isinstance(done, Fraction) else math.nan
    except (ArithmeticError, ValueError, TypeError, KeyError):
        return math.nan


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


def looks_like(a: Expr, b: Expr) -> bool:
    """Whether two sides read the same: also where one has a minus sign in front of 3, and the other the number -3."""
    match a, b:
        case (Apply("neg", (Num(x),)), Num(y)) | (Num(y), Apply("neg", (Num(x),))):
            return bool(-x == y)
        case Apply(op, args), Apply(other, others):
            return op == other and len(args) == len(others) and all(map(looks_like, args, others))
    return a == b


def checked(name: str, sides: Sequence[Expr]) -> tuple[Expr, ...]:
    """The sides of a worked line without repetitions, once each is known to come to what the next one does."""
    kept = [side for k, side in enumerate(sides) if k == 0 or not looks_like(side, sides[k - 1])]
    met = 0.0
    for left, right in pairwise(kept):
        met = max(met, size(left))
        if not agree(left, right, met=met):
            raise NotTrue(f"pp could not confirm its own working of {name}; please report this with your command.")
    return tuple(kept)
